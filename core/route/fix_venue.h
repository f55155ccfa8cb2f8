/*
 * A venue session over FIX: venue.h implemented for every dialect that is a table (fix_dialect.h).
 *
 * What it adds to the session layer: message encoding from the dialect's rows, decoding of
 * execution reports and rejects, the Logon's signature (asked of the crypto thread), and what
 * became of requests that the venue says it missed (fix_venue_gap.c).
 */
#ifndef TERCEL_CORE_ROUTE_FIX_VENUE_H
#define TERCEL_CORE_ROUTE_FIX_VENUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fix/fix_early.h"
#include "core/route/fix_dialect.h"
#include "core/route/fix_link.h"
#include "core/route/rate_limit.h"
#include "core/route/sent_ring.h"
#include "core/route/venue.h"

/* Room for any message of any dialect. */
#define FIX_VENUE_MESSAGE_MAX 768
/* Of that, the dialect's own fields; the rest is header and trailer. */
#define FIX_VENUE_BODY_MAX 480

/* What a venue says ahead of a gap is kept, and booked when the gap has been closed: it may be
 * closed without saying it again. */
#define FIX_VENUE_EARLY ((struct fix_early_limits){.messages = 4096, .bytes = 1024 * 1024})

struct fix_venue_config {
    const struct fix_dialect *dialect;
    uint32_t index; /* of this venue session in the shard: goes into its questions */
    struct bytes sender_comp_id;
    struct bytes target_comp_id;
    struct bytes api_key;
    bool cancel_on_disconnect;
    bool reset_on_logon;
    enum dialect_self_trade self_trade;
    struct duration order_validity;
    uint32_t heartbeat_s;
    struct duration logon_timeout;
    size_t message_bytes_max;
    struct fix_schedule schedule;             /* the dialect's, or none */
    struct rate_limit_config session_rate;    /* of all messages; each costs one */
    struct rate_limit_config instrument_rate; /* of each instrument's, by the dialect's costs */
    struct fix_early *early; /* empty, of FIX_VENUE_EARLY; NULL: early reports must come again */
};

struct fix_venue_rates {
    struct rate_limit session;
    struct rate_limit instrument;
    struct instant due; /* when something that had to wait may go; INSTANT_NEVER: nothing waits */
    struct rate_counter session_counter;
    struct rate_counter instrument_counters[INSTRUMENTS_MAX];
};

/* Numbers that the venue asked for again, being told one report at a time. */
struct fix_venue_gap {
    uint64_t missing; /* the one that is known to be missing; 0: none is */
    uint64_t next;    /* to be looked at; 0: there is no gap */
    uint64_t end;     /* the last one */
    uint64_t asked;   /* the last one of any request before this; 0: none in this numbering */
    char text[96];    /* of a report about numbers that are forgotten */
};

/* Rows of one message, at most. */
#define FIX_VENUE_STEPS_MAX 20
/* Rows of all messages together whose value is one of a few. */
#define FIX_VENUE_CHOICES_MAX 16

/* A row as it is written: "11=" before a value, or all of "59=1|". */
struct fix_venue_text {
    uint8_t len;
    char text[15];
};

/* Every field that a row with few values can come to, by the value: "59=1|", "59=3|". */
struct fix_venue_choice {
    uint32_t tag;
    enum dialect_source source;
    struct fix_venue_text texts[DIALECT_TOKENS];
};

struct fix_venue_step {
    enum dialect_source source;
    uint32_t choice; /* of a row with few values */
    struct fix_venue_text text;
};

/* A message's rows, compiled at start-up. */
struct fix_venue_template {
    uint32_t count;
    size_t room_bytes; /* the most it writes */
    struct fix_venue_step steps[FIX_VENUE_STEPS_MAX];
};

/* What a message is about, as its rows need it. Views and pointers are borrowed for the call. */
struct fix_venue_subject {
    struct bytes cl_ord_id;
    struct bytes orig_cl_ord_id;
    struct bytes symbol;
    const struct order *order; /* NULL with a mass cancel, as are the next two */
    const struct instrument *instrument;
    const struct order_terms *terms; /* a replace: the new ones; else NULL */
    enum mass_cancel_scope scope;
};

struct fix_venue {
    struct venue venue; /* first: what order entry holds */
    struct fix_venue_config config;
    struct venue_capability capability;
    struct fix_venue_template templates[DIALECT_MESSAGES];
    struct fix_venue_choice choices[FIX_VENUE_CHOICES_MAX];
    uint32_t choice_count;
    struct fix_time_cache valid_until_cache; /* seconds ahead of now: two would share one badly */
    struct fix_link link;
    struct dialect_logon logon;
    bool was_up;
    bool asked; /* the signature question of `asked_epoch` is out */
    uint32_t asked_epoch;
    struct instant life_due; /* not asked before then whether it hears us */
    bool polled;             /* since the last flush */
    bool unheard;            /* the last turn did not poll: there was no room for reports */
    bool kept_back;          /* may_connect said no */
    bool drained;            /* the last poll left nothing whole unread */
    bool held; /* `input` belongs to the report last returned and is not consumed yet */
    struct fix_input input;
    struct fix_venue_gap gap;
    uint64_t filled_told; /* of the session's filled_over */
    struct fix_venue_rates rates;
    struct sent_ring sent;
    char down_text[FIX_SESSION_TEXT_MAX + 1];
};

/* `config`'s views are borrowed for the venue's life. Cold. */
void fix_venue_init(struct fix_venue *venue, const struct fix_venue_config *config);

/* Fills in *report from an application message; false: nothing to report. In fix_venue_decode.c. */
bool fix_venue_decode(struct fix_venue *venue, const struct fix_view *view,
                      struct venue_report *report);

/* The same for a session Reject(3), which names the request only by its sequence number. */
bool fix_venue_decode_reject(struct fix_venue *venue, const struct fix_view *view,
                             struct venue_report *report);

/*
 * Which of the venue's counters leaves no room now for a request of this kind, the session's before
 * the instrument's; then rates.due is no later than the moment both will. `order` is NULL with a
 * mass cancel, which no counter of an instrument is known to count. The second counts one that
 * went. In fix_venue_rate.c.
 */
enum fix_venue_limit {
    FIX_VENUE_NOT_LIMITED = 0,
    FIX_VENUE_SESSION_LIMITED,
    FIX_VENUE_INSTRUMENT_LIMITED
};
enum fix_venue_limit fix_venue_limited(struct fix_venue *venue, struct now now,
                                       enum request_kind kind, const struct order *order);
/* The most that a cancel adds to an instrument's counter. Cold. */
uint32_t fix_venue_dearest_cancel(const struct fix_dialect *dialect);
void fix_venue_count(struct fix_venue *venue, struct now now, enum request_kind kind,
                     const struct order *order);

/*
 * What a refusal in these words, or else for this BusinessRejectReason(380), means; `otherwise`
 * when the dialect knows neither. The request's id before the words is passed over, and so is an
 * error class ("EOrder:") where the dialect's stem does not begin with it. In fix_venue_words.c.
 */
enum reject_code fix_venue_reject_code(const struct fix_dialect *dialect, struct bytes text,
                                       uint32_t reason, enum reject_code otherwise);

/*
 * The venue asked for first .. end again: what it missed was gap-filled, never sent again. Each
 * call of the second fills in the report of one request there, until it says false. Numbers that
 * are forgotten come to one MALFORMED report that names them. In fix_venue_gap.c.
 */
void fix_venue_note_gap(struct fix_venue *venue, uint64_t first, uint64_t end);
bool fix_venue_tell_gap(struct fix_venue *venue, struct venue_report *report);

/* Compiles the dialect's rows for this session. In fix_venue_template.c. Cold. */
void fix_venue_compile(struct fix_venue *venue);
/*
 * Writes what the dialect's message of this kind says about `subject`. In fix_venue_encode.c. No
 * value holds SOH: ids and symbols are ours, and the venue's own id is a field it sent.
 */
void fix_venue_encode(struct fix_venue *venue, struct now now, enum request_kind kind,
                      const struct fix_venue_subject *subject, struct fix_writer *writer);
/* Whether the dialect has words for everything `order` asks. */
bool fix_venue_can_express(const struct fix_dialect *dialect, const struct order *order);

#endif
