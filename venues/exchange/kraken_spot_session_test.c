/* Kraken's Logon, session layer and cancel-on-disconnect, as a client sees them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "venues/exchange/kraken_test_script.h"

/* [logon]: the reply is a Logon without 553 and 554. */
Test(kraken_session, logs_on) {
    kraken_script("A U 8674=1|109=OTHER|5030=N|\n"
                  "A > 35=0|112=X|\n"
                  "A > 35=1|112=HELLO|\n"
                  "A < 35=0|112=HELLO|\n"
                  "A > 35=5|\n"
                  "A < 35=5|\n"
                  "A x\n");
}

/* [logon]: 553 must be the client's key, 554 the signature of what was sent. */
Test(kraken_session, refuses_and_closes) {
    kraken_script(
        "A L 8674=2|\n"
        "A < 35=5|"
        "58=EGeneral:Invalid arguments:141, 5030 and 5051 are Y or N, 8674 is 0 or 1|\n"
        "A x\n"
        "A L 789=1|\n"
        "A < 35=5|58=EGeneral:Invalid arguments:tag not defined for Logon, or given twice|\n"
        "A x\n"
        "+ 10\n"
        "A U 8674=0|\n");
}

/* [auth]: per key, nonces only go up; C uses A's key. */
Test(kraken_session, one_key_two_sessions) {
    kraken_script("+ 10\n"
                  "A U \n"
                  "C L \n"
                  "C < 35=5|58=EAPI:Invalid nonce:not above the last one|\n"
                  "C x\n"
                  "B U \n"
                  "C U \n");
}

/* [session]: one connection a session; the second is closed and the first goes on. */
Test(kraken_session, second_connection_of_a_live_session) {
    kraken_script("A U 8674=0|\n"
                  "A P 1 @1 1 0.1 84000\n"
                  "+ 5\n"
                  "A 2\n"
                  "A .\n"
                  "A > 35=1|112=1|\n"
                  "A < 35=0|112=1|\n");
}

/* 35=A with 141=N goes on counting, and 34 is part of what is signed. */
Test(kraken_session, goes_on_counting) {
    kraken_script("A U 8674=0|\n"
                  "A > 35=1|112=1|\n"
                  "A < 35=0|112=1|\n"
                  "A !\n"
                  "+ 5\n"
                  "A L 141=N|\n"
                  "A < 35=A|98=0|108=60|\n"
                  "A > 35=1|112=2|\n"
                  "A < 35=0|112=2|\n");
}

/* [logon] 8674: 0 and absent cancel this session's open orders at a disconnect, 1 keeps them. The
 * report waits for the next Logon (unverified). */
Test(kraken_session, cancel_on_disconnect_by_default) {
    kraken_script("A U \n"
                  "A P 1 @1 1 0.1 84000\n"
                  "A !\n"
                  "+ 5\n"
                  "A L 141=N|\n"
                  "A < 35=A|98=0|108=60|\n"
                  "A K 1 1 @1 1 0.1 84000 Cancel on disconnect\n");
}

Test(kraken_session, cancel_on_disconnect_when_0) {
    kraken_script("A U 8674=0|\n"
                  "A P 1 @1 1 0.1 84000\n"
                  "A ~\n"
                  "+ 5\n"
                  "A L 141=N|\n"
                  "A < 35=A|98=0|108=60|\n"
                  "A K 1 1 @1 1 0.1 84000 Cancel on disconnect\n");
}

/* Whether an orderly Logout cancels is unverified; the wording says disconnect, and it is one. */
Test(kraken_session, cancel_on_logout) {
    kraken_script("A U 8674=0|\n"
                  "A P 1 @1 1 0.1 84000\n"
                  "A > 35=5|\n"
                  "A < 35=5|\n"
                  "A x\n"
                  "+ 5\n"
                  "A L 141=N|\n"
                  "A < 35=A|98=0|108=60|\n"
                  "A K 1 1 @1 1 0.1 84000 Cancel on disconnect\n");
}

Test(kraken_session, orders_are_kept_when_1) {
    kraken_script_run(
        &(struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,0.1,84000,new,0,,0.1,0,0\n"},
        "A U 8674=1|\n"
        "A P 1 @1 1 0.1 84000\n"
        "A !\n"
        "+ 5\n"
        "A L 141=N|8674=1|\n"
        "A < 35=A|98=0|108=60|\n"
        "A .\n");
}

Test(kraken_session, cancel_on_disconnect_spares_other_sessions) {
    kraken_script("A U 8674=0|\n"
                  "B U \n"
                  "B P 1 @1 1 0.1 84000\n"
                  "A !\n"
                  "B .\n");
}

/* A heartbeat time-out is a disconnect, too. */
Test(kraken_session, cancel_on_silence) {
    kraken_script_run(
        &(struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,0.1,84000,canceled,0,,0,0,0\n"},
        "A U 8674=0|\n"
        "A P 1 @1 1 0.1 84000\n"
        "+ 60000\n"
        "A < 35=0|\n"
        "+ 15000\n"
        "A < 35=1|112=TEST|\n"
        "+ 60000\n"
        "A < 35=0|\n"
        "+ 15000\n"
        "A x\n");
}

/* A fill while the session is down is told after the next Logon (unverified). */
Test(kraken_session, fills_while_down) {
    kraken_script(
        "A U 8674=1|\n"
        "A P 1 @1 1 0.1 84000\n"
        "A !\n"
        "B U \n"
        "B > 35=D|11=7|38=0.1|40=1|54=2|55=BTC/USD|59=3|60=@now|\n"
        "B < 35=8|6=0|11=7|14=0|17=*|37=*|38=0.1|39=0|40=1|54=2|55=BTC/USD|"
        "58=sell 0.1 BTC/USD @ market|59=3|60=@now|150=0|151=0.1|381=0|\n"
        "B < 35=8|6=84000|11=7|14=0.1|17=*|31=84000|32=0.1|37=*|38=0.1|39=2|40=1|54=2|"
        "55=BTC/USD|59=3|60=@now|136=1|137=0|138=USD|150=F|151=0|381=8400|527=1|1003=@2|"
        "5050=2|\n"
        "+ 5\n"
        "A L 141=N|8674=1|\n"
        "A < 35=A|98=0|108=60|\n"
        "A < 35=8|6=84000|11=1|14=0.1|17=*|31=84000|32=0.1|37=@1|38=0.1|39=2|40=2|44=84000|"
        "54=1|55=BTC/USD|59=1|60=*|136=1|137=0|138=USD|150=F|151=0|381=8400|527=1|1003=@2|"
        "5050=1|\n");
}

/* More reports than the queue has room for beside new requests: the Logon is read all the same. */
Test(kraken_session, many_fills_while_down) {
    static char script[1 << 17];
    size_t len = (size_t)snprintf(script, sizeof(script),
                                  "A U 8674=1|\n"
                                  "A P 1 @1 1 1 84000\n"
                                  "A !\n"
                                  "B U \n");
    for (int i = 1; i <= 100; ++i) {
        len += (size_t)snprintf(script + len, sizeof(script) - len,
                                "B P %d * 2 0.01 84000\n"
                                "B < 35=8|6=84000|11=%d|14=0.01|17=*|31=84000|32=0.01|37=*|38=0.01|"
                                "39=2|40=2|44=84000|54=2|55=BTC/USD|59=1|60=@now|136=1|137=0|"
                                "138=USD|150=F|151=0|381=840|527=%d|1003=*|5050=2|\n",
                                i, i, i);
    }
    len += (size_t)snprintf(script + len, sizeof(script) - len,
                            "A L 141=N|8674=1|\n"
                            "A < 35=A|98=0|108=60|\n");
    for (int i = 1; i <= 100; ++i) {
        len += (size_t)snprintf(script + len, sizeof(script) - len,
                                "A < 35=8|6=84000|11=1|14=*|17=*|31=84000|32=0.01|37=@1|38=1|39=%d|"
                                "40=2|44=84000|54=1|55=BTC/USD|59=1|60=@now|136=1|137=0|138=USD|"
                                "150=F|151=*|381=%d|527=%d|1003=*|5050=1|\n",
                                i == 100 ? 2 : 1, i * 840, i);
    }
    kraken_script_run(&(struct kraken_script_options){.limits = {.orders = 128, .reports = 128}},
                      script);
}

/* A Logon that does not come through arms nothing and cancels nothing. */
Test(kraken_session, a_refused_logon_cancels_nothing) {
    kraken_script_run(
        &(struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,0.1,84000,new,0,,0.1,0,0\n"},
        "A U 8674=1|\n"
        "A P 1 @1 1 0.1 84000\n"
        "A !\n"
        "+ 5\n"
        "A # 1\n"
        "A L 141=N|8674=0|\n"
        "A < 35=5|58=MsgSeqNum too low, expecting 3 but received 1|\n"
        "A x\n"
        "A L 789=1|\n"
        "A < 35=5|58=EGeneral:Invalid arguments:tag not defined for Logon, or given twice|\n"
        "A x\n");
}

/* Faults for testing clients. */
Test(kraken_session, drops_the_connection_and_does_not_tell) {
    kraken_script_run(
        &(struct kraken_script_options){
            .options.drop_after = 2,
            .ledger = "1,OIV7PK-XN4XW-2FFKEF,BTC/USD,buy,0.1,84000,canceled,0,,0,0,0\n"},
        "A U 8674=0|\n"
        "A > 35=D|11=1|38=0.1|40=2|44=84000|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A x\n"
        "A .\n");
}

Test(kraken_session, stalls) {
    kraken_script_run(&(struct kraken_script_options){.options.stall_after = 2},
                      "A U 8674=0|\n"
                      "A > 35=D|11=1|38=0.1|40=2|44=84000|54=1|55=BTC/USD|59=1|60=@now|\n"
                      "A .\n"
                      "+ 200000\n"
                      "A .\n");
}

Test(kraken_session, ignores_8674_as_a_fault) {
    kraken_script_run(
        &(struct kraken_script_options){.options.cod_disabled = true,
                                        .ledger = "1,@1,BTC/USD,buy,0.1,84000,new,0,,0.1,0,0\n"},
        "A U 8674=0|\n"
        "A P 1 @1 1 0.1 84000\n"
        "A !\n");
}

Test(kraken_session, acknowledges_late) {
    kraken_script_run(&(struct kraken_script_options){.options.ack_delay_ms = 50},
                      "A U 8674=0|\n"
                      "A > 35=D|11=1|38=0.1|40=2|44=84000|54=1|55=BTC/USD|59=1|60=@now|\n"
                      "+ 49\n"
                      "A .\n"
                      "+ 1\n"
                      "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=0.1|39=0|40=2|44=84000|54=1|55=BTC/USD|"
                      "58=buy 0.1 BTC/USD @ limit 84000|59=1|60=@now-50|150=0|151=0.1|381=0|\n");
}

/* [session]: a forced Logout, a pause, and both directions begin at 1. Orders stay (unverified). */
Test(kraken_session, rolls_over) {
    kraken_script_run(
        &(struct kraken_script_options){
            .options = {.rolls_over = true, .roll_over_s = 52330, .roll_over_pause_ms = 30000},
            .ledger = "1,@1,BTC/USD,buy,0.1,84000,new,0,,0.1,0,0\n"},
        "A U 8674=0|\n"
        "A P 1 @1 1 0.1 84000\n"
        "+ 4999\n"
        "A .\n"
        "+ 1\n"
        "A < 35=5|58=Daily rollover|\n"
        "A > 35=5|\n"
        "A x\n"
        "+ 29999\n"
        "A # 1\n"
        "A L 141=N|\n"
        "A .\n"
        "A x\n"
        "+ 1\n"
        "A # 1\n"
        "A L 141=N|\n"
        "A < 35=A|98=0|108=60|\n"
        "A > 35=F|11=2|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=2|380=101|\n"
        "A > 35=2|7=1|16=0|\n"
        "A < 35=4|43=Y|122=@now|36=2|123=Y|\n"
        "A < 35=j|43=Y|122=@now|45=0|58=EOrder:Unknown order|372=F|379=2|380=101|\n");
}

Test(kraken_session, a_roll_over_that_cancels) {
    kraken_script_run(
        &(struct kraken_script_options){.options.roll_over_cancels = true,
                                        .ledger = "1,@1,BTC/USD,buy,0.1,84000,canceled,0,,0,0,0\n"},
        "A U 8674=0|\n"
        "A P 1 @1 1 0.1 84000\n"
        "* roll-over\n"
        "A < 35=5|58=Daily rollover|\n"
        "A > 35=5|\n"
        "A x\n");
}

Test(kraken_session, a_logout_that_spares_orders) {
    kraken_script_run(
        &(struct kraken_script_options){.options.cod_spares_logout = true,
                                        .ledger = "1,@1,BTC/USD,buy,0.1,84000,new,0,,0.1,0,0\n"},
        "A U 8674=0|\n"
        "A P 1 @1 1 0.1 84000\n"
        "A > 35=5|\n"
        "A < 35=5|\n"
        "A x\n");
    kraken_script_run(
        &(struct kraken_script_options){.options.cod_spares_logout = true,
                                        .ledger = "1,@1,BTC/USD,buy,0.1,84000,canceled,0,,0,0,0\n"},
        "A U 8674=0|\n"
        "A P 1 @1 1 0.1 84000\n"
        "A !\n");
}
