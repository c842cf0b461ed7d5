#include "config.h"

#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum kind { KIND_TEXT, KIND_PORT, KIND_LIMIT, KIND_HAL_SIZE, KIND_MS, KIND_VERBOSE, KIND_BOOL, KIND_TOKEN_FILE };

static const struct key {
    const char *name;
    const char *variable;
    enum kind kind;
    size_t offset;
} keys[] = {
    {"host", "COORDINATOOL_HOST", KIND_TEXT, offsetof(struct config, host)},
    {"port", "COORDINATOOL_PORT", KIND_PORT, offsetof(struct config, port)},
    {"verbose", "COORDINATOOL_VERBOSE", KIND_VERBOSE, offsetof(struct config, verbose)},
    {"client_id", "COORDINATOOL_CLIENT_ID", KIND_TEXT, offsetof(struct config, client_id)},
    {"max_archive", "COORDINATOOL_MAX_ARCHIVE", KIND_LIMIT, offsetof(struct config, max_archive)},
    {"max_restore", "COORDINATOOL_MAX_RESTORE", KIND_LIMIT, offsetof(struct config, max_restore)},
    {"max_remove", "COORDINATOOL_MAX_REMOVE", KIND_LIMIT, offsetof(struct config, max_remove)},
    {"hal_size", "COORDINATOOL_HAL_SIZE", KIND_HAL_SIZE, offsetof(struct config, hal_size)},
    {"retry_min_ms", "COORDINATOOL_RETRY_MIN_MS", KIND_MS, offsetof(struct config, retry_min_ms)},
    {"retry_max_ms", "COORDINATOOL_RETRY_MAX_MS", KIND_MS, offsetof(struct config, retry_max_ms)},
    {"token", "COORDINATOOL_TOKEN", KIND_TEXT, offsetof(struct config, token)},
    {"token_file", "COORDINATOOL_TOKEN_FILE", KIND_TOKEN_FILE, offsetof(struct config, token)},
    {"tls", "COORDINATOOL_TLS", KIND_BOOL, offsetof(struct config, tls)},
    {"tls_ca", "COORDINATOOL_TLS_CA", KIND_TEXT, offsetof(struct config, tls_ca)},
    {"tls_cert", "COORDINATOOL_TLS_CERT", KIND_TEXT, offsetof(struct config, tls_cert)},
    {"tls_key", "COORDINATOOL_TLS_KEY", KIND_TEXT, offsetof(struct config, tls_key)},
    {"tls_name", "COORDINATOOL_TLS_NAME", KIND_TEXT, offsetof(struct config, tls_name)},
};

/* The server's own, in the same file. */
static const char *const server_keys[] = {
    "redis_host", "redis_port", "client_grace_ms", "archive_id", "archive_on_hosts", "archive_on_hosts_ch",
    "batch_archives_slices_sec", "batch_archives_slice_sec", "batch_archives_slots_per_client", "reporting_dir",
    "reporting_hint", "reporting_schedule_interval_ms",
};

#define MAX_LINE_BYTES 4096
#define MAX_TOKEN_BYTES 4096

bool config_parse_size(const char *text, int64_t *value)
{
    char *rest;
    errno = 0;
    long long number = strtoll(text, &rest, 10);
    if (rest == text || errno || isspace((unsigned char)*text))
        return false;
    int shift = 0;
    if (*rest) {
        switch (toupper((unsigned char)*rest)) {
        case 'K': shift = 10; break;
        case 'M': shift = 20; break;
        case 'G': shift = 30; break;
        default: return false;
        }
        rest++;
    }
    if (*rest || number > INT64_MAX >> shift || number < -(INT64_MAX >> shift))
        return false;
    *value = number * (INT64_C(1) << shift);
    return true;
}

static int set_text(char **field, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    free(*field);
    *field = copy;
    return 0;
}

/* The first line of the file, which only its owner should be able to read. */
static int read_token(char **field, const char *path)
{
    char line[MAX_TOKEN_BYTES + 2];
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    size_t length = fread(line, 1, sizeof(line) - 1, file);
    int rc = ferror(file) ? -EIO : 0;
    fclose(file);
    if (rc)
        return rc;
    line[length] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (!*line || strlen(line) > MAX_TOKEN_BYTES)
        return -EINVAL;
    rc = set_text(field, line);
    explicit_bzero(line, sizeof(line));
    return rc;
}

static int parse_bool(const char *text, bool *value)
{
    static const char *const yes[] = {"on", "yes", "true", "1"}, *const no[] = {"off", "no", "false", "0"};
    for (int i = 0; i < 4; i++) {
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
            *value = strcasecmp(text, yes[i]) == 0;
            return 0;
        }
    }
    return -EINVAL;
}

static int set(struct config *config, const struct key *key, const char *text)
{
    void *field = (char *)config + key->offset;
    int64_t number = 0;
    switch (key->kind) {
    case KIND_TEXT:
        return *text ? set_text(field, text) : -EINVAL;
    case KIND_PORT:
        return config_parse_size(text, &number) && number > 0 && number < 65536 ? set_text(field, text) : -EINVAL;
    case KIND_LIMIT:
        if (!config_parse_size(text, &number) || number < -1 || number > INT32_MAX)
            return -EINVAL;
        break;
    case KIND_HAL_SIZE:
        if (!config_parse_size(text, &number) || number < CONFIG_MIN_HAL_BYTES || number > CONFIG_MAX_HAL_BYTES)
            return -EINVAL;
        break;
    case KIND_MS:
        if (!config_parse_size(text, &number) || number < 1 || number > 3600 * 1000)
            return -EINVAL;
        break;
    case KIND_VERBOSE: {
        int level = log_parse_level(text);
        if (level < 0)
            return -EINVAL;
        *(int *)field = level;
        return 0;
    }
    case KIND_BOOL:
        return parse_bool(text, field);
    case KIND_TOKEN_FILE:
        return read_token(field, text);
    }
    memcpy(field, &number, sizeof(number));
    return 0;
}

static bool is_server_key(const char *name)
{
    for (size_t i = 0; i < sizeof(server_keys) / sizeof(server_keys[0]); i++)
        if (strcasecmp(name, server_keys[i]) == 0)
            return true;
    return false;
}

static int read_line(struct config *config, char *line, const char *path, int number)
{
    char *name = line + strspn(line, " \t\r\n");
    if (!*name || *name == '#')
        return 0;
    size_t name_length = strcspn(name, " \t\r\n");
    char *value = name + name_length;
    value += strspn(value, " \t\r\n");
    name[name_length] = '\0';
    size_t value_length = strlen(value);
    while (value_length && strchr(" \t\r\n", value[value_length - 1]))
        value[--value_length] = '\0';
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcasecmp(name, keys[i].name) != 0)
            continue;
        int rc = set(config, &keys[i], value);
        if (rc)
            log_error("%s:%d: %s: \"%s\" cannot be used: %s", path, number, name, keys[i].offset == offsetof(struct config, token) &&
                      keys[i].kind == KIND_TEXT ? "(secret)" : value, strerror(-rc));
        return rc;
    }
    if (!is_server_key(name))
        log_warn("%s:%d: there is no key \"%s\"; the line is not used", path, number, name);
    return 0;
}

int config_read_file(struct config *config, const char *path, bool may_be_missing)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        int error = errno;
        if (error == ENOENT && may_be_missing)
            return 0;
        log_error("%s: %s", path, strerror(error));
        return -error;
    }
    char line[MAX_LINE_BYTES];
    int rc = 0, number = 0;
    while (!rc && fgets(line, sizeof(line), file)) {
        number++;
        if (!strchr(line, '\n') && !feof(file)) {
            log_error("%s:%d: the line is longer than %d bytes", path, number, MAX_LINE_BYTES - 2);
            rc = -EINVAL;
        } else {
            rc = read_line(config, line, path, number);
        }
    }
    if (!rc && ferror(file)) {
        log_error("%s: cannot be read", path);
        rc = -EIO;
    }
    fclose(file);
    explicit_bzero(line, sizeof(line));
    return rc;
}

int config_read_environment(struct config *config)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *text = getenv(keys[i].variable);
        if (!text)
            continue;
        int rc = set(config, &keys[i], text);
        if (rc) {
            log_error("environment variable %s cannot be used: %s", keys[i].variable, strerror(-rc));
            return rc;
        }
    }
    return 0;
}

int config_defaults(struct config *config)
{
    char name[256] = "";
    memset(config, 0, sizeof(*config));
    config->verbose = LOG_LEVEL_NORMAL;
    config->max_archive = config->max_restore = config->max_remove = -1;
    config->hal_size = 1 << 20;
    config->retry_min_ms = 200;
    config->retry_max_ms = 30000;
    if (gethostname(name, sizeof(name) - 1) || !*name)
        strcpy(name, "localhost");
    name[strcspn(name, ".")] = '\0';
    int rc = set_text(&config->host, "coordinatool");
    if (!rc)
        rc = set_text(&config->port, "5123");
    if (!rc)
        rc = set_text(&config->client_id, name);
    return rc;
}

int config_load(struct config *config)
{
    const char *named = getenv("COORDINATOOL_CONF");
    int rc = config_defaults(config);
    if (!rc)
        rc = config_read_file(config, named ? named : CONFIG_DEFAULT_PATH, !named);
    if (!rc)
        rc = config_read_environment(config);
    if (!rc && config->retry_max_ms < config->retry_min_ms)
        config->retry_max_ms = config->retry_min_ms;
    if (!rc && (config->tls_ca || config->tls_cert || config->tls_key || config->tls_name) && !config->tls)
        log_warn("there are tls_ keys, but tls is off: nothing is encrypted");
    return rc;
}

void config_free(struct config *config)
{
    free(config->host);
    free(config->port);
    free(config->client_id);
    if (config->token)
        explicit_bzero(config->token, strlen(config->token));
    free(config->token);
    free(config->tls_ca);
    free(config->tls_cert);
    free(config->tls_key);
    free(config->tls_name);
    memset(config, 0, sizeof(*config));
}
