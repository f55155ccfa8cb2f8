/*
 * What kind of session a scenario meets: named sets of session settings and application manners.
 *
 * `at` is what the public acceptance definitions of QuickFIX assume of an acceptor. The others are
 * the same but for one thing each, named in the table of the .c.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_PROFILE_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_PROFILE_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session.h"

/* Whom scenarios talk to. */
#define ACCEPTOR_COMP_ID "ISLD"
/* One message, either way. */
#define ACCEPTOR_MESSAGE_BYTES_MAX 8192

struct acceptor_profile {
    const char *name;
    enum fix_role role;
    bool numbers_kept;    /* over a new Logon; else both sides begin at 1 with every connection */
    bool reset_on_logon;  /* initiator: and says so */
    bool empty_values;    /* are taken, where FIX has them */
    uint32_t heartbeat_s; /* initiator: what it proposes */
    struct fix_outbox_limits outbox;
};

/* NULL: there is none of that name. */
const struct acceptor_profile *acceptor_profile_find(struct bytes name);

/* `comp_id` is the peer's; it is borrowed, like the outbox. */
struct fix_session_config acceptor_profile_config(const struct acceptor_profile *profile,
                                                  struct bytes comp_id, struct fix_outbox *outbox);

#endif
