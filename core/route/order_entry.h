/*
 * Order entry of one shard: client sessions on one side, venue sessions on the other, orders
 * between.
 *
 * It owns every order, request, client session and venue session of its shard. It is driven by
 * order_entry_turn and does no I/O of its own: streams come from a stream_stack, answers to slow
 * questions from rings. With a memory stack and a test playing the cold threads it runs without a
 * thread, a socket or a clock, and the same inputs give the same bytes out.
 *
 * Back-pressure, by stream: a client is not read while its report queue has no room for what its
 * next message may cause; no venue is read while the ledger ring is full; an order that finds the
 * venue's stream full is refused (REJECT_VENUE_BUSY), a cancel waits for room.
 *
 * No client holds up a venue for longer than a turn. One that does not read is cut off: when
 * nothing of what waits for it could be written for unread_max, or at once when its queue is full.
 * Of a client that is not there the queue keeps what it can; then the oldest reports are numbered
 * and go to its outbox, as if they had been lost on the way, and the client gets them by a
 * ResendRequest after its next Logon, or, when that begins anew with 141=Y, under new numbers with
 * 97=Y. What the outbox has to let go is counted and noticed, and gap-filled.
 *
 * Orders that a venue reports on and that are not ours are told of and booked nowhere. Where the
 * venue session says so (cancel_foreign), one that is open there is cancelled, once: those of
 * a run before, or placed by hand. At most 64 of a venue session are kept in mind at once; while
 * none of their places can be given up, further ones are left as they are, and counted
 * (foreign_left). Not for a session whose orders another router places.
 *
 * Threading: one OE worker. The rings' other ends belong to cold threads.
 */
#ifndef TERCEL_CORE_ROUTE_ORDER_ENTRY_H
#define TERCEL_CORE_ROUTE_ORDER_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/backoff.h"
#include "core/base/hash_index.h"
#include "core/base/instant.h"
#include "core/base/spsc.h"
#include "core/base/trace.h"
#include "core/fix/fix_session.h"
#include "core/order/exposure.h"
#include "core/route/client_encode.h"
#include "core/route/directory.h"
#include "core/route/venue.h"
#include "net/stream.h"

struct order_entry_limits {
    uint32_t orders;
    uint32_t requests_per_venue;
    uint32_t client_connections; /* accepted and not yet identified, at once */
    uint32_t reports_per_client; /* a power of two */
    uint32_t resend_messages;    /* of each client: messages kept to be sent again, 1 .. 2^24 */
    uint32_t resend_bytes;       /* likewise their bytes; at least CLIENT_REPORT_BYTES_MAX */
    uint32_t clients;
    uint32_t venues;
    uint32_t accounts;    /* at least those of the directory; exposure.h says how many at most */
    uint32_t instruments; /* likewise */
    struct duration late_window;
};

/* After which ends of a client's connection its open orders are cancelled. */
enum order_entry_cod {
    ORDER_ENTRY_COD_NONE = 0,
    ORDER_ENTRY_COD_DISCONNECT, /* any but its own Logout */
    ORDER_ENTRY_COD_LOGOUT,     /* its own Logout */
    ORDER_ENTRY_COD_BOTH
};

struct order_entry_client {
    enum order_entry_cod cancel_on_disconnect;
    struct duration cancel_window;     /* a Logon within it keeps the orders */
    struct fix_session_config session; /* role, ids, limits; verdict_needed: a password is asked.
                                          The outbox is order entry's */
    struct duration unread_max; /* reports waiting longer for the client to read cut it off */
};

struct order_entry_venue {
    struct venue *venue; /* initialised; owned by the caller, used by order entry alone */
    unsigned peer;       /* what to dial */
    struct backoff_limits reconnect;
    bool cancel_foreign;  /* orders that are not ours and open there: cancelled, not just told of */
    bool cancel_in_doubt; /* one in doubt, too: when no question settles it (ROE.md) */
};

struct order_entry_rings {
    struct spsc *sign_questions; /* struct question; order entry produces */
    struct spsc *sign_answers;   /* struct answer; order entry consumes */
    struct spsc *password_questions;
    struct spsc *password_answers;
    struct spsc *ledger;  /* struct ledger_record */
    struct spsc *notices; /* struct notice */
};

struct order_entry_setup {
    struct order_entry_limits limits;
    uint8_t shard;
    uint16_t epoch;               /* of this run; part of request ids */
    char run[RUN_PREFIX_MAX + 1]; /* of this run; part of OrderIDs and ExecIDs */
    struct hash_seed seed;
    uint64_t random_seed;              /* of reconnect jitter */
    const struct directory *directory; /* borrowed */
    const struct order_entry_client *clients;
    const struct order_entry_venue *venues;
    uint32_t listener_count;
    size_t message_bytes_max;
    struct duration identify_timeout; /* from accept to a complete first message */
    struct stream_stack *stack;
    struct order_entry_rings rings;
    struct trace *trace; /* NULL: nothing is traced */
};

enum order_entry_phase {
    ORDER_ENTRY_RUNNING = 0,
    ORDER_ENTRY_CANCELING,   /* no new orders; cancels on their way */
    ORDER_ENTRY_LOGGING_OUT, /* clients and venues are being told goodbye */
    ORDER_ENTRY_STOPPED
};

struct order_entry_counters {
    uint64_t orders_accepted;
    uint64_t orders_refused;
    uint64_t fills;
    uint64_t foreign_reports;
    uint64_t foreign_cancels;         /* sent */
    uint64_t foreign_cancels_refused; /* of these, by the venue */
    uint64_t foreign_left;            /* open there, and no cancel could be sent */
    uint64_t bad_reports;
    uint64_t duplicate_fills;
    uint64_t missing_fills;   /* the venue's cumulative quantity ran ahead of the fills it told */
    uint64_t recovered_fills; /* of these, booked by what the venue's count was worth */
    uint64_t conflicts;
    uint64_t doubt_cancels; /* that ask what became of an order in doubt */
    uint64_t notices_dropped;
    uint64_t connections_refused;
    uint64_t rejects_by_clients; /* 35=3 or j: something they were told, they could not use */
    uint64_t clients_cut_off;    /* for not reading */
    uint64_t reports_unsent;     /* numbered and kept for a client that was not there */
    uint64_t reports_lost;       /* asked for again when they were not kept any more */
};

struct order_entry;

/* 0 for impossible limits. */
size_t order_entry_footprint(const struct order_entry_limits *limits);

/* `setup` is borrowed for the call, what it points to for order entry's life. Cold. */
struct order_entry *order_entry_init(void *mem, const struct order_entry_setup *setup);

/*
 * One turn: answers in, connections, venues, clients, timers, reports and cancels out. True when it
 * stopped short of what is there already: the next turn should not wait.
 */
bool order_entry_turn(struct order_entry *entry, struct now now);

/* When a turn is due even if nothing arrives. */
struct instant order_entry_deadline(const struct order_entry *entry);

/*
 * No new orders from now on. With `cancel` every live order is cancelled at its venue first; then,
 * at the latest after `patience`, the venues are logged out, and when what they said last is with
 * the clients, those, too: some seconds each. Idempotent. A turn is due at once.
 */
void order_entry_stop(struct order_entry *entry, struct now now, bool cancel,
                      struct duration patience);
enum order_entry_phase order_entry_phase(const struct order_entry *entry);

/* Orders that are not terminal: what a stop could not bring to an end. */
uint32_t order_entry_live_orders(const struct order_entry *entry);
const struct order_entry_counters *order_entry_counters(const struct order_entry *entry);

/* What the orders of an account may still do and have done in this run, by the directory's indexes.
 * Agrees with every report booked and every order sent so far. */
const struct exposure_side *order_entry_exposure(const struct order_entry *entry, uint32_t account,
                                                 uint32_t instrument, enum order_side side);

#endif
