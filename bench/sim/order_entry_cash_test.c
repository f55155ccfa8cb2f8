#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Orders sized by money, CashOrderQty(152): of their quantity nobody knows but the venue. */

#define SAYS(type, status, fields)                                                                 \
    "35=8|11=#1|37=OV|17=X|150=" type "|39=" status "|" fields "|60=@|"
#define FILL(status, quantity, cumulative)                                                         \
    SAYS("F", status, "32=" quantity "|31=30000|14=" cumulative)

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim with_order(void) {
    struct rig *rig = rig_up(NULL);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, "35=D|11=A1|55=BTC-USD|54=1|152=1000|40=1|60=@|");
    rig_expect(sim.venue, "35=D|11=#1|18=v|38=1000|40=1");
    rig_say(sim.venue, SAYS("0", "0", "38=1000|14=0"));
    rig_expect(sim.firm, "35=8|11=A1|150=0|39=0|-38|152=1000|14=0|151=0");
    return sim;
}

static void finish(struct sim *sim, uint32_t live) {
    rig_expect_nothing(sim->firm);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), live);
    rig_end(sim->rig);
}

Test(order_entry_cash, fills_until_the_venue_says_that_nothing_is_left) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("1", "0.01", "0.01"));
    rig_expect(sim.firm, "150=F|39=1|152=1000|32=0.01|31=30000|14=0.01|151=0|6=30000");
    rig_say(sim.venue, FILL("2", "0.02", "0.03"));
    rig_expect(sim.firm, "150=F|39=2|152=1000|32=0.02|14=0.03|151=0|6=30000");
    finish(&sim, 0);
}

Test(order_entry_cash, is_cancelled_with_what_it_has_filled) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("1", "0.01", "0.01"));
    rig_expect(sim.firm, "150=F|39=1");
    rig_say(sim.firm, "35=F|11=C1|41=A1|60=@|");
    rig_expect(sim.venue, "35=F|11=#2|41=#1");
    rig_say(sim.venue, SAYS("4", "4", "38=1000|14=0.01"));
    rig_expect(sim.firm, "11=C1|41=A1|150=4|39=4|152=1000|14=0.01|151=0|-58");
    finish(&sim, 0);
}

/* It ends with the fill that was missing, though that one says of itself that more was to come. */
Test(order_entry_cash, does_not_end_while_a_fill_is_missing) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("2", "0.01", "0.03"));
    rig_expect(sim.firm, "150=F|39=1|32=0.01|14=0.01");
    rig_expect(sim.firm, "150=I|39=1|" COUNTS("0.03"));
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    rig_say(sim.venue, FILL("1", "0.02", "0.02"));
    rig_expect(sim.firm, "150=F|39=2|32=0.02|14=0.03|151=0");
    finish(&sim, 0);
}

/* A status that calls it filled ends it by fills heard only. */
Test(order_entry_cash, a_status_ends_it_with_its_fills) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("1", "0.01", "0.01"));
    rig_expect(sim.firm, "150=F|39=1");
    rig_say(sim.venue, SAYS("I", "2", "38=1000|14=0.03"));
    rig_expect(sim.firm, "150=I|39=1|14=0.01|" COUNTS("0.03"));
    rig_say(sim.venue, FILL("1", "0.02", "0.03"));
    rig_expect(sim.firm, "150=F|39=2|32=0.02|14=0.03|151=0");
    finish(&sim, 0);
}

/* OrderQty(38) in the venue's words is the money. */
Test(order_entry_cash, money_is_no_quantity) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("D", "0", "38=1000|14=0|58=of itself"));
    rig_expect(sim.firm, "150=D|39=0|-38|152=1000|14=0|151=0|58=of itself");
    rig_say(sim.venue, SAYS("5", "0", "38=900|14=0"));
    rig_say(sim.venue, FILL("2", "0.03", "0.03"));
    rig_expect(sim.firm, "150=F|39=2|-38|152=1000|14=0.03|151=0");
    finish(&sim, 0);
}
