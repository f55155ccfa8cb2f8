/*
 * Every FIX dialect there is, by name.
 */
#ifndef TERCEL_VENUES_REGISTRY_H
#define TERCEL_VENUES_REGISTRY_H

#include "core/route/fix_dialect.h"

/* The dialect of this name, or NULL. */
const struct fix_dialect *venue_dialect_find(const char *name);

/* The index-th dialect, NULL past the last: for listings. */
const struct fix_dialect *venue_dialect_at(unsigned index);

#endif
