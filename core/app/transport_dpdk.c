#include "core/app/transport_dpdk.h"

#include <arpa/inet.h>
#include <time.h>

#include "net/nic_dpdk_eal.h"

static struct transport_dpdk *of(struct transport *transport) {
    return (struct transport_dpdk *)transport;
}

static bool start(struct transport *transport, char failure[TRANSPORT_FAILURE_BYTES]) {
    struct nic_dpdk_error error;
    struct transport_dpdk *dpdk = of(transport);
    dpdk->joined = nic_dpdk_thread_begin(&error);
    if (!dpdk->joined) {
        (void)snprintf(failure, TRANSPORT_FAILURE_BYTES, "%.*s", TRANSPORT_FAILURE_BYTES - 1,
                       error.text);
    }
    return dpdk->joined;
}

/* The one system call that a yielding worker makes for itself; one that spins makes none. */
static void nap(struct transport_dpdk *dpdk, struct now now, int64_t wait_ns) {
    int64_t ns = transport_dpdk_nap_ns(stack_deadline(dpdk->stack), now.mono, wait_ns);
    if (!atomic_exchange_explicit(&dpdk->woken, false, memory_order_acquire)) {
        const struct timespec wait = {.tv_nsec = ns};
        (void)nanosleep(&wait, NULL);
    }
}

static void turn(struct transport *transport, struct now now, int64_t wait_ns) {
    struct transport_dpdk *dpdk = of(transport);
    dpdk->turns++;
    if (stack_turn(dpdk->stack, now) == 0 && wait_ns > 0) {
        nap(dpdk, now, wait_ns);
    }
}

static void flush(struct transport *transport) {
    stack_flush(of(transport)->stack);
}

static void wake(struct transport *transport) {
    atomic_store_explicit(&of(transport)->woken, true, memory_order_release);
}

bool transport_dpdk_tell_link(struct transport_dpdk *dpdk, uint32_t port, bool up,
                              char news[TRANSPORT_NEWS_BYTES]) {
    if (dpdk->link_down[port] == !up) {
        return false;
    }
    dpdk->link_down[port] = !up;
    (void)snprintf(news, TRANSPORT_NEWS_BYTES, "port %s is %s", dpdk->config->ports[port].name,
                   up ? "up again" : "down");
    return true;
}

static bool attend(struct transport *transport, char news[TRANSPORT_NEWS_BYTES]) {
    struct transport_dpdk *dpdk = of(transport);
    bool told = false;
    for (uint32_t i = 0; i < dpdk->port_count; i++) {
        bool up = nic_dpdk_poll_link(dpdk->ports[i]);
        told = told || transport_dpdk_tell_link(dpdk, i, up, news);
    }
    return told;
}

static struct endpoint listens_at(const struct transport *transport, uint32_t listener) {
    const struct transport_dpdk *dpdk = (const struct transport_dpdk *)transport;
    return dpdk->config->listeners[listener].endpoint.at;
}

static uint64_t turns(const struct transport *transport) {
    return ((const struct transport_dpdk *)transport)->turns;
}

static void close_streams(struct transport *transport) {
    struct transport_dpdk *dpdk = of(transport);
    if (dpdk->closed) {
        return;
    }
    dpdk->closed = true;
    if (dpdk->stack != NULL) {
        stack_fini(dpdk->stack);
    }
    if (dpdk->joined) {
        nic_dpdk_thread_end();
    }
}

uint32_t transport_dpdk_packets_free(struct transport_dpdk *dpdk, uint32_t port) {
    struct nic *nic = nic_dpdk_nic(dpdk->ports[port], 0);
    nic_reap(nic);
    struct nic_counters counters = nic_counters(nic);
    return counters.receive_pool_free + counters.send_pool_free;
}

static void print_port(struct transport_dpdk *dpdk, uint32_t port, FILE *log) {
    struct nic_counters counters = nic_counters(nic_dpdk_nic(dpdk->ports[port], 0));
    uint32_t back = transport_dpdk_packets_free(dpdk, port);
    (void)fprintf(log,
                  "tercel: port %s: %llu frames in, %llu out, %llu missed, %llu refused, %lld "
                  "packets not given back\n",
                  dpdk->config->ports[port].name, (unsigned long long)counters.received,
                  (unsigned long long)counters.sent, (unsigned long long)counters.missed,
                  (unsigned long long)counters.send_refusals,
                  (long long)dpdk->packets_free[port] - (long long)back);
}

/* What should not be, and is said only when it was. */
static void print_trouble(struct transport_dpdk *dpdk, FILE *log) {
    struct nic_counters nics = {.received = 0};
    for (uint32_t i = 0; i < dpdk->port_count; i++) {
        struct nic_counters one = nic_counters(nic_dpdk_nic(dpdk->ports[i], 0));
        nics.receive_errors += one.receive_errors;
        nics.send_errors += one.send_errors;
        nics.take_failures += one.take_failures;
    }
    const struct stack_counters *stack = stack_counters(dpdk->stack);
    const struct {
        const char *what;
        uint64_t count;
    } rows[] = {{"received with an error", nics.receive_errors},
                {"not to be sent", nics.send_errors},
                {"without a packet to send in", nics.take_failures},
                {"malformed", stack->malformed},
                {"with a bad checksum", stack->bad_checksum},
                {"fragments", stack->fragments},
                {"from impossible addresses", stack->martians},
                {"in conflict about an address", stack->arp_conflicts},
                {"from neighbours beyond dpdk.neighbours", stack->arp_full}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].count > 0) {
            (void)fprintf(log, "tercel: network: %llu %s\n", (unsigned long long)rows[i].count,
                          rows[i].what);
        }
    }
}

static void print_tcp(const struct tcp_counters *tcp, FILE *log) {
    (void)fprintf(log,
                  "tercel: TCP: %llu opened, %llu accepted, %llu segments by the fast path, %llu "
                  "by the slow one, %llu retransmissions, %llu bad checksums\n",
                  (unsigned long long)tcp->opened, (unsigned long long)tcp->accepted,
                  (unsigned long long)tcp->fast, (unsigned long long)tcp->slow,
                  (unsigned long long)tcp->retransmissions, (unsigned long long)tcp->bad_checksum);
}

static void free_ports(struct transport *transport, FILE *log) {
    struct transport_dpdk *dpdk = of(transport);
    close_streams(transport);
    if (dpdk->turns > 0) {
        print_tcp(tcp_counters(stack_tcp(dpdk->stack)), log);
        print_trouble(dpdk, log);
    }
    for (uint32_t i = 0; i < dpdk->port_count; i++) {
        if (dpdk->turns > 0) {
            print_port(dpdk, i, log);
        }
        nic_dpdk_close(dpdk->ports[i]);
    }
    dpdk->port_count = 0;
    if (dpdk->environment) {
        nic_dpdk_eal_stop();
        dpdk->environment = false;
    }
}

const struct transport_ops transport_dpdk_ops = {.start = start,
                                                 .turn = turn,
                                                 .flush = flush,
                                                 .wake = wake,
                                                 .attend = attend,
                                                 .listens_at = listens_at,
                                                 .turns = turns,
                                                 .close = close_streams,
                                                 .free = free_ports};
