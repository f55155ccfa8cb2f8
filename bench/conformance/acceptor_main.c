/*
 * tercel-fix-acceptor: our FIX sessions over our kernel streams, with the application of the public
 * acceptance definitions behind them. What bench/conformance's scenarios talk to.
 *
 * usage: tercel-fix-acceptor [--port N] [ADDRESS:PORT]...
 *
 * One thread, one io_uring. It listens on three ports, `fix` being N and the others of the kernel's
 * choice, and prints "fix PORT hasty PORT control PORT" once it is ready: `hasty` is the same door
 * with little patience for who says nothing. Initiators dial the addresses. It ends when its
 * standard input does.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bench/conformance/acceptor_control.h"
#include "bench/conformance/acceptor_door.h"
#include "bench/conformance/acceptor_world.h"
#include "net/uring/uring_stack.h"

#define STREAMS_MAX 512
#define PEERS_MAX 128
/* How long the end of standard input may go unnoticed. */
#define WAIT_MAX_NS (200 * NS_PER_MS)

enum listener { LISTENER_FIX = 0, LISTENER_HASTY, LISTENER_CONTROL, LISTENER_COUNT };

static const struct uring_limits limits = {
    .stream = {.send_bytes = 1 << 17,
               .receive_bytes = 1 << 16,
               .record_bytes_max = ACCEPTOR_ROOM_BYTES,
               .gather_bytes_max = 2 * ACCEPTOR_MESSAGE_BYTES_MAX,
               .hold_bytes = ACCEPTOR_ROOM_BYTES,
               .hold_records_max = 1},
    .streams_max = STREAMS_MAX,
    .accepts_max = STREAMS_MAX - PEERS_MAX,
    .listeners_max = LISTENER_COUNT,
    .peers_max = PEERS_MAX,
    .sockets_per_peer = 4,
    .connect_timeout = {5 * NS_PER_S},
    .socket_send_bytes = 1 << 14, /* so that a peer that does not read is felt soon */
};

struct acceptor {
    struct uring_stack *stack;
    struct acceptor_worlds *worlds;
    struct acceptor_door door;
    struct acceptor_control control;
};

static int64_t clock_ns(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * NS_PER_S + at.tv_nsec;
}

static struct now read_now(void) {
    return (struct now){.mono = {clock_ns(CLOCK_MONOTONIC)}, .utc = {clock_ns(CLOCK_REALTIME)}};
}

static bool fail(const char *what, const char *why) {
    (void)fprintf(stderr, "tercel-fix-acceptor: %s: %s\n", what, why);
    return false;
}

static void *map(size_t bytes) {
    void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mem == MAP_FAILED ? NULL : mem;
}

static bool listen_and_start(struct acceptor *acceptor, const char *port,
                             struct uring_error *error) {
    for (int i = 0; i < LISTENER_COUNT; i++) {
        char text[ENDPOINT_TEXT_MAX + 1];
        struct endpoint at;
        (void)snprintf(text, sizeof(text), "127.0.0.1:%s", i == LISTENER_FIX ? port : "0");
        if (endpoint_parse(bytes_of_string(text), &at) != ENDPOINT_OK) {
            uring_error_set(error, "--port: 0 .. 65535");
            return false;
        }
        if (!uring_stack_listen(acceptor->stack, &at, 256, error)) {
            return false;
        }
    }
    return uring_stack_start(acceptor->stack, error);
}

static bool add_peers(struct acceptor *acceptor, int count, char **addresses,
                      struct uring_error *error) {
    acceptor->control.peer_count = (unsigned)count;
    for (int i = 0; i < count; i++) {
        struct endpoint peer;
        enum endpoint_result result = endpoint_parse(bytes_of_string(addresses[i]), &peer);
        if (result != ENDPOINT_OK) {
            return fail(addresses[i], endpoint_result_text(result));
        }
        if (!uring_stack_peer(acceptor->stack, &peer, error)) {
            return fail("peer", error->text);
        }
    }
    return true;
}

static bool open_acceptor(struct acceptor *acceptor, const char *port, int peer_count,
                          char **peers) {
    struct uring_error error = {.text = "out of memory"};
    void *mem = map(uring_stack_footprint(&limits));
    acceptor->worlds = map(sizeof(*acceptor->worlds));
    if (mem == NULL || acceptor->worlds == NULL) {
        return fail("cannot map", strerror(errno));
    }
    acceptor->stack = uring_stack_init(mem, &limits, &error);
    if (acceptor->stack == NULL || !add_peers(acceptor, peer_count, peers, &error)) {
        return fail("cannot start", error.text);
    }
    if (!listen_and_start(acceptor, port, &error)) {
        return fail("cannot listen", error.text);
    }
    struct stream_stack *streams = uring_stack_streams(acceptor->stack);
    acceptor->door.worlds = acceptor->control.worlds = acceptor->worlds;
    acceptor->door.streams = acceptor->control.streams = streams;
    return true;
}

static void turn_worlds(struct acceptor *acceptor, struct now now) {
    struct stream_stack *streams = uring_stack_streams(acceptor->stack);
    for (uint32_t i = 0; i < acceptor->worlds->count; i++) {
        struct stream *over =
            acceptor_world_turn(acceptor->worlds, &acceptor->worlds->world[i], now);
        if (over != NULL) {
            stream_discard(streams, over);
        }
    }
}

static int64_t shortest_wait_ns(const struct acceptor *acceptor, struct now now) {
    struct instant door = acceptor_door_deadline(&acceptor->door);
    int64_t wait_ns = WAIT_MAX_NS;
    if (!instant_is_never(door) && instant_since(door, now.mono).ns < wait_ns) {
        wait_ns = instant_reached(now.mono, door) ? 0 : instant_since(door, now.mono).ns;
    }
    for (uint32_t i = 0; i < acceptor->worlds->count; i++) {
        int64_t world_ns = acceptor_world_wait_ns(&acceptor->worlds->world[i], now);
        wait_ns = world_ns < wait_ns ? world_ns : wait_ns;
    }
    return wait_ns;
}

/* Returns how long the next turn of the ring may wait. Worlds go before the door, so that whoever
 * comes back finds his old connection gone if its end was seen. */
static int64_t turn(struct acceptor *acceptor, struct now now) {
    acceptor_door_open(&acceptor->door, now, LISTENER_FIX, (struct duration){20 * NS_PER_S});
    acceptor_door_open(&acceptor->door, now, LISTENER_HASTY, (struct duration){NS_PER_S / 2});
    acceptor_control_open(&acceptor->control, LISTENER_CONTROL);
    turn_worlds(acceptor, now);
    acceptor_door_turn(&acceptor->door, now);
    acceptor_control_turn(&acceptor->control, now);
    turn_worlds(acceptor, now);
    (void)uring_stack_refill(acceptor->stack);
    return shortest_wait_ns(acceptor, now);
}

static bool input_ended(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char ignored[256];
    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0;
}

static void print_ports(const struct acceptor *acceptor) {
    static const char *const names[LISTENER_COUNT] = {"fix", "hasty", "control"};
    for (unsigned i = 0; i < LISTENER_COUNT; i++) {
        struct endpoint at = uring_stack_listens_at(acceptor->stack, i);
        (void)printf("%s %u%s", names[i], endpoint_port(&at), i + 1 < LISTENER_COUNT ? " " : "\n");
    }
    (void)fflush(stdout);
}

static void serve(struct acceptor *acceptor) {
    int64_t looked_ns = 0;
    for (;;) {
        struct now now = read_now();
        if (now.mono.ns - looked_ns > WAIT_MAX_NS / 2) {
            looked_ns = now.mono.ns;
            if (input_ended()) {
                return;
            }
        }
        int64_t wait_ns = turn(acceptor, now);
        (void)uring_stack_turn(acceptor->stack, read_now(), wait_ns);
    }
}

int main(int argc, char **argv) {
    static struct acceptor acceptor;
    bool has_port = argc > 2 && strcmp(argv[1], "--port") == 0;
    int first = has_port ? 3 : 1;
    if (argc - first > PEERS_MAX) {
        (void)fail("usage", "tercel-fix-acceptor [--port N] [ADDRESS:PORT]... (up to 128 to dial)");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (!open_acceptor(&acceptor, has_port ? argv[2] : "0", argc - first, argv + first)) {
        return 1;
    }
    print_ports(&acceptor);
    serve(&acceptor);
    uring_stack_fini(acceptor.stack);
    return 0;
}
