// Loaded into a relay by LD_PRELOAD: a folder lies as if on a small disk of its own.
//   BAUTA_SMALL_DISK=folder     without symbolic links, with what it holds that is on the disk.
//   BAUTA_SMALL_DISK_FILE=path  of two numbers of 8 octets: how many octets the disk has, and how many of them others have taken.  The file is
//                               mapped, so what is written into it while the process runs counts from the next write on.
// What would not fit fails with ENOSPC without having been made.  What was preallocated counts as taken; a write into it needs space once
// more, so that the disk is full a little before a true one.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { kBlock = 4096 };

struct disk {
  int64_t size;
  int64_t others;
};
static const volatile struct disk *disk;
static const char *folder;
static size_t folder_length;
static _Atomic int64_t used;           // by the folder: as it was seen last, and what was written since
static _Thread_local int64_t counted;  // by the look of this thread that is under way

static int count(const char *path, const struct stat *seen, int type, struct FTW *place) {
  (void)path, (void)place;
  if (type == FTW_F) counted += (int64_t)seen->st_blocks * 512;
  return 0;
}

static int64_t free_now(void) {
  const int64_t left = disk->size - disk->others - atomic_load(&used);
  return left > 0 ? left : 0;
}

static int64_t look(void) {
  counted = 0;
  nftw(folder, count, 16, FTW_PHYS);
  atomic_store(&used, counted);
  return free_now();
}

__attribute__((constructor)) static void map_file(void) {
  const char *path = getenv("BAUTA_SMALL_DISK_FILE");
  folder = getenv("BAUTA_SMALL_DISK");
  if (path == NULL || folder == NULL) return;
  folder_length = strlen(folder);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) abort();
  void *mapped = mmap(NULL, sizeof *disk, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  disk = mapped;
  close(file);
  look();
}

static int is_on_disk(const char *path) {
  return strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || path[folder_length] == '\0');
}

static int is_file_on_disk(int file) {
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  return is_on_disk(path);
}

/// Takes the space; a file that was deleted meanwhile has made room that only a look sees.
static int fits(int file, size_t size) {
  if (disk == NULL || !is_file_on_disk(file)) return 1;
  const int64_t octets = (int64_t)size;
  if (free_now() < octets && look() < octets) return 0;
  atomic_fetch_add(&used, octets);
  return 1;
}

static int full(void) {
  errno = ENOSPC;
  return -1;
}

ssize_t write(int file, const void *octets, size_t size) {
  static ssize_t (*next)(int, const void *, size_t);
  if (next == NULL) next = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return fits(file, size) ? next(file, octets, size) : full();
}

ssize_t pwrite(int file, const void *octets, size_t size, off_t at) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) next = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  return fits(file, size) ? next(file, octets, size, at) : full();
}

int fallocate(int file, int mode, off_t at, off_t size) {
  static int (*next)(int, int, off_t, off_t);
  if (next == NULL) next = (int (*)(int, int, off_t, off_t))dlsym(RTLD_NEXT, "fallocate");
  return (mode & FALLOC_FL_PUNCH_HOLE) != 0 || fits(file, (size_t)size) ? next(file, mode, at, size) : full();
}

int statvfs(const char *path, struct statvfs *space) {
  static int (*next)(const char *, struct statvfs *);
  if (next == NULL) next = (int (*)(const char *, struct statvfs *))dlsym(RTLD_NEXT, "statvfs");
  const int result = next(path, space);
  if (result != 0 || disk == NULL || !is_on_disk(path)) return result;
  space->f_bsize = space->f_frsize = kBlock;
  space->f_blocks = (fsblkcnt_t)(disk->size / kBlock);
  space->f_bfree = space->f_bavail = (fsblkcnt_t)(look() / kBlock);
  return 0;
}
