#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "core/base/test_seed.h"
#include "net/stream_memory_test_fixture.h"
#include "net/stream_record.h"

/* Every stream of a fixture below, behind a recorder: it keeps the contract it passes on. */

#define PAIRS 8

struct log_memory {
    char *data;
    size_t len;
    size_t room;
};

static bool write_log(void *context, struct bytes piece) {
    struct log_memory *memory = context;
    if (memory->room < memory->len + piece.len) {
        memory->room = 2 * (memory->len + piece.len);
        memory->data = realloc(memory->data, memory->room);
    }
    memcpy(memory->data + memory->len, piece.data, piece.len);
    memory->len += piece.len;
    return true;
}

struct record_fixture {
    struct stream_fixture fixture;
    struct stream_fixture *below;
    struct stream_stack stack; /* makes streams of the fixture below */
    struct stream *newest;
    struct {
        struct stream *stream;
        struct stream *below;
    } pairs[PAIRS];
    struct replay_log log;
    struct log_memory memory;
    struct stream_recorder *recorder;
};

static struct record_fixture *self_of(struct stream_fixture *fixture) {
    return (struct record_fixture *)fixture;
}

static struct record_fixture *self_of_stack(struct stream_stack *stack) {
    char *start = (char *)stack - offsetof(struct record_fixture, stack);
    return (struct record_fixture *)(void *)start;
}

static struct stream *below_accept(struct stream_stack *stack, unsigned listener) {
    struct record_fixture *self = self_of_stack(stack);
    (void)listener;
    return self->newest = self->below->ops->accept(self->below);
}

static struct stream *below_dial(struct stream_stack *stack, unsigned peer) {
    struct record_fixture *self = self_of_stack(stack);
    (void)peer;
    return self->newest = self->below->ops->dial(self->below);
}

static void below_discard(struct stream_stack *stack, struct stream *stream) {
    struct record_fixture *self = self_of_stack(stack);
    self->below->ops->discard(self->below, stream);
}

static const struct stream_stack_ops below_ops = {
    .accept = below_accept, .dial = below_dial, .discard = below_discard};

static struct stream *remember(struct record_fixture *self, struct stream *stream) {
    for (size_t i = 0; stream != NULL && i < PAIRS; i++) {
        if (self->pairs[i].stream == NULL || self->pairs[i].stream == stream) {
            self->pairs[i].stream = stream;
            self->pairs[i].below = self->newest;
            break;
        }
    }
    return stream;
}

static struct stream *fixture_dial(struct stream_fixture *fixture) {
    struct record_fixture *self = self_of(fixture);
    return remember(self, stream_dial(stream_recorder_stack(self->recorder), 0));
}

static struct stream *fixture_accept(struct stream_fixture *fixture) {
    struct record_fixture *self = self_of(fixture);
    return remember(self, stream_accept(stream_recorder_stack(self->recorder), 0));
}

static void fixture_discard(struct stream_fixture *fixture, struct stream *stream) {
    stream_discard(stream_recorder_stack(self_of(fixture)->recorder), stream);
}

static void fixture_pump(struct stream_fixture *fixture) {
    struct stream_fixture *below = self_of(fixture)->below;
    below->ops->pump(below);
}

static void fixture_step(struct stream_fixture *fixture, struct prng *prng) {
    struct stream_fixture *below = self_of(fixture)->below;
    below->ops->step(below, prng);
}

static bool fixture_refuse(struct stream_fixture *fixture, struct stream *stream,
                           enum stream_result result, uint32_t skip, uint32_t count) {
    struct record_fixture *self = self_of(fixture);
    for (size_t i = 0; i < PAIRS; i++) {
        if (self->pairs[i].stream == stream) {
            return self->below->ops->refuse(self->below, self->pairs[i].below, result, skip, count);
        }
    }
    return false;
}

static void fixture_destroy(struct stream_fixture *fixture) {
    struct record_fixture *self = self_of(fixture);
    self->below->ops->destroy(self->below);
    free(self->recorder);
    free(self->memory.data);
    free(self);
}

static const struct stream_fixture_ops fixture_ops = {
    .dial = fixture_dial,
    .accept = fixture_accept,
    .discard = fixture_discard,
    .pump = fixture_pump,
    .step = fixture_step,
    .refuse = fixture_refuse,
    .destroy = fixture_destroy,
};

static struct stream_fixture *recorded(void) {
    struct record_fixture *self = calloc(1, sizeof(*self));
    self->below = &memory_fixture_make(SIZE_MAX)->fixture;
    self->fixture = *self->below;
    self->fixture.ops = &fixture_ops;
    self->stack.ops = &below_ops;
    replay_log_record(&self->log,
                      (struct replay_sink){.write = write_log, .context = &self->memory});
    self->recorder =
        stream_recorder_init(aligned_alloc(64, stream_recorder_footprint(PAIRS)), PAIRS,
                             &self->stack, &self->log, (struct stream_watch){0});
    return &self->fixture;
}

STREAM_CONFORMANCE_TESTS(stream_record, recorded)

/*
 * An engine that answers everything it hears, over streams that come, are crowded, break and are
 * dialled: the same engine over a replayer says the same again.
 */

#define LISTENER 0
#define STREAMS 4

struct engine {
    struct stream_stack *stack;
    struct stream *streams[STREAMS];
    uint64_t turns;
};

static void answer(struct stream *stream, struct bytes heard) {
    struct stream_room room;
    if (stream_reserve(stream, heard.len + 2, &room) == STREAM_OK) {
        memcpy(room.data, "ok", 2);
        memcpy(room.data + 2, heard.data, heard.len);
        stream_commit(stream, heard.len + 2, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
}

static void large_answer(struct stream *stream) {
    struct stream_rooms rooms;
    if (stream_reserve_many(stream, 700, &rooms) == STREAM_OK) {
        for (uint32_t i = 0; i < rooms.count; i++) {
            memset(rooms.room[i].data, (int)('a' + i), rooms.room[i].bytes);
        }
        stream_commit(stream, 700, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
}

/* Words of four bytes, read one by one, the second half of each only when it is there. */
static void engine_serve(struct engine *engine, struct stream **place) {
    struct stream *stream = *place;
    struct bytes word;
    while ((word = stream_peek(stream, 4)).len >= 4 || (word.len >= 2 && engine->turns % 3 == 0)) {
        size_t len = word.len < 4 ? 2 : 4;
        answer(stream, bytes_of(word.data, len));
        if (word.data[0] == 'L') {
            large_answer(stream);
        }
        stream_consume(stream, len, STREAM_PLAIN);
    }
    if (stream_state(stream) == STREAM_CLOSED) {
        (void)stream_close_reason(stream);
        stream_discard(engine->stack, stream);
        *place = NULL;
    } else if (stream_state(stream) == STREAM_PEER_FINISHED && stream_unsent(stream) < 100) {
        stream_finish(stream);
    }
}

static void engine_turn(struct engine *engine) {
    engine->turns++;
    for (size_t i = 0; i < STREAMS; i++) {
        if (engine->streams[i] == NULL) {
            engine->streams[i] = engine->turns % 5 == 0 ? stream_dial(engine->stack, 1)
                                                        : stream_accept(engine->stack, LISTENER);
        } else {
            engine_serve(engine, &engine->streams[i]);
        }
    }
}

struct said {
    struct log_memory memory;
    uint32_t epoch;
};

/* How what was committed comes in pieces does not matter. */
static void heard(void *context, uint32_t epoch, struct bytes bytes) {
    struct said *said = context;
    if (epoch != said->epoch) {
        (void)!write_log(&said->memory, bytes_of((const char *)&epoch, sizeof(epoch)));
    }
    said->epoch = epoch;
    (void)!write_log(&said->memory, bytes);
}

struct outside {
    struct stream_memory *world;
    struct stream *streams[STREAMS];
    struct prng prng;
};

static void outside_say(struct outside *outside, struct stream *stream) {
    struct stream_room room;
    size_t len = 1 + prng_below(&outside->prng, 20);
    if (stream_reserve(stream, len, &room) == STREAM_OK) {
        memset(room.data, prng_below(&outside->prng, 9) == 0 ? 'L' : 'm', len);
        stream_commit(stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
}

static void outside_act(struct outside *outside, struct stream **place) {
    struct stream *stream = *place;
    struct stream *far = stream_memory_peer(stream);
    switch (prng_below(&outside->prng, 40)) {
    case 0:
        stream_finish(stream);
        break;
    case 1:
        stream_discard(stream_memory_stack(outside->world, 1), stream);
        *place = NULL;
        return;
    case 2:
        if (far != NULL) {
            stream_memory_refuse(far, STREAM_AGAIN_POOL, (uint32_t)prng_below(&outside->prng, 3),
                                 2);
        }
        break;
    default:
        outside_say(outside, stream);
        break;
    }
    stream_consume(stream, stream_peek(stream, 0).len, STREAM_PLAIN);
    if (stream_state(stream) == STREAM_CLOSED) {
        stream_discard(stream_memory_stack(outside->world, 1), stream);
        *place = NULL;
    }
}

static void outside_turn(struct outside *outside) {
    struct stream_stack *stack = stream_memory_stack(outside->world, 1);
    for (size_t i = 0; i < STREAMS; i++) {
        if (outside->streams[i] == NULL) {
            outside->streams[i] = prng_below(&outside->prng, 2) == 0 ? stream_accept(stack, 1)
                                                                     : stream_dial(stack, 0);
        } else {
            outside_act(outside, &outside->streams[i]);
        }
    }
    stream_memory_pump(outside->world, 1 + prng_below(&outside->prng, 10));
}

static struct stream_recorder *record(struct stream_memory *world, struct replay_log *log,
                                      struct said *said) {
    void *mem = aligned_alloc(64, stream_recorder_footprint(STREAMS));
    return stream_recorder_init(mem, STREAMS, stream_memory_stack(world, 0), log,
                                (struct stream_watch){.committed = heard, .context = said});
}

Test(stream_record, what_was_said_is_said_again) {
    struct stream_memory_limits limits = {
        .stream = memory_fixture_limits, .pairs_max = 6, .stacks = 2, .ports = 2};
    size_t bytes = stream_memory_footprint(&limits);
    char *mem = aligned_alloc(64, bits_whole_lines(bytes));
    struct outside outside = {.world = stream_memory_init(mem, &limits)};
    prng_seed(&outside.prng, test_seed("stream_record"));
    struct log_memory log_bytes = {0};
    struct said said[2] = {0};
    struct replay_log log;
    replay_log_record(&log, (struct replay_sink){.write = write_log, .context = &log_bytes});
    struct stream_recorder *recorder = record(outside.world, &log, &said[0]);
    struct engine engine = {.stack = stream_recorder_stack(recorder)};
    for (int i = 0; i < 3000; i++) {
        outside_turn(&outside);
        engine_turn(&engine);
    }
    replay_log_replay(&log, bytes_of(log_bytes.data, log_bytes.len));
    void *replayer_mem = aligned_alloc(64, stream_replayer_footprint(STREAMS, &limits.stream));
    struct stream_replayer *replayer =
        stream_replayer_init(replayer_mem, STREAMS, &limits.stream, &log,
                             (struct stream_watch){.committed = heard, .context = &said[1]});
    engine = (struct engine){.stack = stream_replayer_stack(replayer)};
    for (int i = 0; i < 3000; i++) {
        engine_turn(&engine);
    }
    cr_assert_not(log.broken);
    cr_assert_gt(said[0].memory.len, 10000);
    cr_assert_eq(said[0].memory.len, said[1].memory.len);
    cr_assert_eq(memcmp(said[0].memory.data, said[1].memory.data, said[0].memory.len), 0);
    free(said[0].memory.data);
    free(said[1].memory.data);
    free(log_bytes.data);
    free(recorder);
    free(replayer_mem);
    free(mem);
}

/* An engine that asks other questions than the one that was recorded is found out. */
Test(stream_record, another_engine_breaks_the_log) {
    struct log_memory log_bytes = {0};
    struct replay_log log;
    replay_log_record(&log, (struct replay_sink){.write = write_log, .context = &log_bytes});
    uint64_t epoch = 1;
    replay_log_put(&log, STREAM_RECORD_DIAL, &epoch, 1, bytes_of(NULL, 0));
    replay_log_replay(&log, bytes_of(log_bytes.data, log_bytes.len));
    void *mem = aligned_alloc(64, stream_replayer_footprint(1, &memory_fixture_limits));
    struct stream_replayer *replayer =
        stream_replayer_init(mem, 1, &memory_fixture_limits, &log, (struct stream_watch){0});
    cr_assert_null(stream_accept(stream_replayer_stack(replayer), 0));
    cr_assert(log.broken);
    free(mem);
    free(log_bytes.data);
}

Test(stream_record, footprints_refuse_impossible_limits) {
    struct stream_limits limits = memory_fixture_limits;
    cr_assert_eq(stream_recorder_footprint(0), 0);
    cr_assert_eq(stream_recorder_footprint(STREAM_RECORD_STREAMS_MAX + 1), 0);
    cr_assert_eq(stream_recorder_footprint(1) % 64, 0);
    cr_assert_eq(stream_replayer_footprint(0, &limits), 0);
    limits.gather_bytes_max = limits.receive_bytes + 1;
    cr_assert_eq(stream_replayer_footprint(1, &limits), 0);
}
