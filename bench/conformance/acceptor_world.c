#include "bench/conformance/acceptor_world.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Messages taken in one turn; the rest waits for the next, so that no world starves another. */
#define TURN_MESSAGES 64

/* Memory is the kernel's until it is touched, and a world never ends. */
static void *map(size_t bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return mem == MAP_FAILED ? NULL : mem;
}

static struct acceptor_world *create(struct acceptor_worlds *worlds, struct now now,
                                     const struct acceptor_session *session, struct bytes comp_id) {
    void *outbox = map(fix_outbox_footprint(session->outbox));
    void *early = map(fix_early_footprint(session->early));
    if (outbox == NULL || early == NULL) {
        return NULL;
    }
    struct acceptor_world *world = &worlds->world[worlds->count++];
    world->slowness = session->real_time ? 1 : ACCEPTOR_SLOWNESS;
    world->born = now;
    memcpy(world->comp_id, comp_id.data, comp_id.len);
    struct fix_session_config config =
        acceptor_session_config(session, bytes_of(world->comp_id, comp_id.len));
    config.outbox = fix_outbox_init(outbox, session->outbox);
    config.early = fix_early_init(early, session->early);
    fix_link_init(&world->link, &config);
    return world;
}

struct acceptor_world *acceptor_world_find(struct acceptor_worlds *worlds, struct now now,
                                           struct bytes comp_id) {
    struct acceptor_session session;
    for (uint32_t i = 0; i < worlds->count; i++) {
        if (bytes_equal(comp_id, bytes_of_string(worlds->world[i].comp_id))) {
            return &worlds->world[i];
        }
    }
    if (comp_id.len == 0 || comp_id.len > FIX_COMP_ID_MAX || worlds->count == ACCEPTOR_WORLDS_MAX) {
        return NULL;
    }
    bool found = acceptor_session_named(comp_id, worlds->named, &session) ||
                 (worlds->makes_more && acceptor_session_made(comp_id, &session));
    return found ? create(worlds, now, &session, comp_id) : NULL;
}

struct now acceptor_world_now(const struct acceptor_world *world, struct now now) {
    int64_t age_ns = instant_since(now.mono, world->born.mono).ns / world->slowness;
    return (struct now){.mono = {world->born.mono.ns + age_ns + world->ahead_ns},
                        .utc = {world->born.utc.ns + age_ns + world->ahead_ns}};
}

bool acceptor_world_attach(struct acceptor_world *world, struct stream *stream) {
    if (world->link.stream != NULL) {
        return false;
    }
    fix_link_attach(&world->link, stream);
    return true;
}

struct stream *acceptor_world_let_go(struct acceptor_world *world, struct now now) {
    bool at_its_end = world->link.stream != NULL && world->link.finished;
    return at_its_end ? fix_link_detach(&world->link, acceptor_world_now(world, now)) : NULL;
}

void acceptor_world_logout(struct acceptor_world *world, struct now now, struct bytes text) {
    fix_link_logout(&world->link, acceptor_world_now(world, now), text);
}

bool acceptor_world_say(struct acceptor_world *world, struct bytes text) {
    if (text.len + 1 > sizeof(world->queue) - world->queue_bytes) {
        return false;
    }
    memcpy(world->queue + world->queue_bytes, text.data, text.len);
    world->queue[world->queue_bytes + text.len] = '\n';
    world->queue_bytes += text.len + 1;
    return true;
}

static void put_fields(struct fix_writer *writer, struct bytes fields) {
    char raw[ACCEPTOR_QUEUE_BYTES];
    if (fields.len == 0) {
        return;
    }
    for (size_t i = 0; i < fields.len; i++) {
        raw[i] = fields.data[i] == '|' ? FIX_SOH : fields.data[i];
    }
    raw[fields.len] = FIX_SOH;
    fix_put_raw(writer, bytes_of(raw, fields.len + 1));
}

/* False: not now. */
static bool say_line(struct acceptor_world *world, struct now now, struct bytes line) {
    struct fix_writer writer;
    const char *bar = memchr(line.data, '|', line.len);
    size_t type_len = bar == NULL ? line.len : (size_t)(bar - line.data);
    if (fix_link_begin(&world->link, now, bytes_of(line.data, type_len), ACCEPTOR_MESSAGE_BYTES_MAX,
                       &writer) != STREAM_OK) {
        return false;
    }
    put_fields(&writer, bytes_skip(line, bar == NULL ? line.len : type_len + 1));
    if (!fix_link_end(&world->link, now, &writer, STREAM_RELEASE_NOW)) {
        (void)fprintf(stderr, "%s: cannot be sent: %.*s\n", world->comp_id, (int)line.len,
                      line.data);
    }
    return true;
}

static void say_queued(struct acceptor_world *world, struct now now) {
    while (world->queue_bytes != 0) {
        const char *end = memchr(world->queue, '\n', world->queue_bytes);
        size_t len = (size_t)(end - world->queue);
        if (!say_line(world, now, bytes_of(world->queue, len))) {
            return;
        }
        world->queue_bytes -= len + 1;
        memmove(world->queue, end + 1, world->queue_bytes);
    }
}

/* Whether what comes could be answered now. */
static bool has_room(struct acceptor_world *world) {
    struct stream_room room;
    enum stream_result result = stream_reserve(world->link.stream, ACCEPTOR_ROOM_BYTES, &room);
    if (result == STREAM_OK) {
        stream_cancel(world->link.stream);
    }
    return result == STREAM_OK || result == STREAM_GONE || result == STREAM_AGAIN_UNRESOLVED;
}

static void keep(struct acceptor_world *world, struct bytes message) {
    memcpy(world->kept, message.data, message.len);
    world->kept_bytes = message.len;
}

/* Whether nothing is left to be answered. */
static bool answer_kept(struct acceptor_worlds *worlds, struct acceptor_world *world,
                        struct now now) {
    if (world->kept_bytes != 0) {
        uint32_t bad_offset;
        struct fix_view *view = &worlds->input.view;
        struct bytes message = bytes_of(world->kept, world->kept_bytes);
        CHECK(fix_view_parse(message, view, &bad_offset) == FIX_VIEW_OK);
        if (acceptor_echo_take(&world->echo, &world->link, now, view)) {
            world->kept_bytes = 0;
        }
    }
    return world->kept_bytes == 0;
}

/* True when everything whole was read. */
static bool read_some(struct acceptor_worlds *worlds, struct acceptor_world *world,
                      struct now now) {
    for (int count = 0; count < TURN_MESSAGES; count++) {
        if (!answer_kept(worlds, world, now) || !has_room(world)) {
            world->held = true;
            fix_link_hold(&world->link);
            fix_session_hold(&world->link.session, now);
            return false;
        }
        enum fix_action action = fix_link_read(&world->link, now, &worlds->input);
        if (action == FIX_ACTION_NONE || action == FIX_ACTION_BLOCKED) {
            return action == FIX_ACTION_NONE && !world->link.more;
        }
        if (action == FIX_ACTION_UP) {
            acceptor_echo_begin(&world->echo);
        } else if (action == FIX_ACTION_DELIVER &&
                   !acceptor_echo_take(&world->echo, &world->link, now, &worlds->input.view)) {
            keep(world, worlds->input.view.message);
        }
        fix_link_consume(&world->link, &worlds->input);
        if (action == FIX_ACTION_CLOSE) {
            return true;
        }
    }
    world->link.more = true;
    return false;
}

struct stream *acceptor_world_turn(struct acceptor_worlds *worlds, struct acceptor_world *world,
                                   struct now now) {
    if (world->link.stream == NULL) {
        return NULL;
    }
    now = acceptor_world_now(world, now);
    bool drained = read_some(worlds, world, now);
    fix_link_flush(&world->link, now);
    say_queued(world, now);
    if (drained && fix_link_is_over(&world->link, now)) {
        return fix_link_detach(&world->link, now);
    }
    return NULL;
}

int64_t acceptor_world_wait_ns(const struct acceptor_world *world, struct now now) {
    struct instant deadline = fix_link_deadline(&world->link);
    struct instant here = acceptor_world_now(world, now).mono;
    if (instant_is_never(deadline)) {
        return INT64_MAX;
    }
    if (instant_reached(here, deadline)) {
        return 0;
    }
    int64_t wait_ns = instant_since(deadline, here).ns;
    return wait_ns > INT64_MAX / world->slowness ? INT64_MAX : wait_ns * world->slowness;
}
