#include "check.h"
#include "list.h"
#include "message.h"

#include <errno.h>

#define FID "{\"f_seq\":8589935617,\"f_oid\":16,\"f_ver\":0}"
#define ITEM(cookie, rest)                                                                                                        \
    "{\"hai_action\":20,\"hai_fid\":" FID ",\"hai_dfid\":" FID ",\"hai_extent_offset\":0,\"hai_extent_length\":-1,\"hai_cookie\":" cookie   \
    ",\"hai_gid\":0" rest "}"
#define LIST(items)                                                                                                               \
    "{\"hsm_action_list\":{\"hal_version\":1,\"hal_archive_id\":2,\"hal_flags\":1,\"hal_fsname\":\"testfs\",\"list\":[" items         \
    "]},\"command\":\"recv\"}"

static int decode(struct reply *reply, const char *json)
{
    return reply_decode(reply, json, strlen(json), 200);
}

static void a_list_is_read_whole(void)
{
    struct reply reply;
    CHECK(decode(&reply, LIST(ITEM("2147483648", ",\"hai_data\":\"tag=foo\\u0000\",\"hal_archive_id\":2,\"timestamp\":5"))) == 0);
    CHECK(reply.kind == REPLY_RECV && reply.archive_id == 2 && reply.flags == 1 && !strcmp(reply.fsname, "testfs"));
    CHECK(reply.count == 1 && !reply.items[0].refused && reply.items[0].has_fid);
    const struct action *action = reply.items[0].action;
    CHECK(action->item.hai_cookie == UINT64_C(1) << 31 && action->item.hai_extent.length == UINT64_MAX);
    CHECK(action->item.hai_fid.f_seq == 0x200000401 && action->item.hai_dfid.f_oid == 16 && action->timestamp == 5);
    CHECK(action->data_length == 8 && memcmp(action->item.hai_data, "tag=foo", 8) == 0 && action->item.hai_len == 80);
    reply_free(&reply);
}

static void numbers_may_be_signed_or_not(void)
{
    struct reply reply;
    CHECK(decode(&reply, LIST("{\"hai_action\":21,\"hai_fid\":" FID ",\"hai_dfid\":{\"f_seq\":-2,\"f_oid\":-1,\"f_ver\":4294967295},"
                              "\"hai_extent_offset\":0,\"hai_extent_length\":-1,\"hai_cookie\":-3,\"hai_gid\":0,\"hai_data\":\"\"}")) == 0);
    const struct action *action = reply.items[0].action;
    CHECK(action && !reply.items[0].refused && action->item.hai_cookie == UINT64_MAX - 2);
    CHECK(action->item.hai_dfid.f_seq == UINT64_MAX - 1 && action->item.hai_dfid.f_oid == UINT32_MAX);
    CHECK(action->item.hai_dfid.f_ver == UINT32_MAX && action->item.hai_len == 72);
    reply_free(&reply);
}

static void data_that_is_no_text_comes_as_base64(void)
{
    struct reply reply;
    struct buffer out = {0};
    struct actions actions = {0};
    struct config config;
    CHECK(decode(&reply, LIST(ITEM("1", ",\"hai_data_b64\":\"//6A\"") "," ITEM("2", ",\"hai_data_b64\":\"!!!!\""))) == 0);
    CHECK(reply.items[0].action->data_length == 3 && memcmp(reply.items[0].action->item.hai_data, "\xff\xfe\x80", 3) == 0);
    CHECK(reply.items[0].action->item.hai_len == 80 && reply.items[1].refused == EINVAL);
    /* And goes back as it came. */
    CHECK(config_defaults(&config) == 0 && actions_hand_out(&actions, reply.items[0].action) == HAND_OUT_NEW);
    reply.items[0].action = NULL;
    message_ehlo(&out, &config, "testfs", NULL, 0, &actions);
    buffer_append(&out, "", 1);
    CHECK(strstr(buffer_front(&out), ",\"hai_data_b64\":\"//6A\"") && !strstr(buffer_front(&out), "\"hai_data\":"));
    buffer_free(&out);
    actions_free(&actions);
    config_free(&config);
    reply_free(&reply);
}

static void items_that_cannot_be_done_are_refused_one_by_one(void)
{
    static const struct {
        const char *json;
        int refused;
        bool has_key;
    } cases[] = {
        {LIST("{}"), 0, false},
        {LIST("1"), 0, false},
        {LIST("null"), 0, false},
        {LIST("{\"hai_cookie\":1}"), 0, false},
        {LIST("{\"hai_cookie\":\"1\",\"hai_dfid\":" FID "}"), 0, false},
        {LIST("{\"hai_cookie\":1,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":1}}"), 0, false},
        {LIST("{\"hai_cookie\":1,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":1,\"f_ver\":0,\"more\":1}}"), 0, false},
        {LIST("{\"hai_cookie\":1,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":4294967296,\"f_ver\":0}}"), 0, false},
        {LIST("{\"hai_cookie\":1,\"hai_dfid\":" FID "}"), EINVAL, true},
        {LIST(ITEM("1", "")), EINVAL, true},
        {LIST(ITEM("1", ",\"hai_data\":7")), EINVAL, true},
        {LIST(ITEM("1", ",\"hai_data\":\"\",\"hai_action\":99")), EINVAL, true},
        {LIST(ITEM("1", ",\"hai_data\":\"\",\"hai_action\":10")), EINVAL, true},
        {LIST(ITEM("1", ",\"hai_data\":\"\",\"hai_gid\":1.5")), EINVAL, true},
        {LIST(ITEM("1", ",\"hai_data\":\"\",\"hai_fid\":[]")), EINVAL, true},
        {LIST(ITEM("1", ",\"hai_data\":\"" "0123456789012345678901234567890123456789012345678901234567890123456789"
                        "01234567890123456789012345678901234567890123456789012345678\"")), E2BIG, true},
        {LIST(ITEM("1", ",\"hai_data\":\"" "0123456789012345678901234567890123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789012345678901234567\"")), 0, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reply reply;
        CHECK(decode(&reply, cases[i].json) == 0 && reply.count == 1);
        CHECK(reply.items[0].refused == cases[i].refused && !!reply.items[0].action == cases[i].has_key);
        reply_free(&reply);
    }
}

static void what_is_no_reply_ends_the_connection(void)
{
    static const char *const bad[] = {
        "{}", "{\"command\":1}", "{\"command\":\"queue\"}", "{\"command\":\"done\",\"status\":\"x\"}", "{\"command\":\"recv\"}",
        "{\"command\":\"recv\",\"hsm_action_list\":[]}", "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1,\"list\":{}}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1,\"list\":[]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":0,\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":-1,\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_version\":2,\"hal_archive_id\":1,\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_version\":\"1\",\"hal_archive_id\":1,\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1,\"hal_fsname\":7,\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1,\"hal_fsname\":\"a\\u0000b\",\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1,\"hal_flags\":\"\",\"list\":[1]}}",
        "{\"command\":\"recv\",\"hsm_action_list\":{\"hal_archive_id\":1,\"hal_fsname\":"
        "\"0123456789012345678901234567890123456789012345678901234567890123\",\"list\":[1]}}",
        "{\"command\":\"done\"", "{\"command\":\"do\xff\"}", "{'command':'done'}", "{\"command\":\"\\ud800\"}",
        "{\"command\":\"done\",\"status\":99999999999999999999}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct reply reply;
        CHECK(decode(&reply, bad[i]) == -EPROTO && *reply.error);
        reply_free(&reply);
    }
}

static void an_error_is_made_printable(void)
{
    struct reply reply;
    CHECK(decode(&reply, "{\"command\":\"ehlo\",\"status\":17,\"error\":\"id\\u001b[31m\\u0000 used\"}") == 0);
    CHECK(reply.status == 17 && !strcmp(reply.error, "id?[31m? used"));
    reply_free(&reply);
}

static void the_last_of_two_members_counts(void)
{
    struct reply reply;
    CHECK(decode(&reply, "{\"command\":\"recv\",\"status\":1,\"status\":0,\"command\":\"done\"}") == 0);
    CHECK(reply.kind == REPLY_DONE && reply.status == 0);
    reply_free(&reply);
}

static void mutated_replies_never_break_it(void)
{
    static const char good[] = LIST(ITEM("1", ",\"hai_data\":\"tag=a\\u0000\"") "," ITEM("2", ",\"hai_data_b64\":\"//6A\""));
    uint64_t random = check_seed();
    long rounds = check_rounds(20000), read = 0;
    for (long i = 0; i < rounds; i++) {
        char json[sizeof(good)];
        memcpy(json, good, sizeof(good));
        size_t length = sizeof(good) - 1;
        for (uint64_t changes = check_random(&random) % 4; changes; changes--)
            json[check_random(&random) % length] = check_random(&random) & 1 ? (char)check_random(&random) : "{}[]\",:0-9eE\\"[check_random(&random) % 13];
        if (check_random(&random) % 8 == 0)
            length = check_random(&random) % length;
        struct reply reply;
        read += reply_decode(&reply, json, length, 200) == 0;
        for (size_t j = 0; j < reply.count; j++)
            if (reply.items[j].action)
                CHECK(reply.items[j].action->item.hai_len % 8 == 0 &&
                      reply.items[j].action->item.hai_len >= 72 + reply.items[j].action->data_length);
        reply_free(&reply);
    }
    CHECK(read > rounds / 10 && read < rounds);
}

static void lists_hold_items_at_multiples_of_eight(void)
{
    struct list *list = list_new(1000, "testfs", 3, 4);
    struct action *action = action_new(5);
    CHECK(list && action && action->item.hai_len == 80 && list->bytes == 40);
    action->item.hai_cookie = 9;
    list_append(list, &action->item);
    list_append(list, &action->item);
    const struct hsm_action_list *hal = list_hal(list);
    CHECK(hal->hal_version == 1 && hal->hal_count == 2 && hal->hal_archive_id == 3 && hal->hal_flags == 4);
    CHECK(list->bytes == 200 && !strcmp(hal->hal_fsname, "testfs"));
    const struct hsm_action_item *second = (const struct hsm_action_item *)((const char *)hal + 120);
    CHECK(second->hai_cookie == 9 && second->hai_len == 80);
    free(action);
    list_free_all(list);
}

RUN(a_list_is_read_whole, numbers_may_be_signed_or_not, data_that_is_no_text_comes_as_base64,
    items_that_cannot_be_done_are_refused_one_by_one, what_is_no_reply_ends_the_connection, an_error_is_made_printable,
    the_last_of_two_members_counts, mutated_replies_never_break_it, lists_hold_items_at_multiples_of_eight)
