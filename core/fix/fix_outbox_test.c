/*
 * The outbox against a naive twin that keeps everything: whatever is still kept must be the newest
 * messages, whole, and what is not must have had to go.
 */
#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_outbox.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct fix_outbox *make(uint32_t messages, uint32_t bytes) {
    struct fix_outbox_limits limits = {.messages = messages, .bytes = bytes};
    size_t footprint = fix_outbox_footprint(limits);
    cr_assert_neq(footprint, 0);
    /* Exactly as large as it says, so that the sanitizers see a step beyond. */
    void *mem = NULL;
    cr_assert_eq(posix_memalign(&mem, 64, footprint), 0);
    return fix_outbox_init(mem, limits);
}

static void cr_assert_next(const struct fix_outbox *outbox, uint64_t from, uint64_t seq,
                           const char *text) {
    struct fix_outbox_message message;
    cr_assert(fix_outbox_next(outbox, from, &message));
    cr_assert_eq(message.seq, seq);
    cr_assert_eq(message.bytes.len, strlen(text));
    cr_assert_eq(memcmp(message.bytes.data, text, strlen(text)), 0);
}

Test(fix_outbox, limits_that_cannot_be) {
    cr_assert_eq(fix_outbox_footprint((struct fix_outbox_limits){0, 1}), 0);
    cr_assert_eq(fix_outbox_footprint((struct fix_outbox_limits){1, 0}), 0);
    cr_assert_eq(fix_outbox_footprint((struct fix_outbox_limits){(1 << 24) + 1, 1}), 0);
    cr_assert_eq(fix_outbox_footprint((struct fix_outbox_limits){1, (UINT32_C(1) << 31) + 1}), 0);
    cr_assert_neq(fix_outbox_footprint((struct fix_outbox_limits){1, 1}), 0);
}

Test(fix_outbox, finds_by_number_and_skips_what_was_never_put) {
    struct fix_outbox *outbox = make(4, 64);
    struct fix_outbox_message message;
    cr_assert(!fix_outbox_next(outbox, 1, &message));
    cr_assert_eq(fix_outbox_lowest(outbox), 0);
    fix_outbox_put(outbox, 3, BYTES("three"));
    fix_outbox_put(outbox, 7, BYTES("seven"));
    fix_outbox_put(outbox, 8, BYTES("eight"));
    cr_assert_next(outbox, 1, 3, "three");
    cr_assert_next(outbox, 3, 3, "three");
    cr_assert_next(outbox, 4, 7, "seven");
    cr_assert_next(outbox, 8, 8, "eight");
    cr_assert(!fix_outbox_next(outbox, 9, &message));
    cr_assert_eq(fix_outbox_lowest(outbox), 3);
    cr_assert_eq(fix_outbox_lost(outbox), 0);
    free(outbox);
}

Test(fix_outbox, the_oldest_makes_room_in_either_ring) {
    struct fix_outbox *outbox = make(3, 12);
    fix_outbox_put(outbox, 1, BYTES("aaaa"));
    fix_outbox_put(outbox, 2, BYTES("bbbb"));
    fix_outbox_put(outbox, 3, BYTES("cccc"));
    cr_assert_eq(fix_outbox_lost(outbox), 0, "full to the last byte");
    fix_outbox_put(outbox, 4, BYTES("d"));
    cr_assert_eq(fix_outbox_lowest(outbox), 2, "entries");
    cr_assert_eq(fix_outbox_lost(outbox), 1);
    fix_outbox_put(outbox, 5, BYTES("eeeeeeee"));
    cr_assert_eq(fix_outbox_lowest(outbox), 4, "bytes");
    cr_assert_eq(fix_outbox_lost(outbox), 3);
    cr_assert_next(outbox, 4, 4, "d");
    cr_assert_next(outbox, 5, 5, "eeeeeeee");
    free(outbox);
}

Test(fix_outbox, what_cannot_be_kept_is_lost_and_takes_nothing_with_it) {
    struct fix_outbox *outbox = make(3, 8);
    fix_outbox_put(outbox, 1, BYTES("aaaa"));
    fix_outbox_put(outbox, 2, BYTES("too long!"));
    cr_assert_eq(fix_outbox_lost(outbox), 2);
    cr_assert_next(outbox, 1, 1, "aaaa");
    fix_outbox_put(outbox, 3, BYTES("exactly8"));
    cr_assert_eq(fix_outbox_count(outbox), 1);
    cr_assert_next(outbox, 1, 3, "exactly8");
    free(outbox);
}

Test(fix_outbox, clear_begins_anew) {
    struct fix_outbox *outbox = make(2, 8);
    for (uint64_t seq = 1; seq <= 5; seq++) {
        fix_outbox_put(outbox, seq, BYTES("abcd"));
    }
    fix_outbox_clear(outbox);
    struct fix_outbox_message message;
    cr_assert(!fix_outbox_next(outbox, 1, &message));
    cr_assert_eq(fix_outbox_lost(outbox), 0);
    fix_outbox_put(outbox, 1, BYTES("again"));
    cr_assert_next(outbox, 1, 1, "again");
    free(outbox);
}

Test(fix_outbox, keeps_a_range_under_new_numbers) {
    struct fix_outbox *outbox = make(4, 16);
    for (uint64_t seq = 1; seq <= 6; seq++) {
        static const char *const texts[] = {"aa", "bb", "cc", "dd", "ee", "ff"};
        fix_outbox_put(outbox, seq, bytes_of_string(texts[seq - 1]));
    }
    fix_outbox_keep_only(outbox, 4, 5);
    cr_assert_eq(fix_outbox_count(outbox), 2);
    fix_outbox_renumber(outbox, 2);
    cr_assert_next(outbox, 1, 2, "dd");
    cr_assert_next(outbox, 3, 3, "ee");
    cr_assert_eq(fix_outbox_highest(outbox), 3);
    cr_assert_eq(fix_outbox_lost(outbox), 0);
    fix_outbox_put(outbox, 4, BYTES("012345"));
    cr_assert_eq(fix_outbox_count(outbox), 3, "the room of the others is free");
    cr_assert_next(outbox, 3, 3, "ee");
    fix_outbox_keep_only(outbox, 100, 200);
    cr_assert_eq(fix_outbox_count(outbox), 0);
    fix_outbox_renumber(outbox, 2);
    fix_outbox_put(outbox, 1, BYTES("x"));
    cr_assert_next(outbox, 1, 1, "x");
    free(outbox);
}

/* ---- the twin: every message's bytes follow from its number and length */

#define TWIN_MESSAGES 4000

static char twin_byte(uint64_t seq, size_t at) {
    return (char)(seq * 31 + at * 7);
}

static size_t twin_len[TWIN_MESSAGES + 1]; /* 0: not put */

/* Kept are all numbers from the lowest on; the bytes kept leave no room for one more, but for what
 * a wrap wastes, which is less than the longest message. */
static void check_against_twin(const struct fix_outbox *outbox, uint64_t last) {
    uint64_t lowest = fix_outbox_lowest(outbox);
    cr_assert_lt(fix_outbox_lost(outbox), lowest);
    uint64_t expected = lowest;
    struct fix_outbox_message message;
    uint32_t kept = 0;
    for (uint64_t from = 1; fix_outbox_next(outbox, from, &message); from = message.seq + 1) {
        while (twin_len[expected] == 0) {
            expected++;
        }
        cr_assert_eq(message.seq, expected);
        cr_assert_eq(message.bytes.len, twin_len[expected]);
        for (size_t at = 0; at < message.bytes.len; at++) {
            cr_assert_eq(message.bytes.data[at], twin_byte(message.seq, at));
        }
        expected++;
        kept++;
    }
    cr_assert_eq(expected, last + 1);
    cr_assert_eq(kept, fix_outbox_count(outbox));
    if (fix_outbox_lost(outbox) != 0 && kept < 40) {
        size_t bytes = 0;
        for (uint64_t seq = lowest; seq <= last; seq++) {
            bytes += twin_len[seq];
        }
        cr_assert_gt(bytes + 2 * 300, 3000, "it dropped more than it had to");
    }
}

Test(fix_outbox, keeps_the_newest_whole_whatever_their_lengths) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_outbox"));
    struct fix_outbox *outbox = make(40, 3000);
    uint64_t last = 0;
    for (uint64_t seq = 1; seq <= TWIN_MESSAGES; seq++) {
        twin_len[seq] = 0;
        if (prng_below(&prng, 5) == 0) {
            continue;
        }
        static char text[300];
        size_t len = 1 + prng_below(&prng, seq % 500 < 250 ? 300 : 40);
        for (size_t at = 0; at < len; at++) {
            text[at] = twin_byte(seq, at);
        }
        twin_len[seq] = len;
        fix_outbox_put(outbox, seq, bytes_of(text, len));
        last = seq;
        if (seq % 7 == 0) {
            check_against_twin(outbox, last);
        }
    }
    check_against_twin(outbox, last);
    free(outbox);
}
