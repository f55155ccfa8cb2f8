#include "core/fix/fix_outbox.h"

#define MESSAGES_MAX (UINT32_C(1) << 24)
#define BYTES_MAX (UINT32_C(1) << 31)

struct entry {
    uint64_t seq;
    uint32_t offset;
    uint32_t len;
};

struct fix_outbox {
    struct fix_outbox_limits limits;
    uint32_t first; /* place of the oldest entry in the ring of entries */
    uint32_t count;
    uint32_t write_at; /* where the newest message ends in the bytes */
    uint64_t highest;  /* number put last */
    uint64_t lost;
    struct entry *entries;
    char *bytes;
};

size_t fix_outbox_footprint(struct fix_outbox_limits limits) {
    if (limits.messages == 0 || limits.messages > MESSAGES_MAX || limits.bytes == 0 ||
        limits.bytes > BYTES_MAX) {
        return 0;
    }
    return sizeof(struct fix_outbox) + limits.messages * sizeof(struct entry) + limits.bytes;
}

struct fix_outbox *fix_outbox_init(void *mem, struct fix_outbox_limits limits) {
    CHECK(fix_outbox_footprint(limits) != 0);
    CHECK((uintptr_t)mem % 64 == 0);
    struct fix_outbox *outbox = mem;
    *outbox = (struct fix_outbox){.limits = limits};
    outbox->entries = (struct entry *)(outbox + 1);
    outbox->bytes = (char *)(outbox->entries + limits.messages);
    return outbox;
}

/* `index` counts from the oldest; both are below the limit, so one subtraction wraps. */
static struct entry *entry_at(const struct fix_outbox *outbox, uint32_t index) {
    uint32_t place = outbox->first + index;
    if (place >= outbox->limits.messages) {
        place -= outbox->limits.messages;
    }
    return &outbox->entries[place];
}

static void drop_oldest(struct fix_outbox *outbox) {
    outbox->lost = entry_at(outbox, 0)->seq;
    outbox->first = outbox->first + 1 == outbox->limits.messages ? 0 : outbox->first + 1;
    outbox->count--;
}

/*
 * `len` free bytes in one piece, or false. In use is [oldest, write_at), or, once that wrapped,
 * [oldest, end) and [0, write_at); oldest == write_at is full, because empty is told by the count.
 */
static bool find_place(const struct fix_outbox *outbox, uint32_t len, uint32_t *place) {
    uint32_t oldest = outbox->count == 0 ? 0 : entry_at(outbox, 0)->offset;
    uint32_t at = outbox->count == 0 ? 0 : outbox->write_at;
    bool wrapped = outbox->count != 0 && oldest >= at;
    if (wrapped) {
        *place = at;
        return oldest - at >= len;
    }
    if (outbox->limits.bytes - at >= len) {
        *place = at;
        return true;
    }
    *place = 0;
    return oldest >= len;
}

void fix_outbox_put(struct fix_outbox *outbox, uint64_t seq, struct bytes message) {
    CHECK(seq > outbox->highest && message.len != 0);
    outbox->highest = seq;
    if (message.len > outbox->limits.bytes) {
        outbox->lost = seq;
        return;
    }
    if (outbox->count == outbox->limits.messages) {
        drop_oldest(outbox);
    }
    uint32_t len = (uint32_t)message.len;
    uint32_t place;
    while (!find_place(outbox, len, &place)) {
        drop_oldest(outbox);
    }
    memcpy(outbox->bytes + place, message.data, len);
    outbox->count++;
    *entry_at(outbox, outbox->count - 1) = (struct entry){.seq = seq, .offset = place, .len = len};
    outbox->write_at = place + len;
}

/* How many entries have a number below `seq`. */
static uint32_t count_below(const struct fix_outbox *outbox, uint64_t seq) {
    uint32_t low = 0;
    uint32_t high = outbox->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entry_at(outbox, middle)->seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool fix_outbox_next(const struct fix_outbox *outbox, uint64_t seq,
                     struct fix_outbox_message *message) {
    uint32_t index = count_below(outbox, seq);
    if (index == outbox->count) {
        return false;
    }
    const struct entry *entry = entry_at(outbox, index);
    message->seq = entry->seq;
    message->bytes = bytes_of(outbox->bytes + entry->offset, entry->len);
    return true;
}

uint64_t fix_outbox_lowest(const struct fix_outbox *outbox) {
    return outbox->count == 0 ? 0 : entry_at(outbox, 0)->seq;
}

uint64_t fix_outbox_lost(const struct fix_outbox *outbox) {
    return outbox->lost;
}

uint32_t fix_outbox_count(const struct fix_outbox *outbox) {
    return outbox->count;
}

void fix_outbox_clear(struct fix_outbox *outbox) {
    outbox->first = 0;
    outbox->count = 0;
    outbox->write_at = 0;
    outbox->highest = 0;
    outbox->lost = 0;
}
