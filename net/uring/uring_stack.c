#include "net/uring/uring_stack.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/bits.h"
#include "net/uring/uring_internal.h"
#include "net/uring/uring_probe.h"

/* Turns fini waits for the kernel to let go, of a millisecond each. */
#define FINI_TURNS_MAX 5000
#define FINI_ABANDON_TURNS 100

/* Room beside all listeners for the longest chain and the wake: nothing starves the rest. */
#define SUBMISSIONS_SPARE 4

static const struct stream_stack_ops stack_ops;

/* Limits, memory. */

static bool limits_possible(const struct uring_limits *limits) {
    bool submissions =
        limits->submissions == 0 ||
        (limits->submissions >= limits->listeners_max + SUBMISSIONS_SPARE &&
         limits->submissions <= 32768 && (limits->submissions & (limits->submissions - 1)) == 0);
    bool peers = limits->peers_max == 0 ||
                 (limits->peers_max <= URING_PEERS_MAX && limits->sockets_per_peer >= 1 &&
                  limits->sockets_per_peer <= URING_SOCKETS_PER_PEER_MAX);
    return stream_limits_possible(&limits->stream) && limits->streams_max >= 1 &&
           limits->streams_max <= URING_STREAMS_MAX && limits->accepts_max <= limits->streams_max &&
           limits->listeners_max <= URING_LISTENERS_MAX && peers && submissions &&
           limits->connect_timeout.ns > 0;
}

static size_t stream_buffers(const struct stream_limits *limits) {
    return stream_send_footprint(limits) + bits_whole_lines(limits->receive_bytes);
}

size_t uring_stack_footprint(const struct uring_limits *limits) {
    if (!limits_possible(limits)) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct uring_stack)) +
           bits_whole_lines(limits->streams_max * sizeof(struct uring_stream)) +
           bits_whole_lines(limits->listeners_max * sizeof(struct uring_listener)) +
           bits_whole_lines(limits->peers_max * sizeof(struct uring_peer)) +
           limits->streams_max * stream_buffers(&limits->stream);
}

static void *carve(char **mem, size_t bytes) {
    void *taken = *mem;
    *mem += bits_whole_lines(bytes);
    return taken;
}

static void stream_init(struct uring_stack *stack, uint32_t slot, char **mem) {
    struct uring_stream *stream = &stack->streams[slot];
    const struct stream_limits *limits = &stack->limits.stream;
    *stream = (struct uring_stream){
        .stream.ops = &uring_stream_ops,
        .stack = stack,
        .slot = slot,
        .fd = -1,
        .state = STREAM_CLOSED,
    };
    stream_send_init(&stream->send, carve(mem, stream_send_footprint(limits)), limits);
    stream->received = carve(mem, limits->receive_bytes);
}

static struct uring_stack *lay_out(char *mem, const struct uring_limits *limits) {
    struct uring_stack *stack = carve(&mem, sizeof(*stack));
    *stack = (struct uring_stack){
        .stack.ops = &stack_ops, .limits = *limits, .next_epoch = 1, .wake_fd = -1};
    stack->streams = carve(&mem, limits->streams_max * sizeof(struct uring_stream));
    stack->listeners = carve(&mem, limits->listeners_max * sizeof(struct uring_listener));
    stack->peers = carve(&mem, limits->peers_max * sizeof(struct uring_peer));
    for (uint32_t slot = limits->streams_max; slot-- > 0;) {
        stream_init(stack, slot, &mem);
        stack->streams[slot].queue_next = stack->free;
        stack->free = &stack->streams[slot];
    }
    stack->counters.slots_free = limits->streams_max;
    return stack;
}

static bool make_ring(struct uring_stack *stack, struct uring_error *error) {
    const struct uring_limits *limits = &stack->limits;
    uint32_t outstanding =
        limits->streams_max * URING_OUTSTANDING_MAX + limits->listeners_max + 2; /* wake, abandon */
    uint32_t wanted =
        bits_power_of_two_at_least(2 * limits->streams_max + limits->listeners_max + 16);
    uint32_t submissions = limits->submissions != 0 ? limits->submissions
                           : wanted < 4096          ? wanted
                                                    : 4096;
    uint32_t completions = bits_power_of_two_at_least(outstanding);
    completions = completions < submissions ? submissions : completions;
    return uring_ring_init(&stack->ring, submissions, completions, error);
}

struct uring_stack *uring_stack_init(void *mem, const struct uring_limits *limits,
                                     struct uring_error *error) {
    CHECK(uring_stack_footprint(limits) != 0);
    if (!uring_probe(error)) {
        return NULL;
    }
    struct uring_stack *stack = lay_out(mem, limits);
    if (!make_ring(stack, error)) {
        return NULL;
    }
    stack->wake_fd = eventfd(0, EFD_CLOEXEC);
    if (stack->wake_fd < 0) {
        uring_error_set(error, "eventfd failed: %s", strerror(errno));
        uring_ring_fini(&stack->ring);
        return NULL;
    }
    return stack;
}

bool uring_stack_start(struct uring_stack *stack, struct uring_error *error) {
    return uring_ring_start(&stack->ring, error);
}

/* Slots and queues. */

void uring_queue_push(struct uring_queue *queue, struct uring_stream *stream) {
    stream->queue_next = NULL;
    stream->queue_previous = queue->last;
    if (queue->last == NULL) {
        queue->first = stream;
    } else {
        queue->last->queue_next = stream;
    }
    queue->last = stream;
}

/* Dials are few, and as a rule the newest gives up last. */
void uring_queue_insert(struct uring_queue *queue, struct uring_stream *stream) {
    struct uring_stream *before = queue->last;
    while (before != NULL && before->give_up.ns > stream->give_up.ns) {
        before = before->queue_previous;
    }
    struct uring_stream *after = before == NULL ? queue->first : before->queue_next;
    stream->queue_previous = before;
    stream->queue_next = after;
    *(before == NULL ? &queue->first : &before->queue_next) = stream;
    *(after == NULL ? &queue->last : &after->queue_previous) = stream;
}

void uring_queue_remove(struct uring_queue *queue, struct uring_stream *stream) {
    if (stream->queue_previous == NULL) {
        queue->first = stream->queue_next;
    } else {
        stream->queue_previous->queue_next = stream->queue_next;
    }
    if (stream->queue_next == NULL) {
        queue->last = stream->queue_previous;
    } else {
        stream->queue_next->queue_previous = stream->queue_previous;
    }
}

void uring_stack_mark(struct uring_stream *stream) {
    struct uring_stack *stack = stream->stack;
    if (stream->dirty) {
        return;
    }
    stream->dirty = true;
    stream->dirty_next = NULL;
    if (stack->dirty_first == NULL) {
        stack->dirty_first = stream;
    } else {
        stack->dirty_last->dirty_next = stream;
    }
    stack->dirty_last = stream;
}

struct uring_stream *uring_stack_take_slot(struct uring_stack *stack, int fd,
                                           enum stream_state state) {
    struct uring_stream *stream = stack->free;
    CHECK(stream != NULL && stream->fd < 0 && stream->in_flight == 0);
    stack->free = stream->queue_next;
    stack->counters.slots_free--;
    stream->stream.epoch = stack->next_epoch++;
    if (stack->next_epoch == 0) {
        stack->next_epoch = 1;
    }
    stream->fd = fd;
    stream->state = state;
    stream->reason = STREAM_CLOSE_NONE;
    stream->send_failed = STREAM_CLOSE_NONE;
    stream->in_use = true;
    stream->finishing = stream->shut_down = stream->receive_ended = false;
    stream->receive_likely = true;
    stream->reset_on_close = false;
    stream->give_up = INSTANT_NEVER;
    return stream;
}

/* Nothing of a connection survives in its buffers: unread bytes may be secret. */
static void clear_buffers(struct uring_stream *stream) {
    stream_send_clear(&stream->send);
    explicit_bzero(stream->received, stream->fill_max);
    stream->head = stream->fill = stream->fill_max = 0;
    stream->sending = 0;
}

void uring_stack_free_if_done(struct uring_stream *stream) {
    if (stream->in_use || stream->in_flight != 0 || stream->fd >= 0) {
        return;
    }
    clear_buffers(stream);
    stream->stack->accepted -= stream->accepted;
    stream->accepted = false;
    stream->queue_next = stream->stack->free;
    stream->stack->free = stream;
    stream->stack->counters.slots_free++;
}

/* The stream_stack. */

static struct uring_stack *stack_of(struct stream_stack *stack) {
    return (struct uring_stack *)stack;
}

struct stream_stack *uring_stack_streams(struct uring_stack *stack) {
    return &stack->stack;
}

static struct stream *stack_accept(struct stream_stack *stack, unsigned listener) {
    return uring_listen_take(stack_of(stack), listener);
}

static struct stream *stack_dial(struct stream_stack *stack, unsigned peer) {
    return uring_dial(stack_of(stack), peer);
}

static void stack_discard(struct stream_stack *stack, struct stream *stream) {
    struct uring_stream *self = (struct uring_stream *)stream;
    CHECK(self->stack == stack_of(stack) && self->in_use && !stream_send_is_reserved(&self->send));
    stream_abort(stream);
    self->in_use = false;
    uring_stack_free_if_done(self);
}

static const struct stream_stack_ops stack_ops = {
    .accept = stack_accept,
    .dial = stack_dial,
    .discard = stack_discard,
};

/* The turn. */

struct io_uring_sqe *uring_prepare(struct uring_stream *stream, enum uring_operation operation) {
    struct io_uring_sqe *entry = uring_ring_prepare(&stream->stack->ring);
    if (entry != NULL) {
        DCHECK(!uring_is_in_flight(stream, operation));
        stream->in_flight |= 1u << operation;
    }
    return entry;
}

static void arm_wake(struct uring_stack *stack) {
    struct io_uring_sqe *entry = stack->wake_armed ? NULL : uring_ring_prepare(&stack->ring);
    if (entry != NULL) {
        io_uring_prep_read(entry, stack->wake_fd, &stack->wake_count, sizeof(stack->wake_count), 0);
        entry->user_data = uring_tag(URING_WAKE, 0, 0);
        stack->wake_armed = true;
    }
}

static bool advance(struct uring_stream *stream) {
    switch (stream->state) {
    case STREAM_CONNECTING:
        return uring_dial_advance(stream);
    case STREAM_CLOSED:
        return uring_close_advance(stream);
    case STREAM_OPEN:
    case STREAM_PEER_FINISHED:
        break;
    }
    return uring_transfer_advance(stream);
}

/* Prepares what is due, oldest first. False: the ring is full, the rest stays for the next turn. */
static bool advance_dirty(struct uring_stack *stack) {
    while (stack->dirty_first != NULL) {
        struct uring_stream *stream = stack->dirty_first;
        if (!advance(stream)) {
            stack->counters.put_off++;
            return false;
        }
        stack->dirty_first = stream->dirty_next;
        stream->dirty = false;
    }
    return true;
}

static int64_t wait_bounded(const struct uring_stack *stack, int64_t wait_ns) {
    struct instant deadline =
        instant_earlier(uring_dial_deadline(stack), uring_listen_deadline(stack));
    if (instant_is_never(deadline)) {
        return wait_ns;
    }
    int64_t left = instant_since(deadline, stack->now).ns;
    return left < wait_ns ? (left > 0 ? left : 0) : wait_ns;
}

static void complete_stream(struct uring_stack *stack, const struct io_uring_cqe *cqe,
                            enum uring_operation operation) {
    uint32_t slot = (uint32_t)(cqe->user_data >> 8) & 0xFFFFFF;
    CHECK(slot < stack->limits.streams_max);
    struct uring_stream *stream = &stack->streams[slot];
    CHECK(stream->stream.epoch == (uint32_t)(cqe->user_data >> 32) &&
          uring_is_in_flight(stream, operation));
    stream->in_flight &= ~(1u << operation);
    if (operation == URING_RECEIVE) {
        uring_transfer_received(stream, cqe->res, cqe->flags);
    } else if (operation == URING_SEND) {
        uring_transfer_sent(stream, cqe->res);
    } else if (operation == URING_CONNECT) {
        uring_dial_connected(stream, cqe->res);
    } else if (operation == URING_SHUTDOWN) {
        uring_transfer_shut_down(stream, cqe->res);
    } else if (operation == URING_CLOSE) {
        uring_close_done(stream, cqe->res);
    }
    uring_stack_free_if_done(stream);
}

static void complete(struct uring_stack *stack, const struct io_uring_cqe *cqe) {
    enum uring_operation operation = (enum uring_operation)(cqe->user_data & 0xFF);
    if (operation < URING_STREAM_OPERATIONS) {
        complete_stream(stack, cqe, operation);
    } else if (operation == URING_ACCEPT) {
        uring_listen_accepted(stack, (uint32_t)(cqe->user_data >> 8) & 0xFFFFFF, cqe->res);
    } else if (operation == URING_WAKE) {
        stack->wake_armed = false;
        /* Before the worker looks at what the waker published: pairs with the exchange there. */
        atomic_exchange(&stack->wake_pending, false);
    }
}

static unsigned reap(struct uring_stack *stack) {
    unsigned head;
    unsigned count = 0;
    struct io_uring_cqe *cqe;
    io_uring_for_each_cqe(&stack->ring.io, head, cqe) {
        complete(stack, cqe);
        count++;
    }
    io_uring_cq_advance(&stack->ring.io, count);
    return count;
}

unsigned uring_stack_turn(struct uring_stack *stack, struct now now, int64_t wait_ns) {
    stack->now = now.mono;
    uring_dial_expire(stack);
    if (!stack->ending) {
        arm_wake(stack);
        uring_listen_advance(stack);
    }
    bool all = advance_dirty(stack) && uring_ring_room(&stack->ring) > 0;
    uring_ring_enter(&stack->ring, all ? wait_bounded(stack, wait_ns) : 0);
    return reap(stack);
}

void uring_stack_wake(struct uring_stack *stack) {
    if (!atomic_exchange(&stack->wake_pending, true)) {
        uint64_t one = 1;
        ssize_t written = write(stack->wake_fd, &one, sizeof(one));
        CHECK(written == sizeof(one));
    }
}

struct uring_counters uring_stack_counters(const struct uring_stack *stack) {
    struct uring_counters counters = stack->counters;
    counters.turns = stack->ring.enters;
    return counters;
}

/* The end. */

static void abandon(struct uring_stack *stack) {
    struct io_uring_sqe *entry = uring_ring_prepare(&stack->ring);
    if (entry != NULL) {
        io_uring_prep_cancel64(entry, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
        entry->user_data = uring_tag(URING_ABANDON, 0, 0);
    }
}

static bool kernel_let_go(const struct uring_stack *stack) {
    for (uint32_t i = 0; i < stack->listener_count; i++) {
        if (stack->listeners[i].armed) {
            return false;
        }
    }
    return !stack->wake_armed && stack->counters.slots_free == stack->limits.streams_max;
}

static void drain(struct uring_stack *stack) {
    stack->ending = true;
    for (uint32_t i = 0; i < stack->limits.streams_max; i++) {
        struct uring_stream *stream = &stack->streams[i];
        if (stream->in_use) {
            stream_abort(&stream->stream);
            stream->in_use = false;
            uring_stack_free_if_done(stream);
        }
    }
    for (int i = 0; !kernel_let_go(stack); i++) {
        CHECK(i < FINI_TURNS_MAX);
        /* Its own completion ends a wait: asked seldom, so that the turns between really wait. */
        if (i % FINI_ABANDON_TURNS == 0) {
            abandon(stack);
        }
        uring_stack_turn(stack, (struct now){.mono = stack->now}, NS_PER_MS);
    }
}

static void close_if_open(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

void uring_stack_fini(struct uring_stack *stack) {
    if (stack->ring.started) {
        drain(stack);
    }
    uring_ring_fini(&stack->ring);
    for (uint32_t i = 0; i < stack->listener_count; i++) {
        close_if_open(stack->listeners[i].fd);
        close_if_open(stack->listeners[i].parked);
    }
    for (uint32_t p = 0; p < stack->peer_count; p++) {
        for (uint32_t i = 0; i < URING_SOCKETS_PER_PEER_MAX; i++) {
            close_if_open(atomic_load(&stack->peers[p].ready[i]));
        }
    }
    close_if_open(stack->wake_fd);
}
