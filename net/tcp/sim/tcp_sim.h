/*
 * Worlds of two hosts, each with a whole stack and streams above, and a link between that does what
 * links do. A seed makes a world: which faults there are, every limit, the profiles, the first
 * sequence numbers, and what the applications do. Time is virtual; the same seed gives the same
 * frames.
 *
 * What is held true all along, in the files that hold it:
 *   tcp_sim_wire.c  on the wire, by a reader of frames of its own: nothing of net/wire or net/tcp
 *   tcp_sim_book.c  inside, by tcp_info and tcp_audit
 *   tcp_sim_app.c   above: what is read is what was written, ends come for a reason
 *   tcp_sim.c       progress once the link is well again, packets back in their pools, silence
 *
 * A world may have a planted bug: the NIC of one host misbehaves as a broken endpoint would. Each
 * of them must be found, or the rules above are worth nothing.
 *
 * For tests only. One thread; a simulator is several MiB, and is used for one world after another.
 */
#ifndef TERCEL_NET_TCP_SIM_TCP_SIM_H
#define TERCEL_NET_TCP_SIM_TCP_SIM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum tcp_sim_plant {
    TCP_SIM_PLANT_NONE = 0,
    TCP_SIM_PLANT_NO_FIN,       /* FINs do not leave */
    TCP_SIM_PLANT_OTHER_BYTES,  /* what is sent again differs */
    TCP_SIM_PLANT_NOT_AGAIN,    /* nothing is sent again */
    TCP_SIM_PLANT_WINDOW_BACK,  /* the window offered is taken back */
    TCP_SIM_PLANT_ACK_AHEAD,    /* more is acknowledged than was sent */
    TCP_SIM_PLANT_ACK_ACK,      /* an ACK is answered */
    TCP_SIM_PLANT_ACK_HELD,     /* the ACKs of a turn do not leave with it */
    TCP_SIM_PLANT_NO_MSS,       /* a SYN without its options */
    TCP_SIM_PLANT_NO_TIMESTAMP, /* timestamps were agreed on, and are missing */
    TCP_SIM_PLANT_PAST_WINDOW,  /* the peer's window is read as larger than it is */
    TCP_SIM_PLANT_SACK_LIE,     /* a SACK block for what never came */
    TCP_SIM_PLANT_BAD_CHECKSUM, /* a checksum that is not right */
    TCP_SIM_PLANT_READ_WRONG,   /* a byte changes between the wire and the reader */
    TCP_SIM_PLANT_LEAK,         /* a packet is never given back */
    TCP_SIM_PLANT_SLOW_DIFFERS, /* the slow path sends otherwise than the fast one */
    TCP_SIM_PLANT_UNREPEATABLE, /* the second run of a seed is not as the first */
    TCP_SIM_PLANTS
};

const char *tcp_sim_plant_name(enum tcp_sim_plant plant);

struct tcp_sim_options {
    uint64_t seed;
    enum tcp_sim_plant plant;
    bool slow_only;
    FILE *trace; /* NULL; or every event of the world, as it happens */
};

struct tcp_sim_verdict {
    const char *rule; /* NULL: all was well. Static text */
    char detail[160];
    uint64_t hash;                 /* of every frame that left a host, and when */
    uint64_t frames, steps, bytes; /* bytes: that applications read */
    uint64_t fast;                 /* segments the fast path took */
    uint32_t finished, failed;     /* ends of connections: in order, otherwise */
};

struct tcp_sim;

/* From the heap. */
struct tcp_sim *tcp_sim_new(void);
void tcp_sim_delete(struct tcp_sim *sim);

void tcp_sim_run(struct tcp_sim *sim, const struct tcp_sim_options *options,
                 struct tcp_sim_verdict *verdict);

/* The world as it was drawn, and its last events: after a failure, or in the middle of one. */
void tcp_sim_report(struct tcp_sim *sim, FILE *to);

/*
 * A seed as the test judges it: its world; on some seeds once more, which must give the same
 * frames; on some without the fast path, which must give the same frames too.
 */
void tcp_sim_judge(struct tcp_sim *sim, const struct tcp_sim_options *options,
                   struct tcp_sim_verdict *verdict);

#endif
