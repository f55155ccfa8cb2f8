/*
 * One segment of any bytes into every state: the checksum is made right, ports and numbers are made
 * to fit when the input says so. Then time passes, and the application goes on.
 *
 * Input: setup, state, what is made to fit, the segment.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/tcp/sim/tcp_rig.h"

#define SEGMENT_BYTES_MAX 1400

enum { FIT_PORTS = 1, FIT_SEQ = 2, FIT_ACK = 4, FIT_LENGTH = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_32(uint8_t *at, uint32_t value) {
    uint32_t sum = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    tcp_sim_frame_put32((char *)at, sum + value);
}

static void fit(const struct tcp_rig *rig, uint8_t *segment, uint8_t how) {
    if (how & FIT_PORTS) {
        tcp_sim_frame_put16((char *)segment, 9000);
        tcp_sim_frame_put16((char *)segment + 2, rig->local_port);
    }
    if (how & FIT_SEQ) {
        add_32(segment + 4, rig->seq);
    }
    if (how & FIT_ACK) {
        add_32(segment + 8, rig->ack);
    }
    if (how & FIT_LENGTH) {
        segment[12] = 5 << 4;
    }
}

static void go_on(struct tcp_rig *rig) {
    tcp_rig_pass(rig, NS_PER_MS);
    tcp_rig_accept(rig);
    tcp_rig_write(rig, 10, 0);
    tcp_rig_say(rig, TCP_ACK, 5);
    tcp_rig_pass_to_deadline(rig);
    tcp_rig_finish(rig);
    tcp_rig_pass_to_deadline(rig);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t segment[SEGMENT_BYTES_MAX];
    if (size < 3 + TCP_HEADER_BYTES || size > 3 + sizeof(segment)) {
        return 0;
    }
    struct tcp_rig_setup setup = tcp_rig_setup_of(data[0]);
    struct tcp_rig rig;
    tcp_rig_open(&rig, &setup, (enum tcp_rig_state)(data[1] % TCP_RIG_STATES));
    memcpy(segment, data + 3, size - 3);
    fit(&rig, segment, data[2]);
    tcp_rig_deliver_bytes(&rig, segment, (uint32_t)size - 3);
    go_on(&rig);
    tcp_rig_close(&rig);
    return 0;
}
