#include "copytool.h"

#include "futex.h"
#include "guard.h"
#include "log.h"
#include "real.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MAX_COPYTOOLS 64

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct copytool *registry[MAX_COPYTOOLS];

/* The last list given out before the latest end: a thread may still read it when a handler on another one unregisters. */
static struct list *_Atomic last_given;

static int open_mount(struct copytool *copytool, const char *mount, const struct real *real)
{
    char fids[4096];
    copytool->head.mnt = strdup(mount);
    if (!copytool->head.mnt)
        return -ENOMEM;
    copytool->head.mnt_fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copytool->head.mnt_fd < 0)
        return -errno;
    if (strlen(mount) > sizeof(fids) - sizeof("/.lustre/fid"))
        return -ENAMETOOLONG;
    strcpy(stpcpy(fids, mount), "/.lustre/fid");
    copytool->head.open_by_fid_fd = open(fids, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copytool->head.open_by_fid_fd < 0)
        return -errno;
    return real->search_fsname(mount, copytool->fsname);
}

static int copy_archives(struct copytool *copytool, int count, const int *archives)
{
    for (int i = 0; i < count; i++) {
        if (archives[i] < 0)
            return -EINVAL;
        if (archives[i] == 0)
            return 0; /* every archive */
    }
    if (count == 0)
        return 0;
    copytool->archives = calloc((size_t)count, sizeof(int));
    if (!copytool->archives)
        return -ENOMEM;
    memcpy(copytool->archives, archives, (size_t)count * sizeof(int));
    copytool->archive_count = (size_t)count;
    return 0;
}

static void destroy(struct copytool *copytool)
{
    actions_free(&copytool->actions);
    list_free_all(copytool->first_list);
    if (copytool->current)
        free(atomic_exchange(&last_given, copytool->current));
    int fds[] = {copytool->head.mnt_fd, copytool->head.open_by_fid_fd, copytool->wake_fd, copytool->ready_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    config_free(&copytool->config);
    free(copytool->archives);
    free(copytool->head.mnt);
    pthread_mutex_destroy(&copytool->lock);
    free(copytool);
}

static int prepare(struct copytool *copytool, const char *mount, int archive_count, const int *archives)
{
    const struct real *real = real_calls();
    if (!real)
        return -ENOSYS;
    int rc = config_load(&copytool->config);
    if (rc)
        return rc;
    log_set_level((enum log_level)copytool->config.verbose);
    rc = copy_archives(copytool, archive_count, archives);
    if (!rc)
        rc = open_mount(copytool, mount, real);
    if (rc) {
        log_error("%s cannot be registered: %s", mount, strerror(-rc));
        return rc;
    }
    copytool->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    copytool->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (copytool->wake_fd < 0 || copytool->ready_fd < 0)
        return -errno;
    copytool->kernelcomm.lk_rfd = (uint32_t)copytool->ready_fd;
    return 0;
}

int copytool_new(struct copytool **created, const char *mount, int archive_count, const int *archives, int flags)
{
    if (!mount || archive_count < 0 || (archive_count > 0 && !archives))
        return -EINVAL;
    struct copytool *copytool = calloc(1, sizeof(*copytool));
    if (!copytool)
        return -ENOMEM;
    copytool->head.magic = CT_PRIV_MAGIC;
    copytool->head.kuc = &copytool->kernelcomm;
    copytool->head.mnt_fd = copytool->head.open_by_fid_fd = copytool->wake_fd = copytool->ready_fd = -1;
    copytool->nonblocking = flags & O_NONBLOCK;
    copytool->pid = getpid();
    copytool->references = 1;
    atomic_init(&copytool->ending, 1);
    pthread_mutex_init(&copytool->lock, NULL);
    int rc = prepare(copytool, mount, archive_count, archives);
    if (rc)
        destroy(copytool);
    else
        *created = copytool;
    return rc;
}

bool copytool_publish(struct copytool *copytool)
{
    sigset_t before;
    bool found = false;
    guard_lock(&registry_lock, &before);
    for (int i = 0; i < MAX_COPYTOOLS && !found; i++) {
        if (!registry[i]) {
            registry[i] = copytool;
            found = true;
        }
    }
    guard_unlock(&registry_lock, &before);
    return found;
}

static struct copytool *enter(const struct hsm_copytool_private *head, unsigned ending)
{
    sigset_t before;
    struct copytool *found = NULL;
    guard_lock(&registry_lock, &before);
    for (int i = 0; head && i < MAX_COPYTOOLS && !found; i++)
        if (registry[i] && &registry[i]->head == head)
            found = registry[i];
    if (found) {
        found->references++;
        atomic_fetch_add(&found->ending, ending);
    }
    guard_unlock(&registry_lock, &before);
    return found;
}

struct copytool *copytool_enter(const struct hsm_copytool_private *head)
{
    return enter(head, 0);
}

struct copytool *copytool_enter_to_end(const struct hsm_copytool_private *head)
{
    return enter(head, 1);
}

void copytool_ended(struct copytool *copytool, bool is_first)
{
    atomic_uint *ending = &copytool->ending;
    if (is_first) {
        copytool_withdraw(copytool);
        copytool_leave(copytool);
    }
    copytool_leave(copytool);
    /* From here on it may be gone; a wake for an address that is no more is harmless. */
    atomic_fetch_sub(ending, is_first ? 2 : 1);
    futex_wake_all(ending);
}

void copytool_hold(struct copytool *copytool)
{
    sigset_t before;
    guard_lock(&registry_lock, &before);
    copytool->references++;
    guard_unlock(&registry_lock, &before);
}

void copytool_leave(struct copytool *copytool)
{
    sigset_t before;
    guard_lock(&registry_lock, &before);
    bool last = --copytool->references == 0;
    guard_unlock(&registry_lock, &before);
    if (last)
        destroy(copytool);
}

void copytool_withdraw(struct copytool *copytool)
{
    sigset_t before;
    guard_lock(&registry_lock, &before);
    for (int i = 0; i < MAX_COPYTOOLS; i++)
        if (registry[i] == copytool)
            registry[i] = NULL;
    guard_unlock(&registry_lock, &before);
}

static void signal_fd(int fd)
{
    uint64_t one = 1;
    int saved = errno;
    while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
    errno = saved;
}

void copytool_wake(struct copytool *copytool)
{
    if (!atomic_exchange(&copytool->wake_sent, true))
        signal_fd(copytool->wake_fd);
}

void copytool_signal_ready(struct copytool *copytool)
{
    signal_fd(copytool->ready_fd);
}

void copytool_announce(struct copytool *copytool)
{
    atomic_fetch_add(&copytool->generation, 1);
    if (atomic_load(&copytool->closing) || (copytool->first_list && copytool->polled))
        signal_fd(copytool->ready_fd);
}

void copytool_wake_receivers(struct copytool *copytool)
{
    futex_wake_all(&copytool->generation);
}
