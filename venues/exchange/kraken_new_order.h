/*
 * Kraken's business rules for the terms of an order ([nos], [ocrr]): what is refused with a
 * BusinessMessageReject(j) before the engine sees it. Private to kraken_*.c.
 *
 * The texts are those of Kraken's other interfaces (unverified for FIX).
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_NEW_ORDER_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_NEW_ORDER_H

#include "venues/exchange/kraken_internal.h"

/* ValidUntilTime(62) lies so far ahead ([nos]). */
#define KRAKEN_VALID_UNTIL_MIN_S 2
#define KRAKEN_VALID_UNTIL_MAX_S 60
/* ExpireTime(126): at most a month ahead; taken as 31 days (unverified). */
#define KRAKEN_EXPIRE_MAX_S (31 * 86400)
/* DisplayQty(1138) is at least such a part of OrderQty. */
#define KRAKEN_DISPLAY_SHARE 15

/* What a row of the ledger says of an order, valid or not: as much as can be kept exactly. */
void kraken_new_order_record(const struct kraken_spot *spot, const struct fix_view *view,
                             struct exchange_row *row);

/* `view` passed kraken_fields_check. Fills in `order` and `row` when it does not refuse. */
struct kraken_refusal kraken_new_order_check(const struct kraken_spot *spot,
                                             const struct fix_view *view, struct now now,
                                             struct kraken_order *order, struct exchange_row *row);

/* The same for a G on `order`: only quantity and price may change. Fills in `terms`. */
struct kraken_refusal kraken_replace_check(const struct kraken_spot *spot,
                                           const struct fix_view *view, struct now now,
                                           const struct kraken_order *order,
                                           struct kraken_step *terms);

#endif
