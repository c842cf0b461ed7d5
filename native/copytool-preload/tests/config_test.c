#include "check.h"
#include "config.h"
#include "log.h"

#include <errno.h>
#include <unistd.h>

static char path[64];

static int read_text(struct config *config, const char *text)
{
    strcpy(path, "/tmp/weir-config-test-XXXXXX");
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    CHECK(config_defaults(config) == 0);
    log_set_level(LOG_LEVEL_OFF);
    int rc = config_read_file(config, path, false);
    unlink(path);
    return rc;
}

static void defaults_are_the_originals(void)
{
    struct config config;
    CHECK(config_defaults(&config) == 0);
    CHECK(!strcmp(config.host, "coordinatool") && !strcmp(config.port, "5123") && *config.client_id);
    CHECK(!strchr(config.client_id, '.'));
    CHECK(config.max_archive == -1 && config.max_restore == -1 && config.max_remove == -1 && config.hal_size == 1 << 20);
    CHECK(!config.tls && !config.token && config.verbose == LOG_LEVEL_NORMAL);
    config_free(&config);
}

static void a_file_is_read(void)
{
    struct config config;
    CHECK(read_text(&config, "# comment\n\n  Host  mds.example \nPORT 1234\nclient_id agent one\nmax_archive 4\nMAX_RESTORE 1k\n"
                             "hal_size 2M\nredis_host ignored\narchive_on_hosts tag=x a b\nverbose debug\ntls on\r\n"
                             "tls_ca /etc/ca.pem\nno_such_key 1\nretry_max_ms 500") == 0);
    CHECK(!strcmp(config.host, "mds.example") && !strcmp(config.port, "1234") && !strcmp(config.client_id, "agent one"));
    CHECK(config.max_archive == 4 && config.max_restore == 1024 && config.hal_size == 2 << 20);
    CHECK(config.verbose == LOG_LEVEL_DEBUG && config.tls && !strcmp(config.tls_ca, "/etc/ca.pem") && config.retry_max_ms == 500);
    config_free(&config);
}

static void bad_values_are_errors(void)
{
    static const char *const bad[] = {"port 0\n", "port 65536\n", "port http\n", "host\n", "max_archive -2\n", "max_archive 1T\n",
                                      "max_archive 1kk\n", "hal_size 171\n", "hal_size 65M\n", "verbose loud\n", "tls maybe\n",
                                      "retry_min_ms 0\n", "token\n", "token_file /no/such/file\n", "client_id   \n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct config config;
        CHECK(read_text(&config, bad[i]) < 0);
        config_free(&config);
    }
    char longest[6000];
    struct config config;
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    CHECK(read_text(&config, longest) == -EINVAL);
    config_free(&config);
}

static void the_environment_is_above_the_file(void)
{
    struct config config;
    setenv("COORDINATOOL_PORT", "99", 1);
    setenv("COORDINATOOL_MAX_REMOVE", "7", 1);
    setenv("COORDINATOOL_TOKEN", "secret", 1);
    CHECK(read_text(&config, "port 1\nmax_remove 1\nmax_archive 2\n") == 0);
    CHECK(config_read_environment(&config) == 0);
    CHECK(!strcmp(config.port, "99") && config.max_remove == 7 && config.max_archive == 2 && !strcmp(config.token, "secret"));
    setenv("COORDINATOOL_PORT", "x", 1);
    CHECK(config_read_environment(&config) == -EINVAL);
    unsetenv("COORDINATOOL_PORT");
    unsetenv("COORDINATOOL_MAX_REMOVE");
    unsetenv("COORDINATOOL_TOKEN");
    config_free(&config);
}

static void a_named_file_must_be_there(void)
{
    struct config config;
    setenv("COORDINATOOL_CONF", "/no/such/file", 1);
    CHECK(config_load(&config) == -ENOENT);
    config_free(&config);
    CHECK(config_defaults(&config) == 0 && config_read_file(&config, "/no/such/file", true) == 0);
    config_free(&config);
    unsetenv("COORDINATOOL_CONF");
}

static void a_token_is_the_first_line_of_its_file(void)
{
    struct config config;
    char file[] = "/tmp/weir-token-test-XXXXXX", line[100];
    int fd = mkstemp(file);
    CHECK(fd >= 0 && write(fd, "s3cret\nrest\n", 12) == 12 && close(fd) == 0);
    snprintf(line, sizeof(line), "token_file %s\n", file);
    CHECK(read_text(&config, line) == 0 && !strcmp(config.token, "s3cret"));
    unlink(file);
    config_free(&config);
}

static void sizes_are_whole_numbers(void)
{
    int64_t value;
    CHECK(config_parse_size("-1", &value) && value == -1);
    CHECK(config_parse_size("3g", &value) && value == INT64_C(3) << 30);
    CHECK(!config_parse_size("", &value) && !config_parse_size(" 1", &value) && !config_parse_size("1 ", &value));
    CHECK(!config_parse_size("99999999999999999999", &value) && !config_parse_size("9223372036854775807K", &value));
    CHECK(!config_parse_size("1.5", &value) && !config_parse_size("0x10", &value));
}

RUN(defaults_are_the_originals, a_file_is_read, bad_values_are_errors, the_environment_is_above_the_file, a_named_file_must_be_there,
    a_token_is_the_first_line_of_its_file, sizes_are_whole_numbers)
