/*
 * A stand-in for liblustreapi's copytool half, over a plain directory:
 *
 *   MOUNT/.lustre/fid/<FID>          each file, under its fid as the kernel prints it, without brackets
 *   MOUNT/.lustre/volatile/<name>    the files restores write into
 *   MOUNT/.lustre/path/<FID>         a symbolic link whose text is the file's path below the mount point, where it has one
 *
 * Who plays the MDT listens on the Unix stream socket that STANDIN_MDT names. A process connects twice at most, each time with a
 * first line that says for what:
 *
 *   ops PID                      then a line for each call, answered by a line with 0 or a negative errno:
 *     BEGIN cookie action fid dfid data-fid volatile      (dfid: as the request had it; volatile: "-" if none)
 *     PROGRESS cookie offset length total
 *     END cookie action fid dfid data-fid volatile flags errval is-error
 *   kuc PID flags n id...        register: from here on the MDT sends what the kernel would put into the pipe
 *
 * Without STANDIN_MDT every call succeeds at once.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include "../../native/copytool-preload/llapi.h"

struct hsm_copy {
    uint64_t hc_data_version;
    uint16_t hc_flags;
    uint16_t hc_errval;
    uint32_t padding;
    struct hsm_action_item hc_hai;
};
_Static_assert(sizeof(struct hsm_copy) == 88, "hsm_copy");

int llapi_hsm_action_progress(struct hsm_copyaction_private *hcp, const struct hsm_extent *he, uint64_t total, int hp_flags);
int llapi_hsm_action_get_dfid(const struct hsm_copyaction_private *hcp, struct lu_fid *fid);
int llapi_hsm_action_get_fd(const struct hsm_copyaction_private *hcp);
int llapi_search_fsname(const char *pathname, char *fsname);
int llapi_fid2path(const char *device, const char *fidstr, char *path, int pathlen, long long *recno, int *linkno);

/* The line to the MDT; its answer, or 0 when nobody plays it. */
int mdt_call(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A connected socket after its first line, or a negative errno; -ENOTCONN when nobody plays the MDT. */
int mdt_connect(const char *first_line);

#endif
