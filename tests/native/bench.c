/*
 * Measures what the preload library costs a copytool: plays the coordinator (or, without the library, the MDT alone) for one copytool
 * process whose actions do nothing.
 *
 *   bench COPYTOOL LIBRARY throughput COUNT BATCH    actions a second through the library, lists of BATCH
 *   bench COPYTOOL - latency COUNT                   one action at a time, no library: from the list to the end at the MDT
 *   bench COPYTOOL LIBRARY latency COUNT             the same through the library: to the end at the MDT, and to the done
 *
 * One line on stdout: what, actions, seconds, actions a second, then medians and 99th percentiles in microseconds.
 */
#include "standin.h"

#include "../../native/copytool-preload/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_COOKIE 0x680000000L

struct peer {
    int fd;
    struct frame frame;
    size_t length;
    char in[1 << 20];
};

static struct peer coordinator = {.fd = -1}, ops = {.fd = -1};
static int kuc = -1;
static char directory[] = "/tmp/weir-bench-XXXXXX";

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void send_all(int fd, const void *bytes, size_t length)
{
    for (const char *at = bytes; length;) {
        ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
        if (sent <= 0)
            fail("sending");
        at += sent;
        length -= (size_t)sent;
    }
}

static int listen_tcp(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4) || getsockname(fd, (struct sockaddr *)&address, &length))
        fail("listening");
    *port = ntohs(address.sin_port);
    return fd;
}

static int listen_unix(char *path, size_t bytes)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(path, bytes, "%s/mdt", directory);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4))
        fail("listening");
    return fd;
}

static void make_mount(void)
{
    static const char *const names[] = {"/mount", "/mount/.lustre", "/mount/.lustre/fid", "/mount/.lustre/volatile", "/archive"};
    char path[256];
    if (!mkdtemp(directory))
        fail("making a directory");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", directory, names[i]);
        if (mkdir(path, 0700))
            fail(path);
    }
}

static pid_t start(const char *program, const char *library, int port, const char *mdt)
{
    char mount[64], archive[64], number[16];
    snprintf(mount, sizeof(mount), "%s/mount", directory);
    snprintf(archive, sizeof(archive), "%s/archive", directory);
    snprintf(number, sizeof(number), "%d", port);
    pid_t child = fork();
    if (child)
        return child;
    setenv("COORDINATOOL_CONF", "/dev/null", 1);
    setenv("COORDINATOOL_HOST", "127.0.0.1", 1);
    setenv("COORDINATOOL_PORT", number, 1);
    setenv("COORDINATOOL_CLIENT_ID", "bench", 1);
    setenv("COORDINATOOL_VERBOSE", "error", 1);
    if (mdt)
        setenv("STANDIN_MDT", mdt, 1);
    if (*library != '-')
        setenv("LD_PRELOAD", library, 1);
    if (!freopen("/dev/null", "w", stdout))
        fail("stdout");
    execl(program, program, "--serial", "--noop", "--hsm-root", archive, mount, (char *)NULL);
    fail(program);
    return -1;
}

static void send_list(long first, long count)
{
    static char text[1 << 20];
    size_t length = (size_t)snprintf(text, sizeof(text), "{\"hsm_action_list\": {\"hal_version\": 1, \"hal_archive_id\": 1, "
                                     "\"hal_fsname\": \"lustre\", \"list\": [");
    for (long i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length,
                                   "%s{\"hai_action\": 22, \"hai_fid\": {\"f_seq\": 8589935617, \"f_oid\": %ld, \"f_ver\": 0}, \"hai_dfid\": "
                                   "{\"f_seq\": 8589935617, \"f_oid\": %ld, \"f_ver\": 0}, \"hai_extent_offset\": 0, \"hai_extent_length\": "
                                   "-1, \"hai_cookie\": %ld, \"hai_gid\": 0, \"hal_archive_id\": 1, \"hal_flags\": 0, \"hai_data\": "
                                   "\"tag=foo\\u0000\", \"timestamp\": 1}", i ? ", " : "", first + i, first + i, FIRST_COOKIE + first + i);
    length += (size_t)snprintf(text + length, sizeof(text) - length, "]}, \"command\": \"recv\"}");
    send_all(coordinator.fd, text, length);
}

static void send_kuc(long number)
{
    struct {
        uint16_t magic;
        uint8_t transport, flags;
        uint16_t type, length;
        struct hsm_action_list list;
        char name[8];
        struct hsm_action_item item;
    } __attribute__((packed)) message = {
        .magic = 0x191C, .transport = 2, .type = 100, .length = sizeof(message),
        .list = {.hal_version = 1, .hal_count = 1, .hal_archive_id = 1}, .name = "lustre",
        .item = {.hai_len = 72, .hai_action = HSMA_REMOVE, .hai_fid = {8589935617, (uint32_t)number, 0},
                 .hai_dfid = {8589935617, (uint32_t)number, 0}, .hai_cookie = (uint64_t)(FIRST_COOKIE + number)}};
    send_all(kuc, &message, sizeof(message));
}

static bool fill(struct peer *peer)
{
    ssize_t got = recv(peer->fd, peer->in + peer->length, sizeof(peer->in) - peer->length, 0);
    if (got < 0)
        fail("receiving");
    peer->length += (size_t)got;
    return got > 0;
}

static void drop(struct peer *peer, size_t bytes)
{
    memmove(peer->in, peer->in + bytes, peer->length - bytes);
    peer->length -= bytes;
}

/* Answers what the agent said; how many ends it told. Sets *asks when it wants a list. */
static long answer_agent(bool *asks)
{
    static char out[1 << 20];
    size_t at = 0, length, written = 0;
    long told = 0;
    for (;;) {
        enum frame_result found = frame_scan(&coordinator.frame, coordinator.in + at, coordinator.length - at, 1 << 20, &length);
        if (found != FRAME_OBJECT)
            break;
        const char *command = memmem(coordinator.in + at, length, "\"command\":\"", 11);
        if (!command)
            fail("the agent's message");
        if (command[11] == 'r') {
            *asks = true;
        } else {
            told += command[11] == 'd';
            written += (size_t)snprintf(out + written, sizeof(out) - written, "{\"command\": \"%.4s\"}", command + 11);
        }
        at += length;
    }
    drop(&coordinator, at);
    coordinator.frame.scanned = coordinator.length;
    if (written)
        send_all(coordinator.fd, out, written);
    return told;
}

/* Answers the stand-in's lines; how many were ends. */
static long answer_ops(void)
{
    long ends = 0;
    char *line;
    while ((line = memchr(ops.in, '\n', ops.length))) {
        ends += ops.length > 3 && memcmp(ops.in, "END", 3) == 0;
        if (memcmp(ops.in, "ops", 3))
            send_all(ops.fd, "0\n", 2);
        drop(&ops, (size_t)(line + 1 - ops.in));
    }
    return ends;
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double percentile(double *times, long count, double which)
{
    qsort(times, (size_t)count, sizeof(*times), compare);
    return times[(long)((double)(count - 1) * which)];
}

static void measure_throughput(long count, long batch)
{
    long handed = 0, told = 0;
    bool asks = false;
    double begun = 0;
    while (told < count) {
        if (asks && handed < count) {
            long next = count - handed < batch ? count - handed : batch;
            if (!begun)
                begun = now_us();
            send_list(handed, next);
            handed += next;
            asks = false;
        }
        if (!fill(&coordinator))
            fail("the agent is gone");
        told += answer_agent(&asks);
    }
    double seconds = (now_us() - begun) / 1e6;
    printf("throughput actions=%ld batch=%ld seconds=%.3f per_second=%.0f\n", count, batch, seconds, (double)count / seconds);
}

/* Until the wanted things have come: an end at the MDT, and with the library a done and the next recv. */
static void one_action(bool library, bool *asks, double *end_us, double *done_us)
{
    bool ended = false, told = !library;
    while (!ended || !told || (library && !*asks)) {
        struct pollfd fds[] = {{.fd = ops.fd, .events = POLLIN}, {.fd = coordinator.fd, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[0].revents && fill(&ops) && answer_ops()) {
            ended = true;
            *end_us = now_us();
        }
        if (fds[1].revents && fill(&coordinator) && answer_agent(asks)) {
            told = true;
            *done_us = now_us();
        }
    }
}

static void measure_latency(bool library, long count)
{
    double *ends = calloc((size_t)count, sizeof(double)), *dones = calloc((size_t)count, sizeof(double));
    bool asks;
    double begun = now_us();
    for (long i = 0; i < count; i++) {
        double sent = now_us(), end = 0, done = 0;
        asks = false;
        if (library)
            send_list(i, 1);
        else
            send_kuc(i);
        one_action(library, &asks, &end, &done);
        ends[i] = end - sent;
        dones[i] = done - sent;
    }
    double seconds = (now_us() - begun) / 1e6;
    printf("latency library=%s actions=%ld per_second=%.0f end_median_us=%.1f end_p99_us=%.1f", library ? "yes" : "no", count,
           (double)count / seconds, percentile(ends, count, 0.5), percentile(ends, count, 0.99));
    if (library)
        printf(" done_median_us=%.1f done_p99_us=%.1f", percentile(dones, count, 0.5), percentile(dones, count, 0.99));
    printf("\n");
    free(ends);
    free(dones);
}

/* The stand-in's first line says which of its two connections this is; ops comes with the first action. */
static void accept_kuc(int listener)
{
    char c = 0;
    kuc = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (c != '\n')
        if (recv(kuc, &c, 1, 0) != 1)
            fail("the registration");
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    const char *library = argv[2];
    bool has_library = *library != '-', is_latency = !strcmp(argv[3], "latency");
    long count = atol(argv[4]), batch = argc > 5 ? atol(argv[5]) : 1000;
    char path[100];
    int port, one = 1;
    make_mount();
    int tcp = listen_tcp(&port), mdt = listen_unix(path, sizeof(path));
    pid_t child = start(argv[1], library, port, is_latency ? path : NULL);
    if (has_library) {
        coordinator.fd = accept4(tcp, NULL, NULL, SOCK_CLOEXEC);
        setsockopt(coordinator.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    } else {
        accept_kuc(mdt);
    }
    if (is_latency) {
        /* One action to make the stand-in connect. */
        bool asks = false;
        while (has_library && !asks && fill(&coordinator))
            answer_agent(&asks);
        double unused;
        if (has_library)
            send_list(1000000000, 1);
        else
            send_kuc(1000000000);
        ops.fd = accept4(mdt, NULL, NULL, SOCK_CLOEXEC);
        asks = false;
        one_action(has_library, &asks, &unused, &unused);
        measure_latency(has_library, count);
    } else {
        measure_throughput(count, batch);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    char command[200];
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    return system(command) ? 1 : 0;
}
