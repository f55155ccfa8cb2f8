#include "venues/exchange/kraken_fields.h"

#include <stdio.h>
#include <string.h>

#include "core/fix/fix_time.h"
#include "venues/exchange/kraken_tag.h"

/* SessionRejectReason(373), FIX 4.4 volume 6. */
enum {
    REASON_MISSING = 1,
    REASON_NOT_DEFINED = 2,
    REASON_EMPTY = 4,
    REASON_VALUE = 5,
    REASON_FORMAT = 6,
    REASON_TWICE = 13
};

enum field_type {
    TYPE_ID,         /* printable, up to KRAKEN_ID_TEXT_MAX */
    TYPE_CHOICE,     /* one character of `values` */
    TYPE_CHOICES,    /* such characters, single spaces between */
    TYPE_DECIMAL,    /* FIX float: '-', digits, one '.' */
    TYPE_TIME_MS,    /* YYYYMMDD-HH:MM:SS.uuu */
    TYPE_TIME_S,     /* YYYYMMDD-HH:MM:SS */
    TYPE_TIME_EITHER /* one of the two */
};

struct field {
    uint32_t tag;
    const char *name;
    enum field_type type;
    const char *values;
    bool required;
};

#define FIELDS_MAX 24
#define REQUIRED true
#define OPTIONAL false

#define ORDER_TYPES "1234RTUV"

/* [nos] */
static const struct field fields_new_order[] = {
    {KRAKEN_CL_ORD_ID, "ClOrdID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_EXEC_INST, "ExecInst", TYPE_CHOICES, "PEvfqs", OPTIONAL},
    {KRAKEN_ORDER_QTY, "OrderQty", TYPE_DECIMAL, NULL, REQUIRED},
    {KRAKEN_ORD_TYPE, "OrdType", TYPE_CHOICE, ORDER_TYPES, REQUIRED},
    {KRAKEN_PRICE, "Price", TYPE_DECIMAL, NULL, OPTIONAL},
    {KRAKEN_SIDE, "Side", TYPE_CHOICE, "12", REQUIRED},
    {KRAKEN_SYMBOL, "Symbol", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_TIME_IN_FORCE, "TimeInForce", TYPE_CHOICE, "1346", REQUIRED},
    {KRAKEN_TRANSACT_TIME, "TransactTime", TYPE_TIME_MS, NULL, REQUIRED},
    {KRAKEN_VALID_UNTIL_TIME, "ValidUntilTime", TYPE_TIME_MS, NULL, OPTIONAL},
    {KRAKEN_NO_ALLOCS, "NoAllocs", TYPE_CHOICE, "1", OPTIONAL},
    {KRAKEN_ALLOC_ACCOUNT, "AllocAccount", TYPE_ID, NULL, OPTIONAL},
    {KRAKEN_STOP_PX, "StopPx", TYPE_DECIMAL, NULL, OPTIONAL},
    {KRAKEN_EXPIRE_TIME, "ExpireTime", TYPE_TIME_S, NULL, OPTIONAL},
    {KRAKEN_EFFECTIVE_TIME, "EffectiveTime", TYPE_TIME_EITHER, NULL, OPTIONAL},
    {KRAKEN_DISCRETION_INST, "DiscretionInst", TYPE_CHOICE, "15", OPTIONAL},
    {KRAKEN_DISPLAY_QTY, "DisplayQty", TYPE_DECIMAL, NULL, OPTIONAL},
    {KRAKEN_LEVERAGE, "Leverage", TYPE_CHOICE, "01", OPTIONAL},
    {KRAKEN_SELF_TRADE_PREVENTION, "SelfTradePrevention", TYPE_CHOICE, "012", OPTIONAL},
};

/* [ocr]: one of 37 and 41 is needed; both are allowed, and then 37 wins. */
static const struct field fields_cancel[] = {
    {KRAKEN_CL_ORD_ID, "ClOrdID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_ORDER_ID, "OrderID", TYPE_ID, NULL, OPTIONAL},
    {KRAKEN_ORIG_CL_ORD_ID, "OrigClOrdID", TYPE_ID, NULL, OPTIONAL},
    {KRAKEN_SIDE, "Side", TYPE_CHOICE, "12", REQUIRED},
    {KRAKEN_SYMBOL, "Symbol", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_TRANSACT_TIME, "TransactTime", TYPE_TIME_MS, NULL, REQUIRED},
};

/* [ocrr] */
static const struct field fields_replace[] = {
    {KRAKEN_CL_ORD_ID, "ClOrdID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_EXEC_INST, "ExecInst", TYPE_CHOICES, "P", OPTIONAL},
    {KRAKEN_ORDER_ID, "OrderID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_ORDER_QTY, "OrderQty", TYPE_DECIMAL, NULL, REQUIRED},
    {KRAKEN_ORD_TYPE, "OrdType", TYPE_CHOICE, ORDER_TYPES, REQUIRED},
    {KRAKEN_ORIG_CL_ORD_ID, "OrigClOrdID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_PRICE, "Price", TYPE_DECIMAL, NULL, OPTIONAL},
    {KRAKEN_SIDE, "Side", TYPE_CHOICE, "12", REQUIRED},
    {KRAKEN_SYMBOL, "Symbol", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_TIME_IN_FORCE, "TimeInForce", TYPE_CHOICE, "1346", REQUIRED},
    {KRAKEN_TRANSACT_TIME, "TransactTime", TYPE_TIME_MS, NULL, REQUIRED},
    {KRAKEN_VALID_UNTIL_TIME, "ValidUntilTime", TYPE_TIME_MS, NULL, OPTIONAL},
    {KRAKEN_STOP_PX, "StopPx", TYPE_DECIMAL, NULL, OPTIONAL},
    {KRAKEN_DISPLAY_QTY, "DisplayQty", TYPE_DECIMAL, NULL, OPTIONAL},
};

/* [omcr] */
static const struct field fields_mass_cancel[] = {
    {KRAKEN_CL_ORD_ID, "ClOrdID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_SYMBOL, "Symbol", TYPE_ID, NULL, OPTIONAL},
    {KRAKEN_TRANSACT_TIME, "TransactTime", TYPE_TIME_MS, NULL, REQUIRED},
    {KRAKEN_MASS_CANCEL_REQUEST_TYPE, "MassCancelRequestType", TYPE_CHOICE, "167", REQUIRED},
};

/* [osr] */
static const struct field fields_status[] = {
    {KRAKEN_CL_ORD_ID, "ClOrdID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_ORDER_ID, "OrderID", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_SIDE, "Side", TYPE_CHOICE, "12", OPTIONAL},
    {KRAKEN_SYMBOL, "Symbol", TYPE_ID, NULL, REQUIRED},
    {KRAKEN_TRANSACT_TIME, "TransactTime", TYPE_TIME_MS, NULL, OPTIONAL},
};

struct request_fields {
    char msg_type;
    const struct field *fields;
    size_t count;
};

#define FIELDS(list) (list), sizeof(list) / sizeof((list)[0])

static const struct request_fields requests[KRAKEN_UNKNOWN_REQUEST] = {
    [KRAKEN_NEW_ORDER] = {'D', FIELDS(fields_new_order)},
    [KRAKEN_CANCEL] = {'F', FIELDS(fields_cancel)},
    [KRAKEN_REPLACE] = {'G', FIELDS(fields_replace)},
    [KRAKEN_MASS_CANCEL] = {'q', FIELDS(fields_mass_cancel)},
    [KRAKEN_STATUS] = {'H', FIELDS(fields_status)},
};

enum kraken_request kraken_request_of(const struct fix_view *view) {
    struct bytes type = fix_view_msg_type(view);
    for (int i = 0; type.len == 1 && i < KRAKEN_UNKNOWN_REQUEST; ++i) {
        if (requests[i].msg_type == type.data[0]) {
            return (enum kraken_request)i;
        }
    }
    return KRAKEN_UNKNOWN_REQUEST;
}

/* Of any message: FIX 4.4's standard header as far as [session] has it, and the trailer. */
static bool is_header(uint32_t tag) {
    switch (tag) {
    case KRAKEN_BEGIN_STRING:
    case KRAKEN_BODY_LENGTH:
    case KRAKEN_CHECK_SUM:
    case KRAKEN_MSG_SEQ_NUM:
    case KRAKEN_MSG_TYPE:
    case KRAKEN_POSS_DUP_FLAG:
    case KRAKEN_SENDER_COMP_ID:
    case KRAKEN_SENDING_TIME:
    case KRAKEN_TARGET_COMP_ID:
    case KRAKEN_ORIG_SENDING_TIME:
        return true;
    default:
        return false;
    }
}

static bool is_id(struct bytes value) {
    for (size_t i = 0; i < value.len; ++i) {
        if (value.data[i] <= ' ' || value.data[i] > '~') {
            return false;
        }
    }
    return value.len <= KRAKEN_ID_TEXT_MAX;
}

static bool is_decimal(struct bytes value) {
    size_t digits = 0;
    size_t dots = 0;
    for (size_t i = value.data[0] == '-' ? 1 : 0; i < value.len; ++i) {
        bool digit = value.data[i] >= '0' && value.data[i] <= '9';
        if (!digit && value.data[i] != '.') {
            return false;
        }
        digits += digit;
        dots += !digit;
    }
    return digits > 0 && dots <= 1;
}

static bool is_time(struct bytes value, bool with_ms, bool without) {
    struct utc ignored;
    bool length = (with_ms && value.len == sizeof("YYYYMMDD-HH:MM:SS.uuu") - 1) ||
                  (without && value.len == sizeof("YYYYMMDD-HH:MM:SS") - 1);
    return length && fix_time_parse(value, &ignored);
}

static bool is_among(const char *values, char byte) {
    return byte != '\0' && strchr(values, byte) != NULL;
}

/* REASON_ or 0. */
static uint32_t type_fault(const struct field *field, struct bytes value) {
    switch (field->type) {
    case TYPE_ID:
        return is_id(value) ? 0 : REASON_FORMAT;
    case TYPE_CHOICE:
        return value.len == 1 && is_among(field->values, value.data[0]) ? 0 : REASON_VALUE;
    case TYPE_CHOICES:
        for (size_t i = 0; i < value.len; ++i) {
            bool space = i % 2 == 1;
            if (space ? value.data[i] != ' ' : !is_among(field->values, value.data[i])) {
                return REASON_VALUE;
            }
        }
        return value.len % 2 == 1 ? 0 : REASON_VALUE;
    case TYPE_DECIMAL:
        return is_decimal(value) ? 0 : REASON_FORMAT;
    case TYPE_TIME_MS:
        return is_time(value, true, false) ? 0 : REASON_FORMAT;
    case TYPE_TIME_S:
        return is_time(value, false, true) ? 0 : REASON_FORMAT;
    case TYPE_TIME_EITHER:
        return is_time(value, true, true) ? 0 : REASON_FORMAT;
    }
    return REASON_FORMAT;
}

/* Only the first text is [srej]'s own; the others are worded like it (unverified). */
static bool fail(struct kraken_fault *fault, uint32_t reason, uint32_t tag, const char *name) {
    const char *what = reason == REASON_MISSING       ? "Missing Mandatory Field"
                       : reason == REASON_NOT_DEFINED ? "Field Not Defined For Message"
                       : reason == REASON_EMPTY       ? "Empty Field"
                       : reason == REASON_VALUE       ? "Invalid Field Value"
                       : reason == REASON_TWICE       ? "Repeated Field"
                                                      : "Invalid Field Format";
    fault->tag = tag;
    fault->reason = reason;
    snprintf(fault->text, sizeof(fault->text), "%s: %s (%u)", what, name, tag);
    return false;
}

static const struct field *find_field(const struct request_fields *list, uint32_t tag) {
    for (size_t i = 0; i < list->count; ++i) {
        if (list->fields[i].tag == tag) {
            return &list->fields[i];
        }
    }
    return NULL;
}

struct bytes kraken_text_of(const struct fix_view *view, uint32_t tag) {
    struct bytes text = {0};
    return fix_get_bytes(view, tag, &text) == FIX_GET_OK ? text : (struct bytes){0};
}

bool kraken_fields_check(const struct fix_view *view, enum kraken_request request,
                         struct kraken_fault *fault) {
    CHECK(request < KRAKEN_UNKNOWN_REQUEST);
    const struct request_fields *list = &requests[request];
    bool seen[FIELDS_MAX] = {false};
    for (uint32_t i = 0; i < view->count; ++i) {
        uint32_t tag = view->fields[i].tag;
        const struct field *field = find_field(list, tag);
        if (field == NULL) {
            if (is_header(tag)) {
                continue;
            }
            return fail(fault, REASON_NOT_DEFINED, tag, "Unknown");
        }
        struct bytes value = fix_view_value(view, i);
        bool *given = &seen[field - list->fields];
        uint32_t reason = *given           ? REASON_TWICE
                          : value.len == 0 ? REASON_EMPTY
                                           : type_fault(field, value);
        if (reason != 0) {
            return fail(fault, reason, tag, field->name);
        }
        *given = true;
    }
    for (size_t i = 0; i < list->count; ++i) {
        if (list->fields[i].required && !seen[i]) {
            return fail(fault, REASON_MISSING, list->fields[i].tag, list->fields[i].name);
        }
    }
    return true;
}
