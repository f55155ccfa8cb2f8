#include "core/order/request_table.h"

#include <string.h>

#include "core/base/bits.h"
#include "core/base/mischief.h"

#define NS_PER_TICK INT64_C(10000)
#define AHEAD_MAX_TICKS ((uint64_t)REQUEST_AHEAD_MAX_S * (uint64_t)(NS_PER_S / NS_PER_TICK))

#define TIME_BITS 48
#define CHECK_BITS 10
#define SHARD_BITS 6
#define EPOCH_BITS 16
#define GENERATION_BITS 22
#define ENTRY_BITS 20
#define FREE_BITS (CHECK_BITS + SHARD_BITS + EPOCH_BITS + GENERATION_BITS + ENTRY_BITS)

_Static_assert(FREE_BITS == 74, "a version-4 UUID with its time leaves 12 + 62 bits");
_Static_assert(REQUEST_ENTRIES_MAX == 1U << ENTRY_BITS, "every entry has a number");

/* Where the fields lie: 12 free bits end the high word, 62 follow the variant in the low one. */
#define SHARD_LOW_BITS 4
#define ENTRY_SHIFT 0
#define GENERATION_SHIFT ENTRY_BITS
#define EPOCH_SHIFT (GENERATION_SHIFT + GENERATION_BITS)
#define SHARD_LOW_SHIFT (EPOCH_SHIFT + EPOCH_BITS)
#define CHECK_SHIFT (SHARD_BITS - SHARD_LOW_BITS)
#define TIME_SHIFT 16

#define MASK(bits) ((UINT64_C(1) << (bits)) - 1)
#define VERSION_MASK UINT64_C(0xf000)
#define VERSION_4 UINT64_C(0x4000)
#define VARIANT_MASK (UINT64_C(3) << 62)
#define VARIANT_1 (UINT64_C(2) << 62)

_Static_assert(SHARD_LOW_SHIFT + SHARD_LOW_BITS == 62, "the low word is full");
_Static_assert(CHECK_SHIFT + CHECK_BITS == 12, "the high word is full");

struct request_table {
    uint32_t entries;
    uint32_t used;
    uint32_t free_first; /* taken here */
    uint32_t free_last;  /* given back here: an entry rests as long as it can */
    uint64_t last_time;
    uint64_t shard;
    uint64_t epoch;
    _Alignas(64) struct request table[];
};

_Static_assert(sizeof(struct request) == 32, "two requests a cache line");

static bool limits_are_possible(struct request_table_limits limits) {
    return limits.entries >= 1 && limits.entries <= REQUEST_ENTRIES_MAX &&
           limits.shard <= MASK(SHARD_BITS);
}

size_t request_table_footprint(struct request_table_limits limits) {
    if (!limits_are_possible(limits)) {
        return 0;
    }
    size_t bytes = sizeof(struct request_table) + limits.entries * sizeof(struct request);
    return bits_whole_lines(bytes);
}

struct request_table *request_table_init(void *mem, struct request_table_limits limits) {
    CHECK(limits_are_possible(limits));
    CHECK(((uintptr_t)mem & 63) == 0);
    struct request_table *table = mem;
    *table = (struct request_table){.entries = limits.entries,
                                    .free_last = limits.entries - 1,
                                    .shard = limits.shard,
                                    .epoch = limits.epoch};
    for (uint32_t i = 0; i < limits.entries; i++) {
        uint32_t next = i + 1 < limits.entries ? i + 1 : REQUEST_NONE;
        table->table[i] = (struct request){.kind = REQUEST_FREE, .next_free = next};
    }
    return table;
}

/* The finaliser of splitmix64: every input bit reaches every output bit. */
static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* The check bits of an id, from all its other bits. */
static uint64_t check_of(struct request_id id) {
    uint64_t high = id.high & ~(MASK(CHECK_BITS) << CHECK_SHIFT);
    return mix(mix(high) + id.low) >> (64 - CHECK_BITS);
}

static uint64_t check_in(struct request_id id) {
    return (id.high >> CHECK_SHIFT) & MASK(CHECK_BITS);
}

static uint64_t shard_in(struct request_id id) {
    uint64_t high = id.high & MASK(SHARD_BITS - SHARD_LOW_BITS);
    return high << SHARD_LOW_BITS | ((id.low >> SHARD_LOW_SHIFT) & MASK(SHARD_LOW_BITS));
}

static uint64_t epoch_in(struct request_id id) {
    return (id.low >> EPOCH_SHIFT) & MASK(EPOCH_BITS);
}

static struct request_id id_make(const struct request_table *table, uint64_t time, uint32_t entry,
                                 uint32_t generation) {
    struct request_id id = {
        .high = time << TIME_SHIFT | VERSION_4 | table->shard >> SHARD_LOW_BITS,
        .low = VARIANT_1 | (table->shard & MASK(SHARD_LOW_BITS)) << SHARD_LOW_SHIFT |
               table->epoch << EPOCH_SHIFT |
               (generation & MASK(GENERATION_BITS)) << GENERATION_SHIFT |
               (uint64_t)entry << ENTRY_SHIFT,
    };
    id.high |= check_of(id) << CHECK_SHIFT;
    return id;
}

/* The time of the next id: now, or just past the last one when now has not moved past it; but an
 * id too far ahead would be refused, and with it every cancel until the clock has caught up. */
static uint64_t next_time(struct request_table *table, struct now now) {
    CHECK(now.utc.ns >= 0);
    uint64_t time = (uint64_t)(now.utc.ns / NS_PER_TICK);
    if (time <= table->last_time && table->last_time - time < AHEAD_MAX_TICKS) {
        time = table->last_time + 1;
    }
    CHECK(time <= MASK(TIME_BITS));
    table->last_time = time;
    return time;
}

uint32_t request_table_take(struct request_table *table, struct now now, enum request_kind kind,
                            uint32_t order) {
    DCHECK(kind != REQUEST_FREE);
    uint32_t entry = table->free_first;
    if (entry == REQUEST_NONE || MISCHIEF(MISCHIEF_REQUEST_TABLE_FULL)) {
        return REQUEST_NONE;
    }
    struct request *request = &table->table[entry];
    table->free_first = request->next_free;
    if (table->free_first == REQUEST_NONE) {
        table->free_last = REQUEST_NONE;
    }
    request->generation++;
    request->kind = kind;
    request->order = order;
    request->next_free = REQUEST_NONE;
    request->id = id_make(table, next_time(table, now), entry, request->generation);
    table->used++;
    return entry;
}

struct request *request_table_at(struct request_table *table, uint32_t entry) {
    CHECK(entry < table->entries);
    return &table->table[entry];
}

void request_table_free(struct request_table *table, uint32_t entry) {
    struct request *request = request_table_at(table, entry);
    CHECK(request->kind != REQUEST_FREE);
    request->kind = REQUEST_FREE;
    request->next_free = REQUEST_NONE;
    if (table->free_last == REQUEST_NONE) {
        table->free_first = entry;
    } else {
        table->table[table->free_last].next_free = entry;
    }
    table->free_last = entry;
    table->used--;
}

enum request_match request_table_match(const struct request_table *table, struct bytes text,
                                       uint32_t *entry) {
    struct request_id id;
    return request_id_parse(text, &id) ? request_table_match_id(table, id, entry)
                                       : REQUEST_MALFORMED;
}

static bool is_of_table(const struct request_table *table, struct request_id id) {
    return shard_in(id) == table->shard && epoch_in(id) == table->epoch &&
           (id.low >> ENTRY_SHIFT & MASK(ENTRY_BITS)) < table->entries;
}

bool request_table_made(const struct request_table *table, struct bytes text) {
    struct request_id id;
    return request_id_parse(text, &id) && check_in(id) == check_of(id) && is_of_table(table, id);
}

enum request_match request_table_match_id(const struct request_table *table, struct request_id id,
                                          uint32_t *entry) {
    if (check_in(id) != check_of(id)) {
        return REQUEST_BAD_CHECK;
    }
    if (!is_of_table(table, id)) {
        return REQUEST_STALE;
    }
    uint32_t found = (uint32_t)(id.low >> ENTRY_SHIFT & MASK(ENTRY_BITS));
    const struct request *request = &table->table[found];
    if (request->kind == REQUEST_FREE || request->id.high != id.high || request->id.low != id.low) {
        return REQUEST_STALE;
    }
    *entry = found;
    return REQUEST_OURS;
}

uint32_t request_table_used(const struct request_table *table) {
    return table->used;
}

/*
 * Eight hexadecimal digits at a time, one in each byte of a word, the first in its lowest byte. No
 * byte carries into the next in any of these sums.
 */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digits lie in words as in text");

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* 1 in each byte that is 10 to 15, when none is above. */
static uint64_t letters_of(uint64_t values) {
    return (values + EACH_BYTE(6)) >> 4 & EACH_BYTE(1);
}

static uint64_t digits_of(uint32_t word) {
    uint64_t spread = word;
    spread = (spread | spread << 16) & UINT64_C(0x0000ffff0000ffff);
    spread = (spread | spread << 8) & UINT64_C(0x00ff00ff00ff00ff);
    spread = (spread | spread << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    uint64_t values = __builtin_bswap64(spread);
    return values + EACH_BYTE('0') + letters_of(values) * ('a' - '9' - 1);
}

/* What digits_of makes of it must be what was read: *bad is 0 then. */
static uint32_t word_of(uint64_t digits, uint64_t *bad) {
    uint64_t values = ((digits & EACH_BYTE(15)) + (digits >> 6 & EACH_BYTE(1)) * 9) & EACH_BYTE(15);
    uint64_t packed = __builtin_bswap64(values);
    packed = (packed | packed >> 4) & UINT64_C(0x00ff00ff00ff00ff);
    packed = (packed | packed >> 8) & UINT64_C(0x0000ffff0000ffff);
    uint32_t word = (uint32_t)(packed | packed >> 16);
    *bad |= digits ^ digits_of(word);
    return word;
}

/* 8-4-4-4-12 digits; the parts of `digits` are 32 of them without what lies between. */
static void spread(const uint64_t digits[4], char *out) {
    const char *from = (const char *)digits;
    memcpy(out, from, 8);
    memcpy(out + 9, from + 8, 4);
    memcpy(out + 14, from + 12, 4);
    memcpy(out + 19, from + 16, 4);
    memcpy(out + 24, from + 20, 12);
    out[8] = out[13] = out[18] = out[23] = '-';
}

static void gather(const char *text, uint64_t digits[4]) {
    char *into = (char *)digits;
    memcpy(into, text, 8);
    memcpy(into + 8, text + 9, 4);
    memcpy(into + 12, text + 14, 4);
    memcpy(into + 16, text + 19, 4);
    memcpy(into + 20, text + 24, 12);
}

void request_id_format(struct request_id id, char *out) {
    const uint64_t digits[4] = {digits_of((uint32_t)(id.high >> 32)), digits_of((uint32_t)id.high),
                                digits_of((uint32_t)(id.low >> 32)), digits_of((uint32_t)id.low)};
    spread(digits, out);
}

bool request_id_parse(struct bytes text, struct request_id *id) {
    if (text.len != REQUEST_UUID_BYTES) {
        return false;
    }
    const char *at = text.data;
    uint64_t digits[4];
    uint64_t bad = (uint64_t)(at[8] ^ '-') | (uint64_t)(at[13] ^ '-') | (uint64_t)(at[18] ^ '-') |
                   (uint64_t)(at[23] ^ '-');
    gather(at, digits);
    uint64_t high = (uint64_t)word_of(digits[0], &bad) << 32;
    high |= word_of(digits[1], &bad);
    uint64_t low = (uint64_t)word_of(digits[2], &bad) << 32;
    low |= word_of(digits[3], &bad);
    if (bad != 0 || (high & VERSION_MASK) != VERSION_4 || (low & VARIANT_MASK) != VARIANT_1) {
        return false;
    }
    *id = (struct request_id){.high = high, .low = low};
    return true;
}
