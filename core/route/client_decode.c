#include "core/route/client_decode.h"

#include <string.h>

#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"

/* Fields of ours in a message; each is a bit, so that a repeated tag is seen. */
enum field {
    FIELD_CL_ORD_ID,
    FIELD_ORIG_CL_ORD_ID,
    FIELD_ACCOUNT,
    FIELD_SYMBOL,
    FIELD_SIDE,
    FIELD_ORD_TYPE,
    FIELD_TIME_IN_FORCE,
    FIELD_QUANTITY,
    FIELD_PRICE,
    FIELD_TRANSACT_TIME,
    FIELD_EX_DESTINATION,
    FIELD_EXEC_INST,
    FIELD_IGNORED, /* HandlInst: said by habit, means nothing here */
    FIELD_HEADER,  /* the session layer's */
    FIELD_UNKNOWN
};

#define BIT(field) (1U << (field))

static const uint32_t fields_of_new =
    BIT(FIELD_CL_ORD_ID) | BIT(FIELD_ACCOUNT) | BIT(FIELD_SYMBOL) | BIT(FIELD_SIDE) |
    BIT(FIELD_ORD_TYPE) | BIT(FIELD_TIME_IN_FORCE) | BIT(FIELD_QUANTITY) | BIT(FIELD_PRICE) |
    BIT(FIELD_TRANSACT_TIME) | BIT(FIELD_EX_DESTINATION) | BIT(FIELD_EXEC_INST) |
    BIT(FIELD_IGNORED);

static const uint32_t fields_of_cancel =
    BIT(FIELD_CL_ORD_ID) | BIT(FIELD_ORIG_CL_ORD_ID) | BIT(FIELD_ACCOUNT) | BIT(FIELD_SYMBOL) |
    BIT(FIELD_SIDE) | BIT(FIELD_QUANTITY) | BIT(FIELD_TRANSACT_TIME) | BIT(FIELD_EX_DESTINATION);

static enum field field_of(uint32_t tag) {
    switch (tag) {
    case FIX_CL_ORD_ID:
        return FIELD_CL_ORD_ID;
    case FIX_ORIG_CL_ORD_ID:
        return FIELD_ORIG_CL_ORD_ID;
    case FIX_ACCOUNT:
        return FIELD_ACCOUNT;
    case FIX_SYMBOL:
        return FIELD_SYMBOL;
    case FIX_SIDE:
        return FIELD_SIDE;
    case FIX_ORD_TYPE:
        return FIELD_ORD_TYPE;
    case FIX_TIME_IN_FORCE:
        return FIELD_TIME_IN_FORCE;
    case FIX_ORDER_QTY:
        return FIELD_QUANTITY;
    case FIX_PRICE:
        return FIELD_PRICE;
    case FIX_TRANSACT_TIME:
        return FIELD_TRANSACT_TIME;
    case FIX_EX_DESTINATION:
        return FIELD_EX_DESTINATION;
    case FIX_EXEC_INST:
        return FIELD_EXEC_INST;
    case FIX_HANDL_INST:
        return FIELD_IGNORED;
    case FIX_BEGIN_STRING:
    case FIX_BODY_LENGTH:
    case FIX_MSG_TYPE:
    case FIX_MSG_SEQ_NUM:
    case FIX_SENDER_COMP_ID:
    case FIX_SENDER_SUB_ID:
    case FIX_TARGET_COMP_ID:
    case FIX_TARGET_SUB_ID:
    case FIX_SENDING_TIME:
    case FIX_POSS_DUP_FLAG:
    case FIX_POSS_RESEND:
    case FIX_ORIG_SENDING_TIME:
    case FIX_CHECK_SUM:
        return FIELD_HEADER;
    default:
        return FIELD_UNKNOWN;
    }
}

static struct bytes *raw_of(struct client_raw *raw, enum field field) {
    switch (field) {
    case FIELD_CL_ORD_ID:
        return &raw->cl_ord_id;
    case FIELD_ORIG_CL_ORD_ID:
        return &raw->orig_cl_ord_id;
    case FIELD_ACCOUNT:
        return &raw->account;
    case FIELD_SYMBOL:
        return &raw->symbol;
    case FIELD_SIDE:
        return &raw->side;
    case FIELD_ORD_TYPE:
        return &raw->ord_type;
    case FIELD_TIME_IN_FORCE:
        return &raw->time_in_force;
    case FIELD_QUANTITY:
        return &raw->quantity;
    case FIELD_PRICE:
        return &raw->price;
    case FIELD_TRANSACT_TIME:
        return &raw->transact_time;
    case FIELD_EX_DESTINATION:
        return &raw->ex_destination;
    case FIELD_EXEC_INST:
        return &raw->exec_inst;
    default:
        return NULL;
    }
}

static enum client_decode_result reject(struct client_decode *out, enum fix_reject_reason reason,
                                        uint32_t tag) {
    out->reason = reason;
    out->ref_tag = tag;
    return CLIENT_DECODE_REJECT;
}

static enum client_decode_result refuse(struct client_decode *out, enum reject_code code) {
    out->refuse = code;
    return CLIENT_DECODE_REFUSE;
}

static enum client_decode_result collect(const struct fix_view *view, uint32_t allowed,
                                         struct client_decode *out) {
    uint32_t seen = 0;
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t tag = view->fields[i].tag;
        enum field field = field_of(tag);
        if (field == FIELD_HEADER) {
            continue;
        }
        if (field == FIELD_UNKNOWN || (allowed & BIT(field)) == 0) {
            return reject(out, FIX_REJECT_TAG_NOT_DEFINED, tag);
        }
        if ((seen & BIT(field)) != 0) {
            return reject(out, FIX_REJECT_TAG_TWICE, tag);
        }
        seen |= BIT(field);
        if (view->fields[i].len == 0) {
            return reject(out, FIX_REJECT_TAG_EMPTY, tag);
        }
        struct bytes *place = raw_of(&out->raw, field);
        if (place != NULL) {
            *place = fix_view_value(view, i);
        }
    }
    return CLIENT_DECODE_OK;
}

/* Printable ASCII without blanks: it travels through ledgers and other people's parsers. */
static bool copy_id(struct bytes text, struct cl_ord_id *id) {
    if (text.len > CL_ORD_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~' || text.data[i] == ',') {
            return false;
        }
    }
    memcpy(id->text, text.data, text.len);
    id->text[text.len] = '\0';
    id->len = (uint8_t)text.len;
    return true;
}

static enum client_decode_result take_id(struct client_decode *out, struct bytes text, uint32_t tag,
                                         struct cl_ord_id *id) {
    if (text.len == 0) {
        return reject(out, FIX_REJECT_TAG_MISSING, tag);
    }
    return copy_id(text, id) ? CLIENT_DECODE_OK : reject(out, FIX_REJECT_VALUE, tag);
}

static enum client_decode_result take_transact_time(struct client_decode *out) {
    if (out->raw.transact_time.len == 0) {
        return reject(out, FIX_REJECT_TAG_MISSING, FIX_TRANSACT_TIME);
    }
    if (!fix_time_parse(out->raw.transact_time, &out->request.transact_time)) {
        return reject(out, FIX_REJECT_FORMAT, FIX_TRANSACT_TIME);
    }
    return CLIENT_DECODE_OK;
}

/*
 * One character out of `ours` (its index is the value); one out of `others` is FIX 4.4 but has no
 * words at any venue yet; anything else is no value of the tag.
 */
static enum client_decode_result take_enum(struct client_decode *out, struct bytes text,
                                           uint32_t tag, const char *ours, const char *others,
                                           unsigned *value) {
    if (text.len == 0) {
        return reject(out, FIX_REJECT_TAG_MISSING, tag);
    }
    if (text.len != 1 || text.data[0] == '\0') {
        return reject(out, FIX_REJECT_VALUE, tag);
    }
    const char *found = strchr(ours, text.data[0]);
    if (found != NULL) {
        *value = (unsigned)(found - ours);
        return CLIENT_DECODE_OK;
    }
    if (strchr(others, text.data[0]) != NULL) {
        return refuse(out, REJECT_UNSUPPORTED);
    }
    return reject(out, FIX_REJECT_VALUE, tag);
}

static enum client_decode_result take_kinds(struct client_decode *out) {
    struct order_request *request = &out->request;
    unsigned side = 0;
    unsigned type = 0;
    unsigned time_in_force = TIF_GTC;
    enum client_decode_result result =
        take_enum(out, out->raw.side, FIX_SIDE, "12", "3456789ABCDEFG", &side);
    if (result == CLIENT_DECODE_OK) {
        result = take_enum(out, out->raw.ord_type, FIX_ORD_TYPE, "12", "346789DEGIJKLMP", &type);
    }
    if (result == CLIENT_DECODE_OK && out->raw.time_in_force.len != 0) {
        result = take_enum(out, out->raw.time_in_force, FIX_TIME_IN_FORCE, "134", "02567",
                           &time_in_force);
    }
    if (result == CLIENT_DECODE_OK && out->raw.exec_inst.len != 0) {
        if (!bytes_equal(out->raw.exec_inst, BYTES("6"))) {
            return refuse(out, REJECT_UNSUPPORTED);
        }
        request->flags |= ORDER_POST_ONLY;
    }
    request->side = (enum order_side)side;
    request->type = (enum order_type)type;
    request->time_in_force = (enum time_in_force)time_in_force;
    return result;
}

static enum client_decode_result check_presence(struct client_decode *out) {
    if (out->raw.symbol.len == 0) {
        return reject(out, FIX_REJECT_TAG_MISSING, FIX_SYMBOL);
    }
    if (out->raw.quantity.len == 0) {
        return reject(out, FIX_REJECT_TAG_MISSING, FIX_ORDER_QTY);
    }
    return take_transact_time(out);
}

static enum client_decode_result check_price_fits(struct client_decode *out) {
    bool limit = out->request.type == ORDER_LIMIT;
    if (limit && out->raw.price.len == 0) {
        return reject(out, FIX_REJECT_TAG_MISSING, FIX_PRICE);
    }
    if (!limit && out->raw.price.len != 0) {
        return reject(out, FIX_REJECT_VALUE, FIX_PRICE);
    }
    /* A market order rests nowhere: post-only contradicts it, and so does an immediate limit. */
    if ((out->request.flags & ORDER_POST_ONLY) != 0 &&
        (!limit || out->request.time_in_force != TIF_GTC)) {
        return refuse(out, REJECT_UNSUPPORTED);
    }
    return CLIENT_DECODE_OK;
}

static enum client_decode_result take_number(struct client_decode *out, struct bytes text,
                                             uint32_t tag, unsigned digits,
                                             enum reject_code too_precise,
                                             enum reject_code out_of_range, int64_t *scaled) {
    switch (decimal_parse(text, digits, scaled)) {
    case DECIMAL_OK:
        return *scaled > 0 ? CLIENT_DECODE_OK : refuse(out, out_of_range);
    case DECIMAL_TOO_PRECISE:
        return refuse(out, too_precise);
    case DECIMAL_OVERFLOW:
        return refuse(out, out_of_range);
    case DECIMAL_MALFORMED:
        break;
    }
    return reject(out, FIX_REJECT_FORMAT, tag);
}

static enum client_decode_result take_numbers(struct client_decode *out,
                                              const struct instrument *instrument) {
    struct order_request *request = &out->request;
    enum client_decode_result result =
        take_number(out, out->raw.quantity, FIX_ORDER_QTY, instrument->quantity_digits,
                    REJECT_QUANTITY_PRECISION, REJECT_QUANTITY_RANGE, &request->quantity.scaled);
    if (result == CLIENT_DECODE_OK && request->type == ORDER_LIMIT) {
        result = take_number(out, out->raw.price, FIX_PRICE, instrument->price_digits,
                             REJECT_PRICE_PRECISION, REJECT_PRICE_RANGE, &request->price.scaled);
    }
    return result;
}

static bool venue_lists(const struct directory *directory, uint32_t instrument, uint32_t venue) {
    return instrument_table_venue_symbol(directory->instruments, instrument, venue).len != 0;
}

static enum client_decode_result only_venue(struct client_decode *out,
                                            const struct directory *directory, uint32_t allowed) {
    uint32_t found = ROUTE_NONE;
    for (uint32_t i = 0; i < directory->venue_count; i++) {
        if ((allowed >> i & 1) != 0 && venue_lists(directory, out->request.instrument, i)) {
            if (found != ROUTE_NONE) {
                return refuse(out, REJECT_VENUE_MISSING);
            }
            found = i;
        }
    }
    if (found == ROUTE_NONE) {
        return refuse(out, REJECT_NOT_LISTED);
    }
    out->request.venue = found;
    return CLIENT_DECODE_OK;
}

static enum client_decode_result
take_venue(struct client_decode *out, const struct directory *directory, struct bytes suffix) {
    uint32_t allowed = directory->clients[out->request.client].venues;
    struct bytes destination = out->raw.ex_destination;
    if (destination.len != 0 && suffix.len != 0 && !bytes_equal(destination, suffix)) {
        return refuse(out, REJECT_VENUE_CONFLICT);
    }
    struct bytes name = destination.len != 0 ? destination : suffix;
    if (name.len == 0) {
        return only_venue(out, directory, allowed);
    }
    uint32_t venue = directory_find_venue(directory, name);
    if (venue == ROUTE_NONE || (allowed >> venue & 1) == 0) {
        return refuse(out, REJECT_UNKNOWN_VENUE);
    }
    if (!venue_lists(directory, out->request.instrument, venue)) {
        return refuse(out, REJECT_NOT_LISTED);
    }
    out->request.venue = venue;
    return CLIENT_DECODE_OK;
}

static enum client_decode_result take_account(struct client_decode *out,
                                              const struct directory *directory) {
    const struct directory_client *client = &directory->clients[out->request.client];
    uint32_t account = client->only_account;
    if (out->raw.account.len != 0) {
        account = directory_find_account(directory, out->raw.account);
    }
    if (account == ROUTE_NONE || !account_set_has(&client->accounts, account) ||
        !account_set_has(&directory->venues[out->request.venue].accounts, account)) {
        return refuse(out, REJECT_UNKNOWN_ACCOUNT);
    }
    out->request.account = account;
    return CLIENT_DECODE_OK;
}

static enum client_decode_result take_route(struct client_decode *out,
                                            const struct directory *directory) {
    struct bytes symbol;
    struct bytes suffix;
    if (!instrument_symbol_split(out->raw.symbol, &symbol, &suffix)) {
        return refuse(out, REJECT_UNKNOWN_SYMBOL);
    }
    uint32_t index = instrument_table_find(directory->instruments, symbol);
    if (index == INSTRUMENT_NONE) {
        return refuse(out, REJECT_UNKNOWN_SYMBOL);
    }
    out->request.instrument = index;
    const struct instrument *instrument = instrument_table_at(directory->instruments, index);
    enum client_decode_result result = take_venue(out, directory, suffix);
    if (result == CLIENT_DECODE_OK) {
        result = take_account(out, directory);
    }
    if (result == CLIENT_DECODE_OK) {
        result = take_numbers(out, instrument);
    }
    return result;
}

enum client_decode_result client_decode_new(const struct fix_view *view,
                                            const struct directory *directory, uint32_t client,
                                            struct client_decode *out) {
    memset(out, 0, sizeof(*out));
    out->request.kind = ORDER_REQUEST_NEW;
    out->request.client = client;
    enum client_decode_result result = collect(view, fields_of_new, out);
    (void)!fix_get_bool(view, FIX_POSS_RESEND, &out->poss_resend);
    if (result == CLIENT_DECODE_OK) {
        result = take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &out->request.cl_ord_id);
    }
    if (result == CLIENT_DECODE_OK) {
        result = check_presence(out);
    }
    if (result == CLIENT_DECODE_OK) {
        result = take_kinds(out);
    }
    if (result == CLIENT_DECODE_OK) {
        result = check_price_fits(out);
    }
    return result == CLIENT_DECODE_OK ? take_route(out, directory) : result;
}

enum client_decode_result client_decode_cancel(const struct fix_view *view, uint32_t client,
                                               struct client_decode *out) {
    memset(out, 0, sizeof(*out));
    out->request.kind = ORDER_REQUEST_CANCEL;
    out->request.client = client;
    enum client_decode_result result = collect(view, fields_of_cancel, out);
    if (result == CLIENT_DECODE_OK) {
        result = take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &out->request.cl_ord_id);
    }
    if (result == CLIENT_DECODE_OK) {
        result =
            take_id(out, out->raw.orig_cl_ord_id, FIX_ORIG_CL_ORD_ID, &out->request.orig_cl_ord_id);
    }
    return result == CLIENT_DECODE_OK ? take_transact_time(out) : result;
}
