/*
 * A FIX 4.4 client of the router, over kernel TCP: one session, one order book of its own.
 *
 * Calls drive it: each waits, turning the transport, until what it asked for has come or `patience`
 * has passed. Single-threaded; allocates at start only.
 */
#ifndef TERCEL_BENCH_CLIENT_CLIENT_SESSION_H
#define TERCEL_BENCH_CLIENT_CLIENT_SESSION_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/client/client_order.h"
#include "core/base/clock.h"
#include "core/route/fix_link.h"
#include "net/uring/uring_stack.h"

struct client_config {
    struct endpoint router;
    const char *sender_comp_id;
    const char *target_comp_id;
    char password[128];         /* empty: none is sent */
    const char *account;        /* NULL: left out */
    const char *ex_destination; /* ExDestination(100); NULL: left out */
    struct duration patience;
    bool spin; /* never wait in the kernel: for measuring */
};

struct client_session {
    struct client_config config;
    struct uring_stack *stack;
    void *stack_memory;
    struct clock_page clock_page;
    struct clock_reader clock;
    struct now now;
    struct fix_link link;
    struct client_orders orders;
    uint64_t rejects; /* 35=3 and 35=j received */
    struct fix_input input;
};

/* Connects and logs on; false with the reason on `err`. */
bool client_session_open(struct client_session *session, const struct client_config *config,
                         FILE *err) MUST_USE;
/* Logs out and frees everything. */
void client_session_close(struct client_session *session);

/* One turn of everything. */
void client_session_turn(struct client_session *session);

/* Sends a D for an order that was added and filled in; false when the session is gone. */
bool client_session_new(struct client_session *session, struct client_order *order) MUST_USE;
/* Sends an F for it. */
bool client_session_cancel(struct client_session *session, struct client_order *order,
                           const char *cancel_id) MUST_USE;

/* Turns until the order's status is `status`; false when it does not come within patience. */
bool client_session_await(struct client_session *session, const struct client_order *order,
                          enum client_status status) MUST_USE;
bool client_session_await_cancel_reject(struct client_session *session,
                                        const struct client_order *order) MUST_USE;

#endif
