#include "core/app/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define EARLIER_PATH_MAX 4096

static void *complain(const char *path, const char *what, FILE *err) {
    (void)fprintf(err, "tercel: trace.file %s: %s\n", path, what);
    return NULL;
}

static bool is_memory(int fd) {
    struct statfs status;
    return fstatfs(fd, &status) == 0 &&
           (status.f_type == TMPFS_MAGIC || status.f_type == HUGETLBFS_MAGIC ||
            status.f_type == RAMFS_MAGIC);
}

/* Nothing to keep is fine. */
static bool keep_earlier(const char *path) {
    char earlier[EARLIER_PATH_MAX];
    int len = snprintf(earlier, sizeof(earlier), "%s.1", path);
    return len > 0 && (size_t)len < sizeof(earlier) &&
           (rename(path, earlier) == 0 || errno == ENOENT);
}

static struct trace *map(int fd, const char *path, uint32_t cells, const struct clock_mapping *time,
                         FILE *err) {
    size_t bytes = trace_footprint(cells);
    if (!is_memory(fd)) {
        return complain(path,
                        "this is on a disk, whose writing would hold up the worker: put it on a "
                        "tmpfs, under /dev/shm or /run",
                        err);
    }
    /* Taken now: a page that is not there later is a SIGBUS on the worker. */
    int error = posix_fallocate(fd, 0, (off_t)bytes);
    if (error != 0) {
        return complain(path, strerror(error), err);
    }
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (memory == MAP_FAILED) {
        return complain(path, strerror(errno), err);
    }
    return trace_init(memory, cells, time);
}

struct trace *trace_file_create(const char *path, uint32_t cells, const struct clock_mapping *time,
                                FILE *err) {
    if (!keep_earlier(path)) {
        return complain(path, strerror(errno), err);
    }
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return complain(path, strerror(errno), err);
    }
    struct trace *trace = map(fd, path, cells, time, err);
    if (trace == NULL) {
        (void)unlink(path);
    }
    (void)close(fd);
    return trace;
}
