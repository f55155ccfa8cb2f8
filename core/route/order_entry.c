#include "core/route/order_entry.h"

#include <string.h>

#include "core/base/bits.h"
#include "core/fix/fix_early.h"
#include "core/fix/fix_outbox.h"
#include "core/route/order_entry_state.h"

static struct order_table_limits order_limits(const struct order_entry_limits *limits) {
    return (struct order_table_limits){.orders = limits->orders,
                                       .late_window = limits->late_window};
}

static struct exposure_limits exposure_limits(const struct order_entry_limits *limits) {
    return (struct exposure_limits){.accounts = limits->accounts,
                                    .instruments = limits->instruments};
}

/* Of one struct order_queue. */
static size_t queue_bytes(const struct order_entry_limits *limits) {
    return bits_whole_lines(bits_power_of_two_at_least(limits->orders) *
                            sizeof(struct order_place));
}

static size_t venue_bytes(const struct order_entry_limits *limits) {
    struct request_table_limits requests = {.entries = limits->requests_per_venue};
    size_t table = request_table_footprint(requests);
    return table == 0 ? 0 : bits_whole_lines(table) + 2 * queue_bytes(limits);
}

static struct fix_outbox_limits outbox_limits(const struct order_entry_limits *limits) {
    return (struct fix_outbox_limits){.messages = limits->resend_messages,
                                      .bytes = limits->resend_bytes};
}

static size_t outbox_bytes(const struct order_entry_limits *limits) {
    return bits_whole_lines(fix_outbox_footprint(outbox_limits(limits)));
}

/* What a client says before it has heard of a gap. */
#define CLIENT_EARLY ((struct fix_early_limits){.messages = 256, .bytes = 64 * 1024})

static size_t early_bytes(void) {
    return bits_whole_lines(fix_early_footprint(CLIENT_EARLY));
}

static bool limits_are_possible(const struct order_entry_limits *limits) {
    return limits->orders >= 1 && limits->orders <= 1U << 24 &&
           limits->clients <= ROUTE_CLIENTS_MAX && limits->venues >= 1 &&
           limits->venues <= ROUTE_VENUES_MAX && limits->client_connections >= 1 &&
           limits->client_connections <= 4096 && bits_is_power_of_two(limits->reports_per_client) &&
           limits->reports_per_client > 2 * REPORT_CELLS_PER_MESSAGE &&
           limits->resend_bytes >= CLIENT_REPORT_BYTES_MAX && outbox_bytes(limits) != 0;
}

size_t order_entry_footprint(const struct order_entry_limits *limits) {
    if (!limits_are_possible(limits)) {
        return 0;
    }
    size_t orders = order_table_footprint(order_limits(limits));
    size_t per_venue = venue_bytes(limits);
    size_t exposure = exposure_footprint(exposure_limits(limits));
    if (orders == 0 || per_venue == 0 || exposure == 0) {
        return 0;
    }
    size_t reports = bits_whole_lines(limits->reports_per_client * sizeof(struct client_report)) +
                     outbox_bytes(limits) + early_bytes();
    return bits_whole_lines(sizeof(struct order_entry)) + bits_whole_lines(orders) +
           bits_whole_lines(exposure) +
           bits_whole_lines(limits->orders * sizeof(struct order_track)) + queue_bytes(limits) +
           bits_whole_lines(limits->client_connections * sizeof(struct door_connection)) +
           bits_whole_lines(limits->clients * sizeof(struct client)) + limits->clients * reports +
           bits_whole_lines(limits->venues * sizeof(struct venue_slot)) +
           limits->venues * per_venue;
}

/* Hands out the footprint's parts in order. */
struct carver {
    char *at;
};

static void *carve(struct carver *carver, size_t bytes) {
    void *part = carver->at;
    memset(part, 0, bytes);
    carver->at += bits_whole_lines(bytes);
    return part;
}

static void init_clients(struct order_entry *entry, struct carver *carver) {
    const struct order_entry_limits *limits = &entry->setup.limits;
    entry->clients = carve(carver, limits->clients * sizeof(struct client));
    for (uint32_t i = 0; i < limits->clients; i++) {
        struct client *client = &entry->clients[i];
        struct fix_session_config config = entry->setup.clients[i].session;
        config.outbox = fix_outbox_init(carve(carver, outbox_bytes(limits)), outbox_limits(limits));
        config.early = fix_early_init(carve(carver, early_bytes()), CLIENT_EARLY);
        config.resent_types = "89rj";
        config.verdict_needed = false; /* the door has it */
        client->door_asked = ROUTE_NONE;
        fix_link_init(&client->link, &config);
        client->reports.capacity = limits->reports_per_client;
        client->reports.cells =
            carve(carver, limits->reports_per_client * sizeof(struct client_report));
    }
}

static void init_queue(const struct order_entry *entry, struct carver *carver,
                       struct order_queue *queue) {
    queue->capacity = bits_power_of_two_at_least(entry->setup.limits.orders);
    queue->places = carve(carver, queue->capacity * sizeof(struct order_place));
}

static void init_venues(struct order_entry *entry, struct carver *carver) {
    const struct order_entry_setup *setup = &entry->setup;
    struct request_table_limits requests = {
        .entries = setup->limits.requests_per_venue, .shard = setup->shard, .epoch = setup->epoch};
    entry->venues = carve(carver, setup->limits.venues * sizeof(struct venue_slot));
    for (uint32_t i = 0; i < setup->limits.venues; i++) {
        struct venue_slot *slot = &entry->venues[i];
        slot->venue = setup->venues[i].venue;
        slot->peer = setup->venues[i].peer;
        slot->requests =
            request_table_init(carve(carver, request_table_footprint(requests)), requests);
        slot->can = slot->venue->ops->capability(slot->venue);
        init_queue(entry, carver, &slot->cancels);
        init_queue(entry, carver, &slot->many);
        slot->pass.number = 2;
        backoff_init(&slot->backoff, &setup->venues[i].reconnect);
    }
}

struct order_entry *order_entry_init(void *mem, const struct order_entry_setup *setup) {
    CHECK(order_entry_footprint(&setup->limits) != 0);
    CHECK(setup->directory->account_count <= setup->limits.accounts &&
          instrument_table_count(setup->directory->instruments) <= setup->limits.instruments);
    struct carver carver = {.at = mem};
    struct order_entry *entry = carve(&carver, sizeof(struct order_entry));
    entry->setup = *setup;
    struct order_table_limits orders = order_limits(&setup->limits);
    entry->orders =
        order_table_init(carve(&carver, order_table_footprint(orders)), orders, &entry->setup.seed);
    entry->exposure =
        exposure_init(carve(&carver, exposure_footprint(exposure_limits(&setup->limits))),
                      exposure_limits(&setup->limits));
    entry->tracks = carve(&carver, setup->limits.orders * sizeof(struct order_track));
    init_queue(entry, &carver, &entry->watch);
    entry->door = carve(&carver, setup->limits.client_connections * sizeof(struct door_connection));
    init_clients(entry, &carver);
    init_venues(entry, &carver);
    entry->encoder.directory = setup->directory;
    entry->encoder.time_digits = 3;
    memcpy(entry->encoder.run, setup->run, sizeof(entry->encoder.run));
    prng_seed(&entry->prng, setup->random_seed);
    entry->next_exec = 1;
    CHECK((size_t)(carver.at - (char *)mem) == order_entry_footprint(&setup->limits));
    return entry;
}

static void take_sign_answers(struct order_entry *entry, struct now now) {
    struct answer *answer;
    while ((answer = spsc_peek(entry->setup.rings.sign_answers)) != NULL) {
        if (answer->session < entry->setup.limits.venues) {
            struct venue *venue = entry->venues[answer->session].venue;
            venue->ops->answer(venue, now, answer);
        }
        explicit_bzero(answer->text, sizeof(answer->text));
        spsc_release(entry->setup.rings.sign_answers);
    }
}

static void take_password_answers(struct order_entry *entry, struct now now) {
    const struct answer *answer;
    while ((answer = spsc_peek(entry->setup.rings.password_answers)) != NULL) {
        if (answer->session < entry->setup.limits.clients) {
            door_answer(entry, now, answer);
        }
        spsc_release(entry->setup.rings.password_answers);
    }
}

/* Slots whose late-report window has passed: their requests' ids become foreign. */
static void sweep(struct order_entry *entry, struct now now) {
    uint32_t slots[16];
    uint32_t count = order_table_sweep(entry->orders, now, slots, 16);
    for (uint32_t i = 0; i < count; i++) {
        DCHECK(!order_table_at(entry->orders, slots[i])->exposed.live);
        requests_release(entry, slots[i]);
    }
}

/*
 * Venues before clients: what a venue said in this turn is known before the next request is judged.
 * The door comes last, when connections that ended have made place for their successors.
 */
bool order_entry_turn(struct order_entry *entry, struct now now) {
    if (entry->phase == ORDER_ENTRY_STOPPED) {
        return false;
    }
    entry->more = false;
    entry->held = false;
    sweep(entry, now);
    take_sign_answers(entry, now);
    take_password_answers(entry, now);
    for (uint32_t i = 0; i < entry->setup.limits.venues; i++) {
        venue_slot_turn(entry, i, now);
    }
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        client_turn(entry, i, now);
    }
    watch_turn(entry, now);
    stop_turn(entry, now);
    for (uint32_t i = 0; i < entry->setup.limits.venues; i++) {
        mass_venue_turn(entry, i, now);
        cancels_turn(entry, i, now);
        venue_slot_flush(entry, i, now);
    }
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        client_write(entry, i, now);
    }
    door_turn(entry, now);
    return entry->more || held_back_may_go_on(entry);
}

static struct instant venue_deadline(const struct order_entry *entry,
                                     const struct venue_slot *slot) {
    if (slot->losing) {
        return INSTANT_NEVER; /* each turn says itself whether it can go on */
    }
    if (slot->venue->ops->stream(slot->venue) == NULL) {
        struct instant wanted = slot->venue->ops->deadline(slot->venue);
        struct instant due = slot->backoff.due.ns > wanted.ns ? slot->backoff.due : wanted;
        return entry->phase == ORDER_ENTRY_LOGGING_OUT ? INSTANT_NEVER : due;
    }
    return slot->venue->ops->deadline(slot->venue);
}

struct instant order_entry_deadline(const struct order_entry *entry) {
    struct instant earliest = instant_earlier(door_deadline(entry), watch_deadline(entry));
    for (uint32_t i = 0; i < entry->setup.limits.venues; i++) {
        earliest = instant_earlier(earliest, venue_deadline(entry, &entry->venues[i]));
    }
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        earliest = instant_earlier(earliest, client_deadline(entry, i));
    }
    if (entry->phase != ORDER_ENTRY_RUNNING) {
        earliest = instant_earlier(earliest, entry->stop_deadline);
    }
    if (entry->phase == ORDER_ENTRY_CANCELING && entry->stop_cancels) {
        earliest = instant_earlier(earliest, entry->stop_again);
    }
    return earliest;
}

enum order_entry_phase order_entry_phase(const struct order_entry *entry) {
    return entry->phase;
}

uint32_t order_entry_live_orders(const struct order_entry *entry) {
    return order_table_live(entry->orders);
}

const struct order_entry_counters *order_entry_counters(const struct order_entry *entry) {
    return &entry->counters;
}

void order_changed(struct order_entry *entry, uint32_t slot) {
    exposure_update(entry->exposure, order_table_at(entry->orders, slot));
}

const struct exposure_side *order_entry_exposure(const struct order_entry *entry, uint32_t account,
                                                 uint32_t instrument, enum order_side side) {
    return exposure_at(entry->exposure, account, instrument, side);
}
