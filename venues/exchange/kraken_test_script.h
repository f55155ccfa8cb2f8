/*
 * Conversations with the Kraken counterpart over memory streams, as text. For tests only; shares
 * nothing with the code it drives but the FIX time and test helpers.
 *
 * A script is lines. Each begins with the client, A or B (CompIDs CLIENT_A and CLIENT_B, one key
 * each; C is CLIENT_C with A's key), and goes on:
 *
 *   A L fields      connects and logs on; `fields` go behind 98=0|108=60|, then the credentials.
 *                   Unless they say 141=, 141=Y is added and the numbers start at 1
 *   A U fields      the same with 141=Y, and is let in
 *   A 2             logs on over a second connection, which is closed without a word
 *   A # 7           its next message is number 7
 *   A > 35=D|...    sends it; 34, 49, 52 and 56 are put behind 35
 *   A < 35=8|...    the next message received is this, without header and trailer
 *   A P 1 @1 1 0.5 9
 *                   places, and sees acknowledged: ClOrdID, OrderID as expected, side, quantity and
 *                   limit price of a good-till-cancelled BTC/USD order
 *   A K 2 1 @1 1 0.5 9 text
 *                   such an order's cancel is reported, without a fill: ClOrdID, OrigClOrdID, then
 *                   as above, Text
 *   A ? 100         the next 100 bytes received are of no message; without a number, all of them
 *   A .             nothing (more) was received
 *   A !             the connection breaks     A ~  the client ends its side
 *   A x             the exchange has closed the connection, or ended its side
 *   + ms            time passes
 *   * last BTC/USD 9    a command (kraken_spot_command)
 *
 * Everything received must have been expected before that client sends again, or the script ends.
 * In what is sent and expected: @now is 60's time now, @now+ms another; @sec+s the same without
 * milliseconds; in what is expected =* is any value, and =@1 .. =@9 any value the first time and
 * the same later, also in what is sent.
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_TEST_SCRIPT_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_TEST_SCRIPT_H

#include "venues/exchange/kraken_spot.h"

/* 2026-04-07T14:32:05.000Z */
#define KRAKEN_SCRIPT_START_S INT64_C(1775572325)

struct kraken_script_options {
    struct kraken_options options;
    struct kraken_limits limits; /* what is 0 gets a default */
    const char *quotes;          /* NULL: none */
    const char *faults;          /* rules, with spaces between; NULL: none */
    bool replenish;
    uint64_t seed;            /* 0: 1 */
    struct kraken_log log;    /* of every message; none when zeroed */
    const char *ledger;       /* what the ledger must say at the end, without its heading, up to the
                               * column fill_notional; NULL: any */
    const char *whole_ledger; /* the same of all columns */
};

/* Runs the script; the test fails with the line at fault. */
void kraken_script_run(const struct kraken_script_options *options, const char *script);

/* With everything at its default. */
void kraken_script(const char *script);

#endif
