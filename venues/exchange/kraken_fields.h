/*
 * Which fields a request may and must have, and how each is typed: what Kraken answers with a
 * Reject(3) ([srej]), before any business rule is looked at. Pure functions.
 *
 * Conditionally required fields are not demanded here: 380=5 exists for them ([brej]).
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_FIELDS_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/fix/fix_view.h"

#define KRAKEN_FAULT_TEXT_MAX 96
/* An id longer than this is refused as malformed; the longest form that is valid has 36. */
#define KRAKEN_ID_TEXT_MAX 63

/* The requests of the order-entry session, by MsgType. */
enum kraken_request {
    KRAKEN_NEW_ORDER = 0,  /* D */
    KRAKEN_CANCEL,         /* F */
    KRAKEN_REPLACE,        /* G */
    KRAKEN_MASS_CANCEL,    /* q */
    KRAKEN_STATUS,         /* H */
    KRAKEN_UNKNOWN_REQUEST /* anything else */
};

struct kraken_fault {
    uint32_t tag;
    uint32_t reason;                  /* SessionRejectReason(373), FIX 4.4's */
    char text[KRAKEN_FAULT_TEXT_MAX]; /* like "Missing Mandatory Field: Side (54)" */
};

enum kraken_request kraken_request_of(const struct fix_view *view);

/* A field that may be absent, or without a value: empty then. */
struct bytes kraken_text_of(const struct fix_view *view, uint32_t tag);

/*
 * True when every field is defined for the request, given once and well typed, and none that is
 * required is missing; else false and *fault: the first in the message, or else the lowest missing
 * tag. `request` is not UNKNOWN.
 */
bool kraken_fields_check(const struct fix_view *view, enum kraken_request request,
                         struct kraken_fault *fault) MUST_USE;

#endif
