/*
 * What people should know: cells of the ring from the OE worker to the log thread, which makes
 * text of them. A full ring drops notices and counts them; nothing depends on one arriving.
 */
#ifndef TERCEL_CORE_ROUTE_NOTICE_H
#define TERCEL_CORE_ROUTE_NOTICE_H

#include <stdint.h>

#include "core/base/instant.h"

#define NOTICE_TEXT_MAX 127

enum notice_kind {
    NOTICE_CLIENT_UP = 0,
    NOTICE_CLIENT_DOWN,
    NOTICE_CLIENT_REFUSED,  /* a connection that was not let in */
    NOTICE_CLIENT_REJECTED, /* a message of ours, by 35=3 or j; the number is the message's */
    NOTICE_CLIENT_SLOW,     /* cut off, because it does not read */
    NOTICE_REPORTS_UNSENT,  /* a client is away and its queue is full: they wait for its request */
    NOTICE_REPORTS_LOST,    /* a client asked for numbers that are not kept any more */
    NOTICE_CANCEL_ON_DISCONNECT, /* how many orders, and how long it took */
    NOTICE_VENUE_UP,
    NOTICE_VENUE_DOWN,
    NOTICE_VENUE_RETRY,    /* connecting failed; another try is due */
    NOTICE_FOREIGN_ORDER,  /* a report names an order that is not ours */
    NOTICE_FOREIGN_CANCEL, /* one is cancelled, or is not, and why */
    NOTICE_BAD_REPORT,     /* a report that cannot be booked */
    NOTICE_CONFLICT,       /* the venue said what cannot follow */
    NOTICE_IN_DOUBT,
    NOTICE_CLOCK, /* the host's clock was set, or the TSC jumped */
    NOTICE_STOPPING,
    NOTICE_STOPPED,
    NOTICE_LINK, /* of a port, gone or come back */
    NOTICE_KINDS
};

struct notice {
    enum notice_kind kind;
    uint32_t session; /* client or venue index, by kind */
    struct utc at;
    uint64_t number; /* order number or count, by kind */
    char text[NOTICE_TEXT_MAX + 1];
};

const char *notice_kind_name(enum notice_kind kind);

#endif
