/*
 * fix_acceptor: our FIX sessions over our kernel streams, and an application that sends back what
 * it is sent. Public conformance runners are pointed at it, benchmarks use it as their echo server,
 * and bench/conformance's scenarios are played against it.
 *
 *   fix_acceptor [--profile NAME] --listen ADDRESS:PORT
 *
 * Its sessions: we are ISLD; the peers are TW40 TW41 TW42 TW43 TW44 for FIX.4.0 .. FIX.4.4, TW50
 * TW50SP1 TW50SP2 for FIX.5.0 .. FIX.5.0SP2 over FIXT.1.1, and TW and NO_CHECK_FIELDS_HAVE_VALUES,
 * both FIX.4.4; the latter takes fields without a value. One connection each, at any time of day.
 * The profile says how they behave (acceptor_profile.c). `at`, which is the default, is what the
 * acceptance definitions of QuickFIX want: numbers begin at 1 with every Logon, dictionaries are
 * checked to the letter, times have milliseconds (from FIX.4.2 on), SendingTime may be 120 s off, a
 * Logout is waited for 2 s. Every application message that is still kept is sent again when asked
 * for: the last 2^20 of a session, 256 MiB at most.
 *
 * The application (acceptor_echo.h): orders, security definitions and mails come back as they were,
 * a possible resend of something known does not, anything else is refused.
 *
 * It prints "fix ADDRESS:PORT" when it is ready. PORT 0 is one of the kernel's choice. SIGTERM and
 * SIGINT end it: sessions that are up are logged out, which may take 2 s, and it exits with 0.
 *
 * For scenarios there is more:
 *   --control ADDRESS:PORT   a port that obeys (acceptor_control.h); and sessions of other names
 *                            come to be by their Logon (acceptor_world.h). It ends at once when its
 *                            standard input does
 *   --hasty ADDRESS:PORT     the same door, with little patience for who says nothing
 *   --peer ADDRESS:PORT      whom an initiator of these sessions may dial; 256 at most
 * Where they are is printed on the same line: "fix A:P hasty A:P control A:P".
 *
 * One thread, one io_uring. It listens for whoever can reach ADDRESS and asks nobody for a
 * password: it is no production program.
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
#include "bench/conformance/acceptor_options.h"
#include "bench/conformance/acceptor_world.h"
#include "net/uring/uring_stack.h"

#define STREAMS_MAX 640
/* How long a signal, or the end of standard input, may go unnoticed. */
#define WAIT_MAX_NS (200 * NS_PER_MS)
/* Sessions that are up have so long for their Logouts once a signal came. */
#define GOODBYE_NS (2 * NS_PER_S)
/* A Logon may come byte by byte, over a machine with much else to do. */
#define PATIENCE_NS (120 * NS_PER_S)
#define HASTY_PATIENCE_NS (NS_PER_S / 2)

static const char *const door_names[ACCEPTOR_DOORS] = {"fix", "hasty", "control"};

struct acceptor {
    struct acceptor_options options;
    unsigned listener[ACCEPTOR_DOORS];
    struct uring_stack *stack;
    struct acceptor_worlds *worlds;
    struct acceptor_door door;
    struct acceptor_control control;
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

static bool fail(const char *what, const char *why) {
    (void)fprintf(stderr, "fix_acceptor: %s: %s\n", what, why);
    return false;
}

static void *map(size_t bytes) {
    void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mem == MAP_FAILED ? NULL : mem;
}

static struct uring_limits limits_of(const struct acceptor_options *options) {
    return (struct uring_limits){
        .stream = {.send_bytes = 1 << 17,
                   .receive_bytes = 1 << 16,
                   .record_bytes_max = ACCEPTOR_ROOM_BYTES,
                   .gather_bytes_max = 2 * ACCEPTOR_MESSAGE_BYTES_MAX,
                   .hold_bytes = ACCEPTOR_ROOM_BYTES,
                   .hold_records_max = 1},
        .streams_max = STREAMS_MAX,
        .accepts_max = STREAMS_MAX - ACCEPTOR_PEERS_MAX,
        .listeners_max = ACCEPTOR_DOORS,
        .peers_max = ACCEPTOR_PEERS_MAX,
        .sockets_per_peer = 4,
        .connect_timeout = {5 * NS_PER_S},
        /* In scenarios a peer that does not read is to be felt soon. */
        .socket_send_bytes = options->has[ACCEPTOR_DOOR_CONTROL] ? 1 << 14 : 0,
    };
}

static bool listen_at_doors(struct acceptor *acceptor, struct uring_error *error) {
    unsigned count = 0;
    for (int i = 0; i < ACCEPTOR_DOORS; i++) {
        if (acceptor->options.has[i]) {
            acceptor->listener[i] = count++;
            if (!uring_stack_listen(acceptor->stack, &acceptor->options.at[i], 256, error)) {
                return fail("cannot listen", error->text);
            }
        }
    }
    return true;
}

static bool add_peers(struct acceptor *acceptor, struct uring_error *error) {
    acceptor->control.peer_count = acceptor->options.peer_count;
    for (unsigned i = 0; i < acceptor->options.peer_count; i++) {
        if (!uring_stack_peer(acceptor->stack, &acceptor->options.peer[i], error)) {
            return fail("--peer", error->text);
        }
    }
    return true;
}

static bool open_acceptor(struct acceptor *acceptor) {
    struct uring_error error = {.text = "out of memory"};
    struct uring_limits limits = limits_of(&acceptor->options);
    void *mem = map(uring_stack_footprint(&limits));
    acceptor->worlds = map(sizeof(*acceptor->worlds));
    if (mem == NULL || acceptor->worlds == NULL) {
        return fail("cannot map", strerror(errno));
    }
    acceptor->worlds->named = acceptor->options.profile;
    acceptor->worlds->makes_more = acceptor->options.has[ACCEPTOR_DOOR_CONTROL];
    acceptor->stack = uring_stack_init(mem, &limits, &error);
    if (acceptor->stack == NULL) {
        return fail("cannot start", error.text);
    }
    if (!add_peers(acceptor, &error) || !listen_at_doors(acceptor, &error)) {
        return false;
    }
    struct stream_stack *streams = uring_stack_streams(acceptor->stack);
    acceptor->door.worlds = acceptor->control.worlds = acceptor->worlds;
    acceptor->door.streams = acceptor->control.streams = streams;
    return uring_stack_start(acceptor->stack, &error) || fail("cannot start", error.text);
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

static void open_doors(struct acceptor *acceptor, struct now now) {
    const bool *has = acceptor->options.has;
    acceptor_door_open(&acceptor->door, now, acceptor->listener[ACCEPTOR_DOOR_FIX],
                       (struct duration){PATIENCE_NS});
    if (has[ACCEPTOR_DOOR_HASTY]) {
        acceptor_door_open(&acceptor->door, now, acceptor->listener[ACCEPTOR_DOOR_HASTY],
                           (struct duration){HASTY_PATIENCE_NS});
    }
    if (has[ACCEPTOR_DOOR_CONTROL]) {
        acceptor_control_open(&acceptor->control, acceptor->listener[ACCEPTOR_DOOR_CONTROL]);
    }
}

/* Returns how long the next turn of the ring may wait. Worlds go before the door, so that whoever
 * comes back finds his old connection gone if its end was seen. */
static int64_t turn(struct acceptor *acceptor, struct now now) {
    open_doors(acceptor, now);
    turn_worlds(acceptor, now);
    acceptor_door_turn(&acceptor->door, now);
    if (acceptor->options.has[ACCEPTOR_DOOR_CONTROL]) {
        acceptor_control_turn(&acceptor->control, now);
    }
    turn_worlds(acceptor, now);
    (void)uring_stack_refill(acceptor->stack);
    return shortest_wait_ns(acceptor, now);
}

static bool input_ended(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char ignored[256];
    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0;
}

static void print_doors(const struct acceptor *acceptor) {
    const char *before = "";
    for (int i = 0; i < ACCEPTOR_DOORS; i++) {
        if (acceptor->options.has[i]) {
            char text[ENDPOINT_TEXT_MAX + 1];
            struct endpoint at = uring_stack_listens_at(acceptor->stack, acceptor->listener[i]);
            endpoint_format(&at, text);
            (void)printf("%s%s %s", before, door_names[i], text);
            before = " ";
        }
    }
    (void)printf("\n");
    (void)fflush(stdout);
}

static void serve(struct acceptor *acceptor) {
    int64_t looked_ns = 0;
    while (!stopping) {
        struct now now = read_now();
        if (acceptor->options.has[ACCEPTOR_DOOR_CONTROL] &&
            now.mono.ns - looked_ns > WAIT_MAX_NS / 2) {
            looked_ns = now.mono.ns;
            if (input_ended()) {
                return;
            }
        }
        int64_t wait_ns = turn(acceptor, now);
        (void)uring_stack_turn(acceptor->stack, read_now(), wait_ns);
    }
}

static bool any_connected(const struct acceptor *acceptor) {
    for (uint32_t i = 0; i < acceptor->worlds->count; i++) {
        if (acceptor->worlds->world[i].link.stream != NULL) {
            return true;
        }
    }
    return false;
}

/* Nobody new is let in meanwhile. */
static void say_goodbye(struct acceptor *acceptor) {
    struct now now = read_now();
    struct instant end = instant_add(now.mono, (struct duration){GOODBYE_NS});
    for (uint32_t i = 0; i < acceptor->worlds->count; i++) {
        acceptor_world_logout(&acceptor->worlds->world[i], now, BYTES(""));
    }
    while (any_connected(acceptor) && !instant_reached(now.mono, end)) {
        turn_worlds(acceptor, now);
        int64_t wait_ns = shortest_wait_ns(acceptor, now);
        (void)uring_stack_turn(acceptor->stack, read_now(), wait_ns);
        now = read_now();
    }
}

int main(int argc, char **argv) {
    static struct acceptor acceptor;
    struct sigaction action = {.sa_handler = stop};
    int status;
    if (!acceptor_options_read(&acceptor.options, argc, argv, &status)) {
        return status;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    if (!open_acceptor(&acceptor)) {
        return 1;
    }
    print_doors(&acceptor);
    serve(&acceptor);
    if (stopping) {
        say_goodbye(&acceptor);
    }
    uring_stack_fini(acceptor.stack);
    return 0;
}
