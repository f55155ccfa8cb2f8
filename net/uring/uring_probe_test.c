#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "net/uring/uring_probe.h"

#define ALL_FEATURES                                                                               \
    (IORING_FEAT_NODROP | IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG | IORING_FEAT_SUBMIT_STABLE)

static struct io_uring_probe *all_operations(void) {
    struct io_uring_probe *probe = calloc(1, sizeof(*probe) + 64 * sizeof(probe->ops[0]));
    probe->last_op = 63;
    for (int i = 0; i < 64; i++) {
        probe->ops[i].flags = IO_URING_OP_SUPPORTED;
    }
    return probe;
}

Test(uring_probe, this_kernel_will_do) {
    struct uring_error error = {{0}};
    cr_assert(uring_probe(&error), "%s", error.text);
}

Test(uring_probe, names_why_there_is_no_ring) {
    static const struct {
        int error;
        const char *words;
    } rows[] = {{ENOSYS, "has no io_uring"},
                {EPERM, "kernel.io_uring_disabled"},
                {EINVAL, "DEFER_TASKRUN"},
                {ENOMEM, "locked memory"},
                {EMFILE, "Too many open files"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct uring_error error;
        cr_assert(!uring_probe_judge(rows[i].error, 0, NULL, &error));
        cr_assert_not_null(strstr(error.text, rows[i].words), "%s", error.text);
    }
}

Test(uring_probe, names_the_missing_feature) {
    static const struct {
        unsigned feature;
        const char *name;
    } rows[] = {{IORING_FEAT_NODROP, "IORING_FEAT_NODROP"},
                {IORING_FEAT_FAST_POLL, "IORING_FEAT_FAST_POLL"},
                {IORING_FEAT_EXT_ARG, "IORING_FEAT_EXT_ARG"},
                {IORING_FEAT_SUBMIT_STABLE, "IORING_FEAT_SUBMIT_STABLE"}};
    struct io_uring_probe *operations = all_operations();
    struct uring_error error;
    cr_assert(uring_probe_judge(0, ALL_FEATURES, operations, &error));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert(!uring_probe_judge(0, ALL_FEATURES & ~rows[i].feature, operations, &error));
        cr_assert_not_null(strstr(error.text, rows[i].name), "%s", error.text);
        cr_assert_not_null(strstr(error.text, "Linux 6.1"));
    }
    free(operations);
}

Test(uring_probe, names_the_missing_operation) {
    static const struct {
        int operation;
        const char *name;
    } rows[] = {{IORING_OP_ACCEPT, "IORING_OP_ACCEPT"},
                {IORING_OP_CONNECT, "IORING_OP_CONNECT"},
                {IORING_OP_RECV, "IORING_OP_RECV"},
                {IORING_OP_SEND, "IORING_OP_SEND"},
                {IORING_OP_SHUTDOWN, "IORING_OP_SHUTDOWN"},
                {IORING_OP_CLOSE, "IORING_OP_CLOSE"},
                {IORING_OP_READ, "IORING_OP_READ"},
                {IORING_OP_ASYNC_CANCEL, "IORING_OP_ASYNC_CANCEL"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct io_uring_probe *operations = all_operations();
        struct uring_error error;
        operations->ops[rows[i].operation].flags = 0;
        cr_assert(!uring_probe_judge(0, ALL_FEATURES, operations, &error));
        cr_assert_not_null(strstr(error.text, rows[i].name), "%s", error.text);
        free(operations);
    }
}
