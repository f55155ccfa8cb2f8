/*
 * Two sessions back to back over a stream that cuts anywhere and has no room at times, under a
 * clock that jumps. Over an unbroken stream every application message arrives exactly once and in
 * order; over one that breaks and corrupts, at most once and in order, and the two sides agree on
 * their numbers whenever it is quiet. With outboxes it is exactly once and in order again, whatever
 * breaks. A seed makes a run: TERCEL_SEED repeats one.
 */
#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session.h"

#include <criterion/criterion.h>

#define PIPE_BYTES 8192
#define STEPS 100000

/* One direction of the stream. */
struct pipe {
    char bytes[PIPE_BYTES];
    size_t len;     /* written */
    size_t visible; /* of these, arrived at the reader */
};

struct side {
    struct fix_session session;
    struct pipe *out;
    struct pipe *in;
    uint64_t last_seq_written;
    uint64_t sent;     /* application messages, by their ids */
    uint64_t received; /* the greatest id delivered */
    uint64_t delivered;
    bool stream_open;
};

struct world {
    struct prng prng;
    struct now now;
    struct pipe pipes[2];
    struct side sides[2];
    uint32_t epoch;
    bool kept;   /* messages are kept, to be sent again and for their turn */
    bool lossy;  /* the stream may have broken: messages may be gone */
    bool faults; /* and breaks still, and corrupts, and sessions end */
    uint64_t connections;
    uint64_t corrupted;
};

static struct world w;

static bool one_in(uint64_t chances) {
    return prng_below(&w.prng, chances) == 0;
}

/* A small queue, so that some of what comes early is dropped, and comes again. */
static void keep_messages(struct fix_session_config *config) {
    static _Alignas(64) char outboxes[2][4 << 20];
    static _Alignas(64) char queues[2][8192];
    static const struct fix_outbox_limits outbox = {.messages = 30000, .bytes = 3 << 20};
    static const struct fix_early_limits queue = {.messages = 20, .bytes = 4096};
    cr_assert_leq(fix_outbox_footprint(outbox), sizeof(outboxes[0]));
    cr_assert_leq(fix_early_footprint(queue), sizeof(queues[0]));
    config->outbox = fix_outbox_init(outboxes[config->role], outbox);
    config->early = fix_early_init(queues[config->role], queue);
    config->resent_types = "D";
    config->resend_burst = 8;
    /* An acceptor refuses for good what comes late. */
    if (config->role == FIX_ACCEPTOR) {
        config->latency_max = (struct duration){0};
    }
}

static void side_begin(struct side *side, enum fix_role role) {
    struct fix_session_config config = {
        .role = role,
        .version = fix_version_of(FIX_44),
        .sender_comp_id = role == FIX_INITIATOR ? BYTES("FIRM") : BYTES("VENUE"),
        .target_comp_id = role == FIX_INITIATOR ? BYTES("VENUE") : BYTES("FIRM"),
        .heartbeat_s = 30,
        .time_digits = 6,
        .message_bytes_max = 2048,
        .latency_max = {.ns = 120 * NS_PER_S},
        .logon_timeout = {.ns = 20 * NS_PER_S},
        .logout_timeout = {.ns = 10 * NS_PER_S},
        .answer_timeout = {.ns = 5 * NS_PER_S},
        .signature_needed = role == FIX_INITIATOR,
        .verdict_needed = role == FIX_ACCEPTOR,
    };
    if (w.kept) {
        keep_messages(&config);
        config.resend_chunk = role == FIX_INITIATOR ? 50 : 0;
    }
    fix_session_init(&side->session, &config);
    side->out = &w.pipes[role];
    side->in = &w.pipes[1 - role];
}

static void connect_both(void) {
    w.epoch++;
    w.connections++;
    for (int i = 0; i < 2; i++) {
        w.pipes[i].len = 0;
        w.pipes[i].visible = 0;
        w.sides[i].stream_open = true;
        fix_session_connected(&w.sides[i].session, w.now, w.epoch);
    }
}

static void disconnect_both(void) {
    for (int i = 0; i < 2; i++) {
        fix_session_disconnected(&w.sides[i].session, w.now);
        w.sides[i].stream_open = false;
    }
}

static void world_begin(uint64_t seed, bool faults, bool kept) {
    w = (struct world){
        .kept = kept,
        .lossy = faults && !kept,
        .faults = faults,
        .now = {.mono = {.ns = NS_PER_S}, .utc = {.ns = INT64_C(1767614400) * NS_PER_S}},
    };
    prng_seed(&w.prng, seed);
    side_begin(&w.sides[FIX_ACCEPTOR], FIX_ACCEPTOR);
    side_begin(&w.sides[FIX_INITIATOR], FIX_INITIATOR);
    connect_both();
}

static uint64_t field_of(const char *message, size_t len, const char *tag) {
    const char *at = memmem(message, len, tag, strlen(tag));
    cr_assert(at != NULL);
    return strtoull(at + strlen(tag), NULL, 10);
}

/* On its way: every number follows the one before, but for what answers a ResendRequest. */
static void commit(struct side *side, size_t len) {
    const char *message = side->out->bytes + side->out->len;
    bool again = memmem(message, len,
                        "\x01"
                        "43=Y\x01",
                        6) != NULL;
    if (!again) {
        uint64_t seq = field_of(message, len,
                                "\x01"
                                "34=");
        cr_assert_eq(seq, side->last_seq_written + 1);
        side->last_seq_written = seq;
    }
    side->out->len += len;
    if (w.faults && one_in(60)) {
        size_t at = side->out->len - 1 - prng_below(&w.prng, len);
        side->out->bytes[at] ^= (char)(1 << prng_below(&w.prng, 7));
        w.corrupted++;
    }
}

static bool room_for(const struct pipe *pipe, size_t bytes) {
    return PIPE_BYTES - pipe->len >= bytes;
}

static void flush(struct side *side) {
    while (fix_session_has_output(&side->session) && room_for(side->out, FIX_ADMIN_BYTES_MAX) &&
           !one_in(4)) {
        bool secret;
        size_t len = fix_session_output(&side->session, w.now, side->out->bytes + side->out->len,
                                        FIX_ADMIN_BYTES_MAX, &secret);
        cr_assert(len != 0);
        commit(side, len);
    }
}

static void send_application(struct side *side) {
    if (!fix_session_can_send(&side->session) || !room_for(side->out, 256)) {
        return;
    }
    struct fix_writer writer;
    size_t room = one_in(10) ? prng_below(&w.prng, 90) : 256;
    fix_session_begin(&side->session, w.now, BYTES("D"), side->out->bytes + side->out->len, room,
                      &writer);
    fix_put_uint(&writer, 11, side->sent + 1);
    size_t len = fix_session_end(&side->session, w.now, &writer);
    if (len != 0) {
        side->sent++;
        commit(side, len);
    }
}

static void deliver(struct side *side, const struct fix_input *input) {
    uint64_t id;
    cr_assert_eq(fix_get_uint(&input->view, 11, UINT64_MAX, &id), FIX_GET_OK);
    if (w.lossy) {
        cr_assert_gt(id, side->received, "delivered twice or out of order");
    } else {
        cr_assert_eq(id, side->received + 1, "lost or out of order");
    }
    side->received = id;
    side->delivered++;
}

static void consume(struct pipe *pipe, size_t bytes) {
    memmove(pipe->bytes, pipe->bytes + bytes, pipe->len - bytes);
    pipe->len -= bytes;
    pipe->visible -= bytes;
}

static void answer_question(struct side *side) {
    if (one_in(3)) {
        fix_session_signed(&side->session, w.now, w.epoch, true);
        fix_session_verdict(&side->session, w.now, w.epoch, true, BYTES(""));
    } else if (one_in(3)) {
        fix_session_signed(&side->session, w.now, w.epoch - 1, false);
        fix_session_verdict(&side->session, w.now, w.epoch - 1, false, BYTES("stale"));
    }
}

static void read_some(struct side *side) {
    static struct fix_input input;
    for (unsigned burst = (unsigned)prng_below(&w.prng, 6); burst > 0; burst--) {
        fix_session_input(&side->session, w.now, bytes_of(side->in->bytes, side->in->visible),
                          &input);
        if (input.action == FIX_ACTION_DELIVER) {
            deliver(side, &input);
            if (one_in(50)) {
                fix_session_reject(&side->session, &input.view, FIX_REJECT_OTHER, 0, BYTES("no"));
            }
        }
        consume(side->in, input.consumed);
        if (input.action == FIX_ACTION_PARTIAL) {
            cr_assert(input.need > side->in->visible);
            return;
        }
    }
}

static void arrive(struct pipe *pipe) {
    size_t waiting = pipe->len - pipe->visible;
    pipe->visible += one_in(3) ? waiting : prng_below(&w.prng, waiting + 1);
}

static void pass_time(void) {
    int64_t ns = (int64_t)prng_below(&w.prng, 20 * NS_PER_MS);
    /* Short of what a session takes for the peer's death, unless that is wanted. */
    bool quiet = w.pipes[0].len == 0 && w.pipes[1].len == 0 &&
                 w.sides[0].session.state == FIX_SESSION_UP &&
                 w.sides[1].session.state == FIX_SESSION_UP;
    if (w.faults ? one_in(500) : quiet && one_in(40)) {
        ns = (int64_t)prng_below(&w.prng, (w.faults ? 40 : 9) * (uint64_t)NS_PER_S);
    }
    w.now.mono.ns += ns;
    w.now.utc.ns += ns;
}

static void step_side(struct side *side) {
    switch (prng_below(&w.prng, 6)) {
    case 0:
        send_application(side);
        break;
    case 1:
        arrive(side->in);
        break;
    case 2:
        read_some(side);
        break;
    case 3:
        flush(side);
        break;
    case 4:
        answer_question(side);
        break;
    default:
        if (instant_reached(w.now.mono, fix_session_deadline(&side->session))) {
            (void)fix_session_tick(&side->session, w.now);
        }
        break;
    }
}

static bool is_over(const struct side *side) {
    return side->session.state == FIX_SESSION_CLOSING && !fix_session_has_output(&side->session);
}

static void step(void) {
    pass_time();
    step_side(&w.sides[prng_below(&w.prng, 2)]);
    if (w.faults && one_in(5000)) {
        fix_session_logout(&w.sides[prng_below(&w.prng, 2)].session, w.now, BYTES("bye"));
    }
    bool broken = is_over(&w.sides[0]) || is_over(&w.sides[1]);
    if (broken && !w.faults) {
        cr_assert_fail("a session ended: %s, %s", fix_end_name(w.sides[0].session.end),
                       fix_end_name(w.sides[1].session.end));
    }
    if (broken ? one_in(8) : w.faults && one_in(4000)) {
        disconnect_both();
        connect_both();
    }
}

/* Lets everything through, and heartbeats show what is missing, until the sides agree. */
static bool settle(void) {
    w.faults = false;
    for (int round = 0; round < 40; round++) {
        if (is_over(&w.sides[0]) || is_over(&w.sides[1])) {
            disconnect_both();
            connect_both();
        }
        for (int i = 0; i < 200; i++) {
            struct side *side = &w.sides[i % 2];
            w.now.mono.ns += NS_PER_MS;
            w.now.utc.ns += NS_PER_MS;
            answer_question(side);
            if (instant_reached(w.now.mono, fix_session_deadline(&side->session))) {
                (void)fix_session_tick(&side->session, w.now);
            }
            flush(side);
            side->in->visible = side->in->len;
            read_some(side);
        }
        w.now.mono.ns += 10 * NS_PER_S;
        w.now.utc.ns += 10 * NS_PER_S;
    }
    const struct fix_session *a = &w.sides[0].session;
    const struct fix_session *b = &w.sides[1].session;
    return a->state == FIX_SESSION_UP && b->state == FIX_SESSION_UP && a->next_in == b->next_out &&
           b->next_in == a->next_out && a->resend_until == 0 && b->resend_until == 0;
}

Test(fix_session_pair, unbroken_stream_delivers_everything_once_and_in_order) {
    world_begin(test_seed("unbroken_stream"), false, false);
    for (int i = 0; i < STEPS; i++) {
        step();
    }
    cr_assert(settle());
    for (int i = 0; i < 2; i++) {
        cr_assert_gt(w.sides[i].sent, STEPS / 200);
        cr_assert_eq(w.sides[i].received, w.sides[1 - i].sent);
        cr_assert_eq(w.sides[i].delivered, w.sides[1 - i].sent);
        cr_assert_eq(w.sides[i].session.counters.gaps, 0);
        cr_assert_eq(w.sides[i].session.counters.garbled, 0);
    }
    cr_assert_eq(w.connections, 1);
}

Test(fix_session_pair, broken_stream_delivers_nothing_twice_and_recovers) {
    uint64_t seed = test_seed("broken_stream");
    uint64_t connections = 0;
    for (uint64_t run = 0; run < 10; run++) {
        world_begin(seed + run, true, false);
        for (int i = 0; i < STEPS / 5; i++) {
            step();
        }
        cr_assert(settle(), "run %d: the sides do not agree", (int)run);
        connections += w.connections;
        for (int i = 0; i < 2; i++) {
            cr_assert_gt(w.sides[i].delivered, 10);
        }
    }
    cr_assert_gt(connections, 20);
}

Test(fix_session_pair, kept_messages_arrive_exactly_once_whatever_breaks) {
    uint64_t seed = test_seed("kept_messages");
    uint64_t resent = 0;
    uint64_t early = 0;
    uint64_t connections = 0;
    for (uint64_t run = 0; run < 10; run++) {
        world_begin(seed + run, true, true);
        for (int i = 0; i < STEPS / 5; i++) {
            step();
        }
        cr_assert(settle(), "run %d: the sides do not agree", (int)run);
        connections += w.connections;
        for (int i = 0; i < 2; i++) {
            cr_assert_gt(w.sides[i].delivered, 10);
            cr_assert_eq(w.sides[i].received, w.sides[1 - i].sent, "run %d", (int)run);
            cr_assert_eq(w.sides[i].delivered, w.sides[1 - i].sent);
            cr_assert_eq(w.sides[i].session.counters.resend_lost, 0);
            resent += w.sides[i].session.counters.resent;
            early += w.sides[i].session.counters.kept_early;
        }
    }
    cr_assert_gt(connections, 20);
    cr_assert_gt(resent, 100);
    cr_assert_gt(early, 10);
}

/* ---- a long answer under live traffic */

#define MISSED 12000
#define LIVE 2000

/* Written, and gone with the connection. */
static void send_into_the_void(struct side *side, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t before = side->sent;
        while (side->sent == before) {
            flush(side);
            send_application(side);
        }
        side->out->len = 0;
        side->out->visible = 0;
    }
}

/* One more live message; how many messages had to go before it. */
static unsigned send_live(struct side *side) {
    unsigned ahead = 0;
    bool secret;
    while (!fix_session_can_send(&side->session)) {
        cr_assert(room_for(side->out, FIX_ADMIN_BYTES_MAX));
        size_t len = fix_session_output(&side->session, w.now, side->out->bytes + side->out->len,
                                        FIX_ADMIN_BYTES_MAX, &secret);
        cr_assert_neq(len, 0);
        commit(side, len);
        ahead++;
    }
    uint64_t before = side->sent;
    while (side->sent == before) {
        send_application(side);
    }
    return ahead;
}

static void turn(struct side *side) {
    static struct fix_input input;
    if (instant_reached(w.now.mono, fix_session_deadline(&side->session))) {
        (void)fix_session_tick(&side->session, w.now);
    }
    bool secret;
    while (fix_session_has_output(&side->session) && room_for(side->out, 2048)) {
        commit(side, fix_session_output(&side->session, w.now, side->out->bytes + side->out->len,
                                        FIX_ADMIN_BYTES_MAX, &secret));
    }
    side->in->visible = side->in->len;
    do {
        fix_session_input(&side->session, w.now, bytes_of(side->in->bytes, side->in->visible),
                          &input);
        if (input.action == FIX_ACTION_DELIVER) {
            deliver(side, &input);
        }
        consume(side->in, input.consumed);
    } while (input.action != FIX_ACTION_PARTIAL && input.action != FIX_ACTION_BLOCKED);
}

static void come_up(void) {
    connect_both();
    while (w.sides[0].session.state != FIX_SESSION_UP ||
           w.sides[1].session.state != FIX_SESSION_UP) {
        for (int i = 0; i < 2; i++) {
            fix_session_signed(&w.sides[i].session, w.now, w.epoch, true);
            fix_session_verdict(&w.sides[i].session, w.now, w.epoch, true, BYTES(""));
            turn(&w.sides[i]);
        }
    }
}

Test(fix_session_pair, a_long_answer_delays_live_traffic_by_a_burst_at_most) {
    world_begin(test_seed("a_long_answer"), false, true);
    disconnect_both();
    come_up();
    struct side *venue = &w.sides[FIX_ACCEPTOR];
    send_into_the_void(venue, MISSED);
    disconnect_both();
    come_up();
    unsigned worst = 0;
    for (unsigned i = 0; i < LIVE; i++) {
        w.now.mono.ns += NS_PER_MS;
        w.now.utc.ns += NS_PER_MS;
        unsigned ahead = send_live(venue);
        worst = ahead > worst ? ahead : worst;
        turn(venue);
        turn(&w.sides[FIX_INITIATOR]);
    }
    cr_assert_leq(worst, 8 + 3, "a burst, and what is owed besides: %u", worst);
    cr_assert(settle());
    cr_assert_eq(venue->sent, MISSED + LIVE);
    cr_assert_eq(w.sides[FIX_INITIATOR].received, MISSED + LIVE);
    cr_assert_eq(w.sides[FIX_INITIATOR].delivered, MISSED + LIVE);
    cr_assert_gt(venue->session.counters.resent, 10000);
}
