/*
 * Booking fills on an order: what a venue's report adds, what it repeats, and what it leaves out.
 *
 * A venue that sends its cumulative quantity with each fill places that fill exactly: it is the
 * stretch (cumulative - last, cumulative] of the order. A stretch that was booked is a duplicate;
 * one that starts further on leaves a hole, a fill that was not heard; one that lies in the hole is
 * the missing fill itself, and is booked although the cumulative quantity has moved past it.
 * Without the venue's cumulative quantity every fill is taken as the next one, and duplicates are
 * the caller's to find by ExecID(17).
 *
 * `filled` is what was booked and nothing else: nothing is assumed of a hole. It is never more than
 * the venue's own count, `told`, and told - filled is missing. ORDER_HOLES_MAX holes of one order
 * are exact. When one more opens, the latest two are kept as one stretch with the booked part
 * within it; a fill in there is booked while something is missing, and called OVERLAP, because it
 * may repeat.
 *
 * What nobody tells as fills any more can be booked from the venue's word of what its count was
 * worth (order_fill_recover): all that is missing as one fill. What comes of it later is a
 * duplicate then.
 *
 * Pure arithmetic on struct order: the states are order_state.h's. Quantities and prices are scaled
 * integers of the order's instrument; nothing rounds but the average. No division, but for the one
 * stated at order_fill_average. Whoever owns the order calls.
 */
#ifndef TERCEL_CORE_ORDER_ORDER_FILL_H
#define TERCEL_CORE_ORDER_ORDER_FILL_H

#include <stdbool.h>

#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/order/order_state.h"
#include "core/order/order_table.h"

/* A fill as a venue reports it, any values. */
struct order_fill {
    struct quantity last; /* LastQty(32) */
    struct price price;   /* LastPx(31) */
    bool has_cumulative;
    struct quantity cumulative; /* CumQty(14) of the venue */
};

enum {
    ORDER_FILL_DUPLICATE = 1U << 0, /* all of it was booked before; nothing is booked */
    ORDER_FILL_GAP = 1U << 1,       /* booked, and a fill before it was not heard: ask for it */
    ORDER_FILL_RECOVERED = 1U << 2, /* booked, and it is (part of) what was missing */
    ORDER_FILL_OVERLAP = 1U << 3,   /* its bounds contradict what was booked; see below */
    ORDER_FILL_OVER = 1U << 4,      /* the venue counts more than the order asked for */
    ORDER_FILL_INVALID = 1U << 5    /* quantity, price or count not above zero, or past int64:
                                       nothing is booked */
};

/* What follows from no correct venue: counted, reported, looked at by somebody. */
#define ORDER_FILL_CONFLICT (ORDER_FILL_OVERLAP | ORDER_FILL_OVER | ORDER_FILL_INVALID)

struct order_fill_outcome {
    struct quantity booked; /* 0: nothing */
    unsigned flags;         /* 0: the next fill, as expected */
};

/* Last, price and count above zero. */
bool order_fill_makes_sense(const struct order_fill *fill);

/*
 * Whether a count of the venue's, told with a fill or without, proves that it took the pending
 * replace: more than the order has, which nothing else lets it fill, and no more than the replace
 * asked for. A count that is no news proves nothing; neither does one of an order sized by money.
 */
bool order_fill_outgrows(const struct order *order, struct quantity cumulative);

/*
 * Books what is new: filled, notional, fills and last_price move by it. A fill that starts within
 * what was booked and ends past it is booked as far as it is new, so that `filled` agrees with the
 * venue, and called OVERLAP. One that lies partly in a hole and partly outside is OVERLAP and not
 * booked: the hole stays. OVER is booked: a trade the venue made is a trade.
 */
struct order_fill_outcome order_fill_apply(struct order *order,
                                           const struct order_fill *fill) MUST_USE;

/*
 * The venue's cumulative quantity without a fill (a status, a cancel's confirmation): when it is
 * more than was heard of, what lies between is missing from now on. Returns what is missing.
 */
struct quantity order_fill_told(struct order *order, struct quantity cumulative);

/* What the venue has counted and nobody has booked: 0 unless a fill was not heard. */
struct quantity order_fill_missing(const struct order *order);

/* Of what the venue has counted: price x quantity in scaled units, and how far that may be off. */
struct order_worth {
    __extension__ unsigned __int128 notional;
    __extension__ unsigned __int128 error;
};

/*
 * What `count` is worth by its average price with so many decimals, whose last digit may be rounded
 * or cut. False when one of them is not above zero. price_digits <= average_digits <=
 * DECIMAL_DIGITS_MAX. Divides: cold.
 */
bool order_worth_of_average(struct quantity count, int64_t average, unsigned average_digits,
                            unsigned price_digits, struct order_worth *worth) MUST_USE;

/*
 * Books all that is missing as one fill, worth what `worth` of `told` leaves beyond the fills that
 * were booked. It is at the price with the instrument's digits where one is within the error, else
 * at the average, which last_price has rounded. RECOVERED, or nothing is booked: OVER, as the count
 * is more than the order asked for, which is for people to look into; INVALID when nothing is
 * missing, or when what is left is not above zero, or off by more than ORDER_WORTH_PARTS-th of
 * itself. Divides: cold.
 */
#define ORDER_WORTH_PARTS 100
struct order_fill_outcome order_fill_recover(struct order *order,
                                             const struct order_worth *worth) MUST_USE;

/* worth / quantity, which is above zero, with `digits` decimals, rounded half up; false when it
 * does not fit an int64. price_digits <= digits <= DECIMAL_DIGITS_MAX. Divides: cold. */
__extension__ bool order_worth_price(unsigned __int128 worth, struct quantity quantity,
                                     unsigned price_digits, unsigned digits,
                                     struct price *price) MUST_USE;

/*
 * The event a booked fill is to the order's state: by what was booked, never by what is missing.
 * While a replace to more is pending the order is not done with less (FIX 4.4 volume 7 appendix D,
 * C.1.b). An order sized by money is done when the venue has said so, `complete`, and every fill of
 * it was heard.
 */
enum order_event order_fill_event(const struct order *order, bool complete);

/* Whether all of its quantity is booked, by its terms as they are: never so for one sized by money.
 * What a refused replace may leave behind. */
bool order_fill_is_all(const struct order *order);

/* The pending replace was taken: its terms are the order's, and it is pending no more. */
void order_take_terms(struct order *order);

/* LeavesQty(151): what may still fill by its terms as they are; 0 in a terminal state (FIX 4.4, tag
 * 151) and for an order sized by money, of which nobody can say. */
struct quantity order_leaves(const struct order *order);

/*
 * AvgPx(6): notional / filled with `digits` decimals, rounded half up; price_digits <= digits <=
 * DECIMAL_DIGITS_MAX. False when nothing is booked or the average does not fit an int64.
 *
 * The deliberate exception to "no division on the order path": when the fills were at different
 * prices it takes one 128-by-64 hardware division. At one price it is that price, and there is
 * none.
 */
bool order_fill_average(const struct order *order, unsigned price_digits, unsigned digits,
                        struct price *average) MUST_USE;

#endif
