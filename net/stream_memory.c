#include "core/base/bits.h"
#include "net/stream_memory_internal.h"

static const struct stream_stack_ops stack_ops;

static size_t end_footprint(const struct stream_limits *limits) {
    return bits_whole_lines(sizeof(struct end)) + stream_send_footprint(limits) +
           2 * bits_whole_lines(limits->receive_bytes) + bits_whole_lines(limits->gather_bytes_max);
}

size_t stream_memory_footprint(const struct stream_memory_limits *limits) {
    if (!stream_limits_possible(&limits->stream) || limits->pairs_max < 1 ||
        limits->pairs_max > STREAM_MEMORY_PAIRS_MAX || limits->stacks > STREAM_MEMORY_STACKS_MAX ||
        limits->ports > STREAM_MEMORY_PORTS_MAX) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct stream_memory)) +
           bits_whole_lines(limits->stacks * sizeof(struct stack)) +
           bits_whole_lines((size_t)limits->stacks * limits->ports * sizeof(struct port)) +
           bits_whole_lines(2 * (size_t)limits->pairs_max * sizeof(struct end)) +
           2 * (size_t)limits->pairs_max * end_footprint(&limits->stream);
}

static void *carve(char **mem, size_t bytes) {
    void *taken = *mem;
    *mem += bits_whole_lines(bytes);
    return taken;
}

static void end_init(struct end *end, struct stream_memory *world, char **mem) {
    const struct stream_limits *limits = &world->limits.stream;
    *end = (struct end){.stream.ops = &stream_memory_end_ops, .world = world};
    stream_send_init(&end->send, carve(mem, stream_send_footprint(limits)), limits);
    end->received = carve(mem, limits->receive_bytes);
    end->starts = carve(mem, limits->receive_bytes);
    end->gathered = carve(mem, limits->gather_bytes_max);
}

static void stacks_init(struct stream_memory *world, struct port *ports) {
    uint32_t count = world->limits.stacks;
    uint32_t each = world->limits.ports;
    for (uint32_t s = 0; s < count; s++) {
        world->stacks[s] = (struct stack){
            .stack.ops = &stack_ops, .world = world, .ports = ports + (size_t)s * each};
        uint32_t next = s + 1 < count ? s + 1 : 0;
        for (uint32_t p = 0; p < each; p++) {
            world->stacks[s].ports[p] = (struct port){.route = ports + (size_t)next * each + p};
        }
    }
}

struct stream_memory *stream_memory_init(void *mem, const struct stream_memory_limits *limits) {
    CHECK(stream_memory_footprint(limits) != 0);
    char *next = mem;
    struct stream_memory *world = carve(&next, sizeof(*world));
    *world = (struct stream_memory){.limits = *limits, .next_epoch = 1};
    world->stacks = carve(&next, limits->stacks * sizeof(struct stack));
    stacks_init(world, carve(&next, (size_t)limits->stacks * limits->ports * sizeof(struct port)));
    world->ends = carve(&next, 2 * (size_t)limits->pairs_max * sizeof(struct end));
    for (uint32_t i = 0; i < 2 * limits->pairs_max; i++) {
        end_init(&world->ends[i], world, &next);
        world->ends[i].peer = &world->ends[i ^ 1];
    }
    return world;
}

/* A slot starts from nothing: buffers of the connection before are forgotten. */
static void end_open(struct end *end, enum stream_state state) {
    end->stream.epoch = end->world->next_epoch++;
    if (end->world->next_epoch == 0) {
        end->world->next_epoch = 1;
    }
    stream_send_clear(&end->send);
    end->head = end->unread = end->viewed = end->gathered_bytes = 0;
    end->state = state;
    end->reason = STREAM_CLOSE_NONE;
    end->in_use = true;
    end->finishing = end->fin_delivered = end->peer_finished = end->reset_pending = false;
    end->dialled = NULL;
    end->accept_next = NULL;
    end->refusal_count = 0;
    end->window = SIZE_MAX;
}

/* A pair is free when both its ends are. */
static struct end *pair_open(struct stream_memory *world, enum stream_state state) {
    for (uint32_t i = 0; i < 2 * world->limits.pairs_max; i += 2) {
        struct end *end = &world->ends[i];
        if (!end->in_use && !end->peer->in_use) {
            end_open(end, state);
            end_open(end->peer, state);
            return end;
        }
    }
    return NULL;
}

bool stream_memory_pair(struct stream_memory *world, struct stream **a, struct stream **b) {
    struct end *end = pair_open(world, STREAM_OPEN);
    if (end == NULL) {
        return false;
    }
    *a = &end->stream;
    *b = &end->peer->stream;
    return true;
}

struct stream *stream_memory_peer(struct stream *stream) {
    struct end *peer = stream_memory_end_of(stream)->peer;
    return peer->in_use ? &peer->stream : NULL;
}

/* Stacks. */

static struct stack *stack_of(struct stream_stack *stack) {
    return (struct stack *)stack;
}

struct stream_stack *stream_memory_stack(struct stream_memory *world, uint32_t stack) {
    CHECK(stack < world->limits.stacks);
    return &world->stacks[stack].stack;
}

static struct port *port_at(struct stream_memory *world, uint32_t stack, uint32_t port) {
    CHECK(stack < world->limits.stacks && port < world->limits.ports);
    return &world->stacks[stack].ports[port];
}

void stream_memory_route(struct stream_memory *world, uint32_t stack, uint32_t peer,
                         uint32_t to_stack, uint32_t to_listener) {
    port_at(world, stack, peer)->route = port_at(world, to_stack, to_listener);
}

void stream_memory_answer(struct stream_memory *world, uint32_t stack, uint32_t peer,
                          enum stream_memory_answer answer) {
    port_at(world, stack, peer)->answer = answer;
}

static struct stream *stack_dial(struct stream_stack *stack, unsigned peer) {
    struct stack *self = stack_of(stack);
    CHECK(peer < self->world->limits.ports);
    struct end *end = pair_open(self->world, STREAM_CONNECTING);
    if (end == NULL) {
        return NULL;
    }
    end->dialled = &self->ports[peer];
    return &end->stream;
}

static struct stream *stack_accept(struct stream_stack *stack, unsigned listener) {
    struct stack *self = stack_of(stack);
    CHECK(listener < self->world->limits.ports);
    struct port *port = &self->ports[listener];
    struct end *end = port->accept_first;
    if (end == NULL) {
        return NULL;
    }
    port->accept_first = end->accept_next;
    return &end->stream;
}

static void stack_discard(struct stream_stack *stack, struct stream *stream) {
    CHECK(stream_memory_end_of(stream)->world == stack_of(stack)->world);
    stream_memory_discard(stream);
}

static const struct stream_stack_ops stack_ops = {
    .accept = stack_accept,
    .dial = stack_dial,
    .discard = stack_discard,
};

/* Delivery. */

static void port_queue(struct port *port, struct end *end) {
    end->accept_next = NULL;
    if (port->accept_first == NULL) {
        port->accept_first = end;
    } else {
        port->accept_last->accept_next = end;
    }
    port->accept_last = end;
}

static bool connect_answer(struct end *end) {
    static const enum stream_close_reason failures[] = {
        [STREAM_MEMORY_REFUSE] = STREAM_CLOSE_REFUSED,
        [STREAM_MEMORY_UNREACHABLE] = STREAM_CLOSE_UNREACHABLE,
        [STREAM_MEMORY_TIME_OUT] = STREAM_CLOSE_TIMED_OUT,
    };
    enum stream_memory_answer answer = end->dialled->answer;
    if (answer == STREAM_MEMORY_SILENCE) {
        return false;
    }
    if (answer != STREAM_MEMORY_ACCEPT) {
        stream_memory_end_forget_peer(end);
        stream_memory_end_close(end, failures[answer]);
        return true;
    }
    port_queue(end->dialled->route, end->peer);
    end->dialled = NULL;
    end->state = STREAM_OPEN;
    end->peer->state = STREAM_OPEN;
    return true;
}

static uint32_t receive_segment(struct end *to, struct bytes from) {
    uint32_t capacity = to->world->limits.stream.receive_bytes;
    uint32_t room = capacity - to->unread;
    uint32_t count = from.len < room ? (uint32_t)from.len : room;
    uint32_t tail = stream_memory_end_wrapped(to, to->head + to->unread);
    for (uint32_t i = 0; i < count; i++) {
        to->received[tail] = from.data[i];
        to->starts[tail] = 0;
        tail = stream_memory_end_wrapped(to, tail + 1);
    }
    to->unread += count;
    return count;
}

/* One segment may be taken from two places of the sender's ring. */
static size_t deliver_bytes(struct end *to, size_t bytes_max) {
    struct stream_send *send = &to->peer->send;
    uint32_t start = stream_memory_end_wrapped(to, to->head + to->unread);
    size_t delivered = 0;
    while (delivered < bytes_max) {
        struct bytes front = stream_send_front(send);
        if (front.len > bytes_max - delivered) {
            front.len = bytes_max - delivered;
        }
        uint32_t count = receive_segment(to, front);
        if (count == 0) {
            break;
        }
        stream_send_take(send, count);
        delivered += count;
    }
    if (delivered > 0) {
        to->starts[start] = 1;
    }
    return delivered;
}

static bool fin_is_due(const struct end *from) {
    return from->finishing && !from->fin_delivered && from->state != STREAM_CLOSED &&
           !stream_send_is_reserved(&from->send) && stream_send_unsent(&from->send) == 0;
}

static void deliver_fin(struct end *to) {
    to->peer->fin_delivered = true;
    to->peer_finished = true;
    if (to->fin_delivered) {
        stream_memory_end_close(to, STREAM_CLOSE_FINISHED);
        stream_memory_end_close(to->peer, STREAM_CLOSE_FINISHED);
    } else {
        to->state = STREAM_PEER_FINISHED;
    }
}

/* Whether anything changed; *bytes says how much data moved. */
static bool deliver(struct end *to, size_t bytes_max, size_t *bytes) {
    *bytes = 0;
    if (to->state == STREAM_CLOSED) {
        return false;
    }
    if (to->state == STREAM_CONNECTING) {
        return to->dialled != NULL && connect_answer(to);
    }
    if (to->reset_pending) {
        stream_memory_end_close(to, STREAM_CLOSE_RESET);
        stream_memory_end_drop_unsent(to);
        return true;
    }
    if (to->peer->state == STREAM_CLOSED) {
        return false;
    }
    *bytes = deliver_bytes(to, bytes_max);
    if (!fin_is_due(to->peer)) {
        return *bytes > 0;
    }
    deliver_fin(to);
    return true;
}

size_t stream_memory_deliver(struct stream *to, size_t bytes_max) {
    CHECK(stream_memory_end_of(to)->in_use);
    size_t bytes;
    deliver(stream_memory_end_of(to), bytes_max, &bytes);
    return bytes;
}

void stream_memory_pump(struct stream_memory *world, size_t segment_bytes) {
    CHECK(segment_bytes >= 1);
    bool moved = true;
    while (moved) {
        moved = false;
        for (uint32_t i = 0; i < 2 * world->limits.pairs_max; i++) {
            size_t bytes;
            if (world->ends[i].in_use && deliver(&world->ends[i], segment_bytes, &bytes)) {
                moved = true;
            }
        }
    }
}

/* The script. */

void stream_memory_refuse(struct stream *stream, enum stream_result result, uint32_t skip,
                          uint32_t count) {
    CHECK(result >= STREAM_AGAIN_WINDOW && result <= STREAM_AGAIN_HOLD);
    struct end *end = stream_memory_end_of(stream);
    end->refusal = result;
    end->refusal_skip = skip;
    end->refusal_count = count;
}

uint32_t stream_memory_refusals_left(const struct stream *stream) {
    return ((const struct end *)stream)->refusal_count;
}

void stream_memory_window(struct stream *stream, size_t bytes) {
    stream_memory_end_of(stream)->window = bytes;
}

void stream_memory_fail(struct stream *stream, enum stream_close_reason reason) {
    CHECK(reason != STREAM_CLOSE_NONE);
    stream_memory_end_forget_peer(stream_memory_end_of(stream));
    stream_memory_end_close(stream_memory_end_of(stream), reason);
    stream_memory_end_drop_unsent(stream_memory_end_of(stream));
}

void stream_memory_reset(struct stream *stream) {
    struct end *peer = stream_memory_end_of(stream)->peer;
    stream_memory_fail(stream, STREAM_CLOSE_RESET);
    if (peer->in_use) {
        stream_memory_fail(&peer->stream, STREAM_CLOSE_RESET);
    }
}
