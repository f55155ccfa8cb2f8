#include "net/uring/uring_probe.h"

#include <errno.h>
#include <string.h>

static const struct {
    unsigned feature;
    const char *name;
} features_needed[] = {
    {IORING_FEAT_NODROP, "IORING_FEAT_NODROP"},
    {IORING_FEAT_FAST_POLL, "IORING_FEAT_FAST_POLL"},
    {IORING_FEAT_EXT_ARG, "IORING_FEAT_EXT_ARG"},
    {IORING_FEAT_SUBMIT_STABLE, "IORING_FEAT_SUBMIT_STABLE"},
};

static const struct {
    int operation;
    const char *name;
} operations_needed[] = {
    {IORING_OP_ACCEPT, "IORING_OP_ACCEPT"},     {IORING_OP_CONNECT, "IORING_OP_CONNECT"},
    {IORING_OP_RECV, "IORING_OP_RECV"},         {IORING_OP_SEND, "IORING_OP_SEND"},
    {IORING_OP_SHUTDOWN, "IORING_OP_SHUTDOWN"}, {IORING_OP_ASYNC_CANCEL, "IORING_OP_ASYNC_CANCEL"},
    {IORING_OP_CLOSE, "IORING_OP_CLOSE"},       {IORING_OP_READ, "IORING_OP_READ"},
};

static bool setup_failed(int setup_error, struct uring_error *error) {
    switch (setup_error) {
    case ENOSYS:
        uring_error_set(error, "this kernel has no io_uring; Linux 6.1 or later is needed");
        break;
    case EPERM:
    case EACCES:
        uring_error_set(error, "io_uring is forbidden to this process: check the sysctl "
                               "kernel.io_uring_disabled and the seccomp profile");
        break;
    case EINVAL:
        uring_error_set(error, "this kernel's io_uring lacks SINGLE_ISSUER or DEFER_TASKRUN; "
                               "Linux 6.1 or later is needed");
        break;
    case ENOMEM:
        uring_error_set(error, "no memory for an io_uring: check the locked memory limit "
                               "(ulimit -l)");
        break;
    default:
        uring_error_set(error, "io_uring_setup failed: %s", strerror(setup_error));
        break;
    }
    return false;
}

bool uring_probe_judge(int setup_error, unsigned features, const struct io_uring_probe *operations,
                       struct uring_error *error) {
    if (setup_error != 0) {
        return setup_failed(setup_error, error);
    }
    for (size_t i = 0; i < sizeof(features_needed) / sizeof(features_needed[0]); i++) {
        if (!(features & features_needed[i].feature)) {
            uring_error_set(error, "this kernel's io_uring lacks %s; Linux 6.1 or later is needed",
                            features_needed[i].name);
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(operations_needed) / sizeof(operations_needed[0]); i++) {
        if (!io_uring_opcode_supported(operations, operations_needed[i].operation)) {
            uring_error_set(error, "this kernel's io_uring lacks %s; Linux 6.1 or later is needed",
                            operations_needed[i].name);
            return false;
        }
    }
    return true;
}

bool uring_probe(struct uring_error *error) {
    struct io_uring ring;
    struct io_uring_params params = {.flags = URING_SETUP_FLAGS};
    int result = io_uring_queue_init_params(4, &ring, &params);
    if (result < 0) {
        return uring_probe_judge(-result, 0, NULL, error);
    }
    struct io_uring_probe *operations = io_uring_get_probe_ring(&ring);
    bool fit = false;
    if (operations == NULL) {
        uring_error_set(error, "io_uring does not say which operations it has");
    } else {
        fit = uring_probe_judge(0, params.features, operations, error);
        io_uring_free_probe(operations);
    }
    io_uring_queue_exit(&ring);
    return fit;
}
