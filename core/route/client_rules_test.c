#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fix/test_message.h"
#include "core/route/client_decode.h"

/*
 * The tables of fields in the rules of engagement, against the decoder: what is required is missed,
 * what is named is taken and only once, and every other tag of FIX 4.4 is refused.
 */

#define FIX44_TAGS 957U
#define ROWS_MAX 32

struct rule {
    uint32_t tag;
    char req;
};

struct rules {
    struct rule rows[ROWS_MAX];
    size_t count;
};

static struct directory directory;
static struct fix_view view;
static struct client_decode decode;

static void fill_directory(void) {
    struct instrument_table_limits limits = {.instruments = 1, .venues = 1};
    static const struct hash_seed seed;
    struct instrument_table *table =
        instrument_table_init(aligned_alloc(64, instrument_table_footprint(limits)), limits, &seed);
    struct instrument_spec spec = {.symbol = BYTES("AAA-USD"),
                                   .tick = {1},
                                   .lot = {1},
                                   .min_quantity = {1},
                                   .max_quantity = {INT64_MAX},
                                   .contract = {1}};
    uint32_t index;
    cr_assert_eq(instrument_table_add(table, &spec, &index), INSTRUMENT_ADD_OK);
    cr_assert_eq(instrument_table_add_venue(table, index, 0, spec.symbol), INSTRUMENT_ADD_OK);
    instrument_table_seal(table);
    directory = (struct directory){.instruments = table,
                                   .accounts = {BYTES("ACC")},
                                   .account_count = 1,
                                   .venues = {{.name = BYTES("V")}},
                                   .venue_count = 1,
                                   .clients = {{.name = BYTES("c"), .venues = 1}},
                                   .client_count = 1};
    account_set_add(&directory.venues[0].accounts, 0);
    account_set_add(&directory.clients[0].accounts, 0);
}

static void free_directory(void) {
    free((void *)(uintptr_t)directory.instruments);
}

TestSuite(client_rules, .init = fill_directory, .fini = free_directory);

static void read_rules(char type, struct rules *rules) {
    FILE *file = fopen(RULES_OF_ENGAGEMENT, "r");
    cr_assert_not_null(file);
    char line[512];
    char heading[16];
    bool here = false;
    snprintf(heading, sizeof(heading), "(35=%c)", type);
    rules->count = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        struct rule *rule = &rules->rows[rules->count];
        if (strncmp(line, "## ", 3) == 0) {
            here = strstr(line, heading) != NULL;
        } else if (here && sscanf(line, "| %u | %*[^|] | %c |", &rule->tag, &rule->req) == 2) {
            rules->count++;
            cr_assert_lt(rules->count, ROWS_MAX);
        }
    }
    (void)fclose(file);
    cr_assert_gt(rules->count, 3, "35=%c has a table", type);
}

/* A message of each type that has every field of its table once, but for those that exclude others;
 * and the fields that have no place in it. */
static const struct sample {
    char type;
    const char *fields;
    const char *others;
} samples[] = {
    {'D',
     "|11=ID|1=ACC|55=AAA-USD|100=V|54=1|38=1|854=0|40=4|44=5|99=5|59=1|18=E|"
     "60=20260105-12:00:00|21=1|",
     "|152=1|126=20260105-12:00:00|"},
    {'G',
     "|11=ID|41=O|1=ACC|55=AAA-USD|100=V|54=1|38=1|854=0|40=4|44=5|99=5|59=6|"
     "126=20260105-12:00:00|18=E|60=20260105-12:00:00|21=1|",
     "|"},
    {'F', "|11=ID|41=O|60=20260105-12:00:00|1=ACC|38=1|54=1|55=AAA-USD|100=V|", "|"},
    {'H', "|11=ID|790=Q|1=ACC|54=1|55=AAA-USD|", "|"},
    {'q', "|11=ID|530=1|55=AAA-USD|60=20260105-12:00:00|", "|"},
};

/* False where the framing refuses already: a length without its data. */
static bool parse(char type, const char *fields) {
    static struct test_message message;
    char body[1024];
    uint32_t bad;
    int len = snprintf(body, sizeof(body), "35=%c|34=7|49=C|52=20260105-12:00:00.000|56=R%s", type,
                       fields);
    message = test_message_with(bytes_of(body, (size_t)len));
    return fix_view_parse(test_bytes(&message), &view, &bad) == FIX_VIEW_OK;
}

static enum client_decode_result decode_it(char type, const char *fields) {
    cr_assert(parse(type, fields), "%s", fields);
    switch (type) {
    case 'D':
        return client_decode_new(&view, &directory, 0, &decode);
    case 'G':
        return client_decode_replace(&view, &directory, 0, &decode);
    case 'F':
        return client_decode_cancel(&view, 0, &decode);
    case 'H':
        return client_decode_status(&view, 0, &decode);
    default:
        return client_decode_mass_cancel(&view, &directory, 0, &decode);
    }
}

/* "|11=ID|": where the field with this tag begins, at its bar; NULL. */
static const char *find_field(const char *fields, uint32_t tag) {
    char key[16];
    snprintf(key, sizeof(key), "|%u=", tag);
    return strstr(fields, key);
}

/* Without the field; or with another value, when there is one. */
static const char *with(const char *fields, uint32_t tag, const char *value) {
    static char out[1024];
    const char *at = find_field(fields, tag);
    int head = at == NULL ? (int)strlen(fields) - 1 : (int)(at - fields);
    const char *tail = at == NULL ? "|" : strchr(at + 1, '|');
    if (value == NULL) {
        snprintf(out, sizeof(out), "%.*s%s", head, fields, tail);
    } else {
        snprintf(out, sizeof(out), "%.*s|%u=%s%s", head, fields, tag, value, tail);
    }
    return out;
}

static void expect_reject(char type, const char *fields, enum fix_reject_reason reason,
                          uint32_t tag) {
    enum client_decode_result result = decode_it(type, fields);
    cr_expect(result == CLIENT_DECODE_REJECT && decode.reason == reason && decode.ref_tag == tag,
              "35=%c%s: %d, 373=%d 371=%u instead of 373=%d 371=%u", type, fields, (int)result,
              (int)decode.reason, decode.ref_tag, (int)reason, tag);
}

static const struct rule *find_rule(const struct rules *rules, uint32_t tag) {
    for (size_t i = 0; i < rules->count; i++) {
        if (rules->rows[i].tag == tag) {
            return &rules->rows[i];
        }
    }
    return NULL;
}

Test(client_rules, samples_are_taken_and_have_every_field) {
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *sample = &samples[i];
        struct rules rules;
        read_rules(sample->type, &rules);
        cr_expect_eq(decode_it(sample->type, sample->fields), CLIENT_DECODE_OK, "35=%c: 373=%d %u",
                     sample->type, (int)decode.reason, decode.ref_tag);
        for (size_t k = 0; k < rules.count; k++) {
            uint32_t tag = rules.rows[k].tag;
            cr_expect(find_field(sample->fields, tag) != NULL ||
                          find_field(sample->others, tag) != NULL,
                      "35=%c: the sample is to have %u", sample->type, tag);
        }
    }
}

Test(client_rules, what_is_required_is_missed_and_what_is_not_is_not) {
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *sample = &samples[i];
        struct rules rules;
        read_rules(sample->type, &rules);
        for (size_t k = 0; k < rules.count; k++) {
            const struct rule *rule = &rules.rows[k];
            const char *fields = with(sample->fields, rule->tag, NULL);
            if (rule->req == 'Y') {
                expect_reject(sample->type, fields, FIX_REJECT_TAG_MISSING, rule->tag);
            } else if (rule->req == 'N') {
                cr_expect_neq(decode_it(sample->type, fields), CLIENT_DECODE_REJECT,
                              "35=%c%s: 373=%d %u", sample->type, fields, (int)decode.reason,
                              decode.ref_tag);
            }
        }
    }
}

Test(client_rules, no_field_is_said_twice_or_empty) {
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *sample = &samples[i];
        struct rules rules;
        read_rules(sample->type, &rules);
        for (size_t k = 0; k < rules.count; k++) {
            uint32_t tag = rules.rows[k].tag;
            char twice[1024];
            expect_reject(sample->type, with(sample->fields, tag, ""), FIX_REJECT_TAG_EMPTY, tag);
            snprintf(twice, sizeof(twice), "%s%u=1|%u=1|", with(sample->fields, tag, NULL), tag,
                     tag);
            expect_reject(sample->type, twice, FIX_REJECT_TAG_TWICE, tag);
        }
    }
}

Test(client_rules, every_other_tag_is_refused) {
    static const char header[] = "|8|9|10|34|35|43|49|50|52|56|57|97|122|";
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *sample = &samples[i];
        struct rules rules;
        read_rules(sample->type, &rules);
        for (uint32_t tag = 1; tag < FIX44_TAGS; tag++) {
            char key[16];
            snprintf(key, sizeof(key), "|%u|", tag);
            if (strstr(header, key) == NULL && find_rule(&rules, tag) == NULL &&
                parse(sample->type, with(sample->fields, tag, "1"))) {
                expect_reject(sample->type, with(sample->fields, tag, "1"),
                              FIX_REJECT_TAG_NOT_DEFINED, tag);
            }
        }
    }
}

Test(client_rules, the_header_comes_first_and_once) {
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *sample = &samples[i];
        char fields[1024];
        snprintf(fields, sizeof(fields), "%s97=Y|", sample->fields);
        expect_reject(sample->type, fields, FIX_REJECT_TAG_ORDER, 97);
        snprintf(fields, sizeof(fields), "|97=Y|97=N%s", sample->fields);
        expect_reject(sample->type, fields, FIX_REJECT_TAG_TWICE, 97);
        snprintf(fields, sizeof(fields), "|97=Y|50=DESK%s", sample->fields);
        cr_expect_eq(decode_it(sample->type, fields), CLIENT_DECODE_OK);
        cr_expect(decode.poss_resend);
    }
}
