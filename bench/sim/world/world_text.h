/*
 * Fields of one FIX message as bytes, read and written here and not by core/fix, so that the two
 * can disagree.
 */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_TEXT_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

/* The value of the first field with this tag; len 0 when there is none. */
struct bytes world_text_value(struct bytes message, unsigned tag);
/* 0 when it is none or has no digits. */
uint64_t world_text_number(struct bytes message, unsigned tag);
/* MsgType(35) of one character; '\0' for another. */
char world_text_type(struct bytes message);
/* A decimal with up to `digits` decimals, scaled; INT64_MIN when it is none. */
int64_t world_text_decimal(struct bytes value, unsigned digits);
bool world_text_is(struct bytes value, const char *text);

/* The fields that make the message what it is: all but those a resend changes. */
uint64_t world_text_hash(struct bytes message);

/* BodyLength(9) and CheckSum(10) of a message that ends before 10, written anew; the new length. */
size_t world_text_seal(char *message, size_t len, size_t max);
/* 35=0 with the message's header; the new length. */
size_t world_text_blank(char *message, size_t len, size_t max);
/* Replaces the value of a field; the new length, `len` when it has none or it does not fit. */
size_t world_text_set(char *message, size_t len, size_t max, unsigned tag, const char *value);

#endif
