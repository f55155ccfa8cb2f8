/* What the router writes, held to the rules of numbers by a reader of its own. */
#include "bench/sim/world/world_internal.h"
#include "bench/sim/world/world_text.h"

static bool is_application(char type) {
    return strchr("0A12345", type) == NULL;
}

static bool is_client_link(uint32_t link) {
    return world_link_kind(link) == WORLD_LINK_CLIENT;
}

/* To a client reports are sent again, not filled over; to a venue nothing is sent again. */
static void check_fill(struct world *world, struct world_stream *stream, struct bytes message,
                       uint64_t first) {
    struct world_wire *wire = &world->links[stream->link].wire;
    uint64_t end = world_text_number(message, 36);
    if (!is_client_link(stream->link)) {
        return;
    }
    for (uint64_t i = first; i < end && i <= wire->highest && i < WORLD_NUMBERS_MAX; i++) {
        if (wire->said[i] != 0 && is_application(wire->kind[i])) {
            world_break(world, "what was told is told again when it is asked for",
                        "link %u: 35=%c with number %" PRIu64 " was filled over", stream->link,
                        wire->kind[i], i);
            return;
        }
    }
}

static void check_number(struct world *world, struct world_stream *stream, struct bytes message,
                         char type, uint64_t number) {
    struct world_wire *wire = &world->links[stream->link].wire;
    uint64_t hash = world_text_hash(message);
    if (wire->said[number] != 0 && wire->said[number] != hash) {
        world_break(world, "G7 a number has one content",
                    "link %u: number %" PRIu64 " was 35=%c and is 35=%c with another content",
                    stream->link, number, wire->kind[number], type);
    }
    if (wire->said[number] == hash && !is_client_link(stream->link)) {
        world_break(world, "to a venue nothing is sent again", "link %u: number %" PRIu64,
                    stream->link, number);
    }
    wire->said[number] = hash;
    wire->kind[number] = type;
    wire->highest = number > wire->highest ? number : wire->highest;
}

void world_wire_written(struct world *world, struct world_stream *stream, struct bytes message) {
    struct world_wire *wire = &world->links[stream->link].wire;
    char type = world_text_type(message);
    uint64_t number = world_text_number(message, 34);
    bool again = world_text_is(world_text_value(message, 43), "Y");
    if (number == 0 || number >= WORLD_NUMBERS_MAX) {
        world_break(world, "numbers are numbers", "link %u: %" PRIu64, stream->link, number);
        return;
    }
    if (stream->logged_out && is_application(type) && !again) {
        world_break(world, "nothing after Logout", "link %u: 35=%c", stream->link, type);
    }
    stream->logged_out |= type == '5';
    if (type == 'A' && world_text_is(world_text_value(message, 141), "Y")) {
        memset(wire->said, 0, (wire->highest + 1) * sizeof(wire->said[0]));
        wire->highest = 0;
    }
    if (type == '4' && again) {
        check_fill(world, stream, message, number);
        return;
    }
    check_number(world, stream, message, type, number);
}
