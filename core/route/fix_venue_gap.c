#include "core/base/text.h"
#include "core/route/fix_venue.h"

/* A request that goes on where an earlier one ended, or within it, may be the next part of the same
 * question: of its first number nothing more is known than of those behind. */
void fix_venue_note_gap(struct fix_venue *venue, uint64_t first, uint64_t end) {
    struct fix_venue_gap *gap = &venue->gap;
    bool goes_on = gap->asked != 0 && first <= gap->asked + 1;
    gap->missing = goes_on ? 0 : first;
    gap->next = first;
    gap->end = end;
    gap->asked = end > gap->asked ? end : gap->asked;
}

/* Cold: more than SENT_RING_MAX messages ago. */
static void tell_forgotten(struct fix_venue_gap *gap, uint64_t oldest,
                           struct venue_report *report) {
    uint64_t last = gap->end < oldest ? gap->end : oldest - 1;
    struct text text = text_begin(gap->text, sizeof(gap->text));
    text_add(&text, BYTES("the venue missed numbers "));
    text_add_number(&text, gap->next);
    text_add(&text, BYTES(" to "));
    text_add_number(&text, last);
    text_add(&text, BYTES(", long forgotten"));
    gap->next = last + 1;
    report->kind = VENUE_REPORT_MALFORMED;
    report->text = text_end(&text);
}

/* Only the first number asked for is known to be missing: FIX 4.4 volume 2, ResendRequest, asks
 * for everything from the gap on, whether it arrived early or not at all. */
static bool tell_request(const struct fix_dialect *dialect, bool is_first,
                         struct sent_request *sent, struct venue_report *report) {
    if (sent->fate == SENT_SETTLED) {
        return false;
    }
    bool never = is_first || dialect->gap == DIALECT_GAP_DISCARDS;
    if (!never && (dialect->gap == DIALECT_GAP_QUEUES || sent->fate == SENT_DOUBTED)) {
        return false;
    }
    sent->fate = never ? SENT_SETTLED : SENT_DOUBTED;
    report->kind = never ? VENUE_REPORT_NOT_SENT : VENUE_REPORT_MAYBE_SENT;
    report->request_known = true;
    report->request_id = sent->id;
    return true;
}

bool fix_venue_tell_gap(struct fix_venue *venue, struct venue_report *report) {
    struct fix_venue_gap *gap = &venue->gap;
    if (gap->next == 0) {
        return false;
    }
    uint64_t oldest = sent_ring_oldest(venue->link.session.next_out);
    if (gap->next < oldest && gap->next <= gap->end) {
        tell_forgotten(gap, oldest, report);
        return true;
    }
    while (gap->next <= gap->end) {
        uint64_t seq = gap->next++;
        struct sent_request *sent = sent_ring_find(&venue->sent, seq);
        if (sent != NULL &&
            tell_request(venue->config.dialect, seq == gap->missing, sent, report)) {
            return true;
        }
    }
    gap->next = 0;
    return false;
}
