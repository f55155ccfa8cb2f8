/*
 * Which session a peer means: by its CompID.
 *
 * Some have fixed names, those by which public conformance runners call themselves; their clock is
 * the machine's. Any other name is of a scenario's session: "PROFILE.VERSION.NUMBER", the version
 * being 40 41 42 43 44 50 50SP1 or 50SP2, and the number what tells it from others.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_SESSION_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_SESSION_H

#include "bench/conformance/acceptor_profile.h"

struct acceptor_session {
    const struct acceptor_profile *profile;
    const struct fix_version *version;
    bool real_time;    /* its clock is the machine's */
    bool empty_values; /* are taken, where FIX has them */
    struct fix_outbox_limits outbox;
    struct fix_early_limits early;
};

/* One with a fixed name; they all behave as `profile` has it. False: there is none. */
bool acceptor_session_named(struct bytes comp_id, const struct acceptor_profile *profile,
                            struct acceptor_session *session);

/* A scenario's. False: no such profile, or no such version. */
bool acceptor_session_made(struct bytes comp_id, struct acceptor_session *session);

/* `comp_id` is the peer's; it is borrowed. Memory (outbox, early) is the caller's to add. */
struct fix_session_config acceptor_session_config(const struct acceptor_session *session,
                                                  struct bytes comp_id);

#endif
