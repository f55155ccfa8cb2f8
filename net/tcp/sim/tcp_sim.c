#include "net/tcp/sim/tcp_sim.h"

#include <stdlib.h>

#include "net/tcp/sim/tcp_sim_internal.h"

#define STEPS_MAX 400000
#define STEPS_AT_INSTANT_MAX 30000
#define POLL_NS (20 * NS_PER_US) /* of who waits for its NIC */
#define IDLE_TURNS 200           /* a stack takes back what its NIC has sent in some of them */
#define SLACK_NS (20 * NS_PER_S) /* for a healed world to come to its end */
#define AFTERWARDS_NS (200 * NS_PER_S) /* TIME_WAIT and forgotten SYNs, all over */
#define SILENCE_NS (60 * NS_PER_S)     /* of that, at the end */

static const struct link_sim_limits link_limits = {.frames_max = 2048, .frame_bytes_max = 1600};

const char *tcp_sim_plant_name(enum tcp_sim_plant plant) {
    static const char *const names[TCP_SIM_PLANTS] = {
        "none",         "no-fin",     "other-bytes", "not-again",    "window-back", "ack-ahead",
        "ack-ack",      "ack-held",   "no-mss",      "no-timestamp", "past-window", "sack-lie",
        "bad-checksum", "read-wrong", "leak",        "slow-differs", "unrepeatable"};
    return plant < TCP_SIM_PLANTS ? names[plant] : "unknown";
}

struct tcp_sim *tcp_sim_new(void) {
    struct tcp_sim *sim = calloc(1, sizeof(*sim));
    CHECK(sim != NULL);
    for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
        tcp_sim_host_allocate(&sim->host[host]);
    }
    size_t bytes = link_sim_footprint(&link_limits);
    sim->link_memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    CHECK(sim->link_memory != NULL);
    return sim;
}

void tcp_sim_delete(struct tcp_sim *sim) {
    for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
        tcp_sim_host_free(&sim->host[host]);
    }
    free(sim->link_memory);
    free(sim);
}

/* The beginning. */

static void begin_talks(struct tcp_sim *sim) {
    struct prng prng;
    prng_seed(&prng, ~sim->options.seed);
    for (uint32_t i = 0; i < sim->plan.talk_count; i++) {
        struct tcp_sim_talk *talk = &sim->talk[i];
        *talk = (struct tcp_sim_talk){0};
        talk->dial_at = instant_add(sim->now.mono, sim->plan.talk[i].dial_after);
        for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
            talk->side[host].release_at = INSTANT_NEVER;
            prng_seed(&talk->side[host].reading, prng_next(&prng));
            prng_seed(&talk->side[host].writing, prng_next(&prng));
            talk->half[host].scale = -1;
        }
    }
}

static void begin(struct tcp_sim *sim, const struct tcp_sim_options *options) {
    sim->options = *options;
    sim->verdict = (struct tcp_sim_verdict){.hash = UINT64_C(0xcbf29ce484222325)};
    sim->events = 0;
    sim->runs++;
    tcp_sim_draw(&sim->plan, options->seed);
    if (options->plant != TCP_SIM_PLANT_NONE) {
        sim->plan.host[0].offload = false;
    }
    sim->now = (struct now){.mono = sim->plan.begin};
    sim->heal_at = instant_add(sim->plan.begin, sim->plan.heal_after);
    sim->is_healed = false;
    sim->weather_next = 0;
    sim->steps_at_instant = 0;
    begin_talks(sim);
    for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
        tcp_sim_host_start(sim, host);
    }
    sim->link = link_sim_init(sim->link_memory, &link_limits, options->seed, sim->host[0].inner,
                              sim->host[1].inner);
    for (uint8_t way = 0; way < TCP_SIM_HOSTS; way++) {
        link_sim_set(sim->link, (enum link_sim_direction)way, &sim->plan.healed[way]);
    }
}

/*
 * How long a healed world may take: whoever waited twice as long each time waits at most as long
 * again as the faults lasted, then sends at the pace of slow start.
 */
static struct instant latest_end(const struct tcp_sim *sim) {
    int64_t patience = tcp_sim_app_patience(&sim->plan).ns;
    for (uint8_t host = 0; host < TCP_SIM_HOSTS && sim->plan.tight; host++) {
        patience += 2 * sim->plan.host[host].profile.rto_max.ns; /* for a place in a table */
    }
    return instant_add(sim->heal_at,
                       (struct duration){.ns = 3 * sim->plan.heal_after.ns + patience + SLACK_NS});
}

/* Weather. */

static void heal(struct tcp_sim *sim) {
    sim->is_healed = true;
    for (uint8_t way = 0; way < TCP_SIM_HOSTS; way++) {
        link_sim_set(sim->link, (enum link_sim_direction)way, &sim->plan.healed[way]);
        tcp_sim_host_refuse(&sim->host[way], 0);
    }
    tcp_sim_note(sim, 0, TCP_SIM_TALKS_MAX, "the link is well", 0);
}

static void apply(struct tcp_sim *sim, const struct tcp_sim_weather *weather) {
    switch (weather->kind) {
    case TCP_SIM_WEATHER_WAY:
        link_sim_set(sim->link, (enum link_sim_direction)weather->host, &weather->way);
        tcp_sim_note(sim, weather->host, TCP_SIM_TALKS_MAX, "the way changes, blackhole",
                     weather->way.blackhole);
        break;
    case TCP_SIM_WEATHER_REFUSE:
        tcp_sim_host_refuse(&sim->host[weather->host], weather->refuse);
        tcp_sim_note(sim, weather->host, TCP_SIM_TALKS_MAX, "the NIC refuses", weather->refuse);
        break;
    case TCP_SIM_WEATHER_RESTART:
        tcp_sim_note(sim, weather->host, TCP_SIM_TALKS_MAX, "restarts, silent", weather->silent);
        tcp_sim_host_restart(sim, weather->host, weather->silent);
        break;
    }
}

static struct instant weather_deadline(const struct tcp_sim *sim) {
    if (sim->weather_next < sim->plan.weather_count) {
        return instant_add(sim->plan.begin, sim->plan.weather[sim->weather_next].after);
    }
    return sim->is_healed ? INSTANT_NEVER : sim->heal_at;
}

static void weather_turn(struct tcp_sim *sim) {
    while (!sim->is_healed && instant_reached(sim->now.mono, weather_deadline(sim))) {
        if (sim->weather_next < sim->plan.weather_count) {
            apply(sim, &sim->plan.weather[sim->weather_next++]);
        } else {
            heal(sim);
        }
    }
}

/* The loop. */

/* True: a full burst came, there may be more. */
static bool host_turn(struct tcp_sim *sim, uint8_t index) {
    struct tcp_sim_host *host = &sim->host[index];
    host->refused = false;
    host->timer_due = instant_reached(sim->now.mono, stack_deadline(host->stack));
    uint32_t received = stack_turn(host->stack, sim->now);
    tcp_sim_app_run(sim, index);
    stack_flush(host->stack);
    tcp_sim_book_check(sim, index);
    tcp_sim_wire_turned(sim, index);
    return received == sim->plan.host[index].setup.burst;
}

static struct instant next_instant(struct tcp_sim *sim, bool more) {
    struct instant at = more ? sim->now.mono : link_sim_deadline(sim->link);
    at = instant_earlier(at, weather_deadline(sim));
    at = instant_earlier(at, tcp_sim_app_deadline(sim));
    for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
        struct instant due = stack_deadline(sim->host[host].stack);
        if (due.ns <= sim->now.mono.ns) {
            due.ns = sim->now.mono.ns + POLL_NS;
            sim->steps_at_instant += sim->host[host].refuse == 0;
        }
        at = instant_earlier(at, due);
    }
    return at;
}

static uint64_t arrived_frames(const struct tcp_sim *sim) {
    return link_sim_counters(sim->link, LINK_SIM_A_TO_B)->arrived +
           link_sim_counters(sim->link, LINK_SIM_B_TO_A)->arrived;
}

static struct instant step(struct tcp_sim *sim) {
    bool more = false;
    weather_turn(sim);
    link_sim_turn(sim->link, sim->now);
    for (uint8_t host = 0; host < TCP_SIM_HOSTS && !tcp_sim_failed(sim); host++) {
        more |= host_turn(sim, host);
    }
    uint64_t arrived = arrived_frames(sim);
    link_sim_turn(sim->link, sim->now);
    more |= arrived_frames(sim) != arrived;
    sim->verdict.steps++;
    uint32_t before = sim->steps_at_instant;
    struct instant at = next_instant(sim, more);
    bool stands = at.ns <= sim->now.mono.ns;
    if (!stands && sim->steps_at_instant == before) {
        sim->steps_at_instant = 0;
    }
    sim->steps_at_instant += stands;
    if (sim->steps_at_instant > STEPS_AT_INSTANT_MAX || sim->verdict.steps > STEPS_MAX) {
        tcp_sim_fail(sim, "the world turns on the spot", "%llu steps, %u of them here",
                     (unsigned long long)sim->verdict.steps, sim->steps_at_instant);
    }
    return stands ? sim->now.mono : at;
}

static void first_unfinished(const struct tcp_sim *sim, uint32_t *index, uint32_t *host) {
    for (*index = 0; *index < sim->plan.talk_count; (*index)++) {
        for (*host = 0; *host < TCP_SIM_HOSTS; (*host)++) {
            if (sim->talk[*index].side[*host].stream != NULL) {
                return;
            }
        }
    }
}

static void stuck(struct tcp_sim *sim, const char *rule) {
    uint32_t index = 0, host = 0;
    first_unfinished(sim, &index, &host);
    tcp_sim_fail(sim, rule, "talk %u host %u", index, host);
}

static bool is_done(const struct tcp_sim *sim) {
    return sim->is_healed && tcp_sim_app_is_over(sim);
}

static void live(struct tcp_sim *sim) {
    struct instant latest = latest_end(sim);
    uint32_t idle_turns = 0;
    while (!is_done(sim)) {
        struct instant at = step(sim);
        if (tcp_sim_failed(sim) || is_done(sim)) {
            return;
        }
        bool over = instant_is_never(at) || at.ns > latest.ns;
        idle_turns = over ? idle_turns + 1 : 0;
        if (!over) {
            sim->now.mono = at;
        } else if (idle_turns < IDLE_TURNS) {
            sim->now.mono.ns += POLL_NS;
        } else {
            stuck(sim, instant_is_never(at) ? "everybody waits for somebody"
                                            : "a healed world comes to its end");
        }
    }
}

/* Until nobody lingers any more; the last of it in silence, but for ARP. */
static void afterwards(struct tcp_sim *sim) {
    struct instant end = instant_add(sim->now.mono, (struct duration){.ns = AFTERWARDS_NS});
    uint64_t segments[TCP_SIM_HOSTS] = {0};
    struct instant silent_at = {.ns = end.ns - SILENCE_NS};
    bool listens = false;
    while (!tcp_sim_failed(sim)) {
        struct instant at = step(sim);
        struct instant stop = listens ? end : silent_at;
        sim->now.mono = at.ns < stop.ns ? at : stop;
        if (at.ns < stop.ns) {
            continue;
        }
        for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
            uint64_t now = nic_counters(nic_sim_nic(sim->host[host].inner)).sent -
                           stack_counters(sim->host[host].stack)->arp_asked -
                           stack_counters(sim->host[host].stack)->arp_answered;
            if (listens && now != segments[host]) {
                tcp_sim_fail(sim, "silence at the end", "host %u", host);
            }
            segments[host] = now;
        }
        if (listens) {
            return;
        }
        listens = true;
    }
}

static void check_pools(struct tcp_sim *sim, const char *rule) {
    for (uint8_t host = 0; host < TCP_SIM_HOSTS; host++) {
        struct nic_counters counters = nic_counters(nic_sim_nic(sim->host[host].inner));
        const struct nic_sim_limits *limits = &sim->plan.host[host].nic;
        if (counters.receive_pool_free != limits->receive_packets ||
            counters.send_pool_free != limits->send_packets) {
            tcp_sim_fail(sim, rule, "host %u: %u of %u and %u of %u", host,
                         counters.receive_pool_free, limits->receive_packets,
                         counters.send_pool_free, limits->send_packets);
        }
    }
}

void tcp_sim_run(struct tcp_sim *sim, const struct tcp_sim_options *options,
                 struct tcp_sim_verdict *verdict) {
    begin(sim, options);
    live(sim);
    if (!tcp_sim_failed(sim)) {
        afterwards(sim);
    }
    if (!tcp_sim_failed(sim)) {
        check_pools(sim, "every packet is back in its pool");
    }
    for (uint8_t host = 0; host < TCP_SIM_HOSTS && !tcp_sim_failed(sim); host++) {
        sim->verdict.fast += tcp_counters(stack_tcp(sim->host[host].stack))->fast;
        stack_fini(sim->host[host].stack);
    }
    *verdict = sim->verdict;
}

void tcp_sim_judge(struct tcp_sim *sim, const struct tcp_sim_options *options,
                   struct tcp_sim_verdict *verdict) {
    static const char *const rules[] = {"a seed gives the same frames every time",
                                        "both paths give the same frames"};
    tcp_sim_run(sim, options, verdict);
    uint64_t which = options->seed % 8;
    if (verdict->rule != NULL || which > 1) {
        return;
    }
    struct tcp_sim_options again = *options;
    again.slow_only = which == 1 ? !options->slow_only : options->slow_only;
    struct tcp_sim_verdict second;
    tcp_sim_run(sim, &again, &second);
    if (second.rule != NULL) {
        *verdict = second;
    } else if (second.hash != verdict->hash) {
        tcp_sim_fail(sim, rules[which], "%llu frames, then %llu",
                     (unsigned long long)verdict->frames, (unsigned long long)second.frames);
        *verdict = sim->verdict;
    }
}
