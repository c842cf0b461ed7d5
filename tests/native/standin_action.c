/* begin, progress and end of an action, as liblustreapi does them. */
#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CP_PRIV_MAGIC 0x19880429u
#define VOLATILE_SEQUENCE UINT64_C(0x2deadbeef)

struct hsm_copyaction_private {
    uint32_t magic;
    int32_t source_fd;
    int32_t data_fd;
    const struct hsm_copytool_private *ct_priv;
    struct hsm_copy copy;
    struct lu_fid asked_dfid; /* before a restore changed it */
    bool is_error;
    char volatile_name[48];
};

static atomic_uint last_volatile;

struct fid_text {
    char text[48];
};

static struct fid_text fid_text(struct lu_fid fid)
{
    struct fid_text text;
    snprintf(text.text, sizeof(text.text), "0x%" PRIx64 ":0x%" PRIx32 ":0x%" PRIx32, fid.f_seq, fid.f_oid, fid.f_ver);
    return text;
}

static int open_fid(const struct hsm_copytool_private *ct, struct lu_fid fid)
{
    int fd = openat(ct->open_by_fid_fd, fid_text(fid).text, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int begin_restore(struct hsm_copyaction_private *hcp)
{
    char path[80];
    struct stat status;
    struct hsm_action_item *hai = &hcp->copy.hc_hai;
    if (fstatat(hcp->ct_priv->open_by_fid_fd, fid_text(hai->hai_fid).text, &status, 0))
        return -errno;
    unsigned number = atomic_fetch_add(&last_volatile, 1) + 1;
    snprintf(hcp->volatile_name, sizeof(hcp->volatile_name), "%d-%u", (int)getpid(), number);
    snprintf(path, sizeof(path), ".lustre/volatile/%s", hcp->volatile_name);
    hcp->data_fd = openat(hcp->ct_priv->mnt_fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (hcp->data_fd < 0)
        return -errno;
    hai->hai_dfid = (struct lu_fid){.f_seq = VOLATILE_SEQUENCE, .f_oid = number, .f_ver = (uint32_t)getpid()};
    return 0;
}

static int begin_opened(struct hsm_copyaction_private *hcp)
{
    struct hsm_action_item *hai = &hcp->copy.hc_hai;
    int rc = 0;
    switch (hai->hai_action) {
    case HSMA_ARCHIVE:
        rc = hcp->source_fd = open_fid(hcp->ct_priv, hai->hai_dfid);
        break;
    case HSMA_RESTORE:
        rc = begin_restore(hcp);
        break;
    case HSMA_REMOVE:
        rc = hcp->source_fd = open_fid(hcp->ct_priv, hai->hai_fid);
        return rc == -ENOENT || rc >= 0 ? 0 : rc; /* and no COPY_START */
    default:
        return 0;
    }
    if (rc < 0)
        return rc;
    return mdt_call("BEGIN %" PRIu64 " %" PRIu32 " %s %s %s %s\n", hai->hai_cookie, hai->hai_action, fid_text(hai->hai_fid).text,
                    fid_text(hcp->asked_dfid).text, fid_text(hai->hai_dfid).text, *hcp->volatile_name ? hcp->volatile_name : "-");
}

static void release(struct hsm_copyaction_private *hcp)
{
    if (hcp->source_fd >= 0)
        close(hcp->source_fd);
    if (hcp->data_fd >= 0)
        close(hcp->data_fd);
    free(hcp);
}

int llapi_hsm_action_begin(struct hsm_copyaction_private **phcp, const struct hsm_copytool_private *ct,
                           const struct hsm_action_item *hai, int restore_mdt_index, int restore_open_flags, bool is_error)
{
    (void)restore_mdt_index;
    (void)restore_open_flags;
    if (!phcp || !ct || ct->magic != CT_PRIV_MAGIC || !hai)
        return -EINVAL;
    struct hsm_copyaction_private *hcp = calloc(1, sizeof(*hcp));
    hcp->magic = CP_PRIV_MAGIC;
    hcp->source_fd = hcp->data_fd = -1;
    hcp->ct_priv = ct;
    hcp->copy.hc_hai = *hai;
    hcp->copy.hc_hai.hai_len = sizeof(*hai);
    hcp->asked_dfid = hai->hai_dfid;
    hcp->is_error = is_error;
    int rc = is_error ? 0 : begin_opened(hcp);
    if (rc < 0) {
        release(hcp);
        return rc;
    }
    *phcp = hcp;
    return 0;
}

int llapi_hsm_action_progress(struct hsm_copyaction_private *hcp, const struct hsm_extent *he, uint64_t total, int hp_flags)
{
    (void)hp_flags;
    if (!hcp || hcp->magic != CP_PRIV_MAGIC || !he)
        return -EINVAL;
    return mdt_call("PROGRESS %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", hcp->copy.hc_hai.hai_cookie, he->offset, he->length,
                    total);
}

int llapi_hsm_action_end(struct hsm_copyaction_private **phcp, const struct hsm_extent *he, int hp_flags, int errval)
{
    struct hsm_copyaction_private *hcp = phcp ? *phcp : NULL;
    if (!hcp || hcp->magic != CP_PRIV_MAGIC || !he)
        return -EINVAL;
    struct hsm_action_item *hai = &hcp->copy.hc_hai;
    int rc = 0;
    if (!errval && !hcp->is_error && hai->hai_action == HSMA_RESTORE && fsync(hcp->data_fd)) {
        rc = -errno;
        errval = errno;
    }
    int told = mdt_call("END %" PRIu64 " %" PRIu32 " %s %s %s %s %d %d %d\n", hai->hai_cookie, hai->hai_action,
                        fid_text(hai->hai_fid).text, fid_text(hcp->asked_dfid).text, fid_text(hai->hai_dfid).text,
                        *hcp->volatile_name ? hcp->volatile_name : "-", hp_flags, abs(errval), hcp->is_error);
    hcp->magic = 0;
    release(hcp);
    *phcp = NULL;
    return told ? told : rc;
}

int llapi_hsm_action_get_dfid(const struct hsm_copyaction_private *hcp, struct lu_fid *fid)
{
    if (!hcp || hcp->magic != CP_PRIV_MAGIC)
        return -EINVAL;
    uint32_t action = hcp->copy.hc_hai.hai_action;
    if (action != HSMA_ARCHIVE && action != HSMA_RESTORE)
        return -EINVAL;
    *fid = hcp->copy.hc_hai.hai_dfid;
    return 0;
}

int llapi_hsm_action_get_fd(const struct hsm_copyaction_private *hcp)
{
    if (!hcp || hcp->magic != CP_PRIV_MAGIC)
        return -EINVAL;
    int fd = hcp->copy.hc_hai.hai_action == HSMA_ARCHIVE ? hcp->source_fd : hcp->data_fd;
    fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}
