#include "net/nic_dpdk_test_fixture.h"

#include <signal.h>
#include <sys/mman.h>

Test(nic_dpdk_eal, starts_once_and_leaves_the_thread_as_it_was) {
    struct nic_dpdk_device device = test_device("vdev: net_ring0");
    struct nic_dpdk_eal_setup setup = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    cpu_set_t before;
    cpu_set_t after;
    sigset_t signals;
    cr_assert_eq(sched_getaffinity(0, sizeof(before), &before), 0);
    cr_assert(nic_dpdk_eal_start(&setup, &error), "%s", error.text);
    cr_assert_eq(sched_getaffinity(0, sizeof(after), &after), 0);
    cr_expect(CPU_EQUAL(&before, &after));
    cr_assert_eq(sigprocmask(SIG_SETMASK, NULL, &signals), 0);
    cr_expect_eq(sigismember(&signals, SIGTERM), 0);
    cr_assert(!nic_dpdk_eal_start(&setup, &error));
    cr_expect_not_null(strstr(error.text, "before"), "%s", error.text);
    nic_dpdk_eal_stop();
    nic_dpdk_eal_stop();
}

Test(nic_dpdk_eal, refuses_an_impossible_setup) {
    struct nic_dpdk_device device = test_device("vdev: net_ring0");
    struct nic_dpdk_device twice[2] = {device, device};
    struct nic_dpdk_device gone = test_device("vdev: net_af_packet0,iface=nosuch0");
    struct nic_dpdk_eal_setup rows[8];
    static const char *const words[8] = {"MiB for packets", "MiB for packets",     "file prefix",
                                         "file prefix",     "core 1023",           "NUMA node 8",
                                         "given twice",     "no interface nosuch0"};
    for (size_t i = 0; i < 8; i++) {
        rows[i] = test_eal_setup(&device);
    }
    rows[0].memory_mib = 0;
    rows[1].memory_mib = 1U << 20;
    rows[2].file_prefix = "../x";
    rows[3].file_prefix = "";
    rows[4].core = 1023;
    rows[5].numa_node = 8;
    rows[6].devices = twice;
    rows[6].device_count = 2;
    rows[7].devices = &gone;
    for (size_t i = 0; i < 8; i++) {
        struct nic_dpdk_error error = {{0}};
        cr_assert(!nic_dpdk_eal_start(&rows[i], &error), "%s", words[i]);
        cr_expect_not_null(strstr(error.text, words[i]), "%s", error.text);
    }
}

Test(nic_dpdk_eal, tells_of_huge_pages_that_are_missing) {
    struct nic_dpdk_device device = test_device("vdev: net_ring0");
    struct nic_dpdk_eal_setup setup = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    setup.no_huge = false;
    setup.memory_mib = 65536;
    cr_assert(!nic_dpdk_eal_start(&setup, &error));
    cr_expect_not_null(strstr(error.text, "65536 MiB of huge pages"), "%s", error.text);
}

Test(nic_dpdk_eal, takes_huge_pages) {
    struct nic_dpdk_device device = test_device("vdev: net_ring0");
    struct nic_dpdk_eal_setup setup = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    setup.no_huge = false;
    setup.numa_node = 0;
    if (!nic_dpdk_memory_check(setup.memory_mib, 0, &error)) {
        cr_skip_test("no 64 MiB of huge pages are reserved on node 0");
    }
    cr_assert(nic_dpdk_eal_start(&setup, &error), "%s", error.text);
    struct test_port port = {.device = device};
    struct nic_dpdk_setup small = test_port_setup(&device);
    test_port_open(&port, &small);
    test_send(&port, test_take(&port, 100, 1));
    nic_give(test_receive(&port));
    test_port_level(&port);
    nic_dpdk_close(port.dpdk);
    nic_dpdk_eal_stop();
    free(port.dpdk);
}

/* What the driver printed is in the message, and on no stream. */
Test(nic_dpdk_eal, names_a_device_that_has_no_driver) {
    struct nic_dpdk_device device = test_device("vdev: net_bogus0,x=1");
    struct nic_dpdk_eal_setup setup = test_eal_setup(&device);
    struct nic_dpdk_error error = {{0}};
    int printed = memfd_create("stderr", MFD_CLOEXEC);
    int before = dup(STDERR_FILENO);
    cr_assert(printed >= 0 && dup2(printed, STDERR_FILENO) >= 0);
    bool started = nic_dpdk_eal_start(&setup, &error);
    cr_assert(dup2(before, STDERR_FILENO) >= 0);
    cr_assert(!started);
    cr_expect_not_null(strstr(error.text, "net_bogus0,x=1"), "%s", error.text);
    cr_expect_null(strchr(error.text, '\n'), "one line: %s", error.text);
    cr_expect_eq(lseek(printed, 0, SEEK_END), 0);
    char said[4096];
    size_t len = nic_dpdk_eal_said(said, sizeof(said));
    cr_expect_gt(len, 0);
    cr_expect_eq(len, strlen(said));
}
