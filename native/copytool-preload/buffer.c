#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    memset(buffer, 0, sizeof(*buffer));
}

void buffer_clear(struct buffer *buffer)
{
    buffer->start = buffer->end = 0;
    buffer->failed = false;
}

char *buffer_reserve(struct buffer *buffer, size_t bytes)
{
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
    if (buffer->capacity - buffer->end >= bytes && buffer->bytes)
        return buffer->bytes + buffer->end;
    size_t length = buffer_length(buffer);
    if (buffer->start && buffer->capacity - length >= bytes && buffer->start >= length) {
        memmove(buffer->bytes, buffer_front(buffer), length);
    } else {
        size_t capacity = buffer->capacity ? buffer->capacity : 512;
        while (capacity - length < bytes) {
            if (capacity > SIZE_MAX / 2)
                return NULL;
            capacity *= 2;
        }
        char *grown = malloc(capacity);
        if (!grown)
            return NULL;
        if (length)
            memcpy(grown, buffer_front(buffer), length);
        free(buffer->bytes);
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    buffer->start = 0;
    buffer->end = length;
    return buffer->bytes + buffer->end;
}

void buffer_added(struct buffer *buffer, size_t bytes)
{
    buffer->end += bytes;
}

void buffer_take(struct buffer *buffer, size_t bytes)
{
    buffer->start += bytes;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    char *room = buffer_reserve(buffer, length);
    if (!room) {
        buffer->failed = true;
        return;
    }
    if (length)
        memcpy(room, bytes, length);
    buffer->end += length;
}

void buffer_integer(struct buffer *buffer, int64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    /* Unsigned, as the lowest number has no positive counterpart. */
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (number < 0)
        digits[--at] = '-';
    buffer_append(buffer, digits + at, sizeof(digits) - at);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof(text))
        buffer->failed = true;
    else
        buffer_append(buffer, text, (size_t)length);
}

void buffer_json_string(struct buffer *buffer, const char *text, size_t length)
{
    buffer_append(buffer, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buffer_append(buffer, text + from, i - from);
        from = i + 1;
        if (c < 0x20)
            buffer_format(buffer, "\\u%04x", c);
        else
            buffer_format(buffer, "\\%c", c);
    }
    buffer_append(buffer, text + from, length - from);
    buffer_append(buffer, "\"", 1);
}

void buffer_base64(struct buffer *buffer, const void *bytes, size_t length)
{
    const unsigned char *in = bytes;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t three = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0u);
        char four[4] = {base64_digits[three >> 18], base64_digits[three >> 12 & 63],
                        left > 1 ? base64_digits[three >> 6 & 63] : '=', left > 2 ? base64_digits[three & 63] : '='};
        buffer_append(buffer, four, 4);
    }
}

static int base64_value(char c)
{
    const char *found = c ? strchr(base64_digits, c) : NULL;
    return found ? (int)(found - base64_digits) : -1;
}

long base64_decode(void *into, size_t room, const char *text, size_t length)
{
    unsigned char *out = into;
    size_t written = 0;
    if (length % 4)
        return -1;
    for (size_t i = 0; i < length; i += 4) {
        bool last = i + 4 == length;
        int padding = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 1) : 0;
        uint32_t three = 0;
        for (int j = 0; j < 4; j++) {
            int value = j >= 4 - padding ? 0 : base64_value(text[i + (size_t)j]);
            if (value < 0)
                return -1;
            three = three << 6 | (uint32_t)value;
        }
        size_t bytes = (size_t)(3 - padding);
        if ((padding == 1 && three & 0xff) || (padding == 2 && three & 0xffff) || bytes > room - written)
            return -1;
        for (size_t j = 0; j < bytes; j++)
            out[written++] = (unsigned char)(three >> (16 - 8 * j));
    }
    return (long)written;
}
