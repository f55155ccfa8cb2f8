#include "net/link_sim.h"

#include "core/base/bits.h"
#include "core/base/prng.h"

#define FRAMES_MAX (UINT32_C(1) << 20)
#define WIRE_BYTES 24 /* of a frame beside itself: preamble, checksum and gap */

/* A frame on its way. `order` tells frames of one instant apart: first sent, first come. */
struct flying {
    struct instant arrives_at;
    uint64_t order;
    char *data;
    uint32_t bytes;
    uint8_t direction;
};

struct direction {
    struct nic_sim *from, *to;
    struct link_sim_way way;
    struct link_sim_counters counters;
    struct prng prng;
    struct instant busy_until; /* with a bandwidth: the sender's */
    struct instant last_at;    /* arrival of the last frame that keeps the order */
    uint32_t completing;       /* frames taken from the NIC and not yet dropped there */
    bool in_burst;
};

struct link_sim {
    struct link_sim_limits limits;
    struct direction directions[2];
    struct flying **heap; /* by arrival; behind the first `count` are those that are free */
    uint32_t count;
    uint64_t order;
    link_sim_watcher *watcher;
    void *watcher_context;
};

/* What chance has in store for a frame. */
struct fate {
    bool lost, begins_burst, ends_burst, duplicated, reordered, corrupted;
    uint64_t bit;
    int64_t jitter_ns, copy_jitter_ns;
};

/* The heap. */

static bool is_before(const struct flying *a, const struct flying *b) {
    return a->arrives_at.ns != b->arrives_at.ns ? a->arrives_at.ns < b->arrives_at.ns
                                                : a->order < b->order;
}

static void swap(struct flying **a, struct flying **b) {
    struct flying *kept = *a;
    *a = *b;
    *b = kept;
}

static void heap_push(struct link_sim *link) {
    uint32_t at = link->count++;
    while (at > 0 && is_before(link->heap[at], link->heap[(at - 1) / 2])) {
        swap(&link->heap[at], &link->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

/* The first goes to where the free ones are. */
static void heap_pop(struct link_sim *link) {
    swap(&link->heap[0], &link->heap[--link->count]);
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= link->count) {
            return;
        }
        if (child + 1 < link->count && is_before(link->heap[child + 1], link->heap[child])) {
            child++;
        }
        if (!is_before(link->heap[child], link->heap[at])) {
            return;
        }
        swap(&link->heap[child], &link->heap[at]);
        at = child;
    }
}

/* Leaving. */

static bool happens(struct prng *prng, uint32_t ppm) {
    return prng_below(prng, LINK_SIM_PPM) < ppm;
}

static int64_t some_of(struct prng *prng, struct duration most) {
    return (int64_t)prng_below(prng, (uint64_t)most.ns + 1);
}

static struct fate draw(struct direction *direction) {
    const struct link_sim_way *way = &direction->way;
    struct prng *prng = &direction->prng;
    struct fate fate;
    fate.lost = happens(prng, way->loss_ppm);
    fate.begins_burst = happens(prng, way->burst_begin_ppm);
    fate.ends_burst = happens(prng, way->burst_end_ppm);
    fate.duplicated = happens(prng, way->duplicate_ppm);
    fate.reordered = happens(prng, way->reorder_ppm);
    fate.corrupted = happens(prng, way->corrupt_ppm);
    fate.bit = prng_next(prng);
    fate.jitter_ns = some_of(prng, way->jitter);
    fate.copy_jitter_ns = some_of(prng, way->jitter);
    return fate;
}

static bool is_lost(struct direction *direction, const struct fate *fate, uint32_t bytes) {
    const struct link_sim_way *way = &direction->way;
    direction->in_burst = direction->in_burst ? !fate->ends_burst : fate->begins_burst;
    if (way->blackhole || fate->lost || direction->in_burst) {
        direction->counters.lost++;
        return true;
    }
    if (way->mtu != 0 && bytes > way->mtu + ETHERNET_HEADER_BYTES) {
        direction->counters.mtu_lost++;
        return true;
    }
    return false;
}

/* When the last bit has left; false when it would wait too long. */
static bool serialise(struct direction *direction, struct instant *at, uint32_t bytes) {
    const struct link_sim_way *way = &direction->way;
    if (way->bits_per_second == 0) {
        return true;
    }
    struct instant starts = direction->busy_until.ns > at->ns ? direction->busy_until : *at;
    if (way->queue_max.ns != 0 && instant_since(starts, *at).ns > way->queue_max.ns) {
        direction->counters.queue_lost++;
        return false;
    }
    uint64_t bits = 8 * ((uint64_t)bytes + WIRE_BYTES);
    struct duration takes = {.ns = (int64_t)(bits * (uint64_t)NS_PER_S / way->bits_per_second)};
    direction->busy_until = instant_add(starts, takes);
    *at = direction->busy_until;
    return true;
}

static bool is_arp(struct bytes frame) {
    struct ethernet_header header;
    return ethernet_read(frame.data, frame.len, &header) && header.type == ETHERNET_TYPE_ARP;
}

static void launch(struct link_sim *link, struct direction *direction, struct bytes frame,
                   struct instant arrives_at, const struct fate *fate) {
    if (link->count == link->limits.frames_max || frame.len > link->limits.frame_bytes_max) {
        direction->counters.overflow_lost++;
        return;
    }
    struct flying *flying = link->heap[link->count];
    memcpy(flying->data, frame.data, frame.len);
    if (fate->corrupted && !is_arp(frame)) {
        uint64_t bit = fate->bit % (8 * frame.len);
        flying->data[bit / 8] = (char)(flying->data[bit / 8] ^ 1 << bit % 8);
    }
    flying->bytes = (uint32_t)frame.len;
    flying->arrives_at = arrives_at;
    flying->order = link->order++;
    flying->direction = (uint8_t)(direction - link->directions);
    heap_push(link);
}

static struct instant arrival(struct direction *direction, struct instant left_at,
                              int64_t jitter_ns, bool reordered) {
    const struct link_sim_way *way = &direction->way;
    struct instant at = instant_add(left_at, (struct duration){.ns = way->delay.ns + jitter_ns});
    if (reordered) {
        return instant_add(at, way->reorder_delay);
    }
    if (at.ns < direction->last_at.ns) {
        at = direction->last_at;
    }
    direction->last_at = at;
    return at;
}

static void leave(struct link_sim *link, struct direction *direction, struct bytes frame,
                  struct instant at) {
    struct fate fate = draw(direction);
    direction->counters.sent++;
    if (link->watcher != NULL) {
        link->watcher(link->watcher_context,
                      (enum link_sim_direction)(direction - link->directions), at, frame);
    }
    if (is_lost(direction, &fate, (uint32_t)frame.len) ||
        !serialise(direction, &at, (uint32_t)frame.len)) {
        return;
    }
    direction->counters.duplicated += fate.duplicated;
    direction->counters.reordered += fate.reordered;
    direction->counters.corrupted += fate.corrupted;
    launch(link, direction, frame, arrival(direction, at, fate.jitter_ns, fate.reordered), &fate);
    if (fate.duplicated) {
        launch(link, direction, frame, arrival(direction, at, fate.copy_jitter_ns, false), &fate);
    }
}

static bool is_completed(const struct direction *direction, struct instant now) {
    return direction->completing > 0 &&
           instant_reached(
               now, instant_add(nic_sim_sent_at(direction->from), direction->way.completion));
}

static uint32_t take_sent(struct link_sim *link, struct direction *direction, struct now now) {
    uint32_t count = 0;
    struct instant at;
    for (;; count++) {
        struct bytes frame = nic_sim_sent_behind(direction->from, direction->completing, &at);
        if (frame.len == 0) {
            break;
        }
        leave(link, direction, frame, at);
        direction->completing++;
    }
    while (is_completed(direction, now.mono)) {
        nic_sim_drop_sent(direction->from);
        direction->completing--;
    }
    return count;
}

/* Arriving. */

static uint32_t bring(struct link_sim *link, struct now now) {
    uint32_t count = 0;
    while (link->count > 0 && instant_reached(now.mono, link->heap[0]->arrives_at)) {
        const struct flying *flying = link->heap[0];
        struct direction *direction = &link->directions[flying->direction];
        direction->counters.arrived++;
        direction->counters.missed +=
            !nic_sim_put(direction->to, bytes_of(flying->data, flying->bytes));
        heap_pop(link);
        count++;
    }
    return count;
}

uint32_t link_sim_turn(struct link_sim *link, struct now now) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < 2; i++) {
        count += take_sent(link, &link->directions[i], now);
    }
    return count + bring(link, now);
}

struct instant link_sim_deadline(const struct link_sim *link) {
    struct instant at = link->count > 0 ? link->heap[0]->arrives_at : INSTANT_NEVER;
    for (uint32_t i = 0; i < 2; i++) {
        const struct direction *direction = &link->directions[i];
        if (direction->completing > 0) {
            struct instant sent_at = nic_sim_sent_at(direction->from);
            at = instant_earlier(at, instant_add(sent_at, direction->way.completion));
        }
    }
    return at;
}

uint32_t link_sim_in_flight(const struct link_sim *link) {
    return link->count;
}

const struct link_sim_counters *link_sim_counters(const struct link_sim *link,
                                                  enum link_sim_direction direction) {
    return &link->directions[direction].counters;
}

/* Setup. */

size_t link_sim_footprint(const struct link_sim_limits *limits) {
    if (limits->frames_max < 1 || limits->frames_max > FRAMES_MAX || limits->frame_bytes_max < 1 ||
        limits->frame_bytes_max > UINT16_MAX) {
        return 0;
    }
    return bits_whole_lines(sizeof(struct link_sim)) +
           bits_whole_lines(limits->frames_max * sizeof(struct flying *)) +
           bits_whole_lines(limits->frames_max * sizeof(struct flying)) +
           limits->frames_max * bits_whole_lines(limits->frame_bytes_max);
}

static void *carve(char **mem, size_t bytes) {
    void *taken = *mem;
    *mem += bits_whole_lines(bytes);
    return taken;
}

struct link_sim *link_sim_init(void *mem, const struct link_sim_limits *limits, uint64_t seed,
                               struct nic_sim *a, struct nic_sim *b) {
    CHECK(link_sim_footprint(limits) != 0);
    char *next = mem;
    struct link_sim *link = carve(&next, sizeof(*link));
    *link = (struct link_sim){.limits = *limits,
                              .directions = {{.from = a, .to = b}, {.from = b, .to = a}}};
    link->heap = carve(&next, limits->frames_max * sizeof(struct flying *));
    struct flying *flying = carve(&next, limits->frames_max * sizeof(struct flying));
    for (uint32_t i = 0; i < limits->frames_max; i++) {
        flying[i] = (struct flying){.data = carve(&next, limits->frame_bytes_max)};
        link->heap[i] = &flying[i];
    }
    for (uint32_t i = 0; i < 2; i++) {
        prng_seed(&link->directions[i].prng, 2 * seed + i);
    }
    return link;
}

void link_sim_set(struct link_sim *link, enum link_sim_direction direction,
                  const struct link_sim_way *way) {
    link->directions[direction].way = *way;
}

void link_sim_watch(struct link_sim *link, link_sim_watcher *watcher, void *context) {
    link->watcher = watcher;
    link->watcher_context = context;
}
