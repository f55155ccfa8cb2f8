#include <criterion/criterion.h>

#include "core/route/directory.h"
#include "core/route/notice.h"

static const struct directory *directory(void) {
    static struct directory made;
    made = (struct directory){.accounts = {BYTES("MM1"), BYTES("MM10"), BYTES("mm1")},
                              .account_count = 3,
                              .venues = {{.name = BYTES("KRAKEN")}, {.name = BYTES("OTHER")}},
                              .venue_count = 2};
    return &made;
}

Test(directory, names_are_whole_and_exact) {
    cr_assert_eq(directory_find_account(directory(), BYTES("MM1")), 0);
    cr_assert_eq(directory_find_account(directory(), BYTES("MM10")), 1);
    cr_assert_eq(directory_find_account(directory(), BYTES("mm1")), 2);
    cr_assert_eq(directory_find_account(directory(), BYTES("MM")), ROUTE_NONE);
    cr_assert_eq(directory_find_account(directory(), BYTES("")), ROUTE_NONE);
    cr_assert_eq(directory_find_venue(directory(), BYTES("OTHER")), 1);
    cr_assert_eq(directory_find_venue(directory(), BYTES("Other")), ROUTE_NONE);
    cr_assert_eq(directory_find_venue(directory(), BYTES("MM1")), ROUTE_NONE);
}

Test(account_set, has_what_was_added) {
    struct account_set set = {{0}};
    static const uint32_t members[] = {0, 63, 64, 127, 128, 255};
    for (size_t i = 0; i < 6; i++) {
        cr_assert_not(account_set_has(&set, members[i]));
        account_set_add(&set, members[i]);
    }
    uint32_t count = 0;
    for (uint32_t account = 0; account < ROUTE_ACCOUNTS_MAX; account++) {
        count += account_set_has(&set, account);
    }
    cr_assert_eq(count, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert(account_set_has(&set, members[i]));
    }
}

Test(notice, every_kind_has_a_name_of_its_own) {
    for (unsigned kind = 0; kind < NOTICE_KINDS; kind++) {
        const char *name = notice_kind_name((enum notice_kind)kind);
        cr_assert_not_null(name);
        for (unsigned other = 0; other < kind; other++) {
            cr_assert_str_neq(name, notice_kind_name((enum notice_kind)other));
        }
    }
}
