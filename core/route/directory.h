/*
 * Who may do what where: the fixed part of the configuration that order entry looks things up in.
 *
 * Read-only after start. Venues, accounts and clients are indexes; names are only for the wire and
 * for people.
 */
#ifndef TERCEL_CORE_ROUTE_DIRECTORY_H
#define TERCEL_CORE_ROUTE_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/market/instrument.h"

#define ROUTE_VENUES_MAX 16
#define ROUTE_ACCOUNTS_MAX 256
#define ROUTE_CLIENTS_MAX 256
#define ROUTE_NONE UINT32_MAX

struct account_set {
    uint64_t words[ROUTE_ACCOUNTS_MAX / 64];
};

static inline void account_set_add(struct account_set *set, uint32_t account) {
    set->words[account / 64] |= UINT64_C(1) << (account % 64);
}

static inline bool account_set_has(const struct account_set *set, uint32_t account) {
    return (set->words[account / 64] >> (account % 64) & 1) != 0;
}

struct directory_client {
    struct bytes name;
    struct account_set accounts;
    uint32_t only_account; /* what an absent Account(1) means; ROUTE_NONE if it has several */
    uint32_t venues;       /* bit per venue it may use */
};

struct directory_venue {
    struct bytes name; /* as in ExDestination(100) */
    struct account_set accounts;
};

struct directory {
    const struct instrument_table *instruments;
    struct bytes accounts[ROUTE_ACCOUNTS_MAX];
    uint32_t account_count;
    struct directory_venue venues[ROUTE_VENUES_MAX];
    uint32_t venue_count;
    struct directory_client clients[ROUTE_CLIENTS_MAX];
    uint32_t client_count;
};

/* Index of the venue or account with this name, or ROUTE_NONE. */
uint32_t directory_find_venue(const struct directory *directory, struct bytes name);
uint32_t directory_find_account(const struct directory *directory, struct bytes name);

/* Whether the instrument trades on the venue. */
bool directory_lists(const struct directory *directory, uint32_t instrument, uint32_t venue);

#endif
