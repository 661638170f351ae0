/* Stands between a program and its disk (LD_PRELOAD), and breaks it after so many syncs: FAULTY_SYNCS says
 * how many are well, FAULTY_HOW what comes then: `sync` fails them, `write` fails what is written, `half`
 * writes half of it and fails, `hang` never ends a sync. Only files of a log are meant. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long syncs;

static int is_of_a_log(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 6) return 0;
    path[length] = 0;
    return strcmp(path + length - 6, ".jsonl") == 0;
}

static int is_broken(const char *how) {
    const char *wanted = getenv("FAULTY_HOW"), *well = getenv("FAULTY_SYNCS");
    return wanted && well && strcmp(wanted, how) == 0 && atomic_load(&syncs) >= atol(well);
}

int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (!is_of_a_log(fd)) return real(fd);
    if (is_broken("hang")) for (;;) pause();
    if (is_broken("sync")) {
        errno = EIO;
        return -1;
    }
    atomic_fetch_add(&syncs, 1);
    return real(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) =
        (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    int half = is_broken("half");
    if ((half || is_broken("write")) && is_of_a_log(fd)) {
        /* The first call takes a part, and the next one, for the rest, fails. */
        static atomic_int parts;
        if (half && count > 1 && atomic_fetch_add(&parts, 1) % 2 == 0) return real(fd, bytes, count / 2);
        errno = EIO;
        return -1;
    }
    return real(fd, bytes, count);
}
