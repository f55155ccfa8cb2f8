#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* What becomes of the open orders of a client that is gone. */

#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|"
#define GONE(id, orig) "35=8|11=" id "|41=" orig "|37=OVENUE|17=X|150=4|39=4|14=0|60=@|"
#define WHY "58=TRC-ORD-037: canceled because its session disconnected"

static struct rig *with_two_orders(enum order_entry_cod when, int64_t window_ms) {
    struct rig_options options = rig_default();
    options.cancel_on_disconnect = when;
    options.cancel_window.ns = window_ms * NS_PER_MS;
    struct rig *rig = rig_up(&options);
    rig_client_up(&rig->client[1]);
    rig_say(&rig->client[0], BUY("A1"));
    rig_say(&rig->client[0], BUY("A2"));
    rig_say(&rig->client[1], "35=D|11=B1|1=MM1|55=BTC-USD|54=1|38=1|40=2|44=30000|60=@|");
    for (int i = 1; i <= 3; i++) {
        rig_expect(&rig->venue[0], "35=D");
    }
    rig_say(&rig->venue[0], ACK("#1"));
    rig_expect(&rig->client[0], "150=0");
    return rig;
}

static void log_out(struct rig_peer *client) {
    rig_say(client, "35=5|");
    rig_expect(client, "35=5");
    rig_peer_finish(client);
    rig_settle(client->rig);
    rig_peer_forget(client);
}

/* Its orders, and nobody else's; each end is told when it is back. */
Test(order_entry_disconnect, a_broken_connection_cancels_its_orders) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_DISCONNECT, 0);
    struct rig_peer *venue = &rig->venue[0];
    rig_peer_reset(&rig->client[0]);
    rig_expect(venue, "35=F|41=#1");
    rig_expect(venue, "35=F|41=#2");
    rig_expect_nothing(venue);
    cr_assert_eq(rig->notices[NOTICE_CANCEL_ON_DISCONNECT], 1);
    cr_assert_str_eq(rig->notice_text[NOTICE_CANCEL_ON_DISCONNECT],
                     "cancels on their way 0 us after the disconnect");
    rig_say(venue, GONE("#4", "#1"));
    rig_say(venue, GONE("#5", "#2"));
    rig_client_up(&rig->client[0]);
    rig_expect(&rig->client[0], "35=8|150=4|11=A1|-41|" WHY);
    rig_expect(&rig->client[0], "35=8|150=4|11=A2|-41|" WHY);
    cr_assert_eq(order_entry_live_orders(rig->entry), 1);
    rig_end(rig);
}

Test(order_entry_disconnect, ends_and_policies) {
    static const struct {
        enum order_entry_cod when;
        bool logout;
        bool cancels;
    } cases[] = {
        {ORDER_ENTRY_COD_NONE, false, false},      {ORDER_ENTRY_COD_NONE, true, false},
        {ORDER_ENTRY_COD_DISCONNECT, false, true}, {ORDER_ENTRY_COD_DISCONNECT, true, false},
        {ORDER_ENTRY_COD_LOGOUT, false, false},    {ORDER_ENTRY_COD_LOGOUT, true, true},
        {ORDER_ENTRY_COD_BOTH, false, true},       {ORDER_ENTRY_COD_BOTH, true, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rig *rig = with_two_orders(cases[i].when, 0);
        if (cases[i].logout) {
            log_out(&rig->client[0]);
        } else {
            rig_peer_reset(&rig->client[0]);
        }
        if (cases[i].cancels) {
            rig_expect(&rig->venue[0], "35=F");
            rig_expect(&rig->venue[0], "35=F");
        }
        rig_expect_nothing(&rig->venue[0]);
        rig_end(rig);
    }
}

/* Back in time, and Logon counts, not the connection. */
Test(order_entry_disconnect, a_logon_within_the_window_keeps_them) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 2000);
    rig_peer_reset(&rig->client[0]);
    rig_advance(rig, 1999);
    rig_client_up(&rig->client[0]);
    rig_advance(rig, 10000);
    rig_expect_nothing(&rig->venue[0]);
    rig_peer_reset(&rig->client[0]);
    rig_client_connect(&rig->client[0]);
    rig_advance(rig, 1999);
    rig_expect_nothing(&rig->venue[0]);
    rig_advance(rig, 1);
    rig_expect(&rig->venue[0], "35=F|41=#1");
    rig_expect(&rig->venue[0], "35=F|41=#2");
    rig_end(rig);
}

Test(order_entry_disconnect, a_slow_reader_that_is_cut_off_has_not_logged_out) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_DISCONNECT, 0);
    stream_memory_window(rig_router_end(&rig->client[0]), 0);
    rig_say(&rig->venue[0], ACK("#2"));
    rig_advance(rig, 11000);
    rig_expect(&rig->venue[0], "35=F|41=#1");
    rig_expect(&rig->venue[0], "35=F|41=#2");
    rig_end(rig);
}

/* What it sends once it is back is not part of it, however late the cancels are. */
Test(order_entry_disconnect, new_orders_are_not_part_of_it) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_DISCONNECT, 0);
    struct rig_peer *venue = &rig->venue[0];
    stream_memory_window(rig_router_end(venue), 0);
    rig_peer_reset(&rig->client[0]);
    rig_settle(rig);
    rig_advance(rig, 100);
    rig_client_up(&rig->client[0]);
    stream_memory_window(rig_router_end(venue), SIZE_MAX);
    rig_say(&rig->client[0], BUY("A3"));
    rig_expect(venue, "35=D|11=#4");
    rig_expect(venue, "35=F|41=#1");
    rig_expect(venue, "35=F|41=#2");
    rig_advance(rig, 5000);
    rig_expect_nothing(venue);
    rig_end(rig);
}

/* The venue is away: the cancels go when it is back. */
Test(order_entry_disconnect, waits_for_a_venue_that_is_away) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_DISCONNECT, 0);
    struct rig_peer *venue = &rig->venue[0];
    rig_peer_reset(venue);
    rig_settle(rig);
    rig_peer_reset(&rig->client[0]);
    rig_settle(rig);
    rig_advance(rig, 3000);
    rig_venue_up(venue);
    rig_advance(rig, 1000);
    /* In doubt by now: the one whose OrderID is known is asked about, too. */
    rig_expect(venue, "35=H");
    rig_expect(venue, "35=F|41=#1");
    rig_expect(venue, "35=F|41=#2");
    rig_expect_nothing(venue);
    rig_end(rig);
}

static bool hears_cancel(struct rig_peer *venue) {
    bool heard = false;
    while (*rig_hear(venue) != '\0') {
        heard |= strncmp(venue->text, "35=F|", 5) == 0;
    }
    return heard;
}

static void pass_seconds(struct rig *rig, int seconds) {
    for (int i = 0; i < seconds; i++) {
        rig_advance(rig, 1000);
        rig_say(&rig->venue[0], "35=0|");
    }
}

/* Refused for its rate, say: the order is as open as it was. */
Test(order_entry_disconnect, asks_again_when_a_cancel_is_refused) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 0);
    struct rig_peer *venue = &rig->venue[0];
    rig_peer_reset(&rig->client[0]);
    rig_expect(venue, "35=F|11=#4|41=#1");
    rig_expect(venue, "35=F|11=#5|41=#2");
    rig_say(venue, GONE("#5", "#2"));
    pass_seconds(rig, 2);
    rig_expect_nothing(venue);
    rig_say(venue, "35=j|45=0|372=F|379=#4|380=0|58=EOrder:Rate limit exceeded|");
    pass_seconds(rig, 8);
    cr_assert(hears_cancel(venue));
    rig_end(rig);
}

Test(order_entry_disconnect, asks_again_when_a_cancel_is_never_answered) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 0);
    rig_peer_reset(&rig->client[0]);
    cr_assert(hears_cancel(&rig->venue[0]));
    pass_seconds(rig, 4);
    cr_assert(!hears_cancel(&rig->venue[0]), "it has five seconds to answer");
    pass_seconds(rig, 12);
    cr_assert(hears_cancel(&rig->venue[0]));
    rig_end(rig);
}

/* Its own cancel was under way as it went, and comes to nothing. */
Test(order_entry_disconnect, asks_when_the_clients_own_cancel_is_refused) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 0);
    struct rig_peer *venue = &rig->venue[0];
    rig_say(&rig->client[0], "35=F|11=C|41=A1|60=@|");
    rig_expect(venue, "35=F|11=#4|41=#1");
    rig_peer_reset(&rig->client[0]);
    rig_expect(venue, "35=F|11=#5|41=#2");
    rig_say(venue, GONE("#5", "#2"));
    rig_say(venue, "35=j|45=0|372=F|379=#4|380=0|58=EOrder:Rate limit exceeded|");
    pass_seconds(rig, 3);
    cr_assert(hears_cancel(venue));
    rig_end(rig);
}

/* However late the venue goes, with the cancels unanswered. */
Test(order_entry_disconnect, asks_again_when_the_venue_is_lost_later) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 0);
    struct rig_peer *venue = &rig->venue[0];
    rig_peer_reset(&rig->client[0]);
    cr_assert(hears_cancel(venue));
    pass_seconds(rig, 3);
    rig_peer_reset(venue);
    rig_advance(rig, 2000);
    rig_venue_up(venue);
    pass_seconds(rig, 10);
    cr_assert(hears_cancel(venue));
    rig_end(rig);
}

/* And not once all are finished. */
Test(order_entry_disconnect, ends_when_the_orders_have) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 0);
    rig_peer_reset(&rig->client[0]);
    cr_assert(hears_cancel(&rig->venue[0]));
    rig_say(&rig->venue[0], GONE("#4", "#1"));
    rig_say(&rig->venue[0], GONE("#5", "#2"));
    pass_seconds(rig, 20);
    cr_assert(!hears_cancel(&rig->venue[0]));
    cr_assert_eq(rig->notices[NOTICE_CANCEL_ON_DISCONNECT], 1);
    rig_end(rig);
}

/* The stop has a policy of its own. */
Test(order_entry_disconnect, is_not_for_a_router_that_stops) {
    struct rig *rig = with_two_orders(ORDER_ENTRY_COD_BOTH, 0);
    rig_stop(rig, false, 5);
    rig_peer_reset(&rig->client[0]);
    rig_settle(rig);
    while (*rig_hear(&rig->venue[0]) != '\0') {
        cr_assert(strncmp(rig->venue[0].text, "35=F|", 5) != 0);
    }
    rig_end(rig);
}
