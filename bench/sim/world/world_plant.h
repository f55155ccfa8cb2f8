/*
 * Bugs planted into the router from outside: between order entry and its streams, which it cannot
 * tell from a mistake of its own. Each must be found, or the rules are worth nothing.
 */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_PLANT_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_PLANT_H

#include <stdbool.h>
#include <stddef.h>

enum world_plant {
    WORLD_PLANT_NONE = 0,
    WORLD_PLANT_LOSE_FILL,      /* a fill's report becomes a Heartbeat */
    WORLD_PLANT_LOSE_ANSWER,    /* an acknowledgement's, likewise */
    WORLD_PLANT_ORDER_TWICE,    /* an order goes to the venue again, under another id */
    WORLD_PLANT_WRONG_CUM,      /* CumQty(14) is off by a digit */
    WORLD_PLANT_WRONG_LAST,     /* LastQty(32) likewise */
    WORLD_PLANT_FILL_TWICE,     /* a fill is told again under another number */
    WORLD_PLANT_NUMBER_AGAIN,   /* a report has the number of the one before */
    WORLD_PLANT_RESENT_DIFFERS, /* what is sent again is not what was sent */
    WORLD_PLANT_FORGET_CANCEL,  /* a cancel on its way to the venue becomes a Heartbeat */
    WORLD_PLANT_MORE,           /* an order reaches the venue with more than was asked for */
    WORLD_PLANT_OTHER_SIDE,     /* on the other side */
    WORLD_PLANT_EARLY_END,      /* an acknowledgement says that the order was cancelled */
    WORLD_PLANT_TWO_ENDS,       /* a cancelled order is said to be filled */
    WORLD_PLANT_AFTER_LOGOUT,   /* a Logout does not end what is said */
    WORLD_PLANT_WRONG_LEAVES,   /* LeavesQty(151) of an acknowledgement is off by a digit */
    WORLD_PLANT_KEEP_STREAM,    /* a stream that is done with is not given back */
    WORLD_PLANTS
};

const char *world_plant_name(enum world_plant plant);
bool world_plant_read(const char *name, enum world_plant *plant);

struct world;
struct world_stream;

/*
 * A message of `len` bytes that a shard is about to write; what it writes in its place has the
 * length that is returned (`max` at most). Not called without a plant.
 */
size_t world_plant_written(struct world *world, struct world_stream *stream, char *data, size_t len,
                           size_t max);

#endif
