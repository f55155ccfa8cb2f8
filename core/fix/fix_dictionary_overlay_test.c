/*
 * A dialect laid over FIX 4.4: what it adds is taken, what it takes away is refused, the base stays
 * as it was, and impossible overlays say where.
 */
#include <stdlib.h>

#include "core/base/test_seed.h"
#include "core/fix/fix_dictionary_overlay.h"
#include "core/fix/fix_dictionary_test_make.h"
#include "core/fix/fix_dictionary_test_verdict.h"

/* The least of an order, by FIX 4.4 and by the venue. */
#define ORDER "35=D|" HEAD "11=ID|21=3|40=1|54=1|60=20240101-00:00:00|"
#define LEAST "35=D|" HEAD "11=I|40=1|54=1|55=A|38=1|20002=b|"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct fix_overlay_field venue_fields[] = {
    {5050, "Deadline", {.type = FIX_TYPE_UTCTIMESTAMP}},
    {20002, "Broker", {.type = FIX_TYPE_STRING}},
    {5041, "Checksum", {.type = FIX_TYPE_INT}},
    {958, "Low", {.type = FIX_TYPE_CHAR}},
    {18,
     "ExecInst",
     {.type = FIX_TYPE_MULTIPLEVALUESTRING, .values = FIX_VALUES_WORDS, .words = "s r"}},
};

static const struct fix_change venue_changes[] = {
    {"D", FIX_CHANGE_REQUIRE, 55, 0},    {"D", FIX_CHANGE_REQUIRE, 38, 0},
    {"D", FIX_CHANGE_ALLOW, 5050, 0},    {"D", FIX_CHANGE_ALLOW, 20002, 0},
    {"D", FIX_CHANGE_REQUIRE, 20002, 0}, {"D", FIX_CHANGE_ALLOW, 958, 0},
    {"D", FIX_CHANGE_RELAX, 60, 0},      {"D", FIX_CHANGE_FORBID, 21, 0},
    {"X", FIX_CHANGE_ALLOW, 5041, 268},  {"D", FIX_CHANGE_ALLOW, 58, 0},
};

static const struct fix_overlay venue = {venue_fields, COUNT(venue_fields), venue_changes,
                                         COUNT(venue_changes)};

static const struct fix_dictionary *make(const struct fix_overlay *overlay,
                                         enum fix_overlay_result expected, size_t at) {
    const struct fix_dictionary *made = NULL;
    size_t bad = 0;
    size_t bytes = fix_overlay_footprint(&fix44_dictionary);
    void *mem = malloc(bytes);
    cr_assert_not_null(mem);
    memset(mem, 0xa5, bytes);
    enum fix_overlay_result result = fix_overlay_init(mem, &fix44_dictionary, overlay, &made, &bad);
    cr_expect_eq(result, expected, "%d", (int)result);
    cr_expect_eq(bad, at);
    if (result != FIX_OVERLAY_OK) {
        free(mem);
    }
    return made;
}

Test(fix_dictionary_overlay, a_dialect) {
    static const struct verdict table[] = {
        {LEAST, PASS, 0},
        {LEAST "5050=20240101-00:00:00|958=x|18=s r|", PASS, 0},
        {LEAST "5050=noon|", FIX_REJECT_FORMAT, 5050},
        {LEAST "18=1|", FIX_REJECT_VALUE, 18},
        {"35=D|" HEAD "11=I|40=1|54=1|55=A|20002=b|", FIX_REJECT_TAG_MISSING, 38},
        {"35=D|" HEAD "11=I|40=1|54=1|20002=b|", FIX_REJECT_TAG_MISSING, 38},
        {"35=D|" HEAD "11=I|40=1|54=1|55=A|38=1|", FIX_REJECT_TAG_MISSING, 20002},
        {LEAST "20002=b|", FIX_REJECT_TAG_TWICE, 20002},
        {LEAST "21=1|", FIX_REJECT_TAG_NOT_DEFINED, 21},
        {"35=0|" HEAD "20002=b|", FIX_REJECT_TAG_NOT_DEFINED, 20002},
        {"35=0|" HEAD "958=b|", FIX_REJECT_TAG_NOT_DEFINED, 958},
        {"35=0|" HEAD "959=b|", FIX_REJECT_INVALID_TAG, 959},
        {"35=X|" HEAD "268=2|279=0|55=A|5041=7|279=1|5041=-8|", PASS, 0},
        {"35=X|" HEAD "268=1|279=0|5041=7|55=A|", FIX_REJECT_GROUP_ORDER, 55},
    };
    static const struct verdict base[] = {
        {ORDER "20002=b|", FIX_REJECT_INVALID_TAG, 20002},
        {ORDER "18=1|", PASS, 0},
    };
    const struct fix_dictionary *dialect = make(&venue, FIX_OVERLAY_OK, 0);
    EXPECT_ALL(dialect, table, 0)
    cr_expect(bytes_equal(fix_dictionary_name(dialect, 20002), BYTES("Broker")));
    /* It is as it was. */
    EXPECT_ALL(&fix44_dictionary, base, 0)
    free((void *)(uintptr_t)dialect);
}

Test(fix_dictionary_overlay, twin_agrees_on_a_dialect) {
    const struct fix_dictionary *dialect = make(&venue, FIX_OVERLAY_OK, 0);
    static struct made made;
    static struct fix_view view;
    struct prng prng;
    prng_seed(&prng, test_seed("twin_agrees_on_a_dialect"));
    for (int round = 0; round < 4000; round++) {
        uint32_t bad;
        struct bytes type = round % 2 == 0 ? BYTES("D") : BYTES("X");
        if (!make_right(&prng, dialect, fix_dictionary_message(dialect, type), &made)) {
            continue;
        }
        for (int wrong = round % 3; wrong > 0; wrong--) {
            make_wrong(&prng, &made);
        }
        struct test_message message = make_message(&made);
        if (fix_view_parse(test_bytes(&message), &view, &bad) != FIX_VIEW_OK) {
            continue;
        }
        int reason = verdict_of_both(dialect, &view, 0);
        cr_assert(round % 3 != 0 || reason == TWIN_NO_FAULT);
    }
    free((void *)(uintptr_t)dialect);
}

static void refuse_change(struct fix_change change, enum fix_overlay_result expected) {
    const struct fix_change changes[] = {venue_changes[0], change};
    const struct fix_overlay overlay = {venue_fields, COUNT(venue_fields), changes, 2};
    make(&overlay, expected, 1);
}

Test(fix_dictionary_overlay, impossible_changes) {
    refuse_change((struct fix_change){"E", FIX_CHANGE_ALLOW, 58, 0}, FIX_OVERLAY_UNKNOWN_MESSAGE);
    refuse_change((struct fix_change){"\xff", FIX_CHANGE_ALLOW, 58, 0},
                  FIX_OVERLAY_UNKNOWN_MESSAGE);
    refuse_change((struct fix_change){"D", FIX_CHANGE_ALLOW, 6000, 0}, FIX_OVERLAY_UNKNOWN_TAG);
    refuse_change((struct fix_change){"D", FIX_CHANGE_ALLOW, 0, 0}, FIX_OVERLAY_UNKNOWN_TAG);
    refuse_change((struct fix_change){"D", FIX_CHANGE_REQUIRE, 5041, 0}, FIX_OVERLAY_BAD_PLACE);
    refuse_change((struct fix_change){"D", FIX_CHANGE_FORBID, 34, 0}, FIX_OVERLAY_BAD_PLACE);
    refuse_change((struct fix_change){"D", FIX_CHANGE_FORBID, 448, 0}, FIX_OVERLAY_BAD_PLACE);
    refuse_change((struct fix_change){"D", FIX_CHANGE_ALLOW, 448, 0}, FIX_OVERLAY_BAD_PLACE);
    refuse_change((struct fix_change){"X", FIX_CHANGE_ALLOW, 262, 268}, FIX_OVERLAY_BAD_PLACE);
    refuse_change((struct fix_change){"D", FIX_CHANGE_ALLOW, 5041, 268}, FIX_OVERLAY_UNKNOWN_GROUP);
    refuse_change((struct fix_change){"0", FIX_CHANGE_ALLOW, 453, 0}, FIX_OVERLAY_BAD_FIELD);
    refuse_change((struct fix_change){"0", FIX_CHANGE_ALLOW, 355, 0}, FIX_OVERLAY_BAD_FIELD);
}

Test(fix_dictionary_overlay, impossible_fields) {
    static const struct fix_overlay_field bad[] = {
        {0, "none", {.type = FIX_TYPE_INT}},
        {5000, "untyped", {.type = FIX_TYPE_NONE}},
        {5000, "data", {.type = FIX_TYPE_DATA}},
        {5000, "count", {.type = FIX_TYPE_NUMINGROUP}},
        {453, "was a count", {.type = FIX_TYPE_INT}},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct fix_overlay_field fields[] = {venue_fields[0], bad[i]};
        const struct fix_overlay overlay = {fields, 2, NULL, 0};
        make(&overlay, FIX_OVERLAY_BAD_FIELD, 1);
    }
}

Test(fix_dictionary_overlay, as_many_as_there_is_room_for) {
    struct fix_overlay_field fields[FIX_EXTRA_TAGS_MAX + 1];
    struct fix_change changes[2 * FIX_EXTRA_TAGS_MAX];
    for (uint32_t i = 0; i <= FIX_EXTRA_TAGS_MAX; i++) {
        fields[i] = (struct fix_overlay_field){6000 + i, "X", {.type = FIX_TYPE_INT}};
    }
    for (uint32_t i = 0; i < FIX_EXTRA_TAGS_MAX; i++) {
        changes[2 * i] = (struct fix_change){"1", FIX_CHANGE_ALLOW, 6000 + i, 0};
        changes[2 * i + 1] = (struct fix_change){"1", FIX_CHANGE_REQUIRE, 6000 + i, 0};
    }
    struct fix_overlay overlay = {fields, FIX_EXTRA_TAGS_MAX + 1, NULL, 0};
    make(&overlay, FIX_OVERLAY_TOO_MANY_TAGS, FIX_EXTRA_TAGS_MAX);
    overlay = (struct fix_overlay){fields, FIX_EXTRA_TAGS_MAX, changes, 2 * FIX_EXTRA_TAGS_MAX};
    /* A TestRequest requires 9 tags by itself. */
    make(&overlay, FIX_OVERLAY_FULL, 2 * (FIX_REQUIRED_MAX - 9) + 1);
}

/* Every field of FIX 4.4 that X does not have yet, into its entries, which have 85 members. */
Test(fix_dictionary_overlay, as_many_members_as_there_is_room_for) {
    const struct fix_message_rule *message = fix_dictionary_message(&fix44_dictionary, BYTES("X"));
    struct fix_change changes[FIX_GROUP_MEMBERS_MAX];
    size_t count = 0;
    for (uint32_t tag = 1; tag < fix44_dictionary.direct_tags && count < COUNT(changes); tag++) {
        uint8_t type = fix44_dictionary.fields[tag].type;
        if (message->places[tag] == FIX_PLACE_NONE && type != FIX_TYPE_NONE &&
            type != FIX_TYPE_DATA && type != FIX_TYPE_NUMINGROUP) {
            changes[count++] = (struct fix_change){"X", FIX_CHANGE_ALLOW, tag, 268};
        }
    }
    struct fix_overlay overlay = {NULL, 0, changes, count};
    make(&overlay, FIX_OVERLAY_FULL, FIX_GROUP_MEMBERS_MAX - 85);
}
