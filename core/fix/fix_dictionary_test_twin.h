/*
 * The check of a message again, the slow and plain way: by recursion over the groups' lists, with
 * a search through the whole message for every question. For tests only; shares the tables and the
 * check of a single value with the code, nothing else.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_TWIN_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_TWIN_H

#include "core/fix/fix_dictionary_table.h"
#include "core/fix/fix_dictionary_value.h"

#define TWIN_NO_FAULT (-1)

struct twin {
    const struct fix_dictionary *dictionary;
    const struct fix_message_rule *message;
    const struct fix_view *view;
    unsigned switches;
    int reason; /* of the first fault, or TWIN_NO_FAULT */
    uint32_t tag;
};

static inline bool twin_allows(const struct twin *twin, unsigned what) {
    return (twin->switches & what) != 0;
}

static inline void twin_fault(struct twin *twin, int reason, uint32_t tag) {
    if (twin->reason == TWIN_NO_FAULT) {
        twin->reason = reason;
        twin->tag = tag;
    }
}

static inline unsigned twin_place(const struct twin *twin, uint32_t i) {
    uint32_t slot = fix_dictionary_slot(twin->dictionary, twin->view->fields[i].tag);
    return twin->message->places[slot];
}

static inline const struct fix_group_rule *twin_group_of(const struct twin *twin, uint32_t tag) {
    for (const uint8_t *index = twin->message->groups; *index != FIX_NO_GROUP; index++) {
        if (twin->dictionary->groups[*index].count == fix_dictionary_slot(twin->dictionary, tag)) {
            return &twin->dictionary->groups[*index];
        }
    }
    return NULL;
}

static inline int twin_member(const struct fix_group_rule *group, uint32_t slot) {
    for (int i = 0; group->members[i] != 0; i++) {
        if (group->members[i] == slot) {
            return i;
        }
    }
    return -1;
}

static inline void twin_value(struct twin *twin, uint32_t i) {
    uint32_t tag = twin->view->fields[i].tag;
    struct bytes text = fix_view_value(twin->view, i);
    if (text.len == 0) {
        if (!twin_allows(twin, FIX_CHECK_ALLOW_EMPTY)) {
            twin_fault(twin, FIX_REJECT_TAG_EMPTY, tag);
        }
        return;
    }
    uint32_t slot = fix_dictionary_slot(twin->dictionary, tag);
    enum fix_value value = fix_value_check(&twin->dictionary->fields[slot], text);
    if (value == FIX_VALUE_MALFORMED) {
        twin_fault(twin, FIX_REJECT_FORMAT, tag);
    } else if (value == FIX_VALUE_OUT_OF_RANGE &&
               !twin_allows(twin, FIX_CHECK_ALLOW_OTHER_VALUES)) {
        twin_fault(twin, FIX_REJECT_VALUE, tag);
    }
}

/* The version has the tag, in whatever message; or the dialect has. */
static inline bool twin_is_known(const struct fix_dictionary *dictionary, uint32_t tag) {
    uint32_t slot = fix_dictionary_slot(dictionary, tag);
    bool known = tag <= dictionary->last_tag;
    for (const uint16_t *gap = dictionary->undefined; *gap != 0; gap++) {
        known = known && *gap != tag;
    }
    return known || (slot != 0 && dictionary->fields[slot].type != FIX_TYPE_NONE);
}

static inline void twin_unplaced(struct twin *twin, uint32_t i) {
    uint32_t tag = twin->view->fields[i].tag;
    if (twin->view->fields[i].len == 0 && !twin_allows(twin, FIX_CHECK_ALLOW_EMPTY)) {
        twin_fault(twin, FIX_REJECT_TAG_EMPTY, tag);
    } else if (!twin_allows(twin, tag < 5000 ? FIX_CHECK_ALLOW_UNKNOWN_TAGS
                                             : FIX_CHECK_ALLOW_USER_TAGS)) {
        bool known = twin_is_known(twin->dictionary, tag);
        twin_fault(twin, known ? FIX_REJECT_TAG_NOT_DEFINED : FIX_REJECT_INVALID_TAG, tag);
    }
}

static inline uint64_t twin_number(struct bytes text) {
    uint64_t number = 0;
    for (size_t i = 0; i < text.len && text.data[i] >= '0' && text.data[i] <= '9'; i++) {
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return number;
}

static inline uint32_t twin_group(struct twin *twin, uint32_t count);

/* The value of field i, and the group it begins; the index after them. */
static inline uint32_t twin_field(struct twin *twin, uint32_t i) {
    twin_value(twin, i);
    bool opens = twin->reason == TWIN_NO_FAULT &&
                 twin_group_of(twin, twin->view->fields[i].tag) != NULL &&
                 twin_number(fix_view_value(twin->view, i)) != 0;
    return opens ? twin_group(twin, i) : i + 1;
}

/* One entry, from its first field on. */
static inline uint32_t twin_entry(struct twin *twin, const struct fix_group_rule *group,
                                  uint32_t count_tag, uint32_t from) {
    int before = 0;
    uint32_t i = twin_field(twin, from);
    bool had[FIX_GROUP_MEMBERS_MAX] = {[0] = true};
    while (i < twin->view->count && twin->reason == TWIN_NO_FAULT) {
        uint32_t tag = twin->view->fields[i].tag;
        int member = twin_member(group, fix_dictionary_slot(twin->dictionary, tag));
        if (twin_place(twin, i) == FIX_PLACE_NONE) {
            twin_unplaced(twin, i++);
            continue;
        }
        if (member <= 0) {
            break;
        }
        if (twin_allows(twin, FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER)) {
            if (had[member]) {
                twin_fault(twin, FIX_REJECT_GROUP_COUNT, count_tag);
            }
        } else if (member <= before) {
            twin_fault(twin, FIX_REJECT_GROUP_ORDER, tag);
        }
        had[member] = true;
        before = member;
        if (twin->reason == TWIN_NO_FAULT) {
            i = twin_field(twin, i);
        }
    }
    return i;
}

/* The group whose count is field `count`; the index after it. */
static inline uint32_t twin_group(struct twin *twin, uint32_t count) {
    uint32_t count_tag = twin->view->fields[count].tag;
    const struct fix_group_rule *group = twin_group_of(twin, count_tag);
    uint64_t announced = twin_number(fix_view_value(twin->view, count));
    uint64_t entries = 0;
    uint32_t i = count + 1;
    while (i < twin->view->count && twin->reason == TWIN_NO_FAULT) {
        uint32_t tag = twin->view->fields[i].tag;
        int member = twin_member(group, fix_dictionary_slot(twin->dictionary, tag));
        if (twin_place(twin, i) == FIX_PLACE_NONE) {
            twin_unplaced(twin, i++);
        } else if (member == 0 && ++entries <= announced) {
            i = twin_entry(twin, group, count_tag, i);
        } else if (member > 0 && twin_allows(twin, FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER)) {
            twin_fault(twin, FIX_REJECT_GROUP_COUNT, count_tag);
        } else if (member > 0) {
            twin_fault(twin, FIX_REJECT_GROUP_ORDER, tag);
        } else {
            break;
        }
    }
    if (entries != announced) {
        twin_fault(twin, FIX_REJECT_GROUP_COUNT, count_tag);
    }
    return i;
}

static inline void twin_fields(struct twin *twin) {
    uint32_t i = 0;
    while (i < twin->view->count && twin->reason == TWIN_NO_FAULT) {
        uint32_t tag = twin->view->fields[i].tag;
        if (twin_place(twin, i) == FIX_PLACE_NONE) {
            twin_unplaced(twin, i++);
        } else if (twin_place(twin, i) >= FIX_PLACE_GROUP) {
            twin_fault(twin, FIX_REJECT_TAG_NOT_DEFINED, tag);
        } else {
            i = twin_field(twin, i);
        }
    }
}

static inline unsigned twin_part(const struct twin *twin, uint32_t i) {
    unsigned place = twin_place(twin, i);
    if (place == FIX_PLACE_NONE) {
        return FIX_PLACE_BODY;
    }
    if (place >= FIX_PLACE_GROUP) {
        uint32_t tag = twin->view->fields[i].tag;
        return tag >= 628 && tag <= 630 ? FIX_PLACE_HEADER : FIX_PLACE_BODY;
    }
    return place;
}

static inline void twin_order(struct twin *twin) {
    for (uint32_t i = 1; i < twin->view->count; i++) {
        if (twin_part(twin, i) < twin_part(twin, i - 1)) {
            twin_fault(twin, FIX_REJECT_TAG_ORDER, twin->view->fields[i].tag);
        }
    }
}

static inline void twin_twice(struct twin *twin) {
    for (uint32_t i = 0; i < twin->view->count; i++) {
        unsigned place = twin_place(twin, i);
        uint32_t tag = twin->view->fields[i].tag;
        if (place != FIX_PLACE_NONE && place < FIX_PLACE_GROUP &&
            fix_view_find(twin->view, tag, 0) != (int)i) {
            twin_fault(twin, FIX_REJECT_TAG_TWICE, tag);
        }
    }
}

static inline void twin_required(struct twin *twin) {
    for (const uint16_t *slot = twin->message->required; *slot != 0; slot++) {
        uint32_t tag = fix_dictionary_tag(twin->dictionary, *slot);
        if (fix_view_find(twin->view, tag, 0) < 0) {
            twin_fault(twin, FIX_REJECT_TAG_MISSING, tag);
        }
    }
}

/* The verdict on a message of a type that the dictionary has. */
static inline struct twin twin_check(const struct fix_dictionary *dictionary,
                                     const struct fix_view *view, unsigned switches) {
    struct twin twin = {.dictionary = dictionary,
                        .message = fix_dictionary_message(dictionary, fix_view_msg_type(view)),
                        .view = view,
                        .switches = switches,
                        .reason = TWIN_NO_FAULT};
    if (!twin_allows(&twin, FIX_CHECK_ALLOW_FIELDS_OUT_OF_ORDER)) {
        twin_order(&twin);
    }
    twin_twice(&twin);
    twin_required(&twin);
    twin_fields(&twin);
    return twin;
}

#endif
