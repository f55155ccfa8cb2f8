#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/command.h"
#include "core/app/trace_text.h"
#include "core/base/bits.h"

static size_t read_all(int fd, char *to, size_t bytes) {
    size_t have = 0;
    while (have < bytes) {
        ssize_t got = pread(fd, to + have, bytes - have, (off_t)have);
        if (got <= 0) {
            break;
        }
        have += (size_t)got;
    }
    return have;
}

static const char *what_is_wrong(enum trace_check check) {
    switch (check) {
    case TRACE_FINE:
        break;
    case TRACE_NOT_ONE:
        return "this is no trace";
    case TRACE_OTHER_VERSION:
        return "another version of tercel wrote this trace; read it with that one";
    case TRACE_CUT:
        return "this trace is cut short, or damaged";
    }
    return NULL;
}

/*
 * Copied rather than mapped: a file that shrinks under a mapping is a SIGBUS. The header is read
 * again after the events, to know which of them a running worker overwrote under the copy.
 */
static int print_open(int fd, const char *path, FILE *out, FILE *err) {
    struct stat status;
    size_t most = trace_footprint(TRACE_CELLS_MAX);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        fprintf(err, "tercel: %s: this is not a regular file\n", path);
        return COMMAND_PROBLEM;
    }
    size_t bytes = (size_t)status.st_size < most ? (size_t)status.st_size : most;
    size_t rounded = bits_whole_lines(bytes + sizeof(struct trace));
    char *copy = aligned_alloc(64, rounded);
    CHECK(copy != NULL);
    memset(copy, 0, sizeof(struct trace));
    bytes = read_all(fd, copy, bytes);
    const char *wrong = what_is_wrong(trace_check(copy, bytes));
    if (wrong != NULL) {
        fprintf(err, "tercel: %s: %s\n", path, wrong);
        free(copy);
        return COMMAND_PROBLEM;
    }
    struct trace after;
    size_t again = read_all(fd, (char *)&after, sizeof(after));
    const struct trace *trace = (const struct trace *)(void *)copy;
    trace_text_print(trace, again == sizeof(after) ? trace_count(&after) : 0, out);
    free(copy);
    return COMMAND_FINE;
}

int command_trace(int argc, char **argv, FILE *out, FILE *err) {
    if (argc != 2 || argv[1][0] == '-') {
        return command_usage("trace", err);
    }
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(err, "tercel: %s: %s\n", argv[1], strerror(errno));
        return COMMAND_PROBLEM;
    }
    int code = print_open(fd, argv[1], out, err);
    (void)close(fd);
    return code;
}
