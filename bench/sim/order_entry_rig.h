/*
 * Order entry in a world of its own: streams in memory, virtual time, and everybody around it
 * played by the test. For tests only.
 *
 * Clients dial the router and speak FIX text (fix_wire.h); the router dials the venues, whose
 * sessions use the real kraken-spot dialect and whose side is spoken by the test, too. The cold
 * threads behind the rings are played by the rig: it signs, judges passwords ("secret" is right),
 * collects ledger records and notices, unless the test holds them back.
 *
 * The rig drives order entry as strictly as its contract allows: a turn is taken only when bytes or
 * connections moved, when a ring was answered, when the turn before asked for another, or when the
 * deadline has come. What needs any other turn gets stuck here.
 *
 * Venue request ids (UUIDs) are `#1`, `#2`, ... in the order each venue first hears them, in what
 * it hears and in what it says.
 */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_RIG_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/sim/fix_wire.h"
#include "core/base/prng.h"
#include "core/route/fix_venue.h"
#include "core/route/input_log.h"
#include "core/route/ledger_record.h"
#include "core/route/notice.h"
#include "core/route/order_entry.h"
#include "net/stream_memory.h"
#include "net/stream_record.h"

#define RIG_CLIENTS 2
#define RIG_VENUES_MAX 2
#define RIG_STREAMS_MAX 32
#define RIG_IDS_MAX (1 << 20)

/*
 * Two clients and one or two venues.
 *
 * FIRMA has account MM1 and both venues. FIRMB has accounts MM1, MM2 and MM3, may use KRAKEN only,
 * and MM3 is not on KRAKEN. BTC-USD (tick 0.1, lot 0.00000001, 0.0001 to 10000) trades on KRAKEN;
 * ETH-USD (tick 0.05, lot 0.01, from 0.1, prices with 2 and quantities with 3 digits) on both;
 * SOL-USD on OTHER only; XRP-USD nowhere.
 */
struct rig_options {
    uint32_t venues;
    uint8_t shard;
    uint16_t epoch;
    uint32_t orders;
    uint32_t requests_per_venue;
    uint32_t client_connections;
    uint32_t reports_per_client;
    uint32_t resend_messages; /* kept for each client */
    struct duration unread_max;
    enum order_entry_cod cancel_on_disconnect;
    struct duration cancel_window;
    uint32_t ledger_cells;
    uint32_t notice_cells;
    uint32_t heartbeat_s;
    struct duration late_window;
    struct stream_limits stream;
    struct rate_limit_config venue_rate; /* of a venue session's messages */
    struct fix_schedule venue_day;
    bool cancel_foreign; /* policies of both venues */
    bool cancel_in_doubt;
    int64_t start_utc_s;       /* 0: some time */
    bool passwords;            /* clients are asked for theirs */
    bool keep_numbers;         /* venue sessions do not reset theirs at Logon */
    struct replay_sink record; /* with a function: every input is recorded */
    struct bytes replay;       /* not empty: nobody is around, order entry gets these inputs */
    struct stream_watch watch; /* in both */
    struct trace *trace;
};

struct rig_peer {
    struct rig *rig;
    struct stream *stream; /* NULL: none */
    const char *comp_id;   /* theirs */
    const char *router_id; /* the router's on this session */
    uint64_t next_out;     /* number of the next message they say */
    uint64_t next_in;      /* number of the next message they hear */
    bool deaf;             /* does not read */
    bool hears_probes;     /* a venue: its TestRequests are heard, and answered, by the test */
    bool asks;             /* takes messages in the order of their numbers only, drops what it has
                              had, and asks for what it misses: a FIX engine */
    uint64_t asked_until;  /* what its latest ResendRequest of this connection brings, at least */
    char *heard;           /* read, not handed out by rig_hear yet */
    size_t heard_bytes;
    char *log; /* everything the router ever wrote to them */
    size_t log_bytes;
    char text[FIX_WIRE_MESSAGE_MAX]; /* the message last handed out */
    char (*ids)[REQUEST_UUID_BYTES + 1];
    uint32_t id_count;
};

struct rig {
    struct rig_options options;
    struct now now;
    struct order_entry *entry;
    struct stream_memory *world;
    struct stream_stack stack;                      /* what the router has: */
    struct stream *router_streams[RIG_STREAMS_MAX]; /* its ends, in any order */
    struct rig_peer client[RIG_CLIENTS];
    struct rig_peer venue[RIG_VENUES_MAX];
    struct fix_venue *venues[RIG_VENUES_MAX];
    struct directory *directory;
    struct order_entry_rings rings;
    struct replay_log log;
    struct input_log input;
    size_t segment_bytes; /* of a delivery */
    struct prng *cuts;    /* not NULL: deliveries of random sizes */
    bool hold_signatures;
    bool hold_passwords;
    bool hold_ledger;
    bool more; /* the last turn asked for another */
    uint64_t turns;
    struct ledger_record *ledger;
    uint32_t ledger_count;
    uint32_t notices[NOTICE_KINDS];
    char notice_text[NOTICE_KINDS][NOTICE_TEXT_MAX + 1]; /* the latest of each kind */
    void *blocks[32];
    uint32_t block_count;
};

struct rig_options rig_default(void);
struct rig *rig_begin(const struct rig_options *options);
void rig_end(struct rig *rig);

/* With venue 0 and client 0 logged on and nothing unheard. NULL: the default options. */
struct rig *rig_up(const struct rig_options *options);

/* Everything on its way arrives and is dealt with; time stands still. */
void rig_settle(struct rig *rig);
/* One delivery to each stream and direction; whether anything moved. */
bool rig_deliver(struct rig *rig);
void rig_turn(struct rig *rig);
/* Replays all there is; false when order entry asked for something else than was recorded. */
bool rig_replay(struct rig *rig);
/* order_entry_stop, and the turn that is due then. */
void rig_stop(struct rig *rig, bool cancel, int64_t patience_s);
/* Time passes, with a stop at every deadline. */
void rig_advance(struct rig *rig, int64_t milliseconds);

/* A new connection of a client to the router, unless one exists. */
void rig_client_connect(struct rig_peer *client);
/* Connects if need be, logs on from number 1 and is answered. */
void rig_client_up(struct rig_peer *client);
/* Hears the router's Logon and answers it. */
void rig_venue_up(struct rig_peer *venue);
/* The connection ends: in order, or broken. */
void rig_peer_finish(struct rig_peer *peer);
void rig_peer_reset(struct rig_peer *peer);
/* They are done with a connection that ended. */
void rig_peer_forget(struct rig_peer *peer);
/* "" while open; else how it ended: "peer_finished" or the reason. */
const char *rig_peer_end(const struct rig_peer *peer);

/* Says one message; printf. */
void rig_say(struct rig_peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void rig_say_bytes(struct rig_peer *peer, const char *data, size_t len);
/* The bytes of a message, its number used: what rig_say would say. */
size_t rig_compose(struct rig_peer *peer, const char *text, char *out, size_t max);

/* The next message heard once all has settled, "" when there is none. */
const char *rig_hear(struct rig_peer *peer);
/* The same without waiting: what was read by now. */
const char *rig_hear_now(struct rig_peer *peer);
/* It has these fields ("-58|": and no 58). */
#define rig_expect(peer, fields) rig_expect_at(__FILE__, __LINE__, peer, fields)
void rig_expect_at(const char *file, int line, struct rig_peer *peer, const char *fields);
#define rig_expect_nothing(peer) rig_expect_nothing_at(__FILE__, __LINE__, peer)
void rig_expect_nothing_at(const char *file, int line, struct rig_peer *peer);
/* Forgets what was heard. */
void rig_skip(struct rig_peer *peer);

/* The UUID of `#number` at this venue. */
const char *rig_id(const struct rig_peer *venue, uint32_t number);

/* The router's end of the peer's connection. */
struct stream *rig_router_end(struct rig_peer *peer);

#endif
