/* The libraries that the erasure kernels are measured against, as one small library that the benchmark program builds and loads:
 *   gcc -O2 -shared -fPIC -o libyardstick.so coding.c -lisal -lhighwayhash */
#define _GNU_SOURCE
#include <highwayhash/c_bindings.h>
#include <isa-l/erasure_code.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* Seconds of processor time of the calling thread: what other processes take does not count. */
double yardstick_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

void yardstick_tables(int data, int rows, unsigned char *coefficients, unsigned char *tables)
{
    ec_init_tables(data, rows, coefficients, tables);
}

void yardstick_encode(int length, int data, int rows, unsigned char *tables, unsigned char **inputs, unsigned char **outputs)
{
    ec_encode_data(length, data, rows, tables, inputs, outputs);
}

/* The C binding has the 64-bit result only; the rounds over the message are the same, the end is six rounds shorter. */
uint64_t yardstick_hash(const uint64_t *key, const char *bytes, uint64_t length)
{
    return HighwayHash64(key, bytes, length);
}

void yardstick_copy(void *to, const void *from, uint64_t length)
{
    memcpy(to, from, length);
}
