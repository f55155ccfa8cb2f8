#include "core/base/replay_log.h"

/* An entry is: answers foreseen before it, kind, count, values, length of the bytes; the bytes. */
#define VARINT_MAX 10
#define HEAD_MAX (VARINT_MAX * (REPLAY_LOG_VALUES_MAX + 2) + 2)

static size_t put_varint(char *out, uint64_t value) {
    size_t len = 0;
    while (value >= 0x80) {
        out[len++] = (char)(value | 0x80);
        value >>= 7;
    }
    out[len++] = (char)value;
    return len;
}

static bool take_varint(struct bytes *from, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && from->len > 0; shift += 7) {
        unsigned char byte = (unsigned char)from->data[0];
        *from = bytes_skip(*from, 1);
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool take_byte(struct bytes *from, uint8_t *value) {
    if (from->len == 0) {
        return false;
    }
    *value = (uint8_t)from->data[0];
    *from = bytes_skip(*from, 1);
    return true;
}

static bool take_entry(struct replay_log *log) {
    struct replay_entry *entry = &log->next;
    uint64_t len;
    if (!take_varint(&log->left, &log->foreseen) || !take_byte(&log->left, &entry->kind) ||
        !take_byte(&log->left, &entry->count) || entry->count > REPLAY_LOG_VALUES_MAX) {
        return false;
    }
    for (uint8_t i = 0; i < entry->count; i++) {
        if (!take_varint(&log->left, &entry->values[i])) {
            return false;
        }
    }
    if (!take_varint(&log->left, &len) || len > log->left.len) {
        return false;
    }
    entry->bytes = bytes_of(log->left.data, (size_t)len);
    log->left = bytes_skip(log->left, (size_t)len);
    return true;
}

static void load_next(struct replay_log *log) {
    bool at_end = log->left.len == 0;
    log->has_next = !at_end && take_entry(log);
    log->broken = !at_end && !log->has_next;
}

void replay_log_record(struct replay_log *log, struct replay_sink sink) {
    CHECK(sink.write != NULL);
    *log = (struct replay_log){.sink = sink};
}

void replay_log_replay(struct replay_log *log, struct bytes recorded) {
    *log = (struct replay_log){.left = recorded};
    load_next(log);
}

void replay_log_put(struct replay_log *log, uint8_t kind, const uint64_t *values, uint8_t count,
                    struct bytes bytes) {
    char head[HEAD_MAX];
    CHECK(count <= REPLAY_LOG_VALUES_MAX);
    if (log->broken) {
        return;
    }
    size_t len = put_varint(head, log->foreseen);
    head[len++] = (char)kind;
    head[len++] = (char)count;
    for (uint8_t i = 0; i < count; i++) {
        len += put_varint(head + len, values[i]);
    }
    len += put_varint(head + len, bytes.len);
    log->foreseen = 0;
    log->broken = !log->sink.write(log->sink.context, bytes_of(head, len)) ||
                  (bytes.len != 0 && !log->sink.write(log->sink.context, bytes));
}

const struct replay_entry *replay_log_next(struct replay_log *log, uint8_t kind) {
    if (log->broken || !log->has_next) {
        return NULL;
    }
    if (log->foreseen > 0) {
        log->foreseen--;
        return NULL;
    }
    if (log->next.kind != kind) {
        log->broken = true;
        return NULL;
    }
    log->current = log->next;
    load_next(log);
    return &log->current;
}

uint8_t replay_log_peek_kind(const struct replay_log *log) {
    return log->broken || !log->has_next || log->foreseen > 0 ? 0 : log->next.kind;
}
