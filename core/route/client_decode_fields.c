#include <string.h>

#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"
#include "core/route/client_decode_internal.h"

/* Tags below this one are told apart by a table; those of ours are, and most of FIX 4.4. */
#define TAGS 1024U

static const uint8_t field_of_tag[TAGS] = {
    [FIX_CL_ORD_ID] = FIELD_CL_ORD_ID,
    [FIX_ORIG_CL_ORD_ID] = FIELD_ORIG_CL_ORD_ID,
    [FIX_ACCOUNT] = FIELD_ACCOUNT,
    [FIX_SYMBOL] = FIELD_SYMBOL,
    [FIX_SIDE] = FIELD_SIDE,
    [FIX_ORD_TYPE] = FIELD_ORD_TYPE,
    [FIX_TIME_IN_FORCE] = FIELD_TIME_IN_FORCE,
    [FIX_ORDER_QTY] = FIELD_QUANTITY,
    [FIX_QTY_TYPE] = FIELD_QUANTITY_TYPE,
    [FIX_CASH_ORDER_QTY] = FIELD_CASH,
    [FIX_PRICE] = FIELD_PRICE,
    [FIX_STOP_PX] = FIELD_STOP_PRICE,
    [FIX_EXPIRE_TIME] = FIELD_EXPIRE_TIME,
    [FIX_TRANSACT_TIME] = FIELD_TRANSACT_TIME,
    [FIX_EX_DESTINATION] = FIELD_EX_DESTINATION,
    [FIX_EXEC_INST] = FIELD_EXEC_INST,
    [FIX_MASS_CANCEL_REQUEST_TYPE] = FIELD_MASS_SCOPE,
    [FIX_ORD_STATUS_REQ_ID] = FIELD_STATUS_ID,
    [FIX_HANDL_INST] = FIELD_IGNORED,
    [FIX_BEGIN_STRING] = FIELD_HEADER,
    [FIX_BODY_LENGTH] = FIELD_HEADER,
    [FIX_MSG_TYPE] = FIELD_HEADER,
    [FIX_MSG_SEQ_NUM] = FIELD_HEADER,
    [FIX_SENDER_COMP_ID] = FIELD_HEADER,
    [FIX_SENDER_SUB_ID] = FIELD_HEADER,
    [FIX_TARGET_COMP_ID] = FIELD_HEADER,
    [FIX_TARGET_SUB_ID] = FIELD_HEADER,
    [FIX_SENDING_TIME] = FIELD_HEADER,
    [FIX_POSS_DUP_FLAG] = FIELD_HEADER,
    [FIX_POSS_RESEND] = FIELD_HEADER,
    [FIX_ORIG_SENDING_TIME] = FIELD_HEADER,
    [FIX_CHECK_SUM] = FIELD_HEADER,
};

#define RAW(member) offsetof(struct client_raw, member)

static const struct {
    uint16_t tag;
    uint16_t raw;
} field_info[CLIENT_FIELDS] = {
    [FIELD_CL_ORD_ID] = {FIX_CL_ORD_ID, RAW(cl_ord_id)},
    [FIELD_ORIG_CL_ORD_ID] = {FIX_ORIG_CL_ORD_ID, RAW(orig_cl_ord_id)},
    [FIELD_ACCOUNT] = {FIX_ACCOUNT, RAW(account)},
    [FIELD_SYMBOL] = {FIX_SYMBOL, RAW(symbol)},
    [FIELD_SIDE] = {FIX_SIDE, RAW(side)},
    [FIELD_ORD_TYPE] = {FIX_ORD_TYPE, RAW(ord_type)},
    [FIELD_TIME_IN_FORCE] = {FIX_TIME_IN_FORCE, RAW(time_in_force)},
    [FIELD_QUANTITY] = {FIX_ORDER_QTY, RAW(quantity)},
    [FIELD_QUANTITY_TYPE] = {FIX_QTY_TYPE, RAW(quantity_type)},
    [FIELD_CASH] = {FIX_CASH_ORDER_QTY, RAW(cash)},
    [FIELD_PRICE] = {FIX_PRICE, RAW(price)},
    [FIELD_STOP_PRICE] = {FIX_STOP_PX, RAW(stop_price)},
    [FIELD_EXPIRE_TIME] = {FIX_EXPIRE_TIME, RAW(expire_time)},
    [FIELD_TRANSACT_TIME] = {FIX_TRANSACT_TIME, RAW(transact_time)},
    [FIELD_EX_DESTINATION] = {FIX_EX_DESTINATION, RAW(ex_destination)},
    [FIELD_EXEC_INST] = {FIX_EXEC_INST, RAW(exec_inst)},
    [FIELD_MASS_SCOPE] = {FIX_MASS_CANCEL_REQUEST_TYPE, RAW(mass_scope)},
    [FIELD_STATUS_ID] = {FIX_ORD_STATUS_REQ_ID, RAW(status_id)},
    [FIELD_IGNORED] = {FIX_HANDL_INST, RAW(ignored)},
};

_Static_assert(CLIENT_FIELDS <= 32, "a set of fields is 32 bits");

enum client_decode_result client_reject(struct client_decode *out, enum fix_reject_reason reason,
                                        uint32_t tag) {
    out->reason = reason;
    out->ref_tag = tag;
    return CLIENT_DECODE_REJECT;
}

enum client_decode_result client_refuse(struct client_decode *out, enum reject_code code) {
    out->refuse = code;
    return CLIENT_DECODE_REFUSE;
}

static struct bytes *raw_of(struct client_raw *raw, unsigned field) {
    return (struct bytes *)(void *)((char *)raw + field_info[field].raw);
}

/* The session has read the header already; that it comes first and says nothing twice is looked at
 * here. Its tags are below 128, and CheckSum(10) comes last of itself. */
static enum client_decode_result check_header(struct client_decode *out, uint32_t tag,
                                              uint64_t seen[2], bool in_body) {
    uint64_t bit = UINT64_C(1) << (tag & 63);
    if ((seen[tag >> 6 & 1] & bit) != 0) {
        return client_reject(out, FIX_REJECT_TAG_TWICE, tag);
    }
    seen[tag >> 6 & 1] |= bit;
    return in_body && tag != FIX_CHECK_SUM ? client_reject(out, FIX_REJECT_TAG_ORDER, tag)
                                           : CLIENT_DECODE_OK;
}

static enum client_decode_result collect(const struct fix_view *view, uint32_t allowed,
                                         uint32_t *seen, struct client_decode *out) {
    uint64_t header[2] = {0, 0};
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t tag = view->fields[i].tag;
        unsigned field = tag < TAGS ? field_of_tag[tag] : FIELD_UNKNOWN;
        if (field == FIELD_HEADER) {
            enum client_decode_result result = check_header(out, tag, header, *seen != 0);
            if (result != CLIENT_DECODE_OK) {
                return result;
            }
            continue;
        }
        if ((allowed & FIELD_BIT(field)) == 0) {
            return client_reject(out, FIX_REJECT_TAG_NOT_DEFINED, tag);
        }
        if ((*seen & FIELD_BIT(field)) != 0) {
            return client_reject(out, FIX_REJECT_TAG_TWICE, tag);
        }
        *seen |= FIELD_BIT(field);
        if (view->fields[i].len == 0) {
            return client_reject(out, FIX_REJECT_TAG_EMPTY, tag);
        }
        *raw_of(&out->raw, field) = fix_view_value(view, i);
    }
    return CLIENT_DECODE_OK;
}

/* Of a message that is sent again; the session has seen to it that 122 is there, and a time. */
static struct utc sent_first(const struct fix_view *view) {
    struct utc at = {.ns = 0};
    bool again = false;
    struct bytes text;
    (void)!fix_get_bool(view, FIX_POSS_DUP_FLAG, &again);
    if (again && fix_get_bytes(view, FIX_ORIG_SENDING_TIME, &text) == FIX_GET_OK) {
        (void)!fix_time_parse(text, &at);
    }
    return at;
}

enum client_decode_result client_collect(const struct fix_view *view,
                                         const struct client_fields *fields,
                                         enum order_request_kind kind, uint32_t client,
                                         struct client_decode *out) {
    uint32_t seen = 0;
    memset(out, 0, sizeof(*out));
    out->request.kind = kind;
    out->request.client = client;
    (void)!fix_get_bool(view, FIX_POSS_RESEND, &out->poss_resend);
    out->sent_first = sent_first(view);
    enum client_decode_result result = collect(view, fields->allowed, &seen, out);
    uint32_t missing = fields->required & ~seen;
    if (result == CLIENT_DECODE_OK && missing != 0) {
        return client_reject(out, FIX_REJECT_TAG_MISSING, field_info[__builtin_ctz(missing)].tag);
    }
    return result;
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

enum client_decode_result client_take_id(struct client_decode *out, struct bytes text, uint32_t tag,
                                         struct cl_ord_id *id) {
    return copy_id(text, id) ? CLIENT_DECODE_OK : client_reject(out, FIX_REJECT_VALUE, tag);
}

enum client_decode_result client_take_utc(struct client_decode *out, struct bytes text,
                                          uint32_t tag, struct utc *value) {
    return fix_time_parse(text, value) ? CLIENT_DECODE_OK
                                       : client_reject(out, FIX_REJECT_FORMAT, tag);
}

/*
 * One character out of `ours` (its index is the value); one out of `others` is FIX 4.4 but has no
 * words at any venue yet; anything else is no value of the tag.
 */
static enum client_decode_result take_enum(struct client_decode *out, struct bytes text,
                                           uint32_t tag, const char *ours, const char *others,
                                           unsigned *value) {
    if (text.len != 1 || text.data[0] == '\0') {
        return client_reject(out, FIX_REJECT_VALUE, tag);
    }
    const char *found = strchr(ours, text.data[0]);
    if (found != NULL) {
        *value = (unsigned)(found - ours);
        return CLIENT_DECODE_OK;
    }
    if (strchr(others, text.data[0]) != NULL) {
        return client_refuse(out, REJECT_UNSUPPORTED);
    }
    return client_reject(out, FIX_REJECT_VALUE, tag);
}

static bool is_letter_or_digit(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

/* MultipleValueString: single characters with one blank between (FIX 4.4 volume 1). */
static enum client_decode_result take_exec_inst(struct client_decode *out) {
    struct bytes text = out->raw.exec_inst;
    enum client_decode_result result = CLIENT_DECODE_OK;
    for (size_t i = 0; i < text.len; i += 2) {
        bool alone = i + 1 == text.len || (text.data[i + 1] == ' ' && i + 2 < text.len);
        if (!alone || !is_letter_or_digit(text.data[i])) {
            return client_reject(out, FIX_REJECT_VALUE, FIX_EXEC_INST);
        }
        if (text.data[i] == '6') {
            out->request.flags |= ORDER_POST_ONLY;
        } else if (text.data[i] == 'E') {
            out->request.flags |= ORDER_REDUCE_ONLY;
        } else {
            result = client_refuse(out, REJECT_UNSUPPORTED);
        }
    }
    return result;
}

enum client_decode_result client_take_kinds(struct client_decode *out) {
    struct order_request *request = &out->request;
    const struct client_raw *raw = &out->raw;
    unsigned side = 0;
    unsigned type = 0;
    unsigned time_in_force = TIF_GTC;
    enum client_decode_result result =
        take_enum(out, raw->side, FIX_SIDE, "12", "3456789ABCDEFG", &side);
    if (result == CLIENT_DECODE_OK) {
        result = take_enum(out, raw->ord_type, FIX_ORD_TYPE, "1234", "6789DEGIJKLMP", &type);
    }
    if (result == CLIENT_DECODE_OK && raw->time_in_force.len != 0) {
        result =
            take_enum(out, raw->time_in_force, FIX_TIME_IN_FORCE, "1346", "0257", &time_in_force);
    }
    request->side = (enum order_side)side;
    request->type = (enum order_type)type;
    request->time_in_force = (enum time_in_force)time_in_force;
    return result == CLIENT_DECODE_OK ? take_exec_inst(out) : result;
}

/* Missing where it is needed, or there where nothing could follow from it. */
static enum client_decode_result must_be(struct client_decode *out, bool wanted, struct bytes text,
                                         uint32_t tag) {
    if (wanted == (text.len != 0)) {
        return CLIENT_DECODE_OK;
    }
    return client_reject(out, wanted ? FIX_REJECT_TAG_MISSING : FIX_REJECT_VALUE, tag);
}

/* A market order rests nowhere: post-only contradicts it, and so does an immediate limit. */
static bool contradicts_itself(const struct order_request *request) {
    bool rests = request->time_in_force == TIF_GTC || request->time_in_force == TIF_GTD;
    return (request->flags & ORDER_POST_ONLY) != 0 && (request->type != ORDER_LIMIT || !rests);
}

enum client_decode_result client_take_conditions(struct client_decode *out) {
    struct order_request *request = &out->request;
    const struct client_raw *raw = &out->raw;
    bool dated = request->time_in_force == TIF_GTD;
    /* A replace need not say again when the order ends. */
    bool date_wanted = dated && (request->kind == ORDER_REQUEST_NEW || raw->expire_time.len != 0);
    enum client_decode_result result =
        must_be(out, order_type_has_price(request->type), raw->price, FIX_PRICE);
    if (result == CLIENT_DECODE_OK) {
        result = must_be(out, order_type_has_stop(request->type), raw->stop_price, FIX_STOP_PX);
    }
    if (result == CLIENT_DECODE_OK) {
        result = must_be(out, date_wanted, raw->expire_time, FIX_EXPIRE_TIME);
    }
    if (result == CLIENT_DECODE_OK && date_wanted) {
        result = client_take_utc(out, raw->expire_time, FIX_EXPIRE_TIME, &request->expire_time);
    }
    if (result == CLIENT_DECODE_OK && contradicts_itself(request)) {
        return client_refuse(out, REJECT_UNSUPPORTED);
    }
    return result;
}

static enum client_decode_result take_number(struct client_decode *out, struct bytes text,
                                             uint32_t tag, unsigned digits,
                                             enum reject_code too_precise,
                                             enum reject_code out_of_range, int64_t *scaled) {
    switch (decimal_parse(text, digits, scaled)) {
    case DECIMAL_OK:
        return *scaled > 0 ? CLIENT_DECODE_OK : client_refuse(out, out_of_range);
    case DECIMAL_TOO_PRECISE:
        return client_refuse(out, too_precise);
    case DECIMAL_OVERFLOW:
        return client_refuse(out, out_of_range);
    case DECIMAL_MALFORMED:
        break;
    }
    return client_reject(out, FIX_REJECT_FORMAT, tag);
}

/* Whole contracts; in base units from here on. */
static enum client_decode_result take_contracts(struct client_decode *out,
                                                const struct instrument *instrument) {
    int64_t contracts = 0;
    if (instrument->contract.scaled == 0) {
        return client_refuse(out, REJECT_CONTRACTS);
    }
    enum client_decode_result result =
        take_number(out, out->raw.quantity, FIX_ORDER_QTY, 0, REJECT_QUANTITY_PRECISION,
                    REJECT_QUANTITY_RANGE, &contracts);
    if (result == CLIENT_DECODE_OK &&
        !instrument_contracts(instrument, contracts, &out->request.quantity)) {
        return client_refuse(out, REJECT_QUANTITY_RANGE);
    }
    return result;
}

static enum client_decode_result take_quantity(struct client_decode *out,
                                               const struct instrument *instrument) {
    unsigned in_contracts = 0;
    if (out->raw.quantity_type.len != 0) {
        enum client_decode_result result =
            take_enum(out, out->raw.quantity_type, FIX_QTY_TYPE, "01", "", &in_contracts);
        if (result != CLIENT_DECODE_OK) {
            return result;
        }
    }
    return in_contracts != 0 ? take_contracts(out, instrument)
                             : take_number(out, out->raw.quantity, FIX_ORDER_QTY,
                                           instrument->quantity_digits, REJECT_QUANTITY_PRECISION,
                                           REJECT_QUANTITY_RANGE, &out->request.quantity.scaled);
}

enum client_decode_result client_take_cash(struct client_decode *out,
                                           const struct instrument *instrument) {
    return take_number(out, out->raw.cash, FIX_CASH_ORDER_QTY, instrument->cash_digits,
                       REJECT_CASH_RANGE, REJECT_CASH_RANGE, &out->request.cash.scaled);
}

enum client_decode_result client_take_numbers(struct client_decode *out,
                                              const struct instrument *instrument) {
    struct order_request *request = &out->request;
    enum client_decode_result result = (request->flags & ORDER_CASH) != 0
                                           ? client_take_cash(out, instrument)
                                           : take_quantity(out, instrument);
    if (result == CLIENT_DECODE_OK && order_type_has_price(request->type)) {
        result = take_number(out, out->raw.price, FIX_PRICE, instrument->price_digits,
                             REJECT_PRICE_PRECISION, REJECT_PRICE_RANGE, &request->price.scaled);
    }
    if (result == CLIENT_DECODE_OK && order_type_has_stop(request->type)) {
        result = take_number(out, out->raw.stop_price, FIX_STOP_PX, instrument->price_digits,
                             REJECT_STOP_PRICE, REJECT_STOP_PRICE, &request->stop_price.scaled);
    }
    return result;
}

enum client_decode_result client_take_symbol(struct client_decode *out,
                                             const struct directory *directory,
                                             struct bytes *suffix) {
    struct bytes symbol;
    if (!instrument_symbol_split(out->raw.symbol, &symbol, suffix)) {
        return client_refuse(out, REJECT_UNKNOWN_SYMBOL);
    }
    out->request.instrument = instrument_table_find(directory->instruments, symbol);
    return out->request.instrument == INSTRUMENT_NONE ? client_refuse(out, REJECT_UNKNOWN_SYMBOL)
                                                      : CLIENT_DECODE_OK;
}

enum client_decode_result client_take_named_venue(struct client_decode *out,
                                                  const struct directory *directory,
                                                  struct bytes suffix) {
    uint32_t allowed = directory->clients[out->request.client].venues;
    struct bytes destination = out->raw.ex_destination;
    out->request.venue = ROUTE_NONE;
    if (destination.len != 0 && suffix.len != 0 && !bytes_equal(destination, suffix)) {
        return client_refuse(out, REJECT_VENUE_CONFLICT);
    }
    struct bytes name = destination.len != 0 ? destination : suffix;
    if (name.len == 0) {
        return CLIENT_DECODE_OK;
    }
    uint32_t venue = directory_find_venue(directory, name);
    if (venue == ROUTE_NONE || (allowed >> venue & 1) == 0) {
        return client_refuse(out, REJECT_UNKNOWN_VENUE);
    }
    if (!directory_lists(directory, out->request.instrument, venue)) {
        return client_refuse(out, REJECT_NOT_LISTED);
    }
    out->request.venue = venue;
    return CLIENT_DECODE_OK;
}
