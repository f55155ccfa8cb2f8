/*
 * One running instance: everything a config asks for, built before the first turn.
 *
 * instance_create reads the credentials, adds up what memory the limits need, maps it once, places
 * every object by name and seals the arena. The worker then runs order entry on it; the cold
 * threads run beside it. What cannot be built is said on `err`, naming what and where, and nothing
 * is left running.
 *
 * Threading: created, watched and destroyed by the main thread, which is the admin thread too.
 */
#ifndef TERCEL_CORE_APP_INSTANCE_H
#define TERCEL_CORE_APP_INSTANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/app/cold_thread.h"
#include "core/app/config.h"
#include "core/app/ledger_writer.h"
#include "core/app/notice_log.h"
#include "core/app/password_checker.h"
#include "core/app/signer.h"
#include "core/app/transport.h"
#include "core/base/arena.h"
#include "core/base/clock_steer.h"
#include "core/route/fix_venue.h"
#include "core/route/notice.h"
#include "core/route/order_entry.h"

/*
 * DONE: the last turn was made; the worker waits until nobody else uses the transport any more
 * (`let_go`) and closes it.
 */
enum worker_state { WORKER_STARTING = 0, WORKER_RUNNING, WORKER_FAILED, WORKER_DONE };

/* What the OE worker and the main thread share. */
struct worker {
    pthread_t thread;
    bool started;
    _Atomic enum worker_state state; /* written by the worker, release; read by main, acquire */
    atomic_bool stop;                /* written by main, release; read each turn, acquire */
    atomic_bool let_go;              /* written by main, release; awaited after DONE, acquire */
    uint32_t live_orders;            /* with DONE: what could not be brought to an end */
    struct order_entry_counters counters;  /* with DONE */
    uint64_t turns;                        /* with DONE: made in all */
    char failure[TRANSPORT_FAILURE_BYTES]; /* with FAILED: why; both are published by `state` */
};

struct instance {
    const struct config *config;
    struct arena arena;
    struct hugepages_mapping mapping; /* the arena is in it */
    struct directory directory;
    struct credential keys[CONFIG_VENUES_MAX];
    struct order_entry_client *clients;
    struct order_entry_venue order_entry_venues[CONFIG_VENUES_MAX];
    struct order_entry_setup setup;
    struct order_entry *entry;
    void *transport_memory;
    struct transport *transport; /* opened by the main thread, the worker's from its start on */
    struct clock_page *clock;
    struct clock_steer clock_steer;
    int64_t attended_ns; /* monotonic: when the slower duties were last done */
    struct signer signer;
    struct password_checker password_checker;
    struct ledger_writer ledger;
    struct cold_thread crypto_thread;
    struct cold_thread password_thread;
    struct cold_thread ledger_thread;
    struct notice_log log;
    struct cold_thread log_thread;
    struct worker worker;
};

/* NULL when something cannot be had; said on `err`. `config` outlives the instance. */
struct instance *instance_create(const struct config *config, FILE *err);
void instance_destroy(struct instance *instance);

/* Starts the cold threads and the worker; false, with the reason on `err`, when it does not come
 * up. */
bool instance_start(struct instance *instance, FILE *err);
/* One line on `log` for each listener, with the port that the kernel chose for port 0. Before
 * instance_join. */
void instance_print_listeners(const struct instance *instance, FILE *log);
/* Asks the worker to stop; idempotent. */
void instance_stop(struct instance *instance);
/* Whether the worker made its last turn, or never came up. */
bool instance_is_done(const struct instance *instance);
/* Ends the cold threads, then the worker. Afterwards the ledger is complete. */
void instance_join(struct instance *instance);

/* The admin thread's duties, to be called every few milliseconds: the clock, spare sockets. */
void instance_attend(struct instance *instance);

/* Something is wrong that no order should be sent after: the ledger cannot be written. */
bool instance_must_stop(const struct instance *instance);

/* Wakes a worker that waits. Any thread. */
void instance_wake(void *instance);

/* The worker's thread (worker.c). */
void *worker_run(void *instance);

#endif
