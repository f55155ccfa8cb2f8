/*
 * A conversation of which both ends know every byte: what one says, the other can check.
 *
 * Who calls says first how it will go (the plan), then its messages; who answers, answers every so
 * many of them, or once at the end. Lengths and contents follow from the plan's seed, the
 * connection, the direction and the number of the message, so a byte that is wrong, lost, doubled,
 * moved, or of another connection is found where it lies.
 *
 * Sans-I/O, so that tercel's TCP, Linux's and lwIP's carry the same one. Not a measure of them: who
 * carries it measures.
 */
#ifndef TERCEL_BENCH_INTEROP_TALK_H
#define TERCEL_BENCH_INTEROP_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/instant.h"

#define TALK_HELLO_BYTES 32
#define TALK_MESSAGE_BYTES_MAX 4096

struct talk_plan {
    uint64_t seed;
    uint64_t messages;  /* of the caller; below 2^32 */
    uint32_t bytes_min; /* of a message, in either direction: 1 .. TALK_MESSAGE_BYTES_MAX */
    uint32_t bytes_max;
    uint32_t answer_every;    /* so many messages are answered by one; 0: one answer at the end */
    uint16_t connection;      /* its number among the caller's */
    bool answerer_ends_first; /* else the caller does, as soon as it said everything */
    /* The caller's own business: */
    uint32_t depth;           /* messages not yet answered, at most; 0: any */
    struct duration interval; /* between messages; 0: none */
};

struct talk {
    struct talk_plan plan;
    bool calls;
    bool is_planned; /* the hello was said, or heard */
    bool peer_ended;
    struct instant began_at; /* of the caller: its first message is due */
    char hello[TALK_HELLO_BYTES];
    uint32_t hello_bytes; /* of it, so far */
    uint64_t said;        /* whole messages */
    uint32_t said_bytes;  /* of the next one */
    uint64_t heard;
    uint32_t heard_bytes;
};

void talk_call(struct talk *talk, const struct talk_plan *plan, struct instant now);
void talk_answer(struct talk *talk);

/* Bytes that may be said now: what is left of the hello or of one message; 0: nothing. */
uint32_t talk_due(const struct talk *talk, struct instant now);
/* When something is due though nothing is heard; INSTANT_NEVER. */
struct instant talk_deadline(const struct talk *talk);
/* The next `bytes` (<= talk_due) of what is to be said. */
void talk_fill(const struct talk *talk, char *out, uint32_t bytes);
/* So many of them were taken. */
void talk_said(struct talk *talk, uint32_t bytes);

/* False when that is not what the other end says next. */
bool talk_hear(struct talk *talk, struct bytes heard);
/* The other end has ended; false when it should not have. */
bool talk_hear_end(struct talk *talk);

/* Everything was said, and it is ours to end. */
bool talk_may_end(const struct talk *talk);
/* Everything was said and heard, the end included. */
bool talk_is_over(const struct talk *talk);

/* Where it stands, for complaints: terminated. */
void talk_describe(const struct talk *talk, char *out, size_t out_bytes);

#endif
