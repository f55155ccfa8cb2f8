#include "core/route/order_entry_state.h"

static struct door_connection *free_place(struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        if (entry->door[i].stream == NULL) {
            return &entry->door[i];
        }
    }
    return NULL;
}

/* A full door leaves newcomers in the kernel's backlog until somebody has said who he is. */
static void accept_new(struct order_entry *entry, struct now now) {
    struct door_connection *place;
    for (unsigned listener = 0; listener < entry->setup.listener_count; listener++) {
        struct stream *stream;
        while ((place = free_place(entry)) != NULL &&
               (stream = stream_accept(entry->setup.stack, listener)) != NULL) {
            place->stream = stream;
            place->need = 0;
            place->deadline = instant_add(now.mono, entry->setup.identify_timeout);
            entry->more = true;
        }
    }
}

static void refuse(struct order_entry *entry, struct now now, struct door_connection *place,
                   struct bytes why) {
    entry->counters.connections_refused++;
    notice_send(entry, now, NOTICE_CLIENT_REFUSED, 0, 0, why);
    stream_discard(entry->setup.stack, place->stream);
    place->stream = NULL;
}

static uint32_t find_client(const struct order_entry *entry, const struct fix_identity *identity) {
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        const struct fix_session_config *config = &entry->setup.clients[i].session;
        if (bytes_equal(identity->sender_comp_id, config->target_comp_id) &&
            bytes_equal(identity->target_comp_id, config->sender_comp_id) &&
            bytes_equal(identity->begin_string, config->begin_string)) {
            return i;
        }
    }
    return ROUTE_NONE;
}

/* A live session keeps its identity: the newcomer is the one that goes. */
static void admit(struct order_entry *entry, struct now now, struct door_connection *place,
                  const struct fix_identity *identity) {
    uint32_t index = find_client(entry, identity);
    if (index == ROUTE_NONE) {
        refuse(entry, now, place, BYTES("no client has these CompIDs and this BeginString"));
    } else if (entry->clients[index].link.stream != NULL) {
        refuse(entry, now, place, BYTES("this client is connected already"));
    } else {
        fix_link_attach(&entry->clients[index].link, place->stream);
        place->stream = NULL;
        entry->more = true;
    }
}

/* Reads on while more than was asked for is there: how much a message needs shows bit by bit. */
static enum fix_action read_identity(struct order_entry *entry, struct door_connection *place,
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
    switch (read_identity(entry, place, &identity)) {
    case FIX_ACTION_DELIVER:
        admit(entry, now, place, &identity);
        return;
    case FIX_ACTION_PARTIAL:
        break;
    default:
        refuse(entry, now, place, BYTES("the first message is no Logon"));
        return;
    }
    if (stream_state(place->stream) != STREAM_OPEN) {
        refuse(entry, now, place, BYTES("closed before a Logon"));
    } else if (instant_reached(now.mono, place->deadline)) {
        refuse(entry, now, place, BYTES("no Logon in time"));
    }
}

void door_turn(struct order_entry *entry, struct now now) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        if (entry->door[i].stream != NULL) {
            identify(entry, now, &entry->door[i]);
        }
    }
    if (entry->phase == ORDER_ENTRY_RUNNING) {
        accept_new(entry, now);
    }
}

void door_close(struct order_entry *entry) {
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        if (entry->door[i].stream != NULL) {
            stream_discard(entry->setup.stack, entry->door[i].stream);
            entry->door[i].stream = NULL;
        }
    }
}

struct instant door_deadline(const struct order_entry *entry) {
    struct instant earliest = INSTANT_NEVER;
    for (uint32_t i = 0; i < entry->setup.limits.client_connections; i++) {
        if (entry->door[i].stream != NULL) {
            earliest = instant_earlier(earliest, entry->door[i].deadline);
        }
    }
    return earliest;
}
