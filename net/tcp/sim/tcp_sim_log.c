#include <inttypes.h>
#include <stdarg.h>

#include "net/tcp/sim/tcp_sim_internal.h"

static char host_letter(uint8_t host) {
    return (char)('A' + host);
}

static void print_flags(FILE *to, uint8_t flags) {
    static const char letters[] = "FSRPAU";
    for (unsigned i = 0; i < sizeof(letters) - 1; i++) {
        if (flags & 1u << i) {
            fputc(letters[i], to);
        }
    }
}

/* Numbers relative to the first ones, where the SYNs were seen. */
static void print_tcp(const struct tcp_sim *sim, FILE *to, const struct tcp_sim_event *event) {
    const struct tcp_sim_frame *frame = &event->frame;
    uint8_t from = event->kind == TCP_SIM_EVENT_SENT ? event->host : (uint8_t)!event->host;
    uint32_t seq_base = 0, ack_base = 0;
    int scale = 0;
    if (event->talk < TCP_SIM_TALKS_MAX) {
        const struct tcp_sim_half *half = sim->talk[event->talk].half;
        seq_base = half[from].syn_seen ? half[from].isn : 0;
        ack_base = half[!from].syn_seen ? half[!from].isn : 0;
        scale = half[from].scale > 0 && half[!from].scale >= 0 ? half[from].scale : 0;
    }
    print_flags(to, frame->flags);
    fprintf(to, " seq %" PRIu32 " +%" PRIu32, frame->seq - seq_base, frame->payload_bytes);
    if (frame->flags & TCP_SIM_ACK) {
        fprintf(to, " ack %" PRIu32, frame->ack - ack_base);
    }
    fprintf(to, " win %" PRIu32,
            (uint32_t)frame->window << ((frame->flags & TCP_SIM_SYN) ? 0 : scale));
    for (uint32_t i = 0; i < frame->sack_count; i++) {
        fprintf(to, " sack %" PRIu32 "-%" PRIu32, frame->sack_left[i] - ack_base,
                frame->sack_right[i] - ack_base);
    }
    if (frame->has_timestamps) {
        fprintf(to, " ts %" PRIu32 "/%" PRIu32, frame->ts_value, frame->ts_echo);
    }
    if (frame->has_mss) {
        fprintf(to, " mss %u", frame->mss);
    }
    if (frame->has_scale) {
        fprintf(to, " scale %u", frame->scale);
    }
}

static void print_frame(const struct tcp_sim *sim, FILE *to, const struct tcp_sim_event *event) {
    const struct tcp_sim_frame *frame = &event->frame;
    fputs(event->kind == TCP_SIM_EVENT_SENT ? "  sends " : "  hears ", to);
    switch (frame->kind) {
    case TCP_SIM_FRAME_TCP:
        print_tcp(sim, to, event);
        break;
    case TCP_SIM_FRAME_BROKEN:
        fprintf(to, "%s", frame->fault);
        break;
    case TCP_SIM_FRAME_IP:
        fputs("an IPv4 datagram, not TCP", to);
        break;
    case TCP_SIM_FRAME_OTHER:
        fputs("a frame, not IPv4", to);
        break;
    }
}

static void print_event(const struct tcp_sim *sim, FILE *to, const struct tcp_sim_event *event) {
    int64_t ns = instant_since(event->at, sim->plan.begin).ns;
    fprintf(to, "%6" PRId64 ".%06" PRId64 " ms  %c", ns / NS_PER_MS, ns % NS_PER_MS,
            host_letter(event->host));
    if (event->talk < TCP_SIM_TALKS_MAX) {
        fprintf(to, "%u", (unsigned)event->talk);
    } else {
        fputc(' ', to);
    }
    if (event->kind == TCP_SIM_EVENT_NOTE) {
        fprintf(to, "        %s %" PRIu64, event->note, event->value);
    } else {
        print_frame(sim, to, event);
    }
    fputc('\n', to);
}

static struct tcp_sim_event *next_event(struct tcp_sim *sim) {
    return &sim->event[sim->events++ % TCP_SIM_EVENTS];
}

static void event_is_whole(struct tcp_sim *sim, const struct tcp_sim_event *event) {
    if (sim->options.trace != NULL) {
        print_event(sim, sim->options.trace, event);
    }
}

void tcp_sim_note(struct tcp_sim *sim, uint8_t host, uint32_t talk, const char *note,
                  uint64_t value) {
    struct tcp_sim_event *event = next_event(sim);
    event->at = sim->now.mono;
    event->kind = TCP_SIM_EVENT_NOTE;
    event->host = host;
    event->talk = (uint8_t)talk;
    event->note = note;
    event->value = value;
    event_is_whole(sim, event);
}

void tcp_sim_log_frame(struct tcp_sim *sim, enum tcp_sim_event_kind kind, uint8_t host,
                       uint32_t talk, const struct tcp_sim_frame *frame) {
    struct tcp_sim_event *event = next_event(sim);
    event->at = sim->now.mono;
    event->kind = kind;
    event->host = host;
    event->talk = (uint8_t)talk;
    event->frame = *frame;
    event_is_whole(sim, event);
}

/* The report. */

static void print_way(FILE *to, const struct link_sim_way *way) {
    fprintf(to,
            "delay %" PRId64 " us jitter %" PRId64 " us loss %u burst %u/%u dup %u reorder %u by"
            " %" PRId64 " us corrupt %u ppm mtu %u rate %" PRIu64 "%s\n",
            way->delay.ns / NS_PER_US, way->jitter.ns / NS_PER_US, way->loss_ppm,
            way->burst_begin_ppm, way->burst_end_ppm, way->duplicate_ppm, way->reorder_ppm,
            way->reorder_delay.ns / NS_PER_US, way->corrupt_ppm, way->mtu, way->bits_per_second,
            way->blackhole ? " BLACKHOLE" : "");
}

static void print_host_plan(FILE *to, uint8_t host, const struct tcp_sim_host_plan *plan) {
    const struct tcp_limits *limits = &plan->setup.limits.tcp;
    fprintf(to,
            "host %c: send %u receive %u record %u gather %u hold %u ring %u reassembly %u"
            " connections %u embryos %u lingering %u\n",
            host_letter(host), limits->stream.send_bytes, limits->stream.receive_bytes,
            limits->stream.record_bytes_max, limits->stream.gather_bytes_max,
            limits->stream.hold_bytes, limits->ring_entries, limits->reassembly_packets_max,
            limits->connections_max, limits->embryos_max, limits->time_waits_max);
    fprintf(to,
            "        pools %u/%u (control %u) ring %u, burst %u, first number %s%08x, rto %" PRId64
            "..%" PRId64 " ms, ack delay %" PRId64 " ms, window %u, timestamps %d, offload %d\n",
            plan->nic.receive_packets, plan->nic.send_packets, plan->nic.control_packets,
            plan->nic.send_ring, plan->setup.burst, plan->setup.tcp.isn_is_fixed ? "" : "not ",
            plan->setup.tcp.isn, plan->profile.rto_min.ns / NS_PER_MS,
            plan->profile.rto_max.ns / NS_PER_MS, plan->profile.ack_delay.ns / NS_PER_MS,
            plan->profile.initial_window_segments, plan->profile.timestamps, plan->offload);
}

static void print_side_plan(FILE *to, uint8_t host, const struct tcp_sim_side_plan *side) {
    static const char *const ends[] = {"when sent", "after the peer", "abort", "discard"};
    fprintf(to,
            "        %c: %u bytes in %u..%u every %" PRId64
            " us, answers %u, reads %u every %" PRId64 " us, held %" PRId64 " us, ends %s\n",
            host_letter(host), side->bytes, side->record_min, side->record_max,
            side->send_pause.ns / NS_PER_US, side->reads_per_record, side->read_max,
            side->read_pause.ns / NS_PER_US, side->hold.ns / NS_PER_US, ends[side->end]);
}

static void print_side(FILE *to, uint8_t host, const struct tcp_sim_side *side) {
    fprintf(to, "        %c: committed %u read %u%s%s%s", host_letter(host), side->committed,
            side->read, side->finished ? ", finished" : "", side->aborted ? ", aborted" : "",
            side->gone ? ", gone" : "");
    if (side->stream != NULL) {
        struct tcp_info info = tcp_info(side->stream);
        fprintf(to,
                ", %s, una %u nxt %u rcv %u window %u flight %u cwnd %u mss %u srtt %" PRId64
                " us unsent %zu",
                tcp_state_name(info.state), info.snd_una.value, info.snd_nxt.value,
                info.rcv_nxt.value, info.snd_window, info.in_flight, info.cwnd, info.mss,
                info.srtt.ns / NS_PER_US, stream_unsent(side->stream));
    }
    fprintf(to, ", %s\n", stream_close_reason_name(side->reason));
}

static void print_weather(FILE *to, const struct tcp_sim_weather *weather) {
    fprintf(to, "%6" PRId64 " ms: ", weather->after.ns / NS_PER_MS);
    switch (weather->kind) {
    case TCP_SIM_WEATHER_WAY:
        fprintf(to, "from %c: ", host_letter(weather->host));
        print_way(to, &weather->way);
        break;
    case TCP_SIM_WEATHER_REFUSE:
        fprintf(to, "%c's NIC refuses %u\n", host_letter(weather->host), weather->refuse);
        break;
    case TCP_SIM_WEATHER_RESTART:
        fprintf(to, "%c restarts%s\n", host_letter(weather->host),
                weather->silent ? " silently" : "");
        break;
    }
}

static void print_plan(const struct tcp_sim *sim, FILE *to) {
    const struct tcp_sim_plan *plan = &sim->plan;
    fprintf(to, "seed %" PRIu64 ", plant %s, %s, %s%shealed after %" PRId64 " ms\n",
            sim->options.seed, tcp_sim_plant_name(sim->options.plant),
            sim->options.slow_only ? "slow path" : "both paths", plan->gentle ? "gentle, " : "",
            plan->tight ? "tight, " : "", plan->heal_after.ns / NS_PER_MS);
    for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
        print_host_plan(to, host, &plan->host[host]);
    }
    for (uint32_t i = 0; i < plan->weather_count; i++) {
        print_weather(to, &plan->weather[i]);
    }
    for (uint32_t i = 0; i < plan->talk_count; i++) {
        const struct tcp_sim_talk *talk = &sim->talk[i];
        fprintf(to, "talk %u: %c dials after %" PRId64 " ms from port %u%s\n", i,
                host_letter(plan->talk[i].dialler), plan->talk[i].dial_after.ns / NS_PER_MS,
                talk->port, talk->broken ? ", broken by a restart" : "");
        for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
            print_side_plan(to, host, &plan->talk[i].side[host]);
            print_side(to, host, &talk->side[host]);
        }
    }
}

#define REPORTED_EVENTS 80

void tcp_sim_report(struct tcp_sim *sim, FILE *to) {
    print_plan(sim, to);
    uint64_t count = sim->events < REPORTED_EVENTS ? sim->events : REPORTED_EVENTS;
    for (uint64_t i = sim->events - count; i < sim->events; i++) {
        print_event(sim, to, &sim->event[i % TCP_SIM_EVENTS]);
    }
}

void tcp_sim_fail(struct tcp_sim *sim, const char *rule, const char *detail, ...) {
    if (tcp_sim_failed(sim)) {
        return;
    }
    sim->verdict.rule = rule;
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(sim->verdict.detail, sizeof(sim->verdict.detail), detail, arguments);
    va_end(arguments);
}
