#include "core/fix/fix_group.h"

/* Whether an entry of the group begins at field `index`. */
static bool begins(const struct fix_group *group, uint32_t index) {
    return index < group->end && group->view->fields[index].tag == group->shape->delimiter;
}

static bool is_member(const struct fix_group_shape *shape, uint32_t tag) {
    for (uint32_t i = 0; i < shape->members_count; i++) {
        if (shape->members[i] == tag) {
            return true;
        }
    }
    return false;
}

enum fix_group_result fix_group_open(const struct fix_view *view, const struct fix_entry *around,
                                     const struct fix_group_shape *shape, struct fix_group *group) {
    if (around->depth >= FIX_GROUP_DEPTH_MAX) {
        return FIX_GROUP_TOO_DEEP;
    }
    int at = fix_view_find(view, shape->count_tag, around->first);
    if (at < 0 || (uint32_t)at >= around->end) {
        return FIX_GROUP_ABSENT;
    }
    struct fix_group opened = {.view = view,
                               .shape = shape,
                               .next = (uint32_t)at + 1,
                               .end = around->end,
                               .depth = around->depth + 1};
    if (fix_field_uint(view, &view->fields[at], INT32_MAX, &opened.stated) != FIX_GET_OK) {
        return FIX_GROUP_BAD_COUNT;
    }
    if (opened.stated > 0 && !begins(&opened, opened.next)) {
        return FIX_GROUP_FEWER;
    }
    *group = opened;
    return FIX_GROUP_OK;
}

/* Where the entry that begins at `first` ends: before the next one, or what is none of the group's.
 */
static uint32_t entry_end(const struct fix_group *group, uint32_t first) {
    const struct fix_field *fields = group->view->fields;
    const uint32_t delimiter = group->shape->delimiter;
    const bool any = group->shape->members_count == 0;
    uint32_t at = first + 1;
    while (at < group->end && fields[at].tag != delimiter &&
           (any || is_member(group->shape, fields[at].tag))) {
        at++;
    }
    return at;
}

bool fix_group_next(struct fix_group *group, struct fix_entry *entry) {
    uint32_t first = group->next;
    if (group->seen == group->stated || !begins(group, first)) {
        return false;
    }
    group->next = entry_end(group, first);
    group->seen++;
    *entry = (struct fix_entry){.first = first, .end = group->next, .depth = group->depth};
    return true;
}

enum fix_group_result fix_group_end(const struct fix_group *group) {
    if (group->seen < group->stated) {
        return FIX_GROUP_FEWER;
    }
    return begins(group, group->next) ? FIX_GROUP_MORE : FIX_GROUP_OK;
}
