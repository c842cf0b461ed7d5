/* A recv's reply becomes lists for the copytool; what cannot be handed to it is ended with an error. */
#include "session_internal.h"

#include "guard.h"
#include "log.h"
#include "real.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void log_item(enum log_level level, const char *what, const struct hsm_action_item *item)
{
    struct lu_fid dfid = item->hai_dfid;
    log_message(level, "%s: action %" PRIu32 " of [0x%" PRIx64 ":0x%" PRIx32 ":0x%" PRIx32 "], cookie 0x%" PRIx64, what,
                item->hai_action, dfid.f_seq, dfid.f_oid, dfid.f_ver, item->hai_cookie);
}

/* Lustre is told as by a copytool that cannot do what it was asked. */
static void end_with_error(struct session *session, const struct hsm_action_item *item, int error)
{
    const struct real *real = real_calls();
    struct hsm_copyaction_private *handle = NULL;
    struct hsm_extent nothing = {0, 0};
    int rc = real->action_begin(&handle, &session->copytool->head, item, -1, 0, true);
    if (!rc)
        rc = real->action_end(&handle, &nothing, 0, error);
    if (rc)
        log_item(LOG_LEVEL_WARN, "Lustre could not be told that it failed", item);
}

static void refuse(struct session *session, struct received *received)
{
    struct copytool *copytool = session->copytool;
    struct action *action = received->action;
    struct action_key key = action_key(&action->item);
    char what[80];
    sigset_t before;
    snprintf(what, sizeof(what), "refused with errno %d", received->refused);
    log_item(LOG_LEVEL_ERROR, what, &action->item);
    guard_lock(&copytool->lock, &before);
    bool taken = actions_hand_out(&copytool->actions, action) == HAND_OUT_NEW;
    guard_unlock(&copytool->lock, &before);
    if (!taken)
        return;
    received->action = NULL;
    if (received->has_fid && action->item.hai_action != HSMA_CANCEL)
        end_with_error(session, &action->item, received->refused);
    guard_lock(&copytool->lock, &before);
    actions_end(&copytool->actions, &key, action->serial, received->refused);
    guard_unlock(&copytool->lock, &before);
}

/* Under the lock. Whether the item belongs into the list; the table has taken the action over, unless it is a cancel. */
static bool hand_out(struct copytool *copytool, struct received *received)
{
    struct action *action = received->action;
    if (action->item.hai_action == HSMA_CANCEL)
        return true;
    if (actions_hand_out(&copytool->actions, action) == HAND_OUT_NEW) {
        received->action = NULL;
        return true;
    }
    log_item(LOG_LEVEL_WARN, "not taken, it is at work here already", &action->item);
    return false;
}

static bool is_good(const struct received *received)
{
    return received->action && !received->refused;
}

/* Gives the copytool the items from *first on that fit into one list together. How many, or -ENOMEM. */
static int give_list(struct session *session, struct reply *reply, size_t *first)
{
    struct copytool *copytool = session->copytool;
    size_t bytes = hal_head_bytes(strlen(copytool->fsname)), end = *first;
    for (; end < reply->count; end++) {
        size_t item = is_good(&reply->items[end]) ? reply->items[end].action->item.hai_len : 0;
        if (bytes + item > (size_t)copytool->config.hal_size)
            break;
        bytes += item;
    }
    struct list *list = list_new(bytes, copytool->fsname, reply->archive_id, reply->flags);
    if (!list)
        return -ENOMEM;
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    for (; *first < end; ++*first) {
        struct received *received = &reply->items[*first];
        const struct action *action = received->action;
        if (is_good(received) && hand_out(copytool, received))
            list_append(list, &action->item);
    }
    int given = (int)list_hal(list)->hal_count;
    if (given) {
        if (copytool->last_list)
            copytool->last_list->next = list;
        else
            copytool->first_list = list;
        copytool->last_list = list;
        copytool_announce(copytool);
        list = NULL;
    }
    guard_unlock(&copytool->lock, &before);
    if (given)
        copytool_wake_receivers(copytool);
    free(list);
    return given;
}

static int check_reply(struct session *session, const struct reply *reply)
{
    const struct copytool *copytool = session->copytool;
    if (*reply->fsname && strcmp(reply->fsname, copytool->fsname) != 0) {
        snprintf(session->refusal, sizeof(session->refusal), "it sends work for file system %s, and %s is %s", reply->fsname,
                 copytool->head.mnt, copytool->fsname);
        return -EXDEV;
    }
    for (size_t i = 0; i < copytool->archive_count; i++)
        if ((uint32_t)copytool->archives[i] == reply->archive_id)
            return 0;
    if (!copytool->archive_count)
        return 0;
    snprintf(session->refusal, sizeof(session->refusal), "it sends work for archive %" PRIu32 ", which is not served here",
             reply->archive_id);
    return -EPROTO;
}

static int take_list(struct session *session, struct reply *reply)
{
    struct copytool *copytool = session->copytool;
    int rc = check_reply(session, reply);
    sigset_t before;
    if (rc)
        return rc;
    guard_lock(&copytool->lock, &before);
    copytool->hungry = false;
    guard_unlock(&copytool->lock, &before);
    for (size_t i = 0; i < reply->count; i++) {
        if (!reply->items[i].action)
            log_error("the coordinator sent an item without a readable cookie and data fid; it is passed over");
        else if (reply->items[i].refused)
            refuse(session, &reply->items[i]);
    }
    bool has_given = false;
    for (size_t first = 0; first < reply->count;) {
        int given = give_list(session, reply, &first);
        if (given < 0)
            return given;
        has_given |= given > 0;
    }
    if (has_given)
        return 0;
    /* Nothing came of it, so those in recv still wait for something. */
    guard_lock(&copytool->lock, &before);
    copytool->hungry = true;
    guard_unlock(&copytool->lock, &before);
    return 0;
}

static int take_done(struct session *session, const struct reply *reply)
{
    struct copytool *copytool = session->copytool;
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    bool known = actions_acknowledged(&copytool->actions);
    if (known) {
        session->done_pending--;
        session->reply_due_ms = clock_ms() + REPLY_TIMEOUT_MS;
    }
    guard_unlock(&copytool->lock, &before);
    if (!known) {
        snprintf(session->refusal, sizeof(session->refusal), "it answered a done that was not sent");
        return -EPROTO;
    }
    if (reply->status)
        log_warn("the coordinator answered a done with errno %" PRId64 ": %s", reply->status, reply->error);
    return 0;
}

static int refused_by(struct session *session, const struct reply *reply, const char *what)
{
    snprintf(session->refusal, sizeof(session->refusal), "it answered %s with errno %" PRId64 ": %s%s", what, reply->status,
             *reply->error ? reply->error : "no reason given",
             reply->status == EEXIST ? " (give each copytool a client_id of its own)" : "");
    return -EPROTO;
}

/* The answer to auth or ehlo. Some errors of ehlo come under the name of another command. */
static int take_greeting(struct session *session, const struct reply *reply)
{
    bool is_auth = session->stage == STAGE_AUTH;
    if (reply->kind != (is_auth ? REPLY_AUTH : REPLY_EHLO) || reply->status)
        return refused_by(session, reply, is_auth ? "auth" : "ehlo");
    session->stage = is_auth ? STAGE_EHLO : STAGE_READY;
    return 0;
}

/* A recv is answered: whether one was pending. */
static bool take_recv(struct session *session)
{
    sigset_t before;
    guard_lock(&session->copytool->lock, &before);
    bool was_pending = session->recv_pending;
    session->recv_pending = false;
    guard_unlock(&session->copytool->lock, &before);
    return was_pending;
}

int session_take_reply(struct session *session, struct reply *reply)
{
    if (session->stage != STAGE_READY)
        return take_greeting(session, reply);
    if (reply->kind == REPLY_AUTH || reply->kind == REPLY_EHLO || (reply->kind == REPLY_RECV && !take_recv(session))) {
        snprintf(session->refusal, sizeof(session->refusal), "it answered what was not asked");
        return -EPROTO;
    }
    if (reply->kind == REPLY_RECV && reply->status)
        return refused_by(session, reply, "recv");
    int rc = reply->kind == REPLY_RECV ? take_list(session, reply) : take_done(session, reply);
    if (!rc)
        backoff_reset(&session->backoff);
    return rc;
}
