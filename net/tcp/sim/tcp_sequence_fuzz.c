/*
 * A sequence of things that happen to a TCP: segments nearly right, time, an application, a NIC
 * that refuses, ICMP. Input: setup, state, then 8 bytes for each.
 */
#include <stddef.h>
#include <stdint.h>

#include "net/tcp/sim/tcp_rig.h"

#define OPS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 2 + OPS_MAX * TCP_RIG_OP_BYTES) {
        return 0;
    }
    struct tcp_rig_setup setup = tcp_rig_setup_of(data[0]);
    struct tcp_rig rig;
    tcp_rig_open(&rig, &setup, (enum tcp_rig_state)(data[1] % TCP_RIG_STATES));
    for (size_t at = 2; at + TCP_RIG_OP_BYTES <= size; at += TCP_RIG_OP_BYTES) {
        tcp_rig_op(&rig, data + at);
    }
    tcp_rig_close(&rig);
    return 0;
}
