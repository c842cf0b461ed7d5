#include "action.h"
#include "check.h"

#include <stdio.h>

static struct action *make(uint64_t cookie)
{
    struct action *action = action_new(4);
    CHECK(action);
    action->item.hai_cookie = cookie;
    action->item.hai_dfid = (struct lu_fid){.f_seq = 0x200000401, .f_oid = (uint32_t)cookie, .f_ver = 0};
    return action;
}

static struct action_key key_of(uint64_t cookie)
{
    return (struct action_key){.cookie = cookie, .dfid = {.f_seq = 0x200000401, .f_oid = (uint32_t)cookie, .f_ver = 0}};
}

static uint64_t hand_out(struct actions *actions, uint64_t cookie)
{
    struct action *action = make(cookie);
    CHECK(actions_hand_out(actions, action) == HAND_OUT_NEW);
    return action->serial;
}

static bool end(struct actions *actions, uint64_t cookie, uint64_t serial)
{
    struct action_key key = key_of(cookie);
    return actions_end(actions, &key, serial, 0);
}

static bool is_known(struct actions *actions, uint64_t cookie)
{
    struct action_key key = key_of(cookie);
    return actions_find(actions, &key) != NULL;
}

static void an_action_lives_until_its_end_is_acknowledged(void)
{
    struct actions actions = {0};
    uint64_t serial = hand_out(&actions, 1);
    CHECK(!actions_next_to_send(&actions) && !actions_acknowledged(&actions));
    CHECK(end(&actions, 1, serial));
    CHECK(!end(&actions, 1, serial));
    CHECK(!actions_acknowledged(&actions));
    CHECK(actions_next_to_send(&actions) && !actions_next_to_send(&actions));
    CHECK(is_known(&actions, 1) && actions.count == 1);
    CHECK(actions_acknowledged(&actions) && !is_known(&actions, 1) && actions.count == 0);
    CHECK(!actions_acknowledged(&actions));
    actions_free(&actions);
}

static void a_key_at_work_is_not_taken_twice(void)
{
    struct actions actions = {0};
    uint64_t serial = hand_out(&actions, 1);
    struct action *twice = make(1);
    CHECK(actions_hand_out(&actions, twice) == HAND_OUT_DUPLICATE);
    /* Nor when it has ended, before the coordinator can know. */
    CHECK(end(&actions, 1, serial));
    CHECK(actions_hand_out(&actions, twice) == HAND_OUT_DUPLICATE);
    free(twice);
    actions_free(&actions);
}

static void a_key_may_come_again_once_its_end_was_sent(void)
{
    struct actions actions = {0};
    uint64_t first = hand_out(&actions, 1);
    CHECK(end(&actions, 1, first) && actions_next_to_send(&actions));
    uint64_t second = hand_out(&actions, 1);
    CHECK(second != first && actions.count == 1);
    /* The late reply settles the first; the second is at work. A handle of the first cannot end it. */
    CHECK(!end(&actions, 1, first));
    CHECK(actions_acknowledged(&actions) && is_known(&actions, 1));
    CHECK(end(&actions, 1, second));
    actions_free(&actions);
}

static void after_a_loss_only_unsettled_ends_are_sent_again_in_order(void)
{
    struct actions actions = {0};
    for (uint64_t cookie = 1; cookie <= 4; cookie++)
        CHECK(end(&actions, cookie, hand_out(&actions, cookie)));
    CHECK(actions_next_to_send(&actions)->item.hai_cookie == 1);
    CHECK(actions_next_to_send(&actions)->item.hai_cookie == 2);
    CHECK(actions_next_to_send(&actions)->item.hai_cookie == 3);
    CHECK(actions_acknowledged(&actions));
    uint64_t again = hand_out(&actions, 2);
    actions_connection_lost(&actions);
    CHECK(!actions_acknowledged(&actions));
    CHECK(actions_next_to_send(&actions)->item.hai_cookie == 3);
    CHECK(actions_next_to_send(&actions)->item.hai_cookie == 4);
    CHECK(!actions_next_to_send(&actions));
    CHECK(!is_known(&actions, 1) && is_known(&actions, 2) && end(&actions, 2, again));
    actions_free(&actions);
}

static void keys_differ_by_every_part(void)
{
    struct actions actions = {0};
    static const struct action_key keys[] = {
        {1, {1, 1, 1}}, {UINT64_C(1) << 40 | 1, {1, 1, 1}}, {1, {2, 1, 1}}, {1, {1, 2, 1}}, {1, {1, 1, 2}}, {UINT64_MAX, {UINT64_MAX, UINT32_MAX, 0}}};
    for (size_t i = 0; i < 6; i++) {
        struct action *action = action_new(0);
        action->item.hai_cookie = keys[i].cookie;
        action->item.hai_dfid = keys[i].dfid;
        CHECK(actions_hand_out(&actions, action) == HAND_OUT_NEW);
        CHECK(actions_find(&actions, &keys[i]) == action);
    }
    CHECK(actions.count == 6);
    actions_free(&actions);
}

static void count(const struct action *action, void *state)
{
    (void)action;
    ++*(size_t *)state;
}

/* Against a model: for each key, whether it is at work, ended, sent. */
static void a_random_life_agrees_with_the_model(void)
{
    enum { KEYS = 300 };
    struct actions actions = {0};
    enum { ABSENT, WORKING, ENDED, SENT } model[KEYS] = {ABSENT};
    uint64_t serials[KEYS] = {0}, random = check_seed();
    uint64_t sent[100000];
    long rounds = check_rounds(200000);
    size_t first_sent = 0, last_sent = 0;
    for (long i = 0; i < rounds; i++) {
        uint64_t key = check_random(&random) % KEYS;
        struct action *action;
        switch (check_random(&random) % 8) {
        case 0:
        case 1:
            action = make(key);
            if (model[key] == ABSENT || model[key] == SENT) {
                CHECK(actions_hand_out(&actions, action) == HAND_OUT_NEW);
                serials[key] = action->serial;
                for (size_t j = first_sent; j < last_sent; j++)
                    if (sent[j] == key)
                        sent[j] = UINT64_MAX;
                model[key] = WORKING;
            } else {
                CHECK(actions_hand_out(&actions, action) == HAND_OUT_DUPLICATE);
                free(action);
            }
            break;
        case 2:
        case 3:
            CHECK(end(&actions, key, serials[key]) == (model[key] == WORKING));
            model[key] = model[key] == WORKING ? ENDED : model[key];
            break;
        case 4:
        case 5:
            action = actions_next_to_send(&actions);
            if (action) {
                CHECK(model[action->item.hai_cookie] == ENDED);
                model[action->item.hai_cookie] = SENT;
                sent[last_sent++] = action->item.hai_cookie;
            }
            break;
        case 6:
            CHECK(actions_acknowledged(&actions) == (first_sent < last_sent));
            if (first_sent < last_sent && sent[first_sent++] != UINT64_MAX)
                model[sent[first_sent - 1]] = ABSENT;
            break;
        default:
            if (check_random(&random) % 50 == 0 || last_sent > 99000) {
                actions_connection_lost(&actions);
                for (int k = 0; k < KEYS; k++)
                    model[k] = model[k] == SENT ? ENDED : model[k];
                first_sent = last_sent = 0;
            }
        }
    }
    size_t expected = 0, found = 0;
    for (int k = 0; k < KEYS; k++)
        expected += model[k] != ABSENT;
    actions_each(&actions, count, &found);
    CHECK(found == expected && actions.count == expected);
    actions_free(&actions);
}

RUN(an_action_lives_until_its_end_is_acknowledged, a_key_at_work_is_not_taken_twice, a_key_may_come_again_once_its_end_was_sent,
    after_a_loss_only_unsettled_ends_are_sent_again_in_order, keys_differ_by_every_part, a_random_life_agrees_with_the_model)
