/*
 * What of Lustre's user ABI this library needs, declared from its description: the HSM action list (in memory as the kernel
 * hands it out, Lustre 2.5 to master) and the copytool calls of liblustreapi.
 */
#ifndef WEIR_LLAPI_H
#define WEIR_LLAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hsm_copytool_action {
    HSMA_NONE = 10,
    HSMA_ARCHIVE = 20,
    HSMA_RESTORE = 21,
    HSMA_REMOVE = 22,
    HSMA_CANCEL = 23,
};

#define HAL_VERSION 1
#define HP_FLAG_RETRY 2

struct lu_fid {
    uint64_t f_seq;
    uint32_t f_oid;
    uint32_t f_ver;
};

struct hsm_extent {
    uint64_t offset;
    uint64_t length;
} __attribute__((packed));

struct hsm_action_item {
    uint32_t hai_len; /* this head and the data, padded to 8 */
    uint32_t hai_action;
    struct lu_fid hai_fid;
    struct lu_fid hai_dfid;
    struct hsm_extent hai_extent;
    uint64_t hai_cookie;
    uint64_t hai_gid;
    char hai_data[];
} __attribute__((packed));

struct hsm_action_list {
    uint32_t hal_version;
    uint32_t hal_count;
    uint64_t hal_compound_id;
    uint64_t hal_flags;
    uint32_t hal_archive_id;
    uint32_t padding1;
    char hal_fsname[]; /* ends in NUL; the first item follows at the next multiple of 8 */
} __attribute__((packed));

/* The pipe to the kernel as the real library keeps it. Nothing of it is used here; it is there for code that looks. */
struct lustre_kernelcomm {
    uint32_t lk_wfd;
    uint32_t lk_rfd;
    uint32_t lk_uid;
    uint32_t lk_group;
    uint32_t lk_data_count;
    uint32_t lk_flags;
};

#define CT_PRIV_MAGIC ((int)0xC0BE2001u)

/*
 * The head of the real struct hsm_copytool_private. llapi_hsm_action_*() read the two descriptors from these offsets in every
 * version; up to 2.11 the kernelcomm stood in the struct itself, after them.
 */
struct hsm_copytool_private {
    int magic;
    char *mnt;
    void *kuch;
    int mnt_fd;
    int open_by_fid_fd;
    struct lustre_kernelcomm *kuc;
};

struct hsm_copyaction_private;

_Static_assert(sizeof(struct lu_fid) == 16, "lu_fid");
_Static_assert(sizeof(struct hsm_extent) == 16, "hsm_extent");
_Static_assert(sizeof(struct hsm_action_item) == 72, "hsm_action_item");
_Static_assert(offsetof(struct hsm_action_item, hai_dfid) == 24, "hai_dfid");
_Static_assert(offsetof(struct hsm_action_item, hai_extent) == 40, "hai_extent");
_Static_assert(offsetof(struct hsm_action_item, hai_cookie) == 56, "hai_cookie");
_Static_assert(sizeof(struct hsm_action_list) == 32, "hsm_action_list");
_Static_assert(offsetof(struct hsm_action_list, hal_archive_id) == 24, "hal_archive_id");
_Static_assert(sizeof(struct lustre_kernelcomm) == 24, "lustre_kernelcomm");
_Static_assert(offsetof(struct hsm_copytool_private, mnt) == sizeof(void *), "mnt");
_Static_assert(offsetof(struct hsm_copytool_private, mnt_fd) == 3 * sizeof(void *), "mnt_fd");
_Static_assert(offsetof(struct hsm_copytool_private, open_by_fid_fd) == 3 * sizeof(void *) + 4, "open_by_fid_fd");

static inline size_t align8(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Where the first item of a list for this file system stands. */
static inline size_t hal_head_bytes(size_t fsname_length)
{
    return sizeof(struct hsm_action_list) + align8(fsname_length + 1);
}

int llapi_hsm_copytool_register(struct hsm_copytool_private **priv, const char *mnt, int archive_count, int *archives,
                                int rfd_flags);
int llapi_hsm_copytool_unregister(struct hsm_copytool_private **priv);
int llapi_hsm_copytool_get_fd(struct hsm_copytool_private *ct);
int llapi_hsm_copytool_recv(struct hsm_copytool_private *ct, struct hsm_action_list **hal, int *msgsize);
int llapi_hsm_action_begin(struct hsm_copyaction_private **phcp, const struct hsm_copytool_private *ct,
                           const struct hsm_action_item *hai, int restore_mdt_index, int restore_open_flags, bool is_error);
int llapi_hsm_action_end(struct hsm_copyaction_private **phcp, const struct hsm_extent *he, int hp_flags, int errval);

#endif
