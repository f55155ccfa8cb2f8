#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "net/uring/uring_internal.h"

static bool set_option(int fd, int level, int name, uint32_t value) {
    return value == 0 || setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

int uring_socket_make(const struct endpoint *at, const struct uring_limits *limits) {
    int fd = socket(at->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) {
        return -1;
    }
    if (set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1) &&
        set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, limits->unacknowledged_timeout_ms) &&
        set_option(fd, SOL_SOCKET, SO_SNDBUF, limits->socket_send_bytes) &&
        set_option(fd, SOL_SOCKET, SO_RCVBUF, limits->socket_receive_bytes)) {
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void listen_failed(const struct endpoint *at, const char *what, struct uring_error *error) {
    char text[ENDPOINT_TEXT_MAX + 1];
    endpoint_format(at, text);
    uring_error_set(error, "cannot listen at %s: %s: %s", text, what, strerror(errno));
}

/* "[::]" takes IPv6 only: what "0.0.0.0" means beside it does not depend on a sysctl. */
static int listen_socket(const struct endpoint *at, const struct uring_limits *limits,
                         uint32_t backlog, struct uring_error *error) {
    int fd = uring_socket_make(at, limits);
    if (fd < 0) {
        listen_failed(at, "socket", error);
        return -1;
    }
    bool six = at->address.any.sa_family == AF_INET6;
    if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
        (six && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))) {
        listen_failed(at, "setsockopt", error);
    } else if (bind(fd, &at->address.any, at->address_bytes) != 0) {
        listen_failed(at, "bind", error);
    } else if (listen(fd, (int)backlog) != 0) {
        listen_failed(at, "listen", error);
    } else {
        return fd;
    }
    close(fd);
    return -1;
}

bool uring_stack_listen(struct uring_stack *stack, const struct endpoint *at, uint32_t backlog,
                        struct uring_error *error) {
    CHECK(!stack->ring.started && backlog >= 1 && backlog <= INT32_MAX);
    if (stack->listener_count == stack->limits.listeners_max) {
        uring_error_set(error, "more than %u listeners", stack->limits.listeners_max);
        return false;
    }
    int fd = listen_socket(at, &stack->limits, backlog, error);
    if (fd < 0) {
        return false;
    }
    struct uring_listener *listener = &stack->listeners[stack->listener_count++];
    *listener = (struct uring_listener){.fd = fd, .parked = -1, .retry_at = {.ns = INT64_MIN}};
    listener->at.address_bytes = sizeof(listener->at.address);
    CHECK(getsockname(fd, &listener->at.address.any, &listener->at.address_bytes) == 0);
    return true;
}

struct endpoint uring_stack_listens_at(const struct uring_stack *stack, unsigned listener) {
    CHECK(listener < stack->listener_count);
    return stack->listeners[listener].at;
}

bool uring_stack_peer(struct uring_stack *stack, const struct endpoint *at,
                      struct uring_error *error) {
    CHECK(!stack->ring.started);
    if (stack->peer_count == stack->limits.peers_max) {
        uring_error_set(error, "more than %u peers", stack->limits.peers_max);
        return false;
    }
    struct uring_peer *peer = &stack->peers[stack->peer_count++];
    peer->at = *at;
    peer->connect_timeout = stack->limits.connect_timeout;
    for (uint32_t i = 0; i < URING_SOCKETS_PER_PEER_MAX; i++) {
        atomic_init(&peer->ready[i], -1);
    }
    if (uring_stack_refill(stack) > 0) {
        char text[ENDPOINT_TEXT_MAX + 1];
        endpoint_format(at, text);
        uring_error_set(error, "cannot make sockets for %s: %s", text, strerror(errno));
        return false;
    }
    return true;
}

void uring_stack_peer_timeout(struct uring_stack *stack, unsigned peer,
                              struct duration connect_timeout) {
    CHECK(!stack->ring.started && peer < stack->peer_count && connect_timeout.ns > 0);
    stack->peers[peer].connect_timeout = connect_timeout;
}

unsigned uring_stack_refill(struct uring_stack *stack) {
    unsigned missing = 0;
    for (uint32_t p = 0; p < stack->peer_count; p++) {
        struct uring_peer *peer = &stack->peers[p];
        for (uint32_t i = 0; i < stack->limits.sockets_per_peer; i++) {
            if (atomic_load_explicit(&peer->ready[i], memory_order_relaxed) >= 0) {
                continue;
            }
            int fd = uring_socket_make(&peer->at, &stack->limits);
            missing += fd < 0;
            atomic_store_explicit(&peer->ready[i], fd, memory_order_release);
        }
    }
    return missing;
}
