/*
 * Memory for what a load makes: small pieces, zeroed, freed all at once, at stable addresses.
 *
 * For start-up only. When the host has no memory left the process stops: there is nothing to run.
 */
#ifndef TERCEL_CORE_APP_CONFIG_POOL_H
#define TERCEL_CORE_APP_CONFIG_POOL_H

#include <stddef.h>

#include "core/base/bytes.h"

struct config_pool;

struct config_pool *config_pool_new(void);
void config_pool_free(struct config_pool *pool);

/* Zeroed, aligned for any object. */
void *config_pool_take(struct config_pool *pool, size_t bytes);

/* A NUL-terminated copy. */
char *config_pool_string(struct config_pool *pool, struct bytes text);

#endif
