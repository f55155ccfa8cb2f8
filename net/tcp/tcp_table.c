#include <string.h>

#include "net/tcp/tcp_internal.h"
#include "net/wire/big_endian.h"

struct tcp_flow_key tcp_flow_key_of(const struct tcp_flow *flow) {
    struct tcp_flow_key key;
    char bytes[sizeof(key.addresses) + sizeof(key.ports)];
    big_endian_put_u32(bytes, flow->remote.value);
    big_endian_put_u32(bytes + 4, flow->local.value);
    big_endian_put_u16(bytes + 8, flow->remote_port);
    big_endian_put_u16(bytes + 10, flow->local_port);
    memcpy(&key.addresses, bytes, sizeof(key.addresses));
    memcpy(&key.ports, bytes + 8, sizeof(key.ports));
    return key;
}

static uint64_t flow_hash(const struct tcp *tcp, const struct tcp_flow *flow) {
    return tcp_flow_hash(tcp, tcp_flow_key_of(flow));
}

static const struct tcp_flow *flow_of(const struct tcp *tcp, uint32_t id) {
    if (id < tcp->setup.limits.connections_max) {
        return &tcp->connections[id].flow;
    }
    id -= tcp->setup.limits.connections_max;
    if (id < tcp->setup.limits.embryos_max) {
        return &tcp->embryos[id].flow;
    }
    return &tcp->time_waits[id - tcp->setup.limits.embryos_max].flow;
}

static bool flow_equal(const struct tcp_flow *a, const struct tcp_flow *b) {
    return a->remote.value == b->remote.value && a->remote_port == b->remote_port &&
           a->local_port == b->local_port && a->local.value == b->local.value;
}

uint32_t tcp_table_find(const struct tcp *tcp, const struct tcp_flow *flow) {
    uint64_t hash = flow_hash(tcp, flow);
    uint32_t cursor = 0;
    for (;;) {
        uint32_t id = hash_index_next(tcp->flows, hash, &cursor);
        if (id == HASH_INDEX_NONE) {
            return TCP_NONE;
        }
        if (LIKELY(flow_equal(flow_of(tcp, id), flow))) {
            return id;
        }
    }
}

bool tcp_table_add(struct tcp *tcp, const struct tcp_flow *flow, uint32_t id) {
    DCHECK(tcp_table_find(tcp, flow) == TCP_NONE);
    return hash_index_insert(tcp->flows, flow_hash(tcp, flow), id);
}

void tcp_table_remove(struct tcp *tcp, const struct tcp_flow *flow, uint32_t id) {
    bool removed = hash_index_remove(tcp->flows, flow_hash(tcp, flow), id);
    CHECK(removed);
}
