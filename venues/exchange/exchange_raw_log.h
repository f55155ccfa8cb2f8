/*
 * Messages as a person reads them: a time, '<' in or '>' out, the CompID, the fields with '|' for
 * SOH. The value of every Password(554) and RawData(96) is "***". Pure.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_RAW_LOG_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_RAW_LOG_H

#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/instant.h"

/* The longest line for a message of so many bytes. */
#define EXCHANGE_RAW_LOG_LINE_MAX(message_bytes) (2 * (message_bytes) + 128)

/* Writes the line, its end included, to `out` of `size` bytes; cut when it does not fit. */
size_t exchange_raw_log_format(struct now now, char direction, struct bytes comp_id,
                               struct bytes message, char *out, size_t size);

#endif
