/*
 * Strict readers of one configuration value each.
 *
 * YAML's own idea of a number is not used anywhere: a limit written 1_000 or 010 must be refused
 * and not become 1 or 8. Every reader takes all of its text or nothing, and writes its result only
 * on CONFIG_SCALAR_OK. No blanks, no signs, no exponents, no other base. Pure; any thread.
 */
#ifndef TERCEL_CORE_APP_CONFIG_SCALAR_H
#define TERCEL_CORE_APP_CONFIG_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "net/endpoint.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"

enum config_scalar_result {
    CONFIG_SCALAR_OK = 0,
    CONFIG_SCALAR_EMPTY,
    CONFIG_SCALAR_MALFORMED, /* a byte that does not belong there */
    CONFIG_SCALAR_NO_UNIT,   /* a bare number where "500ms" or "64KiB" is needed */
    CONFIG_SCALAR_OVERFLOW   /* more than an int64_t of the smallest unit */
};

/* Digits, without a leading zero: 0 .. INT64_MAX. */
enum config_scalar_result config_scalar_integer(struct bytes text, int64_t *value) MUST_USE;

/* An integer and one of ns, us, ms, s, m, h: nanoseconds. */
enum config_scalar_result config_scalar_duration(struct bytes text, int64_t *ns) MUST_USE;

/* An integer and one of B, KiB, MiB, GiB: bytes. */
enum config_scalar_result config_scalar_size(struct bytes text, int64_t *bytes) MUST_USE;

#define CONFIG_QUANTITY_TEXT_MAX 24

/* The way back, in the largest unit that is exact: "500ms", "64KiB". Returns `out`. */
const char *config_duration_text(int64_t ns, char out[CONFIG_QUANTITY_TEXT_MAX]);
const char *config_size_text(int64_t bytes, char out[CONFIG_QUANTITY_TEXT_MAX]);

/* "true" or "on"; "false" or "off". */
enum config_scalar_result config_scalar_switch(struct bytes text, bool *value) MUST_USE;

/*
 * Digits, and perhaps one dot with digits on either side; no leading zero before another digit.
 * Form only: decimal.h scales it once the instrument's digits are known.
 */
enum config_scalar_result config_scalar_decimal(struct bytes text) MUST_USE;

/*
 * "192.0.2.1:4001" or "[2001:db8::1]:4001": as endpoint_parse, and the port is an integer of the
 * above form. A host name is MALFORMED: nothing here resolves names.
 */
enum config_scalar_result config_scalar_endpoint(struct bytes text,
                                                 struct endpoint *endpoint) MUST_USE;

/* "192.0.2.1": four numbers 0 .. 255 without leading zeros. */
enum config_scalar_result config_scalar_address(struct bytes text,
                                                struct ipv4_address *address) MUST_USE;

/* "192.0.2.1/24": an address and a prefix's length, 0 .. 32. */
enum config_scalar_result config_scalar_network(struct bytes text, struct ipv4_address *address,
                                                uint8_t *prefix_bits) MUST_USE;

/* "02:00:00:00:00:01". */
enum config_scalar_result config_scalar_ethernet(struct bytes text,
                                                 struct ethernet_address *address) MUST_USE;

/* "17:00" or "17:00:30", 00:00 to 23:59:59, two digits each: the second of the day. */
enum config_scalar_result config_scalar_clock(struct bytes text, uint32_t *second) MUST_USE;

/*
 * "America/New_York", "Etc/GMT+5": words of letters, digits, '_', '-' and '+', joined by '/'. As a
 * path below a folder it cannot leave it.
 */
bool config_scalar_is_zone(struct bytes text);

/* A letter or digit, then letters, digits, '_', '-', '.'. Not empty. */
bool config_scalar_is_name(struct bytes text);

/* A name without lower-case letters and dots. */
bool config_scalar_is_upper_name(struct bytes text);

/* Printable ASCII without a blank: what may stand in a FIX CompID or Symbol. Not empty. */
bool config_scalar_is_word(struct bytes text);

/* A word without a dot: BTC-USD.KRAKEN is the symbol BTC-USD at one venue. */
bool config_scalar_is_symbol(struct bytes text);

/* Printable ASCII, blanks allowed. Not empty. */
bool config_scalar_is_device(struct bytes text);

/* Printable ASCII, blanks inside allowed, not ending in '/'. Not empty. */
bool config_scalar_is_path(struct bytes text);

#endif
