#include "check.h"
#include "frame.h"

static enum frame_result scan(const char *text, size_t max, size_t *length)
{
    struct frame frame = {0};
    return frame_scan(&frame, text, strlen(text), max, length);
}

static void objects_back_to_back_are_told_apart(void)
{
    static const char text[] = " {\"a\":\"}\\\"{\"}{\"b\":[{}]}\n";
    struct frame frame = {0};
    size_t length, left = strlen(text);
    CHECK(frame_scan(&frame, text, left, 1000, &length) == FRAME_OBJECT);
    CHECK(length == 13);
    CHECK(frame_scan(&frame, text + length, left - length, 1000, &length) == FRAME_OBJECT);
    CHECK(length == 10);
    CHECK(frame_scan(&frame, "\n", 1, 1000, &length) == FRAME_MORE);
}

static void an_object_may_come_in_any_pieces(void)
{
    static const char text[] = "{\"a\":\"\\\\\\\"}\",\"b\":{\"c\":[1,2,{\"d\":\"{[\"}]}}";
    size_t whole = strlen(text), length;
    for (size_t first = 0; first < whole; first++) {
        for (size_t second = first; second < whole; second++) {
            struct frame frame = {0};
            CHECK(frame_scan(&frame, text, first, 1000, &length) == FRAME_MORE);
            CHECK(frame_scan(&frame, text, second, 1000, &length) == FRAME_MORE);
            CHECK(frame_scan(&frame, text, whole, 1000, &length) == FRAME_OBJECT);
            CHECK(length == whole);
        }
    }
}

static void what_is_no_object_is_garbage(void)
{
    size_t length;
    CHECK(scan("HTTP/1.1 400", 1000, &length) == FRAME_GARBAGE);
    CHECK(scan("[1]", 1000, &length) == FRAME_GARBAGE);
    CHECK(scan("\x16\x03\x01", 1000, &length) == FRAME_GARBAGE);
    CHECK(scan(" }", 1000, &length) == FRAME_GARBAGE);
}

static void size_depth_and_values_are_bounded(void)
{
    char text[4096];
    size_t length;
    CHECK(scan("{\"a\":1}", 7, &length) == FRAME_OBJECT);
    CHECK(scan("{\"a\":1}", 6, &length) == FRAME_TOO_BIG);
    memset(text, ' ', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    CHECK(scan(text, 100, &length) == FRAME_TOO_BIG);
    strcpy(text, "{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}");
    CHECK(scan(text, 1000, &length) == FRAME_OBJECT);
    strcpy(text, "{\"a\":[[[[[[[[[[[[[[[[");
    CHECK(scan(text, 1000, &length) == FRAME_TOO_BIG);
    strcpy(text, "{\"a\":[");
    while (strlen(text) < 400)
        strcat(text, "0,");
    CHECK(scan(text, 1000, &length) == FRAME_TOO_BIG);
}

RUN(objects_back_to_back_are_told_apart, an_object_may_come_in_any_pieces, what_is_no_object_is_garbage,
    size_depth_and_values_are_bounded)
