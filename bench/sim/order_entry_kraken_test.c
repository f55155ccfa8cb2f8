#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"
#include "venues/kraken/kraken_spot.h"

/* What is Kraken's own, seen from a client: its counters, its day, its gaps. */

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

#define REPLACE(id, orig) "35=G|11=" id "|41=" orig "|55=BTC-USD|54=1|38=1|40=2|44=29000|60=@|"
#define FAILED(type, id) "35=j|45=0|372=" type "|379=" id "|380=0|58=EService:Unavailable|"

static struct sim with_an_order_that_failed(void) {
    struct sim sim = up_with(NULL);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, FAILED("D", "#1"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=A|151=0.5|58=in doubt, the venue failed: "
                         "EService:Unavailable");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    return sim;
}

Test(order_entry_kraken, an_order_that_failed_there_may_trade) {
    struct sim sim = with_an_order_that_failed();
    rig_say(sim.venue, FAILED("D", "#1"));
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, ACK("#1", "O1"));
    rig_expect(sim.firm, "35=8|11=A1|150=0|39=0");
    rig_say(sim.venue, "35=8|11=#1|37=O1|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=2|14=0.5");
    cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], 0);
    finish(&sim);
}

Test(order_entry_kraken, an_order_that_failed_there_is_refused_by_better_words) {
    struct sim sim = with_an_order_that_failed();
    rig_say(sim.venue, "35=j|45=0|372=D|379=#1|380=0|58=EOrder:Insufficient funds|");
    rig_expect(sim.firm, "35=8|11=A1|150=8|39=8|58=TRC-VEN-002: EOrder:Insufficient funds");
    finish(&sim);
}

Test(order_entry_kraken, an_order_that_failed_there_can_be_cancelled) {
    struct sim sim = with_an_order_that_failed();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2|-37|41=#1");
    rig_say(sim.venue, FAILED("F", "#2"));
    rig_expect(sim.firm, "35=9|11=C1|41=A1|434=1|102=2|58=TRC-VEN-016: EService:Unavailable");
    rig_say(sim.firm, CANCEL("C2", "A1"));
    rig_expect(sim.venue, "35=F|11=#3|-37|41=#1");
    rig_say(sim.venue, "35=8|11=#3|41=#1|37=O1|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=C2|41=A1|150=4|39=4");
    finish(&sim);
}

static struct sim with_a_replace(void) {
    struct sim sim = up_with(NULL);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, ACK("#1", "O1"));
    rig_expect(sim.firm, "35=8|11=A1|150=0");
    rig_say(sim.firm, REPLACE("G1", "A1"));
    rig_expect(sim.venue, "35=G|11=#2|37=O1|41=#1");
    return sim;
}

/* It is asked what became of it. */
Test(order_entry_kraken, a_replace_that_failed_there_may_have_been_taken) {
    struct sim sim = with_a_replace();
    rig_say(sim.venue, FAILED("G", "#2"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|58=in doubt, the venue failed: EService:Unavailable");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2|102=2");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#3|37=O1");
    rig_say(sim.venue, "35=8|11=#2|37=O1|17=X|150=I|39=0|38=1|44=29000|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|38=1|44=29000");
    cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], 0);
    finish(&sim);
}

/* That a replace keeps OrderID(37) was only seen by third parties; where both 37 and 41 are said,
 * 37 counts. */
Test(order_entry_kraken, a_replace_may_give_the_order_another_id_there) {
    struct sim sim = with_a_replace();
    rig_say(sim.venue, "35=8|11=#2|41=#1|37=O2|17=X|150=5|39=5|38=1|44=29000|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|198=O2");
    /* Said late, of the order as it was. */
    rig_say(sim.venue, ACK("#1", "O1"));
    rig_say(sim.firm, CANCEL("C1", "G1"));
    rig_expect(sim.venue, "35=F|11=#3|37=O2|41=#2");
    rig_say(sim.venue, "35=8|11=#3|41=#2|37=O2|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=C1|41=G1|150=4|39=4");
    finish(&sim);
}

#define REPLACE_TO(id, orig, price)                                                                \
    "35=G|11=" id "|41=" orig "|55=BTC-USD|54=1|38=1|40=2|44=" price "|60=@|"

/* By whatever the venue changes an order: of itself, for somebody else, or by a replace that it
 * refused before. */
Test(order_entry_kraken, so_may_any_change_of_it_there) {
    static const struct {
        const char *change;
        const char *told;
    } rows[] = {
        {"35=8|11=#1|37=O2|17=X|150=D|39=0|38=0.4|44=29000|14=0|60=@|", "150=D|38=0.4|198=O2"},
        {"35=8|11=#1|37=O2|17=X|150=5|39=5|38=0.4|44=29000|14=0|60=@|", "150=D|38=0.4|198=O2"},
        {"35=8|11=#2|37=O2|17=X|150=5|39=5|38=1|44=29000|14=0|60=@|", "150=D|38=1|198=O2"},
        {"35=8|11=#2|37=O2|17=X|150=5|39=5|60=@|",
         "150=I|58=in doubt: replaced after the replace was refused"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sim sim = with_a_replace();
        rig_say(sim.venue, "35=j|45=0|372=G|379=#2|380=0|58=EOrder:Insufficient funds|");
        rig_expect(sim.firm, "35=9|11=G1");
        rig_say(sim.firm, REPLACE_TO("G2", "A1", "28000"));
        rig_expect(sim.venue, "35=G|11=#3|37=O1|41=#1");
        rig_say(sim.venue, "%s", rows[i].change);
        rig_expect(sim.firm, rows[i].told);
        rig_settle(sim.rig);
        rig_skip(sim.firm);
        rig_say(sim.firm, CANCEL("C1", "A1"));
        rig_expect(sim.venue, "35=F|11=#4|37=O2");
        rig_end(sim.rig);
    }
}
