#include "buffer.h"
#include "check.h"

static void bytes_come_out_as_they_went_in(void)
{
    struct buffer buffer = {0};
    uint64_t random = check_seed();
    unsigned char next_in = 0, next_out = 0;
    for (int i = 0; i < 10000; i++) {
        size_t count = check_random(&random) % 700;
        if (check_random(&random) & 1) {
            char *room = buffer_reserve(&buffer, count);
            CHECK(room);
            for (size_t j = 0; j < count; j++)
                room[j] = (char)next_in++;
            buffer_added(&buffer, count);
        } else {
            count = count > buffer_length(&buffer) ? buffer_length(&buffer) : count;
            for (size_t j = 0; j < count; j++)
                CHECK((unsigned char)buffer_front(&buffer)[j] == next_out++);
            buffer_take(&buffer, count);
        }
    }
    buffer_free(&buffer);
}

static void integers_are_as_printf_has_them(void)
{
    struct buffer buffer = {0};
    uint64_t random = check_seed();
    int64_t edges[] = {0, 1, -1, 9, 10, -10, 99, 100, INT32_MIN, INT32_MAX, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < 5000; i++) {
        size_t count = sizeof(edges) / sizeof(edges[0]);
        int64_t number = i < count ? edges[i] : (int64_t)check_random(&random) >> (i % 64);
        char wanted[32];
        int length = snprintf(wanted, sizeof(wanted), "%lld", (long long)number);
        buffer_integer(&buffer, number);
        CHECK(buffer_length(&buffer) == (size_t)length && memcmp(buffer_front(&buffer), wanted, (size_t)length) == 0);
        buffer_take(&buffer, (size_t)length);
    }
    buffer_free(&buffer);
}

static void json_strings_are_escaped(void)
{
    struct buffer buffer = {0};
    buffer_json_string(&buffer, "a\"\\\n\0\xc3\xa9", 7);
    CHECK(buffer_length(&buffer) == 21);
    CHECK(memcmp(buffer_front(&buffer), "\"a\\\"\\\\\\u000a\\u0000\xc3\xa9\"", 21) == 0);
    buffer_free(&buffer);
}

static void too_long_a_format_fails_the_buffer(void)
{
    struct buffer buffer = {0};
    buffer_format(&buffer, "%600d", 1);
    CHECK(buffer.failed);
    buffer_clear(&buffer);
    buffer_format(&buffer, "%d", 1);
    CHECK(!buffer.failed && buffer_length(&buffer) == 1);
    buffer_free(&buffer);
}

static void base64_goes_both_ways(void)
{
    char bytes[64], back[64];
    for (int i = 0; i < 64; i++)
        bytes[i] = (char)(i * 37 + 200);
    for (size_t length = 0; length <= 64; length++) {
        struct buffer buffer = {0};
        buffer_base64(&buffer, bytes, length);
        CHECK(base64_decode(back, sizeof(back), length ? buffer_front(&buffer) : "", buffer_length(&buffer)) == (long)length);
        CHECK(memcmp(bytes, back, length) == 0);
        buffer_free(&buffer);
    }
}

static void what_is_not_base64_is_refused(void)
{
    static const char *const bad[] = {"A", "AA", "AAA", "AA=A", "=AAA", "A===", "AB==", "AAB=", "AA A", "AAAA=", "====", "AA==AAAA", "A\x80" "AA"};
    char back[16];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(base64_decode(back, sizeof(back), bad[i], strlen(bad[i])) == -1);
    CHECK(base64_decode(back, sizeof(back), "AA\0A", 4) == -1);
    CHECK(base64_decode(back, 2, "AAAA", 4) == -1);
    CHECK(base64_decode(back, 3, "////", 4) == 3);
}

RUN(bytes_come_out_as_they_went_in, integers_are_as_printf_has_them, json_strings_are_escaped, too_long_a_format_fails_the_buffer, base64_goes_both_ways,
    what_is_not_base64_is_refused)
