/*
 * The actions this process was handed and the coordinator has not yet acknowledged the end of, by (cookie, data fid): what a
 * reconnect tells the coordinator. And the queue of ends to be told.
 *
 * Not locked: the copytool's lock is held around every call.
 */
#ifndef WEIR_ACTION_H
#define WEIR_ACTION_H

#include "llapi.h"

struct action_key {
    uint64_t cookie;
    struct lu_fid dfid;
};

struct action {
    struct action *next_in_bucket;
    struct action *next_ended;
    uint64_t serial; /* tells this handing out of a key from a later one */
    bool ended;
    bool sent;    /* the end is on its way on the present connection */
    bool settled; /* replaced in the table by a later handing out: waits for its reply and is never repeated */
    bool in_table;
    bool data_is_base64; /* it came as hai_data_b64 and goes back so */
    int status;          /* positive errno */
    uint32_t archive_id;
    uint64_t hal_flags;
    int64_t timestamp;
    size_t data_length;
    struct hsm_action_item item; /* and its data; must stay last */
};

struct actions {
    struct action **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    size_t count;
    uint64_t last_serial;
    struct action *first_ended; /* oldest first: the sent ones stand before the unsent */
    struct action *last_ended;
    struct action *first_unsent;
};

enum hand_out { HAND_OUT_NEW, HAND_OUT_DUPLICATE, HAND_OUT_NO_MEMORY };

/* Zeroed but for the lengths, with room for the data. NULL when memory is short. */
struct action *action_new(size_t data_length);
struct action_key action_key(const struct hsm_action_item *item);

struct action *actions_find(const struct actions *actions, const struct action_key *key);

/*
 * Takes an action in. A key that is still at work here is a duplicate. One whose end was sent on this connection is the
 * coordinator handing the request out again, having read the end (its reply to that comes after): it replaces the old.
 */
enum hand_out actions_hand_out(struct actions *actions, struct action *action);

/* Marks the end of an action. False when there is none of that key and serial at work: it ended before. */
bool actions_end(struct actions *actions, const struct action_key *key, uint64_t serial, int status);

/* The oldest end not sent on this connection, marked as sent; NULL when all are. */
struct action *actions_next_to_send(struct actions *actions);

/* The coordinator replied to the oldest end that was sent: it is forgotten. False when none was sent. */
bool actions_acknowledged(struct actions *actions);

/* The connection is gone: every end without a reply will be sent again. */
void actions_connection_lost(struct actions *actions);

/* Calls back for each action in the table. */
void actions_each(const struct actions *actions, void (*visit)(const struct action *, void *), void *state);

void actions_free(struct actions *actions);

#endif
