/*
 * What is said in a message as rig_hear hands it out, and bytes that are kept to be compared. For
 * tests only: what is not there, or no number, fails the test.
 */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_RIG_TEXT_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_RIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/sim/order_entry_rig.h"
#include "core/base/bytes.h"

/* NULL when it has none; until the next call. */
const char *rig_value_of(const char *text, const char *tag);
/* With 8 decimals. */
int64_t rig_decimal_of(const char *text, const char *tag);
int64_t rig_hundredths_of(const char *text, const char *tag);
/* 7 of `A7`. */
uint32_t rig_number_after(const char *value, char letter);

/* All zeros at first; the caller frees `data`. */
struct rig_buffer {
    char *data;
    size_t len;
    size_t max;
};

/* Of replay_sink and stream_watch: `context` is a rig_buffer. */
bool rig_append(void *context, struct bytes piece);
void rig_append_said(void *context, uint32_t epoch, struct bytes bytes);

void rig_same_ledger(const struct rig *a, const struct rig *b);

#endif
