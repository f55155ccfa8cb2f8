#include "core/app/run.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "core/app/command.h"
#include "core/app/instance.h"

/* SIGTERM and SIGINT are waited for, never handled: every thread blocks them. */
static void block_signals(sigset_t *stop_signals) {
    (void)sigemptyset(stop_signals);
    (void)sigaddset(stop_signals, SIGTERM);
    (void)sigaddset(stop_signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, stop_signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static void attend_until_done(struct instance *instance, const sigset_t *stop_signals) {
    const struct timespec tick = {.tv_nsec = 5 * NS_PER_MS};
    while (!instance_is_done(instance)) {
        bool told = sigtimedwait(stop_signals, NULL, &tick) > 0;
        if (told || instance_must_stop(instance)) {
            instance_stop(instance);
        }
        instance_attend(instance);
    }
}

/* A stop that could not bring every order to an end is not fine, and says how many. */
static int verdict(struct instance *instance, bool shutdown_leaves_orders) {
    int result = COMMAND_FINE;
    uint32_t open = instance->worker.live_orders;
    if (open != 0) {
        (void)fprintf(stderr, "tercel: %u orders are still open; see the ledger\n", (unsigned)open);
        result = shutdown_leaves_orders ? COMMAND_FINE : COMMAND_PROBLEM;
    }
    if (!ledger_writer_close(&instance->ledger)) {
        (void)fputs("tercel: the ledger could not be written completely\n", stderr);
        result = COMMAND_PROBLEM;
    }
    return result;
}

static void print_counters(const struct order_entry_counters *counters) {
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {
        {"orders accepted", counters->orders_accepted},
        {"orders refused", counters->orders_refused},
        {"fills", counters->fills},
        {"duplicate fills", counters->duplicate_fills},
        {"missing fills", counters->missing_fills},
        {"recovered fills", counters->recovered_fills},
        {"foreign reports", counters->foreign_reports},
        {"foreign orders' cancels", counters->foreign_cancels},
        {"of these refused", counters->foreign_cancels_refused},
        {"foreign orders left open", counters->foreign_left},
        {"reports not booked", counters->bad_reports},
        {"conflicts", counters->conflicts},
        {"cancels of orders in doubt", counters->doubt_cancels},
        {"connections refused", counters->connections_refused},
        {"notices dropped", counters->notices_dropped},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)fprintf(stderr, "%s%llu %s", i == 0 ? "tercel: " : ", ",
                      (unsigned long long)rows[i].count, rows[i].name);
    }
    (void)fputc('\n', stderr);
}

int command_run(const struct config *config) {
    sigset_t stop_signals;
    block_signals(&stop_signals);
    struct instance *instance = instance_create(config, stderr);
    if (instance == NULL) {
        return COMMAND_USAGE;
    }
    bool started = instance_start(instance, stderr);
    if (started) {
        instance_print_listeners(instance, stderr);
        char memory[96];
        hugepages_describe(&instance->mapping, memory, sizeof(memory));
        (void)fprintf(stderr, "tercel: %s (%s) is running, %s\n", config->instance.name,
                      config->instance.mode == CONFIG_MODE_LIVE ? "LIVE" : "PAPER", memory);
        attend_until_done(instance, &stop_signals);
    }
    instance_join(instance);
    int result = started ? verdict(instance, config->shutdown.policy == CONFIG_SHUTDOWN_LEAVE)
                         : COMMAND_USAGE;
    if (started) {
        print_counters(&instance->worker.counters);
        (void)fprintf(stderr, "tercel: %s has ended after %llu turns\n", config->instance.name,
                      (unsigned long long)instance->worker.turns);
    }
    instance_destroy(instance);
    return result;
}
