#include <string.h>

#include "core/base/text.h"
#include "core/route/order_entry_state.h"

/* Somebody has to find it at the venue: as much of it as there is room for. */
static void note_foreign(struct order_entry *entry, uint32_t venue, struct now now,
                         const struct venue_report *report) {
    struct bytes quantity =
        report->last_quantity.len != 0 ? report->last_quantity : report->order_quantity;
    struct bytes price = report->last_price.len != 0 ? report->last_price : report->price;
    struct bytes side = bytes_equal(report->side, BYTES("2")) ? BYTES("sell") : BYTES("buy");
    struct bytes parts[] = {report->cl_ord_id, report->venue_order_id,
                            report->symbol,    report->side.len != 0 ? side : bytes_of(NULL, 0),
                            quantity,          price};
    char text[NOTICE_TEXT_MAX];
    size_t len = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t room = sizeof(text) - len;
        if (parts[i].len == 0 || parts[i].len + 1 > room) {
            continue;
        }
        if (len != 0) {
            text[len++] = ' ';
        }
        memcpy(text + len, parts[i].data, parts[i].len);
        len += parts[i].len;
    }
    entry->counters.foreign_reports++;
    notice_send(entry, now, NOTICE_FOREIGN_ORDER, venue, 0, bytes_of(text, len));
}

/* The venue's words are left out where all does not fit. */
static void note_cancel(struct order_entry *entry, uint32_t venue, struct now now,
                        struct bytes venue_order_id, struct bytes what, struct bytes words) {
    char room[NOTICE_TEXT_MAX];
    struct text text = text_begin(room, sizeof(room));
    text_add(&text, venue_order_id);
    text_add(&text, BYTES(": "));
    text_add(&text, what);
    if (text.max - text.len > words.len) {
        text_add(&text, words);
    }
    notice_send(entry, now, NOTICE_FOREIGN_CANCEL, venue, 0, text_end(&text));
}

static struct bytes id_of(const struct foreign_order *foreign) {
    return bytes_of(foreign->venue_order_id, foreign->venue_order_id_len);
}

/* It stays open there, as far as the router is concerned. */
static void leave(struct order_entry *entry, uint32_t venue, struct now now,
                  struct bytes venue_order_id, struct bytes why) {
    entry->counters.foreign_left++;
    note_cancel(entry, venue, now, venue_order_id, BYTES("not cancelled: "), why);
}

static bool is_open(const struct venue_report *report) {
    switch (report->kind) {
    case VENUE_REPORT_ACKNOWLEDGED:
    case VENUE_REPORT_FILL:
    case VENUE_REPORT_STATUS:
    case VENUE_REPORT_REPLACED:
    case VENUE_REPORT_RESTATED:
        return !report->complete;
    default:
        return false;
    }
}

static bool is_over(const struct venue_report *report) {
    return report->complete || report->kind == VENUE_REPORT_CANCELED ||
           report->kind == VENUE_REPORT_EXPIRED;
}

static struct foreign_order *find(struct venue_slot *slot, struct bytes venue_order_id) {
    for (uint32_t i = 0; i < FOREIGN_ORDERS_MAX; i++) {
        struct foreign_order *foreign = &slot->foreign[i];
        if (foreign->state != FOREIGN_NONE && bytes_equal(id_of(foreign), venue_order_id)) {
            return foreign;
        }
    }
    return NULL;
}

/* One whose connection is gone was never answered, and will not be. */
static bool may_give_up(const struct venue_slot *slot, const struct foreign_order *foreign) {
    return foreign->state == FOREIGN_OVER ||
           (foreign->state == FOREIGN_ASKED && foreign->session != slot->session);
}

/* A free place, or that of the one heard of first among those with which nothing is to be done. */
static struct foreign_order *find_place(struct venue_slot *slot) {
    struct foreign_order *oldest = NULL;
    for (uint32_t i = 0; i < FOREIGN_ORDERS_MAX; i++) {
        struct foreign_order *foreign = &slot->foreign[i];
        if (foreign->state == FOREIGN_NONE) {
            return foreign;
        }
        if (may_give_up(slot, foreign) &&
            (oldest == NULL || foreign->heard.ns < oldest->heard.ns)) {
            oldest = foreign;
        }
    }
    if (oldest != NULL && oldest->request != REQUEST_NONE) {
        request_table_free(slot->requests, oldest->request);
    }
    return oldest;
}

static void set_over(struct venue_slot *slot, struct foreign_order *foreign) {
    slot->foreign_count -= foreign->state == FOREIGN_COMPARING || foreign->state == FOREIGN_WAITING;
    foreign->state = FOREIGN_OVER;
}

/* What a cancel has to say, or why it cannot be said. */
static struct bytes read_order(const struct order_entry *entry, uint32_t venue,
                               const struct venue_report *report, struct foreign_order *out) {
    bool sell = bytes_equal(report->side, BYTES("2"));
    out->side = sell ? ORDER_SELL : ORDER_BUY;
    out->instrument =
        instrument_table_find_venue(entry->setup.directory->instruments, venue, report->symbol);
    if (report->venue_order_id.len == 0 || report->venue_order_id.len > VENUE_ORDER_ID_MAX ||
        report->cl_ord_id.len > CL_ORD_ID_MAX) {
        return BYTES("its ids cannot be used");
    }
    if (out->instrument == INSTRUMENT_NONE) {
        return BYTES("its symbol is not known here");
    }
    if (!sell && !bytes_equal(report->side, BYTES("1"))) {
        return BYTES("its side is not known");
    }
    out->venue_order_id_len = (uint8_t)report->venue_order_id.len;
    memcpy(out->venue_order_id, report->venue_order_id.data, report->venue_order_id.len);
    out->cl_ord_id.len = (uint8_t)report->cl_ord_id.len;
    memcpy(out->cl_ord_id.text, report->cl_ord_id.data, report->cl_ord_id.len);
    return bytes_of(NULL, 0);
}

static void begin(struct order_entry *entry, uint32_t venue, struct now now,
                  const struct venue_report *report) {
    struct venue_slot *slot = &entry->venues[venue];
    struct foreign_order order = {
        .state = FOREIGN_COMPARING, .request = REQUEST_NONE, .heard = now.mono};
    struct bytes problem = read_order(entry, venue, report, &order);
    struct foreign_order *place = problem.len == 0 ? find_place(slot) : NULL;
    if (place == NULL) {
        leave(entry, venue, now, report->venue_order_id,
              problem.len != 0 ? problem : BYTES("too many of them at once"));
        return;
    }
    *place = order;
    slot->foreign_count++;
}

/*
 * An id that this run made is of an order of ours, whatever has become of its request: the answer
 * to a question that was given up, say. Of our orders it cancels none.
 */
static bool names_ours(const struct venue_slot *slot, const struct venue_report *report) {
    return request_table_made(slot->requests, report->cl_ord_id) ||
           request_table_made(slot->requests, report->orig_cl_ord_id);
}

void foreign_report(struct order_entry *entry, uint32_t venue, struct now now,
                    const struct venue_report *report) {
    struct venue_slot *slot = &entry->venues[venue];
    note_foreign(entry, venue, now, report);
    if (!entry->setup.venues[venue].cancel_foreign || report->request_known ||
        names_ours(slot, report)) {
        return;
    }
    struct foreign_order *known = find(slot, report->venue_order_id);
    if (known == NULL && is_open(report)) {
        begin(entry, venue, now, report);
    } else if (known != NULL && is_over(report)) {
        set_over(slot, known);
    }
}

void foreign_answered(struct order_entry *entry, uint32_t venue, uint32_t named, struct now now,
                      const struct venue_report *report) {
    struct venue_slot *slot = &entry->venues[venue];
    uint32_t place = request_table_at(slot->requests, named)->order;
    struct foreign_order *foreign = &slot->foreign[place];
    switch (report->kind) {
    case VENUE_REPORT_REFUSED:
        entry->counters.foreign_cancels_refused++;
        note_cancel(entry, venue, now, id_of(foreign), BYTES("refused: "), report->text);
        break;
    case VENUE_REPORT_NOT_SENT:
    case VENUE_REPORT_MAYBE_SENT:
        leave(entry, venue, now, id_of(foreign), BYTES("the venue may have missed it"));
        break;
    default:
        note_foreign(entry, venue, now, report);
        if (!is_over(report)) {
            return;
        }
        break;
    }
    set_over(slot, foreign);
    /* Of one that may yet be acted on the answer may yet come: its id stays known. */
    if (report->kind != VENUE_REPORT_MAYBE_SENT) {
        request_table_free(slot->requests, named);
        foreign->request = REQUEST_NONE;
    }
}

/*
 * It may be one of ours that somebody else has touched, under an id of theirs: by the venue's own
 * id it would be. A part of the orders each turn; *looks says how many.
 */
static void compare(struct order_entry *entry, uint32_t venue, struct now now,
                    struct foreign_order *foreign, uint32_t *looks) {
    uint32_t found;
    while ((found = order_table_walk(entry->orders, &foreign->from, looks)) != ORDER_NONE) {
        const struct order *order = order_table_at(entry->orders, found);
        if (order->venue == venue &&
            bytes_equal(bytes_of(order->venue_order_id, order->venue_order_id_len),
                        id_of(foreign))) {
            leave(entry, venue, now, id_of(foreign), BYTES("it is an order of ours"));
            set_over(&entry->venues[venue], foreign);
            return;
        }
    }
    if (foreign->from == ORDER_NONE) {
        foreign->state = FOREIGN_WAITING;
    }
}

/* All that a cancel says of its order. How old it is nobody told: at least as old as its report. */
static struct order order_of(uint32_t venue, const struct foreign_order *foreign) {
    struct order order = {.side = foreign->side,
                          .instrument = foreign->instrument,
                          .venue = venue,
                          .venue_order_id_len = foreign->venue_order_id_len,
                          .received = foreign->heard};
    memcpy(order.venue_order_id, foreign->venue_order_id, foreign->venue_order_id_len);
    return order;
}

static enum venue_send send_cancel(struct order_entry *entry, struct now now, uint32_t venue,
                                   struct foreign_order *foreign) {
    struct venue_slot *slot = &entry->venues[venue];
    const struct instrument_table *instruments = entry->setup.directory->instruments;
    uint32_t request = request_table_take(slot->requests, now, REQUEST_FOREIGN_CANCEL,
                                          (uint32_t)(foreign - slot->foreign));
    if (request == REQUEST_NONE) {
        return VENUE_SEND_AGAIN;
    }
    const struct order order = order_of(venue, foreign);
    char id_text[REQUEST_UUID_BYTES];
    request_id_format(request_table_at(slot->requests, request)->id, id_text);
    const struct venue_order out = {
        .order = &order,
        .instrument = instrument_table_at(instruments, foreign->instrument),
        .symbol = instrument_table_venue_symbol(instruments, foreign->instrument, venue),
        .cl_ord_id = bytes_of(id_text, sizeof(id_text)),
        .orig_cl_ord_id = cl_ord_id_bytes(&foreign->cl_ord_id),
        .request_id = request_table_at(slot->requests, request)->id};
    enum venue_send sent = slot->venue->ops->send_cancel(slot->venue, now, &out);
    if (sent != VENUE_SENT) {
        request_table_free(slot->requests, request);
        return sent;
    }
    foreign->request = request;
    foreign->session = slot->session;
    return VENUE_SENT;
}

/* The entries that are kept for cancels are kept for those of our orders. */
static enum cancel_try try_cancel(struct order_entry *entry, uint32_t venue, struct now now,
                                  struct foreign_order *foreign) {
    struct venue_slot *slot = &entry->venues[venue];
    if (cancel_is_limited_now(slot, foreign->instrument, now) ||
        !requests_have_room(entry, venue)) {
        return CANCEL_WAITS;
    }
    enum venue_send sent = send_cancel(entry, now, venue, foreign);
    enum cancel_try tried = cancel_tried(slot, foreign->instrument, now, sent);
    if (tried == CANCEL_DONE) {
        entry->counters.foreign_cancels++;
        note_cancel(entry, venue, now, id_of(foreign), BYTES("sent"), bytes_of(NULL, 0));
        slot->foreign_count--;
        foreign->state = FOREIGN_ASKED;
    } else if (tried == CANCEL_IMPOSSIBLE) {
        leave(entry, venue, now, id_of(foreign),
              bytes_of_string(reject_info(reject_of_send(sent))->text));
        set_over(slot, foreign);
    }
    return tried;
}

bool foreign_turn(struct order_entry *entry, uint32_t venue, struct now now) {
    struct venue_slot *slot = &entry->venues[venue];
    uint32_t looks = WALK_BURST;
    for (uint32_t i = 0; i < FOREIGN_ORDERS_MAX && slot->foreign_count != 0; i++) {
        struct foreign_order *foreign = &slot->foreign[i];
        if (foreign->state == FOREIGN_COMPARING) {
            compare(entry, venue, now, foreign, &looks);
            entry->more |= foreign->state == FOREIGN_COMPARING;
        }
        if (foreign->state == FOREIGN_WAITING &&
            try_cancel(entry, venue, now, foreign) == CANCEL_BLOCKED) {
            return false;
        }
    }
    return true;
}
