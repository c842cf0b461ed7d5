/* The calls that stand in front of liblustreapi's. */
#include "copytool.h"
#include "guard.h"
#include "log.h"
#include "real.h"
#include "running.h"
#include "session.h"

#include <errno.h>
#include <stdlib.h>

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
    copytool_announce(copytool);
    session_stop(copytool);
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
    struct copytool *copytool = hal && msgsize ? copytool_enter(ct) : NULL;
    if (!copytool)
        return -EINVAL;
    int rc = copytool_receive(copytool, hal, msgsize);
    copytool_leave(copytool);
    return rc;
}

static struct running *running_new(struct copytool *copytool, const struct hsm_action_item *hai)
{
    struct running *running = malloc(sizeof(*running));
    if (!running)
        return NULL;
    running->copytool = copytool;
    running->key = action_key(hai);
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    const struct action *action = actions_find(&copytool->actions, &running->key);
    running->serial = action && !action->ended ? action->serial : 0;
    guard_unlock(&copytool->lock, &before);
    if (running->serial)
        return running;
    free(running);
    return NULL;
}

EXPORTED int llapi_hsm_action_begin(struct hsm_copyaction_private **phcp, const struct hsm_copytool_private *ct,
                                    const struct hsm_action_item *hai, int restore_mdt_index, int restore_open_flags, bool is_error)
{
    const struct real *real = real_calls();
    if (!real)
        return -ENOSYS;
    /* What is not one of ours, a cancel, or an action of before a restart, is liblustreapi's business alone. */
    struct copytool *copytool = hai && hai->hai_action != HSMA_CANCEL ? copytool_enter(ct) : NULL;
    struct running *running = copytool ? running_new(copytool, hai) : NULL;
    int rc = real->action_begin(phcp, ct, hai, restore_mdt_index, restore_open_flags, is_error);
    if (running && rc >= 0 && phcp && *phcp) {
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
    guard_lock(&copytool->lock, &before);
    bool ended = actions_end(&copytool->actions, &running->key, running->serial, status);
    guard_unlock(&copytool->lock, &before);
    if (ended)
        copytool_wake(copytool);
    else
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
    tell_end(running, errval ? abs(errval) : rc < 0 ? -rc : 0);
    copytool_leave(running->copytool);
    free(running);
    return rc;
}
