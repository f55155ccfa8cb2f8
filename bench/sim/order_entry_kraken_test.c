#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"

/* What is Kraken's own, seen from a client: its counters, its day, its gaps. */

#define BUY(id) "35=D|11=" id "|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|"
#define CANCEL(id, orig) "35=F|11=" id "|41=" orig "|60=@|"
#define ACK(id, order) "35=8|11=" id "|37=" order "|17=X|150=0|39=0|14=0|151=0.5|60=@|"

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

/* Room for three messages, one of them for cancels only; one comes back each second. */
static struct sim with_a_full_counter(void) {
    struct rig_options options = rig_default();
    options.venue_rate =
        (struct rate_limit_config){.limit = 3, .per_minute = 60, .cancel_reserve = 1};
    struct sim sim = up_with(&options);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_expect(sim.venue, "35=D|11=#2");
    return sim;
}

Test(order_entry_kraken, order_over_the_rate_is_refused_and_room_comes_back) {
    struct sim sim = with_a_full_counter();
    rig_say(sim.firm, BUY("A3"));
    rig_expect(sim.firm, "35=8|11=A3|150=8|39=8|103=3|58=TRC-ORD-034: the venue session's message "
                         "rate is used up");
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 1000);
    rig_say(sim.firm, BUY("A4"));
    rig_expect(sim.venue, "35=D");
    finish(&sim);
}

Test(order_entry_kraken, cancels_have_room_of_their_own_and_then_wait) {
    struct sim sim = with_a_full_counter();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_say(sim.firm, CANCEL("C2", "A2"));
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 999);
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 1);
    rig_expect(sim.venue, "35=F|41=#2");
    finish(&sim);
}
