#include "net/link_sim.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/test_seed.h"

#define FRAMES_MAX 2000
#define FRAME_BYTES 100

static void *memories[3];
static struct nic_sim *nics[2];
static struct link_sim *sim;
static struct now now;

static const struct link_sim_limits limits = {.frames_max = FRAMES_MAX, .frame_bytes_max = 1518};

static void open_link(uint64_t seed) {
    static const struct ethernet_address address = {{2, 0, 0, 0, 0, 1}};
    const struct nic_sim_limits nic_limits = {
        .receive_packets = 4000, .send_packets = 4000, .send_ring = 3000, .buffer_bytes = 2048};
    for (int i = 0; i < 2; i++) {
        memories[i] = aligned_alloc(64, nic_sim_footprint(&nic_limits));
        nics[i] = nic_sim_init(memories[i], &nic_limits, &address);
    }
    memories[2] = aligned_alloc(64, link_sim_footprint(&limits));
    sim = link_sim_init(memories[2], &limits, seed, nics[0], nics[1]);
    now = (struct now){.mono.ns = 1000};
}

static void close_link(void) {
    for (int i = 0; i < 3; i++) {
        free(memories[i]);
    }
}

static void open_any(void) {
    open_link(test_seed("link_sim"));
}

TestSuite(link_sim, .init = open_any, .fini = close_link);

/* A frame of `bytes` that bears `number`. */
static void send_sized(int from, uint32_t number, uint32_t bytes) {
    struct packet *packet = nic_take(nic_sim_nic(nics[from]), NIC_DATA);
    cr_assert_not_null(packet);
    memset(packet_data(packet), 0, bytes);
    memcpy(packet_data(packet) + 20, &number, sizeof(number));
    packet->data_bytes = bytes;
    cr_assert_eq(nic_send(nic_sim_nic(nics[from]), now, &packet, 1), 1);
}

static void send_number(int from, uint32_t number) {
    send_sized(from, number, FRAME_BYTES);
}

/* Of the oldest frame that came; UINT32_MAX: none did. */
static uint32_t receive_number(int to) {
    struct packet *packet;
    if (nic_receive(nic_sim_nic(nics[to]), now, &packet, 1) == 0) {
        return UINT32_MAX;
    }
    uint32_t number;
    memcpy(&number, packet_data(packet) + 20, sizeof(number));
    nic_give(packet);
    return number;
}

static void turn_at(int64_t ns) {
    now.mono.ns = ns;
    link_sim_turn(sim, now);
}

static void run_dry(void) {
    link_sim_turn(sim, now);
    while (!instant_is_never(link_sim_deadline(sim))) {
        turn_at(link_sim_deadline(sim).ns);
    }
}

static const struct link_sim_counters *counters(void) {
    return link_sim_counters(sim, LINK_SIM_A_TO_B);
}

static void set(struct link_sim_way way) {
    link_sim_set(sim, LINK_SIM_A_TO_B, &way);
}

/* Sends 0 .. count - 1; marks those that came. */
static void carry(uint32_t count, bool *came) {
    for (uint32_t i = 0; i < count; i++) {
        send_number(0, i);
        run_dry();
        came[i] = false;
    }
    for (uint32_t number; (number = receive_number(1)) != UINT32_MAX;) {
        cr_assert_lt(number, count);
        came[number] = true;
    }
}

Test(link_sim, impossible_limits_have_no_footprint) {
    cr_expect_eq(link_sim_footprint(&(struct link_sim_limits){0, 100}), 0);
    cr_expect_eq(link_sim_footprint(&(struct link_sim_limits){1, 0}), 0);
    cr_expect_eq(link_sim_footprint(&(struct link_sim_limits){UINT32_MAX, 100}), 0);
    cr_expect_eq(link_sim_footprint(&(struct link_sim_limits){1, 65536}), 0);
}

Test(link_sim, a_perfect_link_carries_both_ways_at_once) {
    cr_assert(instant_is_never(link_sim_deadline(sim)));
    for (uint32_t i = 0; i < 10; i++) {
        send_number(0, i);
        send_number(1, 100 + i);
    }
    cr_assert_eq(link_sim_turn(sim, now), 40, "each leaves and arrives");
    for (uint32_t i = 0; i < 10; i++) {
        cr_assert_eq(receive_number(1), i);
        cr_assert_eq(receive_number(0), 100 + i);
    }
    cr_assert_eq(receive_number(0), UINT32_MAX);
    cr_assert_eq(counters()->sent, 10);
    cr_assert_eq(counters()->arrived, 10);
    cr_assert_eq(nic_counters(nic_sim_nic(nics[0])).send_pool_free, 4000);
}

Test(link_sim, delay_counts_from_sending) {
    set((struct link_sim_way){.delay.ns = 500});
    send_number(0, 1);
    turn_at(1400); /* sent at 1000, seen late */
    cr_assert_eq(link_sim_deadline(sim).ns, 1500);
    turn_at(1499);
    cr_assert_eq(receive_number(1), UINT32_MAX);
    turn_at(1500);
    cr_assert_eq(receive_number(1), 1);
}

Test(link_sim, jitter_delays_within_bounds_and_keeps_the_order) {
    set((struct link_sim_way){.delay.ns = 500, .jitter.ns = 1000});
    int64_t earliest = INT64_MAX, latest = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        send_number(0, i);
    }
    link_sim_turn(sim, now);
    for (uint32_t i = 0; i < 1000;) {
        turn_at(link_sim_deadline(sim).ns);
        earliest = now.mono.ns < earliest ? now.mono.ns : earliest;
        latest = now.mono.ns;
        for (uint32_t number; (number = receive_number(1)) != UINT32_MAX; i++) {
            cr_assert_eq(number, i);
        }
    }
    cr_assert_geq(earliest, 1500);
    cr_assert_leq(latest, 2500);
    cr_assert_gt(latest, 2300);
}

Test(link_sim, a_share_is_lost) {
    static bool came[FRAMES_MAX];
    set((struct link_sim_way){.loss_ppm = 100000});
    carry(FRAMES_MAX, came);
    uint64_t lost = counters()->lost;
    cr_assert_gt(lost, 120, "lost %d of an expected 200", (int)lost);
    cr_assert_lt(lost, 300, "lost %d of an expected 200", (int)lost);
    cr_assert_eq(counters()->arrived, FRAMES_MAX - lost);
}

Test(link_sim, the_seed_decides_and_knobs_do_not_shuffle_each_other) {
    static bool came[3][FRAMES_MAX];
    uint64_t seed = test_seed("the_seed_decides");
    for (int i = 0; i < 3; i++) {
        close_link();
        open_link(seed);
        struct link_sim_way way = {.loss_ppm = 200000};
        if (i == 1) {
            way.jitter.ns = 77;
            way.corrupt_ppm = way.reorder_ppm = way.duplicate_ppm = 0;
            way.bits_per_second = 1000000000;
        }
        set(way);
        carry(i == 2 ? 500 : FRAMES_MAX, came[i]);
    }
    cr_assert_eq(memcmp(came[0], came[1], FRAMES_MAX), 0);
    cr_assert_eq(memcmp(came[0], came[2], 500), 0);
    close_link();
    open_link(seed + 1);
    set((struct link_sim_way){.loss_ppm = 200000});
    carry(FRAMES_MAX, came[1]);
    cr_assert_neq(memcmp(came[0], came[1], FRAMES_MAX), 0);
}

Test(link_sim, bursts_lose_frames_in_a_row) {
    static bool came[FRAMES_MAX];
    set((struct link_sim_way){.burst_begin_ppm = 10000, .burst_end_ppm = 100000});
    carry(FRAMES_MAX, came);
    uint32_t bursts = 0, lost = 0;
    for (uint32_t i = 0; i < FRAMES_MAX; i++) {
        lost += !came[i];
        bursts += !came[i] && (i == 0 || came[i - 1]);
    }
    cr_assert_eq(lost, counters()->lost);
    cr_assert_geq(bursts, 3);
    cr_assert_gt(lost, 4 * bursts, "%u lost in %u bursts, of an expected 10 each", lost, bursts);
}

Test(link_sim, a_reordered_frame_is_overtaken) {
    set((struct link_sim_way){
        .delay.ns = 10, .reorder_ppm = LINK_SIM_PPM, .reorder_delay.ns = 100});
    send_number(0, 1);
    link_sim_turn(sim, now);
    set((struct link_sim_way){.delay.ns = 10});
    send_number(0, 2);
    run_dry();
    cr_assert_eq(receive_number(1), 2);
    cr_assert_eq(receive_number(1), 1);
    cr_assert_eq(counters()->reordered, 1);
}

Test(link_sim, a_duplicate_comes_twice) {
    set((struct link_sim_way){.duplicate_ppm = LINK_SIM_PPM, .jitter.ns = 5});
    send_number(0, 8);
    run_dry();
    cr_assert_eq(receive_number(1), 8);
    cr_assert_eq(receive_number(1), 8);
    cr_assert_eq(receive_number(1), UINT32_MAX);
    cr_assert_eq(counters()->duplicated, 1);
    cr_assert_eq(counters()->arrived, 2);
}

Test(link_sim, corruption_turns_one_bit) {
    set((struct link_sim_way){.corrupt_ppm = LINK_SIM_PPM});
    for (int i = 0; i < 200; i++) {
        send_number(0, 0);
        run_dry();
        struct packet *packet;
        cr_assert_eq(nic_receive(nic_sim_nic(nics[1]), now, &packet, 1), 1);
        int ones = 0;
        for (uint32_t j = 0; j < packet->data_bytes; j++) {
            ones += __builtin_popcount((unsigned char)packet_data(packet)[j]);
        }
        cr_assert_eq(ones, 1);
        nic_give(packet);
    }
    cr_assert_eq(counters()->corrupted, 200);
}

Test(link_sim, a_small_mtu_swallows_long_datagrams) {
    set((struct link_sim_way){.mtu = 100});
    send_sized(0, 1, 100 + ETHERNET_HEADER_BYTES + 1);
    send_sized(0, 2, 100 + ETHERNET_HEADER_BYTES);
    run_dry();
    cr_assert_eq(receive_number(1), 2);
    cr_assert_eq(receive_number(1), UINT32_MAX);
    cr_assert_eq(counters()->mtu_lost, 1);
}

Test(link_sim, a_blackhole_takes_one_way) {
    set((struct link_sim_way){.blackhole = true});
    send_number(0, 1);
    send_number(1, 2);
    run_dry();
    cr_assert_eq(receive_number(1), UINT32_MAX);
    cr_assert_eq(receive_number(0), 2);
    cr_assert_eq(nic_counters(nic_sim_nic(nics[0])).send_pool_free, 4000);
}

/* 101 bytes with 24 of preamble, checksum and gap take 1000 ns at 1 Gbit/s. */
Test(link_sim, a_bandwidth_spaces_frames) {
    set((struct link_sim_way){.bits_per_second = 1000000000, .delay.ns = 50, .queue_max.ns = 3000});
    for (uint32_t i = 0; i < 6; i++) {
        send_sized(0, i, 101);
    }
    link_sim_turn(sim, now);
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(link_sim_deadline(sim).ns, 2050 + 1000 * i);
        turn_at(link_sim_deadline(sim).ns);
        cr_assert_eq(receive_number(1), i);
    }
    cr_assert(instant_is_never(link_sim_deadline(sim)));
    cr_assert_eq(counters()->queue_lost, 2, "they would wait 4 and 5 us");
    now.mono.ns = 100000;
    send_sized(0, 9, 101);
    link_sim_turn(sim, now);
    cr_assert_eq(link_sim_deadline(sim).ns, 101050, "an idle link starts at once");
}

Test(link_sim, what_is_on_its_way_is_bounded) {
    set((struct link_sim_way){.delay.ns = 100});
    for (uint32_t i = 0; i < FRAMES_MAX + 7; i++) {
        send_number(0, i);
    }
    link_sim_turn(sim, now);
    cr_assert_eq(link_sim_in_flight(sim), FRAMES_MAX);
    cr_assert_eq(counters()->overflow_lost, 7);
    run_dry();
    cr_assert_eq(counters()->arrived, FRAMES_MAX);
}

Test(link_sim, a_nic_keeps_its_frames_until_they_are_completed) {
    set((struct link_sim_way){.completion.ns = 300});
    send_number(0, 1);
    turn_at(1100);
    send_number(0, 2);
    link_sim_turn(sim, now);
    cr_assert_eq(receive_number(1), 1);
    cr_assert_eq(receive_number(1), 2);
    struct nic *nic = nic_sim_nic(nics[0]);
    cr_assert_eq(nic_counters(nic).send_pool_free, 3998);
    cr_assert_eq(link_sim_deadline(sim).ns, 1300);
    turn_at(1300);
    cr_assert_eq(nic_counters(nic).send_pool_free, 3999);
    turn_at(1400);
    cr_assert_eq(nic_counters(nic).send_pool_free, 4000);
    cr_assert_eq(receive_number(1), UINT32_MAX);
}

Test(link_sim, a_nic_that_is_down_misses_what_arrives) {
    set((struct link_sim_way){.delay.ns = 10});
    send_number(0, 1);
    link_sim_turn(sim, now);
    nic_sim_set_link(nics[1], false);
    run_dry();
    cr_assert_eq(counters()->missed, 1);
}

static void count_watched(void *context, enum link_sim_direction direction, struct instant at,
                          struct bytes frame) {
    uint32_t *seen = context;
    seen[direction] += at.ns == 1000 && frame.len == FRAME_BYTES;
}

Test(link_sim, who_watches_sees_every_frame_leave) {
    uint32_t seen[2] = {0, 0};
    link_sim_watch(sim, count_watched, seen);
    set((struct link_sim_way){.blackhole = true});
    send_number(0, 1);
    send_number(0, 2);
    send_number(1, 3);
    run_dry();
    cr_assert_eq(seen[LINK_SIM_A_TO_B], 2);
    cr_assert_eq(seen[LINK_SIM_B_TO_A], 1);
}
