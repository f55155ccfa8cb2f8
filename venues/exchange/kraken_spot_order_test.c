/* Kraken's order entry: what is refused, how, and in which order. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "venues/exchange/kraken_test_script.h"

struct refusal {
    const char *sent;
    const char *answered;
};

/* Each on a session of its own: sent, answered, and nothing else. */
static void run_refusals(const struct refusal *rows, size_t count, struct kraken_options options) {
    for (size_t i = 0; i < count; ++i) {
        char script[2048];
        snprintf(script, sizeof(script),
                 "A U \n"
                 "A > %s\n"
                 "A < %s\n"
                 "A .\n",
                 rows[i].sent, rows[i].answered);
        kraken_script_run(&(struct kraken_script_options){.options = options}, script);
    }
}

#define RUN(rows) run_refusals((rows), sizeof(rows) / sizeof((rows)[0]), (struct kraken_options){0})

/* [nos] required fields, in [srej]'s words and, as in its sample, without 371, 372 and 373. */
Test(kraken_order, missing_fields_are_session_rejects) {
    static const struct refusal rows[] = {
        {"35=D|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: ClOrdID (11)|"},
        {"35=D|11=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: OrderQty (38)|"},
        {"35=D|11=1|38=1|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: OrdType (40)|"},
        {"35=D|11=1|38=1|40=2|44=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: Side (54)|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: Symbol (55)|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: TimeInForce (59)|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|",
         "35=3|45=2|58=Missing Mandatory Field: TransactTime (60)|"},
        {"35=F|41=1|54=1|55=BTC/USD|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: ClOrdID (11)|"},
        {"35=F|11=1|41=1|55=BTC/USD|60=@now|", "35=3|45=2|58=Missing Mandatory Field: Side (54)|"},
        {"35=F|11=1|41=1|54=1|60=@now|", "35=3|45=2|58=Missing Mandatory Field: Symbol (55)|"},
        {"35=F|11=1|41=1|54=1|55=BTC/USD|",
         "35=3|45=2|58=Missing Mandatory Field: TransactTime (60)|"},
        {"35=G|11=2|38=1|40=2|41=1|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: OrderID (37)|"},
        {"35=G|11=2|37=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: OrigClOrdID (41)|"},
        {"35=q|11=2|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: MassCancelRequestType (530)|"},
        {"35=H|11=2|55=BTC/USD|", "35=3|45=2|58=Missing Mandatory Field: OrderID (37)|"},
    };
    RUN(rows);
}

/* Value sets and types of [nos]. The texts but for the first kind are unverified. */
Test(kraken_order, ill_typed_fields_are_session_rejects) {
    static const struct {
        const char *replaced;
        const char *by;
        const char *text;
    } rows[] = {
        {"38=1|", "38=1e3|", "Invalid Field Format: OrderQty (38)"},
        {"38=1|", "38=+1|", "Invalid Field Format: OrderQty (38)"},
        {"38=1|", "38=1.0.0|", "Invalid Field Format: OrderQty (38)"},
        {"38=1|", "38=.|", "Invalid Field Format: OrderQty (38)"},
        {"38=1|", "38=|", "Empty Field: OrderQty (38)"},
        {"44=1|", "44=1,000|", "Invalid Field Format: Price (44)"},
        {"40=2|", "40=P|", "Invalid Field Value: OrdType (40)"},
        {"40=2|", "40=22|", "Invalid Field Value: OrdType (40)"},
        {"54=1|", "54=5|", "Invalid Field Value: Side (54)"},
        {"59=1|", "59=0|", "Invalid Field Value: TimeInForce (59)"},
        {"60=@now|", "60=@sec|", "Invalid Field Format: TransactTime (60)"},
        {"60=@now|", "60=@now000|", "Invalid Field Format: TransactTime (60)"},
        {"60=@now|", "60=20261307-14:32:05.000|", "Invalid Field Format: TransactTime (60)"},
        {"60=@now|", "60=@now|62=@sec+5|", "Invalid Field Format: ValidUntilTime (62)"},
        {"60=@now|", "60=@now|126=@now+5|", "Invalid Field Format: ExpireTime (126)"},
        {"60=@now|", "60=@now|7928=3|", "Invalid Field Value: SelfTradePrevention (7928)"},
        {"60=@now|", "60=@now|5001=2|", "Invalid Field Value: Leverage (5001)"},
        {"60=@now|", "60=@now|78=2|", "Invalid Field Value: NoAllocs (78)"},
        {"60=@now|", "60=@now|388=2|", "Invalid Field Value: DiscretionInst (388)"},
        {"11=1|", "11=1|18=X|", "Invalid Field Value: ExecInst (18)"},
        {"11=1|", "11=1|18=PP|", "Invalid Field Value: ExecInst (18)"},
        {"11=1|", "11=1|18=P |", "Invalid Field Value: ExecInst (18)"},
        {"11=1|", "11=1|18= P|", "Invalid Field Value: ExecInst (18)"},
        {"11=1|", "11=1 2|", "Invalid Field Format: ClOrdID (11)"},
        {"11=1|", "11=1|21=1|", "Field Not Defined For Message: Unknown (21)"},
        {"11=1|", "11=1|1=ACCOUNT|", "Field Not Defined For Message: Unknown (1)"},
        {"11=1|", "11=1|11=2|", "Repeated Field: ClOrdID (11)"},
        {"11=1|", "11=0123456789012345678901234567890123456789012345678901234567890123|",
         "Invalid Field Format: ClOrdID (11)"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        static const char good[] = "35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|";
        char sent[512];
        char answered[256];
        const char *at = strstr(good, rows[i].replaced);
        snprintf(sent, sizeof(sent), "%.*s%s%s", (int)(at - good), good, rows[i].by,
                 at + strlen(rows[i].replaced));
        snprintf(answered, sizeof(answered), "35=3|45=2|58=%s|", rows[i].text);
        struct refusal row = {sent, answered};
        run_refusals(&row, 1, (struct kraken_options){0});
    }
}

/* [srej] marks 372 and 373 as required: what it says and what its sample shows are both played. */
Test(kraken_order, session_rejects_with_detail) {
    static const struct refusal rows[] = {
        {"35=D|11=1|38=1|40=2|44=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Missing Mandatory Field: Side (54)|371=54|372=D|373=1|"},
        {"35=D|11=1|21=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=3|45=2|58=Field Not Defined For Message: Unknown (21)|371=21|372=D|373=2|"},
        {"35=F|11=1|41=1|54=3|55=BTC/USD|60=@now|",
         "35=3|45=2|58=Invalid Field Value: Side (54)|371=54|372=F|373=5|"},
    };
    run_refusals((rows), sizeof(rows) / sizeof((rows)[0]),
                 (struct kraken_options){.reject_detail = true});
}

/* [brej]: 45=0, and the request told by 379. Never an ExecutionReport with 150=8. */
Test(kraken_order, business_rules_of_a_new_order) {
    static const struct refusal rows[] = {
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=XRP/USD|59=1|60=@now|",
         "35=j|45=0|58=EQuery:Unknown asset pair|372=D|379=1|380=2|"},
        {"35=D|11=1|38=1|40=2|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=Conditionally Required Field Missing: Price (44)|372=D|379=1|380=5|"},
        {"35=D|11=1|38=1|40=2|44=100.05|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EOrder:Invalid price|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=0|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EOrder:Invalid price|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=-1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EOrder:Invalid price|372=D|379=1|380=0|"},
        {"35=D|11=1|38=0.00009999|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EOrder:Order minimum not met|372=D|379=1|380=0|"},
        {"35=D|11=1|38=0.000100001|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EGeneral:Invalid arguments:volume|372=D|379=1|380=0|"},
        {"35=D|11=1|38=0|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EGeneral:Invalid arguments:volume|372=D|379=1|380=0|"},
        {"35=D|11=1|38=99999999999999999999|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EGeneral:Invalid arguments:volume|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=1|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EGeneral:Invalid arguments:price|372=D|379=1|380=0|"},
        {"35=D|11=1|18=P|38=1|40=2|44=1|54=1|55=BTC/USD|59=3|60=@now|",
         "35=j|45=0|58=EGeneral:Invalid arguments:oflags|372=D|379=1|380=0|"},
        {"35=D|11=1|18=f q|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EGeneral:Invalid arguments:oflags|372=D|379=1|380=0|"},
        {"35=D|11=1|18=E|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
         "35=j|45=0|58=EOrder:Reduce only:No position exists|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|78=1|79=SUB|",
         "35=j|45=0|58=EGeneral:Permission denied|372=D|379=1|380=6|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=6|60=@now|",
         "35=j|45=0|58=Conditionally Required Field Missing: ExpireTime (126)|372=D|379=1|380=5|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|126=@sec+60|",
         "35=j|45=0|58=EGeneral:Invalid arguments:expiretm|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=6|60=@now|126=@sec-1|",
         "35=j|45=0|58=EGeneral:Invalid arguments:expiretm|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=6|60=@now|126=@sec+2678401|",
         "35=j|45=0|58=EGeneral:Invalid arguments:expiretm|372=D|379=1|380=0|"},
        {"35=B|11=7|", "35=j|45=0|58=Unsupported Message Type|372=B|379=7|380=3|"},
        {"35=AE|", "35=j|45=0|58=Unsupported Message Type|372=AE|380=3|"},
    };
    RUN(rows);
}

/* [nos] 62: 2 to 60 s ahead when it comes in, and not passed when the engine takes it. */
Test(kraken_order, valid_until) {
    static const struct refusal bad[] = {
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now+1999|",
         "35=j|45=0|58=EGeneral:Invalid arguments:deadline|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now+60001|",
         "35=j|45=0|58=EGeneral:Invalid arguments:deadline|372=D|379=1|380=0|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now-5000|",
         "35=j|45=0|58=EGeneral:Invalid arguments:deadline|372=D|379=1|380=0|"},
    };
    static const struct refusal good[] = {
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now+2000|",
         "35=8|6=0|11=1|14=0|17=*|37=*|38=1|39=0|40=2|44=1|54=1|55=BTC/USD|"
         "58=buy 1 BTC/USD @ limit 1|59=1|60=@now|150=0|151=1|381=0|"},
        {"35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now+60000|",
         "35=8|6=0|11=1|14=0|17=*|37=*|38=1|39=0|40=2|44=1|54=1|55=BTC/USD|"
         "58=buy 1 BTC/USD @ limit 1|59=1|60=@now|150=0|151=1|381=0|"},
    };
    RUN(bad);
    RUN(good);
}

Test(kraken_order, valid_until_at_the_engine) {
    kraken_script_run(
        &(struct kraken_script_options){
            .options.engine_delay_ms = 3000,
            .ledger = "1,,BTC/USD,buy,1,1,rejected,0,,0,0,0\n2,@1,BTC/USD,buy,1,1,new,0,,1,0,0\n"},
        "A U \n"
        "A > 35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now+2999|\n"
        "A > 35=D|11=2|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|62=@now+3000|\n"
        "+ 2999\n"
        "A .\n"
        "+ 1\n"
        "A < 35=j|45=0|58=EService:Deadline elapsed|372=D|379=1|380=0|\n"
        "A < 35=8|6=0|11=2|14=0|17=*|37=@1|38=1|39=0|40=2|44=1|54=1|55=BTC/USD|"
        "58=buy 1 BTC/USD @ limit 1|59=1|60=@now|150=0|151=1|381=0|\n");
}

/* [nos] 11: ever-increasing integers of at most 18 characters. */
Test(kraken_order, integer_ids) {
    kraken_script(
        "A U \n"
        "A P 1 * 1 1 1\n"
        "A > 35=D|11=1|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=ClOrdID invalid value (not above the last one)|372=D|379=1|380=0|\n"
        "A P 3 * 1 1 1\n"
        "A > 35=D|11=2|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=ClOrdID invalid value (not above the last one)|372=D|379=2|380=0|\n"
        "A > 35=D|11=0|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|"
        "58=ClOrdID invalid value (neither an integer nor a timestamp-first UUID)|372=D|"
        "379=0|380=0|\n"
        "A > 35=D|11=04|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|"
        "58=ClOrdID invalid value (neither an integer nor a timestamp-first UUID)|372=D|"
        "379=04|380=0|\n"
        "A > 35=D|11=-4|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|"
        "58=ClOrdID invalid value (neither an integer nor a timestamp-first UUID)|372=D|"
        "379=-4|380=0|\n"
        "A P 999999999999999999 * 1 1 1\n"
        "A > 35=D|11=1000000000000000000|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|"
        "58=ClOrdID invalid value (neither an integer nor a timestamp-first UUID)|372=D|"
        "379=1000000000000000000|380=0|\n");
}

/* An id that passed is used up though the order was refused; one in a Reject(3) is not. */
Test(kraken_order, what_uses_an_id_up) {
    kraken_script(
        "A U \n"
        "A > 35=D|11=5|38=0|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:volume|372=D|379=5|380=0|\n"
        "A > 35=D|11=5|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=ClOrdID invalid value (not above the last one)|372=D|379=5|380=0|\n"
        "A > 35=D|11=9|38=1|40=2|44=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=3|45=4|58=Missing Mandatory Field: Side (54)|\n"
        "A P 8 * 1 1 1\n"
        /* cancels use ids up, too */
        "A > 35=F|11=20|41=19|54=1|55=BTC/USD|60=@now|\n"
        "A < 35=j|45=0|58=EOrder:Unknown order|372=F|379=20|380=101|\n"
        "A > 35=D|11=20|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=ClOrdID invalid value (not above the last one)|372=D|379=20|"
        "380=0|\n");
}

/* [logon] 5030=Y: the watermark begins again; the ids of orders stay used. */
Test(kraken_order, integer_ids_after_a_forced_reset) {
    kraken_script("A U \n"
                  "A P 7 * 1 1 1\n"
                  "A !\n"
                  "+ 5\n"
                  "A U 5030=Y|\n"
                  "A K 7 7 * 1 1 1 Cancel on disconnect\n"
                  "A P 6 * 1 1 1\n"
                  "A > 35=D|11=7|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
                  "A < 35=j|45=0|58=ClOrdID invalid value (used before)|372=D|379=7|380=0|\n");
}

/*
 * [nos] 11: UUIDs of version 4 and the RFC 4122 variant, the time first. 2026-04-07T14:32:05Z is
 * 0xa17cc3c53d20 in units of 10 us; the window is 120 s = 0xb71b00 of them.
 */
Test(kraken_order, uuid_ids) {
    kraken_script("A U \n"
                  "A P a17cc3c5-3d20-4abc-9def-0123456789ab * 1 1 1\n"
                  "A > 35=D|11=a17cc3c5-3d20-4abc-9def-0123456789ab|38=1|40=2|44=1|54=1|55=BTC/USD|"
                  "59=1|60=@now|\n"
                  "A < 35=j|45=0|58=ClOrdID invalid value (used before)|372=D|"
                  "379=a17cc3c5-3d20-4abc-9def-0123456789ab|380=0|\n"
                  "A P a17cc47c-5820-4abc-8def-0123456789ab * 1 1 1\n"
                  "A > 35=D|11=a17cc47c-5821-4abc-8def-0123456789ab|38=1|40=2|44=1|54=1|55=BTC/USD|"
                  "59=1|60=@now|\n"
                  "A < 35=j|45=0|58=ClOrdID invalid value (timestamp is out of date)|372=D|"
                  "379=a17cc47c-5821-4abc-8def-0123456789ab|380=0|\n"
                  "A P a17cc30e-2220-4abc-bdef-0123456789AB * 1 1 1\n"
                  "A > 35=D|11=a17cc30e-221f-4abc-9def-0123456789ab|38=1|40=2|44=1|54=1|55=BTC/USD|"
                  "59=1|60=@now|\n"
                  "A < 35=j|45=0|58=ClOrdID invalid value (timestamp is out of date)|372=D|"
                  "379=a17cc30e-221f-4abc-9def-0123456789ab|380=0|\n");
}

Test(kraken_order, uuids_of_another_kind) {
    static const char *const ids[] = {
        "a17cc3c5-3d20-1abc-9def-0123456789ab", /* version 1 */
        "a17cc3c5-3d20-4abc-7def-0123456789ab", /* another variant */
        "a17cc3c5-3d20-4abc-cdef-0123456789ab", "a17cc3c53d204abc9def0123456789ab",
        "a17cc3c5-3d20-4abc-9def-0123456789a",  "g17cc3c5-3d20-4abc-9def-0123456789ab",
    };
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); ++i) {
        char sent[256];
        char answered[256];
        snprintf(sent, sizeof(sent), "35=D|11=%s|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|",
                 ids[i]);
        snprintf(answered, sizeof(answered),
                 "35=j|45=0|58=ClOrdID invalid value (neither an integer nor a timestamp-first "
                 "UUID)|372=D|379=%s|380=0|",
                 ids[i]);
        struct refusal row = {sent, answered};
        run_refusals(&row, 1, (struct kraken_options){0});
    }
    /* Milliseconds there, a common mistake: 1775572325000 is 0x019d685b9288. */
    kraken_script("A U \n"
                  "A > 35=D|11=019d685b-9288-4abc-9def-0123456789ab|38=1|40=2|44=1|54=1|55=BTC/USD|"
                  "59=1|60=@now|\n"
                  "A < 35=j|45=0|58=ClOrdID invalid value (timestamp is out of date)|372=D|"
                  "379=019d685b-9288-4abc-9def-0123456789ab|380=0|\n");
}

Test(kraken_order, limits_of_the_exchange) {
    kraken_script_run(&(struct kraken_script_options){.limits.orders = 2},
                      "A U \n"
                      "A P 1 * 1 1 1\n"
                      "A P 2 * 1 1 1\n"
                      "A > 35=D|11=3|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
                      "A < 35=j|45=0|58=EOrder:Orders limit exceeded|372=D|379=3|380=0|\n");
    kraken_script_run(&(struct kraken_script_options){.limits.book_orders = 1},
                      "A U \n"
                      "A P 1 * 1 1 1\n"
                      "A > 35=D|11=2|38=1|40=2|44=1|54=1|55=BTC/USD|59=1|60=@now|\n"
                      "A < 35=j|45=0|58=EOrder:Orders limit exceeded|372=D|379=2|380=0|\n");
}

/* The ledger has a row for every order refused by a business rule, and none for a Reject(3). */
Test(kraken_order, refused_orders_in_the_ledger) {
    kraken_script_run(
        &(struct kraken_script_options){.ledger =
                                            "1,,XRP/USD,buy,1.5,0.12345,rejected,0,,0,0,0\n"
                                            "2,,BTC/USD,sell,0.000100001,100.05,rejected,0,,0,0,0\n"
                                            "3,,BTC/USD,buy,,,rejected,0,,0,0,0\n"},
        "A U \n"
        "A > 35=D|11=1|38=1.50|40=2|44=0.12345|54=1|55=XRP/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EQuery:Unknown asset pair|372=D|379=1|380=2|\n"
        "A > 35=D|11=2|38=0.000100001|40=2|44=100.05|54=2|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:volume|372=D|379=2|380=0|\n"
        "A > 35=D|11=3|38=99999999999999999999|40=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=j|45=0|58=EGeneral:Invalid arguments:volume|372=D|379=3|380=0|\n"
        "A > 35=D|11=4|40=1|54=1|55=BTC/USD|59=1|60=@now|\n"
        "A < 35=3|45=5|58=Missing Mandatory Field: OrderQty (38)|\n");
}
