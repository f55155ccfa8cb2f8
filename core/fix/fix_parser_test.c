#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_parser.h"
#include "core/fix/fix_parser_test_twin.h"
#include "core/fix/test_guard.h"
#include "core/fix/test_message.h"
#include "core/fix/test_mutate.h"

/* A parser for each instruction set of this CPU. */
struct parsers {
    size_t count;
    struct fix_parser of[FIX_ISAS];
};

static struct parsers *new_parsers(void) {
    static struct parsers parsers;
    parsers.count = (size_t)fix_isa_best() + 1;
    for (size_t i = 0; i < parsers.count; i++) {
        fix_parser_init(&parsers.of[i], (enum fix_isa)i);
    }
    return &parsers;
}

/* All of them agree with the plain way about `in`, at the end of what can be read. */
static enum fix_frame_result check(struct parsers *parsers, struct bytes in, size_t max) {
    struct fix_frame frame;
    enum fix_frame_result result = FIX_FRAME_PARTIAL;
    struct bytes guarded = test_guarded(in);
    for (size_t i = 0; i < parsers->count; i++) {
        const char *difference = twin_difference(&parsers->of[i], guarded, max, &frame, &result);
        cr_assert_null(difference, "%s: another %s: %.*s", fix_isa_names[i], difference,
                       (int)in.len, in.data);
    }
    return result;
}

static void check_text(struct parsers *parsers, const char *text) {
    struct test_message message = test_message_of(text);
    (void)check(parsers, test_bytes(&message), TEST_MESSAGE_MAX);
}

static void check_body(struct parsers *parsers, struct bytes body) {
    struct test_message message = test_message_with(body);
    cr_assert_eq(check(parsers, test_bytes(&message), TEST_MESSAGE_MAX), FIX_FRAME_COMPLETE);
}

Test(fix_parser, every_instruction_set_of_this_cpu_is_tested) {
    for (size_t isa = 0; isa < FIX_ISAS; isa++) {
        bool there = isa <= (size_t)fix_isa_best();
        fprintf(stderr, "fix_parser: %s %s\n", fix_isa_names[isa],
                there ? "is tested" : "is SKIPPED: this CPU has it not");
    }
    cr_assert(fix_isa_best() <= FIX_ISA_AVX512);
}

Test(fix_parser, reads_published_frames_again_and_again) {
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
            check_text(parsers, published_frames[i]);
        }
    }
}

Test(fix_parser, every_cut_of_a_message_asks_for_what_is_missing) {
    struct parsers *parsers = new_parsers();
    struct test_message message = test_message_of(published_frames[2]);
    for (int round = 0; round < 2; round++) {
        for (size_t len = 0; len <= message.len; len++) {
            enum fix_frame_result result =
                check(parsers, bytes_of(message.data, len), TEST_MESSAGE_MAX);
            cr_assert_eq(result, len == message.len ? FIX_FRAME_COMPLETE : FIX_FRAME_PARTIAL);
        }
    }
    cr_assert_eq(check(parsers, test_bytes(&message), message.len - 1), FIX_FRAME_TOO_LONG);
    cr_assert_eq(check(parsers, test_bytes(&message), message.len), FIX_FRAME_COMPLETE);
}

Test(fix_parser, only_the_first_of_several_is_read) {
    struct parsers *parsers = new_parsers();
    struct test_message stream = {.len = 0};
    for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
        test_append(&stream, bytes_of_string(published_frames[i]));
    }
    for (int round = 0; round < 3; round++) {
        struct bytes left = test_bytes(&stream);
        while (left.len != 0) {
            struct fix_frame frame;
            cr_assert_eq(fix_frame(left, TEST_MESSAGE_MAX, &frame), FIX_FRAME_COMPLETE);
            (void)check(parsers, left, TEST_MESSAGE_MAX);
            left = bytes_skip(left, frame.bytes);
        }
    }
}

/* A byte at every place of every block; lengths around each limit of the pass. */
Test(fix_parser, reads_messages_of_every_length) {
    struct parsers *parsers = new_parsers();
    struct test_message body = test_message_of("35=D|58=");
    while (body.len < 4300) {
        test_append(&body, body.len % 97 < 90 ? BYTES("\xff") : BYTES("|58="));
        bool near = body.len < 330 || (body.len > 4000 && body.len < 4150);
        if (near) {
            struct test_message whole = body;
            test_append(&whole, BYTES("|"));
            check_body(parsers, test_bytes(&whole));
        }
    }
}

Test(fix_parser, a_wrong_byte_anywhere_is_found) {
    struct parsers *parsers = new_parsers();
    struct test_message message = test_message_of(published_frames[0]);
    (void)check(parsers, test_bytes(&message), TEST_MESSAGE_MAX);
    (void)check(parsers, test_bytes(&message), TEST_MESSAGE_MAX);
    for (size_t at = 0; at < message.len; at++) {
        for (unsigned change = 1; change < 256; change = change * 2 + 1) {
            struct test_message wrong = message;
            wrong.data[at] = (char)((unsigned char)wrong.data[at] ^ change);
            cr_assert_neq(check(parsers, test_bytes(&wrong), TEST_MESSAGE_MAX), FIX_FRAME_COMPLETE,
                          "byte %zu", at);
        }
    }
}

Test(fix_parser, data_fields_may_hold_soh_wherever_they_come) {
    static const char *const bodies[] = {
        "35=D|49=A|95=7|96=a|1=b|x|58=some text that follows the data|44=1|",
        ("35=D|49=A|95=70|96=a|1=b|x||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||"
         "|58=text|"),
        "35=D|49=A|95=7|58=x|96=a|1=b|x|44=1|this is long enough for the pass|",
        "35=D|49=A|96=a|1=b|x|44=1|this=is long enough for the pass|44=12345678901|",
        "35=D|49=A|95=12|96=a|1=b|x|44=1||58=this is long enough for the pass|",
        "35=D|49=A|95=999|96=a|1=b|58=this is long enough for the pass of the parser|",
        "35=D|49=A|58=this is long enough for the pass of the parser|95=0|96=|",
        "35=D|49=A|58=this is long enough for the pass of the parser|95=4|96=abcd|",
        "35=D|49=A|58=this is long enough for the pass of the parser|95=11|96=abcd|",
        "35=D|49=A|58=this is long enough for the pass of the parser|95=11|96=abcd|10=000|",
        "35=D|49=A|58=this is long enough for the pass of the parser|95=4|",
        "35=D|10=001|58=this is long enough for the pass of the parser|95=4|",
    };
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
            check_body(parsers, bytes_of_string(bodies[i]));
        }
    }
}

Test(fix_parser, takes_512_fields_and_no_more) {
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 2; round++) {
        for (size_t count = 470; count < 530; count++) {
            static struct test_message body;
            body = test_message_of("35=0|");
            for (size_t i = 0; i + 4 < count; i++) {
                test_append(&body, i % 3 == 0 ? BYTES("1=|") : BYTES("1=x|"));
            }
            check_body(parsers, test_bytes(&body));
        }
    }
}

Test(fix_parser, more_types_and_tags_than_it_keeps_are_read) {
    struct parsers *parsers = new_parsers();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned type = 0; type < 40; type++) {
            struct test_message body = {.len = 0};
            char text[64];
            snprintf(text, sizeof text, "35=%.*s%u|", (int)(type % 9), "TYPETYPETYPE", type);
            test_append(&body, bytes_of_string(text));
            for (unsigned i = 0; i < 40; i++) {
                unsigned tag = i % 4 == 0 ? 1 + type * 999 % 1000000000 : 20 + i;
                snprintf(text, sizeof text, "%u=%u|", i % 7 == 0 ? tag * 1001 : tag, i);
                test_append(&body, bytes_of_string(text));
            }
            check_body(parsers, test_bytes(&body));
        }
    }
}

Test(fix_parser, tags_of_every_length_are_read) {
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 3; round++) {
        check_body(parsers,
                   BYTES("35=D|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|12345678=h|"
                         "123456789=i|1=j|1023=k|1024=l|12345678=m|1=n|"));
        check_body(parsers,
                   BYTES("35=D|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|12345678=h|"
                         "1234567890=i|1=j|1023=k|1024=l|12345678=m|1=n|"));
        check_body(parsers,
                   BYTES("35=D|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|0=h|1=j|"));
        check_body(parsers, BYTES("35=D|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|||1=j|"));
        check_body(parsers, BYTES("35=D|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|12|1=j|"));
        check_body(parsers, BYTES("35=|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|12|1=j|"));
        check_body(parsers, BYTES("34=1|35=D|1=a|12=b|123=c|1234=d|12345=e|123456=f|1234567=g|"));
        check_body(parsers, BYTES("35=D|35=E|8=a|9=b|123=c|35=d|12345=e|123456=f|1234567=g|"));
    }
}

/* These bodies, in turns after `once`, are learnt in a few rounds: then what follows what stays. */
static void check_settles(const char *once, const char *const *bodies, size_t count) {
    static struct fix_parser before;
    struct parsers *parsers = new_parsers();
    check_body(parsers, bytes_of_string(once));
    for (int round = 0; round < 8; round++) {
        for (size_t i = 0; i < count; i++) {
            check_body(parsers, bytes_of_string(bodies[i]));
        }
        if (round == 3) {
            before = parsers->of[0];
        }
    }
    for (size_t i = 0; i < FIX_PARSER_NODES; i++) {
        const struct fix_parser_node *node = &parsers->of[0].nodes[i];
        cr_assert(memcmp(before.nodes[i].next, node->next, sizeof node->next) == 0,
                  "what follows %u changed", node->tag);
    }
}

#define CHECK_SETTLES(once, bodies)                                                                \
    check_settles(once, bodies, sizeof(bodies) / sizeof((bodies)[0]))

/* Whatever the order of the first message was. */
Test(fix_parser, orders_that_take_turns_are_learnt) {
    static const char *const turns[] = {
        "35=D|34=1|49=AAAAAAAA|56=BBBBBBBB|11=CCCCCCCC|55=BTC-USD|54=1|38=1|44=2|40=2|59=1|",
        "35=D|56=BBBBBBBB|34=1|59=1|40=2|49=AAAAAAAA|44=2|55=BTC-USD|38=1|11=CCCCCCCC|54=1|",
    };
    CHECK_SETTLES(turns[0], turns);
    CHECK_SETTLES("35=D|34=1|38=1|44=2|40=2|49=AAAAAAAA|11=CCCCCCCC|56=BBBBBBBB|55=BTC-USD|59=1|"
                  "54=1|",
                  turns);
}

Test(fix_parser, repeating_groups_of_any_length_are_learnt) {
    static const char *const turns[] = {
        "35=X|34=1|49=AAAAAAAA|268=3|279=0|269=0|270=1|279=0|269=0|270=1|271=1|279=0|269=0|270=1|",
        "35=X|34=1|49=AAAAAAAA|268=2|279=0|269=0|270=1|271=1|279=0|269=0|270=1|",
        "35=X|34=1|49=AAAAAAAA|268=1|279=0|269=0|270=1|271=1|",
    };
    CHECK_SETTLES(turns[2], turns);
}

/* `body` without field number `without`, if it has one, and with `inserted` before number `place`.
 */
static struct test_message changed(const char *body, size_t without, size_t place,
                                   const char *inserted) {
    struct test_message out = {.len = 0};
    size_t number = 0;
    for (const char *field = body; *field != '\0'; number++) {
        const char *end = strchr(field, '|') + 1;
        if (number == place) {
            test_append(&out, bytes_of_string(inserted));
        }
        if (number != without) {
            test_append(&out, bytes_of(field, (size_t)(end - field)));
        }
        field = end;
    }
    return out;
}

/* A message that goes the way of those before it up to any field, and then another. */
Test(fix_parser, a_way_is_left_at_any_field) {
    static const char known[] = "35=D|34=1|49=SENDER|56=TARGET|52=x|11=A|55=BTC-USD|1028=N|54=1|"
                                "38=1|44=2.5|55=ETH|40=2|123456=u|59=1|60=y|";
    static const char *const inserted[] = {
        "",          "58=z|", "55=z|", "34=1|",     "1029=z|",        "5=|",    "10=001|",
        "95=1|96=|", "95=9|", "=|",    "1234567=|", "354=3|355=|z||", "038=1|", "\xff|",
    };
    enum { FIELDS = 16, NONE = 99 };
    struct parsers *parsers = new_parsers();
    for (size_t place = 0; place <= FIELDS; place++) {
        for (size_t i = 0; i < sizeof inserted / sizeof inserted[0]; i++) {
            for (int times = 0; times < 4; times++) {
                check_body(parsers, bytes_of_string(known));
            }
            size_t without = i % 2 == 0 ? place : NONE;
            struct test_message other = changed(known, without, place, inserted[i]);
            for (int times = 0; times < 3; times++) {
                check_body(parsers, test_bytes(&other));
            }
        }
    }
}

/* Entries of which no message has as many as the one before it; one is longer than a way. */
Test(fix_parser, a_way_is_longer_or_shorter_than_the_message) {
    struct parsers *parsers = new_parsers();
    for (size_t round = 0; round < 120; round++) {
        struct test_message body = test_message_of("35=X|34=1|49=AAAAAAAA|56=BBBBBBBB|268=9|");
        size_t entries = round < 60 ? round % 31 : round * 7 % 45;
        for (size_t i = 0; i < entries; i++) {
            test_append(&body, BYTES("279=0|269=1|270=100.5|"));
            test_append(&body, (i + round) % 70 == 69 ? BYTES("271=5|") : BYTES(""));
        }
        test_append(&body, round % 3 == 0 ? BYTES("58=text at the end|") : BYTES(""));
        check_body(parsers, test_bytes(&body));
        check_body(parsers, BYTES("35=0|34=1|49=AAAAAAAA|56=BBBBBBBB|112=TEST|58=another type|"));
    }
}

/* What a peer writes is parsed at the first try from its third message on: nothing is learnt any
 * more, and the way of the type is the whole message. */
Test(fix_parser, a_way_is_known_at_the_third_message) {
    static const char body[] = "35=D|34=1|49=SENDER|56=TARGET|11=A|55=BTC-USD|54=1|38=1|44=2|40=2|";
    struct parsers *parsers = new_parsers();
    check_body(parsers, BYTES("35=D|34=1|56=TARGET|49=SENDER|11=A|54=1|55=BTC-USD|"));
    for (int times = 0; times < 2; times++) {
        check_body(parsers, bytes_of_string(body));
    }
    for (size_t i = 0; i < parsers->count; i++) {
        const struct fix_parser *parser = &parsers->of[i];
        const struct fix_parser_way *way = parser->types[parser->recent].way;
        cr_expect_eq(way->count, 12, "%s knows %u fields", fix_isa_names[i], way->count);
        cr_expect(way->proved);
        cr_expect_eq(way->tag[3], 34);
        cr_expect_eq(way->tag[11], 40);
    }
}

/* A header of FIX 4.4 with this BodyLength before a body of 54 bytes, and the sum of all. */
static struct test_message message_of_length(const char *length) {
    struct test_message message = test_message_of("8=FIX.4.4|9=");
    test_append(&message, bytes_of_string(length));
    test_append(&message, BYTES("|35=D|34=1|49=SENDER|56=TARGET|11=AAAAAAAAAAAAAAAAAAAA|"));
    test_append_checksum(&message);
    return message;
}

Test(fix_parser, a_body_length_that_lies_or_is_none_is_refused) {
    static const struct {
        const char *length;
        enum fix_frame_result result;
    } rows[] = {
        {"54", FIX_FRAME_COMPLETE},        {"054", FIX_FRAME_COMPLETE},
        {"0054", FIX_FRAME_COMPLETE},      {"000000054", FIX_FRAME_COMPLETE},
        {"0000000054", FIX_FRAME_GARBLED}, {"0", FIX_FRAME_GARBLED},
        {"", FIX_FRAME_GARBLED},           {"53", FIX_FRAME_GARBLED},
        {"55", FIX_FRAME_PARTIAL},         {"100", FIX_FRAME_PARTIAL},
        {"9999", FIX_FRAME_TOO_LONG},      {"999999999", FIX_FRAME_TOO_LONG},
        {"1000000000", FIX_FRAME_GARBLED}, {"-54", FIX_FRAME_GARBLED},
        {"+54", FIX_FRAME_GARBLED},        {"5 4", FIX_FRAME_GARBLED},
        {"54.0", FIX_FRAME_GARBLED},       {"0x36", FIX_FRAME_GARBLED},
        {"2147483648", FIX_FRAME_GARBLED}, {"18446744073709551616", FIX_FRAME_GARBLED},
    };
    struct parsers *parsers = new_parsers();
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        size_t row = i % (sizeof rows / sizeof rows[0]);
        struct test_message message = message_of_length(rows[row].length);
        cr_expect_eq(check(parsers, test_bytes(&message), TEST_MESSAGE_MAX), rows[row].result,
                     "BodyLength \"%s\"", rows[row].length);
    }
}

/* What stands for `field` in a body that is good without it, and what the view says of it. */
Test(fix_parser, a_tag_that_is_none_is_a_fault_at_its_place) {
    static const struct {
        const char *field;
        enum fix_view_result result;
    } rows[] = {
        {"58=x", FIX_VIEW_OK},
        {"1=x", FIX_VIEW_OK},
        {"999999999=x", FIX_VIEW_OK},
        {"0=x", FIX_VIEW_BAD_TAG},
        {"058=x", FIX_VIEW_BAD_TAG},
        {"-1=x", FIX_VIEW_BAD_TAG},
        {"2147483648=x", FIX_VIEW_BAD_TAG},
        {"4294967354=x", FIX_VIEW_BAD_TAG},
        {"18446744073709551616=x", FIX_VIEW_BAD_TAG},
        {"18446744073709551674=x", FIX_VIEW_BAD_TAG},
        {"=x", FIX_VIEW_BAD_TAG},
        {"58", FIX_VIEW_BAD_TAG},
        {"", FIX_VIEW_BAD_TAG},
        {"5 8=x", FIX_VIEW_BAD_TAG},
        {"5|8=x", FIX_VIEW_BAD_TAG},
        {"58=|", FIX_VIEW_BAD_TAG},
        {"\xb5=x", FIX_VIEW_BAD_TAG},
        {"58\x80=x", FIX_VIEW_BAD_TAG},
        {"58=\x80\xff\x7f=", FIX_VIEW_OK},
        {"10=000", FIX_VIEW_BAD_ORDER},
        {"96=x", FIX_VIEW_BAD_DATA},
    };
    struct parsers *parsers = new_parsers();
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        size_t row = i % (sizeof rows / sizeof rows[0]);
        struct test_message body = test_message_of("35=D|34=1|49=SENDER|56=TARGET|11=AAAAAAAAA|");
        size_t start = body.len;
        test_append(&body, bytes_of_string(rows[row].field));
        test_append(&body, BYTES("|55=BTC-USD|54=1|"));
        check_body(parsers, test_bytes(&body));
        struct test_message message = test_message_with(test_bytes(&body));
        static struct fix_view view;
        struct fix_frame frame;
        enum fix_view_result parsed;
        uint32_t bad = 0;
        cr_assert_eq(fix_parse(&parsers->of[0], test_bytes(&message), TEST_MESSAGE_MAX, &frame,
                               &view, &parsed, &bad),
                     FIX_FRAME_COMPLETE);
        cr_expect_eq(parsed, rows[row].result, "%s gives %d", rows[row].field, parsed);
        bool ends_early = strchr(rows[row].field, '|') != NULL;
        cr_expect(parsed == FIX_VIEW_OK || ends_early || bad == frame.body_offset + start,
                  "%s is bad at %u", rows[row].field, bad);
    }
}

Test(fix_parser, nul_bytes_are_bytes_of_a_value_and_of_no_tag) {
    static const char in_value[] = "35=D|34=1|49=SENDER|56=TARGET|11=A\0\0A|55=BTC-USD|54=1|38=1|";
    static const char in_tag[] = "35=D|34=1|49=SENDER|56=TARGET|1\0001=A|55=BTC-USD|54=1|38=1|";
    static const char in_type[] = "35=D\0|34=1|49=SENDER|56=TARGET|11=A|55=BTC-USD|54=1|38=1|";
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 3; round++) {
        check_body(parsers, bytes_of(in_value, sizeof in_value - 1));
        check_body(parsers, bytes_of(in_tag, sizeof in_tag - 1));
        check_body(parsers, bytes_of(in_type, sizeof in_type - 1));
        check_body(parsers, BYTES("35=D|34=1|49=SENDER|56=TARGET|11=A|55=BTC-USD|54=1|38=1|"));
    }
}

/* Not even where no type is known yet. */
Test(fix_parser, nul_bytes_are_no_type_either) {
    static const char instead[] = "\0\0\0\0\0\0\0\0|34=1|49=SENDER|56=TARGET|11=A|54=1|38=1|";
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 3; round++) {
        check_body(parsers, bytes_of(instead, sizeof instead - 1));
    }
}

Test(fix_parser, ten_thousand_fields_are_too_many) {
    enum { FIELDS = 10000 };
    static char body[FIELDS * 5 + 8];
    static char message[sizeof body + 64];
    size_t len = 0;
    memcpy(body, "35=D\x01", 5);
    for (len = 5; len < sizeof body - 8; len += 5) {
        memcpy(body + len, "11=x\x01", 5);
    }
    int head = snprintf(message, sizeof message,
                        "8=FIX.4.4\x01"
                        "9=%zu\x01",
                        len);
    memcpy(message + head, body, len);
    unsigned sum = 0;
    for (size_t i = 0; i < (size_t)head + len; i++) {
        sum += (unsigned char)message[i];
    }
    len += (size_t)head;
    len += (size_t)snprintf(message + len, 16, "10=%03u\x01", sum % 256);
    struct parsers *parsers = new_parsers();
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(check(parsers, bytes_of(message, len), sizeof message), FIX_FRAME_COMPLETE);
        cr_assert_eq(check(parsers, bytes_of(message, len), TEST_MESSAGE_MAX), FIX_FRAME_TOO_LONG);
    }
}

/* Fields of a few tags in any order, data fields among them. */
static struct test_message random_body(struct prng *prng) {
    static const char *const fields[] = {
        "34=12",      "49=SENDER",  "56=TARGET",   "52=20260105-12:00:00.123",
        "11=ORD1",    "55=BTC-USD", "54=1",        "38=0.5",
        "44=30000.5", "268=2",      "279=0",       "269=1",
        "270=1.5",    "271=",       "95=3|96=a|b", "354=2|355=|1",
        "5001=x",     "123456=y",   "1234567=z",   "58=longer text here",
    };
    static const char *const types[] = {"D", "8", "X", "AE", "TOOLONGTYPE"};
    struct test_message body = test_message_of("35=");
    test_append(&body, bytes_of_string(types[prng_below(prng, sizeof types / sizeof types[0])]));
    test_append(&body, BYTES("|"));
    uint64_t at = prng_below(prng, 20);
    for (uint64_t count = 4 + prng_below(prng, 40); count > 0; count--) {
        at = prng_below(prng, 8) == 0 ? prng_below(prng, 20) : (at + 1) % 20;
        test_append(&body, bytes_of_string(fields[at]));
        test_append(&body, BYTES("|"));
    }
    return body;
}

Test(fix_parser, agrees_with_the_plain_way_on_random_orders) {
    struct parsers *parsers = new_parsers();
    struct prng prng;
    prng_seed(&prng, test_seed("fix_parser orders"));
    for (int round = 0; round < 6000; round++) {
        struct test_message body = random_body(&prng);
        bool damaged = prng_below(&prng, 3) == 0;
        for (uint64_t count = damaged ? 1 + prng_below(&prng, 3) : 0; count > 0; count--) {
            test_mutate(&body, &prng);
        }
        struct test_message message = test_message_with(test_bytes(&body));
        enum fix_frame_result result = check(parsers, test_bytes(&message), TEST_MESSAGE_MAX);
        cr_assert(damaged || result == FIX_FRAME_COMPLETE);
    }
}

Test(fix_parser, agrees_with_the_plain_way_on_damaged_messages) {
    struct parsers *parsers = new_parsers();
    struct prng prng;
    prng_seed(&prng, test_seed("fix_parser damage"));
    for (int round = 0; round < 20000; round++) {
        struct test_message message =
            test_message_of(published_frames[prng_below(&prng, PUBLISHED_FRAMES)]);
        for (uint64_t count = prng_below(&prng, 4); count > 0; count--) {
            test_mutate(&message, &prng);
        }
        size_t max = prng_below(&prng, 8) == 0 ? 1 + prng_below(&prng, 300) : TEST_MESSAGE_MAX;
        (void)check(parsers, test_bytes(&message), max);
    }
}
