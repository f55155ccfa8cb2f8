#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* The venue's side: lost and found again, silent, half a message, what is not ours, what is not
 * right. */

#define MISSED "58=in doubt: the venue did not say again what was missed"
#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|"
#define FILL(id, quantity, cumulative)                                                             \
    "35=8|11=" id "|37=OVENUE|17=X|150=F|39=1|32=" quantity "|31=30000|14=" cumulative "|60=@|"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim up_with(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    return (struct sim){.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
}

static struct sim with_open_order(void) {
    struct sim sim = up_with(NULL);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "150=0");
    return sim;
}

static const struct order_entry_counters *counters(const struct sim *sim) {
    return order_entry_counters(sim->rig->entry);
}

static void come_back(struct sim *sim) {
    rig_advance(sim->rig, 2000);
    rig_venue_up(sim->venue);
    cr_assert_eq(sim->rig->notices[NOTICE_VENUE_UP], 2);
}

static void finish(struct sim *sim) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

Test(order_entry_venue, lost_puts_each_unfinished_order_in_doubt_once) {
    struct sim sim = up_with(NULL);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_say(sim.firm, BUY("A3"));
    rig_say(sim.firm, BUY("A4"));
    rig_skip(sim.venue);
    rig_say(sim.venue, ACK("#2"));
    rig_say(sim.venue, FILL("#3", "0.2", "0.2"));
    rig_say(sim.venue, FILL("#4", "0.5", "0.5"));
    rig_skip(sim.firm);
    rig_say(sim.firm, CANCEL("C2", "A2"));
    rig_expect(sim.venue, "35=F|41=#2");
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm,
               "35=8|11=A1|150=I|39=A|14=0|151=0.5|58=in doubt: the venue session was lost");
    rig_expect(sim.firm, "35=8|11=A2|150=I|39=0|151=0.5");
    rig_expect(sim.firm, "35=9|11=C2|41=A2|39=0|102=2|58=TRC-ORD-024: the order is in doubt until "
                         "the venue answers");
    rig_expect(sim.firm, "35=8|11=A3|150=I|39=1|14=0.2|151=0.3");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(sim.rig->notices[NOTICE_IN_DOUBT], 3);
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 3);
    /* Lost again, it is not told again. */
    come_back(&sim);
    rig_peer_reset(sim.venue);
    rig_expect_nothing(sim.firm);
    cr_assert_eq(sim.rig->notices[NOTICE_IN_DOUBT], 3);
    rig_end(sim.rig);
}

Test(order_entry_venue, back_settles_doubt_by_what_it_reports) {
    struct sim sim = up_with(NULL);
    for (int i = 1; i <= 7; i++) {
        rig_say(sim.firm, BUY("A%d"), i);
    }
    rig_skip(sim.venue);
    rig_say(sim.venue, ACK("#2"));
    rig_skip(sim.firm);
    rig_peer_reset(sim.venue);
    rig_skip(sim.firm);
    come_back(&sim);
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "11=A1|150=0|39=0");
    rig_say(sim.venue, ACK("#2"));
    rig_expect(sim.firm, "11=A2|150=I|39=0|-58");
    rig_say(sim.venue, FILL("#3", "0.5", "0.5"));
    rig_expect(sim.firm, "11=A3|150=F|39=2|14=0.5");
    rig_say(sim.venue, "35=8|11=#4|37=O|17=X|150=4|39=4|14=0|58=gone|60=@|");
    rig_expect(sim.firm, "11=A4|150=4|39=4|58=gone");
    rig_say(sim.venue, "35=j|45=0|372=D|379=#5|380=0|58=EOrder:Rate limit exceeded|");
    rig_expect(sim.firm, "11=A5|150=8|39=8|103=3");
    rig_say(sim.venue, "35=8|11=#6|37=O|17=X|150=I|39=4|14=0|60=@|");
    rig_expect(sim.firm, "11=A6|150=4|39=4");
    /* 39=2 without a price is no fill and no open order. */
    rig_say(sim.venue, "35=8|11=#7|37=O|17=X|150=I|39=2|14=0.5|60=@|");
    rig_expect(sim.firm, "11=A7|150=I|39=0|14=0|" COUNTS("0.5"));
    cr_assert_eq(counters(&sim)->missing_fills, 1);
    /* And an order known again can be cancelled again. */
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|41=#1");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 3);
    finish(&sim);
}

Test(order_entry_venue, found_again_counts_what_it_filled_meanwhile) {
    struct sim sim = with_open_order();
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm, "150=I");
    come_back(&sim);
    rig_say(sim.venue, FILL("#1", "0.1", "0.4"));
    rig_expect(sim.firm, "150=F|39=1|32=0.1|14=0.1|151=0.4");
    rig_expect(sim.firm, "150=I|39=1|14=0.1|151=0.4|" COUNTS("0.4"));
    cr_assert_eq(counters(&sim)->missing_fills, 1);
    rig_say(sim.venue, FILL("#1", "0.3", "0.3"));
    rig_expect(sim.firm, "150=F|39=1|32=0.3|14=0.4|151=0.1");
    rig_say(sim.venue, FILL("#1", "0.1", "0.5"));
    rig_expect(sim.firm, "150=F|39=2|14=0.5|151=0");
    finish(&sim);
}

Test(order_entry_venue, that_cancels_more_filled_than_it_reported_is_noticed) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, "35=8|11=#1|37=O|17=X|150=4|39=4|14=0.2|60=@|");
    rig_expect(sim.firm, "150=4|39=4|14=0|151=0|"
                         "58=the venue counts fills of this order that were not heard");
    cr_assert_eq(counters(&sim)->missing_fills, 1);
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|39=4|14=0.2");
    cr_assert_eq(sim.rig->ledger_count, 2);
    cr_assert_eq(sim.rig->ledger[1].filled.scaled, 20000000);
    finish(&sim);
}

/* Numbers go on where they were, and what was said while we were away is asked for. */
Test(order_entry_venue, that_keeps_its_numbers_says_again_what_was_missed) {
    struct rig_options options = rig_default();
    options.keep_numbers = true;
    struct sim sim = up_with(&options);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm, "150=I|39=A");
    rig_advance(sim.rig, 2000);
    /* Number 2 was the fill. */
    sim.venue->next_out = 3;
    rig_venue_up(sim.venue);
    rig_expect(sim.venue, "35=2|7=2|16=2");
    rig_say(
        sim.venue,
        "35=8|34=2|43=Y|122=@-2000|11=#1|37=O|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@-2000|");
    rig_expect(sim.firm, "11=A1|150=F|39=2|14=0.5|60=@-2000");
    rig_say(sim.venue, "35=1|112=T|");
    rig_expect(sim.venue, "35=0|112=T");
    finish(&sim);
}

/* What came ahead of a gap is booked when the gap is closed, whether or not the venue's fill goes
 * over it: nobody will say it again. */
Test(order_entry_venue, that_fills_over_a_gap_takes_no_report_with_it) {
    for (int over = 0; over < 2; over++) {
        struct sim sim = with_open_order();
        uint64_t lost = sim.venue->next_out++;
        rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
        char asked[64];
        snprintf(asked, sizeof(asked), "35=2|7=%llu|16=%llu", (unsigned long long)lost,
                 (unsigned long long)lost);
        rig_expect(sim.venue, asked);
        rig_expect_nothing(sim.firm);
        rig_say(sim.venue, "35=4|34=%llu|43=Y|122=@|123=Y|36=%llu|", (unsigned long long)lost,
                (unsigned long long)lost + 1 + (unsigned)over);
        rig_expect(sim.firm, "11=A1|150=F|39=1|14=0.2");
        rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.2|" MISSED);
        finish(&sim);
    }
}

/* A fill that was garbled on its way, and is not said again: nobody but the venue knows of it. */
Test(order_entry_venue, that_fills_over_what_was_never_heard_leaves_doubt) {
    static const char *const fills[] = {"35=4|34=%llu|43=Y|122=@|123=Y|36=%llu|",
                                        "35=4|34=%llu|123=N|36=%llu|"};
    for (int i = 0; i < 2; i++) {
        struct sim sim = with_open_order();
        unsigned long long lost = sim.venue->next_out++;
        rig_say(sim.venue, "35=0|");
        rig_expect(sim.venue, "35=2");
        rig_say(sim.venue, fills[i], lost, lost + 1 + (unsigned)i);
        rig_expect(sim.firm, "11=A1|150=I|39=0|" MISSED);
        rig_advance(sim.rig, 1000);
        rig_expect(sim.venue, "35=H|37=OVENUE");
        rig_end(sim.rig);
    }
}

/* An order is never sent twice, whatever the venue says it missed. */
Test(order_entry_venue, that_asks_for_orders_again_gets_a_gap_fill) {
    struct sim sim = up_with(NULL);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_skip(sim.venue);
    rig_say(sim.venue, "35=2|7=2|16=0|");
    rig_say(sim.firm, BUY("A3"));
    rig_expect(sim.venue, "35=4|43=Y|123=Y|36=4");
    rig_expect(sim.venue, "35=D|11=#3");
    rig_expect(sim.firm, "11=A1|150=8|58=TRC-ORD-026: the venue never received it");
    rig_expect(sim.firm, "11=A2|150=I|58=in doubt: the venue may have missed it");
    finish(&sim);
}

Test(order_entry_venue, reports_on_what_is_not_ours_are_counted_and_not_booked) {
    static const char *const ids[] = {
        "a0c37ad7-5800-4fd4-8000-040000100000", /* see below: made by another run */
        "12345678-1234-4234-8234-123456789012",
        "00000000-0000-0000-0000-000000000000",
        "A0C37AD7-5800-4FD4-8000-040000100000",
        "1623448294234000",
        "x",
        "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    };
    struct rig_options other_run = rig_default();
    other_run.epoch = 7;
    struct sim other = up_with(&other_run);
    rig_say(other.firm, BUY("A1"));
    rig_expect(other.venue, "35=D|11=#1");
    char foreign[REQUEST_UUID_BYTES + 1];
    memcpy(foreign, rig_id(other.venue, 1), sizeof(foreign));
    rig_end(other.rig);

    struct sim sim = with_open_order();
    uint32_t count = sizeof(ids) / sizeof(ids[0]);
    for (uint32_t i = 0; i < count; i++) {
        const char *id = i == 0 ? foreign : ids[i];
        rig_say(sim.venue, FILL("%s", "0.5", "0.5"), id);
        rig_say(sim.venue, "35=j|45=0|372=D|379=%s|380=0|58=no|", id);
        rig_say(sim.venue, "35=8|11=%s|41=%s|37=O|17=X|150=4|39=4|14=0|60=@|", id, id);
        rig_expect_nothing(sim.firm);
        cr_assert_eq(counters(&sim)->foreign_reports, 3 * (i + 1));
        cr_assert_eq(sim.rig->notices[NOTICE_FOREIGN_ORDER], 3 * (i + 1));
    }
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "150=F|39=2|14=0.5");
    finish(&sim);
}

/* The id of an order that ended so long ago that its entry is another's. */
Test(order_entry_venue, reports_after_the_late_window_are_foreign) {
    struct rig_options options = rig_default();
    options.orders = 1;
    options.requests_per_venue = 2;
    options.late_window.ns = NS_PER_S;
    struct sim sim = up_with(&options);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, "35=8|11=#1|37=O|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "150=4");
    rig_advance(sim.rig, 1000);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#2");
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_say(sim.venue, "35=3|45=2|58=late|");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(counters(&sim)->foreign_reports, 2);
    rig_say(sim.venue, FILL("#2", "0.5", "0.5"));
    rig_expect(sim.firm, "11=A1|150=F|39=2");
    finish(&sim);
}

Test(order_entry_venue, a_fill_that_cannot_be_read_puts_the_order_in_doubt) {
    static const char *const fills[] = {
        "32=0.1|31=30000|14=-0.1|",  "32=0.1|31=30000|14=x|", "32=0.1|31=30000|",
        "32=|31=30000|14=0.1|",      "31=30000|14=0.1|",      "32=0.1|14=0.1|",
        "32=0.1|31=0|14=0.1|",       "32=0|31=30000|14=0|",   "32=-0.1|31=30000|14=0.1|",
        "32=0.123456789|31=1|14=1|", "32=0.1|31=1.23|14=1|",  "32=99999999999999999999|31=1|14=1|",
    };
    for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
        struct sim sim = with_open_order();
        rig_say(sim.venue, "35=8|11=#1|37=O|17=X|150=F|39=1|%s60=@|", fills[i]);
        const char *text = rig_hear(sim.firm);
        cr_assert(strstr(text, "|150=I|39=0|") != NULL, "%s gives %s", fills[i], text);
        cr_assert(strstr(text, "|58=in doubt: ") != NULL, "%s gives %s", fills[i], text);
        cr_assert_eq(counters(&sim)->bad_reports, 1);
        cr_assert_eq(counters(&sim)->fills, 0);
        rig_say(sim.venue, FILL("#1", "0.3", "0.4"));
        rig_expect(sim.firm, "150=F|39=1|32=0.3|14=0.3|151=0.2");
        rig_expect(sim.firm, "150=I|39=1|14=0.3|151=0.2|" COUNTS("0.4"));
        cr_assert_eq(counters(&sim)->missing_fills, 1);
        finish(&sim);
    }
}

Test(order_entry_venue, a_report_without_what_every_report_has_is_noticed) {
    static const char *const reports[] = {
        "35=8|37=O|17=X|150=0|39=0|14=0|60=@|",       "35=8|11=#1|37=O|17=X|39=0|14=0|60=@|",
        "35=8|11=#1|37=O|17=X|150=Z|39=0|14=0|60=@|", "35=8|11=#1|37=O|17=X|150=00|39=0|60=@|",
        "35=8|11=#1|37=O|17=X|150=I|14=0|60=@|",      "35=j|45=0|372=D|380=0|58=EGeneral|",
    };
    struct sim sim = with_open_order();
    uint32_t count = sizeof(reports) / sizeof(reports[0]);
    for (uint32_t i = 0; i < count; i++) {
        rig_say(sim.venue, "%s", reports[i]);
        rig_expect_nothing(sim.firm);
        cr_assert_eq(counters(&sim)->bad_reports, i + 1, "%s", reports[i]);
        cr_assert_eq(sim.rig->notices[NOTICE_BAD_REPORT], i + 1);
    }
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    rig_expect(sim.firm, "150=F|39=2");
    finish(&sim);
}

Test(order_entry_venue, what_cannot_follow_is_counted_and_changes_nothing) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|39=1");
    rig_say(sim.venue, "35=j|45=0|372=D|379=#1|380=0|58=no|");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(counters(&sim)->conflicts, 1);
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    rig_expect(sim.firm, "150=F|39=2");
    rig_say(sim.venue, "35=8|11=#1|37=O|17=X|150=4|39=4|14=0.5|60=@|");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(counters(&sim)->conflicts, 2);
    rig_say(sim.venue, FILL("#1", "0.1", "0.6"));
    rig_expect(sim.firm, "150=F|39=2|32=0.1|14=0.6|151=0");
    cr_assert_gt(counters(&sim)->conflicts, 2);
    finish(&sim);
}

Test(order_entry_venue, that_falls_silent_is_asked_and_then_lost) {
    struct sim sim = with_open_order();
    for (int i = 0; i < 2; i++) {
        rig_advance(sim.rig, 18000);
        rig_say(sim.firm, "35=0|");
    }
    /* 36 s: a fifth more than the interval. */
    rig_expect(sim.venue, "35=0");
    rig_expect(sim.venue, "35=1|112=TEST");
    for (int i = 0; i < 2; i++) {
        rig_advance(sim.rig, 17999);
        rig_say(sim.firm, "35=0|");
    }
    rig_skip(sim.firm);
    cr_assert_str_eq(rig_peer_end(sim.venue), "");
    rig_advance(sim.rig, 2);
    rig_skip(sim.venue);
    cr_assert_str_eq(rig_peer_end(sim.venue), "peer_finished");
    rig_advance(sim.rig, 2000);
    rig_expect(sim.firm, "150=I|58=in doubt: the venue session was lost");
    rig_end(sim.rig);
}

/* Both sides say that they are there, and nothing else, for so long. */
static void beat(struct sim *sim, unsigned seconds) {
    for (unsigned i = 0; i < seconds; i++) {
        rig_advance(sim->rig, 1000);
        rig_say(sim->firm, "35=0|");
        rig_say(sim->venue, "35=0|");
    }
}

/* It may be one that is not read any more: every cancel would go unheard. */
Test(order_entry_venue, that_beats_and_answers_nothing_is_asked_and_then_lost) {
    struct sim sim = with_open_order();
    sim.venue->hears_probes = true;
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|41=#1");
    beat(&sim, 4);
    rig_expect_nothing(sim.venue);
    beat(&sim, 1);
    rig_expect(sim.venue, "35=1|112=PROBE-1");
    beat(&sim, 35);
    rig_skip(sim.firm);
    cr_assert_str_eq(rig_peer_end(sim.venue), "");
    rig_advance(sim.rig, 1000);
    rig_skip(sim.venue);
    cr_assert_str_eq(rig_peer_end(sim.venue), "peer_finished");
    rig_advance(sim.rig, 2000);
    cr_assert_eq(sim.rig->notices[NOTICE_VENUE_DOWN], 1);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|58=in doubt: the venue session was lost");
    rig_expect(sim.firm, "35=9|11=C1|41=A1|102=2");
    rig_end(sim.rig);
}

Test(order_entry_venue, that_answers_the_question_and_not_the_cancel_is_kept) {
    struct sim sim = with_open_order();
    sim.venue->hears_probes = true;
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|41=#1");
    for (int i = 1; i <= 3; i++) {
        beat(&sim, i == 1 ? 6 : 72);
        char probe[64];
        (void)snprintf(probe, sizeof(probe), "35=1|112=PROBE-%d", i);
        const char *said;
        do {
            said = rig_hear(sim.venue);
            cr_assert(said[0] != '\0', "no question %d", i);
        } while (strstr(said, "35=1|") == NULL);
        cr_assert(strstr(said, probe) != NULL, "%s instead of %s", said, probe);
        rig_say(sim.venue, "35=0|112=PROBE-%d|", i);
    }
    cr_assert_eq(sim.rig->notices[NOTICE_VENUE_DOWN], 0);
    rig_say(sim.venue, "35=8|11=#2|41=#1|37=OVENUE|17=X|150=4|39=4|14=0|151=0|60=@|");
    rig_skip(sim.venue);
    rig_skip(sim.firm);
    beat(&sim, 80);
    const char *said;
    while ((said = rig_hear(sim.venue))[0] != '\0') {
        cr_assert(strstr(said, "35=1|") == NULL, "answered, and asked: %s", said);
    }
    rig_end(sim.rig);
}

/* Half a message is no sign of life. */
Test(order_entry_venue, that_says_half_a_message_and_no_more_is_lost) {
    struct sim sim = with_open_order();
    char message[FIX_WIRE_MESSAGE_MAX];
    size_t len = rig_compose(sim.venue, FILL("#1", "0.5", "0.5"), message, sizeof(message));
    rig_say_bytes(sim.venue, message, len / 2);
    for (int i = 0; i < 5; i++) {
        rig_advance(sim.rig, 15000);
        rig_say(sim.firm, "35=0|");
    }
    rig_settle(sim.rig);
    cr_assert_eq(sim.rig->notices[NOTICE_VENUE_DOWN], 1);
    cr_assert_eq(counters(&sim)->fills, 0);
    cr_assert_eq(sim.rig->notices[NOTICE_IN_DOUBT], 1);
    rig_end(sim.rig);
}

Test(order_entry_venue, whose_connection_ends_has_been_read_to_the_end) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    rig_peer_finish(sim.venue);
    rig_expect(sim.firm, "150=F|39=1|14=0.2");
    rig_expect(sim.firm, "150=F|39=2|14=0.5");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(sim.rig->notices[NOTICE_VENUE_DOWN], 1);
    rig_end(sim.rig);
}

/* Nobody can take what the end of the session means for its orders; nobody turns in circles. */
Test(order_entry_venue, that_ends_while_it_is_not_read_is_left_later) {
    struct rig_options options = rig_default();
    options.ledger_cells = 16;
    struct sim sim = up_with(&options);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    sim.rig->hold_ledger = true;
    for (int i = 0; i < 15; i++) {
        rig_say(sim.firm, "35=D|11=R%d|55=NONE-USD|54=1|38=1|40=1|60=@|", i);
        rig_expect(sim.firm, "150=8|103=1");
    }
    rig_say(sim.venue, ACK("#1"));
    rig_say(sim.venue, "35=5|58=bye|");
    rig_settle(sim.rig);
    rig_advance(sim.rig, 20000);
    cr_assert_eq(sim.rig->notices[NOTICE_VENUE_DOWN], 0);
    sim.rig->hold_ledger = false;
    rig_turn(sim.rig);
    rig_expect(sim.firm, "150=0");
    rig_advance(sim.rig, 2000);
    rig_expect(sim.firm, "150=I|11=A1|58=in doubt: the venue session was lost");
    cr_assert_eq(sim.rig->notices[NOTICE_VENUE_DOWN], 1);
    rig_end(sim.rig);
}

Test(order_entry_venue, that_cannot_be_reached_is_tried_again_later_and_later) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    static const enum stream_memory_answer answers[] = {
        STREAM_MEMORY_REFUSE, STREAM_MEMORY_UNREACHABLE, STREAM_MEMORY_TIME_OUT};
    static const char *const words[] = {"refused", "unreachable", "timed out"};
    for (uint32_t i = 0; i < 3; i++) {
        stream_memory_answer(rig->world, 0, 0, answers[i]);
        rig_advance(rig, i == 0 ? 0 : 1000 << (i - 1));
        cr_assert_eq(rig->notices[NOTICE_VENUE_RETRY], i + 1, "%u", i);
        cr_assert_str_eq(rig->notice_text[NOTICE_VENUE_RETRY], words[i]);
    }
    stream_memory_answer(rig->world, 0, 0, STREAM_MEMORY_ACCEPT);
    rig_advance(rig, 4000);
    rig_venue_up(&rig->venue[0]);
    cr_assert_eq(rig->notices[NOTICE_VENUE_UP], 1);
    rig_end(rig);
}

Test(order_entry_venue, that_refuses_the_logon_is_tried_again) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    rig_expect(&rig->venue[0],
               "35=A|98=0|108=30|141=Y|553=KEY|554=SIGNATURE|5025=1767614400000|8674=1");
    rig_say(&rig->venue[0], "35=5|58=EAPI:Invalid signature|");
    rig_peer_finish(&rig->venue[0]);
    rig_settle(rig);
    cr_assert_eq(rig->notices[NOTICE_VENUE_RETRY], 1);
    cr_assert_str_eq(rig->notice_text[NOTICE_VENUE_RETRY], "EAPI:Invalid signature");
    rig_peer_forget(&rig->venue[0]);
    rig_advance(rig, 1000);
    rig_expect(&rig->venue[0], "35=A|141=Y|554=SIGNATURE");
    rig_end(rig);
}

/* The signature is asked for with what the venue will check, and belongs to one connection. */
Test(order_entry_venue, logon_is_signed_for_its_own_connection) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    rig->hold_signatures = true;
    rig_settle(rig);
    const struct question *question = spsc_peek(rig->rings.sign_questions);
    cr_assert_not_null(question);
    uint32_t epoch = question->epoch;
    struct bytes asked = bytes_of(question->text, question->text_len);
    cr_assert(bytes_equal(asked, BYTES("35=A\x01"
                                       "34=1\x01"
                                       "49=TERCEL\x01"
                                       "56=KRAKEN-TRD\x01"
                                       "553=KEY\x01"
                                       "1767614400000")));
    spsc_release(rig->rings.sign_questions);
    rig_peer_reset(&rig->venue[0]);
    rig_advance(rig, 1000);
    /* Of the connection before: ignored. */
    struct answer *answer = spsc_reserve(rig->rings.sign_answers);
    *answer = (struct answer){
        .kind = QUESTION_SIGN, .epoch = epoch, .ok = true, .text_len = 3, .text = "OLD"};
    spsc_publish(rig->rings.sign_answers);
    rig_turn(rig);
    rig_expect_nothing(&rig->venue[0]);
    rig->hold_signatures = false;
    rig_expect(&rig->venue[0], "35=A|554=SIGNATURE");
    rig_end(rig);
}

/* What it said lies there until our Logon is signed, and nobody turns in circles over it. */
Test(order_entry_venue, that_speaks_first_waits_for_the_signature) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    rig->hold_signatures = true;
    rig_settle(rig);
    rig_say(&rig->venue[0], "35=0|");
    rig_advance(rig, 2000);
    rig->hold_signatures = false;
    rig_settle(rig);
    cr_assert_eq(rig->notices[NOTICE_VENUE_RETRY], 0);
    rig_advance(rig, 3000);
    cr_assert_eq(rig->notices[NOTICE_VENUE_RETRY], 1);
    cr_assert_str_eq(rig->notice_text[NOTICE_VENUE_RETRY], fix_end_name(FIX_END_NOT_LOGON));
    rig_end(rig);
}

Test(order_entry_venue, logon_that_nobody_signs_is_given_up) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    rig->hold_signatures = true;
    rig_advance(rig, 10000);
    cr_assert_eq(rig->notices[NOTICE_VENUE_RETRY], 0);
    rig_advance(rig, 2000);
    cr_assert_eq(rig->notices[NOTICE_VENUE_RETRY], 1);
    rig_end(rig);
}

/* One report may cause three: the fill that the venue calls the last, the doubt it leaves, and the
 * end of a pending cancel. All of them reach a client that was away, by its queue or by a resend.
 */
Test(order_entry_venue, report_that_causes_three_waits_for_room_for_them) {
    for (int fills = 8; fills <= 16; fills++) {
        struct rig_options options = rig_default();
        options.reports_per_client = 16;
        struct sim sim = up_with(&options);
        rig_say(sim.firm, BUY("A1"));
        rig_skip(sim.venue);
        rig_say(sim.venue, ACK("#1"));
        rig_expect(sim.firm, "150=0");
        rig_say(sim.firm, CANCEL("C1", "A1"));
        rig_skip(sim.venue);
        rig_peer_reset(sim.firm);
        for (int i = 1; i <= fills; i++) {
            char cumulative[8];
            snprintf(cumulative, sizeof(cumulative), "0.%02d", i);
            rig_say(sim.venue, FILL("#1", "0.01", "%s"), cumulative);
        }
        rig_say(sim.venue, "35=8|11=#1|37=OVENUE|17=X|150=F|39=2|32=0.01|31=30000|14=0.%02d|60=@|",
                fills + 1);
        rig_settle(sim.rig);
        uint64_t unsent = order_entry_counters(sim.rig->entry)->reports_unsent;
        sim.firm->next_in = 3 + unsent;
        rig_client_up(sim.firm);
        for (uint64_t i = unsent; i < (uint64_t)fills + 1; i++) {
            rig_expect(sim.firm, "150=F|11=A1|32=0.01");
        }
        rig_expect(sim.firm, "150=I|11=A1|39=1");
        rig_expect(sim.firm, "35=9|11=C1|41=A1|102=2");
        rig_say(sim.firm, "35=2|7=3|16=%llu|", (unsigned long long)(2 + unsent));
        for (uint64_t i = 0; i < unsent; i++) {
            rig_expect(sim.firm, "43=Y|150=F|11=A1|32=0.01");
        }
        rig_end(sim.rig);
    }
}
