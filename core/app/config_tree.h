/*
 * The YAML file as a tree of maps, lists and scalars that still know where they stood.
 *
 * Built from libyaml's events; no value is interpreted here. Taken: one document of block or flow
 * maps, lists and scalars, nested up to CONFIG_DEPTH_MAX, a map with up to CONFIG_MAP_KEYS_MAX
 * keys. Anchors, aliases, tags, directives, a second document and keys that are no plain scalar are
 * refused: each is a way for a file to mean something else than it says. Bounded by
 * CONFIG_NODES_MAX.
 *
 * Lines count from 1, columns from 1 in characters.
 */
#ifndef TERCEL_CORE_APP_CONFIG_TREE_H
#define TERCEL_CORE_APP_CONFIG_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/config_pool.h"
#include "core/base/bytes.h"
#include "core/base/check.h"

#define CONFIG_DEPTH_MAX 8
#define CONFIG_NODES_MAX 131072
#define CONFIG_MAP_KEYS_MAX 64

enum config_node_kind { CONFIG_NODE_SCALAR = 0, CONFIG_NODE_LIST, CONFIG_NODE_MAP };

struct config_mark {
    uint32_t line;
    uint32_t column;
};

struct config_node {
    enum config_node_kind kind;
    bool is_default; /* not in the file: made from the schema */
    bool hidden;     /* must not be shown: a secret, or nobody knows what it is */
    bool key_hidden; /* nor may its key */
    uint32_t index;  /* among its siblings */
    uint32_t child_count;
    struct config_mark at;
    struct config_mark end; /* just after */
    struct config_mark key_at;
    struct bytes key;  /* in a map */
    struct bytes text; /* of a scalar */
    struct config_node *parent;
    struct config_node *first;
    struct config_node *last;
    struct config_node *next;  /* sibling */
    struct config_node *older; /* all nodes, newest first */
};

enum config_tree_result {
    CONFIG_TREE_OK = 0,
    CONFIG_TREE_EMPTY,       /* no document */
    CONFIG_TREE_SYNTAX,      /* libyaml refuses it; `cause` is its reason */
    CONFIG_TREE_UNSUPPORTED, /* `cause` names what */
    CONFIG_TREE_KEY,         /* a key that is a map, a list or empty */
    CONFIG_TREE_DEEP,
    CONFIG_TREE_WIDE, /* a map with too many keys */
    CONFIG_TREE_LARGE
};

struct config_tree {
    struct config_pool *pool; /* the caller's */
    struct config_node *root;
    struct config_node *newest;
    uint32_t node_count;
    const char *cause; /* static text, when refused */
    struct config_mark refused_at;
};

/* Reads `text`, which is valid UTF-8. The tree borrows nothing of it. */
enum config_tree_result config_tree_build(struct config_tree *tree, struct config_pool *pool,
                                          struct bytes text) MUST_USE;

/* A child of `parent` (a map or list, or NULL for the root), without place or content. */
struct config_node *config_tree_add(struct config_tree *tree, struct config_node *parent,
                                    enum config_node_kind kind);

/* The first child under `key`, or NULL. */
struct config_node *config_node_find(const struct config_node *map, struct bytes key);

/* "venues[0].name" into `out`, cut at its size; the root is "". Returns `out`. */
const char *config_node_path(const struct config_node *node, char *out, size_t out_size);

#endif
