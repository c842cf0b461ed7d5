/* One connection to the coordinator, plain or TLS, non-blocking. */
#ifndef WEIR_TRANSPORT_H
#define WEIR_TRANSPORT_H

#include "config.h"
#include "tls.h"

struct transport {
    int fd;
    struct tls_connection *tls;
    bool wants_write; /* TLS cannot go on before the socket takes bytes */
};

#define TRANSPORT_NONE ((struct transport){.fd = -1})

/* Waits for the socket: 0, or a negative errno (-ECANCELED when there is no more use for it, -ETIMEDOUT). */
typedef int (*transport_wait)(void *state, int fd, short events);

/* Tries each address of the host. 0, or a negative errno with *what naming the step that failed. */
int transport_open(struct transport *transport, const struct config *config, struct tls *tls, transport_wait wait, void *state,
                   const char **what);
void transport_close(struct transport *transport);

/* What to poll for, given whether there is something to write. */
short transport_events(const struct transport *transport, bool has_output);

/* Bytes; 0 when the peer closed; a negative errno, -EAGAIN when it must wait. */
ssize_t transport_read(struct transport *transport, void *into, size_t room);
ssize_t transport_write(struct transport *transport, const void *bytes, size_t length);

#endif
