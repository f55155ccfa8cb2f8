/*
 * What carries the bytes of a world: memory streams whose deliveries take time, or packets of our
 * TCP between simulated NICs. Both have the same links, by index, which can be made worse.
 */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_NET_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "net/stream.h"

struct world;
struct world_host;
struct world_stream;

struct world_net_ops {
    void (*init)(struct world *world);
    /* Around every run of a host's application. */
    void (*before)(struct world *world, struct world_host *host);
    void (*after)(struct world *world, struct world_host *host);
    /* When something arrives, or a timer of the host's stack is due. */
    int64_t (*next)(const struct world *world);
    int64_t (*host_next)(const struct world *world, const struct world_host *host);
    void (*run)(struct world *world);
    /* The application has done something to the stream, or begins or ends it. */
    void (*opened)(struct world *world, struct world_stream *stream);
    void (*touched)(struct world *world, struct world_stream *stream);
    void (*discarding)(struct world *world, struct world_stream *stream);
    /* Faults: of a link, one way (0: from who dials, 1: to him) or both (2). */
    void (*block)(struct world *world, uint32_t link, int way, int64_t until_ns);
    void (*reset)(struct world *world, uint32_t link, size_t bytes_before);
    /* Nobody listens there, or again. */
    void (*dark)(struct world *world, uint32_t exchange, bool dark);
    void (*heal)(struct world *world);
    /* NULL, or what was taken and not given back when all streams are gone. */
    const char *(*leak)(const struct world *world);
};

extern const struct world_net_ops world_net_memory;
extern const struct world_net_ops world_net_packet;

struct world_net {
    const struct world_net_ops *ops;
    void *state;
};

#endif
