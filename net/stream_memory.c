#include "net/stream_memory.h"

#include <string.h>

#include "net/stream_send.h"

/* What consumed bytes become: a view kept too long shows it. */
#define STALE 0xDB

struct end {
    struct stream stream;
    struct stream_memory *world;
    struct end *peer;
    struct stream_send send;

    /* Unread bytes [head, head + unread) of a ring; starts[i] marks the first byte of a segment. */
    char *received;
    uint8_t *starts;
    char *gathered;
    uint32_t head;
    uint32_t unread;
    uint32_t viewed;         /* bytes of the last peek, until consumed */
    uint32_t gathered_bytes; /* of `gathered` written since it was last wiped */

    enum stream_state state;
    enum stream_close_reason reason;
    bool in_use;
    bool finishing;     /* our FIN follows the last byte */
    bool fin_delivered; /* the peer has it */
    bool peer_finished;
    bool reset_pending; /* the peer aborted; not delivered yet */

    struct port *dialled; /* while connecting */
    struct end *accept_next;

    enum stream_result refusal;
    uint32_t refusal_skip;
    uint32_t refusal_count;
    size_t window;
};

/* The same index of a stack serves as a peer to dial and as a listener. */
struct port {
    struct port *route;
    enum stream_memory_answer answer;
    struct end *accept_first;
    struct end *accept_last;
};

struct stack {
    struct stream_stack stack;
    struct stream_memory *world;
    struct port *ports;
};

struct stream_memory {
    struct stream_memory_limits limits;
    struct stack *stacks;
    struct end *ends; /* neighbours 2i and 2i + 1 are a pair */
    uint32_t next_epoch;
};

static const struct stream_ops end_ops;
static const struct stream_stack_ops stack_ops;

static size_t rounded(size_t bytes) {
    return (bytes + 63) & ~(size_t)63;
}

static size_t end_footprint(const struct stream_limits *limits) {
    return rounded(sizeof(struct end)) + stream_send_footprint(limits) +
           2 * rounded(limits->receive_bytes) + rounded(limits->gather_bytes_max);
}

size_t stream_memory_footprint(const struct stream_memory_limits *limits) {
    if (!stream_limits_possible(&limits->stream) || limits->pairs_max < 1 ||
        limits->pairs_max > STREAM_MEMORY_PAIRS_MAX || limits->stacks > STREAM_MEMORY_STACKS_MAX ||
        limits->ports > STREAM_MEMORY_PORTS_MAX) {
        return 0;
    }
    return rounded(sizeof(struct stream_memory)) + rounded(limits->stacks * sizeof(struct stack)) +
           rounded((size_t)limits->stacks * limits->ports * sizeof(struct port)) +
           rounded(2 * (size_t)limits->pairs_max * sizeof(struct end)) +
           2 * (size_t)limits->pairs_max * end_footprint(&limits->stream);
}

static void *carve(char **mem, size_t bytes) {
    void *taken = *mem;
    *mem += rounded(bytes);
    return taken;
}

static void end_init(struct end *end, struct stream_memory *world, char **mem) {
    const struct stream_limits *limits = &world->limits.stream;
    *end = (struct end){.stream.ops = &end_ops, .world = world};
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

static struct end *end_of(struct stream *stream) {
    return (struct end *)stream;
}

static const struct end *const_end_of(const struct stream *stream) {
    return (const struct end *)stream;
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

static void end_close(struct end *end, enum stream_close_reason reason) {
    if (end->state == STREAM_CLOSED) {
        return;
    }
    end->state = STREAM_CLOSED;
    end->reason = reason;
    end->dialled = NULL;
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
    struct end *peer = end_of(stream)->peer;
    return peer->in_use ? &peer->stream : NULL;
}

/* Writing. */

/* Why no room can be given whatever its size; STREAM_OK when it depends on the size. */
static enum stream_result refusal(struct end *end, size_t bytes) {
    if (end->state == STREAM_CLOSED || end->finishing) {
        return STREAM_GONE;
    }
    if (end->refusal_count > 0) {
        if (end->refusal_skip == 0) {
            end->refusal_count--;
            return end->refusal;
        }
        end->refusal_skip--;
    }
    if (end->state == STREAM_CONNECTING) {
        return STREAM_AGAIN_UNRESOLVED;
    }
    bool beyond = bytes > end->window || stream_send_unsent(&end->send) > end->window - bytes;
    return beyond ? STREAM_AGAIN_WINDOW : STREAM_OK;
}

static enum stream_result end_reserve(struct stream *stream, size_t bytes,
                                      struct stream_room *room) {
    struct end *end = end_of(stream);
    CHECK(end->in_use);
    enum stream_result result = refusal(end, bytes);
    return result != STREAM_OK ? result : stream_send_reserve(&end->send, bytes, room);
}

static enum stream_result end_reserve_many(struct stream *stream, size_t bytes,
                                           struct stream_rooms *rooms) {
    struct end *end = end_of(stream);
    CHECK(end->in_use);
    enum stream_result result = refusal(end, bytes);
    return result != STREAM_OK ? result : stream_send_reserve_many(&end->send, bytes, rooms);
}

static void end_commit(struct stream *stream, size_t len, struct stream_position release_after,
                       unsigned flags) {
    stream_send_commit(&end_of(stream)->send, len, release_after, flags);
    if (end_of(stream)->state == STREAM_CLOSED) {
        stream_send_clear(&end_of(stream)->send);
    }
}

static void end_cancel(struct stream *stream) {
    stream_send_cancel(&end_of(stream)->send);
}

static void end_release(struct stream *stream, struct stream_position durable) {
    stream_send_release(&end_of(stream)->send, durable);
}

static size_t end_unsent(const struct stream *stream) {
    const struct end *end = const_end_of(stream);
    return end->state == STREAM_CLOSED ? 0 : stream_send_unsent(&end->send);
}

/* Reading. */

static uint32_t wrapped(const struct end *end, uint32_t position) {
    uint32_t capacity = end->world->limits.stream.receive_bytes;
    return position < capacity ? position : position - capacity;
}

/* The rest of the oldest segment. */
static uint32_t segment_bytes(const struct end *end) {
    uint32_t to_edge = end->world->limits.stream.receive_bytes - end->head;
    uint32_t limit = end->unread < to_edge ? end->unread : to_edge;
    uint32_t count = 1;
    while (count < limit && !end->starts[end->head + count]) {
        count++;
    }
    return count;
}

static struct bytes gather(struct end *end, uint32_t count) {
    uint32_t to_edge = end->world->limits.stream.receive_bytes - end->head;
    uint32_t first = count < to_edge ? count : to_edge;
    memcpy(end->gathered, end->received + end->head, first);
    memcpy(end->gathered + first, end->received, count - first);
    return bytes_of(end->gathered, count);
}

static struct bytes end_peek(struct stream *stream, size_t at_least) {
    struct end *end = end_of(stream);
    CHECK(end->in_use && at_least <= end->world->limits.stream.gather_bytes_max);
    if (end->unread == 0) {
        end->viewed = 0;
        return bytes_of(NULL, 0);
    }
    uint32_t together = segment_bytes(end);
    if (at_least <= together) {
        end->viewed = together;
        return bytes_of(end->received + end->head, together);
    }
    end->viewed = at_least < end->unread ? (uint32_t)at_least : end->unread;
    if (end->gathered_bytes < end->viewed) {
        end->gathered_bytes = end->viewed;
    }
    return gather(end, end->viewed);
}

static void end_consume(struct stream *stream, size_t count, unsigned flags) {
    struct end *end = end_of(stream);
    CHECK(count <= end->viewed);
    int filler = flags & STREAM_SECRET ? 0 : STALE;
    for (size_t i = 0; i < count; i++) {
        end->received[end->head] = (char)filler;
        end->head = wrapped(end, end->head + 1);
    }
    memset(end->gathered, filler, end->gathered_bytes);
    end->gathered_bytes = 0;
    end->unread -= (uint32_t)count;
    end->viewed = 0;
}

/* Ending. */

static enum stream_state end_state(const struct stream *stream) {
    return const_end_of(stream)->state;
}

static enum stream_close_reason end_close_reason(const struct stream *stream) {
    return const_end_of(stream)->reason;
}

static void end_finish(struct stream *stream) {
    end_of(stream)->finishing = true;
}

/* The far end of a connection that never came about: nobody there has heard of it. */
static void forget_peer_if_connecting(struct end *end) {
    if (end->state == STREAM_CONNECTING) {
        end->peer->in_use = false;
    }
}

/* Bytes may still be committed into an open reservation; end_commit drops them then. */
static void drop_unsent(struct end *end) {
    if (!stream_send_is_reserved(&end->send)) {
        stream_send_clear(&end->send);
    }
}

static void end_abort(struct stream *stream) {
    struct end *end = end_of(stream);
    if (end->state == STREAM_CLOSED) {
        return;
    }
    forget_peer_if_connecting(end);
    end->peer->reset_pending = true;
    end_close(end, STREAM_CLOSE_ABORTED);
    drop_unsent(end);
}

static const struct stream_ops end_ops = {
    .reserve = end_reserve,
    .reserve_many = end_reserve_many,
    .commit = end_commit,
    .cancel = end_cancel,
    .release = end_release,
    .peek = end_peek,
    .consume = end_consume,
    .state = end_state,
    .close_reason = end_close_reason,
    .unsent = end_unsent,
    .finish = end_finish,
    .abort = end_abort,
};

void stream_memory_discard(struct stream *stream) {
    struct end *end = end_of(stream);
    CHECK(end->in_use && !stream_send_is_reserved(&end->send));
    end_abort(stream);
    end->in_use = false;
    stream_send_clear(&end->send);
    memset(end->received, STALE, end->world->limits.stream.receive_bytes);
    memset(end->gathered, STALE, end->world->limits.stream.gather_bytes_max);
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
    CHECK(end_of(stream)->world == stack_of(stack)->world);
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
        forget_peer_if_connecting(end);
        end_close(end, failures[answer]);
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
    uint32_t tail = wrapped(to, to->head + to->unread);
    for (uint32_t i = 0; i < count; i++) {
        to->received[tail] = from.data[i];
        to->starts[tail] = 0;
        tail = wrapped(to, tail + 1);
    }
    to->unread += count;
    return count;
}

/* One segment may be taken from two places of the sender's ring. */
static size_t deliver_bytes(struct end *to, size_t bytes_max) {
    struct stream_send *send = &to->peer->send;
    uint32_t start = wrapped(to, to->head + to->unread);
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
        end_close(to, STREAM_CLOSE_FINISHED);
        end_close(to->peer, STREAM_CLOSE_FINISHED);
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
        end_close(to, STREAM_CLOSE_RESET);
        drop_unsent(to);
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
    CHECK(end_of(to)->in_use);
    size_t bytes;
    deliver(end_of(to), bytes_max, &bytes);
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
    struct end *end = end_of(stream);
    end->refusal = result;
    end->refusal_skip = skip;
    end->refusal_count = count;
}

uint32_t stream_memory_refusals_left(const struct stream *stream) {
    return const_end_of(stream)->refusal_count;
}

void stream_memory_window(struct stream *stream, size_t bytes) {
    end_of(stream)->window = bytes;
}

void stream_memory_fail(struct stream *stream, enum stream_close_reason reason) {
    CHECK(reason != STREAM_CLOSE_NONE);
    forget_peer_if_connecting(end_of(stream));
    end_close(end_of(stream), reason);
    drop_unsent(end_of(stream));
}

void stream_memory_reset(struct stream *stream) {
    struct end *peer = end_of(stream)->peer;
    stream_memory_fail(stream, STREAM_CLOSE_RESET);
    if (peer->in_use) {
        stream_memory_fail(&peer->stream, STREAM_CLOSE_RESET);
    }
}
