#include <criterion/criterion.h>
#include <stdio.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/base/text.h"
#include "core/fix/fix_group.h"
#include "core/fix/test_message.h"

/* Parties(453) with their sub-parties(802), and what comes after them. */
static const uint32_t party_members[] = {448, 447, 452, 802, 523, 803};
static const struct fix_group_shape parties = {453, 448, party_members, 6};
static const uint32_t sub_members[] = {523, 803};
static const struct fix_group_shape subs = {802, 523, sub_members, 2};
static const struct fix_group_shape open_ended = {453, 448, NULL, 0};

/* A view over a message with this body; valid until the next call. */
static const struct fix_view *view_of(const char *body) {
    static struct fix_view view;
    static struct test_message message;
    uint32_t bad;
    message = test_message_with(bytes_of_string(body));
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK, "%s", body);
    return &view;
}

static void add(struct text *out, const char *piece) {
    text_add(out, bytes_of_string(piece));
}

static void add_value(struct text *out, const struct fix_view *view,
                      const struct fix_field *field) {
    struct bytes value = BYTES("");
    enum fix_get got = fix_field_bytes(view, field, &value);
    text_add(out, got == FIX_GET_MISSING ? BYTES("-") : value);
}

/* "(sub,sub,)", or nothing; "?" for what closes them when the count lied. */
static void add_subs(struct text *out, const struct fix_view *view, const struct fix_entry *party) {
    struct fix_group group;
    struct fix_entry sub;
    enum fix_group_result result = fix_group_open(view, party, &subs, &group);
    if (result == FIX_GROUP_OK) {
        add(out, "(");
        while (fix_group_next(&group, &sub)) {
            add_value(out, view, fix_entry_field(view, &sub, 523));
            add(out, ",");
        }
        result = fix_group_end(&group);
    }
    add(out, result == FIX_GROUP_OK ? ")" : result == FIX_GROUP_ABSENT ? "" : "?");
}

/* Entries as "id:role(sub,sub,) ", then "!result" when that of the group is not OK. */
static struct bytes describe(const struct fix_view *view, const struct fix_group_shape *shape,
                             char *room, size_t bytes) {
    struct text out = text_begin(room, bytes);
    struct fix_entry all = fix_entry_of_message(view);
    struct fix_entry entry;
    struct fix_group group;
    enum fix_group_result result = fix_group_open(view, &all, shape, &group);
    if (result == FIX_GROUP_OK) {
        while (fix_group_next(&group, &entry)) {
            add_value(&out, view, fix_entry_field(view, &entry, 448));
            add(&out, ":");
            add_value(&out, view, fix_entry_field(view, &entry, 452));
            add_subs(&out, view, &entry);
            add(&out, " ");
        }
        result = fix_group_end(&group);
    }
    if (result != FIX_GROUP_OK) {
        add(&out, "!");
        text_add_number(&out, (uint64_t)result);
    }
    return text_end(&out);
}

struct row {
    const char *body;
    const char *entries;
};

static void check_rows(const struct fix_group_shape *shape, const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char room[256];
        struct bytes entries = describe(view_of(rows[i].body), shape, room, sizeof room);
        cr_expect(bytes_equal(entries, bytes_of_string(rows[i].entries)),
                  "%s gives \"%.*s\", not \"%s\"", rows[i].body, (int)entries.len, entries.data,
                  rows[i].entries);
    }
}

#define CHECK_ROWS(shape, rows) check_rows(shape, rows, sizeof(rows) / sizeof((rows)[0]))

Test(fix_group, entries_end_where_the_next_begins_or_the_group_does) {
    static const struct row rows[] = {
        {"35=D|453=2|448=A|447=D|452=1|448=B|447=D|452=3|55=X|", "A:1 B:3 "},
        {"35=D|453=1|448=A|55=X|452=9|", "A:- "},
        {"35=D|453=1|448=|452=9|", ":9 "},
        {"35=D|453=0|55=X|", ""},
        {"35=D|55=X|", "!1"},
        {"35=D|55=X|453=2|448=A|448=B|", "A:- B:- "},
        {"35=D|453=002|448=A|448=B|", "A:- B:- "},
    };
    CHECK_ROWS(&parties, rows);
}

Test(fix_group, groups_nest) {
    static const struct row rows[] = {
        {"35=D|453=2|448=A|452=1|802=2|523=x|803=1|523=y|448=B|452=3|802=1|523=z|55=X|",
         "A:1(x,y,) B:3(z,) "},
        {"35=D|453=2|448=A|802=0|452=1|448=B|452=3|", "A:1() B:3 "},
        {"35=D|453=2|448=A|452=1|802=3|523=x|803=1|523=y|448=B|452=3|802=1|523=z|55=X|",
         "A:1(x,y,? B:3(z,) "},
        {"35=D|453=2|448=A|452=1|802=1|523=x|803=1|523=y|448=B|452=3|802=0|523=z|55=X|",
         "A:1(x,? B:3(? "},
        {"35=D|453=2|448=A|452=1|802=1|448=B|452=3|802=x|523=z|55=X|", "A:1? B:3? "},
    };
    CHECK_ROWS(&parties, rows);
}

Test(fix_group, a_count_that_lies_is_told) {
    static const struct row rows[] = {
        {"35=D|453=3|448=A|448=B|55=X|", "A:- B:- !4"},
        {"35=D|453=1|448=A|448=B|55=X|", "A:- !5"},
        {"35=D|453=0|448=A|55=X|", "!5"},
        {"35=D|453=1|55=X|448=A|", "!4"},
        {"35=D|453=2|447=D|448=A|448=B|", "!4"},
        {"35=D|453=2|448=A|55=X|448=B|", "A:- !4"},
        {"35=D|453=2147483647|448=A|", "A:- !4"},
        {"35=D|453=2147483648|448=A|", "!2"},
        {"35=D|453=99999999999999999999|448=A|", "!2"},
        {"35=D|453=-1|448=A|", "!2"},
        {"35=D|453=|448=A|", "!2"},
        {"35=D|453=1x|448=A|", "!2"},
        {"35=D|448=A|453=1|", "!4"},
    };
    CHECK_ROWS(&parties, rows);
}

Test(fix_group, without_members_the_last_entry_takes_what_is_left) {
    static const struct row rows[] = {
        {"35=D|453=2|448=A|5000=D|452=1|448=B|55=X|452=3|", "A:1 B:3 "},
        {"35=D|453=1|448=A|5000=D|448=B|55=X|452=3|", "A:- !5"},
    };
    CHECK_ROWS(&open_ended, rows);
}

/* Group i has count 1000 + i and delimiter 2000 + i, and the next one in it. */
Test(fix_group, sixteen_levels_and_no_more) {
    struct test_message body = test_message_of("35=D|");
    struct fix_group_shape shapes[FIX_GROUP_DEPTH_MAX + 1];
    for (uint32_t i = 0; i <= FIX_GROUP_DEPTH_MAX; i++) {
        char text[64];
        snprintf(text, sizeof text, "%u=1|%u=%u|", 1000 + i, 2000 + i, i);
        test_append(&body, bytes_of_string(text));
        shapes[i] = (struct fix_group_shape){.count_tag = 1000 + i, .delimiter = 2000 + i};
    }
    test_append(&body, BYTES(""));
    char text[TEST_MESSAGE_MAX];
    snprintf(text, sizeof text, "%.*s", (int)body.len, body.data);
    const struct fix_view *view = view_of(text);
    struct fix_entry entry = fix_entry_of_message(view);
    struct fix_group group;
    for (uint32_t i = 0; i < FIX_GROUP_DEPTH_MAX; i++) {
        cr_assert_eq(fix_group_open(view, &entry, &shapes[i], &group), FIX_GROUP_OK, "level %u", i);
        cr_assert(fix_group_next(&group, &entry));
        uint64_t value = UINT64_MAX;
        const struct fix_field *field = fix_entry_field(view, &entry, 2000 + i);
        cr_assert_eq(fix_field_uint(view, field, 99, &value), FIX_GET_OK);
        cr_assert_eq(value, i);
    }
    cr_assert_eq(fix_group_open(view, &entry, &shapes[FIX_GROUP_DEPTH_MAX], &group),
                 FIX_GROUP_TOO_DEEP);
}

/* Any fields in any order: entries lie one after the other in the message, each begins with the
 * delimiter, and there are never more than the count says. */
Test(fix_group, entries_of_noise_are_well_formed) {
    static const char *const fields[] = {"453=1|", "453=3|", "448=A|", "448=B|", "452=1|",
                                         "802=2|", "523=x|", "803=y|", "55=Z|",  "453=x|"};
    struct prng prng;
    prng_seed(&prng, test_seed("fix_group noise"));
    for (int round = 0; round < 20000; round++) {
        char room[256];
        struct text text = text_begin(room, sizeof room - 1);
        add(&text, "35=D|");
        for (uint64_t count = prng_below(&prng, 14); count > 0; count--) {
            add(&text, fields[prng_below(&prng, sizeof fields / sizeof fields[0])]);
        }
        room[text_end(&text).len] = '\0';
        const char *body = room;
        const struct fix_view *view = view_of(body);
        struct fix_entry entry = fix_entry_of_message(view);
        struct fix_group group;
        if (fix_group_open(view, &entry, &parties, &group) != FIX_GROUP_OK) {
            continue;
        }
        uint32_t end = (uint32_t)fix_view_find(view, 453, 0) + 1;
        uint64_t seen = 0;
        while (fix_group_next(&group, &entry)) {
            cr_assert_eq(entry.first, end, "%s", body);
            cr_assert(entry.end > entry.first && entry.end < view->count, "%s", body);
            cr_assert_eq(view->fields[entry.first].tag, 448, "%s", body);
            end = entry.end;
            seen++;
        }
        uint32_t after = view->fields[end].tag;
        enum fix_group_result expected = seen < group.stated ? FIX_GROUP_FEWER
                                         : after == 448      ? FIX_GROUP_MORE
                                                             : FIX_GROUP_OK;
        cr_assert(seen <= group.stated, "%s", body);
        cr_assert_eq(fix_group_end(&group), expected, "%s", body);
    }
}
