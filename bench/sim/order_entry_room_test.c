#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_room.h"
#include "bench/sim/order_entry_words.h"

/*
 * A stream that has no room just now: numbers stay without a gap (the rig holds every peer to
 * that), nothing is lost, nothing is said twice.
 */

#define ORDERS 6

/* What became of each order, by what the peers heard. */
struct outcome {
    uint32_t sent;     /* D at the venue */
    uint32_t cancels;  /* F at the venue */
    uint32_t busy;     /* refused: no room */
    uint32_t reports;  /* others, at the client */
    uint32_t canceled; /* 150=4 */
};

struct run {
    struct room_run room;
    struct outcome order[ORDERS + 1];
    uint32_t number_of_id[4 * ORDERS]; /* which order an id at the venue belongs to */
};

/* Orders have prices 30001, 30002, ... */
static void venue_hears(void *context, const char *text) {
    struct run *run = context;
    struct rig_peer *venue = &run->room.rig->venue[0];
    uint32_t id = room_number(text, "|11=#");
    if (room_is(text, 'D')) {
        uint32_t number = room_number(text, "|44=") - 30000;
        cr_assert(number >= 1 && number <= ORDERS, "%s", text);
        run->order[number].sent++;
        run->number_of_id[id] = number;
        rig_say(venue, "35=8|11=#%u|37=O%u|17=X|150=0|39=0|14=0|60=@|", id, number);
    } else if (room_is(text, 'F')) {
        uint32_t order_id = room_number(text, "|41=#");
        run->order[run->number_of_id[order_id]].cancels++;
        rig_say(venue, "35=8|11=#%u|41=#%u|17=X|150=4|39=4|14=0|60=@|", id, order_id);
    } else {
        cr_assert(room_is(text, 'A'), "%s", text);
        rig_say(venue, "35=A|98=0|108=30|141=Y|");
        rig_say(venue, "35=1|112=V|");
    }
}

static void client_hears(void *context, const char *text) {
    struct run *run = context;
    if (!room_is(text, '8')) {
        return;
    }
    const char *own = strstr(text, "|41=A");
    uint32_t number = room_number(text, own != NULL ? "|41=A" : "|11=A");
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

static void order_and_cancel(struct run *run) {
    struct rig_peer *client = &run->room.rig->client[0];
    for (int i = 1; i <= ORDERS; i++) {
        rig_say(client, "35=D|11=A%d|55=BTC-USD|54=1|38=1|40=2|44=%d|60=@|", i, 30000 + i);
        rig_settle(run->room.rig);
        rig_say(client, "35=1|112=C%d|", i);
        if (i % 2 == 0) {
            room_settle(&run->room);
        }
    }
    for (int i = 2; i <= ORDERS; i += 2) {
        rig_say(client, "35=F|11=C%d|41=A%d|60=@|", i, i);
    }
}

static void check(const struct run *run, const struct room_refusal *refusal) {
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
    cr_assert_eq(run->room.mass_answers, 1);
    cr_assert_eq(run->room.mass_affected, left);
    cr_assert_eq(run->room.client_heartbeats, ORDERS + 1);
    cr_assert_eq(run->room.venue_heartbeats, 1);
}

/* From the Logons on: turns pass in which the stream still refuses. */
static bool play(const struct room_refusal *refusal) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    struct run run = {
        .room = {
            .rig = rig, .context = &run, .venue_hears = venue_hears, .client_hears = client_hears}};
    struct rig_peer *client = &rig->client[0];
    rig->hold_signatures = true;
    rig_settle(rig);
    rig_client_connect(client);
    room_refuse(&run.room, refusal);
    rig->hold_signatures = false;
    rig_say(client, "35=A|98=0|108=30|");
    room_settle(&run.room);
    order_and_cancel(&run);
    room_settle_refused(&run.room, refusal);
    rig_say(client, "35=q|11=Q1|530=7|60=@|");
    rig_say(client, "35=1|112=END|");
    room_settle_refused(&run.room, refusal);
    check(&run, refusal);
    bool refused = room_was_refused(&run.room, refusal);
    rig_end(rig);
    return refused;
}

Test(order_entry_room, none_for_any_message_to_the_client, .timeout = 60) {
    room_refuse_everywhere(false, play);
}

Test(order_entry_room, none_for_any_message_to_the_venue, .timeout = 60) {
    room_refuse_everywhere(true, play);
}

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
        rig_say(client, BUY("A%d"), round);
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
