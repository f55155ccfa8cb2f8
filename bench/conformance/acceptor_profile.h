/*
 * What kind of session a peer meets: named sets of session settings and application manners.
 *
 * `at` is what the public acceptance definitions of QuickFIX assume of an acceptor. The others are
 * the same but for one thing each, named in the table of the .c.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_PROFILE_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_PROFILE_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session.h"

/* Whom scenarios talk to. */
#define ACCEPTOR_COMP_ID "ISLD"
/* One message, either way. */
#define ACCEPTOR_MESSAGE_BYTES_MAX 8192

struct acceptor_profile {
    const char *name;
    enum fix_role role;
    bool real_time;  /* its clock is the machine's */
    bool production; /* the switches of the product, not those of the definitions */
    bool garbled_rejected;
    bool groups_in_order; /* a group's members come as FIX has them, or are rejected */
    bool empty_values;    /* are taken, where FIX has them */
    bool reset_on_logon;  /* both sides begin at 1 with every Logon; an initiator says so */
    bool next_expected;   /* 789 */
    bool last_processed;  /* 369 */
    uint32_t resend_chunk;
    uint32_t resend_burst;
    uint32_t heartbeat_s; /* initiator: what it proposes */
    struct fix_schedule schedule;
    struct fix_outbox_limits outbox;
    struct fix_early_limits early;
};

/* NULL: there is none of that name. */
const struct acceptor_profile *acceptor_profile_find(struct bytes name);

#endif
