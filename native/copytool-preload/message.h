/* The coordinator's protocol, one JSON object a message: what this side sends, and what it makes of the replies. */
#ifndef WEIR_MESSAGE_H
#define WEIR_MESSAGE_H

#include "action.h"
#include "buffer.h"
#include "config.h"

enum reply_kind { REPLY_AUTH, REPLY_EHLO, REPLY_RECV, REPLY_DONE };

/* One handed-out request as it was read. */
struct received {
    struct action *action; /* NULL: not even its key could be read */
    int refused;           /* 0, or the positive errno it is to be ended with */
    bool has_fid;          /* hai_fid was readable, so that Lustre can be told */
};

struct reply {
    enum reply_kind kind;
    int64_t status; /* 0: good */
    char error[160]; /* printable */
    /* For a recv without status: */
    uint32_t archive_id;
    uint64_t flags;
    char fsname[64]; /* empty when the coordinator names none */
    struct received *items;
    size_t count;
};

/* Weir's own command: the token, before anything else is said. */
void message_auth(struct buffer *out, const struct config *config);
void message_ehlo(struct buffer *out, const struct config *config, const char *fsname, const int *archives, size_t archive_count,
                  const struct actions *actions);
void message_recv(struct buffer *out, const struct config *config);
void message_done(struct buffer *out, const struct action *action);

/*
 * Reads one whole object; an item above the most bytes is refused with E2BIG. 0; -ENOMEM; or -EPROTO with what is wrong in reply->error. What it holds is freed by reply_free, which
 * leaves alone the actions whose pointer was taken out.
 */
int reply_decode(struct reply *reply, const char *json, size_t length, size_t max_item_bytes);
void reply_free(struct reply *reply);

#endif
