/*
 * tercel-exchange: a simulated venue over kernel sockets. One thread, one io_uring, which it waits
 * on: it costs nothing while nothing happens. SIGTERM and SIGINT end it in order: the ledger is
 * written and it exits with 0.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "net/uring/uring_stack.h"
#include "venues/exchange/exchange_control.h"
#include "venues/exchange/exchange_main_options.h"
#include "venues/exchange/exchange_raw_log.h"

/* A signal between the look at the flag and the wait is noticed no later than this. */
#define WAIT_MAX_NS (100 * NS_PER_MS)
/* Commands are looked for as often. */
#define CONTROL_WAIT_NS (5 * NS_PER_MS)
#define PATH_BYTES_MAX 4096

struct exchange {
    struct exchange_main_options options;
    struct kraken_spot *spot;
    struct uring_stack *stack;
    FILE *raw_log;
    struct exchange_control control;
};

static volatile sig_atomic_t stopping;

static void stop(int signal_number) {
    (void)signal_number;
    stopping = 1;
}

static int64_t clock_ns(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * NS_PER_S + at.tv_nsec;
}

static struct now read_now(void) {
    return (struct now){.mono = {clock_ns(CLOCK_MONOTONIC)}, .utc = {clock_ns(CLOCK_REALTIME)}};
}

static void *map(size_t bytes) {
    void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mem == MAP_FAILED ? NULL : mem;
}

static bool fail(const char *what, const char *why) {
    fprintf(stderr, "tercel-exchange: %s: %s\n", what, why);
    return false;
}

static void log_message(void *context, struct now now, char direction, struct bytes comp_id,
                        struct bytes message) {
    FILE *out = context;
    char line[EXCHANGE_RAW_LOG_LINE_MAX(KRAKEN_MESSAGE_BYTES_MAX)];
    fwrite(line, 1, exchange_raw_log_format(now, direction, comp_id, message, line, sizeof(line)),
           out);
}

static bool open_raw_log(struct exchange *exchange) {
    const char *name = exchange->options.raw_log_file;
    if (name == NULL) {
        return true;
    }
    exchange->raw_log = fopen(name, "we");
    exchange->options.kraken.log =
        (struct kraken_log){.message = log_message, .context = exchange->raw_log};
    return exchange->raw_log != NULL || fail(name, strerror(errno));
}

static bool open_control(struct exchange *exchange) {
    const char *name = exchange->options.control_file;
    exchange->control.fd = -1;
    return name == NULL || exchange_control_open(&exchange->control, name) ||
           fail(name, strerror(errno));
}

/* Each is answered by a line on stderr. */
static void obey(struct exchange *exchange, struct now now) {
    struct bytes line;
    while (exchange_control_next(&exchange->control, &line)) {
        const char *problem;
        bool done = kraken_spot_command(exchange->spot, now, line, &problem);
        fprintf(stderr, "tercel-exchange: %.*s: %s%s\n", (int)line.len, line.data,
                done ? "done" : "expected ", done ? "" : problem);
    }
}

static bool open_spot(struct exchange *exchange, struct now now) {
    struct kraken_config *config = &exchange->options.kraken;
    if (config->seed == 0) {
        config->seed = (uint64_t)now.utc.ns ^ (uint64_t)getpid() << 32;
    }
    void *mem = map(kraken_spot_footprint(config));
    if (mem == NULL) {
        return fail("no memory for the exchange", strerror(errno));
    }
    exchange->spot = kraken_spot_init(mem, config, now);
    return true;
}

static bool open_stack(struct exchange *exchange) {
    struct uring_limits limits = {.stream = {.send_bytes = 1 << 18,
                                             .receive_bytes = 1 << 16,
                                             .record_bytes_max = KRAKEN_RECORD_BYTES_MAX,
                                             .gather_bytes_max = KRAKEN_MESSAGE_BYTES_MAX,
                                             .hold_bytes = KRAKEN_RECORD_BYTES_MAX,
                                             .hold_records_max = 1},
                                  .streams_max = exchange->options.kraken.limits.connections,
                                  .listeners_max = 1,
                                  .connect_timeout = {NS_PER_S}};
    struct uring_error error;
    void *mem = map(uring_stack_footprint(&limits));
    if (mem == NULL) {
        return fail("no memory for connections", strerror(errno));
    }
    exchange->stack = uring_stack_init(mem, &limits, &error);
    return (exchange->stack != NULL &&
            uring_stack_listen(exchange->stack, &exchange->options.listen, 64, &error) &&
            uring_stack_start(exchange->stack, &error)) ||
           fail("cannot listen", error.text);
}

/* Whole or not at all: a reader never sees a part of it. */
static FILE *open_beside(const char *name, char *beside) {
    int len = snprintf(beside, PATH_BYTES_MAX, "%s.%ld", name, (long)getpid());
    return len > 0 && len < PATH_BYTES_MAX ? fopen(beside, "we") : NULL;
}

static bool put_in_place(FILE *file, bool written, const char *beside, const char *name) {
    written = fclose(file) == 0 && written;
    return (written && rename(beside, name) == 0) || fail(name, strerror(errno));
}

static bool write_port_file(const struct exchange *exchange) {
    const char *name = exchange->options.port_file;
    char beside[PATH_BYTES_MAX];
    if (name == NULL) {
        return true;
    }
    struct endpoint at = uring_stack_listens_at(exchange->stack, 0);
    FILE *file = open_beside(name, beside);
    if (file == NULL) {
        return fail(name, strerror(errno));
    }
    return put_in_place(file, fprintf(file, "%u\n", endpoint_port(&at)) > 0, beside, name);
}

static bool write_ledger(const struct exchange *exchange) {
    const char *name = exchange->options.ledger_file;
    char beside[PATH_BYTES_MAX];
    if (name == NULL) {
        return true;
    }
    FILE *file = open_beside(name, beside);
    if (file == NULL) {
        return fail(name, strerror(errno));
    }
    return put_in_place(file, exchange_ledger_write(kraken_spot_ledger(exchange->spot), file),
                        beside, name);
}

static void accept_all(struct exchange *exchange, struct now now) {
    struct stream_stack *streams = uring_stack_streams(exchange->stack);
    for (struct stream *stream; (stream = stream_accept(streams, 0)) != NULL;) {
        if (!kraken_spot_attach(exchange->spot, now, stream)) {
            stream_discard(streams, stream);
        }
    }
}

/* Returns how long the next turn of the ring may wait. */
static int64_t turn(struct exchange *exchange, struct now now) {
    accept_all(exchange, now);
    obey(exchange, now);
    bool more = kraken_spot_turn(exchange->spot, now);
    struct stream_stack *streams = uring_stack_streams(exchange->stack);
    for (struct stream *done; (done = kraken_spot_done(exchange->spot)) != NULL;) {
        stream_discard(streams, done);
    }
    if (exchange->raw_log != NULL) {
        fflush(exchange->raw_log);
    }
    struct instant deadline = kraken_spot_deadline(exchange->spot, now);
    if (more || instant_reached(now.mono, deadline)) {
        return 0;
    }
    int64_t wait_ns = instant_since(deadline, now.mono).ns;
    int64_t most_ns = exchange->control.fd >= 0 ? CONTROL_WAIT_NS : WAIT_MAX_NS;
    return wait_ns < most_ns ? wait_ns : most_ns;
}

static void report(const struct exchange *exchange) {
    const struct kraken_counters *counters = kraken_spot_counters(exchange->spot);
    fprintf(stderr,
            "tercel-exchange: messages %" PRIu64 ", logons %" PRIu64 ", refused %" PRIu64
            ", orders refused %" PRIu64 ", session rejects %" PRIu64 ", trades %" PRIu64
            ", reports lost %" PRIu64 ", faults %" PRIu64 "\n",
            counters->messages, counters->logons, counters->refused_logons,
            counters->orders_refused, counters->session_rejects, counters->trades,
            counters->reports_lost, exchange_faults_struck(kraken_spot_faults(exchange->spot)));
}

static bool run(struct exchange *exchange) {
    char listens_at[ENDPOINT_TEXT_MAX + 1];
    struct endpoint at = uring_stack_listens_at(exchange->stack, 0);
    endpoint_format(&at, listens_at);
    fprintf(stderr, "tercel-exchange: kraken-spot at %s\n", listens_at);
    while (!stopping) {
        struct now now = read_now();
        int64_t wait_ns = turn(exchange, now);
        uring_stack_turn(exchange->stack, now, wait_ns);
    }
    bool written = write_ledger(exchange);
    uring_stack_fini(exchange->stack);
    exchange_control_close(&exchange->control);
    exchange_main_options_wipe(&exchange->options);
    report(exchange);
    return (exchange->raw_log == NULL || fclose(exchange->raw_log) == 0) && written;
}

int main(int argc, char **argv) {
    static struct exchange exchange;
    switch (exchange_main_options_read(&exchange.options, argc, argv)) {
    case EXCHANGE_MAIN_HELPED:
        return 0;
    case EXCHANGE_MAIN_REFUSED:
        return 2;
    case EXCHANGE_MAIN_RUN:
        break;
    }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    bool opened = open_raw_log(&exchange) && open_control(&exchange) &&
                  open_spot(&exchange, read_now()) && open_stack(&exchange) &&
                  write_port_file(&exchange);
    return opened && run(&exchange) ? 0 : 1;
}
