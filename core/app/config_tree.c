#include "core/app/config_tree.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct builder {
    struct config_tree *tree;
    struct config_node *open; /* the map or list being filled; NULL outside the document's root */
    uint32_t depth;
    uint32_t documents;
    bool has_key; /* in a map: a key was read, its value is next */
    struct bytes key;
    struct config_mark key_at;
};

static struct config_mark mark_of(yaml_mark_t mark) {
    return (struct config_mark){.line = (uint32_t)mark.line + 1,
                                .column = (uint32_t)mark.column + 1};
}

static enum config_tree_result refuse(struct builder *builder, enum config_tree_result result,
                                      const char *cause, yaml_mark_t at) {
    builder->tree->cause = cause;
    builder->tree->refused_at = mark_of(at);
    return result;
}

struct config_node *config_tree_add(struct config_tree *tree, struct config_node *parent,
                                    enum config_node_kind kind) {
    struct config_node *node = config_pool_take(tree->pool, sizeof(*node));
    node->kind = kind;
    node->parent = parent;
    node->older = tree->newest;
    tree->newest = node;
    tree->node_count++;
    if (parent == NULL) {
        return node;
    }
    node->index = parent->child_count++;
    if (parent->last != NULL) {
        parent->last->next = node;
    } else {
        parent->first = node;
    }
    parent->last = node;
    return node;
}

/* The node that `event` starts, hung where it belongs; the caller checked the bounds. */
static struct config_node *add_node(struct builder *builder, const yaml_event_t *event,
                                    enum config_node_kind kind) {
    struct config_node *node = config_tree_add(builder->tree, builder->open, kind);
    node->at = mark_of(event->start_mark);
    node->end = mark_of(event->end_mark);
    node->key = builder->key;
    node->key_at = builder->key_at;
    builder->has_key = false;
    builder->key = (struct bytes){0};
    if (builder->open == NULL) {
        builder->tree->root = node;
    }
    return node;
}

static struct bytes keep_text(struct builder *builder, const yaml_event_t *event) {
    struct bytes text = bytes_of((const char *)event->data.scalar.value, event->data.scalar.length);
    return bytes_of(config_pool_string(builder->tree->pool, text), text.len);
}

static bool in_map_awaiting_key(const struct builder *builder) {
    return builder->open != NULL && builder->open->kind == CONFIG_NODE_MAP && !builder->has_key;
}

static enum config_tree_result take_scalar(struct builder *builder, const yaml_event_t *event) {
    if (event->data.scalar.anchor != NULL) {
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "an anchor (&)", event->start_mark);
    }
    if (event->data.scalar.tag != NULL) {
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "a tag (!)", event->start_mark);
    }
    if (in_map_awaiting_key(builder)) {
        if (event->data.scalar.length == 0) {
            return refuse(builder, CONFIG_TREE_KEY, "a key is empty", event->start_mark);
        }
        if (builder->open->child_count == CONFIG_MAP_KEYS_MAX) {
            return refuse(builder, CONFIG_TREE_WIDE, NULL, event->start_mark);
        }
        builder->key = keep_text(builder, event);
        builder->key_at = mark_of(event->start_mark);
        builder->has_key = true;
        return CONFIG_TREE_OK;
    }
    add_node(builder, event, CONFIG_NODE_SCALAR)->text = keep_text(builder, event);
    return CONFIG_TREE_OK;
}

static enum config_tree_result open_container(struct builder *builder, const yaml_event_t *event,
                                              enum config_node_kind kind) {
    bool map = kind == CONFIG_NODE_MAP;
    const void *anchor = map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    const void *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    if (anchor != NULL) {
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "an anchor (&)", event->start_mark);
    }
    if (tag != NULL) {
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "a tag (!)", event->start_mark);
    }
    if (in_map_awaiting_key(builder)) {
        return refuse(builder, CONFIG_TREE_KEY, "a key is a map or a list", event->start_mark);
    }
    if (builder->depth == CONFIG_DEPTH_MAX) {
        return refuse(builder, CONFIG_TREE_DEEP, NULL, event->start_mark);
    }
    builder->open = add_node(builder, event, kind);
    builder->depth++;
    return CONFIG_TREE_OK;
}

static void close_container(struct builder *builder, const yaml_event_t *event) {
    CHECK(builder->open != NULL); /* libyaml pairs its events */
    builder->open->end = mark_of(event->end_mark);
    builder->open = builder->open->parent;
    builder->depth--;
    builder->has_key = false;
}

static enum config_tree_result start_document(struct builder *builder, const yaml_event_t *event) {
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end) {
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "a directive (%)", event->start_mark);
    }
    if (builder->documents++ > 0) {
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "a second document (---)",
                      event->start_mark);
    }
    return CONFIG_TREE_OK;
}

static enum config_tree_result take_event(struct builder *builder, const yaml_event_t *event) {
    if (builder->tree->node_count >= CONFIG_NODES_MAX) {
        return refuse(builder, CONFIG_TREE_LARGE, NULL, event->start_mark);
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return start_document(builder, event);
    case YAML_ALIAS_EVENT:
        return refuse(builder, CONFIG_TREE_UNSUPPORTED, "an alias (*)", event->start_mark);
    case YAML_SCALAR_EVENT:
        return take_scalar(builder, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(builder, event, CONFIG_NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return open_container(builder, event, CONFIG_NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_container(builder, event);
        return CONFIG_TREE_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return CONFIG_TREE_OK;
}

static enum config_tree_result take_events(struct builder *builder, yaml_parser_t *parser) {
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            /* Only libyaml's own words: they are constants and quote nothing of the file. */
            const char *cause = parser->problem != NULL ? parser->problem : "out of memory";
            return refuse(builder, CONFIG_TREE_SYNTAX, cause, parser->problem_mark);
        }
        bool ended = event.type == YAML_STREAM_END_EVENT;
        enum config_tree_result result = take_event(builder, &event);
        yaml_event_delete(&event);
        if (result != CONFIG_TREE_OK) {
            return result;
        }
        if (ended) {
            return builder->tree->root != NULL ? CONFIG_TREE_OK : CONFIG_TREE_EMPTY;
        }
    }
}

enum config_tree_result config_tree_build(struct config_tree *tree, struct config_pool *pool,
                                          struct bytes text) {
    *tree = (struct config_tree){.pool = pool, .refused_at = {.line = 1, .column = 1}};
    struct builder builder = {.tree = tree};
    yaml_parser_t parser;
    CHECK(yaml_parser_initialize(&parser) == 1);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
    enum config_tree_result result = take_events(&builder, &parser);
    yaml_parser_delete(&parser);
    return result;
}

struct config_node *config_node_find(const struct config_node *map, struct bytes key) {
    struct config_node *child = map->first;
    while (child != NULL && !bytes_equal(child->key, key)) {
        child = child->next;
    }
    return child;
}

const char *config_node_path(const struct config_node *node, char *out, size_t out_size) {
    /* One above the root, the maps and lists, the leaf, and a default's section beside them. */
    const struct config_node *chain[CONFIG_DEPTH_MAX + 4];
    size_t depth = 0;
    for (; node != NULL && node->parent != NULL; node = node->parent) {
        CHECK(depth < sizeof(chain) / sizeof(chain[0]));
        chain[depth++] = node;
    }
    size_t used = 0;
    out[0] = '\0';
    while (depth > 0 && used < out_size) {
        const struct config_node *step = chain[--depth];
        int len = step->parent->kind == CONFIG_NODE_LIST
                      ? snprintf(out + used, out_size - used, "[%u]", step->index)
                      : snprintf(out + used, out_size - used, "%s%.*s", used > 0 ? "." : "",
                                 (int)step->key.len, step->key.data);
        used += len > 0 ? (size_t)len : 0;
    }
    return out;
}
