/*
 * Sending again: what goes out as it was, what is filled over, and how live traffic gets past a
 * long answer. Case letters are those of the FIX Trading Community.
 */
#include "core/fix/fix_outbox.h"
#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct script s;

static struct fix_outbox *outbox_of(uint32_t messages, uint32_t bytes) {
    static _Alignas(64) char mem[2 << 20];
    struct fix_outbox_limits limits = {.messages = messages, .bytes = bytes};
    cr_assert_leq(fix_outbox_footprint(limits), sizeof(mem));
    return fix_outbox_init(mem, limits);
}

/* Up, with both numbers 2. */
static void begin_with(struct fix_outbox *outbox, uint32_t burst) {
    script_begin(&s, FIX_ACCEPTOR);
    s.config.outbox = outbox;
    s.config.resent_types = "89rj";
    s.config.resend_burst = burst;
    script_restart(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|");
}

static void begin(void) {
    begin_with(outbox_of(100, 10000), 0);
}

static void send(const char *type, const char *id) {
    cr_assert_str_neq(script_send(&s, type, id), "");
}

static void cr_assert_hears(const char *const *expected, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cr_assert_str_eq(hear(&s), expected[i], "answer %zu: %s", i, s.heard);
    }
    cr_assert_str_eq(hear(&s), "");
}

#define HEARS(...)                                                                                 \
    cr_assert_hears((const char *const[]){__VA_ARGS__},                                            \
                    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Numbers 2-4 admin, 5 and 6 reports, 7 and 8 admin, 9 a report: six requests that overlap, put one
 * after the other and all at once. */
static const struct {
    const char *request;
    const char *answer[6];
} overlapping[] = {
    {"7=2|16=4|", {"35=4|34=2|43=Y|122|36=5|123=Y|"}},
    {"7=2|16=6|",
     {"35=4|34=2|43=Y|122|36=5|123=Y|", "35=8|34=5|43=Y|122|11=a|", "35=8|34=6|43=Y|122|11=b|"}},
    {"7=2|16=8|",
     {"35=4|34=2|43=Y|122|36=5|123=Y|", "35=8|34=5|43=Y|122|11=a|", "35=8|34=6|43=Y|122|11=b|",
      "35=4|34=7|43=Y|122|36=9|123=Y|"}},
    {"7=2|16=9|",
     {"35=4|34=2|43=Y|122|36=5|123=Y|", "35=8|34=5|43=Y|122|11=a|", "35=8|34=6|43=Y|122|11=b|",
      "35=4|34=7|43=Y|122|36=9|123=Y|", "35=j|34=9|43=Y|122|11=c|"}},
    {"7=2|16=0|",
     {"35=4|34=2|43=Y|122|36=5|123=Y|", "35=8|34=5|43=Y|122|11=a|", "35=8|34=6|43=Y|122|11=b|",
      "35=4|34=7|43=Y|122|36=9|123=Y|", "35=j|34=9|43=Y|122|11=c|"}},
    {"7=6|16=999999|",
     {"35=8|34=6|43=Y|122|11=b|", "35=4|34=7|43=Y|122|36=9|123=Y|", "35=j|34=9|43=Y|122|11=c|"}},
};
#define OVERLAPPING (sizeof(overlapping) / sizeof(overlapping[0]))

static void test_request(int seq) {
    char text[64];
    snprintf(text, sizeof(text), "35=1|34=%d|112=HELLO|", seq);
    cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
    cr_assert_str_neq(hear(&s), "");
}

static void begin_mixed(void) {
    begin();
    for (int seq = 2; seq <= 4; seq++) {
        test_request(seq);
    }
    send("8", "a");
    send("8", "b");
    test_request(5);
    test_request(6);
    send("j", "c");
    cr_assert_eq(s.session.next_out, 10);
}

static void ask(int seq, const char *request) {
    char text[64];
    snprintf(text, sizeof(text), "35=2|34=%d|%s", seq, request);
    cr_assert_eq(say(&s, text), FIX_ACTION_NONE);
}

static void hear_answer(size_t index) {
    for (size_t i = 0; overlapping[index].answer[i] != NULL; i++) {
        cr_assert_str_eq(hear(&s), overlapping[index].answer[i]);
    }
}

Test(fix_session_replay, case_8_overlapping_requests_one_after_the_other) {
    begin_mixed();
    for (size_t i = 0; i < OVERLAPPING; i++) {
        ask(7 + (int)i, overlapping[i].request);
        hear_answer(i);
        cr_assert_str_eq(hear(&s), "");
    }
    cr_assert_eq(say(&s, "35=1|34=13|112=HELLO|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=10|112=HELLO|", "live numbers go on");
}

Test(fix_session_replay, case_8_overlapping_requests_all_at_once) {
    begin_mixed();
    for (size_t i = 0; i < OVERLAPPING; i++) {
        ask(7 + (int)i, overlapping[i].request);
    }
    for (size_t i = 0; i < OVERLAPPING; i++) {
        hear_answer(i);
    }
    cr_assert_str_eq(hear(&s), "");
}

Test(fix_session_replay, first_sending_time_is_kept_and_the_new_one_is_now) {
    begin();
    char first[40];
    snprintf(first, sizeof(first), "%s", script_time(&s, 0));
    send("8", "a");
    script_advance(&s, 1500);
    ask(2, "7=2|16=2|");
    char expected[100];
    snprintf(expected, sizeof(expected), "35=8|34=2|43=Y|122=%s|11=a|", first);
    cr_assert_str_eq(hear(&s), expected);
    script_advance(&s, 1500);
    ask(3, "7=2|16=2|");
    cr_assert_str_eq(hear(&s), expected, "the second time as well");
}

Test(fix_session_replay, header_fields_of_the_application_keep_their_order) {
    begin();
    struct fix_writer writer;
    fix_session_begin(&s.session, s.now, BYTES("8"), s.out, sizeof(s.out), &writer);
    fix_put_bool(&writer, 97, true);
    fix_put_bytes(&writer, 115, BYTES("X"));
    fix_put_bytes(&writer, 128, BYTES("Y"));
    fix_put_bytes(&writer, 11, BYTES("a"));
    fix_put_data(&writer, 95, 96,
                 BYTES("1\x01"
                       "115=2"));
    cr_assert_neq(fix_session_end(&s.session, s.now, &writer), 0);
    ask(2, "7=2|16=0|");
    cr_assert_str_eq(hear(&s), "35=8|34=2|43=Y|97=Y|115=X|122|128=Y|11=a|95=7|96=1|115=2|");
}

Test(fix_session_replay, only_the_types_of_the_role_are_resent) {
    begin();
    send("W", "quote");
    send("8", "a");
    send("X", "quote");
    send("9", "b");
    send("AE", "c");
    ask(2, "7=1|16=0|");
    HEARS("35=4|34=1|43=Y|122|36=3|123=Y|", "35=8|34=3|43=Y|122|11=a|",
          "35=4|34=4|43=Y|122|36=5|123=Y|", "35=9|34=5|43=Y|122|11=b|",
          "35=4|34=6|43=Y|122|36=7|123=Y|");
    cr_assert_eq(s.session.counters.resent, 2);
    cr_assert_eq(s.session.counters.resend_lost, 0);
}

Test(fix_session_replay, what_fell_out_is_filled_over_and_counted) {
    begin_with(outbox_of(2, 10000), 0);
    for (int i = 0; i < 5; i++) {
        send("8", "a");
    }
    ask(2, "7=3|16=0|");
    HEARS("35=4|34=3|43=Y|122|36=5|123=Y|", "35=8|34=5|43=Y|122|11=a|", "35=8|34=6|43=Y|122|11=a|");
    cr_assert_eq(s.session.counters.resend_lost, 2);
}

Test(fix_session_replay, the_outbox_outlives_the_connection_and_not_a_reset) {
    begin();
    send("8", "a");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=3|98=0|108=30|");
    ask(3, "7=2|16=0|");
    HEARS("35=8|34=2|43=Y|122|11=a|", "35=4|34=3|43=Y|122|36=4|123=Y|");
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=A|34=1|98=0|108=30|141=Y|");
    send("8", "b");
    ask(2, "7=1|16=0|");
    HEARS("35=4|34=1|43=Y|122|36=2|123=Y|", "35=8|34=2|43=Y|122|11=b|");
}

/* Numbers set by hand. */
Test(fix_session_replay, numbers_that_are_yet_to_come_are_not_in_the_outbox) {
    begin();
    send("8", "a");
    send("8", "b");
    script_disconnect(&s);
    fix_session_restore(&s.session, 2, 4);
    cr_assert_eq(fix_outbox_count(s.config.outbox), 2);
    fix_session_restore(&s.session, 1, 3);
    cr_assert_eq(fix_outbox_count(s.config.outbox), 0);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "35=A|34=3|98=0|108=30|");
    send("8", "c");
    ask(2, "7=1|16=0|");
    HEARS("35=4|34=1|43=Y|122|36=4|123=Y|", "35=8|34=4|43=Y|122|11=c|");
}

/* ---- long answers */

static void begin_long(uint32_t burst, int reports) {
    begin_with(outbox_of(20000, 1400000), burst);
    for (int i = 0; i < reports; i++) {
        send("8", "r");
    }
}

Test(fix_session_replay, live_traffic_goes_past_a_long_answer) {
    begin_long(4, 50);
    ask(2, "7=2|16=0|");
    cr_assert(!fix_session_can_send(&s.session), "the first burst is in its place");
    int resent = 0;
    int bursts = 0;
    int live = 0;
    while (s.session.replay_count != 0 || fix_session_has_output(&s.session)) {
        for (int in_burst = 0; fix_session_has_output(&s.session); in_burst++) {
            cr_assert_lt(in_burst, 5, "a burst and the free last message");
            char expected[64];
            snprintf(expected, sizeof(expected), "35=8|34=%d|43=Y|", 2 + resent);
            cr_assert_eq(strncmp(hear(&s), expected, strlen(expected)), 0, "%s", s.heard);
            resent++;
        }
        cr_assert(fix_session_can_send(&s.session));
        char expected[64];
        snprintf(expected, sizeof(expected), "35=8|34=%d|11=live|", 52 + live);
        cr_assert_str_eq(script_send(&s, "8", "live"), expected);
        live++;
        bursts++;
        if (s.session.replay_count != 0) {
            cr_assert_eq(fix_session_deadline(&s.session).ns - s.now.mono.ns, NS_PER_MS);
            script_advance(&s, 1);
            cr_assert_eq(script_tick(&s), FIX_ACTION_NONE);
        }
    }
    cr_assert_eq(resent, 50, "and none of the live ones");
    cr_assert_geq(bursts, 12);
}

Test(fix_session_replay, heartbeats_and_answers_go_first) {
    begin_long(4, 50);
    ask(2, "7=2|16=0|");
    for (int i = 0; i < 4; i++) {
        cr_assert_str_neq(hear(&s), "");
    }
    cr_assert_str_eq(hear(&s), "");
    script_advance(&s, 1);
    script_tick(&s);
    cr_assert_eq(say(&s, "35=1|34=3|112=x|"), FIX_ACTION_NONE);
    cr_assert_str_eq(hear(&s), "35=0|34=52|112=x|");
    cr_assert_eq(strncmp(hear(&s), "35=8|34=6|43=Y|", 15), 0);
}

Test(fix_session_replay, a_peer_that_asks_without_end_is_answered_within_bounds) {
    begin_long(4, 50);
    for (int i = 0; i < 100; i++) {
        ask(2 + i, i % 2 == 0 ? "7=2|16=0|" : "7=30|16=40|");
        cr_assert_leq(s.session.owed_count, FIX_OWED_MAX);
        while (fix_session_has_output(&s.session)) {
            hear(&s);
        }
    }
    int rounds = 0;
    while (s.session.replay_count != 0) {
        script_advance(&s, 1);
        script_tick(&s);
        while (fix_session_has_output(&s.session)) {
            hear(&s);
        }
        cr_assert_lt(rounds++, 200);
    }
    cr_assert_leq(s.session.counters.resent, 4 + FIX_REPLAYS_MAX * 50);
    cr_assert_eq(s.session.next_out, 52);
}

Test(fix_session_replay, more_than_ten_thousand) {
    begin_long(0, 12000);
    ask(2, "7=1|16=0|");
    uint64_t expected = 2;
    cr_assert_str_eq(hear(&s), "35=4|34=1|43=Y|122|36=2|123=Y|");
    int rounds = 0;
    while (expected <= 12001) {
        while (fix_session_has_output(&s.session)) {
            char begin_text[32];
            snprintf(begin_text, sizeof(begin_text), "35=8|34=%llu|43=Y|",
                     (unsigned long long)expected);
            cr_assert_eq(strncmp(hear(&s), begin_text, strlen(begin_text)), 0);
            expected++;
        }
        script_advance(&s, 1);
        script_tick(&s);
        cr_assert_lt(rounds++, 12001 / 32 + 2);
    }
    cr_assert_eq(s.session.counters.resent, 12000);
}

Test(fix_session_replay, ends_with_the_connection_and_is_asked_for_again) {
    begin_long(4, 50);
    ask(2, "7=2|16=0|");
    hear(&s);
    script_disconnect(&s);
    cr_assert(!fix_session_has_output(&s.session));
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=52|98=0|108=30|");
    cr_assert_str_eq(hear(&s), "");
    ask(4, "7=3|16=3|");
    cr_assert_eq(strncmp(hear(&s), "35=8|34=3|43=Y|", 15), 0);
}

Test(fix_session_replay, a_logout_does_not_wait_for_a_long_answer) {
    begin_long(4, 50);
    ask(2, "7=2|16=0|");
    for (int i = 0; i < 4; i++) {
        hear(&s);
    }
    cr_assert_eq(say(&s, "35=5|34=3|"), FIX_ACTION_CLOSE);
    cr_assert_str_eq(hear(&s), "35=5|34=52|");
    cr_assert(!fix_session_has_output(&s.session));
}

/* ---- room */

Test(fix_session_replay, a_long_message_asks_for_its_room) {
    begin();
    static char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    send("8", text);
    size_t sent = s.out_bytes;
    ask(2, "7=2|16=2|");
    size_t room = fix_session_output_bytes(&s.session);
    cr_assert_gt(room, sent);
    bool secret;
    cr_assert_eq(fix_session_output(&s.session, s.now, s.out, 100, &secret), 0, "no room at all");
    cr_assert(fix_session_has_output(&s.session));
    cr_assert_neq(fix_session_output(&s.session, s.now, s.out, room, &secret), 0);
    cr_assert_eq(s.session.counters.resent, 1);
}

Test(fix_session_replay, a_message_too_long_for_any_room_is_filled_over) {
    begin();
    static char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    send("8", text);
    send("8", "b");
    ask(2, "7=2|16=0|");
    bool secret;
    cr_assert_neq(fix_session_output(&s.session, s.now, s.out, FIX_ADMIN_BYTES_MAX, &secret), 0);
    cr_assert_eq(s.session.counters.resend_lost, 1);
    cr_assert_eq(s.session.counters.resent, 0);
    HEARS("35=8|34=3|43=Y|122|11=b|");
}

/* ---- what an initiator wants to know */

Test(fix_session_replay, the_owner_is_told_what_was_asked_for) {
    script_begin(&s, FIX_INITIATOR);
    s.config.report_resend_asked = true;
    script_restart(&s);
    script_connect(&s);
    hear(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_eq(s.input.resend_begin, 0);
    send("D", "a");
    send("D", "b");
    send("D", "c");
    cr_assert_eq(say(&s, "35=2|34=2|7=3|16=0|"), FIX_ACTION_RESEND_ASKED);
    cr_assert_eq(s.input.resend_begin, 3);
    cr_assert_eq(s.input.resend_end, 4);
    HEARS("35=4|34=3|43=Y|122|36=5|123=Y|");
    cr_assert_eq(say(&s, "35=2|34=3|7=2|16=3|"), FIX_ACTION_RESEND_ASKED);
    cr_assert_eq(s.input.resend_end, 3);
    hear(&s);
    cr_assert_eq(say(&s, "35=2|34=4|7=9|16=0|"), FIX_ACTION_NONE, "rejected, not reported");
    cr_assert_str_neq(hear(&s), "");
}

/* ---- requests that cannot be answered, with something to resend */

Test(fix_session_replay, case_8_impossible_ranges_are_rejected) {
    static const struct {
        const char *range;
        const char *tag;
    } cases[] = {{"7=0|16=0|", "7"},      {"7=5|16=0|", "7"},  {"7=5|16=9|", "7"},
                 {"7=999|16=1000|", "7"}, {"7=3|16=2|", "16"}, {"7=4|16=1|", "16"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        begin();
        for (int sent = 0; sent < 3; sent++) {
            send("8", "a");
        }
        ask(2, cases[i].range);
        char expected[120];
        snprintf(expected, sizeof(expected),
                 "35=3|34=5|45=2|58=Value is incorrect (out of range) for this tag|371=%s|372=2|"
                 "373=5|",
                 cases[i].tag);
        cr_assert_str_eq(hear(&s), expected);
        cr_assert_str_eq(hear(&s), "", "nothing is sent again");
        cr_assert_eq(s.session.next_in, 3);
    }
}

Test(fix_session_replay, a_stranger_s_request_is_not_answered) {
    for (int kept = 0; kept < 2; kept++) {
        begin_with(kept ? outbox_of(100, 10000) : NULL, 0);
        send("8", "a");
        ask(2, "49=WHO|7=2|16=0|");
        cr_assert_str_eq(hear(&s), "35=3|34=3|45=2|58=CompID problem|372=2|373=9|");
        cr_assert_str_eq(hear(&s), "35=5|34=4|58=CompID problem|");
        cr_assert_str_eq(hear(&s), "");
        cr_assert_eq(s.session.end, FIX_END_COMP_ID);
    }
}

Test(fix_session_replay, past_the_end_is_to_the_end) {
    begin();
    send("8", "a");
    send("8", "b");
    ask(2, "7=3|16=4000|");
    HEARS("35=8|34=3|43=Y|122|11=b|");
}

/* All that was in flight when the stream broke, and nothing else. */
Test(fix_session_replay, what_was_in_flight_is_sent_again) {
    begin();
    send("8", "arrived");
    send("8", "in flight");
    send("9", "in flight, too");
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|");
    ask(3, "7=3|16=0|");
    HEARS("35=8|34=3|43=Y|122|11=in flight|", "35=9|34=4|43=Y|122|11=in flight, too|",
          "35=4|34=5|43=Y|122|36=6|123=Y|");
}

/* ---- numbered for a peer that was away, and never sent */

static void keep_unsent(const char *id) {
    struct fix_writer writer;
    fix_session_begin_unsent(&s.session, s.now, BYTES("8"), s.out, sizeof(s.out), &writer);
    fix_put_bytes(&writer, 11, bytes_of_string(id));
    cr_assert(fix_session_end_unsent(&s.session, &writer));
}

/* Number 2 was sent, 3 to 5 were not. */
static void begin_away(void) {
    begin();
    send("8", "sent");
    script_disconnect(&s);
    keep_unsent("a");
    keep_unsent("b");
    keep_unsent("c");
    cr_assert_eq(s.session.next_out, 6);
    script_connect(&s);
}

Test(fix_session_replay, what_was_never_sent_outlives_a_reset) {
    begin_away();
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    HEARS("35=A|34=1|98=0|108=30|141=Y|", "35=8|34=2|43=Y|97=Y|122|11=a|",
          "35=8|34=3|43=Y|97=Y|122|11=b|", "35=8|34=4|43=Y|97=Y|122|11=c|");
    cr_assert_str_eq(script_send(&s, "8", "live"), "35=8|34=5|11=live|");
    ask(2, "7=1|16=0|");
    HEARS("35=4|34=1|43=Y|122|36=2|123=Y|", "35=8|34=2|43=Y|97=Y|122|11=a|",
          "35=8|34=3|43=Y|97=Y|122|11=b|", "35=8|34=4|43=Y|97=Y|122|11=c|",
          "35=8|34=5|43=Y|122|11=live|");
    script_disconnect(&s);
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|141=Y|");
    HEARS("35=A|34=1|98=0|108=30|141=Y|");
}

Test(fix_session_replay, what_a_request_has_brought_is_not_sent_after_a_reset) {
    begin_away();
    say(&s, "35=A|34=2|98=0|108=30|");
    hear(&s);
    ask(3, "7=3|16=4|");
    HEARS("35=8|34=3|43=Y|122|11=a|", "35=8|34=4|43=Y|122|11=b|");
    say(&s, "35=A|34=1|98=0|108=30|141=Y|");
    HEARS("35=A|34=1|98=0|108=30|141=Y|", "35=8|34=2|43=Y|97=Y|122|11=c|");
}

Test(fix_session_replay, what_was_never_sent_waits_when_the_reset_breaks_off) {
    begin_away();
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    script_disconnect(&s);
    keep_unsent("d");
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=2|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=5|98=0|108=30|", "what it misses begins at 1");
    ask(3, "7=1|16=0|");
    HEARS("35=8|34=1|43=Y|97=Y|122|11=a|", "35=8|34=2|43=Y|97=Y|122|11=b|",
          "35=8|34=3|43=Y|97=Y|122|11=c|", "35=8|34=4|43=Y|122|11=d|",
          "35=4|34=5|43=Y|122|36=6|123=Y|");
}

/* Its Logon is not written yet, and it does not come to that. */
Test(fix_session_replay, more_is_kept_while_the_answer_to_a_reset_is_owed) {
    begin_away();
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    cr_assert_eq(say(&s, "35=5|34=2|"), FIX_ACTION_CLOSE);
    keep_unsent("d");
    HEARS("35=A|34=1|98=0|108=30|141=Y|", "35=5|34=6|");
    script_disconnect(&s);
    keep_unsent("e");
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=3|98=0|108=30|"), FIX_ACTION_UP);
    cr_assert_str_eq(hear(&s), "35=A|34=8|98=0|108=30|");
}

/* With none unsent before: 141=Y has number 1 all the same. */
Test(fix_session_replay, the_first_that_is_kept_does_not_take_the_number_of_the_answer) {
    begin();
    script_disconnect(&s);
    script_connect(&s);
    cr_assert_eq(say(&s, "35=A|34=1|98=0|108=30|141=Y|"), FIX_ACTION_UP);
    say(&s, "35=5|34=2|");
    keep_unsent("a");
    HEARS("35=A|34=1|98=0|108=30|141=Y|", "35=5|34=3|");
}

/* What makes room for it is counted, and none of the new run's numbers is taken for it. */
Test(fix_session_replay, what_makes_room_while_the_answer_is_owed_is_counted) {
    begin_with(outbox_of(2, 10000), 0);
    script_disconnect(&s);
    keep_unsent("a");
    keep_unsent("b");
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|141=Y|");
    say(&s, "35=5|34=2|");
    keep_unsent("c");
    cr_assert_eq(s.session.counters.resend_lost, 1);
    script_disconnect(&s);
    script_connect(&s);
    say(&s, "35=A|34=3|98=0|108=30|");
    hear(&s);
    ask(4, "7=1|16=0|");
    HEARS("35=8|34=1|43=Y|97=Y|122|11=b|", "35=8|34=2|43=Y|97=Y|122|11=c|",
          "35=4|34=3|43=Y|122|36=4|123=Y|");
    cr_assert_eq(s.session.counters.resend_lost, 1);
}

Test(fix_session_replay, a_reset_of_ours_keeps_what_was_never_sent) {
    begin_away();
    say(&s, "35=A|34=2|98=0|108=30|");
    hear(&s);
    cr_assert(fix_session_reset(&s.session, s.now));
    HEARS("35=A|34=1|98=0|108=30|141=Y|", "35=8|34=2|43=Y|97=Y|122|11=a|",
          "35=8|34=3|43=Y|97=Y|122|11=b|", "35=8|34=4|43=Y|97=Y|122|11=c|");
}

Test(fix_session_replay, what_was_never_sent_and_fell_out_is_counted_at_the_reset) {
    begin_with(outbox_of(2, 10000), 0);
    script_disconnect(&s);
    for (int i = 0; i < 5; i++) {
        keep_unsent("x");
    }
    script_connect(&s);
    say(&s, "35=A|34=1|98=0|108=30|141=Y|");
    cr_assert_eq(s.session.counters.resend_lost, 3);
    HEARS("35=A|34=1|98=0|108=30|141=Y|", "35=8|34=2|43=Y|97=Y|122|11=x|",
          "35=8|34=3|43=Y|97=Y|122|11=x|");
}
