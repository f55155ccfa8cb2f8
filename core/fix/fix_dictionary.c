#include "core/fix/fix_dictionary.h"

#include "core/fix/fix_dictionary_table.h"
#include "core/fix/fix_dictionary_value.h"
#include "core/fix/fix_version.h"

/* A group whose entries are being read. */
struct open_group {
    const struct fix_group_rule *rule;
    uint8_t place; /* of its members */
    uint32_t entries;
    uint64_t announced;
    uint32_t at; /* index of the entry's last member */
    uint64_t seen[FIX_GROUP_MEMBERS_MAX / 64];
};

struct walk {
    const struct fix_dictionary *dictionary;
    const struct fix_message_rule *message;
    const struct fix_view *view;
    unsigned switches;
    unsigned phase; /* FIX_PLACE_HEADER, BODY, TRAILER */
    uint32_t depth;
    struct fix_fault *fault;
    uint64_t seen[FIX_SLOTS_MAX / 64]; /* outside groups */
    struct open_group open[FIX_GROUP_DEPTH_MAX];
};

const struct fix_dictionary *fix_dictionary_of(struct bytes begin_string,
                                               struct bytes appl_ver_id) {
    static const struct fix_dictionary *const of_version[FIX_VERSIONS] = {
        [FIX_40] = &fix40_dictionary,       [FIX_41] = &fix41_dictionary,
        [FIX_42] = &fix42_dictionary,       [FIX_43] = &fix43_dictionary,
        [FIX_44] = &fix44_dictionary,       [FIX_50] = &fix50_dictionary,
        [FIX_50SP1] = &fix50sp1_dictionary, [FIX_50SP2] = &fix50sp2_dictionary,
    };
    const struct fix_version *version = fix_version_find(begin_string, appl_ver_id);
    if (version != NULL) {
        return of_version[version->number];
    }
    bool is_session =
        appl_ver_id.len == 0 && bytes_equal(begin_string, fix_version_of(FIX_50)->begin_string);
    return is_session ? &fixt11_dictionary : NULL;
}

static COLD uint32_t extra_slot(const struct fix_dictionary *dictionary, uint32_t tag) {
    for (uint32_t i = 0; i < dictionary->extra_count; i++) {
        if (dictionary->extra_tags[i] == tag) {
            return dictionary->direct_tags + i;
        }
    }
    return 0;
}

static inline uint32_t slot_of(const struct fix_dictionary *dictionary, uint32_t tag) {
    return LIKELY(tag < dictionary->direct_tags) ? tag : extra_slot(dictionary, tag);
}

uint32_t fix_dictionary_slot(const struct fix_dictionary *dictionary, uint32_t tag) {
    return slot_of(dictionary, tag);
}

uint32_t fix_dictionary_tag(const struct fix_dictionary *dictionary, uint32_t slot) {
    return slot < dictionary->direct_tags ? slot
                                          : dictionary->extra_tags[slot - dictionary->direct_tags];
}

struct bytes fix_dictionary_name(const struct fix_dictionary *dictionary, uint32_t tag) {
    const char *name = dictionary->names[slot_of(dictionary, tag)];
    return name == NULL ? bytes_of(NULL, 0) : bytes_of_string(name);
}

static COLD bool say(const struct walk *walk, enum fix_reject_reason reason, uint32_t tag) {
    *walk->fault = (struct fix_fault){.reason = reason, .tag = tag};
    return false;
}

static bool is_defined(const struct fix_dictionary *dictionary, uint32_t tag) {
    if (dictionary->fields[slot_of(dictionary, tag)].type != FIX_TYPE_NONE) {
        return true;
    }
    const uint16_t *undefined = dictionary->undefined;
    while (*undefined != 0 && *undefined != tag) {
        undefined++;
    }
    return tag <= dictionary->last_tag && *undefined == 0;
}

static bool is_tolerated(const struct walk *walk, uint32_t tag) {
    unsigned needed =
        tag >= FIX_USER_TAGS_FIRST ? FIX_CHECK_ALLOW_USER_TAGS : FIX_CHECK_ALLOW_UNKNOWN_TAGS;
    return (walk->switches & needed) != 0;
}

/* Where a field counts for the order of header, body and trailer; what is unknown is body. */
static unsigned part_of(const struct fix_dictionary *dictionary, unsigned place) {
    if (place >= FIX_PLACE_GROUP) {
        return dictionary->groups[place - FIX_PLACE_GROUP].in_header ? FIX_PLACE_HEADER
                                                                     : FIX_PLACE_BODY;
    }
    return place == FIX_PLACE_NONE ? FIX_PLACE_BODY : place;
}

static inline bool move_to(struct walk *walk, unsigned part, uint32_t tag) {
    if (UNLIKELY(part < walk->phase) &&
        (walk->switches & FIX_CHECK_ALLOW_FIELDS_OUT_OF_ORDER) == 0) {
        return say(walk, FIX_REJECT_TAG_ORDER, tag);
    }
    walk->phase = part;
    return true;
}

/* A tag that has no place in the message. */
static COLD bool take_unplaced(struct walk *walk, const struct fix_field *field) {
    if (field->len == 0 && (walk->switches & FIX_CHECK_ALLOW_EMPTY) == 0) {
        return say(walk, FIX_REJECT_TAG_EMPTY, field->tag);
    }
    if (!is_tolerated(walk, field->tag)) {
        return say(walk,
                   is_defined(walk->dictionary, field->tag) ? FIX_REJECT_TAG_NOT_DEFINED
                                                            : FIX_REJECT_INVALID_TAG,
                   field->tag);
    }
    return move_to(walk, FIX_PLACE_BODY, field->tag);
}

static inline bool take_outside(struct walk *walk, unsigned place, uint32_t slot, uint32_t tag) {
    if (!move_to(walk, place, tag)) {
        return false;
    }
    uint64_t bit = UINT64_C(1) << slot % 64;
    if (UNLIKELY((walk->seen[slot / 64] & bit) != 0)) {
        return say(walk, FIX_REJECT_TAG_TWICE, tag);
    }
    walk->seen[slot / 64] |= bit;
    return true;
}

static bool say_count(const struct walk *walk, const struct open_group *group) {
    return say(walk, FIX_REJECT_GROUP_COUNT,
               fix_dictionary_tag(walk->dictionary, group->rule->count));
}

/* Closes groups until the innermost has its members at `place`, or none is open. */
static bool close_down_to(struct walk *walk, unsigned place) {
    while (walk->depth != 0) {
        const struct open_group *group = &walk->open[walk->depth - 1];
        if (group->place == place) {
            return true;
        }
        if (group->entries != group->announced) {
            return say_count(walk, group);
        }
        walk->depth--;
    }
    return true;
}

/* The index of a member in [from, ...), or -1. */
static int find_member(const struct fix_group_rule *rule, uint32_t slot, uint32_t from) {
    for (uint32_t i = from; rule->members[i] != 0; i++) {
        if (rule->members[i] == slot) {
            return (int)i;
        }
    }
    return -1;
}

static bool begin_entry(struct walk *walk, struct open_group *group) {
    group->entries++;
    group->at = 0;
    memset(group->seen, 0, sizeof group->seen);
    group->seen[0] = 1;
    return group->entries <= group->announced || say_count(walk, group);
}

static bool take_member_in_any_order(struct walk *walk, struct open_group *group, uint32_t slot) {
    int index = group->entries == 0 ? -1 : find_member(group->rule, slot, 0);
    if (index < 0 || (group->seen[index / 64] >> index % 64 & 1) != 0) {
        return say_count(walk, group);
    }
    group->seen[index / 64] |= UINT64_C(1) << index % 64;
    return true;
}

static bool take_member(struct walk *walk, uint32_t slot, uint32_t tag) {
    struct open_group *group = &walk->open[walk->depth - 1];
    if (slot == group->rule->members[0]) {
        return begin_entry(walk, group);
    }
    if ((walk->switches & FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER) != 0) {
        return take_member_in_any_order(walk, group, slot);
    }
    int index = group->entries == 0 ? -1 : find_member(group->rule, slot, group->at + 1);
    if (index < 0) {
        return say(walk, FIX_REJECT_GROUP_ORDER, tag);
    }
    group->at = (uint32_t)index;
    return true;
}

/* A member of a group, or whatever comes while one is open. */
static bool take_grouped(struct walk *walk, unsigned place, uint32_t slot, uint32_t tag) {
    if (!close_down_to(walk, place)) {
        return false;
    }
    if (place < FIX_PLACE_GROUP) {
        return take_outside(walk, place, slot, tag);
    }
    if (!move_to(walk, part_of(walk->dictionary, place), tag)) {
        return false;
    }
    return walk->depth != 0 ? take_member(walk, slot, tag)
                            : say(walk, FIX_REJECT_TAG_NOT_DEFINED, tag);
}

/* `count` digits, which have been looked at; over 18 of them do not get here. */
static uint64_t announced(struct bytes text) {
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return number;
}

static void open_group(struct walk *walk, uint32_t slot, struct bytes count) {
    const uint8_t *index = walk->message->groups;
    while (*index != FIX_NO_GROUP && walk->dictionary->groups[*index].count != slot) {
        index++;
    }
    uint64_t number = announced(count);
    if (*index == FIX_NO_GROUP || number == 0) {
        return;
    }
    CHECK(walk->depth < FIX_GROUP_DEPTH_MAX);
    walk->open[walk->depth++] = (struct open_group){
        .rule = &walk->dictionary->groups[*index],
        .place = (uint8_t)(FIX_PLACE_GROUP + *index),
        .announced = number,
    };
}

/* The value of a field that is not the one character of its list, which most are. */
static bool take_odd_value(struct walk *walk, uint32_t slot, const struct fix_field *field,
                           struct bytes text) {
    const struct fix_field_rule *rule = &walk->dictionary->fields[slot];
    if (UNLIKELY(text.len == 0)) {
        return (walk->switches & FIX_CHECK_ALLOW_EMPTY) != 0 ||
               say(walk, FIX_REJECT_TAG_EMPTY, field->tag);
    }
    enum fix_value verdict = fix_value_check(rule, text);
    if (UNLIKELY(verdict == FIX_VALUE_MALFORMED)) {
        return say(walk, FIX_REJECT_FORMAT, field->tag);
    }
    if (UNLIKELY(verdict == FIX_VALUE_OUT_OF_RANGE) &&
        (walk->switches & FIX_CHECK_ALLOW_OTHER_VALUES) == 0) {
        return say(walk, FIX_REJECT_VALUE, field->tag);
    }
    if (rule->type == FIX_TYPE_NUMINGROUP) {
        open_group(walk, slot, text);
    }
    return true;
}

static inline bool take_value(struct walk *walk, uint32_t slot, const struct fix_field *field,
                              const struct fix_field_rule *rule, const char *message) {
    struct bytes text = bytes_of(message + field->offset, field->len);
    if (rule->values == FIX_VALUES_LETTERS && text.len == 1) {
        unsigned bit = (unsigned)(unsigned char)text.data[0] - '0';
        if (LIKELY(bit < 64 && (rule->set >> bit & 1) != 0)) {
            return true;
        }
    } else if (rule->type == FIX_TYPE_STRING && rule->values == FIX_VALUES_ANY && text.len != 0) {
        return true;
    }
    return take_odd_value(walk, slot, field, text);
}

/* A field in no plain place: unknown, in a group, or after one. */
static bool take_odd_field(struct walk *walk, const struct fix_field *field, uint32_t slot) {
    unsigned place = walk->message->places[slot];
    if (place == FIX_PLACE_NONE) {
        return take_unplaced(walk, field);
    }
    bool taken = walk->depth == 0 && place < FIX_PLACE_GROUP
                     ? take_outside(walk, place, slot, field->tag)
                     : take_grouped(walk, place, slot, field->tag);
    return taken &&
           take_value(walk, slot, field, &walk->dictionary->fields[slot], walk->view->message.data);
}

/* Most fields are outside groups, in order and there for the first time: the short way. */
static bool take_fields(struct walk *walk) {
    const struct fix_dictionary *dictionary = walk->dictionary;
    const struct fix_field_rule *rules = dictionary->fields;
    const uint8_t *places = walk->message->places;
    const char *message = walk->view->message.data;
    const struct fix_field *end = walk->view->fields + walk->view->count;
    for (const struct fix_field *field = walk->view->fields; field < end; field++) {
        uint32_t slot = slot_of(dictionary, field->tag);
        unsigned place = places[slot];
        uint64_t bit = UINT64_C(1) << slot % 64;
        uint64_t *seen = &walk->seen[slot / 64];
        if (LIKELY(place >= walk->phase && place < FIX_PLACE_GROUP && (*seen & bit) == 0 &&
                   walk->depth == 0)) {
            walk->phase = place;
            *seen |= bit;
            if (UNLIKELY(!take_value(walk, slot, field, &rules[slot], message))) {
                return false;
            }
        } else if (!take_odd_field(walk, field, slot)) {
            return false;
        }
    }
    return close_down_to(walk, FIX_PLACE_NONE);
}

static inline bool has_required(const struct walk *walk) {
    for (const uint16_t *slot = walk->message->required; *slot != 0; slot++) {
        if (UNLIKELY((walk->seen[*slot / 64] >> *slot % 64 & 1) == 0)) {
            return say(walk, FIX_REJECT_TAG_MISSING, fix_dictionary_tag(walk->dictionary, *slot));
        }
    }
    return true;
}

/* Parts in order and tags once, over the whole message. Notes what is there. */
static COLD bool has_structure(struct walk *walk) {
    uint32_t twice = 0;
    walk->phase = FIX_PLACE_HEADER;
    memset(walk->seen, 0, sizeof walk->seen);
    for (uint32_t i = 0; i < walk->view->count; i++) {
        uint32_t tag = walk->view->fields[i].tag;
        uint32_t slot = slot_of(walk->dictionary, tag);
        unsigned place = walk->message->places[slot];
        if (!move_to(walk, part_of(walk->dictionary, place), tag)) {
            return false;
        }
        uint64_t bit = UINT64_C(1) << slot % 64;
        if (place != FIX_PLACE_NONE && place < FIX_PLACE_GROUP) {
            twice = twice == 0 && (walk->seen[slot / 64] & bit) != 0 ? tag : twice;
            walk->seen[slot / 64] |= bit;
        }
    }
    return twice == 0 || say(walk, FIX_REJECT_TAG_TWICE, twice);
}

/* There is a fault. One that goes before it takes its place, wherever in the message that is. */
static COLD enum fix_check settle(struct walk *walk) {
    struct fix_fault first = *walk->fault;
    if (has_structure(walk) && has_required(walk)) {
        *walk->fault = first;
    }
    return FIX_CHECK_FAULT;
}

/* Those of several characters stand at the end. */
static COLD const struct fix_message_rule *
message_of_long_type(const struct fix_dictionary *dictionary, struct bytes type) {
    for (uint32_t i = dictionary->message_count; i != 0; i--) {
        const struct fix_message_rule *message = &dictionary->messages[i - 1];
        if (message->type[1] == '\0') {
            return NULL;
        }
        if (bytes_equal(type, bytes_of_string(message->type))) {
            return message;
        }
    }
    return NULL;
}

static inline const struct fix_message_rule *message_rule(const struct fix_dictionary *dictionary,
                                                          struct bytes type) {
    if (UNLIKELY(type.len != 1)) {
        return message_of_long_type(dictionary, type);
    }
    unsigned letter = (unsigned char)type.data[0];
    uint8_t index = letter < 128 ? dictionary->message_of[letter] : 0;
    return index == 0 ? NULL : &dictionary->messages[index - 1];
}

const struct fix_message_rule *fix_dictionary_message(const struct fix_dictionary *dictionary,
                                                      struct bytes type) {
    return message_rule(dictionary, type);
}

static COLD enum fix_check name_unknown(const struct fix_dictionary *dictionary,
                                        struct bytes type) {
    struct fix_field_rule types = {
        .words = dictionary->other_types, .type = FIX_TYPE_STRING, .values = FIX_VALUES_WORDS};
    return fix_value_check(&types, type) == FIX_VALUE_OK ? FIX_CHECK_OTHER_MESSAGE
                                                         : FIX_CHECK_UNKNOWN_MESSAGE;
}

enum fix_check fix_dictionary_check(const struct fix_dictionary *dictionary,
                                    const struct fix_view *view, unsigned switches,
                                    struct fix_fault *fault) {
    struct walk walk;
    struct bytes type = fix_view_msg_type(view);
    walk.message = message_rule(dictionary, type);
    if (UNLIKELY(walk.message == NULL)) {
        return name_unknown(dictionary, type);
    }
    walk.dictionary = dictionary;
    walk.view = view;
    walk.switches = switches;
    walk.phase = FIX_PLACE_HEADER;
    walk.depth = 0;
    walk.fault = fault;
    memset(walk.seen, 0, sizeof walk.seen);
    return LIKELY(take_fields(&walk) && has_required(&walk)) ? FIX_CHECK_OK : settle(&walk);
}
