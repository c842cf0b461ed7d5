#include "check.h"
#include "message.h"

static void expect(struct buffer *out, const char *text)
{
    buffer_append(out, "", 1);
    if (out->failed || strcmp(buffer_front(out), text))
        fprintf(stderr, "got    %s\nwanted %s\n", buffer_front(out), text);
    CHECK(!out->failed && !strcmp(buffer_front(out), text));
    buffer_free(out);
}

static struct config make_config(void)
{
    struct config config;
    CHECK(config_defaults(&config) == 0);
    strcpy(config.client_id, "a\"");
    return config;
}

static void a_cookie_keeps_its_64_bits(void)
{
    struct buffer out = {0};
    struct action *action = action_new(0);
    action->item.hai_cookie = 0x123456789abcdef0;
    action->item.hai_dfid = (struct lu_fid){.f_seq = 0x200000401, .f_oid = 0x80000000, .f_ver = 1};
    action->status = 28;
    message_done(&out, action);
    expect(&out, "{\"command\":\"done\",\"hai_cookie\":1311768467463790320,\"hai_dfid\":{\"f_seq\":8589935617,\"f_oid\":-2147483648,"
                 "\"f_ver\":1},\"status\":28}");
    free(action);
}

static void recv_tells_the_limits(void)
{
    struct buffer out = {0};
    struct config config = make_config();
    config.max_archive = 3;
    message_recv(&out, &config);
    expect(&out, "{\"command\":\"recv\",\"max_archive\":3,\"max_restore\":-1,\"max_remove\":-1,\"max_bytes\":1048576}");
    config_free(&config);
}

static void ehlo_names_what_runs_here(void)
{
    struct buffer out = {0};
    struct config config = make_config();
    struct actions actions = {0};
    int archives[] = {1, 7};
    message_ehlo(&out, &config, "testfs", NULL, 0, &actions);
    expect(&out, "{\"command\":\"ehlo\",\"id\":\"a\\\"\",\"fsname\":\"testfs\",\"caps\":[\"data_b64\"],\"hai_list\":[]}");
    config.token = strdup("to\\ken");
    message_auth(&out, &config);
    expect(&out, "{\"command\":\"auth\",\"token\":\"to\\\\ken\"}");
    for (uint64_t cookie = 1; cookie <= 2; cookie++) {
        struct action *action = action_new(3);
        memcpy(action->item.hai_data, "a\0b", 3);
        action->item.hai_action = 21;
        action->item.hai_cookie = cookie;
        action->item.hai_extent.length = UINT64_MAX;
        action->archive_id = 7;
        action->hal_flags = 1;
        CHECK(actions_hand_out(&actions, action) == HAND_OUT_NEW);
    }
    message_ehlo(&out, &config, "testfs", archives, 2, &actions);
    buffer_append(&out, "", 1);
    const char *text = buffer_front(&out);
    CHECK(strstr(text, ",\"archive_ids\":[1,7],") && strstr(text, "],\"hai_list\":[{\"hai_action\":21,") && !strstr(text, "ken"));
    CHECK(strstr(text, "\"hai_extent_offset\":0,\"hai_extent_length\":-1,\"hai_cookie\":2,\"hai_gid\":0,\"hal_archive_id\":7,"
                       "\"hal_flags\":1,\"hai_data\":\"a\\u0000b\"}") && strstr(text, "},{\"hai_action\""));
    buffer_free(&out);
    actions_free(&actions);
    config_free(&config);
}

RUN(a_cookie_keeps_its_64_bits, recv_tells_the_limits, ehlo_names_what_runs_here)
