/* Between the files of the rig. */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_RIG_PEER_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_RIG_PEER_H

#include "bench/sim/order_entry_rig.h"

/* A connection begins. */
void rig_peer_take(struct rig_peer *peer, struct stream *stream);
/* Everything that arrived, unless the peer is deaf. */
void rig_peer_read(struct rig_peer *peer);

#endif
