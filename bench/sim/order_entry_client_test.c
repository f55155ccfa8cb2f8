#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"

/* The client's side: the door, passwords, silence, going away and coming back, not reading. */

#define BUY(id) "35=D|11=" id "|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|"
#define CANCEL(id, orig) "35=F|11=" id "|41=" orig "|60=@|"
#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|"
#define LOGON "35=A|98=0|108=30|"

static const struct order_entry_counters *counters(const struct rig *rig) {
    return order_entry_counters(rig->entry);
}

/* A connection beside those of the rig's peers. */
static struct stream *stranger(struct rig *rig) {
    struct stream *stream = stream_dial(stream_memory_stack(rig->world, 1), 0);
    cr_assert_not_null(stream);
    stream_memory_deliver(stream, SIZE_MAX);
    rig_turn(rig);
    return stream;
}

static void stranger_says(struct rig *rig, struct stream *stream, const char *sender,
                          const char *text, size_t part_of_ten) {
    char message[FIX_WIRE_MESSAGE_MAX];
    struct fix_wire_header header = {.begin_string = "FIX.4.4",
                                     .sender = sender,
                                     .target = "TERCEL",
                                     .seq = 1,
                                     .at = rig->now.utc};
    size_t len = fix_wire_compose(&header, text, message, sizeof(message)) * part_of_ten / 10;
    struct stream_room room;
    cr_assert_eq(stream_reserve(stream, len, &room), STREAM_OK);
    memcpy(room.data, message, len);
    stream_commit(stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    rig_settle(rig);
    stream_memory_deliver(stream, SIZE_MAX);
}

/* Closed without a byte. */
static void assert_shut_out(struct rig *rig, struct stream *stream, uint32_t refused) {
    cr_assert_eq(stream_state(stream), STREAM_CLOSED);
    cr_assert_eq(stream_close_reason(stream), STREAM_CLOSE_RESET);
    cr_assert_eq(stream_peek(stream, 0).len, 0);
    cr_assert_eq(counters(rig)->connections_refused, refused);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_REFUSED], refused);
    stream_memory_discard(stream);
}

/* What a stranger heard: one message, its fields in FIX text. */
static const char *stranger_hears(struct rig *rig, struct stream *stream) {
    static char text[FIX_WIRE_MESSAGE_MAX];
    rig_settle(rig);
    stream_memory_deliver(stream, SIZE_MAX);
    struct bytes heard = stream_peek(stream, 0);
    size_t len = heard.len == 0 ? 0 : fix_wire_frame(heard.data, heard.len);
    text[0] = '\0';
    if (len != 0) {
        fix_wire_text(heard.data, len, rig->now.utc, text, sizeof(text));
        stream_consume(stream, len, STREAM_PLAIN);
    }
    return text;
}

/* The old one is asked whether it is there, and it is. */
Test(order_entry_client, a_second_connection_of_a_live_session_is_sent_away) {
    struct rig *rig = rig_up(NULL);
    struct stream *second = stranger(rig);
    stranger_says(rig, second, "FIRMA", LOGON, 10);
    const char *probe = rig_hear(&rig->client[0]);
    char id[64];
    cr_assert(sscanf(probe, "35=1|112=%63[^|]", id) == 1, "%s", probe);
    cr_assert_str_eq(stranger_hears(rig, second), "");
    rig_say(&rig->client[0], "35=0|112=%s|", id);
    cr_assert_str_eq(stranger_hears(rig, second), "35=5|58=this session is connected already|");
    rig_advance(rig, 1000);
    stream_memory_discard(second);
    rig_say(&rig->client[0], "35=1|112=STILL|");
    rig_expect(&rig->client[0], "35=0|112=STILL");
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 0);
    cr_assert_eq(counters(rig)->connections_refused, 1);
    rig_end(rig);
}

/* The first of them is the one the session is probed for; nobody turns in circles meanwhile. */
Test(order_entry_client, many_second_connections_are_all_answered) {
    struct rig_options options = rig_default();
    options.client_connections = 4;
    struct rig *rig = rig_up(&options);
    struct stream *newcomers[4];
    for (int i = 0; i < 4; i++) {
        newcomers[i] = stranger(rig);
        stranger_says(rig, newcomers[i], "FIRMA", LOGON, 10);
    }
    for (int i = 1; i < 4; i++) {
        cr_assert_str_eq(stranger_hears(rig, newcomers[i]),
                         "35=5|58=another connection is being let in|");
    }
    const char *probe = rig_hear(&rig->client[0]);
    char id[64];
    cr_assert(sscanf(probe, "35=1|112=%63[^|]", id) == 1, "%s", probe);
    rig_say(&rig->client[0], "35=0|112=%s|", id);
    cr_assert_str_eq(stranger_hears(rig, newcomers[0]),
                     "35=5|58=this session is connected already|");
    rig_expect_nothing(&rig->client[0]);
    rig_advance(rig, 1000);
    for (int i = 0; i < 4; i++) {
        stream_memory_discard(newcomers[i]);
    }
    rig_client_up(&rig->client[1]);
    rig_end(rig);
}

Test(order_entry_client, a_second_connection_that_goes_leaves_its_place) {
    struct rig_options options = rig_default();
    options.client_connections = 1;
    struct rig *rig = rig_up(&options);
    struct stream *newcomer = stranger(rig);
    stranger_says(rig, newcomer, "FIRMA", LOGON, 10);
    stream_memory_discard(newcomer);
    rig_settle(rig);
    rig_client_up(&rig->client[1]);
    rig_end(rig);
}

/* It is not: who comes second has the session, with its numbers and what waits for it. */
Test(order_entry_client, a_second_connection_of_a_dead_session_takes_its_place) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    struct stream *old = client->stream;
    client->stream = NULL;
    rig_client_connect(client);
    rig_say(client, LOGON);
    rig_advance(rig, 1999);
    rig_expect_nothing(client);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 0);
    rig_advance(rig, 1);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    client->next_in = 3;
    rig_expect(client, "35=A");
    rig_say(&rig->venue[0], ACK("#1"));
    rig_expect(client, "35=8|11=A1|150=0");
    stream_memory_discard(old);
    rig_end(rig);
}

Test(order_entry_client, who_is_nobody_is_shut_out) {
    struct rig *rig = rig_up(NULL);
    static const char *const messages[] = {
        "35=A|98=0|108=30|",
        "35=A|49=FIRMB|56=NOBODY|98=0|108=30|",
        "35=A|8=FIX.4.2|49=FIRMB|98=0|108=30|",
        "35=A|-49|98=0|108=30|",
        "35=0|49=FIRMB|",
        "35=D|49=FIRMB|11=A|",
        "35=A|49=FIRMB|98=0|108=30|10=000|",
    };
    uint32_t count = sizeof(messages) / sizeof(messages[0]);
    for (uint32_t i = 0; i < count; i++) {
        struct stream *stream = stranger(rig);
        stranger_says(rig, stream, "STRANGER", messages[i], 10);
        assert_shut_out(rig, stream, i + 1);
    }
    rig_client_up(&rig->client[1]);
    rig_end(rig);
}

Test(order_entry_client, who_says_half_a_logon_is_shut_out_in_time) {
    struct rig *rig = rig_up(NULL);
    struct stream *stream = stranger(rig);
    stranger_says(rig, stream, "FIRMB", LOGON, 5);
    rig_advance(rig, 4999);
    stream_memory_deliver(stream, SIZE_MAX);
    cr_assert_eq(stream_state(stream), STREAM_OPEN);
    rig_advance(rig, 1);
    stream_memory_deliver(stream, SIZE_MAX);
    assert_shut_out(rig, stream, 1);
    rig_end(rig);
}

Test(order_entry_client, who_goes_before_saying_anything_leaves_no_trace) {
    struct rig *rig = rig_up(NULL);
    for (uint32_t i = 0; i < 20; i++) {
        struct stream *stream = stranger(rig);
        stream_finish(stream);
        rig_settle(rig);
        stream_memory_deliver(rig->router_streams[2] != NULL ? rig->router_streams[2] : stream, 1);
        rig_turn(rig);
        stream_memory_deliver(stream, SIZE_MAX);
        assert_shut_out(rig, stream, i + 1);
    }
    rig_end(rig);
}

/* Newcomers wait outside until somebody at the door has said who he is, or taken too long. */
Test(order_entry_client, a_full_door_opens_again) {
    struct rig_options options = rig_default();
    options.client_connections = 2;
    struct rig *rig = rig_up(&options);
    struct stream *silent[2] = {stranger(rig), stranger(rig)};
    rig_client_connect(&rig->client[1]);
    rig_say(&rig->client[1], LOGON);
    rig_expect_nothing(&rig->client[1]);
    rig_advance(rig, 999);
    rig_expect_nothing(&rig->client[1]);
    rig_advance(rig, 1);
    rig_expect(&rig->client[1], "35=A");
    stream_memory_deliver(silent[0], SIZE_MAX);
    cr_assert_eq(stream_state(silent[0]), STREAM_CLOSED, "the oldest makes way");
    stream_memory_deliver(silent[1], SIZE_MAX);
    cr_assert_eq(stream_state(silent[1]), STREAM_OPEN);
    rig_advance(rig, 4000);
    stream_memory_deliver(silent[1], SIZE_MAX);
    cr_assert_eq(stream_state(silent[1]), STREAM_CLOSED);
    rig_end(rig);
}

Test(order_entry_client, many_at_once_all_get_in) {
    struct rig_options options = rig_default();
    options.client_connections = 1;
    struct rig *rig = rig_begin(&options);
    for (int i = 0; i < RIG_CLIENTS; i++) {
        struct rig_peer *client = &rig->client[i];
        client->stream = stream_dial(stream_memory_stack(rig->world, 1), 0);
        stream_memory_deliver(client->stream, SIZE_MAX);
        rig_say(client, LOGON);
    }
    rig_expect(&rig->client[0], "35=A");
    rig_expect(&rig->client[1], "35=A");
    rig_end(rig);
}

/* The end of the old connection and the new one's Logon come in the same turn. */
Test(order_entry_client, a_successor_finds_the_place_free) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    stream_memory_reset(client->stream);
    rig_peer_forget(client);
    client->stream = stream_dial(stream_memory_stack(rig->world, 1), 0);
    stream_memory_deliver(client->stream, SIZE_MAX);
    client->heard_bytes = 0;
    rig_say(client, LOGON);
    rig_turn(rig);
    rig_expect(client, "35=A");
    cr_assert_eq(counters(rig)->connections_refused, 0);
    rig_end(rig);
}

static struct rig *with_passwords(void) {
    struct rig_options options = rig_default();
    options.passwords = true;
    return rig_begin(&options);
}

Test(order_entry_client, a_password_that_is_wrong_or_missing_is_refused) {
    static const char *const logons[] = {LOGON "554=guess|", LOGON, LOGON "554=|"};
    for (size_t i = 0; i < 3; i++) {
        struct rig *rig = with_passwords();
        struct rig_peer *client = &rig->client[0];
        rig_client_connect(client);
        rig_say(client, "%s", logons[i]);
        rig_expect(client, "35=5|58=wrong user or password");
        rig_expect_nothing(client);
        cr_assert_str_eq(rig_peer_end(client), "peer_finished");
        rig_peer_finish(client);
        rig_settle(rig);
        rig_peer_forget(client);
        client->next_in = 1;
        rig_client_up(client);
        rig_end(rig);
    }
}

/* The session's numbers and its connection are nobody's who has not said the password. */
Test(order_entry_client, a_stranger_with_the_right_comp_ids_disturbs_nothing) {
    struct rig *rig = with_passwords();
    rig_client_up(&rig->client[0]);
    for (int i = 0; i < 2; i++) {
        struct stream *stream = stranger(rig);
        stranger_says(rig, stream, "FIRMA", LOGON "554=guess|", 10);
        cr_assert_str_eq(stranger_hears(rig, stream), "35=5|58=wrong user or password|");
        rig_advance(rig, 1000);
        stream_memory_discard(stream);
    }
    rig_expect_nothing(&rig->client[0]);
    rig_say(&rig->client[0], "35=1|112=STILL|");
    rig_expect(&rig->client[0], "35=0|112=STILL");
    rig_end(rig);
}

Test(order_entry_client, the_user_is_the_comp_id_when_it_is_said) {
    struct rig *rig = with_passwords();
    struct rig_peer *client = &rig->client[0];
    rig_client_connect(client);
    rig_say(client, LOGON "553=JOE|554=secret|");
    rig_expect(client, "35=5|58=wrong user or password");
    rig_advance(rig, 1000);
    rig_peer_forget(client);
    rig_client_connect(client);
    client->next_in = client->next_out = 1;
    rig_say(client, LOGON "553=FIRMA|554=secret|");
    rig_expect(client, "35=A");
    rig_end(rig);
}

/* From the third wrong one on there is one a second; the right one is not refused, it waits. */
Test(order_entry_client, guessing_passwords_is_slow_and_keeps_nobody_out) {
    struct rig *rig = with_passwords();
    for (int i = 0; i < 6; i++) {
        struct stream *stream = stranger(rig);
        stranger_says(rig, stream, "FIRMA", LOGON "554=guess|", 10);
        if (i >= 3) {
            rig_advance(rig, 999);
            cr_assert_str_eq(stranger_hears(rig, stream), "");
            rig_advance(rig, 1);
        }
        cr_assert_str_eq(stranger_hears(rig, stream), "35=5|58=wrong user or password|");
        stream_memory_discard(stream);
    }
    rig_client_connect(&rig->client[0]);
    rig_say(&rig->client[0], LOGON "554=secret|");
    rig_expect_nothing(&rig->client[0]);
    rig_advance(rig, 1000);
    rig_expect(&rig->client[0], "35=A");
    rig_end(rig);
}

/* What was said after the Logon waits for the verdict. */
Test(order_entry_client, nothing_is_read_before_the_verdict) {
    struct rig *rig = with_passwords();
    struct rig_peer *client = &rig->client[0];
    rig_settle(rig);
    rig_venue_up(&rig->venue[0]);
    rig->hold_passwords = true;
    rig_client_connect(client);
    rig_say(client, LOGON "554=secret|");
    rig_say(client, BUY("A1"));
    rig_expect_nothing(client);
    rig_expect_nothing(&rig->venue[0]);
    rig->hold_passwords = false;
    rig_expect(client, "35=A");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}

Test(order_entry_client, a_verdict_that_takes_too_long_ends_the_connection) {
    struct rig *rig = with_passwords();
    struct rig_peer *client = &rig->client[0];
    rig->hold_passwords = true;
    rig_client_connect(client);
    rig_say(client, LOGON "554=secret|");
    rig_advance(rig, 4999);
    rig_expect_nothing(client);
    rig_advance(rig, 1);
    rig_expect(client, "35=5|58=Logon not verified in time");
    rig_end(rig);
}

/* One question at a time; the answer to an old one opens no new connection. */
Test(order_entry_client, a_verdict_belongs_to_one_connection) {
    struct rig *rig = with_passwords();
    struct rig_peer *client = &rig->client[0];
    rig->hold_passwords = true;
    rig_client_connect(client);
    rig_say(client, LOGON "554=secret|");
    rig_settle(rig);
    rig_peer_reset(client);
    rig_client_connect(client);
    client->next_out = 1;
    rig_say(client, LOGON "554=guess|");
    rig_expect_nothing(client);
    rig->hold_passwords = false;
    rig_expect(client, "35=5|58=wrong user or password");
    rig_end(rig);
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
static void expect_each_once(struct rig_peer *client, unsigned count) {
    bool heard[256] = {false};
    const char *text;
    unsigned total = 0;
    while (*(text = rig_hear(client)) != '\0') {
        const char *exec = strstr(text, "|17=R-E");
        unsigned long number = exec == NULL ? 0 : strtoul(exec + 7, NULL, 10);
        if (number == 0) {
            continue;
        }
        cr_assert(number <= count, "%s", text);
        /* What was written after the Logon is numbered behind the gap, and so comes again. */
        cr_assert(!heard[number] || strstr(text, "|43=Y|") != NULL, "%s", text);
        total += !heard[number];
        heard[number] = true;
        rig_settle(client->rig);
        rig_advance(client->rig, 1);
    }
    cr_assert_eq(total, count);
}

static void begin_anew(struct rig_peer *client) {
    rig_client_connect(client);
    client->next_out = 1;
    client->next_in = 1;
    rig_say(client, "35=A|98=0|108=30|141=Y|");
    rig_expect(client, "35=A|141=Y");
}

static void fill_often(struct rig_peer *venue, int first, int last) {
    for (int i = first; i <= last; i++) {
        rig_say(venue, "35=8|11=#1|37=O|17=X%d|150=F|39=1|32=1|31=30000|14=%d|60=@|", i, i);
    }
    rig_settle(venue->rig);
}

/* It heard of its order, and then was away for 200 fills, its queue for no more than 64. */
static struct rig *with_unsent(void) {
    struct rig_options options = rig_default();
    options.reports_per_client = 64;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, "35=D|11=A1|55=BTC-USD|54=1|38=500|40=2|44=30000|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(&rig->venue[0], ACK("#1"));
    rig_expect(client, "35=8|17=R-E1|150=0");
    rig_peer_reset(client);
    fill_often(&rig->venue[0], 1, 200);
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
    rig_say(slow, "35=D|11=A1|55=BTC-USD|54=1|38=100|40=2|44=30000|60=@|");
    rig_expect(venue, "35=D|11=#1");
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
    expect_each_once(slow, 50);
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
    rig_say(client, "35=D|11=A1|55=BTC-USD|54=1|38=100|40=2|44=30000|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
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
    struct rig_options options = rig_default();
    options.reports_per_client = 64;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, "35=D|11=A1|55=BTC-USD|54=1|38=500|40=2|44=30000|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_peer_reset(client);
    fill_often(&rig->venue[0], 1, 200);
    cr_assert_eq(counters(rig)->fills, 200);
    cr_assert_gt(counters(rig)->reports_unsent, 130);
    cr_assert_eq(rig->notices[NOTICE_REPORTS_UNSENT], 1);
    come_back_and_ask(client, 2);
    expect_each_once(client, 200);
    cr_assert_eq(counters(rig)->reports_lost, 0);
    rig_end(rig);
}

/* To begin anew costs nothing that was never sent: it comes under new numbers, called a possible
 * resend, before what waited in the queue. */
Test(order_entry_client, that_is_away_for_long_and_begins_anew_gets_all_of_it) {
    struct rig *rig = with_unsent();
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
    struct rig *rig = with_unsent();
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
    struct rig_options options = rig_default();
    options.reports_per_client = 64;
    options.resend_messages = 50;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, "35=D|11=A1|55=BTC-USD|54=1|38=500|40=2|44=30000|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_peer_reset(client);
    fill_often(&rig->venue[0], 1, 200);
    come_back_and_ask(client, 2);
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
    rig_client_connect(client);
    client->next_out = 1;
    rig_say(client, "35=A|98=0|108=30|141=Y|");
    rig_expect(client, "35=A|141=Y");
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
