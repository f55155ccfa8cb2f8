/* How rules are read, and which messages they strike. */
#include <criterion/criterion.h>

#include "venues/exchange/exchange_fault.h"

static struct exchange_faults faults_of(const char *text) {
    struct exchange_faults faults = {0};
    const char *problem;
    cr_assert(exchange_faults_add(&faults, bytes_of_string(text), &problem), "%s: %s", text,
              problem);
    return faults;
}

Test(exchange_fault, reads) {
    struct exchange_fault fault = faults_of("order#3@price=1.50@qty=2:reject=funds").faults[0];
    cr_expect_eq(fault.on, EXCHANGE_FAULT_ON_ORDER);
    cr_expect_eq(fault.action, EXCHANGE_FAULT_REJECT);
    cr_expect_eq(fault.nth, 3);
    cr_expect(fault.has_price && fault.price == 1500000000);
    cr_expect(fault.has_quantity && fault.quantity == 2000000000);
    cr_expect_str_eq(fault.name, "funds");
    fault = faults_of("report:delay=250").faults[0];
    cr_expect_eq(fault.on, EXCHANGE_FAULT_ON_REPORT);
    cr_expect_eq(fault.nth, 0);
    cr_expect_eq(fault.number, 250);
    cr_expect(!fault.has_price && !fault.has_quantity);
}

Test(exchange_fault, refuses) {
    static const char *const texts[] = {
        "",
        "order",
        "order:",
        ":lose",
        "order:nothing",
        "orders:lose",
        "order#0:lose",
        "order#:lose",
        "order#x:lose",
        "order#-1:lose",
        "order@price:lose",
        "order@price=:lose",
        "order@price=x:lose",
        "order@price=1@price=1:lose",
        "order@side=1:lose",
        "order:lose=1",
        "order:reject",
        "order:reject=",
        "order:reject=a-name-that-is-far-too-long-to-be-one",
        "order:fill",
        "order:fill=x",
        "order:fill=-1",
        "fill:lose",
        "order:skip",
        "cancel:fill=1",
        "order:late-fill=1",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
        struct exchange_faults faults = {0};
        const char *problem = NULL;
        cr_expect(!exchange_faults_add(&faults, bytes_of_string(texts[i]), &problem), "%s",
                  texts[i]);
        cr_expect(problem != NULL && faults.count == 0, "%s", texts[i]);
    }
}

static bool strikes(struct exchange_faults *faults, enum exchange_fault_point point,
                    const char *price) {
    struct exchange_fault_subject subject = {.point = point, .price = bytes_of_string(price)};
    uint32_t cursor = 0;
    return exchange_faults_next(faults, &subject, 0, EXCHANGE_FAULT_ACTIONS, &cursor) != NULL;
}

Test(exchange_fault, counts_what_fits) {
    struct exchange_faults faults = faults_of("order#2@price=5:ignore");
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_ORDER, "5"));
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_ORDER, "6"));
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_ORDER, ""));
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_CANCEL, "5"));
    cr_expect(strikes(&faults, EXCHANGE_FAULT_ON_ORDER, "5.0"));
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_ORDER, "5"));
    cr_expect_eq(exchange_faults_struck(&faults), 1);
}

Test(exchange_fault, strikes_each_without_a_number) {
    struct exchange_faults faults = faults_of("request:ignore");
    cr_expect(strikes(&faults, EXCHANGE_FAULT_ON_ORDER, "5"));
    cr_expect(strikes(&faults, EXCHANGE_FAULT_ON_STATUS, ""));
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_FILL, ""));
    faults = faults_of("report:skip");
    cr_expect(strikes(&faults, EXCHANGE_FAULT_ON_FILL, "5"));
    cr_expect(!strikes(&faults, EXCHANGE_FAULT_ON_ORDER, "5"));
}

/* At a place that looks at other actions a message is not counted. */
Test(exchange_fault, is_counted_at_one_place) {
    struct exchange_faults faults = faults_of("order#1:lose");
    struct exchange_fault_subject subject = {.point = EXCHANGE_FAULT_ON_ORDER};
    uint32_t cursor = 0;
    cr_expect_null(exchange_faults_next(&faults, &subject, EXCHANGE_FAULT_IGNORE,
                                        EXCHANGE_FAULT_LOGOUT, &cursor));
    cursor = 0;
    const struct exchange_fault *struck = exchange_faults_next(
        &faults, &subject, EXCHANGE_FAULT_LOSE, EXCHANGE_FAULT_CLOSE_BEFORE, &cursor);
    cr_assert_not_null(struck);
    cr_expect_eq(struck->action, EXCHANGE_FAULT_LOSE);
    cr_expect_null(exchange_faults_next(&faults, &subject, EXCHANGE_FAULT_LOSE,
                                        EXCHANGE_FAULT_CLOSE_BEFORE, &cursor));
    cr_expect(exchange_faults_any(&faults, EXCHANGE_FAULT_LOSE, EXCHANGE_FAULT_LOSE));
    cr_expect(!exchange_faults_any(&faults, EXCHANGE_FAULT_IGNORE, EXCHANGE_FAULT_LOGOUT));
}
