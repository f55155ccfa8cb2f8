#include "core/app/transport.h"

#include <string.h>

#include "core/base/bits.h"
#include "net/uring/uring_stack.h"

#define LISTEN_BACKLOG 64

struct transport_kernel {
    struct transport transport;
    struct uring_stack *stack;
};

static struct transport_kernel *of(struct transport *transport) {
    return (struct transport_kernel *)transport;
}

static const struct transport_kernel *of_const(const struct transport *transport) {
    return (const struct transport_kernel *)transport;
}

static struct uring_limits limits_of(const struct config *config) {
    return (struct uring_limits){
        .stream = transport_stream_limits(config),
        .streams_max = transport_streams_max(config),
        .accepts_max = transport_accepts_max(config),
        .listeners_max = config->listener_count,
        .peers_max = config->venue_count,
        .sockets_per_peer = 2,
        .connect_timeout = config->venues[0].connect_timeout, /* each venue says its own */
    };
}

static bool start(struct transport *transport, char failure[TRANSPORT_FAILURE_BYTES]) {
    struct uring_error error = {.text = ""};
    bool started = uring_stack_start(of(transport)->stack, &error);
    (void)snprintf(failure, TRANSPORT_FAILURE_BYTES, "%s", error.text);
    return started;
}

static void turn(struct transport *transport, struct now now, int64_t wait_ns) {
    (void)uring_stack_turn(of(transport)->stack, now, wait_ns);
}

/* What was committed leaves with the next turn's system call. */
static void flush(struct transport *transport) {
    (void)transport;
}

static void wake(struct transport *transport) {
    uring_stack_wake(of(transport)->stack);
}

static bool attend(struct transport *transport, char news[TRANSPORT_NEWS_BYTES]) {
    (void)news;
    (void)uring_stack_refill(of(transport)->stack);
    return false;
}

static struct endpoint listens_at(const struct transport *transport, uint32_t listener) {
    return uring_stack_listens_at(of_const(transport)->stack, listener);
}

static uint64_t turns(const struct transport *transport) {
    return uring_stack_counters(of_const(transport)->stack).turns;
}

static void close_stack(struct transport *transport) {
    struct transport_kernel *kernel = of(transport);
    if (kernel->stack != NULL) {
        uring_stack_fini(kernel->stack);
        kernel->stack = NULL;
    }
}

static void free_stack(struct transport *transport, FILE *log) {
    (void)log;
    close_stack(transport);
}

static const struct transport_ops ops = {.start = start,
                                         .turn = turn,
                                         .flush = flush,
                                         .wake = wake,
                                         .attend = attend,
                                         .listens_at = listens_at,
                                         .turns = turns,
                                         .close = close_stack,
                                         .free = free_stack};

size_t transport_kernel_footprint(const struct config *config) {
    struct uring_limits limits = limits_of(config);
    size_t stack = uring_stack_footprint(&limits);
    return stack == 0 ? 0 : bits_whole_lines(sizeof(struct transport_kernel)) + stack;
}

static bool open_all(struct uring_stack *stack, const struct config *config,
                     struct uring_error *error) {
    for (uint32_t i = 0; i < config->listener_count; i++) {
        if (!uring_stack_listen(stack, &config->listeners[i].endpoint.at, LISTEN_BACKLOG, error)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < config->venue_count; i++) {
        if (!uring_stack_peer(stack, &config->venues[i].endpoint.at, error)) {
            return false;
        }
        uring_stack_peer_timeout(stack, i, config->venues[i].connect_timeout);
    }
    return true;
}

struct transport *transport_kernel_open(void *mem, const struct config *config, FILE *err) {
    struct transport_kernel *kernel = mem;
    struct uring_limits limits = limits_of(config);
    struct uring_error error = {.text = ""};
    char *stack_memory = (char *)mem + bits_whole_lines(sizeof(*kernel));
    struct uring_stack *stack = uring_stack_init(stack_memory, &limits, &error);
    if (stack == NULL || !open_all(stack, config, &error)) {
        if (stack != NULL) {
            uring_stack_fini(stack);
        }
        (void)fprintf(err, "tercel: %s\n", error.text);
        return NULL;
    }
    *kernel = (struct transport_kernel){
        .transport = {.ops = &ops, .streams = uring_stack_streams(stack)}, .stack = stack};
    return &kernel->transport;
}
