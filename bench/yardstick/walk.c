// The yardsticks of verifying drives, with the least that C can do for them.
//
//   walk THREADS DIRECTORY…     lists each object's directory below the given ones and reads its xl.meta; prints files, seconds
//   read THREADS DIRECTORY…     reads every file below the given ones in pieces of 1 MiB, and does nothing with them; prints bytes, seconds
//   rebuild TARGET DIRECTORY…   a thread for each of the given ones reads every file below it, and one more writes a tree like the first's below TARGET, of
//                               files of the same sizes, and at last makes the file system durable; prints bytes read, bytes written, seconds until all had
//                               been read, seconds until all was written, seconds together
//   fill COUNT DIRECTORY…       puts COUNT objects beside each of the given ones, with the same metadata: a large tree in little time
//
// Each thread takes whole directories of one level below the given ones: prefixes of keys.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char **tasks;
static size_t task_count;
static atomic_size_t next_task;
static atomic_ullong files, bytes;
static int reads_all;

static void read_file(int directory, const char *name, char *buffer, size_t size) {
  int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  unsigned long long total = 0;
  for (;;) {
    ssize_t read_bytes = read(file, buffer, size);
    if (read_bytes <= 0) break;
    total += (unsigned long long)read_bytes;
    if (!reads_all && (size_t)read_bytes < size) break;
  }
  close(file);
  atomic_fetch_add_explicit(&files, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&bytes, total, memory_order_relaxed);
}

static void walk(int descriptor, char *buffer, size_t size) {
  DIR *directory = fdopendir(descriptor);
  if (!directory) { close(descriptor); return; }
  struct dirent *entry;
  while ((entry = readdir(directory))) {
    if (entry->d_name[0] == '.' && (!entry->d_name[1] || (entry->d_name[1] == '.' && !entry->d_name[2]))) continue;
    if (entry->d_type == DT_DIR) {
      int below = openat(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (below >= 0) walk(below, buffer, size);
    } else if (reads_all || !strcmp(entry->d_name, "xl.meta")) {
      read_file(dirfd(directory), entry->d_name, buffer, size);
    }
  }
  closedir(directory);
}

static void *work(void *unused) {
  size_t size = 1 << 20;
  char *buffer = malloc(size);
  for (size_t i; (i = atomic_fetch_add(&next_task, 1)) < task_count;) {
    int descriptor = open(tasks[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) walk(descriptor, buffer, size);
  }
  free(buffer);
  return unused;
}

static void add_tasks(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) return;
  struct dirent *entry;
  while ((entry = readdir(directory))) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    tasks = realloc(tasks, (task_count + 1) * sizeof *tasks);
    if (asprintf(&tasks[task_count++], "%s/%s", path, entry->d_name) < 0) exit(1);
  }
  closedir(directory);
}

static unsigned long long written;
static double read_until, written_until;
static struct timespec begin;

static double elapsed(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begin.tv_sec) + (double)(now.tv_nsec - begin.tv_nsec) / 1e9;
}

static void copy_sizes(int from, int to, const char *buffer, size_t size) {
  DIR *directory = fdopendir(from);
  struct dirent *entry;
  while (directory && (entry = readdir(directory))) {
    if (entry->d_name[0] == '.' && (!entry->d_name[1] || (entry->d_name[1] == '.' && !entry->d_name[2]))) continue;
    if (entry->d_type == DT_DIR) {
      if (mkdirat(to, entry->d_name, 0777)) exit(1);
      int below = openat(dirfd(directory), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      int made = openat(to, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      copy_sizes(below, made, buffer, size);
      continue;
    }
    struct stat status;
    if (fstatat(dirfd(directory), entry->d_name, &status, 0)) exit(1);
    int file = openat(to, entry->d_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    for (off_t left = status.st_size; left > 0;) {
      ssize_t bytes = write(file, buffer, (size_t)left < size ? (size_t)left : size);
      if (bytes <= 0) exit(1);
      left -= bytes;
      written += (unsigned long long)bytes;
    }
    close(file);
  }
  closedir(directory);
  close(to);
}

struct copy { const char *from, *to; };

static void *write_all(void *argument) {
  struct copy *copy = argument;
  size_t size = 1 << 20;
  char *buffer = malloc(size);
  memset(buffer, 0x5a, size);
  mkdir(copy->to, 0777);
  int to = open(copy->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  copy_sizes(open(copy->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), dup(to), buffer, size);
  if (syncfs(to)) exit(1);
  written_until = elapsed();
  return NULL;
}

static void *read_drive(void *path) {
  size_t size = 1 << 20;
  char *buffer = malloc(size);
  walk(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), buffer, size);
  return NULL;
}

static void rebuild(const char *target, int count, char **paths) {
  reads_all = 1;
  pthread_t *threads = malloc((size_t)count * sizeof *threads), writer;
  struct copy copy = { paths[0], target };
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, read_drive, paths[i]);
  pthread_create(&writer, NULL, write_all, &copy);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  read_until = elapsed();
  pthread_join(writer, NULL);
  printf("%llu %llu %.4f %.4f %.4f\n", (unsigned long long)bytes, written, read_until, written_until, elapsed());
}

static void fill(const char *object, int copies) {
  char source[4200], path[4096], file[4200];
  snprintf(source, sizeof source, "%s/xl.meta", object);
  for (int i = 0; i < copies; i++) {
    snprintf(path, sizeof path, "%s-%07d", object, i);
    snprintf(file, sizeof file, "%s/xl.meta", path);
    if (mkdir(path, 0777)) exit(1);
    // File systems allow some 65,000 links to a file.
    if (i % 50000) {
      if (link(source, file)) exit(1);
      continue;
    }
    char buffer[1 << 16];
    int from = open(source, O_RDONLY), to = open(file, O_WRONLY | O_CREAT | O_EXCL, 0666);
    ssize_t bytes = read(from, buffer, sizeof buffer);
    if (bytes < 0 || write(to, buffer, (size_t)bytes) != bytes) exit(1);
    close(from);
    close(to);
    snprintf(source, sizeof source, "%s", file);
  }
}

int main(int count, char **words) {
  if (count < 4) { fprintf(stderr, "usage: %s walk|read THREADS DIRECTORY... | fill COUNT DIRECTORY... | rebuild TARGET DIRECTORY...\n", words[0]); return 2; }
  if (!strcmp(words[1], "fill")) {
    for (int i = 3; i < count; i++) fill(words[i], atoi(words[2]));
    return 0;
  }
  if (!strcmp(words[1], "rebuild")) {
    rebuild(words[2], count - 3, words + 3);
    return 0;
  }
  reads_all = !strcmp(words[1], "read");
  int thread_count = atoi(words[2]);
  for (int i = 3; i < count; i++) add_tasks(words[i]);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pthread_t *threads = malloc((size_t)thread_count * sizeof *threads);
  for (int i = 0; i < thread_count; i++) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  printf("%llu %llu %.4f\n", (unsigned long long)files, (unsigned long long)bytes, seconds);
  return 0;
}
