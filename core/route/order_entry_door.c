#include "core/route/order_entry_state.h"

/* At a full door, who has said nothing for so long makes way for others. */
#define SILENCE_ALLOWED_NS (1 * NS_PER_S)

static struct door_connection *free_place(struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        if (entry->door[i].stream == NULL) {
            return &entry->door[i];
        }
    }
    return NULL;
}

/* A full door leaves newcomers in the kernel's backlog until there is a place. */
static void accept_new(struct order_entry *entry, struct now now) {
    struct door_connection *place;
    for (unsigned listener = 0; listener < entry->setup.listener_count; listener++) {
        struct stream *stream;
        while ((place = free_place(entry)) != NULL &&
               (stream = stream_accept(entry->setup.stack, listener)) != NULL) {
            *place = (struct door_connection){
                .stream = stream,
                .client = ROUTE_NONE,
                .since = now.mono,
                .deadline = instant_add(now.mono, entry->setup.identify_timeout)};
            entry->more = true;
        }
    }
}

/* It may hold a password. */
static void wipe_unread(struct stream *stream) {
    size_t unread = stream_peek(stream, 0).len;
    if (unread != 0) {
        stream_consume(stream, unread, STREAM_SECRET);
    }
}

void door_shut_out(struct order_entry *entry, struct now now, struct door_connection *place,
                   struct bytes why) {
    wipe_unread(place->stream);
    entry->counters.connections_refused++;
    notice_send(entry, now, NOTICE_CLIENT_REFUSED, 0, 0, why);
    stream_discard(entry->setup.stack, place->stream);
    place->stream = NULL;
}

enum fix_action door_read(const struct order_entry *entry, struct door_connection *place,
                          struct fix_identity *identity) {
    for (;;) {
        struct bytes unread = stream_peek(place->stream, place->need);
        if (unread.len < place->need || unread.len == 0) {
            return FIX_ACTION_PARTIAL;
        }
        enum fix_action action =
            fix_session_identify(unread, entry->setup.message_bytes_max, identity);
        if (action != FIX_ACTION_PARTIAL) {
            return action;
        }
        CHECK(identity->need > unread.len);
        place->need = identity->need;
    }
}

static void identify(struct order_entry *entry, struct now now, struct door_connection *place) {
    struct fix_identity identity;
    switch (door_read(entry, place, &identity)) {
    case FIX_ACTION_DELIVER:
        door_identified(entry, now, place, &identity);
        return;
    case FIX_ACTION_PARTIAL:
        break;
    default:
        door_shut_out(entry, now, place, BYTES("the first message is no Logon"));
        return;
    }
    if (stream_state(place->stream) != STREAM_OPEN) {
        door_shut_out(entry, now, place, BYTES("closed before a Logon"));
    } else if (instant_reached(now.mono, place->deadline)) {
        door_shut_out(entry, now, place, BYTES("no Logon in time"));
    }
}

static struct door_connection *oldest_silent(struct order_entry *entry) {
    struct door_connection *oldest = NULL;
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        struct door_connection *place = &entry->door[i];
        if (place->stream != NULL && place->state == DOOR_SILENT &&
            (oldest == NULL || place->since.ns < oldest->since.ns)) {
            oldest = place;
        }
    }
    return oldest;
}

static struct instant may_be_evicted(const struct door_connection *place) {
    return instant_add(place->since, (struct duration){.ns = SILENCE_ALLOWED_NS});
}

/* Silent connections in any number keep nobody out for long. */
static void make_way(struct order_entry *entry, struct now now) {
    if (free_place(entry) != NULL) {
        return;
    }
    struct door_connection *place = oldest_silent(entry);
    if (place != NULL && instant_reached(now.mono, may_be_evicted(place))) {
        door_shut_out(entry, now, place, BYTES("silent at a full door"));
    }
}

void door_turn(struct order_entry *entry, struct now now) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        struct door_connection *place = &entry->door[i];
        if (place->stream != NULL && place->state == DOOR_SILENT) {
            identify(entry, now, place);
        }
        if (place->stream != NULL && place->state != DOOR_SILENT) {
            door_go_on(entry, now, place);
        }
    }
    if (entry->phase == ORDER_ENTRY_RUNNING) {
        make_way(entry, now);
        accept_new(entry, now);
    }
}

void door_close(struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        if (entry->door[i].stream != NULL) {
            wipe_unread(entry->door[i].stream);
            stream_discard(entry->setup.stack, entry->door[i].stream);
            entry->door[i].stream = NULL;
        }
    }
}

struct instant door_deadline(const struct order_entry *entry) {
    struct instant earliest = INSTANT_NEVER;
    struct instant eviction = INSTANT_NEVER;
    bool full = true;
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        const struct door_connection *place = &entry->door[i];
        if (place->stream == NULL) {
            full = false;
            continue;
        }
        earliest = instant_earlier(earliest, place->deadline);
        if (place->state == DOOR_WAITING &&
            entry->clients[place->client].door_asked == ROUTE_NONE) {
            earliest = instant_earlier(earliest, entry->clients[place->client].locked_until);
        }
        if (place->state == DOOR_SILENT) {
            eviction = instant_earlier(eviction, may_be_evicted(place));
        }
    }
    return full ? instant_earlier(earliest, eviction) : earliest;
}
