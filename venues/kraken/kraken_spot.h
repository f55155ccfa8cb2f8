/*
 * Kraken spot order entry ("Unified FIX", FIX 4.4, port 4001) as a dialect table.
 *
 * Source: docs.kraken.com/api/docs/fix-api (logon, nos, ocr, er, reject-business_level) and
 * guides/fix-auth, 2026-05. Facts that no document of Kraken's confirms are marked where they
 * stand.
 *
 * What order entry can rely on here: there is no OrderCancelReject(9) and no ExecType 8; a refusal
 * is a BusinessMessageReject(j) that names the request in 379, or a session Reject(3), or an
 * unsolicited cancel after acceptance. One in the words of a failure of the service refuses nothing
 * for certain.
 */
#ifndef TERCEL_VENUES_KRAKEN_KRAKEN_SPOT_H
#define TERCEL_VENUES_KRAKEN_KRAKEN_SPOT_H

#include "core/route/fix_dialect.h"

extern const struct fix_dialect kraken_spot_dialect;

enum kraken_tag {
    KRAKEN_TRADE_ID = 1003, /* a tag of FIX 5.0 */
    KRAKEN_NONCE = 5025,
    KRAKEN_LIQUIDITY_IND = 5050,
    KRAKEN_SELF_TRADE_PREVENTION = 7928,
    KRAKEN_CANCEL_ORDERS_ON_DISCONNECT = 8674
};

#endif
