#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Replaces: 35=G of a client, what the venue makes of it, and what crosses it on the way. */

#define REPLACE(id, orig, quantity, price)                                                         \
    "35=G|11=" id "|41=" orig "|55=BTC-USD|54=1|38=" quantity "|40=2|44=" price "|60=@|"
#define ACK(id) "35=8|11=" id "|37=OV|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|"
#define FILL(id, quantity, cumulative)                                                             \
    "35=8|11=" id "|37=OV|17=X|150=F|39=1|32=" quantity "|31=30000|14=" cumulative "|60=@|"
#define REPLACED(id, orig, quantity, price, cumulative)                                            \
    "35=8|11=" id "|41=" orig "|37=OV|17=X|150=5|39=5|38=" quantity "|44=" price "|14=" cumulative \
    "|60=@|"
#define REFUSED(id) "35=j|45=0|372=G|379=" id "|380=0|58=EOrder:Insufficient funds|"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim with_order(void) {
    struct rig *rig = rig_up(NULL);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "35=8|11=A1|150=0|39=0");
    return sim;
}

/* To twice as much at 29000, as #2. */
static struct sim with_replace(void) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "1", "29000"));
    rig_expect(sim.venue, "35=G|11=#2|41=#1|37=OV|38=1|44=29000");
    return sim;
}

static void finish(struct sim *sim) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

Test(order_entry_replace, taken_changes_terms_and_id) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000|14=0|151=1");
    /* From now on it is known by the new id, here and there. */
    rig_say(sim.venue, FILL("#2", "0.25", "0.25"));
    rig_expect(sim.firm, "35=8|11=G1|150=F|39=1|38=1|32=0.25|14=0.25|151=0.75");
    rig_say(sim.firm, REPLACE("G2", "G1", "0.75", "29000"));
    rig_expect(sim.venue, "35=G|11=#3|41=#2|38=0.75|44=29000");
    rig_say(sim.venue, REPLACED("#3", "#2", "0.75", "29000", "0.25"));
    rig_expect(sim.firm, "35=8|11=G2|41=G1|150=5|39=1|38=0.75|14=0.25|151=0.5");
    rig_say(sim.firm, CANCEL("C1", "G2"));
    rig_expect(sim.venue, "35=F|11=#4|41=#3");
    rig_say(sim.venue, "35=8|11=#4|41=#3|37=OV|17=X|150=4|39=4|14=0.25|60=@|");
    rig_expect(sim.firm, "35=8|11=C1|41=G2|150=4|39=4|14=0.25|151=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    finish(&sim);
}

/* 150=E says nothing that 150=5 does not, and leaves nothing behind for it: no field of its own,
 * no byte of what was read. */
Test(order_entry_replace, taken_right_behind_its_pending_report) {
    struct sim sim = with_replace();
    rig_say(sim.venue, "35=8|11=#2|41=#1|37=OV|17=X|150=E|39=E|38=1|44=29000|14=0|60=@|");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000|14=0|151=1");
    finish(&sim);
}

/* What was to be cancelled is over; whoever asked hears of it by the id the order has by then. */
Test(order_entry_replace, to_what_is_filled_drops_a_pending_cancel_by_the_new_id) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "0.25", "29000"));
    rig_expect(sim.venue, "35=G|11=#2|41=#1|38=0.25");
    rig_say(sim.firm, "35=q|11=Q1|530=7|60=@|");
    rig_expect(sim.firm, "35=r|11=Q1|531=7");
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    rig_say(sim.venue, FILL("#1", "0.25", "0.25"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|14=0.25");
    rig_say(sim.venue, REPLACED("#2", "#1", "0.25", "29000", "0.25"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=2|38=0.25|14=0.25|151=0");
    rig_expect(sim.firm, "35=9|11=Q1|41=G1|39=2|434=1|102=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    finish(&sim);
}

Test(order_entry_replace, refused_by_the_venue_leaves_the_order_as_it_was) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REFUSED("#2"));
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=0|434=2|102=2");
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=2|38=0.5|44=30000|14=0.5|151=0");
    finish(&sim);
}

Test(order_entry_replace, may_follow_a_refused_one) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REFUSED("#2"));
    rig_expect(sim.firm, "35=9|11=G1");
    rig_say(sim.firm, REPLACE("G1", "A1", "0.4", "30000"));
    rig_expect(sim.firm, "35=9|11=G1|41=A1|102=6|58=TRC-ORD-007: ClOrdID already used");
    rig_say(sim.firm, REPLACE("G2", "A1", "0.4", "30000"));
    rig_expect(sim.venue, "35=G|11=#3|41=#1|38=0.4|44=30000");
    rig_say(sim.venue, REPLACED("#3", "#1", "0.4", "30000", "0"));
    rig_expect(sim.firm, "35=8|11=G2|41=A1|150=5|39=0|38=0.4");
    /* The id of the refused one leads to the order, but is not its own. */
    rig_say(sim.firm, REPLACE("G3", "G1", "0.3", "30000"));
    rig_expect(sim.firm, "35=9|11=G3|41=G1|39=0|434=2|102=99|58=TRC-ORD-028: OrigClOrdID is not "
                         "the order's latest ClOrdID");
    finish(&sim);
}

struct refusal {
    const char *replace;
    const char *answer;
};

Test(order_entry_replace, is_refused_here) {
    static const struct refusal refusals[] = {
        {REPLACE("G1", "NOBODY", "1", "30000"), "35=9|37=NONE|11=G1|41=NOBODY|434=2|102=1|39=8"},
        {REPLACE("G2", "A1", "0.000000001", "30000"),
         "11=G2|39=1|434=2|58=TRC-ORD-017: quantity has more digits than the instrument"},
        {REPLACE("G3", "A1", "0.00005", "30000"),
         "11=G3|58=TRC-ORD-018: quantity outside the instrument's range"},
        {REPLACE("G4", "A1", "1", "30000.05"),
         "11=G4|58=TRC-ORD-015: price has more digits than the instrument"},
        {REPLACE("G5", "A1", "0.2", "30000"),
         "11=G5|102=0|58=TRC-ORD-030: quantity is not above what is filled"},
        {REPLACE("G6", "A1", "0.1", "30000"),
         "11=G6|102=0|58=TRC-ORD-030: quantity is not above what is filled"},
        {"35=G|11=G7|41=A1|55=BTC-USD|54=2|38=1|40=2|44=30000|60=@|",
         "11=G7|58=TRC-ORD-029: a replace cannot change that"},
        {"35=G|11=G8|41=A1|55=ETH-USD|54=1|38=1|40=2|44=3000|60=@|",
         "11=G8|58=TRC-ORD-029: a replace cannot change that"},
        {"35=G|11=G9|41=A1|55=BTC-USD|54=1|38=1|40=1|60=@|",
         "11=G9|58=TRC-ORD-029: a replace cannot change that"},
        {"35=G|11=G10|41=A1|55=BTC-USD|54=1|38=1|40=2|44=30000|59=3|60=@|",
         "11=G10|58=TRC-ORD-029: a replace cannot change that"},
        {"35=G|11=G11|41=A1|55=BTC-USD|54=1|38=1|40=2|44=30000|18=6|60=@|",
         "11=G11|58=TRC-ORD-029: a replace cannot change that"},
        {REPLACE("A1", "A1", "1", "30000"), "11=A1|102=6|58=TRC-ORD-007: ClOrdID already used"},
    };
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|39=1");
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        rig_say(sim.firm, "%s", refusals[i].replace);
        rig_expect(sim.firm, refusals[i].answer);
    }
    finish(&sim);
}

Test(order_entry_replace, of_an_order_not_acknowledged_is_refused) {
    struct rig *rig = rig_up(NULL);
    rig_say(&rig->client[0], BUY("A1"));
    rig_expect(&rig->venue[0], "35=D");
    rig_say(&rig->client[0], REPLACE("G1", "A1", "1", "30000"));
    rig_expect(&rig->client[0], "35=9|11=G1|41=A1|39=A|434=2|"
                                "58=TRC-ORD-020: the venue has not acknowledged the order yet");
    rig_end(rig);
}

Test(order_entry_replace, of_a_finished_order_is_too_late) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "39=2");
    rig_say(sim.firm, REPLACE("G1", "A1", "1", "30000"));
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=2|434=2|102=0|58=TRC-ORD-022: the order is finished");
    finish(&sim);
}

Test(order_entry_replace, one_at_a_time) {
    struct sim sim = with_replace();
    rig_say(sim.firm, REPLACE("G2", "A1", "2", "30000"));
    rig_expect(
        sim.firm,
        "35=9|11=G2|41=A1|39=E|434=2|102=3|58=TRC-ORD-027: a replace of this order is pending");
    rig_say(sim.firm, REPLACE("G3", "G1", "2", "30000"));
    rig_expect(
        sim.firm,
        "35=9|11=G3|41=G1|39=E|434=2|102=3|58=TRC-ORD-027: a replace of this order is pending");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0");
    finish(&sim);
}

Test(order_entry_replace, never_waits_for_room) {
    struct sim sim = with_order();
    stream_memory_window(rig_router_end(sim.venue), 0);
    rig_say(sim.firm, REPLACE("G1", "A1", "1", "30000"));
    rig_expect(sim.firm,
               "35=9|11=G1|41=A1|39=0|434=2|102=2|58=TRC-ORD-009: the venue's send buffer is full");
    stream_memory_window(rig_router_end(sim.venue), SIZE_MAX);
    rig_turn(sim.rig);
    rig_expect_nothing(sim.venue);
    rig_say(sim.firm, REPLACE("G2", "A1", "1", "30000"));
    rig_expect(sim.venue, "35=G|11=#2|41=#1");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "30000", "0"));
    rig_expect(sim.firm, "35=8|11=G2|41=A1|150=5");
    finish(&sim);
}

Test(order_entry_replace, crosses_a_fill) {
    struct sim sim = with_replace();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|38=0.5|14=0.2|151=0.3");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0.2"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=1|38=1|14=0.2|151=0.8");
    finish(&sim);
}

Test(order_entry_replace, to_less_crosses_fills_that_complete_it) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "0.3", "30000"));
    rig_expect(sim.venue, "35=G|11=#2");
    rig_say(sim.venue, FILL("#1", "0.3", "0.3"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|14=0.3|151=0.2");
    rig_say(sim.venue, REPLACED("#2", "#1", "0.3", "30000", "0.3"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=2|38=0.3|14=0.3|151=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    cr_assert_eq(sim.rig->ledger_count, 1);
    finish(&sim);
}

/* Appendix D, C.1.b: the order is not done while it may grow. */
Test(order_entry_replace, to_more_outlives_a_full_fill) {
    struct sim sim = with_replace();
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=E|38=0.5|14=0.5|151=0");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0.5"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=1|38=1|14=0.5|151=0.5");
    finish(&sim);
}

Test(order_entry_replace, refused_after_a_full_fill_ends_the_order) {
    struct sim sim = with_replace();
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "150=F|39=E|151=0");
    rig_say(sim.venue, REFUSED("#2"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=2|14=0.5|151=0");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=2|434=2");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    finish(&sim);
}

/* Silence ends nothing: taken after all, what is left of the order rests there. */
Test(order_entry_replace, unanswered_after_a_full_fill_is_in_doubt_until_answered) {
    struct sim sim = with_replace();
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "150=F|39=E|151=0");
    rig_advance(sim.rig, 4000);
    rig_expect_nothing(sim.firm);
    rig_advance(sim.rig, 2000);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|58=in doubt: the venue did not answer a replace");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=E|434=2|102=2");
    rig_expect(sim.venue, "35=H|11=#3|37=OV");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0.5"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=1|38=1|14=0.5|151=0.5");
    rig_say(sim.firm, CANCEL("C1", "G1"));
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    finish(&sim);
}

Test(order_entry_replace, unanswered_puts_the_order_in_doubt) {
    struct sim sim = with_replace();
    rig_advance(sim.rig, 6000);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|58=in doubt: the venue did not answer a replace");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=E|434=2|102=2|58=TRC-ORD-024: the order is in doubt "
                         "until the venue answers");
    rig_expect(sim.venue, "35=H|11=#3|37=OV");
    rig_say(sim.firm, REPLACE("G2", "A1", "2", "30000"));
    rig_expect(sim.firm, "35=9|11=G2|41=A1|434=2|102=2|58=TRC-ORD-024: the order is in doubt until "
                         "the venue answers");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1");
    finish(&sim);
}

Test(order_entry_replace, crosses_an_end) {
    struct sim sim = with_replace();
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=4|39=4|14=0|58=so be it|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4|58=so be it");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=4|434=2|102=0|58=TRC-ORD-022: the order is finished");
    rig_say(sim.venue, REFUSED("#2"));
    finish(&sim);
}

/* The cancel went out for the old id; the venue renamed the order first. */
Test(order_entry_replace, crosses_a_cancel_that_goes_again) {
    struct sim sim = with_replace();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=6");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#3|380=101|58=EOrder:Unknown order|");
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    rig_say(sim.venue, "35=8|11=#4|41=#2|37=OV|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=C1|41=G1|150=4|39=4");
    finish(&sim);
}

Test(order_entry_replace, is_cancelled_before_it_is_answered) {
    struct sim sim = with_replace();
    rig_say(sim.firm, CANCEL("C1", "G1"));
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    rig_say(sim.venue, "35=8|11=#3|41=#1|37=OV|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=C1|41=A1|150=4|39=4");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|39=4|434=2|102=0");
    finish(&sim);
}

/* Said of the order by its first id, or of itself. */
Test(order_entry_replace, by_the_venue_alone_is_a_restatement) {
    struct sim sim = with_order();
    rig_say(sim.venue, REPLACED("#1", "#1", "0.4", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=A1|150=D|38=0.4|44=29000|58=changed at the venue, not from here");
    rig_say(sim.venue, REPLACED("#1", "#1", "0.4", "29000", "0"));
    finish(&sim);
}

/* The venue takes away what is open, and then gives more. */
Test(order_entry_replace, to_more_outlives_a_restatement_to_what_is_filled) {
    for (int taken = 0; taken < 2; taken++) {
        struct sim sim = with_replace();
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=F|39=1|32=0.2|31=30000|14=0.2|60=@|");
        rig_expect(sim.firm, "150=F|39=E|14=0.2");
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=D|39=1|38=0.2|44=30000|14=0.2|60=@|");
        rig_expect(sim.firm, "11=A1|150=D|39=E|38=0.2|14=0.2|151=0");
        cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
        rig_say(sim.venue, taken ? REPLACED("#2", "#1", "1", "29000", "0.2") : REFUSED("#2"));
        if (taken) {
            rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=1|38=1|14=0.2|151=0.8");
        } else {
            rig_expect(sim.firm, "35=8|11=A1|150=I|39=2|14=0.2");
            rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2");
        }
        finish(&sim);
    }
}

Test(order_entry_replace, said_again_changes_nothing) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "150=5");
    rig_say(sim.firm, REPLACE("G2", "G1", "2", "28000"));
    rig_expect(sim.venue, "35=G|11=#3|41=#2");
    rig_say(sim.venue, REPLACED("#3", "#2", "2", "28000", "0"));
    rig_expect(sim.firm, "11=G2|41=G1|150=5|38=2|44=28000");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_say(sim.venue, REPLACED("#3", "#2", "2", "28000", "0"));
    finish(&sim);
}

/* One that was refused, and is taken all the same while another is on its way. */
Test(order_entry_replace, taken_after_its_refusal_counts_though_another_is_out) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REFUSED("#2"));
    rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2");
    rig_say(sim.firm, REPLACE("G2", "A1", "0.7", "28000"));
    rig_expect(sim.venue, "35=G|11=#3|41=#1");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=A1|150=D|38=1|44=29000");
    cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], 1);
    rig_say(sim.venue, REFUSED("#3"));
    rig_expect(sim.firm, "35=9|11=G2|41=A1|39=0|434=2");
    finish(&sim);
}

/* There and back: what the first of three said says nothing of the third, whose terms are its. */
Test(order_entry_replace, said_again_takes_no_other_of_the_same_terms) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "150=5");
    rig_say(sim.firm, REPLACE("G2", "G1", "1", "28000"));
    rig_expect(sim.venue, "35=G|11=#3|41=#2");
    rig_say(sim.venue, REPLACED("#3", "#2", "1", "28000", "0"));
    rig_expect(sim.firm, "11=G2|41=G1|150=5");
    rig_say(sim.firm, REPLACE("G3", "G2", "1", "29000"));
    rig_expect(sim.venue, "35=G|11=#4|41=#3");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, REFUSED("#4"));
    rig_expect(sim.firm, "35=9|11=G3|41=G2|39=0|434=2");
    finish(&sim);
}

/* What the order had is no word that it is open; what it was refused is. */
Test(order_entry_replace, said_again_of_a_finished_order_is_no_news) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "150=5");
    rig_say(sim.firm, REPLACE("G2", "G1", "2", "29000"));
    rig_expect(sim.venue, "35=G|11=#3");
    rig_say(sim.venue, REPLACED("#3", "#2", "2", "29000", "0"));
    rig_expect(sim.firm, "150=5");
    rig_say(sim.firm, REPLACE("G3", "G2", "3", "29000"));
    rig_expect(sim.venue, "35=G|11=#4");
    rig_say(sim.venue, REFUSED("#4"));
    rig_expect(sim.firm, "35=9|11=G3");
    rig_say(sim.venue, "35=8|11=#3|37=OV|17=X|150=F|39=2|32=2|31=29000|14=2|60=@|");
    rig_expect(sim.firm, "150=F|39=2");
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_say(sim.venue, REPLACED("#3", "#2", "2", "29000", "0"));
    rig_expect_nothing(sim.venue);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->conflicts, 0);
    rig_say(sim.venue, REPLACED("#4", "#3", "3", "29000", "0"));
    rig_expect(sim.venue, "35=F|41=#3");
    cr_assert_eq(order_entry_counters(sim.rig->entry)->conflicts, 1);
    finish(&sim);
}

Test(order_entry_replace, to_other_terms_than_asked_is_as_the_venue_says) {
    struct sim sim = with_replace();
    rig_say(sim.venue, REPLACED("#2", "#1", "0.9", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=0.9|44=29000|151=0.9");
    cr_assert_eq(order_entry_counters(sim.rig->entry)->conflicts, 1);
    finish(&sim);
}

Test(order_entry_replace, lost_with_the_venue_is_settled_by_what_it_reports) {
    struct sim sim = with_replace();
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|58=in doubt: the venue session was lost");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2|102=2|58=TRC-ORD-024: the order is in doubt until "
                         "the venue answers");
    rig_advance(sim.rig, 2000);
    rig_venue_up(sim.venue);
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0"));
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000");
    finish(&sim);
}

/* A slot has as many requests as ever; the ids of the latest are known. */
Test(order_entry_replace, again_and_again_takes_no_more_room) {
    struct rig_options options = rig_default();
    options.requests_per_venue = 32;
    struct rig *rig = rig_up(&options);
    struct rig_peer *firm = &rig->client[0];
    struct rig_peer *venue = &rig->venue[0];
    rig_say(firm, BUY("A0"));
    rig_expect(venue, "35=D|11=#1");
    rig_say(venue, ACK("#1"));
    rig_expect(firm, "150=0");
    for (unsigned i = 1; i <= 100; i++) {
        rig_say(firm, "35=G|11=A%u|41=A%u|55=BTC-USD|54=1|38=%u|40=2|44=30000|60=@|", i, i - 1, i);
        rig_expect(venue, "35=G");
        rig_say(venue, "35=8|11=#%u|41=#%u|37=OV|17=X|150=5|39=5|38=%u|44=30000|14=0|60=@|", i + 1,
                i, i);
        rig_expect(firm, "150=5|39=0");
    }
    /* By its first id, and by one of the latest. */
    rig_say(venue, FILL("#1", "1", "1"));
    rig_expect(firm, "11=A100|150=F|14=1");
    rig_say(venue, FILL("#99", "1", "2"));
    rig_expect(firm, "11=A100|150=F|14=2");
    rig_say(venue, FILL("#9", "1", "3"));
    rig_expect_nothing(firm);
    cr_assert_eq(order_entry_counters(rig->entry)->foreign_reports, 1);
    rig_end(rig);
}
