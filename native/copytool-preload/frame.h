/*
 * Finds where each JSON object of a stream ends, whatever the pieces it comes in, without building anything. It bounds what the
 * parser may be given: bytes, depth, and values for their bytes (so that a hostile "[0,0,0,..." cannot grow a hundredfold in memory).
 */
#ifndef WEIR_FRAME_H
#define WEIR_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#define FRAME_MAX_DEPTH 16

struct frame {
    size_t scanned; /* bytes of the buffer's front already looked at */
    size_t commas;
    int depth;
    bool in_string;
    bool escaped;
};

enum frame_result { FRAME_MORE, FRAME_OBJECT, FRAME_GARBAGE, FRAME_TOO_BIG };

/*
 * Looks at what is new in the bytes. FRAME_OBJECT: *length bytes, leading white space included, hold one object; the frame is
 * ready for the next. FRAME_MORE: call again with the same bytes and more. After an error the stream cannot be used.
 */
enum frame_result frame_scan(struct frame *frame, const char *bytes, size_t available, size_t max_bytes, size_t *length);

#endif
