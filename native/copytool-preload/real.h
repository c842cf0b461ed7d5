/* The calls of the liblustreapi below us. */
#ifndef WEIR_REAL_H
#define WEIR_REAL_H

#include "llapi.h"

struct real {
    int (*action_begin)(struct hsm_copyaction_private **, const struct hsm_copytool_private *, const struct hsm_action_item *, int,
                        int, bool);
    int (*action_end)(struct hsm_copyaction_private **, const struct hsm_extent *, int, int);
    int (*search_fsname)(const char *path, char *fsname);
};

/* Looked up once. NULL, after a message, when this process has no liblustreapi. */
const struct real *real_calls(void);

#endif
