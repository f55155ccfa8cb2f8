#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/test_seed.h"
#include "net/stream_conformance_tools.h"
#include "net/uring/uring_internal.h"
#include "net/uring/uring_test_fixture.h"

/* The other side as plain blocking sockets: an implementation that shares nothing with ours. */

static int raw_connect(const struct endpoint *to) {
    int fd = socket(to->address.any.sa_family, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, &to->address.any, to->address_bytes), 0, "%s", strerror(errno));
    return fd;
}

static int raw_listen(struct endpoint *at, int backlog) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *at = uring_loopback();
    cr_assert_eq(bind(fd, &at->address.any, at->address_bytes), 0);
    cr_assert_eq(getsockname(fd, &at->address.any, &at->address_bytes), 0);
    cr_assert_eq(listen(fd, backlog), 0);
    return fd;
}

static void raw_reset(int fd) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(fd);
}

static void turns(struct uring_fixture *self, int count) {
    for (int i = 0; i < count; i++) {
        uring_fixture_turn(self, 0);
    }
}

static void pump(struct uring_fixture *self) {
    uring_fixture_pump(&self->fixture);
}

static struct stream *accept_one(struct uring_fixture *self) {
    struct stream *stream = NULL;
    for (int i = 0; i < 1000 && stream == NULL; i++) {
        pump(self);
        stream = uring_fixture_accept(&self->fixture);
    }
    cr_assert_not_null(stream);
    return stream;
}

static struct endpoint listens_at(struct uring_fixture *self) {
    return uring_stack_listens_at(self->stack, 0);
}

static struct uring_fixture *make(void) {
    return uring_fixture_make(&uring_fixture_limits);
}

static void destroy(struct uring_fixture *self) {
    uring_fixture_destroy(&self->fixture);
}

/* A fixture whose peer 0 is `peer`. */
static struct uring_fixture *make_dialling(const struct uring_limits *limits,
                                           const struct endpoint *peer) {
    struct uring_fixture *self = calloc(1, sizeof(*self));
    struct uring_error error = {{0}};
    self->mem = aligned_alloc(64, uring_stack_footprint(limits));
    self->stack = uring_stack_init(self->mem, limits, &error);
    cr_assert_not_null(self->stack, "%s", error.text);
    cr_assert(uring_stack_peer(self->stack, peer, &error), "%s", error.text);
    cr_assert(uring_stack_start(self->stack, &error), "%s", error.text);
    self->fixture = (struct stream_fixture){.ops = &uring_fixture_ops, .limits = limits->stream};
    return self;
}

static void expect_closed(struct stream *stream, enum stream_close_reason reason) {
    cr_assert_eq(stream_state(stream), STREAM_CLOSED, "%s",
                 stream_state_name(stream_state(stream)));
    cr_assert_eq(stream_close_reason(stream), reason, "%s",
                 stream_close_reason_name(stream_close_reason(stream)));
}

static void await_closed(struct uring_fixture *self, struct stream *stream,
                         enum stream_close_reason reason) {
    for (int i = 0; i < 1000 && stream_state(stream) != STREAM_CLOSED; i++) {
        pump(self);
    }
    expect_closed(stream, reason);
}

Test(uring_stack, footprint_refuses_impossible_limits) {
    struct uring_limits limits = uring_fixture_limits;
    cr_assert_neq(uring_stack_footprint(&limits), 0);
#define REFUSES(change)                                                                            \
    do {                                                                                           \
        limits = uring_fixture_limits;                                                             \
        limits.change;                                                                             \
        cr_assert_eq(uring_stack_footprint(&limits), 0, #change);                                  \
    } while (0)
    REFUSES(streams_max = 0);
    REFUSES(streams_max = URING_STREAMS_MAX + 1);
    REFUSES(accepts_max = 7);
    REFUSES(listeners_max = URING_LISTENERS_MAX + 1);
    REFUSES(peers_max = URING_PEERS_MAX + 1);
    REFUSES(sockets_per_peer = 0);
    REFUSES(sockets_per_peer = URING_SOCKETS_PER_PEER_MAX + 1);
    REFUSES(submissions = 4);
    REFUSES(submissions = 12);
    REFUSES(submissions = 65536);
    REFUSES(connect_timeout.ns = 0);
    REFUSES(stream.record_bytes_max = 0);
    REFUSES(stream.gather_bytes_max = 4097);
#undef REFUSES
}

/* Options and addresses. */

static int option_of(struct stream *stream, int level, int name) {
    int value = -1;
    socklen_t bytes = sizeof(value);
    int fd = ((struct uring_stream *)stream)->fd;
    cr_assert_eq(getsockopt(fd, level, name, &value, &bytes), 0);
    return value;
}

Test(uring_stack, both_sides_have_their_options) {
    struct uring_limits limits = uring_fixture_limits;
    limits.unacknowledged_timeout_ms = 4321;
    struct uring_fixture *self = uring_fixture_make(&limits);
    struct pair pair = pair_connect(&self->fixture);
    struct stream *const ends[] = {pair.a, pair.b};
    for (int i = 0; i < 2; i++) {
        cr_assert_neq(option_of(ends[i], IPPROTO_TCP, TCP_NODELAY), 0);
        cr_assert_eq(option_of(ends[i], IPPROTO_TCP, TCP_USER_TIMEOUT), 4321);
        cr_assert_eq(option_of(ends[i], SOL_SOCKET, SO_SNDBUF), 2 * 16384);
        cr_assert_eq(option_of(ends[i], SOL_SOCKET, SO_RCVBUF), 2 * 16384);
    }
    destroy(self);
}

Test(uring_stack, listens_on_a_port_of_the_kernels_choice) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    cr_assert_neq(endpoint_port(&at), 0);
    close(raw_connect(&at));
    destroy(self);
}

Test(uring_stack, speaks_ipv6) {
    struct uring_error error;
    struct endpoint at;
    struct uring_limits limits = uring_fixture_limits;
    void *mem = aligned_alloc(64, uring_stack_footprint(&limits));
    cr_assert_eq(endpoint_parse(BYTES("[::1]:0"), &at), ENDPOINT_OK);
    struct uring_stack *stack = uring_stack_init(mem, &limits, &error);
    if (!uring_stack_listen(stack, &at, 5, &error)) {
        cr_log_warn("no IPv6 loopback here: %s", error.text);
    } else {
        at = uring_stack_listens_at(stack, 0);
        cr_assert(uring_stack_peer(stack, &at, &error));
        cr_assert(uring_stack_start(stack, &error));
        struct uring_fixture self = {.fixture.ops = &uring_fixture_ops, .stack = stack};
        struct pair pair = pair_connect(&self.fixture);
        struct flow flow = {.key = 1};
        flow_write(&flow, pair.a, 100);
        flow_read_all(&self.fixture, &flow, pair.b);
    }
    uring_stack_fini(stack);
    free(mem);
}

Test(uring_stack, a_taken_port_is_named) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    struct uring_error error;
    char text[ENDPOINT_TEXT_MAX + 1];
    void *mem = aligned_alloc(64, uring_stack_footprint(&uring_fixture_limits));
    struct uring_stack *other = uring_stack_init(mem, &uring_fixture_limits, &error);
    cr_assert(!uring_stack_listen(other, &at, 5, &error));
    endpoint_format(&at, text);
    cr_assert_not_null(strstr(error.text, text), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "in use"), "%s", error.text);
    uring_stack_fini(other);
    free(mem);
    destroy(self);
}

Test(uring_stack, more_listeners_or_peers_than_planned_are_refused) {
    struct uring_error error;
    struct endpoint at = uring_loopback();
    void *mem = aligned_alloc(64, uring_stack_footprint(&uring_fixture_limits));
    struct uring_stack *stack = uring_stack_init(mem, &uring_fixture_limits, &error);
    cr_assert(uring_stack_listen(stack, &at, 5, &error));
    cr_assert(!uring_stack_listen(stack, &at, 5, &error));
    cr_assert_str_eq(error.text, "more than 1 listeners");
    cr_assert(uring_stack_peer(stack, &at, &error));
    cr_assert(!uring_stack_peer(stack, &at, &error));
    cr_assert_str_eq(error.text, "more than 1 peers");
    uring_stack_fini(stack);
    free(mem);
}

/* Against plain sockets. */

Test(uring_stack, one_byte_at_a_time_arrives_whole) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raw = raw_connect(&at);
    cr_assert_eq(setsockopt(raw, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)), 0);
    struct stream *stream = accept_one(self);
    const char *text = "8=FIX.4.4|9=5|35=0|10=161|";
    for (size_t i = 0; text[i] != '\0'; i++) {
        cr_assert_eq(send(raw, text + i, 1, 0), 1);
        turns(self, 3);
        cr_assert_eq(stream_peek(stream, 100).len, i + 1);
        cr_assert_eq(memcmp(stream_peek(stream, 0).data, text, i + 1), 0);
    }
    close(raw);
    destroy(self);
}

/* A peer that reads now and then: sends fall short, and each is continued in order. */
Test(uring_stack, short_sends_are_continued_in_order) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raw = raw_connect(&at);
    struct stream *stream = accept_one(self);
    struct flow flow = {.key = 5};
    struct prng prng;
    prng_seed(&prng, test_seed("short_sends_are_continued_in_order"));
    const uint64_t total = 1 << 21;
    while (flow.read < total) {
        char got[30000];
        while (flow.written < total &&
               flow_try_write(&flow, stream, 1 + (size_t)prng_below(&prng, 500),
                              STREAM_RELEASE_NOW) == STREAM_OK) {
        }
        uring_fixture_turn(self, 0);
        if (flow.written < total && prng_below(&prng, 100) != 0) {
            continue;
        }
        ssize_t count = recv(raw, got, 1 + (size_t)prng_below(&prng, sizeof(got)), MSG_DONTWAIT);
        for (ssize_t i = 0; i < count; i++) {
            if (got[i] != flow_byte(flow.key, flow.read)) {
                cr_assert_fail("byte %llu is wrong", (unsigned long long)flow.read);
            }
            flow.read++;
        }
    }
    cr_assert_gt(uring_stack_counters(self->stack).short_sends, 0, "the test reached its subject");
    cr_assert_eq(uring_stack_counters(self->stack).bytes_sent, flow.read);
    close(raw);
    destroy(self);
}

Test(uring_stack, what_came_before_a_reset_is_read_first) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raw = raw_connect(&at);
    struct stream *stream = accept_one(self);
    struct flow flow = {.key = 6, .written = 10000}; /* more than receive_bytes */
    char text[10000];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = flow_byte(flow.key, i);
    }
    cr_assert_eq(send(raw, text, sizeof(text), 0), (ssize_t)sizeof(text));
    raw_reset(raw);
    pump(self);
    cr_assert_eq(stream_state(stream), STREAM_OPEN, "unread bytes lie in the kernel still");
    for (int i = 0; i < 100 && stream_state(stream) != STREAM_CLOSED; i++) {
        flow_read(&flow, stream);
        pump(self);
    }
    flow_read(&flow, stream);
    cr_assert_eq(flow.read, sizeof(text));
    expect_closed(stream, STREAM_CLOSE_RESET);
    destroy(self);
}

/* The send notices first; what the peer said before it died still comes. */
Test(uring_stack, a_failed_send_leaves_the_last_words_readable) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raw = raw_connect(&at);
    struct stream *stream = accept_one(self);
    struct flow in = {.key = 7, .written = 8000};
    struct flow out = {.key = 8};
    char text[8000];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = flow_byte(in.key, i);
    }
    cr_assert_eq(send(raw, text, sizeof(text), 0), (ssize_t)sizeof(text));
    pump(self);
    raw_reset(raw);
    flow_write(&out, stream, 100);
    pump(self);
    struct stream_room room;
    cr_assert_eq(stream_reserve(stream, 10, &room), STREAM_GONE);
    for (int i = 0; i < 100 && stream_state(stream) != STREAM_CLOSED; i++) {
        flow_read(&in, stream);
        pump(self);
    }
    flow_read(&in, stream);
    cr_assert_eq(in.read, sizeof(text));
    expect_closed(stream, STREAM_CLOSE_RESET);
    destroy(self);
}

Test(uring_stack, abort_sends_a_reset) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raw = raw_connect(&at);
    struct stream *stream = accept_one(self);
    stream_abort(stream);
    pump(self);
    char byte;
    cr_assert_eq(recv(raw, &byte, 1, 0), -1);
    cr_assert_eq(errno, ECONNRESET);
    close(raw);
    destroy(self);
}

Test(uring_stack, finish_sends_a_fin) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raw = raw_connect(&at);
    struct stream *stream = accept_one(self);
    struct flow flow = {.key = 9};
    flow_write(&flow, stream, 5);
    stream_finish(stream);
    for (int i = 0; i < 100; i++) {
        pump(self);
    }
    char got[10];
    cr_assert_eq(recv(raw, got, sizeof(got), MSG_WAITALL), 5);
    cr_assert_eq(recv(raw, got, 1, 0), 0);
    close(raw);
    await_closed(self, stream, STREAM_CLOSE_FINISHED);
    destroy(self);
}

/* Dialling. */

Test(uring_stack, a_refused_dial_says_so) {
    struct endpoint at;
    close(raw_listen(&at, 1)); /* now nobody listens there */
    struct uring_fixture *self = make_dialling(&uring_fixture_limits, &at);
    for (int i = 0; i < 20; i++) {
        struct stream *stream = uring_fixture_dial(&self->fixture);
        cr_assert_not_null(stream);
        await_closed(self, stream, STREAM_CLOSE_REFUSED);
        uring_fixture_discard(&self->fixture, stream);
        pump(self);
    }
    cr_assert_eq(uring_stack_counters(self->stack).slots_free, uring_fixture_limits.streams_max);
    destroy(self);
}

Test(uring_stack, an_unusable_address_is_unreachable) {
    struct endpoint at;
    cr_assert_eq(endpoint_parse(BYTES("255.255.255.255:9"), &at), ENDPOINT_OK);
    struct uring_fixture *self = make_dialling(&uring_fixture_limits, &at);
    struct stream *stream = uring_fixture_dial(&self->fixture);
    await_closed(self, stream, STREAM_CLOSE_UNREACHABLE);
    destroy(self);
}

/* A listener whose backlog is full drops SYNs: the connection hangs until the deadline. */
Test(uring_stack, a_dial_without_answer_times_out) {
    struct endpoint at;
    int listener = raw_listen(&at, 0);
    int filler = raw_connect(&at);
    struct uring_fixture *self = make_dialling(&uring_fixture_limits, &at);
    struct stream *stream = uring_fixture_dial(&self->fixture);
    turns(self, 20);
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
    self->now.mono.ns += NS_PER_S - 30 * NS_PER_US;
    turns(self, 1);
    cr_assert_eq(stream_state(stream), STREAM_CONNECTING);
    self->now.mono.ns += NS_PER_S;
    turns(self, 1);
    expect_closed(stream, STREAM_CLOSE_TIMED_OUT);
    uring_fixture_discard(&self->fixture, stream);
    pump(self);
    cr_assert_eq(uring_stack_counters(self->stack).slots_free, uring_fixture_limits.streams_max);
    close(filler);
    close(listener);
    destroy(self);
}

/* The one dialled last gives up first, and one between the two in between. */
Test(uring_stack, each_peer_has_its_own_patience) {
    static const int64_t timeouts_ms[] = {900, 300, 600};
    struct endpoint at;
    int listener = raw_listen(&at, 0);
    int filler = raw_connect(&at);
    struct uring_limits limits = uring_fixture_limits;
    limits.peers_max = 3;
    struct uring_error error = {{0}};
    struct uring_fixture *self = calloc(1, sizeof(*self));
    self->mem = aligned_alloc(64, uring_stack_footprint(&limits));
    self->stack = uring_stack_init(self->mem, &limits, &error);
    for (unsigned peer = 0; peer < 3; peer++) {
        cr_assert(uring_stack_peer(self->stack, &at, &error), "%s", error.text);
        uring_stack_peer_timeout(self->stack, peer,
                                 (struct duration){.ns = timeouts_ms[peer] * NS_PER_MS});
    }
    cr_assert(uring_stack_start(self->stack, &error), "%s", error.text);
    self->fixture = (struct stream_fixture){.ops = &uring_fixture_ops, .limits = limits.stream};
    struct stream *streams[3];
    for (unsigned peer = 0; peer < 3; peer++) {
        streams[peer] = stream_dial(uring_stack_streams(self->stack), peer);
        cr_assert_not_null(streams[peer]);
    }
    turns(self, 20);
    for (int64_t ms = 300; ms <= 900; ms += 300) {
        self->now.mono.ns += 300 * NS_PER_MS;
        turns(self, 1);
        for (unsigned peer = 0; peer < 3; peer++) {
            cr_expect_eq(stream_state(streams[peer]) == STREAM_CLOSED, timeouts_ms[peer] <= ms,
                         "peer %u after %lld ms", peer, (long long)ms);
        }
    }
    close(filler);
    close(listener);
    destroy(self);
}

/* A turn waits no longer than until the stack's own next deadline. */
Test(uring_stack, waiting_ends_at_the_connect_deadline) {
    struct endpoint at;
    int listener = raw_listen(&at, 0);
    int filler = raw_connect(&at);
    struct uring_limits limits = uring_fixture_limits;
    limits.connect_timeout.ns = 5 * NS_PER_MS;
    struct uring_fixture *self = make_dialling(&limits, &at);
    struct stream *stream = uring_fixture_dial(&self->fixture);
    for (int i = 0; i < 10 && stream_state(stream) == STREAM_CONNECTING; i++) {
        uring_fixture_turn(self, 1000 * NS_PER_S); /* would hang the test */
        self->now.mono.ns += NS_PER_MS;
    }
    expect_closed(stream, STREAM_CLOSE_TIMED_OUT);
    close(filler);
    close(listener);
    destroy(self);
}

Test(uring_stack, dial_needs_a_slot_and_a_ready_socket) {
    struct uring_fixture *self = make();
    struct stream_stack *streams = uring_stack_streams(self->stack);
    for (uint32_t i = 0; i < uring_fixture_limits.sockets_per_peer; i++) {
        cr_assert_not_null(stream_dial(streams, 0));
    }
    cr_assert_null(stream_dial(streams, 0), "no socket is ready");
    cr_assert_eq(uring_stack_refill(self->stack), 0);
    for (uint32_t i = uring_fixture_limits.sockets_per_peer; i < uring_fixture_limits.streams_max;
         i++) {
        cr_assert_not_null(stream_dial(streams, 0));
    }
    cr_assert_eq(uring_stack_refill(self->stack), 0);
    cr_assert_null(stream_dial(streams, 0), "no slot is free");
    cr_assert_eq(uring_stack_counters(self->stack).dial_refusals, 2);
    destroy(self);
}

/* Limits. */

Test(uring_stack, a_full_table_leaves_newcomers_in_the_backlog) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    int raws[20];
    struct stream *streams[6];
    for (int i = 0; i < 20; i++) {
        raws[i] = raw_connect(&at);
    }
    for (int i = 0; i < 6; i++) {
        streams[i] = accept_one(self);
    }
    pump(self);
    cr_assert_null(uring_fixture_accept(&self->fixture));
    cr_assert_eq(uring_stack_counters(self->stack).accepted, 6);
    for (int i = 6; i < 20; i++) {
        uring_fixture_discard(&self->fixture, streams[i % 6]);
        streams[i % 6] = accept_one(self);
        cr_assert_eq(send(raws[i], "x", 1, 0), 1);
        pump(self);
        cr_assert_eq(stream_peek(streams[i % 6], 1).len, 1, "accepted in order");
    }
    for (int i = 0; i < 20; i++) {
        close(raws[i]);
    }
    destroy(self);
}

Test(uring_stack, a_crowd_at_the_listener_leaves_room_to_dial) {
    struct uring_limits limits = uring_fixture_limits;
    limits.accepts_max = 4;
    struct uring_fixture *self = uring_fixture_make(&limits);
    struct endpoint at = listens_at(self);
    int raws[10];
    for (int i = 0; i < 10; i++) {
        raws[i] = raw_connect(&at);
    }
    for (int i = 0; i < 4; i++) {
        accept_one(self);
    }
    pump(self);
    cr_assert_null(uring_fixture_accept(&self->fixture));
    cr_assert_eq(uring_stack_counters(self->stack).slots_free, 2);
    cr_assert_not_null(uring_fixture_dial(&self->fixture));
    cr_assert_not_null(uring_fixture_dial(&self->fixture));
    for (int i = 0; i < 10; i++) {
        close(raws[i]);
    }
    destroy(self);
}

Test(uring_stack, running_out_of_descriptors_is_survived) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    struct rlimit limit;
    int raw = raw_connect(&at);
    int next = dup(0);
    close(next);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)next, limit.rlim_max}), 0);
    turns(self, 50);
    cr_assert_null(uring_fixture_accept(&self->fixture));
    cr_assert_eq(uring_stack_counters(self->stack).accept_failures, 1, "not tried every turn");
    self->now.mono.ns += NS_PER_S;
    turns(self, 5);
    cr_assert_eq(uring_stack_counters(self->stack).accept_failures, 2);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    self->now.mono.ns += NS_PER_S;
    accept_one(self);
    close(raw);
    destroy(self);
}

#define MANY 200

/* A submission ring far too small for what happens at once: everything comes, only later. */
Test(uring_stack, a_full_submission_ring_only_delays) {
    struct uring_limits limits = uring_fixture_limits;
    limits.streams_max = 2 * MANY;
    limits.submissions = 8;
    limits.sockets_per_peer = 16;
    struct uring_fixture *self = uring_fixture_make(&limits);
    static struct pair pairs[MANY];
    static struct flow flows[MANY];
    for (int i = 0; i < MANY; i++) {
        pairs[i] = pair_connect(&self->fixture);
        flows[i].key = (uint64_t)i * 1000;
    }
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
            flow_write(&flows[i], pairs[i].a, 100);
        }
        for (int i = 0; i < MANY; i++) {
            flow_read_all(&self->fixture, &flows[i], pairs[i].b);
        }
    }
    cr_assert_gt(uring_stack_counters(self->stack).put_off, 0, "the test reached its subject");
    for (int i = 0; i < MANY; i++) {
        uring_fixture_discard(&self->fixture, pairs[i].a);
        uring_fixture_discard(&self->fixture, pairs[i].b);
    }
    pump(self);
    cr_assert_eq(uring_stack_counters(self->stack).slots_free, limits.streams_max);
    destroy(self);
}

/* Slots: streams are discarded with operations of every kind still in flight, their slots taken
 * again at once; a completion that strayed would break the flow of a successor, or a CHECK. */
Test(uring_stack, no_completion_strays_to_a_successor) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    struct prng prng;
    prng_seed(&prng, test_seed("no_completion_strays_to_a_successor"));
    for (uint64_t i = 0; i < 200; i++) {
        int raw = raw_connect(&at);
        struct stream *stream = accept_one(self);
        struct flow flow = {.key = i * 100000};
        while (flow_try_write(&flow, stream, 400, STREAM_RELEASE_NOW) == STREAM_OK) {
            if (prng_below(&prng, 3) == 0) {
                turns(self, 1);
            }
        }
        if (prng_below(&prng, 2) == 0) {
            send(raw, "garbage for nobody", 18, 0);
        }
        char got[20000];
        size_t count = 0;
        for (int t = 0; t < 200 && count < sizeof(got) / 2; t++) {
            turns(self, 1);
            ssize_t more = recv(raw, got + count, sizeof(got) - count, MSG_DONTWAIT);
            count += more > 0 ? (size_t)more : 0;
        }
        cr_assert_gt(count, 0);
        for (size_t j = 0; j < count; j++) {
            cr_assert_eq(got[j], flow_byte(flow.key, j), "connection %llu", (unsigned long long)i);
        }
        uring_fixture_discard(&self->fixture, stream);
        if (prng_below(&prng, 2) == 0) {
            turns(self, (int)prng_below(&prng, 4));
        }
        close(raw);
    }
    pump(self);
    cr_assert_eq(uring_stack_counters(self->stack).slots_free, uring_fixture_limits.streams_max);
    destroy(self);
}

/* Threads that the kernel makes for this one get the processor only while this one sleeps: what
 * they do comes late. Without the right to that they are as quick as they happen to be. */
static void outrun_kernel_threads(void) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    struct sched_param priority = {.sched_priority = 1};
    if (sched_setaffinity(0, sizeof(one), &one) == 0) {
        (void)sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority);
    }
}

/* Until the kernel has returned all that is in flight, however late it is. */
static void await_free_slots(struct uring_fixture *self) {
    for (int i = 0; i < 1000; i++) {
        if (uring_stack_counters(self->stack).slots_free == uring_fixture_limits.streams_max) {
            return;
        }
        uring_fixture_turn(self, 10 * NS_PER_MS);
    }
    cr_assert(false, "slots are still in use after ten seconds");
}

/* A shutdown that a thread of the kernel does late, when its descriptor is another connection's. */
Test(uring_stack, no_shutdown_strays_to_a_successor) {
    struct uring_fixture *self = make();
    struct endpoint at = listens_at(self);
    outrun_kernel_threads();
    for (int i = 0; i < 100; i++) {
        int raw = raw_connect(&at);
        struct stream *stream = accept_one(self);
        stream_finish(stream);
        turns(self, 1);
        uring_fixture_discard(&self->fixture, stream);
        turns(self, 3);
        int next_raw = raw_connect(&at);
        struct stream *next = accept_one(self);
        pump(self);
        cr_assert_eq(stream_state(next), STREAM_OPEN, "connection %d", i);
        char byte;
        cr_assert_eq(recv(next_raw, &byte, 1, MSG_DONTWAIT), -1, "connection %d", i);
        cr_assert_eq(errno, EAGAIN);
        uring_fixture_discard(&self->fixture, next);
        close(next_raw);
        close(raw);
        await_free_slots(self);
    }
    destroy(self);
}

/* Wakes. */

static void *wake_later(void *argument) {
    for (int i = 0; i < 3; i++) {
        uring_stack_wake(argument);
    }
    return NULL;
}

Test(uring_stack, a_wake_ends_the_wait) {
    struct uring_fixture *self = make();
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        turns(self, 3);
        cr_assert_eq(pthread_create(&thread, NULL, wake_later, self->stack), 0);
        cr_assert_gt(uring_fixture_turn(self, 1000 * NS_PER_S), 0);
        pthread_join(thread, NULL);
        uring_fixture_turn(self, 0);
    }
    destroy(self);
}

Test(uring_stack, a_wake_before_the_wait_is_not_lost) {
    struct uring_fixture *self = make();
    for (int i = 0; i < 50; i++) {
        uring_stack_wake(self->stack);
        uring_stack_wake(self->stack);
        cr_assert_gt(uring_fixture_turn(self, 1000 * NS_PER_S), 0);
        turns(self, 2);
    }
    destroy(self);
}

static _Atomic uint64_t published;
#define PUBLICATIONS 2000

static void *publish_and_wake(void *argument) {
    for (uint64_t i = 1; i <= PUBLICATIONS; i++) {
        atomic_store_explicit(&published, i, memory_order_release);
        uring_stack_wake(argument);
    }
    return NULL;
}

/* Whatever the interleaving, the last publication is seen without waiting it out. */
Test(uring_stack, what_was_published_before_a_wake_is_seen) {
    struct uring_fixture *self = make();
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, publish_and_wake, self->stack), 0);
    while (atomic_load_explicit(&published, memory_order_acquire) < PUBLICATIONS) {
        uring_fixture_turn(self, 1000 * NS_PER_S);
    }
    pthread_join(thread, NULL);
    destroy(self);
}

Test(uring_stack, a_turn_without_wait_returns_at_once) {
    struct uring_fixture *self = make();
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(uring_fixture_turn(self, 0), 0);
    }
    cr_assert_eq(uring_stack_counters(self->stack).turns, 100);
    destroy(self);
}

/* The end of the stack. */

static int descriptors_open(void) {
    int count = 0;
    for (int fd = 0; fd < 1000; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

Test(uring_stack, fini_gives_everything_back_whatever_is_under_way) {
    int before = descriptors_open();
    for (int i = 0; i < 5; i++) {
        struct uring_fixture *self = make();
        struct endpoint at = listens_at(self);
        int raw[3];
        for (int j = 0; j < 3; j++) {
            raw[j] = raw_connect(&at);
        }
        turns(self, i);
        struct stream *stream = i == 0 ? NULL : accept_one(self);
        struct flow flow = {.key = 1};
        while (stream != NULL &&
               flow_try_write(&flow, stream, 500, STREAM_RELEASE_NOW) == STREAM_OK) {
            turns(self, 1);
        }
        uring_fixture_dial(&self->fixture);
        turns(self, i % 2);
        destroy(self);
        for (int j = 0; j < 3; j++) {
            close(raw[j]);
        }
        cr_assert_eq(descriptors_open(), before);
    }
}
