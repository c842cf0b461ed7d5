#include "action.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 64

struct action *action_new(size_t data_length)
{
    size_t item_bytes = align8(sizeof(struct hsm_action_item) + data_length);
    struct action *action = calloc(1, offsetof(struct action, item) + item_bytes);
    if (!action)
        return NULL;
    action->data_length = data_length;
    action->item.hai_len = (uint32_t)item_bytes;
    return action;
}

struct action_key action_key(const struct hsm_action_item *item)
{
    return (struct action_key){.cookie = item->hai_cookie, .dfid = item->hai_dfid};
}

static bool is_key(const struct action *action, const struct action_key *key)
{
    return action->item.hai_cookie == key->cookie && action->item.hai_dfid.f_seq == key->dfid.f_seq &&
           action->item.hai_dfid.f_oid == key->dfid.f_oid && action->item.hai_dfid.f_ver == key->dfid.f_ver;
}

static size_t hash(const struct action_key *key)
{
    uint64_t h = key->cookie * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 32 ^ key->dfid.f_seq) * UINT64_C(0xD6E8FEB86659FD93);
    h = (h ^ h >> 32 ^ key->dfid.f_oid ^ (uint64_t)key->dfid.f_ver << 32) * UINT64_C(0xD6E8FEB86659FD93);
    return (size_t)(h ^ h >> 32);
}

static struct action **bucket_of(const struct actions *actions, const struct action_key *key)
{
    return &actions->buckets[hash(key) & (actions->bucket_count - 1)];
}

struct action *actions_find(const struct actions *actions, const struct action_key *key)
{
    if (!actions->bucket_count)
        return NULL;
    struct action *action = *bucket_of(actions, key);
    while (action && !is_key(action, key))
        action = action->next_in_bucket;
    return action;
}

static bool grow(struct actions *actions)
{
    if (actions->bucket_count > actions->count)
        return true;
    size_t count = actions->bucket_count ? actions->bucket_count * 2 : FIRST_BUCKETS;
    struct action **old = actions->buckets, **fresh = calloc(count, sizeof(*fresh));
    if (!fresh)
        return actions->bucket_count > 0;
    size_t old_count = actions->bucket_count;
    actions->buckets = fresh;
    actions->bucket_count = count;
    for (size_t i = 0; i < old_count; i++) {
        for (struct action *action = old[i], *next; action; action = next) {
            struct action_key key = action_key(&action->item);
            struct action **bucket = bucket_of(actions, &key);
            next = action->next_in_bucket;
            action->next_in_bucket = *bucket;
            *bucket = action;
        }
    }
    free(old);
    return true;
}

static void remove_from_table(struct actions *actions, struct action *action)
{
    if (!action->in_table)
        return;
    struct action_key key = action_key(&action->item);
    struct action **link = bucket_of(actions, &key);
    while (*link != action)
        link = &(*link)->next_in_bucket;
    *link = action->next_in_bucket;
    action->in_table = false;
    actions->count--;
}

enum hand_out actions_hand_out(struct actions *actions, struct action *action)
{
    struct action_key key = action_key(&action->item);
    struct action *known = actions_find(actions, &key);
    if (known && !(known->ended && known->sent))
        return HAND_OUT_DUPLICATE;
    if (!grow(actions))
        return HAND_OUT_NO_MEMORY;
    if (known) {
        remove_from_table(actions, known);
        known->settled = true;
    }
    struct action **bucket = bucket_of(actions, &key);
    action->next_in_bucket = *bucket;
    *bucket = action;
    action->in_table = true;
    action->serial = ++actions->last_serial;
    actions->count++;
    return HAND_OUT_NEW;
}

static void append_end(struct actions *actions, struct action *action, int status)
{
    action->ended = true;
    action->status = status;
    action->next_ended = NULL;
    if (actions->last_ended)
        actions->last_ended->next_ended = action;
    else
        actions->first_ended = action;
    actions->last_ended = action;
    if (!actions->first_unsent)
        actions->first_unsent = action;
}

bool actions_end(struct actions *actions, const struct action_key *key, uint64_t serial, int status)
{
    struct action *action = actions_find(actions, key);
    if (!action || action->serial != serial || action->ended)
        return false;
    append_end(actions, action, status);
    return true;
}

struct action *actions_next_to_send(struct actions *actions)
{
    struct action *action = actions->first_unsent;
    if (action) {
        action->sent = true;
        actions->first_unsent = action->next_ended;
    }
    return action;
}

static void pop_ended(struct actions *actions)
{
    struct action *action = actions->first_ended;
    actions->first_ended = action->next_ended;
    if (!actions->first_ended)
        actions->last_ended = NULL;
    remove_from_table(actions, action);
    free(action);
}

bool actions_acknowledged(struct actions *actions)
{
    if (!actions->first_ended || !actions->first_ended->sent)
        return false;
    pop_ended(actions);
    return true;
}

void actions_connection_lost(struct actions *actions)
{
    struct action *left = actions->first_ended;
    actions->first_ended = actions->last_ended = actions->first_unsent = NULL;
    for (struct action *next; left; left = next) {
        next = left->next_ended;
        left->sent = false;
        if (left->settled)
            free(left);
        else
            append_end(actions, left, left->status);
    }
}

void actions_each(const struct actions *actions, void (*visit)(const struct action *, void *), void *state)
{
    for (size_t i = 0; i < actions->bucket_count; i++)
        for (const struct action *action = actions->buckets[i]; action; action = action->next_in_bucket)
            visit(action, state);
}

void actions_free(struct actions *actions)
{
    actions_connection_lost(actions);
    while (actions->first_ended)
        pop_ended(actions);
    for (size_t i = 0; i < actions->bucket_count; i++) {
        for (struct action *action = actions->buckets[i], *next; action; action = next) {
            next = action->next_in_bucket;
            free(action);
        }
    }
    free(actions->buckets);
    memset(actions, 0, sizeof(*actions));
}
