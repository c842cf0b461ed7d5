/*
 * A small copytool, written against liblustreapi alone and knowing nothing of what may stand in front of it.
 *
 *   copytool [--poll | --nonblock] [--serial] [--noop] [--items] [--delay-ms N] [--stop-after N] [--fork] [--archive-id N]... --hsm-root DIR MOUNT
 *
 *   --poll       receives only after poll says that the descriptor of get_fd is readable
 *   --nonblock   the same, registered with O_NONBLOCK
 *   --serial     one item after another instead of a detached thread for each
 *   --noop       begins (as an error, so that no file is touched) and ends each item at once
 *   --items      a line on stdout for each item received
 *   --delay-ms   how long each item takes at least
 *   --stop-after whoever ends the Nth item unregisters, and the program returns from main
 *
 *   --fork       forks after it registered, as daemon(3) does, and receives in the child
 *
 * SIGTERM and SIGINT unregister in the handler and end the program, as lhsmtool_posix does.
 */
#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES 65536

static struct options {
    bool poll, nonblock, serial, noop, items, fork;
    int delay_ms;
    int stop_after;
    int archive_ids[16];
    int archive_count;
    const char *root;
    const char *mount;
} options;

static struct hsm_copytool_private *ct;
static atomic_int ended, at_work;
static atomic_bool stopping;

static void end_program(int signal)
{
    (void)signal;
    struct hsm_copytool_private *mine = ct;
    atomic_store(&stopping, true);
    llapi_hsm_copytool_unregister(&mine);
    _exit(0);
}

static void archive_path(char *into, size_t bytes, struct lu_fid fid, const char *suffix)
{
    snprintf(into, bytes, "%s/0x%" PRIx64 ":0x%" PRIx32 ":0x%" PRIx32 "%s", options.root, fid.f_seq, fid.f_oid, fid.f_ver, suffix);
}

static int write_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0)
            return -errno;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

static int copy(struct hsm_copyaction_private *hcp, int from, int to, uint64_t *copied)
{
    char chunk[CHUNK_BYTES];
    *copied = 0;
    for (;;) {
        ssize_t got = read(from, chunk, sizeof(chunk));
        if (got < 0)
            return -errno;
        if (got == 0)
            return fsync(to) ? -errno : 0;
        int rc = write_all(to, chunk, (size_t)got);
        if (rc)
            return rc;
        struct hsm_extent extent = {*copied, (uint64_t)got};
        *copied += (uint64_t)got;
        rc = llapi_hsm_action_progress(hcp, &extent, 0, 0);
        if (rc)
            return rc;
    }
}

static int archive(struct hsm_copyaction_private *hcp, const struct hsm_action_item *hai, uint64_t *copied)
{
    char path[4096], temporary[4096], suffix[32];
    snprintf(suffix, sizeof(suffix), "_tmp%d", (int)getpid());
    archive_path(path, sizeof(path), hai->hai_fid, "");
    archive_path(temporary, sizeof(temporary), hai->hai_fid, suffix);
    int from = llapi_hsm_action_get_fd(hcp);
    if (from < 0)
        return from;
    int to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = to < 0 ? -errno : copy(hcp, from, to, copied);
    close(from);
    if (to >= 0)
        close(to);
    if (!rc && rename(temporary, path))
        rc = -errno;
    return rc;
}

static int restore(struct hsm_copyaction_private *hcp, const struct hsm_action_item *hai, uint64_t *copied)
{
    char path[4096];
    struct lu_fid dfid;
    archive_path(path, sizeof(path), hai->hai_fid, "");
    int rc = llapi_hsm_action_get_dfid(hcp, &dfid);
    if (rc)
        return rc;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return -errno;
    int to = llapi_hsm_action_get_fd(hcp);
    rc = to < 0 ? to : copy(hcp, from, to, copied);
    close(from);
    if (to >= 0)
        close(to);
    return rc;
}

static int remove_copy(const struct hsm_action_item *hai)
{
    char path[4096];
    archive_path(path, sizeof(path), hai->hai_fid, "");
    return unlink(path) && errno != ENOENT ? -errno : 0;
}

static void pause_ms(int ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    while (ms && nanosleep(&left, &left) && errno == EINTR)
        ;
}

static int run(struct hsm_copyaction_private **hcp, const struct hsm_action_item *hai, uint64_t *copied)
{
    if (hai->hai_action < HSMA_ARCHIVE || hai->hai_action > HSMA_REMOVE)
        return -EINVAL;
    int rc = llapi_hsm_action_begin(hcp, ct, hai, -1, 0, options.noop);
    pause_ms(options.delay_ms);
    if (rc || options.noop)
        return rc;
    switch (hai->hai_action) {
    case HSMA_ARCHIVE: return archive(*hcp, hai, copied);
    case HSMA_RESTORE: return restore(*hcp, hai, copied);
    default: return remove_copy(hai);
    }
}

static void process(const struct hsm_action_item *hai)
{
    struct hsm_copyaction_private *hcp = NULL;
    uint64_t copied = 0;
    if (hai->hai_action == HSMA_CANCEL)
        return;
    int rc = run(&hcp, hai, &copied);
    if (!hcp && llapi_hsm_action_begin(&hcp, ct, hai, -1, 0, true))
        return;
    struct hsm_extent extent = {0, copied};
    llapi_hsm_action_end(&hcp, &extent, rc == -ETIMEDOUT ? HP_FLAG_RETRY : 0, abs(rc));
    if (atomic_fetch_add(&ended, 1) + 1 == options.stop_after) {
        struct hsm_copytool_private *mine = ct;
        atomic_store(&stopping, true);
        llapi_hsm_copytool_unregister(&mine);
    }
}

static void *process_copy(void *item)
{
    process(item);
    free(item);
    atomic_fetch_sub(&at_work, 1);
    return NULL;
}

static void start(const struct hsm_action_item *hai)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *item = malloc(hai->hai_len);
    memcpy(item, hai, hai->hai_len);
    atomic_fetch_add(&at_work, 1);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, (size_t)512 << 10);
    if (pthread_create(&thread, &attributes, process_copy, item))
        process_copy(item);
    pthread_attr_destroy(&attributes);
}

static void print_item(const struct hsm_action_list *hal, const struct hsm_action_item *hai)
{
    char line[4096];
    int length = snprintf(line, sizeof(line), "item %" PRIu32 " %" PRIu64 " 0x%" PRIx64 ":0x%" PRIx32 ":0x%" PRIx32 " archive %" PRIu32
                          " flags %" PRIu64 " extent %" PRIu64 "+%" PRIu64 " gid %" PRIu64 " len %" PRIu32 " data ", hai->hai_action,
                          hai->hai_cookie, hai->hai_dfid.f_seq, hai->hai_dfid.f_oid, hai->hai_dfid.f_ver, hal->hal_archive_id,
                          hal->hal_flags, hai->hai_extent.offset, hai->hai_extent.length, hai->hai_gid, hai->hai_len);
    for (size_t i = 0; i < hai->hai_len - sizeof(*hai) && length < (int)sizeof(line) - 4; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, "%02x", (unsigned char)hai->hai_data[i]);
    puts(line);
}

static void take(const struct hsm_action_list *hal)
{
    const char *at = (const char *)hal + hal_head_bytes(strlen(hal->hal_fsname));
    for (uint32_t i = 0; i < hal->hal_count; i++) {
        const struct hsm_action_item *hai = (const struct hsm_action_item *)at;
        if (options.items)
            print_item(hal, hai);
        if (options.serial)
            process(hai);
        else
            start(hai);
        at += align8(hai->hai_len);
    }
    fflush(stdout);
}

static int wait_readable(void)
{
    struct pollfd fd = {.fd = llapi_hsm_copytool_get_fd(ct), .events = POLLIN};
    if (fd.fd < 0)
        return fd.fd;
    int ready = poll(&fd, 1, -1);
    return ready < 0 ? -errno : 0;
}

static int loop(void)
{
    for (;;) {
        struct hsm_action_list *hal;
        int bytes, rc = options.poll || options.nonblock ? wait_readable() : 0;
        if (!rc)
            rc = llapi_hsm_copytool_recv(ct, &hal, &bytes);
        if (rc == -ESHUTDOWN || atomic_load(&stopping))
            return 0;
        if (rc == -EAGAIN || rc == -EINTR)
            continue;
        if (rc)
            return rc;
        if (options.items)
            printf("list %" PRIu32 " items %d bytes %s\n", hal->hal_count, bytes, hal->hal_fsname);
        take(hal);
    }
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"poll", no_argument, NULL, 'p'}, {"nonblock", no_argument, NULL, 'b'}, {"serial", no_argument, NULL, 's'},
        {"noop", no_argument, NULL, 'n'}, {"items", no_argument, NULL, 'i'}, {"delay-ms", required_argument, NULL, 'd'}, {"stop-after", required_argument, NULL, 't'},
        {"fork", no_argument, NULL, 'f'},
        {"archive-id", required_argument, NULL, 'a'}, {"hsm-root", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (option) {
        case 'p': options.poll = true; break;
        case 'b': options.nonblock = true; break;
        case 's': options.serial = true; break;
        case 'n': options.noop = true; break;
        case 'i': options.items = true; break;
        case 'd': options.delay_ms = atoi(optarg); break;
        case 'f': options.fork = true; break;
        case 't': options.stop_after = atoi(optarg); break;
        case 'a': options.archive_ids[options.archive_count++ & 15] = atoi(optarg); break;
        case 'r': options.root = optarg; break;
        default: exit(2);
        }
    }
    options.mount = argv[optind];
    if (!options.root || !options.mount)
        exit(2);
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    struct sigaction action = {.sa_handler = end_program};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    int rc = llapi_hsm_copytool_register(&ct, options.mount, options.archive_count, options.archive_ids,
                                         options.nonblock ? O_NONBLOCK : 0);
    if (rc) {
        fprintf(stderr, "copytool: register: %s\n", strerror(-rc));
        return 1;
    }
    puts("registered");
    fflush(stdout);
    if (options.fork) {
        pid_t child = fork();
        int status;
        if (child > 0)
            return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    rc = loop();
    if (rc)
        fprintf(stderr, "copytool: receive: %s\n", strerror(-rc));
    while (atomic_load(&at_work))
        pause_ms(1);
    if (!atomic_load(&stopping))
        llapi_hsm_copytool_unregister(&ct);
    return rc ? 1 : 0;
}
