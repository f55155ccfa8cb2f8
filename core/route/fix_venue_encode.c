#include "core/fix/fix_tag.h"
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

void fix_venue_prepare(struct fix_venue *venue) {
    const struct fix_dialect *dialect = venue->config.dialect;
    for (unsigned flags = 0; flags < DIALECT_TOKENS; flags++) {
        struct fix_venue_tokens *tokens = &venue->exec_inst[flags];
        tokens->len = 0;
        for (unsigned bit = 0; bit < DIALECT_FLAGS; bit++) {
            const char *token = dialect->exec_inst[bit];
            if ((flags >> bit & 1) == 0 || token == NULL) {
                continue;
            }
            size_t len = strlen(token);
            CHECK(tokens->len + 1 + len <= sizeof(tokens->text));
            if (tokens->len != 0) {
                tokens->text[tokens->len++] = ' ';
            }
            memcpy(tokens->text + tokens->len, token, len);
            tokens->len = (uint8_t)(tokens->len + len);
        }
    }
}

static void put_char_if(struct fix_writer *writer, uint32_t tag, char value) {
    if (value != '\0') {
        fix_put_char(writer, tag, value);
    }
}

static void put_bytes_if(struct fix_writer *writer, uint32_t tag, struct bytes value) {
    if (value.len != 0) {
        fix_put_bytes(writer, tag, value);
    }
}

static void put_tokens(const struct fix_venue *venue, struct fix_writer *writer, uint32_t tag,
                       uint32_t flags) {
    const struct fix_venue_tokens *tokens = &venue->exec_inst[flags % DIALECT_TOKENS];
    put_bytes_if(writer, tag, bytes_of(tokens->text, tokens->len));
}

static void put_time(struct fix_venue *venue, struct fix_writer *writer, uint32_t tag,
                     struct utc value, unsigned digits) {
    fix_put_utc(writer, tag, &venue->link.session.time_cache, value, digits);
}

/* What the venue calls it: a stop that has triggered is the plain type from then on. */
static enum order_type type_now(const struct order *order) {
    if (!order->triggered) {
        return order->type;
    }
    return order_type_has_price(order->type) ? ORDER_LIMIT : ORDER_MARKET;
}

static void put_quantity(struct fix_writer *writer, uint32_t tag,
                         const struct fix_venue_subject *subject) {
    if ((subject->order->flags & ORDER_CASH) != 0) {
        fix_put_decimal(writer, tag, subject->order->cash.scaled, subject->instrument->cash_digits);
        return;
    }
    struct quantity quantity =
        subject->terms != NULL ? subject->terms->quantity : subject->order->quantity;
    fix_put_decimal(writer, tag, quantity.scaled, subject->instrument->quantity_digits);
}

static void put_price(struct fix_writer *writer, uint32_t tag,
                      const struct fix_venue_subject *subject) {
    if (order_type_has_price(subject->order->type)) {
        struct price price = subject->terms != NULL ? subject->terms->price : subject->order->price;
        fix_put_decimal(writer, tag, price.scaled, subject->instrument->price_digits);
    }
}

static void put_stop_price(struct fix_writer *writer, uint32_t tag,
                           const struct fix_venue_subject *subject) {
    if (order_type_has_stop(type_now(subject->order))) {
        struct price price =
            subject->terms != NULL ? subject->terms->stop_price : subject->order->stop_price;
        fix_put_decimal(writer, tag, price.scaled, subject->instrument->price_digits);
    }
}

static void put_of_order(struct fix_venue *venue, struct now now, const struct dialect_field *field,
                         const struct fix_venue_subject *subject, struct fix_writer *writer) {
    const struct fix_dialect *dialect = venue->config.dialect;
    const struct order *order = subject->order;
    switch (field->source) {
    case DIALECT_VENUE_ORDER_ID:
        put_bytes_if(writer, field->tag,
                     bytes_of(order->venue_order_id, order->venue_order_id_len));
        break;
    case DIALECT_SIDE:
        fix_put_char(writer, field->tag, dialect->side[order->side]);
        break;
    case DIALECT_ORD_TYPE:
        fix_put_char(writer, field->tag, dialect->ord_type[type_now(order)]);
        break;
    case DIALECT_QUANTITY:
        put_quantity(writer, field->tag, subject);
        break;
    case DIALECT_PRICE:
        put_price(writer, field->tag, subject);
        break;
    case DIALECT_STOP_PRICE:
        put_stop_price(writer, field->tag, subject);
        break;
    case DIALECT_TIME_IN_FORCE:
        fix_put_char(writer, field->tag, dialect->time_in_force[order->time_in_force]);
        break;
    case DIALECT_EXPIRE_TIME:
        if (order->time_in_force == TIF_GTD) {
            put_time(venue, writer, field->tag, order->expire_time, dialect->expire_time_digits);
        }
        break;
    case DIALECT_VALID_UNTIL:
        put_time(venue, writer, field->tag,
                 (struct utc){.ns = now.utc.ns + venue->config.order_validity.ns},
                 dialect->time_digits);
        break;
    case DIALECT_EXEC_INST:
        put_tokens(venue, writer, field->tag, order->flags);
        break;
    case DIALECT_POST_ONLY:
        put_tokens(venue, writer, field->tag, order->flags & ORDER_POST_ONLY);
        break;
    case DIALECT_SELF_TRADE:
        put_char_if(writer, field->tag, dialect->self_trade[venue->config.self_trade]);
        break;
    default:
        CHECK(false);
    }
}

static void put_field(struct fix_venue *venue, struct now now, const struct dialect_field *field,
                      const struct fix_venue_subject *subject, struct fix_writer *writer) {
    const struct fix_dialect *dialect = venue->config.dialect;
    switch (field->source) {
    case DIALECT_CL_ORD_ID:
        fix_put_bytes(writer, field->tag, subject->cl_ord_id);
        break;
    case DIALECT_ORIG_CL_ORD_ID:
        fix_put_bytes(writer, field->tag, subject->orig_cl_ord_id);
        break;
    case DIALECT_SYMBOL:
        put_bytes_if(writer, field->tag, subject->symbol);
        break;
    case DIALECT_TRANSACT_TIME:
        put_time(venue, writer, field->tag, now.utc, dialect->time_digits);
        break;
    case DIALECT_MASS_CANCEL_SCOPE:
        fix_put_char(writer, field->tag, dialect->mass_cancel_scope[subject->scope]);
        break;
    default:
        put_of_order(venue, now, field, subject, writer);
        break;
    }
}

void fix_venue_encode(struct fix_venue *venue, struct now now, enum request_kind kind,
                      const struct fix_venue_subject *subject, struct fix_writer *writer) {
    const struct dialect_field *fields = venue->config.dialect->messages[kind].fields;
    for (const struct dialect_field *field = fields; field->tag != 0; field++) {
        put_field(venue, now, field, subject, writer);
    }
}
