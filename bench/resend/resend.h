/*
 * A session that is asked for everything it ever sent, while it goes on sending.
 *
 * An acceptor sends `messages` reports of about 310 bytes, then live ones at a steady pace: first
 * with nothing else to do, then while its peer has asked for all of them again (7=1, 16=0). Of each
 * live message is recorded how long it took from the moment it was due until it was written. Every
 * message written is read back and has the number that was due, live or sent again; what the
 * outbox has let go is filled over and counted.
 *
 * What the session does between two live messages is what it does in the router: one message at a
 * time, live ones first, sent-again ones as far as the burst of the window goes.
 *
 * Threading: one thread. No allocation after resend_init: memory is the caller's.
 */
#ifndef TERCEL_BENCH_RESEND_RESEND_H
#define TERCEL_BENCH_RESEND_RESEND_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/histogram.h"
#include "core/base/instant.h"
#include "core/fix/fix_outbox.h"

struct resend;

struct resend_config {
    uint64_t messages;
    struct fix_outbox_limits outbox;
    uint32_t burst; /* messages sent again in a window of 1 ms; 0: the session's own */
    struct duration live_period;
    /* Nanoseconds that never run backwards: a clock, or a count that moves with every call. */
    int64_t (*read_clock)(void *context);
    void *context;
};

struct resend_result {
    uint64_t resent;
    uint64_t fills;
    uint64_t filled_over; /* numbers that the outbox had let go */
    uint64_t live;        /* sent during the answer */
    int64_t took_ns;      /* the answer */
    struct histogram alone;
    struct histogram meanwhile;
};

/* 0: impossible limits. `mem` is aligned to 64. */
size_t resend_footprint(const struct resend_config *config);
struct resend *resend_init(void *mem, const struct resend_config *config);

/* The three acts, in this order. `live` is how many live messages are sent with nothing else to do.
 */
void resend_fill(struct resend *resend);
void resend_alone(struct resend *resend, uint64_t live);
void resend_everything(struct resend *resend);

const struct resend_result *resend_result(const struct resend *resend);

#endif
