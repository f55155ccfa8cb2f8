/*
 * A venue session over FIX: venue.h implemented for every dialect that is a table (fix_dialect.h).
 *
 * What it adds to the session layer: message encoding from the dialect's rows, decoding of
 * execution reports and rejects, the Logon's signature (asked of the crypto thread), and a bounded
 * memory of which request each recent outbound number carried, because a session Reject(3) names
 * only the number.
 */
#ifndef TERCEL_CORE_ROUTE_FIX_VENUE_H
#define TERCEL_CORE_ROUTE_FIX_VENUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/route/fix_dialect.h"
#include "core/route/fix_link.h"
#include "core/route/venue.h"

/* Outbound numbers remembered; a Reject of an older message is noticed but names no order. */
#define FIX_VENUE_SENT_MAX 4096
/* Room for any message of any dialect. */
#define FIX_VENUE_MESSAGE_MAX 768

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
};

struct fix_venue_sent {
    uint64_t seq; /* 0: none */
    struct request_id request_id;
    enum request_kind kind;
};

/* ExecInst(18) of each combination of flags, joined at start-up. */
struct fix_venue_tokens {
    uint8_t len;
    char text[15];
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
    struct fix_venue_tokens exec_inst[DIALECT_TOKENS];
    struct fix_link link;
    struct dialect_logon logon;
    bool was_up;
    bool asked; /* the signature question of `asked_epoch` is out */
    uint32_t asked_epoch;
    bool polled;  /* since the last flush */
    bool unheard; /* the last turn did not poll: there was no room for reports */
    bool drained; /* the last poll left nothing whole unread */
    bool held;    /* `input` belongs to the report last returned and is not consumed yet */
    struct fix_input input;
    struct fix_venue_sent sent[FIX_VENUE_SENT_MAX];
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

/* Joins the dialect's ExecInst tokens. In fix_venue_encode.c, as is what follows. Cold. */
void fix_venue_prepare(struct fix_venue *venue);
/* Writes what the dialect's message of this kind says about `subject`. */
void fix_venue_encode(struct fix_venue *venue, struct now now, enum request_kind kind,
                      const struct fix_venue_subject *subject, struct fix_writer *writer);
/* Whether the dialect has words for everything `order` asks. */
bool fix_venue_can_express(const struct fix_dialect *dialect, const struct order *order);

#endif
