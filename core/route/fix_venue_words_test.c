#include <criterion/criterion.h>

#include "core/route/fix_venue.h"

static const struct dialect_words words[] = {
    {"Unknown order", REJECT_VENUE_UNKNOWN_ORDER},
    {"Post only", REJECT_VENUE_POST_ONLY},
    {"Post", REJECT_VENUE_FORM},
    {"EService:", REJECT_VENUE_FAILED},
    {NULL, REJECT_NONE},
};

static const struct dialect_reason reasons[] = {
    {2, REJECT_VENUE_MARKET},
    {0, REJECT_NONE},
};

static const struct fix_dialect dialect = {.words = words, .reasons = reasons};

Test(fix_venue_words, a_stem_an_id_a_class_and_a_reason) {
    static const struct {
        const char *text;
        uint32_t reason;
        enum reject_code reject;
    } table[] = {
        {"Unknown order", 0, REJECT_VENUE_UNKNOWN_ORDER},
        {"EOrder:Unknown order", 0, REJECT_VENUE_UNKNOWN_ORDER},
        {"EOrder:Unknown order:more of it", 0, REJECT_VENUE_UNKNOWN_ORDER},
        {"1775572325000000 : EOrder:Unknown order", 2, REJECT_VENUE_UNKNOWN_ORDER},
        {"9e58120f-182b-4dce-9609-8ca7cdd174f0 : EOrder:Post only order", 0,
         REJECT_VENUE_POST_ONLY},
        {"EOrder:Postponed", 0, REJECT_VENUE_FORM},
        {"EService:Post only", 0, REJECT_VENUE_POST_ONLY},
        {"EService:Anything", 2, REJECT_VENUE_FAILED},
        {"1775572325000000 : EService:Anything", 2, REJECT_VENUE_FAILED},
        {"EOrder:EService:", 0, REJECT_VENUE_FAILED},
        {"EServices:Anything", 0, REJECT_BY_VENUE},
        {"EOrder:Unknown orde", 0, REJECT_BY_VENUE},
        {"EOrder:unknown order", 0, REJECT_BY_VENUE},
        {"EOrder: Unknown order", 0, REJECT_BY_VENUE},
        {"is Unknown order", 0, REJECT_BY_VENUE},
        {"E-Order:Unknown order", 0, REJECT_BY_VENUE},
        {"EOrder:", 0, REJECT_BY_VENUE},
        {" : ", 0, REJECT_BY_VENUE},
        {":", 0, REJECT_BY_VENUE},
        {"", 0, REJECT_BY_VENUE},
        {"", 2, REJECT_VENUE_MARKET},
        {"EOrder:whatever", 2, REJECT_VENUE_MARKET},
        {"EOrder:whatever", 3, REJECT_BY_VENUE},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_expect_eq(fix_venue_reject_code(&dialect, bytes_of_string(table[i].text),
                                           table[i].reason, REJECT_BY_VENUE),
                     table[i].reject, "%s", table[i].text);
    }
}

Test(fix_venue_words, a_dialect_without_tables_knows_nothing) {
    static const struct fix_dialect bare = {.name = "bare"};
    cr_expect_eq(fix_venue_reject_code(&bare, BYTES("EOrder:Unknown order"), 2, REJECT_NONE),
                 REJECT_NONE);
    cr_expect_eq(fix_venue_reject_code(&bare, bytes_of(NULL, 0), 0, REJECT_BY_VENUE),
                 REJECT_BY_VENUE);
}
