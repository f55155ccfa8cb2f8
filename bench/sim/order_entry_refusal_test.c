#include <criterion/criterion.h>
#include <stdio.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/* Every code of ROE.md that can be seen from outside, with what goes with it. */

#define ORDER "35=D|11=X|54=1|40=2|60=@|"
#define REFUSED "35=8|37=NONE|11=X|150=8|39=8|14=0|151=0|6=0|-198|-41|"
#define WORDS(code, words) "58=TRC-ORD-" code ": " words "|"

struct refusal {
    uint32_t client;
    const char *message;
    const char *answer; /* beside REFUSED */
};

static const struct refusal new_orders[] = {
    {0, ORDER "55=DOGE-USD|38=1|44=1|",
     "103=1|55=DOGE-USD|38=1|44=1|40=2|54=1|" WORDS("001", "unknown symbol")},
    {0, ORDER "55=BTC-USD.KRAKEN.X|38=1|44=1|", "103=1|" WORDS("001", "unknown symbol")},
    {0, ORDER "55=btc-usd|38=1|44=1|", "103=1|" WORDS("001", "unknown symbol")},
    {0, ORDER "55=BTC-USD|100=NASDAQ|38=1|44=1|", "103=99|" WORDS("002", "unknown venue")},
    {0, ORDER "55=BTC-USD.NASDAQ|38=1|44=1|", "103=99|" WORDS("002", "unknown venue")},
    {1, ORDER "1=MM1|55=ETH-USD|100=OTHER|38=1|44=1|", "103=99|" WORDS("002", "unknown venue")},
    {0, ORDER "55=ETH-USD|38=1|44=1|",
     "103=99|" WORDS("003", "no venue named and the symbol has several")},
    {0, ORDER "55=ETH-USD.KRAKEN|100=OTHER|38=1|44=1|",
     "103=99|" WORDS("004", "ExDestination and symbol name different venues")},
    {0, ORDER "55=SOL-USD|100=KRAKEN|38=1|44=1|",
     "103=1|" WORDS("005", "the symbol does not trade on that venue")},
    {0, ORDER "55=XRP-USD|38=1|44=1|",
     "103=1|" WORDS("005", "the symbol does not trade on that venue")},
    {0, ORDER "1=NOBODY|55=BTC-USD|38=1|44=1|",
     "103=15|" WORDS("006", "account unknown or not allowed on that venue")},
    {0, ORDER "1=MM2|55=BTC-USD|38=1|44=1|",
     "103=15|" WORDS("006", "account unknown or not allowed on that venue")},
    {1, ORDER "55=BTC-USD|38=1|44=1|",
     "103=15|" WORDS("006", "account unknown or not allowed on that venue")},
    {1, ORDER "1=MM3|55=BTC-USD|38=1|44=1|",
     "103=15|" WORDS("006", "account unknown or not allowed on that venue")},
    {0, ORDER "55=ETH-USD|100=OTHER|38=1|44=1|",
     "103=2|" WORDS("008", "the venue session is down")},
    {0, ORDER "55=ETH-USD|100=KRAKEN|38=1|44=2000.01|",
     "103=99|" WORDS("014", "price is not a multiple of the tick")},
    {0, ORDER "55=ETH-USD|100=KRAKEN|38=1|44=2000.001|",
     "103=99|44=2000.001|" WORDS("015", "price has more digits than the instrument")},
    {0, ORDER "55=ETH-USD|100=KRAKEN|38=1.005|44=2000|",
     "103=13|" WORDS("016", "quantity is not a multiple of the lot")},
    {0, ORDER "55=ETH-USD|100=KRAKEN|38=1.0001|44=2000|",
     "103=13|38=1.0001|" WORDS("017", "quantity has more digits than the instrument")},
    {0, ORDER "55=BTC-USD|38=0|44=30000|",
     "103=13|" WORDS("018", "quantity outside the instrument's range")},
    {0, ORDER "55=BTC-USD|38=-1|44=30000|",
     "103=13|" WORDS("018", "quantity outside the instrument's range")},
    {0, ORDER "55=BTC-USD|38=0.00009999|44=30000|",
     "103=13|" WORDS("018", "quantity outside the instrument's range")},
    {0, ORDER "55=BTC-USD|38=10000.00000001|44=30000|",
     "103=13|" WORDS("018", "quantity outside the instrument's range")},
    {0, ORDER "55=BTC-USD|38=99999999999999999999|44=30000|",
     "103=13|" WORDS("018", "quantity outside the instrument's range")},
    {0, ORDER "55=BTC-USD|38=1|44=0|",
     "103=99|" WORDS("019", "price outside what can be represented")},
    {0, ORDER "55=BTC-USD|38=1|44=-5|",
     "103=99|" WORDS("019", "price outside what can be represented")},
    {0, ORDER "55=BTC-USD|38=1|44=99999999999999999999|",
     "103=99|" WORDS("019", "price outside what can be represented")},
    {0, "35=D|11=X|54=5|40=2|60=@|55=BTC-USD|38=1|44=1|",
     "103=11|54=5|" WORDS("020", "the venue cannot express this order")},
    {0, "35=D|11=X|54=1|40=3|60=@|55=BTC-USD|38=1|99=1.05|",
     "103=99|40=3|99=1.05|" WORDS("031", "StopPx is off the tick or out of range")},
    {0, "35=D|11=X|54=1|40=4|60=@|55=ETH-USD|100=KRAKEN|38=1|44=1|99=1.01|",
     "103=99|40=4|99=1.01|" WORDS("031", "StopPx is off the tick or out of range")},
    {0, ORDER "55=BTC-USD|38=1|44=1|59=6|126=20360101-00:00:00|",
     "103=99|59=6|" WORDS("032", "ExpireTime is past or too far ahead")},
    {0, ORDER "55=BTC-USD|38=1|44=1|59=6|126=20200101-00:00:00|",
     "103=99|59=6|" WORDS("032", "ExpireTime is past or too far ahead")},
    {0, ORDER "55=BTC-USD|38=1|44=1|59=3|18=6|",
     "103=11|" WORDS("020", "the venue cannot express this order")},
};

static struct rig *both_clients_up(void) {
    struct rig_options options = rig_default();
    options.venues = 2;
    struct rig *rig = rig_up(&options);
    rig_client_up(&rig->client[1]);
    return rig;
}

/* Nothing reaches a venue, the ClOrdID stays free, and each refusal is in the ledger. */
Test(order_entry_refusal, of_new_orders_by_code) {
    struct rig *rig = both_clients_up();
    size_t count = sizeof(new_orders) / sizeof(new_orders[0]);
    for (size_t i = 0; i < count; i++) {
        const struct refusal *refusal = &new_orders[i];
        struct rig_peer *client = &rig->client[refusal->client];
        rig_say(client, "%s", refusal->message);
        const char *text = rig_hear(client);
        const char *expected[] = {REFUSED, refusal->answer};
        for (size_t part = 0; part < 2; part++) {
            for (const char *field = expected[part]; *field != '\0';) {
                size_t len = strcspn(field, "|");
                cr_assert(fix_wire_has(text, field, len), "%s\n  should give %.*s but gives %s",
                          refusal->message, (int)len, field, text);
                field += len + 1;
            }
        }
    }
    rig_expect_nothing(&rig->venue[0]);
    cr_assert_eq(rig->ledger_count, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(rig->ledger[i].refuser, LEDGER_REFUSED_BY_ROUTER);
        cr_assert_eq(rig->ledger[i].state, ORDER_REJECTED);
        cr_assert_eq(rig->ledger[i].order_number, 0);
    }
    cr_assert_eq(order_entry_counters(rig->entry)->orders_refused, count);
    rig_say(&rig->client[0], ORDER "55=BTC-USD|38=1|44=1|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}

/* Not the meaning but the form is wrong: a session Reject with the tag. */
static const struct refusal forms[] = {
    {0, "35=D|54=1|40=2|60=@|55=BTC-USD|38=1|44=1|", "373=1|371=11"},
    {0, "35=D|11=X|40=2|60=@|55=BTC-USD|38=1|44=1|", "373=1|371=54"},
    {0, "35=D|11=X|54=1|60=@|55=BTC-USD|38=1|44=1|", "373=1|371=40"},
    {0, "35=D|11=X|54=1|40=2|55=BTC-USD|38=1|44=1|", "373=1|371=60"},
    {0, "35=D|11=X|54=1|40=2|60=@|38=1|44=1|", "373=1|371=55"},
    {0, "35=D|11=X|54=1|40=2|60=@|55=BTC-USD|44=1|", "373=1|371=38"},
    {0, "35=D|11=X|54=1|40=2|60=@|55=BTC-USD|38=1|", "373=1|371=44"},
    {0, "35=D|11=X|54=1|40=1|60=@|55=BTC-USD|38=1|44=1|", "373=5|371=44"},
    {0, ORDER "55=BTC-USD|38=1|44=1|99=5|", "373=5|371=99"},
    {0, ORDER "55=BTC-USD|38=1|44=1|15=USD|", "373=2|371=15"},
    {0, ORDER "55=BTC-USD|38=1|44=1|41=Y|", "373=2|371=41"},
    {0, ORDER "55=BTC-USD|38=1|44=1|38=2|", "373=13|371=38"},
    {0, ORDER "55=BTC-USD|38=1|44=1|1=|", "373=4|371=1"},
    {0, "35=D|11=X|54=Z|40=2|60=@|55=BTC-USD|38=1|44=1|", "373=5|371=54"},
    {0, "35=D|11=X|54=12|40=2|60=@|55=BTC-USD|38=1|44=1|", "373=5|371=54"},
    {0, "35=D|11=X|54=1|40=x|60=@|55=BTC-USD|38=1|44=1|", "373=5|371=40"},
    {0, ORDER "55=BTC-USD|38=1|44=1|59=9|", "373=5|371=59"},
    {0, "35=D|11=X|54=1|40=2|60=noon|55=BTC-USD|38=1|44=1|", "373=6|371=60"},
    {0, ORDER "55=BTC-USD|38=1e3|44=1|", "373=6|371=38"},
    {0, ORDER "55=BTC-USD|38=1|44=1.0.0|", "373=6|371=44"},
    {0, "35=D|11=with blank|54=1|40=2|60=@|55=BTC-USD|38=1|44=1|", "373=5|371=11"},
    {0, "35=D|11=with,comma|54=1|40=2|60=@|55=BTC-USD|38=1|44=1|", "373=5|371=11"},
    {0, "35=D|11=1234567890123456789012345678901234567|54=1|40=2|60=@|55=BTC-USD|38=1|44=1|",
     "373=5|371=11"},
    {0, "35=F|41=X|60=@|", "373=1|371=11"},
    {0, "35=F|11=Y|60=@|", "373=1|371=41"},
    {0, "35=F|11=Y|41=X|", "373=1|371=60"},
    {0, "35=F|11=Y|41=X|60=@|44=1|", "373=2|371=44"},
};

Test(order_entry_refusal, of_form_names_the_tag) {
    struct rig *rig = both_clients_up();
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct rig_peer *client = &rig->client[0];
        unsigned long long number = client->next_out;
        char expected[128];
        snprintf(expected, sizeof(expected), "35=3|45=%llu|%s", number, forms[i].answer);
        rig_say(client, "%s", forms[i].message);
        rig_expect(client, expected);
    }
    rig_expect_nothing(&rig->venue[0]);
    cr_assert_eq(rig->ledger_count, 0);
    rig_end(rig);
}

/* What was there is echoed as far as it can be said; no byte of it harms the answer. */
Test(order_entry_refusal, echoes_no_control_character) {
    struct rig *rig = both_clients_up();
    rig_say(&rig->client[0], "35=D|11=X|54=3|40=\x02|59=\x7f|60=@|55=A\tB|38=1|44=1|");
    rig_expect(&rig->client[0], "35=8|54=3|-40|-59|55=A?B|103=11");
    rig_end(rig);
}

Test(order_entry_refusal, of_other_messages) {
    struct rig *rig = both_clients_up();
    struct rig_peer *client = &rig->client[0];
    static const char *const types[] = {"AE", "AF", "R", "V", "UNKNOWN", "8", "r"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "35=j|45=%llu|380=3|58=Unsupported Message Type",
                 (unsigned long long)client->next_out);
        rig_say(client, "35=%s|11=X|", types[i]);
        rig_expect(client, expected);
    }
    rig_end(rig);
}

Test(order_entry_refusal, of_a_second_use_of_a_cl_ord_id) {
    struct rig *rig = both_clients_up();
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(client, BUY("A"));
    rig_expect(client, "150=8|37=NONE|11=A|103=6|" WORDS("007", "ClOrdID already used"));
    rig_say(client, CANCEL("A", "A"));
    rig_expect(client, "35=9|11=A|41=A|39=A|102=6|" WORDS("007", "ClOrdID already used"));
    rig_say(client, CANCEL("C", "A"));
    rig_expect(&rig->venue[0], "35=F|11=#2");
    rig_say(client, BUY("C"));
    rig_expect(client, "150=8|11=C|103=6|" WORDS("007", "ClOrdID already used"));
    /* Ids are each client's own. */
    rig_say(&rig->client[1], "35=D|11=A|1=MM2|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#3");
    rig_expect_nothing(client);
    rig_end(rig);
}

Test(order_entry_refusal, of_cancels) {
    struct rig *rig = both_clients_up();
    struct rig_peer *client = &rig->client[0];
    rig_say(client, CANCEL("C1", "A"));
    cr_assert_str_eq(rig_hear(client), "35=9|37=NONE|11=C1|41=A|39=8|434=1|102=1|"
                                       "58=TRC-ORD-021: unknown order|");
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(&rig->client[1], CANCEL("C1", "A"));
    rig_expect(&rig->client[1], "35=9|37=NONE|102=1|" WORDS("021", "unknown order"));
    rig_say(client, CANCEL("C1", "A"));
    rig_expect(&rig->venue[0], "35=F|11=#2");
    rig_say(client, CANCEL("C2", "A"));
    rig_expect(client, "35=9|37=R-O1|11=C2|41=A|39=6|102=3|" WORDS(
                           "023", "a cancel of this order is pending"));
    rig_say(client, CANCEL("C3", "C1"));
    rig_expect(client, "35=9|37=NONE|11=C3|41=C1|102=1|" WORDS("021", "unknown order"));
    rig_say(&rig->venue[0], "35=8|11=#2|41=#1|37=O|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(client, "150=4|11=C1|41=A");
    rig_say(client, CANCEL("C4", "A"));
    rig_expect(client, "35=9|37=R-O1|39=4|102=0|" WORDS("022", "the order is finished"));
    /* Once its slot is swept nobody knows it any more. */
    rig_peer_reset(&rig->client[1]);
    rig_advance(rig, 20000);
    rig_say(client, "35=0|");
    rig_say(&rig->venue[0], "35=0|");
    rig_advance(rig, 20000);
    rig_say(client, "35=0|");
    rig_say(&rig->venue[0], "35=0|");
    rig_advance(rig, 21000);
    rig_skip(client);
    rig_say(client, CANCEL("C5", "A"));
    rig_expect(client, "35=9|37=NONE|11=C5|102=1|" WORDS("021", "unknown order"));
    rig_end(rig);
}

Test(order_entry_refusal, while_the_venue_is_down) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_peer_reset(&rig->venue[0]);
    rig_expect(client, "35=8|150=I|39=A|11=A|58=in doubt: the venue session was lost");
    rig_say(client, BUY("B"));
    rig_expect(client, "150=8|11=B|103=2|" WORDS("008", "the venue session is down"));
    rig_say(client, CANCEL("C", "A"));
    rig_expect(client, "35=9|37=R-O1|11=C|39=A|102=2|" WORDS("008", "the venue session is down"));
    rig_end(rig);
}

/* Between the venue's Logout and the end of the connection the order is not lost yet. */
Test(order_entry_refusal, while_the_venue_says_goodbye) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(&rig->venue[0], "35=5|58=maintenance|");
    rig_expect(&rig->venue[0], "35=5");
    rig_say(client, BUY("B"));
    rig_expect(client, "150=8|11=B|103=2|" WORDS("008", "the venue session is down"));
    rig_say(client, CANCEL("C", "A"));
    rig_expect(client, "35=9|37=R-O1|11=C|39=A|102=2|" WORDS("008", "the venue session is down"));
    rig_peer_finish(&rig->venue[0]);
    rig_expect(client, "150=I|11=A|58=in doubt: the venue session was lost");
    cr_assert_str_eq(rig->notice_text[NOTICE_VENUE_DOWN], "maintenance");
    rig_end(rig);
}

Test(order_entry_refusal, when_the_order_table_is_full) {
    struct rig_options options = rig_default();
    options.orders = 2;
    options.late_window.ns = NS_PER_S;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_say(client, BUY("B"));
    rig_skip(&rig->venue[0]);
    rig_say(client, BUY("C"));
    rig_expect(client, "150=8|11=C|103=3|" WORDS("011", "the router's order table is full"));
    rig_say(&rig->venue[0], "35=8|11=#1|37=O|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(client, "150=4|11=A");
    rig_say(client, BUY("C"));
    rig_expect(client, "150=8|11=C|103=3");
    rig_advance(rig, 1000);
    rig_say(client, BUY("C"));
    rig_expect(&rig->venue[0], "35=D|11=#3");
    rig_expect_nothing(client);
    rig_end(rig);
}

/* Half of the entries are for cancels: whatever was sent can be cancelled at once. */
Test(order_entry_refusal, when_the_request_table_is_full) {
    struct rig_options options = rig_default();
    options.requests_per_venue = 4;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_say(client, BUY("B"));
    rig_skip(&rig->venue[0]);
    rig_say(client, BUY("C"));
    rig_expect(client,
               "150=8|11=C|103=3|" WORDS("012", "the venue session's request table is full"));
    rig_say(client, CANCEL("X", "A"));
    rig_expect(&rig->venue[0], "35=F|11=#3|41=#1");
    rig_say(client, CANCEL("Y", "B"));
    rig_expect(&rig->venue[0], "35=F|11=#4|41=#2");
    rig_end(rig);
}

/* The cancel was with the venue when its session went: nobody knows what became of either. */
Test(order_entry_refusal, of_a_cancel_that_the_lost_venue_never_answered) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_skip(&rig->venue[0]);
    rig_say(client, CANCEL("X", "A"));
    rig_expect(&rig->venue[0], "35=F|11=#2|41=#1");
    rig_peer_reset(&rig->venue[0]);
    rig_expect(client, "35=8|150=I|11=A|58=in doubt: the venue session was lost");
    rig_expect(client, "35=9|11=X|41=A|102=2|" WORDS(
                           "024", "the order is in doubt until the venue answers"));
    rig_end(rig);
}

/* A cancel that stays unanswered for 5 s may be sent again; the first one is then told off. */
Test(order_entry_refusal, of_a_cancel_that_another_one_replaces) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_skip(&rig->venue[0]);
    rig_say(client, CANCEL("X", "A"));
    rig_expect(&rig->venue[0], "35=F|11=#2|41=#1");
    rig_advance(rig, 4999);
    rig_say(client, CANCEL("Y", "A"));
    rig_expect(client, "35=9|11=Y|41=A|102=3|" WORDS("023", "a cancel of this order is pending"));
    rig_advance(rig, 1);
    rig_say(client, CANCEL("Z", "A"));
    rig_expect(client, "35=9|11=X|41=A|102=2|" WORDS("025", "the venue did not answer the cancel"));
    rig_expect(&rig->venue[0], "35=F|11=#3|41=#1");
    rig_say(&rig->venue[0], "35=8|11=#3|41=#1|37=O|17=X|150=4|39=4|14=0|60=@|");
    rig_expect(client, "150=4|11=Z|41=A");
    rig_end(rig);
}

/* 379 with the order's own id, but it is the cancel that is refused: the order lives. */
Test(order_entry_refusal, of_a_cancel_named_by_the_orders_own_id) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_skip(&rig->venue[0]);
    rig_say(&rig->venue[0], "35=8|11=#1|37=O|17=X|150=0|39=0|14=0|60=@|");
    rig_expect(client, "150=0|11=A");
    rig_say(client, CANCEL("X", "A"));
    rig_skip(&rig->venue[0]);
    rig_say(&rig->venue[0], "35=j|45=0|372=F|379=#1|380=101|58=EOrder:Unknown order|");
    rig_expect(client, "35=9|11=X|41=A|39=0|102=1");
    rig_expect(client, "150=I|58=in doubt: the venue does not know it");
    rig_say(&rig->venue[0], "35=8|11=#1|37=O|17=Y|150=F|39=2|31=30000|32=0.5|14=0.5|60=@|");
    rig_expect(client, "150=F|39=2|11=A");
    rig_end(rig);
}

/* 97=Y of a known order asks for its state; without it the id is simply used. */
Test(order_entry_refusal, but_a_possible_resend_is_told_the_state) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_skip(&rig->venue[0]);
    rig_say(client, "35=D|97=Y|11=A|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|");
    rig_expect(client, "35=8|150=I|39=A|11=A");
    rig_say(client, BUY("A"));
    rig_expect(client, "150=8|11=A|103=6");
    rig_expect_nothing(&rig->venue[0]);
    rig_end(rig);
}

Test(order_entry_refusal, while_stopping) {
    struct rig *rig = rig_up(NULL);
    struct rig_peer *client = &rig->client[0];
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_stop(rig, true, 10);
    rig_expect(&rig->venue[0], "35=F|11=#2|41=#1");
    rig_say(client, BUY("B"));
    rig_expect(client, "150=8|11=B|103=4|" WORDS("010", "the router is shutting down"));
    rig_end(rig);
}

/* From 7/8 of the queue on; the answers to that take places, too, and then nothing is read. */
Test(order_entry_refusal, when_reports_are_not_read) {
    struct rig_options options = rig_default();
    options.reports_per_client = 128;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    stream_memory_window(rig_router_end(client), 0);
    for (int i = 0; i < 111; i++) {
        rig_say(client, CANCEL("C%d", "NOBODY"), i);
    }
    rig_say(client, BUY("A"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_say(client, CANCEL("C111", "NOBODY"));
    for (int i = 0; i < 12; i++) {
        rig_say(client, BUY("B%d"), i);
    }
    rig_expect_nothing(&rig->venue[0]);
    cr_assert_eq(order_entry_counters(rig->entry)->clients_cut_off, 0);
    stream_memory_window(rig_router_end(client), SIZE_MAX);
    rig_turn(rig);
    for (int i = 0; i < 112; i++) {
        rig_expect(client, "35=9|102=1");
    }
    uint64_t refused = order_entry_counters(rig->entry)->orders_refused;
    cr_assert(refused >= 8 && refused < 12, "%llu", (unsigned long long)refused);
    for (uint64_t i = 0; i < refused; i++) {
        rig_expect(client, "35=8|150=8|103=0|" WORDS("013", "reports are too far behind"));
    }
    for (uint64_t i = refused; i < 12; i++) {
        rig_expect(&rig->venue[0], "35=D");
    }
    rig_expect_nothing(client);
    cr_assert_eq(order_entry_counters(rig->entry)->orders_accepted, 13 - refused);
    rig_end(rig);
}

/* The ring is shared with the last words on orders: an eighth of it is kept for them. */
Test(order_entry_refusal, when_the_ledger_is_not_read) {
    struct rig_options options = rig_default();
    options.ledger_cells = 16;
    struct rig *rig = rig_up(&options);
    struct rig_peer *client = &rig->client[0];
    rig->hold_ledger = true;
    for (int i = 0; i < 14; i++) {
        rig_say(client, "35=D|11=A%d|55=NONE-USD|54=1|38=1|40=1|60=@|", i);
        rig_expect(client, "150=8|103=1");
    }
    rig_say(client, BUY("B"));
    rig_expect(client, "150=8|11=B|103=0|" WORDS("013", "reports are too far behind"));
    rig_expect_nothing(&rig->venue[0]);
    rig->hold_ledger = false;
    rig_say(client, BUY("B"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}
