/*
 * Deadlines by id, the earliest first: a binary heap that knows where each id stands.
 *
 * Setting a later deadline than the one that stands costs nothing: what stands is a lower bound,
 * and who is called too early sets anew. Setting an earlier one, and taking the first, is O(log n).
 * One thread. No allocation after init.
 */
#ifndef TERCEL_NET_TCP_TCP_DEADLINE_H
#define TERCEL_NET_TCP_TCP_DEADLINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/instant.h"

#define TCP_DEADLINE_NONE UINT32_MAX

struct tcp_deadlines;

/* Ids 0 .. ids - 1; 0 for impossible limits. */
size_t tcp_deadlines_footprint(uint32_t ids);
struct tcp_deadlines *tcp_deadlines_init(void *mem, uint32_t ids);

/* Called no later than `at`. Nothing happens when it stands at `at` or earlier already. */
void tcp_deadlines_at_most(struct tcp_deadlines *deadlines, uint32_t id, struct instant at);
void tcp_deadlines_remove(struct tcp_deadlines *deadlines, uint32_t id);

/* What stands for an id; INSTANT_NEVER when nothing does. */
struct instant tcp_deadlines_of(const struct tcp_deadlines *deadlines, uint32_t id);

/* INSTANT_NEVER when empty. */
struct instant tcp_deadlines_first(const struct tcp_deadlines *deadlines);
/* Takes out an id that is due by `now`; TCP_DEADLINE_NONE when none is. */
uint32_t tcp_deadlines_take(struct tcp_deadlines *deadlines, struct instant now);

#endif
