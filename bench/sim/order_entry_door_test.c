#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* The door: strangers, second connections, passwords. */

#define LOGON "35=A|98=0|108=30|"
#define ACK(id) "35=8|11=" id "|37=OVENUE|17=X|150=0|39=0|14=0|151=0.5|60=@|"

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
    cr_assert_eq(order_entry_counters(rig->entry)->connections_refused, refused);
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

/* The TestReqID by which a live session is asked. */
static const char *hear_probe(struct rig_peer *client) {
    static char id[64];
    const char *probe = rig_hear(client);
    cr_assert(sscanf(probe, "35=1|112=%63[^|]", id) == 1, "%s", probe);
    return id;
}

/* The old one is asked whether it is there, and it is. */
Test(order_entry_door, a_second_connection_of_a_live_session_is_sent_away) {
    struct rig *rig = rig_up(NULL);
    struct stream *second = stranger(rig);
    stranger_says(rig, second, "FIRMA", LOGON, 10);
    const char *probe = hear_probe(&rig->client[0]);
    cr_assert_str_eq(stranger_hears(rig, second), "");
    rig_say(&rig->client[0], "35=0|112=%s|", probe);
    cr_assert_str_eq(stranger_hears(rig, second), "35=5|58=this session is connected already|");
    rig_advance(rig, 1000);
    stream_memory_discard(second);
    rig_say(&rig->client[0], "35=1|112=STILL|");
    rig_expect(&rig->client[0], "35=0|112=STILL");
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 0);
    cr_assert_eq(order_entry_counters(rig->entry)->connections_refused, 1);
    rig_end(rig);
}

/* The first of them is the one the session is probed for; nobody turns in circles meanwhile. */
Test(order_entry_door, many_second_connections_are_all_answered) {
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
    const char *probe = hear_probe(&rig->client[0]);
    rig_say(&rig->client[0], "35=0|112=%s|", probe);
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

Test(order_entry_door, a_second_connection_that_goes_leaves_its_place) {
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
Test(order_entry_door, a_second_connection_of_a_dead_session_takes_its_place) {
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

Test(order_entry_door, who_is_nobody_is_shut_out) {
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

Test(order_entry_door, who_says_half_a_logon_is_shut_out_in_time) {
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

Test(order_entry_door, who_goes_before_saying_anything_leaves_no_trace) {
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
Test(order_entry_door, a_full_door_opens_again) {
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

Test(order_entry_door, many_at_once_all_get_in) {
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
Test(order_entry_door, a_successor_finds_the_place_free) {
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
    cr_assert_eq(order_entry_counters(rig->entry)->connections_refused, 0);
    rig_end(rig);
}

static struct rig *with_passwords(void) {
    struct rig_options options = rig_default();
    options.passwords = true;
    return rig_begin(&options);
}

Test(order_entry_door, a_password_that_is_wrong_or_missing_is_refused) {
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
Test(order_entry_door, a_stranger_with_the_right_comp_ids_disturbs_nothing) {
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

Test(order_entry_door, the_user_is_the_comp_id_when_it_is_said) {
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
Test(order_entry_door, guessing_passwords_is_slow_and_keeps_nobody_out) {
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
Test(order_entry_door, nothing_is_read_before_the_verdict) {
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

Test(order_entry_door, a_verdict_that_takes_too_long_ends_the_connection) {
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
Test(order_entry_door, a_verdict_belongs_to_one_connection) {
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
