#include "running.h"

#include "guard.h"

#include <stdint.h>

/* Chains stay short: a copytool runs tens of actions at once, rarely thousands. */
#define BUCKETS 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct running *buckets[BUCKETS];

static struct running **bucket_of(const struct hsm_copyaction_private *handle)
{
    return &buckets[((uintptr_t)handle >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 54];
}

void running_add(struct running *running)
{
    sigset_t before;
    guard_lock(&lock, &before);
    struct running **bucket = bucket_of(running->handle);
    running->next = *bucket;
    *bucket = running;
    guard_unlock(&lock, &before);
}

struct running *running_remove(const struct hsm_copyaction_private *handle)
{
    sigset_t before;
    guard_lock(&lock, &before);
    struct running **link = bucket_of(handle);
    while (*link && (*link)->handle != handle)
        link = &(*link)->next;
    struct running *found = *link;
    if (found)
        *link = found->next;
    guard_unlock(&lock, &before);
    return found;
}
