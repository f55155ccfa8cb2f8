#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Orders of which nobody knows: how they came to that, and how they are settled. */

#define ACK(id) "35=8|11=" id "|37=OV" id "|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|"

#define REPLACE(id, quantity)                                                                      \
    "35=G|11=" id "|41=A1|55=BTC-USD|54=1|38=" quantity "|40=2|44=29000|60=@|"
#define FILL(status, quantity, cumulative)                                                         \
    "35=8|11=#1|37=OV1|17=X|150=F|39=" status "|32=" quantity "|31=30000|14=" cumulative "|60=@|"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim up(void) {
    struct rig *rig = rig_up(NULL);
    return (struct sim){.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
}

static void open_order(struct sim *sim, const char *id, const char *symbol, unsigned number) {
    rig_say(sim->firm, "35=D|11=%s|55=%s|54=1|38=0.5|40=2|44=30000|60=@|", id, symbol);
    rig_expect(sim->venue, "35=D");
    rig_say(sim->venue, "35=8|11=#%u|37=OV%u|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|", number,
            number);
    rig_expect(sim->firm, "150=0|39=0");
}

static void come_back(struct sim *sim) {
    rig_peer_reset(sim->venue);
    rig_skip(sim->firm);
    rig_advance(sim->rig, 2000);
    rig_venue_up(sim->venue);
}

static void finish(struct sim *sim) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

Test(order_entry_doubt, asks_when_the_venue_is_back) {
    struct sim sim = up();
    open_order(&sim, "A1", "BTC-USD", 1);
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OV1");
    rig_say(sim.venue, "35=8|11=#2|37=OV1|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|-58");
    rig_advance(sim.rig, 20000);
    finish(&sim);
}

Test(order_entry_doubt, an_unanswered_question_is_asked_again_later) {
    struct sim sim = up();
    open_order(&sim, "A1", "BTC-USD", 1);
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2");
    rig_advance(sim.rig, 4000);
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 2000);
    rig_expect(sim.venue, "35=H|11=#3");
    rig_advance(sim.rig, 8000);
    rig_expect_nothing(sim.venue);
    rig_say(sim.venue, "35=8|11=#3|37=OV1|17=X|150=I|39=4|38=0.5|44=30000|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4");
    finish(&sim);
}

/* A question about an order whose replace nobody knows the fate of is out, 3 s after the replace:
 * the venue may take that within 5 s (62). */
static struct sim asked_about_a_replace(void) {
    struct sim sim = up();
    open_order(&sim, "A1", "BTC-USD", 1);
    rig_say(sim.firm, REPLACE("G1", "1"));
    rig_expect(sim.venue, "35=G|11=#2|62=@+5000");
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#3|37=OV1");
    return sim;
}

#define STATUS_OF_OLD(number)                                                                      \
    "35=8|11=#" number "|37=OV1|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|"

Test(order_entry_doubt, a_status_of_the_new_terms_is_the_replace) {
    struct sim sim = asked_about_a_replace();
    rig_say(sim.venue, "35=8|11=#3|37=OV1|17=X|150=I|39=0|38=1|44=29000|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000");
    finish(&sim);
}

Test(order_entry_doubt, a_status_of_the_old_terms_ends_the_replace_once_its_time_is_over) {
    struct sim sim = asked_about_a_replace();
    rig_say(sim.venue, STATUS_OF_OLD("3"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|38=0.5|44=30000");
    rig_advance(sim.rig, 7000);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|58=in doubt: the venue did not answer a replace");
    rig_expect(sim.venue, "35=H|11=#4");
    rig_say(sim.venue, STATUS_OF_OLD("4"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|38=0.5|44=30000");
    finish(&sim);
}

/* The engine takes the replace after it answered the question. */
Test(order_entry_doubt, a_status_may_overtake_the_replace) {
    struct sim sim = asked_about_a_replace();
    rig_say(sim.venue, STATUS_OF_OLD("3"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|38=0.5");
    rig_say(sim.venue, FILL("1", "0.5", "0.5"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|14=0.5|151=0");
    rig_say(sim.venue, "35=8|11=#2|41=#1|37=OV1|17=X|150=5|39=5|38=1|44=29000|14=0.5|60=@|");
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=1|38=1|44=29000|14=0.5|151=0.5");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    finish(&sim);
}

/* What is said of the order, and not of the question, may answer the first of two. */
Test(order_entry_doubt, a_late_answer_to_an_early_question_ends_no_replace) {
    struct sim sim = asked_about_a_replace();
    rig_advance(sim.rig, 6000);
    rig_expect(sim.venue, "35=H|11=#4|37=OV1");
    rig_say(sim.venue, STATUS_OF_OLD("1"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|38=0.5");
    /* Now both are answered: that it is over is told, as it was told to be pending. */
    rig_say(sim.venue, STATUS_OF_OLD("1"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|38=0.5");
    finish(&sim);
}

/* With a replace to more, which nobody knows the fate of. */
static struct sim with_replace_in_doubt(bool lost) {
    struct sim sim = up();
    open_order(&sim, "A1", "BTC-USD", 1);
    rig_say(sim.firm, REPLACE("G1", "1"));
    rig_expect(sim.venue, "35=G|11=#2");
    if (lost) {
        come_back(&sim);
    } else {
        rig_advance(sim.rig, 6000);
        rig_expect(sim.firm, "35=8|11=A1|150=I|39=E");
        rig_expect(sim.firm, "35=9|11=G1|41=A1|102=2");
        rig_expect(sim.venue, "35=H|11=#3");
    }
    return sim;
}

Test(order_entry_doubt, filled_by_the_old_terms_there_ends_with_a_replace_in_doubt) {
    for (int lost = 0; lost < 2; lost++) {
        struct sim sim = with_replace_in_doubt(lost != 0);
        rig_say(sim.venue, FILL("2", "0.5", "0.5"));
        rig_expect(sim.firm, "35=8|11=A1|150=F|39=2|38=0.5|14=0.5|151=0");
        cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
        finish(&sim);
    }
}

#define TAKEN "35=8|11=#2|41=#1|37=OV1|17=X|150=5|39=5|38=1|44=29000|14=0|60=@|"
#define FILL_BEYOND(status, quantity, cumulative)                                                  \
    "35=8|11=#2|37=OV1|17=X|150=F|39=" status "|32=" quantity "|31=29000|14=" cumulative "|60=@|"

static void expect_open(const struct sim *sim, int64_t open, exposure_sum notional) {
    const struct exposure_side *side = order_entry_exposure(sim->rig->entry, 0, 0, ORDER_BUY);
    cr_assert(side->open == open && side->notional == notional, "%lld open", (long long)side->open);
}

/* That it was taken was lost, or comes late: nothing else lets the venue fill so much. */
Test(order_entry_doubt, filled_beyond_the_old_terms_is_the_replace) {
    for (int lost = 0; lost < 2; lost++) {
        struct sim sim = with_replace_in_doubt(lost != 0);
        rig_say(sim.venue, FILL_BEYOND("1", "0.7", "0.7"));
        rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000|14=0|151=1");
        rig_expect(sim.firm, "35=8|11=G1|150=F|39=1|38=1|14=0.7|151=0.3");
        expect_open(&sim, 30000000, (exposure_sum)30000000 * 290000);
        rig_say(sim.venue, TAKEN);
        rig_expect_nothing(sim.firm);
        rig_say(sim.venue, FILL_BEYOND("2", "0.3", "1"));
        rig_expect(sim.firm, "35=8|11=G1|150=F|39=2|38=1|14=1|151=0");
        cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
        cr_assert_eq(order_entry_counters(sim.rig->entry)->conflicts, 0);
        finish(&sim);
    }
}

/* It is the count that says so: the fills before it were not heard. */
Test(order_entry_doubt, counted_beyond_the_old_terms_is_the_replace) {
    struct sim sim = with_replace_in_doubt(false);
    rig_say(sim.venue, FILL_BEYOND("1", "0.2", "0.7"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|14=0");
    rig_expect(sim.firm, "35=8|11=G1|150=F|39=1|38=1|14=0.2|151=0.8");
    rig_expect(sim.firm, "35=8|11=G1|150=I|39=1|14=0.2|" COUNTS("0.7"));
    rig_say(sim.venue, FILL_BEYOND("1", "0.5", "0.5"));
    rig_expect(sim.firm, "35=8|11=G1|150=F|39=1|14=0.7|151=0.3");
    finish(&sim);
}

Test(order_entry_doubt, all_filled_by_the_new_terms_there_ends_by_them) {
    struct sim sim = with_replace_in_doubt(true);
    rig_say(sim.venue, FILL_BEYOND("2", "1", "1"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000|14=0|151=1");
    rig_expect(sim.firm, "35=8|11=G1|150=F|39=2|38=1|14=1|151=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    expect_open(&sim, 0, 0);
    /* Nor does the venue have it open because it says so late. */
    rig_say(sim.venue, TAKEN);
    rig_expect_nothing(sim.venue);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->conflicts, 0);
    finish(&sim);
}

Test(order_entry_doubt, canceled_with_more_than_the_old_terms_was_replaced_before) {
    struct sim sim = with_replace_in_doubt(false);
    rig_say(sim.venue, "35=8|11=#2|37=OV1|17=X|150=4|39=4|14=0.7|60=@|");
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|38=1|14=0");
    rig_expect(sim.firm, "35=8|11=G1|150=4|39=4|38=1|14=0|151=0|58=the venue counts fills of this "
                         "order that were not heard");
    rig_say(sim.venue, FILL_BEYOND("1", "0.7", "0.7"));
    rig_expect(sim.firm, "35=8|11=G1|150=F|39=4|38=1|14=0.7|151=0");
    finish(&sim);
}

Test(order_entry_doubt, what_is_no_fill_proves_no_replace) {
    struct sim sim = with_replace_in_doubt(false);
    rig_say(sim.venue, FILL_BEYOND("1", "0", "0.7"));
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, FILL_BEYOND("1", "1.2", "1.2"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|38=0.5|14=1.2|151=0");
    rig_skip(sim.firm);
    finish(&sim);
}

Test(order_entry_doubt, refused_at_last_the_replace_ends_an_order_all_filled) {
    struct sim sim = with_replace_in_doubt(false);
    rig_say(sim.venue, FILL("1", "0.5", "0.5"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|14=0.5|151=0");
    rig_say(sim.venue, "35=j|45=0|372=G|379=#2|380=0|58=EOrder:Insufficient funds|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=2|14=0.5|151=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    finish(&sim);
}

/* Its client was told that it is in doubt, and since then that it is pending. */
Test(order_entry_doubt, refused_at_last_the_replace_of_an_open_order_is_pending_no_more) {
    struct sim sim = with_replace_in_doubt(false);
    rig_say(sim.venue, FILL("1", "0.1", "0.1"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|14=0.1|151=0.4");
    rig_say(sim.venue, "35=j|45=0|372=G|379=#2|380=0|58=EOrder:Insufficient funds|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=1|14=0.1|151=0.4|58=EOrder:Insufficient funds");
    expect_open(&sim, 40000000, (exposure_sum)40000000 * 300000);
    finish(&sim);
}

/* The order is open again for all to see: not so its replace, for which patience begins anew. */
Test(order_entry_doubt, a_replace_outlives_the_doubt_and_is_asked_about) {
    struct sim sim = with_replace_in_doubt(false);
    for (int i = 1; i <= 4; i++) {
        rig_say(sim.venue, "35=8|11=#1|37=OV1|17=X|150=F|39=1|32=0.1|31=30000|14=0.%d|60=@|", i);
        rig_expect(sim.firm, "35=8|11=A1|150=F|39=E");
        rig_advance(sim.rig, 1000);
        rig_expect_nothing(sim.firm);
    }
    rig_say(sim.firm, REPLACE("G2", "0.7"));
    rig_expect(sim.firm, "35=9|11=G2|41=A1|58=TRC-ORD-027: a replace of this order is pending");
    rig_advance(sim.rig, 2000);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|58=in doubt: the venue did not answer a replace");
    rig_expect(sim.venue, "35=H|11=#4");
    rig_say(sim.venue, "35=8|11=#4|37=OV1|17=X|150=I|39=1|38=0.5|44=30000|14=0.4|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=1|14=0.4|151=0.1");
    rig_say(sim.firm, REPLACE("G3", "0.7"));
    rig_expect(sim.venue, "35=G|11=#5|41=#1");
    finish(&sim);
}

/* By the terms it tells nothing is left, whatever it calls that. */
Test(order_entry_doubt, a_status_by_the_old_terms_ends_an_order_all_filled) {
    static const char status_of[] = {'1', '2'};
    for (size_t i = 0; i < sizeof(status_of); i++) {
        struct sim sim = with_replace_in_doubt(false);
        rig_say(sim.venue, FILL("1", "0.5", "0.5"));
        rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|14=0.5|151=0");
        /* The venue's clock may be behind ours: asked so soon it may take the replace yet. */
        rig_say(sim.venue, "35=8|11=#3|37=OV1|17=X|150=I|39=1|38=0.5|44=30000|14=0.5|60=@|");
        rig_advance(sim.rig, 7000);
        rig_expect(sim.venue, "35=H|11=#4");
        rig_skip(sim.firm);
        rig_say(sim.venue, "35=8|11=#4|37=OV1|17=X|150=I|39=%c|38=0.5|44=30000|14=0.5|60=@|",
                status_of[i]);
        rig_expect(sim.firm, "35=8|11=A1|150=I|39=2|14=0.5|151=0");
        cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
        finish(&sim);
    }
}

/* The first number asked for was never there; what came after it may have been. */
Test(order_entry_doubt, what_the_venue_missed_is_refused_or_in_doubt) {
    struct sim sim = up();
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_skip(sim.venue);
    rig_say(sim.venue, "35=2|7=2|16=0|");
    rig_expect(sim.firm, "35=8|11=A1|150=8|39=8|58=TRC-ORD-026: the venue never received it");
    rig_expect(sim.firm, "35=8|11=A2|150=I|39=A|58=in doubt: the venue may have missed it");
    rig_expect(sim.venue, "35=4|43=Y|123=Y");
    cr_assert_eq(sim.rig->ledger_count, 1);
    cr_assert_eq(sim.rig->ledger[0].refuser, LEDGER_REFUSED_BY_ROUTER);
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    /* Not known there, once it would not be taken any more: then it never was. */
    rig_say(sim.firm, "35=F|11=C1|41=A2|60=@|");
    rig_expect(sim.venue, "35=F|11=#3|41=#2");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#3|380=101|58=EOrder:Unknown order|");
    rig_expect(sim.firm, "35=9|11=C1|41=A2|39=A|102=1");
    rig_advance(sim.rig, 6000);
    rig_say(sim.firm, "35=F|11=C2|41=A2|60=@|");
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#4|380=101|58=EOrder:Unknown order|");
    rig_expect(sim.firm, "35=8|11=A2|150=8|39=8|58=TRC-ORD-026: the venue never received it");
    rig_expect(sim.firm, "35=9|11=C2|41=A2|39=8|102=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    finish(&sim);
}

Test(order_entry_doubt, a_missed_cancel_goes_again_and_a_missed_replace_does_not) {
    struct sim sim = up();
    open_order(&sim, "A1", "BTC-USD", 1);
    open_order(&sim, "A2", "BTC-USD", 2);
    rig_say(sim.firm, "35=G|11=G1|41=A1|55=BTC-USD|54=1|38=1|40=2|44=29000|60=@|");
    rig_say(sim.firm, "35=F|11=C2|41=A2|60=@|");
    rig_expect(sim.venue, "35=G|11=#3");
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    rig_say(sim.venue, "35=2|7=4|16=0|");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=0|434=2|58=TRC-ORD-026: the venue never received it");
    rig_expect(sim.venue, "35=4|43=Y");
    rig_expect(sim.venue, "35=F|11=#5|41=#2");
    finish(&sim);
}

Test(order_entry_doubt, an_order_never_answered_is_said_to_be_in_doubt) {
    struct sim sim = up();
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D");
    rig_advance(sim.rig, 9000);
    rig_expect_nothing(sim.firm);
    rig_advance(sim.rig, 2000);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=A|58=in doubt: the venue did not answer");
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "35=8|11=A1|150=0|39=0");
    finish(&sim);
}

/* Terms of every kind reach the venue; what it cannot do is refused here. */
Test(order_entry_doubt, stops_and_expiry) {
    struct sim sim = up();
    rig_say(sim.firm, "35=D|11=S1|55=BTC-USD|54=1|38=0.5|40=4|44=30000|99=29900|60=@|");
    rig_expect(sim.venue, "35=D|11=#1|40=4|44=30000|99=29900");
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=0|39=0|14=0|60=@|");
    rig_expect(sim.firm, "11=S1|150=0|40=4|99=29900");
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=D|39=0|40=2|38=0.5|44=30000|14=0|60=@|");
    rig_expect(sim.firm, "11=S1|150=D|39=0|40=4|58=the stop price was reached");
    rig_say(sim.firm, "35=D|11=S2|55=BTC-USD|54=1|38=0.5|40=2|44=30000|59=6|126=@-1000|60=@|");
    rig_expect(sim.firm, "11=S2|150=8|58=TRC-ORD-032: ExpireTime is past or too far ahead");
    rig_say(sim.firm, "35=D|11=S3|55=ETH-USD|54=1|38=0.5|40=3|99=3000.01|60=@|");
    rig_expect(sim.firm, "11=S3|150=8|58=TRC-ORD-031: StopPx is off the tick or out of range");
    finish(&sim);
}

/* Twice as many entries as orders, which is what is advised: the cancels' half is lent. */
Test(order_entry_doubt, a_full_table_is_asked_about_and_can_be_cancelled) {
    struct rig_options options = rig_default();
    options.orders = 4;
    options.requests_per_venue = 8;
    struct rig *rig = rig_up(&options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    for (unsigned i = 1; i <= 4; i++) {
        char id[] = {'A', (char)('0' + i), '\0'};
        open_order(&sim, id, "BTC-USD", i);
    }
    come_back(&sim);
    rig_advance(sim.rig, 1000);
    for (unsigned i = 1; i <= 4; i++) {
        rig_expect(sim.venue, "35=H");
    }
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 6000);
    for (unsigned i = 1; i <= 4; i++) {
        rig_expect(sim.venue, "35=H");
    }
    for (unsigned i = 1; i <= 4; i++) {
        rig_say(sim.firm, "35=F|11=C%u|41=A%u|60=@|", i, i);
        rig_expect(sim.venue, "35=F");
    }
    rig_advance(sim.rig, 4000);
    finish(&sim);
}

/* The answer may be among what the ledger has no room for. */
Test(order_entry_doubt, nothing_is_asked_while_the_venue_is_not_read) {
    struct rig_options options = rig_default();
    options.ledger_cells = 16;
    struct rig *rig = rig_up(&options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    open_order(&sim, "A1", "BTC-USD", 1);
    come_back(&sim);
    rig_advance(rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OV1");
    rig->hold_ledger = true;
    for (int i = 0; i < 15; i++) {
        rig_say(sim.firm, "35=D|11=R%d|55=NONE-USD|54=1|38=1|40=1|60=@|", i);
        rig_expect(sim.firm, "150=8|103=1");
    }
    rig_say(sim.venue, "35=8|11=#2|37=OV1|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
    rig_advance(rig, 25000);
    for (const char *heard; *(heard = rig_hear(sim.venue)) != '\0';) {
        cr_assert_neq(strncmp(heard, "35=H|", 5), 0, "%s", heard);
    }
    rig->hold_ledger = false;
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|-58");
    rig_end(rig);
}
