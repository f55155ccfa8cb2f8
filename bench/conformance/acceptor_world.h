/*
 * Worlds: one session each, with a clock and an application of its own, so that scenarios run side
 * by side and never meet.
 *
 * A world is named by the peer's CompID; it comes to be when first asked for and lasts as long as
 * the process. Its clock runs with the machine's, but can be moved ahead: an hour passes at once.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_ACCEPTOR_WORLD_H
#define TERCEL_BENCH_CONFORMANCE_ACCEPTOR_WORLD_H

#include "bench/conformance/acceptor_echo.h"
#include "bench/conformance/acceptor_session.h"
#include "core/route/fix_link.h"

#define ACCEPTOR_WORLDS_MAX 4096
#define ACCEPTOR_QUEUE_BYTES 4096
/* How many times slower than the machine's a world's clock is that does not go in real time. */
#define ACCEPTOR_SLOWNESS 50
/* Owed messages and one of the application's: with room for less, a world does not read. */
#define ACCEPTOR_ROOM_BYTES (2 * ACCEPTOR_MESSAGE_BYTES_MAX + FIX_OWED_MAX * FIX_ADMIN_BYTES_MAX)

struct acceptor_world {
    int64_t slowness; /* of its clock, against the machine's */
    struct fix_link link;
    struct acceptor_echo echo;
    struct now born;
    int64_t ahead_ns;
    bool held; /* did not read for want of room, once at least */
    /* A message that the application could not answer yet; until then nothing more is read. */
    size_t kept_bytes;
    char kept[ACCEPTOR_MESSAGE_BYTES_MAX];
    size_t queue_bytes;
    char queue[ACCEPTOR_QUEUE_BYTES]; /* what the application has to say, line by line */
    char comp_id[FIX_COMP_ID_MAX + 1];
};

struct acceptor_worlds {
    const struct acceptor_profile *named; /* how those with a fixed name behave */
    bool makes_more;                      /* others come to be, too */
    uint32_t count;
    struct fix_input input;
    struct acceptor_world world[ACCEPTOR_WORLDS_MAX];
};

/* NULL: no session of that name, or too many worlds. */
struct acceptor_world *acceptor_world_find(struct acceptor_worlds *worlds, struct now now,
                                           struct bytes comp_id);

/* The world's own time. */
struct now acceptor_world_now(const struct acceptor_world *world, struct now now);

/* A connection that is this world's. False: it has one already. */
bool acceptor_world_attach(struct acceptor_world *world, struct stream *stream);

/* The connection it has, if that is at its end but for the peer's own FIN: to be discarded. */
struct stream *acceptor_world_let_go(struct acceptor_world *world, struct now now);

/* The application ends the session; Text(58) may be empty. */
void acceptor_world_logout(struct acceptor_world *world, struct now now, struct bytes text);

/*
 * The application sends a message, "TYPE|tag=value|..." without header, now or when the session is
 * up again. False: too much is waiting.
 */
bool acceptor_world_say(struct acceptor_world *world, struct bytes text);

/* Reads, answers and writes what can be. A stream that is over is returned, to be discarded. */
struct stream *acceptor_world_turn(struct acceptor_worlds *worlds, struct acceptor_world *world,
                                   struct now now);

/* Nanoseconds until the world wants its next turn; 0: at once. INT64_MAX: when something comes. */
int64_t acceptor_world_wait_ns(const struct acceptor_world *world, struct now now);

#endif
