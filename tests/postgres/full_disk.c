/* Stands between the server and its disk (LD_PRELOAD), and lets no file of a table grow while the file exists
 * that FULL_DISK names. What a file has already it can be written over, as on a disk that is full. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_full(int fd, off_t end) {
    const char *flag = getenv("FULL_DISK");
    if (!flag || access(flag, F_OK) != 0) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    struct stat file;
    return strstr(path, "/base/") && fstat(fd, &file) == 0 && end > file.st_size;
}

static off_t size(const struct iovec *parts, int count) {
    off_t size = 0;
    for (int at = 0; at < count; at++) size += parts[at].iov_len;
    return size;
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

#define FULL(fd, end)      \
    if (is_full(fd, end)) { \
        errno = ENOSPC;     \
        return -1;          \
    }

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    FULL(fd, at + (off_t)count)
    return REAL(ssize_t(*)(int, const void *, size_t, off_t), "pwrite")(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) {
    return pwrite(fd, bytes, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    FULL(fd, at + size(parts, count))
    return REAL(ssize_t(*)(int, const struct iovec *, int, off_t), "pwritev")(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) {
    return pwritev(fd, parts, count, at);
}

int posix_fallocate(int fd, off_t at, off_t length) {
    /* It gives its error back, and does not set it. */
    if (is_full(fd, at + length)) return ENOSPC;
    return REAL(int (*)(int, off_t, off_t), "posix_fallocate")(fd, at, length);
}

int posix_fallocate64(int fd, off_t at, off_t length) { return posix_fallocate(fd, at, length); }
