/*
 * One registered copytool. A thread of its own talks to the coordinator (session.c); the copytool's threads receive lists, begin
 * and end actions. What they share is under one lock.
 *
 * It lives as long as anyone refers to it: its registration, its thread, a call inside it, each action begun with it. Whoever
 * unregisters never frees it, so that this may happen in a signal handler.
 */
#ifndef WEIR_COPYTOOL_H
#define WEIR_COPYTOOL_H

#include "action.h"
#include "config.h"
#include "list.h"
#include "llapi.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#define FSNAME_BYTES 64 /* what llapi_search_fsname may write; Lustre's own limit is 8 characters */

struct copytool {
    struct hsm_copytool_private head; /* must stay first: it is what the copytool and liblustreapi see */
    struct lustre_kernelcomm kernelcomm;
    struct config config;
    char fsname[FSNAME_BYTES];
    int *archives; /* NULL: all */
    size_t archive_count;
    bool nonblocking;
    pid_t pid; /* a forked child has no session thread */

    int wake_fd;  /* eventfd: the session has something to do */
    int ready_fd; /* eventfd, what get_fd gives: once it was asked for, readable while a list or a shutdown can be received */

    atomic_uint generation; /* futex: changes with everything recv waits for */
    atomic_bool closing;
    atomic_uint stopped;  /* futex: the session is over */
    atomic_uint ending;   /* futex: 1 for the registration, 1 for each unregister inside; at 0 the session may free it */
    atomic_bool wake_sent;

    int references; /* under the registry's lock */

    pthread_mutex_t lock; /* with guard_lock; for what follows */
    struct actions actions;
    struct list *first_list;
    struct list *last_list;
    struct list *current; /* what the last recv gave out */
    bool polled;          /* get_fd was called: lists are fetched ahead of recv */
    bool hungry;          /* a list is wanted */
    struct session *waiting; /* the session while it waits, and others may speak for it */
};

/* 0 or a negative errno. The new copytool has one reference and no thread yet, and is not registered. */
int copytool_new(struct copytool **created, const char *mount, int archive_count, const int *archives, int flags);

/* Makes it known; false when there are too many. From then on copytool_enter finds it. */
bool copytool_publish(struct copytool *copytool);

/* Refers to the copytool behind the pointer a caller gave, or NULL when it is none of ours. Safe in signal handlers. */
struct copytool *copytool_enter(const struct hsm_copytool_private *head);
/*
 * The same for unregister, which ends by copytool_ended instead of copytool_leave: the first one's takes the registration away.
 * The memory is never freed there: the session waits for it.
 */
struct copytool *copytool_enter_to_end(const struct hsm_copytool_private *head);
void copytool_ended(struct copytool *copytool, bool is_first);
void copytool_hold(struct copytool *copytool);
void copytool_leave(struct copytool *copytool);

/* Forgets it: no further call finds it. */
void copytool_withdraw(struct copytool *copytool);

/* Wakes the session thread; safe in signal handlers. */
void copytool_wake(struct copytool *copytool);

/*
 * There is something to receive: whoever polls sees it. The lock must be held, or closing be set. Those in recv are woken by the
 * second call, without the lock, which they want at once.
 */
void copytool_announce(struct copytool *copytool);
void copytool_wake_receivers(struct copytool *copytool);
void copytool_signal_ready(struct copytool *copytool);

/* Whether this is another process than the one that registered, which is an error with a message. */
bool copytool_is_inherited(const struct copytool *copytool);

/* Called with signals blocked; while it waits they are as the caller had them outside. */
int copytool_receive(struct copytool *copytool, struct hsm_action_list **hal, int *bytes, sigset_t *outside);
int copytool_poll_fd(struct copytool *copytool);

#endif
