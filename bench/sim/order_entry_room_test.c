#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"

/*
 * A stream that has no room just now: numbers stay without a gap (the rig holds every peer to
 * that), nothing is lost, nothing is said twice.
 */

#define ORDERS 6
#define REPORTS_MAX 64

static const enum stream_result reasons[] = {STREAM_AGAIN_WINDOW, STREAM_AGAIN_RING,
                                             STREAM_AGAIN_POOL, STREAM_AGAIN_UNRESOLVED,
                                             STREAM_AGAIN_HOLD};
#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

/* Which reservations of which stream are refused. */
struct refusal {
    bool venue;
    enum stream_result reason;
    uint32_t skip;
    uint32_t count;
};

/* What became of each order, by what the peers heard. */
struct outcome {
    uint32_t sent;     /* D at the venue */
    uint32_t cancels;  /* F at the venue */
    uint32_t busy;     /* refused: no room */
    uint32_t reports;  /* others, at the client */
    uint32_t canceled; /* 150=4 */
};

struct run {
    struct rig *rig;
    struct outcome order[ORDERS + 1];
    uint32_t number_of_id[4 * ORDERS]; /* which order an id at the venue belongs to */
    uint32_t heartbeats[2];            /* client, venue */
    uint64_t last_exec;
    uint32_t mass_answers;
    uint32_t affected; /* orders of the mass cancel */
    bool refused;      /* the refusals were met */
};

static uint32_t field_number(const char *text, const char *field) {
    const char *at = strstr(text, field);
    return at == NULL ? 0 : (uint32_t)strtoul(at + strlen(field), NULL, 10);
}

/* Orders have prices 30001, 30002, ... */
static void venue_hears(struct run *run, const char *text) {
    struct rig_peer *venue = &run->rig->venue[0];
    uint32_t id = field_number(text, "|11=#");
    if (strncmp(text, "35=D|", 5) == 0) {
        uint32_t number = field_number(text, "|44=") - 30000;
        cr_assert(number >= 1 && number <= ORDERS, "%s", text);
        run->order[number].sent++;
        run->number_of_id[id] = number;
        rig_say(venue, "35=8|11=#%u|37=O%u|17=X|150=0|39=0|14=0|60=@|", id, number);
    } else if (strncmp(text, "35=F|", 5) == 0) {
        uint32_t order_id = field_number(text, "|41=#");
        run->order[run->number_of_id[order_id]].cancels++;
        rig_say(venue, "35=8|11=#%u|41=#%u|17=X|150=4|39=4|14=0|60=@|", id, order_id);
    } else if (strncmp(text, "35=0|", 5) == 0) {
        run->heartbeats[1]++;
    } else {
        cr_assert(strncmp(text, "35=A|", 5) == 0, "%s", text);
        rig_say(venue, "35=A|98=0|108=30|141=Y|");
        rig_say(venue, "35=1|112=V|");
    }
}

static void client_hears(struct run *run, const char *text) {
    if (strncmp(text, "35=0|", 5) == 0) {
        run->heartbeats[0]++;
    }
    if (strncmp(text, "35=r|", 5) == 0) {
        cr_assert_eq(field_number(text, "|37=R-M"), ++run->last_exec, "%s", text);
        run->affected += field_number(text, "|533=");
        run->mass_answers++;
    }
    if (strncmp(text, "35=8|", 5) != 0) {
        return;
    }
    uint32_t exec = field_number(text, "|17=R-E");
    cr_assert_eq(exec, run->last_exec + 1, "a report lost or out of order: %s", text);
    run->last_exec = exec;
    const char *own = strstr(text, "|41=A");
    uint32_t number = field_number(text, own != NULL ? "|41=A" : "|11=A");
    cr_assert(number >= 1 && number <= ORDERS, "%s", text);
    struct outcome *order = &run->order[number];
    if (strstr(text, "|58=TRC-ORD-009: ") != NULL) {
        cr_assert(strstr(text, "|150=8|39=8|") != NULL && strstr(text, "|103=0|") != NULL);
        order->busy++;
    } else {
        order->reports++;
        order->canceled += strstr(text, "|150=4|39=4|") != NULL;
    }
}

/* Until nobody has anything to say; a stream that has room again wakes the router. */
static void settle(struct run *run) {
    const char *text;
    for (int quiet = 0; quiet < 3; quiet++) {
        while (*(text = rig_hear(&run->rig->venue[0])) != '\0') {
            venue_hears(run, text);
            quiet = 0;
        }
        while (run->rig->client[0].stream != NULL &&
               *(text = rig_hear(&run->rig->client[0])) != '\0') {
            client_hears(run, text);
            quiet = 0;
        }
        rig_turn(run->rig);
    }
}

static void arm(struct run *run, const struct refusal *refusal) {
    struct rig *rig = run->rig;
    struct stream *end = rig_router_end(refusal->venue ? &rig->venue[0] : &rig->client[0]);
    stream_memory_refuse(end, refusal->reason, refusal->skip, refusal->count);
}

/* Turns pass in which the stream still refuses. */
static void play(struct run *run, const struct refusal *refusal) {
    struct rig_options options = rig_default();
    *run = (struct run){.rig = rig_begin(&options)};
    struct rig_peer *client = &run->rig->client[0];
    run->rig->hold_signatures = true;
    rig_settle(run->rig);
    rig_client_connect(client);
    arm(run, refusal);
    run->rig->hold_signatures = false;
    rig_say(client, "35=A|98=0|108=30|");
    settle(run);
    for (int i = 1; i <= ORDERS; i++) {
        rig_say(client, "35=D|11=A%d|55=BTC-USD|54=1|38=1|40=2|44=%d|60=@|", i, 30000 + i);
        rig_settle(run->rig);
        rig_say(client, "35=1|112=C%d|", i);
        if (i % 2 == 0) {
            settle(run);
        }
    }
    for (int i = 2; i <= ORDERS; i += 2) {
        rig_say(client, "35=F|11=C%d|41=A%d|60=@|", i, i);
    }
    for (uint32_t i = 0; i <= refusal->count; i++) {
        settle(run);
    }
    rig_say(client, "35=q|11=Q1|530=7|60=@|");
    rig_say(client, "35=1|112=END|");
    for (uint32_t i = 0; i <= refusal->count; i++) {
        settle(run);
    }
    struct rig_peer *refusing = refusal->venue ? &run->rig->venue[0] : client;
    run->refused = stream_memory_refusals_left(rig_router_end(refusing)) == 0;
}

static void check(const struct run *run, const struct refusal *refusal) {
    uint32_t left = 0;
    for (int i = 1; i <= ORDERS; i++) {
        const struct outcome *order = &run->order[i];
        left += i % 2 == 1 && order->sent;
        cr_assert_eq(order->sent + order->busy, 1, "order %d: sent %u, refused %u (%s after %u)", i,
                     order->sent, order->busy, stream_result_name(refusal->reason), refusal->skip);
        cr_assert(refusal->venue || order->busy == 0);
        cr_assert_eq(order->cancels, order->sent, "order %d: %u cancels", i, order->cancels);
        cr_assert_eq(order->canceled, order->cancels);
        cr_assert_eq(order->reports, order->sent + order->cancels);
    }
    cr_assert_eq(run->mass_answers, 1);
    cr_assert_eq(run->affected, left);
    cr_assert_eq(run->heartbeats[0], ORDERS + 1);
    cr_assert_eq(run->heartbeats[1], 1);
}

/* Every message of the run is the one that finds no room, for every reason, once and for a while.
 */
static void refuse_everywhere(bool venue) {
    static const uint32_t counts[] = {1, 4};
    for (size_t reason = 0; reason < REASONS; reason++) {
        for (size_t count = 0; count < 2; count++) {
            struct refusal refusal = {
                .venue = venue, .reason = reasons[reason], .count = counts[count]};
            bool met = true;
            while (met) {
                struct run run;
                play(&run, &refusal);
                check(&run, &refusal);
                met = run.refused;
                rig_end(run.rig);
                refusal.skip++;
            }
            cr_assert_gt(refusal.skip, 10, "the run writes %u times", refusal.skip);
        }
    }
}

Test(order_entry_room, none_for_any_message_to_the_client, .timeout = 60) {
    refuse_everywhere(false);
}

Test(order_entry_room, none_for_any_message_to_the_venue, .timeout = 60) {
    refuse_everywhere(true);
}

#define BUY(id) "35=D|11=" id "|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|"

/* In which nothing but the venue's window moves. */
Test(order_entry_room, a_cancel_waits_for_it) {
    struct rig *rig = rig_up(NULL);
    rig_say(&rig->client[0], BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    stream_memory_window(rig_router_end(&rig->venue[0]), 0);
    rig_say(&rig->client[0], BUY("A2"));
    rig_say(&rig->client[0], "35=F|11=C1|41=A1|60=@|");
    rig_expect(&rig->client[0],
               "35=8|11=A2|150=8|103=0|58=TRC-ORD-009: the venue's send buffer is full");
    rig_say(&rig->client[0], "35=F|11=C2|41=A1|60=@|");
    rig_expect(&rig->client[0],
               "35=9|11=C2|39=6|102=3|58=TRC-ORD-023: a cancel of this order is pending");
    rig_expect_nothing(&rig->venue[0]);
    stream_memory_window(rig_router_end(&rig->venue[0]), SIZE_MAX);
    rig_turn(rig);
    rig_expect(&rig->venue[0], "35=F|11=#2|41=#1");
    rig_expect_nothing(&rig->client[0]);
    rig_end(rig);
}

/* The order ends, and its slot is another order's, before the venue takes anything again. */
Test(order_entry_room, a_cancel_that_waited_too_long_is_not_another_orders) {
    struct rig_options options = rig_default();
    options.orders = 2;
    options.late_window.ns = NS_PER_S;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    struct rig_peer *venue = &rig->venue[0];
    uint32_t id = 0;
    for (int round = 0; round < 5; round++) {
        rig_say(client, "35=D|11=A%d|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|", round);
        rig_expect(venue, "35=D");
        id++;
        stream_memory_window(rig_router_end(venue), 0);
        rig_say(client, "35=F|11=C%d|41=A%d|60=@|", round, round);
        rig_settle(rig);
        rig_say(venue, "35=8|11=#%u|37=O|17=X|150=F|39=2|31=30000|32=0.5|14=0.5|60=@|", id);
        rig_expect(client, "150=F|39=2");
        rig_expect(client, "35=9|39=2|102=0");
        rig_advance(rig, 1500);
        stream_memory_window(rig_router_end(venue), round % 2 == 0 ? 800 : SIZE_MAX);
    }
    stream_memory_window(rig_router_end(venue), SIZE_MAX);
    rig_turn(rig);
    rig_expect_nothing(venue);
    rig_expect_nothing(client);
    rig_end(rig);
}
