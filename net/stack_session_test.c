/*
 * Sessions over two whole stacks while the network misbehaves: neighbours late, gone or lied about,
 * forged ICMP, links that go down, lose, corrupt or swallow, pools and rings that run out.
 */
#include <criterion/criterion.h>

#include "core/base/test_seed.h"
#include "net/stack_duo_test.h"

/* What was seen on the link, by direction. */
struct seen {
    uint32_t frames[2], syns[2], data[2], questions[2];
    uint32_t data_elsewhere[2]; /* to another address than the one expected */
    struct ethernet_address expected[2];
    struct instant first_answer, first_syn;
    uint64_t hash;
};

static struct duo *duo;
static struct seen seen;

static const struct ethernet_address mac_of[2] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};
static const struct ethernet_address forger = {{2, 0, 0, 0, 6, 6}};

static uint32_t u16(const unsigned char *at) {
    return (uint32_t)at[0] << 8 | at[1];
}

static void put_u16(unsigned char *at, uint32_t value) {
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void put_u32(unsigned char *at, uint32_t value) {
    put_u16(at, value >> 16);
    put_u16(at + 2, value & 0xffff);
}

static void see_arp(const unsigned char *frame, enum link_sim_direction direction,
                    struct instant at) {
    bool is_question = frame[21] == 1 && memcmp(frame + 28, frame + 38, 4) != 0;
    seen.questions[direction] += is_question;
    if (frame[21] == 2 && seen.first_answer.ns == 0) {
        seen.first_answer = at;
    }
}

static void see(void *context, enum link_sim_direction direction, struct instant at,
                struct bytes sent) {
    (void)context;
    const unsigned char *frame = (const unsigned char *)sent.data;
    seen.frames[direction]++;
    for (size_t i = 0; i < sent.len; i++) {
        seen.hash = (seen.hash ^ frame[i]) * UINT64_C(0x100000001b3);
    }
    seen.hash = (seen.hash ^ (uint64_t)at.ns ^ direction) * UINT64_C(0x100000001b3);
    if (u16(frame + 12) == 0x0806) {
        see_arp(frame, direction, at);
        return;
    }
    if ((frame[47] & 2) != 0) {
        seen.syns[direction]++;
        seen.first_syn = seen.first_syn.ns == 0 ? at : seen.first_syn;
    }
    uint32_t header_bytes = 20 + 4u * (frame[46] >> 4);
    if (u16(frame + 16) > header_bytes) {
        seen.data[direction]++;
        seen.data_elsewhere[direction] += memcmp(frame, seen.expected[direction].byte, 6) != 0;
    }
}

static void open_duo(const struct duo_setup *setup) {
    seen = (struct seen){.expected = {mac_of[1], mac_of[0]}};
    duo = duo_open(setup);
    link_sim_watch(duo->link, see, NULL);
}

static void open_default(void) {
    struct duo_setup setup = duo_setup_default();
    open_duo(&setup);
}

static void close_default(void) {
    duo_close(duo);
}

TestSuite(stack_session, .init = open_default, .fini = close_default);

static void reopen(const struct duo_setup *setup) {
    duo_close(duo);
    open_duo(setup);
}

static void set_way(enum link_sim_direction direction, struct link_sim_way way) {
    link_sim_set(duo->link, direction, &way);
}

struct session {
    struct stream *ends[2];
    uint64_t written[2], read[2]; /* by direction */
};

static struct session connect_both(void) {
    struct session session = {.ends = {duo_dial(duo)}};
    for (int i = 0; i < 100 && session.ends[1] == NULL; i++) {
        duo_run_ms(duo, 100);
        session.ends[1] = duo_accept(duo);
    }
    cr_assert_not_null(session.ends[1]);
    cr_assert_eq(stream_state(session.ends[0]), STREAM_OPEN);
    return session;
}

static void discard_both(struct session *session) {
    duo_discard(duo, session->ends[0]);
    duo_discard(duo, session->ends[1]);
}

static char byte_at(uint64_t offset, int from) {
    return (char)((offset * 31 + offset / 251 + (uint64_t)from * 97) & 0xff);
}

/* One record from one end; false when refused. */
static bool try_write(struct session *session, int from, uint32_t bytes) {
    struct stream_room room;
    if (stream_reserve(session->ends[from], bytes, &room) != STREAM_OK) {
        return false;
    }
    for (uint32_t i = 0; i < bytes; i++) {
        room.data[i] = byte_at(session->written[from]++, from);
    }
    stream_commit(session->ends[from], bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
    return true;
}

static void write_one(struct session *session, int from, uint32_t bytes) {
    cr_assert(try_write(session, from, bytes));
}

static void read_from(struct session *session, int from) {
    struct stream *stream = session->ends[1 - from];
    for (struct bytes view; (view = stream_peek(stream, 0)).len > 0;) {
        for (size_t i = 0; i < view.len; i++) {
            if (view.data[i] != byte_at(session->read[from] + i, from)) {
                cr_assert_fail("byte %llu is wrong", (unsigned long long)session->read[from] + i);
            }
        }
        session->read[from] += view.len;
        stream_consume(stream, view.len, STREAM_PLAIN);
    }
}

/* Everything written so far has come, both ways, within `ms`. */
static void expect_all(struct session *session, int64_t ms) {
    for (int64_t i = 0; i < 100; i++) {
        duo_run(duo, (struct duration){.ns = ms * NS_PER_MS / 100});
        read_from(session, 0);
        read_from(session, 1);
    }
    cr_assert_eq(session->read[0], session->written[0], "%llu of %llu came",
                 (unsigned long long)session->read[0], (unsigned long long)session->written[0]);
    cr_assert_eq(session->read[1], session->written[1]);
}

/* `rounds` records each way, as fast as they are taken. */
static void talk(struct session *session, uint32_t rounds, uint32_t bytes) {
    uint32_t left[2] = {rounds, rounds};
    for (uint32_t turns = 0; left[0] + left[1] > 0; turns++) {
        cr_assert_lt(turns, 1000000, "the session makes no progress");
        for (int from = 0; from < 2; from++) {
            left[from] -= left[from] > 0 && try_write(session, from, bytes);
            read_from(session, from);
        }
        duo_run(duo, (struct duration){.ns = 100 * NS_PER_US});
    }
    expect_all(session, 10000);
}

/* Puts a frame in front of a stack, as if it had come over the link. */
static void inject(uint32_t to, const unsigned char *frame, size_t bytes) {
    cr_assert(nic_sim_put(duo->nics[to], bytes_of((const char *)frame, bytes)));
    duo_settle(duo);
}

/* Neighbours. */

Test(stack_session, one_syn_leaves_once_the_neighbour_is_found) {
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.blackhole = true});
    struct stream *stream = duo_dial(duo);
    struct stream_room room;
    duo_run_ms(duo, 2500);
    cr_assert_eq(seen.questions[0], 3);
    cr_assert_eq(seen.syns[0], 0);
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
    cr_assert_eq(stream_reserve(stream, 1, &room), STREAM_AGAIN_UNRESOLVED);
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.delay.ns = NS_PER_MS});
    duo_run_ms(duo, 2500);
    cr_assert_eq(stream_state(stream), STREAM_OPEN);
    cr_assert_eq(seen.syns[0], 1);
    cr_assert_gt(seen.first_syn.ns, seen.first_answer.ns);
    duo_discard(duo, stream);
}

Test(stack_session, nobody_there_is_unreachable) {
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.blackhole = true});
    struct stream *stream = duo_dial(duo);
    duo_run_ms(duo, 4999);
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
    duo_run_ms(duo, 2);
    cr_assert_eq(stream_state(stream), STREAM_CLOSED);
    cr_assert_eq(stream_close_reason(stream), STREAM_CLOSE_UNREACHABLE, "%s",
                 stream_close_reason_name(stream_close_reason(stream)));
    cr_assert_eq(seen.questions[0], 5);
    cr_assert_eq(seen.syns[0], 0);
    duo_discard(duo, stream);
}

Test(stack_session, ageing_neighbours_cost_nothing) {
    struct session session = connect_both();
    for (int i = 0; i < 400; i++) { /* 200 s, three times stale */
        write_one(&session, i % 2, 300);
        duo_run_ms(duo, 500);
        read_from(&session, i % 2);
    }
    cr_assert_geq(seen.questions[0], 3);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(session.read[i], session.written[i]);
        cr_assert_eq(tcp_info(session.ends[i]).retransmissions, 0);
        cr_assert_eq(seen.data_elsewhere[i], 0);
    }
    discard_both(&session);
}

static void arp_claim(unsigned char *frame, uint32_t operation, const struct ethernet_address *at,
                      bool to_us) {
    memset(frame, 0, 42);
    memset(frame, 255, 6);
    if (to_us) {
        memcpy(frame, mac_of[0].byte, 6);
        memcpy(frame + 32, mac_of[0].byte, 6);
    }
    memcpy(frame + 6, at->byte, 6);
    put_u16(frame + 12, 0x0806);
    put_u16(frame + 14, 1);
    put_u16(frame + 16, 0x0800);
    put_u16(frame + 18, 0x0604);
    put_u16(frame + 20, operation);
    memcpy(frame + 22, at->byte, 6);
    put_u32(frame + 28, 0xc0000202);
    put_u32(frame + 38, to_us ? 0xc0000201 : 0xc0000202);
}

Test(stack_session, lies_about_a_live_peer_divert_nothing) {
    struct session session = connect_both();
    unsigned char lie[42];
    duo_run_ms(duo, 2000);
    for (uint32_t i = 0; i < 1000; i++) {
        arp_claim(lie, i % 3 == 0 ? 2 : 1, &forger, i % 3 != 2);
        inject(0, lie, sizeof(lie));
        write_one(&session, (int)(i % 2), 100);
        duo_run_ms(duo, 5);
        read_from(&session, (int)(i % 2));
    }
    expect_all(&session, 100);
    cr_assert_eq(seen.data_elsewhere[0], 0);
    cr_assert_geq(stack_counters(duo->stacks[0])->arp_conflicts, 990);
    cr_assert_eq(tcp_info(session.ends[0]).retransmissions, 0);
    discard_both(&session);
}

Test(stack_session, a_peer_that_moved_is_followed) {
    struct session session = connect_both();
    write_one(&session, 0, 100);
    expect_all(&session, 100);
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.blackhole = true});
    duo_run_ms(duo, 66000); /* stale, then silent to five questions */
    unsigned char truth[42];
    arp_claim(truth, 2, &forger, true);
    inject(0, truth, sizeof(truth));
    seen.data[0] = 0;
    write_one(&session, 0, 100);
    duo_run_ms(duo, 50);
    cr_assert_geq(seen.data[0], 2, "sent, and sent again");
    cr_assert_eq(seen.data_elsewhere[0], seen.data[0]);
    seen.expected[0] = forger;
    write_one(&session, 0, 100);
    duo_run_ms(duo, 2000);
    cr_assert_geq(seen.data[0], 4);
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.delay.ns = 0});
    discard_both(&session);
}

/* ICMP. */

/* An error from a router about a segment of stack 0's. */
static void inject_error(const struct tcp_info *info, uint32_t code, uint32_t mtu, uint32_t seq) {
    unsigned char frame[14 + 20 + 8 + 28] = {0};
    unsigned char *ip = frame + 14, *icmp = ip + 20, *quoted = icmp + 8;
    memcpy(frame, mac_of[0].byte, 6);
    memcpy(frame + 6, mac_of[1].byte, 6);
    put_u16(frame + 12, 0x0800);
    put_u32(ip, 0x45000000 | (20 + 8 + 28));
    put_u32(ip + 8, 0x40010000);
    put_u32(ip + 12, 0xc00002fe);
    put_u32(ip + 16, 0xc0000201);
    put_u32(icmp, 0x03000000 | code << 16);
    put_u32(icmp + 4, mtu);
    put_u32(quoted, 0x45000028);
    put_u32(quoted + 8, 0x40060000);
    put_u32(quoted + 12, 0xc0000201);
    put_u32(quoted + 16, 0xc0000202);
    put_u16(quoted + 20, info->flow.local_port);
    put_u16(quoted + 22, DUO_PORT);
    put_u32(quoted + 24, seq);
    for (unsigned char *part = ip; part != NULL; part = part == ip ? icmp : NULL) {
        size_t bytes = part == ip ? 20 : 36, field = part == ip ? 10 : 2;
        uint32_t sum = 0;
        for (size_t i = 0; i < bytes; i += 2) {
            sum += u16(part + i);
        }
        sum = (sum & 0xffff) + (sum >> 16);
        put_u16(part + field, ~(sum + (sum >> 16)) & 0xffff);
    }
    inject(0, frame, sizeof(frame));
}

static struct duo_setup full_size_setup(void) {
    struct duo_setup setup = duo_setup_default();
    setup.stream = (struct stream_limits){.send_bytes = 65536,
                                          .receive_bytes = 65536,
                                          .record_bytes_max = 1400,
                                          .gather_bytes_max = 4096,
                                          .hold_bytes = 65536,
                                          .hold_records_max = 64};
    setup.buffer_bytes = 2048;
    return setup;
}

Test(stack_session, forged_errors_change_nothing) {
    struct duo_setup setup = full_size_setup();
    setup.way.delay.ns = NS_PER_MS;
    reopen(&setup);
    struct session session = connect_both();
    for (uint32_t code = 0; code < 16; code++) {
        write_one(&session, 0, 1400);
        struct tcp_info info = tcp_info(session.ends[0]);
        uint32_t mss = info.mss;
        inject_error(&info, code, 576, info.snd_una.value - 1);
        inject_error(&info, code, 576, info.snd_nxt.value);
        inject_error(&info, code, 576, info.snd_nxt.value + 1000);
        inject_error(&info, code, 576, info.snd_una.value + 0x80000000);
        struct tcp_info other = info;
        other.flow.local_port++;
        inject_error(&other, code, 576, info.snd_una.value);
        cr_assert_eq(tcp_info(session.ends[0]).mss, mss);
        cr_assert_eq(stream_state(session.ends[0]), STREAM_OPEN);
        expect_all(&session, 10);
    }
    cr_assert_eq(stack_counters(duo->stacks[0])->icmp_errors, 16 * 5);
    cr_assert_eq(tcp_counters(stack_tcp(duo->stacks[0]))->mtu_reductions, 0);
    discard_both(&session);
}

Test(stack_session, an_error_about_what_is_in_flight_is_taken_for_what_it_is) {
    struct duo_setup setup = full_size_setup();
    setup.way.delay.ns = NS_PER_MS;
    reopen(&setup);
    struct session session = connect_both();
    for (uint32_t code = 0; code < 16; code++) {
        write_one(&session, 0, 1400);
        struct tcp_info info = tcp_info(session.ends[0]);
        inject_error(&info, code, code == 4 ? 1000 : 0, info.snd_una.value);
        cr_assert_eq(stream_state(session.ends[0]), STREAM_OPEN, "soft while connected");
        expect_all(&session, 1000);
    }
    cr_assert_leq(tcp_info(session.ends[0]).mss, 1000 - 40);
    cr_assert_eq(tcp_counters(stack_tcp(duo->stacks[0]))->mtu_reductions, 1);
    struct tcp_info info = tcp_info(session.ends[0]);
    write_one(&session, 0, 100);
    inject_error(&info, 4, 68, info.snd_nxt.value);
    cr_assert_geq(tcp_info(session.ends[0]).mss, 552 - 40 - 12, "the floor");
    expect_all(&session, 100);
    discard_both(&session);
}

/* The link. */

Test(stack_session, a_link_that_was_down_costs_time_only) {
    struct session session = connect_both();
    for (int i = 0; i < 20; i++) {
        write_one(&session, i % 2, 200);
        nic_sim_set_link(duo->nics[i % 4 / 2], i % 3 == 0);
        duo_run_ms(duo, 20);
    }
    nic_sim_set_link(duo->nics[0], true);
    nic_sim_set_link(duo->nics[1], true);
    expect_all(&session, 10000);
    discard_both(&session);
}

Test(stack_session, a_peer_that_falls_silent_is_given_up) {
    struct duo_setup setup = duo_setup_default();
    setup.profile.user_timeout.ns = 5 * NS_PER_S;
    reopen(&setup);
    struct session session = connect_both();
    set_way(LINK_SIM_A_TO_B, (struct link_sim_way){.blackhole = true});
    write_one(&session, 0, 100);
    duo_run_ms(duo, 4900);
    cr_assert_eq(stream_state(session.ends[0]), STREAM_OPEN);
    duo_run_ms(duo, 200);
    cr_assert_eq(stream_close_reason(session.ends[0]), STREAM_CLOSE_TIMED_OUT);
    cr_assert_eq(stream_state(session.ends[1]), STREAM_OPEN, "its reset was lost, too");
    discard_both(&session);
}

Test(stack_session, a_path_that_swallows_large_segments_is_found_out) {
    struct duo_setup setup = full_size_setup();
    setup.way.mtu = 800;
    reopen(&setup);
    struct session session = connect_both();
    for (int i = 0; i < 20; i++) {
        write_one(&session, 0, 1400);
        write_one(&session, 1, 100);
    }
    expect_all(&session, 60000);
    cr_assert_gt(link_sim_counters(duo->link, LINK_SIM_A_TO_B)->mtu_lost, 0);
    discard_both(&session);
}

/* Bursts count frames, so one may swallow several SYNs: they come often, and nobody gives up. */
static struct duo_setup bad_setup(void) {
    struct duo_setup setup = full_size_setup();
    setup.profile.rto_initial.ns = 50 * NS_PER_MS;
    setup.profile.connect_timeout.ns = 60 * NS_PER_S;
    setup.way = (struct link_sim_way){.delay.ns = 200 * NS_PER_US,
                                      .jitter.ns = 100 * NS_PER_US,
                                      .reorder_delay.ns = 300 * NS_PER_US,
                                      .completion.ns = 10 * NS_PER_US,
                                      .queue_max.ns = 20 * NS_PER_MS,
                                      .bits_per_second = 100000000,
                                      .loss_ppm = 10000,
                                      .burst_begin_ppm = 1000,
                                      .burst_end_ppm = 500000,
                                      .duplicate_ppm = 10000,
                                      .reorder_ppm = 20000,
                                      .corrupt_ppm = 10000};
    return setup;
}

Test(stack_session, everything_arrives_over_a_bad_link) {
    for (int i = 0; i < 10; i++) {
        struct duo_setup setup = bad_setup();
        setup.seed = test_seed("everything_arrives_over_a_bad_link");
        reopen(&setup);
        struct session session = connect_both();
        talk(&session, 300, 700);
        discard_both(&session);
    }
}

static uint64_t talk_with_seed(uint64_t seed, bool slow_only) {
    struct duo_setup setup = bad_setup();
    setup.seed = seed;
    setup.slow_only = slow_only;
    reopen(&setup);
    struct session session = connect_both();
    talk(&session, 200, 700);
    uint64_t hash = seen.hash;
    discard_both(&session);
    return hash;
}

Test(stack_session, the_same_inputs_give_the_same_bytes) {
    uint64_t seed = test_seed("the_same_inputs_give_the_same_bytes");
    uint64_t hash = talk_with_seed(seed, false);
    cr_assert_eq(talk_with_seed(seed, false), hash);
    cr_assert_eq(talk_with_seed(seed, true), hash, "with and without the fast path");
    cr_assert_neq(talk_with_seed(seed + 1, false), hash);
}

/* Tags are part of every frame, offload and not. */
Test(stack_session, a_tagged_session_is_like_any_other) {
    for (int i = 0; i < 4; i++) {
        struct duo_setup setup = full_size_setup();
        setup.vlan = 4094;
        setup.offload = (i & 1) != 0;
        setup.slow_only = (i & 2) != 0;
        reopen(&setup);
        link_sim_watch(duo->link, NULL, NULL); /* it knows no tags */
        struct session session = connect_both();
        talk(&session, 100, 1400);
        cr_assert_eq(tcp_info(session.ends[0]).retransmissions, 0);
        cr_assert_eq(stack_counters(duo->stacks[1])->not_ours, 0);
        discard_both(&session);
    }
}

/* What runs out. */

Test(stack_session, a_full_ring_refuses_and_recovers) {
    struct duo_setup setup = duo_setup_default();
    setup.ring_entries = 8;
    reopen(&setup);
    struct session session = connect_both();
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.blackhole = true});
    for (int i = 0; i < 6; i++) {
        write_one(&session, 0, 10);
    }
    struct stream_room room;
    struct stream_rooms rooms;
    cr_assert_eq(stream_reserve(session.ends[0], 10, &room), STREAM_AGAIN_RING);
    cr_assert_eq(stream_reserve_many(session.ends[0], 10, &rooms), STREAM_AGAIN_RING);
    set_way(LINK_SIM_B_TO_A, (struct link_sim_way){.delay.ns = 0});
    expect_all(&session, 5000);
    write_one(&session, 0, 10);
    expect_all(&session, 10);
    stream_finish(session.ends[0]);
    duo_run_ms(duo, 10);
    cr_assert_eq(stream_state(session.ends[1]), STREAM_PEER_FINISHED);
    discard_both(&session);
}

/* The NIC keeps what it has sent for so long that none is left for data. */
Test(stack_session, an_empty_pool_refuses_data_and_mutes_nobody) {
    struct duo_setup setup = duo_setup_default();
    setup.send_packets = 48; /* 32 of them for control */
    reopen(&setup);
    struct session session = connect_both();
    set_way(LINK_SIM_A_TO_B, (struct link_sim_way){.completion.ns = 10 * NS_PER_S});
    for (int i = 0; i < 16; i++) {
        write_one(&session, 0, 10);
        duo_settle(duo);
    }
    struct stream_room room;
    cr_assert_eq(stream_reserve(session.ends[0], 10, &room), STREAM_AGAIN_POOL);
    for (int i = 0; i < 10; i++) {
        write_one(&session, 1, 100);
        duo_run_ms(duo, 1);
        read_from(&session, 1);
        cr_assert_eq(tcp_info(session.ends[1]).in_flight, 0, "acknowledged at once");
    }
    cr_assert_eq(tcp_info(session.ends[1]).retransmissions, 0);
    cr_assert_eq(stream_reserve(session.ends[0], 10, &room), STREAM_AGAIN_POOL);
    set_way(LINK_SIM_A_TO_B, (struct link_sim_way){.delay.ns = 0});
    duo_run_ms(duo, 1);
    write_one(&session, 0, 10);
    expect_all(&session, 1000);
    discard_both(&session);
}

Test(stack_session, a_nic_that_takes_nothing_delays_and_loses_nothing) {
    struct session session = connect_both();
    for (int i = 0; i < 10; i++) {
        nic_sim_refuse_send(duo->nics[0], true);
        for (int j = 0; j < 5; j++) {
            write_one(&session, 0, 50);
            write_one(&session, 1, 50);
            duo_run(duo, (struct duration){.ns = 20 * NS_PER_US});
        }
        cr_assert_gt(stream_unsent(session.ends[0]), 0);
        nic_sim_refuse_send(duo->nics[0], false);
        expect_all(&session, 10);
        cr_assert_eq(stream_unsent(session.ends[0]), 0);
    }
    discard_both(&session);
}

/* A persist probe is out beyond the closed window: our acknowledgements must not lie there, too, or
 * the peer ignores them. */
Test(stack_session, a_closed_window_does_not_silence_acknowledgements) {
    struct duo_setup setup = duo_setup_default();
    setup.profile.keepalive_idle.ns = 500 * NS_PER_MS;
    reopen(&setup);
    struct session session = connect_both();
    while (try_write(&session, 0, 500)) {
        duo_run_ms(duo, 10);
    }
    duo_run_ms(duo, 5000);
    for (int i = 0; i < 20; i++) {
        write_one(&session, 1, 100);
        duo_run_ms(duo, 2000);
        read_from(&session, 1);
        cr_assert_eq(session.read[1], session.written[1]);
        cr_assert_eq(tcp_info(session.ends[1]).in_flight, 0);
        cr_assert_eq(stream_state(session.ends[0]), STREAM_OPEN);
    }
    cr_assert_eq(tcp_info(session.ends[1]).retransmissions, 0);
    expect_all(&session, 100000);
    discard_both(&session);
}

/* What is free beside the beginning of a message is less than a segment, and the reader consumes
 * nothing before it has the rest. */
Test(stack_session, a_message_larger_than_what_is_left_is_let_in) {
    struct session session = connect_both();
    struct duo_setup setup = duo_setup_default();
    for (uint32_t i = 0; i < 16; i++) {
        write_one(&session, 0, 500);
    }
    duo_run_ms(duo, 10);
    cr_assert_geq(stream_peek(session.ends[1], 1200).len, 1200);
    stream_consume(session.ends[1], 1200, STREAM_PLAIN);
    session.read[0] = 1200;
    duo_run_ms(duo, 10);
    size_t most = setup.stream.gather_bytes_max;
    cr_assert_geq(stream_peek(session.ends[1], most).len, most);
    expect_all(&session, 1000);
    discard_both(&session);
}
