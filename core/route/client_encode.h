/*
 * Reports to a client as normalised FIX 4.4: 35=8, 35=9, 35=r and 35=j (ROE.md).
 */
#ifndef TERCEL_CORE_ROUTE_CLIENT_ENCODE_H
#define TERCEL_CORE_ROUTE_CLIENT_ENCODE_H

#include "core/fix/fix_writer.h"
#include "core/route/client_report.h"
#include "core/route/directory.h"

/* Room for any of them, header included: every value is bounded, and their bounds add up to less.
 */
#define CLIENT_REPORT_BYTES_MAX 2048
#define RUN_PREFIX_MAX 15

/* What is common to all reports of a run. */
struct client_encoder {
    const struct directory *directory;
    char run[RUN_PREFIX_MAX + 1]; /* makes OrderID and ExecID unique over restarts */
    unsigned time_digits;
    struct fix_time_cache time_cache;
};

struct bytes client_report_msg_type(const struct client_report *report);

/* The body fields; the header is the session's. */
void client_report_encode(struct client_encoder *encoder, const struct client_report *report,
                          struct fix_writer *writer);

/* "<run>-<kind><number>" into `out` (RUN_PREFIX_MAX + 23 bytes, all of which may be written over);
 * returns the length. */
size_t client_format_id(const char *run, char kind, uint64_t number, char *out);

#endif
