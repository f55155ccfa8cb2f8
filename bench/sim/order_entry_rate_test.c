#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Cancels that wait for a venue's rate, and what may not go before them. */

#define BUY_ETH(id) "35=D|11=" id "|55=ETH-USD|54=1|38=1|40=2|44=3000|60=@|"
#define REPLACE(id, orig) "35=G|11=" id "|41=" orig "|55=BTC-USD|54=1|38=1|40=2|44=29000|60=@|"
#define ACK(id, order) "35=8|11=" id "|37=" order "|17=X|150=0|39=0|14=0|151=0.5|60=@|"
#define USED_UP "TRC-ORD-034: the venue session's message rate is used up"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim up_with(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    return (struct sim){.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
}

static void finish(struct sim *sim) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

/* One message a second; nothing is kept for cancels. A1 and A2 have used up what there was. */
static struct sim with_a_full_counter(void) {
    struct rig_options options = rig_default();
    options.venue_rate = (struct rate_limit_config){.limit = 2, .per_minute = 60};
    struct sim sim = up_with(&options);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_expect(sim.venue, "35=D|11=#2");
    return sim;
}

static void limit_instruments(struct sim *sim, uint32_t limit, uint32_t reserve) {
    struct rate_limit_config config = {.limit = limit, .per_minute = 60, .cancel_reserve = reserve};
    sim->rig->venues[0]->rates.instrument = rate_limit_make(&config);
}

/* An order comes in the very turn in which there is room again, and in every one before. */
Test(order_entry_rate, orders_do_not_take_what_a_cancel_waits_for) {
    struct sim sim = with_a_full_counter();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect_nothing(sim.venue);
    for (int i = 0; i < 99; i++) {
        rig_say(sim.firm, BUY("B%d"), i);
        rig_expect(sim.firm, "35=8|150=8|103=3|58=" USED_UP);
        rig_advance(sim.rig, 10);
    }
    sim.rig->now.mono.ns += 10 * INT64_C(1000000);
    rig_say(sim.firm, BUY("B99"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.firm, "35=8|11=B99|150=8|103=3|58=" USED_UP);
    rig_advance(sim.rig, 1000);
    rig_say(sim.firm, BUY("B100"));
    rig_expect(sim.venue, "35=D");
    finish(&sim);
}

Test(order_entry_rate, replaces_do_not_either) {
    struct sim sim = with_a_full_counter();
    rig_say(sim.venue, ACK("#2", "O2"));
    rig_expect(sim.firm, "35=8|11=A2|150=0");
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect_nothing(sim.venue);
    sim.rig->now.mono.ns += NS_PER_S;
    rig_say(sim.firm, REPLACE("G1", "A2"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.firm, "35=9|11=G1|41=A2|434=2|58=" USED_UP);
    rig_advance(sim.rig, 1000);
    rig_say(sim.firm, REPLACE("G2", "A2"));
    rig_expect(sim.venue, "35=G|41=#2");
    finish(&sim);
}

/* The order ends without its cancel: nothing waits any more. */
Test(order_entry_rate, a_cancel_that_is_not_wanted_any_more_holds_nothing) {
    struct sim sim = with_a_full_counter();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect_nothing(sim.venue);
    rig_say(sim.venue, "35=8|11=#1|37=O1|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=C1|41=A1|150=4");
    sim.rig->now.mono.ns += NS_PER_S;
    rig_say(sim.firm, BUY("A3"));
    rig_expect(sim.venue, "35=D");
    finish(&sim);
}

/* Kraken counts 8 for the cancel of a young order: more than the two that are kept. */
Test(order_entry_rate, orders_do_not_take_what_is_too_little_for_a_cancel_yet) {
    struct sim sim = up_with(NULL);
    limit_instruments(&sim, 20, 2);
    for (int i = 0; i < 18; i++) {
        rig_say(sim.firm, BUY("X%d"), i);
        rig_expect(sim.venue, "35=D");
    }
    rig_say(sim.firm, CANCEL("C1", "X0"));
    rig_expect_nothing(sim.venue);
    for (int i = 0; i < 4; i++) {
        rig_advance(sim.rig, 1000);
        rig_say(sim.firm, BUY("B%d"), i);
        rig_expect(sim.firm, "35=8|150=8|103=3|58=" USED_UP);
    }
    rig_say(sim.firm, BUY_ETH("E1"));
    rig_expect(sim.venue, "35=D|55=ETH/USD");
    /* It is older than 5 s then, and costs 6. */
    rig_advance(sim.rig, 2000);
    rig_expect(sim.venue, "35=F|41=#1");
    finish(&sim);
}

Test(order_entry_rate, one_instruments_rate_holds_no_other_instruments_cancels) {
    struct sim sim = up_with(NULL);
    limit_instruments(&sim, 12, 8);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_say(sim.firm, BUY("A3"));
    rig_say(sim.firm, BUY_ETH("E1"));
    for (int i = 0; i < 4; i++) {
        rig_expect(sim.venue, "35=D");
        rig_say(sim.venue, ACK("#%d", "O%d"), i + 1, i + 1);
        rig_expect(sim.firm, "35=8|150=0");
    }
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_say(sim.firm, CANCEL("C2", "A2"));
    rig_say(sim.firm, CANCEL("C3", "A3"));
    rig_say(sim.firm, CANCEL("C4", "E1"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#4");
    rig_expect_nothing(sim.venue);
    /* In the order in which they were asked for. */
    rig_advance(sim.rig, 10000);
    rig_expect(sim.venue, "35=F|41=#2");
    rig_advance(sim.rig, 10000);
    rig_expect(sim.venue, "35=F|41=#3");
    finish(&sim);
}

/* More than a turn looks at, all for one instrument: it waits, and does not turn in circles. */
Test(order_entry_rate, many_that_wait_hold_no_other_and_do_not_spin) {
    struct rig_options options = rig_default();
    options.orders = 1024;
    options.requests_per_venue = 4096;
    options.reports_per_client = 4096;
    struct sim sim = up_with(&options);
    for (int i = 0; i < 600; i++) {
        rig_say(sim.firm, BUY("A%d"), i);
        rig_settle(sim.rig);
    }
    rig_say(sim.firm, BUY_ETH("E1"));
    rig_settle(sim.rig);
    rig_skip(sim.venue);
    limit_instruments(&sim, 16, 8);
    for (int i = 0; i < 600; i++) {
        rig_say(sim.firm, "35=F|11=C%d|41=A%d|60=@|", i, i);
        rig_settle(sim.rig);
    }
    rig_say(sim.firm, CANCEL("CE", "E1"));
    rig_expect(sim.venue, "35=F|41=#1|");
    rig_expect(sim.venue, "35=F|41=#2|");
    rig_expect(sim.venue, "35=F|41=#601|");
    uint64_t turns = sim.rig->turns;
    rig_advance(sim.rig, 4000);
    cr_expect_lt(sim.rig->turns - turns, 200);
    rig_skip(sim.firm);
    finish(&sim);
}
