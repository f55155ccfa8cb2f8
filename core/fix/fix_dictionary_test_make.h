/*
 * Messages made from a dictionary's tables: right ones, with groups and all, and wrong ones that
 * differ from a right one in a few whole fields. For tests and fuzzers only.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_MAKE_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_MAKE_H

#include "core/base/prng.h"
#include "core/fix/fix_dictionary_table.h"
#include "core/fix/test_message.h"

#define MAKE_FIELDS_MAX 160
#define MAKE_VALUE_MAX 32

struct made_field {
    uint32_t tag;
    char value[MAKE_VALUE_MAX];
};

/* From MsgType(35) on, without CheckSum. */
struct made {
    uint32_t count;
    struct made_field fields[MAKE_FIELDS_MAX];
};

static inline void make_field(struct made *made, uint32_t tag, const char *value) {
    if (made->count < MAKE_FIELDS_MAX) {
        struct made_field *field = &made->fields[made->count++];
        field->tag = tag;
        snprintf(field->value, sizeof field->value, "%s", value);
    }
}

static inline const char *make_sample(enum fix_type type) {
    static const char *const samples[] = {
        [FIX_TYPE_STRING] = "text",
        [FIX_TYPE_CHAR] = "x",
        [FIX_TYPE_MULTIPLEVALUESTRING] = "a b",
        [FIX_TYPE_INT] = "-7",
        [FIX_TYPE_LENGTH] = "3",
        [FIX_TYPE_SEQNUM] = "17",
        [FIX_TYPE_NUMINGROUP] = "0",
        [FIX_TYPE_FLOAT] = "-0.25",
        [FIX_TYPE_QTY] = "100",
        [FIX_TYPE_PRICE] = "84000.1",
        [FIX_TYPE_PRICEOFFSET] = "-.5",
        [FIX_TYPE_AMT] = "0012.50",
        [FIX_TYPE_PERCENTAGE] = "5.",
        [FIX_TYPE_BOOLEAN] = "Y",
        [FIX_TYPE_CURRENCY] = "USDT",
        [FIX_TYPE_COUNTRY] = "CH",
        [FIX_TYPE_EXCHANGE] = "KRAKEN",
        [FIX_TYPE_UTCTIMESTAMP] = "20240229-23:59:60.123456",
        [FIX_TYPE_UTCTIMEONLY] = "00:00:00",
        [FIX_TYPE_UTCDATEONLY] = "20240229",
        [FIX_TYPE_LOCALMKTDATE] = "19991231",
        [FIX_TYPE_MONTHYEAR] = "202402w3",
        [FIX_TYPE_DAYOFMONTH] = "31",
        [FIX_TYPE_TZTIMEONLY] = "07:39-08:00",
    };
    return samples[type];
}

/* A right value; `text` has MAKE_VALUE_MAX bytes. */
static inline void make_value(struct prng *prng, const struct fix_field_rule *rule, char *text) {
    unsigned bit = (unsigned)prng_below(prng, 64);
    if (rule->values == FIX_VALUES_ANY) {
        snprintf(text, MAKE_VALUE_MAX, "%s", make_sample((enum fix_type)rule->type));
    } else if (rule->values == FIX_VALUES_WORDS) {
        snprintf(text, MAKE_VALUE_MAX, "%.*s", (int)strcspn(rule->words, " "), rule->words);
    } else {
        while ((rule->set >> bit & 1) == 0) {
            bit = (bit + 1) % 64;
        }
        if (rule->values == FIX_VALUES_LETTERS) {
            snprintf(text, MAKE_VALUE_MAX, "%c", '0' + (int)bit);
        } else {
            snprintf(text, MAKE_VALUE_MAX, "%u", bit == 63 ? 99 : bit);
        }
    }
}

static inline void make_group(struct prng *prng, const struct fix_dictionary *dictionary,
                              const struct fix_message_rule *message, struct made *made,
                              const struct fix_group_rule *group);

/* The field with a right value, and its group when it is a count. */
static inline void make_placed(struct prng *prng, const struct fix_dictionary *dictionary,
                               const struct fix_message_rule *message, struct made *made,
                               uint32_t slot) {
    const struct fix_field_rule *rule = &dictionary->fields[slot];
    char value[MAKE_VALUE_MAX];
    if (rule->type == FIX_TYPE_DATA) {
        return;
    }
    if (rule->type == FIX_TYPE_NUMINGROUP) {
        const uint8_t *index = message->groups;
        while (dictionary->groups[*index].count != slot) {
            index++;
        }
        make_group(prng, dictionary, message, made, &dictionary->groups[*index]);
        return;
    }
    make_value(prng, rule, value);
    make_field(made, fix_dictionary_tag(dictionary, slot), value);
}

static inline void make_group(struct prng *prng, const struct fix_dictionary *dictionary,
                              const struct fix_message_rule *message, struct made *made,
                              const struct fix_group_rule *group) {
    char value[MAKE_VALUE_MAX];
    unsigned entries = (unsigned)prng_below(prng, 4);
    snprintf(value, sizeof value, "%u", entries);
    make_field(made, group->count, value);
    for (unsigned entry = 0; entry < entries; entry++) {
        make_placed(prng, dictionary, message, made, group->members[0]);
        for (const uint16_t *member = group->members + 1; *member != 0; member++) {
            bool count = dictionary->fields[*member].type == FIX_TYPE_NUMINGROUP;
            if (prng_below(prng, count ? 3 : 12) == 0) {
                make_placed(prng, dictionary, message, made, *member);
            }
        }
    }
}

static inline bool make_is_required(const struct fix_message_rule *message, uint32_t slot) {
    const uint16_t *required = message->required;
    while (*required != 0 && *required != slot) {
        required++;
    }
    return *required != 0;
}

/* A message of the type with nothing wrong, unless it came out too long: then false. */
static inline bool make_right(struct prng *prng, const struct fix_dictionary *dictionary,
                              const struct fix_message_rule *message, struct made *made) {
    uint32_t slots = dictionary->direct_tags + dictionary->extra_count;
    made->count = 0;
    make_field(made, 35, message->type);
    for (unsigned place = FIX_PLACE_HEADER; place <= FIX_PLACE_BODY; place++) {
        for (uint32_t slot = 0; slot < slots; slot++) {
            bool special = slot == 8 || slot == 9 || slot == 35;
            if (message->places[slot] == place && !special &&
                (make_is_required(message, slot) || prng_below(prng, 10) == 0)) {
                make_placed(prng, dictionary, message, made, slot);
            }
        }
    }
    return made->count < MAKE_FIELDS_MAX;
}

static inline const char *make_odd_value(struct prng *prng) {
    static const char *const odd[] = {"",   "0",  "1", "2",   "3",        "99", "Y",
                                      "-1", "+1", "x", "1.5", "20240230", " ",  "1 2"};
    return odd[prng_below(prng, sizeof odd / sizeof odd[0])];
}

/* A tag of the message's, mostly; else any. */
static inline uint32_t make_tag(struct prng *prng, const struct made *made) {
    static const uint32_t foreign[] = {2, 101, 336, 448, 455, 539, 628, 957, 999, 5000, 20002};
    if (prng_below(prng, 3) == 0) {
        return foreign[prng_below(prng, sizeof foreign / sizeof foreign[0])];
    }
    return made->fields[prng_below(prng, made->count)].tag;
}

/* Changes one whole field: away, twice, elsewhere, another value, another tag. Never 35. */
static inline void make_wrong(struct prng *prng, struct made *made) {
    if (made->count < 3 || made->count >= MAKE_FIELDS_MAX) {
        return;
    }
    uint32_t at = 1 + (uint32_t)prng_below(prng, made->count - 1);
    uint32_t other = 1 + (uint32_t)prng_below(prng, made->count - 1);
    struct made_field field = made->fields[at];
    switch (prng_below(prng, 6)) {
    case 0:
        made->count--;
        memmove(&made->fields[at], &made->fields[at + 1], (made->count - at) * sizeof field);
        break;
    case 1:
        memmove(&made->fields[other + 1], &made->fields[other],
                (made->count - other) * sizeof field);
        made->fields[other] = field;
        made->count++;
        break;
    case 2:
        made->fields[at] = made->fields[other];
        made->fields[other] = field;
        break;
    case 3:
        made->fields[at].tag = make_tag(prng, made);
        break;
    default:
        snprintf(made->fields[at].value, MAKE_VALUE_MAX, "%s", make_odd_value(prng));
        break;
    }
}

static inline struct test_message make_message(const struct made *made) {
    struct test_message body = {.len = 0};
    for (uint32_t i = 0; i < made->count; i++) {
        char text[MAKE_VALUE_MAX + 16];
        int len = snprintf(text, sizeof text, "%u=%s|", made->fields[i].tag, made->fields[i].value);
        test_append(&body, bytes_of(text, (size_t)len));
    }
    return test_message_with(test_bytes(&body));
}

#endif
