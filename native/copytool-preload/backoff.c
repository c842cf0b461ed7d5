#include "backoff.h"

void backoff_init(struct backoff *backoff, int64_t min_ms, int64_t max_ms, uint64_t seed)
{
    backoff->min_ms = min_ms;
    backoff->max_ms = max_ms < min_ms ? min_ms : max_ms;
    backoff->random = seed ? seed : 1;
    backoff_reset(backoff);
}

void backoff_reset(struct backoff *backoff)
{
    backoff->next_ms = backoff->min_ms;
}

int64_t backoff_next_ms(struct backoff *backoff)
{
    int64_t whole = backoff->next_ms, half = whole / 2;
    backoff->next_ms = whole > backoff->max_ms / 2 ? backoff->max_ms : whole * 2;
    /* xorshift64: agents of one site must not come back in step, more is not asked of it. */
    backoff->random ^= backoff->random << 13;
    backoff->random ^= backoff->random >> 7;
    backoff->random ^= backoff->random << 17;
    return half + (int64_t)(backoff->random % (uint64_t)(whole - half + 1));
}
