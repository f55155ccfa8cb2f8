/*
 * What the files of kraken_spot share. Private to kraken_*.c.
 *
 *   kraken_spot         memory, turns, deadlines
 *   kraken_connection   one stream and the FIX session on it
 *   kraken_gateway      requests in: checks, and what is refused before the engine
 *   kraken_engine       requests at the matching engine, and what it says
 *   kraken_trigger      orders that wait for a time or a price
 *   kraken_account      fees, margin positions, rates
 *   kraken_reports      messages out, queued
 *   kraken_write        messages out, as text
 *   kraken_gap          requests that came ahead of a gap
 *   kraken_command      what is done by order of whoever runs the exchange
 *   kraken_mishap       what goes wrong on purpose; kraken_bulk: by the megabyte
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_INTERNAL_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_INTERNAL_H

#include "core/base/hash_index.h"
#include "core/base/prng.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session.h"
#include "core/fix/fix_writer.h"
#include "venues/exchange/kraken_cl_ord_id.h"
#include "venues/exchange/kraken_fields.h"
#include "venues/exchange/kraken_rate.h"
#include "venues/exchange/kraken_spot.h"
#include "venues/exchange/matching.h"

#define KRAKEN_NONE UINT32_MAX
#define KRAKEN_EXEC_INST_MAX 15
#define KRAKEN_MSG_TYPE_MAX 8 /* longer ones are cut */
#define KRAKEN_TXID_BYTES 19  /* OQNCZM-NVAVC-AVD2LO */
#define KRAKEN_ERRANDS_MAX 256

/* BusinessRejectReason(380) as [brej] has it. */
enum kraken_business_reason {
    KRAKEN_REASON_OTHER = 0,
    KRAKEN_REASON_UNKNOWN_ID = 1,
    KRAKEN_REASON_UNKNOWN_INSTRUMENT = 2,
    KRAKEN_REASON_UNSUPPORTED = 3,
    KRAKEN_REASON_NOT_AVAILABLE = 4,
    KRAKEN_REASON_CONDITIONAL_FIELD = 5,
    KRAKEN_REASON_NOT_AUTHORIZED = 6,
    KRAKEN_REASON_UNKNOWN_ORDER = 101,
    KRAKEN_REASON_TOO_OLD = 104
};

/* Why a business rule refuses; `text` NULL: it does not. Texts are static. */
struct kraken_refusal {
    uint32_t reason;
    const char *text;
};

struct kraken_id_text {
    uint8_t len;
    char data[KRAKEN_ID_TEXT_MAX];
};

/* An id that was used by one client: of an order, or of another request. */
struct kraken_id {
    struct kraken_id_text text;
    uint32_t client;
    uint32_t order; /* KRAKEN_NONE: another request's */
};

enum kraken_stage {
    KRAKEN_STAGE_AWAY = 0,  /* on its way to the engine, or refused */
    KRAKEN_STAGE_SCHEDULED, /* until its EffectiveTime(168) */
    KRAKEN_STAGE_WAITING,   /* for its trigger */
    KRAKEN_STAGE_BOOK,
    KRAKEN_STAGE_OVER
};

/* A client order; its row in the ledger has the same index. */
struct kraken_order {
    uint32_t client;
    uint32_t session; /* of the client: which series of numbers it came in */
    uint32_t epoch;   /* of the connection it came over */
    uint32_t instrument;
    enum kraken_stage stage;
    struct matching_ref ref;
    struct kraken_id_text cl_ord_id; /* the last one: a replace gives it a new one */
    char ord_type;                   /* 1 or 2 once it is triggered */
    char first_type;                 /* as it came */
    char side;
    char time_in_force;
    bool is_post_only;
    bool fee_in_base;
    bool is_margin;
    bool is_reduce_only;
    bool is_acknowledged;
    bool is_by_cost; /* 18=v: `cost` is what it may spend, and its quantity comes from that */
    uint8_t exec_inst_len;
    char exec_inst[KRAKEN_EXEC_INST_MAX];
    enum matching_self_trade self_trade;
    struct utc expire_at;
    struct utc valid_until;
    struct utc effective_at; /* ns 0: at once */
    struct quantity display; /* 0: all of it */
    int64_t cost;
    struct price stop; /* 99: the trigger's price, or how far it trails */
    struct price peak; /* trailing: the best reference so far */
    bool has_peak;
    bool by_index; /* 388=1 */
    bool is_fired;
    struct instant placed_at;
    uint32_t open_previous; /* among its client's open orders */
    uint32_t open_next;
    uint32_t wait_previous; /* among its book's scheduled and waiting orders */
    uint32_t wait_next;
};

enum kraken_report_kind { KRAKEN_EXECUTION = 0, KRAKEN_BUSINESS_REJECT, KRAKEN_SESSION_REJECT };

/* One of MiscFees: scaled by `digits`. */
struct kraken_fee {
    struct notional amount;
    uint8_t digits;
    bool is_base; /* the currency */
};

/* What becomes of a report on its way out. */
struct kraken_fate {
    bool is_judged;
    bool is_skipped;   /* its number is used up, but nothing is sent */
    bool is_forgotten; /* nor sent again */
    bool is_replayed;
    bool bad_checksum;
};

/*
 * A message that waits to be written, or that was: what was so when it happened, and all of it, so
 * that it can be written again in the same words.
 */
struct kraken_report {
    enum kraken_report_kind kind;
    struct kraken_fate fate;
    struct instant ready_at;
    struct utc at;
    uint32_t instrument;
    char order_id[KRAKEN_TXID_BYTES];
    char ord_type;
    char side;
    char time_in_force;
    char exec_type;
    char ord_status;
    bool has_orig;
    bool is_maker;
    bool has_restatement; /* 378 */
    uint8_t fee_count;
    struct kraken_fee fees[2];
    uint8_t exec_inst_len;
    char exec_inst[KRAKEN_EXEC_INST_MAX];
    uint8_t ref_msg_type_len;
    char ref_msg_type[KRAKEN_MSG_TYPE_MAX]; /* 372 */
    struct kraken_id_text cl_ord_id;        /* 11, or 379 */
    struct kraken_id_text orig;             /* 41 */
    struct price price;
    struct price stop; /* 0: none */
    struct quantity display;
    struct quantity quantity;
    struct quantity executed;
    struct quantity leaves;
    struct notional notional;
    struct price last_price;
    struct quantity last_quantity;
    uint64_t exec_number;
    uint64_t trade_number;      /* of all; 1003 */
    uint64_t pair_trade_number; /* of the instrument; 527 */
    uint32_t reason;            /* 380, or 373 */
    uint32_t ref_tag;           /* 371 */
    uint64_t ref_seq;           /* 45 of a Reject */
    const char *text;           /* 58, static; NULL: none, or `fault` */
    char fault[KRAKEN_FAULT_TEXT_MAX];
};

enum kraken_step_kind { KRAKEN_STEP_ORDER = 0, KRAKEN_STEP_CANCEL, KRAKEN_STEP_REPLACE };

/* A request that passed the gateway, on its way to the engine. */
struct kraken_step {
    enum kraken_step_kind kind;
    struct instant ready_at;
    uint32_t client;
    uint32_t order;
    struct kraken_id_text request_id; /* of an F or G */
    bool is_filled_late;              /* CANCEL: trades `late_fill` after it is confirmed */
    struct duration late_fill;
    bool is_post_only; /* REPLACE, as all below */
    struct price price;
    struct price stop;
    struct quantity quantity;
    struct quantity display;
    struct utc valid_until;
};

/* What a fault does to an order when its time has come. */
enum kraken_errand_kind {
    KRAKEN_ERRAND_FILL = 0,
    KRAKEN_ERRAND_HALF_FILL,
    KRAKEN_ERRAND_KILL,
    KRAKEN_ERRAND_LATE_FILL
};

struct kraken_errand {
    enum kraken_errand_kind kind;
    struct instant at;
    uint32_t order;
    struct quantity quantity; /* LATE_FILL */
};

/* A request that came ahead of a gap, kept until the gap is filled (options.gap_queues). */
struct kraken_early {
    uint32_t client;
    uint32_t len;
    uint64_t seq;
    char bytes[KRAKEN_MESSAGE_BYTES_MAX];
};

/* What goes wrong with a connection as soon as it is written to. */
struct kraken_trouble {
    bool close;
    bool stall;
    bool stop_reading;
    bool logout;
    bool test_request;
    uint64_t garbage_bytes;
    uint64_t long_bytes;
};

struct kraken_session {
    const struct kraken_client *client;
    struct fix_session fix;
    struct fix_outbox *outbox; /* NULL: nothing is sent again */
    uint32_t account;          /* index of the first client with the same key; its nonce counts */
    uint32_t connection;       /* KRAKEN_NONE: not connected */
    uint32_t number;           /* of the series of sequence numbers */
    uint32_t killed_epoch;
    uint64_t last_nonce;
    uint64_t last_integer_id;
    bool cancel_on_disconnect;
    bool was_up;
    bool rolls_over; /* its numbers begin anew when its connection is gone */
    uint32_t open_first;
    uint32_t report_first;
    uint32_t report_count;
    struct kraken_report *reports;
    struct kraken_trouble trouble;
};

enum kraken_connection_state {
    KRAKEN_FREE = 0,
    KRAKEN_UNBOUND, /* no Logon yet */
    KRAKEN_BOUND,
    KRAKEN_STALLED,   /* BOUND, and left alone */
    KRAKEN_LINGERING, /* finished on our side */
    KRAKEN_DONE       /* waits for kraken_spot_done */
};

struct kraken_connection {
    enum kraken_connection_state state;
    struct stream *stream;
    uint32_t client;
    size_t need;
    struct instant deadline; /* UNBOUND, LINGERING */
    bool is_deaf;            /* nothing is read any more */
    bool is_shown;           /* faults have seen the message at the front */
    uint64_t garbage_left;   /* bytes to be written before anything else */
    uint64_t long_left;
    uint32_t long_sum;
};

/* [tss] and AssetPairStatus: what a pair takes. */
enum kraken_mode {
    KRAKEN_MODE_ONLINE = 0,
    KRAKEN_MODE_CANCEL_ONLY,
    KRAKEN_MODE_POST_ONLY,
    KRAKEN_MODE_LIMIT_ONLY,
    KRAKEN_MODE_REDUCE_ONLY,
    KRAKEN_MODE_MAINTENANCE
};

struct kraken_book {
    struct matching *matching;
    enum kraken_mode mode;
    struct kraken_spot *spot;
    uint32_t instrument;
    uint64_t trades;
    struct price last; /* of trades; 0: none yet */
    struct price index;
    uint32_t wait_first; /* scheduled and waiting orders, by age */
    uint32_t wait_last;
};

/* What one account has to do with one instrument. */
struct kraken_account {
    int64_t position; /* on margin: bought less sold */
    uint32_t open;    /* orders */
    struct kraken_rate rate;
};

/* What the engine is doing while the book tells its events. */
struct kraken_cause {
    struct now now;
    const struct kraken_id_text *request_id; /* of the F or G; NULL: nobody asked */
    bool is_replace;
    struct quantity display; /* of a replace */
    const char *cancel_text;
    struct kraken_refusal refusal; /* what a replace was refused for */
};

struct kraken_spot {
    struct kraken_config config;
    struct kraken_counters counters;
    struct kraken_session *sessions;
    struct kraken_connection *connections;
    struct kraken_book *books;
    struct kraken_account *accounts;
    struct matching **matchings; /* the same, as the quotes want them */
    struct exchange_ledger *ledger;
    struct kraken_order *orders;
    struct kraken_id *ids;
    uint32_t id_count;
    uint32_t id_capacity;
    struct hash_index *id_index;
    struct hash_index *order_id_index;
    struct hash_seed hash_seed;
    struct kraken_step *steps;
    uint32_t step_first;
    uint32_t step_count;
    struct kraken_cause cause;
    uint64_t exec_number;
    uint32_t epoch;
    struct utc roll_over_at;     /* ns INT64_MAX: never */
    struct instant closed_until; /* of a roll-over */
    bool dropped;                /* drop_after has struck */
    struct prng prng;            /* of garbage */
    uint64_t foreign_count;
    struct kraken_errand errands[KRAKEN_ERRANDS_MAX];
    uint32_t errand_count;
    struct kraken_early *early;
    uint32_t early_count;
    struct kraken_report scratch;
    struct fix_input input;
    struct fix_view ahead; /* of a message that the session has not seen */
};

/* Writes a message of the caller's making to the client: FIELDS as in kraken_spot_command. False
 * when it is not connected, or has no room for it. */
bool kraken_connection_say(struct kraken_spot *spot, uint32_t client, struct bytes fields,
                           struct now now) MUST_USE;

/* kraken_connection*.c: one turn of a connection; true when it has more to do at once. */
bool kraken_connection_read(struct kraken_spot *spot, struct kraken_connection *connection,
                            struct now now);
bool kraken_connection_write(struct kraken_spot *spot, struct kraken_connection *connection,
                             struct now now);
struct instant kraken_connection_deadline(const struct kraken_spot *spot,
                                          const struct kraken_connection *connection,
                                          struct now now);

static inline struct kraken_session *kraken_session_of(struct kraken_spot *spot,
                                                       const struct kraken_connection *connection) {
    return &spot->sessions[connection->client];
}

void kraken_connection_log(struct kraken_spot *spot, const struct kraken_connection *connection,
                           struct now now, char direction, struct bytes message);
/* Joins a connection to the session that its Logon names. False when that is not to be. */
bool kraken_connection_bind(struct kraken_spot *spot, struct kraken_connection *connection,
                            const struct fix_identity *identity, struct now now) MUST_USE;
/* The stream waits for its last bytes to leave; nothing more is said or read. */
void kraken_connection_linger(struct kraken_connection *connection, struct now now);
/* In order: what is owed has been written. */
void kraken_connection_finish(struct kraken_spot *spot, struct kraken_connection *connection,
                              struct now now);
/* The stream is gone, or is not to be used any more. */
void kraken_connection_give_up(struct kraken_spot *spot, struct kraken_connection *connection,
                               struct now now);
bool kraken_connection_is_over(const struct kraken_connection *connection);
/* Whether a message may still come of what was received. A closed stream's cannot be answered. */
bool kraken_connection_has_unread(const struct kraken_connection *connection);

/* Logs every session out; their numbers begin anew, and for a while nobody is let in. */
void kraken_connection_roll_over(struct kraken_spot *spot, struct now now);

/* kraken_gateway.c: a message in sequence, to be refused or sent on to the engine. */
void kraken_gateway_take(struct kraken_spot *spot, uint32_t client, const struct fix_view *view,
                         uint64_t seq, struct now now);
/* Whether the gateway may be given another message: there is room for what can come of it. */
bool kraken_gateway_has_room(const struct kraken_spot *spot, uint32_t client);

/* kraken_ids.c: the ids that were used. */
struct kraken_refusal kraken_ids_check(struct kraken_spot *spot, uint32_t client, struct bytes text,
                                       struct now now);
/* Uses an id that passed; `order` KRAKEN_NONE for another request. False when there is no room. */
bool kraken_ids_use(struct kraken_spot *spot, uint32_t client, struct bytes text,
                    uint32_t order) MUST_USE;
/* The order has a new ClOrdID, one that was used already. With no room left for it the order is
 * found by its OrderID only. */
void kraken_ids_rename(struct kraken_spot *spot, uint32_t order, struct bytes text);
/* The client's order that `text` names now, or KRAKEN_NONE. */
uint32_t kraken_ids_find(const struct kraken_spot *spot, uint32_t client, struct bytes text);
/* The order with this OrderID(37), or KRAKEN_NONE. */
uint32_t kraken_ids_find_order_id(const struct kraken_spot *spot, struct bytes text);
/* Gives the order an OrderID. */
void kraken_ids_assign(struct kraken_spot *spot, uint32_t order);
/* A txid, KRAKEN_TXID_BYTES long, one for every number and `letter`. */
void kraken_ids_txid(const struct kraken_spot *spot, char letter, uint64_t number, char *out);
struct bytes kraken_id_bytes(const struct kraken_id_text *id);
struct kraken_id_text kraken_id_text_of(struct bytes text);

/* kraken_engine.c */
/* A trade of a resting order with somebody who is in no book. False when it does not rest. */
bool kraken_engine_execute(struct kraken_spot *spot, uint32_t order, struct quantity quantity,
                           struct now now);
/* Cancels an open order unasked. False when it is not open. */
bool kraken_engine_kill(struct kraken_spot *spot, uint32_t order, const char *text, struct now now);
/* A trade of an order that is over, found out about only now. */
void kraken_engine_fill_late(struct kraken_spot *spot, uint32_t order, struct quantity quantity,
                             struct now now);
void kraken_engine_run(struct kraken_spot *spot, struct now now);
/* Cancels the client's open orders: of its current session, or of all; of one instrument or all. */
void kraken_engine_cancel_all(struct kraken_spot *spot, uint32_t client, bool all_sessions,
                              uint32_t instrument, const char *text, struct now now);
void kraken_engine_event(void *book, const struct matching_event *event);

/* Brings an order, which nothing holds back any more, to the book. */
void kraken_engine_submit(struct kraken_spot *spot, uint32_t order, struct now now);
/* The first report of an order: 150=`exec_type` and 39 the same; open from now on. */
void kraken_engine_acknowledge(struct kraken_spot *spot, uint32_t order, char exec_type);
/* An open order ends, unasked, with 150=C; or 150=4 and a reason. */
void kraken_engine_expire(struct kraken_spot *spot, uint32_t order);
void kraken_engine_give_up(struct kraken_spot *spot, uint32_t order, const char *text);

/* kraken_account.c: what an account is charged, holds and may still send. */
struct kraken_account *kraken_account_of(const struct kraken_spot *spot,
                                         const struct kraken_order *order);
/* Charges a fill of the order: in `report`, which tells it, and in its row. */
void kraken_account_charge(struct kraken_spot *spot, uint32_t order, struct kraken_report *report);
/* Whether the account may have one open order more. */
struct kraken_refusal kraken_account_room(const struct kraken_spot *spot,
                                          const struct kraken_order *order);
/* Counts a request; a refusal when its order or change comes too soon. */
struct kraken_refusal kraken_account_count(struct kraken_spot *spot, uint32_t order,
                                           enum kraken_request kind, struct now now);

/* The scale of what an order with 18=v may cost. */
static inline unsigned kraken_cost_digits(const struct exchange_instrument *instrument) {
    unsigned digits = instrument->price_digits + instrument->quantity_digits;
    return digits < DECIMAL_DIGITS_MAX ? digits : DECIMAL_DIGITS_MAX;
}

/* kraken_trigger.c: orders that are not in a book yet. */
/* Takes a new order: it waits for its time or trigger, or goes to the book. */
void kraken_trigger_take(struct kraken_spot *spot, uint32_t order, struct now now);
/* The order waits no longer: it is cancelled, or over. */
void kraken_trigger_leave(struct kraken_spot *spot, uint32_t order);
/* The terms of a waiting order are others now. */
void kraken_trigger_look(struct kraken_spot *spot, uint32_t order);
/* A price of `book`: its last trade's, or the index. Nothing is sent to the book yet. */
void kraken_trigger_print(struct kraken_book *book, struct price price, bool is_index);
/* What has become due goes to the books. */
void kraken_trigger_run(struct kraken_spot *spot, struct now now);
/* No waiting order is due by the clock before this. */
struct utc kraken_trigger_next(const struct kraken_spot *spot);

static inline bool kraken_type_is_triggered(char ord_type) {
    return ord_type != '1' && ord_type != '2';
}

static inline bool kraken_type_trails(char ord_type) {
    return ord_type == 'U' || ord_type == 'V';
}

/* Whether it has a Price(44). */
static inline bool kraken_type_is_limit(char ord_type) {
    return ord_type == '2' || ord_type == '4' || ord_type == 'T' || ord_type == 'V';
}

/* kraken_reports.c */
/* Takes a place at the end of the client's queue; a scratch place when it is full. Zeroed. */
struct kraken_report *kraken_reports_add(struct kraken_spot *spot, uint32_t client,
                                         enum kraken_report_kind kind, struct now now);
/* An ExecutionReport on `order` as its row stands now; the caller adds what is special. */
struct kraken_report *kraken_reports_add_execution(struct kraken_spot *spot, uint32_t order,
                                                   char exec_type, char ord_status, struct now now);
void kraken_reports_add_refusal(struct kraken_spot *spot, uint32_t client, struct bytes cl_ord_id,
                                struct bytes msg_type, struct kraken_refusal refusal,
                                struct now now);
void kraken_report_set_msg_type(struct kraken_report *report, struct bytes msg_type);
const struct kraken_report *kraken_reports_first(const struct kraken_session *session);
void kraken_reports_drop_first(struct kraken_session *session, const struct kraken_limits *limits);

/* kraken_write.c: writes `report` into `room` as the session's next message; its length, or 0. */
size_t kraken_write_report(struct kraken_spot *spot, uint32_t client,
                           const struct kraken_report *report, struct now now, char *room,
                           size_t bytes);

/* Writes a message that was sent again: the same number, 43=Y and 122; its length, or 0. */
size_t kraken_write_again(struct bytes message, struct now now, char *room, size_t bytes);
/* Uses up the session's next number with nothing that would ever be sent again. */
void kraken_write_nothing(struct kraken_spot *spot, uint32_t client, struct now now, char *room,
                          size_t bytes);

/* kraken_gap.c */
/* Keeps a message of the session's that is ahead of what is expected, if that is the way. */
void kraken_gap_keep(struct kraken_spot *spot, uint32_t client, struct bytes message,
                     const struct fix_view *view);
/* Gives those of the client's that are due now to the gateway. */
void kraken_gap_release(struct kraken_spot *spot, uint32_t client, struct now now);
void kraken_gap_forget(struct kraken_spot *spot, uint32_t client);

/* kraken_mishap.c */
enum kraken_passage { KRAKEN_PASSES = 0, KRAKEN_LOST, KRAKEN_CLOSES };

/* A whole message comes off the wire. */
enum kraken_passage kraken_mishap_arrives(struct kraken_spot *spot, uint32_t client,
                                          const struct fix_view *view);

/* What is to become of a request that is well formed. */
struct kraken_omen {
    bool ignore;
    bool fail;                     /* refused, and taken */
    bool reject_fields;            /* by a Reject(3), as if Side(54) were missing */
    struct kraken_refusal refusal; /* text NULL: none */
    bool has_late_fill;
    struct duration late_fill;
    uint32_t errand_count;
    struct kraken_errand errands[4]; /* `order` to be filled in */
};

struct kraken_omen kraken_mishap_request(struct kraken_spot *spot, uint32_t client,
                                         enum kraken_request kind, const struct fix_view *view,
                                         struct now now);

/*
 * Decides the first report's fate, once, and what else is to be said with it. False when it is not
 * to be written now after all: look at the first one anew.
 */
bool kraken_mishap_report(struct kraken_spot *spot, uint32_t client, struct now now);

void kraken_mishap_errand(struct kraken_spot *spot, struct kraken_errand errand);
/* The errands whose time has come. */
void kraken_mishap_run(struct kraken_spot *spot, struct now now);
struct instant kraken_mishap_deadline(const struct kraken_spot *spot);

/* kraken_bulk.c: writes what is left of garbage and long messages. False when more is left. */
bool kraken_bulk_write(struct kraken_spot *spot, struct kraken_connection *connection,
                       struct now now);

#endif
