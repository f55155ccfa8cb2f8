#include "net/nic_sim.h"

#include "core/base/bits.h"

#define PACKETS_MAX (UINT32_C(1) << 20)
#define BUFFER_BYTES_MIN (PACKET_HEADROOM_BYTES + 64)
#define BUFFER_BYTES_MAX UINT32_C(65536)
#define MTU 1500
#define IPV4_CHECKSUM_OFFSET 10
#define TCP_CHECKSUM_OFFSET_IN_SEGMENT 16

/* A packet and who has it: free when neither its owner nor the NIC does. */
struct sim_packet {
    struct packet packet;
    bool owned;
    bool in_nic;
};

/* A frame in the ring, as it was when it was sent. */
struct sim_sent {
    struct sim_packet *packet;
    struct instant at;
    uint64_t hash;
    uint32_t offset;
    uint32_t bytes;
    uint8_t l2_bytes;
    bool offload;
};

struct sim_pool {
    struct packet *free; /* a list through packet.next */
    uint32_t free_count;
};

struct nic_sim {
    struct nic nic;
    struct nic_sim_limits limits;
    struct sim_pool receive_pool, send_pool;
    struct sim_packet *packets; /* of the receive pool, then of the transmit pool */
    struct packet **arrived;    /* a ring of receive_packets */
    uint32_t arrived_first, arrived_count;
    struct sim_sent *sent; /* a ring of send_ring */
    uint32_t sent_first, sent_count;
    char *filled_in; /* a frame with the checksums that offload makes */
    struct nic_counters counters;
    uint8_t ip_verdict, l4_verdict;
    bool refuse_data, refuse_control, refuse_send;
    uint32_t refuse_skip, refuse_count;
};

static struct nic_sim *sim_of(struct nic *nic) {
    return (struct nic_sim *)nic;
}

static struct sim_packet *sim_packet_of(struct packet *packet) {
    return (struct sim_packet *)packet;
}

static uint32_t ring_at(uint32_t first, uint32_t offset, uint32_t size) {
    uint32_t at = first + offset;
    return at >= size ? at - size : at;
}

/* Pools. */

static bool is_received(const struct nic_sim *sim, const struct sim_packet *packet) {
    return packet < sim->packets + sim->limits.receive_packets;
}

static struct sim_pool *pool_of(struct nic_sim *sim, const struct sim_packet *packet) {
    return is_received(sim, packet) ? &sim->receive_pool : &sim->send_pool;
}

static void pool_put(struct nic_sim *sim, struct sim_packet *packet) {
    struct sim_pool *pool = pool_of(sim, packet);
    packet->packet.next = pool->free;
    pool->free = &packet->packet;
    pool->free_count++;
}

static struct packet *pool_take(struct nic_sim *sim, struct sim_pool *pool) {
    struct packet *packet = pool->free;
    pool->free = packet->next;
    pool->free_count--;
    *packet = (struct packet){.buffer = packet->buffer,
                              .nic = &sim->nic,
                              .buffer_bytes = packet->buffer_bytes,
                              .data_offset = PACKET_HEADROOM_BYTES};
    sim_packet_of(packet)->owned = true;
    return packet;
}

/* Whether a test has ordered that this packet is refused. */
static bool is_refused(struct nic_sim *sim, enum nic_purpose purpose) {
    if (purpose == NIC_CONTROL) {
        return sim->refuse_control;
    }
    if (sim->refuse_skip > 0) {
        sim->refuse_skip--;
    } else if (sim->refuse_count > 0) {
        sim->refuse_count--;
        return true;
    }
    return sim->refuse_data;
}

static struct packet *sim_take(struct nic *nic, enum nic_purpose purpose) {
    struct nic_sim *sim = sim_of(nic);
    uint32_t reserve = purpose == NIC_CONTROL ? 0 : sim->limits.control_packets;
    if (is_refused(sim, purpose) || sim->send_pool.free_count <= reserve) {
        sim->counters.take_failures++;
        return NULL;
    }
    return pool_take(sim, &sim->send_pool);
}

static void sim_give(struct nic *nic, struct packet *packet) {
    struct nic_sim *sim = sim_of(nic);
    struct sim_packet *given = sim_packet_of(packet);
    CHECK(packet->nic == nic);
    CHECK(given->owned);
    given->owned = false;
    if (!given->in_nic) {
        pool_put(sim, given);
    }
}

static bool sim_has_let_go(const struct nic *nic, const struct packet *packet) {
    CHECK(packet->nic == nic);
    const struct sim_packet *kept = (const struct sim_packet *)packet;
    CHECK(kept->owned);
    return !kept->in_nic;
}

/* What nic_sim_drop_sent lets go of is free at once. */
static void sim_reap(struct nic *nic) {
    (void)nic;
}

/* Sending. */

/* FNV-1a over words: to find out that a frame was written to after it was sent. */
static uint64_t frame_hash(const char *frame, uint32_t bytes) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ bytes;
    for (uint32_t i = 0; i < bytes; i += (uint32_t)sizeof(uint64_t)) {
        uint64_t word = 0;
        uint32_t left = bytes - i;
        memcpy(&word, frame + i, left < sizeof(word) ? left : sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
    }
    return hash;
}

static void push_sent(struct nic_sim *sim, struct packet *packet, struct instant at) {
    struct sim_packet *sent = sim_packet_of(packet);
    CHECK(packet->nic == &sim->nic);
    CHECK(sent->owned && !sent->in_nic && !is_received(sim, sent));
    CHECK(packet->data_bytes >= ETHERNET_HEADER_BYTES &&
          packet->data_bytes <= ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES + sim->nic.mtu);
    CHECK(packet->data_offset + packet->data_bytes <= packet->buffer_bytes);
    CHECK(!packet->offload || sim->nic.checksum_offload);
    uint32_t at_ring = ring_at(sim->sent_first, sim->sent_count, sim->limits.send_ring);
    sim->sent[at_ring] =
        (struct sim_sent){.packet = sent,
                          .at = at,
                          .hash = frame_hash(packet_data(packet), packet->data_bytes),
                          .offset = packet->data_offset,
                          .bytes = packet->data_bytes,
                          .l2_bytes = packet->l2_bytes,
                          .offload = packet->offload};
    sim->sent_count++;
    sent->in_nic = true;
    sent->owned = packet->kept;
    sim->counters.sent++;
    sim->counters.sent_bytes += packet->data_bytes;
}

static uint32_t sim_send(struct nic *nic, struct now now, struct packet **packets, uint32_t count) {
    struct nic_sim *sim = sim_of(nic);
    uint32_t room = sim->limits.send_ring - sim->sent_count;
    if (sim->refuse_send || !nic_link_is_up(&sim->nic)) {
        room = 0;
    }
    uint32_t taken = count < room ? count : room;
    for (uint32_t i = 0; i < taken; i++) {
        push_sent(sim, packets[i], now.mono);
    }
    sim->counters.send_refusals += taken < count;
    return taken;
}

/* The arithmetic of the simulated hardware, apart from net/wire/checksum.c so that each finds the
 * other's errors: big-endian words, one at a time. */
static uint16_t ones_complement_sum(const char *data, uint32_t bytes) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        uint32_t byte = (unsigned char)data[i];
        sum += i % 2 == 0 ? byte << 8 : byte;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static void store_complement(char *field, uint16_t sum) {
    uint16_t value = (uint16_t)~sum;
    field[0] = (char)(value >> 8);
    field[1] = (char)(value & 0xff);
}

/* As DPDK describes it: the sender left 0 in IPv4's field, the pseudo header's sum in TCP's. What
 * lies there is summed with the rest, so that a sender who left something else is found out. */
static void fill_in_checksums(char *frame, const struct sim_sent *sent) {
    CHECK(sent->l2_bytes + 20u + 20u <= sent->bytes);
    char *ip = frame + sent->l2_bytes;
    uint32_t ip_bytes = 4u * ((unsigned char)ip[0] & 0xf);
    uint32_t total = (uint32_t)(unsigned char)ip[2] << 8 | (unsigned char)ip[3];
    CHECK(ip_bytes >= 20 && ip_bytes + 20 <= total && sent->l2_bytes + total <= sent->bytes);
    store_complement(ip + IPV4_CHECKSUM_OFFSET, ones_complement_sum(ip, ip_bytes));
    char *segment = ip + ip_bytes;
    store_complement(segment + TCP_CHECKSUM_OFFSET_IN_SEGMENT,
                     ones_complement_sum(segment, total - ip_bytes));
}

static void check_unwritten(const struct sim_sent *sent) {
    const char *frame = sent->packet->packet.buffer + sent->offset;
    CHECK(frame_hash(frame, sent->bytes) == sent->hash);
}

struct bytes nic_sim_sent_behind(const struct nic_sim *sim, uint32_t skip, struct instant *at) {
    if (skip >= sim->sent_count) {
        return (struct bytes){0};
    }
    const struct sim_sent *sent = &sim->sent[ring_at(sim->sent_first, skip, sim->limits.send_ring)];
    check_unwritten(sent);
    *at = sent->at;
    const char *frame = sent->packet->packet.buffer + sent->offset;
    if (!sent->offload) {
        return bytes_of(frame, sent->bytes);
    }
    memcpy(sim->filled_in, frame, sent->bytes);
    fill_in_checksums(sim->filled_in, sent);
    return bytes_of(sim->filled_in, sent->bytes);
}

struct bytes nic_sim_sent(const struct nic_sim *sim) {
    struct instant at;
    return nic_sim_sent_behind(sim, 0, &at);
}

struct instant nic_sim_sent_at(const struct nic_sim *sim) {
    CHECK(sim->sent_count > 0);
    return sim->sent[sim->sent_first].at;
}

void nic_sim_drop_sent(struct nic_sim *sim) {
    CHECK(sim->sent_count > 0);
    const struct sim_sent *sent = &sim->sent[sim->sent_first];
    check_unwritten(sent);
    if (sent->offload) {
        memset(sim->filled_in, 0, sent->bytes); /* it may be a secret's last copy */
    }
    sent->packet->in_nic = false;
    if (!sent->packet->owned) {
        pool_put(sim, sent->packet);
    }
    sim->sent_first = ring_at(sim->sent_first, 1, sim->limits.send_ring);
    sim->sent_count--;
}

/* Receiving. */

static uint32_t sim_receive(struct nic *nic, struct now now, struct packet **packets,
                            uint32_t max) {
    (void)now;
    struct nic_sim *sim = sim_of(nic);
    CHECK(max <= NIC_BURST_MAX);
    uint32_t count = sim->arrived_count < max ? sim->arrived_count : max;
    for (uint32_t i = 0; i < count; i++) {
        packets[i] = sim->arrived[sim->arrived_first];
        sim->arrived_first = ring_at(sim->arrived_first, 1, sim->limits.receive_packets);
        sim->counters.received++;
        sim->counters.received_bytes += packets[i]->data_bytes;
    }
    sim->arrived_count -= count;
    return count;
}

bool nic_sim_put(struct nic_sim *sim, struct bytes frame) {
    /* Every frame in the ring has a packet, so the ring has room when the pool has. */
    if (sim->receive_pool.free_count == 0 || !nic_link_is_up(&sim->nic) ||
        frame.len > sim->limits.buffer_bytes - PACKET_HEADROOM_BYTES) {
        sim->counters.missed++;
        return false;
    }
    struct packet *packet = pool_take(sim, &sim->receive_pool);
    if (frame.len > 0) {
        memcpy(packet_data(packet), frame.data, frame.len);
    }
    packet->data_bytes = (uint32_t)frame.len;
    packet->ip_checksum = sim->ip_verdict;
    packet->l4_checksum = sim->l4_verdict;
    uint32_t at = ring_at(sim->arrived_first, sim->arrived_count, sim->limits.receive_packets);
    sim->arrived[at] = packet;
    sim->arrived_count++;
    return true;
}

static struct nic_counters sim_counters(struct nic *nic) {
    struct nic_sim *sim = sim_of(nic);
    struct nic_counters counters = sim->counters;
    counters.receive_pool_free = sim->receive_pool.free_count;
    counters.send_pool_free = sim->send_pool.free_count;
    counters.link_up = nic_link_is_up(nic);
    return counters;
}

static const struct nic_ops sim_ops = {.receive = sim_receive,
                                       .send = sim_send,
                                       .take = sim_take,
                                       .give = sim_give,
                                       .has_let_go = sim_has_let_go,
                                       .reap = sim_reap,
                                       .counters = sim_counters};

/* Setup. */

static size_t packets_bytes(const struct nic_sim_limits *limits) {
    size_t packets = (size_t)limits->receive_packets + limits->send_packets;
    return packets * bits_whole_lines(limits->buffer_bytes);
}

size_t nic_sim_footprint(const struct nic_sim_limits *limits) {
    if (limits->receive_packets < 1 || limits->receive_packets > PACKETS_MAX ||
        limits->send_packets < 1 || limits->send_packets > PACKETS_MAX ||
        limits->control_packets > limits->send_packets || limits->send_ring < 1 ||
        limits->send_ring > PACKETS_MAX || limits->buffer_bytes < BUFFER_BYTES_MIN ||
        limits->buffer_bytes > BUFFER_BYTES_MAX) {
        return 0;
    }
    size_t packets = (size_t)limits->receive_packets + limits->send_packets;
    return bits_whole_lines(sizeof(struct nic_sim)) +
           bits_whole_lines(packets * sizeof(struct sim_packet)) +
           bits_whole_lines(limits->receive_packets * sizeof(struct packet *)) +
           bits_whole_lines(limits->send_ring * sizeof(struct sim_sent)) +
           bits_whole_lines(limits->buffer_bytes) + packets_bytes(limits);
}

static void *carve(char **mem, size_t bytes) {
    void *taken = *mem;
    *mem += bits_whole_lines(bytes);
    return taken;
}

struct nic_sim *nic_sim_init(void *mem, const struct nic_sim_limits *limits,
                             const struct ethernet_address *address) {
    CHECK(nic_sim_footprint(limits) != 0);
    char *next = mem;
    uint32_t packets = limits->receive_packets + limits->send_packets;
    struct nic_sim *sim = carve(&next, sizeof(*sim));
    *sim =
        (struct nic_sim){.nic = {.ops = &sim_ops,
                                 .address = *address,
                                 .mtu = MTU,
                                 .payload_bytes_max = limits->buffer_bytes - PACKET_HEADROOM_BYTES},
                         .limits = *limits};
    sim->packets = carve(&next, packets * sizeof(struct sim_packet));
    sim->arrived = carve(&next, limits->receive_packets * sizeof(struct packet *));
    sim->sent = carve(&next, limits->send_ring * sizeof(struct sim_sent));
    sim->filled_in = carve(&next, limits->buffer_bytes);
    memset(next, 0, packets_bytes(limits));
    /* Backwards, so that they are taken in the order in which they lie. */
    for (uint32_t i = packets; i-- > 0;) {
        char *buffer = next + (size_t)i * bits_whole_lines(limits->buffer_bytes);
        sim->packets[i] = (struct sim_packet){
            .packet = {.buffer = buffer, .nic = &sim->nic, .buffer_bytes = limits->buffer_bytes}};
        pool_put(sim, &sim->packets[i]);
    }
    return sim;
}

struct nic *nic_sim_nic(struct nic_sim *sim) {
    return &sim->nic;
}

void nic_sim_refuse_take(struct nic_sim *sim, bool data, bool control) {
    sim->refuse_data = data;
    sim->refuse_control = control;
}

void nic_sim_refuse_takes(struct nic_sim *sim, uint32_t skip, uint32_t count) {
    sim->refuse_skip = skip;
    sim->refuse_count = count;
}

void nic_sim_refuse_send(struct nic_sim *sim, bool refuse) {
    sim->refuse_send = refuse;
}

void nic_sim_set_link(struct nic_sim *sim, bool up) {
    nic_set_link(&sim->nic, up);
}

void nic_sim_verdict(struct nic_sim *sim, enum packet_verdict ip, enum packet_verdict l4) {
    sim->ip_verdict = (uint8_t)ip;
    sim->l4_verdict = (uint8_t)l4;
}

void nic_sim_offload(struct nic_sim *sim, bool offload) {
    sim->nic.checksum_offload = offload;
}
