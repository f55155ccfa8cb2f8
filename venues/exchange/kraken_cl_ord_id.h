/*
 * Kraken's rules for ClOrdID(11) of every request: D, F, G, q and H ([nos] and the pages beside
 * it).
 *
 * Two forms. An integer: positive, at most 18 characters, no leading zero, above every one before
 * it. A UUID of version 4 and the RFC 4122 variant whose first 48 bits are the time, in units of
 * 10 us since the epoch; the unit is documented for derivatives and taken for spot too
 * (unverified), as is how far the time may be off: 120 s either way, as third parties found.
 *
 * That an id is new is for whoever keeps the ids that were used. Pure functions.
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_CL_ORD_ID_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_CL_ORD_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/instant.h"

#define KRAKEN_CL_ORD_ID_DIGITS_MAX 18
#define KRAKEN_UUID_BYTES 36
#define KRAKEN_UUID_WINDOW_S 120

enum kraken_cl_ord_id_form {
    KRAKEN_CL_ORD_ID_NEITHER = 0,
    KRAKEN_CL_ORD_ID_INTEGER,
    KRAKEN_CL_ORD_ID_UUID
};

struct kraken_cl_ord_id {
    enum kraken_cl_ord_id_form form;
    uint64_t integer; /* INTEGER */
    uint64_t time;    /* UUID: its first 48 bits */
};

struct kraken_cl_ord_id kraken_cl_ord_id_read(struct bytes text);

/* Whether a UUID's time is within the window. */
bool kraken_cl_ord_id_is_current(const struct kraken_cl_ord_id *id, struct now now);

#endif
