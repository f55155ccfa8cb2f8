/*
 * Faults by rule: at which message what goes wrong. For tests of whoever speaks to the exchange.
 *
 *   POINT[#N][@price=P][@qty=Q]:ACTION[=ARGUMENT]
 *
 *   order#3:lose             the third NewOrderSingle is lost on its way
 *   order@price=666:reject=funds    every order at this price is refused
 *   cancel#1:late-fill=50    50 ms after the first cancel is confirmed, its order trades after all
 *   fill#2:duplicate         the second fill is reported twice
 *
 * A point is a kind of message. N counts, from 1 and over the whole run and all sessions, the
 * messages of that kind that have the price and quantity; without it each one is struck. Rules are
 * independent: each counts for itself, and several may strike one message.
 *
 * Here a rule is read, counted and found. What an action does is the exchange's: kraken_mishap.c.
 * The same messages in the same order strike the same rules. Not thread-safe. Fixed size.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_FAULT_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define EXCHANGE_FAULTS_MAX 64
#define EXCHANGE_FAULT_NAME_MAX 31
/* Prices and quantities of rules, and of what they are compared with, have this scale. */
#define EXCHANGE_FAULT_DIGITS 9

/* Requests first, then what the exchange says. */
enum exchange_fault_point {
    EXCHANGE_FAULT_ON_ORDER = 0,
    EXCHANGE_FAULT_ON_CANCEL,
    EXCHANGE_FAULT_ON_REPLACE,
    EXCHANGE_FAULT_ON_MASS_CANCEL,
    EXCHANGE_FAULT_ON_STATUS,
    EXCHANGE_FAULT_ON_REQUEST, /* any of the above */
    EXCHANGE_FAULT_ON_NEW,
    EXCHANGE_FAULT_ON_FILL,
    EXCHANGE_FAULT_ON_CANCELED,
    EXCHANGE_FAULT_ON_REPLACED,
    EXCHANGE_FAULT_ON_EXPIRED,
    EXCHANGE_FAULT_ON_RESTATED,
    EXCHANGE_FAULT_ON_ANSWER, /* a status */
    EXCHANGE_FAULT_ON_REFUSAL,
    EXCHANGE_FAULT_ON_REPORT, /* any of the above that the exchange says */
    EXCHANGE_FAULT_POINTS
};

enum exchange_fault_action {
    /* Of a message on its way in, before the session has seen it. */
    EXCHANGE_FAULT_LOSE = 0,
    EXCHANGE_FAULT_LOSE_AND_ASK,
    EXCHANGE_FAULT_CLOSE_BEFORE,
    /* Of a request. */
    EXCHANGE_FAULT_IGNORE,
    EXCHANGE_FAULT_REJECT, /* =KIND */
    EXCHANGE_FAULT_FAIL,
    EXCHANGE_FAULT_CLOSE_AFTER,
    EXCHANGE_FAULT_FILL,      /* =MS; of an order */
    EXCHANGE_FAULT_HALF_FILL, /* =MS; of an order */
    EXCHANGE_FAULT_KILL,      /* =MS; of an order */
    EXCHANGE_FAULT_LATE_FILL, /* =MS; of a cancel */
    /* Of a report on its way out. */
    EXCHANGE_FAULT_SKIP,
    EXCHANGE_FAULT_FORGET,
    EXCHANGE_FAULT_DUPLICATE,
    EXCHANGE_FAULT_CONTRADICT,
    EXCHANGE_FAULT_REPLAY,
    EXCHANGE_FAULT_SWAP,
    EXCHANGE_FAULT_DELAY,  /* =MS */
    EXCHANGE_FAULT_ID_XOR, /* =MASK */
    EXCHANGE_FAULT_CHECKSUM,
    EXCHANGE_FAULT_CLOSE,
    /* Of the connection, when such a message passes. */
    EXCHANGE_FAULT_FOREIGN,
    EXCHANGE_FAULT_GARBAGE, /* =BYTES */
    EXCHANGE_FAULT_LONG,    /* =BYTES */
    EXCHANGE_FAULT_STALL,
    EXCHANGE_FAULT_STOP_READING,
    EXCHANGE_FAULT_LOGOUT,
    EXCHANGE_FAULT_ACTIONS
};

struct exchange_fault {
    enum exchange_fault_point on;
    enum exchange_fault_action action;
    uint64_t nth; /* 0: each */
    bool has_price;
    bool has_quantity;
    int64_t price; /* at EXCHANGE_FAULT_DIGITS, as is quantity */
    int64_t quantity;
    uint64_t number;                        /* the argument, 0 when it is none */
    char name[EXCHANGE_FAULT_NAME_MAX + 1]; /* the argument of REJECT */
    uint64_t seen;                          /* messages that fitted */
    uint64_t struck;
};

struct exchange_faults {
    uint32_t count;
    struct exchange_fault faults[EXCHANGE_FAULTS_MAX];
};

/* What passes a point. An empty text: it has no such field. */
struct exchange_fault_subject {
    enum exchange_fault_point point;
    struct bytes price;
    struct bytes quantity;
};

/* Adds a rule. False with a static text in *problem. */
bool exchange_faults_add(struct exchange_faults *faults, struct bytes text,
                         const char **problem) MUST_USE;

/*
 * The rules from *cursor on, begun at 0, that strike `subject` now, one a call; NULL at the end.
 * Only actions first .. last are looked at, so that one message may be shown at several places and
 * is counted at one.
 */
struct exchange_fault *exchange_faults_next(struct exchange_faults *faults,
                                            const struct exchange_fault_subject *subject,
                                            enum exchange_fault_action first,
                                            enum exchange_fault_action last, uint32_t *cursor);

/* Whether any rule has one of these actions. */
bool exchange_faults_any(const struct exchange_faults *faults, enum exchange_fault_action first,
                         enum exchange_fault_action last);

/* How often rules struck, in all. */
uint64_t exchange_faults_struck(const struct exchange_faults *faults);

#endif
