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

/* The entry that began ends before `end`, where the next one may begin. */
static inline bool end_entry(struct fix_group *group, struct fix_entry *entry, uint32_t end) {
    group->next = end;
    entry->end = end;
    return true;
}

/* It ends before the next one, or what is none of the group's members. */
__attribute__((noinline)) static bool end_before_others(struct fix_group *group,
                                                        struct fix_entry *entry) {
    const struct fix_field *fields = group->view->fields;
    uint32_t at = entry->first + 1;
    while (at < group->end && fields[at].tag != group->shape->delimiter &&
           is_member(group->shape, fields[at].tag)) {
        at++;
    }
    return end_entry(group, entry, at);
}

bool fix_group_next(struct fix_group *group, struct fix_entry *entry) {
    uint32_t at = group->next;
    if (group->seen == group->stated || !begins(group, at)) {
        return false;
    }
    group->seen++;
    entry->first = at;
    entry->depth = group->depth;
    if (group->shape->members_count != 0) {
        return end_before_others(group, entry);
    }
    const struct fix_field *fields = group->view->fields;
    const uint32_t delimiter = group->shape->delimiter;
    const uint32_t end = group->end;
    do {
        at++;
    } while (at < end && fields[at].tag != delimiter);
    return end_entry(group, entry, at);
}

enum fix_group_result fix_group_end(const struct fix_group *group) {
    if (group->seen < group->stated) {
        return FIX_GROUP_FEWER;
    }
    return begins(group, group->next) ? FIX_GROUP_MORE : FIX_GROUP_OK;
}
