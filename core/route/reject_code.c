#include "core/route/reject_code.h"

#include "core/base/check.h"

static const struct reject_info infos[REJECT_CODES] = {
    [REJECT_NONE] = {"", "", "", ""},
    [REJECT_UNKNOWN_SYMBOL] = {"TRC-ORD-001", "unknown symbol", "1", "99"},
    [REJECT_UNKNOWN_VENUE] = {"TRC-ORD-002", "unknown venue", "99", "99"},
    [REJECT_VENUE_MISSING] = {"TRC-ORD-003", "no venue named and the symbol has several", "99",
                              "99"},
    [REJECT_VENUE_CONFLICT] = {"TRC-ORD-004", "ExDestination and symbol name different venues",
                               "99", "99"},
    [REJECT_NOT_LISTED] = {"TRC-ORD-005", "the symbol does not trade on that venue", "1", "99"},
    [REJECT_UNKNOWN_ACCOUNT] = {"TRC-ORD-006", "account unknown or not allowed on that venue", "15",
                                "99"},
    [REJECT_DUPLICATE_ID] = {"TRC-ORD-007", "ClOrdID already used", "6", "6"},
    [REJECT_VENUE_DOWN] = {"TRC-ORD-008", "the venue session is down", "2", "2"},
    [REJECT_VENUE_BUSY] = {"TRC-ORD-009", "the venue's send buffer is full", "0", "2"},
    [REJECT_STOPPING] = {"TRC-ORD-010", "the router is shutting down", "4", "2"},
    [REJECT_ORDER_LIMIT] = {"TRC-ORD-011", "the router's order table is full", "3", "2"},
    [REJECT_REQUEST_LIMIT] = {"TRC-ORD-012", "the venue session's request table is full", "3", "2"},
    [REJECT_BACKLOG] = {"TRC-ORD-013", "reports are too far behind", "0", "2"},
    [REJECT_PRICE_TICK] = {"TRC-ORD-014", "price is not a multiple of the tick", "99", "99"},
    [REJECT_PRICE_PRECISION] = {"TRC-ORD-015", "price has more digits than the instrument", "99",
                                "99"},
    [REJECT_QUANTITY_LOT] = {"TRC-ORD-016", "quantity is not a multiple of the lot", "13", "99"},
    [REJECT_QUANTITY_PRECISION] = {"TRC-ORD-017", "quantity has more digits than the instrument",
                                   "13", "99"},
    [REJECT_QUANTITY_RANGE] = {"TRC-ORD-018", "quantity outside the instrument's range", "13",
                               "99"},
    [REJECT_PRICE_RANGE] = {"TRC-ORD-019", "price outside what can be represented", "99", "99"},
    [REJECT_UNSUPPORTED] = {"TRC-ORD-020", "the venue cannot express this order", "11", "99"},
    [REJECT_UNKNOWN_ORDER] = {"TRC-ORD-021", "unknown order", "5", "1"},
    [REJECT_TOO_LATE] = {"TRC-ORD-022", "the order is finished", "99", "0"},
    [REJECT_CANCEL_PENDING] = {"TRC-ORD-023", "a cancel of this order is pending", "99", "3"},
    [REJECT_IN_DOUBT] = {"TRC-ORD-024", "the order is in doubt until the venue answers", "99", "2"},
    [REJECT_NO_ANSWER] = {"TRC-ORD-025", "the venue did not answer the cancel", "99", "2"},
    [REJECT_BY_VENUE] = {"TRC-VEN-001", "refused by the venue", "0", "2"},
};

const struct reject_info *reject_info(enum reject_code code) {
    CHECK((unsigned)code < REJECT_CODES);
    return &infos[code];
}
