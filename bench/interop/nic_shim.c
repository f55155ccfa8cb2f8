#include "bench/interop/nic_shim.h"

#include <string.h>

#include "net/wire/big_endian.h"
#include "net/wire/ipv4.h"

#define PPM 1000000
/* A copy starts here in its buffer: a frame needs no headroom of its own. */
#define COPY_OFFSET 0

static struct nic_shim *shim_of(struct nic *nic) {
    return (struct nic_shim *)nic;
}

/* Whether chance says so. One number is drawn whatever the share, so that turning one knob leaves
 * the fates of the others alone. */
static bool happens(struct nic_shim *shim, uint32_t ppm) {
    return prng_below(&shim->prng, PPM) < ppm;
}

/* What chance has in store for a frame. */
struct fate {
    bool lost, duplicated, late, corrupted;
    uint64_t bit;
};

static struct fate fate_of(struct nic_shim *shim, enum nic_shim_direction direction) {
    const struct nic_shim_way *way = &shim->ways[direction];
    struct fate fate = {.lost = happens(shim, way->loss_ppm)};
    fate.duplicated = happens(shim, way->duplicate_ppm);
    fate.late = happens(shim, way->reorder_ppm) && shim->late_count[direction] < NIC_SHIM_LATE_MAX;
    fate.corrupted = happens(shim, way->corrupt_ppm);
    fate.bit = prng_next(&shim->prng);
    return fate;
}

static void count(struct nic_shim *shim, enum nic_shim_direction direction,
                  const struct fate *fate) {
    struct nic_shim_counters *counters = &shim->counters[direction];
    counters->frames++;
    counters->lost += fate->lost;
    if (!fate->lost) {
        counters->duplicated += fate->duplicated;
        counters->reordered += fate->late;
        counters->corrupted += fate->corrupted;
    }
}

/* The shim's own, to be sent or handed up; NULL when there is no packet. */
static struct packet *copy_of(struct nic_shim *shim, const struct packet *packet) {
    struct packet *copy = nic_take(shim->inner, NIC_CONTROL);
    if (copy == NULL || packet->data_bytes > copy->buffer_bytes - COPY_OFFSET) {
        if (copy != NULL) {
            nic_give(copy);
        }
        return NULL;
    }
    copy->data_offset = COPY_OFFSET;
    copy->data_bytes = packet->data_bytes;
    memcpy(packet_data(copy), packet_data(packet), packet->data_bytes);
    return copy;
}

static void turn_bit(struct packet *packet, uint64_t bit) {
    uint64_t at = bit % ((uint64_t)packet->data_bytes * 8);
    char *byte = packet_data(packet) + at / 8;
    *byte = (char)((uint8_t)*byte ^ 1U << at % 8);
}

/* Late frames, in the order in which they are due, since all are late by the same. */

static void make_late(struct nic_shim *shim, enum nic_shim_direction direction, struct now now,
                      struct packet *packet) {
    shim->late[direction][shim->late_count[direction]++] = (struct nic_shim_late){
        .packet = packet, .until = instant_add(now.mono, shim->ways[direction].late_by)};
}

/* The first late frame that is due, taken out; NULL. */
static struct packet *due(struct nic_shim *shim, enum nic_shim_direction direction,
                          struct now now) {
    struct nic_shim_late *late = shim->late[direction];
    if (shim->late_count[direction] == 0 || !instant_reached(now.mono, late[0].until)) {
        return NULL;
    }
    struct packet *packet = late[0].packet;
    shim->late_count[direction]--;
    memmove(late, late + 1, shim->late_count[direction] * sizeof(*late));
    return packet;
}

/* Sending. */

/* A frame of the shim's own; one that the NIC does not take is lost. */
static void send_own(struct nic_shim *shim, struct now now, struct packet *packet) {
    if (nic_send(shim->inner, now, &packet, 1) == 0) {
        nic_give(packet);
    }
}

static bool carries_data(const struct packet *packet) {
    const char *ip = packet_data(packet) + ETHERNET_HEADER_BYTES;
    struct ipv4_header header;
    if (packet->data_bytes < ETHERNET_HEADER_BYTES ||
        big_endian_u16(ip - sizeof(uint16_t)) != ETHERNET_TYPE_IPV4 ||
        ipv4_read(ip, packet->data_bytes - ETHERNET_HEADER_BYTES, true, &header) != IPV4_OK ||
        header.protocol != IPV4_PROTOCOL_TCP) {
        return false;
    }
    uint32_t tcp_bytes = (uint32_t)((uint8_t)ip[header.header_bytes + 12] >> 4) * 4;
    return header.payload_bytes > tcp_bytes;
}

/* As if it had been sent. */
static void swallow(struct nic_shim *shim, struct packet *packet) {
    packet->nic = shim->inner;
    if (!packet->kept) {
        nic_give(packet);
    }
}

/* False when the NIC takes no more. */
static bool send_plain(struct nic_shim *shim, struct now now, struct packet *packet) {
    packet->nic = shim->inner;
    if (nic_send(shim->inner, now, &packet, 1) == 1) {
        return true;
    }
    packet->nic = &shim->nic;
    return false;
}

static bool send_one(struct nic_shim *shim, struct now now, struct packet *packet) {
    struct fate fate = fate_of(shim, NIC_SHIM_OUT);
    if (shim->drops_next_data && carries_data(packet)) {
        shim->drops_next_data = false;
        fate.lost = true;
    }
    struct packet *copy = NULL;
    if (!fate.lost && (fate.duplicated || fate.late || fate.corrupted)) {
        copy = copy_of(shim, packet);
        if (copy == NULL) {
            fate = (struct fate){.lost = false};
        }
    }
    /* The frame itself goes first when it is doubled; else its copy goes instead. */
    bool is_plain = !fate.lost && (fate.duplicated || copy == NULL);
    if (is_plain && !send_plain(shim, now, packet)) {
        if (copy != NULL) {
            nic_give(copy);
        }
        return false;
    }
    count(shim, NIC_SHIM_OUT, &fate);
    if (!is_plain) {
        swallow(shim, packet);
    }
    if (copy != NULL && fate.corrupted) {
        turn_bit(copy, fate.bit);
    }
    if (copy != NULL && fate.late) {
        make_late(shim, NIC_SHIM_OUT, now, copy);
    } else if (copy != NULL) {
        send_own(shim, now, copy);
    }
    return true;
}

static uint32_t shim_send(struct nic *nic, struct now now, struct packet **packets,
                          uint32_t wanted) {
    uint32_t sent = 0;
    while (sent < wanted && send_one(shim_of(nic), now, packets[sent])) {
        sent++;
    }
    return sent;
}

/* Receiving. */

/* One received frame: how many of `out` it became, at most two. */
static uint32_t receive_one(struct nic_shim *shim, struct now now, struct packet *packet,
                            struct packet **out) {
    struct fate fate = fate_of(shim, NIC_SHIM_IN);
    struct packet *copy = fate.lost || !fate.duplicated ? NULL : copy_of(shim, packet);
    fate.duplicated = copy != NULL;
    count(shim, NIC_SHIM_IN, &fate);
    if (fate.lost) {
        nic_give(packet);
        return 0;
    }
    uint32_t made = 0;
    if (copy != NULL) {
        out[made++] = copy;
    }
    if (fate.corrupted) {
        turn_bit(packet, fate.bit);
        packet->ip_checksum = packet->l4_checksum = PACKET_UNKNOWN;
    }
    if (fate.late) {
        make_late(shim, NIC_SHIM_IN, now, packet);
    } else {
        out[made++] = packet;
    }
    return made;
}

static uint32_t shim_receive(struct nic *nic, struct now now, struct packet **packets,
                             uint32_t max) {
    struct nic_shim *shim = shim_of(nic);
    struct packet *packet;
    while ((packet = due(shim, NIC_SHIM_OUT, now)) != NULL) {
        send_own(shim, now, packet);
    }
    uint32_t made = 0;
    while (made < max && (packet = due(shim, NIC_SHIM_IN, now)) != NULL) {
        packets[made++] = packet;
    }
    struct packet *received[NIC_BURST_MAX];
    uint32_t got = nic_receive(shim->inner, now, received, (max - made) / 2); /* all may double */
    for (uint32_t i = 0; i < got; i++) {
        made += receive_one(shim, now, received[i], packets + made);
    }
    for (uint32_t i = 0; i < made; i++) {
        packets[i]->nic = nic;
    }
    return made;
}

/* Packets. */

static struct packet *shim_take(struct nic *nic, enum nic_purpose purpose) {
    struct packet *packet = nic_take(shim_of(nic)->inner, purpose);
    if (packet != NULL) {
        packet->nic = nic;
    }
    return packet;
}

static void shim_give(struct nic *nic, struct packet *packet) {
    packet->nic = shim_of(nic)->inner;
    nic_give(packet);
}

/* A packet that was sent is the inner NIC's, who is asked itself. */
static bool shim_has_let_go(const struct nic *nic, const struct packet *packet) {
    (void)nic, (void)packet;
    return true;
}

static void shim_reap(struct nic *nic) {
    nic_reap(shim_of(nic)->inner);
}

static struct nic_counters shim_counters(struct nic *nic) {
    return nic_counters(shim_of(nic)->inner);
}

void nic_shim_init(struct nic_shim *shim, struct nic *inner, uint64_t seed) {
    static const struct nic_ops ops = {.receive = shim_receive,
                                       .send = shim_send,
                                       .take = shim_take,
                                       .give = shim_give,
                                       .has_let_go = shim_has_let_go,
                                       .reap = shim_reap,
                                       .counters = shim_counters};
    *shim = (struct nic_shim){.nic = *inner, .inner = inner};
    shim->nic.ops = &ops;
    shim->nic.checksum_offload = false; /* what is corrupted must not be mended */
    prng_seed(&shim->prng, seed);
}

void nic_shim_set(struct nic_shim *shim, enum nic_shim_direction direction,
                  const struct nic_shim_way *way) {
    shim->ways[direction] = *way;
}

void nic_shim_drop_next_data(struct nic_shim *shim) {
    shim->drops_next_data = true;
}

void nic_shim_fini(struct nic_shim *shim) {
    for (uint32_t direction = 0; direction < NIC_SHIM_DIRECTIONS; direction++) {
        for (uint32_t i = 0; i < shim->late_count[direction]; i++) {
            nic_give(shim->late[direction][i].packet);
        }
        shim->late_count[direction] = 0;
    }
}
