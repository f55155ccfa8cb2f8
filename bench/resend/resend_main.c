/*
 * usage: resend [MESSAGES [KEPT [BURST]]]
 *
 * Sends MESSAGES reports (a million), of which the outbox keeps KEPT (all), then all of them again
 * at BURST a millisecond (the session's 32), with a live message every 100 us beside them. Prints
 * the latency of live messages with and without, by the real clock, and what memory the process
 * has. It is sealed against allocation.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench/resend/resend.h"
#include "core/base/alloc_guard.h"

/* More than a report has. */
#define REPORT_BYTES 384
#define LIVE_ALONE 50000

static int64_t read_clock(void *context) {
    (void)context;
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * NS_PER_S + at.tv_nsec;
}

/* Megabytes of this process that are in memory. */
static long resident_mb(void) {
    char text[128] = "";
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL && fgets(text, sizeof text, file) != NULL) {
        char *end;
        (void)strtol(text, &end, 10);
        pages = strtol(end, NULL, 10);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return pages * sysconf(_SC_PAGESIZE) >> 20;
}

static void print(const struct resend_result *result, uint64_t messages, const long *resident) {
    (void)printf("%" PRIu64 " numbers asked for: %" PRIu64 " sent again, %" PRIu64
                 " filled over in %" PRIu64 " fills, in %.1f s; %" PRIu64 " live beside them\n",
                 messages, result->resent, result->filled_over, result->fills,
                 (double)result->took_ns / 1e9, result->live);
    histogram_print(&result->alone, "live, nothing else to do", stdout);
    histogram_print(&result->meanwhile, "live, during the answer ", stdout);
    (void)printf("memory in use: %ld MB when all was sent, %ld MB before the answer, %ld MB after "
                 "it; nothing was allocated\n",
                 resident[0], resident[1], resident[2]);
}

static uint64_t argument(int argc, char **argv, int index, uint64_t otherwise) {
    return argc > index ? strtoull(argv[index], NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    uint64_t messages = argument(argc, argv, 1, 1000000);
    /* The outbox keeps the live ones too: room for those of the whole run. */
    uint64_t kept = argument(argc, argv, 2, messages + messages);
    struct resend_config config = {
        .messages = messages,
        .outbox = {.messages = (uint32_t)kept, .bytes = (uint32_t)(kept * REPORT_BYTES)},
        .burst = (uint32_t)argument(argc, argv, 3, 0),
        .live_period = {.ns = 100 * NS_PER_US},
        .read_clock = read_clock};
    size_t bytes = resend_footprint(&config);
    void *mem = bytes == 0 ? MAP_FAILED
                           : mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (messages == 0 || kept > UINT32_MAX / REPORT_BYTES || mem == MAP_FAILED) {
        (void)fputs("usage: resend [MESSAGES [KEPT [BURST]]]\n", stderr);
        return 2;
    }
    long resident[3];
    struct resend *resend = resend_init(mem, &config);
    alloc_guard_seal();
    resend_fill(resend);
    alloc_guard_unseal();
    resident[0] = resident_mb();
    alloc_guard_seal();
    resend_alone(resend, LIVE_ALONE);
    alloc_guard_unseal();
    resident[1] = resident_mb();
    alloc_guard_seal();
    resend_everything(resend);
    alloc_guard_unseal();
    resident[2] = resident_mb();
    print(resend_result(resend), messages, resident);
    return 0;
}
