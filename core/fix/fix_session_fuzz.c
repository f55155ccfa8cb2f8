/*
 * A script of bytes drives one session: messages good and bad, time that steps, answers, probes,
 * resets, room of any size, connections that come and go. Whatever it says:
 *   every input consumes, asks for more, or says why not, so that reading comes to an end;
 *   numbers never fall but by a reset;
 *   everything written is a good message with the number that was due, or one that was sent again
 *   with the number it had;
 *   what is delivered was expected.
 */
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_early.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session.h"
#include "core/fix/fix_tag.h"
#include "core/fix/fix_view.h"
#include "core/fix/test_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    const uint8_t *data;
    size_t size;
    struct fix_session session;
    struct now now;
    uint32_t epoch;
    char stream[8192];
    size_t stream_len;
};

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static uint8_t take(struct fuzz *fuzz) {
    if (fuzz->size == 0) {
        return 0;
    }
    fuzz->size--;
    return *fuzz->data++;
}

static struct bytes take_piece(struct fuzz *fuzz) {
    size_t len = take(fuzz);
    len = len < fuzz->size ? len : fuzz->size;
    struct bytes piece = bytes_of((const char *)fuzz->data, len);
    fuzz->data += len;
    fuzz->size -= len;
    return piece;
}

static void write_fields(void *context, const struct fix_session *session,
                         struct fix_writer *writer) {
    (void)context;
    fix_put_uint(writer, FIX_PASSWORD, session->next_out);
}

/* Small ones, so that they overflow. */
static struct fix_outbox *outbox(void) {
    static _Alignas(64) char mem[4096];
    static const struct fix_outbox_limits limits = {.messages = 6, .bytes = 700};
    require(fix_outbox_footprint(limits) <= sizeof(mem));
    return fix_outbox_init(mem, limits);
}

static struct fix_early *early(void) {
    static _Alignas(64) char mem[4096];
    static const struct fix_early_limits limits = {.messages = 4, .bytes = 600};
    require(fix_early_footprint(limits) <= sizeof(mem));
    return fix_early_init(mem, limits);
}

static void configure_more(struct fix_session_config *config, uint8_t flags) {
    if (flags & 1) {
        config->outbox = outbox();
        config->resent_types = "D";
        config->resend_burst = 2;
    }
    config->early = flags & 2 ? early() : NULL;
    config->early_stands = config->role == FIX_INITIATOR;
    config->dictionary = flags & 4 ? &fix44_dictionary : NULL;
    config->profile = flags & 8 ? fix_profile_at() : fix_profile_production();
    config->next_expected = flags & 16;
    config->last_processed = flags & 32;
    config->resend_chunk = flags & 64 ? 2 : 0;
    config->report_resend_asked = flags & 64;
    if (flags & 128) {
        config->schedule =
            (struct fix_schedule){.kind = FIX_SCHEDULE_DAILY, .start_s = 43220, .end_s = 43210};
    }
}

/* Clocks an hour ahead until five seconds after the fuzzer's begin to turn, and then back. */
static const struct fix_zone *zone(void) {
    static struct fix_zone zone = {.count = 2};
    zone.change_s[0] = 1767614405;
    zone.offset_s[0] = 3600;
    zone.change_s[1] = 1767614425;
    zone.offset_s[1] = 0;
    return &zone;
}

/* The version, and what came with it. */
static void configure_version(struct fix_session_config *config, uint8_t choice) {
    config->version = fix_version_of((enum fix_version_number)(choice % FIX_VERSIONS));
    config->profile.other_appl_ver_allowed = choice & 8;
    config->profile.garbled_rejected = choice & 128;
    if (config->dictionary != NULL) {
        config->dictionary =
            fix_dictionary_of(config->version->begin_string, config->version->appl_ver_id);
    }
    if (choice & 16) {
        config->time_digits = 9;
    }
    if (choice & 32) {
        config->schedule.zone = zone();
    }
    if (choice & 64 && config->schedule.kind == FIX_SCHEDULE_DAILY) {
        config->schedule.days = 0x15;
    }
}

static void begin(struct fuzz *fuzz) {
    uint8_t flags = take(fuzz);
    struct fix_session_config config = {
        .role = flags & 1 ? FIX_INITIATOR : FIX_ACCEPTOR,
        .version = fix_version_of(FIX_44),
        .sender_comp_id = BYTES("U"),
        .target_comp_id = BYTES("T"),
        .heartbeat_s = 10,
        .heartbeat_zero_allowed = flags & 2,
        .time_digits = 3,
        .reset_on_logon = flags & 4,
        .signature_needed = flags & 8,
        .verdict_needed = flags & 16,
        .message_bytes_max = 1024,
        .latency_max = {.ns = flags & 32 ? 60 * NS_PER_S : 0},
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .logout_timeout = {.ns = 2 * NS_PER_S},
        .answer_timeout = {.ns = 2 * NS_PER_S},
        .logon_hook = {.write_fields = flags & 64 ? write_fields : NULL},
    };
    configure_more(&config, take(fuzz));
    uint8_t version = take(fuzz);
    configure_version(&config, version);
    fix_session_init(&fuzz->session, &config);
    if (version & 128) {
        fix_parser_init(&fuzz->session.parser, FIX_ISA_SCALAR);
    }
    fuzz->now =
        (struct now){.mono = {.ns = NS_PER_S}, .utc = {.ns = INT64_C(1767614400) * NS_PER_S}};
}

static void append(struct fuzz *fuzz, struct bytes piece) {
    if (piece.len != 0 && fuzz->stream_len + piece.len <= sizeof(fuzz->stream)) {
        memcpy(fuzz->stream + fuzz->stream_len, piece.data, piece.len);
        fuzz->stream_len += piece.len;
    }
}

static void append_message(struct fuzz *fuzz, struct bytes body) {
    struct bytes begin_string = fuzz->session.config.version->begin_string;
    struct test_message message = {.len = 0};
    char head[48];
    snprintf(head, sizeof(head), "8=%.*s|9=%zu|", (int)begin_string.len, begin_string.data,
             body.len);
    test_append(&message, bytes_of_string(head));
    test_append(&message, body);
    test_append_checksum(&message);
    append(fuzz, bytes_of(message.data, message.len));
}

/* Those of versions, at the end: chosen by values of their own, so that what was found before they
 * were there still says the same. */
#define LATE_KINDS 4

/* A message of the right header and near the expected number; often with the fields its type needs,
 * and always with what the fuzzer adds. */
static void append_near_miss(struct fuzz *fuzz) {
    static const struct {
        char type;
        const char *fields;
    } kinds[] = {
        {'A', "98=0|108=10|"},
        {'0', ""},
        {'1', "112=x|"},
        {'2', "7=1|16=0|"},
        {'3', "45=1|"},
        {'4', "36=5|123=Y|"},
        {'4', "36=9|"},
        {'5', "58=bye|"},
        {'D', "11=a|"},
        {'D', "43=Y|"},
        {'A', "98=0|108=10|141=Y|"},
        {'A', "98=0|108=10|789=2|"},
        {'0', "112=PROBE-1|"},
        {'2', "7=2|16=4|"},
        {'A', "98=0|108=10|1137=7|"},
        {'A', "98=0|108=10|1137=9|141=Y|"},
        {'D', "1128=8|11=a|"},
        {'2', "7=1|16=999999|"},
    };
    uint8_t choice = take(fuzz);
    size_t count = sizeof(kinds) / sizeof(kinds[0]) - LATE_KINDS;
    bool late = choice > UINT8_MAX - LATE_KINDS;
    size_t kind = late ? count + UINT8_MAX - choice : choice % count;
    uint64_t seq = fuzz->session.next_in + take(fuzz) % 8 / 2 - 1;
    char body[512];
    int len = snprintf(body, sizeof(body), "35=%c|34=%llu|49=T|52=20260105-12:00:00|56=U|%s",
                       kinds[kind].type, (unsigned long long)seq,
                       choice < 200 || late ? kinds[kind].fields : "");
    struct bytes rest = take_piece(fuzz);
    if (rest.len != 0) {
        memcpy(body + len, rest.data, rest.len);
    }
    append_message(fuzz, bytes_of(body, (size_t)len + rest.len));
}

static bool is_reset(const struct fix_view *view) {
    bool reset;
    return view->count > 3 && view->fields[2].tag == FIX_MSG_TYPE && view->fields[2].len != 0 &&
           bytes_equal(fix_view_msg_type(view), BYTES(FIX_MSG_LOGON)) &&
           fix_get_bool(view, FIX_RESET_SEQ_NUM_FLAG, &reset) == FIX_GET_OK && reset;
}

static void check_numbers(const struct fuzz *fuzz, const struct fix_session *before, bool reset) {
    require(reset || fuzz->session.next_in >= before->next_in);
    require(reset || fuzz->session.next_out >= before->next_out);
    require(fuzz->session.next_in >= 1 && fuzz->session.next_out >= 1);
    require(fuzz->session.owed_count <= FIX_OWED_MAX);
    require(fuzz->session.resend_until == 0 || fuzz->session.resend_until > fuzz->session.next_in);
}

static uint32_t count_early(const struct fix_session *session) {
    return session->config.early != NULL ? fix_early_count(session->config.early) : 0;
}

/* Without a word in the Logon: by the schedule, or by configuration. */
static bool begins_anew(const struct fuzz *fuzz, const struct fix_session *before) {
    return fuzz->session.period != before->period ||
           (before->state == FIX_SESSION_LOGON_AWAITED && before->config.reset_on_logon);
}

/* Returns whether there may be more to read. */
static bool read_one(struct fuzz *fuzz) {
    static struct fix_input input;
    static struct fix_session before;
    before = fuzz->session;
    uint32_t early_before = count_early(&before);
    /* Exactly as large as it is, so that reading past it is seen. */
    char *exact = malloc(fuzz->stream_len);
    require(exact != NULL || fuzz->stream_len == 0);
    memcpy(exact, fuzz->stream, fuzz->stream_len);
    fix_session_input(&fuzz->session, fuzz->now, bytes_of(exact, fuzz->stream_len), &input);
    require(input.consumed <= fuzz->stream_len);
    bool parsed = input.consumed != 0 && input.view.message.data == exact;
    check_numbers(fuzz, &before, (parsed && is_reset(&input.view)) || begins_anew(fuzz, &before));
    if (input.action == FIX_ACTION_DELIVER && take(fuzz) % 4 == 0) {
        fix_session_reject(&fuzz->session, &input.view, take(fuzz), take(fuzz),
                           BYTES("rejected\x01here"));
    }
    input.view.message = bytes_of(NULL, 0);
    free(exact);
    memmove(fuzz->stream, fuzz->stream + input.consumed, fuzz->stream_len - input.consumed);
    fuzz->stream_len -= input.consumed;
    require(input.action != FIX_ACTION_PARTIAL || input.need > fuzz->stream_len);
    bool was_early = count_early(&fuzz->session) < early_before;
    require(input.action != FIX_ACTION_NONE || input.consumed != 0 || was_early);
    require(input.action != FIX_ACTION_DELIVER || input.consumed != 0 || was_early);
    require(input.action != FIX_ACTION_DELIVER || input.seq == before.next_in || before.early_left);
    require(!before.early_left || !was_early || fuzz->session.next_in == before.next_in);
    require(input.action != FIX_ACTION_RESEND_ASKED ||
            (input.resend_begin >= 1 && input.resend_begin <= input.resend_end &&
             input.resend_end < fuzz->session.next_out));
    return input.action != FIX_ACTION_PARTIAL && input.action != FIX_ACTION_BLOCKED &&
           input.action != FIX_ACTION_CLOSE;
}

static void read_all(struct fuzz *fuzz) {
    /* Every round but the two announcements consumes, or takes what came early. */
    for (size_t rounds = fuzz->stream_len + 3 + 4; read_one(fuzz); rounds--) {
        require(rounds != 0);
    }
}

static void check_written(const struct fuzz *fuzz, const struct fix_session *before,
                          struct bytes message) {
    static struct fix_view view;
    struct fix_frame frame;
    uint32_t bad_offset;
    uint64_t seq;
    require(fix_frame(message, FIX_ADMIN_BYTES_MAX, &frame) == FIX_FRAME_COMPLETE);
    require(frame.bytes == message.len);
    require(fix_view_parse(message, &view, &bad_offset) == FIX_VIEW_OK);
    require(fix_get_uint(&view, FIX_MSG_SEQ_NUM, UINT64_MAX, &seq) == FIX_GET_OK);
    bool again = false;
    if (fix_get_bool(&view, FIX_POSS_DUP_FLAG, &again) == FIX_GET_OK && again) {
        uint64_t next = seq + 1;
        if (bytes_equal(fix_view_msg_type(&view), BYTES(FIX_MSG_SEQUENCE_RESET))) {
            require(fix_get_uint(&view, FIX_NEW_SEQ_NO, UINT64_MAX, &next) == FIX_GET_OK);
        }
        require(seq >= 1 && seq < next && next <= before->next_out);
        require(fuzz->session.next_out == before->next_out);
        return;
    }
    bool logon = bytes_equal(fix_view_msg_type(&view), BYTES(FIX_MSG_LOGON));
    uint64_t unsent =
        logon && (before->unsent_adrift || is_reset(&view)) && fuzz->session.unsent.next == seq + 1
            ? fix_outbox_count(before->config.outbox)
            : 0;
    require(seq == (is_reset(&view) ? 1 : before->next_out));
    require(fuzz->session.next_out == seq + 1 + unsent);
}

static void write_one(struct fuzz *fuzz) {
    static struct fix_session before;
    before = fuzz->session;
    size_t room = take(fuzz) % 2 == 0 ? fix_session_output_bytes(&before) : take(fuzz);
    char *exact = malloc(room);
    require(exact != NULL || room == 0);
    bool secret;
    size_t len = fix_session_output(&fuzz->session, fuzz->now, exact, room, &secret);
    require(room < FIX_ADMIN_BYTES_MAX || (len != 0) == fix_session_has_output(&before));
    if (len != 0) {
        check_written(fuzz, &before, bytes_of(exact, len));
    } else {
        require(fuzz->session.next_out == before.next_out);
    }
    free(exact);
}

static void send_one(struct fuzz *fuzz) {
    static struct fix_session before;
    if (!fix_session_can_send(&fuzz->session)) {
        return;
    }
    before = fuzz->session;
    char room[300];
    struct fix_writer writer;
    fix_session_begin(&fuzz->session, fuzz->now, BYTES("D"), room, take(fuzz), &writer);
    fix_put_bytes(&writer, FIX_CL_ORD_ID, take_piece(fuzz));
    size_t len = fix_session_end(&fuzz->session, fuzz->now, &writer);
    if (len != 0) {
        check_written(fuzz, &before, bytes_of(room, len));
    }
}

static void pass_time(struct fuzz *fuzz) {
    int64_t ns = take(fuzz) * (NS_PER_S / 8);
    fuzz->now.mono.ns += ns;
    fuzz->now.utc.ns += ns;
    if (ns % 7 == 0) {
        fuzz->now.utc.ns += ((int8_t)take(fuzz)) * NS_PER_S;
    }
    if (instant_reached(fuzz->now.mono, fix_session_deadline(&fuzz->session))) {
        (void)fix_session_tick(&fuzz->session, fuzz->now);
    }
}

static void answer(struct fuzz *fuzz) {
    uint8_t choice = take(fuzz);
    uint32_t epoch = fuzz->epoch - (choice & 1);
    fix_session_signed(&fuzz->session, fuzz->now, epoch, choice & 2);
    fix_session_verdict(&fuzz->session, fuzz->now, epoch, choice & 2, take_piece(fuzz));
}

/* In order, behind what is expected unless a reset left it, and nothing else comes of it. */
static void take_left(struct fuzz *fuzz) {
    static struct fix_session before;
    static struct fix_input input;
    before = fuzz->session;
    uint64_t above = before.early_left ? 0 : before.next_in - 1;
    while (fix_session_has_left(&fuzz->session)) {
        (void)fix_session_take_left(&fuzz->session, fuzz->now, &input);
        require(input.seq > above && input.consumed == 0);
        above = input.seq;
    }
    before.early_left = false;
    require(memcmp(&before, &fuzz->session, sizeof(before)) == 0);
}

static void switch_stream(struct fuzz *fuzz) {
    if (fuzz->session.state != FIX_SESSION_DOWN) {
        take_left(fuzz);
        fix_session_disconnected(&fuzz->session, fuzz->now);
        return;
    }
    fuzz->stream_len = 0;
    fix_session_connected(&fuzz->session, fuzz->now, ++fuzz->epoch);
}

static void keep_unsent(struct fuzz *fuzz) {
    const struct fix_session *session = &fuzz->session;
    if (session->config.outbox == NULL || session->state == FIX_SESSION_UP) {
        return;
    }
    char room[200];
    struct fix_writer writer;
    fix_session_begin_unsent(&fuzz->session, fuzz->now, BYTES("D"), room, sizeof(room), &writer);
    fix_put_uint(&writer, FIX_CL_ORD_ID, session->next_out);
    require(fix_session_end_unsent(&fuzz->session, &writer));
}

static void ask(struct fuzz *fuzz) {
    if (take(fuzz) % 2 == 0) {
        fix_session_probe(&fuzz->session, fuzz->now);
    } else {
        (void)fix_session_reset(&fuzz->session, fuzz->now);
    }
    (void)fix_session_probe_verdict(&fuzz->session, fuzz->now);
    (void)fix_session_may_connect(&fuzz->session, fuzz->now);
    keep_unsent(fuzz);
}

static void step(struct fuzz *fuzz) {
    switch (take(fuzz) % 11) {
    case 0:
        append(fuzz, take_piece(fuzz));
        break;
    case 1:
        append_message(fuzz, take_piece(fuzz));
        break;
    case 2:
    case 3:
        append_near_miss(fuzz);
        break;
    case 4:
        read_all(fuzz);
        break;
    case 5:
        write_one(fuzz);
        break;
    case 6:
        send_one(fuzz);
        break;
    case 7:
        pass_time(fuzz);
        break;
    case 8:
        answer(fuzz);
        break;
    case 9:
        ask(fuzz);
        break;
    default:
        if (take(fuzz) % 4 == 0) {
            fix_session_logout(&fuzz->session, fuzz->now, take_piece(fuzz));
        } else {
            switch_stream(fuzz);
        }
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct fuzz fuzz;
    if (size > 2048) {
        return 0;
    }
    fuzz = (struct fuzz){.data = data, .size = size};
    begin(&fuzz);
    switch_stream(&fuzz);
    while (fuzz.size != 0) {
        step(&fuzz);
    }
    read_all(&fuzz);
    return 0;
}
