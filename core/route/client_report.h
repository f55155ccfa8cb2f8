/*
 * What a client is told about its orders, as values: one cell of its report queue.
 *
 * A report is decided by order entry and written to the wire when the client's session can take it;
 * between the two it waits here, complete in itself, because the order goes on changing. Encoding
 * is in client_encode.h.
 */
#ifndef TERCEL_CORE_ROUTE_CLIENT_REPORT_H
#define TERCEL_CORE_ROUTE_CLIENT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/order/order_table.h"
#include "core/route/reject_code.h"

#define REPORT_TEXT_MAX 111
#define REPORT_ID_MAX 47
#define REPORT_FEES_MAX 4
#define REPORT_MSG_TYPE_MAX 8
#define REPORT_CURRENCY_MAX 15
#define REPORT_FEE_TYPE_MAX 2

enum client_report_kind {
    CLIENT_REPORT_EXECUTION = 0,   /* 35=8 */
    CLIENT_REPORT_CANCEL_REJECT,   /* 35=9 */
    CLIENT_REPORT_BUSINESS_REJECT, /* 35=j */
    CLIENT_REPORT_MASS_CANCEL      /* 35=r */
};

/* One of NoMiscFees(136): decimal text and names, as the venue wrote them. */
struct report_fee {
    uint8_t amount_len;
    uint8_t currency_len;
    uint8_t type_len;
    char amount[DECIMAL_TEXT_MAX + 1];
    char currency[REPORT_CURRENCY_MAX + 1];
    char type[REPORT_FEE_TYPE_MAX + 1];
};

struct client_report {
    enum client_report_kind kind;
    enum reject_code reject;
    char exec_type;  /* 150 */
    char ord_status; /* 39 */
    char side;       /* 54, 40, 59 as on the wire; '\0': left out */
    char type;
    char time_in_force;
    char response_to;     /* cancel reject: 434, '1' of a cancel, '2' of a replace */
    char liquidity;       /* a fill: 851; '\0': unsaid */
    char business_reason; /* business reject: 380 */
    char mass_request;    /* mass cancel: 530 as it was asked for */
    char mass_response;   /* mass cancel: 531, '0' refused */
    bool last_is_average; /* last_price has average_digits: it is that of several fills, perhaps */
    bool triggered;       /* a stop type whose stop price was reached */
    uint8_t fee_count;
    uint8_t status_id_len;
    uint32_t flags; /* 18, and whether 152 takes the place of 38: enum of order_request.h */
    uint32_t total_affected; /* mass cancel: 533 */
    bool order_known;        /* order_number is one of ours; else 37=NONE */
    uint32_t account;
    uint32_t instrument;
    uint32_t venue;
    uint64_t order_number;
    uint64_t exec_number;
    uint64_t ref_seq;                           /* business reject: 45 */
    char ref_msg_type[REPORT_MSG_TYPE_MAX + 1]; /* business reject: 372; 379 is cl_ord_id */
    struct cl_ord_id cl_ord_id;
    struct cl_ord_id orig_cl_ord_id;
    struct quantity quantity;
    struct quantity filled;
    struct quantity leaves; /* 151 */
    struct quantity cash;
    struct quantity last_quantity;
    struct price price;
    struct price stop_price;
    struct price last_price;
    struct utc expire_time; /* 0: none */
    int64_t average_scaled; /* 6, with average_digits */
    unsigned average_digits;
    bool instrument_known;    /* else `symbol` and the numbers as text are the client's */
    struct utc transact_time; /* 60 */
    uint8_t symbol_len;
    uint8_t quantity_text_len;
    uint8_t price_text_len;
    uint8_t stop_text_len;
    uint8_t cash_text_len;
    uint8_t venue_order_id_len;
    uint8_t trade_id_len;
    uint8_t text_len;
    char symbol[REPORT_ID_MAX + 1];
    char quantity_text[DECIMAL_TEXT_MAX + 1];
    char price_text[DECIMAL_TEXT_MAX + 1];
    char stop_text[DECIMAL_TEXT_MAX + 1];
    char cash_text[DECIMAL_TEXT_MAX + 1];
    char status_id[REPORT_ID_MAX + 1]; /* 790, of the request that is answered */
    char venue_order_id[REPORT_ID_MAX + 1];
    char trade_id[REPORT_ID_MAX + 1];
    char text[REPORT_TEXT_MAX + 1];
    struct report_fee fees[REPORT_FEES_MAX];
};

/*
 * A bounded first-in first-out queue of reports of one client. Full means: no
 * venue is read until the client took some. Nothing is dropped.
 */
struct report_queue {
    struct client_report *cells;
    uint32_t capacity; /* a power of two */
    uint32_t head;     /* counts of all ever taken and put */
    uint32_t tail;
};

static inline uint32_t report_queue_count(const struct report_queue *queue) {
    return queue->tail - queue->head;
}

static inline uint32_t report_queue_free(const struct report_queue *queue) {
    return queue->capacity - report_queue_count(queue);
}

/* The next free cell, zeroed; there must be one. It is queued by report_queue_push. */
struct client_report *report_queue_slot(struct report_queue *queue);
void report_queue_push(struct report_queue *queue);
/* The oldest, or NULL. */
const struct client_report *report_queue_peek(const struct report_queue *queue);
void report_queue_pop(struct report_queue *queue);

/* Copies `text` into a field of `max` + 1 bytes, cut and terminated, with SOH and other controls
 * replaced by '?'. */
uint8_t report_copy(char *field, size_t max, struct bytes text);

#endif
