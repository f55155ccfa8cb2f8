#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* The venue session ends with a gap open: what was said behind that is known, and is told. */

#define ACK(id) "35=8|11=" id "|37=OV|17=X|150=0|39=0|14=0|151=0.5|60=@|"
#define FILL_BODY(id, exec, quantity, price, cumulative)                                           \
    "11=" id "|37=OV|17=" exec "|150=F|39=1|32=" quantity "|31=" price "|14=" cumulative "|60=@|"
#define FILL(id, exec, quantity, price, cumulative)                                                \
    "35=8|" FILL_BODY(id, exec, quantity, price, cumulative)

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
    unsigned long long lost; /* the number that never came */
};

/* An order of 0.5, a fill of 0.1 that was not heard, and two behind it. */
static struct sim with_gap(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "150=0");
    sim.lost = sim.venue->next_out++;
    rig_say(sim.venue, FILL("#1", "X2", "0.1", "29999", "0.2"));
    rig_say(sim.venue, "35=0|");
    rig_say(sim.venue, FILL("#1", "X3", "0.2", "29998", "0.4"));
    rig_expect(sim.venue, "35=2");
    rig_expect_nothing(sim.firm);
    return sim;
}

static void expect_left(struct sim *sim) {
    rig_expect(sim->firm, "11=A1|150=F|39=1|32=0.1|31=29999|14=0.1");
    rig_expect(sim->firm, "11=A1|150=I|39=1|14=0.1|" COUNTS("0.2"));
    rig_expect(sim->firm, "11=A1|150=F|39=1|32=0.2|31=29998|14=0.3");
    rig_expect(sim->firm, "11=A1|150=I|39=1|14=0.3|" COUNTS("0.4"));
    rig_expect_nothing(sim->firm);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), 1);
}

Test(order_entry_early, is_told_when_the_connection_breaks) {
    struct sim sim = with_gap(NULL);
    rig_peer_reset(sim.venue);
    expect_left(&sim);
    rig_end(sim.rig);
}

Test(order_entry_early, is_told_when_the_venue_hangs_up_without_a_word) {
    struct sim sim = with_gap(NULL);
    rig_peer_finish(sim.venue);
    expect_left(&sim);
    rig_end(sim.rig);
}

Test(order_entry_early, is_told_when_the_venue_logs_out_behind_the_gap) {
    struct sim sim = with_gap(NULL);
    rig_say(sim.venue, "35=5|");
    rig_expect(sim.venue, "35=5");
    rig_peer_finish(sim.venue);
    expect_left(&sim);
    rig_end(sim.rig);
}

/* Asked for time and again, and never said. */
Test(order_entry_early, is_told_when_the_gap_is_given_up) {
    struct sim sim = with_gap(NULL);
    bool over = false;
    for (int i = 0; i < 60 && !over; i++) {
        rig_advance(sim.rig, 5000);
        rig_say(sim.venue, "35=0|");
        rig_say(sim.firm, "35=0|");
        rig_skip(sim.firm);
        for (const char *heard; *(heard = rig_hear(sim.venue)) != '\0';) {
            over |= strncmp(heard, "35=5|", 5) == 0;
        }
    }
    cr_assert(over);
    rig_say(sim.venue, "35=5|");
    rig_peer_finish(sim.venue);
    expect_left(&sim);
    rig_end(sim.rig);
}

/* The connection goes on, and the numbers do not: what was missed will not be said again. */
Test(order_entry_early, is_told_when_the_venue_resets_its_numbers) {
    for (unsigned long long by = 1; by <= 9; by += 8) {
        struct sim sim = with_gap(NULL);
        rig_say(sim.venue, "35=4|123=N|36=%llu|", sim.lost + by);
        sim.venue->next_out = sim.lost + by;
        rig_say(sim.venue, FILL("#1", "X4", "0.05", "29997", "0.45"));
        rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.1|31=29999|14=0.1");
        rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.1|" COUNTS("0.2"));
        rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.2|31=29998|14=0.3");
        rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.3|" COUNTS("0.4"));
        rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.05|31=29997|14=0.35");
        rig_expect(sim.firm, "11=A1|150=I|39=1|14=0.35|" COUNTS("0.45"));
        rig_expect_nothing(sim.firm);
        rig_end(sim.rig);
    }
}

/* Its Logon would have to be signed anew: that is done by another connection. */
Test(order_entry_early, is_told_when_the_venue_begins_anew) {
    struct sim sim = with_gap(NULL);
    rig_say(sim.venue, "35=A|34=1|98=0|108=30|141=Y|");
    rig_expect(sim.venue, "35=5|58=Reset by reconnecting");
    rig_say(sim.venue, "35=5|");
    rig_peer_finish(sim.venue);
    expect_left(&sim);
    rig_end(sim.rig);
}

/* It comes again behind the one that was missing, where the numbers go on: nothing is told twice.
 */
Test(order_entry_early, that_comes_again_is_told_once) {
    struct rig_options options = rig_default();
    options.keep_numbers = true;
    struct sim sim = with_gap(&options);
    rig_peer_reset(sim.venue);
    expect_left(&sim);
    rig_advance(sim.rig, 2000);
    rig_venue_up(sim.venue);
    rig_expect(sim.venue, "35=2");
    rig_say(sim.venue, "35=8|34=%llu|43=Y|122=@|" FILL_BODY("#1", "X1", "0.1", "30000", "0.1"),
            sim.lost);
    rig_expect(sim.firm, "11=A1|150=F|39=1|32=0.1|31=30000|14=0.4");
    rig_say(sim.venue, "35=8|34=%llu|43=Y|122=@|" FILL_BODY("#1", "X2", "0.1", "29999", "0.2"),
            sim.lost + 1);
    rig_say(sim.venue, "35=4|34=%llu|43=Y|122=@|123=Y|36=%llu|", sim.lost + 2, sim.lost + 3);
    rig_say(sim.venue, "35=8|34=%llu|43=Y|122=@|" FILL_BODY("#1", "X3", "0.2", "29998", "0.4"),
            sim.lost + 3);
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, "35=8|34=%llu|" FILL_BODY("#1", "X4", "0.1", "29998", "0.5"), sim.lost + 5);
    rig_expect(sim.firm, "11=A1|150=F|39=2|32=0.1|14=0.5");
    rig_expect_nothing(sim.firm);
    rig_end(sim.rig);
}

/* More than one turn can tell, and more of what says nothing than one poll looks at. */
Test(order_entry_early, is_told_to_the_last) {
    struct sim sim = with_gap(NULL);
    for (int i = 0; i < 200; i++) {
        rig_say(sim.venue, "35=0|");
    }
    for (int i = 0; i < 40; i++) {
        char fill[200];
        (void)snprintf(fill, sizeof(fill), FILL("#1", "Y%d", "0.001", "29997", "0.%03d"), i,
                       401 + i);
        rig_say(sim.venue, "%s", fill);
    }
    rig_settle(sim.rig);
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm, "11=A1|150=F|31=29999|14=0.1");
    rig_expect(sim.firm, "11=A1|150=I|" COUNTS("0.2"));
    rig_expect(sim.firm, "11=A1|150=F|31=29998|14=0.3");
    rig_expect(sim.firm, "11=A1|150=I|" COUNTS("0.4"));
    for (int i = 0; i < 40; i++) {
        char told[64];
        (void)snprintf(told, sizeof(told), "11=A1|150=F|32=0.001|14=0.3%02d", i + 1);
        if ((i + 1) % 10 == 0) {
            (void)snprintf(told, sizeof(told), "11=A1|150=F|32=0.001|14=0.3%d", (i + 1) / 10);
        }
        rig_expect(sim.firm, told);
        rig_expect(sim.firm, "11=A1|150=I|39=1");
    }
    rig_expect_nothing(sim.firm);
    rig_end(sim.rig);
}
