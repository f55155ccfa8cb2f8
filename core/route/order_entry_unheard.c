#include <string.h>

#include "core/base/text.h"
#include "core/order/order_fill.h"
#include "core/route/order_entry_state.h"

__extension__ typedef unsigned __int128 uint128;

/* How long a fill may take that the venue has counted already. */
#define UNHEARD_PATIENCE_NS (2 * NS_PER_S)
/* Questions about an order that is over. */
#define UNHEARD_ASKS_MAX 8
/* How long after an order's end the venue may still tell of a fill that came before it there. */
#define UNHEARD_AFTER_END_NS (5 * NS_PER_S)

static unsigned decimals_of(struct bytes text) {
    const char *dot = memchr(text.data, '.', text.len);
    return dot == NULL ? 0 : (unsigned)(text.len - (size_t)(dot - text.data) - 1);
}

/* An average with fewer decimals than prices have left out zeros. */
static bool read_average(const struct instrument *instrument, const struct order *order,
                         struct bytes text, struct order_worth *worth) {
    int64_t average;
    if (text.len == 0 || text.len > DECIMAL_TEXT_MAX) {
        return false;
    }
    unsigned digits = decimals_of(text);
    digits = digits > instrument->price_digits ? digits : instrument->price_digits;
    return digits <= DECIMAL_DIGITS_MAX && decimal_parse(text, digits, &average) == DECIMAL_OK &&
           order_worth_of_average(order->told, average, digits, instrument->price_digits, worth);
}

/* A sum that agrees with the average as far as that goes is more exact. */
static void read_sum(const struct instrument *instrument, struct bytes text,
                     struct order_worth *worth) {
    unsigned digits = instrument->price_digits + instrument->quantity_digits;
    int64_t sum;
    if (text.len == 0 || digits > DECIMAL_DIGITS_MAX ||
        decimal_parse(text, digits, &sum) != DECIMAL_OK || sum <= 0) {
        return;
    }
    unsigned decimals = decimals_of(text);
    uint64_t error = decimals < digits ? (uint64_t)decimal_power(digits - decimals) : 0;
    uint128 exact = (uint64_t)sum;
    uint128 off = exact > worth->notional ? exact - worth->notional : worth->notional - exact;
    if (off <= worth->error + error) {
        worth->notional = exact;
        worth->error = error < worth->error ? error : worth->error;
    }
}

/* Of the latest count, and of no other. */
static bool read_worth(struct order_entry *entry, uint32_t slot,
                       const struct venue_report *report) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    struct quantity told;
    struct order_worth worth;
    if (!is_told(report, instrument, &told) || told.scaled != order->told.scaled ||
        !read_average(instrument, order, report->average, &worth)) {
        return false;
    }
    read_sum(instrument, report->traded, &worth);
    track->worth = worth;
    track->worth_told = told;
    track->worth_complete = report->complete;
    return true;
}

static struct bytes words_of(const struct order_entry *entry, const struct order *order,
                             char room[REPORT_TEXT_MAX]) {
    const struct instrument *instrument =
        instrument_table_at(entry->setup.directory->instruments, order->instrument);
    char count[DECIMAL_TEXT_MAX];
    struct text text = text_begin(room, REPORT_TEXT_MAX);
    text_add(&text, BYTES("in doubt: the venue counts "));
    text_add(&text, bytes_of(count, decimal_format(order->told.scaled, instrument->quantity_digits,
                                                   count)));
    text_add(&text, BYTES(" filled, of which not all was heard"));
    return text_end(&text);
}

/* The venue is there: what it was asked for is answered, and nothing that is pending ends. */
static void doubt(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    char room[REPORT_TEXT_MAX];
    const struct book_words words = {.text = words_of(entry, order, room), .keeps_pending = true};
    if (order->state != ORDER_IN_DOUBT) {
        book_change(entry, slot, now, ORDER_EVENT_VENUE_LOST, &words);
    } else if (track->unheard.scaled > track->unheard_told.scaled) {
        track->unheard_told = track->unheard;
        report_order(entry, now, order, ORDER_REPORT_IN_DOUBT, words.text, REJECT_NONE);
    }
}

void unheard_heard(struct order_entry *entry, uint32_t slot, struct now now,
                   const struct venue_report *report) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    struct quantity before = track->unheard;
    track->unheard = order_fill_missing(order);
    if (track->unheard.scaled == 0) {
        order->fill_owed = false;
        return;
    }
    bool more = track->unheard.scaled > before.scaled;
    if (more) {
        track->unheard_since = now.mono;
        track->unheard_asks = 0;
        track->ask_due = now.mono;
    }
    if (read_worth(entry, slot, report) || more) {
        order->fill_owed = true;
        watch_order(entry, slot, now);
    }
    if (!order_state_is_terminal(order->state)) {
        doubt(entry, slot, now);
    }
}

void unheard_cut_off(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    const struct venue_slot *venue = &entry->venues[order->venue];
    bool late = instant_since(venue->reported, order->ended).ns > UNHEARD_AFTER_END_NS;
    if (late || order->fill_owed || order_fill_is_all(order) || !order->venue_accepted ||
        !doubt_may_ask(entry, order)) {
        return;
    }
    order->fill_owed = true;
    entry->tracks[slot].unheard_asks = 0;
    unheard_forget(entry, slot);
    watch_order(entry, slot, now);
}

/* Of one that was asked about in case, nothing is known to be missing. */
static void give_up(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    bool missing = order_fill_missing(order).scaled > 0;
    order->fill_owed = false;
    notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number,
                missing ? BYTES("fills were not heard, and nobody says at which price: given up")
                        : BYTES("whether it was filled as it ended is not known: given up"));
}

void unheard_absent(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    bool worthless = entry->tracks[slot].worth_told.scaled != order->told.scaled;
    if (!order->fill_owed || !order_state_is_terminal(order->state)) {
        return;
    }
    if (order_fill_missing(order).scaled == 0) {
        order->fill_owed = false;
    } else if (worthless) {
        give_up(entry, slot, now);
    }
}

void unheard_forget(struct order_entry *entry, uint32_t slot) {
    entry->tracks[slot].worth_told.scaled = 0;
}

static void recover(struct order_entry *entry, uint32_t slot, struct now now) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    uint128 before = order->notional;
    struct order_fill_outcome outcome = order_fill_recover(order, &track->worth);
    unheard_forget(entry, slot);
    if (outcome.booked.scaled == 0) {
        note_conflict(entry, now, order,
                      (outcome.flags & ORDER_FILL_OVER) != 0
                          ? BYTES("it counts more as filled than the order asked for")
                          : BYTES("its average price makes no sense for what was not heard"));
        return;
    }
    const struct book_words words = {.booked = outcome.booked, .worth = order->notional - before};
    order->fill_owed = false;
    track->unheard.scaled = 0;
    entry->counters.fills++;
    entry->counters.recovered_fills++;
    notice_send(entry, now, NOTICE_CONFLICT, order->venue, order->number,
                BYTES("fills were not heard: booked by the venue's count"));
    note_complete(order, track->worth_complete);
    book_change(entry, slot, now,
                event_of_fill(order, track->worth_complete || order->venue_complete), &words);
}

/* From when on what is missing could have been heard: it comes again behind a new Logon. */
static struct instant since(const struct venue_slot *venue, const struct order_track *track) {
    return track->unheard_since.ns > venue->up_since.ns ? track->unheard_since : venue->up_since;
}

void unheard_look(struct order_entry *entry, uint32_t slot, struct now now) {
    const struct order *order = order_table_at(entry->orders, slot);
    const struct order_track *track = &entry->tracks[slot];
    const struct venue_slot *venue = &entry->venues[order->venue];
    if (!order->fill_owed || !venue_slot_is_up(entry, order->venue) || venue->losing ||
        !watch_waited(venue, now, since(venue, track), UNHEARD_PATIENCE_NS)) {
        return;
    }
    bool over = order_state_is_terminal(order->state);
    bool missing = order_fill_missing(order).scaled > 0;
    if (missing && track->worth_told.scaled == order->told.scaled) {
        recover(entry, slot, now);
    } else if (over && (track->unheard_asks >= UNHEARD_ASKS_MAX || !doubt_may_ask(entry, order))) {
        give_up(entry, slot, now);
    }
}
