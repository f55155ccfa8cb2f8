/* What a frame was to tell the peer was not told when the NIC refused the frame: the next one that
 * leaves tells it, and until then nothing counts as told. */
#include "net/tcp/tcp_hand_test_fixture.h"

static void refuse(struct hand *hand, bool refused) {
    nic_sim_refuse_send(hand->pair->end[0].sim, refused);
}

#define FILLED_BYTES 64400

/* Text that nobody reads, until next to nothing of the window is left. */
static void fill_window(struct hand *hand) {
    for (uint32_t filled = 0; filled < FILLED_BYTES; filled += 1400) {
        hand_text(hand, hand->seq, TCP_ACK, 1400);
        hand->seq = tcp_seq_add(hand->seq, 1400);
        tcp_flush(hand->tcp);
        hand_expect_ack(hand);
        hand_pass(hand, (struct duration){.ns = 1000});
    }
}

/* With and without other text to carry it. */
static struct tcp_segment next_to_leave(struct hand *hand, bool data) {
    if (data) {
        cr_assert_eq(pair_write(hand->stream, bytes_of("text", 4)), STREAM_OK);
    } else {
        tcp_flush(hand->tcp);
    }
    return hand_expect(hand, TCP_ACK);
}

Test(tcp_refused, a_duplicate_is_told_by_the_next_to_leave) {
    for (int data = 0; data < 2; data++) {
        struct hand hand = hand_established(false);
        struct tcp_seq left = hand.seq;
        hand_say(&hand, TCP_ACK, bytes_of("0123456789", 10));
        tcp_flush(hand.tcp);
        hand_expect_ack(&hand);
        refuse(&hand, true);
        hand_text(&hand, left, TCP_ACK, 10);
        tcp_flush(hand.tcp);
        hand_expect_nothing(&hand);
        refuse(&hand, false);
        struct tcp_segment told = next_to_leave(&hand, data != 0);
        cr_assert_eq(told.sack_count, 1, "%s", data ? "data" : "ACK");
        cr_expect_eq(told.sack[0].left.value, left.value);
        cr_expect_eq(told.sack[0].right.value, left.value + 10);
        cr_assert_eq(pair_write(hand.stream, bytes_of("more", 4)), STREAM_OK);
        cr_expect_eq(hand_expect(&hand, TCP_ACK).sack_count, 0, "once");
        hand_free(&hand);
    }
}

Test(tcp_refused, a_duplicate_is_told_once_when_other_frames_are_refused) {
    struct hand hand = hand_established(false);
    struct tcp_seq left = hand.seq;
    hand_say(&hand, TCP_ACK, bytes_of("0123456789", 10));
    tcp_flush(hand.tcp);
    hand_expect_ack(&hand);
    refuse(&hand, true);
    hand_text(&hand, left, TCP_ACK, 10);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(pair_write(hand.stream, bytes_of("text", 4)), STREAM_OK);
        tcp_flush(hand.tcp);
    }
    refuse(&hand, false);
    tcp_flush(hand.tcp);
    struct tcp_segment told;
    uint32_t blocks = 0;
    uint32_t segments = 0;
    while (pair_take(hand.pair, 0, &told, NULL)) {
        blocks += told.sack_count;
        segments++;
    }
    cr_expect_eq(segments, 3);
    cr_expect_eq(blocks, 1);
    hand_free(&hand);
}

/* RFC 7323 §4.3: the echo is of the segment that advanced the window, which is the first that is
 * not acknowledged yet. */
Test(tcp_refused, the_echo_is_of_the_first_that_is_not_acknowledged) {
    for (int data = 0; data < 2; data++) {
        struct hand hand = hand_established(true);
        hand.ts_value = 1000;
        hand_say(&hand, TCP_ACK, bytes_of("first", 5));
        refuse(&hand, true);
        tcp_flush(hand.tcp);
        hand.ts_value = 2000;
        hand_say(&hand, TCP_ACK, bytes_of("second", 6));
        tcp_flush(hand.tcp);
        refuse(&hand, false);
        struct tcp_segment told = next_to_leave(&hand, data != 0);
        cr_expect_eq(told.ack.value, hand.seq.value);
        cr_expect_eq(told.ts_echo, 1000, "%u", told.ts_echo);
        hand_free(&hand);
    }
}

Test(tcp_refused, a_window_counts_as_told_when_the_frame_has_left) {
    for (int data = 0; data < 2; data++) {
        struct hand hand = hand_established(false);
        fill_window(&hand);
        uint32_t told = tcp_info(hand.stream).rcv_window;
        cr_assert_lt(told, 1500);
        refuse(&hand, true);
        cr_assert_eq(hand_read(&hand), FILLED_BYTES);
        tcp_flush(hand.tcp);
        hand_expect_nothing(&hand);
        cr_expect_eq(tcp_info(hand.stream).rcv_window, told, "%u",
                     tcp_info(hand.stream).rcv_window);
        refuse(&hand, false);
        struct tcp_segment update = next_to_leave(&hand, data != 0);
        cr_expect_gt(update.window, 60000);
        cr_expect_eq(tcp_info(hand.stream).rcv_window, update.window);
        hand_free(&hand);
    }
}

/* A probe that is refused is not made good for: what it would have told is left to others. */
Test(tcp_refused, a_probe_tells_no_window) {
    struct hand hand = hand_established(false);
    fill_window(&hand);
    uint32_t told = tcp_info(hand.stream).rcv_window;
    refuse(&hand, true);
    struct bytes view = stream_peek(hand.stream, 0);
    cr_assert_geq(view.len, 1500);
    stream_consume(hand.stream, 1500, STREAM_PLAIN);
    tcp_send_keepalive(tcp_connection_of(hand.stream));
    cr_expect_eq(tcp_info(hand.stream).rcv_window, told);
    refuse(&hand, false);
    hand_free(&hand);
}
