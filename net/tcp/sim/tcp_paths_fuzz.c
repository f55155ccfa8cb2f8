/*
 * The same happens to a TCP with the fast path and to one without: both must say the same, frame by
 * frame. Input as that of tcp_sequence_fuzz.c.
 */
#include <stddef.h>
#include <stdint.h>

#include "net/tcp/sim/tcp_rig.h"

#define OPS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct tcp_rig *fast, const struct tcp_rig *slow) {
    CHECK(fast->frames == slow->frames && fast->hash == slow->hash);
    CHECK(tcp_deadline(fast->tcp).ns == tcp_deadline(slow->tcp).ns);
    CHECK((fast->stream == NULL) == (slow->stream == NULL));
    if (fast->stream != NULL) {
        struct tcp_info a = tcp_info(fast->stream), b = tcp_info(slow->stream);
        CHECK(a.state == b.state && a.snd_una.value == b.snd_una.value);
        CHECK(a.rcv_nxt.value == b.rcv_nxt.value && a.rcv_window == b.rcv_window);
        CHECK(a.snd_window == b.snd_window && a.cwnd == b.cwnd && a.srtt.ns == b.srtt.ns);
        CHECK(fast->read == slow->read && fast->written == slow->written);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 2 + OPS_MAX * TCP_RIG_OP_BYTES) {
        return 0;
    }
    struct tcp_rig_setup setup = tcp_rig_setup_of(data[0]);
    enum tcp_rig_state state = (enum tcp_rig_state)(data[1] % TCP_RIG_STATES);
    struct tcp_rig fast, slow;
    setup.slow_only = false;
    tcp_rig_open(&fast, &setup, state);
    setup.slow_only = true;
    tcp_rig_open(&slow, &setup, state);
    same(&fast, &slow);
    for (size_t at = 2; at + TCP_RIG_OP_BYTES <= size; at += TCP_RIG_OP_BYTES) {
        tcp_rig_op(&fast, data + at);
        tcp_rig_op(&slow, data + at);
        same(&fast, &slow);
    }
    CHECK(tcp_counters(slow.tcp)->fast == 0);
    tcp_rig_close(&fast);
    tcp_rig_close(&slow);
    return 0;
}
