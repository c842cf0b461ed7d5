#include "transport.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A peer that vanished is noticed after about this long, idle or not. */
#define DEAD_PEER_S 60

static void set_options(int fd)
{
    int one = 1, idle = DEAD_PEER_S / 2, interval = DEAD_PEER_S / 6, probes = 3, unacknowledged_ms = DEAD_PEER_S * 1000;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof(unacknowledged_ms));
}

static int connect_one(const struct addrinfo *address, transport_wait wait, void *state)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int rc = connect(fd, address->ai_addr, address->ai_addrlen) ? -errno : 0;
    if (rc == -EINPROGRESS) {
        rc = wait(state, fd, POLLOUT);
        int error = 0;
        socklen_t length = sizeof(error);
        if (!rc && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0)
            rc = -error;
    }
    if (rc) {
        close(fd);
        return rc;
    }
    set_options(fd);
    return fd;
}

static int handshake(struct transport *transport, struct tls *tls, transport_wait wait, void *state)
{
    transport->tls = tls_connect(tls, transport->fd);
    if (!transport->tls)
        return -EPROTO;
    for (;;) {
        bool wants_write = false;
        int rc = tls_handshake(transport->tls, &wants_write);
        if (rc == -EAGAIN)
            rc = wait(state, transport->fd, wants_write ? POLLOUT : POLLIN);
        else
            return rc;
        if (rc)
            return rc;
    }
}

int transport_open(struct transport *transport, const struct config *config, struct tls *tls, transport_wait wait, void *state,
                   const char **what)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *addresses = NULL;
    *transport = TRANSPORT_NONE;
    int error = getaddrinfo(config->host, config->port, &hints, &addresses);
    if (error) {
        *what = gai_strerror(error);
        return -EHOSTUNREACH;
    }
    int rc = -EHOSTUNREACH;
    *what = "connecting";
    for (const struct addrinfo *address = addresses; address && rc < 0 && rc != -ECANCELED; address = address->ai_next)
        rc = connect_one(address, wait, state);
    freeaddrinfo(addresses);
    if (rc < 0)
        return rc;
    transport->fd = rc;
    rc = 0;
    if (tls) {
        *what = "the TLS handshake";
        rc = handshake(transport, tls, wait, state);
        if (rc)
            transport_close(transport);
    }
    return rc;
}

void transport_close(struct transport *transport)
{
    tls_close(transport->tls);
    if (transport->fd >= 0)
        close(transport->fd);
    *transport = TRANSPORT_NONE;
}

short transport_events(const struct transport *transport, bool has_output)
{
    return (short)(POLLIN | (has_output || transport->wants_write ? POLLOUT : 0));
}

ssize_t transport_read(struct transport *transport, void *into, size_t room)
{
    transport->wants_write = false;
    if (transport->tls)
        return tls_read(transport->tls, into, room, &transport->wants_write);
    ssize_t got = recv(transport->fd, into, room, 0);
    return got < 0 ? (errno == EINTR ? -EAGAIN : -errno) : got;
}

ssize_t transport_write(struct transport *transport, const void *bytes, size_t length)
{
    if (transport->tls) {
        transport->wants_write = false;
        return tls_write(transport->tls, bytes, length, &transport->wants_write);
    }
    ssize_t written = send(transport->fd, bytes, length, MSG_NOSIGNAL);
    return written < 0 ? (errno == EINTR ? -EAGAIN : -errno) : written;
}
