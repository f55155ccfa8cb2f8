/*
 * The applications: what they write is a known text, so what they read can be judged, and every end
 * of a connection must have a reason in the world.
 */
#include "net/tcp/sim/tcp_sim_internal.h"

#define TEXT_PERIOD 4099 /* prime: no record boundary falls on it */
#define TEXT_AT_ONCE 4096
#define TEXT_STEP 1009

/* The text, twice, so that any part of it is contiguous. */
static char text[2 * TEXT_PERIOD + TEXT_AT_ONCE];

static void make_text(void) {
    struct prng prng;
    prng_seed(&prng, 1);
    for (uint32_t i = 0; i < sizeof(text); i++) {
        text[i] = i < TEXT_PERIOD ? (char)prng_below(&prng, 256) : text[i - TEXT_PERIOD];
    }
}

const char *tcp_sim_app_bytes(uint32_t talk, uint8_t from, uint32_t offset) {
    if (text[0] == 0 && text[1] == 0 && text[2] == 0) {
        make_text();
    }
    return text + (offset + (2 * talk + from) * TEXT_STEP) % TEXT_PERIOD;
}

/* Ends. */

static bool peer_ended_it(const struct tcp_sim_talk *talk, uint8_t host) {
    const struct tcp_sim_side *peer = &talk->side[!host];
    return peer->aborted || peer->gone || peer->reason == STREAM_CLOSE_TIMED_OUT ||
           peer->reason == STREAM_CLOSE_RESET;
}

/* Whether the world has a reason for it. */
static bool end_is_right(const struct tcp_sim *sim, uint32_t index, uint8_t host,
                         enum stream_close_reason reason) {
    const struct tcp_sim_talk *talk = &sim->talk[index];
    const struct tcp_sim_side *side = &talk->side[host];
    const struct tcp_profile *profile = &sim->plan.host[host].profile;
    int64_t patience = 2 * sim->plan.heal_after.ns + 10 * NS_PER_S;
    switch (reason) {
    case STREAM_CLOSE_FINISHED:
        return side->finished && talk->side[!host].finished;
    case STREAM_CLOSE_ABORTED:
        return side->aborted;
    case STREAM_CLOSE_RESET:
        return talk->broken || peer_ended_it(talk, host) || sim->plan.tight ||
               (!talk->side[!host].had && !sim->plan.gentle); /* its SYN was forgotten */
    case STREAM_CLOSE_REFUSED:
        return talk->broken;
    case STREAM_CLOSE_TIMED_OUT:
        if (talk->broken || sim->plan.tight || peer_ended_it(talk, host)) {
            return true;
        }
        return !sim->plan.gentle &&
               (profile->user_timeout.ns < patience || profile->keepalive_idle.ns != 0 ||
                (!side->established && profile->connect_timeout.ns < patience));
    case STREAM_CLOSE_UNREACHABLE:
        return !sim->plan.gentle && !side->established;
    default:
        return false;
    }
}

/* All that the peer had written before its end was read. */
static bool is_whole(const struct tcp_sim_talk *talk, uint8_t host) {
    return talk->side[host].read == talk->side[!host].committed;
}

static void let_go(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    struct tcp_sim_side *side = &sim->talk[index].side[host];
    struct stream *stream = side->stream;
    if (side->reason == STREAM_CLOSE_NONE) {
        side->gone = true;
        side->aborted = true;
    }
    side->stream = NULL;
    side->has_info = false;
    tcp_sim_note(sim, host, index, "discards, read", side->read);
    stream_discard(stack_streams(sim->host[host].stack), stream);
}

/* CLOSED, and nothing left to read. */
static void end(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_side *side = &talk->side[host];
    if (side->reason == STREAM_CLOSE_FINISHED) {
        sim->verdict.finished++;
        if (!is_whole(talk, host) && !talk->broken) {
            tcp_sim_fail(sim, "finished in order, and not all was read",
                         "talk %u host %u: %u of %u", index, host, side->read,
                         talk->side[!host].committed);
        }
    } else {
        sim->verdict.failed++;
    }
    let_go(sim, index, host);
}

static void closes(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    struct tcp_sim_side *side = &sim->talk[index].side[host];
    side->reason = stream_close_reason(side->stream);
    side->closed_at = sim->now.mono;
    tcp_sim_note(sim, host, index, stream_close_reason_name(side->reason), side->read);
    if (!end_is_right(sim, index, host, side->reason)) {
        tcp_sim_fail(sim, "a connection ends for no reason of this world", "talk %u host %u: %s",
                     index, host, stream_close_reason_name(side->reason));
    }
}

/* Reading. */

static size_t wanted(const struct tcp_sim *sim, uint8_t host, struct prng *prng) {
    uint32_t gather = sim->plan.host[host].setup.limits.tcp.stream.gather_bytes_max;
    return prng_below(prng, 8) == 0 ? prng_below(prng, gather + 1) : 0;
}

static void judge_view(struct tcp_sim *sim, uint32_t index, uint8_t host, struct bytes view) {
    const struct tcp_sim_talk *talk = &sim->talk[index];
    uint32_t read = talk->side[host].read;
    if (read + view.len > talk->side[!host].committed) {
        tcp_sim_fail(sim, "read more than was written", "talk %u host %u: %u + %zu of %u", index,
                     host, read, view.len, talk->side[!host].committed);
        return;
    }
    for (size_t done = 0; done < view.len;) {
        size_t part = view.len - done < TEXT_AT_ONCE ? view.len - done : TEXT_AT_ONCE;
        const char *right = tcp_sim_app_bytes(index, !host, read + (uint32_t)done);
        if (memcmp(view.data + done, right, part) != 0) {
            tcp_sim_fail(sim, "read is what was written", "talk %u host %u at %u", index, host,
                         read + (uint32_t)done);
            return;
        }
        done += part;
    }
}

static void read_some(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_side_plan *plan = &sim->plan.talk[index].side[host];
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_side *side = &talk->side[host];
    uint32_t budget = plan->read_max;
    while (budget > 0 && instant_reached(sim->now.mono, side->read_at)) {
        struct prng prng = side->reading;
        struct bytes view = stream_peek(side->stream, wanted(sim, host, &prng));
        if (view.len == 0) {
            return;
        }
        side->reading = prng;
        if (!talk->broken) {
            judge_view(sim, index, host, view);
        }
        uint32_t count = view.len < budget ? (uint32_t)view.len : budget;
        stream_consume(side->stream, count, plan->secret ? STREAM_SECRET : STREAM_PLAIN);
        side->read += count;
        sim->verdict.bytes += count;
        budget -= count;
        if (plan->read_pause.ns != 0) {
            side->read_at = instant_add(sim->now.mono, plan->read_pause);
        }
    }
}

/* Writing. */

/* A requester waits for the answers to what it sent, while there are any to come. */
static bool is_answered(const struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_talk_plan *plan = &sim->plan.talk[index];
    const struct tcp_sim_side *side = &sim->talk[index].side[host];
    return side->read >= plan->side[!host].bytes ||
           side->read >= (uint64_t)side->records * plan->side[host].reads_per_record;
}

static bool may_send(const struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_side *side = &sim->talk[index].side[host];
    return !side->finished && side->committed < sim->plan.talk[index].side[host].bytes &&
           instant_reached(sim->now.mono, side->send_at) && is_answered(sim, index, host);
}

static uint32_t next_length(const struct tcp_sim_side_plan *plan, const struct tcp_sim_side *side,
                            struct prng *prng, bool *many) {
    uint32_t left = plan->bytes - side->committed;
    uint32_t span = plan->record_max - plan->record_min + 1;
    uint32_t length = plan->record_min + (uint32_t)prng_below(prng, span);
    *many = plan->many_max != 0 && prng_below(prng, 4) == 0;
    if (*many) {
        length = 1 + (uint32_t)prng_below(prng, plan->many_max);
    }
    return length < left ? length : left;
}

static struct stream_position
position_for(struct tcp_sim *sim, const struct tcp_sim_side_plan *plan, struct tcp_sim_side *side) {
    if (plan->hold.ns == 0 || prng_below(&side->writing, 4) == 0) {
        return STREAM_RELEASE_NOW;
    }
    if (instant_is_never(side->release_at)) {
        side->release_at = instant_add(sim->now.mono, plan->hold);
    }
    return (struct stream_position){.value = ++side->journal};
}

static void fill(const struct stream_rooms *rooms, uint32_t index, uint8_t host, uint32_t offset,
                 uint32_t bytes) {
    for (uint32_t i = 0; i < rooms->count && bytes > 0; i++) {
        size_t part = rooms->room[i].bytes < bytes ? rooms->room[i].bytes : bytes;
        memcpy(rooms->room[i].data, tcp_sim_app_bytes(index, host, offset), part);
        offset += (uint32_t)part;
        bytes -= (uint32_t)part;
    }
}

static enum stream_result reserve(struct tcp_sim_side *side, uint32_t bytes, bool many,
                                  struct stream_rooms *rooms) {
    if (many) {
        return stream_reserve_many(side->stream, bytes, rooms);
    }
    rooms->count = 1;
    return stream_reserve(side->stream, bytes, &rooms->room[0]);
}

/* False: no more now. */
static bool write_one(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_side_plan *plan = &sim->plan.talk[index].side[host];
    struct tcp_sim_side *side = &sim->talk[index].side[host];
    bool many;
    struct prng prng = side->writing;
    uint32_t bytes = next_length(plan, side, &prng, &many);
    struct stream_rooms rooms;
    enum stream_result result = reserve(side, bytes, many, &rooms);
    if (result != STREAM_OK) {
        if (result == STREAM_TOO_LONG && !many) {
            tcp_sim_fail(sim, "a record within the limit is taken", "%u bytes", bytes);
        }
        if (result == STREAM_TOO_LONG) {
            side->writing = prng; /* another length, then */
        }
        return result == STREAM_TOO_LONG;
    }
    side->writing = prng;
    if (plan->cancels && prng_below(&side->writing, 8) == 0) {
        stream_cancel(side->stream);
        return true;
    }
    fill(&rooms, index, host, side->committed, bytes);
    struct stream_position position = position_for(sim, plan, side);
    side->committed += bytes;
    side->records++;
    side->send_at = instant_add(sim->now.mono, plan->send_pause);
    stream_commit(side->stream, bytes, position, plan->secret ? STREAM_SECRET : STREAM_PLAIN);
    return plan->send_pause.ns == 0;
}

static void write_some(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    struct tcp_sim_side *side = &sim->talk[index].side[host];
    if (instant_reached(sim->now.mono, side->release_at)) {
        side->release_at = INSTANT_NEVER;
        stream_release(side->stream, (struct stream_position){.value = side->journal});
    }
    while (may_send(sim, index, host) && write_one(sim, index, host)) {
    }
}

static bool wants_to_finish(const struct tcp_sim_side_plan *plan, const struct tcp_sim_side *side,
                            enum stream_state state) {
    return !side->finished && side->committed == plan->bytes &&
           (plan->end != TCP_SIM_END_AFTER_PEER || state == STREAM_PEER_FINISHED);
}

/* The end its plan has for it, or because the talk can come to none: true when it is gone. */
static bool leave(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_side_plan *plan = &sim->plan.talk[index].side[host];
    struct tcp_sim_talk *talk = &sim->talk[index];
    struct tcp_sim_side *side = &talk->side[host];
    bool enough = side->committed + side->read >= plan->abort_after;
    bool lost = sim->is_healed && (talk->broken || peer_ended_it(talk, host));
    if ((plan->end == TCP_SIM_END_DISCARD && enough) || lost) {
        let_go(sim, index, host);
        return true;
    }
    if (plan->end == TCP_SIM_END_ABORT && enough) {
        side->aborted = true;
        tcp_sim_note(sim, host, index, "aborts, committed", side->committed);
        stream_abort(side->stream);
    }
    return false;
}

static void act(struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_side_plan *plan = &sim->plan.talk[index].side[host];
    struct tcp_sim_side *side = &sim->talk[index].side[host];
    enum stream_state state = stream_state(side->stream);
    side->established |= state == STREAM_OPEN || state == STREAM_PEER_FINISHED;
    if (state == STREAM_CLOSED && side->reason == STREAM_CLOSE_NONE) {
        closes(sim, index, host);
    }
    read_some(sim, index, host);
    if (side->reason != STREAM_CLOSE_NONE) {
        if (stream_peek(side->stream, 0).len == 0) {
            end(sim, index, host);
        }
        return;
    }
    if (state == STREAM_CONNECTING || leave(sim, index, host) ||
        stream_state(side->stream) == STREAM_CLOSED) {
        return;
    }
    write_some(sim, index, host);
    if (wants_to_finish(plan, side, state)) {
        side->finished = true;
        tcp_sim_note(sim, host, index, "finishes, committed", side->committed);
        stream_finish(side->stream);
    }
}

/* Beginnings. */

/* Who restarted may take a port of its former life: what is whose cannot be told any more. */
static bool port_was_taken(const struct tcp_sim *sim, uint32_t index) {
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        if (i != index && sim->talk[i].broken && sim->talk[i].port == sim->talk[index].port) {
            return true;
        }
    }
    return false;
}

static void dial(struct tcp_sim *sim, uint32_t index) {
    struct tcp_sim_talk *talk = &sim->talk[index];
    uint8_t host = sim->plan.talk[index].dialler;
    talk->dialled = true; /* its SYN leaves before we know from which port */
    struct stream *stream = stream_dial(stack_streams(sim->host[host].stack), 0);
    if (stream == NULL) {
        talk->dialled = false;
        talk->dial_at = instant_add(sim->now.mono, (struct duration){.ns = 50 * NS_PER_MS});
        return;
    }
    talk->port = tcp_info(stream).flow.local_port;
    talk->side[host].stream = stream;
    talk->side[host].had = true;
    talk->broken |= port_was_taken(sim, index);
    tcp_sim_note(sim, host, index, "dials from port", talk->port);
}

/* The talk of a stream that was accepted; one that was broken before is nobody's. */
static void welcome(struct tcp_sim *sim, uint8_t host, struct stream *stream) {
    struct tcp_info info = tcp_info(stream);
    for (uint32_t i = sim->plan.talk_count; i-- > 0;) {
        struct tcp_sim_talk *talk = &sim->talk[i];
        if (talk->dialled && sim->plan.talk[i].dialler != host && !talk->side[host].had &&
            talk->port == info.flow.remote_port) {
            talk->side[host].stream = stream;
            talk->side[host].had = true;
            tcp_sim_note(sim, host, i, "accepts from port", talk->port);
            return;
        }
    }
    /* Where numbers begin alike each time, a late segment of an old connection fits the next. */
    if (!sim->plan.restarts && !sim->plan.tight && !sim->plan.host[host].setup.tcp.isn_is_fixed) {
        tcp_sim_fail(sim, "accepted only who dialled", "host %u, from port %u", host,
                     info.flow.remote_port);
    }
    stream_discard(stack_streams(sim->host[host].stack), stream);
}

void tcp_sim_app_run(struct tcp_sim *sim, uint8_t host) {
    struct stream *stream;
    while ((stream = stream_accept(stack_streams(sim->host[host].stack), 0)) != NULL) {
        welcome(sim, host, stream);
    }
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        struct tcp_sim_talk *talk = &sim->talk[i];
        if (!talk->dialled && sim->plan.talk[i].dialler == host &&
            instant_reached(sim->now.mono, talk->dial_at)) {
            dial(sim, i);
        }
        if (talk->side[host].stream != NULL && !tcp_sim_failed(sim)) {
            act(sim, i, host);
        }
    }
}

/* When something happens that no frame brings. */
static struct instant side_deadline(const struct tcp_sim *sim, uint32_t index, uint8_t host) {
    const struct tcp_sim_side_plan *plan = &sim->plan.talk[index].side[host];
    const struct tcp_sim_side *side = &sim->talk[index].side[host];
    struct instant at = INSTANT_NEVER;
    if (side->stream == NULL) {
        return at;
    }
    if (side->reason == STREAM_CLOSE_NONE) {
        at = side->release_at;
    }
    if (!side->finished && side->committed < plan->bytes && side->send_at.ns > sim->now.mono.ns) {
        at = instant_earlier(at, side->send_at);
    }
    return side->read_at.ns > sim->now.mono.ns ? instant_earlier(at, side->read_at) : at;
}

struct instant tcp_sim_app_deadline(const struct tcp_sim *sim) {
    struct instant at = INSTANT_NEVER;
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        if (!sim->talk[i].dialled) {
            at = instant_earlier(at, sim->talk[i].dial_at);
        }
        for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
            at = instant_earlier(at, side_deadline(sim, i, host));
        }
    }
    return at;
}

bool tcp_sim_app_is_over(const struct tcp_sim *sim) {
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        const struct tcp_sim_talk *talk = &sim->talk[i];
        if (!talk->dialled || talk->side[0].stream != NULL || talk->side[1].stream != NULL) {
            return false;
        }
    }
    return true;
}

struct duration tcp_sim_app_patience(const struct tcp_sim_plan *plan) {
    int64_t longest_ns = 0;
    for (uint32_t i = 0; i < plan->talk_count; i++) {
        int64_t ns = plan->talk[i].dial_after.ns;
        for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
            const struct tcp_sim_side_plan *side = &plan->talk[i].side[host];
            const struct tcp_sim_side_plan *peer = &plan->talk[i].side[!host];
            int64_t records = 1 + side->bytes / side->record_min;
            ns += records * (plan->healed[0].delay.ns + plan->healed[1].delay.ns) / 4; /* rings */
            ns += records * side->send_pause.ns + (1 + records / 2) * side->hold.ns;
            uint32_t buffer = plan->host[host].setup.limits.tcp.stream.receive_bytes / 2;
            uint32_t read = side->read_max < buffer ? side->read_max : buffer;
            ns += (1 + peer->bytes / read) * side->read_pause.ns;
        }
        longest_ns = ns > longest_ns ? ns : longest_ns;
    }
    return (struct duration){.ns = longest_ns};
}
