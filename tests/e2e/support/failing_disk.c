// Loaded into a relay by LD_PRELOAD.
//   BAUTA_FSYNC_FAILS_AT=k   the fsync number k of the process, counted over all threads and files, fails with EIO without having been made;
//                            those after it work again, as Linux's do although what the failed one had to write is lost.
//   BAUTA_DISK_FULL_AT=k     the write number k to a file of the store, and every one after it, fails with ENOSPC.
//   BAUTA_UNLINK_FAILS=part  no file whose path has this part in it is taken away: EROFS, as on a disk that the system turned read-only.
// The first file that meets its fault is named on standard error.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long flushes;
static atomic_long writes;
static atomic_flag told = ATOMIC_FLAG_INIT;

static ssize_t path_of(int file, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, size - 1);
  path[length > 0 ? length : 0] = '\0';
  return length;
}

static int fail(int file, int error) {
  char path[1024];
  if (!atomic_flag_test_and_set(&told) && path_of(file, path, sizeof path) > 0) dprintf(STDERR_FILENO, "failing disk: %s\n", path);
  errno = error;
  return -1;
}

static int flush(const char *name, int file) {
  const char *at = getenv("BAUTA_FSYNC_FAILS_AT");
  if (at != NULL && atomic_fetch_add(&flushes, 1) + 1 == strtol(at, NULL, 10)) return fail(file, EIO);
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return flush("fsync", file); }
int fdatasync(int file) { return flush("fdatasync", file); }

static int is_of_store(int file) {
  char path[1024];
  return path_of(file, path, sizeof path) > 0 && strstr(path, "/data/") != NULL;
}

ssize_t write(int file, const void *octets, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  if (next == NULL) next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  const char *at = getenv("BAUTA_DISK_FULL_AT");
  if (at != NULL && is_of_store(file) && atomic_fetch_add(&writes, 1) + 1 >= strtol(at, NULL, 10)) return fail(file, ENOSPC);
  return next(file, octets, size);
}

int unlink(const char *path) {
  const char *part = getenv("BAUTA_UNLINK_FAILS");
  if (part != NULL && strstr(path, part) != NULL) {
    errno = EROFS;
    return -1;
  }
  return ((int (*)(const char *))dlsym(RTLD_NEXT, "unlink"))(path);
}
