#include "core/route/directory.h"

uint32_t directory_find_venue(const struct directory *directory, struct bytes name) {
    for (uint32_t i = 0; i < directory->venue_count; i++) {
        if (bytes_equal(directory->venues[i].name, name)) {
            return i;
        }
    }
    return ROUTE_NONE;
}

uint32_t directory_find_account(const struct directory *directory, struct bytes name) {
    for (uint32_t i = 0; i < directory->account_count; i++) {
        if (bytes_equal(directory->accounts[i], name)) {
            return i;
        }
    }
    return ROUTE_NONE;
}

bool directory_lists(const struct directory *directory, uint32_t instrument, uint32_t venue) {
    return instrument_table_venue_symbol(directory->instruments, instrument, venue).len != 0;
}
