#include "net/tcp/tcp_internal.h"

/* Path MTU. */

void tcp_mtu_reduce(struct tcp_connection *c, uint32_t mtu) {
    if (mtu < TCP_MTU_MIN) {
        mtu = TCP_MTU_MIN;
    }
    if (mtu >= c->mtu) {
        return;
    }
    c->mtu = mtu;
    tcp_set_mss(c);
    c->tcp->counters.mtu_reductions++;
    for (uint32_t i = c->head; i != c->next; i++) {
        struct tcp_entry *entry = tcp_entry_at(c, i);
        if (entry->bytes > c->mss && tcp_entry_is_in_flight(entry)) {
            tcp_entry_lose(c, entry);
        }
    }
}

/* Errors. A datagram that we sent and that is not acknowledged is quoted, or it is not believed. */

static struct tcp_connection *quoted(struct tcp *tcp, const struct tcp_flow *flow,
                                     struct tcp_seq seq) {
    uint32_t id = tcp_table_find(tcp, flow);
    if (id >= tcp->setup.limits.connections_max) {
        return NULL;
    }
    struct tcp_connection *c = &tcp->connections[id];
    bool in_flight = tcp_seq_at_most(c->snd_una, seq) && tcp_seq_before(seq, c->snd_nxt);
    return in_flight ? c : NULL;
}

/* RFC 1191 §7.1: 0 is what routers tell that are older than it; the black hole is found by
 * time-outs then. */
static bool too_big(struct tcp_connection *c, uint32_t mtu) {
    if (mtu == 0 || mtu >= c->mtu) {
        return false;
    }
    tcp_mtu_reduce(c, mtu);
    tcp_output(c);
    return true;
}

void tcp_icmp(struct tcp *tcp, enum tcp_icmp_kind kind, const struct tcp_flow *flow,
              struct tcp_seq seq, uint32_t mtu) {
    struct tcp_connection *c = quoted(tcp, flow, seq);
    if (c != NULL && kind == TCP_ICMP_TOO_BIG && too_big(c, mtu)) {
        return;
    }
    if (c != NULL && kind == TCP_ICMP_REFUSED && c->state == TCP_SYN_SENT) {
        tcp->counters.refused++;
        tcp_end(c, STREAM_CLOSE_REFUSED);
        return;
    }
    tcp->counters.icmp_ignored++;
}

/* Neighbours. */

static void connection_neighbour(struct tcp_connection *c, const struct ethernet_address *to) {
    if (to == NULL) {
        if (c->state == TCP_RESOLVING) {
            tcp_end(c, STREAM_CLOSE_UNREACHABLE);
        }
        return;
    }
    c->path.to = *to;
    if (c->state == TCP_RESOLVING) {
        tcp_dial_resolved(c);
    } else {
        tcp_make_template(c);
    }
}

static void embryo_neighbour(struct tcp *tcp, uint32_t index, const struct ethernet_address *to) {
    struct tcp_embryo *embryo = &tcp->embryos[index];
    if (to != NULL) {
        embryo->path.to = *to;
        if (!embryo->resolved) {
            tcp_embryo_resolved(tcp, index);
        }
    } else if (!embryo->resolved) {
        tcp->counters.embryos_dropped++;
        tcp_embryo_free(tcp, index);
    }
}

void tcp_neighbour(struct tcp *tcp, uint32_t neighbour, const struct ethernet_address *to) {
    const struct tcp_limits *limits = &tcp->setup.limits;
    for (uint32_t i = 0; i < limits->connections_max; i++) {
        struct tcp_connection *c = &tcp->connections[i];
        if (c->in_use && c->state != TCP_CLOSED && c->path.neighbour == neighbour) {
            connection_neighbour(c, to);
        }
    }
    for (uint32_t i = 0; i < limits->embryos_max; i++) {
        if (tcp->embryos[i].in_use && tcp->embryos[i].path.neighbour == neighbour) {
            embryo_neighbour(tcp, i, to);
        }
    }
    for (uint32_t i = 0; to != NULL && i < limits->time_waits_max; i++) {
        if (tcp->time_waits[i].in_use && tcp->time_waits[i].path.neighbour == neighbour) {
            tcp->time_waits[i].path.to = *to;
        }
    }
}
