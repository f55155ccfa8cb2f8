#include <string.h>

#include "core/base/bits.h"
#include "net/stream_record.h"

struct replayed {
    struct stream stream; /* epoch 0: the slot is free */
    struct stream_replayer *replayer;
    char *unread; /* the bytes that were seen, from the first unread one on */
    size_t unread_bytes;
    char *room;
    enum stream_state state;
    enum stream_close_reason reason;
    size_t unsent;
};

struct stream_replayer {
    struct stream_stack stack;
    struct stream_limits limits;
    struct replay_log *log;
    struct stream_watch watch;
    uint32_t streams_max;
    struct replayed streams[];
};

static struct replayed *self_of(struct stream *stream) {
    return (struct replayed *)stream;
}

static uint64_t answer(struct replay_log *log, enum stream_record_kind kind, uint64_t before) {
    const struct replay_entry *entry = replay_log_next(log, (uint8_t)kind);
    return entry == NULL || entry->count != 1 ? before : entry->values[0];
}

static enum stream_result replay_reserve(struct stream *stream, size_t bytes,
                                         struct stream_room *room) {
    struct replayed *self = self_of(stream);
    CHECK(bytes <= self->replayer->limits.record_bytes_max);
    uint64_t result = answer(self->replayer->log, STREAM_RECORD_RESERVE, STREAM_OK);
    *room = (struct stream_room){.data = self->room, .bytes = bytes};
    return (enum stream_result)result;
}

/* The rooms lie one behind the other here. */
static enum stream_result replay_reserve_many(struct stream *stream, size_t bytes,
                                              struct stream_rooms *rooms) {
    struct replayed *self = self_of(stream);
    const struct replay_entry *entry =
        replay_log_next(self->replayer->log, STREAM_RECORD_RESERVE_MANY);
    size_t used = 0;
    (void)bytes;
    if (entry == NULL || entry->count == 0) {
        return STREAM_GONE;
    }
    rooms->count = entry->count - 1U;
    for (uint32_t i = 0; i < rooms->count; i++) {
        rooms->room[i] =
            (struct stream_room){.data = self->room + used, .bytes = (size_t)entry->values[1 + i]};
        used += rooms->room[i].bytes;
    }
    CHECK(used <= self->replayer->limits.send_bytes);
    return (enum stream_result)entry->values[0];
}

static void replay_commit(struct stream *stream, size_t len, struct stream_position release_after,
                          unsigned flags) {
    struct replayed *self = self_of(stream);
    const struct stream_watch *watch = &self->replayer->watch;
    (void)release_after;
    (void)flags;
    if (watch->committed != NULL) {
        watch->committed(watch->context, stream->epoch, bytes_of(self->room, len));
    }
}

static void replay_cancel(struct stream *stream) {
    (void)stream;
}

static void replay_release(struct stream *stream, struct stream_position durable) {
    (void)stream;
    (void)durable;
}

static struct bytes replay_peek(struct stream *stream, size_t at_least) {
    struct replayed *self = self_of(stream);
    (void)at_least;
    const struct replay_entry *entry = replay_log_next(self->replayer->log, STREAM_RECORD_PEEK);
    size_t len = self->unread_bytes;
    if (entry != NULL && entry->count == 1) {
        CHECK(entry->bytes.len <= self->replayer->limits.receive_bytes - self->unread_bytes);
        if (entry->bytes.len != 0) {
            memcpy(self->unread + self->unread_bytes, entry->bytes.data, entry->bytes.len);
        }
        self->unread_bytes += entry->bytes.len;
        len = (size_t)entry->values[0];
    }
    CHECK(len <= self->unread_bytes);
    return bytes_of(self->unread, len);
}

static void replay_consume(struct stream *stream, size_t count, unsigned flags) {
    struct replayed *self = self_of(stream);
    (void)flags;
    CHECK(count <= self->unread_bytes);
    self->unread_bytes -= count;
    memmove(self->unread, self->unread + count, self->unread_bytes);
}

static struct replayed *asked(const struct stream *stream) {
    return (struct replayed *)(uintptr_t)stream;
}

static enum stream_state replay_state(const struct stream *stream) {
    struct replayed *self = asked(stream);
    self->state = (enum stream_state)answer(self->replayer->log, STREAM_RECORD_STATE, self->state);
    return self->state;
}

static enum stream_close_reason replay_close_reason(const struct stream *stream) {
    struct replayed *self = asked(stream);
    self->reason = (enum stream_close_reason)answer(self->replayer->log, STREAM_RECORD_CLOSE_REASON,
                                                    self->reason);
    return self->reason;
}

static size_t replay_unsent(const struct stream *stream) {
    struct replayed *self = asked(stream);
    self->unsent = (size_t)answer(self->replayer->log, STREAM_RECORD_UNSENT, self->unsent);
    return self->unsent;
}

static void replay_end(struct stream *stream) {
    (void)stream;
}

static const struct stream_ops replayed_ops = {
    .reserve = replay_reserve,
    .reserve_many = replay_reserve_many,
    .commit = replay_commit,
    .cancel = replay_cancel,
    .release = replay_release,
    .peek = replay_peek,
    .consume = replay_consume,
    .state = replay_state,
    .close_reason = replay_close_reason,
    .unsent = replay_unsent,
    .finish = replay_end,
    .abort = replay_end,
};

static struct stream_replayer *replayer_of(struct stream_stack *stack) {
    return (struct stream_replayer *)stack;
}

static struct stream *next_stream(struct stream_replayer *replayer, enum stream_record_kind kind,
                                  enum stream_state state) {
    for (uint32_t i = 0; i < replayer->streams_max; i++) {
        struct replayed *slot = &replayer->streams[i];
        if (slot->stream.epoch != 0) {
            continue;
        }
        slot->stream.epoch = (uint32_t)answer(replayer->log, kind, 0);
        slot->unread_bytes = 0;
        slot->state = state;
        slot->reason = STREAM_CLOSE_NONE;
        slot->unsent = 0;
        return slot->stream.epoch == 0 ? NULL : &slot->stream;
    }
    return NULL;
}

static struct stream *replay_accept(struct stream_stack *stack, unsigned listener) {
    (void)listener;
    return next_stream(replayer_of(stack), STREAM_RECORD_ACCEPT, STREAM_OPEN);
}

static struct stream *replay_dial(struct stream_stack *stack, unsigned peer) {
    (void)peer;
    return next_stream(replayer_of(stack), STREAM_RECORD_DIAL, STREAM_CONNECTING);
}

static void replay_discard(struct stream_stack *stack, struct stream *stream) {
    (void)stack;
    stream->epoch = 0;
}

static const struct stream_stack_ops replayer_ops = {
    .accept = replay_accept, .dial = replay_dial, .discard = replay_discard};

/* Room for a reservation of either kind. */
static size_t buffers_bytes(const struct stream_limits *limits) {
    return bits_whole_lines(limits->receive_bytes) + bits_whole_lines(limits->send_bytes);
}

size_t stream_replayer_footprint(uint32_t streams_max, const struct stream_limits *limits) {
    if (streams_max < 1 || streams_max > STREAM_RECORD_STREAMS_MAX ||
        !stream_limits_possible(limits)) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct stream_replayer) +
                            streams_max * sizeof(struct replayed)) +
           streams_max * buffers_bytes(limits);
}

struct stream_replayer *stream_replayer_init(void *mem, uint32_t streams_max,
                                             const struct stream_limits *limits,
                                             struct replay_log *log, struct stream_watch watch) {
    CHECK(stream_replayer_footprint(streams_max, limits) != 0);
    struct stream_replayer *replayer = mem;
    *replayer = (struct stream_replayer){.stack = {.ops = &replayer_ops},
                                         .limits = *limits,
                                         .log = log,
                                         .watch = watch,
                                         .streams_max = streams_max};
    char *buffers =
        (char *)mem + bits_whole_lines(sizeof(*replayer) + streams_max * sizeof(struct replayed));
    for (uint32_t i = 0; i < streams_max; i++) {
        replayer->streams[i] =
            (struct replayed){.stream = {.ops = &replayed_ops},
                              .replayer = replayer,
                              .unread = buffers,
                              .room = buffers + bits_whole_lines(limits->receive_bytes)};
        buffers += buffers_bytes(limits);
    }
    return replayer;
}

struct stream_stack *stream_replayer_stack(struct stream_replayer *replayer) {
    return &replayer->stack;
}
