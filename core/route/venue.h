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
#include "core/route/reject_code.h"
#include "net/stream.h"

struct venue;

/* Everything a message about an order needs. Views and pointers are borrowed for the call. */
struct venue_order {
    const struct order *order;
    const struct instrument *instrument;
    struct bytes symbol;    /* the venue's name of the instrument */
    struct bytes cl_ord_id; /* of this request */
    /* cancel, replace: of the order's latest request that the venue took: D, or the latest G */
    struct bytes orig_cl_ord_id;
    struct request_id request_id;    /* the same as a value, given back in a report that names it */
    const struct order_terms *terms; /* replace: the new ones */
};

/* What a mass cancel is about. Views are borrowed for the call. */
struct venue_mass_cancel {
    enum mass_cancel_scope scope;
    struct bytes symbol; /* MASS_CANCEL_INSTRUMENT: the venue's name of the instrument */
    struct bytes cl_ord_id;
    struct request_id request_id;
};

/*
 * What a venue can be asked for: the row of the capability matrix (ROE.md). Constant over a venue's
 * life.
 */
struct venue_capability {
    uint32_t types;          /* 1U << enum order_type */
    uint32_t time_in_forces; /* 1U << enum time_in_force */
    uint32_t flags;          /* ORDER_POST_ONLY, ORDER_REDUCE_ONLY, ORDER_CASH */
    bool replace;            /* of price and quantity in one message, the order kept */
    bool status;             /* of one order */
    bool mass_cancel;        /* of everything this session sent */
    bool mass_cancel_by_instrument;
    bool cancel_needs_session;       /* a cancel reaches only orders sent on the same connection */
    bool acknowledged_first;         /* replace and status: only once venue_order_id is known */
    struct duration expire_time_max; /* TIF_GTD: how far ahead; 0: no limit known */
    /* A new order that the venue has not taken this long after it was sent is dropped by it; 0: no
     * such promise. */
    struct duration order_validity;
};

enum venue_send {
    VENUE_SENT = 0,
    VENUE_SEND_AGAIN,       /* no room now; nothing was written, no number used */
    VENUE_SEND_DOWN,        /* not logged on */
    VENUE_SEND_UNSUPPORTED, /* this dialect has no words for it, or no room */
    /* The venue's message rate is used up, the session's or the instrument's; cancels have room of
     * their own. */
    VENUE_SEND_LIMITED,
    VENUE_SEND_INSTRUMENT_LIMITED
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
    VENUE_REPORT_MALFORMED,    /* something that cannot be booked; `text` says what */
    VENUE_REPORT_REPLACED,     /* a replace was taken; order_quantity, price, stop_price: as told */
    VENUE_REPORT_RESTATED,     /* changed by the venue of itself; `triggered` says how */
    VENUE_REPORT_NOT_SENT,     /* request_known: the venue never got that request, and never will */
    VENUE_REPORT_MAYBE_SENT,   /* request_known: whether the venue acts on it cannot be known */
    VENUE_REPORT_MISSED        /* of what it said something was not heard, and never will be */
};

/* What kind of request a refusal says it refuses. */
enum venue_refuses {
    VENUE_REFUSES_UNSAID = 0,
    VENUE_REFUSES_NEW,
    VENUE_REFUSES_CANCEL,
    VENUE_REFUSES_REPLACE,
    VENUE_REFUSES_STATUS,
    VENUE_REFUSES_MASS_CANCEL
};

/* Currencies a venue takes its fees in for one fill, at most; more are counted and left out. */
#define VENUE_FEES_MAX 4

/* One entry of NoMiscFees(136). Decimal text and names, as the venue wrote them. */
struct venue_fee {
    struct bytes amount;   /* 137; negative: a rebate */
    struct bytes currency; /* 138 */
    struct bytes type;     /* 139; empty if absent */
};

struct venue_report {
    enum venue_report_kind kind;
    bool request_known;           /* the venue named the request by sequence number only */
    struct request_id request_id; /* then: which one that message carried */
    enum venue_refuses refuses;
    /* REFUSED: what its words mean, REJECT_BY_VENUE when not known, and REJECT_VENUE_FAILED when
     * they leave open whether the venue acts on it; CANCELED: likewise, but REJECT_NONE. */
    enum reject_code reject;
    bool heard_out; /* DOWN: it logged out, and all that it said before was heard */
    bool complete;  /* the venue says that nothing is left of the order */
    bool triggered; /* of a stop type: its stop price was reached */
    char liquidity; /* a fill: '1' added, '2' took; '\0': unsaid */
    uint8_t fee_count;
    struct bytes cl_ord_id;      /* 11, or 379 of a business reject */
    struct bytes orig_cl_ord_id; /* 41 */
    struct bytes venue_order_id;
    struct bytes exec_id; /* the venue's */
    struct bytes trade_id;
    struct bytes last_quantity; /* decimal text, empty if absent */
    struct bytes last_price;
    struct bytes cumulative;
    struct bytes average; /* price of all that is cumulative */
    struct bytes traded;  /* money, likewise */
    struct bytes order_quantity;
    struct bytes price;
    struct bytes stop_price;
    struct bytes symbol; /* the venue's: what a foreign order is told by */
    struct bytes side;   /* '1' or '2' */
    struct venue_fee fees[VENUE_FEES_MAX];
    struct bytes text;
    struct utc transact_time; /* 0 if absent */
};

struct venue_ops {
    enum venue_send (*send_new)(struct venue *venue, struct now now,
                                const struct venue_order *order);
    enum venue_send (*send_cancel)(struct venue *venue, struct now now,
                                   const struct venue_order *order);
    /* UNSUPPORTED where the capability says so, acknowledged_first included. */
    enum venue_send (*send_replace)(struct venue *venue, struct now now,
                                    const struct venue_order *order);
    enum venue_send (*send_status)(struct venue *venue, struct now now,
                                   const struct venue_order *order);
    enum venue_send (*send_mass_cancel)(struct venue *venue, struct now now,
                                        const struct venue_mass_cancel *mass);
    const struct venue_capability *(*capability)(const struct venue *venue);
    /* Whether a connection is wanted; no outside the venue's session time. Asked before dialling.
     */
    bool (*may_connect)(struct venue *venue, struct now now);
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
    /* It owes an answer for too long, whatever else it says: whether it still hears us. A venue
     * that does not is given up, as if it had fallen silent. Often asked, it asks now and then. */
    void (*ask_life)(struct venue *venue, struct now now);
    /* In whatever state the session is. */
    void (*logout)(struct venue *venue, struct now now, struct bytes text);
    bool (*up)(const struct venue *venue);
    /* Without a stream: when may_connect is to be asked again, long past once it said yes. */
    struct instant (*deadline)(const struct venue *venue);
};

struct venue {
    const struct venue_ops *ops;
};

#endif
