/* ICMP errors: what is believed, and what is made of it (RFC 1191, 5461, 5927). */
#include "net/tcp/tcp_hand_test_fixture.h"

static void tell(struct hand *hand, enum tcp_icmp_kind kind, struct tcp_seq seq, uint32_t mtu) {
    struct tcp_flow flow = tcp_info(hand->stream).flow;
    tcp_icmp(hand->tcp, kind, &flow, seq, mtu);
}

/* A record of 1400 bytes is underway. */
static void send_large(struct hand *hand) {
    char text[1400] = {0};
    cr_assert_eq(pair_write(hand->stream, bytes_of(text, sizeof(text))), STREAM_OK);
    cr_assert_eq(hand_expect(hand, TCP_ACK).payload_bytes, 1400);
}

Test(tcp_icmp, too_big_makes_it_smaller_at_once) {
    struct hand hand = hand_established(false);
    send_large(&hand);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 1000);
    cr_assert_eq(tcp_info(hand.stream).mss, 960);
    struct tcp_segment first = hand_expect(&hand, TCP_ACK);
    cr_assert_eq(first.seq.value, hand.ack.value);
    cr_assert_eq(first.payload_bytes, 960);
    struct tcp_segment second = hand_expect(&hand, TCP_ACK);
    cr_assert_eq(second.seq.value, hand.ack.value + 960);
    cr_assert_eq(second.payload_bytes, 440);
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->mtu_reductions, 1);
    hand.ack = tcp_seq_add(hand.ack, 1400);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    cr_assert_eq(tcp_info(hand.stream).in_flight, 0);
    hand_free(&hand);
}

Test(tcp_icmp, there_is_a_least_mtu) {
    struct hand hand = hand_established(false);
    send_large(&hand);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 68);
    cr_assert_eq(tcp_info(hand.stream).mss, TCP_MTU_MIN - 40);
    hand_free(&hand);
}

Test(tcp_icmp, what_is_not_believed) {
    struct hand hand = hand_established(false);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 1000);
    send_large(&hand);
    tell(&hand, TCP_ICMP_TOO_BIG, tcp_seq_add(hand.ack, UINT32_MAX), 1000);
    tell(&hand, TCP_ICMP_TOO_BIG, tcp_seq_add(hand.ack, 1400), 1000);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 0);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 1500);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 9000);
    struct tcp_flow nobody = tcp_info(hand.stream).flow;
    nobody.remote_port++;
    tcp_icmp(hand.tcp, TCP_ICMP_TOO_BIG, &nobody, hand.ack, 1000);
    cr_assert_eq(tcp_info(hand.stream).mss, 1460);
    cr_assert_eq(tcp_counters(hand.tcp)->icmp_ignored, 7);
    hand_expect_nothing(&hand);
    hand_free(&hand);
}

/* Errors that may pass, and attackers that may guess, do not end what is established. */
Test(tcp_icmp, an_established_connection_stays) {
    struct hand hand = hand_established(false);
    send_large(&hand);
    tell(&hand, TCP_ICMP_UNREACHABLE, hand.ack, 0);
    tell(&hand, TCP_ICMP_REFUSED, hand.ack, 0);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    hand_free(&hand);
}

Test(tcp_icmp, a_syn_is_refused_by_what_lasts) {
    struct tcp_setup setup = pair_setup();
    struct hand hand = hand_make(&setup);
    struct tcp_segment syn = hand_dialled(&hand);
    tell(&hand, TCP_ICMP_UNREACHABLE, syn.seq, 0);
    tell(&hand, TCP_ICMP_REFUSED, tcp_seq_add(syn.seq, 1), 0);
    cr_assert_eq(hand_state(&hand), TCP_SYN_SENT);
    tell(&hand, TCP_ICMP_REFUSED, syn.seq, 0);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_REFUSED);
    hand_free(&hand);
}

/* Who lingers or is not yet open takes no errors either. */
Test(tcp_icmp, embryos_and_time_waits_stay) {
    struct tcp_setup setup = pair_setup();
    struct hand hand = hand_make(&setup);
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    struct tcp_segment answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
    struct tcp_flow flow = {.local = pair_address(0),
                            .remote = pair_address(1),
                            .local_port = PAIR_PORT,
                            .remote_port = HAND_PORT};
    for (int kind = TCP_ICMP_UNREACHABLE; kind <= TCP_ICMP_TOO_BIG; kind++) {
        tcp_icmp(hand.tcp, (enum tcp_icmp_kind)kind, &flow, answer.seq, 1000);
    }
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1);
    cr_assert_eq(tcp_counters(hand.tcp)->icmp_ignored, 3);
    hand_free(&hand);
}

/* The path becomes narrow while the ring is nearly full and a record is being written: what is
 * split leaves the record, and our end behind it, their places. */
Test(tcp_icmp, splitting_leaves_room_for_what_was_reserved) {
    struct tcp_setup setup = pair_setup();
    setup.limits.ring_entries = 8;
    struct hand hand = hand_make(&setup);
    hand_connect(&hand);
    for (int i = 0; i < 4; i++) {
        send_large(&hand);
    }
    struct stream_rooms rooms;
    cr_assert_eq(stream_reserve_many(hand.stream, 2000, &rooms), STREAM_OK);
    cr_assert_eq(rooms.count, 2);
    tell(&hand, TCP_ICMP_TOO_BIG, hand.ack, 600);
    cr_assert_null(tcp_audit(hand.tcp));
    stream_commit(hand.stream, 2000, STREAM_RELEASE_NOW, STREAM_PLAIN);
    stream_finish(hand.stream);
    cr_assert_null(tcp_audit(hand.tcp));
    /* All of it gets there, and nothing twice. */
    while (pair_take(hand.pair, 0, &(struct tcp_segment){0}, NULL)) {
    }
    struct tcp_seq end = tcp_seq_add(hand.ack, 4 * 1400 + 2000);
    hand.ack = tcp_seq_add(hand.ack, 4 * 1400);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    struct tcp_segment segment;
    while (pair_take(hand.pair, 0, &segment, NULL)) {
        cr_assert_eq(segment.seq.value, hand.ack.value);
        hand.ack = tcp_seq_add(hand.ack, tcp_segment_length(&segment));
        hand_say(&hand, TCP_ACK, bytes_of("", 0));
        cr_assert_null(tcp_audit(hand.tcp));
    }
    cr_assert_eq(hand.ack.value, tcp_seq_add(end, 1).value);
    cr_assert_eq(hand_state(&hand), TCP_FIN_WAIT_2);
    hand_free(&hand);
}
