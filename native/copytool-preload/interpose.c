/* The calls that stand in front of liblustreapi's. */
#include "copytool.h"
#include "guard.h"
#include "log.h"
#include "real.h"
#include "running.h"
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int llapi_hsm_copytool_register(struct hsm_copytool_private **priv, const char *mnt, int archive_count, int *archives,
                                         int rfd_flags)
{
    struct copytool *copytool;
    if (!priv)
        return -EINVAL;
    int rc = copytool_new(&copytool, mnt, archive_count, archives, rfd_flags);
    if (rc)
        return rc;
    if (!copytool_publish(copytool)) {
        log_error("%s cannot be registered: too many copytools in one process", mnt);
        copytool_leave(copytool);
        return -EMFILE;
    }
    rc = session_start(copytool);
    if (rc) {
        copytool_withdraw(copytool);
        copytool_leave(copytool);
        return rc;
    }
    *priv = &copytool->head;
    return 0;
}

/* Called from signal handlers: nothing here allocates, frees or waits for a thread that a handler may have interrupted. */
EXPORTED int llapi_hsm_copytool_unregister(struct hsm_copytool_private **priv)
{
    struct copytool *copytool = priv ? copytool_enter_to_end(*priv) : NULL;
    if (!copytool)
        return -EINVAL;
    bool is_first = !atomic_exchange(&copytool->closing, true);
    /* A forked child shares the descriptors that would tell the parent's threads. */
    if (copytool->pid == getpid()) {
        copytool_announce(copytool);
        copytool_wake_receivers(copytool);
        session_stop(copytool);
    }
    *priv = NULL;
    copytool_ended(copytool, is_first);
    return 0;
}

EXPORTED int llapi_hsm_copytool_get_fd(struct hsm_copytool_private *ct)
{
    struct copytool *copytool = copytool_enter(ct);
    if (!copytool)
        return -EINVAL;
    int fd = copytool_poll_fd(copytool);
    copytool_leave(copytool);
    return fd;
}

EXPORTED int llapi_hsm_copytool_recv(struct hsm_copytool_private *ct, struct hsm_action_list **hal, int *msgsize)
{
    sigset_t before;
    int rc = -EINVAL;
    guard_begin(&before);
    struct copytool *copytool = hal && msgsize ? copytool_enter(ct) : NULL;
    if (copytool) {
        rc = copytool_receive(copytool, hal, msgsize, &before);
        copytool_leave(copytool);
    }
    guard_end(&before);
    return rc;
}

/* What stands behind the action in our table; 0 for a cancel, and for what is not at work here. */
static uint64_t serial_of(struct copytool *copytool, const struct hsm_action_item *hai, const struct action_key *key)
{
    if (hai->hai_action == HSMA_CANCEL)
        return 0;
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    const struct action *action = actions_find(&copytool->actions, key);
    uint64_t serial = action && !action->ended ? action->serial : 0;
    guard_unlock(&copytool->lock, &before);
    return serial;
}

EXPORTED int llapi_hsm_action_begin(struct hsm_copyaction_private **phcp, const struct hsm_copytool_private *ct,
                                    const struct hsm_action_item *hai, int restore_mdt_index, int restore_open_flags, bool is_error)
{
    const struct real *real = real_calls();
    if (!real)
        return -ENOSYS;
    if (!phcp || !ct || !hai)
        return -EINVAL;
    struct running *running = malloc(sizeof(*running));
    if (!running)
        return -ENOMEM;
    sigset_t before;
    guard_begin(&before);
    /* The action refers to the copytool until its end, also past unregister: liblustreapi reads its descriptors. */
    struct copytool *copytool = copytool_enter(ct);
    running->copytool = copytool;
    running->key = action_key(hai);
    running->serial = copytool ? serial_of(copytool, hai, &running->key) : 0;
    guard_end(&before);
    int rc = copytool ? real->action_begin(phcp, ct, hai, restore_mdt_index, restore_open_flags, is_error) : -ESHUTDOWN;
    if (!rc) {
        running->handle = *phcp;
        running_add(running);
        return rc;
    }
    free(running);
    if (copytool)
        copytool_leave(copytool);
    return rc;
}

static void tell_end(const struct running *running, int status)
{
    struct copytool *copytool = running->copytool;
    sigset_t before;
    if (copytool_is_inherited(copytool))
        return;
    guard_lock(&copytool->lock, &before);
    bool ended = actions_end(&copytool->actions, &running->key, running->serial, status);
    /* While an answer is on its way, what ends meanwhile goes together, and the session sees to it. */
    bool told = ended && session_speak(copytool, false);
    guard_unlock(&copytool->lock, &before);
    if (ended && !told)
        copytool_wake(copytool);
    if (!ended)
        log_warn("an action was ended twice; the coordinator is told of the first end");
}

EXPORTED int llapi_hsm_action_end(struct hsm_copyaction_private **phcp, const struct hsm_extent *he, int hp_flags, int errval)
{
    const struct real *real = real_calls();
    if (!real)
        return -ENOSYS;
    /* Out before the real end frees the handle: its address may then be given to an action another thread begins. */
    struct running *running = phcp && *phcp ? running_remove(*phcp) : NULL;
    int rc = real->action_end(phcp, he, hp_flags, errval);
    if (!running)
        return rc;
    sigset_t before;
    guard_begin(&before);
    if (running->serial)
        tell_end(running, errval ? abs(errval) : rc < 0 ? -rc : 0);
    copytool_leave(running->copytool);
    guard_end(&before);
    free(running);
    return rc;
}
