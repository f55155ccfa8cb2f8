#include "net/stream_record.h"

#include "core/base/bits.h"

struct recorded {
    struct stream stream;
    struct stream_recorder *recorder;
    struct stream *below; /* NULL: the slot is free */
    struct stream_room room;
    struct stream_rooms rooms;
    bool many;   /* the open reservation is in `rooms` */
    size_t seen; /* unread bytes that are in the log */
    enum stream_state state;
    enum stream_close_reason reason;
    size_t unsent;
};

struct stream_recorder {
    struct stream_stack stack;
    struct stream_stack *below;
    struct replay_log *log;
    struct stream_watch watch;
    uint32_t streams_max;
    struct recorded streams[];
};

static struct recorded *self_of(struct stream *stream) {
    return (struct recorded *)stream;
}

/* An answer that changes seldom: written when it did. */
static uint64_t note(struct replay_log *log, enum stream_record_kind kind, uint64_t before,
                     uint64_t after) {
    if (after == before) {
        replay_log_foreseen(log);
    } else {
        replay_log_put(log, (uint8_t)kind, &after, 1, bytes_of(NULL, 0));
    }
    return after;
}

static enum stream_result record_reserve(struct stream *stream, size_t bytes,
                                         struct stream_room *room) {
    struct recorded *self = self_of(stream);
    enum stream_result result = stream_reserve(self->below, bytes, &self->room);
    note(self->recorder->log, STREAM_RECORD_RESERVE, STREAM_OK, result);
    if (result == STREAM_OK) {
        /* Not more than was asked for: how much more there is would be an input, too. */
        self->many = false;
        *room = (struct stream_room){.data = self->room.data, .bytes = bytes};
    }
    return result;
}

static enum stream_result record_reserve_many(struct stream *stream, size_t bytes,
                                              struct stream_rooms *rooms) {
    struct recorded *self = self_of(stream);
    uint64_t values[1 + STREAM_ROOMS_MAX];
    enum stream_result result = stream_reserve_many(self->below, bytes, &self->rooms);
    uint8_t count = 0;
    values[count++] = result;
    for (uint32_t i = 0; result == STREAM_OK && i < self->rooms.count; i++) {
        values[count++] = self->rooms.room[i].bytes;
    }
    replay_log_put(self->recorder->log, STREAM_RECORD_RESERVE_MANY, values, count,
                   bytes_of(NULL, 0));
    if (result == STREAM_OK) {
        self->many = true;
        *rooms = self->rooms;
    }
    return result;
}

static void watch_commit(const struct recorded *self, size_t len) {
    const struct stream_watch *watch = &self->recorder->watch;
    if (watch->committed == NULL) {
        return;
    }
    if (!self->many) {
        watch->committed(watch->context, self->stream.epoch, bytes_of(self->room.data, len));
        return;
    }
    for (uint32_t i = 0; len > 0; i++) {
        const struct stream_room *room = &self->rooms.room[i];
        size_t part = len < room->bytes ? len : room->bytes;
        watch->committed(watch->context, self->stream.epoch, bytes_of(room->data, part));
        len -= part;
    }
}

static void record_commit(struct stream *stream, size_t len, struct stream_position release_after,
                          unsigned flags) {
    watch_commit(self_of(stream), len);
    stream_commit(self_of(stream)->below, len, release_after, flags);
}

static void record_cancel(struct stream *stream) {
    stream_cancel(self_of(stream)->below);
}

static void record_release(struct stream *stream, struct stream_position durable) {
    stream_release(self_of(stream)->below, durable);
}

static struct bytes record_peek(struct stream *stream, size_t at_least) {
    struct recorded *self = self_of(stream);
    struct bytes view = stream_peek(self->below, at_least);
    if (view.len == self->seen) {
        replay_log_foreseen(self->recorder->log);
        return view;
    }
    struct bytes fresh = view.len > self->seen ? bytes_skip(view, self->seen) : bytes_of(NULL, 0);
    uint64_t len = view.len;
    replay_log_put(self->recorder->log, STREAM_RECORD_PEEK, &len, 1, fresh);
    self->seen += fresh.len;
    return view;
}

static void record_consume(struct stream *stream, size_t count, unsigned flags) {
    struct recorded *self = self_of(stream);
    stream_consume(self->below, count, flags);
    self->seen -= count;
}

/* Asking changes what is foreseen, as a caller cannot see. */
static struct recorded *asked(const struct stream *stream) {
    return (struct recorded *)(uintptr_t)stream;
}

static enum stream_state record_state(const struct stream *stream) {
    struct recorded *self = asked(stream);
    self->state = (enum stream_state)note(self->recorder->log, STREAM_RECORD_STATE, self->state,
                                          stream_state(self->below));
    return self->state;
}

static enum stream_close_reason record_close_reason(const struct stream *stream) {
    struct recorded *self = asked(stream);
    self->reason = (enum stream_close_reason)note(self->recorder->log, STREAM_RECORD_CLOSE_REASON,
                                                  self->reason, stream_close_reason(self->below));
    return self->reason;
}

static size_t record_unsent(const struct stream *stream) {
    struct recorded *self = asked(stream);
    self->unsent =
        note(self->recorder->log, STREAM_RECORD_UNSENT, self->unsent, stream_unsent(self->below));
    return self->unsent;
}

static void record_finish(struct stream *stream) {
    stream_finish(self_of(stream)->below);
}

static void record_abort(struct stream *stream) {
    stream_abort(self_of(stream)->below);
}

static const struct stream_ops recorded_ops = {
    .reserve = record_reserve,
    .reserve_many = record_reserve_many,
    .commit = record_commit,
    .cancel = record_cancel,
    .release = record_release,
    .peek = record_peek,
    .consume = record_consume,
    .state = record_state,
    .close_reason = record_close_reason,
    .unsent = record_unsent,
    .finish = record_finish,
    .abort = record_abort,
};

static struct recorded *free_slot(struct stream_recorder *recorder) {
    for (uint32_t i = 0; i < recorder->streams_max; i++) {
        if (recorder->streams[i].below == NULL) {
            return &recorder->streams[i];
        }
    }
    return NULL;
}

static struct stream *wrap(struct stream_recorder *recorder, struct recorded *slot,
                           struct stream *below, enum stream_record_kind kind,
                           enum stream_state state) {
    if (below == NULL) {
        replay_log_foreseen(recorder->log);
        return NULL;
    }
    *slot = (struct recorded){.stream = {.ops = &recorded_ops, .epoch = below->epoch},
                              .recorder = recorder,
                              .below = below,
                              .state = state};
    uint64_t epoch = below->epoch;
    replay_log_put(recorder->log, (uint8_t)kind, &epoch, 1, bytes_of(NULL, 0));
    return &slot->stream;
}

static struct stream_recorder *recorder_of(struct stream_stack *stack) {
    return (struct stream_recorder *)stack;
}

static struct stream *record_accept(struct stream_stack *stack, unsigned listener) {
    struct stream_recorder *recorder = recorder_of(stack);
    struct recorded *slot = free_slot(recorder);
    return slot == NULL ? NULL
                        : wrap(recorder, slot, stream_accept(recorder->below, listener),
                               STREAM_RECORD_ACCEPT, STREAM_OPEN);
}

static struct stream *record_dial(struct stream_stack *stack, unsigned peer) {
    struct stream_recorder *recorder = recorder_of(stack);
    struct recorded *slot = free_slot(recorder);
    return slot == NULL ? NULL
                        : wrap(recorder, slot, stream_dial(recorder->below, peer),
                               STREAM_RECORD_DIAL, STREAM_CONNECTING);
}

static void record_discard(struct stream_stack *stack, struct stream *stream) {
    stream_discard(recorder_of(stack)->below, self_of(stream)->below);
    self_of(stream)->below = NULL;
}

static const struct stream_stack_ops recorder_ops = {
    .accept = record_accept, .dial = record_dial, .discard = record_discard};

size_t stream_recorder_footprint(uint32_t streams_max) {
    if (streams_max < 1 || streams_max > STREAM_RECORD_STREAMS_MAX) {
        return 0;
    }
    size_t bytes = sizeof(struct stream_recorder) + streams_max * sizeof(struct recorded);
    return bits_whole_lines(bytes);
}

struct stream_recorder *stream_recorder_init(void *mem, uint32_t streams_max,
                                             struct stream_stack *below, struct replay_log *log,
                                             struct stream_watch watch) {
    CHECK(stream_recorder_footprint(streams_max) != 0);
    struct stream_recorder *recorder = mem;
    *recorder = (struct stream_recorder){.stack = {.ops = &recorder_ops},
                                         .below = below,
                                         .log = log,
                                         .watch = watch,
                                         .streams_max = streams_max};
    for (uint32_t i = 0; i < streams_max; i++) {
        recorder->streams[i].below = NULL;
    }
    return recorder;
}

struct stream_stack *stream_recorder_stack(struct stream_recorder *recorder) {
    return &recorder->stack;
}
