/*
 * A strict counterpart that speaks Kraken's Unified FIX for spot trading: the acceptor's side of
 * port 4001, without I/O.
 *
 * It is written from Kraken's own pages, so that it can disagree with whoever speaks to it:
 *
 *   [logon]   docs.kraken.com/api/docs/fix-api/logon-fix, guides/fix-auth
 *   [session] docs.kraken.com/api/docs/fix-api/session-fix, sequence-reset-fix, logout-fix
 *   [nos]     docs.kraken.com/api/docs/fix-api/nos-fix        NewOrderSingle(D)
 *   [ocr]     docs.kraken.com/api/docs/fix-api/ocr-fix        OrderCancelRequest(F)
 *   [ocrr]    docs.kraken.com/api/docs/fix-api/ocrr-fix       OrderCancelReplaceRequest(G)
 *   [omcr]    docs.kraken.com/api/docs/fix-api/omcr-fix       OrderMassCancelRequest(q)
 *   [osr]     docs.kraken.com/api/docs/fix-api/osr-fix        OrderStatusRequest(H)
 *   [er]      docs.kraken.com/api/docs/fix-api/er-fix         ExecutionReport(8)
 *   [srej]    docs.kraken.com/api/docs/fix-api/reject-session_level-fix     Reject(3)
 *   [brej]    docs.kraken.com/api/docs/fix-api/reject-business_level-fix BusinessMessageReject(j)
 *
 * Where those are silent the code says "unverified" and does what is likely. It is stricter than
 * the venue may be: an undefined or repeated tag, and a time without its milliseconds, are refused.
 *
 * What it is not: it keeps no balances, so funds never run out; of margin it keeps the position and
 * nothing else. No TLS: that belongs to the stream.
 *
 * It needs no process: attach memory streams and turn it, order what happens with
 * kraken_spot_command, and let it go wrong by rule with kraken_faults_add. The same seed, times and
 * bytes in give the same bytes out.
 *
 * A ResendRequest is answered with the reports and business rejects asked for ([session] promises
 * replay), as far as they are kept, and gap fills over the rest. A report that was not written yet
 * waits for the session's next Logon, at most `reports` of them; the venue's way is unverified.
 *
 * A FIX session, which the scope of F, G and q 530=6 is, is taken as the standard defines it: one
 * series of sequence numbers of one SenderCompID, over any number of connections, until a Logon
 * with 141=Y or a roll-over (unverified). Client orders of earlier sessions are reached by q 530=7
 * and H.
 *
 * Threading: one thread. Memory: fixed at init, apart from what OpenSSL takes during a Logon.
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_SPOT_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_SPOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/instant.h"
#include "net/stream.h"
#include "venues/exchange/exchange_fault.h"
#include "venues/exchange/exchange_instrument.h"
#include "venues/exchange/exchange_ledger.h"
#include "venues/exchange/exchange_quotes.h"
#include "venues/exchange/kraken_rate.h"

#define KRAKEN_SPOT_COMP_ID "KRAKEN-TRD"
#define KRAKEN_CLIENTS_MAX 64
#define KRAKEN_SECRET_MAX 256
#define KRAKEN_API_KEY_MAX 128
/* What a stream given to kraken_spot_attach must be able to gather, and to take as one record. */
#define KRAKEN_MESSAGE_BYTES_MAX 4096
#define KRAKEN_RECORD_BYTES_MAX 1536

/* Who may log on. Two with the same key are one account and share its nonces. Borrowed. */
struct kraken_client {
    struct bytes comp_id;
    struct bytes api_key; /* 1 .. KRAKEN_API_KEY_MAX */
    struct bytes secret;  /* decoded from base64, 1 .. KRAKEN_SECRET_MAX */
};

struct kraken_limits {
    uint32_t connections; /* at once, logged on or not */
    uint32_t orders;      /* ever; what comes then is refused */
    uint32_t book_orders; /* resting at once in one instrument */
    uint32_t reports;     /* waiting for one session; what comes then is lost, and counted */
    uint32_t requests;    /* between the gateway and the engine; then no more is read */
    uint32_t sent;        /* reports kept of each session, to be sent again; 0: none ever is */
    uint32_t early;       /* kept behind gaps, of all sessions; what comes then is not kept */
};

/* Behaviour that the pages leave open, and faults to test a client with. All off when zeroed. */
struct kraken_options {
    bool post_only_cancels;    /* a taking post-only order is accepted and cancelled, not refused */
    bool reject_detail;        /* 371, 372 and 373 in a Reject; [srej]'s sample leaves them out */
    bool fee_types;            /* 139 in each group of fees */
    bool fees_split;           /* every fee is charged by half in each of the two currencies */
    bool margin;               /* 5001=1 is allowed, and positions are kept; else it is refused */
    bool broker;               /* 78 and 79 are allowed, and not looked at further */
    bool mass_cancel_account;  /* 530=7 reaches all sessions of the account, not this one's only */
    bool reject_prefix;        /* 58 of a business reject begins with the ClOrdID and " : " */
    uint32_t open_orders_most; /* of an account in one pair; 0: no limit */
    bool pending_replace;      /* a replace is first reported with 150=E and 39=E */
    struct kraken_rate_limits rate;
    bool gap_queues; /* a request ahead of a gap is kept and, once the gap is filled, taken */
    bool cod_spares_logout; /* an orderly Logout cancels nothing */
    bool rolls_over;        /* every day at this second of it, UTC: [session]'s is 22:00 */
    uint32_t roll_over_s;
    uint32_t roll_over_pause_ms; /* nobody is let in for so long */
    bool roll_over_cancels;      /* as a disconnect does, where 8674 says so */
    bool cod_disabled;           /* fault: 8674 is ignored */
    uint32_t engine_delay_ms; /* fault: from the gateway to the engine; 62 counts at the latter */
    uint32_t ack_delay_ms;    /* fault: reports leave that much later */
    uint32_t stall_after;     /* fault: after so many messages in all, whoever sent the last one */
                              /*        is neither read nor written to; 0: never */
    uint32_t drop_after;      /* fault: after so many its connection is reset, once; what it led */
                              /*        to has happened and is not told */
    uint32_t maker_fee_ppm;
    uint32_t taker_fee_ppm;
};

/* Where every message goes as it is read or written, if anywhere; `direction` is '<' or '>'. */
struct kraken_log {
    void (*message)(void *context, struct now now, char direction, struct bytes comp_id,
                    struct bytes message);
    void *context;
};

struct kraken_config {
    const struct kraken_client *clients;
    uint32_t client_count;
    const struct exchange_instrument *instruments;
    uint32_t instrument_count;
    struct exchange_quotes quotes; /* copied */
    struct exchange_faults faults; /* copied */
    struct kraken_limits limits;
    struct kraken_options options;
    struct kraken_log log;
    uint64_t seed; /* of order, trade and execution ids */
};

struct kraken_counters {
    uint64_t messages; /* read, of all connections, Logons included */
    uint64_t logons;
    uint64_t refused_logons;
    uint64_t orders_refused;
    uint64_t session_rejects;
    uint64_t trades;
    uint64_t reports_lost;
};

struct kraken_spot;

/* 0 for impossible limits, or none or too many clients or instruments. */
size_t kraken_spot_footprint(const struct kraken_config *config);

/* `mem` is zeroed, aligned to 64, and outlives the exchange, as does what `config` points to. */
struct kraken_spot *kraken_spot_init(void *mem, const struct kraken_config *config, struct now now);

/* Takes a new connection over. False when `connections` exist: the caller discards it. */
bool kraken_spot_attach(struct kraken_spot *spot, struct now now, struct stream *stream) MUST_USE;

/* Reads, matches and writes. True when the same `now` has more to do: turn again. */
bool kraken_spot_turn(struct kraken_spot *spot, struct now now);

/* A stream that the exchange has done with, to be discarded; NULL when there is none. */
struct stream *kraken_spot_done(struct kraken_spot *spot);

/* When kraken_spot_turn must run next, whatever comes in before. */
struct instant kraken_spot_deadline(const struct kraken_spot *spot, struct now now);

/*
 * Adds a fault (exchange_fault.h) to a configuration's, or at any time to a running exchange's:
 * kraken_mishap.c says what each does. False with a static text in *problem.
 */
bool kraken_faults_add(struct exchange_faults *faults, struct bytes text,
                       const char **problem) MUST_USE;
struct exchange_faults *kraken_spot_faults(struct kraken_spot *spot);

/*
 * Does at once what one line says; ids are an OrderID or a ClOrdID. False with what was expected in
 * *problem.
 *
 *   last SYMBOL PRICE     the last trade was at this price; triggers fire
 *   index SYMBOL PRICE    the index is at this price; triggers that refer to it fire
 *   fill ID [QUANTITY]    a resting order trades with nobody's order
 *   kill ID               an open order is cancelled unasked
 *   late-fill ID          a cancelled order trades all it had left, after all
 *   fault RULE            from now on
 *   roll-over             the daily one, now
 *   mode SYMBOL MODE      online, cancel_only, post_only, limit_only, reduce_only, maintenance
 *   send COMP_ID FIELDS   a message of this making: 35=..|.., with '|' for SOH. 34, 49, 52 and 56
 *                         are put behind 35 unless they are among the fields; 34 is then the
 *                         session's next number, which it uses up. It is not sent again
 */
bool kraken_spot_command(struct kraken_spot *spot, struct now now, struct bytes line,
                         const char **problem) MUST_USE;

const struct exchange_ledger *kraken_spot_ledger(const struct kraken_spot *spot);
const struct kraken_counters *kraken_spot_counters(const struct kraken_spot *spot);

#endif
