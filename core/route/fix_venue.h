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
/* Room for any D or F of any dialect. */
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
};

struct fix_venue {
    struct venue venue; /* first: what order entry holds */
    struct fix_venue_config config;
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

/* Writes the rows of `fields` for `order`. In fix_venue_encode.c. */
void fix_venue_encode(struct fix_venue *venue, struct now now, const struct dialect_field *fields,
                      const struct venue_order *order, struct fix_writer *writer);
/* Whether the dialect has words for everything `order` asks. */
bool fix_venue_can_express(const struct fix_dialect *dialect, const struct order *order);

#endif
