#include "bench/interop/answer_times.h"

#include <criterion/criterion.h>

static const struct talk_plan plan = {.seed = 7,
                                      .messages = 40,
                                      .bytes_min = 100,
                                      .bytes_max = 600,
                                      .answer_every = 4,
                                      .connection = 3,
                                      .depth = 8};

static const struct instant start = {.ns = 1000};

struct ends {
    struct talk caller, answerer;
    uint64_t carried; /* bytes */
};

/* Carries what `from` may say, in pieces of `piece` bytes; the byte numbered `wrong` is another.
 * False when the other end finds it wrong. */
static bool carry(struct ends *ends, struct talk *from, struct talk *to, uint32_t piece,
                  uint64_t wrong) {
    uint32_t due;
    while ((due = talk_due(from, start)) > 0) {
        char bytes[TALK_MESSAGE_BYTES_MAX];
        uint32_t count = due < piece ? due : piece;
        talk_fill(from, bytes, count);
        talk_said(from, count);
        if (wrong >= ends->carried && wrong < ends->carried + count) {
            bytes[wrong - ends->carried] ^= 1;
        }
        ends->carried += count;
        if (!talk_hear(to, bytes_of(bytes, count))) {
            return false;
        }
    }
    return true;
}

static struct ends begin(const struct talk_plan *with) {
    struct ends ends = {.carried = 0};
    talk_call(&ends.caller, with, start);
    talk_answer(&ends.answerer);
    return ends;
}

static bool hold(struct ends *ends, uint32_t piece, uint64_t wrong) {
    for (int i = 0; i < 100 && !talk_may_end(&ends->caller); i++) {
        if (!carry(ends, &ends->caller, &ends->answerer, piece, wrong) ||
            !carry(ends, &ends->answerer, &ends->caller, piece, wrong)) {
            return false;
        }
    }
    return talk_may_end(&ends->caller) && talk_hear_end(&ends->answerer) &&
           talk_may_end(&ends->answerer) && talk_hear_end(&ends->caller);
}

Test(talk, goes_through_in_pieces_of_any_size) {
    for (uint32_t piece = 1; piece <= 700; piece += 13) {
        struct ends ends = begin(&plan);
        cr_assert(hold(&ends, piece, UINT64_MAX), "pieces of %u", piece);
        cr_expect(talk_is_over(&ends.caller) && talk_is_over(&ends.answerer));
        cr_expect_eq(ends.answerer.heard, 40);
        cr_expect_eq(ends.caller.heard, 10);
    }
}

Test(talk, finds_every_wrong_byte) {
    struct ends whole = begin(&plan);
    cr_assert(hold(&whole, 256, UINT64_MAX));
    /* A bit of the caller's own business in the hello (its spare bytes) is nobody's to notice. */
    for (uint64_t wrong = TALK_HELLO_BYTES; wrong < whole.carried; wrong++) {
        struct ends ends = begin(&plan);
        cr_assert(!hold(&ends, 256, wrong), "byte %llu of %llu", (unsigned long long)wrong,
                  (unsigned long long)whole.carried);
    }
}

Test(talk, finds_a_message_of_another_connection_direction_or_place) {
    struct ends ends = begin(&plan);
    char hello[TALK_HELLO_BYTES], message[TALK_MESSAGE_BYTES_MAX];
    talk_fill(&ends.caller, hello, sizeof(hello));
    talk_said(&ends.caller, sizeof(hello));
    cr_assert(talk_hear(&ends.answerer, bytes_of(hello, sizeof(hello))));
    uint32_t first = talk_due(&ends.caller, start);
    struct talk again = ends.answerer, elsewhere = ends.answerer;
    elsewhere.plan.connection++;
    talk_fill(&ends.caller, message, first);
    cr_expect(talk_hear(&ends.answerer, bytes_of(message, first)));
    cr_expect(!talk_hear(&ends.answerer, bytes_of(message, first)), "twice");
    cr_expect(!talk_hear(&elsewhere, bytes_of(message, first)), "another connection's");
    talk_said(&ends.caller, first);
    talk_fill(&ends.caller, message, 8);
    cr_expect(!talk_hear(&again, bytes_of(message, 8)), "the second first");
    cr_expect(!talk_hear(&ends.caller, bytes_of(message, 8)), "to who said it");
}

Test(talk, knows_an_end_that_is_too_early_and_bytes_that_are_too_many) {
    struct ends ends = begin(&plan);
    cr_assert(carry(&ends, &ends.caller, &ends.answerer, 600, UINT64_MAX));
    cr_expect_eq(ends.caller.said, 8, "as many as may be unanswered");
    cr_expect(!talk_hear_end(&ends.answerer));
    struct ends over = begin(&plan);
    cr_assert(hold(&over, 600, UINT64_MAX));
    cr_expect(!talk_hear(&over.caller, BYTES("x")));
    cr_expect(!talk_hear(&over.answerer, BYTES("x")));
}

Test(talk, answers_once_at_the_end_and_keeps_to_its_interval) {
    struct talk_plan slow = plan;
    slow.answer_every = slow.depth = 0;
    slow.interval.ns = 100;
    struct ends ends = begin(&slow);
    cr_assert(carry(&ends, &ends.caller, &ends.answerer, 600, UINT64_MAX));
    cr_expect_eq(ends.caller.said, 1);
    cr_expect_eq(talk_deadline(&ends.caller).ns, start.ns + 100);
    cr_expect_eq(talk_due(&ends.caller, (struct instant){.ns = start.ns + 99}), 0);
    cr_expect_gt(talk_due(&ends.caller, talk_deadline(&ends.caller)), 0);
    ends.caller.plan.interval.ns = 0;
    cr_assert(carry(&ends, &ends.caller, &ends.answerer, 600, UINT64_MAX));
    cr_expect_eq(talk_due(&ends.answerer, start), 0, "the caller has not ended");
    cr_expect(talk_hear_end(&ends.answerer));
    cr_expect_gt(talk_due(&ends.answerer, start), 0);
}

Test(answer_times, runs_from_a_messages_first_byte_to_the_last_of_its_answer) {
    static struct histogram answered;
    struct talk_plan each = plan;
    struct answer_times times = {.heard = 0};
    struct talk answerer;
    struct ends ends;
    each.answer_every = each.depth = 1;
    ends = begin(&each);
    talk_answer(&answerer);
    histogram_reset(&answered);
    for (int64_t at_ns = start.ns; ends.caller.said == 0; at_ns += 10) {
        char bytes[TALK_MESSAGE_BYTES_MAX];
        uint32_t due = talk_due(&ends.caller, start);
        uint32_t count = due > TALK_HELLO_BYTES ? due / 2 + 1 : due;
        talk_fill(&ends.caller, bytes, count);
        answer_times_say(&times, &ends.caller, (struct instant){.ns = at_ns});
        talk_said(&ends.caller, count);
        cr_assert(talk_hear(&answerer, bytes_of(bytes, count)));
    }
    struct instant said_at = answer_times_said_at(&times, 0);
    cr_expect_eq(said_at.ns, start.ns + 10, "not with the hello, nor with its last bytes");

    char answer[TALK_MESSAGE_BYTES_MAX];
    uint32_t due = talk_due(&answerer, start);
    talk_fill(&answerer, answer, due);
    struct instant half_at = {.ns = said_at.ns + 50}, whole_at = {.ns = said_at.ns + 70};
    cr_assert(talk_hear(&ends.caller, bytes_of(answer, due / 2)));
    answer_times_hear(&times, &ends.caller, half_at, &answered);
    cr_expect_eq(answered.count, 0);
    cr_assert(talk_hear(&ends.caller, bytes_of(answer + due / 2, due - due / 2)));
    answer_times_hear(&times, &ends.caller, whole_at, &answered);
    answer_times_hear(&times, &ends.caller, whole_at, &answered);
    cr_expect_eq(answered.count, 1, "once");
    cr_expect_eq(answered.max_ns, 70);
}
