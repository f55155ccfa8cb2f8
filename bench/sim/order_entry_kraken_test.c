#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"
#include "venues/kraken/kraken_spot.h"

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

/* 2026-01-05 21:59:50 UTC. */
#define BEFORE_ROLL_OVER_S INT64_C(1767650390)

static struct sim with_an_order_before_the_roll_over(bool keep_numbers) {
    struct rig_options options = rig_default();
    options.venue_day = kraken_spot_dialect.schedule;
    options.start_utc_s = BEFORE_ROLL_OVER_S;
    options.keep_numbers = keep_numbers;
    struct sim sim = up_with(&options);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, ACK("#1", "O1"));
    rig_expect(sim.firm, "35=8|11=A1|150=0");
    return sim;
}

/* Five seconds early, so that no request is on its way when the numbers begin anew. */
static void expect_leave(struct sim *sim) {
    rig_advance(sim->rig, 4999);
    rig_expect_nothing(sim->venue);
    rig_advance(sim->rig, 1);
    rig_expect(sim->venue, "35=5");
    rig_say(sim->venue, "35=5|");
    rig_peer_finish(sim->venue);
    rig_expect(sim->firm, "35=8|11=A1|150=I|39=0|58=in doubt: the venue session was lost");
    cr_assert_eq(sim->rig->notices[NOTICE_VENUE_DOWN], 1);
}

static void expect_pause(struct sim *sim) {
    rig_say(sim->firm, BUY("A2"));
    rig_expect(sim->firm, "35=8|11=A2|150=8|58=TRC-ORD-008: the venue session is down");
    uint64_t turns = sim->rig->turns;
    rig_advance(sim->rig, 34999);
    rig_expect_nothing(sim->venue);
    cr_assert_lt(sim->rig->turns - turns, 200, "it waits, and does not turn in circles");
    cr_assert_eq(sim->rig->notices[NOTICE_VENUE_RETRY], 0);
}

Test(order_entry_kraken, roll_over_is_waited_out_and_begins_at_one) {
    struct sim sim = with_an_order_before_the_roll_over(false);
    expect_leave(&sim);
    expect_pause(&sim);
    rig_peer_forget(sim.venue);
    rig_advance(sim.rig, 1001);
    rig_expect(sim.venue, "35=A|141=Y");
    cr_assert_eq(sim.rig->venues[0]->link.session.next_out, 2, "the Logon was number 1");
    rig_end(sim.rig);
}

/* Without 141=Y it is the day that begins anew. */
Test(order_entry_kraken, roll_over_begins_at_one_whoever_keeps_numbers) {
    struct sim sim = with_an_order_before_the_roll_over(true);
    expect_leave(&sim);
    expect_pause(&sim);
    rig_peer_forget(sim.venue);
    sim.venue->next_in = 1;
    rig_advance(sim.rig, 1001);
    rig_expect(sim.venue, "35=A");
    cr_assert_eq(sim.rig->venues[0]->link.session.next_out, 2, "the Logon was number 1");
    rig_end(sim.rig);
}

/* A new order of the new day is no stranger to its own number of the old one. */
Test(order_entry_kraken, numbers_of_the_old_day_are_forgotten) {
    struct sim sim = with_an_order_before_the_roll_over(false);
    expect_leave(&sim);
    expect_pause(&sim);
    rig_peer_forget(sim.venue);
    rig_advance(sim.rig, 1001);
    rig_venue_up(sim.venue);
    rig_skip(sim.venue);
    rig_say(sim.venue, "35=3|45=2|58=what we said yesterday|");
    rig_settle(sim.rig);
    cr_assert_geq(order_entry_counters(sim.rig->entry)->bad_reports, 1);
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    rig_end(sim.rig);
}
