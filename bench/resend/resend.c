#include "bench/resend/resend.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/check.h"
#include "core/fix/fix_parser.h"
#include "core/fix/fix_session.h"
#include "core/fix/fix_tag.h"

#define ROOM_BYTES 2048
#define MESSAGE_BYTES_MAX 1024
/* 2026-01-05T12:00:00Z */
#define EPOCH_NS (INT64_C(1767614400) * NS_PER_S)

struct resend {
    struct resend_config config;
    struct fix_session session;
    struct fix_parser parser; /* the peer's */
    struct fix_view view;
    struct fix_input input;
    struct resend_result result;
    uint64_t next_live;  /* numbers the peer expects: of live messages, */
    uint64_t next_again; /* and of those that are sent again; 0: none was asked for */
    uint64_t last_again;
    uint64_t peer_seq;
    int64_t due_ns;
    char room[ROOM_BYTES];
    struct fix_outbox *outbox;
};

size_t resend_footprint(const struct resend_config *config) {
    size_t outbox = fix_outbox_footprint(config->outbox);
    return outbox == 0 ? 0 : (sizeof(struct resend) + 63) / 64 * 64 + outbox;
}

static struct now now_of(struct resend *resend) {
    int64_t ns = resend->config.read_clock(resend->config.context);
    return (struct now){.mono = {.ns = ns}, .utc = {.ns = EPOCH_NS + ns}};
}

/* The peer's: a message with the header it has to have, SOH for '|'. */
static void say(struct resend *resend, const char *type, const char *fields) {
    char room[256];
    struct now now = now_of(resend);
    struct fix_writer writer;
    struct fix_time_cache cache = {0};
    fix_writer_begin(&writer, room, sizeof room, BYTES("FIX.4.4"));
    fix_put_bytes(&writer, FIX_MSG_TYPE, bytes_of_string(type));
    fix_put_uint(&writer, FIX_MSG_SEQ_NUM, resend->peer_seq++);
    fix_put_bytes(&writer, FIX_SENDER_COMP_ID, BYTES("FIRMA"));
    fix_put_utc(&writer, FIX_SENDING_TIME, &cache, now.utc, 3);
    fix_put_bytes(&writer, FIX_TARGET_COMP_ID, BYTES("TERCEL"));
    fix_put_raw(&writer, bytes_of_string(fields));
    size_t len = fix_writer_finish(&writer);
    CHECK(len != 0);
    fix_session_input(&resend->session, now, bytes_of(room, len), &resend->input);
    CHECK(resend->input.consumed == len && resend->session.state == FIX_SESSION_UP);
}

static uint64_t number_of(const struct fix_view *view, uint32_t tag) {
    uint64_t number = 0;
    CHECK(fix_get_uint(view, tag, UINT64_MAX, &number) == FIX_GET_OK);
    return number;
}

static void hear_again(struct resend *resend, bool fill) {
    uint64_t seq = number_of(&resend->view, FIX_MSG_SEQ_NUM);
    CHECK(seq == resend->next_again && seq <= resend->last_again);
    CHECK(fix_view_find(&resend->view, FIX_ORIG_SENDING_TIME, 0) >= 0);
    resend->next_again = fill ? number_of(&resend->view, FIX_NEW_SEQ_NO) : seq + 1;
    CHECK(resend->next_again > seq && resend->next_again <= resend->last_again + 1);
    resend->result.fills += fill;
    resend->result.resent += !fill;
}

/* Every message has the number that is due. */
static void hear(struct resend *resend, size_t len) {
    struct fix_frame frame;
    enum fix_view_result parsed = FIX_VIEW_BAD_TAG;
    uint32_t bad = 0;
    CHECK(fix_parse(&resend->parser, bytes_of(resend->room, len), ROOM_BYTES, &frame, &resend->view,
                    &parsed, &bad) == FIX_FRAME_COMPLETE);
    CHECK(parsed == FIX_VIEW_OK && frame.bytes == len);
    if (fix_view_find(&resend->view, FIX_POSS_DUP_FLAG, 0) >= 0) {
        hear_again(resend, fix_view_msg_type(&resend->view).data[0] == FIX_MSG_SEQUENCE_RESET[0]);
    } else {
        CHECK(number_of(&resend->view, FIX_MSG_SEQ_NUM) == resend->next_live);
        resend->next_live++;
    }
}

/* Whatever the session owes; false: nothing now. */
static bool write_owed(struct resend *resend) {
    bool secret;
    if (!fix_session_has_output(&resend->session)) {
        return false;
    }
    size_t len =
        fix_session_output(&resend->session, now_of(resend), resend->room, ROOM_BYTES, &secret);
    if (len != 0) {
        hear(resend, len);
    }
    return len != 0;
}

static size_t write_report(struct resend *resend, struct now now) {
    struct fix_writer writer;
    uint64_t seq = resend->session.next_out;
    fix_session_begin(&resend->session, now, BYTES("8"), resend->room, MESSAGE_BYTES_MAX, &writer);
    fix_put_bytes(&writer, FIX_ORDER_ID, BYTES("OQNCZM-NVAVC-AVD2LO"));
    fix_put_bytes(&writer, FIX_CL_ORD_ID, BYTES("9e58120f-182b-4dce-9609-8ca7cdd1"));
    fix_put_uint(&writer, FIX_EXEC_ID, seq);
    fix_put_char(&writer, FIX_EXEC_TYPE, 'F');
    fix_put_char(&writer, FIX_ORD_STATUS, '1');
    fix_put_bytes(&writer, FIX_ACCOUNT, BYTES("MM1"));
    fix_put_bytes(&writer, FIX_SYMBOL, BYTES("BTC-USD"));
    fix_put_char(&writer, FIX_SIDE, '1');
    fix_put_decimal(&writer, FIX_ORDER_QTY, 50000000, 8);
    fix_put_char(&writer, FIX_ORD_TYPE, '2');
    fix_put_decimal(&writer, FIX_PRICE, 300001, 1);
    fix_put_char(&writer, FIX_TIME_IN_FORCE, '1');
    fix_put_decimal(&writer, FIX_LAST_QTY, 12345678, 8);
    fix_put_decimal(&writer, FIX_LAST_PX, 300001, 1);
    fix_put_bytes(&writer, FIX_LAST_MKT, BYTES("KRAKEN"));
    fix_put_decimal(&writer, FIX_LEAVES_QTY, 37654322, 8);
    fix_put_decimal(&writer, FIX_CUM_QTY, 12345678, 8);
    fix_put_decimal(&writer, FIX_AVG_PX, 300001, 1);
    fix_put_utc(&writer, FIX_TRANSACT_TIME, &resend->session.time_cache, now.utc, 3);
    fix_put_bytes(&writer, FIX_SECONDARY_ORDER_ID, BYTES("OQNCZM-NVAVC-AVD2LO"));
    size_t len = fix_session_end(&resend->session, now, &writer);
    CHECK(len != 0);
    return len;
}

/* The live message that is due, if one is and may go. */
static bool write_live(struct resend *resend, struct histogram *latency) {
    struct now now = now_of(resend);
    if (now.mono.ns < resend->due_ns || !fix_session_can_send(&resend->session)) {
        return false;
    }
    size_t len = write_report(resend, now);
    histogram_record(latency, resend->config.read_clock(resend->config.context) - resend->due_ns);
    hear(resend, len);
    resend->due_ns += resend->config.live_period.ns;
    return true;
}

static void tick(struct resend *resend) {
    struct now now = now_of(resend);
    if (instant_reached(now.mono, fix_session_deadline(&resend->session))) {
        CHECK(fix_session_tick(&resend->session, now) == FIX_ACTION_NONE);
    }
}

struct resend *resend_init(void *mem, const struct resend_config *config) {
    struct resend *resend = mem;
    memset(resend, 0, sizeof *resend);
    resend->config = *config;
    resend->next_live = resend->peer_seq = 1;
    resend->outbox = fix_outbox_init((char *)mem + (sizeof *resend + 63) / 64 * 64, config->outbox);
    histogram_reset(&resend->result.alone);
    histogram_reset(&resend->result.meanwhile);
    fix_parser_init(&resend->parser, fix_isa_best());
    struct fix_session_config session = {.role = FIX_ACCEPTOR,
                                         .version = fix_version_of(FIX_44),
                                         .sender_comp_id = BYTES("TERCEL"),
                                         .target_comp_id = BYTES("FIRMA"),
                                         .heartbeat_s = 30,
                                         .heartbeat_zero_allowed = true,
                                         .time_digits = 3,
                                         .message_bytes_max = MESSAGE_BYTES_MAX,
                                         .logon_timeout = {.ns = 10 * NS_PER_S},
                                         .logout_timeout = {.ns = 10 * NS_PER_S},
                                         .answer_timeout = {.ns = 10 * NS_PER_S},
                                         .profile = fix_profile_production(),
                                         .outbox = resend->outbox,
                                         .resent_types = "8",
                                         .resend_burst = config->burst};
    fix_session_init(&resend->session, &session);
    fix_session_connected(&resend->session, now_of(resend), 1);
    /* Nobody watches: an idle peer is no matter of this program. */
    say(resend, "A",
        "98=0\x01"
        "108=0\x01");
    CHECK(write_owed(resend));
    return resend;
}

void resend_fill(struct resend *resend) {
    for (uint64_t i = 0; i < resend->config.messages; i++) {
        hear(resend, write_report(resend, now_of(resend)));
    }
}

void resend_alone(struct resend *resend, uint64_t live) {
    resend->due_ns = now_of(resend).mono.ns;
    while (live != 0) {
        live -= write_live(resend, &resend->result.alone);
        tick(resend);
    }
}

void resend_everything(struct resend *resend) {
    resend->next_again = 1;
    resend->last_again = resend->session.next_out - 1;
    int64_t began = now_of(resend).mono.ns;
    uint64_t live = resend->next_live;
    resend->due_ns = began;
    say(resend, "2",
        "7=1\x01"
        "16=0\x01");
    while (resend->next_again <= resend->last_again) {
        if (!write_live(resend, &resend->result.meanwhile) && !write_owed(resend)) {
            tick(resend);
        }
    }
    resend->result.took_ns = now_of(resend).mono.ns - began;
    resend->result.live = resend->next_live - live;
    resend->result.filled_over = resend->session.counters.resend_lost;
    CHECK(resend->result.resent == resend->session.counters.resent);
}

const struct resend_result *resend_result(const struct resend *resend) {
    return &resend->result;
}
