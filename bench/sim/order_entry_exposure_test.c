#include <criterion/criterion.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/*
 * What orders may still do, as order entry sums it up: through everything that befalls an order,
 * it is the most that the venue could still fill by what was sent and heard.
 */

#define MM1 0U
#define MM2 1U
#define BTC 0U
#define ETH 1U

/* BTC-USD: 8 digits of quantity, one of price. */
#define LOTS(hundredths) ((int64_t)(hundredths)*1000000)
#define MONEY(hundredths, price) ((exposure_sum)LOTS(hundredths) * (price)*10)

#define REPLACE(id, orig, quantity, price)                                                         \
    "35=G|11=" id "|41=" orig "|55=BTC-USD|54=1|38=" quantity "|40=2|44=" price "|60=@|"
#define ACK(id) "35=8|11=" id "|37=OV|17=X|150=0|39=0|38=0.5|44=30000|14=0|60=@|"
#define FILL(id, quantity, cumulative)                                                             \
    "35=8|11=" id "|37=OV|17=X|150=F|39=1|32=" quantity "|31=30000|14=" cumulative "|60=@|"
#define ENDED(id, cumulative)                                                                      \
    "35=8|11=" id "|37=OV|17=X|150=4|39=4|14=" cumulative "|58=so be it|60=@|"
#define REPLACED(id, orig, quantity, price, cumulative)                                            \
    "35=8|11=" id "|41=" orig "|37=OV|17=X|150=5|39=5|38=" quantity "|44=" price "|14=" cumulative \
    "|60=@|"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

static struct sim up(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    return (struct sim){.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
}

static const struct exposure_side *side_of(const struct sim *sim, uint32_t account,
                                           uint32_t instrument, enum order_side side) {
    return order_entry_exposure(sim->rig->entry, account, instrument, side);
}

/* All is said and done; what was heard is of no interest. */
static void quiet(struct sim *sim) {
    rig_skip(sim->venue);
    rig_skip(sim->firm);
}

/* Of FIRMA's buys of BTC-USD, once all is quiet: orders, hundredths open at a price, filled. */
#define expect_bought(sim, orders, open, price, filled)                                            \
    expect_bought_at(__LINE__, sim, orders, open, price, filled)
static void expect_bought_at(int line, struct sim *sim, uint64_t orders, int64_t open,
                             int64_t price, int64_t filled) {
    quiet(sim);
    const struct exposure_side *buys = side_of(sim, MM1, BTC, ORDER_BUY);
    cr_assert(buys->orders == orders, "line %d: %llu orders", line,
              (unsigned long long)buys->orders);
    cr_assert(buys->open == LOTS(open), "line %d: open %lld", line, (long long)buys->open);
    cr_assert(buys->notional == MONEY(open, price), "line %d: notional %lld", line,
              (long long)buys->notional);
    cr_assert(buys->filled == LOTS(filled), "line %d: filled %lld", line, (long long)buys->filled);
    cr_assert(buys->paid == MONEY(filled, 30000), "line %d", line);
    cr_assert(buys->unpriced == 0 && buys->cash == 0, "line %d", line);
}

static struct sim with_order(void) {
    struct sim sim = up(NULL);
    rig_say(sim.firm, BUY("A1"));
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.venue, ACK("#1"));
    expect_bought(&sim, 1, 50, 30000, 0);
    return sim;
}

static void lose_venue(struct sim *sim) {
    rig_peer_reset(sim->venue);
    rig_advance(sim->rig, 2000);
    rig_venue_up(sim->venue);
    quiet(sim);
}

Test(order_entry_exposure, follows_fills_to_the_end) {
    struct sim sim = with_order();
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    expect_bought(&sim, 1, 30, 30000, 20);
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    expect_bought(&sim, 1, 30, 30000, 20);
    rig_say(sim.venue, FILL("#1", "0.3", "0.5"));
    expect_bought(&sim, 0, 0, 0, 50);
    rig_end(sim.rig);
}

Test(order_entry_exposure, of_a_cancel_falls_when_the_venue_says_so) {
    struct sim sim = with_order();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.venue, "35=j|45=0|372=F|379=#2|380=101|58=EOrder:no|");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.venue, ENDED("#1", "0"));
    expect_bought(&sim, 0, 0, 0, 0);
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    expect_bought(&sim, 0, 0, 0, 20);
    rig_end(sim.rig);
}

/* Both the old terms and the new may fill: the larger quantity, the higher price. */
Test(order_entry_exposure, of_a_pending_replace_is_the_worst_of_both) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "1", "29000"));
    expect_bought(&sim, 1, 100, 30000, 0);
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    expect_bought(&sim, 1, 80, 30000, 20);
    rig_say(sim.venue, REPLACED("#2", "#1", "1", "29000", "0.2"));
    expect_bought(&sim, 1, 80, 29000, 20);
    rig_say(sim.firm, REPLACE("G2", "G1", "0.4", "31000"));
    expect_bought(&sim, 1, 80, 31000, 20);
    rig_say(sim.venue, "35=j|45=0|372=G|379=#3|380=0|58=EOrder:no|");
    expect_bought(&sim, 1, 80, 29000, 20);
    rig_say(sim.venue, REPLACED("#1", "#1", "0.4", "28000", "0.2"));
    expect_bought(&sim, 1, 20, 28000, 20);
    rig_end(sim.rig);
}

Test(order_entry_exposure, of_a_replace_that_was_never_sent_is_none) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "0.00000001", "29000"));
    rig_expect(sim.firm, "35=9|11=G1");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.firm, REPLACE("G2", "A1", "1", "29000"));
    expect_bought(&sim, 1, 100, 30000, 0);
    rig_say(sim.venue, "35=2|7=3|16=0|");
    rig_expect(sim.firm, "35=9|11=G2");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_end(sim.rig);
}

Test(order_entry_exposure, of_doubt_is_all_that_may_have_been) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "1", "29000"));
    quiet(&sim);
    lose_venue(&sim);
    expect_bought(&sim, 1, 100, 30000, 0);
    rig_advance(sim.rig, 1000);
    quiet(&sim);
    rig_say(sim.venue, "35=8|11=#3|37=OV|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
    /* Asked before the venue's time for the replace was over. */
    expect_bought(&sim, 1, 100, 30000, 0);
    rig_advance(sim.rig, 7000);
    quiet(&sim);
    rig_say(sim.venue, "35=8|11=#4|37=OV|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.venue, ENDED("#1", "0.2"));
    expect_bought(&sim, 0, 20, 30000, 0);
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    expect_bought(&sim, 0, 0, 0, 20);
    rig_end(sim.rig);
}

/* The venue counted a fill that never came: it did happen, whoever uses the slot now. */
Test(order_entry_exposure, of_a_fill_that_never_came_stays) {
    struct rig_options options = rig_default();
    options.orders = 1;
    options.late_window.ns = NS_PER_S;
    struct sim sim = up(&options);
    rig_say(sim.firm, BUY("A1"));
    quiet(&sim);
    rig_say(sim.venue, ENDED("#1", "0.2"));
    expect_bought(&sim, 0, 20, 30000, 0);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OV");
    rig_say(sim.venue, "35=j|45=0|372=H|379=#2|380=101|58=EOrder:Unknown order|");
    rig_advance(sim.rig, 1500);
    rig_say(sim.firm, BUY("A2"));
    expect_bought(&sim, 1, 70, 30000, 0);
    rig_end(sim.rig);
}

/* Silence ends nothing: the replace may be taken yet. */
Test(order_entry_exposure, of_a_silent_venue_stays) {
    struct sim sim = with_order();
    rig_say(sim.firm, REPLACE("G1", "A1", "1", "30000"));
    quiet(&sim);
    rig_say(sim.venue, FILL("#1", "0.5", "0.5"));
    expect_bought(&sim, 1, 50, 30000, 50);
    rig_advance(sim.rig, 6000);
    expect_bought(&sim, 1, 50, 30000, 50);
    cr_assert_eq(sim.rig->notices[NOTICE_IN_DOUBT], 1);
    rig_say(sim.firm, BUY("A2"));
    rig_advance(sim.rig, 12000);
    expect_bought(&sim, 2, 100, 30000, 50);
    cr_assert_eq(sim.rig->notices[NOTICE_IN_DOUBT], 2);
    rig_say(sim.venue, "35=j|45=0|372=G|379=#2|380=0|58=EOrder:no|");
    expect_bought(&sim, 1, 50, 30000, 50);
    rig_end(sim.rig);
}

Test(order_entry_exposure, of_what_the_venue_never_took_is_none) {
    struct sim sim = up(NULL);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    expect_bought(&sim, 2, 100, 30000, 0);
    rig_say(sim.venue, "35=2|7=2|16=0|");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.venue, "35=j|45=0|372=D|379=#2|380=0|58=EOrder:no|");
    expect_bought(&sim, 0, 0, 0, 0);
    rig_end(sim.rig);
}

/* Whatever refuses them here: nothing was sent. */
Test(order_entry_exposure, of_refused_orders_is_none) {
    struct rig_options options = rig_default();
    options.requests_per_venue = 2;
    struct sim sim = up(&options);
    rig_say(sim.firm, "35=D|11=A1|55=BTC-USD|54=1|38=20000|40=2|44=30000|60=@|");
    rig_expect(sim.firm, "11=A1|150=8");
    expect_bought(&sim, 0, 0, 0, 0);
    rig_say(sim.firm, BUY("A2"));
    rig_say(sim.firm, BUY("A3"));
    rig_expect(sim.firm, "11=A3|150=8|58=TRC-ORD-012: the venue session's request table is full");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_end(sim.rig);
}

Test(order_entry_exposure, is_apart_by_account_instrument_and_side) {
    struct sim sim = up(NULL);
    struct rig_peer *other = &sim.rig->client[1];
    rig_client_up(other);
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, "35=D|11=A2|55=BTC-USD|54=2|38=0.1|40=2|44=31000|60=@|");
    rig_say(other, "35=D|11=B1|1=MM1|55=BTC-USD|54=1|38=0.2|40=2|44=30000|60=@|");
    rig_say(other, "35=D|11=B2|1=MM2|55=BTC-USD|54=1|38=0.3|40=2|44=30000|60=@|");
    rig_say(other, "35=D|11=B3|1=MM2|55=ETH-USD|54=1|38=2|40=2|44=3000|60=@|");
    expect_bought(&sim, 2, 70, 30000, 0);
    cr_assert(side_of(&sim, MM1, BTC, ORDER_SELL)->open == LOTS(10));
    cr_assert(side_of(&sim, MM1, BTC, ORDER_SELL)->notional == MONEY(10, 31000));
    cr_assert(side_of(&sim, MM2, BTC, ORDER_BUY)->open == LOTS(30));
    cr_assert(side_of(&sim, MM2, ETH, ORDER_BUY)->open == 2000);
    cr_assert(side_of(&sim, MM2, ETH, ORDER_BUY)->notional == 2000 * 300000);
    cr_assert(side_of(&sim, MM1, ETH, ORDER_BUY)->orders == 0);
    cr_assert(side_of(&sim, MM2, BTC, ORDER_SELL)->orders == 0);
    rig_end(sim.rig);
}

Test(order_entry_exposure, without_a_price_is_told_apart) {
    struct sim sim = up(NULL);
    rig_say(sim.firm, "35=D|11=A1|55=BTC-USD|54=1|38=0.5|40=1|59=3|60=@|");
    quiet(&sim);
    const struct exposure_side *buys = side_of(&sim, MM1, BTC, ORDER_BUY);
    cr_assert(buys->open == LOTS(50) && buys->unpriced == LOTS(50) && buys->notional == 0);
    rig_say(sim.venue, "35=8|11=#1|37=O|17=X|150=F|39=1|32=0.5|31=30000|14=0.5|60=@|");
    expect_bought(&sim, 0, 0, 0, 50);
    rig_end(sim.rig);
}

/* Slots used over and over: what was done stays, what was open does not. */
Test(order_entry_exposure, does_not_outlive_its_orders) {
    struct rig_options options = rig_default();
    options.orders = 2;
    options.late_window.ns = NS_PER_S;
    struct sim sim = up(&options);
    for (uint32_t i = 1; i <= 20; i++) {
        rig_say(sim.firm, BUY("A%u"), i);
        expect_bought(&sim, 1, 50, 30000, (i - 1) * 10);
        rig_say(sim.venue, "35=8|11=#%u|37=O|17=X|150=F|39=1|32=0.1|31=30000|14=0.1|60=@|", i);
        rig_say(sim.venue, "35=8|11=#%u|37=O|17=X|150=4|39=4|14=0.1|60=@|", i);
        expect_bought(&sim, 0, 0, 0, i * 10);
        rig_advance(sim.rig, 1000);
    }
    rig_end(sim.rig);
}

/* Over here, and open by the venue's word: it may fill until there is evidence that it does not. */
Test(order_entry_exposure, of_an_order_that_the_venue_calls_open_lasts_until_that_is_settled) {
    static const char *const ends[] = {
        ENDED("#2", "0"),
        "35=j|45=0|372=F|379=#2|380=101|58=EOrder:Unknown order|",
        "35=8|11=#1|37=OV|17=X|150=I|39=2|14=0|60=@|",
    };
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct sim sim = with_order();
        rig_say(sim.venue, ENDED("#1", "0"));
        expect_bought(&sim, 0, 0, 0, 0);
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
        expect_bought(&sim, 0, 50, 30000, 0);
        rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=D|39=0|38=0.7|44=31000|14=0|60=@|");
        expect_bought(&sim, 0, 70, 31000, 0);
        rig_say(sim.venue, "%s", ends[i]);
        expect_bought(&sim, 0, 0, 0, 0);
        rig_end(sim.rig);
    }
}

/* Refused for another reason, it is open still. */
Test(order_entry_exposure, of_an_order_that_the_venue_did_not_cancel_stays) {
    struct rig_options options = rig_default();
    options.late_window.ns = NS_PER_S;
    struct sim sim = up(&options);
    rig_say(sim.firm, BUY("A1"));
    quiet(&sim);
    rig_say(sim.venue, ENDED("#1", "0"));
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
    expect_bought(&sim, 0, 50, 30000, 0);
    rig_say(sim.venue, "35=j|45=0|372=F|379=#2|380=0|58=EGeneral:Internal error|");
    expect_bought(&sim, 0, 50, 30000, 0);
    rig_advance(sim.rig, 3000);
    expect_bought(&sim, 0, 50, 30000, 0);
    rig_end(sim.rig);
}

/* Its count can be read. */
Test(order_entry_exposure, of_a_fill_that_cannot_be_read_outlives_its_order) {
    struct sim sim = with_order();
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=F|39=1|32=0.2|31=x|14=0.2|60=@|");
    expect_bought(&sim, 1, 50, 30000, 0);
    rig_say(sim.venue, "35=8|11=#1|37=OV|17=X|150=4|39=4|60=@|");
    expect_bought(&sim, 0, 20, 30000, 0);
    rig_say(sim.venue, FILL("#1", "0.2", "0.2"));
    expect_bought(&sim, 0, 0, 0, 20);
    rig_end(sim.rig);
}
