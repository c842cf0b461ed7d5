/* What the files of the session share. */
#ifndef WEIR_SESSION_INTERNAL_H
#define WEIR_SESSION_INTERNAL_H

#include "backoff.h"
#include "buffer.h"
#include "copytool.h"
#include "frame.h"
#include "message.h"
#include "transport.h"

#define CONNECT_TIMEOUT_MS 10000
#define REPLY_TIMEOUT_MS 120000
#define LOOK_MS 5000

/* How far a connection has come. */
enum stage { STAGE_AUTH, STAGE_EHLO, STAGE_READY };

struct session {
    struct copytool *copytool;
    struct tls *tls;
    struct transport transport;
    struct buffer in;
    struct buffer out;
    struct frame frame;
    struct backoff backoff;
    size_t max_message_bytes;
    size_t max_item_bytes;
    enum stage stage;      /* what is to be answered first */
    /* Under the copytool's lock while the session serves, as is out: its threads may speak for it. */
    bool recv_pending;     /* a recv was sent and not answered */
    size_t done_pending;   /* ends sent and not answered */
    int64_t reply_due_ms;  /* when an answer is overdue */
    int64_t deadline_ms;   /* of the present step */
    char refusal[320];     /* why the last connection was given up, as far as the coordinator said */
};

int64_t clock_ms(void);
void session_wake_seen(struct session *session);

/* One reply. 0, or a negative errno that ends the connection. */
int session_take_reply(struct session *session, struct reply *reply);

#endif
