/*
 * How a dictionary is written down. For the tables, the check, and what derives one from another.
 *
 * Fields have slots: a tag below direct_tags is its own slot, any other is looked up among a few
 * extra tags. Everything else is an array by slot. A message says of each slot where the field
 * belongs: header, body, trailer, or a group. A tag belongs to one place of a message only, which
 * every version of FIX takes care of, so that place and the groups open at the moment decide
 * everything.
 *
 * The tables are compiled from text: tables/fix_tables.py says how, and how the text is read. It
 * states every fact once over all versions, with the versions it holds for; the compiler picks a
 * version's, flattens components, refuses a tag that has two places in one message, and writes what
 * several messages or versions have in common once. So the dictionaries from FIX 5.0 on have their
 * arrays as long as the last one's, and share the session's messages.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_TABLE_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fix/fix_dictionary.h"

#define FIX_EXTRA_TAGS_MAX 64
#define FIX_SLOTS_MAX 1728 /* direct and extra tags of any dictionary */
#define FIX_GROUP_DEPTH_MAX 5
#define FIX_GROUP_MEMBERS_MAX 256
#define FIX_USER_TAGS_FIRST 5000

/* The data types of volume 1, of all versions; what 5.0 splits from MULTIPLEVALUESTRING is one. */
enum fix_type {
    FIX_TYPE_NONE = 0, /* no field */
    FIX_TYPE_STRING,
    FIX_TYPE_CHAR,
    FIX_TYPE_MULTIPLEVALUESTRING,
    FIX_TYPE_INT,
    FIX_TYPE_LENGTH,
    FIX_TYPE_SEQNUM,
    FIX_TYPE_NUMINGROUP,
    FIX_TYPE_FLOAT,
    FIX_TYPE_QTY,
    FIX_TYPE_PRICE,
    FIX_TYPE_PRICEOFFSET,
    FIX_TYPE_AMT,
    FIX_TYPE_PERCENTAGE,
    FIX_TYPE_BOOLEAN,
    FIX_TYPE_CURRENCY,
    FIX_TYPE_COUNTRY,
    FIX_TYPE_EXCHANGE,
    FIX_TYPE_UTCTIMESTAMP,
    FIX_TYPE_UTCTIMEONLY,
    FIX_TYPE_UTCDATEONLY,
    FIX_TYPE_LOCALMKTDATE,
    FIX_TYPE_MONTHYEAR,
    FIX_TYPE_DAYOFMONTH,
    FIX_TYPE_TZTIMEONLY,
    FIX_TYPE_DATA
};

/* How `set` and `words` are read. */
enum fix_values {
    FIX_VALUES_ANY = 0,
    FIX_VALUES_LETTERS, /* one character of '0' to 'o': bit (character - '0') of set */
    FIX_VALUES_NUMBERS, /* 0 to 62, without leading zeros: bit of set; 63 stands for 99 */
    FIX_VALUES_WORDS    /* one of the words, separated by one blank */
};

#define FIX_LETTER(c) (UINT64_C(1) << ((c) - '0'))
#define FIX_LETTERS(first, last) ((FIX_LETTER(last) << 1) - FIX_LETTER(first))
#define FIX_NUMBER(n) (UINT64_C(1) << (n))
#define FIX_NUMBERS(first, last) ((FIX_NUMBER(last) << 1) - FIX_NUMBER(first))
#define FIX_NUMBER_99 (UINT64_C(1) << 63)

struct fix_field_rule {
    union {
        uint64_t set;
        const char *words;
    };
    uint8_t type;   /* enum fix_type */
    uint8_t values; /* enum fix_values */
};

enum fix_place {
    FIX_PLACE_NONE = 0, /* not in this message */
    FIX_PLACE_HEADER,
    FIX_PLACE_BODY,
    FIX_PLACE_TRAILER,
    FIX_PLACE_GROUP /* + the group's index: its member */
};

struct fix_group_rule {
    uint16_t count;          /* slot of the NumInGroup field */
    bool in_header;          /* NoHops(627) */
    const uint16_t *members; /* slots in order; the first begins every entry; ends with 0 */
};

struct fix_message_rule {
    const char *type; /* MsgType */
    const char *name;
    const uint8_t *places;    /* by slot: enum fix_place */
    const uint16_t *required; /* slots, not of members; the header's first; ends with 0 */
    const uint8_t *groups;    /* that its fields may begin; ends with FIX_NO_GROUP */
};

#define FIX_NO_GROUP 0xff

struct fix_dictionary {
    const struct fix_field_rule *fields; /* by slot */
    const char *const *names;            /* by slot */
    const struct fix_group_rule *groups;
    const struct fix_message_rule *messages;
    uint32_t group_count;
    uint32_t message_count;
    const uint16_t *undefined; /* tags up to last_tag that the version never had; ends with 0 */
    const char *other_types;   /* MsgTypes of the version that are not here, between blanks */
    uint32_t last_tag;         /* the version's greatest; 0: no tag but its messages' is known */
    uint32_t direct_tags;      /* arrays by slot are as long, and an overlay's extra tags longer */
    uint32_t extra_count;
    uint32_t extra_tags[FIX_EXTRA_TAGS_MAX]; /* their slots begin at direct_tags */
    /* By MsgType's only character: index + 1, or 0. Longer types come after all of them. */
    uint8_t message_of[128];
};

/* The slot of a tag, or 0 when the dictionary has no slot for it. */
uint32_t fix_dictionary_slot(const struct fix_dictionary *dictionary, uint32_t tag);

/* The tag that has the slot. */
uint32_t fix_dictionary_tag(const struct fix_dictionary *dictionary, uint32_t slot);

/* The message of a type, or NULL. */
const struct fix_message_rule *fix_dictionary_message(const struct fix_dictionary *dictionary,
                                                      struct bytes type);

#endif
