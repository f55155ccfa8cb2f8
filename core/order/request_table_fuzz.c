/*
 * Ids from a venue, resolved against a table with live, freed and reused entries. Whatever the
 * bytes: no crash, and only the exact text of a live request is ours.
 */
#include <stdlib.h>

#include "core/order/request_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENTRIES 64

static struct request_table *table_make(void) {
    struct request_table_limits limits = {.entries = ENTRIES, .shard = 9, .epoch = 513};
    struct now now = {.utc = {.ns = INT64_C(1700000000000000000)}};
    struct request_table *table =
        request_table_init(aligned_alloc(64, request_table_footprint(limits)), limits);
    for (uint32_t i = 0; i < ENTRIES + ENTRIES / 2; i++) {
        uint32_t entry = request_table_take(table, now, REQUEST_NEW_ORDER, i);
        if (i % 2 == 0) {
            request_table_free(table, entry);
        }
    }
    return table;
}

/* A match must be a live request whose own text is the text that matched. */
static void check_match(struct request_table *table, struct bytes text) {
    uint32_t entry;
    if (request_table_match(table, text, &entry) != REQUEST_OURS) {
        return;
    }
    char own[REQUEST_UUID_BYTES];
    const struct request *request = request_table_at(table, entry);
    request_id_format(request->id, own);
    if (request->kind == REQUEST_FREE || !bytes_equal(text, bytes_of(own, sizeof(own)))) {
        abort();
    }
}

/* Starts from a true id and lets the input change it, so that the deep comparisons are reached. */
static void check_mutated(struct request_table *table, const uint8_t *data, size_t size) {
    char text[REQUEST_UUID_BYTES];
    request_id_format(request_table_at(table, data[0] % ENTRIES)->id, text);
    for (size_t i = 1; i + 1 < size && i < 9; i += 2) {
        size_t place = data[i] % REQUEST_UUID_BYTES;
        text[place] = (char)(text[place] ^ data[i + 1]);
    }
    check_match(table, bytes_of(text, sizeof(text)));
}

static void check_parse(struct bytes text) {
    struct request_id id;
    if (!request_id_parse(text, &id)) {
        return;
    }
    char again[REQUEST_UUID_BYTES];
    request_id_format(id, again);
    if (!bytes_equal(text, bytes_of(again, sizeof(again)))) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct request_table *table;
    if (table == NULL) {
        table = table_make();
    }
    struct bytes text = bytes_of((const char *)data, size);
    check_parse(text);
    check_match(table, text);
    if (size > 0) {
        check_mutated(table, data, size);
    }
    return 0;
}
