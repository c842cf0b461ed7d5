/*
 * A mutex under which no signal handler runs on the same thread. Copytools call unregister from their handlers, so the thread a
 * handler interrupts must never be one that holds a lock of this library.
 *
 * Blocking signals takes two system calls. Sections nest, so that a call of the copytool's pays for them once, and a thread whose
 * signals are blocked all its life never does.
 */
#ifndef WEIR_GUARD_H
#define WEIR_GUARD_H

#include <pthread.h>
#include <signal.h>

/* How deep in such sections this thread is. The model is that of a library that is there when the program starts. */
extern __thread int guard_depth __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline void guard_begin(sigset_t *before)
{
    if (!guard_depth) {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, before);
    }
    guard_depth++;
}

static inline void guard_end(const sigset_t *before)
{
    if (!--guard_depth)
        pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* For a thread that has all signals blocked, and keeps them so. */
static inline void guard_is_given(void)
{
    guard_depth++;
}

static inline void guard_lock(pthread_mutex_t *mutex, sigset_t *before)
{
    guard_begin(before);
    pthread_mutex_lock(mutex);
}

static inline void guard_unlock(pthread_mutex_t *mutex, const sigset_t *before)
{
    pthread_mutex_unlock(mutex);
    guard_end(before);
}

#endif
