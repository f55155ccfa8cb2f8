/*
 * TCP endpoints for one worker: RFC 9293 with 7323, 2018, 2883, 5681, 6298, 6582, 6675, 8985, 5961.
 *
 * Sans-I/O: it is given packets and time, it takes packets from NICs and sends them, and says when
 * it next wants to be called. No clock, no globals, entropy only from the seed: the same calls give
 * the same packets. It offers net/stream.h upwards; messages are written in the packet that carries
 * them and read in the packet that brought them.
 *
 * What it is not: a socket layer. No Nagle, no IPv6, no ECN, no SYN cookies, no urgent data of its
 * own. It knows no Ethernet address but what `below` tells it.
 *
 * Sending. A record lies in one packet, which is kept until all of it is acknowledged. A segment
 * leaves in the record's own packet the first time; what is sent again, or is a part of a record,
 * is copied into a fresh packet. Records are never put together: their boundaries survive
 * retransmission. Each connection has `ring_entries` descriptors of segments, two of them kept for
 * the FIN and for splitting; at the limit reserve says STREAM_AGAIN_RING. Committed and unsent
 * bytes are bounded by stream.send_bytes (STREAM_AGAIN_WINDOW), packets by the NIC's pool
 * (STREAM_AGAIN_POOL), held ones by stream.hold_bytes and the ring (STREAM_AGAIN_HOLD).
 *
 * Receiving. What arrived since the last turn is read in place. What was not consumed by the next
 * turn is moved to the connection's buffer of stream.receive_bytes, so a slow reader holds no
 * packets; the window offered never exceeds what that buffer takes.
 *
 * Acknowledging. On the next segment sent, else by tcp_flush; at once for what is out of order.
 *
 * Limits of what a stranger can cause: half-open connections (`embryos_max`; the oldest stranger
 * makes room, and one of the listener's list only for another of it), lingering ones
 * (`time_waits_max`, the oldest goes), segments out of order (`reassembly_packets_max`, of which a
 * connection has 32, and more if there is enough in them and as much is left for the others),
 * challenge and corrective ACKs, resets (`*_per_second`).
 *
 * Threading: one thread. No allocation after init.
 */
#ifndef TERCEL_NET_TCP_TCP_H
#define TERCEL_NET_TCP_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/hash_index.h"
#include "core/base/instant.h"
#include "net/nic.h"
#include "net/stream.h"
#include "net/stream_limits.h"
#include "net/wire/ipv4.h"
#include "net/wire/tcp_segment.h"

/* A connection as we see it. */
struct tcp_flow {
    struct ipv4_address local;
    struct ipv4_address remote;
    uint16_t local_port;
    uint16_t remote_port;
};

/* How to behave to a peer; constant for a connection. */
struct tcp_profile {
    struct duration rto_min; /* RFC 6298's 1 s is too long for anybody; 200 ms, 5 ms colocated */
    struct duration rto_initial;     /* before the first sample: 1 s */
    struct duration rto_max;         /* at least 60 s (RFC 6298 §2.5) for a strict reading */
    struct duration ack_delay;       /* how long the peer may wait with its ACK of a lone segment:
                                        Linux 40 ms, 0: not at all; longer ones are learned */
    struct duration connect_timeout; /* of the SYN, address resolution included */
    struct duration
        user_timeout;         /* data or FIN unacknowledged, or window closed, for so long: over */
    struct duration fin_wait; /* in FIN_WAIT_2, for a FIN that does not come */
    struct duration keepalive_idle; /* 0: no keep-alive probes */
    struct duration keepalive_interval;
    uint32_t keepalive_probes;
    uint32_t initial_window_segments; /* RFC 6928: 10 */
    bool timestamps;                  /* offered and accepted */
    bool restart_after_idle;          /* RFC 5681 §4.1: cwnd falls back after an idle RTO */
};

/* A sensible profile: 200 ms, 1 s, 60 s, 50 ms, 10 s, 30 s, 60 s, no keep-alive, 10, timestamps. */
struct tcp_profile tcp_profile_default(void);

/* Whether a network is allowed (listeners' lists), and static routes. */
struct tcp_network {
    struct ipv4_address address;
    uint8_t prefix_bits; /* 0 .. 32 */
};

#define TCP_ALLOWED_MAX 16

struct tcp_listener {
    struct ipv4_address local;
    uint16_t port;
    uint32_t backlog; /* connections open and not yet accepted; more: the last ACK is ignored */
    struct tcp_network allowed[TCP_ALLOWED_MAX];
    uint32_t allowed_count; /* 0: nobody is preferred */
    bool only_allowed;      /* SYNs of others get RST */
    struct tcp_profile profile;
};

struct tcp_peer {
    struct ipv4_address local;
    struct ipv4_address remote;
    uint16_t remote_port;
    struct tcp_profile profile;
};

struct tcp_limits {
    struct stream_limits stream;
    uint32_t connections_max;
    uint32_t listeners_max;
    uint32_t peers_max;
    uint32_t embryos_max;
    uint32_t time_waits_max;
    uint32_t ring_entries;           /* of a connection; a power of two, 8 .. 4096 */
    uint32_t reassembly_packets_max; /* over all connections; twice a window's segments let a peer
                                        fill its window behind a hole */
};

/* The way to a peer, filled in by `below`. */
struct tcp_path {
    struct nic *nic;
    uint32_t neighbour; /* the next hop, as tcp_neighbour names it */
    uint32_t mtu;       /* of IP datagrams to there */
    uint16_t vlan;
    struct ethernet_address to; /* with TCP_ROUTE_OK */
};

enum tcp_route {
    TCP_ROUTE_OK = 0,
    TCP_ROUTE_UNRESOLVED, /* tcp_neighbour will tell; the question was asked */
    TCP_ROUTE_NONE        /* no port has this local address, or no network leads there */
};

struct tcp_below {
    enum tcp_route (*route)(void *context, struct now now, struct ipv4_address local,
                            struct ipv4_address remote, struct tcp_path *path);
    /* Back to where the datagram comes from that tcp_input was given, during that call: a stranger
     * is answered without a question who he is. `neighbour` is nobody's. */
    void (*way_back)(void *context, struct tcp_path *path);
    void *context;
};

struct tcp_setup {
    struct tcp_limits limits;
    struct tcp_below below;
    struct hash_seed seed;
    struct duration time_wait;      /* 2 MSL: 60 s */
    uint16_t port_first, port_last; /* of dialled connections: a dial looks at 64 of them at most,
                                       the next one at those behind */
    uint32_t
        challenges_per_second; /* RFC 5961 §7, over all: 1000, by half more or less each second */
    uint32_t challenges_per_connection_per_second; /* of an open one: 10 */
    uint32_t
        corrections_per_second; /* ACKs that answer what is not acceptable, per connection: 100 */
    uint32_t resets_per_second; /* RSTs to who has no connection: 1000 */
    bool slow_only;             /* the fast path is not taken: for tests, which compare */
    bool isn_is_fixed;          /* for tests: every initial sequence number is `isn` */
    uint32_t isn;
};

/* Sensible values for all but limits, below and seed. */
struct tcp_setup tcp_setup_default(void);

struct tcp;

/* 0 for impossible limits. Above 65535, stream.receive_bytes exceeds gather_bytes_max by a unit of
 * the window's scale, less one. */
size_t tcp_footprint(const struct tcp_limits *limits);
/* `mem` is aligned to 64 and outlives it. */
struct tcp *tcp_init(void *mem, const struct tcp_setup *setup);

/* Before the first turn. The index is the stream stack's; listeners_max and peers_max hold. */
uint32_t tcp_listen(struct tcp *tcp, const struct tcp_listener *listener);
uint32_t tcp_add_peer(struct tcp *tcp, const struct tcp_peer *peer);

struct stream_stack *tcp_streams(struct tcp *tcp);

/*
 * A turn begins: time goes on (never back), unread packets are moved to their connections' buffers,
 * every view peek gave is void. To be called before the first packet of a turn.
 */
void tcp_turn(struct tcp *tcp, struct now now);

/*
 * A received frame, if it is what the fast path takes: true, and the packet is TCP's. Everything
 * about it is checked, from the Ethernet type to the checksum. False: nothing happened.
 */
bool tcp_input_fast(struct tcp *tcp, struct packet *packet) MUST_USE;

/* A TCP datagram to an address of ours: the payload of `ip` starts `offset` bytes into the frame.
 * The packet is TCP's. */
void tcp_input(struct tcp *tcp, struct packet *packet, const struct ipv4_header *ip,
               uint32_t offset);

/* What is due by now. */
void tcp_timers(struct tcp *tcp);

/* The turn's ACKs that nothing carried, and whatever could not be sent before. To be called when
 * all that the turn has to say was committed. */
void tcp_flush(struct tcp *tcp);

/* When tcp_timers has something to do, or earlier; now, while something waits for the NIC. */
struct instant tcp_deadline(const struct tcp *tcp);

/* `neighbour` is at `to` (again, or first), or does not answer (NULL): who connects to there fails,
 * who is connected goes on as before. */
void tcp_neighbour(struct tcp *tcp, uint32_t neighbour, const struct ethernet_address *to);

enum tcp_icmp_kind {
    TCP_ICMP_UNREACHABLE = 0, /* net, host: soft */
    TCP_ICMP_REFUSED,         /* port, protocol, prohibited: hard while connecting (RFC 5461) */
    TCP_ICMP_TOO_BIG          /* fragmentation needed, `mtu` */
};

/* An ICMP error that quotes a segment of ours: `seq` is as quoted, believed only when it is in
 * flight (RFC 5927 §4). */
void tcp_icmp(struct tcp *tcp, enum tcp_icmp_kind kind, const struct tcp_flow *flow,
              struct tcp_seq seq, uint32_t mtu);

enum tcp_state {
    TCP_CLOSED = 0,
    TCP_RESOLVING, /* SYN_SENT in RFC 9293's terms, while the next hop's address is asked for */
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT
};

struct tcp_info {
    enum tcp_state state;
    struct tcp_flow flow;
    struct tcp_seq snd_una, snd_nxt, rcv_nxt;
    uint32_t snd_window;     /* as last told by the peer */
    uint32_t rcv_window;     /* as last told by us */
    uint32_t mss;            /* bytes of payload a segment of ours has at most */
    uint32_t cwnd, ssthresh; /* bytes */
    uint32_t in_flight;      /* bytes sent, neither acknowledged nor believed lost */
    struct duration srtt, rttvar, rto, ack_delay;
    uint64_t segments_in, segments_out, bytes_in, bytes_out; /* bytes of payload, each once */
    uint64_t retransmissions, timeouts, probes, fast_recoveries;
    uint64_t spurious; /* retransmissions that a DSACK or a timestamp showed to be needless */
    bool timestamps, sack;
    uint8_t snd_scale, rcv_scale;
};

/* `stream` is one of this TCP's, not discarded. Cold. */
struct tcp_info tcp_info(const struct stream *stream);

struct tcp_counters {
    uint64_t fast, slow; /* segments by the path that took them */
    uint64_t malformed, bad_checksum, unacceptable, paws_drops;
    uint64_t timestamps_missing; /* in segments of connections that use them: taken all the same */
    uint64_t opened, accepted, refused, embryos_dropped, backlog_full;
    uint64_t resets_sent, resets_received, resets_withheld;
    uint64_t challenges, challenges_withheld, corrections, corrections_withheld;
    uint64_t retransmissions, timeouts, probes, spurious, tail_probes;
    uint64_t out_of_order, reassembly_drops, duplicate_bytes;
    uint64_t pool_empty, ring_full; /* NIC's: a packet could not be had, or not be sent at once */
    uint64_t keepalives, user_timeouts, icmp_ignored, mtu_reductions;
    uint32_t connections, embryos, time_waits; /* now */
};

const struct tcp_counters *tcp_counters(const struct tcp *tcp);

/* Aborts everything; every packet is given back (but those the NIC still reads, see packet.kept).
 * The NICs are given some milliseconds to send what is secret, which is wiped then; what they keep
 * for longer is not, and neither given back: the NIC's end is to wipe it. Cold. */
void tcp_fini(struct tcp *tcp);

/* NULL, or what is inconsistent inside: static text. For tests and simulation; slow. */
const char *tcp_audit(const struct tcp *tcp);

const char *tcp_state_name(enum tcp_state state);

#endif
