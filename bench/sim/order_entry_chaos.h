/*
 * Two clients and a venue that do what comes into their heads, and the book that the venue keeps of
 * it: the naive twin of order entry, in hundredths (quantities) and tenths (prices). What clients
 * are told is judged as they hear it; chaos_compare judges the rest when all is quiet.
 *
 * The numbers of orders (A), cancels (C), replaces (G) and mass cancels (Q) are their ClOrdIDs, and
 * the units of its price are an order's number and one, which is how the venue knows it. For tests
 * only; whatever is wrong fails the test.
 */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_CHAOS_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_CHAOS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/sim/order_entry_rig.h"

/* The venue lets orders expire that are as many behind the latest: few are open, however long it
 * takes. */
#define CHAOS_OPEN_MAX 300
/* Of what the venue says between two moments of quiet. */
#define CHAOS_SAID_MAX 4096
#define CHAOS_SAID_TEXT_MAX 256

enum chaos_status { NOT_SEEN = 0, OPEN, FILLED, CANCELED, EXPIRED, REJECTED };

struct chaos_terms {
    int64_t quantity;
    int64_t price;
};

struct chaos_order {
    int client;
    enum order_side side;
    /* The venue's truth. */
    enum chaos_status status;
    struct chaos_terms terms;
    int64_t filled;
    int64_t notional;
    uint32_t id;       /* #id */
    uint32_t first_id; /* which it had before it was replaced */
    bool acknowledged;
    bool said; /* something of it, since all was quiet */
    /* What its client asked for and was told. */
    uint32_t replace;  /* 1 + the latest of it that was taken */
    uint32_t asked;    /* 1 + the latest of it that was asked for */
    bool asked_cancel; /* its own, or a mass cancel that it is part of */
    bool mass;
    bool refused; /* by the router */
    bool told;    /* anything */
    bool known;   /* that the venue has it */
    bool doubted; /* at any time */
    char heard_status;
    struct chaos_terms heard;
    int64_t heard_filled;
    int64_t heard_notional; /* of the fills heard */
    /* A connection broke. */
    bool uncertain; /* what the venue said of it, or heard, was lost */
    bool blurred;   /* nobody can say which of its replaces the router still waits for */
    bool said_again;
};

struct chaos_cancel {
    uint32_t order;
    uint32_t answers;
};

/* As the venue sees them: which of a client's it is, if any, is the router's business. */
struct chaos_venue_cancel {
    uint32_t order;
    uint32_t id;
    uint32_t orig; /* what it calls the order */
    bool settled;
};

struct chaos_replace {
    uint32_t order;
    uint32_t id; /* at the venue, 0: not seen */
    struct chaos_terms terms;
    struct utc deadline;  /* the venue takes it no later */
    int64_t heard_filled; /* of the order, when it was asked for */
    uint32_t taken;       /* 150=5 */
    uint32_t refused;     /* 35=9 */
    bool stale;           /* of an order that had another id by then */
    /* By the router, as the order was over or in doubt: it may be on its way. */
    bool given_up;
    bool accepted; /* by the venue */
    bool settled;  /* by the venue */
};

/* For at least the orders that are open when it is answered, at most those that were when it was
 * asked for. */
struct chaos_mass {
    int client;
    uint32_t orders; /* there were so far */
    uint32_t most;
    uint32_t answers;
};

struct chaos {
    struct rig *rig;
    struct prng prng;
    struct prng cuts;
    struct chaos_order *orders;
    uint32_t order_count;
    struct chaos_cancel *cancels;
    uint32_t cancel_count;
    struct chaos_venue_cancel *venue_cancels;
    uint32_t venue_cancel_count;
    struct chaos_replace *replaces;
    uint32_t replace_count;
    struct chaos_mass *masses;
    uint32_t mass_count;
    uint32_t room;                     /* of each of these, 8 times of the venue's cancels */
    uint32_t expired;                  /* orders before it are not open any more */
    uint32_t *order_of_id;             /* 1 + order, by #id */
    char (*said)[CHAOS_SAID_TEXT_MAX]; /* by the venue, since all was quiet */
    uint32_t said_count;
    uint32_t calm; /* of so many occasions to lose the venue's connection, one is taken */
    bool venue_up;
    bool answers_all; /* questions; else most of them */
    uint32_t breaks;
    uint32_t rough; /* of these: with messages on their way */
    /* The mix. */
    uint32_t fills;
    uint32_t recovered; /* of these, by the venue's count */
    uint32_t doubts;
    uint32_t taken;
    uint32_t refused_here;
    uint32_t refused_there;
    uint32_t crossed; /* replaces taken with a fill since they were asked for, or a cancel out */
    uint32_t mass_canceled;
    uint32_t statuses;
    uint32_t statuses_heard;
    uint32_t statuses_unknown;
    uint32_t squeezes;  /* streams that had no room for a while */
    uint32_t questions; /* of the router's to the venue */
};

static inline uint64_t chaos_below(struct chaos *chaos, uint64_t bound) {
    return prng_below(&chaos->prng, bound);
}

/* An order of the latest, which are more interesting. There must be one. */
static inline uint32_t chaos_any_order(struct chaos *chaos) {
    uint32_t window = chaos->order_count < 40 ? chaos->order_count : 40;
    return chaos->order_count - 1 - (uint32_t)chaos_below(chaos, window);
}

/* By any id of its chain: A1, or the G2 of a replace. */
uint32_t chaos_order_of_name(const struct chaos *chaos, const char *name);

/* Whether the venue has a cancel of the order, one that it settled or one that it did not. */
bool chaos_has_cancel(const struct chaos *chaos, uint32_t order, bool settled);

/* By what its client was told. */
bool chaos_is_over(const struct chaos_order *order);

/* One thing that a client does, if it can. */
void chaos_place(struct chaos *chaos);
void chaos_cancel(struct chaos *chaos);
void chaos_replace(struct chaos *chaos);
void chaos_cancel_all(struct chaos *chaos);
void chaos_ask(struct chaos *chaos);
void chaos_client_hears(struct chaos *chaos, int client, const char *text);

/* One thing that the venue does, if it can. */
void chaos_move(struct chaos *chaos);
void chaos_answer_cancel(struct chaos *chaos);
void chaos_answer_replace(struct chaos *chaos);
void chaos_talk_nonsense(struct chaos *chaos);
void chaos_expire_old(struct chaos *chaos);
void chaos_venue_hears(struct chaos *chaos, const char *text);
/* The connection is about to break; what was said since all was quiet may be said `again`. */
void chaos_lose(struct chaos *chaos, bool again);
void chaos_say_again(struct chaos *chaos);
/* All that was said was heard. */
void chaos_is_quiet(struct chaos *chaos);

/* All is quiet: what the clients know is what the venue knows, and the router's sums are that. */
void chaos_compare(const struct chaos *chaos);
/* There was time for every question to be asked, and it was answered: what was lost with a
 * connection is known again. */
void chaos_compare_at_rest(struct chaos *chaos);
/* At the end. */
void chaos_compare_ledger(const struct chaos *chaos);

#endif
