#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/*
 * What a client may say wrongly, from outside: each fault is named to the one who made it, costs
 * nobody else anything, and reaches no venue; what comes next is taken as if it had not been.
 */

struct fault {
    const char *said;
    const char *answer;
};

static const struct fault faults[] = {
    /* missing */
    {"35=D|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|", "35=3|373=1|371=11|372=D"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=2|60=@|", "35=3|373=1|371=44"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=3|60=@|", "35=3|373=1|371=99"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=2|44=30000|59=6|60=@|", "35=3|373=1|371=126"},
    {"35=D|11=X|55=BTC-USD|54=1|40=1|60=@|", "35=3|373=1|371=38"},
    {"35=F|11=X|60=@|", "35=3|373=1|371=41|372=F"},
    /* twice */
    {"35=D|11=X|11=X|55=BTC-USD|54=1|38=0.5|40=1|60=@|", "35=3|373=13|371=11"},
    {"35=D|97=N|97=Y|11=X|55=BTC-USD|54=1|38=0.5|40=1|60=@|", "35=3|373=13|371=97"},
    {"35=F|11=X|41=Y|41=Z|60=@|", "35=3|373=13|371=41"},
    /* empty */
    {"35=D|11=|55=BTC-USD|54=1|38=0.5|40=1|60=@|", "35=3|373=4|371=11"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|60=@|21=|", "35=3|373=4|371=21"},
    /* of another type */
    {"35=D|11=X|55=BTC-USD|54=buy|38=0.5|40=1|60=@|", "35=3|373=5|371=54"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0,5|40=1|60=@|", "35=3|373=6|371=38"},
    {"35=D|11=X|55=BTC-USD|54=1|38=5e-1|40=1|60=@|", "35=3|373=6|371=38"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|60=20261301-00:00:00|", "35=3|373=6|371=60"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=2|44=30000|59=6|126=soon|60=@|", "35=3|373=6|371=126"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=2|44=30000|18=6;E|60=@|", "35=3|373=5|371=18"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|854=x|60=@|", "35=3|373=5|371=854"},
    /* in the wrong place */
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|60=@|97=Y|", "35=3|373=14|371=97"},
    {"35=D|11=X|50=DESK|55=BTC-USD|54=1|38=0.5|40=1|60=@|", "35=3|373=14|371=50"},
    /* of another message, or of none */
    {"35=D|11=X|41=Y|55=BTC-USD|54=1|38=0.5|40=1|60=@|", "35=3|373=2|371=41"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|110=1|60=@|", "35=3|373=2|371=110"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|60=@|9999=x|", "35=3|373=2|371=9999"},
    {"35=F|11=X|41=Y|60=@|99=1|", "35=3|373=2|371=99"},
    /* contradicting itself */
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|152=10|40=1|60=@|", "35=3|373=5|371=152"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|44=30000|60=@|", "35=3|373=5|371=44"},
    /* understood, and not possible */
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|18=6|60=@|", "35=8|150=8|103=11|37=NONE"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=2|44=30000|59=0|60=@|", "35=8|150=8|103=11"},
    {"35=D|11=X|55=BTC-USD|54=1|38=0.5|40=1|854=1|60=@|", "35=8|150=8|103=13"},
    {"35=F|11=X|41=UNKNOWN|60=@|", "35=9|434=1|102=1|37=NONE|39=8"},
    /* a message that is not here */
    {"35=AE|571=1|", "35=j|380=3|372=AE"},
};

Test(order_entry_input, a_fault_is_named_and_costs_nothing_else) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_client_up(&rig->client[1]);
    size_t count = sizeof(faults) / sizeof(faults[0]);
    for (size_t i = 0; i < count; i++) {
        char expected[160];
        bool form = strncmp(faults[i].answer, "35=3", 4) == 0;
        int len = snprintf(expected, sizeof(expected), "%s", faults[i].answer);
        if (form) {
            snprintf(expected + len, sizeof(expected) - (size_t)len, "|45=%llu",
                     (unsigned long long)client->next_out);
        }
        rig_say(client, "%s", faults[i].said);
        rig_expect(client, expected);
    }
    rig_expect_nothing(&rig->venue[0]);
    rig_expect_nothing(&rig->client[1]);
    cr_assert_eq(order_entry_counters(rig->entry)->orders_accepted, 0);
    rig_say(client, BUY("X"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}

/* Another session's order is not known, whatever its id. */
Test(order_entry_input, what_is_anothers_is_not_known) {
    struct rig *rig = rig_up(NULL);
    rig_client_up(&rig->client[1]);
    rig_say(&rig->client[0], BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(&rig->venue[0], "35=8|11=#1|37=OV|17=X|150=0|39=0|14=0|60=@|");
    rig_expect(&rig->client[0], "150=0");
    rig_say(&rig->client[1], "35=F|11=C|41=A|60=@|");
    rig_expect(&rig->client[1], "35=9|434=1|102=1|37=NONE|39=8|58=TRC-ORD-021: unknown order");
    rig_say(&rig->client[1], "35=G|11=G|41=A|55=BTC-USD|54=1|38=1|40=2|44=30000|60=@|");
    rig_expect(&rig->client[1], "35=9|434=2|102=1|37=NONE|39=8|58=TRC-ORD-021: unknown order");
    rig_say(&rig->client[1], "35=H|11=A|55=BTC-USD|54=1|");
    rig_expect(&rig->client[1], "35=8|150=I|37=NONE|39=8|58=TRC-ORD-021: unknown order");
    rig_say(&rig->client[1], "35=q|11=Q|530=7|60=@|");
    rig_expect(&rig->client[1], "35=r|531=7|533=0");
    rig_expect_nothing(&rig->venue[0]);
    rig_expect_nothing(&rig->client[0]);
    rig_end(rig);
}

static void say_much(struct rig_peer *peer, const char *head, size_t bytes) {
    static char piece[4096];
    rig_say_bytes(peer, head, strlen(head));
    memset(piece, 'x', sizeof(piece));
    for (size_t said = 0; said < bytes && *rig_peer_end(peer) == '\0'; said += sizeof(piece)) {
        rig_say_bytes(peer, piece, sizeof(piece));
        rig_settle(peer->rig);
    }
}

#define MEGABYTE (1024 * 1024)
#define HEAD "8=FIX.4.4\0019=1048576\00135=D\00134=3\001"

/* Its length says it all: nobody waits for the rest, and nobody else notices. */
Test(order_entry_input, a_message_of_a_megabyte_ends_its_session_only) {
    struct rig *rig = rig_up(NULL);
    rig_client_up(&rig->client[1]);
    say_much(&rig->client[0], HEAD, MEGABYTE);
    rig_expect(&rig->client[0], "35=5");
    rig_advance(rig, 5000);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_DOWN], 1);
    cr_assert_str_eq(rig->notice_text[NOTICE_CLIENT_DOWN], fix_end_name(FIX_END_TOO_LONG));
    rig_say(&rig->client[1], "35=1|112=STILL|");
    rig_expect(&rig->client[1], "35=0|112=STILL");
    rig_end(rig);
}

Test(order_entry_input, a_megabyte_is_no_logon) {
    struct rig *rig = rig_up(NULL);
    rig_client_connect(&rig->client[1]);
    say_much(&rig->client[1], HEAD, MEGABYTE);
    rig_settle(rig);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_REFUSED], 1);
    cr_assert_str_eq(rig_peer_end(&rig->client[1]), "reset");
    rig_say(&rig->client[0], "35=1|112=STILL|");
    rig_expect(&rig->client[0], "35=0|112=STILL");
    rig_end(rig);
}

/* Bytes that are no message are passed over; what was lost with them is asked for. */
Test(order_entry_input, garbage_between_messages_is_passed_over) {
    static const char *const garbage[] = {"garbage", "8=FIX.4.4\0019=x\001", "\001\001\001",
                                          "8=FIX.4.4\0019=5\00135=D\00110=000\001"};
    struct rig *rig = rig_up(NULL);
    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
        rig_say_bytes(&rig->client[0], garbage[i], strlen(garbage[i]));
        rig_say(&rig->client[0], "35=1|112=T%zu|", i);
        char expected[32];
        snprintf(expected, sizeof(expected), "35=0|112=T%zu", i);
        rig_expect(&rig->client[0], expected);
    }
    rig_end(rig);
}

/* To answer a j by a j goes on for ever; and what a client cannot use, somebody should know of. */
Test(order_entry_input, a_reject_by_the_client_is_noticed_and_not_answered) {
    struct rig *rig = rig_up(NULL);
    rig_say(&rig->client[0], "35=j|45=2|372=8|380=3|58=what is that|");
    rig_expect_nothing(&rig->client[0]);
    cr_assert_str_eq(rig->notice_text[NOTICE_CLIENT_REJECTED], "what is that");
    rig_say(&rig->client[0], "35=3|45=2|371=136|373=2|58=unknown tag|");
    rig_expect_nothing(&rig->client[0]);
    cr_assert_str_eq(rig->notice_text[NOTICE_CLIENT_REJECTED], "unknown tag");
    cr_assert_eq(order_entry_counters(rig->entry)->rejects_by_clients, 2);
    rig_end(rig);
}

/* A refusal must not speak of a live order that has the same id. */
Test(order_entry_input, whatever_else_is_wrong_a_used_id_is_said_to_be_used) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(client, "35=D|11=A|55=NOPE-USD|54=1|38=0.5|40=1|60=@|");
    rig_expect(client, "150=8|103=6|58=TRC-ORD-007: ClOrdID already used");
    rig_say(client, "35=D|97=Y|11=A|55=NOPE-USD|54=1|38=0.5|40=1|60=@|");
    rig_expect(client, "150=I|39=A|11=A|55=BTC-USD");
    cr_assert_eq(rig->ledger_count, 0);
    rig_end(rig);
}

/* What lay in a gap for long is not what the firm means any more. */
Test(order_entry_input, an_order_sent_again_too_late_is_refused) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, "35=D|43=Y|122=20200101-00:00:00|11=A|55=BTC-USD|54=1|38=0.5|40=1|60=@|");
    rig_expect(client, "150=8|103=4|58=TRC-ORD-038: sent again too late");
    rig_expect_nothing(&rig->venue[0]);
    rig_say(client, "35=D|43=Y|122=@|11=A|55=BTC-USD|54=1|38=0.5|40=1|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}

/* Who speaks before it has heard of a gap, and then fills it over, has said it all the same. */
Test(order_entry_input, what_came_ahead_of_a_gap_is_taken_when_that_is_filled) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_peer_reset(client);
    rig_client_connect(client);
    client->next_out = 10; /* 3 to 9 died with the connection */
    rig_say(client, "35=A|98=0|108=30|");
    rig_say(client, "35=F|11=C|41=A|60=@|");
    rig_expect(client, "35=A");
    rig_expect(client, "35=2|7=3|16=9");
    rig_expect_nothing(&rig->venue[0]);
    rig_say(client, "35=4|34=3|43=Y|122=@|36=10|123=Y|");
    rig_expect(&rig->venue[0], "35=F|41=#1");
    rig_end(rig);
}
