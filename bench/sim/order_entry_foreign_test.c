#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/*
 * Reports about orders that are not this run's: of the run before, of an order whose slot is
 * another's by now, of an id that leads to an entry of ours and is not its id. Somebody is told
 * what there is to know; nothing is booked.
 */

/* 55 and 54 as they were: what a foreign order is told by. */
#define FILL "35=8|11=%s|37=OLD|17=X|55=BTC/USD|54=%c|150=F|39=1|32=0.2|31=%s|14=0.2|60=@|"

#define START_UTC_S INT64_C(1767614400)

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
    char id[REQUEST_UUID_BYTES + 1]; /* of its order */
};

static struct sim with_open_order(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, "35=8|11=#1|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|");
    rig_expect(sim.firm, "11=A1|150=0");
    memcpy(sim.id, rig_id(sim.venue, 1), sizeof(sim.id));
    return sim;
}

/* `count` reports so far were foreign, the latest told as `what` after its id. */
static void expect_foreign(struct sim *sim, uint32_t count, const char *id, const char *what) {
    char text[NOTICE_TEXT_MAX + 1];
    rig_expect_nothing(sim->firm);
    snprintf(text, sizeof(text), "%s %s", id, what);
    cr_assert_str_eq(sim->rig->notice_text[NOTICE_FOREIGN_ORDER], text);
    cr_assert_eq(sim->rig->notices[NOTICE_FOREIGN_ORDER], count);
    cr_assert_eq(order_entry_counters(sim->rig->entry)->foreign_reports, count);
    cr_assert_eq(order_entry_counters(sim->rig->entry)->fills, 0);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), 1);
    const struct exposure_side *buys = order_entry_exposure(sim->rig->entry, 0, 0, ORDER_BUY);
    cr_assert(buys->open == 50000000 && buys->filled == 0);
}

/* The order it has is as it was: all of it may still fill. */
static void finish(struct sim *sim) {
    rig_say(sim->venue, "35=8|11=%s|37=OVENUE|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|",
            sim->id);
    rig_expect(sim->firm, "150=F|39=2|32=0.5|14=0.5|151=0");
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

/*
 * Both runs use the same entry for their order, for the first time. That the epoch of the later one
 * is the same again helps nobody: the time in the ids is another.
 */
Test(order_entry_foreign, late_fills_of_the_run_before_are_noticed) {
    static const uint16_t epochs[] = {2, 1};
    for (size_t i = 0; i < sizeof(epochs) / sizeof(epochs[0]); i++) {
        struct rig_options options = rig_default();
        options.epoch = 1;
        options.start_utc_s = START_UTC_S;
        struct sim before = with_open_order(&options);
        rig_end(before.rig);
        options.epoch = epochs[i];
        options.start_utc_s = START_UTC_S + 3600;
        struct sim sim = with_open_order(&options);
        rig_say(sim.venue, FILL, before.id, '1', "30000");
        expect_foreign(&sim, 1, before.id, "OLD BTC/USD buy 0.2 30000");
        rig_say(sim.venue, FILL, before.id, '2', "29999.9");
        expect_foreign(&sim, 2, before.id, "OLD BTC/USD sell 0.2 29999.9");
        finish(&sim);
    }
}

/* What is open there, by an acknowledgement of an order that nobody placed here. */
Test(order_entry_foreign, open_orders_are_told_by_their_own_terms) {
    struct rig_options options = rig_default();
    struct sim sim = with_open_order(&options);
    static const char id[] = "12345678-1234-4234-8234-123456789012";
    rig_say(sim.venue,
            "35=8|11=%s|37=OLD|17=X|55=ETH/USD|54=2|150=0|39=0|38=3|44=2999.95|14=0|60=@|", id);
    expect_foreign(&sim, 1, id, "OLD ETH/USD sell 3 2999.95");
    finish(&sim);
}

/* One slot and two entries: the order at hand has both of the earlier one's. */
Test(order_entry_foreign, late_fills_after_the_slots_reuse_are_noticed) {
    struct rig_options options = rig_default();
    options.orders = 1;
    options.requests_per_venue = 2;
    options.late_window.ns = NS_PER_S;
    struct sim sim = with_open_order(&options);
    char old[REQUEST_UUID_BYTES + 1];
    memcpy(old, sim.id, sizeof(old));
    for (uint32_t i = 2; i <= 5; i++) {
        rig_say(sim.venue, "35=8|11=%s|37=O|17=X|150=4|39=4|14=0|60=@|", sim.id);
        rig_expect(sim.firm, "150=4");
        rig_advance(sim.rig, 1000);
        rig_say(sim.firm, BUY("A1"));
        rig_expect(sim.venue, "35=D");
        memcpy(sim.id, rig_id(sim.venue, i), sizeof(sim.id));
        rig_say(sim.venue, FILL, old, '1', "30000");
        expect_foreign(&sim, i - 1, old, "OLD BTC/USD buy 0.2 30000");
    }
    finish(&sim);
}

/* `id` with one of its 128 bits turned. */
static void turn_bit(char *id, unsigned bit) {
    static const char digits[] = "0123456789abcdef";
    char *at = id;
    for (unsigned digit = 0; digit < bit / 4 || *at == '-'; at++) {
        digit += *at != '-';
    }
    unsigned value = (unsigned)(strchr(digits, *at) - digits);
    *at = digits[value ^ (1U << bit % 4)];
}

/* Another generation, other check bits, another time: next to ours is not ours. */
Test(order_entry_foreign, an_id_that_is_ours_but_for_a_bit_is_not) {
    struct rig_options options = rig_default();
    options.notice_cells = 256;
    struct sim sim = with_open_order(&options);
    for (unsigned bit = 0; bit < 128; bit++) {
        char id[REQUEST_UUID_BYTES + 1];
        memcpy(id, sim.id, sizeof(id));
        turn_bit(id, bit);
        cr_assert_str_neq(id, sim.id);
        rig_say(sim.venue, FILL, id, '1', "30000");
        expect_foreign(&sim, bit + 1, id, "OLD BTC/USD buy 0.2 30000");
    }
    finish(&sim);
}
