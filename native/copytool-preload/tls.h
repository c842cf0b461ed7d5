/*
 * TLS through the system's OpenSSL (libssl.so.3 or .1.1), opened when a configuration asks for it: a copytool without TLS never
 * has OpenSSL in its process.
 */
#ifndef WEIR_TLS_H
#define WEIR_TLS_H

#include "config.h"

#include <stdbool.h>
#include <sys/types.h>

struct tls;

/* Loads OpenSSL and the files of the configuration once. NULL after a message that says what is wrong. */
struct tls *tls_new(const struct config *config);
void tls_free(struct tls *tls);

/* A connection over a connected, non-blocking socket. */
struct tls_connection;
struct tls_connection *tls_connect(struct tls *tls, int fd);
void tls_close(struct tls_connection *connection);

/*
 * 0 (handshake done), bytes, or a negative errno: -EAGAIN sets *wants_write to what to poll for; reads give 0 at the peer's
 * end; -EPROTO after a message.
 */
int tls_handshake(struct tls_connection *connection, bool *wants_write);
ssize_t tls_read(struct tls_connection *connection, void *into, size_t room, bool *wants_write);
ssize_t tls_write(struct tls_connection *connection, const void *bytes, size_t length, bool *wants_write);

#endif
