#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/*
 * Reports about orders that are not this run's: of the run before, of an order whose slot is
 * another's by now, of an id that leads to an entry of ours and is not its id. Somebody is told
 * what there is to know; nothing is booked.
 */

/* 55 and 54 as they were: what a foreign order is told by. */
#define FILL "35=8|11=%s|37=OLD|17=X|55=BTC/USD|54=%c|150=F|39=1|32=0.2|31=%s|14=0.2|60=@|"

#define START_UTC_S INT64_C(1767614400)

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
    char id[REQUEST_UUID_BYTES + 1]; /* of its order */
};

static struct sim with_open_order(const struct rig_options *options) {
    struct rig *rig = rig_up(options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, BUY("A1"));
    rig_expect(sim.venue, "35=D|11=#1");
    rig_say(sim.venue, "35=8|11=#1|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|");
    rig_expect(sim.firm, "11=A1|150=0");
    memcpy(sim.id, rig_id(sim.venue, 1), sizeof(sim.id));
    return sim;
}

/* `count` reports so far were foreign, the latest told as `what` after its id. */
static void expect_foreign(struct sim *sim, uint32_t count, const char *id, const char *what) {
    char text[NOTICE_TEXT_MAX + 1];
    rig_expect_nothing(sim->firm);
    snprintf(text, sizeof(text), "%s %s", id, what);
    cr_assert_str_eq(sim->rig->notice_text[NOTICE_FOREIGN_ORDER], text);
    cr_assert_eq(sim->rig->notices[NOTICE_FOREIGN_ORDER], count);
    cr_assert_eq(order_entry_counters(sim->rig->entry)->foreign_reports, count);
    cr_assert_eq(order_entry_counters(sim->rig->entry)->fills, 0);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), 1);
    const struct exposure_side *buys = order_entry_exposure(sim->rig->entry, 0, 0, ORDER_BUY);
    cr_assert(buys->open == 50000000 && buys->filled == 0);
}

/* The order it has is as it was: all of it may still fill. */
static void finish(struct sim *sim) {
    rig_say(sim->venue, "35=8|11=%s|37=OVENUE|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|",
            sim->id);
    rig_expect(sim->firm, "150=F|39=2|32=0.5|14=0.5|151=0");
    rig_expect_nothing(sim->firm);
    rig_expect_nothing(sim->venue);
    rig_end(sim->rig);
}

/*
 * Both runs use the same entry for their order, for the first time. That the epoch of the later one
 * is the same again helps nobody: the time in the ids is another.
 */
Test(order_entry_foreign, late_fills_of_the_run_before_are_noticed) {
    static const uint16_t epochs[] = {2, 1};
    for (size_t i = 0; i < sizeof(epochs) / sizeof(epochs[0]); i++) {
        struct rig_options options = rig_default();
        options.epoch = 1;
        options.start_utc_s = START_UTC_S;
        struct sim before = with_open_order(&options);
        rig_end(before.rig);
        options.epoch = epochs[i];
        options.start_utc_s = START_UTC_S + 3600;
        struct sim sim = with_open_order(&options);
        rig_say(sim.venue, FILL, before.id, '1', "30000");
        expect_foreign(&sim, 1, before.id, "OLD BTC/USD buy 0.2 30000");
        rig_say(sim.venue, FILL, before.id, '2', "29999.9");
        expect_foreign(&sim, 2, before.id, "OLD BTC/USD sell 0.2 29999.9");
        finish(&sim);
    }
}

/* What is open there, by an acknowledgement of an order that nobody placed here. */
Test(order_entry_foreign, open_orders_are_told_by_their_own_terms) {
    struct rig_options options = rig_default();
    struct sim sim = with_open_order(&options);
    static const char id[] = "12345678-1234-4234-8234-123456789012";
    rig_say(sim.venue,
            "35=8|11=%s|37=OLD|17=X|55=ETH/USD|54=2|150=0|39=0|38=3|44=2999.95|14=0|60=@|", id);
    expect_foreign(&sim, 1, id, "OLD ETH/USD sell 3 2999.95");
    finish(&sim);
}

/* One slot and two entries: the order at hand has both of the earlier one's. */
Test(order_entry_foreign, late_fills_after_the_slots_reuse_are_noticed) {
    struct rig_options options = rig_default();
    options.orders = 1;
    options.requests_per_venue = 2;
    options.late_window.ns = NS_PER_S;
    struct sim sim = with_open_order(&options);
    char old[REQUEST_UUID_BYTES + 1];
    memcpy(old, sim.id, sizeof(old));
    for (uint32_t i = 2; i <= 5; i++) {
        rig_say(sim.venue, "35=8|11=%s|37=O|17=X|150=4|39=4|14=0|60=@|", sim.id);
        rig_expect(sim.firm, "150=4");
        rig_advance(sim.rig, 1000);
        rig_say(sim.firm, BUY("A1"));
        rig_expect(sim.venue, "35=D");
        memcpy(sim.id, rig_id(sim.venue, i), sizeof(sim.id));
        rig_say(sim.venue, FILL, old, '1', "30000");
        expect_foreign(&sim, i - 1, old, "OLD BTC/USD buy 0.2 30000");
    }
    finish(&sim);
}

/* `id` with one of its 128 bits turned. */
static void turn_bit(char *id, unsigned bit) {
    static const char digits[] = "0123456789abcdef";
    char *at = id;
    for (unsigned digit = 0; digit < bit / 4 || *at == '-'; at++) {
        digit += *at != '-';
    }
    unsigned value = (unsigned)(strchr(digits, *at) - digits);
    *at = digits[value ^ (1U << bit % 4)];
}

/* Another generation, other check bits, another time: next to ours is not ours. */
Test(order_entry_foreign, an_id_that_is_ours_but_for_a_bit_is_not) {
    struct rig_options options = rig_default();
    options.notice_cells = 256;
    struct sim sim = with_open_order(&options);
    for (unsigned bit = 0; bit < 128; bit++) {
        char id[REQUEST_UUID_BYTES + 1];
        memcpy(id, sim.id, sizeof(id));
        turn_bit(id, bit);
        cr_assert_str_neq(id, sim.id);
        rig_say(sim.venue, FILL, id, '1', "30000");
        expect_foreign(&sim, bit + 1, id, "OLD BTC/USD buy 0.2 30000");
    }
    finish(&sim);
}

/* The same with the policy `cancel`. */

static struct sim that_cancels(struct rig_options options) {
    options.cancel_foreign = true;
    return with_open_order(&options);
}

static const struct order_entry_counters *counters(const struct sim *sim) {
    return order_entry_counters(sim->rig->entry);
}

/* Counted so far: sent, refused, left open. */
static void expect_cancels(const struct sim *sim, uint64_t sent, uint64_t refused, uint64_t left) {
    cr_assert_eq(counters(sim)->foreign_cancels, sent);
    cr_assert_eq(counters(sim)->foreign_cancels_refused, refused);
    cr_assert_eq(counters(sim)->foreign_left, left);
}

static void expect_said(const struct sim *sim, const char *what) {
    cr_assert_str_eq(sim->rig->notice_text[NOTICE_FOREIGN_CANCEL], what);
}

#define OPEN(order) "35=8|11=900001|37=" order "|17=X|55=ETH/USD|54=2|"
#define IS_NEW OPEN("OLD") "150=0|39=0|38=3|44=2999.95|14=0|151=3|60=@|"

Test(order_entry_foreign, one_that_is_open_there_is_cancelled_once) {
    static const char *const open[] = {
        IS_NEW,
        OPEN("OLD") "150=F|39=1|32=1|31=2999.95|38=3|14=1|151=2|60=@|",
        OPEN("OLD") "150=I|39=0|38=3|44=2999.95|14=0|151=3|60=@|",
        OPEN("OLD") "150=D|39=1|38=3|44=2999.95|14=1|151=2|60=@|",
        OPEN("OLD") "41=900000|150=5|39=5|38=3|44=2999.95|14=0|151=3|60=@|",
    };
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        struct sim sim = that_cancels(rig_default());
        rig_say(sim.venue, "%s", open[i]);
        rig_expect(sim.venue, "35=F|11=#2|37=OLD|41=900001|54=2|55=ETH/USD");
        expect_said(&sim, "OLD: sent");
        rig_say(sim.venue, "%s", open[i]);
        rig_say(sim.venue, OPEN("OLD") "150=F|39=1|32=1|31=2999.95|38=3|14=2|151=1|60=@|");
        rig_expect_nothing(sim.venue);
        rig_say(sim.venue,
                "35=8|11=#2|41=900001|37=OLD|17=X|55=ETH/USD|54=2|150=4|39=4|14=0|60=@|");
        rig_say(sim.venue, "%s", open[i]);
        rig_advance(sim.rig, 20000);
        rig_expect_nothing(sim.venue);
        expect_cancels(&sim, 1, 0, 0);
        cr_assert_eq(counters(&sim)->foreign_reports, 5);
        cr_assert_eq(counters(&sim)->fills, 0);
        finish(&sim);
    }
}

Test(order_entry_foreign, by_default_none_is_cancelled) {
    struct rig_options options = rig_default();
    struct sim sim = with_open_order(&options);
    rig_say(sim.venue, IS_NEW);
    rig_expect_nothing(sim.venue);
    expect_cancels(&sim, 0, 0, 0);
    finish(&sim);
}

Test(order_entry_foreign, one_that_is_over_there_is_not_cancelled) {
    static const char *const over[] = {
        OPEN("OLD") "150=F|39=2|32=3|31=2999.95|14=3|151=0|60=@|",
        OPEN("OLD") "150=F|39=1|32=3|31=2999.95|14=3|151=0|60=@|",
        OPEN("OLD") "150=4|39=4|14=0|60=@|",
        OPEN("OLD") "150=C|39=C|14=0|60=@|",
        OPEN("OLD") "150=I|39=2|14=3|60=@|",
        OPEN("OLD") "150=I|39=4|14=0|60=@|",
        "35=j|45=0|372=F|379=900001|380=101|58=EOrder:Unknown order|",
    };
    struct sim sim = that_cancels(rig_default());
    for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++) {
        rig_say(sim.venue, "%s", over[i]);
        rig_expect_nothing(sim.venue);
    }
    expect_cancels(&sim, 0, 0, 0);
    finish(&sim);
}

/* By a business reject, or by a session reject of the message's number. */
Test(order_entry_foreign, a_refused_cancel_is_told_and_not_tried_again) {
    for (int by_number = 0; by_number < 2; by_number++) {
        struct sim sim = that_cancels(rig_default());
        rig_say(sim.venue, IS_NEW);
        rig_expect(sim.venue, "35=F|11=#2|37=OLD");
        if (by_number != 0) {
            rig_say(sim.venue, "35=3|45=%llu|372=F|58=EOrder:Unknown order|",
                    (unsigned long long)(sim.venue->next_in - 1));
        } else {
            rig_say(sim.venue, "35=j|45=0|372=F|379=#2|380=101|58=EOrder:Unknown order|");
        }
        rig_expect_nothing(sim.firm);
        expect_said(&sim, "OLD: refused: EOrder:Unknown order");
        rig_say(sim.venue, IS_NEW);
        rig_advance(sim.rig, 20000);
        rig_expect_nothing(sim.venue);
        expect_cancels(&sim, 1, 1, 0);
        finish(&sim);
    }
}

/* As any other cancel that it missed, but that it is not sent twice. */
Test(order_entry_foreign, a_missed_cancel_is_told_and_not_tried_again) {
    struct sim sim = that_cancels(rig_default());
    rig_say(sim.venue, IS_NEW);
    rig_expect(sim.venue, "35=F|11=#2");
    rig_say(sim.venue, "35=2|7=3|16=0|");
    rig_expect(sim.venue, "35=4|43=Y|123=Y");
    expect_said(&sim, "OLD: not cancelled: the venue may have missed it");
    rig_say(sim.venue, IS_NEW);
    expect_cancels(&sim, 1, 0, 1);
    finish(&sim);
}

/* Nobody can say what would be cancelled. */
Test(order_entry_foreign, what_cannot_be_named_is_left) {
    static const struct {
        const char *says;
        const char *said;
    } rows[] = {
        {"35=8|11=900001|17=X|55=ETH/USD|54=2|150=0|39=0|14=0|60=@|",
         ": not cancelled: its ids cannot be used"},
        {"35=8|11=900001|37=OLD|17=X|55=SOL/USD|54=2|150=0|39=0|14=0|60=@|",
         "OLD: not cancelled: its symbol is not known here"},
        {"35=8|11=900001|37=OLD|17=X|55=ETH/USD|150=0|39=0|14=0|60=@|",
         "OLD: not cancelled: its side is not known"},
        /* Our own, by the venue's id: somebody else has touched it. */
        {"35=8|11=900001|37=OVENUE|17=X|55=BTC/USD|54=1|150=0|39=0|14=0|60=@|",
         "OVENUE: not cancelled: it is an order of ours"},
    };
    struct sim sim = that_cancels(rig_default());
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rig_say(sim.venue, "%s", rows[i].says);
        rig_expect_nothing(sim.venue);
        expect_said(&sim, rows[i].said);
        expect_cancels(&sim, 0, 0, i + 1);
    }
    finish(&sim);
}

/* A question is asked anew, and the first one answered: by an id that leads nowhere any more, of an
 * order that is ours. */
Test(order_entry_foreign, an_id_of_this_run_is_never_cancelled) {
    struct sim sim = that_cancels(rig_default());
    rig_peer_reset(sim.venue);
    rig_skip(sim.firm);
    rig_advance(sim.rig, 2000);
    rig_venue_up(sim.venue);
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=H|11=#2|37=OVENUE");
    rig_advance(sim.rig, 6000);
    rig_expect(sim.venue, "35=H|11=#3|37=OVENUE");
    rig_say(sim.venue, "35=8|11=#2|37=OTHER|17=X|55=BTC/USD|54=1|150=I|39=0|14=0|60=@|");
    rig_expect_nothing(sim.venue);
    cr_assert_eq(sim.rig->notices[NOTICE_FOREIGN_ORDER], 1);
    expect_cancels(&sim, 0, 0, 0);
    rig_say(sim.venue, "35=8|11=#3|37=OVENUE|17=X|150=I|39=0|38=0.5|44=30000|14=0|60=@|");
    rig_expect(sim.firm, "150=I|39=0");
    finish(&sim);
}

/* The room for cancels, and no more: what is sent counts, and what is not waits. */
Test(order_entry_foreign, its_cancel_waits_for_the_venues_rate) {
    struct rig_options options = rig_default();
    options.venue_rate = (struct rate_limit_config){.limit = 2, .per_minute = 60};
    struct sim sim = that_cancels(options);
    rig_say(sim.venue, IS_NEW);
    rig_expect(sim.venue, "35=F|11=#2|37=OLD");
    rig_say(sim.venue, OPEN("OLD2") "150=0|39=0|14=0|60=@|");
    rig_expect_nothing(sim.venue);
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.firm, "11=A2|150=8|58=TRC-ORD-034: the venue session's message rate is used up");
    rig_advance(sim.rig, 1000);
    rig_expect(sim.venue, "35=F|37=OLD2");
    expect_cancels(&sim, 2, 0, 0);
    finish(&sim);
}

/* One that ends while its cancel waits needs none. */
Test(order_entry_foreign, one_that_ended_meanwhile_is_not_cancelled) {
    struct rig_options options = rig_default();
    options.venue_rate = (struct rate_limit_config){.limit = 1, .per_minute = 60};
    struct sim sim = that_cancels(options);
    rig_say(sim.venue, IS_NEW);
    rig_say(sim.venue, OPEN("OLD") "150=4|39=4|14=0|60=@|");
    rig_advance(sim.rig, 5000);
    rig_expect_nothing(sim.venue);
    expect_cancels(&sim, 0, 0, 0);
    finish(&sim);
}

static void say_open(struct sim *sim, unsigned number) {
    rig_say(sim->venue, "35=8|11=%u|37=O%u|17=X|55=ETH/USD|54=2|150=0|39=0|14=0|60=@|", number,
            number);
}

/* 64 of them have unanswered cancels: the next ones are left. An answer gives a place up. */
Test(order_entry_foreign, more_than_can_be_kept_in_mind_are_left) {
    struct rig_options options = rig_default();
    options.notice_cells = 256;
    struct sim sim = that_cancels(options);
    for (unsigned i = 1; i <= 64; i++) {
        say_open(&sim, i);
        rig_expect(sim.venue, "35=F");
    }
    say_open(&sim, 65);
    rig_expect_nothing(sim.venue);
    expect_said(&sim, "O65: not cancelled: too many of them at once");
    expect_cancels(&sim, 64, 0, 1);
    rig_say(sim.venue, "35=j|45=0|372=F|379=#9|380=101|58=EOrder:Unknown order|");
    say_open(&sim, 65);
    rig_expect(sim.venue, "35=F|37=O65");
    say_open(&sim, 66);
    rig_expect_nothing(sim.venue);
    expect_cancels(&sim, 65, 1, 2);
    finish(&sim);
}

/* Entries of the venue's request table that are kept for cancels are for those of our orders. */
Test(order_entry_foreign, its_cancel_takes_no_entry_from_our_orders) {
    struct rig_options options = rig_default();
    options.orders = 4;
    options.requests_per_venue = 4;
    struct sim sim = that_cancels(options);
    rig_say(sim.firm, BUY("A2"));
    rig_expect(sim.venue, "35=D|11=#2");
    rig_say(sim.venue, IS_NEW);
    rig_expect_nothing(sim.venue);
    rig_say(sim.firm, "35=F|11=C1|41=A1|60=@|");
    rig_say(sim.firm, "35=F|11=C2|41=A2|60=@|");
    rig_expect(sim.venue, "35=F|41=#1");
    rig_expect(sim.venue, "35=F|41=#2");
    expect_cancels(&sim, 0, 0, 0);
    rig_end(sim.rig);
}

Test(order_entry_foreign, without_a_session_it_is_left) {
    struct rig_options options = rig_default();
    options.venue_rate = (struct rate_limit_config){.limit = 1, .per_minute = 60};
    struct sim sim = that_cancels(options);
    rig_say(sim.venue, IS_NEW);
    rig_expect_nothing(sim.venue);
    rig_peer_reset(sim.venue);
    rig_settle(sim.rig);
    expect_said(&sim, "OLD: not cancelled: the venue session is down");
    expect_cancels(&sim, 0, 0, 1);
    rig_end(sim.rig);
}
