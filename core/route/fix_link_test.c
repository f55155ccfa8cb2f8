/*
 * Two sessions joined to the two ends of a stream in memory: what the joint adds. What the sessions
 * say to each other is core/fix's matter.
 */
#include "core/route/fix_link.h"

#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "net/stream_memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* With its header just a record of the stream; with 43 and 122 it is more. */
#define LONG_BYTES 1940

struct end {
    struct fix_link link;
    struct fix_input input;
    uint64_t sent;
    uint64_t received;
    bool up;
};

static struct stream_memory *world;
static struct now now;
static struct end gateway; /* the acceptor, who resends */
static struct end firm;

static const struct stream_memory_limits limits = {
    .stream = {.send_bytes = 1 << 16,
               .receive_bytes = 1 << 16,
               .record_bytes_max = 2048,
               .gather_bytes_max = 4096,
               .hold_bytes = 1 << 15,
               .hold_records_max = 64},
    .pairs_max = 8,
};

static struct fix_session_config config_of(enum fix_role role) {
    return (struct fix_session_config){
        .role = role,
        .version = fix_version_of(FIX_44),
        .sender_comp_id = role == FIX_ACCEPTOR ? BYTES("GATE") : BYTES("FIRM"),
        .target_comp_id = role == FIX_ACCEPTOR ? BYTES("FIRM") : BYTES("GATE"),
        .heartbeat_s = 30,
        .time_digits = 6,
        .message_bytes_max = 4096,
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .logout_timeout = {.ns = 2 * NS_PER_S},
        .resent_types = "8",
        .resend_burst = 4,
    };
}

static void *aligned(size_t bytes) {
    void *mem = NULL;
    cr_assert_neq(bytes, 0);
    cr_assert_eq(posix_memalign(&mem, 64, bytes), 0);
    return mem;
}

static void begin(void) {
    static const struct fix_outbox_limits outbox = {.messages = 1000, .bytes = 1 << 18};
    static const struct fix_early_limits early = {.messages = 50, .bytes = 1 << 14};
    world = stream_memory_init(aligned(stream_memory_footprint(&limits)), &limits);
    now = (struct now){.mono = {.ns = NS_PER_S}, .utc = {.ns = INT64_C(1767614400) * NS_PER_S}};
    struct fix_session_config config = config_of(FIX_ACCEPTOR);
    config.outbox = fix_outbox_init(aligned(fix_outbox_footprint(outbox)), outbox);
    gateway = (struct end){.up = false};
    fix_link_init(&gateway.link, &config);
    config = config_of(FIX_INITIATOR);
    config.early = fix_early_init(aligned(fix_early_footprint(early)), early);
    firm = (struct end){.up = false};
    fix_link_init(&firm.link, &config);
}

static uint64_t id_of(const struct fix_input *input) {
    uint64_t id;
    cr_assert_eq(fix_get_uint(&input->view, 11, UINT64_MAX, &id), FIX_GET_OK);
    return id;
}

static void read_all(struct end *end) {
    for (;;) {
        switch (fix_link_read(&end->link, now, &end->input)) {
        case FIX_ACTION_NONE:
        case FIX_ACTION_BLOCKED:
            return;
        case FIX_ACTION_DELIVER:
            cr_assert_eq(id_of(&end->input), end->received + 1, "lost, twice or out of order");
            end->received++;
            break;
        case FIX_ACTION_UP:
            end->up = true;
            break;
        default:
            cr_assert_fail("unexpected");
        }
        fix_link_consume(&end->link, &end->input);
    }
}

static void turn(void) {
    now.mono.ns += NS_PER_MS;
    now.utc.ns += NS_PER_MS;
    stream_memory_pump(world, 700);
    read_all(&gateway);
    fix_link_flush(&gateway.link, now);
    stream_memory_pump(world, 700);
    read_all(&firm);
    fix_link_flush(&firm.link, now);
}

static void turns(int count) {
    for (int i = 0; i < count; i++) {
        turn();
    }
}

static void come_up(void) {
    struct stream *ends[2];
    cr_assert(stream_memory_pair(world, &ends[0], &ends[1]));
    fix_link_attach(&gateway.link, ends[0]);
    fix_link_attach(&firm.link, ends[1]);
    gateway.up = false;
    firm.up = false;
    for (int i = 0; i < 10 && !(gateway.up && firm.up); i++) {
        turn();
    }
    cr_assert(gateway.up && firm.up);
}

static void part(void) {
    stream_memory_discard(fix_link_detach(&gateway.link, now));
    stream_memory_discard(fix_link_detach(&firm.link, now));
}

/* What is under way is lost with the connection. */
static void break_stream(void) {
    stream_memory_reset(gateway.link.stream);
    part();
}

static bool report(size_t bytes, struct stream_position release_after) {
    struct fix_writer writer;
    size_t room = bytes + 100;
    if (fix_link_begin(&gateway.link, now, BYTES("8"), room, &writer) != STREAM_OK) {
        return false;
    }
    static char text[4096];
    memset(text, 'x', sizeof(text));
    fix_put_uint(&writer, 11, gateway.sent + 1);
    fix_put_bytes(&writer, 58, bytes_of(text, bytes));
    cr_assert(fix_link_end(&gateway.link, now, &writer, release_after));
    gateway.sent++;
    return true;
}

static void reports(int count, size_t bytes) {
    for (int i = 0; i < count; i++) {
        cr_assert(report(bytes, STREAM_RELEASE_NOW));
    }
}

Test(fix_link, what_broke_off_is_sent_again) {
    begin();
    come_up();
    reports(5, 10);
    turns(2);
    cr_assert_eq(firm.received, 5);
    reports(20, 10);
    break_stream();
    come_up();
    turns(20);
    cr_assert_eq(firm.received, 25);
    cr_assert_eq(gateway.link.session.counters.resent, 20);
}

Test(fix_link, a_long_answer_does_not_keep_live_reports) {
    begin();
    come_up();
    reports(200, 10);
    break_stream();
    come_up();
    for (int i = 0; i < 30; i++) {
        cr_assert(report(10, STREAM_RELEASE_NOW));
        turn();
    }
    cr_assert_gt(gateway.link.session.replay_count, 0, "it is still under way");
    cr_assert_leq(fix_link_deadline(&gateway.link).ns, now.mono.ns + NS_PER_MS);
    turns(200);
    cr_assert_eq(firm.received, 230);
    cr_assert_eq(gateway.link.session.replay_count, 0);
}

/* Else the first live report would wait for all of it. */
Test(fix_link, a_slow_reader_is_not_buried_under_an_answer) {
    begin();
    come_up();
    reports(180, 200);
    break_stream();
    come_up();
    turn();
    for (int i = 0; i < 200; i++) {
        now.mono.ns += NS_PER_MS;
        fix_link_flush(&gateway.link, now);
    }
    cr_assert_lt(stream_unsent(gateway.link.stream), 16384 + 1024);
    cr_assert_gt(stream_unsent(gateway.link.stream), 8192);
    cr_assert(report(10, STREAM_RELEASE_NOW));
    turns(400);
    cr_assert_eq(firm.received, 181);
}

/* A live message needs more room at once than a step of the answer. */
Test(fix_link, room_in_small_pieces_goes_to_the_live_report) {
    begin();
    come_up();
    reports(150, 200);
    break_stream();
    come_up();
    turn();
    stream_memory_window(gateway.link.stream, 2048);
    int live = 0;
    for (int i = 0; i < 100; i++) {
        now.mono.ns += NS_PER_MS;
        stream_memory_deliver(stream_memory_peer(gateway.link.stream), 300);
        read_all(&firm);
        fix_link_flush(&gateway.link, now);
        live += report(1500, STREAM_RELEASE_NOW);
    }
    cr_assert_gt(live, 10, "%d", live);
    cr_assert_gt(gateway.link.session.replay_count, 0);
}

/* The queue's turn comes without a byte to read. */
Test(fix_link, what_came_early_needs_nothing_to_read) {
    begin();
    come_up();
    reports(3, 10);
    break_stream();
    come_up();
    reports(10, 10);
    turns(10);
    cr_assert_eq(firm.received, 13);
    cr_assert_gt(firm.link.session.counters.kept_early, 0);
}

Test(fix_link, longer_than_an_admin_message) {
    begin();
    come_up();
    reports(3, 1500);
    break_stream();
    come_up();
    turns(10);
    cr_assert_eq(firm.received, 3);
    cr_assert_eq(gateway.link.session.counters.resend_lost, 0);
}

Test(fix_link, too_long_for_a_record_is_filled_over_and_counted) {
    begin();
    come_up();
    reports(1, LONG_BYTES);
    reports(1, 10);
    break_stream();
    come_up();
    firm.received = 1; /* will not come */
    turns(10);
    cr_assert_eq(firm.received, 2);
    cr_assert_eq(gateway.link.session.counters.resend_lost, 1);
    cr_assert_eq(gateway.link.session.counters.resent, 1);
}

/* A report that waited for the journal died unsent; its copy must wait as well. */
Test(fix_link, a_copy_waits_for_the_journal_as_the_first_did) {
    begin();
    come_up();
    const struct stream_position later = {.value = 7};
    cr_assert(report(10, later));
    turns(2);
    cr_assert_eq(firm.received, 0, "held");
    break_stream();
    come_up();
    turns(5);
    cr_assert_eq(gateway.link.session.counters.resent, 1);
    cr_assert_eq(firm.received, 0, "held again");
    stream_release(gateway.link.stream, later);
    turns(2);
    cr_assert_eq(firm.received, 1);
}

Test(fix_link, an_answer_on_a_stream_that_is_gone_ends) {
    begin();
    come_up();
    reports(100, 10);
    break_stream();
    come_up();
    turn();
    stream_memory_fail(gateway.link.stream, STREAM_CLOSE_TIMED_OUT);
    now.mono.ns += NS_PER_MS;
    fix_link_flush(&gateway.link, now);
    cr_assert_eq(gateway.link.session.replay_count, 0);
    cr_assert(!report(10, STREAM_RELEASE_NOW));
    cr_assert(fix_link_is_over(&gateway.link, now));
    part();
    come_up();
    turns(100);
    cr_assert_eq(firm.received, 100);
}

/* Nothing comes that could be read: the firm waits for its answer. */
Test(fix_link, a_verdict_is_heard_of_without_a_byte_to_read) {
    begin();
    struct fix_session_config config = config_of(FIX_ACCEPTOR);
    config.verdict_needed = true;
    config.answer_timeout.ns = NS_PER_S;
    fix_link_init(&gateway.link, &config);
    struct stream *ends[2];
    cr_assert(stream_memory_pair(world, &ends[0], &ends[1]));
    fix_link_attach(&gateway.link, ends[0]);
    fix_link_attach(&firm.link, ends[1]);
    fix_link_flush(&firm.link, now);
    stream_memory_pump(world, 700);
    enum fix_action action = fix_link_read(&gateway.link, now, &gateway.input);
    cr_assert_eq(action, FIX_ACTION_NEED_VERDICT);
    fix_link_consume(&gateway.link, &gateway.input);
    fix_session_verdict(&gateway.link.session, now, ends[0]->epoch, true, BYTES(""));
    for (int i = 0; i < 3 && !firm.up; i++) {
        fix_link_flush(&gateway.link, now);
        stream_memory_pump(world, 700);
        read_all(&firm);
    }
    cr_assert(firm.up);
    cr_assert_lt(fix_link_deadline(&gateway.link).ns, now.mono.ns, "at once");
    read_all(&gateway);
    cr_assert(gateway.up);
    gateway.up = false;
    read_all(&gateway);
    cr_assert(!gateway.up, "and once");
    cr_assert_gt(fix_link_deadline(&gateway.link).ns, now.mono.ns);
}

/* Refused reservations stop nothing for good, and nothing is written twice. */
Test(fix_link, room_that_comes_and_goes) {
    begin();
    come_up();
    reports(100, 10);
    break_stream();
    come_up();
    for (uint32_t i = 0; i < 60; i++) {
        stream_memory_refuse(gateway.link.stream, STREAM_AGAIN_RING, i % 5, 1 + i % 3);
        turn();
    }
    turns(60);
    cr_assert_eq(firm.received, 100);
}
