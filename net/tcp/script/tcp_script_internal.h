/*
 * What the files of the script runner share.
 *
 *   tcp_script.c          lines, repetition, verdict
 *   tcp_script_world.c    settings, the stack under test, time, frames that left
 *   tcp_script_segment.c  TCP segments to send in, and expected ones
 *   tcp_script_other.c    ARP, ICMP, raw frames, floods
 *   tcp_script_app.c      the application's calls, and what it sees
 *   tcp_script_info.c     numbers of the connection and counters
 *   tcp_script_trace.c    comparing and writing traces
 */
#ifndef TERCEL_NET_TCP_SCRIPT_TCP_SCRIPT_INTERNAL_H
#define TERCEL_NET_TCP_SCRIPT_TCP_SCRIPT_INTERNAL_H

#include "net/nic_sim.h"
#include "net/stack.h"
#include "net/tcp/script/tcp_script.h"
#include "net/tcp/script/tcp_script_words.h"

#define SCRIPT_FLOWS 8
#define SCRIPT_FRAMES 512
#define SCRIPT_FRAME_BYTES 8192
#define SCRIPT_LISTEN_PORT 7001
#define SCRIPT_PEER_PORT 443

struct script_config {
    struct tcp_profile profile;
    struct stack_setup stack;
    struct nic_sim_limits nic;
    struct tcp_listener listener;
    bool neighbours;   /* everybody's address is known from the start */
    bool announcement; /* expected by the script */
    bool offload;
    uint32_t vlan;
    uint32_t mtu;
    uint32_t cross; /* bytes into the sequence */
};

/* A connection as the script speaks of it. */
struct script_flow {
    struct ipv4_address remote;
    struct ethernet_address at;
    uint16_t local_port; /* 0: of the next SYN that leaves to there */
    uint16_t remote_port;
    struct tcp_seq iss, irs;
    bool iss_known;
    bool ts_known;
    uint32_t ts_base;
    bool ours_scaled, peers_scaled; /* the window scale option was in the SYN */
    uint8_t our_scale;
    bool edge_known;
    struct tcp_seq edge; /* the right edge of the window that we told last: never goes back */
    struct stream *stream;
    struct stream_room room; /* an open reservation; NULL: none */
    uint64_t written, read;  /* bytes, by the application */
};

struct script_frame {
    struct instant at;
    uint32_t bytes;
    char data[SCRIPT_FRAME_BYTES];
};

struct script_run {
    struct tcp_script_variant variant;
    struct script_config config;
    struct nic_sim *sim;
    struct stack *stack;
    struct now now;
    struct instant clock;                 /* of the line before */
    struct duration after_min, after_max; /* of this line */
    bool started;
    bool in_turn;      /* between turn and flush ... */
    bool turn_pending; /* ... and the stack's turn was not run yet */
    struct script_flow flows[SCRIPT_FLOWS];
    struct script_flow *flow;    /* of this line */
    struct script_frame *frames; /* left and not yet expected: a ring */
    uint32_t frame_first, frame_count;
    uint32_t flood_answers;
    bool flooding;
    uint32_t receive_free, send_free; /* packets, at the start */
    struct tcp_script_trace *trace;
    struct tcp_script_result *result;
    const char *path;
    uint32_t line;
};

/* Says why the script failed, once; always false. */
bool script_fail(struct script_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* tcp_script_world.c. */
void script_config_init(struct script_config *config);
/* The rest of a `set` line. */
bool script_set(struct script_run *run, struct script_words *words) MUST_USE;
bool script_start(struct script_run *run) MUST_USE;
/* Everything is given up; the pools must be as at the start. */
bool script_end(struct script_run *run) MUST_USE;
/* Time passes by `after_min`; no frame may leave but one due at that very time. */
bool script_pass_time(struct script_run *run) MUST_USE;
bool script_swallow(struct script_run *run, struct script_words *words) MUST_USE;
/* The next frame that left, which left in time; NULL: failed. Valid until the next call here. */
const struct script_frame *script_next_frame(struct script_run *run) MUST_USE;
/* Whether frames left that nobody expected: then the script failed. */
bool script_all_expected(struct script_run *run) MUST_USE;
/* A frame arrives; outside of a turn, in one of its own. */
bool script_put(struct script_run *run, struct bytes frame) MUST_USE;
/* Before and after the application does something. */
bool script_app_begin(struct script_run *run) MUST_USE;
bool script_app_end(struct script_run *run) MUST_USE;
bool script_pools_full(struct script_run *run) MUST_USE;
void script_trace_add(struct script_run *run, struct bytes frame, bool outbound);
struct ipv4_address script_our_address(void);
struct ethernet_address script_our_ethernet(void);

/* The byte of a payload at its place in the stream; `ours` and the peer's differ. */
char script_pattern(uint64_t at, bool ours);

/* tcp_script_segment.c, tcp_script_other.c. */
bool script_inject(struct script_run *run, struct script_words *words) MUST_USE;
bool script_expect(struct script_run *run, struct script_words *words) MUST_USE;
bool script_inject_segment(struct script_run *run, struct script_words *words) MUST_USE;
bool script_expect_segment(struct script_run *run, struct script_words *words) MUST_USE;
bool script_flood(struct script_run *run, struct script_words *words) MUST_USE;
/* Text of a frame in the script's own words. */
void script_describe(const struct script_run *run, const struct script_frame *frame, char *text,
                     size_t size);
/* Ethernet and IPv4 headers in front of `bytes` of payload; returns where the payload goes. */
char *script_put_headers(struct script_run *run, char *frame, uint8_t protocol, uint32_t bytes);

/* tcp_script_app.c, tcp_script_info.c: false for a word that is none of theirs, `ok` says how it
 * went. */
bool script_app(struct script_run *run, struct script_words *words, bool *ok) MUST_USE;
bool script_info(struct script_run *run, struct script_words *words, bool *ok) MUST_USE;

#endif
