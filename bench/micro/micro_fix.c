#include <stdio.h>
#include <string.h>

#include "bench/micro/micro.h"
#include "bench/micro/micro_message.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_time.h"
#include "core/fix/fix_view.h"
#include "core/fix/fix_writer.h"

/* 2026-01-05T12:00:00.123Z */
#define NOW_NS INT64_C(1767614400123000000)

struct writing {
    struct fix_time_cache time_cache;
    struct fix_time_minute minute;
    struct utc parsed;
    char room[1024];
};

static void *make_writing(void) {
    return micro_memory(sizeof(struct writing));
}

static void put_header(struct fix_writer *writer, struct writing *writing, struct bytes type,
                       uint32_t i) {
    struct utc now = {.ns = NOW_NS};
    fix_writer_begin(writer, writing->room, sizeof(writing->room), BYTES("FIX.4.4"));
    fix_put_bytes(writer, FIX_MSG_TYPE, type);
    fix_put_uint(writer, FIX_MSG_SEQ_NUM, 1000 + i % MICRO_CYCLE);
    fix_put_bytes(writer, FIX_SENDER_COMP_ID, BYTES("TERCEL"));
    fix_put_utc(writer, FIX_SENDING_TIME, &writing->time_cache, now, 3);
    fix_put_bytes(writer, FIX_TARGET_COMP_ID, BYTES("FIRMA"));
}

static void run_write_new(void *state, uint32_t i) {
    struct writing *writing = state;
    struct fix_writer writer;
    put_header(&writer, writing, BYTES("D"), i);
    fix_put_bytes(&writer, FIX_CL_ORD_ID, BYTES("A1B2C3D4E5F6"));
    fix_put_bytes(&writer, FIX_ACCOUNT, BYTES("MM1"));
    fix_put_bytes(&writer, FIX_SYMBOL, BYTES("BTC-USD"));
    fix_put_bytes(&writer, FIX_EX_DESTINATION, BYTES("KRAKEN"));
    fix_put_char(&writer, FIX_SIDE, '1');
    fix_put_decimal(&writer, FIX_ORDER_QTY, 12345678 + i % MICRO_CYCLE, 8);
    fix_put_char(&writer, FIX_ORD_TYPE, '2');
    fix_put_decimal(&writer, FIX_PRICE, 300001 + i % MICRO_CYCLE, 1);
    fix_put_char(&writer, FIX_TIME_IN_FORCE, '1');
    fix_put_utc(&writer, FIX_TRANSACT_TIME, &writing->time_cache, (struct utc){.ns = NOW_NS}, 3);
    micro_keep(fix_writer_finish(&writer));
}

static void run_write_report(void *state, uint32_t i) {
    struct writing *writing = state;
    struct fix_writer writer;
    uint32_t at = i % MICRO_CYCLE;
    put_header(&writer, writing, BYTES("8"), i);
    fix_put_bytes(&writer, FIX_ORDER_ID, BYTES("K7Q2-O12345"));
    fix_put_bytes(&writer, FIX_CL_ORD_ID, BYTES("A1B2C3D4E5F6"));
    fix_put_bytes(&writer, FIX_EXEC_ID, BYTES("K7Q2-E23456"));
    fix_put_char(&writer, FIX_EXEC_TYPE, 'F');
    fix_put_char(&writer, FIX_ORD_STATUS, '1');
    fix_put_bytes(&writer, FIX_ACCOUNT, BYTES("MM1"));
    fix_put_bytes(&writer, FIX_SYMBOL, BYTES("BTC-USD"));
    fix_put_char(&writer, FIX_SIDE, '1');
    fix_put_decimal(&writer, FIX_ORDER_QTY, 50000000, 8);
    fix_put_char(&writer, FIX_ORD_TYPE, '2');
    fix_put_decimal(&writer, FIX_PRICE, 300001 + at, 1);
    fix_put_char(&writer, FIX_TIME_IN_FORCE, '1');
    fix_put_decimal(&writer, FIX_LAST_QTY, 12345678 + at, 8);
    fix_put_decimal(&writer, FIX_LAST_PX, 300001 + at, 1);
    fix_put_bytes(&writer, FIX_LAST_MKT, BYTES("KRAKEN"));
    fix_put_decimal(&writer, FIX_LEAVES_QTY, 37654322 - at, 8);
    fix_put_decimal(&writer, FIX_CUM_QTY, 12345678 + at, 8);
    fix_put_decimal(&writer, FIX_AVG_PX, 300001 + at, 1);
    fix_put_utc(&writer, FIX_TRANSACT_TIME, &writing->time_cache, (struct utc){.ns = NOW_NS}, 3);
    fix_put_bytes(&writer, FIX_SECONDARY_ORDER_ID, BYTES("OQNCZM-NVAVC-AVD2LO"));
    micro_keep(fix_writer_finish(&writer));
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
