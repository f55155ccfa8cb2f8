/* What goes wrong on purpose, as a client sees it. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "venues/exchange/kraken_test_script.h"

static void run(const char *faults, const char *ledger, const char *script) {
    kraken_script_run(&(struct kraken_script_options){.faults = faults, .ledger = ledger}, script);
}

#define ORDER(id) "35=D|11=" id "|38=1|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|\n"
#define NEW(id, order)                                                                             \
    "35=8|6=0|11=" id "|14=0|17=*|37=" order                                                       \
    "|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|58=buy 1 BTC/USD @ limit 9|59=1|60=*|150=0|151=1|"       \
    "381=0|\n"
#define FILL(id, order, last, cumulative, leaves, status, gross)                                   \
    "35=8|6=9|11=" id "|14=" cumulative "|17=*|31=9|32=" last "|37=" order "|38=1|39=" status      \
    "|40=2|44=9|54=1|55=BTC/USD|59=1|60=@now|136=1|137=0|138=USD|150=F|151=" leaves "|381=" gross  \
    "|527=*|1003=*|5050=1|\n"

/* What came behind the lost order is lost with it, unless it comes again. */
Test(kraken_fault, lose_with_a_venue_that_discards) {
    run("order#1:lose", "",
        "A U \n"
        "A > " ORDER("1") "A > " ORDER("2") "A < 35=2|7=2|16=0|\n"
                                            "A # 2\n"
                                            "A > 35=4|43=Y|122=@now|36=4|123=Y|\n"
                                            "A .\n");
}

/* The gap fill passes over the order that was kept: it is taken. */
Test(kraken_fault, lose_with_a_venue_that_queues) {
    kraken_script_run(&(struct kraken_script_options){.options.gap_queues = true,
                                                      .faults = "order#2:lose",
                                                      .ledger =
                                                          "1,@1,BTC/USD,buy,1,9,new,0,,1,0,0\n"
                                                          "3,@2,BTC/USD,buy,1,9,new,0,,1,0,0\n"
                                                          "4,@3,BTC/USD,buy,1,9,new,0,,1,0,0\n"},
                      "A U \n"
                      "A P 1 @1 1 1 9\n"
                      "A > " ORDER("2") "A > " ORDER("3") "A < 35=2|7=3|16=0|\n"
                                                          "A # 3\n"
                                                          "A > 35=4|43=Y|122=@now|36=5|123=Y|\n"
                                                          "A < " NEW("3", "@2") "A # 5\n"
                                                                                "A P 4 @3 1 1 9\n");
}

/* A short gap fill, or the message itself: what was kept follows, once. */
Test(kraken_fault, a_queueing_venue_takes_each_order_once) {
    kraken_script_run(
        &(struct kraken_script_options){.options.gap_queues = true, .faults = "order#1:lose"},
        "A U \n"
        "A > " ORDER("1") "A > " ORDER(
            "2") "A < 35=2|7=2|16=0|\n"
                 "A > " ORDER("3") "A # 2\n"
                                   "A > 35=4|43=Y|122=@now|36=3|123=Y|\n"
                                   "A < " NEW("2", "@1") "A < " NEW(
                                       "3", "@2") "A # 3\n"
                                                  "A > 43=Y|122=@now|" ORDER("2") "A .\n");
}

/* No later message is needed to show that the last one was lost. */
Test(kraken_fault, lose_and_ask) {
    run("order#1:lose-and-ask", "",
        "A U \n"
        "A > " ORDER("1") "A < 35=1|112=GAP|\n"
                          "A > 35=0|112=GAP|\n"
                          "A < 35=2|7=2|16=0|\n"
                          "A # 2\n"
                          "A > 35=4|43=Y|122=@now|36=4|123=Y|\n"
                          "A .\n");
}

Test(kraken_fault, contradict) {
    run("order:half-fill=10 fill:contradict",
        "1,@1,BTC/USD,buy,1,9,partially_filled,0.5,9,0.5,1,"
        "4.5\n",
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "+ 10\n"
        "A < 35=8|6=9|11=1|14=0.5|17=@2|31=9|32=0.5|37=@1|38=1|39=1|40=2|44=9|54=1|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=4.5|527=1|1003=@3|5050=1|\n"
        "A < 35=8|6=*|11=1|14=1|17=@2|31=9|32=1|37=@1|38=1|39=1|40=2|44=9|54=1|55=BTC/USD|"
        "59=1|60=@now|136=1|137=0|138=USD|150=F|151=0.5|381=4.5|527=1|1003=@3|5050=1|\n");
}

Test(kraken_fault, ignore) {
    run("order#1:ignore", "2,@1,BTC/USD,buy,1,9,new,0,,1,0,0\n",
        "A U \n"
        "A > " ORDER("1") "A P 2 @1 1 1 9\n");
}

Test(kraken_fault, reject_by_kind) {
    static const struct {
        const char *kind;
        const char *answer;
    } rows[] = {
        {"funds", "35=j|45=0|58=EOrder:Insufficient funds|372=D|379=1|380=0|"},
        {"rate-limit", "35=j|45=0|58=EOrder:Rate limit exceeded|372=D|379=1|380=0|"},
        {"unknown-id", "35=j|45=0|58=EGeneral:Unknown id|372=D|379=1|380=1|"},
        {"unknown-instrument", "35=j|45=0|58=EQuery:Unknown asset pair|372=D|379=1|380=2|"},
        {"unsupported", "35=j|45=0|58=Unsupported Message Type|372=D|379=1|380=3|"},
        {"not-available", "35=j|45=0|58=EService:Unavailable|372=D|379=1|380=4|"},
        {"field", "35=j|45=0|58=Conditionally Required Field Missing|372=D|379=1|380=5|"},
        {"not-authorized", "35=j|45=0|58=EGeneral:Permission denied|372=D|379=1|380=6|"},
        {"unknown-order", "35=j|45=0|58=EOrder:Unknown order|372=D|379=1|380=101|"},
        {"too-old", "35=j|45=0|58=EOrder:Order too old|372=D|379=1|380=104|"},
        {"session", "35=3|45=2|58=Missing Mandatory Field: Side (54)|"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char rule[64];
        char script[512];
        snprintf(rule, sizeof(rule), "order@price=9:reject=%s", rows[i].kind);
        snprintf(script, sizeof(script),
                 "A U \n"
                 "A > " ORDER("1") "A < %s\n"
                                   "A P 2 @1 1 1 8\n",
                 rows[i].answer);
        run(rule, NULL, script);
    }
}

/* What is said first is not true. */
Test(kraken_fault, fail_and_take_it_all_the_same) {
    run("order#1:fail cancel#1:fail", "1,@1,BTC/USD,buy,1,9,canceled,0,,0,0,0\n",
        "A U \n"
        "A > " ORDER("1") "A < 35=j|45=0|58=EService:Unavailable|372=D|379=1|380=4|\n"
                          "A < " NEW("1", "@1") "A > 35=F|11=2|41=1|54=1|55=BTC/USD|60=@now|\n"
                                                "A < 35=j|45=0|58=EService:Unavailable|372=F|"
                                                "379=2|380=4|\n"
                                                "A K 2 1 @1 1 1 9 User requested\n");
}

Test(kraken_fault, reject_other_requests) {
    run("cancel#1:reject=too-old replace:reject=price", "1,@1,BTC/USD,buy,1,9,canceled,0,,0,0,0\n",
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > 35=F|11=2|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Order too old|372=F|379=2|380=104|\n"
        "A > 35=G|11=3|37=@1|38=0.5|40=2|41=1|44=10|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Invalid price|372=G|379=3|380=0|\n"
        "A > 35=F|11=4|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A K 4 1 @1 1 1 9 User requested\n");
}

Test(kraken_fault, close_before_taking_the_order) {
    run("order#1:close-before", "",
        "A U 8674=1|\n"
        "A > " ORDER("1") "A x\n");
}

/* It is taken, and its report waits for the next Logon. */
Test(kraken_fault, close_after_taking_the_order) {
    run("order#1:close-after", "1,@1,BTC/USD,buy,1,9,new,0,,1,0,0\n",
        "A U 8674=1|\n"
        "A > " ORDER("1") "A x\n"
                          "A .\n"
                          "+ 5\n"
                          "A L 141=N|8674=1|\n"
                          "A < 35=A|98=0|108=60|\n"
                          "A < " NEW("1", "@1"));
}

Test(kraken_fault, close_before_the_fill_is_told) {
    run("order#1:fill=10 fill#1:close", "1,@1,BTC/USD,buy,1,9,filled,1,9,0,1,9\n",
        "A U 8674=1|\n"
        "A P 1 @1 1 1 9\n"
        "+ 10\n"
        "A x\n"
        "A .\n"
        "A L 141=N|8674=1|\n"
        "A < 35=A|98=0|108=60|\n"
        "A < " FILL("1", "@1", "1", "1", "0", "2", "9"));
}

Test(kraken_fault, fill_by_and_by) {
    run("order:half-fill=10 order:fill=20", "1,@1,BTC/USD,buy,1,9,filled,1,9,0,2,9\n",
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "+ 9\n"
        "A .\n"
        "+ 1\n"
        "A < " FILL("1", "@1", "0.5", "0.5", "0.5", "1", "4.5") "+ 10\n"
                                                                "A < " FILL("1", "@1", "0.5", "1",
                                                                            "0", "2", "9"));
}

Test(kraken_fault, kill) {
    run("order#1:kill=10", "1,@1,BTC/USD,buy,1,9,canceled,0,,0,0,0\n",
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "+ 10\n"
        "A K 1 1 @1 1 1 9 Canceled by the venue\n");
}

Test(kraken_fault, late_fill) {
    run("cancel#1:late-fill=10", "1,@1,BTC/USD,buy,1,9,filled,1,9,0,1,9\n",
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > 35=F|11=2|41=1|54=1|55=BTC/USD|60=@now|\n"
        "A K 2 1 @1 1 1 9 User requested\n"
        "+ 10\n"
        "A < " FILL("1", "@1", "1", "1", "0", "2", "9"));
}

Test(kraken_fault, late_fill_by_order) {
    run(NULL, "1,@1,BTC/USD,buy,1,9,filled,1,9,0,1,9\n",
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "* kill 1\n"
        "A K 1 1 @1 1 1 9 Canceled by the venue\n"
        "* late-fill 1\n"
        "A < " FILL("1", "@1", "1", "1", "0", "2", "9"));
}

Test(kraken_fault, duplicate_has_the_same_exec_id) {
    run("new#1:duplicate", NULL,
        "A U \n"
        "A > " ORDER("1") "A < 35=8|6=0|11=1|14=0|17=@2|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
                          "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n"
                          "A < 35=8|6=0|11=1|14=0|17=@2|37=@1|38=1|39=0|40=2|44=9|54=1|55=BTC/USD|"
                          "58=buy 1 BTC/USD @ limit 9|59=1|60=@now|150=0|151=1|381=0|\n");
}

Test(kraken_fault, a_fill_before_its_acknowledgement) {
    kraken_script_run(
        &(struct kraken_script_options){.quotes = "BTC/USD:ask=1@9", .faults = "new#1:swap"},
        "A U \n"
        "A > " ORDER(
            "1") "A < "
                 "35=8|6=9|11=1|14=1|17=*|31=9|32=1|37=@1|38=1|39=2|40=2|44=9|54=1|55=BTC/USD|59=1|"
                 "60=@now|136=1|137=0|138=USD|150=F|151=0|381=9|527=1|1003=*|5050=2|\n"
                 "A < " NEW("1", "@1"));
}

Test(kraken_fault, delay) {
    run("new#1:delay=30", NULL,
        "A U \n"
        "A > " ORDER("1") "A > " ORDER("2") "+ 29\n"
                                            "A .\n"
                                            "+ 1\n"
                                            "A < " NEW("1", "@1") "A < " NEW("2", "@2"));
}

Test(kraken_fault, reports_of_orders_that_are_nobodys) {
    run("new#1:foreign", NULL,
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A < 35=8|6=0|11=900000000000000000|14=0|17=*|37=*|38=0.0001|39=0|40=2|44=0.1|54=1|"
        "55=BTC/USD|58=buy 0.0001 BTC/USD @ limit 0.1|59=1|60=@now|150=0|151=0.0001|381=0|\n");
    run("new:id-xor=5", NULL,
        "A U \n"
        "A > " ORDER("1024") "A < " NEW("1024", "@1") "A < " NEW("1029", "*"));
    run("new:id-xor=241", NULL,
        "A U \n"
        "A > " ORDER("a17cc3c5-3d20-4abc-9def-0123456789ab") "A < " NEW(
            "a17cc3c5-3d20-4abc-9def-0123456789ab",
            "@1") "A < " NEW("a17cc3c5-3d20-4abc-9def-01234567895a", "*"));
}

Test(kraken_fault, a_wrong_checksum_is_no_message) {
    run("new#1:checksum", NULL,
        "A U \n"
        "A > " ORDER("1") "A ? \n");
}

Test(kraken_fault, garbage_and_long_messages) {
    run("order#1:garbage=5000 order#2:long=3000", NULL,
        "A U \n"
        "A > " ORDER("1") "A ? 5000\n"
                          "A < " NEW("1", "@1") "A > " ORDER("2") "A < 35=0|112=*|\n"
                                                                  "A < " NEW("2", "@2"));
}

Test(kraken_fault, ends_of_the_conversation) {
    run("order#1:stall", "1,OIV7PK-XN4XW-2FFKEF,BTC/USD,buy,1,9,new,0,,1,0,0\n",
        "A U \n"
        "A > " ORDER("1") "A .\n");
    run("order#1:stop-reading", NULL,
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > " ORDER("2") "A .\n"
                          "+ 60000\n"
                          "A < 35=0|\n"
                          "+ 60000\n"
                          "A < 35=0|\n");
    run("new#1:logout", NULL,
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A < 35=5|58=Logout by fault|\n");
}

/* [session]: what was missed is sent again, 43=Y and 122 its first time; of admin only gap fills.
 */
Test(kraken_fault, skipped_reports_are_sent_again) {
    run("new#2:skip", NULL,
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A > " ORDER(
            "2") "A .\n"
                 "A > 35=1|112=X|\n"
                 "A < 35=0|112=X|\n"
                 "+ 1000\n"
                 "A > 35=2|7=3|16=0|\n"
                 "A < 35=8|43=Y|122=@now-1000|6=0|11=2|14=0|17=*|37=*|38=1|39=0|40=2|44=9|"
                 "54=1|55=BTC/USD|58=buy 1 BTC/USD @ limit 9|59=1|60=*|150=0|151=1|381=0|\n"
                 "A < 35=4|43=Y|122=@now|36=5|123=Y|\n");
}

Test(kraken_fault, forgotten_reports_are_filled_over) {
    run("new#1:forget", NULL,
        "A U \n"
        "A > " ORDER(
            "1") "A P 2 @2 1 1 9\n"
                 "A > 35=2|7=2|16=0|\n"
                 "A < 35=4|43=Y|122=@now|36=3|123=Y|\n"
                 "A < 35=8|43=Y|122=@now|6=0|11=2|14=0|17=*|37=@2|38=1|39=0|40=2|44=9|54=1|"
                 "55=BTC/USD|58=buy 1 BTC/USD @ limit 9|59=1|60=*|150=0|151=1|381=0|\n");
}

Test(kraken_fault, replay) {
    run("new#1:replay", NULL,
        "A U \n"
        "A P 1 @1 1 1 9\n"
        "A < 35=8|43=Y|122=@now|6=0|11=1|14=0|17=*|37=@1|38=1|39=0|40=2|44=9|54=1|"
        "55=BTC/USD|58=buy 1 BTC/USD @ limit 9|59=1|60=*|150=0|151=1|381=0|\n"
        "A > 35=1|112=X|\n"
        "A < 35=0|112=X|\n");
}

struct digest {
    uint64_t hash;
    uint64_t messages;
};

static void add_message(void *context, struct now now, char direction, struct bytes comp_id,
                        struct bytes message) {
    struct digest *digest = context;
    (void)now;
    (void)comp_id;
    for (size_t i = 0; direction == '>' && i < message.len; ++i) {
        digest->hash = (digest->hash ^ (unsigned char)message.data[i]) * UINT64_C(0x100000001b3);
    }
    digest->messages += direction == '>';
}

static struct digest digest_of(uint64_t seed) {
    struct digest digest = {0};
    kraken_script_run(
        &(struct kraken_script_options){
            .quotes = "BTC/USD:ask=1@9",
            .faults = "order#1:half-fill=10 new#2:foreign fill#1:duplicate fill#2:replay",
            .seed = seed,
            .log = {.message = add_message, .context = &digest}},
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=8|54=1|55=BTC/USD|59=1|60=@now|\n"
        "+ 10\n"
        "A < 35=8|6=0|11=1|14=0|17=*|37=*|38=1|39=0|40=2|44=8|54=1|55=BTC/USD|58=*|59=1|60=*|"
        "150=0|151=1|381=0|\n"
        "A < 35=8|6=8|11=1|14=0.5|17=@1|31=8|32=0.5|37=*|38=1|39=1|40=2|44=8|54=1|55=BTC/USD|59=1|"
        "60=*|136=1|137=0|138=USD|150=F|151=0.5|381=4|527=1|1003=*|5050=1|\n"
        "A < 35=8|6=8|11=1|14=0.5|17=@1|31=8|32=0.5|37=*|38=1|39=1|40=2|44=8|54=1|55=BTC/USD|59=1|"
        "60=*|136=1|137=0|138=USD|150=F|151=0.5|381=4|527=1|1003=*|5050=1|\n");
    return digest;
}

/* The same seed, times and bytes in give the same bytes out; another seed other ids. */
Test(kraken_fault, is_the_same_every_time) {
    struct digest first = digest_of(7);
    struct digest second = digest_of(7);
    struct digest other = digest_of(8);
    cr_expect_eq(first.messages, 4);
    cr_expect_eq(first.hash, second.hash);
    cr_expect_neq(first.hash, other.hash);
}
