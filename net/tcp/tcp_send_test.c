/* Reserve, commit, hold, wipe; packets that cannot be had, and a NIC that does not take them. */
#include "net/tcp/tcp_loss_test_fixture.h"

static enum stream_result reserve(struct bench *bench, size_t bytes, struct stream_room *room) {
    return stream_reserve(bench->hand.stream, bytes, room);
}

static void commit(struct bench *bench, const char *text, uint64_t position, unsigned flags) {
    struct stream_room room;
    size_t bytes = strlen(text);
    cr_assert_eq(reserve(bench, bytes, &room), STREAM_OK);
    memcpy(room.data, text, bytes);
    stream_commit(bench->hand.stream, bytes, (struct stream_position){.value = position}, flags);
    audit(bench);
}

static void release(struct bench *bench, uint64_t position) {
    stream_release(bench->hand.stream, (struct stream_position){.value = position});
    audit(bench);
}

static uint32_t pool_free(struct bench *bench) {
    return nic_counters(nic_sim_nic(bench->hand.pair->end[0].sim)).send_pool_free;
}

/* A record is contiguous, as it was written, with the checksum filled in: pair_take reads it so. */
Test(tcp_send, a_record_leaves_as_it_was_written) {
    struct bench bench = bench_make(true, true);
    commit(&bench, "8=FIX.4.4", 0, STREAM_PLAIN);
    struct pair_frame frame;
    struct tcp_segment segment;
    cr_assert(pair_take(bench.hand.pair, 0, &segment, &frame));
    cr_assert_eq(segment.flags, TCP_ACK | TCP_PSH);
    cr_assert_eq(segment.seq.value, bench.start.value);
    cr_assert_eq(segment.ack.value, bench.hand.seq.value);
    cr_assert(segment.has_timestamps);
    cr_assert_eq(frame.bytes, 14 + 20 + 32 + 9);
    cr_assert_eq(memcmp(frame.data + 14 + 20 + 32, "8=FIX.4.4", 9), 0);
    cr_assert_eq(stream_unsent(bench.hand.stream), 0);
    bench_free(&bench);
}

Test(tcp_send, less_may_be_committed_than_was_reserved) {
    struct bench bench = bench_make(true, false);
    struct stream_room room;
    cr_assert_eq(reserve(&bench, 500, &room), STREAM_OK);
    cr_assert_geq(room.bytes, 500);
    memset(room.data, 'x', 500);
    stream_commit(bench.hand.stream, 20, STREAM_RELEASE_NOW, STREAM_PLAIN);
    expect_data(&bench, 0, 20);
    commit(&bench, "next", 0, STREAM_PLAIN);
    expect_data(&bench, 20, 4);
    bench_free(&bench);
}

Test(tcp_send, records_of_several_packets_leave_as_segments) {
    struct bench bench = bench_make(true, false);
    struct stream_rooms rooms;
    cr_assert_eq(stream_reserve_many(bench.hand.stream, 4000, &rooms), STREAM_OK);
    size_t bytes = 0;
    for (uint32_t i = 0; i < rooms.count; i++) {
        memset(rooms.room[i].data, 'm', rooms.room[i].bytes);
        bytes += rooms.room[i].bytes;
    }
    cr_assert_geq(bytes, 4000);
    stream_commit(bench.hand.stream, 4000, STREAM_RELEASE_NOW, STREAM_PLAIN);
    expect_data(&bench, 0, 1400);
    expect_data(&bench, 1400, 1400);
    expect_data(&bench, 2800, 1200);
    hand_expect_nothing(&bench.hand);
    ack(&bench, 4000);
    bench_free(&bench);
}

Test(tcp_send, of_many_rooms_the_unused_are_given_back) {
    struct bench bench = bench_make(true, false);
    uint32_t before = pool_free(&bench);
    struct stream_rooms rooms;
    cr_assert_eq(stream_reserve_many(bench.hand.stream, 14000, &rooms), STREAM_OK);
    cr_assert_eq(pool_free(&bench), before - 10);
    memset(rooms.room[0].data, 'm', 100);
    stream_commit(bench.hand.stream, 100, STREAM_RELEASE_NOW, STREAM_PLAIN);
    cr_assert_eq(pool_free(&bench), before - 1);
    expect_data(&bench, 0, 100);
    cr_assert_eq(stream_reserve_many(bench.hand.stream, 14000, &rooms), STREAM_OK);
    stream_cancel(bench.hand.stream);
    cr_assert_eq(pool_free(&bench), before - 1);
    bench_free(&bench);
}

/* RFC 6691, and PMTU: what is larger than the MSS is cut, and the second part copied. */
Test(tcp_send, a_record_beyond_the_mss_is_cut) {
    struct bench bench = bench_make(true, false);
    set_mss(&bench, 600);
    write_record(&bench, 1400);
    expect_data(&bench, 0, 600);
    expect_data(&bench, 600, 600);
    expect_data(&bench, 1200, 200);
    sack(&bench, 0, 600, 1400);
    ack(&bench, 1400);
    cr_assert_eq(bench.c->in_flight, 0);
    bench_free(&bench);
}

/* The ring is asked for the segments, so that a full one does not keep the last from being cut. */
Test(tcp_send, every_segment_has_its_entry) {
    struct bench bench = bench_make(true, false);
    set_mss(&bench, 600);
    uint32_t entries = bench.c->ring_mask + 1 - TCP_RING_SPARE;
    struct stream_room room;
    uint32_t records = 0;
    while (reserve(&bench, 1400, &room) == STREAM_OK) {
        memset(room.data, 'r', 1400);
        stream_commit(bench.hand.stream, 1400, STREAM_RELEASE_NOW, STREAM_PLAIN);
        audit(&bench);
        records++;
    }
    cr_assert_eq(reserve(&bench, 1400, &room), STREAM_AGAIN_RING);
    cr_assert_eq(records, entries / 3);
    for (uint32_t i = bench.c->head; i != bench.c->tail; i++) {
        cr_assert_leq(tcp_entry_at(bench.c, i)->bytes, 600);
    }
    bench_free(&bench);
}

/* Of a tiny MSS even an empty ring has not so many: the rest is cut when it leaves. */
Test(tcp_send, a_ring_that_is_too_small_does_all_the_same) {
    struct bench bench = bench_make(true, false);
    bench.c->ring_mask = 7;
    tcp_plan(bench.c);
    set_mss(&bench, 100);
    write_record(&bench, 1400);
    uint32_t sent = 0;
    for (int i = 0; i < 100 && sent < 1400; i++) {
        struct tcp_segment segment;
        while (pair_take(bench.hand.pair, 0, &segment, NULL)) {
            cr_assert_eq(segment.seq.value - bench.start.value, sent);
            cr_assert_leq(segment.payload_bytes, 100);
            sent += segment.payload_bytes;
        }
        ack(&bench, sent);
    }
    cr_assert_eq(sent, 1400);
    bench.c->ring_mask = 63;
    tcp_plan(bench.c);
    bench_free(&bench);
}

/* Why not. */

Test(tcp_send, each_limit_has_its_answer) {
    struct bench bench = bench_make(true, false);
    struct stream_room room;
    struct stream_rooms rooms;
    struct tcp_limits *limits = &bench.hand.tcp->setup.limits;
    cr_assert_eq(reserve(&bench, 1401, &room), STREAM_TOO_LONG);
    cr_assert_eq(stream_reserve_many(bench.hand.stream, 16 * 1400 + 1, &rooms), STREAM_TOO_LONG);
    limits->stream.hold_bytes = 1000;
    tcp_plan(bench.c);
    cr_assert_eq(reserve(&bench, 1001, &room), STREAM_AGAIN_HOLD);
    limits->stream.hold_bytes = 65536;
    tcp_plan(bench.c);
    limits->stream.send_bytes = 1000;
    tcp_plan(bench.c);
    cr_assert_eq(reserve(&bench, 1001, &room), STREAM_AGAIN_WINDOW);
    limits->stream.send_bytes = 65536;
    tcp_plan(bench.c);
    nic_sim_refuse_take(bench.hand.pair->end[0].sim, true, false);
    cr_assert_eq(reserve(&bench, 100, &room), STREAM_AGAIN_POOL);
    cr_assert_eq(stream_reserve_many(bench.hand.stream, 100, &rooms), STREAM_AGAIN_POOL);
    nic_sim_refuse_take(bench.hand.pair->end[0].sim, false, false);
    stream_finish(bench.hand.stream);
    cr_assert_eq(reserve(&bench, 100, &room), STREAM_GONE);
    bench_free(&bench);
}

Test(tcp_send, the_ring_keeps_two_entries) {
    struct bench bench = bench_make(true, false);
    struct stream_room room;
    uint32_t count = 0;
    while (reserve(&bench, 1, &room) == STREAM_OK) {
        stream_commit(bench.hand.stream, 1, STREAM_RELEASE_NOW, STREAM_PLAIN);
        count++;
    }
    cr_assert_eq(reserve(&bench, 1, &room), STREAM_AGAIN_RING);
    cr_assert_eq(count, bench.c->ring_mask + 1 - TCP_RING_SPARE);
    stream_finish(bench.hand.stream);
    audit(&bench);
    cr_assert_eq(hand_state(&bench.hand), TCP_FIN_WAIT_1);
    bench_free(&bench);
}

/* The journal. */

Test(tcp_send, what_is_held_keeps_back_what_follows) {
    struct bench bench = bench_make(true, false);
    commit(&bench, "first", 7, STREAM_PLAIN);
    commit(&bench, "second", 0, STREAM_PLAIN);
    commit(&bench, "third", 9, STREAM_PLAIN);
    stream_finish(bench.hand.stream);
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(stream_unsent(bench.hand.stream), 16);
    release(&bench, 6);
    hand_expect_nothing(&bench.hand);
    release(&bench, 7);
    expect_data(&bench, 0, 5);
    expect_data(&bench, 5, 6);
    hand_expect_nothing(&bench.hand);
    release(&bench, 100);
    expect_data(&bench, 11, 5);
    hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    bench_free(&bench);
}

Test(tcp_send, what_is_held_makes_nobody_wait_for_an_ack) {
    struct bench bench = bench_make(true, false);
    hand_user_timeout(&bench.hand, pair_ms(1000));
    commit(&bench, "held", 7, STREAM_PLAIN);
    pass(&bench, pair_ms(60000));
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED);
    release(&bench, 7);
    expect_data(&bench, 0, 4);
    bench_free(&bench);
}

/* The end. */

Test(tcp_send, a_reservation_outlives_its_connection) {
    struct bench bench = bench_make(true, false);
    uint32_t before = pool_free(&bench);
    struct stream_room room;
    cr_assert_eq(reserve(&bench, 100, &room), STREAM_OK);
    stream_abort(bench.hand.stream);
    hand_expect(&bench.hand, TCP_RST | TCP_ACK);
    memset(room.data, 'x', 100);
    stream_commit(bench.hand.stream, 100, STREAM_RELEASE_NOW, STREAM_SECRET);
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(pool_free(&bench), before);
    cr_assert_eq(stream_unsent(bench.hand.stream), 0);
    bench_free(&bench);
}

Test(tcp_send, the_fin_waits_for_the_open_reservation) {
    struct bench bench = bench_make(true, false);
    struct stream_room room;
    cr_assert_eq(reserve(&bench, 4, &room), STREAM_OK);
    stream_finish(bench.hand.stream);
    hand_expect_nothing(&bench.hand);
    memcpy(room.data, "last", 4);
    stream_commit(bench.hand.stream, 4, STREAM_RELEASE_NOW, STREAM_PLAIN);
    expect_data(&bench, 0, 4);
    hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    bench_free(&bench);
}

/* Secrets. The simulated NIC's pool is where a packet lay, so its bytes can be looked at. */

static bool is_wiped(const char *data, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (data[i] != 0) {
            return false;
        }
    }
    return true;
}

/* A secret committed; where it lies. Its frame is still the NIC's. */
static const char *commit_secret(struct bench *bench, uint64_t position) {
    struct stream_room room;
    cr_assert_eq(reserve(bench, 100, &room), STREAM_OK);
    memset(room.data, 's', 100);
    stream_commit(bench->hand.stream, 6, (struct stream_position){.value = position},
                  STREAM_SECRET);
    return room.data;
}

Test(tcp_send, a_secret_is_wiped_once_it_is_acknowledged_and_let_go) {
    struct bench bench = bench_make(true, false);
    const char *secret = commit_secret(&bench, 0);
    ack(&bench, 6); /* while the NIC still reads it */
    tcp_flush(bench.hand.tcp);
    cr_assert_eq(secret[0], 's');
    expect_data(&bench, 0, 6);
    tcp_flush(bench.hand.tcp);
    cr_assert(is_wiped(secret, 100));
    bench_free(&bench);
}

Test(tcp_send, a_secret_is_wiped_when_it_never_left) {
    struct bench bench = bench_make(true, false);
    const char *secret = commit_secret(&bench, 5);
    cr_assert_eq(secret[0], 's');
    stream_abort(bench.hand.stream);
    hand_expect(&bench.hand, TCP_RST | TCP_ACK);
    cr_assert(is_wiped(secret, 100));
    bench_free(&bench);
}

Test(tcp_send, a_secret_is_wiped_when_the_connection_ends_unacknowledged) {
    struct bench bench = bench_make(true, false);
    const char *secret = commit_secret(&bench, 0);
    expect_data(&bench, 0, 6);
    stream_abort(bench.hand.stream);
    hand_expect(&bench.hand, TCP_RST | TCP_ACK);
    cr_assert(is_wiped(secret, 100));
    bench_free(&bench);
}

Test(tcp_send, a_draft_is_wiped_when_it_is_cancelled) {
    struct bench bench = bench_make(true, false);
    struct stream_room room;
    cr_assert_eq(reserve(&bench, 100, &room), STREAM_OK);
    memset(room.data, 's', 100);
    stream_cancel(bench.hand.stream);
    cr_assert(is_wiped(room.data, 100));
    bench_free(&bench);
}

/* A retransmission is a copy, which is a secret too: the last packet the NIC took. */
Test(tcp_send, the_copy_of_a_secret_is_wiped) {
    struct bench bench = bench_make(true, false);
    commit_secret(&bench, 0);
    expect_data(&bench, 0, 6);
    pass(&bench, pair_ms(2 * RTT_MS));
    const char *copy = nic_sim_sent(bench.hand.pair->end[0].sim).data + 14 + 20 + 20;
    cr_assert_eq(copy[0], 's');
    cr_assert_not_null(bench.hand.tcp->secrets);
    expect_data(&bench, 0, 6);
    tcp_flush(bench.hand.tcp);
    cr_assert(is_wiped(copy, 6));
    cr_assert_null(bench.hand.tcp->secrets);
    bench_free(&bench);
}

/* Want. */

Test(tcp_send, without_packets_for_data_control_still_leaves) {
    struct bench bench = bench_make(true, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    nic_sim_refuse_take(bench.hand.pair->end[0].sim, true, false);
    hand_say(&bench.hand, TCP_ACK | TCP_PSH, BYTES("question"));
    tcp_flush(bench.hand.tcp);
    hand_expect(&bench.hand, TCP_ACK);
    pass(&bench, pair_ms(2 * RTT_MS));
    expect_records(&bench, 0, 1);
    stream_finish(bench.hand.stream);
    hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    bench_free(&bench);
}

Test(tcp_send, a_nic_that_takes_nothing_is_tried_again) {
    struct bench bench = bench_make(true, false);
    nic_sim_refuse_send(bench.hand.pair->end[0].sim, true);
    write_records(&bench, 2);
    cr_assert_eq(stream_unsent(bench.hand.stream), 2 * RECORD);
    cr_assert_eq(tcp_deadline(bench.hand.tcp).ns, bench.hand.pair->now.mono.ns);
    for (int i = 0; i < 3; i++) {
        pass(&bench, pair_ms(1));
        cr_assert_eq(tcp_deadline(bench.hand.tcp).ns, bench.hand.pair->now.mono.ns);
    }
    nic_sim_refuse_send(bench.hand.pair->end[0].sim, false);
    tcp_flush(bench.hand.tcp);
    audit(&bench);
    expect_records(&bench, 0, 2);
    cr_assert_gt(tcp_deadline(bench.hand.tcp).ns, bench.hand.pair->now.mono.ns);
    bench_free(&bench);
}

Test(tcp_send, a_retransmission_that_finds_no_packet_is_tried_again) {
    struct bench bench = bench_make(false, false);
    write_records(&bench, 1);
    expect_records(&bench, 0, 1);
    nic_sim_refuse_take(bench.hand.pair->end[0].sim, true, true);
    pass(&bench, pair_ms(200));
    pass(&bench, pair_ms(50));
    hand_expect_nothing(&bench.hand);
    cr_assert_eq(tcp_info(bench.hand.stream).timeouts, 1);
    nic_sim_refuse_take(bench.hand.pair->end[0].sim, false, false);
    tcp_flush(bench.hand.tcp);
    audit(&bench);
    expect_records(&bench, 0, 1);
    bench_free(&bench);
}

/* What waits for the NIC longer than the user time-out is over as well. */
Test(tcp_send, a_nic_that_never_takes_anything_ends_it) {
    struct bench bench = bench_make(true, false);
    hand_user_timeout(&bench.hand, pair_ms(5000));
    nic_sim_refuse_send(bench.hand.pair->end[0].sim, true);
    write_records(&bench, 1);
    for (int i = 0; i < 51; i++) {
        pass(&bench, pair_ms(100));
    }
    cr_assert_eq(stream_close_reason(bench.hand.stream), STREAM_CLOSE_TIMED_OUT);
    bench_free(&bench);
}

Test(tcp_send, with_offload_the_nic_fills_the_checksums_in) {
    struct bench bench = bench_make(true, true);
    nic_sim_offload(bench.hand.pair->end[0].sim, true);
    tcp_make_template(bench.c);
    commit(&bench, "offloaded", 0, STREAM_PLAIN);
    expect_data(&bench, 0, 9); /* read with its checksums */
    hand_say(&bench.hand, TCP_ACK | TCP_PSH, BYTES("question"));
    tcp_flush(bench.hand.tcp);
    hand_expect(&bench.hand, TCP_ACK);
    stream_finish(bench.hand.stream);
    hand_expect(&bench.hand, TCP_ACK | TCP_FIN);
    bench_free(&bench);
}

/* Keep-alive (RFC 9293 §3.8.4). */

Test(tcp_send, a_silent_peer_is_asked_and_given_up) {
    struct bench bench = bench_make(true, false);
    bench.c->profile.keepalive_idle = pair_ms(10000);
    bench.c->profile.keepalive_interval = pair_ms(1000);
    bench.c->profile.keepalive_probes = 3;
    tcp_keepalive_start(bench.c);
    pass(&bench, pair_ms(9000));
    ack(&bench, 0);
    pass(&bench, pair_ms(9999));
    hand_expect_nothing(&bench.hand);
    pass(&bench, pair_ms(1));
    for (int i = 0; i < 3; i++) {
        struct tcp_segment probe = hand_expect(&bench.hand, TCP_ACK);
        cr_assert_eq(probe.seq.value, bench.start.value - 1);
        cr_assert_eq(probe.payload_bytes, 0);
        hand_expect_nothing(&bench.hand);
        pass(&bench, pair_ms(1000));
    }
    hand_expect(&bench.hand, TCP_RST | TCP_ACK);
    cr_assert_eq(stream_close_reason(bench.hand.stream), STREAM_CLOSE_TIMED_OUT);
    bench_free(&bench);
}

Test(tcp_send, a_peer_that_answers_is_kept) {
    struct bench bench = bench_make(true, false);
    bench.c->profile.keepalive_idle = pair_ms(10000);
    bench.c->profile.keepalive_interval = pair_ms(1000);
    bench.c->profile.keepalive_probes = 1;
    tcp_keepalive_start(bench.c);
    for (int i = 0; i < 5; i++) {
        pass(&bench, pair_ms(10000));
        hand_expect(&bench.hand, TCP_ACK);
        ack(&bench, 0);
    }
    pass(&bench, pair_ms(1000));
    cr_assert_eq(hand_state(&bench.hand), TCP_ESTABLISHED);
    bench_free(&bench);
}
