#include <string.h>

#include "core/app/config_loader.h"
#include "core/app/config_scalar.h"

/* "instruments.venues" and room to spare. */
#define SECTION_NAME_MAX 64
/* An unknown key is named in a message only when it looks like one. */
#define KEY_SHOWN_MAX 40

/*
 * The walks below recurse along the schema's sections, never along the file: depth is the table's.
 */
static void fill_section(struct config_loader *loader, const char *section,
                         struct config_node *node, char *base);

static void hide_section(const char *section, struct config_node *node);

static void hide_child(const struct config_key *row, struct config_node *child) {
    char section[SECTION_NAME_MAX];
    config_schema_section(row, section, sizeof(section));
    bool is_list = row->type == CONFIG_TYPE_SECTIONS || row->type == CONFIG_TYPE_ACCOUNTS ||
                   row->type == CONFIG_TYPE_VENUES || row->type == CONFIG_TYPE_DAYS;
    if (row->hidden) {
        child->hidden = true;
    } else if (row->type == CONFIG_TYPE_SECTION && child->kind == CONFIG_NODE_MAP) {
        hide_section(section, child);
    } else if (is_list && child->kind == CONFIG_NODE_LIST) {
        enum config_node_kind wanted =
            row->type == CONFIG_TYPE_SECTIONS ? CONFIG_NODE_MAP : CONFIG_NODE_SCALAR;
        for (struct config_node *entry = child->first; entry != NULL; entry = entry->next) {
            entry->hidden = entry->kind != wanted;
            if (entry->kind == CONFIG_NODE_MAP && wanted == CONFIG_NODE_MAP) {
                hide_section(section, entry);
            }
        }
    } else {
        bool may_be_scalar = row->type != CONFIG_TYPE_SECTION && !is_list;
        child->hidden = !may_be_scalar || child->kind != CONFIG_NODE_SCALAR;
    }
}

static bool key_can_be_shown(struct bytes key) {
    return key.len <= KEY_SHOWN_MAX && config_scalar_is_name(key);
}

static void hide_section(const char *section, struct config_node *node) {
    for (struct config_node *child = node->first; child != NULL; child = child->next) {
        const struct config_key *row = config_schema_find(section, child->key);
        if (row != NULL) {
            hide_child(row, child);
        } else {
            child->hidden = true;
            child->key_hidden = !key_can_be_shown(child->key);
        }
    }
}

void config_hide(struct config_loader *loader) {
    if (loader->tree.root->kind == CONFIG_NODE_MAP) {
        hide_section("", loader->tree.root);
    } else {
        loader->tree.root->hidden = true;
    }
}

static void complain_unknown(struct config_loader *loader, const char *section,
                             const struct config_node *child) {
    char advice[120] = "`tercel config reference` lists what may stand here";
    if (child->key_hidden) {
        config_complain_key(loader, CONFIG_CODE_UNKNOWN_KEY, child, advice, "unknown key");
        return;
    }
    const char *nearest = config_schema_nearest(section, child->key);
    const struct config_key *elsewhere = config_schema_elsewhere(section, child->key);
    if (nearest != NULL) {
        snprintf(advice, sizeof(advice), "meant \"%s\"?", nearest);
    } else if (elsewhere != NULL) {
        snprintf(advice, sizeof(advice), "\"%s\" belongs %s%s", elsewhere->key,
                 elsewhere->section[0] != '\0' ? "under " : "at the top level", elsewhere->section);
    }
    config_complain_key(loader, CONFIG_CODE_UNKNOWN_KEY, child, advice, "unknown key \"%.*s\"",
                        (int)child->key.len, child->key.data);
}

/* Keys that the schema does not have, and keys that were there already. */
static void refuse_strangers(struct config_loader *loader, const char *section,
                             const struct config_node *node) {
    for (const struct config_node *child = node->first; child != NULL; child = child->next) {
        const struct config_node *first = config_node_find(node, child->key);
        if (config_schema_find(section, child->key) == NULL) {
            complain_unknown(loader, section, child);
        } else if (first != child) {
            config_complain_key(loader, CONFIG_CODE_TWICE, child, "keep one of the two",
                                "key \"%.*s\" is already given on line %u", (int)child->key.len,
                                child->key.data, first->key_at.line);
        }
    }
}

static void fill_sections(struct config_loader *loader, const struct config_key *row,
                          struct config_node *list, char *base) {
    char section[SECTION_NAME_MAX];
    config_schema_section(row, section, sizeof(section));
    uint32_t count = 0;
    for (struct config_node *entry = list->first; entry != NULL; entry = entry->next) {
        if (count == (uint32_t)row->max) {
            config_complain(loader, CONFIG_CODE_LARGE, entry,
                            "shorten the list, or split the "
                            "instance into shards",
                            "is one more than the %u that fit", count);
            break;
        }
        char *field = base + row->offset + count * row->stride;
        config_place_add(loader, field, row->stride, entry, NULL);
        fill_section(loader, section, entry, field);
        count++;
    }
    memcpy(base + row->count_offset, &count, sizeof(count));
}

/* The index of an account's name, taken up when it is new; UINT16_MAX when they are used up. */
static uint16_t intern_account(struct config *config, struct bytes name) {
    for (uint32_t i = 0; i < config->account_count; i++) {
        if (bytes_equal(bytes_of_string(config->accounts[i]), name)) {
            return (uint16_t)i;
        }
    }
    if (config->account_count == CONFIG_ACCOUNTS_MAX) {
        return UINT16_MAX;
    }
    config->accounts[config->account_count] = config_pool_string(config->pool, name);
    return (uint16_t)config->account_count++;
}

static bool is_well_named(struct config_loader *loader, const struct config_node *entry) {
    char shown[CONFIG_SHOWN_MAX];
    if (entry->kind == CONFIG_NODE_SCALAR && entry->text.len <= CONFIG_NAME_MAX &&
        config_scalar_is_name(entry->text)) {
        return true;
    }
    char advice[80];
    snprintf(advice, sizeof(advice), "1 to %d letters, digits, '_', '-', '.'", CONFIG_NAME_MAX);
    config_complain(loader, CONFIG_CODE_VALUE, entry, advice, "not a name%s",
                    config_show(entry, shown));
    return false;
}

static bool is_repeated(const struct config_node *list, const struct config_node *entry) {
    const struct config_node *other = list->first;
    while (other != entry && !bytes_equal(other->text, entry->text)) {
        other = other->next;
    }
    return other != entry;
}

static bool refuse_repeated(struct config_loader *loader, const struct config_node *list,
                            const struct config_node *entry) {
    char shown[CONFIG_SHOWN_MAX];
    if (!is_repeated(list, entry)) {
        return false;
    }
    config_complain(loader, CONFIG_CODE_TWICE, entry, "keep one of the two",
                    "stands in this list already%s", config_show(entry, shown));
    return true;
}

static void fill_days(struct config_loader *loader, const struct config_key *row,
                      struct config_node *list, char *base) {
    uint8_t days = 0;
    for (struct config_node *entry = list->first; entry != NULL; entry = entry->next) {
        int day;
        if (config_value_store(loader, row, entry, &day) && !refuse_repeated(loader, list, entry)) {
            days |= (uint8_t)(1U << day);
        }
    }
    memcpy(base + row->offset, &days, sizeof(days));
    config_place_add(loader, base + row->offset, sizeof(days), list, row);
}

static void fill_names(struct config_loader *loader, const struct config_key *row,
                       struct config_node *list, char *base) {
    uint32_t count = 0;
    for (struct config_node *entry = list->first; entry != NULL; entry = entry->next) {
        if (count == (uint32_t)row->max) {
            config_complain(loader, CONFIG_CODE_LARGE, entry, "shorten the list",
                            "is one more than the %u that fit", count);
            break;
        }
        if (!is_well_named(loader, entry)) {
            continue;
        }
        if (refuse_repeated(loader, list, entry)) {
            continue;
        }
        uint16_t index = row->type == CONFIG_TYPE_ACCOUNTS
                             ? intern_account(loader->config, entry->text)
                             : UINT16_MAX; /* config_resolve finds it */
        if (row->type == CONFIG_TYPE_ACCOUNTS && index == UINT16_MAX) {
            config_complain(loader, CONFIG_CODE_LARGE, entry, "use fewer account names",
                            "is one account more than the %d that fit", CONFIG_ACCOUNTS_MAX);
            continue;
        }
        char *field = base + row->offset + count * row->stride;
        memcpy(field, &index, sizeof(index));
        config_place_add(loader, field, sizeof(index), entry, row);
        count++;
    }
    memcpy(base + row->count_offset, &count, sizeof(count));
}

static void fill_list(struct config_loader *loader, const struct config_key *row,
                      struct config_node *list, char *base) {
    if (list->kind != CONFIG_NODE_LIST) {
        config_complain(
            loader, CONFIG_CODE_SHAPE, list,
            row->type == CONFIG_TYPE_SECTIONS ? "start each entry with \"- \"" : "like [A, B]",
            "a list is needed, not a %s", list->kind == CONFIG_NODE_MAP ? "section" : "value");
        return;
    }
    if (list->first == NULL) {
        config_complain(loader, CONFIG_CODE_MISSING, list, "give at least one entry",
                        "is an empty list");
        return;
    }
    if (row->type == CONFIG_TYPE_SECTIONS) {
        fill_sections(loader, row, list, base);
    } else if (row->type == CONFIG_TYPE_DAYS) {
        fill_days(loader, row, list, base);
    } else {
        fill_names(loader, row, list, base);
    }
}

/* What the schema says for a key that is not there; NULL when nothing. */
static struct config_node *make_default(struct config_loader *loader, const struct config_key *row,
                                        struct config_node *section) {
    bool is_section = row->type == CONFIG_TYPE_SECTION;
    if (!is_section && row->fallback == NULL) {
        return NULL;
    }
    struct config_node *node =
        config_tree_add(&loader->tree, section, is_section ? CONFIG_NODE_MAP : CONFIG_NODE_SCALAR);
    node->is_default = true;
    node->at = section->at;
    node->end = section->at;
    node->key_at = section->at;
    node->key = bytes_of_string(row->key);
    node->text = is_section ? (struct bytes){0} : bytes_of_string(row->fallback);
    return node;
}

static void fill_key(struct config_loader *loader, const struct config_key *row,
                     struct config_node *section, char *base) {
    struct config_node *child = config_node_find(section, bytes_of_string(row->key));
    if (child == NULL && row->required) {
        config_complain_missing(loader, section, row);
        return;
    }
    if (child == NULL) {
        child = make_default(loader, row, section);
    }
    if (child == NULL) {
        return;
    }
    char *field = base + row->offset;
    switch (row->type) {
    case CONFIG_TYPE_SECTION: {
        char name[SECTION_NAME_MAX];
        config_schema_section(row, name, sizeof(name));
        if (row->stride > 0) {
            config_place_add(loader, field, row->stride, child, row);
        }
        fill_section(loader, name, child, field);
        break;
    }
    case CONFIG_TYPE_SECTIONS:
    case CONFIG_TYPE_ACCOUNTS:
    case CONFIG_TYPE_VENUES:
    case CONFIG_TYPE_DAYS:
        fill_list(loader, row, child, base);
        break;
    default:
        if (config_value_store(loader, row, child, field)) {
            config_place_add(loader, field, config_value_bytes(row->type), child, row);
        }
        break;
    }
}

static void fill_section(struct config_loader *loader, const char *section,
                         struct config_node *node, char *base) {
    /* "limits:" with nothing below it is an empty section, not an empty value. */
    bool empty = node->kind == CONFIG_NODE_SCALAR && node->text.len == 0;
    if (node->kind != CONFIG_NODE_MAP && !empty) {
        config_complain(loader, CONFIG_CODE_SHAPE, node, "write \"key: value\" lines",
                        "a section is needed, not a %s",
                        node->kind == CONFIG_NODE_LIST ? "list" : "value");
        return;
    }
    refuse_strangers(loader, section, node);
    for (size_t i = 0; i < config_key_count; i++) {
        if (strcmp(config_keys[i].section, section) == 0) {
            fill_key(loader, &config_keys[i], node, base);
        }
    }
}

void config_fill(struct config_loader *loader) {
    config_place_add(loader, loader->config, sizeof(*loader->config), loader->tree.root, NULL);
    fill_section(loader, "", loader->tree.root, (char *)loader->config);
}
