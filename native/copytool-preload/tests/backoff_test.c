#include "backoff.h"
#include "check.h"

static void it_doubles_with_jitter_up_to_the_most(void)
{
    struct backoff backoff;
    uint64_t random = check_seed();
    for (int run = 0; run < 1000; run++) {
        backoff_init(&backoff, 200, 30000, check_random(&random));
        for (int64_t whole = 200, i = 0; i < 12; i++, whole = whole * 2 > 30000 ? 30000 : whole * 2) {
            int64_t ms = backoff_next_ms(&backoff);
            CHECK(ms >= whole / 2 && ms <= whole);
        }
        backoff_reset(&backoff);
        CHECK(backoff_next_ms(&backoff) <= 200);
    }
}

static void two_agents_do_not_keep_step(void)
{
    struct backoff one, other;
    int same = 0;
    backoff_init(&one, 1000, 30000, 1);
    backoff_init(&other, 1000, 30000, 2);
    for (int i = 0; i < 100; i++)
        same += backoff_next_ms(&one) == backoff_next_ms(&other);
    CHECK(same < 10);
}

static void a_least_of_one_never_stops(void)
{
    struct backoff backoff;
    backoff_init(&backoff, 1, 1, 0);
    for (int i = 0; i < 10; i++)
        CHECK(backoff_next_ms(&backoff) >= 0 && backoff_next_ms(&backoff) <= 1);
}

RUN(it_doubles_with_jitter_up_to_the_most, two_agents_do_not_keep_step, a_least_of_one_never_stops)
