#include "net/tcp/tcp_deadline.h"

#include "core/base/bits.h"
#include "core/base/check.h"

#define IDS_MAX (UINT32_C(1) << 24)

struct node {
    struct instant at;
    uint32_t id;
};

/* A binary heap: the children of heap[i] are heap[2i + 1] and heap[2i + 2]. */
struct tcp_deadlines {
    struct node *heap;
    uint32_t *place; /* of each id in the heap; TCP_DEADLINE_NONE: not in it */
    uint32_t ids;
    uint32_t count;
};

size_t tcp_deadlines_footprint(uint32_t ids) {
    if (ids == 0 || ids > IDS_MAX) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct tcp_deadlines)) +
           bits_whole_lines(ids * sizeof(struct node)) + bits_whole_lines(ids * sizeof(uint32_t));
}

struct tcp_deadlines *tcp_deadlines_init(void *mem, uint32_t ids) {
    CHECK(tcp_deadlines_footprint(ids) > 0);
    char *at = mem;
    struct tcp_deadlines *deadlines = mem;
    at += bits_whole_lines(sizeof(struct tcp_deadlines));
    struct node *heap = (void *)at;
    at += bits_whole_lines(ids * sizeof(struct node));
    uint32_t *place = (void *)at;
    *deadlines = (struct tcp_deadlines){.heap = heap, .place = place, .ids = ids};
    for (uint32_t id = 0; id < ids; id++) {
        place[id] = TCP_DEADLINE_NONE;
    }
    return deadlines;
}

static void put(struct tcp_deadlines *deadlines, uint32_t place, struct node node) {
    deadlines->heap[place] = node;
    deadlines->place[node.id] = place;
}

/* The hole at `place` moves towards the root until `node` may stand in it. */
static void rise(struct tcp_deadlines *deadlines, uint32_t place, struct node node) {
    while (place > 0) {
        uint32_t parent = (place - 1) / 2;
        if (deadlines->heap[parent].at.ns <= node.at.ns) {
            break;
        }
        put(deadlines, place, deadlines->heap[parent]);
        place = parent;
    }
    put(deadlines, place, node);
}

static void sink(struct tcp_deadlines *deadlines, uint32_t place, struct node node) {
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= deadlines->count) {
            break;
        }
        const struct node *heap = deadlines->heap;
        if (child + 1 < deadlines->count && heap[child + 1].at.ns < heap[child].at.ns) {
            child++;
        }
        if (heap[child].at.ns >= node.at.ns) {
            break;
        }
        put(deadlines, place, heap[child]);
        place = child;
    }
    put(deadlines, place, node);
}

void tcp_deadlines_at_most(struct tcp_deadlines *deadlines, uint32_t id, struct instant at) {
    DCHECK(id < deadlines->ids);
    uint32_t place = deadlines->place[id];
    if (LIKELY(place != TCP_DEADLINE_NONE)) {
        if (LIKELY(deadlines->heap[place].at.ns <= at.ns)) {
            return;
        }
    } else {
        place = deadlines->count++;
    }
    rise(deadlines, place, (struct node){.at = at, .id = id});
}

void tcp_deadlines_remove(struct tcp_deadlines *deadlines, uint32_t id) {
    DCHECK(id < deadlines->ids);
    uint32_t place = deadlines->place[id];
    if (place == TCP_DEADLINE_NONE) {
        return;
    }
    deadlines->place[id] = TCP_DEADLINE_NONE;
    struct node last = deadlines->heap[--deadlines->count];
    if (last.id == id) {
        return;
    }
    /* The last one fills the hole; it may belong above or below. */
    if (place > 0 && deadlines->heap[(place - 1) / 2].at.ns > last.at.ns) {
        rise(deadlines, place, last);
    } else {
        sink(deadlines, place, last);
    }
}

struct instant tcp_deadlines_of(const struct tcp_deadlines *deadlines, uint32_t id) {
    uint32_t place = deadlines->place[id];
    return place == TCP_DEADLINE_NONE ? INSTANT_NEVER : deadlines->heap[place].at;
}

struct instant tcp_deadlines_first(const struct tcp_deadlines *deadlines) {
    return deadlines->count == 0 ? INSTANT_NEVER : deadlines->heap[0].at;
}

uint32_t tcp_deadlines_take(struct tcp_deadlines *deadlines, struct instant now) {
    if (deadlines->count == 0 || !instant_reached(now, deadlines->heap[0].at)) {
        return TCP_DEADLINE_NONE;
    }
    uint32_t id = deadlines->heap[0].id;
    tcp_deadlines_remove(deadlines, id);
    return id;
}
