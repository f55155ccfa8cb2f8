/*
 * What orders may still do, and what they did, summed by account and instrument: the worst case
 * that limits are held against.
 *
 * Buys and sells are apart: no sell is counted on to undo a buy. An order counts with the most that
 * may still fill under any order of what was sent and reported: while a replace is pending, with
 * the larger quantity and the higher price of the two. An order in doubt counts as open. Money that
 * cannot be told from the order's terms (a market order's) is not guessed: its quantity is counted
 * as unpriced, for a limit to put a price on.
 *
 * Filled is what was booked, at the price it was booked at. What the venue counts as filled without
 * a fill that was heard (order_fill.h: `told` less `filled`) is done, at a price nobody knows: it
 * stays open, at the order's own, until its fill is booked, though the order has ended, and for
 * good when that fill never comes. So open and filled together never miss what the venue did.
 *
 * An order that has ended counts as open as well while the venue calls it so (struct order's
 * `stray`), with the worst of the terms that were asked for or told of it; it is not among the
 * `orders` then.
 *
 * An order carries what it counts for (struct order's `exposed`), so that an update is a difference
 * and no update can be lost or made twice: call exposure_update after whatever changed the order,
 * as often as you like, and always before its slot is reused.
 *
 * The sums are 128 bits wide and cannot overflow: of money an order counts for 2^96 scaled units at
 * most, whatever terms and prices its venue tells of it (79 thousand million dollars where price
 * and quantity have nine digits each), and 2^30 orders may do so. No division. One thread owns it.
 */
#ifndef TERCEL_CORE_ORDER_EXPOSURE_H
#define TERCEL_CORE_ORDER_EXPOSURE_H

#include <stddef.h>
#include <stdint.h>

#include "core/order/order_table.h"

__extension__ typedef __int128 exposure_sum;

/* Of one side. Quantities in the instrument's quantity digits, notional in price digits + quantity
 * digits, cash in its cash digits. */
struct exposure_side {
    exposure_sum open;     /* quantity that may still be booked as filled */
    exposure_sum unpriced; /* the part of it that has no price */
    exposure_sum notional; /* price x quantity of the part that has */
    exposure_sum cash;     /* of live orders that are sized by money, all of it */
    exposure_sum filled;   /* quantity that was booked as filled */
    exposure_sum paid;     /* price x quantity of the fills */
    uint64_t orders;       /* that are live */
};

struct exposure_limits {
    uint32_t accounts;    /* 1 .. 4096 */
    uint32_t instruments; /* 1 .. 4096 */
};

struct exposure;

/* A multiple of 64; 0 = impossible limits. `mem` is aligned to 64 and outlives the table. */
size_t exposure_footprint(struct exposure_limits limits);
struct exposure *exposure_init(void *mem, struct exposure_limits limits);

/* Makes the sums agree with the order as it is now: its account, instrument and side have not
 * changed since it was taken. */
void exposure_update(struct exposure *exposure, struct order *order);

const struct exposure_side *exposure_at(const struct exposure *exposure, uint32_t account,
                                        uint32_t instrument, enum order_side side);

#endif
