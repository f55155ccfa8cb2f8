/*
 * QuickFIX's codec at the work of bench/micro: with a new message object for each message, as its
 * own sessions do, or with one that is used again and again, as its fastest users do.
 *
 * One thread. A mistake of the caller's, or a message that QuickFIX refuses, stops the program.
 */
#ifndef TERCEL_BENCH_RIVAL_QUICKFIX_CODEC_H
#define TERCEL_BENCH_RIVAL_QUICKFIX_CODEC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct quickfix_codec;

/* Never freed. */
struct quickfix_codec *quickfix_codec_make(void);

/* Appends to the messages to be parsed. */
void quickfix_codec_add(struct quickfix_codec *codec, const char *data, size_t bytes);

/*
 * Parses message `i`, its BodyLength and CheckSum verified and nothing else; market data with as
 * much of a dictionary as its group needs.
 */
void quickfix_parse(struct quickfix_codec *codec, uint32_t i);
void quickfix_parse_market_data(struct quickfix_codec *codec, uint32_t i);
void quickfix_parse_fresh(struct quickfix_codec *codec, uint32_t i);
void quickfix_parse_market_data_fresh(struct quickfix_codec *codec, uint32_t i);

/* Likewise, and reads what bench/micro reads of it, as its types; prices and quantities are double.
 */
void quickfix_parse_and_read_new_order(struct quickfix_codec *codec, uint32_t i);
void quickfix_parse_and_read_report(struct quickfix_codec *codec, uint32_t i);
void quickfix_parse_and_read_market_data(struct quickfix_codec *codec, uint32_t i);

/* Sets all fields of bench/micro's new order but 35, 49 and 56, which stay, and writes it; its
 * length. */
size_t quickfix_write_new_order(struct quickfix_codec *codec, uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
