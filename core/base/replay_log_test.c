#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/replay_log.h"
#include "core/base/test_seed.h"

struct memory {
    char data[65536];
    size_t len;
    size_t max;
};

static bool write_memory(void *context, struct bytes piece) {
    struct memory *memory = context;
    if (memory->len + piece.len > memory->max) {
        return false;
    }
    memcpy(memory->data + memory->len, piece.data, piece.len);
    memory->len += piece.len;
    return true;
}

static struct memory memory;
static struct replay_log recording;
static struct replay_log replaying;

static void begin(void) {
    memory = (struct memory){.max = sizeof(memory.data)};
    replay_log_record(&recording, (struct replay_sink){.write = write_memory, .context = &memory});
}

static void replay(void) {
    replay_log_replay(&replaying, bytes_of(memory.data, memory.len));
}

TestSuite(replay_log, .init = begin);

Test(replay_log, gives_back_what_was_not_foreseen_in_its_place) {
    replay_log_foreseen(&recording);
    replay_log_foreseen(&recording);
    replay_log_put(&recording, 5, (uint64_t[]){7, UINT64_MAX, 0}, 3, BYTES("bytes"));
    replay_log_foreseen(&recording);
    replay_log_put(&recording, 6, NULL, 0, bytes_of(NULL, 0));
    cr_assert_not(replay_log_is_replaying(&recording));
    replay();
    cr_assert(replay_log_is_replaying(&replaying));
    cr_assert_null(replay_log_next(&replaying, 5));
    cr_assert_eq(replay_log_peek_kind(&replaying), 0);
    cr_assert_null(replay_log_next(&replaying, 9));
    cr_assert_eq(replay_log_peek_kind(&replaying), 5);
    const struct replay_entry *entry = replay_log_next(&replaying, 5);
    cr_assert_eq(entry->count, 3);
    cr_assert_eq(entry->values[0], 7);
    cr_assert_eq(entry->values[1], UINT64_MAX);
    cr_assert_eq(entry->values[2], 0);
    cr_assert(bytes_equal(entry->bytes, BYTES("bytes")));
    cr_assert_null(replay_log_next(&replaying, 6));
    cr_assert_not_null(replay_log_next(&replaying, 6));
    cr_assert_null(replay_log_next(&replaying, 6));
    cr_assert_not(replaying.broken);
}

Test(replay_log, is_broken_by_a_question_it_does_not_answer) {
    replay_log_put(&recording, 5, NULL, 0, bytes_of(NULL, 0));
    replay();
    cr_assert_null(replay_log_next(&replaying, 6));
    cr_assert(replaying.broken);
    cr_assert_null(replay_log_next(&replaying, 5));
    cr_assert_eq(replay_log_peek_kind(&replaying), 0);
}

Test(replay_log, writes_nothing_more_once_its_room_is_used_up) {
    memory.max = 40;
    for (int i = 0; i < 20; i++) {
        replay_log_put(&recording, 1, NULL, 0, BYTES("0123456789"));
    }
    cr_assert(recording.broken);
    size_t len = memory.len;
    memory.max = sizeof(memory.data);
    replay_log_put(&recording, 1, NULL, 0, BYTES("0123456789"));
    cr_assert_eq(memory.len, len);
}

/* A log that was cut off ends early, without a step beyond its end. */
Test(replay_log, may_end_anywhere) {
    for (int i = 0; i < 10; i++) {
        replay_log_put(&recording, 1, (uint64_t[]){1000}, 1, BYTES("0123456789"));
    }
    for (size_t len = 0; len <= memory.len; len++) {
        char *copy = malloc(len + 1);
        memcpy(copy, memory.data, len);
        replay_log_replay(&replaying, bytes_of(copy, len));
        size_t entries = 0;
        while (replay_log_next(&replaying, 1) != NULL) {
            entries++;
        }
        cr_assert_eq(entries, len / (memory.len / 10));
        cr_assert_eq(replaying.broken, len % (memory.len / 10) != 0);
        free(copy);
    }
}

Test(replay_log, random_answers_come_back) {
    struct prng prng;
    uint64_t seed = test_seed("replay_log");
    prng_seed(&prng, seed);
    for (int round = 0; round < 2; round++) {
        prng_seed(&prng, seed);
        for (int i = 0; i < 1000; i++) {
            uint64_t values[REPLAY_LOG_VALUES_MAX];
            uint8_t kind = (uint8_t)(1 + prng_below(&prng, 60));
            uint8_t count = (uint8_t)prng_below(&prng, 4);
            for (uint8_t v = 0; v < count; v++) {
                values[v] = prng_next(&prng) >> prng_below(&prng, 64);
            }
            uint64_t skipped = prng_below(&prng, 300);
            for (uint64_t s = 0; s < skipped; s++) {
                if (round == 0) {
                    replay_log_foreseen(&recording);
                } else {
                    cr_assert_null(replay_log_next(&replaying, kind));
                }
            }
            struct bytes bytes = bytes_of("abcdefghij", prng_below(&prng, 10));
            if (round == 0) {
                replay_log_put(&recording, kind, values, count, bytes);
                continue;
            }
            const struct replay_entry *entry = replay_log_next(&replaying, kind);
            cr_assert_not_null(entry);
            cr_assert_eq(entry->count, count);
            cr_assert(count == 0 || memcmp(entry->values, values, count * 8U) == 0);
            cr_assert(bytes_equal(entry->bytes, bytes));
        }
        replay();
    }
}
