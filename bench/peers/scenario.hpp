/*
 * A scenario: what a client does, one command a line, carried out in order. A dumb player: what to
 * send and when is decided by whoever writes the lines.
 *
 *   new ID SYMBOL VENUE ACCOUNT buy|sell TYPE QTY PRICE TIME [postonly] [reduceonly]
 *       [stop=PRICE] [expire=SECONDS]
 *                                  TYPE limit, market, stop or stoplimit; TIME gtc, ioc, fok or
 *                                  gtd; PRICE is - where the type has none; a QTY of cash=AMOUNT is
 *                                  CashOrderQty; a VENUE or ACCOUNT of - is left out
 *   again ID [possresend]          the order once more, as it was
 *   replace ID ORDER_ID QTY PRICE  with the symbol, side and type of that order; ORDER_ID may be
 *                                  unknown, or that of an earlier replace
 *   cancel ID ORDER_ID             likewise
 *   status ID                      of the order with this id
 *   masscancel ID SYMBOL           - for all
 *   wait ID STATE[|STATE...] [MS]  until the order or request has been in one of these states, see
 *                                  order_ledger.hpp (5000 ms)
 *   expect ID COLUMN VALUE         the order's ledger row has this value now; "-" stands for empty
 *   settle QUIET_MS [MS]           until nothing has come for QUIET_MS (within 30000 ms)
 *   pause MS                       let time pass
 *   drop                           close the connection without a Logout
 *   await_logon [MS]               until the session is up again (10000 ms)
 *   logout                         log out; nothing may follow
 *
 * Blank lines and lines that begin with # are skipped. A line that cannot be carried out as written
 * throws std::runtime_error naming it; a wait or expect that fails is a complaint in the ledger.
 */
#ifndef TERCEL_BENCH_PEERS_SCENARIO_HPP
#define TERCEL_BENCH_PEERS_SCENARIO_HPP

#include <istream>

#include "bench/peers/fix_session.hpp"

void scenario_play(std::istream &lines, fix_session &session);

#endif
