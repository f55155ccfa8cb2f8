#include "core/route/order_entry_state.h"

void track_begin(struct order_entry *entry, uint32_t slot) {
    entry->tracks[slot] = (struct order_track){
        .current_request = REQUEST_NONE, .cancel_of = REQUEST_NONE, .status_request = REQUEST_NONE};
}

bool requests_have_room(const struct order_entry *entry, uint32_t venue) {
    return request_table_used(entry->venues[venue].requests) <
           entry->setup.limits.requests_per_venue / 2;
}

static struct request_table *requests_of(struct order_entry *entry, uint32_t slot) {
    return entry->venues[order_table_at(entry->orders, slot)->venue].requests;
}

/*
 * The venue is heard in order, so that by the time it is heard to have moved on from an id it has:
 * what is kept here is for one that does not.
 */
void request_retire(struct order_entry *entry, uint32_t slot, uint32_t request) {
    struct order_track *track = &entry->tracks[slot];
    struct request_table *requests = requests_of(entry, slot);
    if (request == REQUEST_NONE) {
        return;
    }
    if (!requests_have_room(entry, order_table_at(entry->orders, slot)->venue)) {
        request_table_free(requests, request);
        return;
    }
    uint32_t *place = &track->past[track->past_count % REQUESTS_PAST_MAX];
    if (track->past_count >= REQUESTS_PAST_MAX) {
        request_table_free(requests, *place);
    }
    *place = request;
    track->past_taken[track->past_count % REQUESTS_PAST_MAX] = request == track->current_request;
    track->past_count++;
}

static void release(struct request_table *requests, uint32_t *request) {
    if (*request != REQUEST_NONE) {
        request_table_free(requests, *request);
        *request = REQUEST_NONE;
    }
}

void request_drop(struct order_entry *entry, uint32_t slot, uint32_t *request) {
    release(requests_of(entry, slot), request);
}

void requests_release(struct order_entry *entry, uint32_t slot) {
    struct order *order = order_table_at(entry->orders, slot);
    struct order_track *track = &entry->tracks[slot];
    struct request_table *requests = requests_of(entry, slot);
    if (track->current_request != order->new_request) {
        release(requests, &track->current_request);
    }
    release(requests, &order->new_request);
    release(requests, &order->cancel_request);
    release(requests, &order->replace_request);
    release(requests, &track->status_request);
    for (uint32_t i = 0; i < track->past_count && i < REQUESTS_PAST_MAX; i++) {
        release(requests, &track->past[i]);
    }
}

struct venue_order venue_order_make(struct order_entry *entry, uint32_t slot, uint32_t request,
                                    char id_text[REQUEST_UUID_BYTES],
                                    char orig_text[REQUEST_UUID_BYTES]) {
    const struct order *order = order_table_at(entry->orders, slot);
    struct request_table *requests = entry->venues[order->venue].requests;
    const struct instrument_table *instruments = entry->setup.directory->instruments;
    const struct instrument *instrument = instrument_table_at(instruments, order->instrument);
    request_id_format(request_table_at(requests, request)->id, id_text);
    request_id_format(request_table_at(requests, entry->tracks[slot].current_request)->id,
                      orig_text);
    return (struct venue_order){
        .order = order,
        .instrument = instrument,
        .symbol = instrument_table_venue_symbol(instruments, order->instrument, order->venue),
        .cl_ord_id = bytes_of(id_text, REQUEST_UUID_BYTES),
        .orig_cl_ord_id = bytes_of(orig_text, REQUEST_UUID_BYTES),
        .request_id = request_table_at(requests, request)->id};
}
