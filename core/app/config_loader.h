/*
 * A load in progress. Internal to config_*.c.
 *
 * Every value that was stored is remembered with the node it came from, by its address: a rule that
 * looks at struct config can then say where in the file the value stands. Defaults are nodes too
 * (is_default), at the place of their section.
 */
#ifndef TERCEL_CORE_APP_CONFIG_LOADER_H
#define TERCEL_CORE_APP_CONFIG_LOADER_H

#include <stdarg.h>

#include "core/app/config.h"
#include "core/app/config_pool.h"
#include "core/app/config_report.h"
#include "core/app/config_schema.h"
#include "core/app/config_source.h"
#include "core/app/config_tree.h"

struct config_place {
    uintptr_t address;
    size_t bytes;
    struct config_node *node;
    const struct config_key *row; /* NULL for a list's entry and the root */
};

struct config_loader {
    struct config *config;
    struct config_tree tree;
    struct config_source source;
    struct config_report *report;
    const struct config_host *host;
    const char *folder; /* with its '/', or "" */
    struct config_place *places;
    size_t place_count;
    size_t place_room;
    bool places_sorted;
};

/* Remembers that [field, field + bytes) came from `node`. */
void config_place_add(struct config_loader *loader, const void *field, size_t bytes,
                      struct config_node *node, const struct config_key *row);

/* The place of exactly this field, or NULL when no valid value was stored there. */
const struct config_place *config_place_find(struct config_loader *loader, const void *field,
                                             size_t bytes);

/* The node of the field, or of the smallest section around it. Never NULL once the root is in. */
struct config_node *config_node_of(struct config_loader *loader, const void *field, size_t bytes);

#define CONFIG_NODE_OF(loader, field) config_node_of(loader, &(field), sizeof(field))
#define CONFIG_IS_GIVEN(loader, field) (config_place_find(loader, &(field), sizeof(field)) != NULL)

/* Adds an error (a warning) at the node's value; what_format must not contain hidden text. */
void config_complain(struct config_loader *loader, enum config_code code,
                     const struct config_node *node, const char *advice, const char *what_format,
                     ...) __attribute__((format(printf, 5, 6)));
void config_warn(struct config_loader *loader, enum config_code code,
                 const struct config_node *node, const char *advice, const char *what_format, ...)
    __attribute__((format(printf, 5, 6)));

/* An error at the node's key, under its parent's path. */
void config_complain_key(struct config_loader *loader, enum config_code code,
                         const struct config_node *node, const char *advice,
                         const char *what_format, ...) __attribute__((format(printf, 5, 6)));

/* An error about the key that `row` describes, which `section` lacks. */
void config_complain_missing(struct config_loader *loader, const struct config_node *section,
                             const struct config_key *row);

/* An error at a place of the file before there is a tree. */
void config_complain_at(struct config_loader *loader, enum config_code code, struct config_mark at,
                        const char *advice, const char *what);

#define CONFIG_SHOWN_MAX 48

/* ` ("value")` for a message, or "" when the node is hidden or no scalar. Returns `out`. */
const char *config_show(const struct config_node *node, char out[CONFIG_SHOWN_MAX]);

/* config_value.c: reads a scalar into `field` as `row` says; complains and returns false if not. */
bool config_value_store(struct config_loader *loader, const struct config_key *row,
                        struct config_node *node, void *field);
/* Bytes that a value of this type takes. */
size_t config_value_bytes(enum config_type type);

/* config_fill.c: covers what must not be shown; then the whole tree into the config. */
void config_hide(struct config_loader *loader);
void config_fill(struct config_loader *loader);

/* config_resolve.c: names to indexes, decimals to scaled integers. */
void config_resolve(struct config_loader *loader);

/* config_rules.c: what must hold between values, and of the host. */
void config_check_rules(struct config_loader *loader);

/* config_schedule.c: that a session's times make a schedule. */
void config_check_schedule(struct config_loader *loader, struct config_schedule *schedule);

/* config_ports.c: ports, and that listeners and venues have theirs. Gives each venue a source. */
void config_check_ports(struct config_loader *loader);

/* config_files.c: whether the files that the config names can be used. Looks, changes nothing. */
void config_check_files(struct config_loader *loader);

#endif
