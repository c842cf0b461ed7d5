/*
 * A mutex under which no signal handler runs on the same thread. Copytools call unregister from their handlers, so the thread a
 * handler interrupts must never be one that holds a lock of this library.
 */
#ifndef WEIR_GUARD_H
#define WEIR_GUARD_H

#include <pthread.h>
#include <signal.h>

static inline void guard_lock(pthread_mutex_t *mutex, sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
    pthread_mutex_lock(mutex);
}

static inline void guard_unlock(pthread_mutex_t *mutex, const sigset_t *before)
{
    pthread_mutex_unlock(mutex);
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

#endif
