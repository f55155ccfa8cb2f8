#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_room.h"

/*
 * No room for what changes orders, asks about them or cancels many, nor for the answers: numbers
 * stay without a gap (the rig holds every peer to that), nothing is lost, nothing is said twice. A
 * replace that finds none is refused; cancels, questions and all reports wait.
 */

#define ORDERS 6
#define REFUSED 3  /* the venue refuses to replace it */
#define FILLED 4   /* a part of it trades before it is replaced */
#define CANCELED 5 /* its client cancels it right behind the replace */
#define DOUBTED 6  /* a fill of it cannot be read */

/* What became of each order, by what the peers heard. */
struct outcome {
    uint32_t replaces; /* G at the venue */
    uint32_t cancels;  /* F at the venue */
    uint32_t asked;    /* H at the venue */
    uint32_t current;  /* its id there */
    uint32_t busy;     /* G refused: no room */
    uint32_t replaced; /* 150=5 */
    uint32_t refused;  /* G refused by the venue */
    uint32_t fills;
    uint32_t doubts;
    uint32_t states; /* answers to the client's H */
    uint32_t canceled;
};

struct run {
    struct room_run room;
    struct outcome order[ORDERS + 1];
    uint32_t number_of_id[8 * ORDERS]; /* which order an id at the venue belongs to */
};

/* Of a request that names the order by the id it has, or had, there. */
static uint32_t order_named(struct run *run, const char *text) {
    uint32_t number = run->number_of_id[room_number(text, "|41=#")];
    cr_assert(number >= 1 && number <= ORDERS, "%s", text);
    return number;
}

static void venue_hears_replace(struct run *run, const char *text) {
    struct rig_peer *venue = &run->room.rig->venue[0];
    uint32_t id = room_number(text, "|11=#");
    uint32_t number = order_named(run, text);
    struct outcome *order = &run->order[number];
    order->replaces++;
    run->number_of_id[id] = number;
    if (number == REFUSED) {
        rig_say(venue, "35=j|45=0|372=G|379=#%u|380=0|58=EOrder:Insufficient funds|", id);
        return;
    }
    if (number == FILLED) {
        rig_say(venue, "35=8|11=#%u|37=O%u|17=X|150=F|39=1|32=0.2|31=30000|14=0.2|38=1|44=%u|60=@|",
                order->current, number, 30000 + number);
    }
    rig_say(venue, "35=8|11=#%u|41=#%u|37=O%u|17=X|150=5|39=5|38=2|44=%u|14=%s|60=@|", id,
            order->current, number, 31000 + number, number == FILLED ? "0.2" : "0");
    order->current = id;
}

static void venue_hears_cancel(struct run *run, const char *text) {
    uint32_t number = order_named(run, text);
    struct outcome *order = &run->order[number];
    cr_assert(number == CANCELED || room_number(text, "|41=#") == order->current, "%s", text);
    order->cancels++;
    rig_say(&run->room.rig->venue[0], "35=8|11=#%u|41=#%u|37=O%u|17=X|150=4|39=4|14=%s|60=@|",
            room_number(text, "|11=#"), room_number(text, "|41=#"), number,
            number == FILLED && order->replaces != 0 ? "0.2" : "0");
}

static void venue_hears_question(struct run *run, const char *text) {
    uint32_t number = room_number(text, "|37=O");
    cr_assert_eq(number, DOUBTED, "%s", text);
    run->order[number].asked++;
    bool replaced = run->order[number].replaced != 0;
    rig_say(&run->room.rig->venue[0], "35=8|11=#%u|37=O%u|17=X|150=I|39=0|38=%u|44=%u|14=0|60=@|",
            room_number(text, "|11=#"), number, replaced ? 2U : 1U,
            (replaced ? 31000 : 30000) + number);
}

static void venue_hears(void *context, const char *text) {
    struct run *run = context;
    if (room_is(text, 'G')) {
        venue_hears_replace(run, text);
    } else if (room_is(text, 'F')) {
        venue_hears_cancel(run, text);
    } else {
        cr_assert(room_is(text, 'H'), "%s", text);
        venue_hears_question(run, text);
    }
}

static void count_execution(struct outcome *order, uint32_t number, const char *text) {
    if (strstr(text, "|790=") != NULL) {
        cr_assert(strstr(text, "|150=I|") != NULL && room_number(text, "|790=S") == number, "%s",
                  text);
        order->states++;
    } else if (strstr(text, "|150=5|") != NULL) {
        cr_assert(strstr(text, "|38=2|") != NULL && room_number(text, "|44=") == 31000 + number,
                  "%s", text);
        order->replaced++;
    } else if (strstr(text, "|150=4|") != NULL) {
        bool alone = strstr(text, "|58=mass cancel Q1|") == NULL;
        cr_assert_eq(alone, number == CANCELED, "%s", text);
        cr_assert_eq(alone, strstr(text, "|41=") != NULL, "%s", text);
        order->canceled++;
    } else if (strstr(text, "|150=F|") != NULL) {
        order->fills++;
    } else {
        cr_assert(number == DOUBTED && strstr(text, "|150=I|") != NULL, "%s", text);
        order->doubts++;
    }
}

static void client_hears_execution(struct run *run, const char *text) {
    const char *id = strstr(text, "|41=");
    id = id == NULL ? strstr(text, "|11=") : id;
    uint32_t number = (uint32_t)strtoul(id + 5, NULL, 10);
    cr_assert(number >= 1 && number <= ORDERS, "%s", text);
    count_execution(&run->order[number], number, text);
}

static void client_hears(void *context, const char *text) {
    struct run *run = context;
    if (room_is(text, '8')) {
        client_hears_execution(run, text);
        return;
    }
    cr_assert(room_is(text, '9'), "%s", text);
    uint32_t number = room_number(text, "|11=G");
    cr_assert(number >= 1 && number <= ORDERS && strstr(text, "|434=2|") != NULL, "%s", text);
    bool busy = strstr(text, "|58=TRC-ORD-009: ") != NULL;
    run->order[number].busy += busy;
    run->order[number].refused += !busy;
}

static void open_orders(struct run *run) {
    struct rig_peer *client = &run->room.rig->client[0];
    struct rig_peer *venue = &run->room.rig->venue[0];
    for (uint32_t i = 1; i <= ORDERS; i++) {
        rig_say(client, "35=D|11=A%u|55=BTC-USD|54=1|38=1|40=2|44=%u|60=@|", i, 30000 + i);
        rig_expect(venue, "35=D");
        rig_say(venue, "35=8|11=#%u|37=O%u|17=X|150=0|39=0|38=1|44=%u|14=0|60=@|", i, i, 30000 + i);
        rig_expect(client, "35=8|150=0|39=0");
        run->room.last_report++;
        run->number_of_id[i] = i;
        run->order[i].current = i;
    }
}

static void replace_and_ask(struct run *run) {
    struct rig_peer *client = &run->room.rig->client[0];
    for (uint32_t i = 1; i <= ORDERS; i++) {
        rig_say(client, "35=G|11=G%u|41=A%u|55=BTC-USD|54=1|38=2|40=2|44=%u|60=@|", i, i,
                31000 + i);
        rig_settle(run->room.rig);
        if (i == CANCELED) {
            rig_say(client, "35=F|11=C%u|41=A%u|60=@|", i, i);
        }
        rig_say(client, "35=H|11=A%u|54=1|55=BTC-USD|790=S%u|", i, i);
        if (i % 2 == 0) {
            room_settle(&run->room);
        }
    }
}

static void check(const struct run *run, const struct room_refusal *refusal) {
    const char *why = stream_result_name(refusal->reason);
    for (uint32_t i = 1; i <= ORDERS; i++) {
        const struct outcome *order = &run->order[i];
        cr_assert_eq(order->replaces + order->busy, 1, "G%u: sent %u, refused %u (%s after %u)", i,
                     order->replaces, order->busy, why, refusal->skip);
        cr_assert(refusal->venue || order->busy == 0);
        cr_assert_eq(order->refused, i == REFUSED ? order->replaces : 0);
        cr_assert_eq(order->replaced, i == REFUSED ? 0 : order->replaces, "G%u", i);
        cr_assert_eq(order->fills, i == FILLED ? order->replaces : 0);
        cr_assert_eq(order->states, 1, "A%u: %u answers (%s after %u)", i, order->states, why,
                     refusal->skip);
        cr_assert_eq(order->asked, i == DOUBTED, "A%u: %u questions (%s after %u)", i, order->asked,
                     why, refusal->skip);
        cr_assert_eq(order->doubts, i == DOUBTED ? 2 : 0);
        cr_assert_eq(order->cancels, 1, "A%u: %u cancels (%s after %u)", i, order->cancels, why,
                     refusal->skip);
        cr_assert_eq(order->canceled, 1);
    }
    cr_assert_eq(run->room.mass_answers, 1);
    cr_assert_eq(run->room.mass_affected, ORDERS - 1);
    cr_assert_eq(run->room.client_heartbeats, 1);
    cr_assert_eq(run->room.venue_heartbeats, 1);
    cr_assert_eq(order_entry_live_orders(run->room.rig->entry), 0);
}

/* The fill that cannot be read, and the question that is asked for it. */
static void doubt(struct run *run, const struct room_refusal *refusal) {
    struct outcome *order = &run->order[DOUBTED];
    rig_say(&run->room.rig->venue[0],
            "35=8|11=#%u|37=O%u|17=X|150=F|39=1|32=none|31=30000|14=none|60=@|", order->current,
            DOUBTED);
    room_settle_refused(&run->room, refusal);
    /* A question that found no room is asked when the order is looked at again. */
    for (uint32_t i = 0; i <= refusal->count && order->asked == 0; i++) {
        rig_advance(run->room.rig, 1000);
        room_settle(&run->room);
    }
}

/* Turns pass in which the stream still refuses. */
static bool play(const struct room_refusal *refusal) {
    struct rig *rig = rig_up(NULL);
    struct run run = {
        .room = {
            .rig = rig, .context = &run, .venue_hears = venue_hears, .client_hears = client_hears}};
    open_orders(&run);
    room_refuse(&run.room, refusal);
    replace_and_ask(&run);
    room_settle_refused(&run.room, refusal);
    rig_say(&rig->venue[0], "35=1|112=V|");
    doubt(&run, refusal);
    rig_say(&rig->client[0], "35=q|11=Q1|530=7|60=@|");
    rig_say(&rig->client[0], "35=1|112=END|");
    room_settle_refused(&run.room, refusal);
    check(&run, refusal);
    bool refused = room_was_refused(&run.room, refusal);
    rig_end(rig);
    return refused;
}

Test(order_entry_room_change, none_for_any_message_to_the_client, .timeout = 60) {
    room_refuse_everywhere(false, play);
}

Test(order_entry_room_change, none_for_any_message_to_the_venue, .timeout = 60) {
    room_refuse_everywhere(true, play);
}
