#include "venues/registry.h"

#include <string.h>

#include "venues/kraken/kraken_spot.h"

static const struct fix_dialect *const dialects[] = {&kraken_spot_dialect};

const struct fix_dialect *venue_dialect_at(unsigned index) {
    return index < sizeof(dialects) / sizeof(dialects[0]) ? dialects[index] : NULL;
}

const struct fix_dialect *venue_dialect_find(const char *name) {
    for (unsigned i = 0; venue_dialect_at(i) != NULL; i++) {
        if (strcmp(dialects[i]->name, name) == 0) {
            return dialects[i];
        }
    }
    return NULL;
}
