#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_frame_test_twin.h"
#include "core/fix/test_guard.h"
#include "core/fix/test_message.h"
#include "core/fix/test_mutate.h"

#define MAX 4096

struct row {
    const char *text; /* '|' is SOH */
    enum fix_frame_result result;
    size_t bytes;
    enum fix_frame_fault fault;
};

static void check_rows(const struct row *rows, size_t count, size_t max) {
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct test_message message = test_message_of(row->text);
        struct fix_frame frame;
        enum fix_frame_result result = fix_frame(test_guarded(test_bytes(&message)), max, &frame);
        cr_assert_eq(result, row->result, "%s gives %d, not %d", row->text, result, row->result);
        cr_assert_eq(frame.bytes, row->bytes, "%s gives %zu bytes, not %zu", row->text, frame.bytes,
                     row->bytes);
        cr_assert_eq(frame.fault, row->fault, "%s gives fault %d, not %d", row->text, frame.fault,
                     row->fault);
    }
}

#define CHECK_ROWS(rows, max) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), max)

/* The shortest whole message: 26 bytes, sum 163. */
#define HEARTBEAT "8=FIX.4.4|9=5|35=0|10=163|"

Test(fix_frame, published_frames_are_complete) {
    for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
        struct test_message message = test_message_of(published_frames[i]);
        struct fix_frame frame;
        cr_assert_eq(fix_frame(test_guarded(test_bytes(&message)), MAX, &frame), FIX_FRAME_COMPLETE,
                     "%s", published_frames[i]);
        cr_assert_eq(frame.bytes, message.len);
        cr_assert_eq(frame.body_offset + frame.body_bytes + FIX_TRAILER_BYTES, message.len);
        cr_assert_eq(memcmp(message.data + frame.body_offset, "35=", 3), 0);
        cr_assert_eq(frame.fault, FIX_FAULT_NONE);
    }
}

Test(fix_frame, only_the_first_message_is_looked_at) {
    static const struct row rows[] = {
        {HEARTBEAT, FIX_FRAME_COMPLETE, 26, FIX_FAULT_NONE},
        {HEARTBEAT HEARTBEAT, FIX_FRAME_COMPLETE, 26, FIX_FAULT_NONE},
        {HEARTBEAT "junk", FIX_FRAME_COMPLETE, 26, FIX_FAULT_NONE},
        {HEARTBEAT "8=FI", FIX_FRAME_COMPLETE, 26, FIX_FAULT_NONE},
    };
    CHECK_ROWS(rows, MAX);
}

Test(fix_frame, every_cut_of_a_message_asks_for_what_is_missing) {
    for (size_t i = 0; i < PUBLISHED_FRAMES; i++) {
        struct test_message message = test_message_of(published_frames[i]);
        size_t body = (size_t)(strstr(published_frames[i], "|35=") + 1 - published_frames[i]);
        for (size_t len = 0; len < message.len; len++) {
            struct bytes cut = test_guarded(bytes_of(message.data, len));
            struct fix_frame frame;
            cr_assert_eq(fix_frame(cut, MAX, &frame), FIX_FRAME_PARTIAL, "%zu bytes of frame %zu",
                         len, i);
            size_t need = len < body ? len + 1 : message.len;
            cr_assert_eq(frame.bytes, need, "%zu bytes of frame %zu need %zu, not %zu", len, i,
                         frame.bytes, need);
        }
    }
}

Test(fix_frame, begin_string_starts_with_fix_and_is_short) {
    static const struct row rows[] = {
        {"", FIX_FRAME_PARTIAL, 1, FIX_FAULT_NONE},
        {"8", FIX_FRAME_PARTIAL, 2, FIX_FAULT_NONE},
        {"8=FIX", FIX_FRAME_PARTIAL, 6, FIX_FAULT_NONE},
        {"8=FIX|9=5|35=0|10=223|", FIX_FRAME_COMPLETE, 22, FIX_FAULT_NONE},
        {"8=FIXT.1.1|9=5|35=0|10=241|", FIX_FRAME_COMPLETE, 27, FIX_FAULT_NONE},
        {"8=FIX4567890123456|9=5|35=0|10=139|", FIX_FRAME_COMPLETE, 35, FIX_FAULT_NONE},
        {"8=FIX45678901234567|9=5|35=0|10=000|", FIX_FRAME_GARBLED, 36, FIX_FAULT_BEGIN_STRING},
        {"8=FIX4567890123456", FIX_FRAME_PARTIAL, 19, FIX_FAULT_NONE},
        {"8=FIX45678901234567", FIX_FRAME_GARBLED, 19, FIX_FAULT_BEGIN_STRING},
        {"9", FIX_FRAME_GARBLED, 1, FIX_FAULT_BEGIN_STRING},
        {"|8=FIX.4.4|9=5|", FIX_FRAME_GARBLED, 1, FIX_FAULT_BEGIN_STRING},
        {"8=FAX.4.4|9=5|35=0|10=163|", FIX_FRAME_GARBLED, 26, FIX_FAULT_BEGIN_STRING},
        {"8=fix.4.4|9=5|35=0|10=163|", FIX_FRAME_GARBLED, 26, FIX_FAULT_BEGIN_STRING},
        {"35=0|8=FIX.4.4|9=5|10=1|", FIX_FRAME_GARBLED, 5, FIX_FAULT_BEGIN_STRING},
        {"GET / HTTP/1.1", FIX_FRAME_GARBLED, 14, FIX_FAULT_BEGIN_STRING},
    };
    CHECK_ROWS(rows, MAX);
}

Test(fix_frame, a_start_that_is_cut_off_is_kept_when_skipping) {
    static const struct row rows[] = {
        {"junk8", FIX_FRAME_GARBLED, 4, FIX_FAULT_BEGIN_STRING},
        {"junk8=", FIX_FRAME_GARBLED, 4, FIX_FAULT_BEGIN_STRING},
        {"junk8=F", FIX_FRAME_GARBLED, 4, FIX_FAULT_BEGIN_STRING},
        {"junk8=FI", FIX_FRAME_GARBLED, 4, FIX_FAULT_BEGIN_STRING},
        {"junk8=FIX", FIX_FRAME_GARBLED, 4, FIX_FAULT_BEGIN_STRING},
        {"junk8=FI8", FIX_FRAME_GARBLED, 8, FIX_FAULT_BEGIN_STRING},
        {"junk88=FIX", FIX_FRAME_GARBLED, 5, FIX_FAULT_BEGIN_STRING},
        {"8=F8=FIX", FIX_FRAME_GARBLED, 3, FIX_FAULT_BEGIN_STRING},
        {"junk8=FAX", FIX_FRAME_GARBLED, 9, FIX_FAULT_BEGIN_STRING},
    };
    CHECK_ROWS(rows, MAX);
}

Test(fix_frame, body_length_is_second_and_one_to_nine_digits) {
    static const struct row rows[] = {
        {"8=FIX.4.4|9=005|35=0|10=003|", FIX_FRAME_COMPLETE, 28, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=000000005|35=0|10=035|", FIX_FRAME_COMPLETE, 34, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=0000000005|35=0|10=083|", FIX_FRAME_GARBLED, 35, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=0|10=200|", FIX_FRAME_COMPLETE, 21, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=|35=0|10=110|", FIX_FRAME_GARBLED, 25, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=-5|35=0|10=208|", FIX_FRAME_GARBLED, 27, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=+5|35=0|10=206|", FIX_FRAME_GARBLED, 27, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9= 5|35=0|10=195|", FIX_FRAME_GARBLED, 27, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=5 |35=0|10=195|", FIX_FRAME_GARBLED, 27, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=0x5|35=0|10=000|", FIX_FRAME_GARBLED, 28, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=5=35=0|10=163|", FIX_FRAME_GARBLED, 26, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9:5|35=0|10=163|", FIX_FRAME_GARBLED, 26, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|35=0|9=5|10=163|", FIX_FRAME_GARBLED, 26, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4||9=5|35=0|10=164|", FIX_FRAME_GARBLED, 27, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=999999999", FIX_FRAME_PARTIAL, 22, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=9999999999", FIX_FRAME_GARBLED, 22, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|35" HEARTBEAT, FIX_FRAME_GARBLED, 12, FIX_FAULT_BODY_LENGTH},
    };
    CHECK_ROWS(rows, MAX);
}

Test(fix_frame, more_than_the_limit_is_too_long) {
    static const struct row rows[] = {
        {"8=FIX.4.4|9=5|35=0|10=163|", FIX_FRAME_COMPLETE, 26, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=5|", FIX_FRAME_PARTIAL, 26, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=6|", FIX_FRAME_TOO_LONG, 27, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=05|", FIX_FRAME_TOO_LONG, 27, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=999999999|", FIX_FRAME_TOO_LONG, 1000000028, FIX_FAULT_NONE},
    };
    CHECK_ROWS(rows, 26);
}

Test(fix_frame, checksum_is_three_digits_and_the_sum) {
    static const struct row rows[] = {
        {"8=FIX.4.4|9=5|35=0|10=164|", FIX_FRAME_GARBLED, 26, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=256|", FIX_FRAME_GARBLED, 26, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=419|", FIX_FRAME_GARBLED, 26, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=999|", FIX_FRAME_GARBLED, 26, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=63|", FIX_FRAME_PARTIAL, 26, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=5|35=0|10=63|8", FIX_FRAME_GARBLED, 25, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=|8=F", FIX_FRAME_GARBLED, 23, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=0163|", FIX_FRAME_GARBLED, 27, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=163 |", FIX_FRAME_GARBLED, 27, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10= 163|", FIX_FRAME_GARBLED, 27, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=1a3|", FIX_FRAME_GARBLED, 26, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=5|35=0|10=1635", FIX_FRAME_PARTIAL, 27, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=11|35=0|58=a$|10=000|", FIX_FRAME_COMPLETE, 33, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=11|35=0|58=a$|10=256|", FIX_FRAME_GARBLED, 33, FIX_FAULT_CHECKSUM},
        {"8=FIX.4.4|9=11|35=0|58=a#|10=255|", FIX_FRAME_COMPLETE, 33, FIX_FAULT_NONE},
    };
    CHECK_ROWS(rows, MAX);
}

/* The public acceptance definitions' 2m: a wrong BodyLength costs that message, or the next too. */
Test(fix_frame, a_wrong_body_length_skips_to_the_next_trailer) {
    static const struct row rows[] = {
        /* Too short: the message itself. */
        {"8=FIX.4.4|9=4|35=0|10=163|" HEARTBEAT, FIX_FRAME_GARBLED, 26, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=0|35=0|10=158|" HEARTBEAT, FIX_FRAME_GARBLED, 26, FIX_FAULT_BODY_LENGTH},
        /* Too long by one: its own trailer lies before the place, so its successor goes too. */
        {"8=FIX.4.4|9=6|35=0|10=164|" HEARTBEAT, FIX_FRAME_GARBLED, 52, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=13|35=0|10=164|" HEARTBEAT HEARTBEAT, FIX_FRAME_GARBLED, 53,
         FIX_FAULT_BODY_LENGTH},
        /* Pointing into the successor's trailer: the one after it. */
        {"8=FIX.4.4|9=33|35=0|10=164|" HEARTBEAT HEARTBEAT, FIX_FRAME_GARBLED, 79,
         FIX_FAULT_BODY_LENGTH},
        /* A trailer that has not come yet is waited for, however it is cut. */
        {"8=FIX.4.4|9=4|35=0|55=X|", FIX_FRAME_PARTIAL, 25, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=4|35=0|55=X|10", FIX_FRAME_PARTIAL, 27, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=4|35=0|55=X|10=", FIX_FRAME_PARTIAL, 28, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=4|35=0|55=X|10=1", FIX_FRAME_PARTIAL, 29, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=4|35=0|55=X|10=1|", FIX_FRAME_GARBLED, 29, FIX_FAULT_BODY_LENGTH},
        /* 110= and 10 without SOH before it are no trailers. */
        {"8=FIX.4.4|9=4|35=0|110=163|55=10=7|10=1|", FIX_FRAME_GARBLED, 40, FIX_FAULT_BODY_LENGTH},
    };
    CHECK_ROWS(rows, MAX);
}

Test(fix_frame, the_search_for_a_trailer_ends_at_the_limit) {
    static const struct row rows[] = {
        {"8=FIX.4.4|9=4|35=0|58=abcdefghijklmnopq", FIX_FRAME_PARTIAL, 40, FIX_FAULT_NONE},
        {"8=FIX.4.4|9=4|35=0|58=abcdefghijklmnopqr", FIX_FRAME_GARBLED, 40, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=4|35=0|58=abcdefghijkl|10=1|", FIX_FRAME_GARBLED, 40, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=4|35=0|58=abcdefg8=FIX|10=1|", FIX_FRAME_GARBLED, 40, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=4|35=0|58=abcdefg8=FIX|10=12|", FIX_FRAME_GARBLED, 29, FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=4|35=0|58=abcde8=FIXghijklmnop", FIX_FRAME_GARBLED, 27,
         FIX_FAULT_BODY_LENGTH},
        {"8=FIX.4.4|9=4|35=0|58=abcdefghijklmnop8=FIX", FIX_FRAME_GARBLED, 38,
         FIX_FAULT_BODY_LENGTH},
    };
    CHECK_ROWS(rows, 40);
}

Test(fix_frame, nul_and_high_bytes_are_bytes_like_others) {
    static const char body[] = "35=0|58=\0\x80\xff\x7f\xfe|";
    struct test_message message = test_message_with(bytes_of(body, sizeof body - 1));
    struct fix_frame frame;
    cr_assert_eq(fix_frame(test_guarded(test_bytes(&message)), MAX, &frame), FIX_FRAME_COMPLETE);
    cr_assert_eq(frame.bytes, message.len);
    cr_assert_eq(frame.body_bytes, sizeof body - 1);
}

Test(fix_frame, checksum_is_the_plain_sum_at_every_length) {
    static char data[5000];
    struct prng prng;
    prng_seed(&prng, test_seed("fix_frame checksum"));
    for (int fill = 0; fill < 2; fill++) {
        unsigned sum = 0;
        for (size_t len = 0; len < sizeof data; len++) {
            struct bytes view = test_guarded(bytes_of(data, len));
            cr_assert_eq(fix_checksum(view), sum % 256, "%zu bytes", len);
            data[len] = fill == 0 ? '\xff' : (char)prng_below(&prng, 256);
            sum += (unsigned char)data[len];
        }
    }
}

static void check_against_twin(struct bytes in, size_t max) {
    struct fix_frame frame;
    struct fix_frame twin;
    enum fix_frame_result result = fix_frame(in, max, &frame);
    enum fix_frame_result expected = twin_frame(in, max, &twin);
    cr_assert(result == expected && frame.bytes == twin.bytes && frame.fault == twin.fault,
              "%.*s: %d %zu fault %d, twin: %d %zu fault %d", (int)in.len, in.data, result,
              frame.bytes, frame.fault, expected, twin.bytes, twin.fault);
    if (result == FIX_FRAME_COMPLETE) {
        cr_assert_eq(frame.body_offset, twin.body_offset);
        cr_assert_eq(frame.body_bytes, twin.body_bytes);
    }
    cr_assert(result != FIX_FRAME_PARTIAL || frame.bytes > in.len);
    cr_assert(result != FIX_FRAME_GARBLED || (frame.bytes >= 1 && frame.bytes <= in.len));
}

/* One to three frames, up to seven damages, perhaps cut. */
static struct test_message damaged_stream(struct prng *prng) {
    struct test_message stream = {.len = 0};
    for (uint64_t count = 1 + prng_below(prng, 3); count > 0; count--) {
        const char *text = prng_below(prng, 3) == 0
                               ? HEARTBEAT
                               : published_frames[prng_below(prng, PUBLISHED_FRAMES)];
        test_append(&stream, bytes_of_string(text));
    }
    for (uint64_t count = prng_below(prng, 8); count > 0; count--) {
        test_mutate(&stream, prng);
    }
    if (prng_below(prng, 4) == 0) {
        stream.len = (size_t)prng_below(prng, stream.len + 1);
    }
    return stream;
}

Test(fix_frame, agrees_with_its_twin_on_damaged_streams) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_frame twin"));
    for (int round = 0; round < 30000; round++) {
        struct test_message stream = damaged_stream(&prng);
        size_t max = prng_below(&prng, 3) == 0 ? 1 + (size_t)prng_below(&prng, 600) : MAX;
        check_against_twin(test_guarded(test_bytes(&stream)), max);
    }
}

/* Walks `stream` as it arrives in pieces and gives a hash of the messages that come out. */
static uint64_t messages_of(struct bytes stream, size_t max, struct prng *prng) {
    uint64_t hash = 14695981039346656037u;
    size_t at = 0;
    size_t arrived = prng == NULL ? stream.len : 0;
    for (;;) {
        struct fix_frame frame;
        switch (fix_frame(bytes_of(stream.data + at, arrived - at), max, &frame)) {
        case FIX_FRAME_PARTIAL:
            if (arrived == stream.len) {
                return hash;
            }
            arrived += 1 + (size_t)prng_below(prng, stream.len - arrived);
            break;
        case FIX_FRAME_TOO_LONG:
            return hash * 31;
        case FIX_FRAME_COMPLETE:
            hash = (hash ^ at) * 1099511628211u;
            hash = (hash ^ frame.bytes) * 1099511628211u;
            at += frame.bytes;
            break;
        case FIX_FRAME_GARBLED:
            at += frame.bytes;
            break;
        }
    }
}

Test(fix_frame, segmentation_does_not_change_the_messages) {
    struct prng prng;
    prng_seed(&prng, test_seed("fix_frame segmentation"));
    for (int round = 0; round < 20000; round++) {
        struct test_message stream = damaged_stream(&prng);
        size_t max = prng_below(&prng, 3) == 0 ? 1 + (size_t)prng_below(&prng, 600) : MAX;
        uint64_t whole = messages_of(test_bytes(&stream), max, NULL);
        uint64_t pieces = messages_of(test_bytes(&stream), max, &prng);
        cr_assert_eq(pieces, whole, "limit %zu: %.*s", max, (int)stream.len, stream.data);
    }
}
