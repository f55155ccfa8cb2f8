#include "bench/conformance/acceptor_door.h"

void acceptor_door_open(struct acceptor_door *door, struct now now, unsigned listener,
                        struct duration patience) {
    for (uint32_t i = 0; i < ACCEPTOR_DOOR_MAX; i++) {
        if (door->place[i].stream != NULL) {
            continue;
        }
        struct stream *stream = stream_accept(door->streams, listener);
        if (stream == NULL) {
            return;
        }
        door->place[i].stream = stream;
        door->place[i].deadline = instant_add(now.mono, patience);
        door->place[i].need = 0;
    }
}

static void turn_away(struct acceptor_door *door, uint32_t i) {
    stream_discard(door->streams, door->place[i].stream);
    door->place[i].stream = NULL;
}

static void admit(struct acceptor_door *door, struct now now, uint32_t i,
                  const struct fix_identity *identity) {
    struct acceptor_world *world = NULL;
    if (bytes_equal(identity->target_comp_id, BYTES(ACCEPTOR_COMP_ID))) {
        world = acceptor_world_find(door->worlds, now, identity->sender_comp_id);
    }
    if (world == NULL ||
        !bytes_equal(identity->begin_string, world->link.session.config.version->begin_string)) {
        turn_away(door, i);
        return;
    }
    struct stream *old = acceptor_world_let_go(world, now);
    if (old != NULL) {
        stream_discard(door->streams, old);
    }
    if (acceptor_world_attach(world, door->place[i].stream)) {
        door->place[i].stream = NULL;
    } else {
        turn_away(door, i);
    }
}

/* Reads on while more than was asked for is there: how much a message needs shows bit by bit. */
static enum fix_action read_identity(struct acceptor_door *door, uint32_t i,
                                     struct fix_identity *identity) {
    for (;;) {
        struct bytes unread = stream_peek(door->place[i].stream, door->place[i].need);
        if (unread.len == 0 || unread.len < door->place[i].need) {
            return FIX_ACTION_PARTIAL;
        }
        enum fix_action action = fix_session_identify(unread, ACCEPTOR_MESSAGE_BYTES_MAX, identity);
        if (action != FIX_ACTION_PARTIAL) {
            return action;
        }
        door->place[i].need = identity->need;
    }
}

static void identify(struct acceptor_door *door, struct now now, uint32_t i) {
    struct fix_identity identity;
    enum fix_action action = read_identity(door, i, &identity);
    if (action == FIX_ACTION_DELIVER) {
        admit(door, now, i, &identity);
    } else if (action != FIX_ACTION_PARTIAL || stream_state(door->place[i].stream) != STREAM_OPEN ||
               instant_reached(now.mono, door->place[i].deadline)) {
        turn_away(door, i);
    }
}

void acceptor_door_turn(struct acceptor_door *door, struct now now) {
    for (uint32_t i = 0; i < ACCEPTOR_DOOR_MAX; i++) {
        if (door->place[i].stream != NULL) {
            identify(door, now, i);
        }
    }
}

struct instant acceptor_door_deadline(const struct acceptor_door *door) {
    struct instant earliest = INSTANT_NEVER;
    for (uint32_t i = 0; i < ACCEPTOR_DOOR_MAX; i++) {
        if (door->place[i].stream != NULL) {
            earliest = instant_earlier(earliest, door->place[i].deadline);
        }
    }
    return earliest;
}
