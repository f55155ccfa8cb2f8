/*
 * The order ledger: one CSV row for every order that ended, was refused, or was open at the stop.
 *
 * Columns: client_session, cl_ord_id, symbol, venue, venue_cl_ord_id, venue_order_id, side, qty,
 * price, final_status, cum_qty, avg_px, leaves_qty, fills, fill_notional, rejected_by, reject_code.
 * Numbers are exact decimals without trailing zeros; avg_px has at most 8 digits, rounded half up,
 * and is empty without a fill; price is empty for a market order. The last row of an order counts:
 * a late fill adds another. Rows are added to what the file has already, and flushed whenever the
 * ring runs empty.
 */
#ifndef TERCEL_CORE_APP_LEDGER_WRITER_H
#define TERCEL_CORE_APP_LEDGER_WRITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/base/check.h"
#include "core/base/spsc.h"
#include "core/route/directory.h"
#include "core/route/ledger_record.h"

struct ledger_writer {
    struct spsc *records;
    const struct directory *directory;
    FILE *file;
    atomic_bool failed; /* something could not be written: the admin thread stops the router */
    bool dirty;
};

/* Opens the file, or makes it with mode 0600; an empty one gets the header. False with errno set.
 */
bool ledger_writer_open(struct ledger_writer *writer, const char *path) MUST_USE;
/* Writes what the ring holds; true when there was something. */
bool ledger_writer_step(void *writer);
/* False when something could not be written. */
bool ledger_writer_close(struct ledger_writer *writer);
/* Any thread: whether something could not be written so far. */
bool ledger_writer_has_failed(const struct ledger_writer *writer);

/* One row, newline included. */
void ledger_write_row(FILE *file, const struct directory *directory,
                      const struct ledger_record *record);

#endif
