#include <stdio.h>
#include <string.h>

#include "bench/micro/micro.h"
#include "bench/micro/micro_message.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"
#include "core/fix/fix_view.h"
#include "core/fix/fix_writer.h"

/* 2026-01-05T12:00:00.123456Z */
#define NOW_NS INT64_C(1767614400123456000)

struct writing {
    struct fix_time_cache time_cache;
    struct fix_time_minute minute;
    struct fix_writer_head new_order;
    struct fix_writer_head report;
    struct fix_run sender;
    struct fix_run target;
    struct utc parsed;
    char room[1024];
};

/* More than the bounds of their fields. */
#define MICRO_NEW_ORDER_ROOM 512
#define MICRO_REPORT_ROOM 800

static void *make_writing(void) {
    struct writing *writing = micro_memory(sizeof(*writing));
    bool well = fix_writer_head_make(&writing->new_order, BYTES("FIX.4.4"), BYTES("35=D\x01")) &&
                fix_writer_head_make(&writing->report, BYTES("FIX.4.4"), BYTES("35=8\x01"));
    micro_require(well, "no head");
    writing->sender = (struct fix_run){.text = "49=TERCEL\x01"
                                               "52=",
                                       .len = 13};
    writing->target = (struct fix_run){.text = "56=KRAKEN\x01", .len = 10};
    return writing;
}

/* Messages of one length, so that what is counted is one thing: their numbers vary, and how many
 * digits these have does not. */
static void require_bytes(size_t bytes, size_t expected) {
    micro_require(bytes == expected, "a message has not the length it should");
    micro_keep(bytes);
}

static char *add_header(struct writing *writing, char *at, uint32_t i) {
    at = fix_add_uint(at, FIX_MSG_SEQ_NUM, 1000 + i % MICRO_CYCLE);
    at = fix_add_run(at, &writing->sender);
    at = fix_add_utc_value(at, &writing->time_cache, (struct utc){.ns = NOW_NS + i}, 6);
    return fix_add_run(at, &writing->target);
}

/* 17 fields, BeginString, BodyLength and CheckSum among them. */
static void run_write_new(void *state, uint32_t i) {
    struct writing *writing = state;
    struct fix_writer writer;
    uint32_t cycle = i % MICRO_CYCLE;
    fix_writer_begin_head(&writer, writing->room, sizeof(writing->room), &writing->new_order);
    char *at = fix_writer_room(&writer, MICRO_NEW_ORDER_ROOM);
    at = add_header(writing, at, i);
    at = fix_add_bytes(at, FIX_CL_ORD_ID, BYTES("9e58120f182b4d"));
    at = fix_add_bytes(at, FIX_ACCOUNT, BYTES("MM1"));
    at = fix_add_bytes(at, FIX_SYMBOL, BYTES("BTC/USD"));
    at = fix_add_char(at, FIX_SIDE, '1');
    at = fix_add_decimal(at, FIX_ORDER_QTY, 12345101 + cycle * 10, 8);
    at = fix_add_char(at, FIX_ORD_TYPE, '2');
    at = fix_add_decimal(at, FIX_PRICE, 300001 + cycle * 10, 1);
    at = fix_add_char(at, FIX_TIME_IN_FORCE, '1');
    at =
        fix_add_utc(at, FIX_TRANSACT_TIME, &writing->time_cache, (struct utc){.ns = NOW_NS + i}, 6);
    fix_writer_wrote(&writer, at);
    require_bytes(fix_writer_finish(&writer), MICRO_NEW_ORDER_BYTES);
}

/* 28 fields. */
static void run_write_report(void *state, uint32_t i) {
    struct writing *writing = state;
    struct fix_writer writer;
    uint32_t cycle = i % MICRO_CYCLE;
    fix_writer_begin_head(&writer, writing->room, sizeof(writing->room), &writing->report);
    char *at = fix_writer_room(&writer, MICRO_REPORT_ROOM);
    at = add_header(writing, at, i);
    at = fix_add_bytes(at, FIX_ORDER_ID, BYTES("K7Q2-O12345"));
    at = fix_add_bytes(at, FIX_CL_ORD_ID, BYTES("A1B2C3D4E5F6"));
    at = fix_add_bytes(at, FIX_EXEC_ID, BYTES("K7Q2-E23456"));
    at = fix_add_char(at, FIX_EXEC_TYPE, 'F');
    at = fix_add_char(at, FIX_ORD_STATUS, '1');
    at = fix_add_bytes(at, FIX_ACCOUNT, BYTES("MM1"));
    at = fix_add_bytes(at, FIX_SYMBOL, BYTES("BTC-USD"));
    at = fix_add_char(at, FIX_SIDE, '1');
    at = fix_add_decimal(at, FIX_ORDER_QTY, 50000000, 8);
    at = fix_add_char(at, FIX_ORD_TYPE, '2');
    at = fix_add_decimal(at, FIX_PRICE, 300001 + cycle * 10, 1);
    at = fix_add_char(at, FIX_TIME_IN_FORCE, '1');
    at = fix_add_decimal(at, FIX_LAST_QTY, 12345101 + cycle * 10, 8);
    at = fix_add_decimal(at, FIX_LAST_PX, 300001 + cycle * 10, 1);
    at = fix_add_bytes(at, FIX_LAST_MKT, BYTES("KRAKEN"));
    at = fix_add_decimal(at, FIX_LEAVES_QTY, 37654899 - cycle * 10, 8);
    at = fix_add_decimal(at, FIX_CUM_QTY, 12345101 + cycle * 10, 8);
    at = fix_add_decimal(at, FIX_AVG_PX, 300001 + cycle * 10, 1);
    at = fix_add_utc(at, FIX_TRANSACT_TIME, &writing->time_cache,
                     (struct utc){.ns = NOW_NS - NS_PER_MS - i}, 6);
    at = fix_add_bytes(at, FIX_SECONDARY_ORDER_ID, BYTES("OQNCZMNVAC"));
    fix_writer_wrote(&writer, at);
    require_bytes(fix_writer_finish(&writer), MICRO_REPORT_BYTES);
}

static void run_time_format(void *state, uint32_t i) {
    struct writing *writing = state;
    struct utc at = {.ns = NOW_NS + i % MICRO_CYCLE * NS_PER_US};
    micro_keep(fix_time_format(&writing->time_cache, at, 6, writing->room));
}

static void run_time_format_new_second(void *state, uint32_t i) {
    struct writing *writing = state;
    struct utc at = {.ns = NOW_NS + i % MICRO_CYCLE * NS_PER_S};
    micro_keep(fix_time_format(&writing->time_cache, at, 6, writing->room));
}

static void run_time_parse(void *state, uint32_t i) {
    struct writing *writing = state;
    (void)i;
    micro_require(fix_time_parse(BYTES("20260105-12:00:00.123"), &writing->parsed),
                  "a time was refused");
}

static void run_time_parse_near(void *state, uint32_t i) {
    struct writing *writing = state;
    (void)i;
    struct bytes text = BYTES("20260105-12:00:00.123");
    micro_require(fix_time_parse_near(&writing->minute, text, &writing->parsed),
                  "a time was refused");
}

const struct micro_benchmark micro_fix[] = {
    {"fix_write_new_order", make_writing, run_write_new, false},
    {"fix_write_report", make_writing, run_write_report, false},
    {"fix_time_format", make_writing, run_time_format, false},
    {"fix_time_format_new_second", make_writing, run_time_format_new_second, false},
    {"fix_time_parse", make_writing, run_time_parse, false},
    {"fix_time_parse_near", make_writing, run_time_parse_near, false},
    {NULL, NULL, NULL, false},
};
