/*
 * A dictionary made from another one and a list of differences: what a venue's dialect, or a
 * stricter or laxer profile, adds to a version of FIX and takes away from it.
 *
 *   fields   tags the base does not have, or has with another type or other values
 *   changes  what one message type may or must have
 *
 * Not here: message types and groups that the base does not have.
 *
 * Cold: once, at the start. The base and the overlay's strings are borrowed for the dictionary's
 * life.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_OVERLAY_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_OVERLAY_H

#include <stddef.h>

#include "core/fix/fix_dictionary_table.h"

/* Tags that one message may require in all. */
#define FIX_REQUIRED_MAX 48

struct fix_overlay_field {
    uint32_t tag;
    const char *name;
    struct fix_field_rule rule;
};

enum fix_change_kind {
    FIX_CHANGE_ALLOW = 0, /* in the body; or in a group, as the last of an entry's members */
    FIX_CHANGE_REQUIRE,   /* a body field of the message, allowed already */
    FIX_CHANGE_RELAX,     /* no longer required */
    FIX_CHANGE_FORBID     /* a body field of the message: no longer allowed */
};

struct fix_change {
    const char *msg_type;
    enum fix_change_kind kind;
    uint32_t tag;
    /* With ALLOW: the count of a group, or 0. All messages that share the group get the member. */
    uint32_t group;
};

struct fix_overlay {
    const struct fix_overlay_field *fields;
    size_t field_count;
    const struct fix_change *changes; /* one after the other */
    size_t change_count;
};

enum fix_overlay_result {
    FIX_OVERLAY_OK = 0,
    FIX_OVERLAY_BAD_FIELD,       /* tag 0, no type, a DATA field, or a count of entries */
    FIX_OVERLAY_TOO_MANY_TAGS,   /* more than FIX_EXTRA_TAGS_MAX above the base's own range */
    FIX_OVERLAY_UNKNOWN_MESSAGE, /* not in the base */
    FIX_OVERLAY_UNKNOWN_TAG,     /* neither the base's nor among the fields */
    FIX_OVERLAY_BAD_PLACE,       /* not in the body; to be allowed, but in another place already */
    FIX_OVERLAY_UNKNOWN_GROUP,   /* not in the message */
    FIX_OVERLAY_FULL             /* FIX_REQUIRED_MAX or FIX_GROUP_MEMBERS_MAX is reached */
};

size_t fix_overlay_footprint(const struct fix_dictionary *base);

/*
 * Makes the dictionary in `mem` (aligned for any type, of the base's footprint). On a fault *bad is
 * the index of the field or change at fault, and there is no dictionary.
 */
enum fix_overlay_result fix_overlay_init(void *mem, const struct fix_dictionary *base,
                                         const struct fix_overlay *overlay,
                                         const struct fix_dictionary **made, size_t *bad) MUST_USE;

#endif
