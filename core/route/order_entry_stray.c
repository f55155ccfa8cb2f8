#include "core/route/order_entry_state.h"

/* How long to wait for evidence before a cancel goes again: longer each time. */
#define STRAY_AGAIN_MIN_NS (5 * NS_PER_S)
#define STRAY_AGAIN_MAX_NS (60 * NS_PER_S)
/* Cancels that one order gets in its life here. */
#define STRAY_TRIES_MAX 8

bool order_is_reached(const struct order_entry *entry, const struct order *order) {
    const struct venue_slot *venue = &entry->venues[order->venue];
    return !venue->can->cancel_needs_session || order->venue_session == venue->session;
}

static bool is_due(const struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct order_track *track = &entry->tracks[slot];
    bool anew = track->stray_session != entry->venues[order->venue].session;
    return anew || instant_reached(now.mono, track->stray_due);
}

/* A cancel that may not reach the order proves nothing by its refusal: then it is asked about. */
static void try(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    int64_t wait_ns = track->stray_tries == 0 ? STRAY_AGAIN_MIN_NS : 2 * track->stray_wait_ns;
    track->stray_wait_ns = wait_ns < STRAY_AGAIN_MAX_NS ? wait_ns : STRAY_AGAIN_MAX_NS;
    track->stray_due = instant_add(now.mono, (struct duration){.ns = track->stray_wait_ns});
    track->stray_session = entry->venues[order->venue].session;
    track->stray_tries++;
    if (!order_is_reached(entry, order)) {
        (void)doubt_ask(entry, slot, now);
    }
    cancel_owe(entry, slot);
}

void stray_look(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    if (!order->stray_owed || order->cancel_owed || !venue_slot_is_up(entry, order->venue) ||
        entry->venues[order->venue].unheard || !is_due(entry, slot, now)) {
        return;
    }
    if (entry->tracks[slot].stray_tries < STRAY_TRIES_MAX) {
        try(entry, slot, now);
        return;
    }
    order->stray_owed = false;
    notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number,
                BYTES("over here, open there, and not cancelled: given up"));
}

void stray_begin(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    bool again = order->stray;
    order->stray = true;
    order->stray_owed |= entry->tracks[slot].stray_tries < STRAY_TRIES_MAX;
    if (order->stray_owed && (!again || is_due(entry, slot, now))) {
        try(entry, slot, now);
    }
    watch_order(entry, slot, now);
}

void stray_over(struct order_entry *entry, uint32_t slot) {
    struct order *order = order_table_at(entry->orders, slot);
    order->stray = false;
    order->stray_owed = false;
}

static int64_t greater(int64_t a, int64_t b) {
    return a > b ? a : b;
}

void stray_heard(struct order_entry *entry, uint32_t slot, const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    if (!order->stray) {
        return;
    }
    if (report->kind == VENUE_REPORT_CANCELED || report->kind == VENUE_REPORT_EXPIRED ||
        report->complete) {
        stray_over(entry, slot);
        return;
    }
    struct order_terms told = terms_of(order);
    (void)terms_told(entry, order, report, &told);
    struct order_terms *worst = &order->replace_terms;
    worst->quantity.scaled = greater(worst->quantity.scaled, told.quantity.scaled);
    worst->price.scaled = greater(worst->price.scaled, told.price.scaled);
}
