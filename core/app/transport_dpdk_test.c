#include "core/app/transport_dpdk.h"

#include <criterion/criterion.h>

#define NAP TRANSPORT_DPDK_NAP_NS

Test(transport_dpdk, a_worker_that_yields_sleeps_up_to_what_is_due) {
    static const struct {
        int64_t due_in_ns, wait_ns, nap_ns;
    } rows[] = {
        {NS_PER_S, NS_PER_S, NAP},
        {NAP - 1, NS_PER_S, NAP - 1},
        {1, NS_PER_S, 1},
        {NS_PER_S, 7, 7},
        {3, 7, 3},
        {0, NS_PER_S, NAP},
        {-1, NS_PER_S, NAP},
        {-NS_PER_S, NS_PER_S, NAP},
        {0, 7, 7},
    };
    const struct instant now = {.ns = 1000 * NS_PER_S};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct instant due = {.ns = now.ns + rows[i].due_in_ns};
        cr_expect_eq(transport_dpdk_nap_ns(due, now, rows[i].wait_ns), rows[i].nap_ns, "row %zu",
                     i);
    }
    cr_expect_eq(transport_dpdk_nap_ns(INSTANT_NEVER, now, NS_PER_S), NAP);
}

Test(transport_dpdk, a_link_is_told_of_when_it_changes) {
    static struct config config;
    static struct transport_dpdk dpdk = {.config = &config};
    char news[TRANSPORT_NEWS_BYTES] = "";
    config.ports[1].name = "venues-a";
    cr_expect_not(transport_dpdk_tell_link(&dpdk, 1, true, news));
    cr_expect(transport_dpdk_tell_link(&dpdk, 1, false, news));
    cr_expect_str_eq(news, "port venues-a is down");
    cr_expect_not(transport_dpdk_tell_link(&dpdk, 1, false, news));
    cr_expect(transport_dpdk_tell_link(&dpdk, 1, true, news));
    cr_expect_str_eq(news, "port venues-a is up again");
    cr_expect_not(transport_dpdk_tell_link(&dpdk, 0, true, news));
}
