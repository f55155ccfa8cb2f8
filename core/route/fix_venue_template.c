#include "core/base/text.h"
#include "core/fix/fix_time.h"
#include "core/route/fix_venue.h"

/* "18=P E|"; an order without any of them leaves the field out. */
static void add_tokens(struct text *text, const struct fix_dialect *dialect, unsigned flags) {
    bool first = true;
    for (unsigned bit = 0; bit < DIALECT_FLAGS; bit++) {
        if ((flags >> bit & 1) != 0 && dialect->exec_inst[bit] != NULL) {
            text_add(text, first ? bytes_of(NULL, 0) : BYTES(" "));
            text_add(text, bytes_of_string(dialect->exec_inst[bit]));
            first = false;
        }
    }
}

/* The character that stands for `value` in a row of this source; '\0': none. */
static char char_of(const struct fix_venue *venue, enum dialect_source source, unsigned value) {
    const struct fix_dialect *dialect = venue->config.dialect;
    switch (source) {
    case DIALECT_SIDE:
        return value < DIALECT_SIDES ? dialect->side[value] : '\0';
    case DIALECT_ORD_TYPE:
        return value < DIALECT_ORD_TYPES ? dialect->ord_type[value] : '\0';
    case DIALECT_TIME_IN_FORCE:
        return value < DIALECT_TIFS ? dialect->time_in_force[value] : '\0';
    case DIALECT_SELF_TRADE:
        return value == 0 ? dialect->self_trade[venue->config.self_trade] : '\0';
    case DIALECT_MASS_CANCEL_SCOPE:
        return value < DIALECT_SCOPES ? dialect->mass_cancel_scope[value] : '\0';
    default:
        return '\0';
    }
}

static void compile_text(const struct fix_venue *venue, const struct dialect_field *field,
                         unsigned value, struct fix_venue_text *out) {
    struct text text = text_begin(out->text, sizeof(out->text));
    text_add_number(&text, field->tag);
    text_add(&text, BYTES("="));
    size_t tag_len = text.len;
    if (field->source == DIALECT_EXEC_INST) {
        add_tokens(&text, venue->config.dialect, value);
    } else if (field->source == DIALECT_POST_ONLY) {
        add_tokens(&text, venue->config.dialect, value & ORDER_POST_ONLY);
    } else {
        char value_char = char_of(venue, field->source, value);
        text_add(&text, bytes_of(&value_char, value_char != '\0'));
    }
    bool has_value = text.len > tag_len;
    text_add(&text, BYTES("\x01"));
    CHECK(!text.overflowed);
    out->len = has_value ? (uint8_t)text.len : 0;
}

static bool has_choices(enum dialect_source source) {
    return source == DIALECT_SIDE || source == DIALECT_ORD_TYPE ||
           source == DIALECT_TIME_IN_FORCE || source == DIALECT_EXEC_INST ||
           source == DIALECT_POST_ONLY || source == DIALECT_SELF_TRADE ||
           source == DIALECT_MASS_CANCEL_SCOPE;
}

/* Messages share their choices: a row is often in all of them. */
static uint32_t find_choice(struct fix_venue *venue, const struct dialect_field *field) {
    uint32_t i = 0;
    while (i < venue->choice_count &&
           (venue->choices[i].tag != field->tag || venue->choices[i].source != field->source)) {
        i++;
    }
    if (i == venue->choice_count) {
        CHECK(i < FIX_VENUE_CHOICES_MAX);
        venue->choice_count++;
        venue->choices[i].tag = field->tag;
        venue->choices[i].source = field->source;
        for (unsigned value = 0; value < DIALECT_TOKENS; value++) {
            compile_text(venue, field, value, &venue->choices[i].texts[value]);
        }
    }
    return i;
}

/* The longest value a row can write. */
static size_t value_bytes_max(enum dialect_source source) {
    switch (source) {
    case DIALECT_CL_ORD_ID:
    case DIALECT_ORIG_CL_ORD_ID:
        return CL_ORD_ID_MAX;
    case DIALECT_VENUE_ORDER_ID:
        return VENUE_ORDER_ID_MAX;
    case DIALECT_SYMBOL:
        return INSTRUMENT_SYMBOL_MAX;
    case DIALECT_QUANTITY:
    case DIALECT_PRICE:
    case DIALECT_STOP_PRICE:
        return DECIMAL_TEXT_MAX;
    case DIALECT_EXPIRE_TIME:
    case DIALECT_TRANSACT_TIME:
    case DIALECT_VALID_UNTIL:
        return FIX_TIME_TEXT_MAX;
    default:
        return 0;
    }
}

/* Returns the most it writes. */
static size_t compile_step(struct fix_venue *venue, const struct dialect_field *field,
                           struct fix_venue_step *step) {
    step->source = field->source;
    if (has_choices(field->source)) {
        step->choice = find_choice(venue, field);
        return sizeof(step->text.text);
    }
    struct text text = text_begin(step->text.text, sizeof(step->text.text));
    text_add_number(&text, field->tag);
    text_add(&text, BYTES("="));
    step->text.len = (uint8_t)text_end(&text).len;
    return step->text.len + value_bytes_max(field->source) + 1;
}

void fix_venue_compile(struct fix_venue *venue) {
    memset(venue->choices, 0, sizeof(venue->choices));
    memset(venue->templates, 0, sizeof(venue->templates));
    venue->choice_count = 0;
    for (unsigned kind = 0; kind < DIALECT_MESSAGES; kind++) {
        struct fix_venue_template *template = &venue->templates[kind];
        const struct dialect_field *field = venue->config.dialect->messages[kind].fields;
        /* Texts are copied with all of their room. */
        template->room_bytes = sizeof(template->steps[0].text.text);
        for (; field != NULL && field->tag != 0; field++) {
            CHECK(template->count < FIX_VENUE_STEPS_MAX);
            template->room_bytes += compile_step(venue, field, &template->steps[template->count++]);
        }
        CHECK(template->room_bytes <= FIX_VENUE_BODY_MAX);
    }
}
