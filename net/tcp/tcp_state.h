/*
 * What a connection and an instance of net/tcp consist of. Only tcp_internal.h includes it.
 */
#ifndef TERCEL_NET_TCP_TCP_STATE_H
#define TERCEL_NET_TCP_TCP_STATE_H

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
    int64_t srtt_8ths_ns; /* in eighths of a ns: see tcp_rtt_srtt; 0: no sample yet */
    int64_t rttvar_4ths_ns;
    struct duration rto_initial; /* until there is a sample: see tcp_rtt_rto */
    struct duration minimum;     /* of the connection's samples */
    struct duration ack_delay;   /* configured, or longer as learned */
    struct duration pause;       /* the longest sample of much in flight, lately */
    /* What makes more of a sample than that it is smoothed, in one word. */
    union {
        struct {
            bool unsampled;
            bool learned;          /* ack_delay is longer than configured */
            uint8_t late_in_a_row; /* samples put down to the peer's delay */
            uint8_t doubts;        /* lone segments sent twice for nothing, lately */
        };
        uint64_t unusual;
    };
    uint8_t prompt_in_a_row; /* lone ones that were not late, as far as they count */
    uint8_t forget_shift;    /* with a prompt sample ack_delay loses 2^-this of what it learned */
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
    struct instant reorder_at; /* RACK's timer; 0: not wanted */
    struct instant una_at;     /* snd_una moved: */
    struct instant rto_base;   /* ... from here the RTO counts, if not from later (RFC 6298 §5) */
    struct instant sacked_at;  /* ... and the PTO, if not from the last SACK, or failed probe */
    struct instant rack_sent_at; /* of the segment most recently sent among those delivered */
    struct duration rack_rtt;
    struct tcp_seq rack_end;
    uint32_t passed_bytes;       /* the largest segment that was delivered */
    struct tcp_seq rack_highest; /* RACK.fack */
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
    struct instant progress_at; /* something may leave after nothing might: see tcp_progress_at */
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
    uint64_t to_us;              /* our address, as it lies in front of a frame: see tcp_to_us */
    uint8_t header_bytes;        /* Ethernet and IPv4 in front of TCP in `template` */
    struct packet shape;         /* of the usual segment with a record, without its bytes */
    uint8_t tcp_header_bytes;    /* of the usual segment */
    uint32_t datagram_bytes_min; /* with such a header, and without text */
    bool resolved;
    uint32_t mtu;
    uint32_t peer_mss; /* as told, clamped */
    struct tcp_flow flow;
    struct tcp_profile profile;
    uint32_t listener; /* TCP_NONE: dialled */

    /* Receive. */
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
    uint32_t snd_window_max;     /* bytes */
    uint32_t committed_unsent;   /* bytes of entries from `next` on */
    uint32_t held_bytes;         /* of those, beyond `durable` */
    uint32_t held_positions;     /* distinct ones that they wait for */
    uint32_t keepalives;         /* unanswered, if nothing was heard since ... */
    struct instant keepalive_at; /* ... the last one */
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
    /* By the lowest bits of a flow's hash: where its connection was found last, if it was not
     * another's that falls on the same one. Only tcp_input_fast.c knows of them. */
    struct tcp_connection **hints;
    uint64_t hints_mask;
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

#endif
