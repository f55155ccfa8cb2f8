#include "core/app/config_loader.h"

/* What `field` was read from; NULL when the file does not say it. */
#define NODE_IN_FILE(loader, field) node_in_file(loader, &(field), sizeof(field))

static const struct config_node *node_in_file(struct config_loader *loader, const void *field,
                                              size_t bytes) {
    const struct config_place *place = config_place_find(loader, field, bytes);
    return place == NULL || place->node->is_default ? NULL : place->node;
}

/* Whether the key stands there, be its value good or refused. */
static bool has_key(struct config_loader *loader, const struct config_schedule *schedule,
                    struct bytes key) {
    const struct config_node *section = CONFIG_NODE_OF(loader, *schedule);
    return section->kind == CONFIG_NODE_MAP && config_node_find(section, key) != NULL;
}

static void check_alone(struct config_loader *loader, const struct config_node *node) {
    if (node != NULL) {
        config_complain(loader, CONFIG_CODE_CONFLICT, node, "give start and end, too",
                        "says nothing without start and end");
    }
}

void config_check_schedule(struct config_loader *loader, struct config_schedule *schedule) {
    const struct config_node *start = NODE_IN_FILE(loader, schedule->start);
    const struct config_node *end = NODE_IN_FILE(loader, schedule->end);
    const struct config_node *days = NODE_IN_FILE(loader, schedule->days);
    bool has_start = has_key(loader, schedule, BYTES("start"));
    bool has_end = has_key(loader, schedule, BYTES("end"));
    if (!has_start && !has_end) {
        check_alone(loader, days);
        check_alone(loader, NODE_IN_FILE(loader, schedule->zone));
    } else if (!has_end && start != NULL) {
        config_complain(loader, CONFIG_CODE_CONFLICT, start, "give end, too",
                        "is a start without an end");
    } else if (!has_start && end != NULL) {
        config_complain(loader, CONFIG_CODE_CONFLICT, end, "give start, too",
                        "is an end without a start");
    }
    if (start == NULL || end == NULL) {
        return;
    }
    bool weekly = schedule->start.weekday != CONFIG_NONE;
    if (weekly != (schedule->end.weekday != CONFIG_NONE)) {
        config_complain(loader, CONFIG_CODE_CONFLICT, end, "a weekday in both, or in neither",
                        weekly ? "has no weekday, but start has one"
                               : "has a weekday, but start has none");
    } else if (weekly && days != NULL) {
        config_complain(loader, CONFIG_CODE_CONFLICT, days, "take days away, or the weekdays",
                        "start and end name their weekdays already");
    }
}
