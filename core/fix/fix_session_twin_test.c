/*
 * One stream of bytes, read by whole sessions whose parsers differ in nothing but the instructions
 * they may use: whatever comes, however it is cut, each says, writes, expects and hands on the
 * same, byte for byte. A seed makes a run: TERCEL_SEED repeats one.
 */
#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_parser_test_twin.h"
#include "core/fix/fix_session.h"
#include "core/fix/test_guard.h"
#include "core/fix/test_mutate.h"

#include <criterion/criterion.h>

#define RUNS 150
#define STEPS 500
#define MESSAGE_BYTES_MAX 2048
#define ROOM_BYTES 4096

struct one {
    struct fix_session session;
    struct fix_input input;
    char room[ROOM_BYTES];
    size_t room_bytes;
    _Alignas(64) char outbox[1 << 14];
    _Alignas(64) char early[1 << 13];
};

static struct {
    struct prng prng;
    struct now now;
    uint32_t epoch;
    struct one ones[FIX_ISAS];
    size_t count;
    struct test_message stream;
    uint64_t next_said;
    uint64_t kinds[FIX_ACTION_CLOSE + 1]; /* how often each action was seen */
    uint64_t written;
    struct fix_session_counters seen;
} t;

static uint64_t below(uint64_t bound) {
    return prng_below(&t.prng, bound);
}

static bool one_in(uint64_t chances) {
    return below(chances) == 0;
}

#define EACH(one) (struct one *one = t.ones; one != t.ones + t.count; one++)

/* ---- the same */

static void check_same_counters(const struct one *a, const struct one *b) {
    cr_assert_eq(
        memcmp(&a->session.counters, &b->session.counters, sizeof(struct fix_session_counters)), 0);
}

static void check_same_state(const struct one *a, const struct one *b) {
    const struct fix_session *x = &a->session;
    const struct fix_session *y = &b->session;
    cr_assert_eq(x->state, y->state);
    cr_assert_eq(x->end, y->end);
    cr_assert_str_eq(x->end_text, y->end_text);
    cr_assert_eq(x->next_in, y->next_in);
    cr_assert_eq(x->next_out, y->next_out);
    cr_assert_eq(x->resend_until, y->resend_until);
    cr_assert_eq(x->owed_count, y->owed_count);
    cr_assert_eq(x->replay_count, y->replay_count);
    cr_assert_eq(x->heartbeat_s, y->heartbeat_s);
    cr_assert_eq(fix_session_deadline(x).ns, fix_session_deadline(y).ns);
    cr_assert_eq(fix_session_has_output(x), fix_session_has_output(y));
    cr_assert_eq(fix_session_has_input(x), fix_session_has_input(y));
    cr_assert_eq(fix_session_can_send(x), fix_session_can_send(y));
    check_same_counters(a, b);
}

static bool has_view(enum fix_action action) {
    return action == FIX_ACTION_DELIVER || action == FIX_ACTION_REJECTED ||
           action == FIX_ACTION_NEED_VERDICT;
}

static void check_same_view(const struct fix_view *a, const struct fix_view *b) {
    cr_assert(bytes_equal(a->message, b->message));
    cr_assert_eq(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        cr_assert_eq(a->fields[i].tag, b->fields[i].tag);
        cr_assert(bytes_equal(fix_view_value(a, i), fix_view_value(b, i)));
        cr_assert_eq(fix_view_find(a, a->fields[i].tag, 0), fix_view_find(b, a->fields[i].tag, 0));
    }
}

static void check_same_input(const struct one *a, const struct one *b) {
    cr_assert_eq(a->input.action, b->input.action);
    cr_assert_eq(a->input.consumed, b->input.consumed);
    cr_assert_eq(a->input.need, b->input.need);
    cr_assert_eq(a->input.secret, b->input.secret);
    cr_assert_eq(a->input.seq, b->input.seq);
    if (a->input.action == FIX_ACTION_RESEND_ASKED) {
        cr_assert_eq(a->input.resend_begin, b->input.resend_begin);
        cr_assert_eq(a->input.resend_end, b->input.resend_end);
    }
    if (has_view(a->input.action)) {
        check_same_view(&a->input.view, &b->input.view);
    }
}

static void check_same(void) {
    for (size_t i = 1; i < t.count; i++) {
        check_same_state(&t.ones[0], &t.ones[i]);
    }
}

/* ---- what sessions there are */

static struct fix_outbox *outbox_of(struct one *one) {
    static const struct fix_outbox_limits limits = {.messages = 24, .bytes = 4096};
    cr_assert_leq(fix_outbox_footprint(limits), sizeof(one->outbox));
    return fix_outbox_init(one->outbox, limits);
}

static struct fix_early *early_of(struct one *one) {
    static const struct fix_early_limits limits = {.messages = 6, .bytes = 2048};
    cr_assert_leq(fix_early_footprint(limits), sizeof(one->early));
    return fix_early_init(one->early, limits);
}

static struct fix_session_config draw_config(void) {
    static const unsigned digits[] = {0, 3, 6, 9};
    struct fix_session_config config = {
        .role = one_in(3) ? FIX_INITIATOR : FIX_ACCEPTOR,
        .version = fix_version_of((enum fix_version_number)below(FIX_VERSIONS)),
        .sender_comp_id = BYTES("US"),
        .target_comp_id = BYTES("THEM"),
        .heartbeat_s = 30,
        .time_digits = digits[below(4)],
        .reset_on_logon = one_in(4),
        .verdict_needed = one_in(4),
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .logout_timeout = {.ns = 2 * NS_PER_S},
        .answer_timeout = {.ns = 5 * NS_PER_S},
        .resent_types = "D",
        .resend_chunk = one_in(3) ? 3 : 0,
        .report_resend_asked = one_in(2),
        .next_expected = one_in(3),
        .last_processed = one_in(3),
        .profile = one_in(2) ? fix_profile_at() : fix_profile_production(),
    };
    config.verdict_needed = config.verdict_needed && config.role == FIX_ACCEPTOR;
    config.early_stands = config.role == FIX_INITIATOR;
    config.profile.garbled_rejected = one_in(3);
    config.profile.other_appl_ver_allowed = one_in(2);
    if (one_in(2)) {
        config.dictionary =
            fix_dictionary_of(config.version->begin_string, config.version->appl_ver_id);
    }
    return config;
}

static void begin(uint64_t seed) {
    prng_seed(&t.prng, seed);
    t.now = (struct now){.mono = {.ns = NS_PER_S}, .utc = {.ns = INT64_C(1767614400) * NS_PER_S}};
    t.count = (size_t)fix_isa_best() + 1;
    t.stream.len = 0;
    struct fix_session_config config = draw_config();
    bool keeps = one_in(2);
    for (size_t i = 0; i < t.count; i++) {
        config.outbox = keeps ? outbox_of(&t.ones[i]) : NULL;
        config.early = keeps ? early_of(&t.ones[i]) : NULL;
        fix_session_init(&t.ones[i].session, &config);
        fix_parser_init(&t.ones[i].session.parser, (enum fix_isa)i);
    }
}

/* ---- what is said to them */

static const char *const bodies[] = {
    "11=ID-%u|21=1|38=100|40=2|44=71000.5|54=1|55=BTC/USD|59=1|60=20260105-12:00:00.000|",
    "11=ID-%u|55=BTC/USD|54=2|40=1|38=0.25|60=20260105-12:00:00.000123|21=1|",
    "55=BTC/USD|262=1|268=3|279=0|269=0|270=1.5|271=%u|279=1|269=1|270=2|271=3|279=2|269=0|270=7|",
    "95=9|96=a|10=000|b|58=a text that follows the data and is long enough|11=ID-%u|",
    "58=short|11=ID-%u|",
    "11=ID-%u|453=2|448=A|447=D|452=1|802=1|523=x|803=1|448=B|447=D|452=3|",
};

static const struct {
    const char *type;
    const char *fields;
} admin[] = {
    {"A", "98=0|108=30|"},
    {"A", "98=0|108=30|1137=9|"},
    {"A", "98=0|108=30|141=Y|"},
    {"A", "98=0|108=30|789=2|"},
    {"0", ""},
    {"1", "112=ARE YOU THERE|"},
    {"2", "7=1|16=0|"},
    {"2", "7=2|16=999999|"},
    {"3", "45=1|58=no|"},
    {"4", "36=9|123=Y|"},
    {"4", "36=12|"},
    {"5", "58=bye|"},
    {"0", "0=1|"},
    {"0", "-1=1|"},
    {"0", "00112=x|"},
    {"0", "112=\xff\x80\x7f|"},
    {"*", "58=x|"},
    {"AAAAA", "58=x|"},
    {"0", "4294967296=1|"},
    {"0", "2147483648=1|"},
    {"0", "58=|"},
};

/* 34 is mostly the expected one: behind what was said and is not read yet. */
static uint64_t draw_number(void) {
    if (t.stream.len == 0) {
        t.next_said = t.ones[0].session.next_in;
    }
    if (one_in(60)) {
        return below(t.next_said + 1);
    }
    t.next_said += one_in(12) ? below(4) : 0;
    return t.next_said++;
}

static void append_header(struct test_message *body, const char *type) {
    char text[128];
    const struct fix_session *session = &t.ones[0].session;
    bool again = one_in(8);
    snprintf(text, sizeof(text), "35=%s|34=%llu|%s49=THEM|52=20260105-12:00:00.%03u|56=US|%s", type,
             (unsigned long long)draw_number(), again ? "43=Y|" : "", (unsigned)below(1000),
             again ? "122=20260105-11:00:00|" : "");
    test_append(body, bytes_of_string(text));
    if (type[0] == 'A' && session->config.version->is_fixt && !one_in(8)) {
        snprintf(text, sizeof(text), "1137=%.*s|", (int)session->config.version->appl_ver_id.len,
                 session->config.version->appl_ver_id.data);
        test_append(body, bytes_of_string(text));
    }
}

static void append_application(struct test_message *body) {
    static const char *const types[] = {"D", "D", "8", "X", "AE", "long-type"};
    size_t kind = below(sizeof(bodies) / sizeof(bodies[0]));
    append_header(body, types[kind]);
    char text[256];
    snprintf(text, sizeof(text), bodies[kind], (unsigned)below(100000));
    test_append(body, bytes_of_string(text));
}

static void append_admin(struct test_message *body) {
    bool first = t.ones[0].session.state == FIX_SESSION_LOGON_AWAITED ||
                 t.ones[0].session.state == FIX_SESSION_LOGON_SENT;
    size_t kind = first && !one_in(6) ? 0 : below(sizeof(admin) / sizeof(admin[0]));
    append_header(body, admin[kind].type);
    test_append(body, bytes_of_string(admin[kind].fields));
}

/* Many fields, up to more than a view holds, or one that is long. */
static void append_large(struct test_message *body) {
    append_header(body, "D");
    size_t fields = one_in(2) ? below(560) : 0;
    for (size_t i = 0; i < fields; i++) {
        test_append(body, BYTES("9=1|"));
    }
    test_append(body, BYTES("58="));
    for (size_t i = below(fields == 0 ? 2200 : 10); i > 0; i--) {
        test_append(body, BYTES("x"));
    }
    test_append(body, BYTES("|"));
}

static void append_sealed(struct test_message *stream, const struct test_message *body) {
    struct bytes version = t.ones[0].session.config.version->begin_string;
    struct test_message message = {.len = 0};
    char head[64];
    size_t lie = one_in(30) ? below(40) : 0;
    snprintf(head, sizeof(head), "8=%.*s|9=%s%zu|", (int)version.len, version.data,
             one_in(20) ? "000" : "", body->len + lie);
    test_append(&message, bytes_of_string(head));
    test_append(&message, test_bytes(body));
    test_append_checksum(&message);
    for (uint64_t damage = one_in(12) ? 1 + below(4) : 0; damage > 0; damage--) {
        test_mutate(&message, &t.prng);
    }
    if (stream->len + message.len <= TEST_MESSAGE_MAX) {
        memcpy(stream->data + stream->len, message.data, message.len);
        stream->len += message.len;
    }
}

static void say_something(void) {
    struct test_message body = {.len = 0};
    if (one_in(40)) {
        append_large(&body);
    } else if (one_in(3) || t.ones[0].session.state != FIX_SESSION_UP) {
        append_admin(&body);
    } else {
        append_application(&body);
    }
    /* What is wrong inside a message that is whole. */
    for (uint64_t damage = one_in(8) ? 1 + below(3) : 0; damage > 0; damage--) {
        test_mutate(&body, &t.prng);
    }
    append_sealed(&t.stream, &body);
    if (one_in(50)) {
        test_append(&t.stream, BYTES("rubbish"));
    }
}

/* ---- what they do */

/* False: nothing more can be read now. */
static bool read_one(size_t visible) {
    struct bytes in = test_guarded(bytes_of(t.stream.data, visible));
    for
        EACH(one) {
            fix_session_input(&one->session, t.now, in, &one->input);
        }
    for (size_t i = 1; i < t.count; i++) {
        check_same_input(&t.ones[0], &t.ones[i]);
    }
    check_same();
    const struct fix_input *input = &t.ones[0].input;
    t.kinds[input->action]++;
    if (input->action == FIX_ACTION_DELIVER && one_in(10)) {
        for
            EACH(one) {
                fix_session_reject(&one->session, &one->input.view, FIX_REJECT_VALUE, 44,
                                   BYTES("not so"));
            }
    }
    t.stream.len -= input->consumed;
    memmove(t.stream.data, t.stream.data + input->consumed, t.stream.len);
    return input->action != FIX_ACTION_PARTIAL && input->action != FIX_ACTION_BLOCKED &&
           input->action != FIX_ACTION_CLOSE;
}

static void read_some(void) {
    size_t visible = one_in(3) ? below(t.stream.len + 1) : t.stream.len;
    while (read_one(visible)) {
        visible = visible > t.stream.len ? t.stream.len : visible;
    }
}

static void check_same_room(void) {
    for (size_t i = 1; i < t.count; i++) {
        cr_assert_eq(t.ones[i].room_bytes, t.ones[0].room_bytes);
        cr_assert_eq(memcmp(t.ones[i].room, t.ones[0].room, t.ones[0].room_bytes), 0);
    }
    t.written += t.ones[0].room_bytes;
    check_same();
}

static void write_all(void) {
    while (fix_session_has_output(&t.ones[0].session)) {
        for
            EACH(one) {
                bool secret;
                one->room_bytes =
                    fix_session_output(&one->session, t.now, one->room, sizeof(one->room), &secret);
            }
        check_same_room();
        cr_assert_gt(t.ones[0].room_bytes, 0);
    }
}

static void send_one(void) {
    if (!fix_session_can_send(&t.ones[0].session)) {
        return;
    }
    unsigned id = (unsigned)below(1000);
    for
        EACH(one) {
            struct fix_writer writer;
            fix_session_begin(&one->session, t.now, BYTES("D"), one->room, sizeof(one->room),
                              &writer);
            fix_put_uint(&writer, 11, id);
            one->room_bytes = fix_session_end(&one->session, t.now, &writer);
        }
    check_same_room();
}

static void pass_time(void) {
    int64_t ns = (int64_t)below(one_in(4) ? 40 * (uint64_t)NS_PER_S : (uint64_t)NS_PER_MS);
    t.now.mono.ns += ns;
    t.now.utc.ns += ns;
    for
        EACH(one) {
            if (instant_reached(t.now.mono, fix_session_deadline(&one->session))) {
                one->input.action = fix_session_tick(&one->session, t.now);
            }
        }
    check_same();
}

static void answer(void) {
    bool accepted = !one_in(5);
    for
        EACH(one) {
            fix_session_verdict(&one->session, t.now, t.epoch, accepted, BYTES("no"));
        }
    check_same();
}

static void connect_or_break(void) {
    bool down = t.ones[0].session.state == FIX_SESSION_DOWN;
    bool over = t.ones[0].session.state == FIX_SESSION_CLOSING;
    if (!down && !over && !one_in(60)) {
        return;
    }
    t.stream.len = 0;
    t.epoch++;
    for
        EACH(one) {
            if (down) {
                fix_session_connected(&one->session, t.now, t.epoch);
            } else {
                fix_session_disconnected(&one->session, t.now);
            }
        }
    check_same();
}

static void step(void) {
    connect_or_break();
    switch (below(8)) {
    case 0:
    case 1:
    case 2:
        say_something();
        break;
    case 3:
    case 4:
        read_some();
        break;
    case 5:
        write_all();
        break;
    case 6:
        send_one();
        break;
    default:
        pass_time();
        answer();
        break;
    }
}

static void add_counters(void) {
    const struct fix_session_counters *counters = &t.ones[0].session.counters;
    t.seen.received += counters->received;
    t.seen.garbled += counters->garbled;
    t.seen.gaps += counters->gaps;
    t.seen.rejects_sent += counters->rejects_sent;
    t.seen.duplicates += counters->duplicates;
    t.seen.resent += counters->resent;
}

Test(fix_session_twin, any_stream_is_the_same_to_every_instruction_set) {
    uint64_t seed = test_seed("fix_session_twin");
    for (uint64_t run = 0; run < RUNS; run++) {
        begin(seed + run);
        for (unsigned i = 0; i < STEPS; i++) {
            step();
        }
        add_counters();
    }
    fprintf(stderr, "fix_session_twin: %zu sessions up to %s\n", t.count,
            fix_isa_names[fix_isa_best()]);
    /* Not for want of anything to differ in. */
    cr_assert_gt(t.kinds[FIX_ACTION_UP], RUNS / 4);
    cr_assert_gt(t.kinds[FIX_ACTION_DELIVER], 10 * RUNS);
    cr_assert_gt(t.kinds[FIX_ACTION_PARTIAL], RUNS);
    cr_assert_gt(t.kinds[FIX_ACTION_CLOSE], RUNS / 4);
    cr_assert_gt(t.seen.garbled, RUNS);
    cr_assert_gt(t.seen.gaps, RUNS);
    cr_assert_gt(t.seen.rejects_sent, RUNS);
    cr_assert_gt(t.seen.resent, RUNS / 4);
    cr_assert_gt(t.written, 100 * RUNS);
}
