// Loaded into a relay by LD_PRELOAD: the fsync number BAUTA_FSYNC_FAILS_AT of the process, counted over all threads and files, fails with
// EIO without having been made, and the file is named on standard error; those after it work again, as Linux's do although what the failed one had to write is lost.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long made;

static int fails(void) {
  const char *at = getenv("BAUTA_FSYNC_FAILS_AT");
  return at != NULL && atomic_fetch_add(&made, 1) + 1 == strtol(at, NULL, 10);
}

static void tell(int file) {
  char link[64];
  char path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path);
  if (length > 0) dprintf(STDERR_FILENO, "failing disk: %.*s\n", (int)length, path);
}

static int flush(const char *name, int file) {
  if (fails()) {
    tell(file);
    errno = EIO;
    return -1;
  }
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return flush("fsync", file); }
int fdatasync(int file) { return flush("fdatasync", file); }
