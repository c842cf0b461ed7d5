/* How long to wait before the next try: doubling from the least to the most, each time somewhere in the upper half. */
#ifndef WEIR_BACKOFF_H
#define WEIR_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t min_ms;
    int64_t max_ms;
    int64_t next_ms;
    uint64_t random;
};

void backoff_init(struct backoff *backoff, int64_t min_ms, int64_t max_ms, uint64_t seed);
void backoff_reset(struct backoff *backoff);
int64_t backoff_next_ms(struct backoff *backoff);

#endif
