#include "core/order/request_table.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"

#define START_NS INT64_C(1700000000000000000)

static struct request_table *table_make(struct request_table_limits limits) {
    size_t bytes = request_table_footprint(limits);
    cr_assert(bytes > 0);
    return request_table_init(aligned_alloc(64, bytes), limits);
}

static struct now at_ns(int64_t utc_ns) {
    return (struct now){.mono = {.ns = 5}, .utc = {.ns = utc_ns}};
}

static void text_of(struct request_table *table, uint32_t entry, char *text) {
    request_id_format(request_table_at(table, entry)->id, text);
}

static enum request_match match_of(const struct request_table *table, const char *text) {
    uint32_t entry = REQUEST_NONE;
    enum request_match match = request_table_match(table, bytes_of(text, 36), &entry);
    cr_assert((match == REQUEST_OURS) == (entry != REQUEST_NONE), "entry only when it is ours");
    return match;
}

Test(request_table, footprint_refuses_impossible_limits) {
    cr_expect(request_table_footprint((struct request_table_limits){.entries = 0}) == 0);
    cr_expect(request_table_footprint(
                  (struct request_table_limits){.entries = REQUEST_ENTRIES_MAX + 1}) == 0);
    cr_expect(request_table_footprint((struct request_table_limits){.entries = UINT32_MAX}) == 0);
    cr_expect(request_table_footprint((struct request_table_limits){.entries = 1, .shard = 64}) ==
              0);
    size_t most = request_table_footprint(
        (struct request_table_limits){.entries = REQUEST_ENTRIES_MAX, .shard = 63});
    cr_expect(most >= (size_t)REQUEST_ENTRIES_MAX * sizeof(struct request) && most % 64 == 0);
}

/* Ids put together bit by bit from the layout in the header, by a program that is not this one. */
Test(request_table, layout_is_as_published) {
    static const struct {
        struct request_table_limits limits;
        int64_t utc_ns;
        uint32_t entry;
        uint32_t generation;
        const char *text;
    } rows[] = {
        {{4, 0, 1}, 1700000000000000000, 0, 1, "9a9d359c-a000-4890-8000-040000100000"},
        {{4, 63, 65535}, 1700000000000019999, 1, 1, "9a9d359c-a001-4a97-bfff-fc0000100001"},
        {{1, 33, 0xabcd}, 0, 0, 2, "00000000-0001-48fa-86af-340000200000"},
        {{4, 18, 0x1234}, 2814749767106559999, 3, 1, "ffffffff-ffff-44f5-8848-d00000100003"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request_table *table = table_make(rows[i].limits);
        request_table_at(table, rows[i].entry)->generation = rows[i].generation - 1;
        for (uint32_t j = 0; j < rows[i].entry; j++) {
            cr_assert(request_table_take(table, at_ns(0), REQUEST_CANCEL, 9) == j);
        }
        uint32_t entry = request_table_take(table, at_ns(rows[i].utc_ns), REQUEST_NEW_ORDER, 7);
        cr_assert(entry == rows[i].entry);
        char text[37] = {0};
        text_of(table, entry, text);
        cr_expect(strcmp(text, rows[i].text) == 0, "row %zu: got %s, want %s", i, text,
                  rows[i].text);
        const struct request *request = request_table_at(table, entry);
        cr_expect(request->kind == REQUEST_NEW_ORDER && request->order == 7);
        cr_expect(match_of(table, rows[i].text) == REQUEST_OURS);
        free(table);
    }
}

Test(request_table, every_id_is_a_version_4_variant_1_uuid_of_its_time) {
    struct prng prng;
    prng_seed(&prng, test_seed("request_table"));
    struct request_table *table = table_make((struct request_table_limits){64, 41, 0xffff});
    int64_t utc_ns = START_NS;
    for (int i = 0; i < 10000; i++) {
        utc_ns += 10000 + (int64_t)prng_below(&prng, 1000000);
        uint32_t entry = request_table_take(table, at_ns(utc_ns), REQUEST_CANCEL, 1);
        char text[37] = {0};
        text_of(table, entry, text);
        cr_assert(text[14] == '4' && strchr("89ab", text[19]) != NULL, "%s", text);
        char time[13] = {0};
        memcpy(time, text, 8);
        memcpy(time + 8, text + 9, 4);
        cr_assert(strtoll(time, NULL, 16) == utc_ns / 10000, "%s at %lld", text, (long long)utc_ns);
        cr_assert(strspn(text, "0123456789abcdef-") == 36);
        request_table_free(table, entry);
    }
    free(table);
}

static uint64_t time_of(struct request_table *table, uint32_t entry) {
    return request_table_at(table, entry)->id.high >> 16;
}

Test(request_table, time_moves_on_when_the_clock_repeats_or_steps_back) {
    struct request_table *table = table_make((struct request_table_limits){16, 0, 1});
    uint64_t ticks = (uint64_t)(START_NS / 10000);
    uint32_t first = request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, 0);
    uint32_t second = request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, 0);
    uint32_t third = request_table_take(table, at_ns(START_NS + 9999), REQUEST_NEW_ORDER, 0);
    uint32_t fourth = request_table_take(table, at_ns(START_NS - NS_PER_S), REQUEST_NEW_ORDER, 0);
    uint32_t fifth = request_table_take(table, at_ns(START_NS + 50000), REQUEST_NEW_ORDER, 0);
    cr_expect(time_of(table, first) == ticks);
    cr_expect(time_of(table, second) == ticks + 1);
    cr_expect(time_of(table, third) == ticks + 2);
    cr_expect(time_of(table, fourth) == ticks + 3);
    cr_expect(time_of(table, fifth) == ticks + 5, "back on the clock once it has caught up");
    free(table);
}

Test(request_table, time_goes_back_with_a_clock_that_is_set_back_far) {
    struct request_table *table = table_make((struct request_table_limits){16, 0, 1});
    const int64_t most_ns = REQUEST_AHEAD_MAX_S * NS_PER_S;
    uint64_t ticks = (uint64_t)(START_NS / 10000);
    uint32_t first = request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, 0);
    uint32_t near = request_table_take(table, at_ns(START_NS - most_ns + 10000), REQUEST_CANCEL, 0);
    uint32_t far = request_table_take(table, at_ns(START_NS - most_ns), REQUEST_CANCEL, 0);
    uint32_t next = request_table_take(table, at_ns(START_NS - most_ns), REQUEST_CANCEL, 0);
    cr_expect(time_of(table, first) == ticks);
    cr_expect(time_of(table, near) == ticks + 1);
    cr_expect(time_of(table, far) == ticks - (uint64_t)(most_ns / 10000));
    cr_expect(time_of(table, next) == time_of(table, far) + 1);
    free(table);
}

Test(request_table, no_change_of_one_character_is_ours) {
    struct request_table *table = table_make((struct request_table_limits){1024, 5, 77});
    for (uint32_t i = 0; i < 1024; i++) {
        cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, i) == i);
    }
    for (uint32_t entry = 0; entry < 1024; entry += 93) {
        char text[36];
        text_of(table, entry, text);
        for (size_t place = 0; place < 36; place++) {
            char kept = text[place];
            for (int other = 0; other < 256; other++) {
                text[place] = (char)other;
                cr_assert((match_of(table, text) == REQUEST_OURS) == ((char)other == kept),
                          "entry %u place %zu byte %d", entry, place, other);
            }
            text[place] = kept;
        }
    }
    free(table);
}

Test(request_table, no_change_of_one_bit_is_ours) {
    struct request_table *table = table_make((struct request_table_limits){1024, 5, 77});
    uint32_t caught = 0;
    for (uint32_t i = 0; i < 1024; i++) {
        cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, i) == i);
    }
    for (uint32_t entry = 0; entry < 1024; entry++) {
        for (unsigned bit = 0; bit < 128; bit++) {
            struct request_id id = request_table_at(table, entry)->id;
            *(bit < 64 ? &id.low : &id.high) ^= UINT64_C(1) << (bit & 63);
            char text[36];
            request_id_format(id, text);
            enum request_match match = match_of(table, text);
            cr_assert(match != REQUEST_OURS, "entry %u bit %u", entry, bit);
            caught += match == REQUEST_BAD_CHECK;
        }
    }
    /* 122 of 128 bits are neither version nor variant; one in 1024 mixes may collide. */
    cr_expect(caught >= 1024 * 121, "check bits caught only %u", caught);
    free(table);
}

Test(request_table, ids_of_another_run_or_shard_are_stale) {
    struct request_table *ours = table_make((struct request_table_limits){8, 5, 77});
    struct request_table *run = table_make((struct request_table_limits){8, 5, 78});
    struct request_table *shard = table_make((struct request_table_limits){8, 6, 77});
    struct request_table *larger = table_make((struct request_table_limits){16, 5, 77});
    char text[36];
    text_of(run, request_table_take(run, at_ns(START_NS), REQUEST_NEW_ORDER, 0), text);
    cr_expect(match_of(ours, text) == REQUEST_STALE);
    cr_expect(!request_table_made(ours, bytes_of(text, sizeof(text))));
    text_of(shard, request_table_take(shard, at_ns(START_NS), REQUEST_NEW_ORDER, 0), text);
    cr_expect(match_of(ours, text) == REQUEST_STALE);
    cr_expect(!request_table_made(ours, bytes_of(text, sizeof(text))));
    for (uint32_t i = 0; i < 16; i++) {
        (void)request_table_take(larger, at_ns(START_NS), REQUEST_NEW_ORDER, 0);
    }
    text_of(larger, 8, text);
    cr_expect(match_of(ours, text) == REQUEST_STALE, "an entry past the end of the table");
    text_of(larger, 3, text);
    cr_expect(match_of(ours, text) == REQUEST_STALE, "an entry that is free");
    (void)request_table_take(ours, at_ns(START_NS), REQUEST_NEW_ORDER, 0);
    text_of(ours, 0, text);
    cr_expect(match_of(ours, text) == REQUEST_OURS);
    cr_expect(request_table_made(ours, bytes_of(text, sizeof(text))));
    request_table_free(ours, 0);
    cr_expect(match_of(ours, text) == REQUEST_STALE);
    cr_expect(request_table_made(ours, bytes_of(text, sizeof(text))), "whatever became of it");
    text[35] = text[35] == '0' ? '1' : '0';
    cr_expect(!request_table_made(ours, bytes_of(text, sizeof(text))), "wrong check bits");
    free(ours);
    free(run);
    free(shard);
    free(larger);
}

Test(request_table, a_freed_id_is_stale_and_stays_so_when_its_entry_is_taken_again) {
    struct request_table *table = table_make((struct request_table_limits){1, 5, 77});
    char text[36];
    uint32_t entry = request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, 3);
    text_of(table, entry, text);
    cr_expect(match_of(table, text) == REQUEST_OURS);
    request_table_free(table, entry);
    cr_expect(match_of(table, text) == REQUEST_STALE);
    cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, 3) == entry);
    cr_expect(match_of(table, text) == REQUEST_STALE);
    text_of(table, entry, text);
    cr_expect(match_of(table, text) == REQUEST_OURS);
    free(table);
}

Test(request_table, what_is_no_uuid_of_ours_is_malformed) {
    struct request_table *table = table_make((struct request_table_limits){8, 5, 77});
    static const char *const texts[] = {
        "",
        "1",
        "0123456789",
        "9a9b3cf0-4000-4000-8000-00000000000",   /* 35 characters */
        "9a9b3cf0-4000-4000-8000-0000000000000", /* 37 */
        "9A9B3CF0-4000-4000-8000-000000000000",  /* upper case */
        "9a9b3cf0-4000-4000-8000-00000000000F",
        "9a9b3cf0-4000-1000-8000-000000000000", /* version 1 */
        "9a9b3cf0-4000-7000-8000-000000000000", /* version 7 */
        "9a9b3cf0-4000-4000-0000-000000000000", /* variant 0 */
        "9a9b3cf0-4000-4000-4000-000000000000",
        "9a9b3cf0-4000-4000-c000-000000000000", /* variant of Microsoft */
        "9a9b3cf0-4000-4000-f000-000000000000",
        "9a9b3cf0x4000-4000-8000-000000000000",
        "9a9b3cf04-000-4000-8000-000000000000",
        "9a9b3cf0-4000-4000-8000-00000000000g",
        "9a9b3cf0-4000-4000-8000-00000000000 ",
        "9a9b3cf0-4000-4000-8000-00000000000\xff",
        "{9a9b3cf0-4000-4000-8000-0000000000}",
        "9a9b3cf0400040008000000000000000abcd",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint32_t entry;
        cr_expect(request_table_match(table, bytes_of_string(texts[i]), &entry) ==
                      REQUEST_MALFORMED,
                  "%s", texts[i]);
    }
    uint32_t entry;
    cr_expect(request_table_match(table, bytes_of(NULL, 0), &entry) == REQUEST_MALFORMED);
    free(table);
}

Test(request_table, somebody_elses_uuids_fail_the_check) {
    struct request_table *table = table_make((struct request_table_limits){8, 5, 77});
    for (int i = 0; i < 8; i++) {
        (void)request_table_take(table, at_ns(START_NS), REQUEST_NEW_ORDER, 0);
    }
    struct prng prng;
    prng_seed(&prng, test_seed("request_table"));
    uint32_t passed = 0;
    for (int i = 0; i < 100000; i++) {
        struct request_id id = {.high = (prng_next(&prng) & ~UINT64_C(0xf000)) | 0x4000,
                                .low = prng_next(&prng) >> 2 | UINT64_C(1) << 63};
        char text[36];
        request_id_format(id, text);
        enum request_match match = match_of(table, text);
        cr_assert(match == REQUEST_BAD_CHECK || match == REQUEST_STALE);
        passed += match == REQUEST_STALE;
    }
    /* One in 1024 passes the check bits: about 98, and 10 standard deviations either side. */
    cr_expect(passed > 0 && passed < 200, "%u", passed);
    free(table);
}

Test(request_table, exhausts_and_refills_first_freed_first) {
    struct request_table *table = table_make((struct request_table_limits){4, 5, 77});
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, i) == i);
    }
    cr_assert(request_table_used(table) == 4);
    cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0) == REQUEST_NONE);
    static const uint32_t order[] = {2, 0, 3, 1};
    for (int i = 0; i < 4; i++) {
        request_table_free(table, order[i]);
    }
    cr_assert(request_table_used(table) == 0);
    for (int i = 0; i < 4; i++) {
        cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0) == order[i]);
    }
    cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0) == REQUEST_NONE);
    free(table);
}

Test(request_table, the_entry_just_freed_is_taken_last) {
    struct request_table *table = table_make((struct request_table_limits){100, 5, 77});
    uint32_t entry = request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0);
    request_table_free(table, entry);
    for (int i = 0; i < 99; i++) {
        cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0) != entry);
    }
    cr_assert(request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0) == entry);
    free(table);
}

Test(request_table, generations_wrap_and_ids_still_differ) {
    struct request_table *table = table_make((struct request_table_limits){1, 5, 77});
    uint32_t entry = request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0);
    request_table_at(table, entry)->generation = (1U << 22) - 1;
    struct request_id before = request_table_at(table, entry)->id;
    request_table_free(table, entry);
    entry = request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0);
    struct request_id after = request_table_at(table, entry)->id;
    cr_expect((after.low >> 20 & 0x3fffff) == 0);
    cr_expect((after.low >> 42 & 0xffff) == 77, "no carry into the epoch");
    cr_expect(before.high != after.high || before.low != after.low);
    char text[36];
    text_of(table, entry, text);
    cr_expect(match_of(table, text) == REQUEST_OURS);
    free(table);
}

Test(request_table, parse_undoes_format) {
    struct prng prng;
    prng_seed(&prng, test_seed("request_table"));
    for (int i = 0; i < 10000; i++) {
        struct request_id id = {.high = (prng_next(&prng) & ~UINT64_C(0xf000)) | 0x4000,
                                .low = prng_next(&prng) >> 2 | UINT64_C(1) << 63};
        char text[37] = {0};
        request_id_format(id, text);
        char expected[40];
        snprintf(expected, sizeof(expected), "%08llx-%04llx-%04llx-%04llx-%012llx",
                 (unsigned long long)(id.high >> 32), (unsigned long long)(id.high >> 16 & 0xffff),
                 (unsigned long long)(id.high & 0xffff), (unsigned long long)(id.low >> 48),
                 (unsigned long long)(id.low & 0xffffffffffff));
        cr_assert(strcmp(text, expected) == 0);
        struct request_id parsed;
        cr_assert(request_id_parse(bytes_of(text, 36), &parsed));
        cr_assert(parsed.high == id.high && parsed.low == id.low);
    }
}

/* Digit by digit, as the form is written down. */
static bool is_uuid(const char *text) {
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-'
                 : strchr("0123456789abcdef", text[i]) == NULL || text[i] == '\0') {
            return false;
        }
    }
    return text[14] == '4' && strchr("89ab", text[19]) != NULL;
}

Test(request_table, every_byte_in_every_place) {
    for (int place = 0; place < 36; place++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[] = "9a9b3cf0-40af-4567-89ab-cdef01234567";
            text[place] = (char)byte;
            struct request_id id;
            cr_assert_eq(request_id_parse(bytes_of(text, 36), &id), is_uuid(text), "%d at %d", byte,
                         place);
            char back[36];
            cr_assert(!is_uuid(text) || (request_id_format(id, back), memcmp(back, text, 36) == 0));
        }
    }
}

static void free_twice(void *argument) {
    request_table_free(argument, 0);
    request_table_free(argument, 0);
}

static void reach_past_the_end(void *argument) {
    (void)request_table_at(argument, 1);
}

static void take_before_1970(void *argument) {
    (void)request_table_take(argument, at_ns(-1), REQUEST_CANCEL, 0);
}

Test(request_table, our_own_mistakes_stop_the_process) {
    struct request_table *table = table_make((struct request_table_limits){1, 5, 77});
    cr_expect(dies_saying(take_before_1970, table, "utc"));
    (void)request_table_take(table, at_ns(START_NS), REQUEST_CANCEL, 0);
    cr_expect(dies_saying(free_twice, table, "REQUEST_FREE"));
    cr_expect(dies_saying(reach_past_the_end, table, "entries"));
    free(table);
}
