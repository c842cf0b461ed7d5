/*
 * Configuration: environment over file (COORDINATOOL_CONF, or /etc/coordinatool.conf, which may be missing), over defaults.
 * The file is the one the server reads too: "key value" lines, '#' comments, keys in any case.
 */
#ifndef WEIR_CONFIG_H
#define WEIR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_DEFAULT_PATH "/etc/coordinatool.conf"

struct config {
    char *host;
    char *port;
    char *client_id;
    int verbose;
    int64_t max_archive; /* actions at once, -1: no limit */
    int64_t max_restore;
    int64_t max_remove;
    int64_t hal_size; /* bytes, the longest action list the copytool is given */
    int64_t retry_min_ms;
    int64_t retry_max_ms;
    char *token;
    bool tls;
    char *tls_ca;   /* PEM; the system's certificates when not set */
    char *tls_cert; /* PEM, the client's own chain */
    char *tls_key;  /* PEM, in the file of the certificate when not set */
    char *tls_name; /* the name the server's certificate must have; the host when not set */
};

#define CONFIG_MIN_HAL_BYTES 172
#define CONFIG_MAX_HAL_BYTES (64 << 20)

/* 0, or a negative errno after a message that names file, line and key. The caller frees it in either case. */
int config_load(struct config *config);
int config_read_file(struct config *config, const char *path, bool may_be_missing);
int config_read_environment(struct config *config);
int config_defaults(struct config *config);
void config_free(struct config *config);

/* A whole number with an optional K, M or G (powers of 1024). False for anything else. */
bool config_parse_size(const char *text, int64_t *value);

#endif
