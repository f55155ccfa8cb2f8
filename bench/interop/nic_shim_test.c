#include "bench/interop/nic_shim.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "net/nic_sim.h"
#include "net/wire/big_endian.h"

#define FRAME_BYTES 100
#define FRAMES 20000
#define PPM 1000000

static const struct nic_sim_limits limits = {.receive_packets = 256,
                                             .send_packets = 256,
                                             .control_packets = 64,
                                             .send_ring = 200,
                                             .buffer_bytes = 2048};
static const struct ethernet_address address = {{2, 0, 0, 0, 0, 1}};

struct bench {
    struct nic_sim *sim;
    struct nic_shim shim;
    struct nic_counters before;
    struct now now;
};

static void begin(struct bench *bench, enum nic_shim_direction direction,
                  const struct nic_shim_way *way) {
    void *mem = aligned_alloc(64, (nic_sim_footprint(&limits) + 63) & ~(size_t)63);
    *bench = (struct bench){.sim = nic_sim_init(mem, &limits, &address)};
    nic_shim_init(&bench->shim, nic_sim_nic(bench->sim), 1);
    nic_shim_set(&bench->shim, direction, way);
    bench->before = nic_counters(&bench->shim.nic);
}

/* Every packet is back. */
static void end(struct bench *bench) {
    nic_shim_fini(&bench->shim);
    struct nic_counters after = nic_counters(&bench->shim.nic);
    cr_expect_eq(after.send_pool_free, bench->before.send_pool_free);
    cr_expect_eq(after.receive_pool_free, bench->before.receive_pool_free);
    free(bench->sim);
}

static void write_frame(char *frame, uint32_t number) {
    memset(frame, 0, FRAME_BYTES);
    big_endian_put_u32(frame + 20, number);
}

static void send_frame(struct bench *bench, uint32_t number) {
    struct packet *packet = nic_take(&bench->shim.nic, NIC_DATA);
    cr_assert_not_null(packet);
    packet->data_bytes = FRAME_BYTES;
    packet->kept = number % 2 == 0;
    write_frame(packet_data(packet), number);
    cr_assert_eq(nic_send(&bench->shim.nic, bench->now, &packet, 1), 1);
    if (number % 2 == 0) {
        char expected[FRAME_BYTES];
        write_frame(expected, number);
        cr_assert_arr_eq(packet_data(packet), expected, FRAME_BYTES, "it is its owner's");
        nic_give(packet);
    }
}

/* What was seen of the frames behind the shim. */
struct seen {
    uint32_t count[FRAMES];
    uint32_t last;
    uint64_t frames, late, corrupt;
};

static void see(struct seen *seen, struct bytes frame) {
    cr_assert_eq(frame.len, FRAME_BYTES);
    char expected[FRAME_BYTES];
    uint32_t number = big_endian_u32(frame.data + 20);
    seen->frames++;
    write_frame(expected, number);
    if (number >= FRAMES || memcmp(frame.data, expected, FRAME_BYTES) != 0) {
        seen->corrupt++;
        return;
    }
    seen->count[number]++;
    seen->late += number < seen->last;
    seen->last = number > seen->last ? number : seen->last;
}

/* Sends all frames, 10 us apart, and sees what the NIC was given. */
static struct seen *go_out(const struct nic_shim_way *way) {
    static struct seen seen;
    struct bench bench;
    begin(&bench, NIC_SHIM_OUT, way);
    seen = (struct seen){.frames = 0};
    for (uint32_t i = 0; i < FRAMES + 100; i++) {
        struct packet *none[2];
        bench.now.mono.ns += 10 * NS_PER_US;
        if (i < FRAMES) {
            send_frame(&bench, i);
        }
        cr_assert_eq(nic_receive(&bench.shim.nic, bench.now, none, 2), 0);
        struct bytes frame;
        while ((frame = nic_sim_sent(bench.sim)).len > 0) {
            see(&seen, frame);
            nic_sim_drop_sent(bench.sim);
        }
    }
    const struct nic_shim_counters *counters = &bench.shim.counters[NIC_SHIM_OUT];
    cr_expect_eq(counters->frames, FRAMES);
    cr_expect_eq(seen.frames, FRAMES - counters->lost + counters->duplicated);
    end(&bench);
    return &seen;
}

/* Puts all frames in, 10 us apart, and sees what is received. */
static struct seen *come_in(const struct nic_shim_way *way) {
    static struct seen seen;
    struct bench bench;
    begin(&bench, NIC_SHIM_IN, way);
    seen = (struct seen){.frames = 0};
    for (uint32_t i = 0; i < FRAMES + 100; i++) {
        char frame[FRAME_BYTES];
        struct packet *packets[NIC_BURST_MAX];
        bench.now.mono.ns += 10 * NS_PER_US;
        write_frame(frame, i);
        cr_assert(i >= FRAMES || nic_sim_put(bench.sim, bytes_of(frame, FRAME_BYTES)));
        uint32_t got = nic_receive(&bench.shim.nic, bench.now, packets, NIC_BURST_MAX);
        for (uint32_t j = 0; j < got; j++) {
            cr_assert_eq(packets[j]->nic, &bench.shim.nic);
            see(&seen, bytes_of(packet_data(packets[j]), packets[j]->data_bytes));
            nic_give(packets[j]);
        }
    }
    end(&bench);
    return &seen;
}

/* `share` of the frames, give or take a quarter. */
static bool is_about(uint64_t count, uint32_t ppm) {
    uint64_t expected = (uint64_t)FRAMES * ppm / PPM;
    return count * 4 >= expected * 3 && count * 4 <= expected * 5;
}

static uint64_t seen_times(const struct seen *seen, uint32_t times) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        count += seen->count[i] == times;
    }
    return count;
}

static struct seen *(*const passes[])(const struct nic_shim_way *way) = {go_out, come_in};

Test(nic_shim, is_transparent_when_nothing_is_set) {
    for (size_t i = 0; i < 2; i++) {
        struct seen *seen = passes[i](&(struct nic_shim_way){.loss_ppm = 0});
        cr_expect_eq(seen_times(seen, 1), FRAMES);
        cr_expect_eq(seen->late + seen->corrupt, 0);
    }
}

Test(nic_shim, loses) {
    for (size_t i = 0; i < 2; i++) {
        struct seen *seen = passes[i](&(struct nic_shim_way){.loss_ppm = 100000});
        cr_expect(is_about(seen_times(seen, 0), 100000));
        cr_expect_eq(seen->frames, seen_times(seen, 1));
    }
}

Test(nic_shim, doubles) {
    for (size_t i = 0; i < 2; i++) {
        struct seen *seen = passes[i](&(struct nic_shim_way){.duplicate_ppm = 100000});
        cr_expect(is_about(seen_times(seen, 2), 100000));
        cr_expect_eq(seen_times(seen, 0), 0);
    }
}

Test(nic_shim, reorders) {
    for (size_t i = 0; i < 2; i++) {
        struct seen *seen = passes[i](
            &(struct nic_shim_way){.reorder_ppm = 50000, .late_by = {.ns = 200 * NS_PER_US}});
        cr_expect(is_about(seen->late, 50000));
        cr_expect_eq(seen_times(seen, 1), FRAMES, "all come");
    }
}

Test(nic_shim, corrupts) {
    for (size_t i = 0; i < 2; i++) {
        struct seen *seen = passes[i](&(struct nic_shim_way){.corrupt_ppm = 100000});
        cr_expect(is_about(seen->corrupt, 100000));
        cr_expect_eq(seen->frames, FRAMES);
    }
}

Test(nic_shim, drops_the_next_frame_with_data_only) {
    struct bench bench;
    begin(&bench, NIC_SHIM_OUT, &(struct nic_shim_way){.loss_ppm = 0});
    static const uint8_t tcp[] = {0x08, 0, 0x45, 0,  0,    41,   0, 0,  0, 0, 64, 6, 0,  0, 10,
                                  0,    0, 1,    10, 0,    0,    2, 0,  1, 0, 2,  0, 0,  0, 0,
                                  0,    0, 0,    0,  0x50, 0x10, 0, 10, 0, 0, 0,  0, 'x'};
    nic_shim_drop_next_data(&bench.shim);
    for (uint32_t payload = 0; payload <= 1; payload++) {
        struct packet *packet = nic_take(&bench.shim.nic, NIC_DATA);
        packet->data_bytes = FRAME_BYTES;
        memset(packet_data(packet), 0, FRAME_BYTES);
        memcpy(packet_data(packet) + 12, tcp, sizeof(tcp));
        packet_data(packet)[17] = (char)(40 + payload);
        cr_assert_eq(nic_send(&bench.shim.nic, bench.now, &packet, 1), 1);
        cr_expect_eq(bench.shim.counters[NIC_SHIM_OUT].lost, payload);
    }
    nic_sim_drop_sent(bench.sim);
    cr_expect_eq(nic_sim_sent(bench.sim).len, 0);
    end(&bench);
}
