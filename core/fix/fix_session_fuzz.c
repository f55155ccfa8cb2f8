/*
 * A script of bytes drives one session: messages good and bad, time, answers, room of any size,
 * connections that come and go. Whatever it says:
 *   every input consumes, asks for more, or says why not, so that reading comes to an end;
 *   numbers never fall but by a reset;
 *   everything written is a good message with the number that was due.
 */
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_frame.h"
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

static void begin(struct fuzz *fuzz) {
    uint8_t flags = take(fuzz);
    struct fix_session_config config = {
        .role = flags & 1 ? FIX_INITIATOR : FIX_ACCEPTOR,
        .begin_string = BYTES("FIX.4.4"),
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
    fix_session_init(&fuzz->session, &config);
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
    struct test_message message = test_message_with(body);
    append(fuzz, bytes_of(message.data, message.len));
}

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
    };
    uint8_t choice = take(fuzz);
    size_t kind = choice % (sizeof(kinds) / sizeof(kinds[0]));
    uint64_t seq = fuzz->session.next_in + take(fuzz) % 8 / 2 - 1;
    char body[512];
    int len =
        snprintf(body, sizeof(body), "35=%c|34=%llu|49=T|52=20260105-12:00:00|56=U|%s",
                 kinds[kind].type, (unsigned long long)seq, choice < 200 ? kinds[kind].fields : "");
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

/* Returns whether there may be more to read. */
static bool read_one(struct fuzz *fuzz) {
    static struct fix_input input;
    static struct fix_session before;
    before = fuzz->session;
    /* Exactly as large as it is, so that reading past it is seen. */
    char *exact = malloc(fuzz->stream_len);
    require(exact != NULL || fuzz->stream_len == 0);
    memcpy(exact, fuzz->stream, fuzz->stream_len);
    fix_session_input(&fuzz->session, fuzz->now, bytes_of(exact, fuzz->stream_len), &input);
    require(input.consumed <= fuzz->stream_len);
    bool parsed = input.consumed != 0 && input.view.message.data == exact;
    check_numbers(fuzz, &before, parsed && is_reset(&input.view));
    if (input.action == FIX_ACTION_DELIVER && take(fuzz) % 4 == 0) {
        fix_session_reject(&fuzz->session, &input.view, take(fuzz), take(fuzz),
                           BYTES("rejected\x01here"));
    }
    input.view.message = bytes_of(NULL, 0);
    free(exact);
    memmove(fuzz->stream, fuzz->stream + input.consumed, fuzz->stream_len - input.consumed);
    fuzz->stream_len -= input.consumed;
    require(input.action != FIX_ACTION_PARTIAL || input.need > fuzz->stream_len);
    require(input.action != FIX_ACTION_NONE || input.consumed != 0);
    require(input.action != FIX_ACTION_DELIVER || input.consumed != 0);
    return input.action != FIX_ACTION_PARTIAL && input.action != FIX_ACTION_BLOCKED &&
           input.action != FIX_ACTION_CLOSE;
}

static void read_all(struct fuzz *fuzz) {
    /* Every round but the two announcements consumes. */
    for (size_t rounds = fuzz->stream_len + 3; read_one(fuzz); rounds--) {
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
    if (bytes_equal(fix_view_msg_type(&view), BYTES(FIX_MSG_SEQUENCE_RESET))) {
        uint64_t next;
        require(fix_get_uint(&view, FIX_NEW_SEQ_NO, UINT64_MAX, &next) == FIX_GET_OK);
        require(seq >= 1 && seq < next && next <= before->next_out);
        require(fuzz->session.next_out == before->next_out);
        return;
    }
    require(seq == before->next_out);
    require(fuzz->session.next_out == before->next_out + 1);
}

static void write_one(struct fuzz *fuzz) {
    static struct fix_session before;
    before = fuzz->session;
    size_t room = take(fuzz) % 2 == 0 ? FIX_ADMIN_BYTES_MAX : take(fuzz);
    char *exact = malloc(room);
    require(exact != NULL || room == 0);
    bool secret;
    size_t len = fix_session_output(&fuzz->session, fuzz->now, exact, room, &secret);
    require(room != FIX_ADMIN_BYTES_MAX || (len != 0) == fix_session_has_output(&before));
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

static void switch_stream(struct fuzz *fuzz) {
    if (fuzz->session.state != FIX_SESSION_DOWN) {
        fix_session_disconnected(&fuzz->session, fuzz->now);
        return;
    }
    fuzz->stream_len = 0;
    fix_session_connected(&fuzz->session, fuzz->now, ++fuzz->epoch);
}

static void step(struct fuzz *fuzz) {
    switch (take(fuzz) % 10) {
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
