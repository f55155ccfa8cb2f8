#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Orders of 0.5 at 30000, as text. */
#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X0|150=0|39=0|38=0.5|14=0|151=0.5|60=@|"
#define FILL(id, quantity, cumulative)                                                             \
    "35=8|11=" id "|37=OVENUE|17=X" cumulative "|150=F|39=1|38=0.5|32=" quantity                   \
    "|31=30000|14=" cumulative "|527=T" cumulative "|60=@|"
#define CANCELED(id, orig)                                                                         \
    "35=8|11=" id "|41=" orig                                                                      \
    "|37=OVENUE|17=XC|150=4|39=4|38=0.5|14=0|151=0|58=User requested|60=@|"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim up(void) {
    struct rig *rig = rig_up(NULL);
    return (struct sim){.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
}

static struct sim with_order(void) {
    struct sim sim = up();
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    return sim;
}

static struct sim with_open_order(void) {
    struct sim sim = with_order();
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "35=8|150=0|39=0");
    return sim;
}

static void finish(struct sim *sim) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

Test(order_entry_life, an_order_as_the_venue_gets_it) {
    struct sim sim = up();
    rig_say(sim.firm,
            "35=D|11=A1|1=MM1|55=BTC-USD|54=2|38=0.50|40=2|44=30000.10|59=1|18=6|21=1|60=@|");
    cr_assert_str_eq(rig_hear(sim.venue), "35=D|11=#1|18=P|38=0.5|40=2|44=30000.1|54=2|55=BTC/USD|"
                                          "59=1|60=@|62=@+5000|7928=1|");
    finish(&sim);
}

Test(order_entry_life, stops_dates_and_reduce_only_as_the_venue_gets_them) {
    static const struct {
        const char *said;
        const char *heard;
    } rows[] = {
        {"35=D|11=A1|55=BTC-USD|54=1|38=0.5|40=3|99=31000|60=@|",
         "35=D|11=#1|38=0.5|40=3|54=1|55=BTC/USD|59=1|60=@|62=@+5000|99=31000|7928=1|"},
        {"35=D|11=A2|55=BTC-USD|54=2|38=0.5|40=4|44=28000|99=29000|18=E|60=@|",
         "35=D|11=#2|18=E|38=0.5|40=4|44=28000|54=2|55=BTC/USD|59=1|60=@|62=@+5000|99=29000|"
         "7928=1|"},
        {"35=D|11=A3|55=BTC-USD|54=1|38=0.5|40=2|44=30000|59=6|126=@+3600000|60=@|",
         "35=D|11=#3|38=0.5|40=2|44=30000|54=1|55=BTC/"
         "USD|59=6|60=@|62=@+5000|126=20260105-13:00:00|"
         "7928=1|"},
    };
    struct sim sim = up();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rig_say(sim.firm, "%s", rows[i].said);
        cr_expect_str_eq(rig_hear(sim.venue), rows[i].heard);
    }
    finish(&sim);
}

Test(order_entry_life, reports_as_the_client_gets_them) {
    struct sim sim = with_order();
    rig_say(sim.venue, ACK("#1"));
    cr_assert_str_eq(rig_hear(sim.firm),
                     "35=8|37=R-O1|11=A1|17=R-E1|150=0|39=0|1=MM1|55=BTC-USD|54=1|38=0.5|40=2|"
                     "44=30000|59=1|151=0.5|14=0|6=0|60=@|198=OVENUE|");
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    cr_assert_str_eq(rig_hear(sim.firm),
                     "35=8|37=R-O1|11=A1|17=R-E2|150=F|39=1|1=MM1|55=BTC-USD|54=1|38=0.5|40=2|"
                     "44=30000|59=1|32=0.2|31=30000|30=KRAKEN|527=T0.2|151=0.3|14=0.2|6=30000|60=@|"
                     "198=OVENUE|");
    rig_say(sim.venue,
            "35=8|11=#1|37=OVENUE|17=X2|150=F|39=2|32=0.3|31=29999.9|14=0.5|527=T2|60=@-3|");
    cr_assert_str_eq(rig_hear(sim.firm),
                     "35=8|37=R-O1|11=A1|17=R-E3|150=F|39=2|1=MM1|55=BTC-USD|54=1|38=0.5|40=2|"
                     "44=30000|59=1|32=0.3|31=29999.9|30=KRAKEN|527=T2|151=0|14=0.5|6=29999.94|"
                     "60=@-3|198=OVENUE|");
    cr_assert_eq(sim.rig->ledger_count, 1);
    cr_assert_eq(sim.rig->ledger[0].state, ORDER_FILLED);
    cr_assert_eq(sim.rig->ledger[0].filled.scaled, 50000000);
    cr_assert_eq(sim.rig->ledger[0].fills, 2);
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 0);
    finish(&sim);
}

Test(order_entry_life, a_fill_may_come_before_the_acknowledgement) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|39=1|14=0.2|151=0.3");
    rig_say(sim.venue, ACK("#1"));
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    rig_expect(sim.firm, "150=F|39=2|14=0.5|151=0");
    rig_say(sim.venue, ACK("#1"));
    finish(&sim);
}

Test(order_entry_life, a_cancel_asked_for) {
    struct sim sim = with_open_order();
    rig_say(sim.firm, CANCEL("A2", "A1"));
    cr_assert_str_eq(rig_hear(sim.venue), "35=F|11=#2|37=OVENUE|41=#1|54=1|55=BTC/USD|60=@|");
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, CANCELED("#2", "#1"));
    rig_expect(sim.firm, "35=8|150=4|39=4|11=A2|41=A1|151=0|14=0|58=User requested");
    finish(&sim);
}

Test(order_entry_life, a_cancel_before_the_acknowledgement) {
    struct sim sim = with_order();
    rig_say(sim.firm, CANCEL("A2", "A1"));
    rig_expect(sim.venue, "35=F|11=#2|-37|41=#1");
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "150=0|39=6|11=A1");
    rig_say(sim.venue, CANCELED("#2", "#1"));
    rig_expect(sim.firm, "150=4|39=4|11=A2|41=A1");
    finish(&sim);
}

Test(order_entry_life, a_cancel_nobody_asked_for) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, FILL("#1", "0.1", "0.1"));
    rig_expect(sim.firm, "150=F|39=1");
    rig_say(sim.venue, "35=8|11=#1|37=OVENUE|17=X9|150=4|39=4|14=0.1|58=Post only order|60=@|");
    rig_expect(sim.firm, "150=4|39=4|11=A1|-41|14=0.1|151=0|6=30000|58=Post only order");
    finish(&sim);
}

Test(order_entry_life, a_cancel_the_venue_refuses) {
    struct sim sim = with_open_order();
    rig_say(sim.firm, CANCEL("A2", "A1"));
    rig_expect(sim.venue, "35=F|11=#2");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#2|380=101|58=EOrder:Unknown order|");
    cr_assert_str_eq(rig_hear(sim.firm), "35=9|37=R-O1|11=A2|41=A1|39=0|434=1|102=1|"
                                         "58=TRC-VEN-009: EOrder:Unknown order|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|58=in doubt: the venue does not know it");
    rig_say(sim.firm, CANCEL("A3", "A1"));
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    rig_say(sim.venue, CANCELED("#3", "#1"));
    rig_expect(sim.firm, "150=4|11=A3|41=A1");
    finish(&sim);
}

Test(order_entry_life, an_order_the_venue_refuses) {
    struct sim sim = with_order();
    rig_say(sim.venue, "35=j|45=0|372=D|379=#1|380=0|58=EOrder:Insufficient funds|");
    rig_expect(sim.firm, "35=8|150=8|39=8|11=A1|103=3|151=0|14=0|"
                         "58=TRC-VEN-002: EOrder:Insufficient funds");
    cr_assert_eq(sim.rig->ledger_count, 1);
    cr_assert_eq(sim.rig->ledger[0].refuser, LEDGER_REFUSED_BY_VENUE);
    finish(&sim);
}

Test(order_entry_life, an_order_refused_by_its_number_alone) {
    struct sim sim = up();
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_expect(sim.venue, "35=D|11=#2");
    /* The Logon was 1, the orders 2 and 3. */
    rig_say(sim.venue, "35=3|45=3|58=Missing Mandatory Field: Side (54)|");
    rig_expect(sim.firm, "150=8|39=8|11=A2|58=TRC-VEN-014: Missing Mandatory Field: Side (54)");
    rig_say(sim.venue, "35=3|45=99|");
    rig_say(sim.venue, "35=3|45=1|");
    rig_say(sim.venue, "35=3|45=18446744073709551615|");
    finish(&sim);
}

Test(order_entry_life, an_order_that_expires) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, "35=8|11=#1|37=OVENUE|17=X9|150=C|39=C|14=0|58=too late|60=@|");
    rig_expect(sim.firm, "150=C|39=C|11=A1|151=0|58=too late");
    finish(&sim);
}

Test(order_entry_life, a_fill_after_the_cancel_is_booked) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, CANCELED("#1", "#1"));
    rig_expect(sim.firm, "150=4|39=4");
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|39=4|14=0.2|151=0|6=30000");
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    rig_expect(sim.firm, "150=F|39=2|14=0.5|151=0");
    cr_assert_eq(sim.rig->ledger_count, 3);
    cr_assert_eq(sim.rig->ledger[2].state, ORDER_FILLED);
    finish(&sim);
}

Test(order_entry_life, a_report_said_twice_is_booked_once) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|14=0.2");
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect_nothing(sim.firm);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->duplicate_fills, 1);
    /* And the same message, sent again under its number. */
    rig_say(sim.venue,
            "35=8|34=3|43=Y|122=@|11=#1|37=OVENUE|17=X1|150=F|39=1|32=0.2|31=30000|14=0.2|");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->duplicate_fills, 1);
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    rig_expect(sim.firm, "150=F|39=2|14=0.5");
    finish(&sim);
}

Test(order_entry_life, a_fill_overtakes_the_cancel) {
    struct sim sim = with_open_order();
    rig_say(sim.firm, CANCEL("A2", "A1"));
    rig_expect(sim.venue, "35=F|11=#2");
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    rig_expect(sim.firm, "150=F|39=6|14=0.2|151=0.3");
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    rig_expect(sim.firm, "150=F|39=2|14=0.5|151=0");
    rig_expect(sim.firm, "35=9|11=A2|41=A1|39=2|102=0|58=TRC-ORD-022: the order is finished");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#2|380=101|58=EOrder:Unknown order|");
    finish(&sim);
}

Test(order_entry_life, market_orders_and_times_in_force) {
    struct sim sim = up();
    rig_say(sim.firm, "35=D|11=A1|55=BTC-USD|54=1|38=1|40=1|59=3|60=@|");
    rig_expect(sim.venue, "35=D|11=#1|38=1|40=1|-44|59=3");
    rig_say(sim.firm, "35=D|11=A2|55=BTC-USD.KRAKEN|54=2|38=1|40=2|44=1|59=4|60=@|");
    rig_expect(sim.venue, "35=D|11=#2|38=1|40=2|44=1|54=2|59=4");
    rig_say(sim.venue, "35=8|11=#1|37=O1|17=X1|150=F|39=2|32=1|31=30000|14=1|60=@|");
    rig_expect(sim.firm, "150=F|39=2|11=A1|40=1|-44|59=3|14=1|151=0|527=X1");
    rig_say(sim.venue, "35=8|11=#2|37=O2|17=X2|150=4|39=4|14=0|58=IOC|60=@|");
    rig_expect(sim.firm, "150=4|39=4|11=A2|59=4");
    finish(&sim);
}

/* Answered from what the router knows, by any of the order's ids; nothing is changed by asking. */
Test(order_entry_life, a_status_that_is_asked_for) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    struct rig_peer *venue = &rig->venue[0];
    rig_say(client, BUY("A"));
    rig_expect(venue, "35=D|11=#1");
    rig_say(client, "35=H|11=A|55=BTC-USD|54=1|790=Q1|");
    rig_expect(client, "35=8|150=I|39=A|11=A|-41|790=Q1|38=0.5|44=30000|14=0|151=0.5");
    rig_say(venue, "35=8|11=#1|37=O|17=X|150=0|39=0|14=0|60=@|");
    rig_expect(client, "150=0");
    rig_say(venue, "35=8|11=#1|37=O|17=Y|150=F|39=1|32=0.2|31=29999|14=0.2|60=@|");
    rig_expect(client, "150=F|151=0.3");
    rig_say(client, "35=H|11=A|");
    rig_expect(client, "35=8|150=I|39=1|11=A|-790|14=0.2|151=0.3|6=29999|-32|-31|-30");
    rig_say(venue, "35=8|11=#1|37=O|17=Z|150=F|39=2|32=0.3|31=29999|14=0.5|60=@|");
    rig_expect(client, "150=F|39=2|151=0");
    rig_say(client, "35=H|11=A|");
    rig_expect(client, "35=8|150=I|39=2|14=0.5|151=0");
    rig_expect_nothing(venue);
    rig_end(rig);
}

Test(order_entry_life, a_status_of_what_is_not_known) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, "35=H|11=A|55=BTC-USD|54=1|790=Q1|");
    rig_expect(client, "35=8|150=I|39=8|37=NONE|103=5|11=A|790=Q1|58=TRC-ORD-021: unknown order");
    unsigned long long number = client->next_out;
    char expected[96];
    snprintf(expected, sizeof(expected), "35=j|380=1|372=H|379=A|45=%llu", number);
    rig_say(client, "35=H|11=A|55=BTC-USD|");
    rig_expect(client, expected);
    rig_end(rig);
}

/* What was acknowledged is not refused any more, with a cancel out or without. */
Test(order_entry_life, a_refusal_of_an_acknowledged_order_is_a_conflict) {
    struct sim sim = with_open_order();
    rig_say(sim.venue, "35=j|45=0|372=D|379=#1|380=0|58=EOrder:Insufficient funds|");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->conflicts, 1);
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2|41=#1");
    rig_say(sim.venue, "35=j|45=0|372=D|379=#1|380=0|58=EOrder:Insufficient funds|");
    rig_expect_nothing(sim.firm);
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    rig_say(sim.venue, CANCELED("#2", "#1"));
    rig_expect(sim.firm, "35=8|11=C1|41=A1|150=4|39=4");
    finish(&sim);
}

Test(order_entry_life, a_refusal_of_nothing_in_particular_is_of_the_cancel_that_is_out) {
    struct sim sim = with_open_order();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2|41=#1");
    rig_say(sim.venue, "35=j|45=0|379=#1|380=0|58=EOrder:Rate limit exceeded|");
    rig_expect(sim.firm, "35=9|11=C1|41=A1|39=0|434=1");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    rig_end(sim.rig);
}

Test(order_entry_life, a_late_refusal_of_a_cancel_given_up_is_not_of_the_next_one) {
    struct sim sim = with_open_order();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#2|41=#1");
    rig_advance(sim.rig, 6000);
    rig_say(sim.firm, CANCEL("C2", "A1"));
    rig_expect(sim.firm, "35=9|11=C1");
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#2|380=0|58=EOrder:Rate limit exceeded|");
    rig_expect_nothing(sim.firm);
    rig_say(sim.venue, CANCELED("#3", "#1"));
    rig_expect(sim.firm, "35=8|11=C2|41=A1|150=4|39=4");
    finish(&sim);
}

/* A plain order has no stop price to reach. */
Test(order_entry_life, a_change_of_a_plain_order_is_told_in_the_venues_words) {
    struct sim sim = with_open_order();
    rig_say(sim.venue,
            "35=8|11=#1|37=OVENUE|17=X|150=D|39=0|40=2|38=0.4|44=30000|14=0|58=reduced|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=D|38=0.4|58=reduced");
    rig_end(sim.rig);
}
