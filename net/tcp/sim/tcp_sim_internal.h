/*
 * What the files of net/tcp/sim share.
 *
 *   tcp_sim.c        memory, the loop, the end of a world
 *   tcp_sim_draw.c   seed -> world
 *   tcp_sim_host.c   a host: NIC, stack, crash and restart
 *   tcp_sim_nic.c    the NIC in between, where frames are seen, and planted bugs are
 *   tcp_sim_frame.c  reads frames, apart from net/wire
 *   tcp_sim_wire.c   rules on the wire
 *   tcp_sim_book.c   rules about tcp_info
 *   tcp_sim_app.c    applications
 *   tcp_sim_log.c    events, the report
 */
#ifndef TERCEL_NET_TCP_SIM_TCP_SIM_INTERNAL_H
#define TERCEL_NET_TCP_SIM_TCP_SIM_INTERNAL_H

#include "core/base/prng.h"
#include "net/link_sim.h"
#include "net/stack.h"
#include "net/tcp/sim/tcp_sim.h"
#include "net/tcp/sim/tcp_sim_frame.h"

#define TCP_SIM_HOSTS 2
#define TCP_SIM_TALKS_MAX 6
#define TCP_SIM_WEATHER_MAX 6
#define TCP_SIM_BYTES_MAX 65536 /* of a direction of a talk */
#define TCP_SIM_PORT 4001
#define TCP_SIM_EVENTS 512

/* The world, as drawn. */

struct tcp_sim_host_plan {
    struct stack_setup setup;
    struct nic_sim_limits nic;
    struct tcp_profile profile;
    uint16_t vlan;
    bool offload;
    bool static_neighbour;
};

enum tcp_sim_end {
    TCP_SIM_END_WHEN_SENT = 0, /* finishes when all is committed: often half closed */
    TCP_SIM_END_AFTER_PEER,    /* and the peer has finished */
    TCP_SIM_END_ABORT,         /* resets when `abort_after` bytes are committed or read */
    TCP_SIM_END_DISCARD        /* lets go of the stream then, read or not */
};

/* What one end of a talk does. */
struct tcp_sim_side_plan {
    uint32_t bytes;                  /* to send */
    uint32_t record_min, record_max; /* of a record */
    uint32_t many_max;               /* of reserve_many, now and then; 0: never */
    struct duration send_pause;      /* after a record; 0: as fast as it goes */
    uint32_t reads_per_record;       /* bytes to have read for each record: answers, requests */
    uint32_t read_max;               /* consumed at once */
    struct duration read_pause;      /* after that */
    struct duration hold;            /* until the journal is durable; 0: nothing is held */
    enum tcp_sim_end end;
    uint32_t abort_after;
    bool secret, cancels;
};

struct tcp_sim_talk_plan {
    uint8_t dialler; /* host */
    struct duration dial_after;
    struct tcp_sim_side_plan side[TCP_SIM_HOSTS];
};

/* At a time: the link changes, a NIC refuses, a host restarts. */
enum tcp_sim_weather_kind {
    TCP_SIM_WEATHER_WAY = 0, /* the conditions of a direction */
    TCP_SIM_WEATHER_REFUSE,  /* what a host's NIC refuses from now on, bits of the three below */
    TCP_SIM_WEATHER_RESTART  /* a host begins anew; `silent`: its last words are lost, too */
};

enum { TCP_SIM_REFUSE_DATA = 1, TCP_SIM_REFUSE_CONTROL = 2, TCP_SIM_REFUSE_SEND = 4 };

struct tcp_sim_weather {
    struct duration after;
    enum tcp_sim_weather_kind kind;
    uint8_t host; /* or direction */
    uint8_t refuse;
    bool silent;
    struct link_sim_way way;
};

struct tcp_sim_plan {
    struct instant begin;
    struct duration heal_after; /* from then on the link only delays */
    struct link_sim_way healed[TCP_SIM_HOSTS];
    struct tcp_sim_host_plan host[TCP_SIM_HOSTS];
    struct tcp_sim_talk_plan talk[TCP_SIM_TALKS_MAX];
    uint32_t talk_count;
    struct tcp_sim_weather weather[TCP_SIM_WEATHER_MAX]; /* by time */
    uint32_t weather_count;
    bool gentle; /* too little happens for a connection to fail */
    bool tight;  /* tables so small that a connection may fail */
    bool restarts;
    bool audits; /* tcp_audit at every step: slow */
};

void tcp_sim_draw(struct tcp_sim_plan *plan, uint64_t seed);

/* A talk. */

/* What one host said and heard on the wire, in sequence numbers as they are there. */
struct tcp_sim_half {
    bool syn_seen, peer_syn_seen;
    bool timestamps, sack; /* offered in the SYN */
    bool window_told, fin_sent, fin_heard;
    bool peer_ended_first; /* its FIN, and all before it, was heard before ours left */
    int8_t scale;          /* offered; -1: not */
    uint16_t mss;          /* offered; 0: not */
    uint32_t isn;
    uint32_t sent_end; /* beyond the last byte, SYN or FIN that left */
    uint32_t fin_seq;
    uint32_t last_ack;              /* told last */
    uint32_t edge;                  /* the farthest right edge told */
    uint32_t heard_ack;             /* the highest acknowledgement heard */
    uint32_t sure_ack, settled_ack; /* of those nobody may refuse: heard, and before this turn */
    uint32_t heard_edge;            /* the farthest right edge heard */
    uint32_t syn_window;            /* of the peer's SYN */
    uint32_t peer_isn;
    uint32_t peer_fin_seq;
    uint32_t heard_end; /* all before it was heard, without a gap */
    uint32_t ts_value;  /* the last one told */
    uint32_t ts_heard;  /* the newest one heard */
    bool ts_told, ts_any_heard;
    uint32_t owed;                        /* reasons heard in this turn for an ACK */
    uint8_t heard[TCP_SIM_BYTES_MAX / 8]; /* bits: which bytes were heard */
};

struct tcp_sim_side {
    struct stream *stream; /* NULL: not yet, or not any more */
    uint32_t committed, read;
    uint32_t records;
    struct prng reading, writing; /* move on by what is done, not by how often it is tried */
    struct instant send_at, read_at, release_at;
    uint64_t journal; /* the last position used */
    bool had;         /* there was a stream */
    bool established; /* and it was open */
    bool finished, aborted, gone;
    enum stream_close_reason reason; /* NONE: not closed yet */
    struct instant closed_at;
    /* tcp_info, a step ago. */
    struct tcp_info info;
    bool has_info;
    uint32_t beyond_cwnd; /* how often that was sent to since una moved */
};

struct tcp_sim_talk {
    bool dialled, broken; /* broken: a host restarted, nothing is promised any more */
    uint16_t port;        /* of the dialler; 0 while it dials */
    struct instant dial_at;
    struct tcp_sim_side side[TCP_SIM_HOSTS];
    struct tcp_sim_half half[TCP_SIM_HOSTS];
};

/* A host. */

struct tcp_sim_host {
    struct nic nic; /* what the stack has: tcp_sim_nic.c */
    struct tcp_sim *sim;
    uint8_t index;
    struct nic_sim *inner;
    struct stack *stack;
    void *nic_memory, *stack_memory;
    bool refused;   /* the NIC refused something in this turn */
    uint8_t refuse; /* TCP_SIM_REFUSE_ bits now */
    bool timer_due; /* this turn began with a deadline reached */
    uint32_t planted;
};

/* Events, for the report. */

enum tcp_sim_event_kind { TCP_SIM_EVENT_SENT = 0, TCP_SIM_EVENT_HEARD, TCP_SIM_EVENT_NOTE };

struct tcp_sim_event {
    struct instant at;
    enum tcp_sim_event_kind kind;
    uint8_t host;
    uint8_t talk; /* TCP_SIM_TALKS_MAX: none */
    const char *note;
    uint64_t value;
    struct tcp_sim_frame frame;
};

struct tcp_sim {
    struct tcp_sim_options options;
    struct tcp_sim_plan plan;
    struct tcp_sim_verdict verdict;
    struct now now;
    struct instant heal_at, end_at;
    bool is_healed;
    uint32_t weather_next;
    struct tcp_sim_host host[TCP_SIM_HOSTS];
    struct link_sim *link;
    void *link_memory;
    struct tcp_sim_talk talk[TCP_SIM_TALKS_MAX];
    uint64_t runs; /* for TCP_SIM_PLANT_UNREPEATABLE */
    uint32_t steps_at_instant;
    struct tcp_sim_event event[TCP_SIM_EVENTS];
    uint64_t events;
};

/* The first broken rule counts; the loop ends then. `detail` as printf. */
void tcp_sim_fail(struct tcp_sim *sim, const char *rule, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));
static inline bool tcp_sim_failed(const struct tcp_sim *sim) {
    return sim->verdict.rule != NULL;
}

/* tcp_sim_host.c. Worst-case memory, over all plans. */
void tcp_sim_host_allocate(struct tcp_sim_host *host);
void tcp_sim_host_free(struct tcp_sim_host *host);
void tcp_sim_host_start(struct tcp_sim *sim, uint8_t index); /* NIC and stack */
void tcp_sim_host_restart(struct tcp_sim *sim, uint8_t index, bool silent);
void tcp_sim_host_refuse(struct tcp_sim_host *host, uint8_t refuse);
/* The largest limits that may be drawn. */
extern const struct nic_sim_limits tcp_sim_nic_limits_max;
extern const struct stack_limits tcp_sim_stack_limits_max;
struct ipv4_address tcp_sim_address(uint8_t host);
struct ethernet_address tcp_sim_mac(uint8_t host);

/* tcp_sim_nic.c. */
void tcp_sim_nic_init(struct tcp_sim_host *host);

/* tcp_sim_wire.c. */
void tcp_sim_wire_sent(struct tcp_sim *sim, uint8_t host, const char *data,
                       const struct tcp_sim_frame *frame);
void tcp_sim_wire_heard(struct tcp_sim *sim, uint8_t host, const struct tcp_sim_frame *frame);
/* A turn of `host` is over: what it owed has left. */
void tcp_sim_wire_turned(struct tcp_sim *sim, uint8_t host);
/* The talk a TCP frame between the hosts belongs to; TCP_SIM_TALKS_MAX: none. `from` sent it. */
uint32_t tcp_sim_wire_talk(const struct tcp_sim *sim, uint8_t from,
                           const struct tcp_sim_frame *frame);

/* tcp_sim_book.c. */
void tcp_sim_book_check(struct tcp_sim *sim, uint8_t host);

/* tcp_sim_app.c. */
void tcp_sim_app_run(struct tcp_sim *sim, uint8_t host);
struct instant tcp_sim_app_deadline(const struct tcp_sim *sim);
/* Every talk is over, and its streams are discarded. */
bool tcp_sim_app_is_over(const struct tcp_sim *sim);
/* What `from` sends in a talk: `count` <= 4096 bytes from `offset` on. */
const char *tcp_sim_app_bytes(uint32_t talk, uint8_t from, uint32_t offset);
/* How long the applications may take by their own pauses. */
struct duration tcp_sim_app_patience(const struct tcp_sim_plan *plan);

/* tcp_sim_log.c. */
void tcp_sim_note(struct tcp_sim *sim, uint8_t host, uint32_t talk, const char *note,
                  uint64_t value);
void tcp_sim_log_frame(struct tcp_sim *sim, enum tcp_sim_event_kind kind, uint8_t host,
                       uint32_t talk, const struct tcp_sim_frame *frame);

#endif
