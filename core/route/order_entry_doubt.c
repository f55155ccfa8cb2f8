#include "core/base/text.h"
#include "core/route/order_entry_state.h"

/* How long to wait for the answer to a question about an order in doubt: longer each time. */
#define ASK_AGAIN_MIN_NS (5 * NS_PER_S)
#define ASK_AGAIN_MAX_NS (60 * NS_PER_S)
/* How long a venue that states no deadline may take to act on a replace. */
#define REPLACE_LIFE_NS (60 * NS_PER_S)
/* A venue goes by its own clock: how far that may be behind ours. */
#define DEADLINE_MARGIN_NS (1 * NS_PER_S)

bool doubt_may_ask(const struct order_entry *entry, const struct order *order) {
    const struct venue_slot *venue = &entry->venues[order->venue];
    return venue->can->status &&
           (!venue->can->acknowledged_first || order->venue_order_id_len != 0);
}

/*
 * An entry for the question. Without room for what is no cancel it is the one that is kept for the
 * order's cancel, unless that is under way: then its answer tells as much.
 */
static uint32_t take_request(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    if (!requests_have_room(entry, order->venue)) {
        if (order->cancel_pending) {
            return REQUEST_NONE;
        }
        request_drop(entry, slot, &order->cancel_request);
        request_drop(entry, slot, &entry->tracks[slot].status_request);
    }
    return request_table_take(entry->venues[order->venue].requests, now, REQUEST_STATUS, slot);
}

/* A question that finds no room is asked when the order is looked at again. */
bool doubt_ask(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    struct venue_slot *venue = &entry->venues[order->venue];
    if (!doubt_may_ask(entry, order)) {
        return false;
    }
    uint32_t request = take_request(entry, slot, now);
    if (request == REQUEST_NONE) {
        return false;
    }
    char id_text[REQUEST_UUID_BYTES];
    char orig_text[REQUEST_UUID_BYTES];
    struct venue_order out = venue_order_make(entry, slot, request, id_text, orig_text);
    if (venue->venue->ops->send_status(venue->venue, now, &out) != VENUE_SENT) {
        request_table_free(venue->requests, request);
        return false;
    }
    if (track->status_request != REQUEST_NONE) {
        request_table_free(venue->requests, track->status_request);
    }
    track->status_request = request;
    return true;
}

/*
 * A venue that has a deadline for taking a replace takes it no more after that: a status that was
 * asked for later, and tells the old terms, is the end of it. One asked for sooner may have
 * overtaken it.
 */
static bool is_past_the_replace(const struct order_entry *entry, const struct order *order,
                                struct instant asked) {
    int64_t deadline_ns = entry->venues[order->venue].can->order_validity.ns;
    int64_t life_ns = (deadline_ns != 0 ? deadline_ns : REPLACE_LIFE_NS) + DEADLINE_MARGIN_NS;
    return asked.ns - order->replace_sent.ns >= life_ns;
}

/* By the queue that every cancel takes that nobody asked for by itself. What is over is not
 * cancelled to know what it filled. */
static bool probe(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    if (!entry->setup.venues[order->venue].cancel_in_doubt || order->state != ORDER_IN_DOUBT) {
        return false;
    }
    if (cancel_begin(entry, now, slot)) {
        order->cancel_probes = true;
        entry->counters.doubt_cancels++;
        notice_send(entry, now, NOTICE_IN_DOUBT, order->venue, order->number,
                    BYTES("a cancel asks what became of it"));
    }
    return true;
}

static void note_asked(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    bool early = !order->replace_pending || !is_past_the_replace(entry, order, now.mono);
    track->asked_early += early && track->asked_early != UINT32_MAX;
    track->unheard_asks += order_state_is_terminal(order->state);
    track->asked = now.mono;
}

void doubt_look(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    uint32_t session = entry->venues[order->venue].session;
    bool anew = track->asked_session != session;
    if ((!anew && !instant_reached(now.mono, track->ask_due)) ||
        !venue_slot_is_up(entry, order->venue) || entry->venues[order->venue].unheard) {
        return;
    }
    bool first = anew || !track->doubt_asked;
    bool asked = doubt_ask(entry, slot, now);
    bool probed = !(first && asked) && probe(entry, slot, now);
    if (!asked && !probed) {
        return;
    }
    if (asked) {
        note_asked(entry, slot, now);
    }
    int64_t wait_ns = anew ? ASK_AGAIN_MIN_NS : 2 * track->ask_wait_ns;
    track->ask_wait_ns = wait_ns < ASK_AGAIN_MAX_NS ? wait_ns : ASK_AGAIN_MAX_NS;
    track->ask_due = instant_add(now.mono, (struct duration){.ns = track->ask_wait_ns});
    track->asked_session = session;
    track->doubt_asked = true;
}

/* Whoever else wants it cancelled has put an id to it, or comes back to see (stop, disconnect). */
void doubt_over(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    bool nobody_else = order->cancel_cl_ord_id.len == 0 && order->mass_cl_ord_id.len == 0;
    if (order->cancel_probes && order->cancel_owed && nobody_else) {
        order->cancel_pending = false;
    }
    if (order->replace_pending) {
        /* The order is known again, and what became of its replace is not. */
        entry->tracks[slot].replace_since = now.mono;
        watch_order(entry, slot, now);
    }
}

/* The venue answers in order: of a status that names no question it is known only that all that
 * were asked before were answered before, or not at all. */
static bool answers_an_early_question(struct order_track *track, uint32_t named) {
    bool early = named != track->status_request && track->asked_early != 0;
    track->asked_early = named != track->status_request ? track->asked_early - early : 0;
    return early;
}

void doubt_answered(struct order_entry *entry, uint32_t slot, uint32_t named) {
    struct order_track *track = &entry->tracks[slot];
    if (named == track->status_request) {
        request_table_free(entry->venues[order_table_at(entry->orders, slot)->venue].requests,
                           named);
        track->status_request = REQUEST_NONE;
    }
}

bool doubt_settle_terms(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                        const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    bool early = answers_an_early_question(track, named);
    struct order_terms now_there = terms_of(order);
    if (!order->replace_pending || !track->replace_told ||
        !terms_told(entry, order, report, &now_there)) {
        return false;
    }
    struct order_terms before = terms_of(order);
    if (terms_are_same(&now_there, &before)) {
        order->replace_pending = early || !is_past_the_replace(entry, order, track->asked);
        return false;
    }
    if (terms_are_same(&now_there, &order->replace_terms)) {
        terms_replace(entry, slot, now, report);
        return true;
    }
    return false;
}

/* Nothing was ever heard of it from the venue. */
static bool was_never_seen(const struct order *order) {
    return !order->venue_accepted && order->venue_order_id_len == 0 && order->told.scaled == 0;
}

/* Whether the venue, asked then, would have found the order if it had it, and took it no more. A
 * question asked sooner may have overtaken the order, however late its answer comes. */
static bool would_be_found(const struct order_entry *entry, const struct order *order,
                           struct instant asked) {
    return order_is_reached(entry, order) && order->valid_until.ns != 0 &&
           asked.ns - order->valid_until.ns >= DEADLINE_MARGIN_NS;
}

bool doubt_absent(struct order_entry *entry, uint32_t slot, struct now now, struct instant asked) {
    const struct order *order = order_table_at(entry->orders, slot);
    if (order->state != ORDER_IN_DOUBT || !was_never_seen(order) ||
        !would_be_found(entry, order, asked)) {
        return false;
    }
    book_event(entry, slot, now, ORDER_EVENT_NOT_SENT, bytes_of(NULL, 0), REJECT_NOT_SENT);
    return true;
}

static void order_missed(struct order_entry *entry, uint32_t slot, struct now now, bool maybe) {
    const struct order *order = order_table_at(entry->orders, slot);
    if (!maybe) {
        book_event(entry, slot, now, ORDER_EVENT_NOT_SENT, bytes_of(NULL, 0), REJECT_NOT_SENT);
    } else if (order->state == ORDER_PENDING_NEW) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue may have missed it"), REJECT_NONE);
    }
}

static void replace_missed(struct order_entry *entry, uint32_t slot, struct now now, bool maybe) {
    const struct order *order = order_table_at(entry->orders, slot);
    if (!maybe) {
        book_replace_refusal(entry, slot, now, REJECT_NOT_SENT, bytes_of(NULL, 0));
    } else if (order->state != ORDER_IN_DOUBT && !order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST,
                   BYTES("in doubt: the venue may have missed a replace"), REJECT_NONE);
    }
}

void doubt_refused(struct order_entry *entry, uint32_t slot, struct now now, struct bytes words) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct bytes begin = BYTES("in doubt, the venue failed: ");
    char room[REPORT_TEXT_MAX];
    struct text text = text_begin(room, sizeof(room));
    text_add(&text, begin);
    text_add(&text,
             bytes_of(words.data,
                      words.len < sizeof(room) - begin.len ? words.len : sizeof(room) - begin.len));
    if (order->state != ORDER_IN_DOUBT && !order_state_is_terminal(order->state)) {
        book_event(entry, slot, now, ORDER_EVENT_VENUE_LOST, text_end(&text), REJECT_NONE);
    }
}

void book_missed(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                 bool maybe) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct request *request = request_table_at(entry->venues[order->venue].requests, named);
    switch (request->kind) {
    case REQUEST_NEW_ORDER:
        order_missed(entry, slot, now, maybe);
        break;
    case REQUEST_CANCEL:
        /* Twice does no harm; not at all would. */
        if (named == order->cancel_request && order->cancel_pending) {
            cancel_owe(entry, slot);
        }
        break;
    case REQUEST_REPLACE:
        if (named == order->replace_request && order->replace_pending) {
            replace_missed(entry, slot, now, maybe);
        }
        break;
    case REQUEST_STATUS:
        doubt_answered(entry, slot, named);
        entry->tracks[slot].ask_due = now.mono;
        break;
    default:
        break;
    }
}
