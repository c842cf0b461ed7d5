#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static _Atomic int current_level = LOG_LEVEL_NORMAL;

static const char *const level_names[] = {"off", "fatal", "error", "warn", "normal", "info", "debug"};

void log_set_level(enum log_level level)
{
    atomic_store(&current_level, (int)level);
}

int log_parse_level(const char *word)
{
    for (int i = 0; i < (int)(sizeof(level_names) / sizeof(level_names[0])); i++)
        if (strcasecmp(word, level_names[i]) == 0)
            return i;
    return -1;
}

void log_message(enum log_level level, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&current_level, memory_order_relaxed))
        return;
    int saved = errno;
    char line[1024];
    size_t length = (size_t)snprintf(line, sizeof(line), "weir-copytool: %s: ", level_names[level]);
    va_list arguments;
    va_start(arguments, format);
    int body = vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
    va_end(arguments);
    if (body > 0)
        length += (size_t)body < sizeof(line) - length - 2 ? (size_t)body : sizeof(line) - length - 2;
    line[length++] = '\n';
    while (write(STDERR_FILENO, line, length) < 0 && errno == EINTR)
        ;
    errno = saved;
}

void log_printable(char *into, unsigned long into_bytes, const char *text, unsigned long length)
{
    unsigned long room = into_bytes - 1, n = 0;
    while (n < length && n < room) {
        unsigned char c = (unsigned char)text[n];
        into[n++] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
    }
    into[n] = '\0';
    if (length > room && room >= 3)
        memcpy(into + room - 3, "...", 3);
}
