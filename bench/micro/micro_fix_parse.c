#include <string.h>

#include "bench/micro/micro.h"
#include "bench/micro/micro_message.h"
#include "core/fix/fix_group.h"
#include "core/fix/fix_parser.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"

/*
 * A message is framed, indexed, and what an application reads of it is read, typed. The parser has
 * seen what the benchmark says it has.
 */
struct parsing {
    struct micro_messages messages;
    struct fix_parser parser;
    struct fix_view view;
    struct fix_time_minute minute;
    uint32_t fields;
};

#define MESSAGE_BYTES_MAX 4096
#define DECIMAL_DIGITS 8

enum { NO_MD_ENTRIES = 268, MD_ENTRY_PX = 270, MD_UPDATE_ACTION = 279 };

static const struct fix_view *parse(struct parsing *parsing, uint32_t i) {
    struct fix_frame frame;
    enum fix_view_result parsed = FIX_VIEW_BAD_TAG;
    uint32_t bad = 0;
    struct bytes in = micro_message_at(&parsing->messages, i);
    bool well = fix_parse(&parsing->parser, in, MESSAGE_BYTES_MAX, &frame, &parsing->view, &parsed,
                          &bad) == FIX_FRAME_COMPLETE &&
                parsed == FIX_VIEW_OK;
    micro_require(well && parsing->view.count == parsing->fields, "a message was refused");
    return &parsing->view;
}

static inline void read_uint(const struct fix_view *view, uint32_t tag, uint64_t *read) {
    uint64_t value = 0;
    micro_require(fix_get_uint(view, tag, UINT64_MAX, &value) == FIX_GET_OK, "no number");
    *read += value;
}

static inline void read_bytes(const struct fix_view *view, uint32_t tag, uint64_t *read) {
    struct bytes value = {0};
    micro_require(fix_get_bytes(view, tag, &value) == FIX_GET_OK, "no bytes");
    *read += value.len;
}

static inline void read_char(const struct fix_view *view, uint32_t tag, uint64_t *read) {
    char value = 0;
    micro_require(fix_get_char(view, tag, &value) == FIX_GET_OK, "no character");
    *read += (uint64_t)value;
}

static inline void read_decimal(const struct fix_view *view, const struct fix_field *field,
                                uint64_t *read) {
    int64_t value = 0;
    micro_require(fix_field_decimal(view, field, DECIMAL_DIGITS, &value) == FIX_GET_OK,
                  "no decimal");
    *read += (uint64_t)value;
}

static inline void read_utc(struct parsing *parsing, uint32_t tag, uint64_t *read) {
    struct utc value = {0};
    micro_require(fix_get_utc_near(&parsing->view, tag, &parsing->minute, &value) == FIX_GET_OK,
                  "no time");
    *read += (uint64_t)value.ns;
}

/* Number, who sent it, to whom, when: four fields. */
static inline void read_header(struct parsing *parsing, uint64_t *read) {
    const struct fix_view *view = &parsing->view;
    read_uint(view, FIX_MSG_SEQ_NUM, read);
    read_bytes(view, FIX_SENDER_COMP_ID, read);
    read_bytes(view, FIX_TARGET_COMP_ID, read);
    read_utc(parsing, FIX_SENDING_TIME, read);
}

/* 13 fields. */
static void run_new_order(void *state, uint32_t i) {
    struct parsing *parsing = state;
    const struct fix_view *view = parse(parsing, i);
    uint64_t read = 0;
    read_header(parsing, &read);
    read_bytes(view, FIX_CL_ORD_ID, &read);
    read_bytes(view, FIX_SYMBOL, &read);
    read_bytes(view, FIX_EX_DESTINATION, &read);
    read_char(view, FIX_SIDE, &read);
    read_decimal(view, fix_view_field(view, FIX_ORDER_QTY), &read);
    read_char(view, FIX_ORD_TYPE, &read);
    read_decimal(view, fix_view_field(view, FIX_PRICE), &read);
    read_char(view, FIX_TIME_IN_FORCE, &read);
    read_utc(parsing, FIX_TRANSACT_TIME, &read);
    micro_keep(read);
}

/* 14 fields. */
static void run_report(void *state, uint32_t i) {
    struct parsing *parsing = state;
    const struct fix_view *view = parse(parsing, i);
    uint64_t read = 0;
    read_header(parsing, &read);
    read_bytes(view, FIX_CL_ORD_ID, &read);
    read_bytes(view, FIX_ORDER_ID, &read);
    read_bytes(view, FIX_EXEC_ID, &read);
    read_char(view, FIX_EXEC_TYPE, &read);
    read_char(view, FIX_ORD_STATUS, &read);
    read_decimal(view, fix_view_field(view, FIX_LAST_QTY), &read);
    read_decimal(view, fix_view_field(view, FIX_LAST_PX), &read);
    read_decimal(view, fix_view_field(view, FIX_CUM_QTY), &read);
    read_decimal(view, fix_view_field(view, FIX_LEAVES_QTY), &read);
    read_utc(parsing, FIX_TRANSACT_TIME, &read);
    micro_keep(read);
}

static const struct fix_group_shape md_entries = {.count_tag = NO_MD_ENTRIES,
                                                  .delimiter = MD_UPDATE_ACTION};

/* 14 fields: the header's, and every entry's price. */
static void run_market_data(void *state, uint32_t i) {
    struct parsing *parsing = state;
    const struct fix_view *view = parse(parsing, i);
    uint64_t read = 0;
    read_header(parsing, &read);
    struct fix_entry entry = fix_entry_of_message(view);
    struct fix_group group;
    micro_require(fix_group_open(view, &entry, &md_entries, &group) == FIX_GROUP_OK, "no group");
    while (fix_group_next(&group, &entry)) {
        read_decimal(view, fix_entry_field(view, &entry, MD_ENTRY_PX), &read);
    }
    micro_require(fix_group_end(&group) == FIX_GROUP_OK, "a count lied");
    micro_keep(read);
}

static struct parsing *make_parsing(uint32_t fields) {
    struct parsing *parsing = micro_memory(sizeof *parsing);
    fix_parser_init(&parsing->parser, fix_isa_best());
    parsing->fields = fields;
    return parsing;
}

static void *make_new_orders(void) {
    struct parsing *parsing = make_parsing(17);
    micro_new_orders_in_orders(&parsing->messages, 1);
    return parsing;
}

static void *make_reports(void) {
    struct parsing *parsing = make_parsing(28);
    micro_reports(&parsing->messages);
    return parsing;
}

static void *make_market_data(void) {
    struct parsing *parsing = make_parsing(70);
    micro_market_data(&parsing->messages);
    return parsing;
}

/* As many orders as there are messages, each unlike the one before throughout. */
static void *make_unknown(void) {
    struct parsing *parsing = make_parsing(17);
    micro_new_orders_in_orders(&parsing->messages, MICRO_CYCLE);
    return parsing;
}

static void *make_alternating(void) {
    struct parsing *parsing = make_parsing(17);
    micro_new_orders_in_orders(&parsing->messages, 2);
    return parsing;
}

const struct micro_benchmark micro_fix_parse[] = {
    {"fix_parse_new_order_187", make_new_orders, run_new_order, false},
    {"fix_parse_report_308", make_reports, run_report, false},
    {"fix_parse_market_data_657", make_market_data, run_market_data, false},
    {"fix_parse_unknown_187", make_unknown, run_new_order, false},
    {"fix_parse_alternating_187", make_alternating, run_new_order, false},
    {NULL, NULL, NULL, false},
};
