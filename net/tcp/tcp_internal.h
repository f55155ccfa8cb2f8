/*
 * What the files of net/tcp share. Nobody else includes it.
 *
 *   tcp_state.h        what a connection and an instance consist of
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
 *   tcp_output_fast.c  the predicted record: reserve and commit
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
 * What the predicted and the general way share is inline: tcp_segment_in.h for what comes in,
 * tcp_sending.h for what goes out, tcp_window.h for the window offered, tcp_rtt.h for samples.
 *
 * Control flow. tcp_input judges and moves the state; tcp_acked_segment does all that an
 * acknowledgement means for what we sent; then tcp_output sends what may be sent now. Whoever
 * changes what a connection might send calls tcp_output; whoever owes an ACK sets ack_pending by
 * tcp_owe_ack, and any segment that leaves pays it. Only tcp_end ends a connection.
 */
#ifndef TERCEL_NET_TCP_TCP_INTERNAL_H
#define TERCEL_NET_TCP_TCP_INTERNAL_H

#include <string.h>

#include "net/tcp/tcp_state.h"

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

static inline struct instant tcp_later(struct instant a, struct instant b) {
    return a.ns > b.ns ? a : b;
}

/* The clock of timestamps (RFC 7323): 1 ms ticks, and what is added to them. */
static inline uint32_t tcp_timestamp_at(struct instant at, uint32_t offset) {
    return (uint32_t)((uint64_t)at.ns / NS_PER_MS) + offset;
}

static inline uint32_t tcp_timestamp(const struct tcp *tcp, uint32_t offset) {
    return tcp_timestamp_at(tcp->now.mono, offset);
}

/* What begins each frame to the connection, seven bytes of it: the address, and in the next one the
 * bit that no station has in its own. A connection with a tag has that bit nevertheless, so that no
 * frame without one is taken for its. */
#define TCP_TO_US_TAGGED (UINT64_C(1) << 48)

static inline uint64_t tcp_to_us(const struct tcp_path *path) {
    uint64_t to_us = path->vlan == ETHERNET_VLAN_NONE ? 0 : TCP_TO_US_TAGGED;
    memcpy(&to_us, path->nic->address.byte, ETHERNET_ADDRESS_BYTES);
    return to_us;
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
/* At the end of what came in: the ACK that is not to wait for tcp_flush, unless it has left with
 * something else. Once the NIC refused it, tcp_flush it is. */
static inline void tcp_ack_at_once(struct tcp_connection *c) {
    if (UNLIKELY(c->ack_now) && !tcp_send_ack(c)) {
        c->ack_now = false;
        tcp_pend(c);
    }
}
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

static inline struct duration tcp_rtt_srtt(const struct tcp_rtt *rtt) {
    return (struct duration){.ns = rtt->srtt_8ths_ns >> 3};
}

/* RFC 6298 §2.3 and §2.4, without backoff and without the peer's delay; <= rto_max. The clock's
 * granularity is below what matters. */
static inline struct duration tcp_rtt_rto(const struct tcp_rtt *rtt,
                                          const struct tcp_profile *profile) {
    if (UNLIKELY(rtt->unsampled)) {
        return rtt->rto_initial;
    }
    int64_t rto_ns = (rtt->srtt_8ths_ns >> 3) + rtt->rttvar_4ths_ns;
    rto_ns = rto_ns > profile->rto_min.ns ? rto_ns : profile->rto_min.ns;
    return (struct duration){.ns = rto_ns < profile->rto_max.ns ? rto_ns : profile->rto_max.ns};
}

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
    int64_t rto_ns = tcp_rtt_rto(rtt, &c->profile).ns;
    int64_t probe_ns = lone ? 2 * tcp_rtt_srtt(rtt).ns + rtt->ack_delay.ns : rto_ns / 8;
    int64_t wait_ns = probe_ns < rto_ns ? probe_ns : rto_ns;
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

/* From here the user time-out counts: snd_una moved, or something may leave after nothing might. */
static inline struct instant tcp_progress_at(const struct tcp_connection *c) {
    return tcp_later(c->progress_at, c->recovery.una_at);
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
