/* Kraken's execution reports, cancels, replaces, mass cancels and status requests. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "venues/exchange/kraken_test_script.h"

static void run(struct kraken_script_options options, const char *script) {
    kraken_script_run(&options, script);
}

/* [er]: tags ascending; 6, 14, 151, 31, 32, 136 group, 381, 527, 1003 and 5050 on a fill. */
Test(kraken_trade, partial_fill_then_the_rest) {
    run(
        (struct kraken_script_options){
            .options = {.maker_fee_ppm = 1600, .taker_fee_ppm = 2600},
            .ledger = "1,@1,BTC/USD,buy,0.001,84000,filled,0.001,84000,0,2,84\n"
                      "1,@2,BTC/USD,sell,0.0004,84000,filled,0.0004,84000,0,1,33.6\n"
                      "2,@4,BTC/USD,sell,0.0006,83000,filled,0.0006,84000,0,1,50.4\n"},
        "A U \n"
        "B U \n"
        "A P 1 @1 1 0.001 84000\n"
        "B P 1 @2 2 0.0004 84000\n"
        "B < 35=8|6=84000|11=1|14=0.0004|17=*|31=84000|32=0.0004|37=@2|38=0.0004|39=2|40=2|"
        "44=84000|54=2|55=BTC/USD|59=1|60=@now|136=1|137=0.0874|138=USD|150=F|151=0|"
        "381=33.6|527=1|1003=@3|5050=2|\n"
        "A < 35=8|6=84000|11=1|14=0.0004|17=*|31=84000|32=0.0004|37=@1|38=0.001|39=1|40=2|"
        "44=84000|54=1|55=BTC/USD|59=1|60=@now|136=1|137=0.0538|138=USD|150=F|151=0.0006|"
        "381=33.6|527=1|1003=@3|5050=1|\n"
        "B P 2 @4 2 0.0006 83000\n"
        "B < 35=8|6=84000|11=2|14=0.0006|17=*|31=84000|32=0.0006|37=@4|38=0.0006|39=2|40=2|"
        "44=83000|54=2|55=BTC/USD|59=1|60=@now|136=1|137=0.131|138=USD|150=F|151=0|"
        "381=50.4|527=2|1003=*|5050=2|\n"
        "A < 35=8|6=84000|11=1|14=0.001|17=*|31=84000|32=0.0006|37=@1|38=0.001|39=2|40=2|"
        "44=84000|54=1|55=BTC/USD|59=1|60=@now|136=1|137=0.0806|138=USD|150=F|151=0|381=84|"
        "527=2|1003=*|5050=1|\n");
}

/* A market order over two quotes: the average is exact to 8 digits; 44 is not there. */
Test(kraken_trade, market_order_against_quotes) {
    run(
        (struct kraken_script_options){
            .quotes = "BTC/USD:ask=1@60000,ask=2@60000.1",
            .replenish = true,
            .ledger = "1,@1,BTC/USD,buy,3,,filled,3,60000.06666667,0,2,180000.2\n"
                      "2,@2,BTC/USD,buy,4,,canceled,3,60000.06666667,0,2,180000.2\n"},
        "A U \n"
        "A > 35=D|11=1|38=3|40=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=3|39=0|40=1|54=1|55=BTC/USD|"
        "58=buy 3 BTC/USD @ market|59=1|60=@now|150=0|151=3|381=0|\n"
        "A < 35=8|6=60000|11=1|14=1|17=*|31=60000|32=1|37=@1|38=3|39=1|40=1|54=1|"
        "55=BTC/USD|59=1|60=@now|136=1|137=0|138=USD|150=F|151=2|381=60000|527=1|1003=*|"
        "5050=2|\n"
        "A < 35=8|6=60000.06666667|11=1|14=3|17=*|31=60000.1|32=2|37=@1|38=3|39=2|40=1|"
        "54=1|55=BTC/USD|59=1|60=@now|136=1|137=0|138=USD|150=F|151=0|381=180000.2|527=2|"
        "1003=*|5050=2|\n"
        /* The quotes are back, whole: more than they have is cancelled. */
        "A > 35=D|11=2|38=4|40=1|54=1|55=BTC/USD|59=3|60=@now|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=4|39=0|40=1|54=1|55=BTC/USD|"
        "58=buy 4 BTC/USD @ market|59=3|60=@now|150=0|151=4|381=0|\n"
        "A < 35=8|6=60000|11=2|14=1|17=*|31=60000|32=1|37=@2|38=4|39=1|40=1|54=1|"
        "55=BTC/USD|59=3|60=@now|136=1|137=0|138=USD|150=F|151=3|381=60000|527=3|1003=*|"
        "5050=2|\n"
        "A < 35=8|6=60000.06666667|11=2|14=3|17=*|31=60000.1|32=2|37=@2|38=4|39=1|40=1|"
        "54=1|55=BTC/USD|59=3|60=@now|136=1|137=0|138=USD|150=F|151=1|381=180000.2|527=4|"
        "1003=*|5050=2|\n"
        "A < 35=8|6=60000.06666667|11=2|14=3|17=*|37=@2|38=4|39=4|40=1|41=2|54=1|"
        "55=BTC/USD|58=Out of liquidity|59=3|60=@now|150=4|151=0|381=180000.2|\n");
}

/* After acceptance nothing is rejected: it is cancelled, unasked, with 150=4. */
Test(kraken_trade, immediate_orders_end_in_an_unsolicited_cancel) {
    kraken_script("A U \n"
                  "A > 35=D|11=1|38=1|40=2|44=9|54=1|55=BTC/USD|59=3|60=@now|\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
                  "58=buy 1 BTC/USD @ limit 9|59=3|60=@now|150=0|151=1|381=0|\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=4|40=2|41=1|44=9|54=1|55=BTC/USD|"
                  "58=Out of liquidity|59=3|60=@now|150=4|151=0|381=0|\n"
                  "A > 35=D|11=2|38=1|40=2|44=9|54=1|55=BTC/USD|59=4|60=@now|\n"
                  "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
                  "58=buy 1 BTC/USD @ limit 9|59=4|60=@now|150=0|151=1|381=0|\n"
                  "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=4|40=2|41=2|44=9|54=1|55=BTC/USD|"
                  "58=Fill or kill not fillable|59=4|60=@now|150=4|151=0|381=0|\n");
}

/* [nos] 59=6, 126. */
Test(kraken_trade, good_till_date) {
    run((struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,1,9,expired,0,,0,0,0\n"},
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=9|54=1|55=BTC/USD|59=6|60=@now|126=@sec+30|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=6|60=@now|150=0|151=1|381=0|\n"
        "+ 29999\n"
        "A .\n"
        "+ 1\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=C|40=2|44=9|54=1|55=BTC/USD|59=6|"
        "60=@now|150=C|151=0|381=0|\n");
}

/* [nos] 18=P. Which of the two ways Kraken takes is unverified. */
Test(kraken_trade, post_only) {
    static const char rests[] =
        "A U \n"
        "B U \n"
        "B P 1 * 2 1 100\n"
        "A > 35=D|11=1|18=P|38=1|40=2|44=99|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|18=P|37=*|38=1|39=0|40=2|44=99|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 99|59=1|60=@now|150=0|151=1|381=0|\n"
        "A > 35=D|11=2|18=P s|38=1|40=2|44=100|54=1|55=BTC/USD|59=1|60=@now|\n";
    char script[4096];
    snprintf(script, sizeof(script), "%s%s", rests,
             "A < 35=j|45=0|58=EOrder:Post only order|372=D|379=2|380=0|\n");
    kraken_script(script);
    snprintf(script, sizeof(script), "%s%s", rests,
             "A < 35=8|6=0|11=2|14=0|17=*|18=P s|37=@1|38=1|39=0|40=2|44=100|54=1|55=BTC/USD|"
             "58=buy 1 BTC/USD @ limit 100|59=1|60=@now|150=0|151=1|381=0|\n"
             "A < 35=8|6=0|11=2|14=0|17=*|18=P s|37=@1|38=1|39=4|40=2|41=2|44=100|54=1|"
             "55=BTC/USD|58=Post only order|59=1|60=@now|150=4|151=0|381=0|\n");
    run((struct kraken_script_options){.options.post_only_cancels = true}, script);
}

/* 18=f: the fee in the base currency. */
Test(kraken_trade, fee_in_base) {
    run((struct kraken_script_options){.quotes = "BTC/USD:ask=1@60000",
                                       .options.taker_fee_ppm = 2600},
        "A U \n"
        "A > 35=D|11=1|18=f|38=0.5|40=2|44=60000|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|18=f|37=*|38=0.5|39=0|40=2|44=60000|54=1|55=BTC/USD|"
        "58=buy 0.5 BTC/USD @ limit 60000|59=1|60=@now|150=0|151=0.5|381=0|\n"
        "A < 35=8|6=60000|11=1|14=0.5|17=*|18=f|31=60000|32=0.5|37=*|38=0.5|39=2|40=2|"
        "44=60000|54=1|55=BTC/USD|59=1|60=@now|136=1|137=0.0013|138=BTC|150=F|151=0|"
        "381=30000|527=1|1003=*|5050=2|\n");
}

/* [nos] 7928, by account: C has A's key. 1, the newest, is the default. */
Test(kraken_trade, self_trade_prevention) {
    static const struct {
        const char *field;
        const char *outcome;
    } rows[] = {
        {"", "C K 1 1 @2 2 1 100 Self trade prevention\n"},
        {"7928=1|", "C K 1 1 @2 2 1 100 Self trade prevention\n"},
        {"7928=2|", "A K 1 1 @1 1 1 100 Self trade prevention\n"},
        {"7928=0|", "A K 1 1 @1 1 1 100 Self trade prevention\n"
                    "C K 1 1 @2 2 1 100 Self trade prevention\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char script[4096];
        snprintf(script, sizeof(script),
                 "A U \n"
                 "+ 5\n"
                 "C U \n"
                 "A P 1 @1 1 1 100\n"
                 "C > 35=D|11=1|38=1|40=2|44=100|54=2|55=BTC/USD|59=1|60=@now|%s\n"
                 "C < 35=8|6=0|11=1|14=0|17=*|37=@2|38=1|39=0|40=2|44=100|54=2|55=BTC/USD|"
                 "58=sell 1 BTC/USD @ limit 100|59=1|60=@now|150=0|151=1|381=0|\n"
                 "%s",
                 rows[i].field, rows[i].outcome);
        kraken_script(script);
    }
}

/* [ocr]: by 37, by 41, by both (37 wins); 11 of the report is the request's, 41 the order's. */
Test(kraken_trade, cancels) {
    run((struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,1,9,canceled,0,,0,0,0\n"
                                                 "2,@2,BTC/USD,buy,1,9,canceled,0,,0,0,0\n"
                                                 "3,@3,BTC/USD,buy,1,9,canceled,0,,0,0,0\n"},
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A P 2 @2 1 1 9\n"
        "A P 3 @3 1 1 9\n"
        "A > 35=F|11=11|37=@1|54=1|55=BTC/USD|60=@now|\n"
        "A K 11 1 @1 1 1 9 User requested\n"
        "A > 35=F|11=12|41=2|54=1|55=BTC/USD|60=@now|\n"
        "A K 12 2 @2 1 1 9 User requested\n"
        "A > 35=F|11=13|37=@3|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A K 13 3 @3 1 1 9 User requested\n");
}

/* [ocr]: every failure is a 35=j, and there is no 35=9. */
Test(kraken_trade, cancels_that_fail) {
    kraken_script("A U \n"
                  "B U \n"
                  "A P 1 @1 1 1 9\n"
                  "A > 35=F|11=10|54=1|55=BTC/USD|60=@now|\n"
                  "A < 35=j|45=0|"
                  "58=Conditionally Required Field Missing: OrderID (37) or OrigClOrdID (41)|372=F|"
                  "379=10|380=5|\n"
                  "A > 35=F|11=11|41=7|54=1|55=BTC/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=11|380=101|\n"
                  "A > 35=F|11=12|37=OAAAAA-AAAAA-AAAAAA|41=1|54=1|55=BTC/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=12|380=101|\n"
                  "A > 35=F|11=13|41=1|54=2|55=BTC/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=13|380=101|\n"
                  "A > 35=F|11=14|41=1|54=1|55=ETH/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=14|380=101|\n"
                  "A > 35=F|11=15|41=1|54=1|55=XRP/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EQuery:Unknown asset pair|372=F|379=15|380=2|\n"
                  /* A request's id is no order's. */
                  "A > 35=F|11=16|41=15|54=1|55=BTC/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=16|380=101|\n"
                  /* Another client's order, by its OrderID. */
                  "B > 35=F|11=1|37=@1|54=1|55=BTC/USD|60=@now|\n"
                  "B < 35=j|45=0|58=EOrder:Unknown order|372=F|379=1|380=101|\n"
                  /* Twice. */
                  "A > 35=F|11=17|41=1|54=1|55=BTC/USD|60=@now|\n"
                  "A K 17 1 @1 1 1 9 User requested\n"
                  "A > 35=F|11=18|41=1|54=1|55=BTC/USD|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=18|380=101|\n");
}

/* [ocr]: F reaches orders of its own FIX session only; q with 530=7, and H, reach the others. */
Test(kraken_trade, orders_of_an_earlier_session) {
    kraken_script(
        "A U 8674=1|\n"
        "A P 1 @1 1 1 9\n"
        "A !\n"
        "+ 5\n"
        "A L 8674=1|141=N|\n"
        "A < 35=A|98=0|108=60|\n"
        "A P 2 @2 1 1 9\n"
        "A > 35=F|11=10|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A K 10 1 @1 1 1 9 User requested\n"
        "A !\n"
        "+ 5\n"
        "A L 8674=1|\n"
        "A < 35=A|98=0|108=60|141=Y|\n"
        "A > 35=F|11=11|37=@2|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=11|380=101|\n"
        "A > 35=H|11=12|37=@2|55=BTC/USD|\n"
        "A < 35=8|6=0|11=12|14=0|17=*|37=@2|38=1|39=0|40=2|41=2|44=9|54=1|55=BTC/USD|59=1|"
        "60=@now|150=I|151=1|381=0|\n"
        "A > 35=q|11=13|60=@now|530=6|\n"
        "A .\n"
        "A > 35=q|11=14|60=@now|530=7|\n"
        "A K 2 2 @2 1 1 9 User requested\n");
}

/* [omcr]: no 35=r, one 150=4 an order; with nothing to cancel, nothing (assumed). */
Test(kraken_trade, mass_cancels) {
    kraken_script("A U \n"
                  "B U \n"
                  "A P 1 @1 1 1 9\n"
                  "A > 35=D|11=2|38=1|40=2|44=9|54=1|55=ETH/USD|59=1|60=@now|\n"
                  "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=0|40=2|44=9|54=1|55=ETH/USD|"
                  "58=buy 1 ETH/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
                  "B P 1 @3 1 1 9\n"
                  "A > 35=q|11=10|60=@now|530=1|\n"
                  "A < 35=j|45=0|58=Conditionally Required Field Missing: Symbol (55)|372=q|379=10|"
                  "380=5|\n"
                  "A > 35=q|11=11|55=XRP/USD|60=@now|530=1|\n"
                  "A < 35=j|45=0|58=EQuery:Unknown asset pair|372=q|379=11|380=2|\n"
                  "A > 35=q|11=12|55=BTC/USD|60=@now|530=1|\n"
                  "A K 1 1 @1 1 1 9 User requested\n"
                  "A > 35=q|11=13|60=@now|530=6|\n"
                  "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=4|40=2|41=2|44=9|54=1|55=ETH/USD|"
                  "58=User requested|59=1|60=@now|150=4|151=0|381=0|\n"
                  "A > 35=q|11=14|60=@now|530=6|\n"
                  "A .\n"
                  "B .\n");
}

/* [ocrr]: 150=5 39=5, the OrderID kept; then the new ClOrdID names the order, and only it. */
Test(kraken_trade, replaces) {
    run((struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,0.5,10,canceled,0,,0,0,0\n"},
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > 35=G|11=2|37=@1|38=0.5|40=2|41=1|44=10|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=0.5|39=5|40=2|41=1|44=10|54=1|55=BTC/USD|"
        "59=1|60=@now|150=5|151=0.5|381=0|\n"
        "A > 35=F|11=3|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=3|380=101|\n"
        "A > 35=F|11=4|41=2|54=1|55=BTC/USD|60=@now|\n"
        "A K 4 2 @1 1 0.5 10 User requested\n");
}

Test(kraken_trade, a_replace_that_trades) {
    run(
        (struct kraken_script_options){
            .quotes = "BTC/USD:ask=1@60000",
            .ledger = "1,@1,BTC/USD,buy,2,60000,partially_filled,1,60000,1,1,60000\n"},
        "A U \n"
        "A P 1 @1 1 2 59000\n"
        "A > 35=G|11=a17cc3c5-3d20-4abc-9def-0123456789ab|37=@1|38=2|40=2|41=1|44=60000|"
        "54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=a17cc3c5-3d20-4abc-9def-0123456789ab|14=0|17=*|37=@1|38=2|39=5|"
        "40=2|41=1|44=60000|54=1|55=BTC/USD|59=1|60=@now|150=5|151=2|381=0|\n"
        "A < 35=8|6=60000|11=a17cc3c5-3d20-4abc-9def-0123456789ab|14=1|17=*|31=60000|32=1|"
        "37=@1|38=2|39=1|40=2|44=60000|54=1|55=BTC/USD|59=1|60=@now|136=1|137=0|138=USD|"
        "150=F|151=1|381=60000|527=1|1003=*|5050=2|\n"
        /* Not below what is executed; by the UUID, which names the order now. */
        "A > 35=G|11=2|37=@1|38=1|40=2|41=a17cc3c5-3d20-4abc-9def-0123456789ab|44=60000|"
        "54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:volume|372=G|379=2|380=0|\n");
}

Test(kraken_trade, replaces_that_fail) {
    kraken_script("A U \n"
                  "A P 1 @1 1 1 9\n"
                  "A P 2 @2 1 1 9\n"
                  /* 37 and 41 of different orders */
                  "A > 35=G|11=10|37=@1|38=1|40=2|41=2|44=10|54=1|55=BTC/USD|59=1|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=G|379=10|380=101|\n"
                  /* only quantity and prices may change */
                  "A > 35=G|11=11|37=@1|38=1|40=1|41=1|54=1|55=BTC/USD|59=1|60=@now|\n"
                  "A < 35=j|45=0|58=EGeneral:Invalid arguments:ordertype|372=G|379=11|380=0|\n"
                  "A > 35=G|11=12|37=@1|38=1|40=2|41=1|44=10|54=1|55=BTC/USD|59=3|60=@now|\n"
                  "A < 35=j|45=0|58=EGeneral:Invalid arguments:ordertype|372=G|379=12|380=0|\n"
                  "A > 35=G|11=13|37=@1|38=1|40=2|41=1|54=1|55=BTC/USD|59=1|60=@now|\n"
                  "A < 35=j|45=0|58=Conditionally Required Field Missing: Price (44)|372=G|379=13|"
                  "380=5|\n"
                  "A > 35=G|11=14|37=@1|38=1|40=2|41=1|44=10.05|54=1|55=BTC/USD|59=1|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Invalid price|372=G|379=14|380=0|\n"
                  /* gone when it comes */
                  "A > 35=F|11=15|41=1|54=1|55=BTC/USD|60=@now|\n"
                  "A K 15 1 @1 1 1 9 User requested\n"
                  "A > 35=G|11=16|37=@1|38=1|40=2|41=1|44=10|54=1|55=BTC/USD|59=1|60=@now|\n"
                  "A < 35=j|45=0|58=EOrder:Unknown order|372=G|379=16|380=101|\n");
}

/* [osr]: 150=I with the order's state, over or not. */
Test(kraken_trade, status) {
    run((struct kraken_script_options){.quotes = "BTC/USD:ask=1@60000"},
        "A U \n"
        "B U \n"
        "A > 35=D|11=1|38=1|40=1|54=1|55=BTC/USD|59=3|60=@now|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=1|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ market|59=3|60=@now|150=0|151=1|381=0|\n"
        "A < 35=8|6=60000|11=1|14=1|17=*|31=60000|32=1|37=@1|38=1|39=2|40=1|54=1|"
        "55=BTC/USD|59=3|60=@now|136=1|137=0|138=USD|150=F|151=0|381=60000|527=1|1003=*|"
        "5050=2|\n"
        "A > 35=H|11=2|37=@1|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=8|6=60000|11=2|14=1|17=*|37=@1|38=1|39=2|40=1|41=1|54=1|55=BTC/USD|59=3|"
        "60=@now|150=I|151=0|381=60000|\n"
        "A > 35=H|11=3|37=OAAAAA-AAAAA-AAAAAA|55=BTC/USD|\n"
        "A < 35=j|45=0|58=EOrder:Unknown order|372=H|379=3|380=101|\n"
        "B > 35=H|11=1|37=@1|55=BTC/USD|\n"
        "B < 35=j|45=0|58=EOrder:Unknown order|372=H|379=1|380=101|\n");
}

/* A slow engine: requests keep their order, and what was on its way at a disconnect is killed. */
Test(kraken_trade, a_cancel_behind_its_order) {
    run((struct kraken_script_options){.options.engine_delay_ms = 100},
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A > 35=F|11=2|41=1|54=1|55=BTC/USD|60=@now|\n"
        "+ 100\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
        "A K 2 1 @1 1 1 9 User requested\n");
}

Test(kraken_trade, an_order_on_its_way_when_its_connection_breaks) {
    run((struct kraken_script_options){.options.engine_delay_ms = 100,
                                       .ledger = "1,@1,BTC/USD,buy,1,9,canceled,0,,0,0,0\n"},
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A !\n"
        "+ 100\n"
        "A L 141=N|\n"
        "A < 35=A|98=0|108=60|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
        "A K 1 1 @1 1 1 9 Cancel on disconnect\n");
}
