/*
 * From limits to memory: what instance_create does step by step. Each says on `err` what cannot be
 * had.
 */
#ifndef TERCEL_CORE_APP_INSTANCE_PLAN_H
#define TERCEL_CORE_APP_INSTANCE_PLAN_H

#include <stdbool.h>
#include <stdio.h>

#include "core/app/instance.h"

/* What the config's limits add up to, in one mapping; 0 when they cannot be met together. */
size_t instance_plan_bytes(const struct config *config);

/* The dialect that a config names; never NULL. */
const struct fix_dialect *instance_dialect(enum config_dialect dialect);

/* What a config that has a start says. Borrows `zone`. */
struct fix_schedule instance_schedule(const struct config_schedule *from,
                                      const struct fix_zone *zone);

/* Reads every secret and checks that it can be used. In instance_credentials.c. */
bool instance_read_credentials(struct instance *instance, FILE *err) MUST_USE;
/* Adds up every footprint and maps that much, as the config's memory section says. */
bool instance_map(struct instance *instance, FILE *err) MUST_USE;
/* Places and initialises every object, seals the arena. */
bool instance_place(struct instance *instance, FILE *err) MUST_USE;
/* The transport: listens, knows its peers. */
bool instance_open_transport(struct instance *instance, FILE *err) MUST_USE;

/* The fixed tables that order entry looks things up in. In instance_directory.c. */
bool instance_fill_directory(struct instance *instance, struct instrument_table *instruments,
                             FILE *err) MUST_USE;

#endif
