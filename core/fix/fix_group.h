/*
 * The entries of a repeating group in a parsed message, one after the other; groups nest.
 *
 * A group is a count field, then that many entries, each of which begins with the group's first
 * field, the delimiter (FIX 4.4 volume 1, "repeating groups"). A cursor goes from delimiter to
 * delimiter in a range of fields: the whole message, or an entry of the group around. No field says
 * where the last entry ends: a group whose shape names its members ends before the first field that
 * is none of them, in whatever entry; any other takes what is left of the range into its last
 * entry. Which members an entry must have, and whether one comes twice, is a dictionary's matter
 * (fix_dictionary.h).
 *
 *     struct fix_group group;
 *     struct fix_entry entry = fix_entry_of_message(view);
 *     if (fix_group_open(view, &entry, &entries_of_market_data, &group) == FIX_GROUP_OK) {
 *         while (fix_group_next(&group, &entry)) {
 *             fix_field_char(view, fix_entry_field(view, &entry, 269), &type) ...
 *         }
 *         if (fix_group_end(&group) != FIX_GROUP_OK) ... the count lied
 *     }
 *
 * Nothing is allocated and nothing recurses: a level is a cursor of the caller's. Pure but for the
 * cursor; it holds as long as the view.
 */
#ifndef TERCEL_CORE_FIX_FIX_GROUP_H
#define TERCEL_CORE_FIX_FIX_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"
#include "core/fix/fix_view.h"

/* Groups in groups. */
#define FIX_GROUP_DEPTH_MAX 16

/* What a group consists of. */
struct fix_group_shape {
    uint32_t count_tag;
    uint32_t delimiter;
    /* Its tags, those of groups in it and their counts included; or none. */
    const uint32_t *members;
    uint32_t members_count;
};

/* The fields [first, end) of a view. */
struct fix_entry {
    uint32_t first;
    uint32_t end;
    uint32_t depth; /* groups around it */
};

struct fix_group {
    const struct fix_view *view;
    const struct fix_group_shape *shape;
    uint32_t next;   /* where the next entry begins, if one does */
    uint32_t end;    /* of what is around the group */
    uint32_t depth;  /* of the entries */
    uint64_t stated; /* what the count field says */
    uint64_t seen;   /* entries so far */
};

enum fix_group_result {
    FIX_GROUP_OK = 0,
    FIX_GROUP_ABSENT,    /* there is no count field */
    FIX_GROUP_BAD_COUNT, /* empty, or not a number of at most INT32_MAX */
    FIX_GROUP_TOO_DEEP,  /* in FIX_GROUP_DEPTH_MAX groups already */
    FIX_GROUP_FEWER,     /* entries than the count says */
    FIX_GROUP_MORE       /* entries than the count says */
};

/* All of a message, as what is around its outermost groups. */
static inline struct fix_entry fix_entry_of_message(const struct fix_view *view) {
    return (struct fix_entry){.first = 0, .end = view->count, .depth = 0};
}

/* The first field of `entry` with `tag`, one of a group in it too, or NULL; for fix_field_*. */
static inline const struct fix_field *fix_entry_field(const struct fix_view *view,
                                                      const struct fix_entry *entry, uint32_t tag) {
    for (uint32_t i = entry->first; i < entry->end; i++) {
        if (view->fields[i].tag == tag) {
            return &view->fields[i];
        }
    }
    return NULL;
}

/*
 * Begins at the first count field in `around`, an entry of `view`; `shape` outlives *group. OK
 * whether or not there are as many entries as it says; FIX_GROUP_FEWER when it says that there is
 * one and none follows. *group is written with OK only.
 */
enum fix_group_result fix_group_open(const struct fix_view *view, const struct fix_entry *around,
                                     const struct fix_group_shape *shape,
                                     struct fix_group *group) MUST_USE;

/* The next of the entries, at most as many as the count says; false when there is none. */
bool fix_group_next(struct fix_group *group, struct fix_entry *entry) MUST_USE;

/* After the last entry: OK, or how the count lied. */
enum fix_group_result fix_group_end(const struct fix_group *group) MUST_USE;

#endif
