/*
 * Whether a message says what its type may say: fields, values, groups and their order.
 *
 * A dictionary is constant tables (fix_dictionary_table.h), one for each version of FIX: 4.0 to
 * 4.4 as volumes 3 to 7 have them; 5.0, 5.0 SP1 and 5.0 SP2 with FIXT.1.1's header, trailer and
 * session messages; fixt11_dictionary has these alone, and knows no tag of any other. Their
 * messages, where the version has them, are those tercel and its venues speak: 0 1 2 3 4 5 A, 8 9 B
 * C D F G H N R S V W X Y Z c d e f g h j q r x y AF, and 4.4's AE; with all their components and
 * groups. Every other tag of the version is known, but belongs to none of these messages. 5.0 SP2
 * ends with tag 1617, of 2009: what extension packs brought later is not here. Another dialect is
 * laid over a version: fix_dictionary_overlay.h.
 *
 * The check walks the message once. It looks at no meaning: that a limit order has a price is for
 * who reads it. It is not a framer either: the view has done that, and the session has looked at
 * the header's sequence numbers and CompIDs.
 *
 * Threading: pure. Bounds: fields times the members of the largest group; nothing is allocated,
 * nothing recurses; groups nest as deep as the tables say, FIX_GROUP_DEPTH_MAX at most.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/fix/fix_reject.h"
#include "core/fix/fix_view.h"

struct fix_dictionary;

extern const struct fix_dictionary fix40_dictionary;
extern const struct fix_dictionary fix41_dictionary;
extern const struct fix_dictionary fix42_dictionary;
extern const struct fix_dictionary fix43_dictionary;
extern const struct fix_dictionary fix44_dictionary;
extern const struct fix_dictionary fixt11_dictionary;
extern const struct fix_dictionary fix50_dictionary;
extern const struct fix_dictionary fix50sp1_dictionary;
extern const struct fix_dictionary fix50sp2_dictionary;

/*
 * The dictionary of a message that says BeginString(8) and, behind FIXT.1.1, is of this ApplVerID:
 * its own (1128), else the session's (1137); empty: only session messages can be told. NULL: there
 * is no such version, or FIXT carries one before 5.0.
 */
const struct fix_dictionary *fix_dictionary_of(struct bytes begin_string, struct bytes appl_ver_id);

/* What is let through. None of them: the version to the letter. */
enum {
    /* Tags of 5000 and more that the dictionary does not have, anywhere in the body. */
    FIX_CHECK_ALLOW_USER_TAGS = 1u << 0,
    /* "112=": the field is there, and its value is not looked at. */
    FIX_CHECK_ALLOW_EMPTY = 1u << 1,
    /* Tags below 5000 that the dictionary, or this message type in it, does not have. */
    FIX_CHECK_ALLOW_UNKNOWN_TAGS = 1u << 2,
    /* Header, body and trailer fields mixed. */
    FIX_CHECK_ALLOW_FIELDS_OUT_OF_ORDER = 1u << 3,
    /* The members of a group's entry in any order after the first. */
    FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER = 1u << 4,
    /* Values that an enumerated field does not have, in the right format. */
    FIX_CHECK_ALLOW_OTHER_VALUES = 1u << 5
};

struct fix_fault {
    enum fix_reject_reason reason;
    uint32_t tag; /* RefTagID(371) */
};

enum fix_check {
    FIX_CHECK_OK = 0,
    FIX_CHECK_FAULT,           /* a Reject(3) says so: *fault */
    FIX_CHECK_UNKNOWN_MESSAGE, /* no MsgType of the version: Reject(3) with 373=11 */
    FIX_CHECK_OTHER_MESSAGE    /* the version's, but not in these tables: nothing was checked;
                                  BusinessMessageReject(j) with 380=3 */
};

/*
 * Checks a message that fix_view_parse found OK; *fault is written with FIX_CHECK_FAULT only.
 *
 *    0  a tag the version does not have
 *    1  a required tag is missing: the header's before the body's, the lowest before others
 *    2  a tag this type does not have, or a group's member where the group is not
 *    4  no value
 *    5  none of the values an enumerated field has
 *    6  not of the field's type
 *   13  a tag twice, not in a group
 *   14  header, body and trailer mixed: the first field that comes too late
 *   15  a group's entry begins with another field than the group's first, or has its members in
 *       another order, or one twice
 *   16  more or fewer entries than NumInGroup says: the tag is the count's
 *
 * Of several faults 14 is said before 13, 13 before 1, and 1 before all others; of those, the one
 * that comes first in the message; of one field 4, 0, 2, 15, 6, 5. With members in any order
 * allowed, an entry that begins with another field than the group's first, and a member that comes
 * twice, are 16.
 */
enum fix_check fix_dictionary_check(const struct fix_dictionary *dictionary,
                                    const struct fix_view *view, unsigned switches,
                                    struct fix_fault *fault) MUST_USE;

/* The version's name of a tag, if any message here has the tag; else empty. */
struct bytes fix_dictionary_name(const struct fix_dictionary *dictionary, uint32_t tag);

#endif
