#include "net/tcp/script/tcp_script_internal.h"

#include <stddef.h>
#include <string.h>

enum field_kind {
    FIELD_U8,
    FIELD_U32,
    FIELD_U64,
    FIELD_BOOL,
    FIELD_DURATION,
    FIELD_OURS,
    FIELD_PEERS
};

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
};

#define INFO(kind, member)                                                                         \
    { #member, kind, offsetof(struct tcp_info, member) }
#define TCP(member)                                                                                \
    { #member, FIELD_U64, offsetof(struct tcp_counters, member) }
#define TCP_NOW(member)                                                                            \
    { #member, FIELD_U32, offsetof(struct tcp_counters, member) }
#define STACK(member)                                                                              \
    { #member, FIELD_U64, offsetof(struct stack_counters, member) }

static const struct field info_fields[] = {
    INFO(FIELD_OURS, snd_una),       INFO(FIELD_OURS, snd_nxt),    INFO(FIELD_PEERS, rcv_nxt),
    INFO(FIELD_U32, snd_window),     INFO(FIELD_U32, rcv_window),  INFO(FIELD_U32, mss),
    INFO(FIELD_U32, cwnd),           INFO(FIELD_U32, ssthresh),    INFO(FIELD_U32, in_flight),
    INFO(FIELD_DURATION, srtt),      INFO(FIELD_DURATION, rttvar), INFO(FIELD_DURATION, rto),
    INFO(FIELD_DURATION, ack_delay), INFO(FIELD_U64, segments_in), INFO(FIELD_U64, segments_out),
    INFO(FIELD_U64, bytes_in),       INFO(FIELD_U64, bytes_out),   INFO(FIELD_U64, retransmissions),
    INFO(FIELD_U64, timeouts),       INFO(FIELD_U64, probes),      INFO(FIELD_U64, fast_recoveries),
    INFO(FIELD_U64, spurious),       INFO(FIELD_BOOL, timestamps), INFO(FIELD_BOOL, sack),
    INFO(FIELD_U8, snd_scale),       INFO(FIELD_U8, rcv_scale),
};

static const struct field tcp_fields[] = {
    TCP(malformed),        TCP(bad_checksum),
    TCP(unacceptable),     TCP(paws_drops),
    TCP(opened),           TCP(accepted),
    TCP(refused),          TCP(embryos_dropped),
    TCP(backlog_full),     TCP(resets_sent),
    TCP(resets_received),  TCP(resets_withheld),
    TCP(challenges),       TCP(challenges_withheld),
    TCP(corrections),      TCP(corrections_withheld),
    TCP(retransmissions),  TCP(timeouts),
    TCP(probes),           TCP(spurious),
    TCP(tail_probes),      TCP(out_of_order),
    TCP(reassembly_drops), TCP(duplicate_bytes),
    TCP(pool_empty),       TCP(ring_full),
    TCP(keepalives),       TCP(user_timeouts),
    TCP(icmp_ignored),     TCP(mtu_reductions),
    TCP_NOW(connections),  TCP_NOW(embryos),
    TCP_NOW(time_waits),
};

static const struct field stack_fields[] = {
    STACK(not_ours),    STACK(malformed),     STACK(bad_checksum), STACK(fragments),
    STACK(arp_asked),   STACK(arp_answered),  STACK(arp_learned),  STACK(arp_conflicts),
    STACK(arp_unasked), STACK(arp_full),      STACK(echoes),       STACK(echoes_withheld),
    STACK(icmp_errors), STACK(send_failures),
};

static const char *const state_names[] = {
    [TCP_CLOSED] = "CLOSED",           [TCP_RESOLVING] = "RESOLVING",
    [TCP_SYN_SENT] = "SYN_SENT",       [TCP_SYN_RECEIVED] = "SYN_RECEIVED",
    [TCP_ESTABLISHED] = "ESTABLISHED", [TCP_FIN_WAIT_1] = "FIN_WAIT_1",
    [TCP_FIN_WAIT_2] = "FIN_WAIT_2",   [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
    [TCP_CLOSING] = "CLOSING",         [TCP_LAST_ACK] = "LAST_ACK",
    [TCP_TIME_WAIT] = "TIME_WAIT",
};

static int64_t field_value(const struct script_run *run, const void *of,
                           const struct field *field) {
    const char *at = (const char *)of + field->offset;
    uint8_t u8;
    uint32_t u32;
    uint64_t u64;
    bool on;
    struct duration duration;
    struct tcp_seq seq;
    switch (field->kind) {
    case FIELD_U8:
        memcpy(&u8, at, sizeof u8);
        return u8;
    case FIELD_U32:
        memcpy(&u32, at, sizeof u32);
        return u32;
    case FIELD_U64:
        memcpy(&u64, at, sizeof u64);
        return (int64_t)u64;
    case FIELD_BOOL:
        memcpy(&on, at, sizeof on);
        return on;
    case FIELD_DURATION:
        memcpy(&duration, at, sizeof duration);
        return duration.ns;
    default:
        memcpy(&seq, at, sizeof seq);
        return tcp_seq_distance(seq, field->kind == FIELD_OURS ? run->flow->iss : run->flow->irs);
    }
}

/* Of durations that come from divisions the last digits are nobody's matter. */
static bool is_same(const struct field *field, int64_t a, int64_t b) {
    int64_t slack = field->kind == FIELD_DURATION ? NS_PER_US : 0;
    return a - b <= slack && b - a <= slack;
}

static bool compare(struct script_run *run, struct script_words *words, const struct field *field,
                    int64_t value) {
    bool at_least = script_words_take(words, "at-least");
    bool at_most = !at_least && script_words_take(words, "at-most");
    if (!at_least && !at_most && !script_words_take(words, "is")) {
        return script_fail(run, "expected is, at-least or at-most");
    }
    int64_t expected;
    struct duration duration = {0};
    bool ok = field->kind == FIELD_DURATION ? script_words_duration(words, &duration)
                                            : script_words_number(words, &expected);
    if (!ok) {
        return script_fail(run, "not a value for it");
    }
    expected = field->kind == FIELD_DURATION ? duration.ns : expected;
    bool holds = at_least  ? value >= expected
                 : at_most ? value <= expected
                           : is_same(field, value, expected);
    return holds || script_fail(run, "%s is %lld", field->name, (long long)value);
}

static const struct field *find(const struct field *fields, size_t count, struct bytes name) {
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal(name, bytes_of_string(fields[i].name))) {
            return &fields[i];
        }
    }
    return NULL;
}

#define FIND(fields, name) find(fields, sizeof fields / sizeof fields[0], name)

static bool info_state(struct script_run *run, struct script_words *words, enum tcp_state state) {
    return (script_words_take(words, "is") && script_words_take(words, state_names[state])) ||
           script_fail(run, "state is %s", state_names[state]);
}

static bool info(struct script_run *run, struct script_words *words) {
    if (run->flow->stream == NULL) {
        return script_fail(run, "there is no stream on this flow");
    }
    struct tcp_info now = tcp_info(run->flow->stream);
    if (script_words_take(words, "state")) {
        return info_state(run, words, now.state);
    }
    const struct field *field = FIND(info_fields, script_words_next(words));
    if (field == NULL) {
        return script_fail(run, "no such field");
    }
    return compare(run, words, field, field_value(run, &now, field));
}

/* TCP's counters, or `stack` and the stack's. */
static bool counter(struct script_run *run, struct script_words *words) {
    const void *of = tcp_counters(stack_tcp(run->stack));
    const struct field *field;
    if (script_words_take(words, "stack")) {
        of = stack_counters(run->stack);
        field = FIND(stack_fields, script_words_next(words));
    } else {
        field = FIND(tcp_fields, script_words_next(words));
    }
    if (field == NULL) {
        return script_fail(run, "no such counter");
    }
    return compare(run, words, field, field_value(run, of, field));
}

bool script_info(struct script_run *run, struct script_words *words, bool *ok) {
    if (script_words_take(words, "info")) {
        *ok = info(run, words);
        return true;
    }
    if (script_words_take(words, "counter")) {
        *ok = counter(run, words);
        return true;
    }
    return false;
}
