#include "net/tcp/tcp_internal.h"

/* What no timer undercuts: a turn takes about so long. */
#define PROBE_DELAY_MIN_NS (2 * NS_PER_US)

/* 2^16 initial time-outs are beyond every rto_max. */
#define BACKOFF_MAX 16

#define PERSIST_BACKOFF_MAX 16

/* RFC 8985 §6.2 step 4: recoveries for which a widened window is kept. */
#define REORDER_KEEP 16

/* Time-outs of a large segment in a row that make us believe in a black hole, and the MTU that is
 * tried then: MSS 536. */
#define BLACK_HOLE_TIMEOUTS 2
#define BLACK_HOLE_TIMEOUTS_PASSED 4 /* of a size that has passed before */
#define BLACK_HOLE_MTU 576

static int64_t min_ns(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t max_ns(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Amounts. */

/* What the peer may take before it acknowledges what is in flight; a SYN is answered at once, and
 * so is what comes while there is a hole (RFC 5681 §4.2). */
static int64_t peer_delay_ns(const struct tcp_connection *c) {
    bool waits =
        c->state >= TCP_ESTABLISHED && tcp_loss_is_lone(c, c->in_flight) && c->recovery.sacked == 0;
    return waits ? c->rtt.ack_delay.ns : 0;
}

static int64_t rto_ns(const struct tcp_connection *c, int64_t delay_ns) {
    return min_ns((tcp_rtt_rto(&c->rtt, &c->profile).ns << c->recovery.backoff) + delay_ns,
                  c->profile.rto_max.ns);
}

struct duration tcp_loss_rto(const struct tcp_connection *c) {
    return (struct duration){.ns = rto_ns(c, peer_delay_ns(c))};
}

/* `mark` was snd_nxt once. Compared with both ends: it may be so long ago that it seems to lie
 * ahead. */
static bool is_unacknowledged(const struct tcp_connection *c, struct tcp_seq mark) {
    return tcp_seq_since(mark, c->snd_una) <= tcp_seq_since(c->snd_nxt, c->snd_una);
}

/* The timer. */

/* RFC 8985 §7.2: the tail is probed once, while all is well, and its RTT known. */
static bool probe_is_wanted(const struct tcp_connection *c) {
    const struct tcp_recovery *recovery = &c->recovery;
    return c->sack && !c->rtt.unsampled && !recovery->active && !recovery->probe_out &&
           recovery->lost == 0 && c->state >= TCP_ESTABLISHED;
}

/*
 * RFC 8985 §7.2: two round trips, and what the peer may take to acknowledge what is lone.
 *
 * It knows of no other wait, but where a round trip takes less than a host's scheduler, a peer that
 * was not run for a few milliseconds would pass for a loss. Something lone is exposed to that for
 * two round trips, and its ACKs teach us how the peer is; with much in flight it happens at any
 * time, and a probe is worth less: what is lost before the end is seen by the ACKs of the rest. So
 * much in flight is given an eighth of the RTO, whose least is what the configuration says a pause
 * may be (25 ms of 200 ms, 0.6 ms of 5 ms), and twice the longest pause there was lately, but no
 * more than half of the RTO, so that the tail needs no time-out.
 */
static int64_t probe_wait_ns(const struct tcp_connection *c, int64_t delay_ns) {
    int64_t wait_ns = 2 * tcp_rtt_srtt(&c->rtt).ns + delay_ns;
    if (!tcp_loss_is_lone(c, c->in_flight)) {
        int64_t pause_ns = min_ns(2 * c->rtt.pause.ns, tcp_rtt_rto(&c->rtt, &c->profile).ns / 2);
        wait_ns = max_ns(wait_ns, max_ns(pause_ns, tcp_rtt_rto(&c->rtt, &c->profile).ns / 8));
    }
    return max_ns(wait_ns, PROBE_DELAY_MIN_NS);
}

/* Something is in flight: RACK's timer, else the tail probe's, if they come before the RTO. */
static struct tcp_loss_due due_in_flight(const struct tcp_connection *c) {
    const struct tcp_recovery *recovery = &c->recovery;
    int64_t delay_ns = peer_delay_ns(c);
    struct instant base = tcp_later(recovery->rto_base, recovery->una_at);
    int64_t at_ns = base.ns + rto_ns(c, delay_ns);
    enum tcp_loss_timer timer = TCP_LOSS_RTO;
    if (UNLIKELY(recovery->reorder_at.ns != 0)) {
        if (recovery->reorder_at.ns < at_ns) {
            at_ns = recovery->reorder_at.ns;
            timer = TCP_LOSS_REORDER;
        }
    } else if (probe_is_wanted(c)) {
        struct instant heard = tcp_later(recovery->una_at, recovery->sacked_at);
        int64_t probe_ns = tcp_later(c->sent_at, heard).ns + probe_wait_ns(c, delay_ns);
        if (probe_ns < at_ns) {
            at_ns = probe_ns;
            timer = TCP_LOSS_PROBE;
        }
    }
    return (struct tcp_loss_due){.timer = timer, .at.ns = at_ns};
}

/* From when it began to be waited for, or from the last probe. */
static struct tcp_loss_due due_persist(const struct tcp_connection *c) {
    struct instant base = c->persists ? c->recovery.persist_base : c->tcp->now.mono;
    uint8_t backoff = c->persists ? c->persist_backoff : 0;
    struct duration wait = {
        .ns = min_ns(tcp_rtt_rto(&c->rtt, &c->profile).ns << backoff, c->profile.rto_max.ns)};
    return (struct tcp_loss_due){.timer = TCP_LOSS_PERSIST, .at = instant_add(base, wait)};
}

struct tcp_loss_due tcp_loss_due(const struct tcp_connection *c) {
    if (c->head != c->held && c->state >= TCP_SYN_SENT) {
        if (LIKELY(c->in_flight > 0)) {
            return due_in_flight(c);
        }
        if (!c->output_blocked) {
            /* All SACKed, nothing acknowledged: the peer may renege. */
            bool sacked = c->head != c->next && c->recovery.lost == 0;
            return sacked ? due_in_flight(c) : due_persist(c);
        }
    }
    return (struct tcp_loss_due){.timer = TCP_LOSS_NONE, .at = INSTANT_NEVER};
}

/* The timer is only ever brought forward: what stands earlier is worked out anew when it comes. */
void tcp_loss_arm(struct tcp_connection *c) {
    struct tcp_loss_due due = tcp_loss_due(c);
    bool persists = due.timer == TCP_LOSS_PERSIST;
    if (persists && !c->persists) {
        c->recovery.persist_base = c->tcp->now.mono;
        c->persist_backoff = 0;
    }
    c->persists = persists;
    if (due.at.ns < c->timer[TCP_TIMER_LOSS].ns) {
        tcp_timer_set(c, TCP_TIMER_LOSS, due.at);
    }
}

void tcp_loss_forget(struct tcp_connection *c) {
    bool syn_lost = c->recovery.syn_lost;
    c->recovery = (struct tcp_recovery){.syn_lost = syn_lost};
    c->persists = false;
    tcp_timer_stop(c, TCP_TIMER_LOSS);
}

/* Marks. */

void tcp_entry_lose(struct tcp_connection *c, struct tcp_entry *entry) {
    DCHECK((entry->flags & (TCP_ENTRY_SENT | TCP_ENTRY_SACKED)) == TCP_ENTRY_SENT);
    if (!(entry->flags & TCP_ENTRY_LOST)) {
        entry->flags |= TCP_ENTRY_LOST;
        c->recovery.lost++;
        c->in_flight -= tcp_entry_length(entry);
    }
}

static void find_again(struct tcp_connection *c, struct tcp_entry *entry) {
    if (entry->flags & TCP_ENTRY_LOST) {
        entry->flags &= (uint8_t)~TCP_ENTRY_LOST;
        c->recovery.lost--;
        c->in_flight += tcp_entry_length(entry);
    }
}

/* RFC 8985 §6.2: "sent after", ties broken by sequence. */
static bool sent_after(struct instant a_at, struct tcp_seq a_end, struct instant b_at,
                       struct tcp_seq b_end) {
    return a_at.ns > b_at.ns || (a_at.ns == b_at.ns && tcp_seq_before(b_end, a_end));
}

/* The ACK may be that of an earlier transmission (RFC 8985 §6.2 step 2). What stands behind a hole
 * is not echoed (RFC 7323 §4.3 (2)): of that only the time tells. */
static bool is_ambiguous(const struct tcp_connection *c, const struct tcp_entry *entry,
                         const struct tcp_acknowledged *acked, struct duration rtt) {
    if (!(entry->flags & TCP_ENTRY_RESENT)) {
        return false;
    }
    uint32_t ts_value = tcp_timestamp_at(entry->sent_at, c->ts_offset);
    if (acked->has_echo && !acked->by_sack && (int32_t)(acked->ts_echo - ts_value) < 0) {
        return true;
    }
    return rtt.ns < c->rtt.minimum.ns;
}

static void note_reordering(struct tcp_recovery *recovery, const struct tcp_entry *entry,
                            struct tcp_seq end) {
    if (recovery->rack_sent_at.ns == 0 || tcp_seq_before(recovery->rack_highest, end)) {
        recovery->rack_highest = end;
    } else if (tcp_seq_before(end, recovery->rack_highest) && !(entry->flags & TCP_ENTRY_RESENT)) {
        recovery->reordering_seen = true;
    }
}

void tcp_loss_delivered(struct tcp_connection *c, const struct tcp_entry *entry,
                        const struct tcp_acknowledged *acked) {
    struct tcp_recovery *recovery = &c->recovery;
    struct duration rtt = instant_since(c->tcp->now.mono, entry->sent_at);
    struct tcp_seq end = tcp_entry_end(entry);
    note_reordering(recovery, entry, end);
    if (UNLIKELY(is_ambiguous(c, entry, acked, rtt))) {
        return;
    }
    recovery->rack_rtt = rtt;
    if (recovery->rack_sent_at.ns == 0 ||
        sent_after(entry->sent_at, end, recovery->rack_sent_at, recovery->rack_end)) {
        recovery->rack_sent_at = entry->sent_at;
        recovery->rack_end = end;
    }
}

/* RFC 8985 §6.2 step 4: no patience without a sign of reordering once something must be lost. */
static int64_t reorder_window_ns(const struct tcp_connection *c) {
    const struct tcp_recovery *recovery = &c->recovery;
    bool sure = recovery->active || recovery->sacked >= TCP_DUPLICATE_THRESHOLD;
    if (c->rtt.unsampled || (sure && !recovery->reordering_seen)) {
        return 0;
    }
    int64_t window_ns = (1 + (int64_t)recovery->reorder_steps) * (c->rtt.minimum.ns / 4);
    return min_ns(window_ns, tcp_rtt_srtt(&c->rtt).ns);
}

/* RFC 8985 §6.2 step 5: what was sent well before something that arrived is lost. */
static bool rack_detect(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    recovery->reorder_at.ns = 0;
    if (recovery->rack_sent_at.ns == 0) {
        return false;
    }
    int64_t patience_ns = recovery->rack_rtt.ns + reorder_window_ns(c);
    bool found = false;
    for (uint32_t counter = c->head; counter != c->next; counter++) {
        struct tcp_entry *entry = tcp_entry_at(c, counter);
        if (!tcp_entry_is_in_flight(entry) ||
            !sent_after(recovery->rack_sent_at, recovery->rack_end, entry->sent_at,
                        tcp_entry_end(entry))) {
            continue;
        }
        int64_t due_ns = entry->sent_at.ns + patience_ns;
        if (c->tcp->now.mono.ns >= due_ns) {
            tcp_entry_lose(c, entry);
            found = true;
        } else {
            recovery->reorder_at.ns = max_ns(recovery->reorder_at.ns, due_ns);
        }
    }
    return found;
}

/* Recovery's beginning and end. */

static void enter_recovery(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    tcp_congestion_remember(c);
    tcp_congestion_enter_recovery(c);
    recovery->active = true;
    recovery->after_timeout = false;
    recovery->point = c->snd_nxt;
    c->fast_recoveries++;
}

/* RFC 8985 §6.2 step 4: a widened reordering window wears off. */
static void leave(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    recovery->active = false;
    recovery->duplicates = 0;
    if (recovery->reorder_keep > 0 && --recovery->reorder_keep == 0) {
        recovery->reorder_steps = 0;
    }
}

static void exit_recovery(struct tcp_connection *c) {
    if (!c->recovery.after_timeout) {
        tcp_congestion_exit_recovery(c);
    }
    leave(c);
}

/* It was all for nothing (RFC 4015, RFC 3708): nothing was lost. */
static void undo(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    tcp_congestion_undo(c);
    recovery->undo = false;
    for (uint32_t counter = c->head; counter != c->next; counter++) {
        find_again(c, tcp_entry_at(c, counter));
    }
    if (recovery->active) {
        /* Else the silence that was allowed to last longer would be over at once. */
        recovery->backoff = 0;
        recovery->rto_base = c->tcp->now.mono;
        leave(c);
    }
}

static void count_spurious(struct tcp_connection *c) {
    if (c->spurious < c->retransmissions) {
        c->spurious++;
        c->tcp->counters.spurious++;
    }
}

/* Eifel (RFC 3522): what was sent again had been acknowledged by its first transmission. */
static bool shown_needless_by_echo(const struct tcp_connection *c,
                                   const struct tcp_acknowledged *acked) {
    const struct tcp_recovery *recovery = &c->recovery;
    return recovery->active && recovery->undo && recovery->undo_resent && acked->bytes > 0 &&
           acked->has_echo && (int32_t)(acked->ts_echo - recovery->undo_ts_value) < 0;
}

/* It took the peer longer than one RTO to acknowledge what was lone, and no second copy made it do
 * so: that one would show, or would have been sent once at most. */
static bool was_late(const struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    uint32_t flight = acked->bytes + tcp_seq_since(c->snd_nxt, c->snd_una);
    return c->recovery.after_timeout && !acked->has_dsack && c->recovery.backoff <= 1 &&
           tcp_loss_is_lone(c, flight);
}

static void try_eifel(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    if (!shown_needless_by_echo(c, acked)) {
        return;
    }
    if (!c->sack) {
        count_spurious(c); /* with SACK the peer says so, once for each */
    }
    if (was_late(c, acked)) {
        uint32_t waited_ms = tcp_timestamp(c->tcp, c->ts_offset) - acked->ts_echo;
        tcp_rtt_needless(&c->rtt, (struct duration){.ns = waited_ms * NS_PER_MS}, true);
    }
    undo(c);
}

/* The peer got something twice (RFC 2883). */
static void widen_reorder_window(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    if (recovery->dsack_in_round && !tcp_seq_equal(c->snd_una, recovery->dsack_round) &&
        is_unacknowledged(c, recovery->dsack_round)) {
        return;
    }
    recovery->dsack_in_round = true;
    recovery->dsack_round = c->snd_nxt;
    if (recovery->reorder_steps < UINT8_MAX) {
        recovery->reorder_steps++;
    }
    recovery->reorder_keep = REORDER_KEEP;
}

static bool answers_probe(const struct tcp_recovery *recovery,
                          const struct tcp_acknowledged *acked) {
    return recovery->probe_out && recovery->probe_is_copy && acked->has_dsack &&
           tcp_seq_equal(acked->dsack.right, recovery->probe_end);
}

static void note_dsack(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    struct tcp_recovery *recovery = &c->recovery;
    count_spurious(c);
    if (answers_probe(recovery, acked)) {
        return;
    }
    widen_reorder_window(c);
    bool counts = recovery->undo && recovery->undo_resends > 0 &&
                  tcp_seq_before(recovery->undo_point, acked->dsack.right);
    if (counts && --recovery->undo_resends == 0) {
        undo(c);
    }
}

/* The tail probe. */

/* The probe filled a hole: a loss all the same, though it is mended (RFC 8985 §7.4.1). */
static void repaired_by_probe(struct tcp_connection *c) {
    c->recovery.probe_out = false;
    if (!c->recovery.active) {
        tcp_congestion_enter_recovery(c);
        tcp_congestion_exit_recovery(c);
    }
}

/* What the probe repeated had arrived; its ACK came late, and it is known how late when the probe
 * got another one. */
static void probe_was_needless(struct tcp_connection *c, bool sure) {
    struct tcp_recovery *recovery = &c->recovery;
    recovery->probe_out = false;
    if (!recovery->probe_lone) {
        tcp_rtt_pause(&c->rtt, recovery->probe_waited);
        return;
    }
    int64_t waited_ns = recovery->probe_waited.ns - tcp_rtt_srtt(&c->rtt).ns;
    tcp_rtt_needless(&c->rtt, (struct duration){.ns = max_ns(waited_ns, 0)}, sure);
}

/* RFC 8985 §7.4.2. */
static void probe_answered(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    struct tcp_recovery *recovery = &c->recovery;
    if (!recovery->probe_out || tcp_seq_before(c->snd_una, recovery->probe_end)) {
        return;
    }
    bool sure = recovery->probe_waited.ns != 0;
    if (!sure) {
        recovery->probe_waited = instant_since(c->tcp->now.mono, recovery->probe_copied_sent_at);
    }
    if (!recovery->probe_is_copy) {
        recovery->probe_out = false;
    } else if (answers_probe(recovery, acked) || (acked->duplicate && !acked->sacked)) {
        probe_was_needless(c, sure);
    } else if (tcp_seq_before(recovery->probe_end, c->snd_una)) {
        repaired_by_probe(c);
    }
}

/* Had both copies arrived, the DSACK would have come within a round trip of the probe. */
static void conclude_probe(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    int64_t since_ns = instant_since(c->tcp->now.mono, recovery->probe_at).ns;
    if (tcp_seq_at_most(recovery->probe_end, c->snd_una) &&
        since_ns > 2 * tcp_rtt_srtt(&c->rtt).ns) {
        repaired_by_probe(c);
    }
}

void tcp_loss_sent(struct tcp_connection *c, const struct tcp_entry *entry, bool again) {
    struct tcp_recovery *recovery = &c->recovery;
    if (recovery->probe_out && !again) {
        conclude_probe(c);
    }
    if (!recovery->active) {
        return;
    }
    recovery->sent += tcp_entry_length(entry);
    if (again && recovery->undo) {
        recovery->undo_resends++;
        if (!recovery->undo_resent) {
            recovery->undo_resent = true;
            recovery->undo_ts_value = tcp_timestamp(c->tcp, c->ts_offset);
        }
    }
}

/* Acknowledgements. */

/* Without SACK each duplicate stands for a segment that arrived (RFC 5681, RFC 6582); returns the
 * bytes this ACK speaks for. */
static uint32_t count_duplicates(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    struct tcp_recovery *recovery = &c->recovery;
    if (c->sack) {
        return acked->delivered;
    }
    if (acked->duplicate) {
        recovery->duplicates++;
        return c->mss;
    }
    if (acked->bytes == 0) {
        return 0;
    }
    uint32_t told = acked->bytes / c->mss;
    told = told < recovery->duplicates ? told : recovery->duplicates;
    recovery->duplicates = recovery->active ? recovery->duplicates - told : 0;
    return acked->bytes - told * c->mss;
}

/* RFC 6582: three duplicates, unless they may be echoes of the last recovery; then each partial
 * acknowledgement shows the next hole. */
static bool newreno_detect(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    const struct tcp_recovery *recovery = &c->recovery;
    struct tcp_entry *oldest = tcp_entry_at(c, c->head);
    if (c->head == c->next || !tcp_entry_is_in_flight(oldest)) {
        return false;
    }
    bool third = !recovery->active && recovery->duplicates >= TCP_DUPLICATE_THRESHOLD &&
                 !is_unacknowledged(c, recovery->point);
    bool partial = recovery->active && acked->bytes > 0 && !(oldest->flags & TCP_ENTRY_RESENT);
    if (third || partial) {
        tcp_entry_lose(c, oldest);
    }
    return third || partial;
}

static bool detect(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    return c->sack ? rack_detect(c) : newreno_detect(c, acked);
}

/* Karn: what was sent only once, or whose echo tells which it was, ends the backoff. So does the
 * answer to a SYN, whatever it took: data begins anew (RFC 6298 §5.7). */
static void note_progress(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    if (acked->bytes == 0) {
        return;
    }
    c->recovery.large_timeouts = 0;
    if (acked->sample_at.ns != 0 || acked->has_echo || acked->handshake) {
        c->recovery.backoff = 0;
    }
}

void tcp_loss_acked(struct tcp_connection *c, const struct tcp_acknowledged *acked) {
    struct tcp_recovery *recovery = &c->recovery;
    if (acked->has_dsack) {
        note_dsack(c, acked);
    }
    probe_answered(c, acked);
    try_eifel(c, acked);
    note_progress(c, acked);
    uint32_t delivered = count_duplicates(c, acked);
    if (recovery->active && !tcp_seq_before(c->snd_una, recovery->point)) {
        exit_recovery(c);
    }
    bool found = detect(c, acked);
    bool first = found && !recovery->active;
    if (first) {
        enter_recovery(c);
    }
    if (recovery->active && !recovery->after_timeout) {
        tcp_congestion_recover(c, delivered, first);
    } else if (acked->bytes > 0) {
        tcp_congestion_acked(c, acked->bytes);
    }
}

/* Expiry. */

static void reorder_expired(struct tcp_connection *c) {
    if (!rack_detect(c)) {
        return;
    }
    bool first = !c->recovery.active;
    if (first) {
        enter_recovery(c);
    }
    if (!c->recovery.after_timeout) {
        tcp_congestion_recover(c, 0, first);
    }
}

static void probe_expired(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    bool lone = tcp_loss_is_lone(c, c->in_flight);
    if (!tcp_send_tail_probe(c)) {
        recovery->sacked_at = c->tcp->now.mono; /* once more after as long, or the RTO */
        return;
    }
    recovery->probe_out = true;
    recovery->probe_lone = lone;
    recovery->probe_end = c->snd_nxt;
    recovery->probe_at = c->tcp->now.mono;
    recovery->probe_waited.ns = 0;
    recovery->rto_base = c->tcp->now.mono;
    c->tcp->counters.tail_probes++;
}

/* What the receiver SACKed it may have thrown away since (RFC 2018 §8). It is not in the network,
 * so with the time-out it counts as lost, however lately it was sent. */
static void forget_sacks(struct tcp_connection *c, bool lost) {
    for (uint32_t counter = c->head; counter != c->next && c->recovery.sacked > 0; counter++) {
        struct tcp_entry *entry = tcp_entry_at(c, counter);
        if (entry->flags & TCP_ENTRY_SACKED) {
            entry->flags &= (uint8_t)~TCP_ENTRY_SACKED;
            c->recovery.sacked--;
            c->in_flight += tcp_entry_length(entry);
            if (lost) {
                tcp_entry_lose(c, entry);
            }
        }
    }
}

/* RFC 8985 §6.3: the oldest, and what else had its time; the rest may still be on its way. */
static void lose_on_timeout(struct tcp_connection *c) {
    int64_t patience_ns = c->recovery.rack_rtt.ns + reorder_window_ns(c);
    for (uint32_t counter = c->head; counter != c->next; counter++) {
        struct tcp_entry *entry = tcp_entry_at(c, counter);
        if (counter == c->head || entry->sent_at.ns + patience_ns <= c->tcp->now.mono.ns) {
            tcp_entry_lose(c, entry);
        }
    }
}

/* RFC 2923 §2.1: segments that time out, again, may be too big for somebody on the way who does not
 * say so: any that would be smaller then. */
static void suspect_black_hole(struct tcp_connection *c) {
    uint32_t headers = IPV4_HEADER_BYTES + TCP_HEADER_BYTES;
    headers += c->timestamps ? TCP_TIMESTAMPS_BYTES : 0;
    const struct tcp_entry *oldest = tcp_entry_at(c, c->head);
    if (oldest->bytes + headers <= BLACK_HOLE_MTU || c->mtu <= BLACK_HOLE_MTU) {
        c->recovery.large_timeouts = 0;
        return;
    }
    bool passed = oldest->bytes <= c->recovery.passed_bytes;
    uint32_t enough = passed ? BLACK_HOLE_TIMEOUTS_PASSED : BLACK_HOLE_TIMEOUTS;
    if (++c->recovery.large_timeouts >= enough) {
        c->recovery.large_timeouts = 0;
        tcp_mtu_reduce(c, BLACK_HOLE_MTU);
    }
}

static void back_off(struct tcp_connection *c) {
    if (c->recovery.backoff < BACKOFF_MAX) {
        c->recovery.backoff++;
    }
    c->recovery.rto_base = c->tcp->now.mono;
    c->timeouts++;
    c->tcp->counters.timeouts++;
}

static void syn_expired(struct tcp_connection *c) {
    tcp_entry_lose(c, tcp_entry_at(c, c->head));
    c->recovery.syn_lost = true;
    back_off(c);
}

static void rto_expired(struct tcp_connection *c) {
    struct tcp_recovery *recovery = &c->recovery;
    if (c->state < TCP_ESTABLISHED) {
        syn_expired(c);
        return;
    }
    forget_sacks(c, true);
    suspect_black_hole(c);
    lose_on_timeout(c);
    bool first = !recovery->active;
    if (first) {
        tcp_congestion_remember(c);
    }
    tcp_congestion_timeout(c, first);
    recovery->active = true;
    recovery->after_timeout = true;
    recovery->point = c->snd_nxt;
    recovery->duplicates = 0;
    recovery->probe_out = false;
    recovery->reorder_at.ns = 0;
    back_off(c);
}

/* One SACKED but not acknowledged is probed for like any other: the peer may have thrown it away,
 * and waits for it. */
static void persist_expired(struct tcp_connection *c) {
    struct tcp_entry *oldest = tcp_entry_at(c, c->head);
    if (UNLIKELY(oldest->flags & TCP_ENTRY_SACKED)) {
        forget_sacks(c, false);
        tcp_entry_lose(c, oldest);
        c->recovery.rto_base = c->tcp->now.mono;
    }
    tcp_send_persist_probe(c);
    c->recovery.persist_base = c->tcp->now.mono;
    if (c->persist_backoff < PERSIST_BACKOFF_MAX) {
        c->persist_backoff++;
    }
}

void tcp_loss_expired(struct tcp_connection *c) {
    struct tcp_loss_due due = tcp_loss_due(c);
    if (!instant_reached(c->tcp->now.mono, due.at)) {
        tcp_loss_arm(c);
        return;
    }
    switch (due.timer) {
    case TCP_LOSS_NONE:
        return;
    case TCP_LOSS_REORDER:
        reorder_expired(c);
        break;
    case TCP_LOSS_PROBE:
        probe_expired(c);
        break;
    case TCP_LOSS_RTO:
        rto_expired(c);
        break;
    case TCP_LOSS_PERSIST:
        persist_expired(c);
        break;
    }
    tcp_output(c);
}
