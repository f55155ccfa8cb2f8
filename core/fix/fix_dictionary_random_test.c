/*
 * Messages drawn from the tables of every version: the right ones are taken, and of the wrong ones
 * a naive twin says the same fault. And what the tables must hold for the check to be right.
 */
#include "core/base/test_seed.h"
#include "core/fix/fix_dictionary_test_all.h"
#include "core/fix/fix_dictionary_test_make.h"
#include "core/fix/fix_dictionary_test_verdict.h"

/* For each dictionary. */
#define RIGHT_ROUNDS 2000
#define WRONG_ROUNDS 4000

static bool parsed(const struct test_message *message, struct fix_view *view) {
    uint32_t bad;
    return fix_view_parse(test_bytes(message), view, &bad) == FIX_VIEW_OK;
}

static void expect_taken(const struct fix_dictionary *dictionary, const struct made *made) {
    static struct fix_view view;
    struct test_message message = make_message(made);
    struct fix_fault fault = {.reason = FIX_REJECT_OTHER};
    cr_assert(parsed(&message, &view));
    cr_assert_eq(fix_dictionary_check(dictionary, &view, 0, &fault), FIX_CHECK_OK, "%.*s: %d of %u",
                 (int)message.len, message.data, (int)fault.reason, fault.tag);
}

Test(fix_dictionary_random, right_messages_are_taken) {
    struct prng prng;
    prng_seed(&prng, test_seed("right_messages_are_taken"));
    static struct made made;
    for (size_t d = 0; d < ALL_DICTIONARIES; d++) {
        const struct fix_dictionary *dictionary = all_dictionaries[d].dictionary;
        for (uint32_t round = 0; round < RIGHT_ROUNDS; round++) {
            const struct fix_message_rule *message =
                &dictionary->messages[round % dictionary->message_count];
            if (make_right(&prng, dictionary, message, &made)) {
                expect_taken(dictionary, &made);
            }
        }
    }
}

static void draw_wrong(struct prng *prng, const struct fix_dictionary *dictionary,
                       const struct fix_message_rule *message, unsigned *said) {
    static struct made made;
    static struct fix_view view;
    if (!make_right(prng, dictionary, message, &made)) {
        return;
    }
    for (uint64_t wrong = prng_below(prng, 4); wrong < 4; wrong++) {
        make_wrong(prng, &made);
    }
    struct test_message text = make_message(&made);
    if (parsed(&text, &view)) {
        said[1 + verdict_of_both(dictionary, &view, 0)]++;
        said[1 + verdict_of_both(dictionary, &view, (unsigned)prng_below(prng, 64))]++;
    }
}

Test(fix_dictionary_random, wrong_messages_as_the_twin_says) {
    struct prng prng;
    prng_seed(&prng, test_seed("wrong_messages_as_the_twin_says"));
    for (size_t d = 0; d < ALL_DICTIONARIES; d++) {
        const struct fix_dictionary *dictionary = all_dictionaries[d].dictionary;
        unsigned said[FIX_REJECT_GROUP_COUNT + 2] = {0};
        for (uint32_t round = 0; round < WRONG_ROUNDS; round++) {
            draw_wrong(&prng, dictionary, &dictionary->messages[round % dictionary->message_count],
                       said);
        }
        static const int reasons[] = {TWIN_NO_FAULT, 0, 1, 2, 4, 5, 6, 13, 14, 15, 16};
        for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
            bool grouped =
                reasons[i] == FIX_REJECT_GROUP_ORDER || reasons[i] == FIX_REJECT_GROUP_COUNT;
            cr_expect(said[1 + reasons[i]] > 5 || (grouped && dictionary->group_count < 4),
                      "%s: %d was said %u times", all_dictionaries[d].name, reasons[i],
                      said[1 + reasons[i]]);
        }
    }
}

/* How deep a group lies in the message, from 1. */
static unsigned depth_of(const struct fix_dictionary *dictionary,
                         const struct fix_message_rule *message,
                         const struct fix_group_rule *group) {
    unsigned depth = 1;
    for (unsigned place = message->places[group->count]; place >= FIX_PLACE_GROUP; depth++) {
        group = &dictionary->groups[place - FIX_PLACE_GROUP];
        place = message->places[group->count];
    }
    return depth;
}

static void check_group(const struct fix_dictionary *dictionary,
                        const struct fix_message_rule *message, unsigned index) {
    const struct fix_group_rule *group = &dictionary->groups[index];
    unsigned members = 0;
    cr_expect_eq(dictionary->fields[group->count].type, FIX_TYPE_NUMINGROUP, "%u", group->count);
    cr_expect_neq(message->places[group->count], FIX_PLACE_NONE, "%s: %u", message->name, index);
    cr_expect_leq(depth_of(dictionary, message, group), FIX_GROUP_DEPTH_MAX);
    for (; group->members[members] != 0; members++) {
        cr_expect_eq(message->places[group->members[members]], FIX_PLACE_GROUP + index,
                     "%s: %u is not in the group of %u", message->name, group->members[members],
                     group->count);
    }
    cr_expect(members > 0 && members <= FIX_GROUP_MEMBERS_MAX);
}

static bool lists_group(const struct fix_dictionary *dictionary,
                        const struct fix_message_rule *message, uint32_t count) {
    const uint8_t *index = message->groups;
    while (*index != FIX_NO_GROUP && dictionary->groups[*index].count != count) {
        index++;
    }
    return *index != FIX_NO_GROUP;
}

static void check_message(const struct fix_dictionary *dictionary,
                          const struct fix_message_rule *message) {
    for (const uint8_t *index = message->groups; *index != FIX_NO_GROUP; index++) {
        check_group(dictionary, message, *index);
    }
    for (uint32_t slot = 0; slot < dictionary->direct_tags; slot++) {
        enum fix_type type = (enum fix_type)dictionary->fields[slot].type;
        bool placed = message->places[slot] != FIX_PLACE_NONE;
        cr_expect(!placed || type != FIX_TYPE_NONE, "%s: %u", message->name, slot);
        cr_expect(!placed || type != FIX_TYPE_NUMINGROUP || lists_group(dictionary, message, slot),
                  "%s: the group of %u is missing", message->name, slot);
    }
    for (const uint16_t *slot = message->required; *slot != 0; slot++) {
        unsigned place = message->places[*slot];
        cr_expect(place >= FIX_PLACE_HEADER && place <= FIX_PLACE_TRAILER);
    }
}

Test(fix_dictionary_random, tables_hold_together) {
    for (size_t d = 0; d < ALL_DICTIONARIES; d++) {
        const struct fix_dictionary *dictionary = all_dictionaries[d].dictionary;
        cr_expect_leq(dictionary->direct_tags + FIX_EXTRA_TAGS_MAX, FIX_SLOTS_MAX);
        for (uint32_t i = 0; i < dictionary->message_count; i++) {
            const struct fix_message_rule *message = &dictionary->messages[i];
            struct bytes type = bytes_of_string(message->type);
            cr_expect_eq(fix_dictionary_message(dictionary, type), message, "%s", message->type);
            check_message(dictionary, message);
        }
    }
}
