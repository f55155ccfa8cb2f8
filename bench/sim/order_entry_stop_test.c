#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* The orderly end: what was asked for is done, everybody is told, and it ends in time whatever they
 * do. */

#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|"
#define CANCELED(id, orig) "35=8|11=" id "|41=" orig "|37=OVENUE|17=X|150=4|39=4|14=0|60=@|"
#define LOST "58=in doubt: the venue session was lost"
#define GOODBYE "35=5|58=the router is shutting down"

struct sim {
    struct rig *rig;
    struct rig_peer *firm;
    struct rig_peer *venue;
};

/* A1 acknowledged, A2 not. */
static struct sim with_orders(void) {
    struct rig *rig = rig_up(NULL);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    rig_say(sim.firm, BUY("A1"));
    rig_say(sim.firm, BUY("A2"));
    rig_skip(sim.venue);
    rig_say(sim.venue, ACK("#1"));
    rig_expect(sim.firm, "150=0");
    return sim;
}

static void stop(struct sim *sim, bool cancel, int64_t seconds) {
    rig_stop(sim->rig, cancel, seconds);
    rig_settle(sim->rig);
}

static void answer_goodbye(struct rig_peer *peer) {
    rig_expect(peer, GOODBYE);
    rig_say(peer, "35=5|");
    rig_settle(peer->rig);
    cr_assert_str_eq(rig_peer_end(peer), "peer_finished");
    rig_peer_finish(peer);
    rig_settle(peer->rig);
}

static void assert_phase(const struct sim *sim, enum order_entry_phase phase) {
    cr_assert_eq(order_entry_phase(sim->rig->entry), phase, "phase %d instead of %d",
                 order_entry_phase(sim->rig->entry), phase);
}

static void assert_stopped(const struct sim *sim, uint32_t live) {
    assert_phase(sim, ORDER_ENTRY_STOPPED);
    cr_assert_eq(order_entry_live_orders(sim->rig->entry), live);
    cr_assert_eq(sim->rig->notices[NOTICE_STOPPED], 1);
}

/* The next one, and its id; questions about orders in doubt go between. */
static void hear_cancel(struct rig_peer *venue, const char *orig, char id[8]) {
    do {
        cr_assert(*rig_hear(venue) != '\0', "no cancel with %s", orig);
    } while (strncmp(venue->text, "35=F|", 5) != 0);
    cr_assert_not_null(strstr(venue->text, orig), "%s", venue->text);
    cr_assert_eq(sscanf(venue->text, "35=F|11=%7[^|]", id), 1);
}

/* A venue that is back in time, and a cancel that came to nothing. */
Test(order_entry_stop, cancels_what_it_could_not_at_first) {
    struct sim sim = with_orders();
    rig_peer_reset(sim.venue);
    rig_settle(sim.rig);
    stop(&sim, true, 60);
    rig_advance(sim.rig, 3000);
    assert_phase(&sim, ORDER_ENTRY_CANCELING);
    rig_venue_up(sim.venue);
    rig_advance(sim.rig, 1000);
    char first[8];
    char second[8];
    hear_cancel(sim.venue, "|41=#1|", first);
    hear_cancel(sim.venue, "|41=#2|", second);
    rig_say(sim.venue, CANCELED("%s", "#1"), first);
    rig_say(sim.venue, "35=j|45=0|372=F|379=%s|380=0|58=EGeneral:Internal error|", second);
    rig_advance(sim.rig, 1000);
    hear_cancel(sim.venue, "|41=#2|", second);
    rig_say(sim.venue, CANCELED("%s", "#2"), second);
    rig_settle(sim.rig);
    assert_phase(&sim, ORDER_ENTRY_LOGGING_OUT);
    rig_end(sim.rig);
}

Test(order_entry_stop, cancels_then_tells_venues_then_clients) {
    struct sim sim = with_orders();
    stop(&sim, true, 60);
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    rig_expect_nothing(sim.venue);
    rig_expect_nothing(sim.firm);
    assert_phase(&sim, ORDER_ENTRY_CANCELING);
    rig_say(sim.venue, CANCELED("#3", "#1"));
    rig_say(sim.venue, CANCELED("#4", "#2"));
    rig_expect(sim.firm, "150=4|39=4|11=A1|-41");
    rig_expect(sim.firm, "150=4|39=4|11=A2|-41");
    rig_expect_nothing(sim.firm);
    assert_phase(&sim, ORDER_ENTRY_LOGGING_OUT);
    answer_goodbye(sim.venue);
    answer_goodbye(sim.firm);
    assert_stopped(&sim, 0);
    cr_assert_eq(sim.rig->ledger_count, 2);
    cr_assert_eq(sim.rig->ledger[1].state, ORDER_CANCELED);
    cr_assert_not(order_entry_turn(sim.rig->entry, sim.rig->now));
    rig_end(sim.rig);
}

/* But not in the dark: what the venue owes an answer about is in doubt. */
Test(order_entry_stop, leaves_orders_where_that_is_the_policy) {
    struct sim sim = with_orders();
    stop(&sim, false, 60);
    assert_phase(&sim, ORDER_ENTRY_LOGGING_OUT);
    answer_goodbye(sim.venue);
    rig_expect(sim.firm, "35=8|11=A2|150=I|39=A|" LOST);
    answer_goodbye(sim.firm);
    assert_stopped(&sim, 2);
    cr_assert_eq(sim.rig->ledger_count, 2);
    cr_assert_eq(sim.rig->ledger[0].state, ORDER_NEW);
    cr_assert_eq(sim.rig->ledger[1].state, ORDER_IN_DOUBT);
    rig_end(sim.rig);
}

/* What the venue said, and what was not heard of it, may be a fill. */
Test(order_entry_stop, leaves_no_order_in_the_dark_whose_venue_was_not_heard_to_the_end) {
    static const enum { GAP, SILENT, BROKEN, WAYS } all = WAYS;
    for (int way = GAP; way < (int)all; way++) {
        struct sim sim = with_orders();
        rig_say(sim.venue, ACK("#2"));
        rig_expect(sim.firm, "150=0|11=A2");
        sim.venue->next_out += way == GAP;
        stop(&sim, false, 60);
        if (way == GAP) {
            answer_goodbye(sim.venue);
        } else if (way == SILENT) {
            rig_advance(sim.rig, 4500);
        } else {
            rig_peer_reset(sim.venue);
        }
        rig_expect(sim.firm, "35=8|11=A1|150=I|39=0|" LOST);
        rig_expect(sim.firm, "35=8|11=A2|150=I|39=0|" LOST);
        rig_end(sim.rig);
    }
}

Test(order_entry_stop, answers_what_is_pending_of_orders_that_it_leaves) {
    struct sim sim = with_orders();
    rig_say(sim.venue, ACK("#2"));
    rig_say(sim.firm, "35=G|11=G1|41=A1|55=BTC-USD|54=1|38=1|40=2|44=29000|60=@|");
    rig_say(sim.firm, CANCEL("C1", "A2"));
    rig_settle(sim.rig);
    rig_skip(sim.venue);
    rig_skip(sim.firm);
    stop(&sim, false, 60);
    answer_goodbye(sim.venue);
    rig_expect(sim.firm, "35=8|11=A1|150=I|39=E|" LOST);
    rig_expect(sim.firm, "35=9|11=G1|41=A1|434=2|102=2|58=TRC-ORD-024: the order is in doubt until "
                         "the venue answers");
    rig_expect(sim.firm, "35=8|11=A2|150=I|39=0|" LOST);
    rig_expect(sim.firm, "35=9|11=C1|41=A2|434=1|102=2|58=TRC-ORD-024: the order is in doubt until "
                         "the venue answers");
    answer_goodbye(sim.firm);
    assert_stopped(&sim, 2);
    rig_end(sim.rig);
}

Test(order_entry_stop, without_orders_is_quick) {
    struct rig *rig = rig_up(NULL);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    stop(&sim, true, 60);
    answer_goodbye(sim.venue);
    answer_goodbye(sim.firm);
    assert_stopped(&sim, 0);
    rig_end(rig);
}

/* What the venue says between our Logout and its own is booked and told. */
Test(order_entry_stop, hears_the_venue_to_the_end) {
    struct sim sim = with_orders();
    stop(&sim, false, 60);
    rig_say(sim.venue, "35=8|11=#1|37=O|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|");
    answer_goodbye(sim.venue);
    rig_expect(sim.firm, "150=F|39=2|11=A1|14=0.5");
    rig_expect(sim.firm, "35=8|11=A2|150=I|39=A|" LOST);
    answer_goodbye(sim.firm);
    assert_stopped(&sim, 1);
    rig_end(sim.rig);
}

Test(order_entry_stop, a_cancel_of_the_clients_is_taken_meanwhile) {
    struct sim sim = with_orders();
    rig_say(sim.firm, CANCEL("C1", "A1"));
    rig_expect(sim.venue, "35=F|11=#3|41=#1");
    stop(&sim, true, 60);
    rig_expect(sim.venue, "35=F|11=#4|41=#2");
    rig_expect_nothing(sim.venue);
    rig_say(sim.venue, CANCELED("#3", "#1"));
    rig_expect(sim.firm, "150=4|11=C1|41=A1");
    rig_end(sim.rig);
}

Test(order_entry_stop, does_not_wait_for_a_venue_longer_than_it_may) {
    struct sim sim = with_orders();
    stop(&sim, true, 5);
    rig_skip(sim.venue);
    rig_advance(sim.rig, 4999);
    assert_phase(&sim, ORDER_ENTRY_CANCELING);
    rig_expect_nothing(sim.venue);
    rig_advance(sim.rig, 1);
    rig_expect(sim.venue, GOODBYE);
    assert_phase(&sim, ORDER_ENTRY_LOGGING_OUT);
    /* It never answers that, either. */
    rig_advance(sim.rig, 3999);
    rig_expect_nothing(sim.firm);
    rig_advance(sim.rig, 1);
    rig_expect(sim.firm, "35=8|11=A1|150=I|" LOST);
    rig_expect(sim.firm, "35=8|11=A2|150=I|" LOST);
    rig_expect(sim.firm, GOODBYE);
    rig_advance(sim.rig, 3000);
    assert_stopped(&sim, 2);
    cr_assert_eq(sim.rig->ledger_count, 2);
    rig_end(sim.rig);
}

Test(order_entry_stop, does_not_wait_for_a_client_that_does_not_read) {
    struct sim sim = with_orders();
    stream_memory_window(rig_router_end(sim.firm), 0);
    stop(&sim, false, 10);
    answer_goodbye(sim.venue);
    rig_advance(sim.rig, 4999);
    assert_phase(&sim, ORDER_ENTRY_LOGGING_OUT);
    rig_advance(sim.rig, 3001);
    assert_stopped(&sim, 2);
    rig_end(sim.rig);
}

Test(order_entry_stop, gives_up_who_is_not_there_yet) {
    struct rig_options options = rig_default();
    options.venues = 2;
    options.passwords = true;
    struct rig *rig = rig_begin(&options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    stream_memory_answer(rig->world, 0, 1, STREAM_MEMORY_SILENCE);
    rig->hold_signatures = true;
    rig->hold_passwords = true;
    rig_client_connect(sim.firm);
    rig_say(sim.firm, "35=A|98=0|108=30|554=secret|");
    rig_client_connect(&rig->client[1]);
    rig_settle(rig);
    stop(&sim, true, 10);
    rig_expect_nothing(sim.venue);
    cr_assert_str_eq(rig_peer_end(sim.venue), "peer_finished");
    cr_assert_str_eq(rig_peer_end(&rig->client[1]), "reset");
    rig_peer_finish(sim.venue);
    rig_expect_nothing(sim.firm);
    cr_assert_str_eq(rig_peer_end(sim.firm), "reset");
    rig_settle(rig);
    assert_stopped(&sim, 0);
    rig_end(rig);
}

Test(order_entry_stop, lets_nobody_in) {
    struct sim sim = with_orders();
    stop(&sim, true, 10);
    struct rig_peer *late = &sim.rig->client[1];
    rig_client_connect(late);
    rig_say(late, "35=A|98=0|108=30|");
    rig_expect_nothing(late);
    cr_assert_str_eq(rig_peer_end(late), "");
    rig_end(sim.rig);
}

/* A venue that went away while its orders were to be cancelled is dialled again: it may be back in
 * time. */
Test(order_entry_stop, tries_a_lost_venue_again) {
    struct sim sim = with_orders();
    stop(&sim, true, 60);
    rig_skip(sim.venue);
    rig_peer_reset(sim.venue);
    rig_expect(sim.firm, "150=I|11=A1");
    rig_expect(sim.firm, "150=I|11=A2");
    rig_advance(sim.rig, 2000);
    rig_venue_up(sim.venue);
    rig_say(sim.venue, CANCELED("#1", "#1"));
    rig_say(sim.venue, CANCELED("#2", "#2"));
    rig_expect(sim.firm, "150=4|11=A1");
    rig_expect(sim.firm, "150=4|11=A2");
    answer_goodbye(sim.venue);
    answer_goodbye(sim.firm);
    assert_stopped(&sim, 0);
    rig_end(sim.rig);
}

/* Nothing of the ledger is given up: the end waits for its ring. */
Test(order_entry_stop, waits_for_the_ledger) {
    struct rig_options options = rig_default();
    options.ledger_cells = 4;
    struct rig *rig = rig_up(&options);
    struct sim sim = {.rig = rig, .firm = &rig->client[0], .venue = &rig->venue[0]};
    for (int i = 1; i <= 8; i++) {
        rig_say(sim.firm, BUY("A%d"), i);
    }
    rig_skip(sim.venue);
    rig->hold_ledger = true;
    stop(&sim, false, 10);
    answer_goodbye(sim.venue);
    rig_skip(sim.firm);
    rig_say(sim.firm, "35=5|");
    rig_settle(rig);
    rig_peer_finish(sim.firm);
    rig_advance(rig, 10000);
    assert_phase(&sim, ORDER_ENTRY_LOGGING_OUT);
    rig->hold_ledger = false;
    rig_settle(rig);
    assert_stopped(&sim, 8);
    cr_assert_eq(rig->ledger_count, 8);
    rig_end(rig);
}
