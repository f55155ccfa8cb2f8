/*
 * What order entry asks of a venue session, whatever protocol it speaks.
 *
 * A venue session turns orders into its venue's bytes and its venue's bytes into reports. It owns
 * its session layer and holds the stream order entry gave it; it knows no client and books nothing.
 * The ids it puts on the wire are request ids (request_table.h), which it gets as text.
 *
 * One report at a time: order entry polls only while it has room for what a report may cause, so
 * back-pressure is simply not polling. Views in a report hold until the next call on the venue.
 *
 * Threading: the OE worker's thread. Nothing here blocks or allocates.
 */
#ifndef TERCEL_CORE_ROUTE_VENUE_H
#define TERCEL_CORE_ROUTE_VENUE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/market/instrument.h"
#include "core/order/order_table.h"
#include "core/order/request_table.h"
#include "core/route/question.h"
#include "net/stream.h"

struct venue;

/* Everything a message about an order needs. Views and pointers are borrowed for the call. */
struct venue_order {
    const struct order *order;
    const struct instrument *instrument;
    struct bytes symbol;          /* the venue's name of the instrument */
    struct bytes cl_ord_id;       /* of this request */
    struct bytes orig_cl_ord_id;  /* cancel: of the order's own request */
    struct request_id request_id; /* the same as a value, given back in a report that names it */
};

enum venue_send {
    VENUE_SENT = 0,
    VENUE_SEND_AGAIN,      /* no room now; nothing was written, no number used */
    VENUE_SEND_DOWN,       /* not logged on */
    VENUE_SEND_UNSUPPORTED /* this dialect has no words for it, or no room */
};

enum venue_report_kind {
    VENUE_REPORT_UP = 0, /* logged on: orders may go */
    VENUE_REPORT_DOWN,   /* was up, is not any more; `text` says why */
    VENUE_REPORT_ACKNOWLEDGED,
    VENUE_REPORT_FILL,
    VENUE_REPORT_CANCELED,
    VENUE_REPORT_EXPIRED,
    VENUE_REPORT_REFUSED, /* a request (new or cancel) was refused: cl_ord_id or request names it */
    VENUE_REPORT_STATUS,  /* still open; nothing new but the cumulative quantity */
    VENUE_REPORT_LOGON_FAILED, /* the connection ended before it was up; `text` says why */
    VENUE_REPORT_MALFORMED     /* something that cannot be booked; `text` says what */
};

/* What kind of request a refusal says it refuses. */
enum venue_refuses { VENUE_REFUSES_UNSAID = 0, VENUE_REFUSES_NEW, VENUE_REFUSES_CANCEL };

struct venue_report {
    enum venue_report_kind kind;
    bool request_known;           /* the venue named the request by sequence number only */
    struct request_id request_id; /* then: which one that message carried */
    enum venue_refuses refuses;
    struct bytes cl_ord_id;      /* 11, or 379 of a business reject */
    struct bytes orig_cl_ord_id; /* 41 */
    struct bytes venue_order_id;
    struct bytes exec_id; /* the venue's */
    struct bytes trade_id;
    struct bytes last_quantity; /* decimal text, empty if absent */
    struct bytes last_price;
    struct bytes cumulative;
    struct bytes text;
    struct utc transact_time; /* 0 if absent */
};

struct venue_ops {
    enum venue_send (*send_new)(struct venue *venue, struct now now,
                                const struct venue_order *order);
    enum venue_send (*send_cancel)(struct venue *venue, struct now now,
                                   const struct venue_order *order);
    /* A dialled stream is handed over; the venue watches it open, log on and end. */
    void (*attach)(struct venue *venue, struct now now, struct stream *stream);
    /* The stream in use, or NULL. */
    struct stream *(*stream)(struct venue *venue);
    /* Reads on; true when *report was filled in: call again. */
    bool (*poll)(struct venue *venue, struct now now, struct venue_report *report);
    /*
     * Once poll said false: the stream when the connection is over, for order entry to discard,
     * with *report DOWN or LOGON_FAILED; else NULL.
     */
    struct stream *(*detach_if_over)(struct venue *venue, struct now now,
                                     struct venue_report *report);
    /* Timers, then everything owed, as far as the stream takes it. */
    void (*flush)(struct venue *venue, struct now now);
    /* The next question for a cold thread; false when there is none. Said once for each connection.
     */
    bool (*question)(struct venue *venue, struct now now, struct question *question);
    void (*answer)(struct venue *venue, struct now now, const struct answer *answer);
    /* In whatever state the session is. */
    void (*logout)(struct venue *venue, struct now now, struct bytes text);
    bool (*up)(const struct venue *venue);
    struct instant (*deadline)(const struct venue *venue);
};

struct venue {
    const struct venue_ops *ops;
};

#endif
