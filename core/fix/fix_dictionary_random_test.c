/*
 * Messages drawn from the tables: the right ones are taken, and of the wrong ones a naive twin says
 * the same fault. And what the tables themselves must hold for the check to be right.
 */
#include "core/base/test_seed.h"
#include "core/fix/fix_dictionary_test_make.h"
#include "core/fix/fix_dictionary_test_verdict.h"

static const char types[] = "0123458ACDFGHVWXY9dghjqrxy";

#define ROUNDS 400

static bool parsed(const struct test_message *message, struct fix_view *view) {
    uint32_t bad;
    return fix_view_parse(test_bytes(message), view, &bad) == FIX_VIEW_OK;
}

Test(fix_dictionary_random, right_messages_are_taken) {
    struct prng prng;
    prng_seed(&prng, test_seed("right_messages_are_taken"));
    static struct made made;
    static struct fix_view view;
    for (unsigned round = 0; round < ROUNDS * (sizeof types - 1); round++) {
        char type = types[round % (sizeof types - 1)];
        if (!make_right(&prng, &fix44_dictionary, type, &made)) {
            continue;
        }
        struct test_message message = make_message(&made);
        struct fix_fault fault = {.reason = FIX_REJECT_OTHER};
        cr_assert(parsed(&message, &view));
        cr_assert_eq(fix_dictionary_check(&fix44_dictionary, &view, 0, &fault), FIX_CHECK_OK,
                     "%.*s: %d of %u", (int)message.len, message.data, (int)fault.reason,
                     fault.tag);
    }
}

Test(fix_dictionary_random, wrong_messages_as_the_twin_says) {
    struct prng prng;
    prng_seed(&prng, test_seed("wrong_messages_as_the_twin_says"));
    static struct made made;
    static struct fix_view view;
    unsigned said[FIX_REJECT_GROUP_COUNT + 2] = {0};
    for (unsigned round = 0; round < ROUNDS * (sizeof types - 1); round++) {
        if (!make_right(&prng, &fix44_dictionary, types[round % (sizeof types - 1)], &made)) {
            continue;
        }
        for (uint64_t wrong = prng_below(&prng, 4); wrong < 4; wrong++) {
            make_wrong(&prng, &made);
        }
        struct test_message message = make_message(&made);
        if (parsed(&message, &view)) {
            said[1 + verdict_of_both(&fix44_dictionary, &view, 0)]++;
            said[1 + verdict_of_both(&fix44_dictionary, &view, (unsigned)prng_below(&prng, 64))]++;
        }
    }
    static const int reasons[] = {TWIN_NO_FAULT, 0, 1, 2, 4, 5, 6, 13, 14, 15, 16};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        cr_expect_gt(said[1 + reasons[i]], 20, "%d was said %u times", reasons[i],
                     said[1 + reasons[i]]);
    }
}

/* How deep a group lies in the message, from 1. */
static unsigned depth_of(const struct fix_message_rule *message,
                         const struct fix_group_rule *group) {
    unsigned depth = 1;
    for (unsigned place = message->places[group->count]; place >= FIX_PLACE_GROUP; depth++) {
        group = &fix44_dictionary.groups[place - FIX_PLACE_GROUP];
        place = message->places[group->count];
    }
    return depth;
}

static void check_group(const struct fix_message_rule *message, unsigned index) {
    const struct fix_group_rule *group = &fix44_dictionary.groups[index];
    unsigned members = 0;
    cr_expect_eq(fix44_dictionary.fields[group->count].type, FIX_TYPE_NUMINGROUP);
    cr_expect_neq(message->places[group->count], FIX_PLACE_NONE, "%s: %u", message->name, index);
    cr_expect_leq(depth_of(message, group), FIX_GROUP_DEPTH_MAX);
    for (; group->members[members] != 0; members++) {
        cr_expect_eq(message->places[group->members[members]], FIX_PLACE_GROUP + index,
                     "%s: %u is not in the group of %u", message->name, group->members[members],
                     group->count);
    }
    cr_expect(members > 0 && members <= FIX_GROUP_MEMBERS_MAX);
}

static bool lists_group(const struct fix_message_rule *message, uint32_t count) {
    const uint8_t *index = message->groups;
    while (*index != FIX_NO_GROUP && fix44_dictionary.groups[*index].count != count) {
        index++;
    }
    return *index != FIX_NO_GROUP;
}

Test(fix_dictionary_random, tables_hold_together) {
    for (size_t i = 0; i < sizeof types - 1; i++) {
        const struct fix_message_rule *message =
            &fix44_dictionary.messages[fix44_dictionary.message_of[(unsigned char)types[i]] - 1];
        for (const uint8_t *index = message->groups; *index != FIX_NO_GROUP; index++) {
            check_group(message, *index);
        }
        for (uint32_t slot = 0; slot < FIX_SLOTS; slot++) {
            enum fix_type type = (enum fix_type)fix44_dictionary.fields[slot].type;
            bool placed = message->places[slot] != FIX_PLACE_NONE;
            cr_expect(!placed || type != FIX_TYPE_NONE, "%s: %u", message->name, slot);
            cr_expect(!placed || type != FIX_TYPE_NUMINGROUP || lists_group(message, slot),
                      "%s: the group of %u is missing", message->name, slot);
        }
        for (const uint16_t *slot = message->required; *slot != 0; slot++) {
            unsigned place = message->places[*slot];
            cr_expect(place >= FIX_PLACE_HEADER && place <= FIX_PLACE_TRAILER);
        }
    }
}
