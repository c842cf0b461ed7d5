/* Waiting on a number. A signal interrupts it exactly when it would interrupt read(2): with EINTR unless the handler restarts. */
#ifndef WEIR_FUTEX_H
#define WEIR_FUTEX_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* 0 when woken or the number is another; -EINTR; -ETIMEDOUT. No timeout: NULL. */
static inline int futex_wait(atomic_uint *number, unsigned value, const struct timespec *timeout)
{
    if (syscall(SYS_futex, number, FUTEX_WAIT_PRIVATE, value, timeout, NULL, 0) == 0 || errno == EAGAIN)
        return 0;
    return -errno;
}

static inline void futex_wake_all(atomic_uint *number)
{
    syscall(SYS_futex, number, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

#endif
