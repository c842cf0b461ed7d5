#include "message.h"

#include <inttypes.h>
#include <string.h>

static void append_fid(struct buffer *out, const char *name, const struct lu_fid *fid)
{
    /* The numbers as the original client writes them: signed 64 and 32 bits. */
    buffer_literal(out, "\"");
    buffer_append(out, name, strlen(name));
    buffer_literal(out, "\":{\"f_seq\":");
    buffer_integer(out, (int64_t)fid->f_seq);
    buffer_literal(out, ",\"f_oid\":");
    buffer_integer(out, (int32_t)fid->f_oid);
    buffer_literal(out, ",\"f_ver\":");
    buffer_integer(out, (int32_t)fid->f_ver);
    buffer_literal(out, "}");
}

static void append_data(struct buffer *out, const struct action *action)
{
    if (action->data_is_base64) {
        buffer_format(out, "\"hai_data_b64\":\"");
        buffer_base64(out, action->item.hai_data, action->data_length);
        buffer_append(out, "\"", 1);
    } else {
        buffer_format(out, "\"hai_data\":");
        buffer_json_string(out, action->item.hai_data, action->data_length);
    }
}

static void append_action(const struct action *action, void *state)
{
    struct buffer *out = state;
    struct lu_fid fid = action->item.hai_fid, dfid = action->item.hai_dfid;
    if (out->bytes[out->end - 1] == '}')
        buffer_append(out, ",", 1);
    buffer_format(out, "{\"hai_action\":%" PRIu32 ",", action->item.hai_action);
    append_fid(out, "hai_fid", &fid);
    buffer_append(out, ",", 1);
    append_fid(out, "hai_dfid", &dfid);
    buffer_format(out, ",\"hai_extent_offset\":%" PRId64 ",\"hai_extent_length\":%" PRId64 ",\"hai_cookie\":%" PRId64
                  ",\"hai_gid\":%" PRId64 ",\"hal_archive_id\":%" PRIu32 ",\"hal_flags\":%" PRId64 ",",
                  (int64_t)action->item.hai_extent.offset, (int64_t)action->item.hai_extent.length,
                  (int64_t)action->item.hai_cookie, (int64_t)action->item.hai_gid, action->archive_id, (int64_t)action->hal_flags);
    append_data(out, action);
    if (action->timestamp)
        buffer_format(out, ",\"timestamp\":%" PRId64, action->timestamp);
    buffer_append(out, "}", 1);
}

void message_auth(struct buffer *out, const struct config *config)
{
    buffer_format(out, "{\"command\":\"auth\",\"token\":");
    buffer_json_string(out, config->token, strlen(config->token));
    buffer_append(out, "}", 1);
}

void message_ehlo(struct buffer *out, const struct config *config, const char *fsname, const int *archives, size_t archive_count,
                  const struct actions *actions)
{
    buffer_format(out, "{\"command\":\"ehlo\",\"id\":");
    buffer_json_string(out, config->client_id, strlen(config->client_id));
    buffer_format(out, ",\"fsname\":");
    buffer_json_string(out, fsname, strlen(fsname));
    if (archive_count) {
        buffer_format(out, ",\"archive_ids\":[");
        for (size_t i = 0; i < archive_count; i++)
            buffer_format(out, "%s%d", i ? "," : "", archives[i]);
        buffer_append(out, "]", 1);
    }
    buffer_format(out, ",\"caps\":[\"data_b64\"]");
    /* Always present, also when empty: what is not in it is not running here. */
    buffer_format(out, ",\"hai_list\":[");
    if (!out->failed)
        actions_each(actions, append_action, out);
    buffer_append(out, "]}", 2);
}

void message_recv(struct buffer *out, const struct config *config)
{
    buffer_literal(out, "{\"command\":\"recv\",\"max_archive\":");
    buffer_integer(out, config->max_archive);
    buffer_literal(out, ",\"max_restore\":");
    buffer_integer(out, config->max_restore);
    buffer_literal(out, ",\"max_remove\":");
    buffer_integer(out, config->max_remove);
    buffer_literal(out, ",\"max_bytes\":");
    buffer_integer(out, config->hal_size);
    buffer_literal(out, "}");
}

void message_done(struct buffer *out, const struct action *action)
{
    struct lu_fid dfid = action->item.hai_dfid;
    buffer_literal(out, "{\"command\":\"done\",\"hai_cookie\":");
    buffer_integer(out, (int64_t)action->item.hai_cookie);
    buffer_literal(out, ",");
    append_fid(out, "hai_dfid", &dfid);
    buffer_literal(out, ",\"status\":");
    buffer_integer(out, action->status);
    buffer_literal(out, "}");
}
