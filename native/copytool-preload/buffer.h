/* Bytes that grow at the end and are taken from the front: what is read from and written to the coordinator. */
#ifndef WEIR_BUFFER_H
#define WEIR_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *bytes;
    size_t start;
    size_t end;
    size_t capacity;
    bool failed; /* memory ran out while appending: what is here is not whole */
};

void buffer_free(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
static inline size_t buffer_length(const struct buffer *buffer) { return buffer->end - buffer->start; }
static inline const char *buffer_front(const struct buffer *buffer) { return buffer->bytes + buffer->start; }

/* Room for this many more bytes at the end, or NULL. */
char *buffer_reserve(struct buffer *buffer, size_t bytes);
void buffer_added(struct buffer *buffer, size_t bytes);
void buffer_take(struct buffer *buffer, size_t bytes);

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
/* A literal, and a number: for what is said with every action, where printf would take most of the time. */
#define buffer_literal(buffer, text) buffer_append(buffer, "" text, sizeof(text) - 1)
void buffer_integer(struct buffer *buffer, int64_t number);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string, with quotes; the bytes must be valid UTF-8. */
void buffer_json_string(struct buffer *buffer, const char *text, size_t length);
void buffer_base64(struct buffer *buffer, const void *bytes, size_t length);

/* Bytes written, or -1 when the text is not base64 with padding (RFC 4648) or longer than the room. */
long base64_decode(void *into, size_t room, const char *text, size_t length);

#endif
