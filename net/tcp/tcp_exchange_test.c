/* Two endpoints of ours, from the handshake to the end, over a wire that behaves or does not. */
#include "core/base/test_seed.h"
#include "net/tcp/tcp_test_fixture.h"

#define EXCHANGE_BYTES 200000

struct exchange {
    uint32_t written[2], read[2]; /* by side */
};

static char byte_at(uint32_t side, uint32_t offset) {
    return (char)(offset * 13 + offset / 509 + side * 101);
}

static void write_some(struct pair *pair, struct exchange *exchange, struct stream *stream,
                       uint32_t side) {
    for (;;) {
        uint32_t left = EXCHANGE_BYTES - exchange->written[side];
        uint32_t bytes = 1 + (uint32_t)prng_below(&pair->prng, 1400);
        bytes = bytes < left ? bytes : left;
        char text[1400];
        for (uint32_t i = 0; i < bytes; i++) {
            text[i] = byte_at(side, exchange->written[side] + i);
        }
        if (bytes == 0 || pair_write(stream, bytes_of(text, bytes)) != STREAM_OK) {
            return;
        }
        exchange->written[side] += bytes;
    }
}

static void read_some(struct pair *pair, struct exchange *exchange, struct stream *stream,
                      uint32_t side) {
    for (;;) {
        size_t at_least = prng_below(&pair->prng, 2) == 0 ? 0 : prng_below(&pair->prng, 4096);
        struct bytes view = stream_peek(stream, at_least);
        if (view.len == 0 || prng_below(&pair->prng, 4) == 0) {
            return;
        }
        size_t count = 1 + prng_below(&pair->prng, view.len);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(view.data[i], byte_at(1 - side, exchange->read[side] + (uint32_t)i),
                         "byte %u", exchange->read[side] + (uint32_t)i);
        }
        exchange->read[side] += (uint32_t)count;
        stream_consume(stream, count, STREAM_PLAIN);
    }
}

/* Until both have read all and closed; the time it took. */
static struct duration exchange_all(struct pair *pair, struct stream *streams[2]) {
    struct exchange exchange = {0};
    struct instant start = pair->now.mono;
    for (uint32_t steps = 0;
         stream_state(streams[0]) != STREAM_CLOSED || stream_state(streams[1]) != STREAM_CLOSED;
         steps++) {
        cr_assert_lt(steps, 200000, "stuck: %u %u written, %u %u read", exchange.written[0],
                     exchange.written[1], exchange.read[0], exchange.read[1]);
        for (uint32_t side = 0; side < 2; side++) {
            read_some(pair, &exchange, streams[side], side);
            write_some(pair, &exchange, streams[side], side);
            if (exchange.written[side] == EXCHANGE_BYTES) {
                stream_finish(streams[side]);
            }
        }
        pair_step(pair, pair_ms(10));
    }
    read_some(pair, &exchange, streams[0], 0);
    for (uint32_t side = 0; side < 2; side++) {
        for (int i = 0; i < 100; i++) {
            read_some(pair, &exchange, streams[side], side);
        }
        cr_assert_eq(exchange.read[side], EXCHANGE_BYTES, "side %u read %u, %s", side,
                     exchange.read[side],
                     stream_close_reason_name(stream_close_reason(streams[side])));
        cr_assert_eq(stream_close_reason(streams[side]), STREAM_CLOSE_FINISHED, "%s",
                     stream_close_reason_name(stream_close_reason(streams[side])));
    }
    return instant_since(pair->now.mono, start);
}

static void discard_both(struct pair *pair, struct stream *streams[2]) {
    for (uint32_t side = 0; side < 2; side++) {
        stream_discard(tcp_streams(pair->end[side].tcp), streams[side]);
    }
}

Test(tcp_exchange, connects_and_agrees_on_options) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct stream *streams[2];
    pair_connect(pair, streams);
    for (uint32_t side = 0; side < 2; side++) {
        struct tcp_info info = tcp_info(streams[side]);
        cr_assert_eq(info.state, TCP_ESTABLISHED);
        cr_assert_eq(info.mss, 1500 - 40 - TCP_TIMESTAMPS_BYTES);
        cr_assert(info.sack && info.timestamps);
        cr_assert_eq(info.snd_scale, 1);
        cr_assert_eq(info.rcv_scale, 1);
        cr_assert_eq(info.srtt.ns, 2 * pair->delay.ns, "%lld", (long long)info.srtt.ns);
    }
    cr_assert_eq(pair->carried, 3);
    discard_both(pair, streams);
    pair_free(pair);
}

Test(tcp_exchange, a_lossless_exchange_repeats_nothing) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct stream *streams[2];
    pair_connect(pair, streams);
    exchange_all(pair, streams);
    for (uint32_t side = 0; side < 2; side++) {
        const struct tcp_counters *counters = tcp_counters(pair->end[side].tcp);
        cr_assert_eq(counters->retransmissions, 0);
        cr_assert_eq(counters->duplicate_bytes, 0);
        cr_assert_eq(counters->corrections + counters->challenges, 0);
        cr_assert_eq(counters->unacceptable, 0);
    }
    discard_both(pair, streams);
    pair_free(pair);
}

struct weather {
    uint32_t lose, repeat, late;
};

/* However bad the weather, nobody gives up. */
static void make_patient(struct pair *pair) {
    for (uint32_t side = 0; side < 2; side++) {
        struct tcp *tcp = pair->end[side].tcp;
        struct tcp_profile *profiles[] = {&tcp->peers[0].profile,
                                          &tcp->listeners[0].listener.profile};
        for (int i = 0; i < 2; i++) {
            profiles[i]->connect_timeout = pair_ms(3600 * 1000);
            profiles[i]->user_timeout = pair_ms(3600 * 1000);
            profiles[i]->fin_wait = pair_ms(3600 * 1000);
        }
    }
}

static void exchange_in(const struct weather *weather, const struct tcp_setup *setup,
                        uint64_t seed) {
    struct pair *pair = pair_make(setup);
    make_patient(pair);
    prng_seed(&pair->prng, seed);
    struct stream *streams[2];
    pair->repeat_in_1000 = weather->repeat;
    pair->late_in_1000 = weather->late;
    /* Whose last segment of the handshake is lost each time is open at one end, and waits there for
     * the other to speak. */
    pair_connect(pair, streams);
    pair->lose_in_1000 = weather->lose;
    exchange_all(pair, streams);
    pair->lose_in_1000 = 0;
    discard_both(pair, streams);
    pair_run(pair, pair_ms(61000));
    for (uint32_t side = 0; side < 2; side++) {
        cr_assert_eq(tcp_counters(pair->end[side].tcp)->time_waits, 0);
        cr_assert_eq(tcp_counters(pair->end[side].tcp)->connections, 0);
    }
    pair_free(pair);
}

Test(tcp_exchange, all_arrives_in_any_weather) {
    static const struct weather weathers[] = {
        {10, 0, 0}, {100, 0, 0}, {0, 100, 0}, {0, 0, 300}, {20, 20, 200}, {200, 50, 200},
    };
    uint64_t seed = test_seed("all_arrives_in_any_weather");
    for (size_t i = 0; i < sizeof(weathers) / sizeof(weathers[0]); i++) {
        struct tcp_setup setup = pair_setup();
        exchange_in(&weathers[i], &setup, seed + i);
        setup.limits.stream.receive_bytes = 4096;
        setup.isn_is_fixed = true;
        setup.isn = UINT32_MAX - 5000;
        exchange_in(&weathers[i], &setup, seed + i);
        setup.slow_only = true;
        exchange_in(&weathers[i], &setup, seed + i);
    }
}

/* The fast path changes nothing but the time it takes: the same frames leave at the same times. */
static uint64_t trace_of(const struct tcp_setup *setup, uint64_t seed, uint64_t *fast) {
    struct pair *pair = pair_make(setup);
    prng_seed(&pair->prng, seed);
    pair->lose_in_1000 = 5;
    pair->late_in_1000 = 20;
    struct stream *streams[2];
    pair_connect(pair, streams);
    struct exchange exchange = {0};
    uint64_t trace = 0;
    for (int step = 0; step < 3000; step++) {
        for (uint32_t side = 0; side < 2; side++) {
            read_some(pair, &exchange, streams[side], side);
            write_some(pair, &exchange, streams[side], side);
        }
        pair_flush(pair);
        for (uint32_t i = 0; i < pair->frame_count; i++) {
            const struct pair_frame *frame = &pair->frames[i];
            struct hash_seed key = {{1}};
            trace = trace * 31 + hash_bytes(bytes_of(frame->data, frame->bytes), &key) +
                    (uint64_t)frame->due.ns;
        }
        pair_step(pair, pair_ms(10));
    }
    *fast = tcp_counters(pair->end[0].tcp)->fast + tcp_counters(pair->end[1].tcp)->fast;
    discard_both(pair, streams);
    pair_free(pair);
    return trace;
}

Test(tcp_exchange, the_fast_path_sends_the_same_frames) {
    uint64_t seed = test_seed("the_fast_path_sends_the_same_frames");
    for (uint64_t i = 0; i < 5; i++) {
        struct tcp_setup setup = pair_setup();
        uint64_t fast, none;
        uint64_t with = trace_of(&setup, seed + i, &fast);
        setup.slow_only = true;
        cr_assert_eq(trace_of(&setup, seed + i, &none), with);
        cr_assert_gt(fast, 50);
        cr_assert_eq(none, 0);
    }
}

Test(tcp_exchange, half_close_still_delivers) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct stream *streams[2];
    pair_connect(pair, streams);
    stream_finish(streams[0]);
    pair_run(pair, pair_ms(5));
    cr_assert_eq(stream_state(streams[1]), STREAM_PEER_FINISHED);
    cr_assert_eq(tcp_info(streams[0]).state, TCP_FIN_WAIT_2);
    /* Longer in all than FIN_WAIT_2 would wait for a silent peer. */
    for (int i = 0; i < 10; i++) {
        cr_assert_eq(pair_write(streams[1], BYTES("still here")), STREAM_OK);
        pair_run(pair, pair_ms(20000));
        cr_assert_eq(stream_peek(streams[0], 10).len, 10);
        stream_consume(streams[0], 10, STREAM_PLAIN);
    }
    stream_finish(streams[1]);
    pair_run(pair, pair_ms(5));
    cr_assert_eq(stream_close_reason(streams[0]), STREAM_CLOSE_FINISHED);
    cr_assert_eq(stream_close_reason(streams[1]), STREAM_CLOSE_FINISHED);
    cr_assert_eq(tcp_counters(pair->end[0].tcp)->time_waits, 1);
    cr_assert_eq(tcp_counters(pair->end[1].tcp)->time_waits, 0);
    discard_both(pair, streams);
    pair_free(pair);
}

Test(tcp_exchange, both_finish_at_once) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct stream *streams[2];
    pair_connect(pair, streams);
    stream_finish(streams[0]);
    stream_finish(streams[1]);
    pair_run(pair, pair_ms(5));
    for (uint32_t side = 0; side < 2; side++) {
        cr_assert_eq(stream_close_reason(streams[side]), STREAM_CLOSE_FINISHED);
        cr_assert_eq(tcp_counters(pair->end[side].tcp)->time_waits, 1);
    }
    discard_both(pair, streams);
    pair_free(pair);
}

Test(tcp_exchange, abort_resets_the_peer) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct stream *streams[2];
    pair_connect(pair, streams);
    cr_assert_eq(pair_write(streams[0], BYTES("last words")), STREAM_OK);
    pair_run(pair, pair_ms(5));
    stream_abort(streams[0]);
    pair_run(pair, pair_ms(5));
    cr_assert_eq(stream_close_reason(streams[1]), STREAM_CLOSE_RESET);
    cr_assert_eq(stream_peek(streams[1], 0).len, 10, "what came before stays readable");
    discard_both(pair, streams);
    pair_free(pair);
}

/* The reset gets lost: the survivor finds out when it speaks. */
Test(tcp_exchange, a_lost_reset_is_made_good_for) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct stream *streams[2];
    pair_connect(pair, streams);
    pair->lose_in_1000 = 1000;
    stream_discard(tcp_streams(pair->end[0].tcp), streams[0]);
    pair_run(pair, pair_ms(5));
    pair->lose_in_1000 = 0;
    cr_assert_eq(stream_state(streams[1]), STREAM_OPEN);
    cr_assert_eq(pair_write(streams[1], BYTES("anybody?")), STREAM_OK);
    pair_run(pair, pair_ms(5));
    cr_assert_eq(stream_close_reason(streams[1]), STREAM_CLOSE_RESET);
    stream_discard(tcp_streams(pair->end[1].tcp), streams[1]);
    pair_free(pair);
}

Test(tcp_exchange, nobody_listens) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    struct tcp_peer peer = {.local = pair_address(0),
                            .remote = pair_address(1),
                            .remote_port = PAIR_PORT + 1,
                            .profile = tcp_profile_default()};
    unsigned index = tcp_add_peer(pair->end[0].tcp, &peer);
    struct stream *stream = stream_dial(tcp_streams(pair->end[0].tcp), index);
    pair_run(pair, pair_ms(5));
    cr_assert_eq(stream_close_reason(stream), STREAM_CLOSE_REFUSED);
    stream_discard(tcp_streams(pair->end[0].tcp), stream);
    pair_free(pair);
}

Test(tcp_exchange, nobody_answers) {
    struct tcp_setup setup = pair_setup();
    struct pair *pair = pair_make(&setup);
    pair->lose_in_1000 = 1000;
    struct stream *stream = stream_dial(tcp_streams(pair->end[0].tcp), 0);
    pair_run(pair, pair_ms(9999));
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
    cr_assert_eq(pair->carried, 4, "at 0, 1, 3 and 7 s");
    pair_run(pair, pair_ms(10));
    cr_assert_eq(stream_close_reason(stream), STREAM_CLOSE_TIMED_OUT);
    pair_run(pair, pair_ms(60000));
    cr_assert_eq(pair->carried, 4);
    stream_discard(tcp_streams(pair->end[0].tcp), stream);
    pair_free(pair);
}
