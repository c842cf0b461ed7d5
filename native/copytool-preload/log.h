/* Messages on stderr, one write each, so that lines of several threads never mix. */
#ifndef WEIR_LOG_H
#define WEIR_LOG_H

enum log_level { LOG_LEVEL_OFF, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_NORMAL, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);

/* "debug", "info", "normal", "warn", "error", "fatal", "off"; -1 for any other word. */
int log_parse_level(const char *word);

void log_message(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_message(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_normal(...) log_message(LOG_LEVEL_NORMAL, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Text of another's making, fit to be printed: control characters become '?', what is too long ends in "...". */
void log_printable(char *into, unsigned long into_bytes, const char *text, unsigned long length);

#endif
