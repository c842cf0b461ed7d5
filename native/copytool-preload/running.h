/* Which action stands behind each handle that liblustreapi gave for one begun. */
#ifndef WEIR_RUNNING_H
#define WEIR_RUNNING_H

#include "copytool.h"

struct running {
    struct running *next;
    const struct hsm_copyaction_private *handle;
    struct copytool *copytool; /* held */
    struct action_key key;
    uint64_t serial; /* 0: the coordinator is not told of its end */
};

/* Takes over the reference to the copytool, and the memory. */
void running_add(struct running *running);

/* Takes it out; NULL when the handle is not known. The caller frees it and leaves the copytool. */
struct running *running_remove(const struct hsm_copyaction_private *handle);

#endif
