#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/*
 * The venue counts more of an order as filled than it was heard to say: its client hears that at
 * once, the venue is asked, and what does not come as a fill is booked by what the venue says that
 * its count is worth.
 */

#define SAYS(type, status, fields)                                                                 \
    "35=8|11=#1|37=OV|17=X|150=" type "|39=" status "|" fields "|60=@|"
#define FILL(quantity, price, cumulative)                                                          \
    SAYS("F", "1", "32=" quantity "|31=" price "|14=" cumulative)
/* The answer to a question: a count, and what it is worth. */
#define STATUS(count, worth) SAYS("I", "1", "38=0.5|44=30000|14=" count worth)
#define RECOVERED "58=TRC-ORD-040: not heard as fills: by the venue's count, at its average price"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim with_order_and(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, SAYS("0", "0", "38=0.5|44=30000|14=0|6=0"));
    rig_expect(sim.firm, "35=8|11=A1|150=0|39=0");
    return sim;
}

static struct sim with_order(void) {
    return with_order_and(NULL);
}

static void finish(struct sim *sim, uint64_t recovered, uint32_t live) {
    rig_expect_nothing(sim->firm);
    cr_assert_eq(order_entry_counters(sim->rig->entry)->recovered_fills, recovered);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), live);
    rig_end(sim->rig);
}

Test(order_entry_unheard, fill_is_doubted_at_once_and_asked_about) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("0.1", "29999", "0.3"));
    rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.1|14=0.1");
    rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.1|151=0.4|" COUNTS("0.3"));
    cr_assert_eq(sim.rig->notices[NOTICE_IN_DOUBT], 1);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OV");
    finish(&sim, 0, 1);
}

/* Fills in a row that lead past the hole do not fill it: the client is not to think so. */
Test(order_entry_unheard, fill_leaves_doubt_whatever_follows) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("0.1", "29999", "0.3"));
    rig_skip(sim.firm);
    rig_say(sim.venue, FILL("0.1", "29999", "0.4"));
    rig_expect(sim.firm, "11=A1|150=F|39=1|14=0.2");
    rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.2|" COUNTS("0.4"));
    rig_say(sim.venue, SAYS("I", "1", "38=0.5|44=30000|14=0.4"));
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, FILL("0.2", "29998", "0.2"));
    rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.2|31=29998|14=0.4");
    finish(&sim, 0, 1);
}

Test(order_entry_unheard, fill_is_booked_by_the_answer) {
    static const struct {
        const char *answer;
        const char *told;
    } rows[] = {
        {STATUS("0.3", "|6=29998.5|381=8999.55"), "31=29998.5|14=0.3|151=0.2|6=29998.5"},
        /* Cut; more exactly it is 0.1 at 29998.5 and 0.2 at 29998. */
        {STATUS("0.3", "|6=29998.16666666"), "31=29998.16666667|6=29998.16666667"},
        {STATUS("0.3", "|6=29998.166|381=8999.45"), "31=29998.16666667|6=29998.16666667"},
        /* A sum that is another one. */
        {STATUS("0.3", "|6=29998.5|381=2999.85"), "31=29998.5|6=29998.5"},
        /* Zeros are not said. */
        {STATUS("0.3", "|6=30000"), "31=30000|6=30000"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, SAYS("I", "1", "38=0.5|44=30000|14=0.3"));
        rig_expect(sim.firm, "11=A1|150=I|39=0|14=0|" COUNTS("0.3"));
        rig_advance(sim.rig, 1000);
        rig_expect(sim.venue, "35=H|11=#2|37=OV");
        rig_say(sim.venue, "%s", rows[i].answer);
        rig_expect_nothing(sim.firm);
        rig_advance(sim.rig, 2000);
        const char *told = rig_hear(sim.firm);
        cr_assert(strstr(told, "|150=F|39=1|") != NULL && strstr(told, "|32=0.3|") != NULL &&
                      strstr(told, RECOVERED) != NULL && strstr(told, "|527=") == NULL,
                  "row %zu: %s", i, told);
        rig_say(sim.firm, "35=H|11=A1|54=1|55=BTC-USD|");
        rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.3|-58");
        /* What comes at last is told already. */
        rig_say(sim.venue, FILL("0.3", "29998.5", "0.3"));
        rig_expect_nothing(sim.firm);
        cr_assert_eq(order_entry_counters(sim.rig->entry)->duplicate_fills, 1);
        finish(&sim, 1, 1);
    }
}

/* The fill itself is worth more than the count: it has an id, fees and a price of its own. */
Test(order_entry_unheard, fill_is_waited_for) {
    struct sim sim = with_order();
    rig_say(sim.venue, STATUS("0.3", "|6=30000"));
    rig_expect(sim.firm, "150=I|" COUNTS("0.3"));
    rig_advance(sim.rig, 1900);
    rig_say(sim.venue, FILL("0.3", "30000", "0.3"));
    rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.3|14=0.3|527=X|-58");
    rig_advance(sim.rig, 10000);
    finish(&sim, 0, 1);
}

/* The report behind a fill that was not heard says what both were worth. */
Test(order_entry_unheard, fills_price_is_what_the_next_one_leaves) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("F", "1", "32=0.1|31=29990|14=0.3|6=29996.66666667"));
    rig_expect(sim.firm, "150=F|39=1|32=0.1|31=29990");
    rig_expect(sim.firm, "150=I|" COUNTS("0.3"));
    rig_advance(sim.rig, 3000);
    rig_expect(sim.firm, "150=F|39=1|32=0.2|31=30000|14=0.3|6=29996.66666667|" RECOVERED);
    finish(&sim, 1, 1);
}

Test(order_entry_unheard, fill_ends_an_order_that_is_all_filled) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("I", "2", "38=0.5|44=30000|14=0.5|151=0|6=30000"));
    rig_expect(sim.firm, "150=I|39=0|14=0|" COUNTS("0.5"));
    rig_advance(sim.rig, 3000);
    rig_expect(sim.firm, "150=F|39=2|32=0.5|31=30000|14=0.5|151=0|" RECOVERED);
    cr_assert_eq(sim.rig->ledger_count, 1);
    cr_assert_eq(sim.rig->ledger[0].filled.scaled, 50000000);
    finish(&sim, 1, 0);
}

/* Told as over with less than it filled: what was not heard is told as a late fill. */
Test(order_entry_unheard, fill_of_an_order_that_is_over_is_told_late) {
    static const char *const ends[] = {"4", "C"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=%s|39=%s|14=0.2|6=30000|60=@|", ends[i],
                ends[i]);
        rig_expect(sim.firm, "14=0|58=the venue counts fills of this order that were not heard");
        rig_advance(sim.rig, 3000);
        rig_expect(sim.firm, "150=F|32=0.2|31=30000|14=0.2|151=0|" RECOVERED);
        cr_assert_eq(sim.rig->ledger_count, 2);
        cr_assert_eq(sim.rig->ledger[1].filled.scaled, 20000000);
        finish(&sim, 1, 0);
    }
}

/* Nothing says what it was worth: the venue is asked, a bounded number of times. */
Test(order_entry_unheard, fill_of_an_order_that_is_over_is_asked_about) {
    for (int answered = 0; answered < 2; answered++) {
        struct rig_options options = rig_default();
        options.late_window.ns = NS_PER_S;
        struct sim sim = with_order_and(&options);
        rig_say(sim.venue, SAYS("4", "4", "14=0.2"));
        rig_expect(sim.firm, "150=4|39=4|14=0");
        rig_advance(sim.rig, 1000);
        rig_expect(sim.venue, "35=H|11=#2|37=OV");
        rig_advance(sim.rig, 5000);
        rig_expect(sim.venue, "35=H|11=#3|37=OV");
        if (answered != 0) {
            rig_say(sim.venue, SAYS("I", "4", "14=0.2|6=30000"));
            rig_advance(sim.rig, 1000);
            rig_expect(sim.firm, "150=F|39=4|32=0.2|14=0.2|" RECOVERED);
        }
        uint32_t asked = 2;
        for (int i = 0; i < 120; i++) {
            rig_advance(sim.rig, 10000);
            for (const char *heard; *(heard = rig_hear(sim.venue)) != '\0';) {
                asked += strncmp(heard, "35=H|", 5) == 0;
                rig_say(sim.venue, "35=0|");
            }
            rig_say(sim.firm, "35=0|");
            for (const char *heard; *(heard = rig_hear(sim.firm)) != '\0';) {
                cr_assert_eq(strstr(heard, "35=8|"), NULL, "%s", heard);
            }
        }
        cr_assert_eq(asked, answered != 0 ? 2 : 8);
        finish(&sim, (uint64_t)answered, 0);
    }
}

/* A price that nobody can work out is not made up. */
Test(order_entry_unheard, fill_of_a_worth_that_cannot_be_is_left_to_people) {
    static const char *const worths[] = {"|6=0", "|6=x", "|6=-30000", "|6=0.0000001", ""};
    for (size_t i = 0; i < sizeof(worths) / sizeof(worths[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, SAYS("I", "1", "38=0.5|44=30000|14=0.3%s"), worths[i]);
        rig_expect(sim.firm, "150=I|" COUNTS("0.3"));
        rig_advance(sim.rig, 20000);
        finish(&sim, 0, 1);
    }
}

Test(order_entry_unheard, count_of_more_than_the_order_asked_for_is_left_to_people) {
    struct sim sim = with_order();
    rig_say(sim.venue, STATUS("0.6", "|6=30000"));
    rig_expect(sim.firm, "150=I|" COUNTS("0.6"));
    rig_advance(sim.rig, 3000);
    cr_assert_str_eq(sim.rig->notice_text[NOTICE_CONFLICT],
                     "it counts more as filled than the order asked for");
    finish(&sim, 0, 1);
}

/* The cancel is with the venue, which is there: it will answer. */
Test(order_entry_unheard, fill_drops_no_cancel) {
    struct sim sim = with_order();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2|41=#1");
    rig_say(sim.venue, FILL("0.1", "30000", "0.3"));
    rig_expect(sim.firm, "11=A1|150=F|39=6|14=0.1");
    rig_expect(sim.firm, "11=A1|150=I|39=6|14=0.1|" COUNTS("0.3"));
    rig_say(sim.venue, "35=8|11=#2|41=#1|37=OV|17=X|150=4|39=4|14=0.3|6=30000|60=@|");
    rig_expect(sim.firm, "11=C1|41=A1|150=4|39=4|14=0.1");
    rig_advance(sim.rig, 3000);
    rig_expect(sim.firm, "11=A1|150=F|39=4|32=0.2|14=0.3|" RECOVERED);
    finish(&sim, 1, 0);
}

/* What the count was worth was told by a connection that is lost: more may have been filled since,
 * and what is missing may come again. */
Test(order_entry_unheard, fill_is_not_booked_by_what_was_said_before_the_venue_was_lost) {
    struct rig_options options = rig_default();
    options.keep_numbers = true;
    struct sim sim = with_order_and(&options);
    rig_say(sim.venue, STATUS("0.3", "|6=30000"));
    rig_expect(sim.firm, "150=I|" COUNTS("0.3"));
    rig_peer_reset(sim.venue);
    rig_advance(sim.rig, 5000);
    rig_venue_up(sim.venue);
    rig_advance(sim.rig, 3000);
    rig_expect_nothing(sim.firm);
    rig_expect(sim.venue, "35=H|11=#2|37=OV");
    rig_say(sim.venue, STATUS("0.4", "|6=30000"));
    rig_expect(sim.firm, "150=I|" COUNTS("0.4"));
    rig_advance(sim.rig, 3000);
    rig_expect(sim.firm, "150=F|39=1|32=0.4|31=30000|14=0.4|" RECOVERED);
    finish(&sim, 1, 1);
}

static struct sim with_order_ended_and_venue_lost(void) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("4", "4", "14=0"));
    rig_expect(sim.firm, "150=4|39=4|14=0");
    rig_peer_reset(sim.venue);
    rig_advance(sim.rig, 5000);
    rig_venue_up(sim.venue);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OV");
    return sim;
}

/* Filled as it was cancelled: what told it went down with the connection. */
Test(order_entry_unheard, fill_of_the_last_moment_is_asked_about) {
    struct sim sim = with_order_ended_and_venue_lost();
    rig_say(sim.venue, SAYS("I", "4", "14=0.2|6=30000"));
    rig_advance(sim.rig, 3000);
    rig_expect(sim.firm, "11=A1|150=F|39=4|32=0.2|31=30000|14=0.2|151=0|" RECOVERED);
    finish(&sim, 1, 0);
}

Test(order_entry_unheard, question_in_case_is_over_with_its_answer) {
    static const char *const answers[] = {
        SAYS("I", "4", "14=0"), "35=j|45=0|58=EOrder:Unknown order|372=H|379=#2|380=101|"};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct sim sim = with_order_ended_and_venue_lost();
        unsigned conflicts = sim.rig->notices[NOTICE_CONFLICT];
        rig_say(sim.venue, "%s", answers[i]);
        rig_advance(sim.rig, 20000);
        rig_expect_nothing(sim.venue);
        cr_assert_eq(sim.rig->notices[NOTICE_CONFLICT], conflicts);
        finish(&sim, 0, 0);
    }
}

/* The venue spoke of others long after: it would have told its fill, too. */
Test(order_entry_unheard, fill_of_an_order_that_ended_before_is_not_looked_for) {
    struct sim sim = with_order();
    rig_say(sim.venue, SAYS("4", "4", "14=0"));
    rig_expect(sim.firm, "150=4|39=4|14=0");
    rig_advance(sim.rig, 5001);
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.venue, "35=D|11=#2");
    rig_say(sim.venue, "35=8|11=#2|37=OW|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|");
    rig_skip(sim.firm);
    rig_peer_reset(sim.venue);
    rig_advance(sim.rig, 5000);
    rig_venue_up(sim.venue);
    rig_advance(sim.rig, 3000);
    rig_skip(sim.firm);
    rig_expect(sim.venue, "35=H|11=#3|37=OW");
    rig_expect_nothing(sim.venue);
    finish(&sim, 0, 1);
}
