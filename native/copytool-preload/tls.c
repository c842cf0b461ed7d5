#include "tls.h"

#include "log.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* OpenSSL's numbers, the same in 1.1 and 3. */
#define INIT_NO_ATEXIT 0x00080000u
#define ERROR_WANT_READ 2
#define ERROR_WANT_WRITE 3
#define ERROR_SYSCALL 5
#define ERROR_ZERO_RETURN 6
#define CTRL_MODE 33
#define CTRL_SET_TLSEXT_HOSTNAME 55
#define CTRL_SET_MIN_PROTO_VERSION 123
#define MODE_PARTIAL_AND_MOVING_WRITES 3L
#define TLS_1_2 0x0303L
#define VERIFY_PEER 1
#define OPTION_IGNORE_UNEXPECTED_EOF 0x80
#define FILETYPE_PEM 1

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;

/* name, return type, arguments */
#define OPENSSL_FUNCTIONS(X)                                                                                                      \
    X(OPENSSL_init_ssl, int, (uint64_t, const void *))                                                                            \
    X(TLS_client_method, const void *, (void))                                                                                    \
    X(SSL_CTX_new, SSL_CTX *, (const void *))                                                                                     \
    X(SSL_CTX_free, void, (SSL_CTX *))                                                                                            \
    X(SSL_CTX_ctrl, long, (SSL_CTX *, int, long, void *))                                                                         \
    X(SSL_CTX_set_options, uint64_t, (SSL_CTX *, uint64_t))                                                                       \
    X(SSL_CTX_set_verify, void, (SSL_CTX *, int, void *))                                                                         \
    X(SSL_CTX_load_verify_locations, int, (SSL_CTX *, const char *, const char *))                                                \
    X(SSL_CTX_set_default_verify_paths, int, (SSL_CTX *))                                                                         \
    X(SSL_CTX_use_certificate_chain_file, int, (SSL_CTX *, const char *))                                                         \
    X(SSL_CTX_use_PrivateKey_file, int, (SSL_CTX *, const char *, int))                                                           \
    X(SSL_CTX_check_private_key, int, (const SSL_CTX *))                                                                          \
    X(SSL_new, SSL *, (SSL_CTX *))                                                                                                \
    X(SSL_free, void, (SSL *))                                                                                                    \
    X(SSL_set_fd, int, (SSL *, int))                                                                                              \
    X(SSL_ctrl, long, (SSL *, int, long, void *))                                                                                 \
    X(SSL_set1_host, int, (SSL *, const char *))                                                                                  \
    X(SSL_get0_param, void *, (SSL *))                                                                                            \
    X(X509_VERIFY_PARAM_set1_ip_asc, int, (void *, const char *))                                                                 \
    X(SSL_connect, int, (SSL *))                                                                                                  \
    X(SSL_read, int, (SSL *, void *, int))                                                                                        \
    X(SSL_write, int, (SSL *, const void *, int))                                                                                 \
    X(SSL_shutdown, int, (SSL *))                                                                                                 \
    X(SSL_get_error, int, (const SSL *, int))                                                                                     \
    X(SSL_get_verify_result, long, (const SSL *))                                                                                 \
    X(X509_verify_cert_error_string, const char *, (long))                                                                        \
    X(ERR_get_error, unsigned long, (void))                                                                                       \
    X(ERR_clear_error, void, (void))                                                                                              \
    X(ERR_error_string_n, void, (unsigned long, char *, size_t))

struct openssl {
    void *library;
#define DECLARE(name, result, arguments) result (*name) arguments;
    OPENSSL_FUNCTIONS(DECLARE)
#undef DECLARE
};

struct tls {
    struct openssl ssl;
    SSL_CTX *context;
    char *name;
};

struct tls_connection {
    struct openssl *ssl;
    SSL *connection;
};

static void log_openssl(struct openssl *ssl, const char *what, const char *which)
{
    char text[256] = "no further reason";
    unsigned long error = ssl->ERR_get_error();
    if (error)
        ssl->ERR_error_string_n(error, text, sizeof(text));
    ssl->ERR_clear_error();
    log_error("TLS: %s%s%s: %s", what, which ? " " : "", which ? which : "", text);
}

static bool load(struct openssl *ssl)
{
    static const char *const names[] = {"libssl.so.3", "libssl.so.1.1"};
    for (int i = 0; i < 2 && !ssl->library; i++)
        ssl->library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!ssl->library) {
        log_error("TLS: neither libssl.so.3 nor libssl.so.1.1 can be loaded (%s); install OpenSSL or set tls off", dlerror());
        return false;
    }
#define LOAD(name, result, arguments)                                                                                             \
    {                                                                                                                             \
        void *symbol = dlsym(ssl->library, #name);                                                                                \
        if (!symbol) {                                                                                                            \
            log_error("TLS: the OpenSSL of this system has no %s", #name);                                                        \
            return false;                                                                                                         \
        }                                                                                                                         \
        memcpy(&ssl->name, &symbol, sizeof(symbol));                                                                              \
    }
    OPENSSL_FUNCTIONS(LOAD)
#undef LOAD
    /* Without a handler at exit: it would take OpenSSL apart under our thread when the copytool ends. */
    return ssl->OPENSSL_init_ssl(INIT_NO_ATEXIT, NULL) == 1;
}

static bool configure(struct tls *tls, const struct config *config)
{
    struct openssl *ssl = &tls->ssl;
    const char *key = config->tls_key ? config->tls_key : config->tls_cert;
    ssl->SSL_CTX_ctrl(tls->context, CTRL_MODE, MODE_PARTIAL_AND_MOVING_WRITES, NULL);
    if (ssl->SSL_CTX_ctrl(tls->context, CTRL_SET_MIN_PROTO_VERSION, TLS_1_2, NULL) != 1) {
        log_openssl(ssl, "cannot ask for version 1.2", NULL);
        return false;
    }
    /* Messages end by themselves: a connection that is cut off is no different from one that is closed. */
    ssl->SSL_CTX_set_options(tls->context, OPTION_IGNORE_UNEXPECTED_EOF);
    ssl->SSL_CTX_set_verify(tls->context, VERIFY_PEER, NULL);
    int trusted = config->tls_ca ? ssl->SSL_CTX_load_verify_locations(tls->context, config->tls_ca, NULL)
                                 : ssl->SSL_CTX_set_default_verify_paths(tls->context);
    if (trusted != 1) {
        log_openssl(ssl, "cannot read the trusted certificates of", config->tls_ca ? config->tls_ca : "the system");
        return false;
    }
    if (config->tls_cert && (ssl->SSL_CTX_use_certificate_chain_file(tls->context, config->tls_cert) != 1)) {
        log_openssl(ssl, "cannot read the certificate", config->tls_cert);
        return false;
    }
    if (config->tls_cert && (ssl->SSL_CTX_use_PrivateKey_file(tls->context, key, FILETYPE_PEM) != 1 ||
                             ssl->SSL_CTX_check_private_key(tls->context) != 1)) {
        log_openssl(ssl, "cannot use the private key", key);
        return false;
    }
    return true;
}

struct tls *tls_new(const struct config *config)
{
    struct tls *tls = calloc(1, sizeof(*tls));
    if (!tls)
        return NULL;
    tls->name = strdup(config->tls_name ? config->tls_name : config->host);
    if (tls->name && load(&tls->ssl)) {
        tls->context = tls->ssl.SSL_CTX_new(tls->ssl.TLS_client_method());
        if (tls->context && configure(tls, config))
            return tls;
    }
    tls_free(tls);
    return NULL;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    if (tls->context)
        tls->ssl.SSL_CTX_free(tls->context);
    /* The library stays loaded: others in the process may have come to use it. */
    free(tls->name);
    free(tls);
}

/* The server must prove to be the host we asked for, by name or by address. */
static bool expect_name(struct tls *tls, SSL *connection)
{
    struct openssl *ssl = &tls->ssl;
    unsigned char address[16];
    if (inet_pton(AF_INET, tls->name, address) == 1 || inet_pton(AF_INET6, tls->name, address) == 1)
        return ssl->X509_VERIFY_PARAM_set1_ip_asc(ssl->SSL_get0_param(connection), tls->name) == 1;
    return ssl->SSL_set1_host(connection, tls->name) == 1 &&
           ssl->SSL_ctrl(connection, CTRL_SET_TLSEXT_HOSTNAME, 0, tls->name) == 1;
}

struct tls_connection *tls_connect(struct tls *tls, int fd)
{
    struct tls_connection *connection = calloc(1, sizeof(*connection));
    if (!connection)
        return NULL;
    connection->ssl = &tls->ssl;
    connection->connection = tls->ssl.SSL_new(tls->context);
    if (connection->connection && tls->ssl.SSL_set_fd(connection->connection, fd) == 1 && expect_name(tls, connection->connection))
        return connection;
    log_openssl(&tls->ssl, "cannot start for", tls->name);
    tls_close(connection);
    return NULL;
}

void tls_close(struct tls_connection *connection)
{
    if (!connection)
        return;
    if (connection->connection) {
        connection->ssl->ERR_clear_error();
        connection->ssl->SSL_shutdown(connection->connection);
        connection->ssl->ERR_clear_error();
        connection->ssl->SSL_free(connection->connection);
    }
    free(connection);
}

static int explain(struct tls_connection *connection, int returned, bool *wants_write)
{
    struct openssl *ssl = connection->ssl;
    int saved = errno;
    int error = ssl->SSL_get_error(connection->connection, returned);
    *wants_write = error == ERROR_WANT_WRITE;
    if (error == ERROR_WANT_READ || error == ERROR_WANT_WRITE)
        return -EAGAIN;
    if (error == ERROR_ZERO_RETURN)
        return 0;
    if (error == ERROR_SYSCALL)
        return saved ? -saved : -ECONNRESET;
    long verified = ssl->SSL_get_verify_result(connection->connection);
    log_openssl(ssl, "the connection failed", verified ? ssl->X509_verify_cert_error_string(verified) : NULL);
    return -EPROTO;
}

int tls_handshake(struct tls_connection *connection, bool *wants_write)
{
    connection->ssl->ERR_clear_error();
    errno = 0;
    int done = connection->ssl->SSL_connect(connection->connection);
    if (done == 1)
        return 0;
    int rc = explain(connection, done, wants_write);
    return rc ? rc : -ECONNRESET;
}

ssize_t tls_read(struct tls_connection *connection, void *into, size_t room, bool *wants_write)
{
    connection->ssl->ERR_clear_error();
    errno = 0;
    int got = connection->ssl->SSL_read(connection->connection, into, room < INT_MAX ? (int)room : INT_MAX);
    return got > 0 ? got : explain(connection, got, wants_write);
}

ssize_t tls_write(struct tls_connection *connection, const void *bytes, size_t length, bool *wants_write)
{
    connection->ssl->ERR_clear_error();
    errno = 0;
    int written = connection->ssl->SSL_write(connection->connection, bytes, length < INT_MAX ? (int)length : INT_MAX);
    if (written > 0)
        return written;
    int rc = explain(connection, written, wants_write);
    return rc ? rc : -ECONNRESET;
}
