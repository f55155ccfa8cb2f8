/*
 * A script of bytes drives two record layers over memory: honest records, raw bytes slipped in
 * below, deliveries in any cut, reads of any size. Until the first raw byte the reader sees exactly
 * what was written; after it, anything may be shown but nothing may break.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/stream_frame_null.h"
#include "net/stream_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct stream_memory_limits memory_limits = {
    .stream = {.send_bytes = 2048,
               .receive_bytes = 1024,
               .record_bytes_max = 300,
               .gather_bytes_max = 900,
               .hold_bytes = 2048,
               .hold_records_max = 8},
    .pairs_max = 1,
};

static const struct stream_frame_null_limits frame_limits = {
    .record_bytes_max = 300 - STREAM_FRAME_NULL_OVERHEAD_BYTES,
    .large_bytes_max = 900 - STREAM_FRAME_NULL_OVERHEAD_BYTES,
    .gather_bytes_max = 1000,
};

struct script {
    const uint8_t *data;
    size_t left;
    struct stream *writer;
    struct stream *writer_below;
    struct stream *reader;
    struct stream *reader_below;
    uint64_t written;
    uint64_t read;
    bool tainted;
};

static uint8_t next(struct script *script) {
    if (script->left == 0) {
        return 0;
    }
    script->left--;
    return *script->data++;
}

static char honest_byte(uint64_t offset) {
    return (char)(offset * 31 + (offset >> 7));
}

static void write_honest(struct script *script) {
    size_t len = 1 + next(script) * (size_t)3;
    struct stream_rooms rooms;
    if (stream_reserve_many(script->writer, len, &rooms) != STREAM_OK) {
        return;
    }
    uint64_t at = script->written;
    for (uint32_t i = 0; i < rooms.count; i++) {
        for (size_t j = 0; j < rooms.room[i].bytes && at < script->written + len; j++) {
            rooms.room[i].data[j] = honest_byte(at++);
        }
    }
    if (next(script) % 4 == 0) {
        stream_cancel(script->writer);
        return;
    }
    stream_commit(script->writer, len, STREAM_RELEASE_NOW, next(script) % 2);
    script->written += len;
}

static void write_raw(struct script *script) {
    struct stream_room room;
    size_t len = 1 + next(script) % 40;
    if (stream_reserve(script->writer_below, len, &room) != STREAM_OK) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        room.data[i] = (char)next(script);
    }
    stream_commit(script->writer_below, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    script->tainted = true;
}

static void read_some(struct script *script) {
    struct bytes view = stream_peek(script->reader, next(script) * (size_t)3);
    size_t count = view.len == 0 ? 0 : 1 + next(script) * (size_t)5 % view.len;
    for (size_t i = 0; i < count; i++) {
        CHECK(script->tainted || view.data[i] == honest_byte(script->read + i));
    }
    stream_consume(script->reader, count, next(script) % 2);
    script->read += count;
    CHECK(script->tainted || script->read <= script->written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static _Alignas(64) char memory[32768];
    static _Alignas(64) char layers[2][4096];
    CHECK(stream_memory_footprint(&memory_limits) <= sizeof(memory));
    CHECK(stream_frame_null_footprint(&frame_limits) <= sizeof(layers[0]));
    struct script script = {.data = data, .left = size};
    struct stream_memory *world = stream_memory_init(memory, &memory_limits);
    CHECK(stream_memory_pair(world, &script.writer_below, &script.reader_below));
    script.writer = stream_frame_null_init(layers[0], &frame_limits, script.writer_below);
    script.reader = stream_frame_null_init(layers[1], &frame_limits, script.reader_below);
    while (script.left > 0) {
        switch (next(&script) % 5) {
        case 0:
            write_honest(&script);
            break;
        case 1:
            write_raw(&script);
            break;
        case 2:
            stream_memory_deliver(script.reader_below, 1 + next(&script) * (size_t)4);
            break;
        default:
            read_some(&script);
            break;
        }
    }
    CHECK(script.tainted || stream_state(script.reader) == STREAM_OPEN);
    return 0;
}
