/*
 * Time as tercel passes it around: never read, always handed down.
 *
 * `instant` is monotonic nanoseconds since an origin private to the process: deadlines and
 * durations. `utc` is nanoseconds since 1970-01-01T00:00:00Z without leap seconds: what goes on the
 * wire and into ledgers. They are different structs so that mixing them does not compile. A worker
 * makes one `struct now` a turn (clock.h) and passes it down; nothing else reads a clock.
 */
#ifndef TERCEL_CORE_BASE_INSTANT_H
#define TERCEL_CORE_BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

struct instant {
    int64_t ns;
};

struct duration {
    int64_t ns;
};

struct utc {
    int64_t ns;
};

struct now {
    struct instant mono;
    struct utc utc;
};

/* Later than every instant the process can reach: "no deadline". */
#define INSTANT_NEVER ((struct instant){.ns = INT64_MAX})

static inline bool instant_is_never(struct instant at) {
    return at.ns == INT64_MAX;
}

/* `at` plus `delta`, saturating at INSTANT_NEVER; `delta` >= 0. */
static inline struct instant instant_add(struct instant at, struct duration delta) {
    int64_t sum;
    if (__builtin_add_overflow(at.ns, delta.ns, &sum)) {
        return INSTANT_NEVER;
    }
    return (struct instant){.ns = sum};
}

static inline struct duration instant_since(struct instant later, struct instant earlier) {
    return (struct duration){.ns = later.ns - earlier.ns};
}

static inline bool instant_reached(struct instant now, struct instant deadline) {
    return now.ns >= deadline.ns;
}

static inline struct instant instant_earlier(struct instant a, struct instant b) {
    return a.ns <= b.ns ? a : b;
}

#endif
