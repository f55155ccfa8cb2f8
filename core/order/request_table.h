/*
 * Requests of one venue session, and the ids that name them on the wire.
 *
 * Every message that asks the venue for something (a new order, a cancel) takes an entry. The
 * ClOrdID sent to the venue is 128 bits made of the time, the shard, the run's epoch, the entry,
 * its generation and check bits, so that a report leads to its entry without a search; but the
 * entry is trusted only when the whole id equals the one it stored. Anything else is foreign:
 * another run's, another router's, or nobody's. It is counted and never booked on an order of ours.
 *
 * The wire form here is a version-4 variant-1 UUID in lower case whose first 48 bits are time in
 * 10-microsecond units, strictly increasing per table (Kraken, "ClOrdID (11) rules"), also when the
 * clock is set back by less than REQUEST_AHEAD_MAX_S. When it is set back by more, the ids go back
 * with it: a venue refuses what is too far from its own time, and would refuse every cancel until
 * the clock had caught up. Layout of the 74 free bits, high to low: check 10, shard 6, epoch 16,
 * generation 22, entry 20. The check bits are a mix of all the other bits without a key: they tell
 * somebody else's UUID from one of ours, and keep out no forger; the comparison with the whole
 * stored id does. Above 100,000 requests a second the time in the ids runs ahead of the clock by
 * what is above. It lasts until March 2059, when the 48 bits are used up: a clock past that, or
 * before 1970, is our bug and stops the process.
 *
 * Freed entries are reused in the order they were freed: each rests as long as it can.
 *
 * One thread owns it.
 */
#ifndef TERCEL_CORE_ORDER_REQUEST_TABLE_H
#define TERCEL_CORE_ORDER_REQUEST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/instant.h"

#define REQUEST_ENTRIES_MAX (1U << 20)
#define REQUEST_UUID_BYTES 36
#define REQUEST_NONE UINT32_MAX

/* How far the time in an id may be ahead of the clock: half of what Kraken was seen to allow. */
#define REQUEST_AHEAD_MAX_S 60

enum request_kind {
    REQUEST_FREE = 0,
    REQUEST_NEW_ORDER,
    REQUEST_CANCEL,
    REQUEST_REPLACE,
    REQUEST_STATUS,
    REQUEST_MASS_CANCEL,
    REQUEST_FOREIGN_CANCEL /* of an order that is not in the order table */
};

struct request_id {
    uint64_t high;
    uint64_t low;
};

struct request {
    struct request_id id;
    enum request_kind kind;
    uint32_t order; /* slot in the order table; the caller's own number where it is about none */
    uint32_t generation; /* of this entry, counts its uses */
    uint32_t next_free;
};

struct request_table_limits {
    uint32_t entries; /* 1 .. REQUEST_ENTRIES_MAX */
    uint8_t shard;    /* 0 .. 63 */
    uint16_t epoch;   /* of this run: never the same in two runs that can overlap at the venue */
};

struct request_table;

/* A multiple of 64; 0 = impossible limits. `mem` is aligned to 64 and outlives the table. */
size_t request_table_footprint(struct request_table_limits limits);
struct request_table *request_table_init(void *mem, struct request_table_limits limits);

/* Takes an entry and makes its id; REQUEST_NONE (UINT32_MAX) when none is free. `kind` is not
 * REQUEST_FREE. */
uint32_t request_table_take(struct request_table *table, struct now now, enum request_kind kind,
                            uint32_t order);

/* entry < entries. Valid as a request while it is taken; the caller changes nothing in it. */
struct request *request_table_at(struct request_table *table, uint32_t entry);

/* Frees the entry, which is taken; its id is REQUEST_STALE from now on. */
void request_table_free(struct request_table *table, uint32_t entry);

enum request_match {
    REQUEST_OURS = 0,
    REQUEST_MALFORMED, /* not an id of this form at all */
    REQUEST_BAD_CHECK, /* this form, wrong check bits: somebody else's UUID */
    REQUEST_STALE      /* ours by form: another shard's, another run's, or the entry moved on */
};

/* Resolves the id a venue sent back; *entry only on REQUEST_OURS. */
enum request_match request_table_match(const struct request_table *table, struct bytes text,
                                       uint32_t *entry) MUST_USE;

/* The same for an id that is a value already: never REQUEST_MALFORMED. */
enum request_match request_table_match_id(const struct request_table *table, struct request_id id,
                                          uint32_t *entry) MUST_USE;

/* Whether the id is one that this table made, whatever became of its entry since. */
bool request_table_made(const struct request_table *table, struct bytes text);

/* Writes the REQUEST_UUID_BYTES characters of the UUID; not terminated. */
void request_id_format(struct request_id id, char *out);

/* All of `text`; false unless it is a version-4 variant-1 UUID in lower case. Checks no more. */
bool request_id_parse(struct bytes text, struct request_id *id) MUST_USE;

uint32_t request_table_used(const struct request_table *table);

#endif
