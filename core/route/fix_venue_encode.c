#include "core/fix/fix_tag.h"
#include "core/route/fix_venue.h"

bool fix_venue_can_express(const struct fix_dialect *dialect, const struct order *order) {
    return dialect->side[order->side] != '\0' && dialect->ord_type[order->type] != '\0' &&
           dialect->time_in_force[order->time_in_force] != '\0' &&
           ((order->flags & ORDER_POST_ONLY) == 0 || dialect->post_only != NULL);
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

static void put_post_only(const struct fix_dialect *dialect, const struct order *order,
                          struct fix_writer *writer, uint32_t tag) {
    if ((order->flags & ORDER_POST_ONLY) != 0) {
        fix_put_bytes(writer, tag, bytes_of_string(dialect->post_only));
    }
}

static void put_time(struct fix_venue *venue, struct fix_writer *writer, uint32_t tag,
                     struct utc value) {
    fix_put_utc(writer, tag, &venue->link.session.time_cache, value,
                venue->config.dialect->time_digits);
}

static void put_field(struct fix_venue *venue, struct now now, const struct dialect_field *field,
                      const struct venue_order *what, struct fix_writer *writer) {
    const struct fix_dialect *dialect = venue->config.dialect;
    const struct order *order = what->order;
    switch (field->source) {
    case DIALECT_CL_ORD_ID:
        fix_put_bytes(writer, field->tag, what->cl_ord_id);
        break;
    case DIALECT_ORIG_CL_ORD_ID:
        fix_put_bytes(writer, field->tag, what->orig_cl_ord_id);
        break;
    case DIALECT_VENUE_ORDER_ID:
        put_bytes_if(writer, field->tag,
                     bytes_of(order->venue_order_id, order->venue_order_id_len));
        break;
    case DIALECT_SYMBOL:
        fix_put_bytes(writer, field->tag, what->symbol);
        break;
    case DIALECT_SIDE:
        fix_put_char(writer, field->tag, dialect->side[order->side]);
        break;
    case DIALECT_ORD_TYPE:
        fix_put_char(writer, field->tag, dialect->ord_type[order->type]);
        break;
    case DIALECT_QUANTITY:
        fix_put_decimal(writer, field->tag, order->quantity.scaled,
                        what->instrument->quantity_digits);
        break;
    case DIALECT_PRICE:
        if (order->type == ORDER_LIMIT) {
            fix_put_decimal(writer, field->tag, order->price.scaled,
                            what->instrument->price_digits);
        }
        break;
    case DIALECT_TIME_IN_FORCE:
        fix_put_char(writer, field->tag, dialect->time_in_force[order->time_in_force]);
        break;
    case DIALECT_TRANSACT_TIME:
        put_time(venue, writer, field->tag, now.utc);
        break;
    case DIALECT_VALID_UNTIL:
        put_time(venue, writer, field->tag,
                 (struct utc){.ns = now.utc.ns + venue->config.order_validity.ns});
        break;
    case DIALECT_POST_ONLY:
        put_post_only(dialect, order, writer, field->tag);
        break;
    case DIALECT_SELF_TRADE:
        put_char_if(writer, field->tag, dialect->self_trade[venue->config.self_trade]);
        break;
    }
}

void fix_venue_encode(struct fix_venue *venue, struct now now, const struct dialect_field *fields,
                      const struct venue_order *order, struct fix_writer *writer) {
    for (const struct dialect_field *field = fields; field->tag != 0; field++) {
        put_field(venue, now, field, order, writer);
    }
}
