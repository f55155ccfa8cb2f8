#include "bench/interop/interop.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/interop/answer_times.h"
#include "core/base/bits.h"

#define PREFIX_BITS 24
#define RECORDS_PER_TURN 16 /* of one connection before the next has its turn */
#define TURNS_PER_AUDIT 4096
/* All connections together have this much on its way: what a veth pair queues without losing. */
#define SEND_BYTES (UINT32_C(512) << 10)
#define RECEIVE_BYTES (UINT32_C(32) << 20)
#define RECEIVE_BYTES_MAX (UINT32_C(1) << 20)
#define REASSEMBLY_PACKETS 2048
#define RING_ENTRIES 256

/* A connection and what is said on it. */
struct session {
    struct stream *stream; /* NULL: not yet, or over */
    bool is_over;
    bool ended; /* our direction */
    struct talk talk;
    struct answer_times times;
    bool waits; /* with --recover-gap-us: for an acknowledgement, then until `next_at` */
    bool was_dropped, is_repaired; /* the message of which that is waited for */
    uint64_t retransmissions;      /* before it */
    struct instant next_at;
};

struct interop {
    const struct interop_options *options;
    struct nic_shim *shim;
    struct stack *stack;
    void *stack_mem;
    struct stream_stack *streams;
    struct session *sessions; /* of one round */
    uint64_t round;
    uint64_t opened; /* of this round */
    uint64_t over;   /* likewise */
    uint64_t turns;
    struct instant next_call_at;
    struct interop_figures figures;
};

static bool complain(const struct session *session, const char *what) {
    char text[256];
    talk_describe(&session->talk, text, sizeof(text));
    (void)fprintf(stderr, "%s: %s\n", text, what);
    if (session->stream != NULL) {
        struct tcp_info info = tcp_info(session->stream);
        (void)fprintf(
            stderr,
            "  %s, %s: unacknowledged %u B, in flight %u B, window %u B, cwnd %u B, unsent "
            "%zu B, %llu sent again, %llu timeouts, rto %lld ns\n",
            tcp_state_name(info.state),
            stream_close_reason_name(stream_close_reason(session->stream)),
            info.snd_nxt.value - info.snd_una.value, info.in_flight, info.snd_window, info.cwnd,
            stream_unsent(session->stream), (unsigned long long)info.retransmissions,
            (unsigned long long)info.timeouts, (long long)info.rto.ns);
    }
    return false;
}

/* Start. */

static bool read_address(const char *text, struct ipv4_address *address) {
    struct in_addr read;
    if (text == NULL || inet_pton(AF_INET, text, &read) != 1) {
        (void)fprintf(stderr, "%s is no address\n", text == NULL ? "nothing" : text);
        return false;
    }
    address->value = ntohl(read.s_addr);
    return true;
}

static uint32_t clamp(uint64_t value, uint32_t min, uint32_t max) {
    return value < min ? min : value > max ? max : (uint32_t)value;
}

static struct stack_setup setup_of(const struct interop_options *options) {
    struct stack_setup setup = stack_setup_default();
    uint32_t connections = (uint32_t)options->connections;
    uint32_t send = clamp(SEND_BYTES / connections, TALK_MESSAGE_BYTES_MAX, SEND_BYTES);
    uint32_t receive = clamp(RECEIVE_BYTES / connections, UINT16_MAX, RECEIVE_BYTES_MAX);
    setup.limits =
        (struct stack_limits){.tcp = {.stream = {.send_bytes = send,
                                                 .receive_bytes = receive,
                                                 .record_bytes_max = TALK_MESSAGE_BYTES_MAX,
                                                 .gather_bytes_max = TALK_MESSAGE_BYTES_MAX,
                                                 .hold_bytes = TALK_MESSAGE_BYTES_MAX,
                                                 .hold_records_max = 1},
                                      /* Those of a round that ends linger while the next begins. */
                                      .connections_max = 2 * connections,
                                      .listeners_max = 1,
                                      .peers_max = 1,
                                      .embryos_max = 2 * connections,
                                      .time_waits_max = 2 * connections,
                                      .ring_entries = RING_ENTRIES,
                                      .reassembly_packets_max = REASSEMBLY_PACKETS},
                              .ports_max = 1,
                              .neighbours_max = 16};
    memcpy(setup.tcp.seed.key, &options->seed, sizeof(options->seed));
    if (options->local_port != 0) {
        setup.tcp.port_first = setup.tcp.port_last = (uint16_t)options->local_port;
    }
    return setup;
}

static void add_other_end(struct interop *interop, struct ipv4_address local,
                          struct ipv4_address remote) {
    const struct interop_options *options = interop->options;
    struct tcp_profile profile = tcp_profile_default();
    profile.ack_delay.ns = (int64_t)options->ack_delay_us * NS_PER_US;
    profile.user_timeout.ns = (int64_t)options->patience_s * NS_PER_S;
    if (options->peer == NULL) {
        (void)stack_listen(interop->stack,
                           &(struct tcp_listener){.local = local,
                                                  .port = (uint16_t)options->port,
                                                  .backlog = 2 * (uint32_t)options->connections,
                                                  .profile = profile});
    } else {
        (void)stack_add_peer(interop->stack,
                             &(struct tcp_peer){.local = local,
                                                .remote = remote,
                                                .remote_port = (uint16_t)options->port,
                                                .profile = profile});
    }
}

struct interop *interop_start(const struct interop_options *options, struct nic_shim *shim) {
    struct ipv4_address local, remote = {.value = 0};
    if (!read_address(options->address, &local) ||
        (options->peer != NULL && !read_address(options->peer, &remote))) {
        return NULL;
    }
    struct stack_setup setup = setup_of(options);
    size_t bytes = bits_whole_lines(stack_footprint(&setup.limits));
    CHECK(bytes != 0);
    struct interop *interop = calloc(1, sizeof(*interop));
    CHECK(interop != NULL);
    *interop = (struct interop){.options = options,
                                .shim = shim,
                                .stack_mem = aligned_alloc(64, bytes),
                                .sessions = calloc(options->connections, sizeof(struct session))};
    CHECK(interop->stack_mem != NULL && interop->sessions != NULL);
    memset(interop->stack_mem, 0, bytes); /* every page is there before the first frame is */
    interop->stack = stack_init(interop->stack_mem, &setup);
    interop->streams = stack_streams(interop->stack);
    (void)stack_add_port(interop->stack, &(struct stack_port){.nic = &shim->nic,
                                                              .address = local,
                                                              .prefix_bits = PREFIX_BITS,
                                                              .vlan = ETHERNET_VLAN_NONE});
    add_other_end(interop, local, remote);
    struct interop_figures *figures = &interop->figures;
    histogram_reset(&figures->answered);
    histogram_reset(&figures->srtt);
    histogram_reset(&figures->clean);
    histogram_reset(&figures->sent_again);
    histogram_reset(&figures->recovered);
    return interop;
}

/* Opening. */

static void accept_all(struct interop *interop) {
    while (interop->opened < interop->options->connections) {
        struct session *session = &interop->sessions[interop->opened];
        *session = (struct session){.stream = stream_accept(interop->streams, 0)};
        if (session->stream == NULL) {
            return;
        }
        talk_answer(&session->talk);
        interop->opened++;
    }
}

/* The next connection, if it is time for it and there is a port. */
static void call_next(struct interop *interop, struct now now) {
    if (interop->opened == interop->options->connections ||
        !instant_reached(now.mono, interop->next_call_at)) {
        return;
    }
    struct session *session = &interop->sessions[interop->opened];
    *session = (struct session){.stream = stream_dial(interop->streams, 0)};
    if (session->stream == NULL) {
        return;
    }
    struct talk_plan plan = interop_options_plan(interop->options, interop->round, interop->opened);
    talk_call(&session->talk, &plan, now.mono);
    interop->next_call_at = instant_add(now.mono, INTEROP_CALL_INTERVAL);
    interop->opened++;
}

/* Hearing. */

static bool hear(struct interop *interop, struct session *session, struct now now) {
    struct bytes view;
    while ((view = stream_peek(session->stream, 0)).len > 0) {
        if (!talk_hear(&session->talk, view)) {
            return complain(session, "these are not the right bytes");
        }
        stream_consume(session->stream, view.len, STREAM_PLAIN);
    }
    answer_times_hear(&session->times, &session->talk, now.mono, &interop->figures.answered);
    enum stream_state state = stream_state(session->stream);
    bool ended = state == STREAM_PEER_FINISHED || state == STREAM_CLOSED;
    if (ended && !session->talk.peer_ended && !talk_hear_end(&session->talk)) {
        return complain(session, "ended too early");
    }
    return true;
}

/* Speaking. */

/* With --recover-gap-us: how long the last message took to be sent again, if it was dropped, and
 * to be acknowledged. */
static void measure_acknowledgement(struct interop *interop, struct session *session,
                                    struct now now) {
    struct tcp_info info = tcp_info(session->stream);
    struct interop_figures *figures = &interop->figures;
    struct instant said_at = answer_times_said_at(&session->times, session->talk.said - 1);
    int64_t since_ns = instant_since(now.mono, said_at).ns;
    if (session->was_dropped && !session->is_repaired &&
        info.retransmissions > session->retransmissions) {
        session->is_repaired = true;
        histogram_record(&figures->sent_again, since_ns);
    }
    if (info.snd_una.value != info.snd_nxt.value || stream_unsent(session->stream) > 0) {
        return;
    }
    session->waits = false;
    histogram_record(session->was_dropped ? &figures->recovered : &figures->clean, since_ns);
    int64_t gap_ns = (int64_t)interop->options->recover_gap_us * NS_PER_US;
    session->next_at = instant_add(now.mono, (struct duration){.ns = gap_ns});
}

static void commit(struct interop *interop, struct session *session, char *data, uint32_t bytes,
                   struct now now) {
    struct talk *talk = &session->talk;
    talk_fill(talk, data, bytes);
    answer_times_say(&session->times, talk, now.mono);
    if (interop->options->recover_gap_us != 0 && talk->calls && talk->is_planned) {
        session->waits = true;
        session->was_dropped = talk->said % 2 == 1;
        session->is_repaired = false;
        session->retransmissions = tcp_info(session->stream).retransmissions;
        if (session->was_dropped) {
            nic_shim_drop_next_data(interop->shim);
        }
    }
    talk_said(talk, bytes);
    stream_commit(session->stream, bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

static bool speak(struct interop *interop, struct session *session, struct now now) {
    if (session->waits) {
        measure_acknowledgement(interop, session, now);
    }
    for (uint32_t i = 0; i < RECORDS_PER_TURN; i++) {
        uint32_t due = talk_due(&session->talk, now.mono);
        if (due == 0 || session->waits || !instant_reached(now.mono, session->next_at)) {
            break;
        }
        struct stream_room room;
        enum stream_result result = stream_reserve(session->stream, due, &room);
        if (result == STREAM_TOO_LONG || result == STREAM_GONE) {
            return complain(session, stream_result_name(result));
        }
        if (result != STREAM_OK) {
            break;
        }
        commit(interop, session, room.data, due, now);
    }
    if (!session->ended && !session->waits && talk_may_end(&session->talk)) {
        session->ended = true;
        stream_finish(session->stream);
    }
    return true;
}

/* Ending. */

static void note_figures(struct interop *interop, const struct session *session) {
    struct tcp_info info = tcp_info(session->stream);
    struct interop_figures *figures = &interop->figures;
    figures->connections++;
    figures->heard += session->talk.heard;
    figures->bytes_in += info.bytes_in;
    figures->bytes_out += info.bytes_out;
    figures->retransmissions += info.retransmissions;
    figures->timeouts += info.timeouts;
    figures->probes += info.probes;
    figures->spurious += info.spurious;
    figures->fast_recoveries += info.fast_recoveries;
    figures->timestamps += info.timestamps;
    figures->sack += info.sack;
    figures->window_scaling += info.rcv_scale > 0;
    histogram_record(&figures->srtt, info.srtt.ns);
}

/* A stream that is closed must have been finished, by both. */
static bool end_if_over(struct interop *interop, struct session *session) {
    if (stream_state(session->stream) != STREAM_CLOSED) {
        return true;
    }
    if (stream_close_reason(session->stream) != STREAM_CLOSE_FINISHED ||
        !talk_is_over(&session->talk)) {
        return complain(session, "closed too early");
    }
    note_figures(interop, session);
    stream_discard(interop->streams, session->stream);
    session->stream = NULL;
    session->is_over = true;
    interop->over++;
    return true;
}

static bool serve(struct interop *interop, struct session *session, struct now now) {
    if (stream_state(session->stream) == STREAM_CONNECTING) {
        return true;
    }
    if (!hear(interop, session, now)) {
        return false;
    }
    if (stream_state(session->stream) != STREAM_CLOSED && !speak(interop, session, now)) {
        return false;
    }
    return end_if_over(interop, session);
}

/* Turns. */

static bool is_consistent(struct interop *interop) {
    if (interop->turns++ % TURNS_PER_AUDIT != 0) {
        return true;
    }
    const char *wrong = tcp_audit(stack_tcp(interop->stack));
    if (wrong != NULL) {
        (void)fprintf(stderr, "audit: %s\n", wrong);
    }
    return wrong == NULL;
}

uint32_t interop_turn(struct interop *interop, struct now now, bool *good) {
    uint32_t handled = stack_turn(interop->stack, now);
    *good = is_consistent(interop);
    if (interop->over == interop->options->connections) {
        interop->round++;
        interop->opened = interop->over = 0;
    }
    if (interop->options->peer == NULL) {
        accept_all(interop);
    } else if (!interop_is_over(interop)) {
        call_next(interop, now);
    }
    for (uint64_t i = 0; *good && i < interop->opened; i++) {
        struct session *session = &interop->sessions[i];
        *good = session->is_over || serve(interop, session, now);
    }
    stack_flush(interop->stack);
    return handled;
}

bool interop_is_over(const struct interop *interop) {
    return interop->round == interop->options->rounds;
}

void interop_complain(const struct interop *interop) {
    (void)fprintf(stderr, "round %llu of %llu: %llu of %llu connections opened, %llu over\n",
                  (unsigned long long)interop->round + 1,
                  (unsigned long long)interop->options->rounds, (unsigned long long)interop->opened,
                  (unsigned long long)interop->options->connections,
                  (unsigned long long)interop->over);
    for (uint64_t i = 0; i < interop->opened; i++) {
        if (!interop->sessions[i].is_over) {
            (void)complain(&interop->sessions[i], "not over");
        }
    }
}

const struct interop_figures *interop_figures(const struct interop *interop) {
    return &interop->figures;
}

const struct tcp_counters *interop_counters(const struct interop *interop) {
    return tcp_counters(stack_tcp(interop->stack));
}

void interop_end(struct interop *interop) {
    stack_fini(interop->stack);
    free(interop->stack_mem);
    free(interop->sessions);
    free(interop);
}
