/* How connections begin: RFC 9293 §3.5, §3.10.7.2 and §3.10.7.3, and what strangers may try. */
#include "net/tcp/tcp_hand_test_fixture.h"

static struct hand make(void) {
    struct tcp_setup setup = pair_setup();
    return hand_make(&setup);
}

/* SYN_SENT. */

Test(tcp_open, a_syn_offers_all_there_is) {
    struct hand hand = make();
    struct tcp_segment syn = hand_dialled(&hand);
    cr_assert_eq(syn.mss, 1460);
    cr_assert_eq(syn.window_scale, 1, "65536 bytes to receive");
    cr_assert_eq(syn.window, 65535);
    cr_assert(syn.sack_permitted && syn.has_timestamps);
    cr_assert_eq(syn.ack.value, 0);
    cr_assert_eq(stream_state(hand.stream), STREAM_CONNECTING);
    hand_free(&hand);
}

Test(tcp_open, syn_ack_for_something_else_is_reset) {
    struct hand hand = make();
    hand_dialled(&hand);
    for (uint32_t i = 0; i < 2; i++) {
        struct tcp_segment answer = hand_segment(&hand, TCP_SYN | TCP_ACK);
        answer.ack = tcp_seq_add(hand.ack, i == 0 ? UINT32_MAX : 1);
        hand_send(&hand, &answer);
        struct tcp_segment reset = hand_expect(&hand, TCP_RST);
        cr_assert_eq(reset.seq.value, answer.ack.value);
        hand_expect_nothing(&hand);
        cr_assert_eq(hand_state(&hand), TCP_SYN_SENT);
    }
    hand_free(&hand);
}

/* The peer lingers in TIME_WAIT: the old connection is cleared away and the SYN follows at once. */
Test(tcp_open, a_challenge_is_reset_and_the_syn_repeated) {
    struct hand hand = make();
    struct tcp_segment syn = hand_dialled(&hand);
    struct tcp_segment challenge = hand_segment(&hand, TCP_ACK);
    challenge.ack = tcp_seq_add(hand.ack, 77777);
    hand_send(&hand, &challenge);
    cr_assert_eq(hand_expect(&hand, TCP_RST).seq.value, challenge.ack.value);
    cr_assert_eq(hand_expect(&hand, TCP_SYN).seq.value, syn.seq.value);
    hand_expect_nothing(&hand);
    hand_free(&hand);
}

Test(tcp_open, only_a_reset_that_acknowledges_the_syn_counts) {
    struct hand hand = make();
    hand_dialled(&hand);
    struct tcp_segment reset = hand_segment(&hand, TCP_RST);
    hand_send(&hand, &reset);
    reset = hand_segment(&hand, TCP_RST | TCP_ACK);
    reset.ack = tcp_seq_add(hand.ack, 1);
    hand_send(&hand, &reset);
    cr_assert_eq(hand_state(&hand), TCP_SYN_SENT);
    reset.ack = hand.ack;
    hand_send(&hand, &reset);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_REFUSED);
    hand_expect_nothing(&hand);
    hand_discard(&hand);
    hand_free(&hand);
}

Test(tcp_open, abort_in_syn_sent_says_nothing) {
    struct hand hand = make();
    hand_dialled(&hand);
    stream_abort(hand.stream);
    hand_pass(&hand, pair_ms(5000));
    hand_expect_nothing(&hand);
    hand_discard(&hand);
    hand_free(&hand);
}

Test(tcp_open, finish_in_syn_sent_waits_for_the_handshake) {
    struct hand hand = make();
    hand_dialled(&hand);
    stream_finish(hand.stream);
    hand_expect_nothing(&hand);
    hand_say(&hand, TCP_SYN | TCP_ACK, bytes_of("", 0));
    struct tcp_segment fin = hand_expect(&hand, TCP_FIN | TCP_ACK);
    cr_assert_eq(fin.seq.value, hand.ack.value);
    cr_assert_eq(hand_state(&hand), TCP_FIN_WAIT_1);
    hand_free(&hand);
}

Test(tcp_open, text_and_fin_of_a_syn_ack_count) {
    struct hand hand = make();
    hand_dialled(&hand);
    hand_say(&hand, TCP_SYN | TCP_ACK | TCP_FIN, BYTES("hello"));
    cr_assert_eq(stream_state(hand.stream), STREAM_PEER_FINISHED);
    cr_assert_eq(hand_read(&hand), 5);
    hand_expect_ack(&hand);
    hand_free(&hand);
}

Test(tcp_open, both_dial_at_once_by_hand) {
    struct hand hand = make();
    struct tcp_segment first = hand_dialled(&hand);
    hand_say(&hand, TCP_SYN, bytes_of("", 0));
    struct tcp_segment answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
    cr_assert_eq(answer.seq.value, first.seq.value);
    cr_assert_eq(answer.ack.value, hand.seq.value);
    cr_assert_eq(hand_state(&hand), TCP_SYN_RECEIVED);
    struct tcp_segment crossed = hand_segment(&hand, TCP_SYN | TCP_ACK);
    crossed.seq = tcp_seq_of(HAND_ISS);
    hand_send(&hand, &crossed);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    cr_assert_eq(pair_write(hand.stream, BYTES("now")), STREAM_OK);
    cr_assert_eq(hand_expect(&hand, TCP_ACK).payload_bytes, 3);
    hand_free(&hand);
}

Test(tcp_open, both_dial_at_once) {
    struct tcp_setup setup = pair_setup();
    setup.port_first = PAIR_PORT;
    setup.port_last = PAIR_PORT;
    for (uint32_t lose = 0; lose < 500; lose += 100) {
        struct pair *pair = pair_make(&setup);
        struct stream *streams[2];
        for (uint32_t side = 0; side < 2; side++) {
            streams[side] = stream_dial(tcp_streams(pair->end[side].tcp), 0);
        }
        pair->lose_in_1000 = lose;
        pair_run(pair, pair_ms(9000));
        for (uint32_t side = 0; side < 2; side++) {
            cr_assert_eq(stream_state(streams[side]), STREAM_OPEN, "%s",
                         tcp_state_name(tcp_info(streams[side]).state));
            cr_assert_eq(pair_write(streams[side], BYTES("both")), STREAM_OK);
        }
        pair_run(pair, pair_ms(9000));
        for (uint32_t side = 0; side < 2; side++) {
            cr_assert_eq(stream_peek(streams[side], 4).len, 4);
            cr_assert_eq(tcp_counters(pair->end[side].tcp)->opened, 1);
        }
        pair_free(pair);
    }
}

/* Options. */

static uint32_t mss_for(uint16_t told, bool timestamps) {
    struct hand hand = make();
    hand.timestamps = timestamps;
    hand_dialled(&hand);
    struct tcp_segment answer = hand_segment(&hand, TCP_SYN | TCP_ACK);
    answer.mss = told;
    hand_send(&hand, &answer);
    uint32_t mss = tcp_info(hand.stream).mss;
    hand_free(&hand);
    return mss;
}

Test(tcp_open, what_the_peers_mss_comes_to) {
    cr_assert_eq(mss_for(0, false), 536, "RFC 9293 section 3.7.1");
    cr_assert_eq(mss_for(1, false), TCP_MSS_MIN);
    cr_assert_eq(mss_for(12, true), TCP_MSS_MIN - 12);
    cr_assert_eq(mss_for(1000, false), 1000);
    cr_assert_eq(mss_for(1000, true), 988, "RFC 6691: options are taken off");
    cr_assert_eq(mss_for(9000, false), 1460);
    cr_assert_eq(mss_for(65535, true), 1448);
}

Test(tcp_open, what_was_not_asked_for_is_not_used) {
    struct hand hand = make();
    hand_dialled(&hand);
    hand_say(&hand, TCP_SYN | TCP_ACK, bytes_of("", 0));
    struct tcp_info info = tcp_info(hand.stream);
    cr_assert(!info.timestamps && !info.sack);
    cr_assert_eq(info.snd_scale + info.rcv_scale, 0);
    cr_assert_eq(info.snd_window, HAND_WINDOW);
    hand_free(&hand);
}

/* Listening. */

Test(tcp_open, who_dials_is_accepted_once_the_handshake_is_done) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    struct tcp_segment answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
    cr_assert_eq(answer.window_scale, TCP_WINDOW_SCALE_NONE);
    cr_assert(!answer.sack_permitted && !answer.has_timestamps);
    cr_assert_null(stream_accept(tcp_streams(hand.tcp), 0));
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1);
    hand.seq = tcp_seq_add(syn.seq, 1);
    hand.ack = tcp_seq_add(answer.seq, 1);
    hand_say(&hand, TCP_ACK, BYTES("at once"));
    hand.stream = stream_accept(tcp_streams(hand.tcp), 0);
    cr_assert_not_null(hand.stream);
    cr_assert_null(stream_accept(tcp_streams(hand.tcp), 0));
    cr_assert_eq(hand_read(&hand), 7);
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 0);
    hand_free(&hand);
}

Test(tcp_open, text_of_a_syn_is_left_for_later) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    pair_inject(hand.pair, 0, &syn, BYTES("early"));
    cr_assert_eq(hand_expect(&hand, TCP_SYN | TCP_ACK).ack.value, HAND_ISS + 1);
    hand_free(&hand);
}

Test(tcp_open, a_syn_ack_is_repeated_with_the_same_number) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    uint32_t iss = hand_expect(&hand, TCP_SYN | TCP_ACK).seq.value;
    hand_send(&hand, &syn);
    cr_assert_eq(hand_expect(&hand, TCP_SYN | TCP_ACK).seq.value, iss);
    static const int64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000};
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        hand_pass(&hand, pair_ms(waits_ms[i] - 1));
        hand_expect_nothing(&hand);
        hand_pass(&hand, pair_ms(1));
        cr_assert_eq(hand_expect(&hand, TCP_SYN | TCP_ACK).seq.value, iss);
    }
    hand_pass(&hand, pair_ms(32000));
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 0);
    hand_free(&hand);
}

Test(tcp_open, resets_of_an_embryo) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    hand_expect(&hand, TCP_SYN | TCP_ACK);
    struct tcp_segment reset = hand_segment(&hand, TCP_RST);
    reset.seq = tcp_seq_of(HAND_ISS + 100000);
    hand_send(&hand, &reset);
    hand_expect_nothing(&hand);
    reset.seq = tcp_seq_of(HAND_ISS + 10);
    hand_send(&hand, &reset);
    hand_expect(&hand, TCP_SYN | TCP_ACK);
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1, "in the window, but not exact");
    reset.seq = tcp_seq_of(HAND_ISS + 1);
    hand_send(&hand, &reset);
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 0);
    hand_free(&hand);
}

Test(tcp_open, a_wrong_last_ack_is_reset) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    hand_expect(&hand, TCP_SYN | TCP_ACK);
    hand.seq = tcp_seq_add(syn.seq, 1);
    struct tcp_segment ack = hand_segment(&hand, TCP_ACK);
    ack.ack = tcp_seq_of(12345);
    hand_send(&hand, &ack);
    cr_assert_eq(hand_expect(&hand, TCP_RST).seq.value, 12345);
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1);
    hand_free(&hand);
}

Test(tcp_open, what_comes_to_nobody) {
    struct hand hand = make();
    hand.to_port = 1;
    struct tcp_segment segment = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &segment);
    struct tcp_segment reset = hand_expect(&hand, TCP_RST | TCP_ACK);
    cr_assert_eq(reset.seq.value, 0);
    cr_assert_eq(reset.ack.value, HAND_ISS + 1);
    segment = hand_segment(&hand, TCP_ACK);
    segment.ack = tcp_seq_of(777);
    hand_send(&hand, &segment);
    cr_assert_eq(hand_expect(&hand, TCP_RST).seq.value, 777);
    segment.flags = TCP_RST;
    hand_send(&hand, &segment);
    segment.flags = TCP_RST | TCP_ACK;
    hand_send(&hand, &segment);
    hand_expect_nothing(&hand);
    hand.to_port = PAIR_PORT;
    segment = hand_segment(&hand, TCP_SYN | TCP_FIN);
    hand_send(&hand, &segment);
    hand_expect_nothing(&hand);
    hand_free(&hand);
}

Test(tcp_open, resets_to_nobody_are_limited) {
    struct tcp_setup setup = pair_setup();
    setup.resets_per_second = 3;
    struct hand hand = hand_make(&setup);
    hand.to_port = 1;
    for (int i = 0; i < 10; i++) {
        hand_say(&hand, TCP_SYN, bytes_of("", 0));
    }
    for (int i = 0; i < 3; i++) {
        hand_expect(&hand, TCP_RST | TCP_ACK);
    }
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->resets_withheld, 7);
    hand_free(&hand);
}

/* Strangers. */

static uint32_t listen_on(struct hand *hand, const struct tcp_listener *listener) {
    hand->to_port = listener->port;
    return tcp_listen(hand->tcp, listener);
}

/* A listener at port 9000 whose list has the peer. */
static uint32_t listen_for_peer(struct hand *hand) {
    struct tcp_listener listener = {.local = pair_address(0),
                                    .port = 9000,
                                    .backlog = 4,
                                    .allowed = {{.address = pair_address(1), .prefix_bits = 32}},
                                    .allowed_count = 1,
                                    .profile = tcp_profile_default()};
    return listen_on(hand, &listener);
}

/* From another port of the peer's. */
static void knock(struct hand *hand, uint16_t port) {
    hand->from_port = port;
    struct tcp_segment syn = hand_segment(hand, TCP_SYN);
    hand_send(hand, &syn);
}

Test(tcp_open, a_flood_is_bounded_and_the_oldest_stranger_goes) {
    struct hand hand = make();
    for (uint16_t port = 2000; port < 2100; port++) {
        knock(&hand, port);
        hand_expect(&hand, TCP_SYN | TCP_ACK);
        cr_assert_leq(tcp_counters(hand.tcp)->embryos, 4);
    }
    cr_assert_eq(tcp_counters(hand.tcp)->embryos_dropped, 96);
    hand_free(&hand);
}

Test(tcp_open, who_is_on_the_list_stays_in_a_flood) {
    struct hand hand = make();
    uint32_t index = listen_for_peer(&hand);
    knock(&hand, 1999);
    struct tcp_segment answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
    hand.to_port = PAIR_PORT; /* where nobody is preferred */
    for (uint16_t port = 2000; port < 2050; port++) {
        knock(&hand, port);
        hand_expect(&hand, TCP_SYN | TCP_ACK);
    }
    hand.from_port = 1999;
    hand.to_port = 9000;
    hand.seq = tcp_seq_of(HAND_ISS + 1);
    hand.ack = tcp_seq_add(answer.seq, 1);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    hand.stream = stream_accept(tcp_streams(hand.tcp), index);
    cr_assert_not_null(hand.stream);
    hand_free(&hand);
}

/* Sent under an address of the list: who answers soon still gets in, and a stranger does not. */
Test(tcp_open, a_flood_under_a_name_of_the_list_does_not_shut_it_out) {
    struct hand hand = make();
    uint32_t index = listen_for_peer(&hand);
    for (uint16_t port = 2000; port < 2050; port++) {
        knock(&hand, port);
        hand_expect(&hand, TCP_SYN | TCP_ACK);
    }
    knock(&hand, 1999);
    hand.ack = tcp_seq_add(hand_expect(&hand, TCP_SYN | TCP_ACK).seq, 1);
    hand.to_port = PAIR_PORT;
    knock(&hand, 1998);
    hand_expect_nothing(&hand);
    hand.from_port = 1999;
    hand.to_port = 9000;
    hand.seq = tcp_seq_of(HAND_ISS + 1);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    hand.stream = stream_accept(tcp_streams(hand.tcp), index);
    cr_assert_not_null(hand.stream);
    hand_free(&hand);
}

Test(tcp_open, others_are_refused_where_only_the_list_may) {
    struct hand hand = make();
    struct tcp_listener listener = {.local = pair_address(0),
                                    .port = 9000,
                                    .backlog = 4,
                                    .allowed = {{.address.value = 0x0a000100, .prefix_bits = 24}},
                                    .allowed_count = 1,
                                    .only_allowed = true,
                                    .profile = tcp_profile_default()};
    listen_on(&hand, &listener);
    knock(&hand, 2000);
    hand_expect(&hand, TCP_RST | TCP_ACK);
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->refused, 1);
    hand_free(&hand);
}

Test(tcp_open, beyond_the_backlog_the_last_ack_is_ignored) {
    struct hand hand = make();
    struct tcp_listener listener = {
        .local = pair_address(0), .port = 9000, .backlog = 1, .profile = tcp_profile_default()};
    uint32_t index = listen_on(&hand, &listener);
    struct tcp_segment answer[2];
    for (uint16_t i = 0; i < 2; i++) {
        knock(&hand, 2000 + i);
        answer[i] = hand_expect(&hand, TCP_SYN | TCP_ACK);
    }
    hand.seq = tcp_seq_of(HAND_ISS + 1);
    for (uint16_t i = 0; i < 2; i++) {
        hand.from_port = 2000 + i;
        hand.ack = tcp_seq_add(answer[i].seq, 1);
        hand_say(&hand, TCP_ACK, bytes_of("", 0));
    }
    cr_assert_eq(tcp_counters(hand.tcp)->backlog_full, 1);
    cr_assert_not_null(stream_accept(tcp_streams(hand.tcp), index));
    cr_assert_null(stream_accept(tcp_streams(hand.tcp), index));
    hand_pass(&hand, pair_ms(1000));
    hand_expect(&hand, TCP_SYN | TCP_ACK);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    cr_assert_not_null(stream_accept(tcp_streams(hand.tcp), index));
    hand_free(&hand);
}

Test(tcp_open, who_was_reset_while_waiting_is_not_accepted) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    hand.ack = tcp_seq_add(hand_expect(&hand, TCP_SYN | TCP_ACK).seq, 1);
    hand.seq = tcp_seq_add(syn.seq, 1);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    hand_say(&hand, TCP_RST, bytes_of("", 0));
    cr_assert_null(stream_accept(tcp_streams(hand.tcp), 0));
    cr_assert_eq(tcp_counters(hand.tcp)->connections, 0);
    hand_free(&hand);
}

/* The next hop's address. */

Test(tcp_open, resolution_sends_one_syn) {
    struct hand hand = make();
    hand.pair->end[0].route = TCP_ROUTE_UNRESOLVED;
    hand.stream = stream_dial(tcp_streams(hand.tcp), 0);
    cr_assert_eq(hand_state(&hand), TCP_RESOLVING);
    struct stream_room room;
    cr_assert_eq(stream_reserve(hand.stream, 10, &room), STREAM_AGAIN_UNRESOLVED);
    hand_pass(&hand, pair_ms(1000));
    hand_pass(&hand, pair_ms(1500));
    hand_expect_nothing(&hand);
    struct ethernet_address at = pair_ethernet(1);
    tcp_neighbour(hand.tcp, 7, &at);
    tcp_flush(hand.tcp);
    hand_expect(&hand, TCP_SYN);
    hand_expect_nothing(&hand);
    hand_pass(&hand, pair_ms(999));
    hand_expect_nothing(&hand);
    hand_pass(&hand, pair_ms(1));
    hand_expect(&hand, TCP_SYN);
    hand_free(&hand);
}

/* RFC 7323 §2.2: the window of a SYN is never scaled, also not of one that answers ours. */
Test(tcp_open, the_window_of_a_crossing_syn_ack_is_not_scaled) {
    struct hand hand = make();
    hand_dialled(&hand);
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    syn.window_scale = 7;
    hand_send(&hand, &syn);
    hand_expect(&hand, TCP_SYN | TCP_ACK);
    struct tcp_segment answer = hand_segment(&hand, TCP_SYN | TCP_ACK);
    answer.window_scale = 7;
    hand_send(&hand, &answer);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    cr_assert_leq(tcp_info(hand.stream).snd_window, HAND_WINDOW);
    cr_assert_gt(tcp_info(hand.stream).snd_window, HAND_WINDOW - 128);
    hand_free(&hand);
}

Test(tcp_open, a_neighbour_that_does_not_answer_is_unreachable) {
    struct hand hand = make();
    hand.pair->end[0].route = TCP_ROUTE_UNRESOLVED;
    hand.stream = stream_dial(tcp_streams(hand.tcp), 0);
    tcp_neighbour(hand.tcp, 8, NULL);
    cr_assert_eq(hand_state(&hand), TCP_RESOLVING);
    tcp_neighbour(hand.tcp, 7, NULL);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_UNREACHABLE);
    hand_discard(&hand);
    hand.pair->end[0].route = TCP_ROUTE_NONE;
    hand.stream = stream_dial(tcp_streams(hand.tcp), 0);
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_UNREACHABLE);
    struct stream_room room;
    struct stream_rooms rooms;
    cr_assert_eq(stream_reserve(hand.stream, 100, &room), STREAM_GONE);
    cr_assert_eq(stream_reserve_many(hand.stream, 4000, &rooms), STREAM_GONE);
    hand_free(&hand);
}

Test(tcp_open, a_syn_ack_waits_for_resolution) {
    struct hand hand = make();
    hand.pair->end[0].route = TCP_ROUTE_UNRESOLVED;
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    hand_send(&hand, &syn);
    hand_expect_nothing(&hand);
    struct ethernet_address at = pair_ethernet(1);
    tcp_neighbour(hand.tcp, 7, &at);
    hand_expect(&hand, TCP_SYN | TCP_ACK);
    hand_expect_nothing(&hand);
    knock(&hand, 3000);
    tcp_neighbour(hand.tcp, 7, NULL);
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1, "only who waits for it goes");
    hand_free(&hand);
}

Test(tcp_open, a_neighbour_that_moves_is_followed) {
    struct hand hand = make();
    hand_connect(&hand);
    struct ethernet_address at = {{2, 9, 9, 9, 9, 9}};
    tcp_neighbour(hand.tcp, 7, NULL);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    tcp_neighbour(hand.tcp, 7, &at);
    cr_assert_eq(pair_write(hand.stream, BYTES("x")), STREAM_OK);
    struct bytes frame = nic_sim_sent(hand.pair->end[0].sim);
    cr_assert(memcmp(frame.data, at.byte, ETHERNET_ADDRESS_BYTES) == 0);
    hand_free(&hand);
}

/* Numbers and ports. */

Test(tcp_open, ports_and_numbers_differ) {
    struct hand hand = make();
    uint16_t ports[6];
    uint32_t numbers[6];
    for (int i = 0; i < 6; i++) {
        struct tcp_segment syn = hand_dialled(&hand);
        ports[i] = syn.from_port;
        numbers[i] = syn.seq.value;
        cr_assert(ports[i] >= 40000 && ports[i] <= 40099);
        for (int j = 0; j < i; j++) {
            cr_assert_neq(ports[i], ports[j]);
            cr_assert_neq(numbers[i], numbers[j]);
        }
    }
    hand_free(&hand);
}

/* RFC 6528 §3: the number of a dial from the one port there is, after `time`. */
static uint32_t number_after(struct hand *hand, struct duration time) {
    hand_pass(hand, time);
    uint32_t number = hand_dialled(hand).seq.value;
    hand_discard(hand);
    return number;
}

Test(tcp_open, initial_numbers_follow_the_clock_and_the_secret) {
    struct tcp_setup setup = pair_setup();
    setup.port_last = setup.port_first;
    uint32_t numbers[2];
    for (unsigned i = 0; i < 2; i++) {
        setup.seed.key[1] = (unsigned char)i; /* the first is the side's */
        struct hand hand = hand_make(&setup);
        numbers[i] = number_after(&hand, (struct duration){0});
        uint32_t later = number_after(&hand, (struct duration){.ns = 4000 * NS_PER_US});
        cr_assert_eq(later - numbers[i], 1000, "one every 4 us, not %u", later - numbers[i]);
        hand_free(&hand);
    }
    cr_assert_neq(numbers[0], numbers[1], "another secret, other numbers");
}

/* RFC 7323 §5.4, §7.1: the next incarnation of a flow goes on with its clock, and no two flows show
 * each other's, nor the host's. */
Test(tcp_open, timestamps_tick_a_millisecond_from_an_offset_of_the_flow) {
    struct tcp_setup setup = pair_setup();
    setup.port_last = setup.port_first;
    struct hand hand = hand_make(&setup);
    uint32_t values[2];
    for (int i = 0; i < 2; i++) {
        struct tcp_segment syn = hand_dialled(&hand);
        cr_assert(syn.has_timestamps);
        values[i] = syn.ts_value;
        hand_discard(&hand);
        hand_pass(&hand, (struct duration){.ns = 1500 * NS_PER_US});
        hand_pass(&hand, (struct duration){.ns = 5500 * NS_PER_US});
    }
    cr_expect_eq(values[1] - values[0], 7, "%u", values[1] - values[0]);
    hand_free(&hand);

    hand = make();
    values[0] = hand_dialled(&hand).ts_value;
    values[1] = hand_dialled(&hand).ts_value;
    uint32_t host_ms = (uint32_t)(hand.pair->now.mono.ns / NS_PER_MS);
    cr_expect_gt((uint32_t)abs((int)(values[1] - values[0])), 1000, "another port, another clock");
    cr_expect_gt((uint32_t)abs((int)(values[0] - host_ms)), 1000);
    hand_free(&hand);
}

Test(tcp_open, no_port_or_no_slot_is_no_stream) {
    struct tcp_setup setup = pair_setup();
    setup.port_last = setup.port_first + 1;
    struct hand hand = hand_make(&setup);
    cr_assert_not_null(stream_dial(tcp_streams(hand.tcp), 0));
    cr_assert_not_null(stream_dial(tcp_streams(hand.tcp), 0));
    cr_assert_null(stream_dial(tcp_streams(hand.tcp), 0));
    hand_free(&hand);
    hand = make();
    for (int i = 0; i < 8; i++) {
        cr_assert_not_null(stream_dial(tcp_streams(hand.tcp), 0));
    }
    cr_assert_null(stream_dial(tcp_streams(hand.tcp), 0));
    hand_free(&hand);
}

#define CROWD 1000

/* Dials until there is a stream; how often, each time looking at no more ports than it may. */
static uint32_t dials_needed(struct hand *hand) {
    for (uint32_t dials = 1; dials < 1000; dials++) {
        uint32_t before = hand->tcp->port_next;
        struct stream *stream = stream_dial(tcp_streams(hand->tcp), 0);
        cr_assert_leq(hand->tcp->port_next - before, TCP_PORTS_TRIED_MAX);
        if (stream != NULL) {
            nic_sim_drop_sent(hand->pair->end[0].sim);
            return dials;
        }
    }
    cr_assert_fail("no port");
    return 0;
}

Test(tcp_open, a_crowded_range_of_ports_is_searched_in_parts) {
    struct tcp_setup setup = pair_setup();
    setup.limits.connections_max = CROWD;
    setup.port_last = setup.port_first + CROWD - 1;
    struct hand hand = hand_make(&setup);
    for (int i = 0; i < CROWD; i++) {
        cr_assert_eq(dials_needed(&hand), 1);
    }
    static const uint32_t slots[] = {900, 501, 500, 63, 64, 0};
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        stream_discard(tcp_streams(hand.tcp), &hand.tcp->connections[slots[i]].stream);
        uint32_t dials = dials_needed(&hand);
        cr_assert_leq(dials, CROWD / TCP_PORTS_TRIED_MAX + 1, "%u", dials);
    }
    hand_free(&hand);
}

/* All its SYN-ACKs were lost; the last answer gets the time it takes. */
Test(tcp_open, an_embryo_that_answered_just_now_is_not_dropped) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    struct tcp_segment answer;
    hand_send(&hand, &syn);
    for (int i = 0; i < 5; i++) {
        hand_pass(&hand, pair_ms(1000 << i));
    }
    hand_pass(&hand, pair_ms(31999));
    while (pair_take(hand.pair, 0, &answer, NULL)) {
    }
    hand_send(&hand, &syn);
    answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
    hand_pass(&hand, pair_ms(999));
    cr_assert_eq(tcp_counters(hand.tcp)->embryos, 1);
    hand.seq = tcp_seq_add(syn.seq, 1);
    hand.ack = tcp_seq_add(answer.seq, 1);
    hand_say(&hand, TCP_ACK, bytes_of("", 0));
    cr_assert_not_null(stream_accept(tcp_streams(hand.tcp), 0));
    hand_free(&hand);
}

/* SYN-ACKs that left since. */
static uint32_t take_answers(struct hand *hand) {
    struct tcp_segment answer;
    uint32_t count = 0;
    while (pair_take(hand->pair, 0, &answer, NULL)) {
        cr_assert_eq(answer.flags, TCP_SYN | TCP_ACK);
        count++;
    }
    return count;
}

/* A SYN every 100 ms, for as long as there is a memory of the first. */
Test(tcp_open, who_repeats_a_syn_for_ever_is_answered_and_kept_within_limits) {
    struct hand hand = make();
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    uint32_t answers = 0;
    uint32_t tenths = 0;
    hand_send(&hand, &syn);
    do {
        hand_send(&hand, &syn);
        answers += take_answers(&hand);
        hand_pass(&hand, pair_ms(100));
        answers += take_answers(&hand);
        tenths++;
    } while (tcp_counters(hand.tcp)->embryos == 1 && tenths < 10000);
    cr_expect_eq(answers, 12, "6 by time-outs, 6 to the others: %u", answers);
    cr_expect(tenths >= 630 && tenths <= 640, "1 + 2 + 4 + 8 + 16 + 32 s: %u", tenths);
    cr_expect_gt(tcp_counters(hand.tcp)->challenges_withheld, 500);
    hand_free(&hand);
}

/* Which SYN-ACK it acknowledges is not known, so it tells nothing of the way's length (Karn). */
Test(tcp_open, a_handshake_with_a_repeated_syn_gives_no_round_trip_time) {
    for (int repeated = 0; repeated < 2; repeated++) {
        struct hand hand = make();
        struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
        hand_send(&hand, &syn);
        hand_pass(&hand, pair_ms(500));
        if (repeated) {
            hand_send(&hand, &syn);
        }
        hand.ack = tcp_seq_add(hand_expect(&hand, TCP_SYN | TCP_ACK).seq, 1);
        hand.seq = tcp_seq_add(syn.seq, 1);
        hand_say(&hand, TCP_ACK, bytes_of("", 0));
        hand.stream = stream_accept(tcp_streams(hand.tcp), 0);
        cr_assert_not_null(hand.stream);
        cr_expect_eq(tcp_info(hand.stream).srtt.ns, repeated ? 0 : 500 * NS_PER_MS);
        hand_free(&hand);
    }
}
