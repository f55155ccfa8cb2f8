/* Kraken's kinds of orders beyond limit and market, and what they are charged. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "venues/exchange/kraken_test_script.h"

static void run(struct kraken_script_options options, const char *script) {
    kraken_script_run(&options, script);
}

#define QUOTES "BTC/USD:bid=1@99,bid=1@98,ask=1@101,ask=1@102"

/* [nos] 40=3: goes to the market when the last trade reached 99; 40 is 1 from then on ([er]). */
Test(kraken_kind, stop_loss) {
    run(
        (struct kraken_script_options){
            .quotes = QUOTES,
            .whole_ledger = "1,@1,BTC/USD,sell,1.5,,filled,1.5,98.66666667,0,2,148,1,3,99.5,,\n"},
        "A U \n"
        "* last BTC/USD 100\n"
        "A > 35=D|11=1|38=1.5|40=3|54=2|55=BTC/USD|59=1|60=@now|99=99.5|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1.5|39=0|40=3|54=2|55=BTC/USD|"
        "58=sell 1.5 BTC/USD @ stop loss 99.5|59=1|60=@now|99=99.5|150=0|151=1.5|381=0|\n"
        "* last BTC/USD 99.6\n"
        "A .\n"
        "+ 10\n"
        "* last BTC/USD 99.5\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1.5|39=0|40=1|54=2|55=BTC/USD|59=1|60=@now|99=99.5|"
        "150=D|151=1.5|378=3|381=0|\n"
        "A < 35=8|6=99|11=1|14=1|17=*|31=99|32=1|37=@1|38=1.5|39=1|40=1|54=2|55=BTC/USD|59=1|"
        "60=@now|99=99.5|136=1|137=0|138=USD|150=F|151=0.5|381=99|527=1|1003=*|5050=2|\n"
        "A < 35=8|6=98.66666667|11=1|14=1.5|17=*|31=98|32=0.5|37=@1|38=1.5|39=2|40=1|54=2|"
        "55=BTC/USD|59=1|60=@now|99=99.5|136=1|137=0|138=USD|150=F|151=0|381=148|527=2|1003=*|"
        "5050=2|\n");
}

/* Which way each kind looks: a price is given, and whether it fires. */
Test(kraken_kind, directions) {
    static const struct {
        char ord_type;
        char side;
        const char *resting; /* a price that leaves it alone */
        const char *firing;
    } rows[] = {
        {'3', '1', "99.9", "100"}, {'3', '2', "100.1", "100"}, {'R', '1', "100.1", "100"},
        {'R', '2', "99.9", "100"}, {'3', '1', "99", "150"},    {'R', '1', "101", "50"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char script[2048];
        const char *name = rows[i].ord_type == '3' ? "stop loss" : "take profit";
        snprintf(script, sizeof(script),
                 "A U \n"
                 "* last BTC/USD %s\n"
                 "A > 35=D|11=1|38=1|40=%c|54=%c|55=BTC/USD|59=1|60=@now|99=100|\n"
                 "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=%c|54=%c|55=BTC/USD|"
                 "58=%s 1 BTC/USD @ %s 100|59=1|60=@now|99=100|150=0|151=1|381=0|\n"
                 "A .\n"
                 "* last BTC/USD %s\n"
                 "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=1|54=%c|55=BTC/USD|59=1|60=@now|"
                 "99=100|150=D|151=1|378=3|381=0|\n"
                 "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=4|40=1|41=1|54=%c|55=BTC/USD|"
                 "58=Out of liquidity|59=1|60=@now|99=100|150=4|151=0|381=0|\n",
                 rows[i].resting, rows[i].ord_type, rows[i].side, rows[i].ord_type, rows[i].side,
                 rows[i].side == '1' ? "buy" : "sell", name, rows[i].firing, rows[i].side,
                 rows[i].side);
        kraken_script(script);
    }
}

/* 40=4 and T rest as limit orders, 40=2, once triggered; a trade of others triggers, too. */
Test(kraken_kind, limit_orders_behind_a_trigger) {
    run((struct kraken_script_options){.quotes = QUOTES},
        "A U \n"
        "B U \n"
        "A > 35=D|11=1|38=1|40=T|44=103|54=2|55=BTC/USD|59=1|60=@now|99=101|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=T|44=103|54=2|55=BTC/USD|"
        "58=sell 1 BTC/USD @ take profit limit 101 -> 103|59=1|60=@now|99=101|150=0|151=1|381=0|\n"
        "B > 35=D|11=1|38=1|40=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "B < 35=8|6=0|11=1|14=0|17=*|37=*|38=1|39=0|40=1|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ market|59=1|60=@now|150=0|151=1|381=0|\n"
        "B < 35=8|6=101|11=1|14=1|17=*|31=101|32=1|37=*|38=1|39=2|40=1|54=1|55=BTC/USD|59=1|"
        "60=@now|136=1|137=0|138=USD|150=F|151=0|381=101|527=1|1003=*|5050=2|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=103|54=2|55=BTC/USD|59=1|60=@now|"
        "99=101|150=D|151=1|378=3|381=0|\n"
        "A .\n"
        "* fill 1\n"
        "A < 35=8|6=103|11=1|14=1|17=*|31=103|32=1|37=@1|38=1|39=2|40=2|44=103|54=2|55=BTC/USD|"
        "59=1|60=@now|99=101|136=1|137=0|138=USD|150=F|151=0|381=103|527=2|1003=*|5050=1|\n");
}

/* 388=1: the index, whatever trades. */
Test(kraken_kind, index_as_reference) {
    kraken_script("A U \n"
                  "A > 35=D|11=1|38=1|40=3|54=2|55=BTC/USD|59=1|60=@now|99=100|388=1|\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=3|54=2|55=BTC/USD|"
                  "58=sell 1 BTC/USD @ stop loss 100|59=1|60=@now|99=100|150=0|151=1|381=0|\n"
                  "* last BTC/USD 50\n"
                  "A .\n"
                  "* index BTC/USD 100\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=1|54=2|55=BTC/USD|59=1|60=@now|"
                  "99=100|150=D|151=1|378=3|381=0|\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=4|40=1|41=1|54=2|55=BTC/USD|"
                  "58=Out of liquidity|59=1|60=@now|99=100|150=4|151=0|381=0|\n");
}

/* U and V: 99 behind the best price since (unverified); V's limit so far from the trigger. */
Test(kraken_kind, trailing) {
    kraken_script("A U \n"
                  "* last BTC/USD 100\n"
                  "A > 35=D|11=1|38=1|40=V|44=-1|54=2|55=BTC/USD|59=1|60=@now|99=5|\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=V|44=-1|54=2|55=BTC/USD|"
                  "58=sell 1 BTC/USD @ trailing stop limit 5 -> -1|59=1|60=@now|99=5|150=0|151=1|"
                  "381=0|\n"
                  "* last BTC/USD 96\n"
                  "* last BTC/USD 110\n"
                  "* last BTC/USD 105.1\n"
                  "A .\n"
                  "* last BTC/USD 104\n"
                  "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=104|54=2|55=BTC/USD|59=1|"
                  "60=@now|99=5|150=D|151=1|378=3|381=0|\n"
                  "A > 35=F|11=2|41=1|54=2|55=BTC/USD|60=@now|\n"
                  "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=1|39=4|40=2|41=1|44=104|54=2|55=BTC/USD|"
                  "58=User requested|59=1|60=@now|99=5|150=4|151=0|381=0|\n");
}

/* A waiting order is cancelled, replaced, expired and killed like others. */
Test(kraken_kind, waiting_orders_end_like_others) {
    run((struct kraken_script_options){.whole_ledger =
                                           "1,@1,BTC/USD,buy,1,,canceled,0,,0,0,0,1,3,100,,\n"
                                           "3,@2,BTC/USD,buy,1,,expired,0,,0,0,0,3,3,100,,\n"
                                           "4,@3,BTC/USD,buy,2,,canceled,0,,0,0,0,5,3,120,,\n"},
        "A U \n"
        "A > 35=D|11=1|38=1|40=3|54=1|55=BTC/USD|59=1|60=@now|99=100|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 100|59=1|60=@now|99=100|150=0|151=1|381=0|\n"
        "A > 35=F|11=2|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=1|39=4|40=3|41=1|54=1|55=BTC/USD|"
        "58=User requested|59=1|60=@now|99=100|150=4|151=0|381=0|\n"
        "A > 35=D|11=3|38=1|40=3|54=1|55=BTC/USD|59=6|60=@now|99=100|126=@sec+10|\n"
        "A < 35=8|6=0|11=3|14=0|17=*|37=@2|38=1|39=0|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 100|59=6|60=@now|99=100|150=0|151=1|381=0|\n"
        "+ 10000\n"
        "A < 35=8|6=0|11=3|14=0|17=*|37=@2|38=1|39=C|40=3|54=1|55=BTC/USD|59=6|60=@now|99=100|"
        "150=C|151=0|381=0|\n"
        "A > 35=D|11=4|38=1|40=3|54=1|55=BTC/USD|59=1|60=@now|99=100|\n"
        "A < 35=8|6=0|11=4|14=0|17=*|37=@3|38=1|39=0|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 100|59=1|60=@now|99=100|150=0|151=1|381=0|\n"
        "A > 35=G|11=5|37=@3|38=2|40=3|41=4|54=1|55=BTC/USD|59=1|60=@now|99=120|\n"
        "A < 35=8|6=0|11=5|14=0|17=*|37=@3|38=2|39=5|40=3|41=4|54=1|55=BTC/USD|59=1|60=@now|"
        "99=120|150=5|151=2|381=0|\n"
        "* last BTC/USD 110\n"
        "A .\n"
        "* kill 5\n"
        "A < 35=8|6=0|11=5|14=0|17=*|37=@3|38=2|39=4|40=3|41=5|54=1|55=BTC/USD|"
        "58=Canceled by the venue|59=1|60=@now|99=120|150=4|151=0|381=0|\n");
}

/* [nos] 168: 39=A until then, and only then in the book. */
Test(kraken_kind, scheduled) {
    kraken_script(
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|168=@now+5000|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=A|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=A|151=1|381=0|\n"
        "A > 35=H|11=2|37=@1|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=1|39=A|40=2|41=1|44=9|54=1|55=BTC/USD|59=1|60=@now|"
        "150=I|151=1|381=0|\n"
        "+ 4999\n"
        "A .\n"
        "+ 1\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
        "A > 35=D|11=3|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|168=@now+5000|\n"
        "A < 35=8|6=0|11=3|14=0|17=*|37=@2|38=1|39=A|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=A|151=1|381=0|\n"
        "A > 35=q|11=4|60=@now|530=6|\n"
        "A K 3 3 @2 1 1 9 User requested\n"
        "A K 1 1 @1 1 1 9 User requested\n"
        "+ 5000\n"
        "A .\n");
}

/* [nos] 1138: a part is shown, and the next one waits behind the others at its price. */
Test(kraken_kind, iceberg) {
    run(
        (struct kraken_script_options){
            .whole_ledger = "1,@1,BTC/USD,buy,3,9,partially_filled,1,9,2,1,9,1,2,,1,\n"
                            "2,,BTC/USD,buy,1,8,rejected,0,,0,0,0,,2,,,\n"
                            "1,@2,BTC/USD,buy,1,9,partially_filled,0.5,9,0.5,1,4.5,1,2,,,\n"
                            "1,@3,BTC/USD,sell,1.5,9,filled,1.5,9,0,2,13.5,1,2,,,\n"},
        "A U \n"
        "B U \n"
        "+ 10\n"
        "C U \n"
        "A > 35=D|11=1|38=3|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|1138=1|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=3|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 3 BTC/USD @ limit 9|59=1|60=@now|150=0|151=3|381=0|1138=1|\n"
        "A > 35=D|11=2|38=1|40=2|44=8|54=1|55=BTC/USD|59=1|60=@now|1138=0.06666666|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:displayvol|372=D|379=2|380=0|\n"
        "C P 1 @2 1 1 9\n"
        "B P 1 @3 2 1.5 9\n"
        "B < 35=8|6=9|11=1|14=1|17=*|31=9|32=1|37=@3|38=1.5|39=1|40=2|44=9|54=2|55=BTC/USD|59=1|"
        "60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=9|527=1|1003=*|5050=2|\n"
        "B < 35=8|6=9|11=1|14=1.5|17=*|31=9|32=0.5|37=@3|38=1.5|39=2|40=2|44=9|54=2|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0|381=13.5|527=2|1003=*|5050=2|\n"
        "A < 35=8|6=9|11=1|14=1|17=*|31=9|32=1|37=@1|38=3|39=1|40=2|44=9|54=1|55=BTC/USD|59=1|"
        "60=@now|136=1|137=0|138=USD|150=F|151=2|381=9|527=1|1003=*|1138=1|5050=1|\n"
        "C < 35=8|6=9|11=1|14=0.5|17=*|31=9|32=0.5|37=@2|38=1|39=1|40=2|44=9|54=1|55=BTC/USD|59=1|"
        "60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=4.5|527=2|1003=*|5050=1|\n");
}

/* 18=v: what the order may cost; its quantity is what that buys when it comes (unverified). */
Test(kraken_kind, quantity_in_quote_currency) {
    run((struct kraken_script_options){.quotes = QUOTES},
        "A U \n"
        "A > 35=D|11=1|18=v|38=152|40=1|54=1|55=BTC/USD|59=3|60=@now|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|18=v|37=@1|38=1.5|39=0|40=1|54=1|55=BTC/USD|"
        "58=buy 1.5 BTC/USD @ market|59=3|60=@now|150=0|151=1.5|381=0|\n"
        "A < 35=8|6=101|11=1|14=1|17=*|18=v|31=101|32=1|37=@1|38=1.5|39=1|40=1|54=1|55=BTC/USD|"
        "59=3|60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=101|527=1|1003=*|5050=2|\n"
        "A < 35=8|6=101.33333333|11=1|14=1.5|17=*|18=v|31=102|32=0.5|37=@1|38=1.5|39=2|40=1|54=1|"
        "55=BTC/USD|59=3|60=@now|136=1|137=0|138=USD|150=F|151=0|381=152|527=2|1003=*|5050=2|\n"
        "A > 35=D|11=2|18=v|38=0.001|40=1|54=1|55=BTC/USD|59=3|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Order minimum not met|372=D|379=2|380=0|\n");
}

/* 5001 and 18=E: a position, and orders that only reduce it. */
Test(kraken_kind, margin) {
    run((struct kraken_script_options){.options.margin = true},
        "A U \n"
        "A > 35=D|11=1|18=E|38=1|40=2|44=9|54=2|55=BTC/USD|59=1|60=@now|5001=1|\n"
        "A < 35=j|45=0|58=EOrder:Reduce only:No position exists|372=D|379=1|380=0|\n"
        "A > 35=D|11=2|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|5001=1|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
        "* fill 2\n"
        "A < 35=8|6=9|11=2|14=1|17=*|31=9|32=1|37=@1|38=1|39=2|40=2|44=9|54=1|55=BTC/USD|59=1|"
        "60=@now|136=1|137=0|138=USD|150=F|151=0|381=9|527=1|1003=*|5050=1|\n"
        "A > 35=D|11=3|18=E|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|5001=1|\n"
        "A < 35=j|45=0|58=EOrder:Reduce only:No position exists|372=D|379=3|380=0|\n"
        "A > 35=D|11=4|18=E|38=2|40=2|44=9|54=2|55=BTC/USD|59=1|60=@now|5001=1|\n"
        "A < 35=j|45=0|58=EOrder:Reduce only:Position is closed|372=D|379=4|380=0|\n"
        "A > 35=D|11=5|18=E|38=1|40=2|44=10|54=2|55=BTC/USD|59=1|60=@now|5001=1|\n"
        "A < 35=8|6=0|11=5|14=0|17=*|18=E|37=*|38=1|39=0|40=2|44=10|54=2|55=BTC/USD|"
        "58=sell 1 BTC/USD @ limit 10|59=1|60=@now|150=0|151=1|381=0|\n");
}

Test(kraken_kind, broker) {
    run((struct kraken_script_options){.options.broker = true},
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|78=1|\n"
        "A < 35=j|45=0|58=Conditionally Required Field Missing: AllocAccount (79)|372=D|379=1|"
        "380=5|\n"
        "A > 35=D|11=2|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|78=1|79=SUB|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=*|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n");
}

/* [er] 136, 137, 138: as many groups as there are currencies; 139 as an option. */
Test(kraken_kind, fees_in_two_currencies) {
    run(
        (struct kraken_script_options){
            .options = {.fees_split = true, .fee_types = true, .maker_fee_ppm = 2000},
            .whole_ledger = "1,@1,BTC/USD,buy,1,9,filled,1,9,0,2,9,1,2,,,0.0091 USD;0.001 BTC\n"},
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "* fill 1 0.25\n"
        "A < 35=8|6=9|11=1|14=0.25|17=*|31=9|32=0.25|37=@1|38=1|39=1|40=2|44=9|54=1|55=BTC/USD|"
        "59=1|60=@now|136=2|137=0.0023|138=USD|139=4|137=0.00025|138=BTC|139=4|150=F|151=0.75|"
        "381=2.25|527=1|1003=*|5050=1|\n"
        "* fill @1\n"
        "A < 35=8|6=9|11=1|14=1|17=*|31=9|32=0.75|37=@1|38=1|39=2|40=2|44=9|54=1|55=BTC/USD|"
        "59=1|60=@now|136=2|137=0.0068|138=USD|139=4|137=0.00075|138=BTC|139=4|150=F|151=0|"
        "381=9|527=2|1003=*|5050=1|\n");
}

Test(kraken_kind, refusals) {
    static const struct {
        const char *fields;
        const char *text;
        int reason;
    } rows[] = {
        {"40=3|", "Conditionally Required Field Missing: StopPx (99)", 5},
        {"40=T|99=9|", "Conditionally Required Field Missing: Price (44)", 5},
        {"40=3|44=9|99=9|", "EGeneral:Invalid arguments:price", 0},
        {"40=3|99=0|", "EOrder:Invalid price", 0},
        {"40=U|99=-1|", "EOrder:Invalid price", 0},
        {"40=2|44=9|99=9|", "EGeneral:Invalid arguments:trigger", 0},
        {"40=2|44=9|388=1|", "EGeneral:Invalid arguments:trigger", 0},
        {"40=3|99=9|18=P|", "EGeneral:Invalid arguments:oflags", 0},
        {"40=2|44=9|18=v|", "EGeneral:Invalid arguments:viqc", 0},
        {"40=2|44=9|168=@now-1|", "EGeneral:Invalid arguments:starttm", 0},
        {"40=2|44=9|168=@now+2678400001|", "EGeneral:Invalid arguments:starttm", 0},
        {"40=1|1138=1|", "EGeneral:Invalid arguments:displayvol", 0},
        {"40=2|44=9|1138=2|", "EGeneral:Invalid arguments:displayvol", 0},
        {"40=2|44=9|5001=1|", "EGeneral:Invalid arguments:leverage", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char script[1024];
        snprintf(script, sizeof(script),
                 "A U \n"
                 "A > 35=D|11=1|38=1|54=1|55=BTC/USD|59=1|60=@now|%s\n"
                 "A < 35=j|45=0|58=%s|372=D|379=1|380=%d|\n",
                 rows[i].fields, rows[i].text, rows[i].reason);
        kraken_script(script);
    }
}

/* [ocrr]: a smaller order keeps its place, a bigger one does not; 1138 goes with it. */
Test(kraken_kind, replaces_and_priority) {
    kraken_script(
        "A U \n"
        "B U \n"
        "A P 1 @1 1 2 9\n"
        "A P 2 @2 1 1 9\n"
        "A > 35=G|11=3|37=@1|38=1|40=2|41=1|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=3|14=0|17=*|37=@1|38=1|39=5|40=2|41=1|44=9|54=1|55=BTC/USD|59=1|60=@now|"
        "150=5|151=1|381=0|\n"
        "B P 1 @3 2 0.5 9\n"
        "B < 35=8|6=9|11=1|14=0.5|17=*|31=9|32=0.5|37=@3|38=0.5|39=2|40=2|44=9|54=2|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0|381=4.5|527=1|1003=*|5050=2|\n"
        "A < 35=8|6=9|11=3|14=0.5|17=*|31=9|32=0.5|37=@1|38=1|39=1|40=2|44=9|54=1|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=4.5|527=1|1003=*|5050=1|\n"
        "A > 35=G|11=4|37=@1|38=2|40=2|41=3|44=9|54=1|55=BTC/USD|59=1|60=@now|1138=0.5|\n"
        "A < 35=8|6=9|11=4|14=0.5|17=*|37=@1|38=2|39=5|40=2|41=3|44=9|54=1|55=BTC/USD|59=1|"
        "60=@now|150=5|151=1.5|381=4.5|1138=0.5|\n"
        "B P 2 @4 2 0.5 9\n"
        "B < 35=8|6=9|11=2|14=0.5|17=*|31=9|32=0.5|37=@4|38=0.5|39=2|40=2|44=9|54=2|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0|381=4.5|527=2|1003=*|5050=2|\n"
        "A < 35=8|6=9|11=2|14=0.5|17=*|31=9|32=0.5|37=@2|38=1|39=1|40=2|44=9|54=1|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=4.5|527=2|1003=*|5050=1|\n"
        /* at what is filled, and below it */
        "A > 35=G|11=5|37=@1|38=0.5|40=2|41=4|44=9|54=1|55=BTC/USD|59=1|60=@now|1138=0.5|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:volume|372=G|379=5|380=0|\n"
        "A > 35=G|11=6|37=@1|38=0.4|40=2|41=4|44=9|54=1|55=BTC/USD|59=1|60=@now|1138=0.4|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:volume|372=G|379=6|380=0|\n");
}

Test(kraken_kind, pending_replace) {
    run((struct kraken_script_options){.options.pending_replace = true},
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > 35=G|11=2|37=@1|38=2|40=2|41=1|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=2|39=E|40=2|41=1|44=9|54=1|55=BTC/USD|59=1|60=@now|"
        "150=E|151=2|381=0|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=2|39=5|40=2|41=1|44=9|54=1|55=BTC/USD|59=1|60=@now|"
        "150=5|151=2|381=0|\n");
}

/* A counter a pair that decays: orders are refused, cancels are not. */
Test(kraken_kind, rate_limit) {
    run((struct kraken_script_options){.options.rate = {.most = 2, .decay_milli_s = 500}},
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A P 2 @2 1 1 9\n"
        "A > 35=D|11=3|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Rate limit exceeded|372=D|379=3|380=0|\n"
        "A > 35=D|11=4|38=1|40=2|44=9|54=1|55=ETH/USD|59=1|60=@now|\n"
        "A < 35=8|6=0|11=4|14=0|17=*|37=*|38=1|39=0|40=2|44=9|54=1|55=ETH/USD|"
        "58=buy 1 ETH/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
        "+ 4000\n"
        "A P 5 * 1 1 9\n"
        "A > 35=F|11=6|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A K 6 1 @1 1 1 9 User requested\n"
        "A > 35=G|11=7|37=@2|38=2|40=2|41=2|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Rate limit exceeded|372=G|379=7|380=0|\n"
        "+ 60000\n"
        "A < 35=0|\n"
        "A P 8 * 1 1 9\n");
}

/* What a pair takes in each of its modes; a cancel always. */
Test(kraken_kind, modes) {
    static const struct {
        const char *mode;
        const char *fields;
        const char *text; /* NULL: taken */
    } rows[] = {
        {"cancel_only", "40=2|44=9|", "EService:Market in cancel_only mode"},
        {"maintenance", "40=2|44=9|", "EService:Unavailable"},
        {"post_only", "40=2|44=9|", "EService:Market in post_only mode"},
        {"post_only", "18=P|40=2|44=9|", NULL},
        {"limit_only", "40=3|99=9|", "EService:Market in limit_only mode"},
        {"limit_only", "40=2|44=9|", NULL},
        {"reduce_only", "40=2|44=9|", "EService:Market in reduce_only mode"},
        {"online", "40=2|44=9|", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char script[1024];
        char answer[256] = "35=8|6=0|11=2|14=0|17=*|37=*|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|58=*|"
                           "59=1|60=@now|150=0|151=1|381=0|";
        if (rows[i].text != NULL) {
            snprintf(answer, sizeof(answer), "35=j|45=0|58=%s|372=D|379=2|380=4|", rows[i].text);
        } else if (rows[i].fields[0] == '1') {
            snprintf(answer, sizeof(answer),
                     "35=8|6=0|11=2|14=0|17=*|18=P|37=*|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|58=*|"
                     "59=1|60=@now|150=0|151=1|381=0|");
        }
        snprintf(script, sizeof(script),
                 "A U \n"
                 "A P 1 @1 1 1 9\n"
                 "* mode BTC/USD %s\n"
                 "A > 35=D|11=2|38=1|54=1|55=BTC/USD|59=1|60=@now|%s\n"
                 "A < %s\n"
                 "A > 35=F|11=3|41=1|54=1|55=BTC/USD|60=@now|\n"
                 "A K 3 1 @1 1 1 9 User requested\n",
                 rows[i].mode, rows[i].fields, answer);
        kraken_script(script);
    }
}

Test(kraken_kind, limits_of_an_account) {
    run((struct kraken_script_options){.options = {.open_orders_most = 1, .reject_prefix = true}},
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > 35=D|11=2|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=2 : EOrder:Orders limit exceeded|372=D|379=2|380=0|\n"
        "A > 35=F|11=3|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A K 3 1 @1 1 1 9 User requested\n"
        "A P 4 @2 1 1 9\n");
}

/* [omcr]: which of its two descriptions of 530=7 is right is not known. */
Test(kraken_kind, mass_cancel_of_an_account) {
    run((struct kraken_script_options){.options.mass_cancel_account = true},
        "A U \n"
        "B U \n"
        "+ 5\n"
        "C U \n"
        "A P 1 @1 1 1 9\n"
        "B P 1 @2 1 1 9\n"
        "C P 1 @3 1 1 9\n"
        "A > 35=q|11=2|60=@now|530=7|\n"
        "A K 1 1 @1 1 1 9 User requested\n"
        "C K 1 1 @3 1 1 9 User requested\n"
        "B .\n");
}

/* Whatever a venue might say: its number is used up and filled over when it is asked for. */
Test(kraken_kind, says_what_it_is_told) {
    kraken_script("A U \n"
                  "* send CLIENT_A 35=8|11=7|150=H|\n"
                  "A < 35=8|11=7|150=H|\n"
                  "* send CLIENT_A 35=4|34=2|123=Y|36=9|\n"
                  "A < 35=4|123=Y|36=9|\n"
                  "A > 35=2|7=1|16=0|\n"
                  "A < 35=4|43=Y|122=@now|36=3|123=Y|\n");
}

/* 8674 reaches orders wherever they are: in the book, waiting, or scheduled. */
Test(kraken_kind, cancel_on_disconnect_of_waiting_orders) {
    run((struct kraken_script_options){.ledger = "1,@1,BTC/USD,buy,1,,canceled,0,,0,0,0\n"
                                                 "2,@2,BTC/USD,buy,1,9,canceled,0,,0,0,0\n"},
        "A U \n"
        "A > 35=D|11=1|38=1|40=3|54=1|55=BTC/USD|59=1|60=@now|99=100|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 100|59=1|60=@now|99=100|150=0|151=1|381=0|\n"
        "A > 35=D|11=2|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|168=@now+5000|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=A|40=2|44=9|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=A|151=1|381=0|\n"
        "A !\n"
        "* last BTC/USD 100\n"
        "+ 5000\n");
}

/* A scheduled order with a trigger begins to wait at its time, and may expire before it fires. */
Test(kraken_kind, scheduled_trigger) {
    kraken_script(
        "A U \n"
        "* last BTC/USD 200\n"
        "A > 35=D|11=1|38=1|40=3|54=1|55=BTC/USD|59=6|60=@now|99=100|126=@sec+9|168=@now+5000|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=A|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 100|59=6|60=@now|99=100|150=A|151=1|381=0|\n"
        "* last BTC/USD 90\n"
        "+ 5000\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 100|59=6|60=@now|99=100|150=0|151=1|381=0|\n"
        "+ 4000\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=C|40=3|54=1|55=BTC/USD|59=6|60=@now|99=100|"
        "150=C|151=0|381=0|\n");
}

/* 59 and 7928 count when the order comes to the book, not before. */
Test(kraken_kind, triggered_orders_keep_their_terms) {
    run((struct kraken_script_options){.quotes = "BTC/USD:ask=1@101"},
        "A U \n"
        "A > 35=D|11=1|38=2|40=4|44=101|54=1|55=BTC/USD|59=4|60=@now|99=100|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=2|39=0|40=4|44=101|54=1|55=BTC/USD|"
        "58=buy 2 BTC/USD @ stop loss limit 100 -> 101|59=4|60=@now|99=100|150=0|151=2|381=0|\n"
        "* last BTC/USD 100\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=2|39=0|40=2|44=101|54=1|55=BTC/USD|59=4|60=@now|"
        "99=100|150=D|151=2|378=3|381=0|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=2|39=4|40=2|41=1|44=101|54=1|55=BTC/USD|"
        "58=Fill or kill not fillable|59=4|60=@now|99=100|150=4|151=0|381=0|\n"
        "A P 2 @2 2 1 100\n"
        "A > 35=D|11=3|38=1|40=3|54=1|55=BTC/USD|59=1|60=@now|99=105|7928=2|\n"
        "A < 35=8|6=0|11=3|14=0|17=*|37=@3|38=1|39=0|40=3|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ stop loss 105|59=1|60=@now|99=105|150=0|151=1|381=0|\n"
        "* last BTC/USD 105\n"
        "A < 35=8|6=0|11=3|14=0|17=*|37=@3|38=1|39=0|40=1|54=1|55=BTC/USD|59=1|60=@now|99=105|"
        "150=D|151=1|378=3|381=0|\n"
        "A K 2 2 @2 2 1 100 Self trade prevention\n"
        "A < 35=8|6=101|11=3|14=1|17=*|31=101|32=1|37=@3|38=1|39=2|40=1|54=1|55=BTC/USD|59=1|"
        "60=@now|99=105|136=1|137=0|138=USD|150=F|151=0|381=101|527=1|1003=*|5050=2|\n");
}

/* One trigger's trades fire the next. */
Test(kraken_kind, triggers_in_a_row) {
    run((struct kraken_script_options){.quotes = "BTC/USD:bid=1@99,bid=1@97",
                                       .ledger = "1,@1,BTC/USD,sell,1,,filled,1,99,0,1,99\n"
                                                 "2,@2,BTC/USD,sell,1,,filled,1,97,0,1,97\n"},
        "A U \n"
        "A > 35=D|11=1|38=1|40=3|54=2|55=BTC/USD|59=1|60=@now|99=100|\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=3|54=2|55=BTC/USD|"
        "58=sell 1 BTC/USD @ stop loss 100|59=1|60=@now|99=100|150=0|151=1|381=0|\n"
        "A > 35=D|11=2|38=1|40=3|54=2|55=BTC/USD|59=1|60=@now|99=99|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=0|40=3|54=2|55=BTC/USD|"
        "58=sell 1 BTC/USD @ stop loss 99|59=1|60=@now|99=99|150=0|151=1|381=0|\n"
        "* last BTC/USD 100\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=1|54=2|55=BTC/USD|59=1|60=@now|99=100|"
        "150=D|151=1|378=3|381=0|\n"
        "A < 35=8|6=99|11=1|14=1|17=*|31=99|32=1|37=@1|38=1|39=2|40=1|54=2|55=BTC/USD|59=1|"
        "60=@now|99=100|136=1|137=0|138=USD|150=F|151=0|381=99|527=1|1003=*|5050=2|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@2|38=1|39=0|40=1|54=2|55=BTC/USD|59=1|60=@now|99=99|"
        "150=D|151=1|378=3|381=0|\n"
        "A < 35=8|6=97|11=2|14=1|17=*|31=97|32=1|37=@2|38=1|39=2|40=1|54=2|55=BTC/USD|59=1|"
        "60=@now|99=99|136=1|137=0|138=USD|150=F|151=0|381=97|527=2|1003=*|5050=2|\n");
}
