#include "copytool.h"

#include "futex.h"
#include "guard.h"
#include "log.h"
#include "session.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* Under the lock: nothing is left to receive, so nothing is to be polled. */
static void clear_ready(struct copytool *copytool)
{
    uint64_t count;
    if (!copytool->polled)
        return;
    if (!copytool->first_list && !atomic_load(&copytool->closing) && read(copytool->ready_fd, &count, sizeof(count)) < 0 &&
        errno != EAGAIN)
        log_warn("the descriptor for poll cannot be read: errno %d", errno);
    /* Unregister, which takes no lock, may have signalled between the two. */
    if (atomic_load(&copytool->closing))
        copytool_announce(copytool);
}

/* Under the lock. Whether the session has to be woken to fetch a list. */
static bool ask(struct copytool *copytool)
{
    bool asked = !copytool->hungry && !copytool->first_list;
    copytool->hungry |= asked;
    return asked;
}

/* The first list, if there is one. *asked: one is wanted, and the session has to be woken to say so. */
static struct list *take(struct copytool *copytool, bool *asked)
{
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    struct list *list = copytool->first_list, *done = NULL;
    if (list) {
        copytool->first_list = list->next;
        if (!copytool->first_list)
            copytool->last_list = NULL;
        list->next = NULL;
        done = copytool->current;
        copytool->current = list;
        clear_ready(copytool);
    }
    *asked = (!list || copytool->polled) && ask(copytool) && !session_speak(copytool, true);
    guard_unlock(&copytool->lock, &before);
    free(done);
    return list;
}

/* A child of fork has the memory, but not the session's thread. */
bool copytool_is_inherited(const struct copytool *copytool)
{
    if (copytool->pid == getpid())
        return false;
    log_error("the program forked after it registered; it must register in the process that receives and ends actions");
    return true;
}

int copytool_receive(struct copytool *copytool, struct hsm_action_list **hal, int *bytes, sigset_t *outside)
{
    if (copytool_is_inherited(copytool))
        return -ENOTCONN;
    for (;;) {
        unsigned generation = atomic_load(&copytool->generation);
        if (atomic_load(&copytool->closing))
            return -ESHUTDOWN;
        bool asked;
        struct list *list = take(copytool, &asked);
        if (asked)
            copytool_wake(copytool);
        if (list) {
            *hal = list_hal(list);
            *bytes = (int)list->bytes;
            return 0;
        }
        if (copytool->nonblocking)
            return -EAGAIN;
        guard_end(outside);
        int rc = futex_wait(&copytool->generation, generation, NULL);
        guard_begin(outside);
        if (rc == -EINTR && !atomic_load(&copytool->closing))
            return rc;
    }
}

int copytool_poll_fd(struct copytool *copytool)
{
    sigset_t before;
    if (copytool_is_inherited(copytool))
        return -ENOTCONN;
    guard_lock(&copytool->lock, &before);
    if (!copytool->polled && copytool->first_list)
        copytool_signal_ready(copytool);
    copytool->polled = true;
    bool asked = ask(copytool) && !session_speak(copytool, true);
    guard_unlock(&copytool->lock, &before);
    if (asked)
        copytool_wake(copytool);
    return copytool->ready_fd;
}
