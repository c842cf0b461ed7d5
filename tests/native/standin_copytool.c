/* register, unregister, get_fd and recv as liblustreapi does them, with a socket for the kernel's pipe. */
#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KUC_MAGIC 0x191C
#define KUC_TRANSPORT_GENERIC 1
#define KUC_TRANSPORT_HSM 2
#define KUC_MSG_SHUTDOWN 1
#define HMT_ACTION_LIST 100
#define KUC_MAX_BYTES 65535

struct kuc_hdr {
    uint16_t magic;
    uint8_t transport;
    uint8_t flags;
    uint16_t msgtype;
    uint16_t msglen; /* this header included */
};

static bool is_ours(const struct hsm_copytool_private *ct)
{
    return ct && ct->magic == CT_PRIV_MAGIC;
}

static int open_directories(struct hsm_copytool_private *ct, const char *mnt)
{
    char path[4096];
    ct->mnt_fd = open(mnt, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ct->mnt_fd < 0)
        return -errno;
    snprintf(path, sizeof(path), "%s/.lustre/fid", mnt);
    ct->open_by_fid_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return ct->open_by_fid_fd < 0 ? -errno : 0;
}

static void release(struct hsm_copytool_private *ct)
{
    if (ct->kuc && (int)ct->kuc->lk_rfd >= 0)
        close((int)ct->kuc->lk_rfd);
    if (ct->mnt_fd >= 0)
        close(ct->mnt_fd);
    if (ct->open_by_fid_fd >= 0)
        close(ct->open_by_fid_fd);
    free(ct->kuc);
    free(ct->kuch);
    free(ct->mnt);
    free(ct);
}

int llapi_hsm_copytool_register(struct hsm_copytool_private **priv, const char *mnt, int archive_count, int *archives,
                                int rfd_flags)
{
    char line[1024];
    if (!priv || !mnt || archive_count < 0 || (archive_count > 0 && !archives) || archive_count > 64)
        return -EINVAL;
    struct hsm_copytool_private *ct = calloc(1, sizeof(*ct));
    ct->magic = CT_PRIV_MAGIC;
    ct->mnt = strdup(mnt);
    ct->kuch = malloc(KUC_MAX_BYTES);
    ct->kuc = calloc(1, sizeof(*ct->kuc));
    ct->kuc->lk_rfd = (uint32_t)-1;
    ct->mnt_fd = ct->open_by_fid_fd = -1;
    int rc = open_directories(ct, mnt);
    int length = snprintf(line, sizeof(line), "kuc %d %d %d", (int)getpid(), rfd_flags, archive_count);
    for (int i = 0; i < archive_count; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, " %d", archives[i]);
    snprintf(line + length, sizeof(line) - (size_t)length, "\n");
    if (!rc) {
        rc = mdt_connect(line);
        if (rc >= 0) {
            ct->kuc->lk_rfd = (uint32_t)rc;
            rc = rfd_flags & O_NONBLOCK && fcntl(rc, F_SETFL, O_NONBLOCK) ? -errno : 0;
        }
    }
    if (rc) {
        release(ct);
        return rc;
    }
    *priv = ct;
    return 0;
}

int llapi_hsm_copytool_unregister(struct hsm_copytool_private **priv)
{
    if (!priv || !is_ours(*priv))
        return -EINVAL;
    (*priv)->magic = 0;
    release(*priv);
    *priv = NULL;
    return 0;
}

int llapi_hsm_copytool_get_fd(struct hsm_copytool_private *ct)
{
    return is_ours(ct) ? (int)ct->kuc->lk_rfd : -EINVAL;
}

/* -EAGAIN only before the first byte, as the real one. */
static int read_exactly(int fd, char *into, size_t bytes, bool started)
{
    while (bytes) {
        ssize_t got = recv(fd, into, bytes, 0);
        if (got == 0)
            return -EPIPE;
        if (got < 0 && errno == EAGAIN && started) {
            struct pollfd waits = {.fd = fd, .events = POLLIN};
            poll(&waits, 1, -1);
            continue;
        }
        if (got < 0)
            return -errno;
        started = true;
        into += got;
        bytes -= (size_t)got;
    }
    return 0;
}

int llapi_hsm_copytool_recv(struct hsm_copytool_private *ct, struct hsm_action_list **hal, int *msgsize)
{
    if (!is_ours(ct) || !hal || !msgsize)
        return -EINVAL;
    int fd = (int)ct->kuc->lk_rfd;
    struct kuc_hdr *header = ct->kuch;
    int rc = read_exactly(fd, (char *)header, sizeof(*header), false);
    if (rc)
        return rc;
    if (header->magic != KUC_MAGIC || header->msglen < sizeof(*header))
        return -EPROTO;
    rc = read_exactly(fd, (char *)(header + 1), header->msglen - sizeof(*header), true);
    if (rc)
        return rc;
    if (header->transport == KUC_TRANSPORT_GENERIC && header->msgtype == KUC_MSG_SHUTDOWN)
        return -ESHUTDOWN;
    if (header->transport != KUC_TRANSPORT_HSM || header->msgtype != HMT_ACTION_LIST)
        return -EPROTO;
    if (header->msglen < sizeof(*header) + sizeof(struct hsm_action_list))
        return -EPROTO;
    *hal = (struct hsm_action_list *)(header + 1);
    *msgsize = header->msglen - (int)sizeof(*header);
    return 0;
}

/* The name the test gave; Lustre's own default otherwise. */
int llapi_search_fsname(const char *pathname, char *fsname)
{
    const char *name = getenv("STANDIN_FSNAME");
    if (!pathname || access(pathname, F_OK))
        return -ENOENT;
    strcpy(fsname, name && strlen(name) < 9 ? name : "lustre");
    return 0;
}

int llapi_fid2path(const char *device, const char *fidstr, char *path, int pathlen, long long *recno, int *linkno)
{
    char link[4096];
    size_t length = strlen(fidstr);
    bool bracketed = length > 2 && fidstr[0] == '[' && fidstr[length - 1] == ']';
    if (!recno || !linkno || pathlen < 1)
        return -EINVAL;
    snprintf(link, sizeof(link), "%s/.lustre/path/%.*s", device, (int)(bracketed ? length - 2 : length), fidstr + bracketed);
    ssize_t bytes = readlink(link, path, (size_t)pathlen - 1);
    if (bytes < 0)
        return -errno;
    path[bytes] = '\0';
    return 0;
}
