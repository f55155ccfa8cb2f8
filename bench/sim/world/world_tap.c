/*
 * The streams an application has: those of the stack below, seen and hashed as they are written.
 * For shards it is also where room is refused now and then, and where planted bugs are made.
 */
#include "bench/sim/world/world_internal.h"
#include "bench/sim/world/world_text.h"

#define SQUEEZED_ONE_IN 40
#define ROOM_AGAIN_NS (200 * NS_PER_US)

static struct world_stream *self_of(struct stream *stream) {
    return (struct world_stream *)stream;
}

static const struct world_stream *asked(const struct stream *stream) {
    return (const struct world_stream *)stream;
}

static void touched(struct world_stream *self) {
    struct world *world = self->host->world;
    world->net.ops->touched(world, self);
}

static bool is_squeezed(struct world_stream *self) {
    struct world_host *host = self->host;
    if (host->role != WORLD_SHARD || !world_strikes(host->world, WORLD_SQUEEZE) ||
        !world_one_in(&host->world->chance, SQUEEZED_ONE_IN)) {
        return false;
    }
    world_struck(host->world, WORLD_SQUEEZE, host->index);
    int64_t again = host->world->now_ns + ROOM_AGAIN_NS;
    host->wanted_ns = again < host->wanted_ns ? again : host->wanted_ns;
    return true;
}

static enum stream_result tap_reserve(struct stream *stream, size_t bytes,
                                      struct stream_room *room) {
    struct world_stream *self = self_of(stream);
    if (is_squeezed(self)) {
        return STREAM_AGAIN_RING;
    }
    enum stream_result result = stream_reserve(self->inner, bytes, room);
    if (result == STREAM_OK) {
        self->room = *room;
        self->asked = bytes;
        self->many = false;
    }
    return result;
}

static enum stream_result tap_reserve_many(struct stream *stream, size_t bytes,
                                           struct stream_rooms *rooms) {
    struct world_stream *self = self_of(stream);
    if (is_squeezed(self)) {
        return STREAM_AGAIN_RING;
    }
    enum stream_result result = stream_reserve_many(self->inner, bytes, rooms);
    if (result == STREAM_OK) {
        self->rooms = *rooms;
        self->many = true;
    }
    return result;
}

static void hash_bytes_written(struct world *world, uint64_t who, struct bytes bytes) {
    uint64_t hash = world->verdict.hash ^ (uint64_t)world->now_ns ^ who << 56;
    for (size_t i = 0; i < bytes.len; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        size_t left = bytes.len - i;
        for (size_t k = 0; k < left && k < sizeof(word); k++) {
            word |= (uint64_t)(unsigned char)bytes.data[i + k] << (8 * k);
        }
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    world->verdict.hash = hash;
}

static void trace_written(struct world *world, const struct world_stream *self,
                          struct bytes bytes) {
    char text[WORLD_MESSAGE_MAX];
    size_t len = bytes.len < sizeof(text) ? bytes.len : sizeof(text);
    for (size_t i = 0; i < len; i++) {
        char byte = bytes.data[i];
        text[i] = byte == '\x01' ? '|' : byte >= ' ' && byte < 127 ? byte : '?';
    }
    static const char *const names[] = {"shard", "client", "exchange", "rogue", "market"};
    world_trace(world, "%s %u on link %u: %.*s", names[self->host->role], self->host->index,
                self->link, (int)len, text);
}

/* A record is a message; what an exchange makes wrong may be anything. */
static void written(struct world_stream *self, struct bytes record) {
    struct world *world = self->host->world;
    hash_bytes_written(world, self->host->number, record);
    if (world->options.trace != NULL) {
        trace_written(world, self, record);
    }
    world->verdict.messages++;
    if (world_text_type(record) == 'A') {
        world->links[self->link].logon_seen[self->dialled ? 0 : 1] = true;
    }
    if (self->host->role == WORLD_SHARD) {
        world_wire_written(world, self, record);
    }
}

static void written_many(struct world_stream *self, size_t len) {
    char record[WORLD_MESSAGE_MAX];
    size_t at = 0;
    for (uint32_t i = 0; i < self->rooms.count && at < len && at < sizeof(record); i++) {
        size_t part = self->rooms.room[i].bytes;
        part = part < len - at ? part : len - at;
        part = part < sizeof(record) - at ? part : sizeof(record) - at;
        memcpy(record + at, self->rooms.room[i].data, part);
        at += part;
    }
    written(self, bytes_of(record, at));
}

static void tap_commit(struct stream *stream, size_t len, struct stream_position release_after,
                       unsigned flags) {
    struct world_stream *self = self_of(stream);
    struct world *world = self->host->world;
    if (self->many) {
        written_many(self, len);
    } else {
        if (self->host->role == WORLD_SHARD && world->options.plant != WORLD_PLANT_NONE) {
            len = world_plant_written(world, self, self->room.data, len, self->asked);
        }
        written(self, bytes_of(self->room.data, len));
    }
    stream_commit(self->inner, len, release_after, flags);
    touched(self);
}

static void tap_cancel(struct stream *stream) {
    stream_cancel(self_of(stream)->inner);
}

static void tap_release(struct stream *stream, struct stream_position durable) {
    stream_release(self_of(stream)->inner, durable);
    touched(self_of(stream));
}

static struct bytes tap_peek(struct stream *stream, size_t at_least) {
    return stream_peek(self_of(stream)->inner, at_least);
}

static void tap_consume(struct stream *stream, size_t count, unsigned flags) {
    stream_consume(self_of(stream)->inner, count, flags);
    touched(self_of(stream));
}

static enum stream_state tap_state(const struct stream *stream) {
    return stream_state(asked(stream)->inner);
}

static enum stream_close_reason tap_close_reason(const struct stream *stream) {
    return stream_close_reason(asked(stream)->inner);
}

static size_t tap_unsent(const struct stream *stream) {
    return stream_unsent(asked(stream)->inner);
}

static void tap_finish(struct stream *stream) {
    stream_finish(self_of(stream)->inner);
    touched(self_of(stream));
}

static void tap_abort(struct stream *stream) {
    stream_abort(self_of(stream)->inner);
    touched(self_of(stream));
}

static const struct stream_ops stream_ops = {.reserve = tap_reserve,
                                             .reserve_many = tap_reserve_many,
                                             .commit = tap_commit,
                                             .cancel = tap_cancel,
                                             .release = tap_release,
                                             .peek = tap_peek,
                                             .consume = tap_consume,
                                             .state = tap_state,
                                             .close_reason = tap_close_reason,
                                             .unsent = tap_unsent,
                                             .finish = tap_finish,
                                             .abort = tap_abort};

/* The stack. */

static struct stream *wrap(struct world_host *host, struct stream *inner, bool dialled,
                           uint32_t index) {
    if (inner == NULL) {
        return NULL;
    }
    uint32_t slot = 0;
    while (slot < WORLD_STREAMS_MAX && host->streams[slot].inner != NULL) {
        slot++;
    }
    if (slot == WORLD_STREAMS_MAX) {
        world_break(host->world, "streams are given back", "host %u has %u", host->number,
                    WORLD_STREAMS_MAX);
        return NULL;
    }
    struct world_stream *self = &host->streams[slot];
    *self = (struct world_stream){.stream = {.ops = &stream_ops, .epoch = inner->epoch},
                                  .inner = inner,
                                  .host = host,
                                  .link = world_link_of(host, dialled, index),
                                  .dialled = dialled};
    struct world_link *link = &host->world->links[self->link];
    if (dialled) {
        link->connected = true;
        link->logon_seen[0] = link->logon_seen[1] = false;
    }
    host->world->net.ops->opened(host->world, self);
    return &self->stream;
}

static struct world_host *host_of(struct stream_stack *stack) {
    return (struct world_host *)stack;
}

static struct stream *tap_accept(struct stream_stack *stack, unsigned listener) {
    struct world_host *host = host_of(stack);
    return wrap(host, stream_accept(host->inner, listener), false, listener);
}

static struct stream *tap_dial(struct stream_stack *stack, unsigned peer) {
    struct world_host *host = host_of(stack);
    return wrap(host, stream_dial(host->inner, peer), true, peer);
}

static void tap_discard(struct stream_stack *stack, struct stream *stream) {
    struct world_host *host = host_of(stack);
    struct world_stream *self = self_of(stream);
    if (host->world->options.plant == WORLD_PLANT_KEEP_STREAM && host->role == WORLD_SHARD &&
        host->world->planted++ == 1) {
        stream_abort(self->inner);
        touched(self);
        return;
    }
    if (self->dialled) {
        host->world->links[self->link].connected = false;
    }
    host->world->net.ops->discarding(host->world, self);
    stream_discard(host->inner, self->inner);
    self->inner = NULL;
}

static const struct stream_stack_ops stack_ops = {
    .accept = tap_accept, .dial = tap_dial, .discard = tap_discard};

void world_tap_init(struct world *world, uint32_t number, enum world_role role, uint32_t index) {
    struct world_host *host = &world->hosts[number];
    host->stack.ops = &stack_ops;
    host->world = world;
    host->role = role;
    host->index = index;
    host->number = number;
    host->wanted_ns = WORLD_NEVER;
}

uint32_t world_tap_streams(const struct world_host *host) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORLD_STREAMS_MAX; i++) {
        count += host->streams[i].inner != NULL;
    }
    return count;
}
