/*
 * What a venue's ResendRequest says about each request: of the numbers asked for
 * the first is known to be missing, the others by the dialect's row, and one that a report has
 * named arrived.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/route/fix_venue.h"

static struct fix_venue venue;
static struct fix_dialect dialect;

static struct request_id id_of(uint64_t seq) {
    return (struct request_id){.high = seq << 16 | UINT64_C(0x4000),
                               .low = UINT64_C(1) << 63 | seq};
}

/* Requests at every number from 2 to `last` but those that 5 divides: heartbeats. */
static void sent_up_to(uint64_t last, enum dialect_gap gap) {
    memset(&venue, 0, sizeof(venue));
    dialect = (struct fix_dialect){.gap = gap};
    venue.config.dialect = &dialect;
    for (uint64_t seq = 2; seq <= last; seq++) {
        if (seq % 5 != 0) {
            sent_ring_note(&venue.sent, seq, REQUEST_NEW_ORDER, id_of(seq));
        }
    }
    venue.link.session.next_out = last + 1;
}

/* "n7 m8 " and the like: never sent, maybe. */
static const char *told(void) {
    static char text[512];
    text[0] = '\0';
    struct venue_report report = {.request_known = false};
    while (fix_venue_tell_gap(&venue, &report)) {
        size_t len = strlen(text);
        if (report.kind == VENUE_REPORT_MALFORMED) {
            (void)snprintf(text + len, sizeof(text) - len, "[%.*s] ", (int)report.text.len,
                           report.text.data);
        } else {
            cr_assert(report.request_known);
            char kind = report.kind == VENUE_REPORT_NOT_SENT ? 'n' : 'm';
            cr_assert(kind == 'n' || report.kind == VENUE_REPORT_MAYBE_SENT);
            (void)snprintf(text + len, sizeof(text) - len, "%c%llu ", kind,
                           (unsigned long long)(report.request_id.high >> 16));
        }
        report = (struct venue_report){.request_known = false};
    }
    return text;
}

static const char *asked(uint64_t first, uint64_t end) {
    fix_venue_note_gap(&venue, first, end);
    return told();
}

Test(fix_venue_gap, by_the_row_of_the_dialect) {
    sent_up_to(12, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(asked(7, 12), "n7 m8 m9 m11 m12 ");
    sent_up_to(12, DIALECT_GAP_DISCARDS);
    cr_assert_str_eq(asked(7, 12), "n7 n8 n9 n11 n12 ");
    sent_up_to(12, DIALECT_GAP_QUEUES);
    cr_assert_str_eq(asked(7, 12), "n7 ");
}

Test(fix_venue_gap, nothing_without_one) {
    sent_up_to(12, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(told(), "");
}

Test(fix_venue_gap, first_number_may_be_no_request) {
    sent_up_to(12, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(asked(10, 11), "m11 ");
    cr_assert_str_eq(asked(1, 1), "");
}

Test(fix_venue_gap, what_a_report_named_arrived) {
    sent_up_to(9, DIALECT_GAP_UNKNOWN);
    sent_ring_hear(&venue.sent, id_of(7));
    sent_ring_hear(&venue.sent, id_of(8));
    cr_assert_str_eq(asked(7, 9), "m9 ");
}

Test(fix_venue_gap, is_not_told_twice) {
    sent_up_to(9, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(asked(7, 9), "n7 m8 m9 ");
    cr_assert_str_eq(asked(7, 9), "");
    cr_assert_str_eq(asked(8, 9), "");
}

/* QuickFIX's ResendRequestChunkSize: it has 8 and 9 in its queue, and asks for them all the same.
 */
Test(fix_venue_gap, parts_of_one_question_have_one_first_number) {
    sent_up_to(9, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(asked(7, 7), "n7 ");
    cr_assert_str_eq(asked(8, 8), "m8 ");
    cr_assert_str_eq(asked(9, 9), "m9 ");
}

Test(fix_venue_gap, another_gap_has_a_first_number_of_its_own) {
    sent_up_to(9, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(asked(2, 3), "n2 m3 ");
    cr_assert_str_eq(asked(7, 9), "n7 m8 m9 ");
}

Test(fix_venue_gap, numbers_long_forgotten_are_named) {
    sent_up_to(SENT_RING_MAX + 13, DIALECT_GAP_DISCARDS);
    uint64_t oldest = 14;
    cr_assert_str_eq(asked(3, 16), "[the venue missed numbers 3 to 13, long forgotten] n14 n16 ");
    cr_assert_eq(sent_ring_oldest(venue.link.session.next_out), oldest);
    cr_assert_str_eq(asked(3, 4), "[the venue missed numbers 3 to 4, long forgotten] ");
}

/* The one that is known to be missing was forgotten: of the rest nothing is known. */
Test(fix_venue_gap, first_number_stays_the_first) {
    sent_up_to(SENT_RING_MAX + 13, DIALECT_GAP_UNKNOWN);
    cr_assert_str_eq(asked(13, 14), "[the venue missed numbers 13 to 13, long forgotten] m14 ");
}
