#include "venues/exchange/exchange_fault.h"

#include <string.h>

#include "core/base/decimal.h"
#include "venues/exchange/exchange_text.h"

static const char *const points[EXCHANGE_FAULT_POINTS] = {
    [EXCHANGE_FAULT_ON_ORDER] = "order",       [EXCHANGE_FAULT_ON_CANCEL] = "cancel",
    [EXCHANGE_FAULT_ON_REPLACE] = "replace",   [EXCHANGE_FAULT_ON_MASS_CANCEL] = "mass-cancel",
    [EXCHANGE_FAULT_ON_STATUS] = "status",     [EXCHANGE_FAULT_ON_REQUEST] = "request",
    [EXCHANGE_FAULT_ON_NEW] = "new",           [EXCHANGE_FAULT_ON_FILL] = "fill",
    [EXCHANGE_FAULT_ON_CANCELED] = "canceled", [EXCHANGE_FAULT_ON_REPLACED] = "replaced",
    [EXCHANGE_FAULT_ON_EXPIRED] = "expired",   [EXCHANGE_FAULT_ON_RESTATED] = "restated",
    [EXCHANGE_FAULT_ON_ANSWER] = "answer",     [EXCHANGE_FAULT_ON_REFUSAL] = "refusal",
    [EXCHANGE_FAULT_ON_REPORT] = "report",
};

enum argument { ARGUMENT_NONE = 0, ARGUMENT_NUMBER, ARGUMENT_NAME };

/* Where an action makes sense. */
enum where { REQUESTS = 1, REPORTS = 2, ANYWHERE = 3, ORDERS_ONLY = 4, CANCELS_ONLY = 8 };

static const struct {
    const char *name;
    enum argument argument;
    enum where where;
} actions[EXCHANGE_FAULT_ACTIONS] = {
    [EXCHANGE_FAULT_LOSE] = {"lose", ARGUMENT_NONE, REQUESTS},
    [EXCHANGE_FAULT_LOSE_AND_ASK] = {"lose-and-ask", ARGUMENT_NONE, REQUESTS},
    [EXCHANGE_FAULT_CLOSE_BEFORE] = {"close-before", ARGUMENT_NONE, REQUESTS},
    [EXCHANGE_FAULT_IGNORE] = {"ignore", ARGUMENT_NONE, REQUESTS},
    [EXCHANGE_FAULT_REJECT] = {"reject", ARGUMENT_NAME, REQUESTS},
    [EXCHANGE_FAULT_FAIL] = {"fail", ARGUMENT_NONE, REQUESTS},
    [EXCHANGE_FAULT_CLOSE_AFTER] = {"close-after", ARGUMENT_NONE, REQUESTS},
    [EXCHANGE_FAULT_FILL] = {"fill", ARGUMENT_NUMBER, ORDERS_ONLY},
    [EXCHANGE_FAULT_HALF_FILL] = {"half-fill", ARGUMENT_NUMBER, ORDERS_ONLY},
    [EXCHANGE_FAULT_KILL] = {"kill", ARGUMENT_NUMBER, ORDERS_ONLY},
    [EXCHANGE_FAULT_LATE_FILL] = {"late-fill", ARGUMENT_NUMBER, CANCELS_ONLY},
    [EXCHANGE_FAULT_SKIP] = {"skip", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_FORGET] = {"forget", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_DUPLICATE] = {"duplicate", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_CONTRADICT] = {"contradict", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_REPLAY] = {"replay", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_SWAP] = {"swap", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_DELAY] = {"delay", ARGUMENT_NUMBER, REPORTS},
    [EXCHANGE_FAULT_ID_XOR] = {"id-xor", ARGUMENT_NUMBER, REPORTS},
    [EXCHANGE_FAULT_CHECKSUM] = {"checksum", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_CLOSE] = {"close", ARGUMENT_NONE, REPORTS},
    [EXCHANGE_FAULT_FOREIGN] = {"foreign", ARGUMENT_NONE, ANYWHERE},
    [EXCHANGE_FAULT_GARBAGE] = {"garbage", ARGUMENT_NUMBER, ANYWHERE},
    [EXCHANGE_FAULT_LONG] = {"long", ARGUMENT_NUMBER, ANYWHERE},
    [EXCHANGE_FAULT_STALL] = {"stall", ARGUMENT_NONE, ANYWHERE},
    [EXCHANGE_FAULT_STOP_READING] = {"stop-reading", ARGUMENT_NONE, ANYWHERE},
    [EXCHANGE_FAULT_LOGOUT] = {"logout", ARGUMENT_NONE, ANYWHERE},
};

static bool is_request(enum exchange_fault_point point) {
    return point <= EXCHANGE_FAULT_ON_REQUEST;
}

static bool fits_there(enum exchange_fault_point on, enum where where) {
    switch (where) {
    case ORDERS_ONLY:
        return on == EXCHANGE_FAULT_ON_ORDER;
    case CANCELS_ONLY:
        return on == EXCHANGE_FAULT_ON_CANCEL;
    case REQUESTS:
        return is_request(on);
    case REPORTS:
        return !is_request(on);
    case ANYWHERE:
        break;
    }
    return true;
}

static bool read_number(struct bytes text, uint64_t *out) {
    int64_t value;
    if (decimal_parse(text, 0, &value) != DECIMAL_OK || value < 0) {
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

static bool read_point(struct bytes text, struct exchange_fault *fault) {
    struct bytes number = text;
    struct bytes name = exchange_text_until(&number, '#');
    int at = 0;
    while (at < EXCHANGE_FAULT_POINTS && !bytes_equal(name, bytes_of_string(points[at]))) {
        ++at;
    }
    fault->on = (enum exchange_fault_point)at;
    bool counted = name.len < text.len;
    return at < EXCHANGE_FAULT_POINTS &&
           (!counted || (read_number(number, &fault->nth) && fault->nth > 0));
}

/* price=P or qty=Q */
static bool read_condition(struct bytes text, struct exchange_fault *fault) {
    struct bytes value = text;
    struct bytes key = exchange_text_until(&value, '=');
    bool is_price = bytes_equal(key, BYTES("price"));
    bool *has = is_price ? &fault->has_price : &fault->has_quantity;
    int64_t *out = is_price ? &fault->price : &fault->quantity;
    if ((!is_price && !bytes_equal(key, BYTES("qty"))) || *has) {
        return false;
    }
    *has = true;
    return decimal_parse(value, EXCHANGE_FAULT_DIGITS, out) == DECIMAL_OK;
}

static const char *read_action(struct bytes text, struct exchange_fault *fault) {
    struct bytes argument = text;
    struct bytes name = exchange_text_until(&argument, '=');
    int at = 0;
    while (at < EXCHANGE_FAULT_ACTIONS && !bytes_equal(name, bytes_of_string(actions[at].name))) {
        ++at;
    }
    if (at == EXCHANGE_FAULT_ACTIONS) {
        return "there is no such action";
    }
    fault->action = (enum exchange_fault_action)at;
    if (!fits_there(fault->on, actions[at].where)) {
        return "the action does not belong to that point";
    }
    switch (actions[at].argument) {
    case ARGUMENT_NONE:
        return name.len < text.len ? "the action takes no argument" : NULL;
    case ARGUMENT_NUMBER:
        return read_number(argument, &fault->number) ? NULL : "the action takes =NUMBER";
    case ARGUMENT_NAME:
        if (argument.len == 0 || argument.len > EXCHANGE_FAULT_NAME_MAX) {
            return "the action takes =NAME";
        }
        memcpy(fault->name, argument.data, argument.len);
        break;
    }
    return NULL;
}

bool exchange_faults_add(struct exchange_faults *faults, struct bytes text, const char **problem) {
    struct exchange_fault fault = {0};
    struct bytes action = text;
    struct bytes conditions = exchange_text_until(&action, ':');
    struct bytes point = exchange_text_until(&conditions, '@');
    *problem = NULL;
    if (faults->count == EXCHANGE_FAULTS_MAX) {
        *problem = "more than 64 faults";
    } else if (!read_point(point, &fault)) {
        *problem = "a fault begins with its point and, perhaps, #N";
    }
    while (*problem == NULL && conditions.len > 0) {
        if (!read_condition(exchange_text_until(&conditions, '@'), &fault)) {
            *problem = "a condition is @price=P or @qty=Q, each once";
        }
    }
    if (*problem == NULL) {
        *problem = read_action(action, &fault);
    }
    if (*problem == NULL) {
        faults->faults[faults->count++] = fault;
    }
    return *problem == NULL;
}

static bool same_amount(struct bytes text, int64_t wanted) {
    int64_t value;
    return text.len > 0 && decimal_parse(text, EXCHANGE_FAULT_DIGITS, &value) == DECIMAL_OK &&
           value == wanted;
}

static bool fits(const struct exchange_fault *fault, const struct exchange_fault_subject *subject) {
    enum exchange_fault_point any =
        is_request(subject->point) ? EXCHANGE_FAULT_ON_REQUEST : EXCHANGE_FAULT_ON_REPORT;
    return (fault->on == subject->point || fault->on == any) &&
           (!fault->has_price || same_amount(subject->price, fault->price)) &&
           (!fault->has_quantity || same_amount(subject->quantity, fault->quantity));
}

struct exchange_fault *exchange_faults_next(struct exchange_faults *faults,
                                            const struct exchange_fault_subject *subject,
                                            enum exchange_fault_action first,
                                            enum exchange_fault_action last, uint32_t *cursor) {
    while (*cursor < faults->count) {
        struct exchange_fault *fault = &faults->faults[(*cursor)++];
        if (fault->action < first || fault->action > last || !fits(fault, subject)) {
            continue;
        }
        ++fault->seen;
        if (fault->nth == 0 || fault->nth == fault->seen) {
            ++fault->struck;
            return fault;
        }
    }
    return NULL;
}

bool exchange_faults_any(const struct exchange_faults *faults, enum exchange_fault_action first,
                         enum exchange_fault_action last) {
    for (uint32_t i = 0; i < faults->count; ++i) {
        if (faults->faults[i].action >= first && faults->faults[i].action <= last) {
            return true;
        }
    }
    return false;
}

uint64_t exchange_faults_struck(const struct exchange_faults *faults) {
    uint64_t struck = 0;
    for (uint32_t i = 0; i < faults->count; ++i) {
        struck += faults->faults[i].struck;
    }
    return struck;
}
