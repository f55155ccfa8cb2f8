#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"

/* Orders in doubt at a venue whose policy is to cancel them: what the answer to that says. */

#define BUY(id) "35=D|11=" id "|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|"
#define REPORT(id, type, status, more)                                                             \
    "35=8|11=" id "|37=OV1|17=X|150=" type "|39=" status "|38=0.5|44=30000|" more "60=@|"
#define CANCELED(id) REPORT(id, "4", "4", "41=#1|14=0|58=User requested|")
#define UNKNOWN(id) "35=j|45=0|372=F|379=" id "|380=101|58=EOrder:Unknown order|"
#define NEVER_THERE "35=8|11=A1|150=8|39=8|58=TRC-ORD-026: the venue never received it"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim up(struct rate_limit_config rate) {
    struct rig_options options = rig_default();
    options.cancel_in_doubt = true;
    options.venue_rate = rate;
    options.heartbeat_s = 300;
    struct rig *rig = rig_up(&options);
    return (struct sim){.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
}

#define UNLIMITED ((struct rate_limit_config){.limit = 0})

static void come_back(struct sim *sim) {
    rig_peer_reset(sim->venue);
    rig_skip(sim->firm);
    rig_advance(sim->rig, 2000);
    rig_venue_up(sim->venue);
}

/* Open when the session was lost, and asked about since it is back: the question is #2. */
static struct sim asked(struct rate_limit_config rate) {
    struct sim sim = up(rate);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, REPORT("#1", "0", "0", "14=0|"));
    rig_expect(sim.firm, "150=0|39=0");
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OV1");
    rig_expect_nothing(sim.venue);
    return sim;
}

/* ... and cancelled, because that was left unanswered: the question is #3, the cancel #4. */
static struct sim probed(void) {
    struct sim sim = asked(UNLIMITED);
    rig_advance(sim.rig, 4000);
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#3|37=OV1");
    rig_expect(sim.venue, "35=F|11=#4|37=OV1|41=#1");
    rig_expect_nothing(sim.venue);
    return sim;
}

/* `probes` cancels went out for it, and `live` orders are left. */
static void finish(struct sim *sim, uint64_t probes, uint32_t live) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    cr_assert_eq(order_entry_counters(sim->rig->entry)->doubt_cancels, probes);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), live);
    const struct exposure_side *buys = order_entry_exposure(sim->rig->entry, 0, 0, ORDER_BUY);
    cr_assert_eq(buys->open != 0, live != 0);
    rig_end(sim->rig);
}

Test(order_entry_probe, none_goes_when_the_question_is_answered) {
    struct sim sim = asked(UNLIMITED);
    rig_say(sim.venue, REPORT("#2", "I", "0", "14=0|"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|-58");
    rig_advance(sim.rig, 20000);
    finish(&sim, 0, 1);
}

Test(order_entry_probe, an_unanswered_question_is_followed_by_a_cancel) {
    struct sim sim = probed();
    rig_say(sim.venue, CANCELED("#4"));
    rig_expect(sim.firm, "35=8|11=A1|-41|150=4|39=4|14=0|151=0|58=TRC-ORD-039: User requested");
    cr_assert_eq(sim.rig->ledger_count, 1);
    cr_assert_eq(sim.rig->ledger[0].state, ORDER_CANCELED);
    rig_advance(sim.rig, 20000);
    finish(&sim, 1, 0);
}

/* Too late: it was filled, and that is told for itself. */
Test(order_entry_probe, a_fill_settles_it_and_the_refusal_is_of_nothing) {
    struct sim sim = probed();
    rig_say(sim.venue, REPORT("#1", "F", "2", "32=0.5|31=30000|14=0.5|"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=2|32=0.5|14=0.5|151=0");
    rig_say(sim.venue, UNKNOWN("#4"));
    rig_advance(sim.rig, 20000);
    finish(&sim, 1, 0);
}

/* What it traded before it was cancelled stays traded. */
Test(order_entry_probe, what_is_left_is_cancelled) {
    struct sim sim = probed();
    rig_say(sim.venue, REPORT("#1", "F", "1", "32=0.2|31=30000|14=0.2|"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=6|32=0.2|14=0.2|151=0.3");
    rig_say(sim.venue, REPORT("#4", "4", "4", "41=#1|14=0.2|"));
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4|14=0.2|151=0|58=TRC-ORD-039: canceled because it "
                         "was in doubt");
    finish(&sim, 1, 0);
}

/* It was there once, so that it may have traded: asked and cancelled again, ever more seldom. */
Test(order_entry_probe, unknown_is_no_end_of_an_order_that_was_there) {
    struct sim sim = probed();
    unsigned number = 4;
    for (int64_t wait_ms = 10000; wait_ms <= 160000; wait_ms *= 2) {
        rig_say(sim.venue, "35=j|45=0|372=F|379=#%u|380=101|58=EOrder:Unknown order|", number);
        rig_expect_nothing(sim.firm);
        rig_advance(sim.rig, (wait_ms < 60000 ? wait_ms : 60000) - 1000);
        rig_expect_nothing(sim.venue);
        rig_advance(sim.rig, 1000);
        rig_expect(sim.venue, "35=H|37=OV1");
        rig_expect(sim.venue, "35=F|37=OV1|41=#1");
        number += 2;
    }
    finish(&sim, 6, 1);
}

/* It was not acknowledged and cannot be asked about: cancelled at once, when it would not be taken
 * any more. */
Test(order_entry_probe, unknown_is_the_end_of_an_order_that_never_was_there) {
    struct sim sim = up(UNLIMITED);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_advance(sim.rig, 9000);
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=A|58=in doubt: the venue did not answer");
    rig_expect(sim.venue, "35=F|11=#2|-37|41=#1");
    rig_say(sim.venue, UNKNOWN("#2"));
    rig_expect(sim.firm, NEVER_THERE);
    finish(&sim, 1, 0);
}

/* The same while it might still be taken: 5 s. */
Test(order_entry_probe, unknown_says_nothing_while_the_venue_may_take_the_order) {
    struct sim sim = up(UNLIMITED);
    rig_say(sim.firm, "35=D|11=A0|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|");
    rig_say(sim.firm, BUY("A1"));
    rig_skip(sim.venue);
    rig_say(sim.venue, "35=2|7=2|16=0|");
    rig_expect(sim.firm, "35=8|11=A0|150=8|39=8");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=A|58=in doubt: the venue may have missed it");
    rig_expect(sim.venue, "35=4|43=Y|123=Y");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=F|11=#3|41=#2");
    rig_say(sim.venue, UNKNOWN("#3"));
    rig_expect_nothing(sim.firm);
    rig_advance(sim.rig, 4000);
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    rig_say(sim.venue, UNKNOWN("#4"));
    rig_expect(sim.firm, NEVER_THERE);
    finish(&sim, 2, 0);
}

/* The answer is late, and of a moment when the order was still to come. */
Test(order_entry_probe, unknown_says_nothing_of_an_order_that_the_question_overtook) {
    struct sim sim = up(UNLIMITED);
    rig_say(sim.firm, "35=D|11=A0|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|");
    rig_say(sim.firm, BUY("A1"));
    rig_skip(sim.venue);
    rig_say(sim.venue, "35=2|7=2|16=0|");
    rig_expect(sim.firm, "35=8|11=A0|150=8|39=8");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=A|58=in doubt: the venue may have missed it");
    rig_expect(sim.venue, "35=4|43=Y|123=Y");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=F|11=#3|41=#2");
    rig_advance(sim.rig, 4500);
    rig_say(sim.venue, UNKNOWN("#3"));
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, "35=8|11=#2|37=OV|17=X|150=0|39=0|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=0");
    finish(&sim, 1, 1);
}

/* A cancel on one connection says nothing of an order of another, which may be open. */
Test(order_entry_probe, unknown_says_nothing_of_an_order_it_does_not_reach) {
    struct sim sim = up(UNLIMITED);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_advance(sim.rig, 6000);
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=F|11=#2|41=#1");
    rig_say(sim.venue, UNKNOWN("#2"));
    finish(&sim, 1, 1);
}

/* The room for its cancel comes after the answer to the question. */
Test(order_entry_probe, a_waiting_cancel_does_not_go_once_the_order_is_known) {
    struct sim sim = asked((struct rate_limit_config){.limit = 4, .per_minute = 60});
    for (int i = 0; i < 9; i++) {
        rig_say(sim.firm, "35=D|11=B%d|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|", i);
    }
    rig_skip(sim.venue);
    rig_skip(sim.firm);
    sim.rig->venues[0]->rates.session_counter.empty_ns += 60 * NS_PER_S;
    rig_advance(sim.rig, 5000);
    rig_expect_nothing(sim.venue);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->doubt_cancels, 1);
    rig_say(sim.venue, REPORT("#2", "I", "0", "14=0|"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|-58");
    sim.rig->venues[0]->rates.session_counter.empty_ns = 0;
    rig_turn(sim.rig);
    rig_expect_nothing(sim.venue);
    rig_end(sim.rig);
}

/* One that the client sends is its own, once the router's is unanswered. */
Test(order_entry_probe, a_client_may_cancel_when_the_cancel_is_left_unanswered) {
    struct sim sim = probed();
    rig_say(sim.firm, "35=F|11=C1|41=A1|60=@|");
    rig_expect(sim.firm, "35=9|11=C1|41=A1|39=6|102=3");
    rig_advance(sim.rig, 5000);
    rig_say(sim.firm, "35=F|11=C2|41=A1|60=@|");
    rig_expect(sim.venue, "35=F|11=#5|37=OV1|41=#1");
    rig_say(sim.venue, CANCELED("#5"));
    rig_expect(sim.firm, "35=8|11=C2|41=A1|150=4|39=4|58=User requested");
    finish(&sim, 1, 0);
}

/* A connection of its own for each question and each cancel. */
Test(order_entry_probe, asks_anew_when_the_venue_was_lost_again) {
    struct sim sim = probed();
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#5");
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 5000);
    rig_expect(sim.venue, "35=H|11=#6");
    rig_expect(sim.venue, "35=F|11=#7|37=OV1");
    rig_say(sim.venue, CANCELED("#7"));
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4|58=TRC-ORD-039: User requested");
    finish(&sim, 2, 0);
}

/* A second doubt in one session: the question comes first again. */
Test(order_entry_probe, each_doubt_begins_with_a_question) {
    struct sim sim = asked(UNLIMITED);
    rig_say(sim.venue, REPORT("#2", "I", "0", "14=0|"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|-58");
    rig_advance(sim.rig, 10000);
    rig_say(sim.venue, REPORT("#1", "F", "1", "32=0.1000000001|31=30000|14=0.1|"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|58=in doubt: a fill that cannot be read");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#3");
    finish(&sim, 0, 1);
}

/* Of a full request table: the cancels' half is lent to the question, and given back. */
Test(order_entry_probe, a_full_request_table_has_room_for_it) {
    struct rig_options options = rig_default();
    options.cancel_in_doubt = true;
    options.orders = 2;
    options.requests_per_venue = 4;
    struct rig *rig = rig_up(&options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    for (unsigned i = 1; i <= 2; i++) {
        rig_say(sim.firm, "35=D|11=A%u|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|", i);
        rig_expect(sim.venue, "35=D");
        rig_say(sim.venue, "35=8|11=#%u|37=OV%u|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|", i, i);
        rig_expect(sim.firm, "150=0|39=0");
    }
    come_back(&sim);
    rig_advance(rig, 1000);
    rig_expect(sim.venue, "35=H|37=OV1");
    rig_expect(sim.venue, "35=H|37=OV2");
    rig_advance(rig, 5000);
    rig_expect(sim.venue, "35=H|37=OV1");
    rig_expect(sim.venue, "35=H|37=OV2");
    rig_expect(sim.venue, "35=F|37=OV1|41=#1");
    rig_expect(sim.venue, "35=F|37=OV2|41=#2");
    rig_say(sim.venue, "35=8|11=#7|41=#1|37=OV1|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4");
    finish(&sim, 2, 1);
}
