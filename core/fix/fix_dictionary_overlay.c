#include "core/fix/fix_dictionary_overlay.h"

#include <string.h>

struct own_message {
    uint8_t places[FIX_SLOTS_MAX];
    uint16_t required[FIX_REQUIRED_MAX + 1];
};

struct own_group {
    uint16_t members[FIX_GROUP_MEMBERS_MAX + 1];
};

/* Everything that may differ from the base, in one piece; arrays of the base's counts follow. */
struct own {
    struct fix_dictionary dictionary;
    struct fix_field_rule fields[FIX_SLOTS_MAX];
    const char *names[FIX_SLOTS_MAX];
    struct fix_message_rule *message_rules;
    struct fix_group_rule *group_rules;
    struct own_message *messages;
    struct own_group *groups;
};

size_t fix_overlay_footprint(const struct fix_dictionary *base) {
    return sizeof(struct own) +
           base->message_count * (sizeof(struct fix_message_rule) + sizeof(struct own_message)) +
           base->group_count * (sizeof(struct fix_group_rule) + sizeof(struct own_group));
}

/* Copies a list that ends with 0; the list's length. */
static size_t copy_list(uint16_t *to, const uint16_t *from, size_t max) {
    size_t count = 0;
    while (from[count] != 0) {
        CHECK(count < max);
        to[count] = from[count];
        count++;
    }
    to[count] = 0;
    return count;
}

static void copy_messages(struct own *own, const struct fix_dictionary *base) {
    for (uint32_t i = 0; i < base->message_count; i++) {
        const struct fix_message_rule *rule = &base->messages[i];
        memset(own->messages[i].places, FIX_PLACE_NONE, sizeof own->messages[i].places);
        memcpy(own->messages[i].places, rule->places, base->direct_tags + base->extra_count);
        copy_list(own->messages[i].required, rule->required, FIX_REQUIRED_MAX);
        own->message_rules[i] = (struct fix_message_rule){
            .type = rule->type,
            .name = rule->name,
            .places = own->messages[i].places,
            .required = own->messages[i].required,
            .groups = rule->groups,
        };
    }
}

static void copy_groups(struct own *own, const struct fix_dictionary *base) {
    for (uint32_t i = 0; i < base->group_count; i++) {
        own->group_rules[i] = base->groups[i];
        copy_list(own->groups[i].members, base->groups[i].members, FIX_GROUP_MEMBERS_MAX);
        own->group_rules[i].members = own->groups[i].members;
    }
}

/* Those that hold pointers come first, so that each array is aligned. */
static struct own *copy_base(void *mem, const struct fix_dictionary *base) {
    struct own *own = mem;
    own->message_rules = (struct fix_message_rule *)(void *)(own + 1);
    own->group_rules = (struct fix_group_rule *)(void *)(own->message_rules + base->message_count);
    own->messages = (struct own_message *)(void *)(own->group_rules + base->group_count);
    own->groups = (struct own_group *)(void *)(own->messages + base->message_count);
    own->dictionary = *base;
    size_t slots = base->direct_tags + base->extra_count;
    memset(own->fields, 0, sizeof own->fields);
    memset(own->names, 0, sizeof own->names);
    memcpy(own->fields, base->fields, slots * sizeof own->fields[0]);
    memcpy(own->names, base->names, slots * sizeof own->names[0]);
    copy_messages(own, base);
    copy_groups(own, base);
    own->dictionary.fields = own->fields;
    own->dictionary.names = own->names;
    own->dictionary.messages = own->message_rules;
    own->dictionary.groups = own->group_rules;
    return own;
}

static enum fix_overlay_result add_field(struct own *own, const struct fix_overlay_field *field) {
    struct fix_dictionary *dictionary = &own->dictionary;
    uint32_t slot = fix_dictionary_slot(dictionary, field->tag);
    uint8_t type = field->rule.type;
    bool opens = slot != 0 && own->fields[slot].type == FIX_TYPE_NUMINGROUP;
    if (field->tag == 0 || type == FIX_TYPE_NONE || type == FIX_TYPE_DATA ||
        type == FIX_TYPE_NUMINGROUP || opens) {
        return FIX_OVERLAY_BAD_FIELD;
    }
    if (slot == 0) {
        if (dictionary->extra_count == FIX_EXTRA_TAGS_MAX) {
            return FIX_OVERLAY_TOO_MANY_TAGS;
        }
        slot = dictionary->direct_tags + dictionary->extra_count;
        dictionary->extra_tags[dictionary->extra_count++] = field->tag;
    }
    own->fields[slot] = field->rule;
    own->names[slot] = field->name;
    return FIX_OVERLAY_OK;
}

/* Among the body's, which come last, in the order of slots. */
static enum fix_overlay_result require(struct own_message *message, uint32_t slot) {
    size_t count = 0;
    for (; message->required[count] != 0; count++) {
        if (message->required[count] == slot) {
            return FIX_OVERLAY_OK;
        }
    }
    if (count == FIX_REQUIRED_MAX) {
        return FIX_OVERLAY_FULL;
    }
    message->required[count + 1] = 0;
    while (count > 0 && message->required[count - 1] > slot &&
           message->places[message->required[count - 1]] == FIX_PLACE_BODY) {
        message->required[count] = message->required[count - 1];
        count--;
    }
    message->required[count] = (uint16_t)slot;
    return FIX_OVERLAY_OK;
}

static void relax(struct own_message *message, uint32_t slot) {
    uint16_t *to = message->required;
    for (const uint16_t *from = to; *from != 0; from++) {
        if (*from != slot) {
            *to++ = *from;
        }
    }
    *to = 0;
}

static int find_group(const struct own *own, const struct fix_message_rule *message,
                      uint32_t count_tag) {
    uint32_t count = fix_dictionary_slot(&own->dictionary, count_tag);
    for (const uint8_t *index = message->groups; *index != FIX_NO_GROUP; index++) {
        if (own->group_rules[*index].count == count) {
            return *index;
        }
    }
    return -1;
}

static bool has_group(const struct fix_message_rule *message, unsigned group) {
    const uint8_t *index = message->groups;
    while (*index != FIX_NO_GROUP && *index != group) {
        index++;
    }
    return *index != FIX_NO_GROUP;
}

/* The last member of an entry of `group`, in every message that has it. */
static enum fix_overlay_result allow_in_group(struct own *own, unsigned group, uint32_t slot) {
    const struct fix_dictionary *dictionary = &own->dictionary;
    uint16_t *members = own->groups[group].members;
    size_t count = 0;
    while (members[count] != 0) {
        count++;
    }
    if (count == FIX_GROUP_MEMBERS_MAX) {
        return FIX_OVERLAY_FULL;
    }
    for (uint32_t i = 0; i < dictionary->message_count; i++) {
        if (has_group(&own->message_rules[i], group) &&
            own->messages[i].places[slot] != FIX_PLACE_NONE) {
            return FIX_OVERLAY_BAD_PLACE;
        }
    }
    for (uint32_t i = 0; i < dictionary->message_count; i++) {
        if (has_group(&own->message_rules[i], group)) {
            own->messages[i].places[slot] = (uint8_t)(FIX_PLACE_GROUP + group);
        }
    }
    members[count] = (uint16_t)slot;
    members[count + 1] = 0;
    return FIX_OVERLAY_OK;
}

static enum fix_overlay_result allow(struct own *own, uint32_t index, uint32_t slot,
                                     uint32_t group) {
    uint8_t *place = &own->messages[index].places[slot];
    uint8_t type = own->fields[slot].type;
    if (type == FIX_TYPE_NUMINGROUP || type == FIX_TYPE_DATA) {
        return FIX_OVERLAY_BAD_FIELD;
    }
    if (group != 0) {
        int found = find_group(own, &own->message_rules[index], group);
        return found < 0 ? FIX_OVERLAY_UNKNOWN_GROUP : allow_in_group(own, (unsigned)found, slot);
    }
    if (*place != FIX_PLACE_NONE && *place != FIX_PLACE_BODY) {
        return FIX_OVERLAY_BAD_PLACE;
    }
    *place = FIX_PLACE_BODY;
    return FIX_OVERLAY_OK;
}

static enum fix_overlay_result apply(struct own *own, const struct fix_change *change) {
    const struct fix_message_rule *rule =
        fix_dictionary_message(&own->dictionary, bytes_of_string(change->msg_type));
    uint32_t slot = fix_dictionary_slot(&own->dictionary, change->tag);
    if (rule == NULL) {
        return FIX_OVERLAY_UNKNOWN_MESSAGE;
    }
    uint32_t index = (uint32_t)(rule - own->message_rules);
    if (own->fields[slot].type == FIX_TYPE_NONE) {
        return FIX_OVERLAY_UNKNOWN_TAG;
    }
    if (change->kind == FIX_CHANGE_ALLOW) {
        return allow(own, index, slot, change->group);
    }
    struct own_message *message = &own->messages[index];
    if (message->places[slot] != FIX_PLACE_BODY) {
        return FIX_OVERLAY_BAD_PLACE;
    }
    if (change->kind == FIX_CHANGE_REQUIRE) {
        return require(message, slot);
    }
    relax(message, slot);
    if (change->kind == FIX_CHANGE_FORBID) {
        message->places[slot] = FIX_PLACE_NONE;
    }
    return FIX_OVERLAY_OK;
}

enum fix_overlay_result fix_overlay_init(void *mem, const struct fix_dictionary *base,
                                         const struct fix_overlay *overlay,
                                         const struct fix_dictionary **made, size_t *bad) {
    struct own *own = copy_base(mem, base);
    for (size_t i = 0; i < overlay->field_count; i++) {
        enum fix_overlay_result result = add_field(own, &overlay->fields[i]);
        if (result != FIX_OVERLAY_OK) {
            *bad = i;
            return result;
        }
    }
    for (size_t i = 0; i < overlay->change_count; i++) {
        enum fix_overlay_result result = apply(own, &overlay->changes[i]);
        if (result != FIX_OVERLAY_OK) {
            *bad = i;
            return result;
        }
    }
    *made = &own->dictionary;
    return FIX_OVERLAY_OK;
}
