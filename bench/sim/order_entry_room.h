/*
 * Streams of the router that have no room just now: every message of a run in its turn is the one
 * that finds none. For tests only.
 *
 * A run is played by the test. Whoever plays it hears everything that needs an answer or a verdict;
 * what no run may lose or get twice is counted here: the client's reports, which are numbered
 * without a gap, the answers to mass cancels, and the Heartbeats that answer TestRequests.
 */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_ROOM_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_ROOM_H

#include "bench/sim/order_entry_rig.h"

/* Which reservations of which stream are refused. */
struct room_refusal {
    bool venue; /* else the client's */
    enum stream_result reason;
    uint32_t skip;
    uint32_t count;
};

/* Of venue 0 and client 0. `context` and what hears are the test's, the rest begins as 0. */
struct room_run {
    struct rig *rig;
    void *context;
    void (*venue_hears)(void *context, const char *text);
    void (*client_hears)(void *context, const char *text);
    uint32_t venue_heartbeats;
    uint32_t client_heartbeats;
    uint32_t last_report;
    uint32_t mass_answers;
    uint32_t mass_affected; /* orders they speak of */
};

/*
 * Plays a run for every reason, with one refusal and with several, at its first message, at its
 * second, and so on until there is no such message. `play` calls room_refuse when the refusals are
 * to begin, checks what came of it, and returns what room_was_refused says at the end.
 */
void room_refuse_everywhere(bool venue, bool (*play)(const struct room_refusal *refusal));

void room_refuse(const struct room_run *run, const struct room_refusal *refusal);
bool room_was_refused(const struct room_run *run, const struct room_refusal *refusal);

/* Turns pass until nobody has anything to say; a stream that has room again wakes the router. */
void room_settle(struct room_run *run);
/* The same for as long as the stream may refuse. */
void room_settle_refused(struct room_run *run, const struct room_refusal *refusal);

/* The number behind `field` ("|11=#"); 0: it is not there. */
uint32_t room_number(const char *text, const char *field);
/* The message is of this MsgType, of one letter. */
bool room_is(const char *text, char type);

#endif
