/*
 * The corpus: MICRO_CYCLE distinct messages of one kind and one length, SOH and all.
 *
 * 187, 308 and 657 bytes are the lengths at which other FIX libraries were measured. The fields are
 * those a client of ours sends (core/route/ROE.md) and Kraken's of a fill.
 */
#ifndef TERCEL_BENCH_MICRO_MICRO_MESSAGE_H
#define TERCEL_BENCH_MICRO_MICRO_MESSAGE_H

#include "bench/micro/micro.h"
#include "core/base/bytes.h"

#define MICRO_NEW_ORDER_BYTES 187U
#define MICRO_REPORT_BYTES 308U
#define MICRO_MARKET_DATA_BYTES 657U

struct micro_messages {
    uint32_t bytes; /* of each */
    char text[MICRO_CYCLE][MICRO_MARKET_DATA_BYTES];
};

void micro_new_orders(struct micro_messages *messages);
void micro_reports(struct micro_messages *messages);
/* MarketDataIncrementalRefresh with 10 entries. */
void micro_market_data(struct micro_messages *messages);
/* New orders of 17 fields; those after MsgType(35) are in `orders` orders, one message after the
 * other. No two orders that follow each other have much in common. */
void micro_new_orders_in_orders(struct micro_messages *messages, unsigned orders);

static inline struct bytes micro_message_at(const struct micro_messages *messages, uint32_t i) {
    return bytes_of(messages->text[i % MICRO_CYCLE], messages->bytes);
}

#endif
