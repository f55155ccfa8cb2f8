/*
 * Bulk over a quick link to a host that is shared: every now and then the peer is not run for a few
 * milliseconds, dozens of round trips, and nothing of that is a loss. What is lost at the end of
 * much is found without a time-out all the same. All of it in virtual time.
 */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "net/stack_duo_test.h"

#define ONE_WAY_NS (20 * NS_PER_US)
#define RECORD_BYTES 1448
#define BULK_BYTES (UINT64_C(16) << 20)
#define BULK_BITS_PER_SECOND UINT64_C(1000000000)
#define STEP_NS (20 * NS_PER_US)
#define RUN_NS (4 * NS_PER_MS) /* a pause is expected after so long */

struct bulk {
    struct duo *duo;
    struct stream *from, *to;
    struct prng prng;
    uint64_t written, read;
};

static const struct link_sim_way quick_way = {.delay = {.ns = ONE_WAY_NS},
                                              .bits_per_second = BULK_BITS_PER_SECOND};

static struct bulk open_bulk(uint64_t seed) {
    struct duo_setup setup = duo_setup_default();
    setup.stream = (struct stream_limits){.send_bytes = 131072,
                                          .receive_bytes = 65536,
                                          .record_bytes_max = RECORD_BYTES,
                                          .gather_bytes_max = 1,
                                          .hold_bytes = RECORD_BYTES,
                                          .hold_records_max = 1};
    setup.way = quick_way;
    setup.profile = tcp_profile_default();
    setup.connections_max = 1;
    setup.ring_entries = 256;
    setup.send_packets = 512;
    setup.buffer_bytes = 2048;
    setup.seed = seed;
    struct bulk bulk = {.duo = duo_open(&setup)};
    prng_seed(&bulk.prng, seed);
    bulk.from = duo_dial(bulk.duo);
    duo_run_ms(bulk.duo, 10);
    bulk.to = duo_accept(bulk.duo);
    cr_assert_not_null(bulk.to);
    return bulk;
}

static void close_bulk(struct bulk *bulk) {
    duo_discard(bulk->duo, bulk->from);
    duo_discard(bulk->duo, bulk->to);
    duo_close(bulk->duo);
}

static bool write_record(struct bulk *bulk) {
    struct stream_room room;
    if (stream_reserve(bulk->from, RECORD_BYTES, &room) != STREAM_OK) {
        return false;
    }
    memset(room.data, 'b', RECORD_BYTES);
    stream_commit(bulk->from, RECORD_BYTES, STREAM_RELEASE_NOW, STREAM_PLAIN);
    bulk->written += RECORD_BYTES;
    return true;
}

static void read_all(struct bulk *bulk) {
    for (;;) {
        struct bytes view = stream_peek(bulk->to, 0);
        if (view.len == 0) {
            return;
        }
        stream_consume(bulk->to, view.len, STREAM_PLAIN);
        bulk->read += view.len;
    }
}

/* The sender goes on, and fills what it may, while the other is not run for `pause`. */
static void pause_peer(struct bulk *bulk, struct duration pause) {
    struct duo *duo = bulk->duo;
    for (int64_t passed_ns = 0; passed_ns < pause.ns; passed_ns += STEP_NS) {
        while (bulk->written < BULK_BYTES && write_record(bulk)) {
        }
        duo_turn_one(duo, 0);
        link_sim_turn(duo->link, duo->now);
        duo->now.mono.ns += STEP_NS;
    }
}

/* All of it, with a pause of up to `longest` now and then. */
static void transfer(struct bulk *bulk, struct duration longest) {
    while (bulk->read < BULK_BYTES) {
        while (bulk->written < BULK_BYTES && write_record(bulk)) {
        }
        duo_run(bulk->duo, (struct duration){.ns = STEP_NS});
        read_all(bulk);
        if (prng_below(&bulk->prng, RUN_NS / STEP_NS) == 0) {
            int64_t pause_ns = (int64_t)prng_below(&bulk->prng, (uint64_t)longest.ns);
            pause_peer(bulk, (struct duration){.ns = pause_ns});
        }
        cr_assert_lt(bulk->duo->now.mono.ns, 60 * NS_PER_S, "it never comes");
    }
}

Test(tcp_pause, a_peer_that_is_not_run_for_milliseconds_is_sent_nothing_twice) {
    struct bulk bulk = open_bulk(test_seed("tcp_pause"));
    transfer(&bulk, (struct duration){.ns = 20 * NS_PER_MS});
    struct tcp_info info = tcp_info(bulk.from);
    cr_expect_eq(info.retransmissions, 0, "%" PRIu64, info.retransmissions);
    cr_expect_eq(info.timeouts, 0);
    close_bulk(&bulk);
}

/* Longer than anybody would guess: that is known once it was seen. */
Test(tcp_pause, longer_pauses_are_learned) {
    struct bulk bulk = open_bulk(test_seed("tcp_pause_longer"));
    transfer(&bulk, (struct duration){.ns = 90 * NS_PER_MS});
    struct tcp_info info = tcp_info(bulk.from);
    cr_expect_leq(info.retransmissions, 3, "%" PRIu64, info.retransmissions);
    cr_expect_eq(info.timeouts, 0);
    close_bulk(&bulk);
}

/* The last three of a burst of forty: no time-out, which would take 200 ms. */
Test(tcp_pause, the_lost_tail_of_a_burst_needs_no_timeout) {
    enum { RECORDS = 40, LOST = 3 };
    struct bulk bulk = open_bulk(1);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 9; i++) { /* the initial window */
            cr_assert(write_record(&bulk));
        }
        duo_run_ms(bulk.duo, 100);
        read_all(&bulk);
    }
    for (int i = 0; i < RECORDS - LOST; i++) {
        cr_assert(write_record(&bulk));
        duo_run(bulk.duo, (struct duration){.ns = 12 * NS_PER_US});
    }
    struct link_sim_way black = quick_way;
    black.blackhole = true;
    for (int i = 0; i < LOST; i++) {
        cr_assert(write_record(&bulk));
    }
    link_sim_set(bulk.duo->link, LINK_SIM_A_TO_B, &black);
    duo_turn(bulk.duo);
    link_sim_set(bulk.duo->link, LINK_SIM_A_TO_B, &quick_way);
    int64_t begin_ns = bulk.duo->now.mono.ns;
    while (bulk.read < bulk.written) {
        duo_run(bulk.duo, (struct duration){.ns = STEP_NS});
        read_all(&bulk);
        cr_assert_lt(bulk.duo->now.mono.ns, begin_ns + NS_PER_S, "it never comes");
    }
    int64_t took_ns = bulk.duo->now.mono.ns - begin_ns;
    cr_expect_leq(took_ns, 30 * NS_PER_MS, "%" PRId64 " us", took_ns / NS_PER_US);
    cr_expect_eq(tcp_info(bulk.from).timeouts, 0);
    cr_expect_eq(tcp_info(bulk.from).retransmissions, LOST);
    close_bulk(&bulk);
}
