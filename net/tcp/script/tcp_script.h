/*
 * Scripts of segments: what a peer sends and what the application does, line by line, and each
 * frame that must answer, with its time. The idea is packetdrill's; there is no kernel, the clock
 * is virtual, and the stack under test is a whole one over a simulated NIC.
 *
 * A script is text, a line one event or one expectation:
 *
 *     +10ms < P. 1:101(100) ack 1 win 65535     the peer's segment arrives, 10 ms later
 *     +0    > . 1:1(0) ack 101                  this must be the next frame that leaves
 *     read 100                                  the application reads 100 bytes: they are there
 *
 * Every frame that leaves must be expected, in order, at its time (within 1 us, or within a given
 * range). Sequence numbers are relative: each side's SYN is 0. What is always checked: addresses,
 * lengths and checksums of every frame; payload, a pattern by sequence number, in every frame and
 * every read; that the right edge of the window we tell never goes back; the stack's own audit
 * after every step; and that the NIC's pools are as full at the end, all streams discarded, as at
 * the start.
 *
 * Time. A line may begin with `+T`: so long after the line before. `+T1..T2` before an expectation
 * is a range. Until then the stack's deadlines are kept; a frame that leaves meanwhile is an error.
 * T is 0, or a decimal number with ns, us, ms or s.
 *
 * Flows. `@b` after the time means another connection than `@a`, up to `@h`.
 *
 * Settings, before anything else (see the table in tcp_script_world.c):
 *     set NAME VALUE               of profile, limits, NIC: `set rto_min 50ms`
 *     set flow b ADDRESS PORT      who `@b` is; 192.0.2.2 and a port of its own by default
 *     set allowed ADDRESS BITS     of the listener's list
 *     set cross BYTES              2^31 and 2^32 are crossed so far into the sequences
 *
 * Segments. `< FLAGS SEQ:END(BYTES) ack N win N <OPTIONS> MODIFIERS`, both ways. FLAGS are of
 * SFRPUEW and `.` for ACK, `-` for none. OPTIONS: mss N, ws N, sackok, ts VALUE ecr ECHO, sack
 * LEFT:RIGHT ..., and inbound raw HEX. What is expected: flags but P as given (P must be there when
 * it is given), `ack *` any, `win` only when given, options exactly as given, or without <> any but
 * SACK, of which there must be none; <*> any. Our TSval is relative to the first we sent on the
 * flow; `*` any.
 * MODIFIERS, inbound: bad-checksum, bad-ip-checksum, doff N (words), ip-options N (words of NOP),
 * pad N (bytes behind the datagram), cut N (bytes off the frame), fragment, later-fragment, urg N.
 *
 * Others:
 *     < arp request|reply SENDER is-at MAC for TARGET        > arp request|reply SENDER for TARGET
 *     < icmp CODE seq N [mtu N]    an error that quotes our segment; CODE: net, host, protocol,
 *                                  port, prohibited, too-big
 *     < echo ID BYTES              > echo ID BYTES           a ping and its answer
 *     < hex BYTES                  a frame as it is
 *     nothing                      no frame leaves until now (with a time in front)
 *     swallow MIN MAX              so many frames left by now, whatever they are
 *     flood N ADDRESS              SYNs of N strangers from ADDRESS upwards
 *     flood-answers N              so many frames answered the flood
 *
 * The application:
 *     dial [fails]                 the flow is the connection that begins
 *     accept, no-accept            the flow is the one accepted; there is none
 *     finish, abort, discard
 *     reserve N [RESULT]           RESULT: as stream_result_name's, with '-' for blanks
 *     commit N [at POSITION] [secret]
 *     cancel
 *     write N [RESULT]             reserve and commit; with a RESULT reserve only
 *     write-many N                 reserve_many and commit
 *     release POSITION
 *     read N [secret]              N bytes are there and are consumed
 *     unread N                     exactly so many are there
 *     state NAME [REASON]          as of stream_state_name and stream_close_reason_name
 *     unsent N
 *     info FIELD is VALUE          of tcp_info; `at-least` and `at-most` for `is`
 *     counter [stack] NAME is VALUE    of tcp_counters, stack_counters
 *     pools full                   no packet is kept anywhere
 *
 * The world:
 *     turn / flush                 what lies between is one turn: segments arrive together, the
 *                                  application acts, then the ACKs leave
 *     refuse data|control|send|nothing     what the NIC refuses
 *     link up|down
 *     verdict unknown|good|bad     what the NIC says of checksums
 *     moved MAC                    the flow's next hop answers from there from now on
 *     rebase N                     the flow's next connection: the peer's SYN is N further on
 *     repeat N { ... }             with `i` from 0 in numbers: 1+1000*i; not nested
 *     include NAME                 the lines of NAME in the same folder
 *
 * For tests only; one thread; about 100 MB of static memory.
 */
#ifndef TERCEL_NET_TCP_SCRIPT_TCP_SCRIPT_H
#define TERCEL_NET_TCP_SCRIPT_TCP_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"

#define TCP_SCRIPT_POSITIONS 5
#define TCP_SCRIPT_FAILURE_BYTES 1024

/* Where sequence numbers begin, for both sides. */
struct tcp_script_variant {
    uint32_t position; /* 0 .. TCP_SCRIPT_POSITIONS - 1 */
    bool slow_only;
};

const char *tcp_script_position_name(uint32_t position);

/* The frames of a run, both ways, as they were on the wire. */
struct tcp_script_trace {
    char *bytes; /* records of struct tcp_script_frame, each with its frame behind it */
    uint32_t used;
    uint32_t size;
    bool overflowed;
};

struct tcp_script_frame {
    int64_t at_ns;
    uint32_t bytes;
    uint32_t outbound;
};

struct tcp_script_result {
    bool passed;
    uint64_t fast_segments; /* those that the fast path took */
    char failure[TCP_SCRIPT_FAILURE_BYTES];
};

/* Runs the script in the file. `trace` is emptied and filled. */
void tcp_script_run(const char *path, const struct tcp_script_variant *variant,
                    struct tcp_script_trace *trace, struct tcp_script_result *result);

/* The same frames at the same times; else `failure` says which differs. */
bool tcp_script_same(const struct tcp_script_trace *a, const struct tcp_script_trace *b,
                     char *failure, uint32_t failure_bytes);

/* Writes a trace as a pcap file (LINKTYPE_ETHERNET, nanoseconds); false when it cannot. */
bool tcp_script_write_pcap(const char *path, const struct tcp_script_trace *trace);

#endif
