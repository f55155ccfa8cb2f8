/*
 * Whether this kernel has what the transport stands on (Linux 6.1 has it all), and if not, what is
 * missing. Cold; makes system calls.
 */
#ifndef TERCEL_NET_URING_URING_PROBE_H
#define TERCEL_NET_URING_URING_PROBE_H

#include <liburing.h>
#include <stdbool.h>

#include "core/base/check.h"
#include "net/uring/uring_error.h"

/*
 * One thread submits and reaps; completions are worked out only when that thread enters the kernel
 * to get them, so that nothing interrupts it in between.
 */
#define URING_SETUP_FLAGS                                                                          \
    (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |           \
     IORING_SETUP_R_DISABLED)

/* Makes and drops a small ring. False: *error says what is missing. */
bool uring_probe(struct uring_error *error) MUST_USE;

/*
 * The judgement alone: `setup_error` is the errno of setting the ring up (0: none), `features` and
 * `operations` what it reported; `operations` may be NULL when setup failed.
 */
bool uring_probe_judge(int setup_error, unsigned features, const struct io_uring_probe *operations,
                       struct uring_error *error) MUST_USE;

#endif
