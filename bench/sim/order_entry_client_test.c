#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* A client that is in: silence, going away and coming back, not reading, waiting. */

#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|"

static const struct order_entry_counters *counters(const struct rig *rig) {
    return order_entry_counters(rig->entry);
}

Test(order_entry_client, that_falls_silent_is_asked_and_then_left) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    for (int i = 0; i < 2; i++) {
        rig_advance(rig, 18000);
        rig_say(&rig->venue[0], "35=0|");
    }
    rig_expect(client, "35=0");
    rig_expect(client, "35=1|112=TEST");
    rig_advance(rig, 18000);
    rig_say(&rig->venue[0], "35=0|");
    rig_advance(rig, 17999);
    cr_assert_str_eq(rig_peer_end(client), "");
    rig_advance(rig, 1);
    rig_skip(client);
    cr_assert_str_eq(rig_peer_end(client), "peer_finished");
    /* It never ends its side; two seconds are enough to wait for that. */
    rig_advance(rig, 2000);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    cr_assert_str_eq(rig->notice_text[NOTICE_CLIENT_DOWN], fix_end_name(FIX_END_HEARTBEAT_TIMEOUT));
    rig_end(rig);
}

Test(order_entry_client, that_says_half_a_message_and_no_more_is_left) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    char message[FIX_WIRE_MESSAGE_MAX];
    size_t len = rig_compose(client, BUY("A1"), message, sizeof(message));
    rig_say_bytes(client, message, len - 1);
    for (int i = 0; i < 5; i++) {
        rig_advance(rig, 15000);
        rig_say(&rig->venue[0], "35=0|");
    }
    rig_settle(rig);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    cr_assert_eq(counters(rig)->orders_accepted, 0);
    rig_end(rig);
}

Test(order_entry_client, half_a_message_and_the_rest_later_is_one_message) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    char message[FIX_WIRE_MESSAGE_MAX];
    size_t len = rig_compose(client, BUY("A1"), message, sizeof(message));
    rig_say_bytes(client, message, len - 1);
    rig_advance(rig, 25000);
    rig_say(&rig->venue[0], "35=0|");
    rig_say_bytes(client, message + len - 1, 1);
    rig_expect(&rig->venue[0], "35=D|11=#1|60=@");
    rig_end(rig);
}

Test(order_entry_client, that_comes_back_gets_what_it_missed) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_peer_reset(client);
    rig_say(&rig->venue[0], ACK("#1"));
    rig_say(&rig->venue[0], "35=8|11=#1|37=O|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|");
    rig_settle(rig);
    rig_client_up(client);
    rig_expect(client, "35=8|17=R-E1|150=0|39=0");
    rig_expect(client, "35=8|17=R-E2|150=F|39=2");
    rig_expect_nothing(client);
    rig_end(rig);
}

Test(order_entry_client, that_logs_out_leaves_its_orders_open) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(client, "35=5|58=bye|");
    rig_expect(client, "35=5");
    cr_assert_str_eq(rig_peer_end(client), "peer_finished");
    rig_peer_finish(client);
    rig_settle(rig);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    rig_expect_nothing(&rig->venue[0]);
    cr_assert_eq(order_entry_live_orders(rig->entry), 1);
    rig_end(rig);
}

/* What the router numbered and kept is asked for from `next` on; the Logon's number says how much.
 */
static void come_back_and_ask(struct rig_peer *client, uint64_t next) {
    client->next_in = next + counters(client->rig)->reports_unsent;
    rig_client_up(client);
    rig_say(client, "35=2|7=%llu|16=0|", (unsigned long long)next);
}

/* Every report once, wherever it comes from: 17 tells them apart. */
static void expect_each_once(struct rig_peer *client, unsigned first, unsigned last) {
    bool heard[256] = {false};
    const char *text;
    unsigned total = 0;
    while (*(text = rig_hear(client)) != '\0') {
        const char *exec = strstr(text, "|17=R-E");
        unsigned long number = exec == NULL ? 0 : strtoul(exec + 7, NULL, 10);
        if (number == 0) {
            continue;
        }
        cr_assert(number >= first && number <= last, "%s", text);
        /* What was written after the Logon is numbered behind the gap, and so comes again. */
        cr_assert(!heard[number] || strstr(text, "|43=Y|") != NULL, "%s", text);
        total += !heard[number];
        heard[number] = true;
        rig_settle(client->rig);
        rig_advance(client->rig, 1);
    }
    cr_assert_eq(total, last - first + 1);
}

static void begin_anew(struct rig_peer *client) {
    rig_client_connect(client);
    client->next_out = 1;
    client->next_in = 1;
    rig_say(client, "35=A|98=0|108=30|141=Y|");
    rig_expect(client, "35=A|141=Y");
}

/* One that fill_often does not finish. */
static void say_large_order(struct rig_peer *client) {
    rig_say(client, "35=D|11=A1|55=BTC-USD|54=1|38=500|40=2|44=30000|60=@|");
    rig_expect(&client->rig->venue[0], "35=D|11=#1");
}

static void fill_often(struct rig_peer *venue, int first, int last) {
    for (int i = first; i <= last; i++) {
        rig_say(venue, "35=8|11=#1|37=O|17=X%d|150=F|39=1|32=1|31=30000|14=%d|60=@|", i, i);
    }
    rig_settle(venue->rig);
}

/* It heard of its order, and then was away for 200 fills; its queue has room for 64. */
static struct rig *with_unsent(uint32_t resend_messages) {
    struct rig_options options = rig_default();
    options.reports_per_client = 64;
    options.resend_messages = resend_messages;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    say_large_order(client);
    rig_say(&rig->venue[0], ACK("#1"));
    rig_expect(client, "35=8|17=R-E1|150=0");
    rig_peer_reset(client);
    fill_often(&rig->venue[0], 1, 200);
    cr_assert_eq(counters(rig)->fills, 200);
    cr_assert_gt(counters(rig)->reports_unsent, 130);
    return rig;
}

/* One after the other; those that got a number before the client began anew say so. */
static void expect_fills(struct rig_peer *client, unsigned count) {
    uint64_t unsent = counters(client->rig)->reports_unsent;
    for (unsigned i = 1; i <= count; i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "35=8|17=R-E%u|14=%u|150=F|%s", i + 1, i,
                 i <= unsent ? "97=Y" : "-97");
        rig_advance(client->rig, 1);
        rig_expect(client, expected);
    }
}

/* It is cut off, nobody else waits for it, and when it is back nothing is missing. */
Test(order_entry_client, that_does_not_read_is_cut_off_and_loses_nothing) {
    struct rig_options options = rig_default();
    options.reports_per_client = 16;
    struct rig *rig = rig_up(&options);
    struct rig_peer *slow = &rig->client[0];
    struct rig_peer *other = &rig->client[1];
    struct rig_peer *venue = &rig->venue[0];
    rig_client_up(other);
    say_large_order(slow);
    stream_memory_window(rig_router_end(slow), 0);
    fill_often(venue, 1, 50);
    cr_assert_eq(counters(rig)->fills, 50);
    cr_assert_eq(counters(rig)->clients_cut_off, 1);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_SLOW], 1);
    rig_say(other, "35=D|11=B1|1=MM1|55=BTC-USD|54=1|38=1|40=2|44=30000|60=@|");
    rig_expect(venue, "35=D|11=#2");
    rig_say(venue, ACK("#2"));
    rig_expect(other, "35=8|11=B1|150=0");
    rig_advance(rig, 1000);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    cr_assert_str_eq(rig->notice_text[NOTICE_CLIENT_DOWN], "cut off");
    rig_peer_forget(slow);
    come_back_and_ask(slow, 2);
    expect_each_once(slow, 1, 50);
    rig_end(rig);
}

/* Far from full, but nothing is taken of it. */
Test(order_entry_client, that_reads_nothing_for_too_long_is_told_why_when_it_can_be) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    stream_memory_window(rig_router_end(client), 0);
    rig_say(&rig->venue[0], ACK("#1"));
    rig_advance(rig, 9999);
    cr_assert_eq(counters(rig)->clients_cut_off, 0);
    rig_advance(rig, 1);
    cr_assert_eq(counters(rig)->clients_cut_off, 1);
    stream_memory_window(rig_router_end(client), SIZE_MAX);
    rig_turn(rig);
    rig_expect(client, "35=5|58=reports are not read");
    rig_advance(rig, 1000);
    cr_assert_str_eq(rig->notice_text[NOTICE_CLIENT_DOWN], "cut off");
    rig_peer_forget(client);
    rig_client_up(client);
    rig_expect(client, "35=8|11=A1|150=0");
    rig_expect_nothing(client);
    rig_end(rig);
}

Test(order_entry_client, that_reads_now_and_then_stays) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    say_large_order(client);
    stream_memory_window(rig_router_end(client), 0);
    fill_often(&rig->venue[0], 1, 8);
    for (int i = 1; i <= 8; i++) {
        rig_advance(rig, 9000);
        stream_memory_window(rig_router_end(client), 2500);
        rig_turn(rig);
        stream_memory_window(rig_router_end(client), 0);
        rig_say(client, "35=0|");
        rig_say(&rig->venue[0], "35=0|");
    }
    cr_assert_eq(counters(rig)->clients_cut_off, 0);
    rig_end(rig);
}

/* Away for longer than its queue lasts: venues are read all the while. */
Test(order_entry_client, that_is_away_for_long_gets_the_rest_by_resend) {
    struct rig *rig = with_unsent(1024);
    struct rig_peer *client = &rig->client[0];
    cr_assert_eq(rig->notices[NOTICE_REPORTS_UNSENT], 1);
    come_back_and_ask(client, 3);
    expect_each_once(client, 2, 201);
    cr_assert_eq(counters(rig)->reports_lost, 0);
    rig_end(rig);
}

/* To begin anew costs nothing that was never sent: it comes under new numbers, called a possible
 * resend, before what waited in the queue. */
Test(order_entry_client, that_is_away_for_long_and_begins_anew_gets_all_of_it) {
    struct rig *rig = with_unsent(1024);
    struct rig_peer *client = &rig->client[0];
    client->asks = true;
    begin_anew(client);
    expect_fills(client, 200);
    rig_expect_nothing(client);
    cr_assert_eq(counters(rig)->reports_lost, 0);
    rig_end(rig);
}

/* The answer to its Logon is not written, for it does not read, and more comes for it. */
Test(order_entry_client, that_begins_anew_and_does_not_read_loses_none_of_it) {
    struct rig *rig = with_unsent(1024);
    struct rig_peer *client = &rig->client[0];
    client->asks = true;
    rig_client_connect(client);
    rig_settle(rig);
    stream_memory_window(rig_router_end(client), 0);
    client->next_out = 1;
    rig_say(client, "35=A|98=0|108=30|141=Y|");
    rig_settle(rig);
    fill_often(&rig->venue[0], 201, 300);
    cr_assert_eq(counters(rig)->fills, 300, "a venue waits for this client");
    rig_peer_reset(client);
    begin_anew(client);
    expect_fills(client, 300);
    rig_expect_nothing(client);
    cr_assert_eq(counters(rig)->reports_lost, 0);
    rig_end(rig);
}

/* What even the outbox has not is filled over, and said to have been. */
Test(order_entry_client, that_asks_for_what_is_not_kept_any_more_is_noticed) {
    struct rig *rig = with_unsent(50);
    struct rig_peer *client = &rig->client[0];
    come_back_and_ask(client, 3);
    rig_settle(rig);
    cr_assert_gt(counters(rig)->reports_lost, 80);
    cr_assert_gt(rig->notices[NOTICE_REPORTS_LOST], 0);
    rig_end(rig);
}

/* What was written on a connection that then broke. */
Test(order_entry_client, that_missed_reports_is_sent_them_again_as_they_were) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(&rig->venue[0], ACK("#1"));
    rig_expect(client, "35=8|150=0|17=R-E1");
    rig_say(client, CANCEL("C1", "NOBODY"));
    rig_expect(client, "35=9|11=C1");
    rig_say(client, "35=1|112=T|");
    rig_expect(client, "35=0");
    rig_say(client, "35=2|7=2|16=0|");
    rig_expect(client, "35=8|43=Y|150=0|17=R-E1|11=A1");
    rig_expect(client, "35=9|43=Y|11=C1|102=1");
    rig_expect(client, "35=4|43=Y|123=Y|36=5");
    rig_expect_nothing(client);
    rig_end(rig);
}

/* A Logon that begins anew gives up what is numbered; what waits in the queue is numbered anew. */
Test(order_entry_client, that_begins_anew_gets_its_queue_all_the_same) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_peer_reset(client);
    rig_say(&rig->venue[0], ACK("#1"));
    rig_settle(rig);
    begin_anew(client);
    rig_expect(client, "35=8|11=A1|150=0");
    rig_end(rig);
}

/* A ledger's ring without room: refusals have filled it, and its thread does not read. */
static void fill_ledger(struct rig *rig) {
    rig->hold_ledger = true;
    for (int i = 0; i < 15; i++) {
        rig_say(&rig->client[0], "35=D|11=R%d|55=NONE-USD|54=1|38=1|40=1|60=@|", i);
        rig_expect(&rig->client[0], "150=8|103=1");
    }
}

/* Nobody reads the venue meanwhile, and that is not the venue's silence. */
Test(order_entry_client, and_venues_that_wait_for_the_ledger_cost_no_session) {
    struct rig_options options = rig_default();
    options.ledger_cells = 16;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    struct rig_peer *venue = &rig->venue[0];
    rig_say(client, BUY("A1"));
    rig_skip(venue);
    fill_ledger(rig);
    rig_say(venue, ACK("#1"));
    for (int i = 0; i < 20; i++) {
        rig_say(venue, "35=0|");
        rig_say(client, "35=0|");
        rig_advance(rig, 20000);
    }
    cr_assert_eq(rig->notices[NOTICE_VENUE_DOWN], 0);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 0);
    rig->hold_ledger = false;
    rig_settle(rig);
    rig_skip(client);
    rig_say(venue, "35=1|112=T|");
    rig_settle(rig);
    while (strstr(rig_hear(venue), "35=0|112=T|") == NULL) {
        cr_assert(*venue->text != '\0');
    }
    rig_end(rig);
}

/* Unread requests of a connection that broke are asked for again. */
Test(order_entry_client, that_breaks_off_while_nobody_reads_it_can_come_back) {
    struct rig_options options = rig_default();
    options.ledger_cells = 16;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    fill_ledger(rig);
    rig_say(client, BUY("A2"));
    rig_settle(rig);
    rig_peer_reset(client);
    rig->hold_ledger = false;
    rig_settle(rig);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    rig_client_up(client);
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}

/* The thread behind the ring wakes nobody. */
Test(order_entry_client, and_venues_wait_for_the_ledger) {
    struct rig_options options = rig_default();
    options.ledger_cells = 16;
    options.orders = 128;
    options.requests_per_venue = 256;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    struct rig_peer *venue = &rig->venue[0];
    for (int i = 1; i <= 40; i++) {
        rig_say(client, BUY("A%d"), i);
    }
    rig_skip(venue);
    rig->hold_ledger = true;
    for (int i = 1; i <= 40; i++) {
        rig_say(venue, "35=8|11=#%d|37=O|17=X|150=4|39=4|14=0|60=@|", i);
    }
    for (int i = 1; i <= 15; i++) {
        rig_expect(client, "150=4");
    }
    rig_expect_nothing(client);
    rig_say(client, CANCEL("C", "A40"));
    rig_expect_nothing(venue);
    cr_assert(rig->more, "nobody would look whether the ledger's ring has room again");
    rig->hold_ledger = false;
    for (int i = 16; i <= 40; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "150=4|11=A%d", i);
        rig_expect(client, expected);
    }
    rig_expect(client, "35=9|11=C|102=0");
    cr_assert_eq(rig->ledger_count, 40);
    rig_end(rig);
}

/* An order that came ahead of a gap waited for it to be closed. */
Test(order_entry_client, that_leaves_a_gap_open_for_long_has_no_order_behind_it) {
    static const struct {
        int64_t wait_ms;
        bool taken;
    } rows[] = {{4000, true}, {6000, false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig *rig = rig_up(NULL);
        struct rig_peer *client = &rig->client[0];
        unsigned long long lost = client->next_out++;
        rig_say(client, BUY("A1"));
        rig_expect(client, "35=2");
        rig_advance(rig, rows[i].wait_ms);
        rig_say(client, "35=4|34=%llu|43=Y|122=@|123=Y|36=%llu|", lost, lost + 1);
        if (rows[i].taken) {
            rig_expect(&rig->venue[0], "35=D|11=#1");
        } else {
            rig_expect(client, "35=8|11=A1|150=8|39=8");
            rig_expect_nothing(&rig->venue[0]);
        }
        rig_end(rig);
    }
}
