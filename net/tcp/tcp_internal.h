/*
 * What the files of net/tcp share. Nobody else includes it.
 *
 *   tcp.c              memory, setup, slots, turn, info
 *   tcp_table.c        flow -> connection, embryo or TIME_WAIT entry
 *   tcp_deadline.c     a heap of deadlines by id
 *   tcp_input_fast.c   the predicted segment
 *   tcp_input.c        every segment, in the order of RFC 9293 §3.10.7
 *   tcp_reassembly.c   out of order, SACK blocks to tell
 *   tcp_receive.c      in order: chain, buffer, window to offer; peek and consume
 *   tcp_open.c         dial, SYN_SENT, ports, initial sequence numbers, options
 *   tcp_listen.c       listeners, embryos, accept
 *   tcp_close.c        finish, abort, discard, the end of a connection, TIME_WAIT
 *   tcp_send.c         reserve, commit, release; the ring
 *   tcp_output.c       what may leave now, as segments
 *   tcp_segment_out.c  building frames: of entries, copies, pure ACKs, resets, SYNs
 *   tcp_acked.c        acknowledgements: ring, RTT, SACK scoreboard, window
 *   tcp_loss.c         RACK, TLP, recovery, RTO
 *   tcp_congestion.c   NewReno with appropriate byte counting
 *   tcp_rtt.c          RTT, RTO, the peer's acknowledgement delay
 *   tcp_timer.c        expiry of every kind of deadline; persist, keep-alive, user time-out
 *   tcp_icmp.c         ICMP errors, path MTU, neighbours
 *   tcp_limit.c        token buckets
 *   tcp_audit.c        invariants
 *
 * Control flow. tcp_input judges and moves the state; tcp_acked_segment does all that an
 * acknowledgement means for what we sent; then tcp_output sends what may be sent now. Whoever
 * changes what a connection might send calls tcp_output; whoever owes an ACK sets ack_pending by
 * tcp_owe_ack, and any segment that leaves pays it. Only tcp_end ends a connection.
 */
#ifndef TERCEL_NET_TCP_TCP_INTERNAL_H
#define TERCEL_NET_TCP_TCP_INTERNAL_H

#include "core/base/bits.h"
#include "net/tcp/tcp.h"
#include "net/tcp/tcp_deadline.h"
#include "net/tcp/tcp_limit.h"

#define TCP_NONE UINT32_MAX
#define TCP_RING_SPARE 2          /* entries that data never takes: the FIN, a split */
#define TCP_REASSEMBLY_RANGES 32  /* of a connection */
#define TCP_MSS_MIN 88            /* a peer's MSS below it is read as this */
#define TCP_MSS_DEFAULT 536       /* RFC 9293 §3.7.1: no MSS option */
#define TCP_MTU_MIN 552           /* ICMP does not go below it */
#define TCP_TEMPLATE_BYTES_MAX 72 /* Ethernet, tag, IPv4, TCP, timestamps */
#define TCP_DUPLICATE_THRESHOLD 3
/* Ports that one call of dial looks at; RFC 6056 §3.3.3 would try all. */
#define TCP_PORTS_TRIED_MAX 64
/* How far behind the numbers of one in TIME_WAIT those of its successor begin at least. */
#define TCP_SEQ_GAP 65537

/* Flags of an entry. */
enum {
    TCP_ENTRY_SYN = 0x01,
    TCP_ENTRY_FIN = 0x02,
    TCP_ENTRY_SENT = 0x04, /* at least once: seq lies before snd_nxt */
    TCP_ENTRY_SACKED = 0x08,
    TCP_ENTRY_LOST = 0x10,   /* believed lost: to be sent again */
    TCP_ENTRY_RESENT = 0x20, /* sent more than once */
    TCP_ENTRY_SECRET = 0x40  /* wiped when it is given back */
};

/*
 * One segment to send or sent. Entries are contiguous in sequence space, oldest first; several may
 * share a packet (packet->shares counts them). `offset` is from the start of the packet's payload
 * (PACKET_HEADROOM_BYTES into the buffer). SYN and FIN entries have no packet and no bytes.
 */
struct tcp_entry {
    struct packet *packet;
    struct instant sent_at; /* the last time */
    uint64_t release_after; /* leaves once the journal is durable so far */
    struct tcp_seq seq;
    uint32_t offset;
    uint32_t bytes;
    uint8_t flags;
};

/* Why the loss timer runs: exactly one of them, or none (RFC 8985 §5.5, RFC 9293 §3.8.6.1). */
enum tcp_loss_timer {
    TCP_LOSS_NONE = 0,
    TCP_LOSS_REORDER, /* RACK: what is missing may still come */
    TCP_LOSS_PROBE,   /* TLP */
    TCP_LOSS_RTO,
    TCP_LOSS_PERSIST
};

/* Deadlines of a connection. The heap holds the earliest of them or an earlier time, and they
 * themselves are no later than what they are for: who is called too early sets anew. */
enum tcp_timer {
    TCP_TIMER_LOSS = 0,
    TCP_TIMER_USER, /* connect time-out; then the user time-out, whether anything is owed or not */
    TCP_TIMER_KEEPALIVE,
    TCP_TIMER_FIN_WAIT,
    TCP_TIMERS
};

struct tcp_rtt {
    struct duration srtt; /* 0: no sample yet */
    struct duration rttvar;
    struct duration rto;       /* without backoff and without the peer's delay; <= rto_max */
    struct duration minimum;   /* of the connection's samples */
    struct duration ack_delay; /* configured, or longer as learned */
    struct duration pause;     /* the longest sample of much in flight, lately */
    uint8_t late_in_a_row;     /* samples put down to the peer's delay */
    uint8_t prompt_in_a_row;   /* lone ones that were not, as far as they count */
    uint8_t doubts;            /* lone segments sent twice for nothing, lately */
    uint8_t forget_shift;      /* with a prompt sample ack_delay loses 2^-this of what it learned */
    struct duration late_minimum;
};

struct tcp_congestion {
    uint32_t cwnd; /* bytes */
    uint32_t ssthresh;
    uint32_t acked;               /* bytes towards the next growth (RFC 3465) */
    bool limited;                 /* cwnd was the limit: it may grow (RFC 7661's idea) ... */
    struct tcp_seq limited_until; /* ... while what was in flight then is acknowledged */
};

/* Recovery, RACK and TLP (RFC 6675, 6582, 8985). */
struct tcp_recovery {
    /* What may be in doubt, in as many words: see tcp_recovery_is_settled. */
    union {
        struct {
            uint32_t lost;          /* entries LOST */
            uint32_t sacked;        /* entries SACKED */
            uint32_t duplicates;    /* ACKs in a row, without SACK */
            uint8_t backoff;        /* RTOs in a row: sticky until new data is acknowledged */
            uint8_t large_timeouts; /* in a row, of a segment above 576 bytes: a black hole? */
            bool active;
            bool probe_out; /* a TLP was sent and is not answered */
        };
        uint64_t doubt[2];
    };
    struct instant reorder_at;   /* RACK's timer; 0: not wanted */
    struct instant rto_base;     /* the RTO counts from here (RFC 6298 §5) */
    struct instant acked_at;     /* the last ACK or SACK of anything: the PTO counts from here */
    struct instant rack_sent_at; /* of the segment most recently sent among those delivered */
    struct duration rack_rtt;
    struct tcp_seq rack_end;
    struct tcp_seq rack_highest; /* RACK.fack */
    uint32_t passed_bytes;       /* the largest segment that was delivered */
    bool after_timeout;   /* it began with an RTO: the exit is the same, cwnd is not halved again */
    struct tcp_seq point; /* snd_nxt when it began: over when acknowledged */
    uint32_t delivered;   /* bytes, in recovery: PRR (RFC 6937) */
    uint32_t sent;        /* bytes, in recovery */
    uint32_t flight_at_start;
    struct instant persist_base; /* the persist timer counts from here */
    struct tcp_seq dsack_round;  /* the reordering window grows once a round */
    uint8_t reorder_steps;       /* RACK.reo_wnd_mult - 1 */
    uint8_t reorder_keep;        /* RACK.reo_wnd_persist */
    bool dsack_in_round;
    bool reordering_seen;
    bool syn_lost;      /* a SYN or SYN-ACK of ours was sent twice */
    bool probe_is_copy; /* it repeated old data: a DSACK tells that it was needless */
    bool probe_lone;    /* ... and was the tail of little, so that the peer may have waited */
    struct tcp_seq probe_end;
    struct instant probe_at;             /* when it was sent */
    struct instant probe_copied_sent_at; /* when what it repeated was sent before */
    struct duration probe_waited;        /* from then to the acknowledgement; 0: none yet */
    bool undo;                 /* cwnd was cut and may be given back: snd_una >= undo_point */
    struct tcp_seq undo_point; /* snd_una when it was cut */
    uint32_t undo_cwnd, undo_ssthresh;
    uint32_t undo_resends; /* since then, not yet shown to be needless by a DSACK */
    bool undo_resent;      /* at least one, its TSval: */
    uint32_t undo_ts_value;
};

_Static_assert(offsetof(struct tcp_recovery, probe_out) < sizeof(uint64_t[2]),
               "what may be in doubt is more than is looked at");

/* All is well: nothing is missing, asked for, or in doubt. */
static inline bool tcp_recovery_is_settled(const struct tcp_recovery *recovery) {
    return (recovery->doubt[0] | recovery->doubt[1] | (uint64_t)recovery->reorder_at.ns) == 0;
}

/* A flow as it lies in the headers of what comes in: behind an IPv4 header without options, 12
 * bytes from the source address to the ports. */
struct tcp_flow_key {
    uint64_t addresses;
    uint32_t ports;
};

/* What the next segment tells of our window: see tcp_window.h. */
struct tcp_offer {
    struct tcp_seq edge; /* rcv_edge, once it is told */
    uint16_t field;      /* the window as it lies in the header: scaled, in network order */
    bool known;          /* nothing has changed that it follows from */
};

/* What came out of order and has no hole in it: packets in a list, whose data is the payload. */
struct tcp_reassembly {
    struct tcp_range range;
    struct packet *first, *last;
};

/*
 * What one segment in and one out need lies in front, each line of the cache by what asks for it
 * together; the rest, behind it, by what it is about.
 */
struct tcp_connection {
    struct stream stream;
    struct tcp *tcp;
    /* All that makes a segment anything but ordinary, in one word: see tcp_is_ordinary. */
    union {
        struct {
            uint8_t state;            /* enum tcp_state */
            uint8_t room_count;       /* packets of the open reservation */
            bool room_is_large;       /* ... which is more than one plain segment */
            uint8_t reassembly_count; /* of `reassembly` */
            bool fin_held;            /* beyond a hole: fin_seq */
            bool dsack_pending;       /* `dsack` */
            bool output_blocked;      /* the NIC refused: tried again in tcp_flush */
            bool finishing;           /* finish was called: no more records */
        };
        uint64_t condition;
    };
    size_t plain_bytes_max; /* of a record that the predicted way may take: see tcp_plan */
    uint32_t next;          /* counter: the first unsent entry */
    uint32_t head;          /* the oldest */
    uint32_t held;          /* the first that waits for the journal, or tail */
    uint32_t ring_mask;
    uint32_t tail;              /* the end */
    uint32_t plain_entries_max; /* of the ring, beside which a plain record has its place */

    uint32_t mss;           /* payload bytes of a segment, timestamps taken off */
    uint32_t in_flight;     /* bytes sent, not SACKED, not LOST */
    struct tcp_seq rcv_nxt; /* in front of snd_nxt, as which they are written in one */
    struct tcp_seq snd_nxt;
    struct tcp_seq snd_una;
    struct tcp_seq window_ack; /* SND.WL2 */
    uint32_t snd_window;       /* bytes */
    struct tcp_congestion congestion;
    struct tcp_entry *ring;
    uint64_t durable;

    struct tcp_seq window_seq; /* SND.WL1 */
    struct tcp_seq rcv_edge;   /* right edge of the window as told: never goes back */
    struct tcp_seq last_ack;   /* the last rcv_nxt we sent */
    uint32_t ts_recent;
    uint32_t ts_offset; /* added to our clock: RFC 7323 §5.4 */
    uint32_t chain_bytes;
    uint32_t backlog_start, backlog_end;
    struct tcp_offer offer;
    uint32_t update_step; /* nothing less is told in an ACK of its own */
    uint32_t offer_step;  /* the edge is moved on by no less than this, but to fill up a unit */
    bool ack_pending;     /* owed; paid by any segment */
    bool ack_now;         /* not to wait for the end of the turn */
    bool in_pending;
    bool in_unread;
    uint32_t pending_next; /* of tcp->pending */
    uint32_t unread_next;  /* of tcp->unread */
    bool timestamps;
    bool sack;
    bool window_scaling;         /* both sides sent the option, or we are about to */
    int8_t snd_scale, rcv_scale; /* shifts; 0 unless both sides sent the option */
    bool fin_queued;             /* its entry is in the ring */
    size_t room_bytes;           /* of the open reservation, if there is one */

    struct instant sent_at;     /* last data: for restart_after_idle, keep-alive */
    struct instant progress_at; /* snd_una moved, or something may leave after nothing might */
    uint64_t segments_in, segments_out, bytes_in, bytes_out; /* tcp_info */
    struct packet *chain_head, *chain_tail; /* in order, unread, in place: payload is packet_data */

    struct instant heard_at;
    struct packet *room[STREAM_ROOMS_MAX]; /* the open reservation */
    uint32_t room_each;                    /* bytes in each packet but the last, of several */

    struct tcp_recovery recovery;
    struct tcp_rtt rtt;
    struct instant timer[TCP_TIMERS];
    bool persists; /* the window is closed, and is probed */
    uint8_t persist_backoff;
    bool in_use;
    uint8_t close_reason;
    uint32_t slot; /* its index */

    /* Constant, or nearly. */
    struct tcp_path path;
    struct tcp_flow_key key; /* of `flow` */
    struct checksum pseudo;  /* folded; without the length */
    struct checksum ip_sum;  /* folded; of the IPv4 header, total length and checksum 0 */
    char template[TCP_TEMPLATE_BYTES_MAX];
    uint64_t to_us;           /* our address, as it lies in front of a frame */
    uint8_t header_bytes;     /* Ethernet and IPv4 in front of TCP in `template` */
    struct packet shape;      /* of the usual segment with a record, without its bytes */
    uint8_t tcp_header_bytes; /* of the usual segment */
    bool resolved;
    uint32_t mtu;
    uint32_t peer_mss; /* as told, clamped */
    struct tcp_flow flow;
    struct tcp_profile profile;
    uint32_t listener; /* TCP_NONE: dialled */

    /* Receive. */
    struct instant ts_recent_at;
    char *backlog;                                           /* stream.receive_bytes */
    struct tcp_reassembly reassembly[TCP_REASSEMBLY_RANGES]; /* see tcp_reassembly.c */
    uint32_t reassembly_packets;
    struct tcp_range sack_recent[TCP_SACK_BLOCKS_MAX]; /* newest first */
    uint32_t sack_recent_count;
    struct tcp_range dsack;
    bool fin_received; /* and everything before it */
    struct tcp_seq fin_seq;

    /* Send. */
    struct tcp_seq iss, irs;
    uint32_t snd_window_max;   /* bytes */
    uint32_t committed_unsent; /* bytes of entries from `next` on */
    uint32_t held_bytes;       /* of those, beyond `durable` */
    uint32_t held_positions;   /* distinct ones that they wait for */
    uint32_t keepalives;       /* unanswered */
    struct tcp_bucket corrections, challenges;

    /* Lists: links are slots, TCP_NONE ends them. */
    uint32_t accept_next;

    /* tcp_info. */
    uint64_t retransmissions, timeouts, probes, fast_recoveries, spurious;
} __attribute__((aligned(CACHE_LINE)));

_Static_assert(offsetof(struct tcp_connection, state) ==
                       offsetof(struct tcp_connection, condition) &&
                   offsetof(struct tcp_connection, room_count) ==
                       offsetof(struct tcp_connection, condition) + 1 &&
                   __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the condition's lowest byte is the state, the next one counts rooms");

/* Of a stream of ours: it is embedded first. */
static inline struct tcp_connection *tcp_connection_of(const struct stream *stream) {
    return (struct tcp_connection *)(uintptr_t)stream;
}

/* Established, in order, nothing but data to be sent, and no reservation open; or one of a plain
 * segment. */
static inline bool tcp_is_ordinary(const struct tcp_connection *c) {
    return c->condition == TCP_ESTABLISHED;
}

static inline bool tcp_is_ordinary_with_room(const struct tcp_connection *c) {
    return c->condition == (TCP_ESTABLISHED | 1 << 8);
}

/* A connection that a SYN asked for and no ACK has completed: RFC 9293's SYN_RECEIVED. */
struct tcp_embryo {
    bool in_use;
    bool allowed;     /* on its listener's list */
    bool resolved;    /* else its SYN-ACK waits for the next hop's address */
    uint8_t sends;    /* of the SYN-ACK, by time-outs */
    uint8_t answers;  /* more of them, to what was not acceptable */
    int8_t snd_scale; /* as the peer told; TCP_WINDOW_SCALE_NONE */
    bool sack, timestamps;
    uint16_t peer_mss;
    uint32_t listener;
    uint32_t older, newer;
    uint32_t ts_recent, ts_offset;
    uint16_t window;
    struct tcp_seq iss, irs;
    struct instant sent_at;
    struct instant deadline;
    struct tcp_flow flow;
    struct tcp_path path;
};

struct tcp_time_wait {
    bool in_use;
    bool timestamps;
    uint32_t older, newer; /* by deadline */
    struct tcp_seq snd_nxt, rcv_nxt;
    uint32_t ts_recent, ts_offset;
    uint16_t window;
    struct instant deadline;
    struct tcp_flow flow;
    struct tcp_path path;
};

struct tcp_listening {
    struct tcp_listener listener;
    uint32_t accept_head, accept_tail; /* slots, TCP_NONE */
    uint32_t waiting;
};

struct tcp {
    struct stream_stack streams;
    struct tcp_setup setup;
    struct now now;
    uint32_t frame_bytes_min; /* that the fast path looks at */
    struct hash_index *flows; /* ids: connections, then embryos, then TIME_WAITs */
    uint64_t flow_key[2];
    struct tcp_deadlines *deadlines; /* ids: connections, then embryos */
    struct tcp_connection *connections;
    struct tcp_embryo *embryos;
    struct tcp_time_wait *time_waits;
    struct tcp_listening *listeners;
    struct tcp_peer *peers;
    uint32_t listener_count, peer_count;
    uint32_t free_connection; /* a list through accept_next */
    uint32_t embryo_oldest, embryo_newest, embryo_free;
    uint32_t time_wait_oldest, time_wait_newest, time_wait_free;
    uint32_t pending, unread; /* lists of connections */
    struct packet *secrets;   /* given back, to be wiped once the NIC lets go */
    uint32_t reassembly_packets;
    uint32_t epoch;
    uint32_t port_next;
    struct tcp_budget challenges;
    struct tcp_bucket resets;
    struct tcp_counters counters;
};

/* tcp_flush has to look at it. */
static inline void tcp_pend(struct tcp_connection *c) {
    if (!c->in_pending) {
        c->in_pending = true;
        c->pending_next = c->tcp->pending;
        c->tcp->pending = c->slot;
    }
}

/* An ACK is owed; `at_once`: leaves before tcp_input returns (out of order, gap filled, FIN...). */
static inline void tcp_owe_ack(struct tcp_connection *c, bool at_once) {
    c->ack_pending = true;
    c->ack_now |= at_once;
    tcp_pend(c);
}

/* Ids in `flows` and `deadlines`. */
static inline uint32_t tcp_embryo_id(const struct tcp *tcp, uint32_t embryo) {
    return tcp->setup.limits.connections_max + embryo;
}

static inline uint32_t tcp_time_wait_id(const struct tcp *tcp, uint32_t time_wait) {
    return tcp->setup.limits.connections_max + tcp->setup.limits.embryos_max + time_wait;
}

static inline struct tcp_entry *tcp_entry_at(const struct tcp_connection *c, uint32_t counter) {
    return &c->ring[counter & c->ring_mask];
}

static inline uint32_t tcp_entry_length(const struct tcp_entry *entry) {
    return entry->bytes + ((entry->flags & (TCP_ENTRY_SYN | TCP_ENTRY_FIN)) != 0);
}

static inline struct tcp_seq tcp_entry_end(const struct tcp_entry *entry) {
    return tcp_seq_add(entry->seq, tcp_entry_length(entry));
}

static inline bool tcp_entry_is_in_flight(const struct tcp_entry *entry) {
    return (entry->flags & (TCP_ENTRY_SENT | TCP_ENTRY_SACKED | TCP_ENTRY_LOST)) == TCP_ENTRY_SENT;
}

static inline uint32_t tcp_ring_free(const struct tcp_connection *c) {
    return c->ring_mask + 1 - (c->tail - c->head);
}

/* How far the peer's window reaches beyond `seq`; negative when it ends before. The window goes
 * with the acknowledgement it came with (SND.WL2), whatever was acknowledged since. */
static inline int32_t tcp_window_room(const struct tcp_connection *c, struct tcp_seq seq) {
    return tcp_seq_distance(tcp_seq_add(c->window_ack, c->snd_window), seq);
}

__extension__ typedef unsigned __int128 tcp_wide;

/* Two secret keys and one wide multiplication: who does not know them cannot aim at a place. */
static inline uint64_t tcp_flow_hash(const struct tcp *tcp, struct tcp_flow_key key) {
    tcp_wide product =
        (tcp_wide)(key.addresses ^ tcp->flow_key[0]) * (key.ports ^ tcp->flow_key[1]);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The clock of timestamps (RFC 7323): 1 ms ticks, and what is added to them. */
static inline uint32_t tcp_timestamp_at(struct instant at, uint32_t offset) {
    return (uint32_t)((uint64_t)at.ns / NS_PER_MS) + offset;
}

static inline uint32_t tcp_timestamp(const struct tcp *tcp, uint32_t offset) {
    return tcp_timestamp_at(tcp->now.mono, offset);
}

uint32_t tcp_frame_bytes_min(bool slow_only); /* that tcp_input_fast.c looks at */

/* tcp_table.c. TCP_NONE when there is none; keys are hashed with the instance's secret. */
struct tcp_flow_key tcp_flow_key_of(const struct tcp_flow *flow);
uint32_t tcp_table_find(const struct tcp *tcp, const struct tcp_flow *flow);
bool tcp_table_add(struct tcp *tcp, const struct tcp_flow *flow, uint32_t id) MUST_USE;
void tcp_table_remove(struct tcp *tcp, const struct tcp_flow *flow, uint32_t id);

/* tcp_input.c. */
/* A segment for a connection, read and with a good checksum. Takes the packet. The stages are pure
 * functions of connection and segment in files of their own; this keeps their order. */
void tcp_connection_input(struct tcp_connection *c, struct packet *packet,
                          const struct tcp_segment *segment);
/* Sixth to eighth of RFC 9293 §3.10.7.4: text and FIN of an acceptable segment. Takes the packet.
 */
void tcp_text_input(struct tcp_connection *c, struct packet *packet,
                    const struct tcp_segment *segment);
/* An ACK that answers what may be an attack (RFC 5961), if there may be one. */
void tcp_challenge(struct tcp_connection *c);
/* Whether a challenge may be sent: by the connection's `own` limit (NULL: it has none), and then by
 * that of all. Counts it. */
bool tcp_may_challenge(struct tcp *tcp, struct tcp_bucket *own) MUST_USE;
/* The timestamp is older than what was seen (RFC 7323 §5.3), and that is not outdated (§5.5). */
bool tcp_paws_rejects(struct tcp *tcp, const struct tcp_segment *segment, uint32_t ts_recent,
                      struct instant ts_recent_at);

/* tcp_reassembly.c. */
/* A segment beyond rcv_nxt, trimmed to the window; takes the packet, whose data is the payload. */
void tcp_reassembly_put(struct tcp_connection *c, struct packet *packet, struct tcp_seq seq);
/* After rcv_nxt moved: what joins on is appended to the chain, what is overtaken is given back. */
void tcp_reassembly_join(struct tcp_connection *c);
void tcp_reassembly_clear(struct tcp_connection *c);
/* [left, right) came once more: the next ACK tells (RFC 2883). */
void tcp_sack_duplicate(struct tcp_connection *c, struct tcp_seq left, struct tcp_seq right);
/* SACK blocks to put in an ACK now, DSACK first, newest next; at most `max`. Takes the DSACK. */
uint32_t tcp_sack_blocks(struct tcp_connection *c, struct tcp_range *blocks, uint32_t max);

/* tcp_receive.c. */
/* Gives a received packet back unread, or takes bytes off it, wiped: they may be a secret, or the
 * second copy of one. */
void tcp_packet_drop(struct packet *packet);
void tcp_packet_cut_left(struct packet *packet, uint32_t bytes);
void tcp_packet_cut_right(struct packet *packet, uint32_t bytes);
void tcp_receive_settle(struct tcp_connection *c); /* chain to backlog */
void tcp_receive_clear(struct tcp_connection *c);  /* drops and wipes what is unread */
/* A reader may wait for gather_bytes_max, and consume nothing before: what is free then must be
 * enough to move the edge, however little it is. */
uint32_t tcp_offer_step(const struct tcp_connection *c);
/* The same for two segments, which may be worth an ACK of their own. */
uint32_t tcp_update_step(const struct tcp_connection *c);
/* The window a SYN tells, which is never scaled. */
uint32_t tcp_syn_window(const struct tcp *tcp);
struct bytes tcp_stream_peek(struct stream *stream, size_t at_least);
void tcp_stream_consume(struct stream *stream, size_t count, unsigned flags);

/* tcp_listen.c. */
struct stream *tcp_stack_accept(struct stream_stack *stack, unsigned listener);
bool tcp_listens(const struct tcp *tcp, const struct tcp_flow *flow);
/* A segment to no connection: listener or nobody. Takes the packet. */
void tcp_listen_input(struct tcp *tcp, struct packet *packet, const struct tcp_flow *flow,
                      const struct tcp_segment *segment);
/* A SYN that may follow the connection that lingered here: our numbers begin at `least` or
 * later. */
void tcp_listen_again(struct tcp *tcp, struct packet *packet, const struct tcp_flow *flow,
                      const struct tcp_segment *segment, struct tcp_seq least);
void tcp_embryo_input(struct tcp *tcp, uint32_t embryo, struct packet *packet,
                      const struct tcp_segment *segment);
void tcp_embryo_expired(struct tcp *tcp, uint32_t embryo);
void tcp_embryo_resolved(struct tcp *tcp, uint32_t embryo);
void tcp_embryo_free(struct tcp *tcp, uint32_t embryo);

/* tcp_open.c. */
struct stream *tcp_stack_dial(struct stream_stack *stack, unsigned peer);
/* In SYN_SENT (RFC 9293 §3.10.7.3), simultaneous open included. Takes the packet. */
void tcp_syn_sent_input(struct tcp_connection *c, struct packet *packet,
                        const struct tcp_segment *segment);
/* The next hop is known: the SYN leaves. */
void tcp_dial_resolved(struct tcp_connection *c);
/* The connection's slot, initialised for `flow`, in the table; NULL when none is free. */
struct tcp_connection *tcp_connection_take(struct tcp *tcp, const struct tcp_flow *flow,
                                           const struct tcp_path *path,
                                           const struct tcp_profile *profile);
/* Options of the peer's SYN: MSS, scales, SACK, timestamps. */
void tcp_adopt_options(struct tcp_connection *c, const struct tcp_segment *syn);
/* mss out of mtu, peer_mss and the options every segment has. */
void tcp_set_mss(struct tcp_connection *c);
/* The shift of the windows we offer, if the peer knows of scales. */
int8_t tcp_receive_scale(const struct stream_limits *limits);
struct tcp_seq tcp_initial_seq(const struct tcp *tcp, const struct tcp_flow *flow);
/* What is added to the clock in timestamps (RFC 7323 §5.4): the same for a flow's next
 * incarnation. */
uint32_t tcp_timestamp_offset(const struct tcp *tcp, const struct tcp_flow *flow);
/* The peer's SYN is `irs`; what we told in ours, or tell in the answer, is the first window. */
void tcp_adopt_seq(struct tcp_connection *c, struct tcp_seq irs);
/* Into ESTABLISHED. */
void tcp_established(struct tcp_connection *c);

/* tcp_close.c. */
void tcp_stream_finish(struct stream *stream);
void tcp_stream_abort(struct stream *stream);
void tcp_stack_discard(struct stream_stack *stack, struct stream *stream);
/* CLOSED for `reason`: timers stop, what is unsent and unacknowledged is dropped, the flow leaves
 * the table; what was received stays readable. The slot is free once discarded. */
void tcp_end(struct tcp_connection *c, enum stream_close_reason reason);
/* As tcp_end FINISHED, with a TIME_WAIT entry in the table instead. */
void tcp_enter_time_wait(struct tcp_connection *c);
void tcp_time_wait_input(struct tcp *tcp, uint32_t time_wait, struct packet *packet,
                         const struct tcp_segment *segment);
void tcp_time_wait_expire(struct tcp *tcp);
void tcp_time_wait_free(struct tcp *tcp, uint32_t time_wait);
struct instant tcp_time_wait_deadline(const struct tcp *tcp);
/* Our FIN was acknowledged. */
void tcp_fin_acked(struct tcp_connection *c);
/* The peer's FIN, in order. */
void tcp_fin_arrived(struct tcp_connection *c);
/* Queues our FIN, and moves the state, when finish was called and no reservation is open. Sends
 * nothing. */
void tcp_finish_advance(struct tcp_connection *c);

/* tcp_icmp.c. The path takes no more than `mtu`: what was sent and is longer counts as lost. Sends
 * nothing. */
void tcp_mtu_reduce(struct tcp_connection *c, uint32_t mtu);

/* tcp_output_fast.c. */
enum stream_result tcp_stream_reserve(struct stream *stream, size_t bytes,
                                      struct stream_room *room);
void tcp_stream_commit(struct stream *stream, size_t len, struct stream_position release_after,
                       unsigned flags);

/* tcp_send.c. */
/* tcp_stream_reserve and tcp_stream_commit, whatever the connection's state. */
enum stream_result tcp_reserve(struct tcp_connection *c, size_t bytes, struct stream_room *room);
COLD enum stream_result tcp_pool_is_empty(struct tcp *tcp); /* counts, and says so */
void tcp_commit(struct tcp_connection *c, size_t len, uint64_t release_after, unsigned flags);
enum stream_result tcp_stream_reserve_many(struct stream *stream, size_t bytes,
                                           struct stream_rooms *rooms);
void tcp_stream_cancel(struct stream *stream);
void tcp_stream_release(struct stream *stream, struct stream_position durable);
size_t tcp_stream_unsent(const struct stream *stream);
/* What follows from mss, mtu and limits, and is asked for each segment: after each change. */
void tcp_plan(struct tcp_connection *c);
/* Queues a SYN or FIN entry. */
void tcp_ring_put_control(struct tcp_connection *c, uint8_t flag);
/* The entry `counter`, which is not SACKED, becomes two, the first of `bytes`; false when no entry
 * is free but those kept for the FIN and for an open reservation. */
bool tcp_ring_split(struct tcp_connection *c, uint32_t counter, uint32_t bytes) MUST_USE;
/* The oldest entry (or its first `bytes`) is acknowledged. */
void tcp_ring_pop(struct tcp_connection *c);
void tcp_ring_trim(struct tcp_connection *c, uint32_t bytes);
/* Drops every entry; the open reservation's memory stays valid until commit or cancel. */
void tcp_ring_clear(struct tcp_connection *c);
/* One share of the packet is given back, wiped first if secret and last. */
void tcp_packet_release(struct tcp *tcp, struct packet *packet, bool secret);
void tcp_secrets_poll(struct tcp *tcp);
/* At the end: asks the NICs for them, for some milliseconds at most. */
void tcp_secrets_drain(struct tcp *tcp);

/* tcp_output.c. */
/* Sends retransmissions, then new segments, then the FIN, as windows allow; arms the loss timer. */
void tcp_output(struct tcp_connection *c);
/* In tcp_flush: the owed ACK, and what was blocked. False: stays on the list. */
bool tcp_output_pending(struct tcp_connection *c) MUST_USE;
/* The NIC took the oldest unsent entry's frame not: tried again in tcp_flush. */
void tcp_output_refused(struct tcp_connection *c);
/* For persist: what fits the window, or one byte beyond it. For keep-alive: one old byte's place.
 */
void tcp_send_persist_probe(struct tcp_connection *c);
void tcp_send_keepalive(struct tcp_connection *c);
/* The tail again, or new data if there is some (RFC 8985 §7.3). False when neither could leave. */
bool tcp_send_tail_probe(struct tcp_connection *c) MUST_USE;

/* tcp_segment_out.c. Each returns false when no packet was free or the NIC refused. */
/* An entry, first time (then it is `next`) or again, with all the books kept: at most c->mss bytes
 * of it, so who needs more than that splits it first. */
bool tcp_send_entry(struct tcp_connection *c, uint32_t counter) MUST_USE;
/* The first `bytes` (0 or 1) of the oldest entry as a segment at `seq`; no books are kept of it,
 * and when it cannot leave, the next one will. */
void tcp_send_probe(struct tcp_connection *c, struct tcp_seq seq, uint32_t bytes);
bool tcp_send_ack(struct tcp_connection *c) MUST_USE;
bool tcp_send_reset(struct tcp_connection *c) MUST_USE; /* seq snd_nxt, or what the peer takes */
/* An answer to `segment` of `flow`: RFC 9293 §3.10.7.1. Limited; never to a RST. */
void tcp_send_reset_to(struct tcp *tcp, const struct tcp_flow *flow,
                       const struct tcp_segment *segment);
bool tcp_send_syn_ack(struct tcp *tcp, struct tcp_embryo *embryo) MUST_USE;
/* ACK of who lingers. */
bool tcp_send_time_wait_ack(struct tcp *tcp, const struct tcp_time_wait *time_wait) MUST_USE;
void tcp_make_template(struct tcp_connection *c); /* after resolution, and when the MAC changes */

/* tcp_acked.c. */
/* RFC 9293 §3.10.7.4 fifth, ESTABLISHED: `segment->ack` is acceptable (snd_una - max window ..
 * snd_nxt). Ring, RTT, SACK, loss, congestion, window; not the state, not output. True when our FIN
 * is acknowledged by it for the first time. */
bool tcp_acked_segment(struct tcp_connection *c, const struct tcp_segment *segment) MUST_USE;
/* Only the window (RFC 9293: SND.WL1, SND.WL2). */
void tcp_window_told(struct tcp_connection *c, const struct tcp_segment *segment);

/* What an acknowledgement told, gathered by tcp_acked.c. */
struct tcp_acknowledged {
    uint32_t bytes;            /* sequence space that snd_una passed */
    uint32_t delivered;        /* bytes acknowledged or SACKed for the first time */
    uint32_t in_flight_before; /* when it came */
    struct instant sample_at;  /* sent_at of the last one delivered that was sent once; 0: none */
    bool resent;               /* one of those newly delivered was sent more than once */
    bool handshake;            /* it acknowledged our SYN */
    bool fin;                  /* it acknowledged our FIN */
    bool sacked;               /* it had new SACK information */
    bool duplicate;            /* RFC 5681 §2 */
    bool has_dsack;
    struct tcp_range dsack;
    bool by_sack;  /* those that are told by SACK now, no longer those before the ACK */
    bool has_echo; /* ts_echo is the peer's echo of a TSval of ours */
    uint32_t ts_echo;
};

/* tcp_loss.c. */

/* What the loss timer is to run for, and until when. */
struct tcp_loss_due {
    enum tcp_loss_timer timer;
    struct instant at; /* INSTANT_NEVER with TCP_LOSS_NONE */
};

/* A function of the connection's state alone: exactly one of the four, or none. */
struct tcp_loss_due tcp_loss_due(const struct tcp_connection *c);
/* The timer stands at what is due; see tcp_loss_watch. */
void tcp_loss_arm(struct tcp_connection *c);
/* It came: does what is due, or stands again. */
void tcp_loss_expired(struct tcp_connection *c);
/* An acknowledgement that did more than to let the oldest entries go while all was well: RACK,
 * duplicates, the tail probe's answer, recovery's beginning and end, undo, cwnd. */
void tcp_loss_acked(struct tcp_connection *c, const struct tcp_acknowledged *acked);
/* An entry was delivered, before its flags change (RFC 8985 §6.2 steps 1-3). */
void tcp_loss_delivered(struct tcp_connection *c, const struct tcp_entry *entry,
                        const struct tcp_acknowledged *acked);
void tcp_loss_sent(struct tcp_connection *c, const struct tcp_entry *entry, bool again);
void tcp_loss_forget(struct tcp_connection *c); /* at the end of a connection */
/* LOST, with the books kept; `entry` is SENT and not SACKED. */
void tcp_entry_lose(struct tcp_connection *c, struct tcp_entry *entry);

/* RFC 8985 §7.2: a receiver delays its ACK of one segment; of more than two of full size it does
 * not. So little in flight, that is. */
static inline bool tcp_loss_is_lone(const struct tcp_connection *c, uint32_t in_flight) {
    return in_flight <= 2 * c->mss;
}

/*
 * The loss timer is lazy: it stands at the due time or before it, and is worked out anew when it
 * comes. So an ACK of everything leaves it alone, and where all waits count from now (an ACK, a
 * segment into an empty network) and nothing is in doubt, it need only be early enough: the tail is
 * not probed sooner than after `probe_ns`, and no RTO is shorter than rto.
 */
static inline void tcp_loss_watch_for(struct tcp_connection *c, bool lone) {
    const struct tcp_rtt *rtt = &c->rtt;
    int64_t probe_ns = lone ? 2 * rtt->srtt.ns + rtt->ack_delay.ns : rtt->rto.ns / 8;
    int64_t wait_ns = probe_ns < rtt->rto.ns ? probe_ns : rtt->rto.ns;
    DCHECK(!c->persists && lone == tcp_loss_is_lone(c, c->in_flight));
    if (UNLIKELY(c->timer[TCP_TIMER_LOSS].ns > c->tcp->now.mono.ns + wait_ns)) {
        tcp_loss_arm(c);
    }
}

static inline void tcp_loss_watch(struct tcp_connection *c) {
    tcp_loss_watch_for(c, tcp_loss_is_lone(c, c->in_flight));
}

/* The same after one segment more, when `before` bytes were in flight already: what was due then is
 * due no earlier now, unless the peer has to wait no longer with its ACK. */
static inline void tcp_loss_watch_sent(struct tcp_connection *c, uint32_t before) {
    if (before == 0) {
        tcp_loss_watch_for(c, true);
    } else if (UNLIKELY(tcp_loss_is_lone(c, before) && !tcp_loss_is_lone(c, c->in_flight))) {
        tcp_loss_arm(c);
    }
}

/* Bytes believed in the network: in_flight, without what duplicate ACKs stand for. */
static inline uint32_t tcp_loss_pipe(const struct tcp_connection *c) {
    uint64_t left = (uint64_t)c->recovery.duplicates * c->mss;
    return left < c->in_flight ? c->in_flight - (uint32_t)left : 0;
}

/* Bytes that may leave now, by cwnd (PRR steers it in recovery). */
static inline uint32_t tcp_loss_budget(const struct tcp_connection *c) {
    uint32_t pipe = tcp_loss_pipe(c);
    return c->congestion.cwnd > pipe ? c->congestion.cwnd - pipe : 0;
}

struct duration tcp_loss_rto(const struct tcp_connection *c); /* backed off */

/* tcp_congestion.c. */
void tcp_congestion_init(struct tcp_connection *c);
void tcp_congestion_acked(struct tcp_connection *c, uint32_t bytes);
void tcp_congestion_enter_recovery(struct tcp_connection *c);
/* PRR: `delivered` bytes by this ACK. */
void tcp_congestion_recover(struct tcp_connection *c, uint32_t delivered, bool first);
void tcp_congestion_exit_recovery(struct tcp_connection *c);
/* The first RTO of a flight, or one more. */
void tcp_congestion_timeout(struct tcp_connection *c, bool first);
void tcp_congestion_remember(struct tcp_connection *c); /* for undo, before it is cut */
void tcp_congestion_undo(struct tcp_connection *c);
void tcp_congestion_idle(struct tcp_connection *c); /* before sending after a pause */

/* tcp_rtt.c. */
void tcp_rtt_init(struct tcp_rtt *rtt, const struct tcp_profile *profile);
/* The peer paused for so long though much was in flight. */
static inline void tcp_rtt_pause(struct tcp_rtt *rtt, struct duration pause) {
    rtt->pause = rtt->pause.ns > pause.ns ? rtt->pause : pause;
}

/* Something lone was sent again for nothing: the peer took `waited` to acknowledge it. Not `sure`:
 * it may be that its ACK got lost, or that only the second copy made it speak. */
void tcp_rtt_needless(struct tcp_rtt *rtt, struct duration waited, bool sure);

/* tcp_timer.c. */
void tcp_timer_set(struct tcp_connection *c, enum tcp_timer timer, struct instant at);
void tcp_timer_stop(struct tcp_connection *c, enum tcp_timer timer);
void tcp_timer_stop_all(struct tcp_connection *c);
void tcp_keepalive_start(struct tcp_connection *c); /* on ESTABLISHED */

extern const struct stream_ops tcp_stream_ops;
extern const struct stream_stack_ops tcp_stack_ops;

#endif
