/*
 * The NIC the stack sees. Frames pass to and from the simulated NIC behind it; on the way they are
 * shown to the rules, in the order in which the stack handles them. Planted bugs are made here: a
 * frame to be changed is copied first, for its packet may be kept by its owner.
 */
#include "net/tcp/sim/tcp_sim_internal.h"

#define PLANT_HOST 0
#define PLANT_EVERY 4 /* of those frames a plant would change */

static struct tcp_sim_host *host_of(struct nic *nic) {
    return (struct tcp_sim_host *)nic;
}

static struct nic *inner_of(const struct tcp_sim_host *host) {
    return nic_sim_nic(host->inner);
}

static enum tcp_sim_plant plant_of(const struct tcp_sim_host *host) {
    return host->index == PLANT_HOST ? host->sim->options.plant : TCP_SIM_PLANT_NONE;
}

static bool is_turn_of_plant(struct tcp_sim_host *host) {
    return ++host->planted % PLANT_EVERY == 0;
}

static void hash_frame(struct tcp_sim *sim, uint8_t host, const char *data, uint32_t bytes) {
    uint64_t hash = sim->verdict.hash ^ (uint64_t)sim->now.mono.ns ^ host ^ (uint64_t)bytes << 32;
    for (uint32_t i = 0; i < bytes; i += (uint32_t)sizeof(uint64_t)) {
        uint64_t word = 0;
        uint32_t left = bytes - i;
        memcpy(&word, data + i, left < sizeof(word) ? left : sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    sim->verdict.hash = hash;
    sim->verdict.frames++;
}

/* Plants in what is sent. */

static bool is_pure_ack(const struct tcp_sim_frame *frame) {
    return frame->kind == TCP_SIM_FRAME_TCP && frame->payload_bytes == 0 &&
           (frame->flags & ~TCP_SIM_PSH) == TCP_SIM_ACK;
}

static bool was_sent(const struct tcp_sim_host *host, const struct tcp_sim_frame *frame) {
    uint32_t talk = tcp_sim_wire_talk(host->sim, host->index, frame);
    uint32_t length = tcp_sim_frame_length(frame);
    if (talk == TCP_SIM_TALKS_MAX || length == 0) {
        return false;
    }
    const struct tcp_sim_half *half = &host->sim->talk[talk].half[host->index];
    return half->syn_seen && (int32_t)(frame->seq + length - half->sent_end) <= 0;
}

/* It never leaves, though TCP thinks so. */
static bool is_swallowed(struct tcp_sim_host *host, const struct tcp_sim_frame *frame) {
    switch (plant_of(host)) {
    case TCP_SIM_PLANT_NO_FIN:
        return (frame->flags & TCP_SIM_FIN) != 0;
    case TCP_SIM_PLANT_NOT_AGAIN:
        return was_sent(host, frame);
    default:
        return false;
    }
}

/* The rules do not see it, as if TCP had not sent it. */
static bool is_held(struct tcp_sim_host *host, const struct tcp_sim_frame *frame) {
    return plant_of(host) == TCP_SIM_PLANT_ACK_HELD && is_pure_ack(frame) && is_turn_of_plant(host);
}

static void blank_with_nops(char *data, uint32_t from, uint32_t bytes) {
    memset(data + from, 1, bytes);
}

/* Whether the copy was changed, and by what its checksum is not made right again. */
static bool change(struct tcp_sim_host *host, char *data, const struct tcp_sim_frame *frame,
                   bool *mend) {
    char *tcp = data + frame->tcp_offset;
    switch (plant_of(host)) {
    case TCP_SIM_PLANT_OTHER_BYTES:
        if (frame->payload_bytes > 0 && was_sent(host, frame)) {
            data[frame->payload_offset] ^= 1;
            return true;
        }
        return false;
    case TCP_SIM_PLANT_WINDOW_BACK:
        if (is_pure_ack(frame) && is_turn_of_plant(host)) {
            tcp_sim_frame_put16(tcp + 14, 0);
            return true;
        }
        return false;
    case TCP_SIM_PLANT_ACK_AHEAD:
        if (is_pure_ack(frame) && is_turn_of_plant(host)) {
            tcp_sim_frame_put32(tcp + 8, frame->ack + 5000);
            return true;
        }
        return false;
    case TCP_SIM_PLANT_NO_MSS:
        if (frame->flags & TCP_SIM_SYN) {
            blank_with_nops(data, frame->tcp_offset + 20, frame->tcp_header_bytes - 20);
            return true;
        }
        return false;
    case TCP_SIM_PLANT_NO_TIMESTAMP:
        if (frame->has_timestamps && !(frame->flags & TCP_SIM_SYN) && is_turn_of_plant(host)) {
            blank_with_nops(data, frame->ts_offset, 10);
            return true;
        }
        return false;
    case TCP_SIM_PLANT_SACK_LIE:
        if (frame->sack_count > 0) {
            tcp_sim_frame_put32(data + frame->sack_offset + 4, frame->sack_right[0] + 3000);
            return true;
        }
        return false;
    case TCP_SIM_PLANT_BAD_CHECKSUM:
        *mend = false;
        tcp[16] ^= 1;
        return is_turn_of_plant(host);
    case TCP_SIM_PLANT_SLOW_DIFFERS:
        tcp[13] ^= TCP_SIM_PSH;
        return host->sim->options.slow_only && frame->payload_bytes > 0;
    case TCP_SIM_PLANT_UNREPEATABLE:
        tcp[13] ^= TCP_SIM_PSH;
        return host->sim->runs % 2 == 0 && frame->payload_bytes > 0;
    default:
        return false;
    }
}

/* What leaves in the place of `packet`; it itself when no plant changes it. */
static struct packet *changed(struct tcp_sim_host *host, struct packet *packet,
                              struct tcp_sim_frame *frame) {
    if (plant_of(host) == TCP_SIM_PLANT_NONE || frame->kind != TCP_SIM_FRAME_TCP) {
        return packet;
    }
    char data[2048];
    CHECK(packet->data_bytes <= sizeof(data));
    memcpy(data, packet_data(packet), packet->data_bytes);
    bool mend = true;
    if (!change(host, data, frame, &mend)) {
        return packet;
    }
    struct packet *copy = nic_take(inner_of(host), NIC_CONTROL);
    if (copy == NULL) {
        return packet;
    }
    if (mend) {
        tcp_sim_frame_mend(data, frame);
    }
    copy->data_offset = packet->data_offset;
    copy->data_bytes = packet->data_bytes;
    memcpy(packet_data(copy), data, packet->data_bytes);
    tcp_sim_frame_read(packet_data(copy), copy->data_bytes, true, frame);
    return copy;
}

static void leak(struct tcp_sim_host *host) {
    if (plant_of(host) == TCP_SIM_PLANT_LEAK && host->planted == 0) {
        host->planted += nic_take(inner_of(host), NIC_CONTROL) != NULL;
    }
}

static void settle(struct packet *packet) {
    if (!packet->kept) {
        nic_give(packet);
    }
}

/* A packet is the stack's NIC's with the stack, and the inner one's behind it. */
static uint32_t send_inside(struct tcp_sim_host *host, struct now now, struct packet *packet) {
    struct nic *inner = inner_of(host), *outer = packet->nic;
    packet->nic = inner;
    bool kept = packet->kept;
    uint32_t sent = nic_send(inner, now, &packet, 1);
    if (sent == 0 || kept) {
        packet->nic = outer;
    }
    return sent;
}

static uint32_t send_one(struct tcp_sim_host *host, struct now now, struct packet *packet) {
    struct tcp_sim *sim = host->sim;
    struct tcp_sim_frame frame;
    tcp_sim_frame_read(packet_data(packet), packet->data_bytes, !packet->offload, &frame);
    leak(host);
    bool held = is_held(host, &frame);
    if (held || (frame.kind == TCP_SIM_FRAME_TCP && is_swallowed(host, &frame))) {
        if (!held) {
            tcp_sim_wire_sent(sim, host->index, packet_data(packet), &frame);
        }
        settle(packet);
        return 1;
    }
    struct packet *leaving = changed(host, packet, &frame);
    if (send_inside(host, now, leaving) == 0) {
        host->refused = true;
        if (leaving != packet) {
            nic_give(leaving);
        }
        return 0;
    }
    /* The NIC has it now: until the link takes it, it may be read. */
    const char *data = packet_data(leaving);
    hash_frame(sim, host->index, data, leaving->data_bytes);
    tcp_sim_wire_sent(sim, host->index, data, &frame);
    if (leaving != packet) {
        settle(packet);
    }
    return 1;
}

static uint32_t nic_of_stack_send(struct nic *nic, struct now now, struct packet **packets,
                                  uint32_t count) {
    uint32_t sent = 0;
    while (sent < count && send_one(host_of(nic), now, packets[sent]) == 1) {
        sent++;
    }
    return sent;
}

/* Plants in what is heard, behind the rules. */

static void spoil(struct tcp_sim_host *host, char *data, const struct tcp_sim_frame *frame) {
    switch (plant_of(host)) {
    case TCP_SIM_PLANT_PAST_WINDOW:
        tcp_sim_frame_put16(data + frame->tcp_offset + 14, 65535);
        tcp_sim_frame_mend(data, frame);
        break;
    case TCP_SIM_PLANT_READ_WRONG:
        if (frame->payload_bytes > 0 && is_turn_of_plant(host)) {
            data[frame->payload_offset] ^= 1;
            tcp_sim_frame_mend(data, frame);
        }
        break;
    default:
        break;
    }
}

/* The ACK that was heard, sent back with the numbers turned round. */
static void answer_ack(struct tcp_sim_host *host, struct packet *heard,
                       const struct tcp_sim_frame *frame) {
    struct packet *answer = nic_take(inner_of(host), NIC_CONTROL);
    if (answer == NULL) {
        return;
    }
    uint32_t talk = tcp_sim_wire_talk(host->sim, !host->index, frame);
    if (talk == TCP_SIM_TALKS_MAX || !host->sim->talk[talk].half[host->index].window_told) {
        nic_give(answer);
        return;
    }
    const struct tcp_sim_half *half = &host->sim->talk[talk].half[host->index];
    char *data = packet_data(answer), *tcp = data + frame->tcp_offset;
    answer->data_bytes = heard->data_bytes;
    memcpy(data, packet_data(heard), heard->data_bytes);
    memcpy(data, packet_data(heard) + 6, 6);
    memcpy(data + 6, packet_data(heard), 6);
    memcpy(tcp - 8, packet_data(heard) + frame->tcp_offset - 4, 4);
    memcpy(tcp - 4, packet_data(heard) + frame->tcp_offset - 8, 4);
    tcp_sim_frame_put16(tcp, frame->to_port);
    tcp_sim_frame_put16(tcp + 2, frame->from_port);
    tcp_sim_frame_put32(tcp + 4, half->sent_end);
    tcp_sim_frame_put32(tcp + 8, half->last_ack);
    tcp_sim_frame_put16(tcp + 14, 65535);
    if (frame->has_timestamps) {
        tcp_sim_frame_put32(data + frame->ts_offset + 2, half->ts_value);
        tcp_sim_frame_put32(data + frame->ts_offset + 6, frame->ts_value);
    }
    struct tcp_sim_frame sent = *frame;
    sent.from = frame->to;
    sent.to = frame->from;
    tcp_sim_frame_mend(data, &sent);
    if (send_one(host, host->sim->now, answer) == 0) {
        nic_give(answer);
    }
}

/* Ethernet has no checksum here: a bit that turned may have made it somebody else's. */
static bool is_to(const struct tcp_sim_host *host, const struct packet *packet) {
    struct ethernet_address mac = tcp_sim_mac(host->index);
    const char *data = packet_data(packet);
    uint16_t vlan = host->sim->plan.host[host->index].vlan;
    if (packet->data_bytes < ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES ||
        memcmp(data, mac.byte, ETHERNET_ADDRESS_BYTES) != 0 ||
        (data[ETHERNET_ADDRESS_BYTES] & 1) != 0) {
        return false;
    }
    bool tagged = data[12] == (char)0x81;
    return tagged ? (data[14] & 15) == vlan >> 8 && data[15] == (char)(vlan & 0xff)
                  : vlan == ETHERNET_VLAN_NONE;
}

static void hear(struct tcp_sim_host *host, struct packet *packet) {
    struct tcp_sim_frame frame;
    tcp_sim_frame_read(packet_data(packet), packet->data_bytes, true, &frame);
    if (frame.kind == TCP_SIM_FRAME_TCP && !is_to(host, packet)) {
        frame.kind = TCP_SIM_FRAME_BROKEN;
        frame.fault = "a frame that is for somebody else";
    }
    tcp_sim_wire_heard(host->sim, host->index, &frame);
    if (frame.kind == TCP_SIM_FRAME_TCP) {
        if (plant_of(host) == TCP_SIM_PLANT_ACK_ACK && is_pure_ack(&frame)) {
            answer_ack(host, packet, &frame);
        }
        spoil(host, packet_data(packet), &frame);
    }
}

static uint32_t nic_of_stack_receive(struct nic *nic, struct now now, struct packet **packets,
                                     uint32_t max) {
    struct tcp_sim_host *host = host_of(nic);
    uint32_t count = nic_receive(inner_of(host), now, packets, max);
    for (uint32_t i = 0; i < count; i++) {
        packets[i]->nic = nic;
        hear(host, packets[i]);
    }
    return count;
}

static struct packet *nic_of_stack_take(struct nic *nic, enum nic_purpose purpose) {
    struct tcp_sim_host *host = host_of(nic);
    struct packet *packet = nic_take(inner_of(host), purpose);
    if (packet == NULL) {
        host->refused = true;
    } else {
        packet->nic = nic;
    }
    return packet;
}

static void nic_of_stack_give(struct nic *nic, struct packet *packet) {
    packet->nic = inner_of(host_of(nic));
    nic_give(packet);
}

static bool nic_of_stack_has_let_go(const struct nic *nic, const struct packet *packet) {
    const struct tcp_sim_host *host = (const struct tcp_sim_host *)nic;
    struct packet *asked = (struct packet *)packet;
    asked->nic = inner_of(host);
    bool has = nic_has_let_go(asked);
    asked->nic = (struct nic *)nic;
    return has;
}

static void nic_of_stack_reap(struct nic *nic) {
    nic_reap(inner_of(host_of(nic)));
}

static struct nic_counters nic_of_stack_counters(struct nic *nic) {
    return nic_counters(inner_of(host_of(nic)));
}

static const struct nic_ops nic_of_stack = {.receive = nic_of_stack_receive,
                                            .send = nic_of_stack_send,
                                            .take = nic_of_stack_take,
                                            .give = nic_of_stack_give,
                                            .has_let_go = nic_of_stack_has_let_go,
                                            .reap = nic_of_stack_reap,
                                            .counters = nic_of_stack_counters};

void tcp_sim_nic_init(struct tcp_sim_host *host) {
    host->nic = *inner_of(host);
    host->nic.ops = &nic_of_stack;
}
