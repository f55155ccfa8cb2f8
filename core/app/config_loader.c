#include "core/app/config_loader.h"

#include <stdlib.h>
#include <string.h>

void config_place_add(struct config_loader *loader, const void *field, size_t bytes,
                      struct config_node *node, const struct config_key *row) {
    if (loader->place_count == loader->place_room) {
        size_t room = loader->place_room == 0 ? 1024 : 2 * loader->place_room;
        loader->places = realloc(loader->places, room * sizeof(loader->places[0]));
        CHECK(loader->places != NULL);
        loader->place_room = room;
    }
    loader->places[loader->place_count++] = (struct config_place){
        .address = (uintptr_t)field, .bytes = bytes, .node = node, .row = row};
    loader->places_sorted = false;
}

/* By address; at the same address the outer before the inner. */
static int place_order(const void *left, const void *right) {
    const struct config_place *a = left;
    const struct config_place *b = right;
    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    if (a->bytes != b->bytes) {
        return a->bytes > b->bytes ? -1 : 1;
    }
    return 0;
}

/* How many places lie at or before [address, address + bytes) in the order above. */
static size_t places_up_to(struct config_loader *loader, struct config_place wanted) {
    if (!loader->places_sorted) {
        qsort(loader->places, loader->place_count, sizeof(loader->places[0]), place_order);
        loader->places_sorted = true;
    }
    size_t low = 0;
    size_t high = loader->place_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (place_order(&loader->places[middle], &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct config_place *config_place_find(struct config_loader *loader, const void *field,
                                             size_t bytes) {
    struct config_place wanted = {.address = (uintptr_t)field, .bytes = bytes};
    size_t count = places_up_to(loader, wanted);
    bool exact = count > 0 && place_order(&loader->places[count - 1], &wanted) == 0;
    return exact ? &loader->places[count - 1] : NULL;
}

struct config_node *config_node_of(struct config_loader *loader, const void *field, size_t bytes) {
    struct config_place wanted = {.address = (uintptr_t)field, .bytes = bytes};
    size_t count = places_up_to(loader, wanted);
    /* Sections nest, so the nearest one before that reaches past the field is the innermost. */
    while (count > 0) {
        const struct config_place *place = &loader->places[--count];
        if (place->address + place->bytes >= wanted.address + bytes) {
            return place->node;
        }
    }
    return loader->tree.root;
}

const char *config_show(const struct config_node *node, char out[CONFIG_SHOWN_MAX]) {
    out[0] = '\0';
    if (node->hidden || node->kind != CONFIG_NODE_SCALAR) {
        return out;
    }
    char text[CONFIG_SHOWN_MAX - 8];
    bool cut = node->text.len >= sizeof(text);
    size_t len = cut ? sizeof(text) - 1 : node->text.len;
    for (size_t i = 0; i < len; i++) {
        char byte = node->text.data[i];
        text[i] = byte >= ' ' && byte <= '~' ? byte : '?';
    }
    text[len] = '\0';
    snprintf(out, CONFIG_SHOWN_MAX, " (\"%s%s\")", text, cut ? "..." : "");
    return out;
}

static uint32_t width_of(const struct config_node *node) {
    bool one_line = node->kind == CONFIG_NODE_SCALAR && node->end.line == node->at.line;
    return one_line && node->end.column > node->at.column ? node->end.column - node->at.column : 1;
}

static void add_problem(struct config_loader *loader, struct config_problem *problem,
                        struct config_mark at, const char *advice, const char *what_format,
                        va_list arguments) {
    problem->line = at.line;
    problem->column = at.column;
    vsnprintf(problem->what, sizeof(problem->what), what_format, arguments);
    snprintf(problem->advice, sizeof(problem->advice), "%s", advice);
    config_source_quote(&loader->source, problem);
    config_report_add(loader->report, problem);
}

void config_complain(struct config_loader *loader, enum config_code code,
                     const struct config_node *node, const char *advice, const char *what_format,
                     ...) {
    struct config_problem problem = {.code = code, .width = width_of(node)};
    config_node_path(node, problem.key, sizeof(problem.key));
    va_list arguments;
    va_start(arguments, what_format);
    add_problem(loader, &problem, node->at, advice, what_format, arguments);
    va_end(arguments);
}

void config_warn(struct config_loader *loader, enum config_code code,
                 const struct config_node *node, const char *advice, const char *what_format, ...) {
    struct config_problem problem = {.code = code, .is_warning = true, .width = width_of(node)};
    config_node_path(node, problem.key, sizeof(problem.key));
    va_list arguments;
    va_start(arguments, what_format);
    add_problem(loader, &problem, node->at, advice, what_format, arguments);
    va_end(arguments);
}

void config_complain_key(struct config_loader *loader, enum config_code code,
                         const struct config_node *node, const char *advice,
                         const char *what_format, ...) {
    struct config_problem problem = {.code = code, .width = (uint32_t)node->key.len};
    config_node_path(node->parent, problem.key, sizeof(problem.key));
    va_list arguments;
    va_start(arguments, what_format);
    add_problem(loader, &problem, node->key_at, advice, what_format, arguments);
    va_end(arguments);
}

void config_complain_missing(struct config_loader *loader, const struct config_node *section,
                             const struct config_key *row) {
    struct config_problem problem = {.code = CONFIG_CODE_MISSING, .width = 1};
    config_node_path(section, problem.key, sizeof(problem.key));
    size_t len = strlen(problem.key);
    snprintf(problem.key + len, sizeof(problem.key) - len, "%s%s", len > 0 ? "." : "", row->key);
    problem.line = section->at.line;
    problem.column = section->at.column;
    snprintf(problem.what, sizeof(problem.what), "is required and not there");
    if (row->example != NULL) {
        snprintf(problem.advice, sizeof(problem.advice), "add, for example, %s: %s", row->key,
                 row->example);
    } else {
        snprintf(problem.advice, sizeof(problem.advice),
                 "add it: `tercel config reference` shows what it holds");
    }
    config_source_quote(&loader->source, &problem);
    config_report_add(loader->report, &problem);
}

void config_complain_at(struct config_loader *loader, enum config_code code, struct config_mark at,
                        const char *advice, const char *what) {
    struct config_problem problem = {
        .code = code, .line = at.line, .column = at.column, .width = 1};
    snprintf(problem.what, sizeof(problem.what), "%s", what);
    snprintf(problem.advice, sizeof(problem.advice), "%s", advice);
    config_source_quote(&loader->source, &problem);
    config_report_add(loader->report, &problem);
}
