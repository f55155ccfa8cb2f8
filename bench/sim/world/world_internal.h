/* What the files of the world share. Not for others. */
#ifndef TERCEL_BENCH_SIM_WORLD_WORLD_INTERNAL_H
#define TERCEL_BENCH_SIM_WORLD_WORLD_INTERNAL_H

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "bench/sim/world/world.h"
#include "bench/sim/world/world_memory.h"
#include "bench/sim/world/world_net.h"
#include "core/base/prng.h"
#include "core/base/spsc.h"
#include "core/fix/fix_outbox.h"
#include "core/route/fix_link.h"
#include "core/route/fix_venue.h"
#include "core/route/notice.h"
#include "core/route/order_entry.h"
#include "core/route/question.h"
#include "venues/exchange/kraken_spot.h"

#define WORLD_SHARDS_MAX 2
#define WORLD_CLIENTS_EACH 2 /* of a shard */
#define WORLD_CLIENTS_MAX (WORLD_SHARDS_MAX * WORLD_CLIENTS_EACH)
#define WORLD_EXCHANGES_MAX 2
#define WORLD_FIRST_CLIENT WORLD_SHARDS_MAX
#define WORLD_FIRST_EXCHANGE (WORLD_FIRST_CLIENT + WORLD_CLIENTS_MAX)
#define WORLD_FIRST_ROGUE (WORLD_FIRST_EXCHANGE + WORLD_EXCHANGES_MAX)
#define WORLD_FIRST_MARKET (WORLD_FIRST_ROGUE + WORLD_SHARDS_MAX)
#define WORLD_HOSTS_MAX (WORLD_FIRST_MARKET + WORLD_SHARDS_MAX)
#define WORLD_FIRST_VENUE_LINK WORLD_CLIENTS_MAX
#define WORLD_FIRST_ROGUE_LINK (WORLD_FIRST_VENUE_LINK + WORLD_SHARDS_MAX * WORLD_EXCHANGES_MAX)
#define WORLD_FIRST_MARKET_LINK (WORLD_FIRST_ROGUE_LINK + WORLD_SHARDS_MAX)
#define WORLD_LINKS_MAX (WORLD_FIRST_MARKET_LINK + WORLD_SHARDS_MAX * WORLD_EXCHANGES_MAX)
#define WORLD_LISTENERS_MAX 4 /* of a host */
#define WORLD_STREAMS_MAX 24  /* of a host, at once */
#define WORLD_ORDERS_MAX 256
#define WORLD_TERMS_MAX 8
#define WORLD_EXECS_MAX 64
#define WORLD_NUMBERS_MAX 4096
#define WORLD_EVENTS_MAX 64
#define WORLD_SAID_MAX 4096 /* numbers of a client's requests that are remembered */
#define WORLD_MESSAGE_MAX 4096
#define WORLD_NEVER INT64_MAX

/* Quantities have 8 digits; below so many units they say which order it is, for whoever reads the
 * exchange's ledger. */
#define WORLD_QUANTITY_STEP 1000000

enum world_role { WORLD_SHARD = 0, WORLD_CLIENT, WORLD_EXCHANGE, WORLD_ROGUE, WORLD_MARKET };

enum world_link_kind {
    WORLD_LINK_CLIENT = 0,
    WORLD_LINK_VENUE,
    WORLD_LINK_ROGUE,
    WORLD_LINK_MARKET
};

/* A clock of a host, from the world's time. */
struct world_clock {
    int64_t drift_ppm;
    int64_t step_ns; /* of UTC */
};

/* A stream as the application above a host's stack has it. */
struct world_stream {
    struct stream stream;
    struct stream *inner; /* NULL: the slot is free */
    struct world_host *host;
    uint32_t link;
    bool dialled;
    bool logged_out; /* its owner wrote a Logout */
    bool many;
    size_t asked; /* of the open reservation */
    struct stream_room room;
    struct stream_rooms rooms;
};

struct world_host {
    struct stream_stack stack; /* what the application is given */
    struct stream_stack *inner;
    struct world *world;
    enum world_role role;
    uint32_t index;    /* of its role */
    uint32_t number;   /* of all hosts */
    bool woken;        /* something arrived, or made room */
    int64_t wanted_ns; /* a turn at this time, whatever else */
    struct world_clock clock;
    struct world_stream streams[WORLD_STREAMS_MAX];
};

/* What was seen on a way of a link that the router writes to. */
struct world_wire {
    uint64_t said[WORLD_NUMBERS_MAX]; /* hash of the content, by number; 0: none */
    char kind[WORLD_NUMBERS_MAX];     /* MsgType */
    uint64_t highest;
};

struct world_link {
    uint32_t dialler; /* hosts */
    uint32_t acceptor;
    uint32_t peer;     /* the index by which the one dials */
    uint32_t listener; /* and the other accepts */
    bool connected;    /* the dialler has a stream */
    bool logon_seen[2];
    struct world_wire wire;
    char before[WORLD_MESSAGE_MAX]; /* for plants: a message of this link from earlier */
    size_t before_bytes;
};

/* The router's side. */
struct world_shard {
    struct world_host *host;
    struct order_entry *entry;
    struct directory *directory;
    struct order_entry_rings rings;
    struct fix_venue *venues[WORLD_EXCHANGES_MAX];
    bool more;
    int64_t cold_until; /* rings are not attended to */
    int64_t answer_at;  /* of the oldest question */
    uint32_t notices[NOTICE_KINDS];
    uint64_t turns;
    uint32_t idle_turns;
};

/* What a client knows of an order: what it asked for and was told. */
struct world_order {
    uint32_t client;
    uint32_t exchange;
    char side;
    int64_t price;    /* tenths */
    int64_t quantity; /* 10^-8; in force */
    struct {
        int64_t quantity;
        int64_t price;
    } asked[WORLD_TERMS_MAX]; /* by replaces, the first by the order itself */
    uint32_t asked_count;
    bool told; /* anything by 35=8 but an answer to H */
    bool open; /* acknowledged */
    bool refused;
    char end;      /* 39 of its first end; '\0' none yet */
    bool late;     /* filled after it */
    bool in_doubt; /* it was told so, and nothing since */
    int64_t filled;
    uint32_t fills;
    bool replace_pending;
    uint32_t cancels_pending;
    uint32_t cancels; /* ever */
    bool mass_asked;
    uint32_t name; /* G of its latest id; 0: A */
    char execs[WORLD_EXECS_MAX][24];
    uint32_t exec_count;
};

struct world_client {
    struct world_host *host;
    char comp_id[16];
    uint32_t shard;
    struct fix_link link;
    struct fix_outbox *outbox;
    struct fix_input input;
    uint64_t next_in, next_out; /* what a crash leaves */
    int64_t connect_at;
    int64_t act_at;
    int64_t deaf_until;
    uint32_t masses_pending;
    uint32_t masses;
    struct {
        char letter; /* of its id; '\0': none */
        uint32_t number;
    } said[WORLD_SAID_MAX]; /* by its sequence number */
    bool acts;              /* of itself */
    bool stays_away;        /* the world is over */
    struct prng prng;
};

/* A feed's side of a connection to a shard of market data. */
struct world_feed {
    struct stream *stream;
    uint32_t number; /* of its last tick */
};

struct world_exchange {
    struct world_host *host;
    struct kraken_spot *spot;
    struct world_feed feeds[WORLD_SHARDS_MAX];
    int64_t feed_at;
    bool more;
    int64_t move_at;
    int64_t dark_until; /* crashed */
    enum world_fault_kind rule_kind[EXCHANGE_FAULTS_MAX];
    uint64_t rule_struck[EXCHANGE_FAULTS_MAX];
    struct prng prng;
};

/* A shard of market data. */
struct world_market {
    struct world_host *host;
    struct world_line {
        struct stream *stream;
        uint32_t number; /* of the last tick that it brought */
        int64_t again_at;
        int64_t heard_at;
    } lines[WORLD_EXCHANGES_MAX];
    int64_t dark_until; /* crashed */
    struct prng prng;
};

/* A fault that happens at a time. */
struct world_event {
    int64_t at_ns;
    int64_t lasts_ns;
    enum world_fault_kind kind;
    uint32_t target;
    uint32_t detail;
};

struct world_plan {
    uint64_t faults;
    bool packets;
    bool rogues;
    uint32_t shards; /* of order entry, and as many of market data */
    uint32_t exchanges;
    int64_t rough_ns;
    int64_t act_mean_ns;
    uint32_t actions;
    bool keep_numbers; /* of venue sessions */
    bool cancel_in_doubt;
    enum order_entry_cod cod;
    int64_t cancel_window_ns;
    uint32_t event_count;
    struct world_event events[WORLD_EVENTS_MAX];
};

/* What happens after the rough time. */
enum world_phase { WORLD_ROUGH = 0, WORLD_HEALING, WORLD_EMPTYING, WORLD_STOPPING, WORLD_OVER };

struct world {
    struct world_options options;
    struct world_verdict verdict;
    struct world_plan plan;
    struct prng draw;  /* the plan */
    struct prng order; /* of nodes */
    struct prng chance;
    struct mischief mischief; /* of the shards */
    int64_t now_ns;
    enum world_phase phase;
    int64_t phase_began;
    int64_t rest_since; /* WORLD_NEVER: it is not at rest */
    int64_t look_at;
    uint32_t next_event;
    struct world_net net;
    struct world_host hosts[WORLD_HOSTS_MAX];
    struct world_link links[WORLD_LINKS_MAX];
    struct world_shard shards[WORLD_SHARDS_MAX];
    struct world_client clients[WORLD_CLIENTS_MAX];
    struct world_exchange exchanges[WORLD_EXCHANGES_MAX];
    struct world_market markets[WORLD_SHARDS_MAX];
    struct world_order orders[WORLD_ORDERS_MAX];
    uint32_t order_count;
    uint32_t planted;                 /* how often a plant could have worked */
    int64_t undo_at[WORLD_HOSTS_MAX]; /* of a step of its clock */
    struct world_memory *memory;      /* outlives it */
};

/* world.c: the first rule that breaks ends the world. */
void world_break(struct world *world, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void *world_block(struct world *world, size_t bytes); /* zeroed, until the world's end */
void world_trace(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_struck(struct world *world, enum world_fault_kind kind, uint32_t shard);
struct now world_now(const struct world_host *host);
/* When a host's clock shows `at`, in the world's time. */
int64_t world_time_of(const struct world_host *host, struct instant at);
uint32_t world_client_count(const struct world *world);
static inline bool world_has(const struct world *world, enum world_fault_kind kind) {
    return (world->plan.faults >> kind & 1) != 0;
}
static inline bool world_strikes(const struct world *world, enum world_fault_kind kind) {
    return world->phase == WORLD_ROUGH && world_has(world, kind);
}
static inline int64_t world_between(struct prng *prng, int64_t least, int64_t most) {
    return least + (int64_t)prng_below(prng, (uint64_t)(most - least + 1));
}
static inline bool world_one_in(struct prng *prng, uint64_t count) {
    return prng_below(prng, count) == 0;
}

/* world_draw.c */
void world_draw(struct world *world);

/* world_place.c: what the plan says must be drawn. */
void world_place_all(struct world *world);
enum world_link_kind world_link_kind(uint32_t link);
uint32_t world_link_shard(uint32_t link);
bool world_link_is_used(const struct world *world, uint32_t link);
uint32_t world_link_of(const struct world_host *host, bool dialled, uint32_t index);

/* world_tap.c */
void world_tap_init(struct world *world, uint32_t host, enum world_role role, uint32_t index);
uint32_t world_tap_streams(const struct world_host *host);

/* world_wire.c: a whole message on a link, written by a shard, with its numbers and contents. */
void world_wire_written(struct world *world, struct world_stream *stream, struct bytes message);

/* world_router.c */
void world_shard_init(struct world *world, uint32_t index);
int64_t world_shard_next(const struct world *world, uint32_t index);
void world_shard_run(struct world *world, uint32_t index);
/* world_router_setup.c */
void world_shard_make(struct world *world, struct world_shard *shard, uint32_t index);

/* world_client.c */
void world_client_init(struct world *world, uint32_t index);
int64_t world_client_next(const struct world *world, uint32_t index);
void world_client_run(struct world *world, uint32_t index);
void world_client_crash(struct world *world, uint32_t index, int64_t lasts_ns);
bool world_client_is_up(const struct world_client *client);
/* world_act.c */
void world_act(struct world *world, uint32_t index);
void world_act_cancel_all(struct world *world, uint32_t index);
/* About its orders of which it was told nothing. */
void world_act_ask_for_silent(struct world *world, uint32_t index);
/* world_hear.c */
void world_hear(struct world *world, uint32_t index, const struct fix_view *view);

/* world_exchange.c */
void world_exchange_init(struct world *world, uint32_t index);
int64_t world_exchange_next(const struct world *world, uint32_t index);
void world_exchange_run(struct world *world, uint32_t index);
void world_exchange_crash(struct world *world, uint32_t index, int64_t lasts_ns);
void world_exchange_heal(struct world *world, uint32_t index);
/* Nothing is open there any more: its clients are told. */
void world_exchange_kill_all(struct world *world, uint32_t index);
/* world_exchange_rules.c */
void world_exchange_rules(struct world *world, uint32_t index, struct kraken_config *config);

/* world_market.c */
void world_feed_accept(struct world_exchange *exchange, uint32_t market, struct stream *stream);
void world_feed_run(struct world *world, struct world_exchange *exchange);
void world_market_init(struct world *world, uint32_t index);
int64_t world_market_next(const struct world *world, uint32_t index);
void world_market_run(struct world *world, uint32_t index);
void world_market_crash(struct world *world, uint32_t index, int64_t lasts_ns);
const char *world_market_unrest(const struct world *world, uint32_t *exchange);

/* world_strike.c */
void world_strike(struct world *world, const struct world_event *event);
void world_strike_undo(struct world *world);
int64_t world_strike_next(const struct world *world);

/* world_check.c */
/* NULL when everything is at rest; else what is not. */
const char *world_unrest(struct world *world, bool no_orders);

void world_check_end(struct world *world);

#endif
