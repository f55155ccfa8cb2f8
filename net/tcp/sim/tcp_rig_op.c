/*
 * Bytes to things that happen. Most segments are nearly right: their fields are the peer's own, off
 * by little, for one that is wrong everywhere goes no deeper than the first test.
 */
#include "net/tcp/sim/tcp_rig.h"

enum op {
    OP_SEGMENT = 0, /* flags, off by: seq, ack; text; window, SACK or timestamps */
    OP_SAY,         /* in order */
    OP_ACK_ALL,
    OP_ACK_SOME,
    OP_SACK,
    OP_PASS,
    OP_PASS_TO_DEADLINE,
    OP_WRITE,
    OP_WRITE_HELD,
    OP_RELEASE,
    OP_READ,
    OP_FINISH,
    OP_DISCARD,
    OP_OPEN, /* dial or accept */
    OP_WINDOW,
    OP_REFUSE,
    OP_ICMP,
    OP_NEIGHBOUR,
    OPS
};

/* Little steps are fine, others far: -64 .. 63, and those times 1, 37, 1400, 2^24. */
static uint32_t off_by(uint8_t byte, uint8_t scale) {
    static const int32_t scales[] = {1, 37, 1400, 1 << 24};
    return (uint32_t)(((int32_t)(byte & 127) - 64) * scales[scale & 3]);
}

static uint32_t text_bytes_of(uint8_t byte) {
    return byte < 200 ? byte % 64 : (uint32_t)(byte - 199) * 25;
}

static void segment(struct tcp_rig *rig, const uint8_t *op) {
    struct tcp_segment segment = tcp_rig_next(rig, op[1] & 0x3f);
    if (op[1] & 0x40) {
        segment.seq.value += off_by(op[2], op[7]);
    }
    if (op[1] & 0x80) {
        segment.ack.value += off_by(op[3], op[7] >> 2);
    }
    if (op[5] & 1) {
        segment.window = (uint16_t)(op[6] << (op[5] >> 4 & 7));
    }
    if (op[5] & 2) {
        segment.has_timestamps = !segment.has_timestamps;
    }
    if (op[5] & 4) {
        segment.ts_value += off_by(op[6], op[7] >> 4);
    }
    if (op[5] & 8) {
        segment.mss = op[6];
        segment.sack_permitted = (op[6] & 16) != 0;
    }
    tcp_rig_deliver(rig, &segment, text_bytes_of(op[4]));
}

static void ack(struct tcp_rig *rig, const uint8_t *op, bool all) {
    struct tcp_segment segment = tcp_rig_next(rig, TCP_ACK);
    if (!all) {
        segment.ack.value = rig->iss + 1 + (op[1] | (uint32_t)op[2] << 8) % (rig->written + 2);
    }
    tcp_rig_deliver(rig, &segment, text_bytes_of(op[3]) % 8);
}

static void sack(struct tcp_rig *rig, const uint8_t *op) {
    struct tcp_segment segment = tcp_rig_next(rig, TCP_ACK);
    segment.ack.value = rig->iss + 1 + (op[1] & 127) * 8 % (rig->written + 2);
    segment.sack_count = (uint8_t)(1 + (op[1] >> 7));
    for (uint32_t i = 0; i < segment.sack_count; i++) {
        segment.sack[i].left.value = rig->iss + 1 + (uint32_t)op[2 + 2 * i] * 12;
        segment.sack[i].right.value = segment.sack[i].left.value + (uint32_t)op[3 + 2 * i] * 12;
    }
    tcp_rig_deliver(rig, &segment, 0);
}

static void pass(struct tcp_rig *rig, const uint8_t *op) {
    static const int64_t times_ns[] = {0,
                                       NS_PER_US,
                                       100 * NS_PER_US,
                                       NS_PER_MS,
                                       20 * NS_PER_MS,
                                       300 * NS_PER_MS,
                                       5 * NS_PER_S,
                                       25 * 86400 * NS_PER_S};
    tcp_rig_pass(rig, times_ns[op[1] & 7] * (1 + (op[2] & 3)));
}

static void refuse(struct tcp_rig *rig, const uint8_t *op) {
    nic_sim_refuse_take(rig->nic, (op[1] & 1) != 0, (op[1] & 2) != 0);
    nic_sim_refuse_send(rig->nic, (op[1] & 4) != 0);
}

static void icmp(struct tcp_rig *rig, const uint8_t *op) {
    if (rig->stream == NULL) {
        return;
    }
    struct tcp_info info = tcp_info(rig->stream);
    tcp_icmp(rig->tcp, (enum tcp_icmp_kind)(op[1] % 3), &info.flow,
             tcp_seq_add(info.snd_una, off_by(op[2], op[3])), (uint32_t)op[4] << 3);
}

static void neighbour(struct tcp_rig *rig, const uint8_t *op) {
    static const struct ethernet_address elsewhere = {{2, 0, 0, 0, 0, 9}};
    static const struct ethernet_address known = {{2, 0, 0, 0, 0, 2}};
    rig->unresolved = (op[1] & 3) == 3;
    tcp_neighbour(rig->tcp, 1, (op[1] & 3) == 0 ? NULL : (op[1] & 3) == 1 ? &elsewhere : &known);
}

static void release(struct tcp_rig *rig) {
    if (rig->stream != NULL) {
        stream_release(rig->stream, (struct stream_position){.value = rig->position});
    }
}

static void happen_above(struct tcp_rig *rig, const uint8_t *op) {
    switch ((enum op)(op[0] % OPS)) {
    case OP_WRITE:
        tcp_rig_write(rig, text_bytes_of(op[1]), 0);
        break;
    case OP_WRITE_HELD:
        tcp_rig_write(rig, text_bytes_of(op[1]), rig->position + 1 + (op[2] & 1));
        rig->position += 1 + (op[2] & 1);
        break;
    case OP_RELEASE:
        release(rig);
        break;
    case OP_READ:
        tcp_rig_read(rig, op[1] < 128 ? op[1] : UINT32_MAX);
        break;
    case OP_FINISH:
        tcp_rig_finish(rig);
        break;
    case OP_DISCARD:
        if (op[1] < 64) { /* else nothing would ever last */
            tcp_rig_discard(rig);
        }
        break;
    case OP_OPEN:
        if (op[1] & 1) {
            tcp_rig_dial(rig);
        } else {
            tcp_rig_accept(rig);
        }
        break;
    default:
        break;
    }
}

void tcp_rig_op(struct tcp_rig *rig, const uint8_t *op) {
    switch ((enum op)(op[0] % OPS)) {
    case OP_SEGMENT:
        segment(rig, op);
        break;
    case OP_SAY:
        tcp_rig_say(rig, TCP_ACK | (op[1] < 8 ? TCP_FIN : TCP_PSH), text_bytes_of(op[2]));
        break;
    case OP_ACK_ALL:
    case OP_ACK_SOME:
        ack(rig, op, op[0] % OPS == OP_ACK_ALL);
        break;
    case OP_SACK:
        sack(rig, op);
        break;
    case OP_PASS:
        pass(rig, op);
        break;
    case OP_PASS_TO_DEADLINE:
        tcp_rig_pass_to_deadline(rig);
        break;
    case OP_WINDOW:
        rig->window = (uint16_t)(op[1] << (op[2] & 7));
        break;
    case OP_REFUSE:
        refuse(rig, op);
        break;
    case OP_ICMP:
        icmp(rig, op);
        break;
    case OP_NEIGHBOUR:
        neighbour(rig, op);
        break;
    default:
        happen_above(rig, op);
        break;
    }
}
