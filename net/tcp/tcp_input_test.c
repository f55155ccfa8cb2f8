/* What an established connection takes, and in which order it judges: RFC 9293 §3.10.7.4, RFC 5961,
 * RFC 7323. Each case runs with numbers that wrap, and with the fast path on and off. */
#include "net/tcp/tcp_hand_test_fixture.h"

#define WINDOW 65536

static struct hand make(bool timestamps) {
    struct tcp_setup setup = pair_setup();
    struct hand hand = hand_make(&setup);
    hand.seq = tcp_seq_of(UINT32_MAX - 2);
    hand.timestamps = timestamps;
    hand_connect(&hand);
    return hand;
}

static struct tcp_seq plus(struct tcp_seq seq, int32_t distance) {
    return tcp_seq_add(seq, (uint32_t)distance);
}

/* An ACK that changes nothing. */
static void expect_answer(struct hand *hand) {
    hand_expect_ack(hand);
    cr_assert_eq(hand_state(hand), TCP_ESTABLISHED);
}

/* First: sequence. The window is [rcv_nxt, rcv_nxt + 65535) until the first offer; here more has
 * been read meanwhile, so its edge is asked for. */
static int32_t edge_of(const struct hand *hand) {
    return (int32_t)tcp_info(hand->stream).rcv_window;
}

struct arrival {
    int32_t distance; /* from rcv_nxt, or from the edge of the window */
    bool from_edge;
    uint32_t bytes;
    uint32_t delivered; /* at once */
    bool answered;      /* at once */
};

static void check_arrival(const struct arrival *arrival) {
    struct hand hand = make(false);
    struct tcp_seq seq = plus(hand.seq, arrival->distance);
    if (arrival->from_edge) {
        seq = plus(seq, edge_of(&hand));
    }
    hand_text(&hand, seq, TCP_ACK, arrival->bytes);
    cr_assert_eq(tcp_info(hand.stream).bytes_in, arrival->delivered);
    hand.seq = plus(hand.seq, (int32_t)arrival->delivered);
    if (arrival->answered) {
        struct tcp_segment ack = hand_expect(&hand, TCP_ACK);
        cr_assert_eq(ack.ack.value, hand.seq.value);
    }
    hand_expect_nothing(&hand);
    cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
    hand_free(&hand);
}

Test(tcp_input, what_the_window_takes) {
    static const struct arrival arrivals[] = {
        {.distance = 0, .bytes = 100, .delivered = 100},
        {.distance = 0, .bytes = 0},
        {.distance = -1, .bytes = 0, .answered = true}, /* a keep-alive */
        {.distance = -1, .bytes = 1, .answered = true},
        {.distance = -100, .bytes = 100, .answered = true},
        {.distance = -100, .bytes = 101, .delivered = 1, .answered = true},
        {.distance = -1000, .bytes = 1300, .delivered = 300, .answered = true},
        {.distance = 1, .bytes = 10, .answered = true},
        {.from_edge = true, .distance = -1, .bytes = 1, .answered = true},
        {.from_edge = true, .distance = -1, .bytes = 100, .answered = true},
        {.from_edge = true, .distance = 0, .bytes = 1, .answered = true},
        {.from_edge = true, .distance = 0, .bytes = 0},
        {.from_edge = true, .distance = 1, .bytes = 0, .answered = true},
        {.from_edge = true, .distance = 100000, .bytes = 100, .answered = true},
    };
    for (size_t i = 0; i < sizeof(arrivals) / sizeof(arrivals[0]); i++) {
        check_arrival(&arrivals[i]);
    }
}

/* Text of two full segments is acknowledged without waiting for the end of the turn. */
Test(tcp_input, every_second_segment_is_acknowledged_at_once) {
    struct hand hand = make(false);
    for (int i = 0; i < 4; i++) {
        char text[1400] = {0};
        hand_say(&hand, TCP_ACK, bytes_of(text, sizeof(text)));
        hand_say(&hand, TCP_ACK, bytes_of(text, 60));
        hand_expect_nothing(&hand);
        hand_say(&hand, TCP_ACK, bytes_of(text, sizeof(text)));
        hand_say(&hand, TCP_ACK, bytes_of(text, 60));
        hand_expect_ack(&hand);
        hand_read(&hand);
    }
    tcp_flush(hand.tcp);
    hand_expect_nothing(&hand);
    hand_free(&hand);
}

Test(tcp_input, text_is_acknowledged_at_the_end_of_the_turn) {
    struct hand hand = make(true);
    hand_say(&hand, TCP_ACK, BYTES("one"));
    hand_say(&hand, TCP_ACK, BYTES("two"));
    hand_expect_nothing(&hand);
    tcp_flush(hand.tcp);
    hand_expect_ack(&hand);
    hand_say(&hand, TCP_ACK, BYTES("three"));
    cr_assert_eq(pair_write(hand.stream, BYTES("answer")), STREAM_OK);
    struct tcp_segment answer = hand_expect(&hand, TCP_ACK);
    cr_assert_eq(answer.ack.value, hand.seq.value, "it carries the acknowledgement");
    tcp_flush(hand.tcp);
    hand_expect_nothing(&hand);
    hand_free(&hand);
}

/* Second: RST. */
Test(tcp_input, resets_by_where_they_stand) {
    static const struct {
        int32_t distance;
        bool from_edge, closes, challenged;
    } cases[] = {
        {.distance = 0, .closes = true},
        {.distance = 1, .challenged = true},
        {.distance = -1, .from_edge = true, .challenged = true},
        {.distance = -1},
        {.distance = 1, .from_edge = true},
        {.distance = 1 << 30},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hand hand = make(false);
        struct tcp_segment reset = hand_segment(&hand, TCP_RST);
        reset.seq = plus(hand.seq, cases[i].distance + (cases[i].from_edge ? edge_of(&hand) : 0));
        hand_send(&hand, &reset);
        if (cases[i].challenged) {
            expect_answer(&hand);
        }
        hand_expect_nothing(&hand);
        cr_assert_eq(stream_close_reason(hand.stream),
                     cases[i].closes ? STREAM_CLOSE_RESET : STREAM_CLOSE_NONE);
        hand_discard(&hand);
        hand_free(&hand);
    }
}

/* Fourth: SYN. */
Test(tcp_input, a_syn_is_challenged_wherever_it_stands) {
    static const int32_t distances[] = {-1000, -1, 0, 10, 1 << 30};
    for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
        struct hand hand = make(false);
        struct tcp_segment syn = hand_segment(&hand, i % 2 == 0 ? TCP_SYN : TCP_SYN | TCP_ACK);
        syn.seq = plus(hand.seq, distances[i]);
        hand_send(&hand, &syn);
        expect_answer(&hand);
        hand_free(&hand);
    }
}

/* Fifth: ACK. */
Test(tcp_input, what_has_no_ack_is_dropped) {
    struct hand hand = make(false);
    static const uint8_t flags[] = {0, TCP_PSH, TCP_FIN, TCP_URG};
    for (size_t i = 0; i < sizeof(flags); i++) {
        hand_text(&hand, hand.seq, flags[i], 10);
        cr_assert_eq(tcp_info(hand.stream).bytes_in, 0);
        cr_assert_eq(hand_state(&hand), TCP_ESTABLISHED);
        hand_expect_nothing(&hand);
    }
    hand_free(&hand);
}

Test(tcp_input, acknowledgements_out_of_range) {
    static const struct {
        int32_t distance; /* from snd_nxt */
        bool taken;
    } cases[] = {
        {0, true}, {1, false}, {-HAND_WINDOW, true}, {-HAND_WINDOW - 1, false}, {1 << 30, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hand hand = make(false);
        struct tcp_seq right = hand.ack;
        hand.ack = plus(right, cases[i].distance);
        hand_text(&hand, hand.seq, TCP_ACK, 10);
        hand.ack = right;
        cr_assert_eq(tcp_info(hand.stream).bytes_in, cases[i].taken ? 10 : 0, "case %zu", i);
        if (!cases[i].taken) {
            expect_answer(&hand);
        }
        hand_free(&hand);
    }
}

/* Sixth: what is urgent comes with the rest. */
Test(tcp_input, urgent_text_is_in_band) {
    struct hand hand = make(false);
    hand_say(&hand, TCP_ACK | TCP_URG, BYTES("urgent"));
    cr_assert_eq(hand_read(&hand), 6);
    hand_free(&hand);
}

/* Timestamps. */

Test(tcp_input, an_old_timestamp_is_refused_and_answered) {
    struct hand hand = make(true);
    hand.ts_value = 1000;
    hand_say(&hand, TCP_ACK, BYTES("new"));
    tcp_flush(hand.tcp);
    cr_assert_eq(hand_expect_ack(&hand).ts_echo, 1000);
    hand.ts_value = 999;
    hand_text(&hand, hand.seq, TCP_ACK, 10);
    cr_assert_eq(hand_expect_ack(&hand).ts_echo, 1000);
    cr_assert_eq(tcp_info(hand.stream).bytes_in, 3);
    cr_assert_eq(tcp_counters(hand.tcp)->paws_drops, 1);
    hand.ts_value = 1000;
    hand_say(&hand, TCP_ACK, BYTES("again"));
    cr_assert_eq(tcp_info(hand.stream).bytes_in, 8);
    hand_free(&hand);
}

Test(tcp_input, a_reset_with_an_old_timestamp_counts) {
    struct hand hand = make(true);
    hand.ts_value = 1;
    hand_say(&hand, TCP_RST, bytes_of("", 0));
    cr_assert_eq(stream_close_reason(hand.stream), STREAM_CLOSE_RESET);
    hand_free(&hand);
}

Test(tcp_input, a_missing_timestamp_is_counted_and_forgiven) {
    struct hand hand = make(true);
    hand.timestamps = false;
    hand_say(&hand, TCP_ACK, BYTES("bare"));
    cr_assert_eq(hand_read(&hand), 4);
    cr_assert_eq(tcp_counters(hand.tcp)->timestamps_missing, 1);
    hand_free(&hand);
}

Test(tcp_input, timestamps_are_learned_only_from_what_was_taken) {
    struct hand hand = make(true);
    hand.ts_value = 200;
    struct tcp_seq right = hand.ack;
    hand.ack = plus(right, 5);
    hand_text(&hand, hand.seq, TCP_ACK, 10);
    hand.ack = right;
    cr_assert_eq(hand_expect_ack(&hand).ts_echo, 100, "its ACK was for what was never sent");
    hand.ts_value = 300;
    hand_text(&hand, plus(hand.seq, 200000), TCP_ACK, 10);
    cr_assert_eq(hand_expect_ack(&hand).ts_echo, 100, "beyond the window");
    hand.ts_value = 400;
    hand_text(&hand, plus(hand.seq, 100), TCP_ACK, 10);
    cr_assert_eq(hand_expect(&hand, TCP_ACK).ts_echo, 100, "beyond the last ACK");
    hand.ts_value = 350;
    hand_text(&hand, plus(hand.seq, -10), TCP_ACK, 5);
    cr_assert_eq(hand_expect(&hand, TCP_ACK).ts_echo, 100, "below the window");
    hand.ts_value = 300;
    hand_say(&hand, TCP_ACK, BYTES("right"));
    tcp_flush(hand.tcp);
    cr_assert_eq(hand_expect(&hand, TCP_ACK).ts_echo, 300);
    hand_free(&hand);
}

Test(tcp_input, after_24_days_any_timestamp_will_do) {
    struct hand hand = make(true);
    hand.pair->now.mono.ns += 24 * INT64_C(86400) * NS_PER_S - NS_PER_S;
    hand_pass(&hand, pair_ms(0));
    hand.ts_value = 50;
    hand_text(&hand, hand.seq, TCP_ACK, 10);
    hand_expect_ack(&hand);
    hand_pass(&hand, pair_ms(1000));
    hand_say(&hand, TCP_ACK, BYTES("at last"));
    tcp_flush(hand.tcp);
    cr_assert_eq(hand_expect_ack(&hand).ts_echo, 50);
    hand_free(&hand);
}

/* Limits. */

Test(tcp_input, answers_are_limited_only_to_what_says_nothing) {
    struct tcp_setup setup = pair_setup();
    setup.corrections_per_second = 3;
    struct hand hand = hand_make(&setup);
    hand_connect(&hand);
    for (int i = 0; i < 10; i++) {
        hand_text(&hand, plus(hand.seq, -1), TCP_ACK, 0);
    }
    for (int i = 0; i < 3; i++) {
        hand_expect(&hand, TCP_ACK);
    }
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->corrections_withheld, 7);
    for (int i = 0; i < 10; i++) {
        hand_text(&hand, plus(hand.seq, -10), TCP_ACK, 10);
        expect_answer(&hand);
    }
    hand_pass(&hand, pair_ms(1000));
    hand_text(&hand, plus(hand.seq, -1), TCP_ACK, 0);
    expect_answer(&hand);
    hand_free(&hand);
}

static bool seed_allows_two(const struct tcp_setup *setup) {
    struct tcp_budget budget = {0};
    struct now now = {.mono = {.ns = 5 * NS_PER_S}};
    return tcp_budget_take(&budget, 2, &setup->seed, now) &&
           tcp_budget_take(&budget, 2, &setup->seed, now);
}

static void expect_two_challenges_of_five(const struct tcp_setup *setup) {
    struct hand hand = hand_make(setup);
    hand_connect(&hand);
    for (int i = 0; i < 5; i++) {
        struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
        hand_send(&hand, &syn);
    }
    hand_expect(&hand, TCP_ACK);
    hand_expect(&hand, TCP_ACK);
    hand_expect_nothing(&hand);
    cr_assert_eq(tcp_counters(hand.tcp)->challenges, 2);
    cr_assert_eq(tcp_counters(hand.tcp)->challenges_withheld, 3);
    hand_free(&hand);
}

Test(tcp_input, challenges_are_limited_for_each) {
    struct tcp_setup setup = pair_setup();
    setup.challenges_per_connection_per_second = 2;
    expect_two_challenges_of_five(&setup);
}

/* Of two a second it is one to two, by the seed. */
Test(tcp_input, challenges_are_limited_over_all) {
    struct tcp_setup setup = pair_setup();
    setup.challenges_per_second = 2;
    do {
        setup.seed.key[0]++;
    } while (!seed_allows_two(&setup));
    expect_two_challenges_of_five(&setup);
}

/* Windows. */

/* Fills the window without reading; the number of the first byte beyond it. */
static void fill(struct hand *hand) {
    char text[1400] = {0};
    struct tcp_segment ack = {0};
    for (int i = 0; i < 1000 && edge_of(hand) > 0; i++) {
        uint32_t bytes = edge_of(hand) < 1400 ? (uint32_t)edge_of(hand) : 1400;
        hand_say(hand, TCP_ACK, bytes_of(text, bytes));
        hand_pass(hand, pair_ms(1));
        while (pair_take(hand->pair, 0, &ack, NULL)) {
        }
    }
    cr_assert_eq(edge_of(hand), 0);
    cr_assert_eq(ack.window, 0);
    cr_assert_eq(ack.ack.value, hand->seq.value);
}

Test(tcp_input, a_closed_window_answers_every_probe) {
    struct tcp_setup setup = pair_setup();
    setup.corrections_per_second = 1;
    setup.challenges_per_second = 1;
    struct hand hand = hand_make(&setup);
    hand_connect(&hand);
    fill(&hand);
    for (int i = 0; i < 20; i++) {
        hand_text(&hand, hand.seq, TCP_ACK, 1);
        cr_assert_eq(hand_expect_ack(&hand).window, 0);
    }
    cr_assert_eq(hand_read(&hand), (size_t)tcp_info(hand.stream).bytes_in);
    tcp_flush(hand.tcp);
    cr_assert_eq(hand_expect_ack(&hand).window, 65535, "and reopens unasked");
    hand_say(&hand, TCP_ACK, BYTES("x"));
    cr_assert_eq(hand_read(&hand), 1);
    hand_free(&hand);
}

Test(tcp_input, a_closed_window_takes_acks_and_fins) {
    struct hand hand = make(false);
    cr_assert_eq(pair_write(hand.stream, BYTES("ours")), STREAM_OK);
    hand_expect(&hand, TCP_ACK);
    fill(&hand);
    hand.ack = tcp_seq_add(hand.ack, 4);
    hand_text(&hand, hand.seq, TCP_ACK, 1);
    cr_assert_eq(tcp_info(hand.stream).snd_una.value, hand.ack.value);
    hand_expect_ack(&hand);
    hand_say(&hand, TCP_ACK | TCP_FIN, bytes_of("", 0));
    cr_assert_eq(hand_state(&hand), TCP_CLOSE_WAIT);
    hand_expect_ack(&hand);
    hand_free(&hand);
}

Test(tcp_input, a_fin_beyond_the_window_is_not_believed) {
    struct hand hand = make(false);
    fill(&hand);
    hand_text(&hand, hand.seq, TCP_ACK | TCP_FIN, 5);
    expect_answer(&hand);
    hand_free(&hand);
}

/* The window is reopened by as much as is worth a segment, not byte by byte. */
Test(tcp_input, small_reads_do_not_open_the_window) {
    struct hand hand = make(false);
    fill(&hand);
    for (int i = 0; i < 2918; i++) {
        cr_assert_gt(stream_peek(hand.stream, 1).len, 0);
        stream_consume(hand.stream, 1, STREAM_PLAIN);
        tcp_flush(hand.tcp);
        hand_expect_nothing(&hand);
    }
    stream_consume(hand.stream, 1, STREAM_PLAIN);
    tcp_flush(hand.tcp);
    cr_assert_eq(hand_expect_ack(&hand).window, 2920);
    hand_free(&hand);
}

/* A peer whose probe of our closed window is out stands a byte beyond it, and is heard all the
 * same. */
Test(tcp_input, who_probed_a_closed_window_is_heard) {
    struct hand hand = make(false);
    cr_assert_eq(pair_write(hand.stream, BYTES("ours")), STREAM_OK);
    hand_expect(&hand, TCP_ACK);
    fill(&hand);
    hand_text(&hand, hand.seq, TCP_ACK, 1);
    hand_expect(&hand, TCP_ACK);
    hand_expect_nothing(&hand);
    hand.ack = tcp_seq_add(hand.ack, 4);
    hand_text(&hand, plus(hand.seq, 1), TCP_ACK, 0);
    cr_assert_eq(tcp_info(hand.stream).snd_una.value, hand.ack.value);
    hand_expect_nothing(&hand);
    hand_text(&hand, plus(hand.seq, 2), TCP_ACK, 0);
    expect_answer(&hand);
    hand_free(&hand);
}

/* What goes back to the pool unread may be the second copy of a secret. */
static bool pool_holds(struct hand *hand, struct bytes word) {
    struct nic *nic = nic_sim_nic(hand->pair->end[0].sim);
    struct packet *taken[PAIR_RECEIVE_PACKETS];
    bool found = false;
    uint32_t count = 0;
    /* Short frames overwrite little; what lies behind them in the buffers is what is looked at. */
    while (nic_sim_put(hand->pair->end[0].sim, BYTES("x")) &&
           nic_receive(nic, hand->pair->now, &taken[count], 1) == 1) {
        const struct packet *packet = taken[count++];
        found = found || memmem(packet->buffer, packet->buffer_bytes, word.data, word.len) != NULL;
    }
    while (count > 0) {
        nic_give(taken[--count]);
    }
    return found;
}

Test(tcp_input, what_is_dropped_is_wiped) {
    struct bytes word = BYTES("correct horse battery staple");
    static const int32_t distances[] = {-100, -10, 100000, 65530, 5};
    for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
        struct hand hand = make(false);
        for (int twice = 0; twice < 2; twice++) {
            struct tcp_segment segment = hand_segment(&hand, TCP_ACK);
            segment.seq = plus(hand.seq, distances[i]);
            pair_inject(hand.pair, 0, &segment, word);
        }
        hand_discard(&hand);
        cr_assert(!pool_holds(&hand, word), "case %zu", i);
        hand_free(&hand);
    }
    struct hand hand = make(false);
    hand_say(&hand, TCP_ACK, word);
    stream_consume(hand.stream, stream_peek(hand.stream, 0).len, STREAM_PLAIN);
    cr_assert(pool_holds(&hand, word), "the search finds what is there");
    hand_free(&hand);
}

/* Whatever the scale: the edge as the peer works it out goes back only when there is no room for
 * the unit that rounding takes, and never by a whole one. */
Test(tcp_input, the_windows_edge_does_not_go_back) {
    struct tcp_setup setup = pair_setup();
    setup.limits.stream.receive_bytes = 1000003;
    struct hand hand = hand_make(&setup);
    struct tcp_segment syn = hand_segment(&hand, TCP_SYN);
    syn.window_scale = 0;
    hand_send(&hand, &syn);
    struct tcp_segment answer = hand_expect(&hand, TCP_SYN | TCP_ACK);
    cr_assert_eq(answer.window_scale, 4);
    hand.seq = tcp_seq_add(syn.seq, 1);
    hand.ack = tcp_seq_add(answer.seq, 1);
    hand_say(&hand, TCP_ACK, BYTES("x"));
    hand.stream = stream_accept(tcp_streams(hand.tcp), 0);
    struct tcp_seq edge = hand.seq;
    char text[1400] = {0};
    for (uint32_t i = 0; i < 3000; i++) {
        tcp_flush(hand.tcp);
        struct tcp_segment ack = hand_expect(&hand, TCP_ACK);
        struct tcp_seq told = tcp_seq_add(ack.ack, (uint32_t)ack.window << 4);
        uint32_t unread = tcp_seq_since(hand.seq, tcp_seq_of(HAND_ISS + 1));
        cr_assert_leq(tcp_seq_since(told, tcp_seq_of(HAND_ISS + 1)), 1000003);
        if (tcp_seq_before(told, edge)) {
            cr_assert_lt(tcp_seq_since(edge, told), 16);
            cr_assert_gt(tcp_seq_since(edge, tcp_seq_of(HAND_ISS + 1)), 1000003 - 16, "%u unread",
                         unread);
        }
        edge = tcp_seq_later(edge, told);
        uint32_t bytes = i < 1000 ? 1 + i % 7 : 1 + i % 1400;
        uint32_t room = tcp_info(hand.stream).rcv_window;
        bytes = bytes < room ? bytes : room;
        if (bytes == 0) {
            break;
        }
        hand_say(&hand, TCP_ACK, bytes_of(text, bytes));
        hand_pass(&hand, pair_ms(1));
    }
    cr_assert_eq(tcp_info(hand.stream).rcv_window, 0);
    hand_free(&hand);
}
