#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* What the venue says cannot be read, or cannot be so: nothing of it is lost without a word. */

#define SAYS(type, status, fields)                                                                 \
    "35=8|11=#1|37=OV|17=X|150=" type "|39=" status "|" fields "|60=@|"
#define FILL(quantity, cumulative) SAYS("F", "1", "32=" quantity "|31=30000|14=" cumulative)
#define UNKNOWN(id) "35=j|45=0|372=F|379=" id "|380=101|58=EOrder:Unknown order|"

/* More digits than the instrument has. */
#define UNREAD "0.1000000001"
#define CANNOT_BE_READ "how much of it is filled cannot be read"

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
    rig_say(sim.venue, SAYS("0", "0", "38=0.5|44=30000|14=0"));
    rig_expect(sim.firm, "35=8|11=A1|150=0|39=0");
    return sim;
}

static void finish(struct sim *sim, uint32_t live) {
    rig_expect_nothing(sim->firm);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), live);
    rig_end(sim->rig);
}

/* The order is over there, and what it traded is for somebody to find out. */
Test(order_entry_evidence, an_end_whose_count_cannot_be_read_says_so) {
    static const char *const counts[] = {"14=0.1000000001", "14=x", "14=-1", "58=no count"};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, FILL(UNREAD, UNREAD));
        rig_expect(sim.firm, "150=I|39=0|14=0|58=in doubt: a fill that cannot be read");
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=4|39=4|%s|60=@|", counts[i]);
        rig_expect(sim.firm, "150=4|39=4|14=0|58=" CANNOT_BE_READ);
        cr_assert_eq(sim.rig->notices[NOTICE_BAD_REPORT], i < 3 ? 2 : 1);
        finish(&sim, 0);
    }
}

Test(order_entry_evidence, an_end_says_so_of_an_order_in_no_doubt_as_well) {
    static const char *const ends[] = {"150=4|39=4", "150=C|39=C"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|%s|14=" UNREAD "|60=@|", ends[i]);
        rig_expect(sim.firm, ends[i]);
        cr_assert_str_eq(sim.rig->notice_text[NOTICE_BAD_REPORT], CANNOT_BE_READ);
        finish(&sim, 0);
    }
}

Test(order_entry_evidence, an_end_that_counts_more_than_was_heard_says_so) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("4", "4", "14=0.1"));
    rig_expect(sim.firm, "150=4|39=4|14=0|58=the venue counts fills of this order that were not "
                         "heard");
    cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], 1);
    finish(&sim, 0);
}

/* Open, and filled nobody knows how far: it is asked about until a count can be read. */
Test(order_entry_evidence, a_status_whose_count_cannot_be_read_settles_nothing) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL(UNREAD, UNREAD));
    rig_expect(sim.firm, "150=I|58=in doubt: a fill that cannot be read");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2");
    rig_say(sim.venue, SAYS("I", "1", "38=0.5|44=30000|14=" UNREAD));
    rig_expect_nothing(sim.firm);
    rig_advance(sim.rig, 6000);
    rig_expect(sim.venue, "35=H|11=#3");
    rig_say(sim.venue, SAYS("I", "1", "38=0.5|44=30000|14=0.1"));
    rig_expect(sim.firm, "150=I|39=0|14=0|" COUNTS("0.1"));
    finish(&sim, 1);
}

/* A cancel of an order open here, refused as of none: somebody is wrong, and it is asked who. */
Test(order_entry_evidence, an_order_the_venue_does_not_know_is_asked_about) {
    struct sim sim = with_order();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2");
    rig_say(sim.venue, UNKNOWN("#2"));
    rig_expect(sim.firm, "35=9|11=C1|41=A1|39=0|102=1");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|58=in doubt: the venue does not know it");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#3|37=OV");
    rig_say(sim.venue, SAYS("I", "4", "38=0.5|44=30000|14=0"));
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4");
    finish(&sim, 0);
}

/* Of another connection's orders a cancel knows nothing: a question does. */
Test(order_entry_evidence, an_order_out_of_reach_is_not_called_unknown) {
    struct sim sim = with_order();
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm, "150=I");
    rig_advance(sim.rig, 2000);
    rig_venue_up(sim.venue);
    rig_say(sim.venue, SAYS("I", "0", "38=0.5|44=30000|14=0"));
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|-58");
    rig_skip(sim.venue);
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2");
    rig_say(sim.venue, UNKNOWN("#2"));
    rig_expect(sim.firm, "35=9|11=C1|41=A1|39=0|102=1");
    rig_expect_nothing(sim.firm);
    rig_expect(sim.venue, "35=H|11=#3|37=OV");
    rig_say(sim.venue, SAYS("I", "4", "38=0.5|44=30000|14=0"));
    rig_expect(sim.firm, "35=8|11=A1|150=4|39=4|14=0");
    finish(&sim, 0);
}

Test(order_entry_evidence, an_order_that_is_over_keeps_its_terms) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("4", "4", "14=0"));
    rig_expect(sim.firm, "150=4|39=4|38=0.5");
    rig_say(sim.venue, SAYS("D", "0", "38=0.4|44=29000|14=0"));
    rig_expect_nothing(sim.firm);
    cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], 1);
    rig_say(sim.venue, FILL("0.1", "0.1"));
    rig_expect(sim.firm, "150=F|39=4|38=0.5|44=30000|14=0.1|151=0");
    finish(&sim, 0);
}

/* Over here and open there: nobody could cancel it any more, so that the router does. */
Test(order_entry_evidence, an_order_that_is_over_here_and_open_there_is_cancelled_there) {
    static const struct {
        const char *end;   /* what ends it here */
        const char *stray; /* what the venue says then */
    } rows[] = {
        {SAYS("4", "4", "14=0"), SAYS("I", "0", "38=0.5|44=30000|14=0")},
        {SAYS("F", "2", "32=0.5|31=30000|14=0.5|151=0"),
         "35=8|11=#1|37=OV|17=X|150=5|39=5|38=1|44=29000|14=0.5|60=@|"},
        {SAYS("C", "C", "14=0"), SAYS("D", "0", "38=0.4|44=30000|14=0")},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, "%s", rows[i].end);
        rig_settle(sim.rig);
        rig_skip(sim.firm);
        rig_say(sim.venue, "%s", rows[i].stray);
        rig_expect(sim.venue, "35=F|11=#2|37=OV|41=#1");
        cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], 1);
        rig_say(sim.venue, "35=8|11=#2|41=#1|37=OV|17=X|150=4|39=4|14=0|60=@|");
        rig_expect_nothing(sim.venue);
        finish(&sim, 0);
    }
}

/* A refused order was never there: what is said of it later says that it was. */
Test(order_entry_evidence, so_is_one_that_was_refused_and_is_acknowledged_later) {
    struct rig *rig = rig_up(NULL);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, "35=D|11=A1|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|");
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, "35=j|45=0|372=D|379=#1|380=0|58=EOrder:Insufficient funds|");
    rig_expect(sim.firm, "35=8|11=A1|150=8|39=8");
    rig_say(sim.firm, "35=H|11=A1|55=BTC-USD|54=1|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=8|-103");
    rig_say(sim.venue, SAYS("0", "0", "38=0.5|44=30000|14=0"));
    rig_expect(sim.venue, "35=F|11=#2|37=OV|41=#1");
    finish(&sim, 0);
}

/* A request that is refused for its id in between changes nothing of what the id of the latest
 * replace is. */
Test(order_entry_evidence, a_replace_taken_after_its_refusal_keeps_its_id) {
    struct sim sim = with_order();
    rig_say(sim.firm, "35=G|11=G1|41=A1|55=BTC-USD|54=1|38=1|40=2|44=29000|60=@|");
    rig_expect(sim.venue, "35=G|11=#2");
    rig_say(sim.venue, "35=j|45=0|372=G|379=#2|380=0|58=EOrder:Insufficient funds|");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2");
    rig_say(sim.firm, "35=G|11=G1|41=A1|55=BTC-USD|54=1|38=2|40=2|44=29000|60=@|");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|102=6");
    rig_say(sim.venue, "35=8|11=#2|41=#1|37=OV|17=X|150=5|39=5|38=1|44=29000|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=G1|41=A1|150=5|39=0|38=1|44=29000");
    rig_say(sim.firm, "35=G|11=G2|41=G1|55=BTC-USD|54=1|38=1.5|40=2|44=29000|60=@|");
    rig_expect(sim.venue, "35=G|11=#3|41=#2");
    finish(&sim, 1);
}

/* How far it went is known, and what it did is not: until the fill is said so that it can be read.
 */
Test(order_entry_evidence, a_fill_that_cannot_be_read_counts_as_far_as_the_venue_says) {
    static const char *const fills[] = {
        SAYS("F", "1", "32=" UNREAD "|31=30000|14=0.1"),
        SAYS("F", "1", "32=0.1|31=x|14=0.1"),
        SAYS("F", "1", "32=0.1|31=0|14=0.1"),
        SAYS("F", "1", "14=0.1"),
    };
    for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, "%s", fills[i]);
        rig_expect(sim.firm, "150=I|39=0|14=0");
        rig_say(sim.venue, SAYS("4", "4", "58=so be it"));
        rig_expect(sim.firm, "150=4|39=4|14=0|58=" CANNOT_BE_READ);
        rig_say(sim.venue, FILL("0.1", "0.1"));
        rig_expect(sim.firm, "150=F|39=4|32=0.1|31=30000|14=0.1");
        finish(&sim, 0);
    }
}

static struct sim with_stray(void) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("4", "4", "14=0"));
    rig_expect(sim.firm, "150=4|39=4");
    rig_say(sim.venue, SAYS("I", "0", "38=0.5|44=30000|14=0"));
    return sim;
}

/* No evidence of anything: the order is open there still. */
Test(order_entry_evidence, a_stray_that_was_not_cancelled_is_cancelled_again) {
    static const char *const answers[] = {
        "35=j|45=0|372=F|379=#2|380=0|58=EGeneral:Internal error|",
        "35=0|",
    };
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct sim sim = with_stray();
        rig_expect(sim.venue, "35=F|11=#2|37=OV|41=#1");
        rig_say(sim.venue, "%s", answers[i]);
        rig_expect_nothing(sim.venue);
        rig_advance(sim.rig, 6500);
        rig_expect(sim.venue, "35=F|11=#3|37=OV|41=#1");
        rig_say(sim.venue, UNKNOWN("#3"));
        rig_advance(sim.rig, 8000);
        rig_expect_nothing(sim.venue);
        finish(&sim, 0);
    }
}

Test(order_entry_evidence, a_stray_is_cancelled_when_its_venue_is_back) {
    struct sim sim = with_stray();
    rig_expect(sim.venue, "35=F|11=#2");
    rig_peer_reset(sim.venue);
    rig_advance(sim.rig, 2000);
    rig_venue_up(sim.venue);
    rig_advance(sim.rig, 1500);
    bool canceled = false;
    for (const char *heard; *(heard = rig_hear(sim.venue)) != '\0';) {
        canceled |= strncmp(heard, "35=F|", 5) == 0;
    }
    cr_assert(canceled);
    finish(&sim, 0);
}

/* Not for ever, and not without a word. */
Test(order_entry_evidence, a_stray_that_nothing_settles_is_given_up) {
    struct sim sim = with_stray();
    unsigned cancels = 0;
    for (int i = 0; i < 100; i++) {
        rig_advance(sim.rig, 5000);
        rig_say(sim.venue, "35=0|");
        rig_say(sim.firm, "35=0|");
        rig_skip(sim.firm);
        for (const char *heard; *(heard = rig_hear(sim.venue)) != '\0';) {
            cancels += strncmp(heard, "35=F|", 5) == 0;
        }
    }
    cr_assert_eq(cancels, 8);
    cr_assert_str_eq(sim.rig->notice_text[NOTICE_CONFLICT],
                     "over here, open there, and not cancelled: given up");
    rig_end(sim.rig);
}
