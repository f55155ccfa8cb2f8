/*
 * What carries the worker's streams, so that the worker and the plan do not know which it is: the
 * kernel's sockets through io_uring (transport_kernel.c), or our own TCP over NIC queues
 * (transport_dpdk.c).
 *
 * Threading: opened, attended, asked for addresses and freed by the main thread; started, turned,
 * flushed and closed by the worker; woken by anyone.
 */
#ifndef TERCEL_CORE_APP_TRANSPORT_H
#define TERCEL_CORE_APP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/app/config.h"
#include "core/base/check.h"
#include "core/base/instant.h"
#include "net/stream.h"
#include "net/stream_limits.h"

#define TRANSPORT_FAILURE_BYTES 256
#define TRANSPORT_NEWS_BYTES 128

struct transport;

struct transport_ops {
    bool (*start)(struct transport *transport, char failure[TRANSPORT_FAILURE_BYTES]);
    void (*turn)(struct transport *transport, struct now now, int64_t wait_ns);
    void (*flush)(struct transport *transport);
    void (*wake)(struct transport *transport);
    bool (*attend)(struct transport *transport, char news[TRANSPORT_NEWS_BYTES]);
    struct endpoint (*listens_at)(const struct transport *transport, uint32_t listener);
    uint64_t (*turns)(const struct transport *transport);
    void (*close)(struct transport *transport);
    void (*free)(struct transport *transport, FILE *log);
};

/* Embedded first in each transport's own struct. */
struct transport {
    const struct transport_ops *ops;
    struct stream_stack *streams;
};

/* The memory that the config's transport needs; 0 when its limits cannot be met. */
size_t transport_footprint(const struct config *config);

/*
 * Listens on every listener and knows every venue as a peer, by their indexes in the config. `mem`
 * is aligned to 64 and outlives it. NULL, with the reason on `err`, when something cannot be had.
 */
struct transport *transport_open(void *mem, const struct config *config, FILE *err) MUST_USE;

/* The calling thread becomes the one that turns it. False: `failure` says why. */
static inline bool transport_start(struct transport *transport,
                                   char failure[TRANSPORT_FAILURE_BYTES]) {
    return transport->ops->start(transport, failure);
}

/* What came since the last turn is there to be read; waits for it at most `wait_ns`, not past a
 * deadline of the transport's own. Every view peek gave is void. */
static inline void transport_turn(struct transport *transport, struct now now, int64_t wait_ns) {
    transport->ops->turn(transport, now, wait_ns);
}

/* All that the turn had to say was committed. */
static inline void transport_flush(struct transport *transport) {
    transport->ops->flush(transport);
}

/* A turn that waits returns, or the next one does not wait. What the caller published before is
 * visible to the worker after that turn. */
static inline void transport_wake(struct transport *transport) {
    transport->ops->wake(transport);
}

/* Cold duties, now and then. True: `news` is what people should know. */
static inline bool transport_attend(struct transport *transport, char news[TRANSPORT_NEWS_BYTES]) {
    return transport->ops->attend(transport, news);
}

/* Where it listens, with the port that was chosen for port 0. */
static inline struct endpoint transport_listens_at(const struct transport *transport,
                                                   uint32_t listener) {
    return transport->ops->listens_at(transport, listener);
}

static inline uint64_t transport_turns(const struct transport *transport) {
    return transport->ops->turns(transport);
}

/* Every stream is aborted. The last call on the worker's thread. */
static inline void transport_close(struct transport *transport) {
    transport->ops->close(transport);
}

/* Nothing of the memory is used any more; what it has to say of its work goes to `log`. Closes
 * first what was never started. */
static inline void transport_free(struct transport *transport, FILE *log) {
    transport->ops->free(transport, log);
}

/* The limits of every stream, whatever carries it. */
struct stream_limits transport_stream_limits(const struct config *config);
/* Streams at once, and of these accepted ones. */
uint32_t transport_streams_max(const struct config *config);
uint32_t transport_accepts_max(const struct config *config);

/* transport_dpdk_open.c */
size_t transport_dpdk_footprint(const struct config *config);
/* What DPDK takes for the packets of all ports, besides: in MiB. */
uint32_t transport_dpdk_packet_mib(const struct config *config);
struct transport *transport_dpdk_open(void *mem, const struct config *config, FILE *err) MUST_USE;

/* transport_kernel.c */
size_t transport_kernel_footprint(const struct config *config);
struct transport *transport_kernel_open(void *mem, const struct config *config, FILE *err) MUST_USE;

#endif
