#include "frame.h"

#include <string.h>

/* A member with the shortest name and value of the protocol takes more. */
#define MIN_BYTES_PER_COMMA 8
#define FREE_COMMAS 64

static enum frame_result frame_structure(struct frame *frame, char c)
{
    if (!frame->depth && c != '{')
        return c == ' ' || c == '\n' || c == '\r' || c == '\t' ? FRAME_MORE : FRAME_GARBAGE;
    switch (c) {
    case '"':
        frame->in_string = true;
        break;
    case ',':
        if (++frame->commas > FREE_COMMAS + frame->scanned / MIN_BYTES_PER_COMMA)
            return FRAME_TOO_BIG;
        break;
    case '{':
    case '[':
        if (++frame->depth > FRAME_MAX_DEPTH)
            return FRAME_TOO_BIG;
        break;
    case '}':
    case ']':
        if (!--frame->depth)
            return FRAME_OBJECT;
        break;
    default:
        break;
    }
    return FRAME_MORE;
}

enum frame_result frame_scan(struct frame *frame, const char *bytes, size_t available, size_t max_bytes, size_t *length)
{
    while (frame->scanned < available) {
        char c = bytes[frame->scanned++];
        if (frame->scanned > max_bytes)
            return FRAME_TOO_BIG;
        if (frame->escaped) {
            frame->escaped = false;
        } else if (frame->in_string) {
            frame->escaped = c == '\\';
            frame->in_string = c != '"';
        } else {
            enum frame_result result = frame_structure(frame, c);
            if (result == FRAME_OBJECT) {
                *length = frame->scanned;
                memset(frame, 0, sizeof(*frame));
            }
            if (result != FRAME_MORE)
                return result;
        }
    }
    return FRAME_MORE;
}
