/* A test program: each TEST runs, the first CHECK that does not hold ends it with the place. The last line says how many ran. */
#ifndef WEIR_CHECK_H
#define WEIR_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                                          \
    do {                                                                                                                          \
        if (!(condition)) {                                                                                                       \
            fprintf(stderr, "%s:%d: in %s: %s does not hold\n", __FILE__, __LINE__, __func__, #condition);                        \
            exit(1);                                                                                                              \
        }                                                                                                                         \
    } while (0)

#define RUN(...)                                                                                                                  \
    int main(void)                                                                                                                \
    {                                                                                                                             \
        static void (*const tests[])(void) = {__VA_ARGS__};                                                                       \
        size_t count = sizeof(tests) / sizeof(tests[0]);                                                                          \
        for (size_t i = 0; i < count; i++)                                                                                        \
            tests[i]();                                                                                                           \
        printf("%s: %zu passed\n", __FILE__, count);                                                                              \
        return 0;                                                                                                                 \
    }

/* WEIR_SEED, or a fixed one; printed, so that a run can be repeated. */
static inline uint64_t check_seed(void)
{
    const char *text = getenv("WEIR_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : 20250812;
    printf("seed %llu\n", (unsigned long long)seed);
    return seed ? seed : 1;
}

static inline uint64_t check_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* How often a random test repeats: WEIR_TEST_LONG multiplies. */
static inline long check_rounds(long rounds)
{
    return getenv("WEIR_TEST_LONG") ? rounds * 100 : rounds;
}

#endif
