/*
 * A seed becomes a world. Every kind of fault, limit and behaviour is on in some worlds and off in
 * others, and not a bit of each in all: what only shows when the rest is quiet shows, too.
 */
#include "net/tcp/sim/tcp_sim_internal.h"

static bool one_in(struct prng *prng, uint32_t count) {
    return prng_below(prng, count) == 0;
}

static uint32_t between(struct prng *prng, uint32_t least, uint32_t most) {
    return least + (uint32_t)prng_below(prng, (uint64_t)most - least + 1);
}

static uint32_t one_of(struct prng *prng, const uint32_t *values, uint32_t count) {
    return values[prng_below(prng, count)];
}

#define ONE_OF(prng, ...)                                                                          \
    one_of(prng, (const uint32_t[]){__VA_ARGS__},                                                  \
           sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static struct duration microseconds(int64_t count) {
    return (struct duration){.ns = count * NS_PER_US};
}

static struct duration milliseconds(int64_t count) {
    return (struct duration){.ns = count * NS_PER_MS};
}

static uint32_t at_least(uint32_t value, uint32_t floor) {
    return value < floor ? floor : value;
}

/* Limits. */

static void draw_stream_limits(struct prng *prng, struct stream_limits *limits) {
    limits->record_bytes_max = ONE_OF(prng, 64, 256, 512, 1460, 1900);
    limits->send_bytes = at_least(ONE_OF(prng, 1024, 4096, 16384, 65536), limits->record_bytes_max);
    limits->receive_bytes = ONE_OF(prng, 600, 2048, 8192, 32768, 131072);
    limits->gather_bytes_max = between(prng, 1, limits->receive_bytes < 4096 ? 600 : 4096);
    limits->hold_bytes =
        one_in(prng, 2) ? limits->send_bytes : at_least(2048, limits->record_bytes_max);
    limits->hold_records_max = 16;
}

static void draw_limits(struct prng *prng, struct tcp_sim_plan *plan,
                        struct tcp_sim_host_plan *host) {
    struct stack_limits *limits = &host->setup.limits;
    *limits = (struct stack_limits){.ports_max = 1, .neighbours_max = 2};
    struct tcp_limits *tcp = &limits->tcp;
    draw_stream_limits(prng, &tcp->stream);
    uint32_t connections = TCP_SIM_TALKS_MAX + 1;
    tcp->connections_max = plan->tight ? between(prng, 2, 4) : connections;
    tcp->embryos_max = plan->tight ? between(prng, 1, 2) : connections;
    tcp->time_waits_max = plan->tight ? between(prng, 1, 2) : connections;
    tcp->listeners_max = 1;
    tcp->peers_max = 1;
    tcp->ring_entries = ONE_OF(prng, 8, 8, 16, 32, 128);
    tcp->reassembly_packets_max = ONE_OF(prng, 1, 8, 32, 100);
    host->nic = (struct nic_sim_limits){.receive_packets =
                                            tcp->reassembly_packets_max + between(prng, 40, 120),
                                        .send_packets = ONE_OF(prng, 32, 64, 200),
                                        .control_packets = between(prng, 4, 16),
                                        .send_ring = ONE_OF(prng, 16, 64, 200),
                                        .buffer_bytes = 2048};
    host->setup.burst = ONE_OF(prng, 1, 1, 4, 32);
}

/* Behaviour of TCP. */

static void draw_profile(struct prng *prng, struct tcp_sim_plan *plan,
                         struct tcp_profile *profile) {
    *profile = tcp_profile_default();
    profile->rto_min = milliseconds(ONE_OF(prng, 5, 20, 200));
    profile->rto_initial = milliseconds(ONE_OF(prng, 200, 1000));
    profile->rto_max = milliseconds(ONE_OF(prng, 3000, 60000));
    profile->ack_delay = milliseconds(ONE_OF(prng, 0, 0, 40));
    profile->user_timeout = milliseconds(one_in(prng, 6) ? 2000 : 120000);
    profile->connect_timeout = milliseconds(one_in(prng, 6) ? 3000 : 60000);
    profile->fin_wait = milliseconds(600000);
    profile->initial_window_segments = ONE_OF(prng, 1, 2, 10);
    profile->timestamps = !one_in(prng, 4);
    profile->restart_after_idle = one_in(prng, 3);
    if (!plan->gentle && one_in(prng, 8)) {
        profile->keepalive_idle = milliseconds(ONE_OF(prng, 200, 1000));
        profile->keepalive_interval = milliseconds(500);
    }
    if (plan->gentle) {
        profile->user_timeout = milliseconds(120000);
        profile->connect_timeout = milliseconds(60000);
    }
}

/* Near where comparing goes wrong, when it does. */
static uint32_t draw_first_number(struct prng *prng) {
    uint32_t turn = one_in(prng, 2) ? 0 : UINT32_C(1) << 31;
    return turn - between(prng, 0, 20000);
}

static void draw_host(struct prng *prng, struct tcp_sim_plan *plan,
                      struct tcp_sim_host_plan *host) {
    host->setup = stack_setup_default();
    host->setup.announcements = 1; /* what follows is TCP's alone */
    draw_limits(prng, plan, host);
    draw_profile(prng, plan, &host->profile);
    struct tcp_setup *tcp = &host->setup.tcp;
    for (uint32_t i = 0; i < sizeof(tcp->seed.key); i++) {
        tcp->seed.key[i] = (unsigned char)prng_below(prng, 256);
    }
    tcp->isn_is_fixed = !one_in(prng, 3);
    tcp->isn = draw_first_number(prng);
    tcp->time_wait = milliseconds(plan->tight ? 1000 : 60000);
    host->offload = one_in(prng, 3);
    host->static_neighbour = one_in(prng, 2);
}

/* The link. */

static void draw_delay(struct prng *prng, const struct tcp_sim_plan *plan,
                       struct link_sim_way *way) {
    way->delay = microseconds(ONE_OF(prng, 0, 5, 50, 500, 5000, 50000));
    if (one_in(prng, 3)) {
        way->bits_per_second = ONE_OF(prng, 1000000, 10000000, 1000000000);
    }
    way->burst_end_ppm = LINK_SIM_PPM; /* of one that the weather left */
    /* Who restarts leaves the NIC what it still reads (tcp_fini): none of that here. */
    if (one_in(prng, 4) && !plan->restarts) {
        way->completion = microseconds(between(prng, 1, 200));
    }
}

static struct link_sim_way draw_faults(struct prng *prng, const struct tcp_sim_plan *plan,
                                       struct link_sim_way way) {
    if (one_in(prng, 2)) {
        way.loss_ppm = plan->gentle ? between(prng, 0, 20000) : ONE_OF(prng, 10000, 100000, 300000);
    }
    if (one_in(prng, 4)) {
        way.jitter = microseconds(between(prng, 1, 2000));
    }
    if (one_in(prng, 4)) {
        way.duplicate_ppm = ONE_OF(prng, 10000, 200000);
    }
    if (one_in(prng, 3)) {
        way.reorder_ppm = ONE_OF(prng, 10000, 200000);
        way.reorder_delay = microseconds(between(prng, 1, 20000));
    }
    if (one_in(prng, 5)) {
        way.corrupt_ppm = plan->gentle ? 5000 : ONE_OF(prng, 10000, 100000);
    }
    if (!plan->gentle && one_in(prng, 5)) {
        way.burst_begin_ppm = between(prng, 5000, 50000);
        way.burst_end_ppm = between(prng, 100000, 600000);
    }
    if (!plan->gentle && one_in(prng, 8)) {
        way.blackhole = true;
    }
    if (!plan->gentle && one_in(prng, 8)) {
        way.mtu = between(prng, 600, 1499);
    }
    return way;
}

static void add_weather(struct tcp_sim_plan *plan, struct tcp_sim_weather weather) {
    if (plan->weather_count == TCP_SIM_WEATHER_MAX || weather.after.ns >= plan->heal_after.ns) {
        return;
    }
    uint32_t at = plan->weather_count++;
    for (; at > 0 && plan->weather[at - 1].after.ns > weather.after.ns; at--) {
        plan->weather[at] = plan->weather[at - 1];
    }
    plan->weather[at] = weather;
}

/* ARP has no checksum, and there is no Ethernet's here: what a turned bit teaches would stay. */
static void spare_neighbours(struct tcp_sim_plan *plan) {
    for (uint32_t i = 0; i < plan->weather_count; i++) {
        if (plan->weather[i].way.corrupt_ppm != 0) {
            plan->host[0].static_neighbour = true;
            plan->host[1].static_neighbour = true;
        }
    }
}

static void draw_weather(struct prng *prng, struct tcp_sim_plan *plan) {
    uint32_t heal_ms = (uint32_t)(plan->heal_after.ns / NS_PER_MS);
    for (uint8_t way = 0; way < TCP_SIM_HOSTS; way++) {
        draw_delay(prng, plan, &plan->healed[way]);
        bool is_calm = one_in(prng, 4);
        for (uint32_t i = 0; i < 2 && !is_calm; i++) {
            add_weather(plan, (struct tcp_sim_weather){
                                  .after = milliseconds(i == 0 ? 0 : between(prng, 1, heal_ms)),
                                  .kind = TCP_SIM_WEATHER_WAY,
                                  .host = way,
                                  .way = draw_faults(prng, plan, plan->healed[way])});
        }
    }
    if (plan->restarts) {
        add_weather(plan, (struct tcp_sim_weather){.after = milliseconds(between(prng, 1, heal_ms)),
                                                   .kind = TCP_SIM_WEATHER_RESTART,
                                                   .host = (uint8_t)prng_below(prng, 2),
                                                   .silent = one_in(prng, 2)});
    }
    if (one_in(prng, 6)) {
        int64_t from_us = between(prng, 1, 400000);
        struct tcp_sim_weather weather = {.after = microseconds(from_us),
                                          .kind = TCP_SIM_WEATHER_REFUSE,
                                          .host = (uint8_t)prng_below(prng, 2),
                                          .refuse = (uint8_t)between(prng, 1, 7)};
        add_weather(plan, weather);
        weather.refuse = 0;
        weather.after = microseconds(from_us + between(prng, 1, 3000));
        add_weather(plan, weather);
    }
    spare_neighbours(plan);
}

/* Applications. */

static uint32_t draw_bytes(struct prng *prng) {
    switch (prng_below(prng, 8)) {
    case 0:
        return 0;
    case 1:
        return between(prng, 1, 64);
    case 2:
    case 3:
    case 4:
        return between(prng, 100, 3000);
    case 5:
    case 6:
        return between(prng, 3000, 15000);
    default:
        return between(prng, 15000, 50000);
    }
}

static void draw_side(struct prng *prng, const struct stream_limits *limits,
                      struct tcp_sim_side_plan *side) {
    side->bytes = draw_bytes(prng);
    uint32_t most = limits->record_bytes_max;
    uint32_t enough = side->bytes / 150 + 1; /* not thousands of records */
    side->record_min = enough < most ? enough : most;
    side->record_max = one_in(prng, 2) ? most : between(prng, side->record_min, most);
    side->many_max = one_in(prng, 5) ? between(prng, 1, 8000) : 0;
    if (one_in(prng, 3)) {
        side->send_pause = microseconds(ONE_OF(prng, 10, 300, 5000, 60000));
    }
    side->read_max = UINT32_MAX;
    if (one_in(prng, 4)) {
        side->read_max = between(prng, side->bytes / 40 + 200, 3000);
        side->read_pause = microseconds(ONE_OF(prng, 20, 1000, 30000, 400000));
    }
    if (one_in(prng, 5)) {
        side->hold = microseconds(ONE_OF(prng, 1, 100, 3000, 50000));
    }
    side->end = one_in(prng, 2) ? TCP_SIM_END_WHEN_SENT : TCP_SIM_END_AFTER_PEER;
    side->secret = one_in(prng, 6);
    side->cancels = one_in(prng, 4);
}

static void draw_talk(struct prng *prng, const struct tcp_sim_plan *plan,
                      struct tcp_sim_talk_plan *talk) {
    talk->dialler = (uint8_t)prng_below(prng, 2);
    uint32_t latest_us = (uint32_t)(plan->heal_after.ns / NS_PER_US / 2);
    talk->dial_after = microseconds(one_in(prng, 2) ? 0 : between(prng, 0, latest_us));
    for (uint32_t host = 0; host < TCP_SIM_HOSTS; host++) {
        draw_side(prng, &plan->host[host].setup.limits.tcp.stream, &talk->side[host]);
    }
    struct tcp_sim_side_plan *asks = &talk->side[talk->dialler];
    if (one_in(prng, 3)) {
        asks->reads_per_record = between(prng, 1, 400);
    }
    if (asks->end == TCP_SIM_END_AFTER_PEER) {
        talk->side[!talk->dialler].end = TCP_SIM_END_WHEN_SENT; /* somebody begins */
    }
    if (!plan->gentle && asks->bytes == 0) {
        asks->bytes = 1; /* a SYN-ACK whose sender has forgotten it: nobody would ever know */
    }
    if (one_in(prng, 8)) {
        struct tcp_sim_side_plan *side = &talk->side[prng_below(prng, 2)];
        side->end = one_in(prng, 2) ? TCP_SIM_END_ABORT : TCP_SIM_END_DISCARD;
    }
    for (uint32_t host = 0; host < TCP_SIM_HOSTS; host++) {
        uint32_t all = talk->side[0].bytes + talk->side[1].bytes;
        talk->side[host].abort_after = between(prng, 0, all);
    }
}

void tcp_sim_draw(struct tcp_sim_plan *plan, uint64_t seed) {
    struct prng prng;
    prng_seed(&prng, seed);
    *plan = (struct tcp_sim_plan){0};
    plan->begin = (struct instant){.ns = (int64_t)prng_below(&prng, (uint64_t)NS_PER_S << 20)};
    plan->gentle = one_in(&prng, 3);
    plan->tight = !plan->gentle && one_in(&prng, 8);
    plan->restarts = !plan->gentle && one_in(&prng, 10);
    plan->audits = true;
    plan->heal_after = milliseconds(between(&prng, 50, one_in(&prng, 3) ? 8000 : 1500));
    uint16_t vlan = one_in(&prng, 5) ? 7 : ETHERNET_VLAN_NONE;
    for (uint32_t host = 0; host < TCP_SIM_HOSTS; host++) {
        plan->host[host].vlan = vlan;
        draw_host(&prng, plan, &plan->host[host]);
    }
    draw_weather(&prng, plan);
    plan->talk_count = one_in(&prng, 3) ? between(&prng, 2, TCP_SIM_TALKS_MAX) : 1;
    for (uint32_t i = 0; i < plan->talk_count; i++) {
        draw_talk(&prng, plan, &plan->talk[i]);
    }
}
