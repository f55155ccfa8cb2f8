#include "core/fix/fix_field.h"
#include "core/route/fix_venue.h"

static bool has_words_for_flags(const struct fix_dialect *dialect, uint32_t flags) {
    for (unsigned bit = 0; bit < DIALECT_FLAGS; bit++) {
        if ((flags >> bit & 1) != 0 && dialect->exec_inst[bit] == NULL) {
            return false;
        }
    }
    return flags < DIALECT_TOKENS;
}

bool fix_venue_can_express(const struct fix_dialect *dialect, const struct order *order) {
    return dialect->side[order->side] != '\0' && dialect->ord_type[order->type] != '\0' &&
           dialect->time_in_force[order->time_in_force] != '\0' &&
           has_words_for_flags(dialect, order->flags);
}

/* All of its room is copied, which two moves do, and as much counts as there is text. */
static inline char *add_text(char *at, const struct fix_venue_text *text) {
    memcpy(at, text->text, sizeof(text->text));
    return at + text->len;
}

static inline char *add_bytes(char *at, const struct fix_venue_text *tag, struct bytes value,
                              size_t bytes_max) {
    CHECK(value.len <= bytes_max);
    return value.len == 0 ? at : fix_add_bytes_value(add_text(at, tag), value);
}

static inline char *add_decimal(char *at, const struct fix_venue_text *tag, int64_t scaled,
                                unsigned digits) {
    return fix_add_decimal_value(add_text(at, tag), scaled, digits);
}

static inline char *add_time(char *at, const struct fix_venue_text *tag,
                             struct fix_time_cache *cache, struct utc value, unsigned digits) {
    return fix_add_utc_value(add_text(at, tag), cache, value, digits);
}

/* What the venue calls it: a stop that has triggered is the plain type from then on. */
static enum order_type type_now(const struct order *order) {
    if (!order->triggered) {
        return order->type;
    }
    return order_type_has_price(order->type) ? ORDER_LIMIT : ORDER_MARKET;
}

static char *add_quantity(char *at, const struct fix_venue_text *tag,
                          const struct fix_venue_subject *subject) {
    const struct order *order = subject->order;
    if ((order->flags & ORDER_CASH) != 0) {
        return add_decimal(at, tag, order->cash.scaled, subject->instrument->cash_digits);
    }
    struct quantity quantity = subject->terms != NULL ? subject->terms->quantity : order->quantity;
    return add_decimal(at, tag, quantity.scaled, subject->instrument->quantity_digits);
}

static char *add_price(char *at, const struct fix_venue_text *tag,
                       const struct fix_venue_subject *subject) {
    if (!order_type_has_price(subject->order->type)) {
        return at;
    }
    struct price price = subject->terms != NULL ? subject->terms->price : subject->order->price;
    return add_decimal(at, tag, price.scaled, subject->instrument->price_digits);
}

static char *add_stop_price(char *at, const struct fix_venue_text *tag,
                            const struct fix_venue_subject *subject) {
    if (!order_type_has_stop(type_now(subject->order))) {
        return at;
    }
    struct price price =
        subject->terms != NULL ? subject->terms->stop_price : subject->order->stop_price;
    return add_decimal(at, tag, price.scaled, subject->instrument->price_digits);
}

/* Which of a row's few values it is. */
static unsigned choice_of(enum dialect_source source, const struct fix_venue_subject *subject) {
    switch (source) {
    case DIALECT_SIDE:
        return subject->order->side;
    case DIALECT_ORD_TYPE:
        return type_now(subject->order);
    case DIALECT_TIME_IN_FORCE:
        return subject->order->time_in_force;
    case DIALECT_EXEC_INST:
    case DIALECT_POST_ONLY:
        return subject->order->flags % DIALECT_TOKENS;
    case DIALECT_MASS_CANCEL_SCOPE:
        return subject->scope;
    default:
        return 0;
    }
}

static char *add_times(struct fix_venue *venue, struct now now, const struct fix_venue_step *step,
                       const struct order *order, char *at) {
    const struct fix_dialect *dialect = venue->config.dialect;
    struct fix_time_cache *cache = &venue->link.session.time_cache;
    if (step->source == DIALECT_TRANSACT_TIME) {
        return add_time(at, &step->text, cache, now.utc, dialect->time_digits);
    }
    if (step->source == DIALECT_VALID_UNTIL) {
        struct utc until = {.ns = now.utc.ns + venue->config.order_validity.ns};
        return add_time(at, &step->text, &venue->valid_until_cache, until, dialect->time_digits);
    }
    if (order->time_in_force != TIF_GTD) {
        return at;
    }
    /* Any day at all: it would only drive the others out. */
    struct fix_time_cache own = {0};
    return add_time(at, &step->text, &own, order->expire_time, dialect->expire_time_digits);
}

static char *add_step(struct fix_venue *venue, struct now now, const struct fix_venue_step *step,
                      const struct fix_venue_subject *subject, char *at) {
    const struct fix_venue_text *tag = &step->text;
    switch (step->source) {
    case DIALECT_CL_ORD_ID:
        return add_bytes(at, tag, subject->cl_ord_id, CL_ORD_ID_MAX);
    case DIALECT_ORIG_CL_ORD_ID:
        return add_bytes(at, tag, subject->orig_cl_ord_id, CL_ORD_ID_MAX);
    case DIALECT_VENUE_ORDER_ID:
        return add_bytes(
            at, tag, bytes_of(subject->order->venue_order_id, subject->order->venue_order_id_len),
            VENUE_ORDER_ID_MAX);
    case DIALECT_SYMBOL:
        return add_bytes(at, tag, subject->symbol, INSTRUMENT_SYMBOL_MAX);
    case DIALECT_QUANTITY:
        return add_quantity(at, tag, subject);
    case DIALECT_PRICE:
        return add_price(at, tag, subject);
    case DIALECT_STOP_PRICE:
        return add_stop_price(at, tag, subject);
    case DIALECT_EXPIRE_TIME:
    case DIALECT_TRANSACT_TIME:
    case DIALECT_VALID_UNTIL:
        return add_times(venue, now, step, subject->order, at);
    default:
        return add_text(at, &venue->choices[step->choice].texts[choice_of(step->source, subject)]);
    }
}

void fix_venue_encode(struct fix_venue *venue, struct now now, enum request_kind kind,
                      const struct fix_venue_subject *subject, struct fix_writer *writer) {
    const struct fix_venue_template *template = &venue->templates[kind];
    char *at = fix_writer_room(writer, template->room_bytes);
    if (at == NULL) {
        return;
    }
    for (uint32_t i = 0; i < template->count; i++) {
        at = add_step(venue, now, &template->steps[i], subject, at);
    }
    fix_writer_wrote(writer, at);
}
