#include "session.h"

#include "futex.h"
#include "guard.h"
#include "log.h"
#include "session_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define STACK_BYTES ((size_t)512 << 10)
#define READ_BYTES ((size_t)64 << 10)

/*
 * A list in JSON is at most this many times its size in memory: an item's head takes 72 bytes there and up to 450 as text, its
 * data up to 6 (\u0000) a byte.
 */
#define JSON_PER_BYTE 8
#define MESSAGE_HEAD_BYTES 4096

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void session_wake_seen(struct session *session)
{
    uint64_t count;
    /* In this order: a wake between the two is seen by whoever looks at the state after this. */
    if (read(session->copytool->wake_fd, &count, sizeof(count)) > 0)
        atomic_store(&session->copytool->wake_sent, false);
}

static bool is_closing(const struct session *session)
{
    return atomic_load(&session->copytool->closing);
}

/* Until the descriptor (-1: none) is ready, something wakes us or the time is up. The events that came, or a negative errno. */
static int wait_for(struct session *session, int fd, short events, int64_t until_ms)
{
    int64_t left = until_ms - clock_ms();
    struct pollfd fds[] = {{.fd = session->copytool->wake_fd, .events = POLLIN}, {.fd = fd, .events = events}};
    int ready = poll(fds, 2, left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left);
    if (ready < 0)
        return errno == EINTR ? 0 : -errno;
    if (fds[0].revents)
        session_wake_seen(session);
    return fds[1].revents;
}

static int wait_connecting(void *state, int fd, short events)
{
    struct session *session = state;
    for (;;) {
        if (is_closing(session))
            return -ECANCELED;
        int came = wait_for(session, fd, events, session->deadline_ms);
        if (came)
            return came < 0 ? came : 0;
        if (clock_ms() >= session->deadline_ms)
            return -ETIMEDOUT;
    }
}

static int flush(struct session *session)
{
    while (buffer_length(&session->out)) {
        ssize_t written = transport_write(&session->transport, buffer_front(&session->out), buffer_length(&session->out));
        if (written < 0)
            return written == -EAGAIN ? 0 : (int)written;
        buffer_take(&session->out, (size_t)written);
    }
    return 0;
}

static int take_messages(struct session *session)
{
    for (;;) {
        size_t length;
        enum frame_result found =
            frame_scan(&session->frame, buffer_front(&session->in), buffer_length(&session->in), session->max_message_bytes, &length);
        if (found == FRAME_MORE)
            return 0;
        if (found != FRAME_OBJECT) {
            snprintf(session->refusal, sizeof(session->refusal), "%s", found == FRAME_GARBAGE
                     ? "it sends something else than JSON objects: is this the coordinator's port, and does tls agree?"
                     : "its message is larger than hal_size allows");
            return found == FRAME_GARBAGE ? -EPROTO : -E2BIG;
        }
        struct reply reply;
        int rc = reply_decode(&reply, buffer_front(&session->in), length, session->max_item_bytes);
        if (rc == -EPROTO)
            snprintf(session->refusal, sizeof(session->refusal), "its message cannot be read: %s", reply.error);
        if (!rc)
            rc = session_take_reply(session, &reply);
        reply_free(&reply);
        buffer_take(&session->in, length);
        if (rc)
            return rc;
    }
}

/* Reads what is there. 0, or a negative errno (-ECONNRESET at the peer's end). */
static int take_input(struct session *session)
{
    for (;;) {
        char *room = buffer_reserve(&session->in, READ_BYTES);
        if (!room)
            return -ENOMEM;
        ssize_t got = transport_read(&session->transport, room, READ_BYTES);
        if (got == -EAGAIN)
            return 0;
        if (got <= 0)
            return got ? (int)got : -ECONNRESET;
        buffer_added(&session->in, (size_t)got);
        int rc = take_messages(session);
        if (rc)
            return rc;
        /* One that came whole: most likely there is no more, and poll would say so. TLS may hold some back. */
        if ((size_t)got < READ_BYTES && !session->transport.tls)
            return 0;
    }
}

/* Sends what was written, and waits until its answer has brought the connection to this stage. */
static int exchange(struct session *session, enum stage stage)
{
    if (session->out.failed)
        return -ENOMEM;
    session->deadline_ms = clock_ms() + REPLY_TIMEOUT_MS;
    while (session->stage != stage) {
        int rc = flush(session);
        if (!rc)
            rc = wait_connecting(session, session->transport.fd,
                                 transport_events(&session->transport, buffer_length(&session->out) > 0));
        if (!rc)
            rc = take_input(session);
        if (rc)
            return rc;
    }
    return 0;
}

static int greet(struct session *session)
{
    struct copytool *copytool = session->copytool;
    const struct config *config = &copytool->config;
    session->stage = config->token ? STAGE_AUTH : STAGE_EHLO;
    if (config->token) {
        message_auth(&session->out, config);
        int rc = exchange(session, STAGE_EHLO);
        if (rc)
            return rc;
    }
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    message_ehlo(&session->out, config, copytool->fsname, copytool->archives, copytool->archive_count, &copytool->actions);
    guard_unlock(&copytool->lock, &before);
    return exchange(session, STAGE_READY);
}

/* Under the lock. Writes what there is to say. Ends first: they make room for what the recv asks. */
static void fill(struct session *session)
{
    struct copytool *copytool = session->copytool;
    const struct action *action;
    while (!session->out.failed && (action = actions_next_to_send(&copytool->actions))) {
        message_done(&session->out, action);
        if (!session->done_pending++)
            session->reply_due_ms = clock_ms() + REPLY_TIMEOUT_MS;
    }
    if (copytool->hungry && !session->recv_pending && !is_closing(session)) {
        message_recv(&session->out, &copytool->config);
        session->recv_pending = true;
    }
}

/*
 * Says what there is to say, and makes ready to wait: from then on the copytool's threads may speak for the session. 0, a negative
 * errno, or -ETIMEDOUT when an answer is overdue. *idle: everything said was answered; *events: what to wait for.
 */
static int speak(struct session *session, bool *idle, short *events)
{
    struct copytool *copytool = session->copytool;
    sigset_t before;
    guard_lock(&copytool->lock, &before);
    int rc = session->done_pending && clock_ms() >= session->reply_due_ms ? -ETIMEDOUT : 0;
    if (!rc) {
        fill(session);
        rc = session->out.failed ? -ENOMEM : flush(session);
    }
    *idle = !session->done_pending && !buffer_length(&session->out);
    *events = transport_events(&session->transport, buffer_length(&session->out) > 0);
    /* TLS has a state of its own, which is this thread's. */
    if (!rc && !buffer_length(&session->out) && !session->transport.tls)
        copytool->waiting = session;
    guard_unlock(&copytool->lock, &before);
    return rc;
}

static void listen_alone(struct session *session)
{
    sigset_t before;
    guard_lock(&session->copytool->lock, &before);
    session->copytool->waiting = NULL;
    guard_unlock(&session->copytool->lock, &before);
}

bool session_speak(struct copytool *copytool, bool is_urgent)
{
    struct session *session = copytool->waiting;
    if (!session || (session->done_pending && !is_urgent))
        return false;
    fill(session);
    if (!session->out.failed && !flush(session) && !buffer_length(&session->out))
        return true;
    copytool->waiting = NULL;
    return false;
}

/* How long to wait at most: threads that speak for the session do not wake it to tell when an answer is due. */
static int64_t serve_until(int64_t closing_ms)
{
    int64_t until = clock_ms() + LOOK_MS;
    return closing_ms && closing_ms < until ? closing_ms : until;
}

static int serve(struct session *session)
{
    int64_t closing_ms = 0;
    for (;;) {
        bool idle;
        short events;
        int rc = speak(session, &idle, &events);
        if (!rc && is_closing(session)) {
            if (!closing_ms)
                closing_ms = clock_ms() + SESSION_FLUSH_MS;
            if (idle || clock_ms() >= closing_ms)
                rc = -ECANCELED;
        }
        if (!rc)
            rc = wait_for(session, session->transport.fd, events, serve_until(closing_ms));
        listen_alone(session);
        if (rc > 0)
            rc = take_input(session);
        if (rc < 0)
            return rc;
    }
}

static int connect_and_serve(struct session *session)
{
    const struct config *config = &session->copytool->config;
    const char *what = "";
    session->deadline_ms = clock_ms() + CONNECT_TIMEOUT_MS;
    int rc = transport_open(&session->transport, config, session->tls, wait_connecting, session, &what);
    if (rc) {
        snprintf(session->refusal, sizeof(session->refusal), "%s", what);
        return rc;
    }
    rc = greet(session);
    if (rc == -ECONNRESET && !*session->refusal)
        snprintf(session->refusal, sizeof(session->refusal), "it closed the connection instead of answering (%s)",
                 config->token ? "is the token right?" : "does it want a token or a certificate?");
    if (rc)
        return rc;
    log_normal("connected to %s port %s as %s", config->host, config->port, config->client_id);
    return serve(session);
}

static void drop(struct session *session)
{
    struct copytool *copytool = session->copytool;
    sigset_t before;
    transport_close(&session->transport);
    buffer_clear(&session->in);
    buffer_clear(&session->out);
    memset(&session->frame, 0, sizeof(session->frame));
    session->recv_pending = false;
    session->done_pending = 0;
    guard_lock(&copytool->lock, &before);
    actions_connection_lost(&copytool->actions);
    guard_unlock(&copytool->lock, &before);
}

static void run(struct session *session)
{
    const struct config *config = &session->copytool->config;
    while (!is_closing(session)) {
        *session->refusal = '\0';
        int rc = connect_and_serve(session);
        drop(session);
        if (is_closing(session))
            break;
        int64_t delay = backoff_next_ms(&session->backoff), until = clock_ms() + delay;
        log_warn("no connection to the coordinator at %s port %s: %s%s%s; next try in %lld ms", config->host, config->port,
                 session->refusal, *session->refusal ? ": " : "", strerror(-rc), (long long)delay);
        while (!is_closing(session) && clock_ms() < until)
            if (wait_for(session, -1, 0, until) < 0)
                break;
    }
}

static void *session_main(void *state)
{
    struct session *session = state;
    struct copytool *copytool = session->copytool;
    guard_is_given();
    run(session);
    buffer_free(&session->in);
    buffer_free(&session->out);
    tls_free(session->tls);
    free(session);
    atomic_store(&copytool->stopped, 1);
    futex_wake_all(&copytool->stopped);
    /* Not before unregister is through with it, which must not be the one to free it. */
    for (unsigned ending; (ending = atomic_load(&copytool->ending)) != 0;)
        futex_wait(&copytool->ending, ending, NULL);
    copytool_leave(copytool);
    return NULL;
}

static int start_thread(struct session *session)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);
    if (error)
        return -error;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, session_main, session);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return -error;
}

int session_start(struct copytool *copytool)
{
    const struct config *config = &copytool->config;
    struct session *session = calloc(1, sizeof(*session));
    uint64_t seed = 0;
    if (!session)
        return -ENOMEM;
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        seed = (uint64_t)clock_ms() * (uint64_t)getpid();
    session->copytool = copytool;
    session->transport = TRANSPORT_NONE;
    session->max_item_bytes = (size_t)config->hal_size - hal_head_bytes(strlen(copytool->fsname));
    session->max_message_bytes = (size_t)config->hal_size * JSON_PER_BYTE + MESSAGE_HEAD_BYTES;
    backoff_init(&session->backoff, config->retry_min_ms, config->retry_max_ms, seed);
    int rc = 0;
    if (config->tls) {
        session->tls = tls_new(config);
        rc = session->tls ? 0 : -EINVAL;
    }
    if (!rc) {
        copytool_hold(copytool);
        rc = start_thread(session);
        if (rc)
            copytool_leave(copytool);
    }
    if (rc) {
        tls_free(session->tls);
        free(session);
    }
    return rc;
}

void session_stop(struct copytool *copytool)
{
    int64_t until = clock_ms() + SESSION_FLUSH_MS + SESSION_FLUSH_MS / 4;
    copytool_wake(copytool);
    while (!atomic_load(&copytool->stopped)) {
        int64_t left = until - clock_ms();
        if (left <= 0)
            return;
        struct timespec timeout = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        futex_wait(&copytool->stopped, 0, &timeout);
    }
}
