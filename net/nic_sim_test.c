#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/test_death.h"
#include "net/nic_sim.h"

#define RECEIVE_PACKETS 4
#define SEND_PACKETS 5
#define CONTROL_PACKETS 2
#define SEND_RING 3
#define BUFFER_BYTES 2048

static const struct nic_sim_limits limits = {.receive_packets = RECEIVE_PACKETS,
                                             .send_packets = SEND_PACKETS,
                                             .control_packets = CONTROL_PACKETS,
                                             .send_ring = SEND_RING,
                                             .buffer_bytes = BUFFER_BYTES};

static void *memory;
static struct nic_sim *sim;
static struct nic *nic;

static struct now at_ns(int64_t ns) {
    return (struct now){.mono = {.ns = ns}};
}

static void open_nic(void) {
    struct ethernet_address address = {{2, 0, 0, 0, 0, 1}};
    memory = aligned_alloc(64, nic_sim_footprint(&limits));
    sim = nic_sim_init(memory, &limits, &address);
    nic = nic_sim_nic(sim);
}

static void close_nic(void) {
    free(memory);
}

TestSuite(nic_sim, .init = open_nic, .fini = close_nic);

static struct packet *draft(char fill, uint32_t bytes) {
    struct packet *packet = nic_take(nic, NIC_CONTROL);
    cr_assert_not_null(packet);
    memset(packet_data(packet), fill, bytes);
    packet->data_bytes = bytes;
    return packet;
}

static struct packet *send_draft(char fill, bool kept, int64_t ns) {
    struct packet *packet = draft(fill, 60);
    packet->kept = kept;
    cr_assert_eq(nic_send(nic, at_ns(ns), &packet, 1), 1);
    return packet;
}

Test(nic_sim, impossible_limits_have_no_footprint) {
    cr_assert_neq(nic_sim_footprint(&limits), 0);
    for (int i = 0; i < 6; i++) {
        struct nic_sim_limits wrong = limits;
        switch (i) {
        case 0:
            wrong.receive_packets = 0;
            break;
        case 1:
            wrong.send_packets = 0;
            break;
        case 2:
            wrong.control_packets = SEND_PACKETS + 1;
            break;
        case 3:
            wrong.send_ring = 0;
            break;
        case 4:
            wrong.buffer_bytes = PACKET_HEADROOM_BYTES;
            break;
        default:
            wrong.buffer_bytes = UINT32_MAX;
            break;
        }
        cr_expect_eq(nic_sim_footprint(&wrong), 0, "case %d", i);
    }
}

Test(nic_sim, a_new_nic_says_what_it_is) {
    cr_assert_eq(nic->mtu, 1500);
    cr_assert_eq(nic->payload_bytes_max, BUFFER_BYTES - PACKET_HEADROOM_BYTES);
    cr_assert_eq(nic->address.byte[5], 1);
    cr_assert_not(nic->checksum_offload);
    struct nic_counters counters = nic_counters(nic);
    cr_assert(counters.link_up);
    cr_assert_eq(counters.receive_pool_free, RECEIVE_PACKETS);
    cr_assert_eq(counters.send_pool_free, SEND_PACKETS);
}

Test(nic_sim, a_taken_packet_is_blank) {
    struct packet *packet = draft('x', 60);
    packet->kept = packet->offload = packet->sent = true;
    packet->shares = 3;
    nic_give(packet);
    packet = nic_take(nic, NIC_DATA);
    cr_assert_eq(packet->data_offset, PACKET_HEADROOM_BYTES);
    cr_assert_eq(packet->data_bytes, 0);
    cr_assert_eq(packet->shares, 0);
    cr_assert_not(packet->kept || packet->offload || packet->sent);
    cr_assert_eq(packet->nic, nic);
}

Test(nic_sim, data_does_not_take_what_is_kept_for_control) {
    for (uint32_t i = 0; i < SEND_PACKETS - CONTROL_PACKETS; i++) {
        cr_assert_not_null(nic_take(nic, NIC_DATA));
    }
    cr_assert_null(nic_take(nic, NIC_DATA));
    for (uint32_t i = 0; i < CONTROL_PACKETS; i++) {
        cr_assert_not_null(nic_take(nic, NIC_CONTROL));
    }
    cr_assert_null(nic_take(nic, NIC_CONTROL));
    cr_assert_eq(nic_counters(nic).take_failures, 2);
    cr_assert_eq(nic_counters(nic).send_pool_free, 0);
}

Test(nic_sim, sent_frames_are_seen_in_order_with_their_time) {
    cr_assert_eq(nic_sim_sent(sim).len, 0);
    send_draft('a', false, 10);
    send_draft('b', false, 20);
    cr_assert_eq(nic_sim_sent(sim).len, 60);
    cr_assert_eq(nic_sim_sent(sim).data[59], 'a');
    cr_assert_eq(nic_sim_sent_at(sim).ns, 10);
    nic_sim_drop_sent(sim);
    cr_assert_eq(nic_sim_sent(sim).data[0], 'b');
    cr_assert_eq(nic_sim_sent_at(sim).ns, 20);
    nic_sim_drop_sent(sim);
    cr_assert_eq(nic_sim_sent(sim).len, 0);
    cr_assert_eq(nic_counters(nic).sent, 2);
    cr_assert_eq(nic_counters(nic).sent_bytes, 120);
    cr_assert_eq(nic_counters(nic).send_pool_free, SEND_PACKETS);
}

Test(nic_sim, a_full_ring_takes_the_first_and_leaves_the_rest) {
    struct packet *packets[SEND_RING + 1];
    for (uint32_t i = 0; i <= SEND_RING; i++) {
        packets[i] = draft((char)('a' + i), 60);
    }
    cr_assert_eq(nic_send(nic, at_ns(0), packets, SEND_RING + 1), SEND_RING);
    cr_assert_eq(nic_counters(nic).send_refusals, 1);
    cr_assert_eq(nic_sim_sent(sim).data[0], 'a');
    nic_sim_drop_sent(sim);
    cr_assert_eq(nic_send(nic, at_ns(0), &packets[SEND_RING], 1), 1);
    for (uint32_t i = 1; i <= SEND_RING; i++) {
        cr_assert_eq(nic_sim_sent(sim).data[0], (char)('a' + i));
        nic_sim_drop_sent(sim);
    }
}

Test(nic_sim, a_kept_packet_stays_its_owners) {
    struct packet *packet = send_draft('k', true, 0);
    cr_assert_not(nic_has_let_go(packet));
    nic_sim_drop_sent(sim);
    cr_assert(nic_has_let_go(packet));
    cr_assert_eq(nic_counters(nic).send_pool_free, SEND_PACKETS - 1);
    nic_give(packet);
    cr_assert_eq(nic_counters(nic).send_pool_free, SEND_PACKETS);
}

Test(nic_sim, a_kept_packet_given_away_early_leaves_with_its_frame) {
    struct packet *packet = send_draft('k', true, 0);
    nic_give(packet);
    cr_assert_eq(nic_counters(nic).send_pool_free, SEND_PACKETS - 1);
    cr_assert_eq(nic_sim_sent(sim).data[0], 'k');
    nic_sim_drop_sent(sim);
    cr_assert_eq(nic_counters(nic).send_pool_free, SEND_PACKETS);
}

Test(nic_sim, an_owner_may_move_what_it_calls_the_frame) {
    struct packet *packet = send_draft('k', true, 0);
    packet->data_offset += 10;
    packet->data_bytes = 1;
    cr_assert_eq(nic_sim_sent(sim).len, 60);
    nic_sim_drop_sent(sim);
    nic_give(packet);
}

static void write_after_send(void *argument) {
    (void)argument;
    struct packet *packet = send_draft('k', true, 0);
    packet_data(packet)[30] = 'l';
    nic_sim_drop_sent(sim);
}

static void give_twice(void *argument) {
    (void)argument;
    struct packet *packet = draft('k', 60);
    nic_give(packet);
    nic_give(packet);
}

static void give_what_was_sent(void *argument) {
    (void)argument;
    nic_give(send_draft('k', false, 0));
}

static void send_twice(void *argument) {
    (void)argument;
    struct packet *packet = send_draft('k', true, 0);
    nic_send(nic, at_ns(0), &packet, 1);
}

static void send_more_than_the_mtu(void *argument) {
    (void)argument;
    struct packet *packet = draft('k', 1500 + ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES + 1);
    nic_send(nic, at_ns(0), &packet, 1);
}

Test(nic_sim, abuse_stops_the_process) {
    cr_assert(dies_saying(write_after_send, NULL, "hash"));
    cr_assert(dies_saying(give_twice, NULL, "owned"));
    cr_assert(dies_saying(give_what_was_sent, NULL, "owned"));
    cr_assert(dies_saying(send_twice, NULL, "in_nic"));
    cr_assert(dies_saying(send_more_than_the_mtu, NULL, "mtu"));
}

Test(nic_sim, frames_arrive_in_order) {
    struct packet *got[NIC_BURST_MAX];
    cr_assert_eq(nic_receive(nic, at_ns(0), got, NIC_BURST_MAX), 0);
    /* More than once around the ring. */
    for (int round = 0; round < 5; round++) {
        cr_assert(nic_sim_put(sim, BYTES("one")));
        cr_assert(nic_sim_put(sim, BYTES("second")));
        cr_assert(nic_sim_put(sim, BYTES("")));
        cr_assert_eq(nic_receive(nic, at_ns(0), got, 2), 2);
        cr_assert(bytes_equal(bytes_of(packet_data(got[0]), got[0]->data_bytes), BYTES("one")));
        cr_assert(bytes_equal(bytes_of(packet_data(got[1]), got[1]->data_bytes), BYTES("second")));
        cr_assert_eq(nic_receive(nic, at_ns(0), got + 2, 2), 1);
        cr_assert_eq(got[2]->data_bytes, 0);
        for (int i = 0; i < 3; i++) {
            nic_give(got[i]);
        }
    }
    cr_assert_eq(nic_counters(nic).received, 15);
    cr_assert_eq(nic_counters(nic).received_bytes, 45);
    cr_assert_eq(nic_counters(nic).receive_pool_free, RECEIVE_PACKETS);
}

Test(nic_sim, what_has_no_room_is_missed) {
    static char large[BUFFER_BYTES];
    cr_assert_not(nic_sim_put(sim, bytes_of(large, BUFFER_BYTES - PACKET_HEADROOM_BYTES + 1)));
    cr_assert(nic_sim_put(sim, bytes_of(large, BUFFER_BYTES - PACKET_HEADROOM_BYTES)));
    for (uint32_t i = 1; i < RECEIVE_PACKETS; i++) {
        cr_assert(nic_sim_put(sim, BYTES("x")));
    }
    cr_assert_not(nic_sim_put(sim, BYTES("x")));
    cr_assert_eq(nic_counters(nic).missed, 2);
    struct packet *got[1];
    cr_assert_eq(nic_receive(nic, at_ns(0), got, 1), 1);
    cr_assert_not(nic_sim_put(sim, BYTES("x")));
    nic_give(got[0]);
    cr_assert(nic_sim_put(sim, BYTES("x")));
}

Test(nic_sim, refusals_are_as_ordered) {
    nic_sim_refuse_take(sim, true, false);
    cr_assert_null(nic_take(nic, NIC_DATA));
    struct packet *packet = draft('x', 60);
    nic_sim_refuse_take(sim, false, true);
    cr_assert_null(nic_take(nic, NIC_CONTROL));
    nic_give(nic_take(nic, NIC_DATA));
    nic_sim_refuse_take(sim, false, false);
    nic_give(nic_take(nic, NIC_CONTROL));
    nic_sim_refuse_send(sim, true);
    cr_assert_eq(nic_send(nic, at_ns(0), &packet, 1), 0);
    nic_sim_refuse_send(sim, false);
    cr_assert_eq(nic_send(nic, at_ns(0), &packet, 1), 1);
}

Test(nic_sim, a_count_of_takes_is_refused_after_others) {
    nic_sim_refuse_takes(sim, 2, 1);
    for (int i = 0; i < 5; i++) {
        nic_give(nic_take(nic, NIC_CONTROL));
        struct packet *packet = nic_take(nic, NIC_DATA);
        cr_assert_eq(packet == NULL, i == 2, "take %d", i);
        if (packet != NULL) {
            nic_give(packet);
        }
    }
}

Test(nic_sim, a_link_that_is_down_carries_nothing) {
    struct packet *packet = draft('x', 60);
    nic_sim_set_link(sim, false);
    cr_assert_not(nic_counters(nic).link_up);
    cr_assert_eq(nic_send(nic, at_ns(0), &packet, 1), 0);
    cr_assert_not(nic_sim_put(sim, BYTES("x")));
    nic_sim_set_link(sim, true);
    cr_assert_eq(nic_send(nic, at_ns(0), &packet, 1), 1);
    cr_assert(nic_sim_put(sim, BYTES("x")));
}

Test(nic_sim, verdicts_go_with_the_frames_put_after) {
    struct packet *got[2];
    nic_sim_put(sim, BYTES("x"));
    nic_sim_verdict(sim, PACKET_GOOD, PACKET_BAD);
    nic_sim_put(sim, BYTES("x"));
    cr_assert_eq(nic_receive(nic, at_ns(0), got, 2), 2);
    cr_assert_eq(got[0]->ip_checksum, PACKET_UNKNOWN);
    cr_assert_eq(got[0]->l4_checksum, PACKET_UNKNOWN);
    cr_assert_eq(got[1]->ip_checksum, PACKET_GOOD);
    cr_assert_eq(got[1]->l4_checksum, PACKET_BAD);
}

/* A SYN from 192.168.1.2:40000 to 192.168.1.3:80, both checksums 0. */
static const unsigned char syn[54] = {
    2,    0,    0,    0,    0,    2,    2,    0, 0,    0, 0, 1, 0x08, 0x00, /* Ethernet */
    0x45, 0x00, 0x00, 0x28, 0x00, 0x01, 0x40, 0, 0x40, 6, 0, 0,             /* IPv4 */
    192,  168,  1,    2,    192,  168,  1,    3,                            /* addresses */
    0x9c, 0x40, 0x00, 0x50, 0,    0,    0,    1, 0,    0, 0, 0,             /* TCP */
    0x50, 0x02, 0x72, 0x10, 0,    0,    0,    0};

static uint32_t word_sum(uint32_t sum, const unsigned char *data, size_t bytes) {
    for (size_t i = 0; i + 1 < bytes; i += 2) {
        sum += (uint32_t)data[i] << 8 | data[i + 1];
    }
    return sum;
}

static uint16_t folded(uint32_t sum) {
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

Test(nic_sim, offload_fills_in_what_the_sender_left) {
    nic_sim_offload(sim, true);
    cr_assert(nic->checksum_offload);
    struct packet *packet = nic_take(nic, NIC_DATA);
    unsigned char *frame = (unsigned char *)packet_data(packet);
    memcpy(frame, syn, sizeof(syn));
    uint32_t pseudo = folded(word_sum(6 + 20, syn + 26, 8));
    frame[50] = (unsigned char)(pseudo >> 8);
    frame[51] = (unsigned char)(pseudo & 0xff);
    packet->data_bytes = sizeof(syn);
    packet->l2_bytes = 14;
    packet->l4_bytes = 20;
    packet->offload = packet->kept = true;
    cr_assert_eq(nic_send(nic, at_ns(0), &packet, 1), 1);
    const unsigned char *sent = (const unsigned char *)nic_sim_sent(sim).data;
    cr_assert_eq(folded(word_sum(0, sent + 14, 20)), 0xffff);
    cr_assert_eq(folded(word_sum(6 + 20, sent + 26, 8 + 20)), 0xffff);
    cr_assert_eq(frame[24], 0, "the sender's packet is not written to");
    nic_sim_drop_sent(sim);
    nic_give(packet);
}
