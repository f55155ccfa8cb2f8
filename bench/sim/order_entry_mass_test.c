#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Mass cancels: 35=q of a client, its answer, and what becomes of each order. */

#define BUY_ETH(id, venue) "35=D|11=" id "|55=ETH-USD" venue "|54=1|38=1|40=2|44=3000|60=@|"
#define ACK(id) "35=8|11=" id "|37=OV|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|"
#define GONE(id, orig) "35=8|11=" id "|41=" orig "|37=OV|17=X|150=4|39=4|14=0|60=@|"
#define ALL(id) "35=q|11=" id "|530=7|60=@|"
#define ONE(id, symbol) "35=q|11=" id "|530=1|55=" symbol "|60=@|"
#define DOUBT "58=in doubt: the venue session was lost"
#define TAKEN(id, count) "35=r|11=" id "|530=7|531=7|533=" count "|-532|-55|-58"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *other; /* the second client */
    struct rig_peer *venue;
};

static struct sim begin(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    return (struct sim){
        .rig = rig, .firm = &rig->client[0], .other = &rig->client[1], .venue = &rig->venue[0]};
}

/* A1 and A2 of FIRMA are open as #1 and #2, B1 of FIRMB as #3. */
static struct sim with_orders(void) {
    struct sim sim = begin(NULL);
    rig_client_up(sim.other);
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.venue, "35=D|11=#2");
    rig_say(sim.other, "35=D|11=B1|1=MM1|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|");
    rig_expect(sim.venue, "35=D|11=#3");
    rig_say(sim.venue, ACK("#1"));
    rig_say(sim.venue, ACK("#2"));
    rig_say(sim.venue, ACK("#3"));
    rig_expect(sim.firm, "11=A1|150=0");
    rig_expect(sim.firm, "11=A2|150=0");
    rig_expect(sim.other, "11=B1|150=0");
    return sim;
}

static void finish(struct sim *sim) {
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->other);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

Test(order_entry_mass, all_of_one_client_and_nobody_elses) {
    struct sim sim = with_orders();
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.venue, "35=F|11=#4|41=#1");
    rig_expect(sim.venue, "35=F|11=#5|41=#2");
    rig_say(sim.venue, GONE("#4", "#1"));
    rig_say(sim.venue, GONE("#5", "#2"));
    rig_expect(sim.firm, "35=8|11=A1|-41|150=4|39=4|58=mass cancel Q1");
    rig_expect(sim.firm, "35=8|11=A2|-41|150=4|39=4|58=mass cancel Q1");
    cr_assert_eq(order_entry_live_orders(sim.rig->entry), 1);
    finish(&sim);
}

/* BTC on one venue, ETH on two. */
Test(order_entry_mass, of_one_symbol) {
    static const struct {
        const char *symbol;
        const char *count;
        const char *first;
        const char *second;
    } cases[] = {
        {"BTC-USD", "1", "35=F|41=#1", ""},           {"BTC-USD.KRAKEN", "1", "35=F|41=#1", ""},
        {"ETH-USD", "2", "35=F|41=#2", "35=F|41=#1"}, {"ETH-USD.KRAKEN", "1", "35=F|41=#2", ""},
        {"ETH-USD.OTHER", "1", "", "35=F|41=#1"},     {"SOL-USD", "0", "", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig_options options = rig_default();
        options.venues = 2;
        struct sim sim = begin(&options);
        struct rig_peer *second = &sim.rig->venue[1];
        rig_venue_up(second);
        rig_skip(second);
        rig_say(sim.firm, BUY("A1"));
        rig_say(sim.firm, BUY_ETH("A2", ".KRAKEN"));
        rig_say(sim.firm, BUY_ETH("A3", ".OTHER"));
        rig_expect(sim.venue, "35=D|55=BTC/USD");
        rig_expect(sim.venue, "35=D|55=ETH/USD");
        rig_expect(second, "35=D|55=ETH/USD");
        rig_say(sim.firm, "35=q|11=Q1|530=1|55=%s|60=@|", cases[i].symbol);
        char answer[128];
        snprintf(answer, sizeof(answer), "35=r|11=Q1|530=1|531=1|533=%s|55=%s|-58", cases[i].count,
                 cases[i].symbol);
        rig_expect(sim.firm, answer);
        if (*cases[i].first != '\0') {
            rig_expect(sim.venue, cases[i].first);
        }
        if (*cases[i].second != '\0') {
            rig_expect(second, cases[i].second);
        }
        rig_expect_nothing(second);
        finish(&sim);
    }
}

Test(order_entry_mass, of_nothing) {
    struct sim sim = begin(NULL);
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "0"));
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, "35=r|11=Q1|530=7|531=0|532=99|58=TRC-ORD-007: ClOrdID already used");
    finish(&sim);
}

struct refusal {
    const char *request;
    const char *answer;
};

Test(order_entry_mass, is_refused_here) {
    static const struct refusal refusals[] = {
        {ONE("Q1", "NO-SUCH"), "35=r|11=Q1|530=1|531=0|532=1|55=NO-SUCH|-533|"
                               "58=TRC-ORD-001: unknown symbol"},
        {"35=q|11=Q2|530=6|60=@|", "35=r|11=Q2|530=6|531=0|532=0|-533|"
                                   "58=TRC-ORD-036: mass cancel of a kind that is not offered"},
        {"35=q|11=Q3|530=8|60=@|", "35=3|371=530|372=q|373=5"},
        {"35=q|11=Q4|530=1|60=@|", "35=3|371=55|372=q|373=1"},
        {"35=q|530=7|60=@|", "35=3|371=11|372=q|373=1"},
        {ALL("A1"), "35=r|11=A1|531=0|532=99|58=TRC-ORD-007: ClOrdID already used"},
    };
    struct sim sim = with_orders();
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        rig_say(sim.firm, "%s", refusals[i].request);
        rig_expect(sim.firm, refusals[i].answer);
    }
    finish(&sim);
}

/* As any request's id is, while the order it is held by is. */
Test(order_entry_mass, has_an_id_like_others) {
    struct sim sim = with_orders();
    rig_say(sim.firm, ALL("Q1"));
    rig_say(sim.firm, ALL("Q2"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.firm, TAKEN("Q2", "2"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, "35=r|11=Q1|531=0|58=TRC-ORD-007: ClOrdID already used");
    rig_say(sim.firm, BUY("Q1"));
    rig_expect(sim.firm, "35=8|11=Q1|150=8|58=TRC-ORD-007: ClOrdID already used");
    finish(&sim);
}

Test(order_entry_mass, orders_behind_it_are_not_part_of_it) {
    struct sim sim = with_orders();
    rig_say(sim.firm, ALL("Q1"));
    rig_say(sim.firm, BUY("A3"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    rig_expect(sim.venue, "35=D|11=#6");
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_advance(sim.rig, 1000);
    finish(&sim);
}

/* It is counted and not sent again; its own cancel's answer is what the client hears. */
Test(order_entry_mass, a_cancel_that_is_pending_is_not_doubled) {
    struct sim sim = with_orders();
    rig_say(sim.firm, "35=F|11=C1|41=A1|60=@|");
    rig_expect(sim.venue, "35=F|11=#4|41=#1");
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.venue, "35=F|11=#5|41=#2");
    rig_say(sim.firm, "35=F|11=C2|41=A2|60=@|");
    rig_expect(sim.firm, "35=9|11=C2|41=A2|39=6|58=TRC-ORD-023: a cancel of this order is pending");
    rig_say(sim.venue, GONE("#4", "#1"));
    rig_expect(sim.firm, "35=8|11=C1|41=A1|150=4|-58");
    rig_say(sim.venue, GONE("#5", "#2"));
    rig_expect(sim.firm, "35=8|11=A2|-41|150=4|58=mass cancel Q1");
    finish(&sim);
}

/* A venue that left a cancel unanswered is asked again. */
Test(order_entry_mass, a_cancel_left_unanswered_is_asked_for_again) {
    struct sim sim = with_orders();
    rig_say(sim.firm, "35=F|11=C1|41=A1|60=@|");
    rig_expect(sim.venue, "35=F|11=#4|41=#1");
    rig_advance(sim.rig, 5000);
    rig_say(sim.firm, ONE("Q1", "BTC-USD"));
    rig_expect(sim.firm, "35=r|533=2");
    rig_expect(sim.venue, "35=F|11=#5|41=#1");
    rig_expect(sim.venue, "35=F|11=#6|41=#2");
    rig_say(sim.venue, GONE("#5", "#1"));
    rig_expect(sim.firm, "35=8|11=C1|41=A1|150=4");
    finish(&sim);
}

Test(order_entry_mass, goes_with_a_pending_replace) {
    struct sim sim = with_orders();
    rig_say(sim.firm, "35=G|11=G1|41=A1|55=BTC-USD|54=1|38=1|40=2|44=30000|60=@|");
    rig_expect(sim.venue, "35=G|11=#4|41=#1");
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.venue, "35=F|11=#5|41=#1");
    rig_expect(sim.venue, "35=F|11=#6|41=#2");
    rig_say(sim.venue, GONE("#5", "#1"));
    rig_expect(sim.firm, "35=8|11=A1|-41|150=4|58=mass cancel Q1");
    rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2");
    finish(&sim);
}

/* FIX 4.4: each order answers by its report, or by an OrderCancelReject. */
Test(order_entry_mass, orders_that_end_otherwise_say_so) {
    struct sim sim = with_orders();
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.venue, "35=F|11=#4|41=#1");
    rig_expect(sim.venue, "35=F|11=#5|41=#2");
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=F|39=2");
    rig_expect(sim.firm, "35=9|11=Q1|41=A1|39=2|434=1|102=0|58=TRC-ORD-022: the order is finished");
    rig_say(sim.venue, "35=j|45=0|372=F|379=#5|380=0|58=EGeneral:Internal error|");
    rig_expect(sim.firm, "35=9|11=Q1|41=A2|39=0|434=1|102=2");
    /* That was an answer: it is not asked again by itself. */
    rig_advance(sim.rig, 10000);
    rig_say(sim.venue, GONE("#2", "#2"));
    rig_expect(sim.firm, "35=8|11=A2|-41|150=4|-58");
    finish(&sim);
}

/* Before q, or with its cancels on their way: the order is in doubt, and cancelled once the venue
 * is back. */
static void lose_venue(bool before) {
    struct sim sim = with_orders();
    if (!before) {
        rig_say(sim.firm, ALL("Q1"));
        rig_expect(sim.firm, TAKEN("Q1", "2"));
        rig_expect(sim.venue, "35=F|11=#4|41=#1");
        rig_expect(sim.venue, "35=F|11=#5|41=#2");
    }
    rig_peer_reset(sim.venue);
    rig_settle(sim.rig);
    rig_expect(sim.firm, "35=8|11=A1|150=I|" DOUBT);
    rig_expect(sim.firm, "35=8|11=A2|150=I|" DOUBT);
    rig_expect(sim.other, "35=8|11=B1|150=I|" DOUBT);
    if (before) {
        rig_say(sim.firm, ALL("Q1"));
        rig_expect(sim.firm, "35=r|11=Q1|531=7|533=2|58=2 of them once their venue is back");
    }
    rig_expect_nothing(sim.firm);
    rig_advance(sim.rig, 3000);
    rig_venue_up(sim.venue);
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|-41|150=4|58=mass cancel Q1");
    finish(&sim);
}

Test(order_entry_mass, waits_for_a_venue_that_is_away) {
    lose_venue(true);
    lose_venue(false);
}

/* The order in doubt at a venue that is there: its answer is evidence. */
Test(order_entry_mass, asks_for_orders_in_doubt) {
    struct sim sim = with_orders();
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=F|39=1|32=none|31=30000|14=0.1|60=@|");
    rig_expect(sim.firm, "35=8|11=A1|150=I|58=in doubt: a fill that cannot be read");
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    finish(&sim);
}

/* A cancel of its own that is lost with its venue is told; the mass cancel goes on. */
Test(order_entry_mass, outlives_a_cancel_that_is_lost) {
    struct sim sim = with_orders();
    rig_say(sim.firm, "35=F|11=C1|41=A1|60=@|");
    rig_expect(sim.venue, "35=F|41=#1");
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect(sim.venue, "35=F|41=#2");
    rig_peer_reset(sim.venue);
    rig_settle(sim.rig);
    rig_expect(sim.firm, "35=8|11=A1|150=I|" DOUBT);
    rig_expect(sim.firm,
               "35=9|11=C1|41=A1|58=TRC-ORD-024: the order is in doubt until the venue answers");
    rig_expect(sim.firm, "35=8|11=A2|150=I|" DOUBT);
    rig_expect(sim.other, "150=I");
    rig_advance(sim.rig, 3000);
    rig_venue_up(sim.venue);
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    finish(&sim);
}

/* The cancels wait for room as all do, and go once there is some. */
Test(order_entry_mass, waits_for_room_at_the_venue) {
    struct sim sim = with_orders();
    stream_memory_window(rig_router_end(sim.venue), 0);
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_expect_nothing(sim.venue);
    stream_memory_window(rig_router_end(sim.venue), SIZE_MAX);
    rig_turn(sim.rig);
    rig_expect(sim.venue, "35=F|11=#4|41=#1");
    rig_expect(sim.venue, "35=F|11=#5|41=#2");
    finish(&sim);
}

/* As fast as the venue's rate lets cancels go; room for three messages, one comes back a second. */
Test(order_entry_mass, keeps_to_the_venues_rate) {
    struct rig_options options = rig_default();
    options.venue_rate =
        (struct rate_limit_config){.limit = 6, .per_minute = 60, .cancel_reserve = 1};
    struct sim sim = begin(&options);
    for (int i = 1; i <= 5; i++) {
        rig_say(sim.firm, BUY("A%d"), i);
        rig_expect(sim.venue, "35=D");
    }
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "5"));
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect_nothing(sim.venue);
    for (int i = 2; i <= 5; i++) {
        char cancel[32];
        snprintf(cancel, sizeof(cancel), "35=F|41=#%d", i);
        rig_advance(sim.rig, 1000);
        rig_expect(sim.venue, cancel);
        rig_expect_nothing(sim.venue);
    }
    finish(&sim);
}

/* Least of all another client's: a thousand cancels at the venue's rate take their time. */
Test(order_entry_mass, lets_a_single_cancel_go_first) {
    struct sim sim = with_orders();
    rig_say(sim.firm, BUY("A3"));
    rig_expect(sim.venue, "35=D|11=#4");
    stream_memory_window(rig_router_end(sim.venue), 0);
    rig_say(sim.firm, ONE("Q1", "BTC-USD"));
    rig_expect(sim.firm, "35=r|533=3");
    rig_say(sim.other, "35=F|11=C1|41=B1|60=@|");
    rig_settle(sim.rig);
    stream_memory_window(rig_router_end(sim.venue), SIZE_MAX);
    rig_turn(sim.rig);
    rig_expect(sim.venue, "35=F|41=#3");
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    rig_expect(sim.venue, "35=F|41=#4");
    finish(&sim);
}

static void turns(struct sim *sim, int count) {
    for (int i = 0; i < count; i++) {
        rig_deliver(sim->rig);
        rig_turn(sim->rig);
    }
}

/* No room for the answer: the client that does not read is cut off, and gets it when it is back. */
Test(order_entry_mass, answers_a_client_that_did_not_read) {
    struct rig_options options = rig_default();
    options.orders = 2048;
    options.reports_per_client = 16;
    struct sim sim = begin(&options);
    for (int i = 1; i <= 14; i++) {
        rig_say(sim.firm, BUY("A%d"), i);
        rig_expect(sim.venue, "35=D");
    }
    rig_say(sim.firm, ALL("Q1"));
    turns(&sim, 1);
    stream_memory_window(rig_router_end(sim.firm), 0);
    for (int i = 1; i <= 14; i++) {
        rig_say(sim.venue, "35=8|11=#%d|37=OV%d|17=X|150=0|39=0|14=0|60=@|", i, i);
    }
    rig_advance(sim.rig, 2000);
    cr_assert_eq(order_entry_counters(sim.rig->entry)->clients_cut_off, 1);
    for (int i = 1; i <= 14; i++) {
        rig_expect(sim.venue, "35=F");
    }
    rig_peer_forget(sim.firm);
    rig_client_connect(sim.firm);
    uint64_t next = sim.firm->next_in;
    sim.firm->next_in = next + order_entry_counters(sim.rig->entry)->reports_unsent;
    rig_say(sim.firm, "35=A|98=0|108=30|");
    rig_say(sim.firm, "35=2|7=%llu|16=0|", (unsigned long long)next);
    uint32_t answers = 0;
    while (*rig_hear(sim.firm) != '\0') {
        answers += strncmp(sim.firm->text, "35=r|11=Q1|", 11) == 0 &&
                   strstr(sim.firm->text, "|533=14|") != NULL;
    }
    cr_assert_eq(answers, 1);
    rig_end(sim.rig);
}

/* Broken off by the end of the router's venue sessions: it says which orders were not cancelled. */
Test(order_entry_mass, is_overtaken_by_the_stop) {
    struct rig_options options = rig_default();
    options.orders = 1024;
    options.requests_per_venue = 4096;
    struct sim sim = begin(&options);
    for (int i = 1; i <= 600; i++) {
        rig_say(sim.firm, BUY("A%d"), i);
        rig_settle(sim.rig);
    }
    rig_skip(sim.venue);
    rig_say(sim.firm, ALL("Q1"));
    turns(&sim, 1);
    rig_stop(sim.rig, false, 5);
    rig_expect(sim.firm, "35=r|11=Q1|533=600|58=88 of them not: the router is shutting down");
    rig_end(sim.rig);
}

Test(order_entry_mass, while_the_router_stops) {
    struct sim sim = with_orders();
    rig_stop(sim.rig, true, 5);
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    rig_expect(sim.venue, "35=F|41=#3");
    rig_say(sim.firm, ALL("Q1"));
    rig_expect(sim.firm, TAKEN("Q1", "2"));
    rig_say(sim.venue, GONE("#4", "#1"));
    rig_expect(sim.firm, "35=8|11=A1|-41|150=4|58=mass cancel Q1");
    rig_advance(sim.rig, 5000);
    rig_expect(sim.venue, "35=5");
    rig_say(sim.firm, ALL("Q2"));
    rig_expect(sim.firm, "35=r|11=Q2|531=0|532=99|58=TRC-ORD-010: the router is shutting down");
    rig_end(sim.rig);
}

#define MANY 5000
#define PART 250 /* orders a client says before it is heard */

static void place_many(struct sim *sim) {
    for (uint32_t i = 1; i <= MANY; i++) {
        rig_say(sim->firm, BUY("A%u"), i);
        if (i % 2 == 0) {
            rig_say(sim->other, "35=D|11=B%u|1=MM1|55=BTC-USD|54=1|38=1|40=2|44=30000|60=@|", i);
        }
        if (i % PART == 0) {
            while (*rig_hear(sim->venue) != '\0') {
                cr_assert_eq(strncmp(sim->venue->text, "35=D|", 5), 0, "%s", sim->venue->text);
            }
        }
    }
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), MANY + MANY / 2);
}

/* One turn, and all that arrives by it; how many cancels the venue heard of. */
static uint32_t cancels_of_a_turn(struct sim *sim) {
    uint32_t cancels = 0;
    rig_deliver(sim->rig);
    rig_turn(sim->rig);
    rig_deliver(sim->rig);
    while (*rig_hear_now(sim->venue) != '\0') {
        cr_assert_eq(strncmp(sim->venue->text, "35=F|", 5), 0, "%s", sim->venue->text);
        cancels++;
    }
    return cancels;
}

Test(order_entry_mass, of_thousands_takes_many_turns, .timeout = 20) {
    struct rig_options options = rig_default();
    options.orders = 8192;
    options.requests_per_venue = 32768;
    struct sim sim = begin(&options);
    rig_client_up(sim.other);
    place_many(&sim);
    rig_say(sim.firm, ALL("Q1"));
    rig_say(sim.firm, BUY("LATE"));
    uint32_t cancels = 0;
    uint32_t turns = 0;
    while (cancels < MANY && turns < 1000) {
        uint32_t now = cancels_of_a_turn(&sim);
        cr_assert_leq(now, 256);
        cancels += now;
        turns++;
    }
    cr_assert_eq(cancels, MANY);
    cr_assert_geq(turns, MANY / 256);
    rig_expect(sim.firm, TAKEN("Q1", "5000"));
    rig_expect(sim.venue, "35=D");
    finish(&sim);
}
