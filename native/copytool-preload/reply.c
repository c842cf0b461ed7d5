#include "message.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(struct reply *reply, const char *what)
{
    snprintf(reply->error, sizeof(reply->error), "%s", what);
    return -EPROTO;
}

/* A member that may be missing (0 then), but not of another type. */
static bool get_integer(const json_t *object, const char *name, int64_t *value)
{
    const json_t *member = json_object_get(object, name);
    *value = json_integer_value(member);
    return !member || json_is_integer(member) || json_is_null(member);
}

static bool need_integer(const json_t *object, const char *name, int64_t *value)
{
    const json_t *member = json_object_get(object, name);
    *value = json_integer_value(member);
    return json_is_integer(member);
}

/* 32-bit members come signed from some servers and unsigned from others. */
static bool need_u32(const json_t *object, const char *name, uint32_t *value)
{
    int64_t number;
    if (!need_integer(object, name, &number) || number < INT32_MIN || number > UINT32_MAX)
        return false;
    *value = (uint32_t)number;
    return true;
}

static bool need_fid(const json_t *item, const char *name, struct lu_fid *fid)
{
    const json_t *object = json_object_get(item, name);
    int64_t sequence;
    if (!json_is_object(object) || json_object_size(object) != 3 || !need_integer(object, "f_seq", &sequence))
        return false;
    fid->f_seq = (uint64_t)sequence;
    return need_u32(object, "f_oid", &fid->f_oid) && need_u32(object, "f_ver", &fid->f_ver);
}

static bool is_action(int64_t action)
{
    return action == HSMA_ARCHIVE || action == HSMA_RESTORE || action == HSMA_REMOVE || action == HSMA_CANCEL;
}

/* The user's data, its room made with the action. NULL when memory is short; *error is set when the data cannot be read. */
static struct action *new_with_data(const json_t *item, int *error)
{
    const json_t *base64 = json_object_get(item, "hai_data_b64"), *plain = json_object_get(item, "hai_data");
    const json_t *text = base64 ? base64 : plain;
    size_t length = json_string_length(text);
    if (!json_is_string(text)) {
        *error = EINVAL;
        return action_new(0);
    }
    struct action *action = action_new(base64 ? length / 4 * 3 : length);
    if (!action)
        return NULL;
    if (!base64) {
        memcpy(action->item.hai_data, json_string_value(text), length);
        return action;
    }
    long decoded = base64_decode(action->item.hai_data, action->data_length, json_string_value(text), length);
    action->data_is_base64 = true;
    action->data_length = decoded < 0 ? 0 : (size_t)decoded;
    action->item.hai_len = (uint32_t)align8(sizeof(struct hsm_action_item) + action->data_length);
    if (decoded < 0)
        *error = EINVAL;
    return action;
}

/* Returns -ENOMEM or 0; what cannot be read of the item is in what was received. */
static int decode_item(struct received *received, const json_t *item, const struct reply *reply, size_t max_item_bytes)
{
    int64_t action_number = 0, offset = 0, extent = 0, cookie = 0, gid = 0, timestamp = 0;
    struct lu_fid fid = {0}, dfid;
    if (!need_integer(item, "hai_cookie", &cookie) || !need_fid(item, "hai_dfid", &dfid))
        return 0;
    received->has_fid = need_fid(item, "hai_fid", &fid);
    if (!received->has_fid || !need_integer(item, "hai_action", &action_number) || !is_action(action_number) ||
        !need_integer(item, "hai_extent_offset", &offset) || !need_integer(item, "hai_extent_length", &extent) ||
        !need_integer(item, "hai_gid", &gid) || !get_integer(item, "timestamp", &timestamp))
        received->refused = EINVAL;
    struct action *action = new_with_data(item, &received->refused);
    if (!action)
        return -ENOMEM;
    action->item.hai_action = action_number >= 0 && action_number <= UINT32_MAX ? (uint32_t)action_number : 0;
    action->item.hai_fid = fid;
    action->item.hai_dfid = dfid;
    action->item.hai_extent.offset = (uint64_t)offset;
    action->item.hai_extent.length = (uint64_t)extent;
    action->item.hai_cookie = (uint64_t)cookie;
    action->item.hai_gid = (uint64_t)gid;
    action->archive_id = reply->archive_id;
    action->hal_flags = reply->flags;
    action->timestamp = timestamp;
    if (!received->refused && action->item.hai_len > max_item_bytes)
        received->refused = E2BIG;
    received->action = action;
    return 0;
}

static int decode_list(struct reply *reply, const json_t *list, size_t max_item_bytes)
{
    int64_t version = HAL_VERSION, archive_id, flags;
    const json_t *items = json_object_get(list, "list"), *fsname = json_object_get(list, "hal_fsname");
    if (!json_is_object(list))
        return wrong(reply, "a recv reply without hsm_action_list");
    if (!json_is_array(items) || !json_array_size(items))
        return wrong(reply, "an action list without items");
    if ((json_object_get(list, "hal_version") && !need_integer(list, "hal_version", &version)) || version != HAL_VERSION)
        return wrong(reply, "an action list of an unknown version");
    if (!need_integer(list, "hal_archive_id", &archive_id) || archive_id <= 0 || archive_id > INT32_MAX)
        return wrong(reply, "an action list without a valid hal_archive_id");
    if (!get_integer(list, "hal_flags", &flags))
        return wrong(reply, "an action list with unreadable hal_flags");
    if (fsname && !json_is_null(fsname)) {
        size_t length = json_string_length(fsname);
        if (!json_is_string(fsname) || length >= sizeof(reply->fsname) || strlen(json_string_value(fsname)) != length)
            return wrong(reply, "an action list with an unreadable hal_fsname");
        memcpy(reply->fsname, json_string_value(fsname), length);
    }
    reply->archive_id = (uint32_t)archive_id;
    reply->flags = (uint64_t)flags;
    reply->items = calloc(json_array_size(items), sizeof(*reply->items));
    if (!reply->items)
        return -ENOMEM;
    for (size_t i = 0; i < json_array_size(items); i++) {
        int rc = decode_item(&reply->items[reply->count++], json_array_get(items, i), reply, max_item_bytes);
        if (rc)
            return rc;
    }
    return 0;
}

static int decode_kind(struct reply *reply, const json_t *root)
{
    static const char *const names[] = {[REPLY_AUTH] = "auth", [REPLY_EHLO] = "ehlo", [REPLY_RECV] = "recv", [REPLY_DONE] = "done"};
    const char *command = json_string_value(json_object_get(root, "command"));
    for (size_t i = 0; command && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(command, names[i]) == 0) {
            reply->kind = (enum reply_kind)i;
            return 0;
        }
    }
    return wrong(reply, command ? "a reply to a command that was not asked" : "a reply without a command");
}

static int decode_root(struct reply *reply, const json_t *root, size_t max_item_bytes)
{
    int rc = decode_kind(reply, root);
    if (rc)
        return rc;
    if (!get_integer(root, "status", &reply->status))
        return wrong(reply, "a status that is no number");
    const json_t *error = json_object_get(root, "error");
    if (json_is_string(error))
        log_printable(reply->error, sizeof(reply->error), json_string_value(error), json_string_length(error));
    if (reply->kind != REPLY_RECV || reply->status)
        return 0;
    return decode_list(reply, json_object_get(root, "hsm_action_list"), max_item_bytes);
}

int reply_decode(struct reply *reply, const char *json, size_t length, size_t max_item_bytes)
{
    json_error_t error;
    memset(reply, 0, sizeof(*reply));
    json_t *root = json_loadb(json, length, JSON_ALLOW_NUL, &error);
    if (!root) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return -ENOMEM;
        char what[sizeof(reply->error)];
        log_printable(what, sizeof(what), error.text, strlen(error.text));
        return wrong(reply, what);
    }
    int rc = decode_root(reply, root, max_item_bytes);
    json_decref(root);
    return rc;
}

void reply_free(struct reply *reply)
{
    for (size_t i = 0; i < reply->count; i++)
        free(reply->items[i].action);
    free(reply->items);
    memset(reply, 0, sizeof(*reply));
}
