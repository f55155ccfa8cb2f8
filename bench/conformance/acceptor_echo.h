/*
 * The application of the public acceptance definitions: what it was sent goes back.
 *
 * NewOrderSingle (D), SecurityDefinition (d) and Email (C) come back under a header of our own, the
 * body's values as they were, byte for byte, its fields ascending by tag, the members of a group
 * behind its count. A possible resend (97=Y) of a ClOrdID seen since the Logon is dropped, any
 * other comes back with 97=Y. A BusinessMessageReject (in FIX 4.0 and 4.1 a Reject) refuses every
 * other type, a limit order without Price, what is to be delivered to NOBODY, and everything while
 * the application rests.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_ECHO_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_ECHO_H

#include "core/base/check.h"
#include "core/route/fix_link.h"

#define ACCEPTOR_SEEN_MAX 64
#define ACCEPTOR_SEEN_BYTES_MAX 32

struct acceptor_echo {
    bool rests;
    uint32_t count; /* the oldest is forgotten for a new one */
    struct {
        uint8_t len;
        char text[ACCEPTOR_SEEN_BYTES_MAX];
    } seen[ACCEPTOR_SEEN_MAX];
};

/* At every Logon. */
void acceptor_echo_begin(struct acceptor_echo *echo);

/*
 * A message that was delivered. False: it cannot be answered now, because what the session owes
 * goes first and there is no room for that; it is to be given again. Without a session it is
 * dropped.
 */
bool acceptor_echo_take(struct acceptor_echo *echo, struct fix_link *link, struct now now,
                        const struct fix_view *view) MUST_USE;

#endif
