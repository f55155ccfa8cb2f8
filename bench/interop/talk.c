#include "bench/interop/talk.h"

#include <stdio.h>
#include <string.h>

#include "core/base/check.h"
#include "net/wire/big_endian.h"

#define MAGIC UINT32_C(0x54414c4b)

/* splitmix64's output function (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
 * OOPSLA 2014). */
static uint64_t mix(uint64_t value) {
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* What a message is made from. */
static uint64_t key_of(const struct talk *talk, bool of_caller, uint64_t number) {
    uint64_t flow = mix(talk->plan.seed ^ (uint64_t)talk->plan.connection << 1 ^ of_caller);
    return mix(flow + number);
}

static uint32_t length_of(const struct talk *talk, uint64_t key) {
    uint32_t span = talk->plan.bytes_max - talk->plan.bytes_min + 1;
    return talk->plan.bytes_min + (uint32_t)(mix(key) % span);
}

static uint64_t word_of(uint64_t key, uint32_t offset) {
    return mix(key ^ UINT64_C(0x5555) << 48 ^ offset / sizeof(uint64_t));
}

static char byte_of(uint64_t key, uint32_t offset) {
    return (char)(word_of(key, offset) >> offset % sizeof(uint64_t) * 8);
}

/* By whole words where that can be: 256 MiB are gone through. */
static void fill_from(uint64_t key, uint32_t offset, char *out, uint32_t bytes) {
    uint32_t done = 0;
    while (done < bytes) {
        uint32_t at = offset + done;
        if (at % sizeof(uint64_t) == 0 && bytes - done >= sizeof(uint64_t)) {
            uint64_t word = word_of(key, at);
            memcpy(out + done, &word, sizeof(word));
            done += (uint32_t)sizeof(word);
        } else {
            out[done++] = byte_of(key, at);
        }
    }
}

static bool is_from(uint64_t key, uint32_t offset, const char *heard, uint32_t bytes) {
    char expected[TALK_MESSAGE_BYTES_MAX];
    fill_from(key, offset, expected, bytes);
    return memcmp(expected, heard, bytes) == 0;
}

static uint64_t total_of(const struct talk *talk, bool of_caller) {
    const struct talk_plan *plan = &talk->plan;
    if (of_caller) {
        return plan->messages;
    }
    return plan->answer_every == 0 ? 1 : plan->messages / plan->answer_every;
}

/* The plan on the wire. */

static void write_hello(struct talk *talk) {
    char *out = talk->hello;
    memset(out, 0, TALK_HELLO_BYTES);
    big_endian_put_u32(out, MAGIC);
    big_endian_put_u16(out + 4, talk->plan.connection);
    out[6] = talk->plan.answerer_ends_first;
    big_endian_put_u32(out + 8, (uint32_t)talk->plan.messages);
    big_endian_put_u16(out + 12, (uint16_t)talk->plan.bytes_min);
    big_endian_put_u16(out + 14, (uint16_t)talk->plan.bytes_max);
    big_endian_put_u32(out + 16, talk->plan.answer_every);
    big_endian_put_u32(out + 24, (uint32_t)(talk->plan.seed >> 32));
    big_endian_put_u32(out + 28, (uint32_t)talk->plan.seed);
}

static bool read_hello(struct talk *talk) {
    const char *in = talk->hello;
    talk->plan = (struct talk_plan){
        .seed = (uint64_t)big_endian_u32(in + 24) << 32 | big_endian_u32(in + 28),
        .messages = big_endian_u32(in + 8),
        .bytes_min = big_endian_u16(in + 12),
        .bytes_max = big_endian_u16(in + 14),
        .answer_every = big_endian_u32(in + 16),
        .connection = big_endian_u16(in + 4),
        .answerer_ends_first = in[6] != 0,
    };
    talk->is_planned = true;
    return big_endian_u32(in) == MAGIC && talk->plan.bytes_min >= 1 &&
           talk->plan.bytes_min <= talk->plan.bytes_max &&
           talk->plan.bytes_max <= TALK_MESSAGE_BYTES_MAX;
}

void talk_call(struct talk *talk, const struct talk_plan *plan, struct instant now) {
    CHECK(plan->bytes_min >= 1 && plan->bytes_min <= plan->bytes_max &&
          plan->bytes_max <= TALK_MESSAGE_BYTES_MAX && plan->messages <= UINT32_MAX);
    *talk = (struct talk){.plan = *plan, .calls = true, .began_at = now};
    write_hello(talk);
}

void talk_answer(struct talk *talk) {
    *talk = (struct talk){.calls = false};
}

/* Saying. */

/* Whole messages that may have been said by now. */
static uint64_t allowed(const struct talk *talk, struct instant now) {
    const struct talk_plan *plan = &talk->plan;
    uint64_t limit = total_of(talk, talk->calls);
    if (!talk->calls) {
        uint64_t due =
            plan->answer_every == 0 ? talk->peer_ended : talk->heard / plan->answer_every;
        return due < limit ? due : limit;
    }
    if (plan->interval.ns > 0) {
        int64_t since_ns = instant_since(now, talk->began_at).ns;
        uint64_t due = since_ns < 0 ? 0 : (uint64_t)(since_ns / plan->interval.ns) + 1;
        limit = due < limit ? due : limit;
    }
    if (plan->depth > 0) {
        uint64_t answered = talk->heard * plan->answer_every + plan->depth;
        limit = answered < limit ? answered : limit;
    }
    return limit;
}

uint32_t talk_due(const struct talk *talk, struct instant now) {
    if (talk->calls && !talk->is_planned) {
        return TALK_HELLO_BYTES - talk->hello_bytes;
    }
    if (!talk->is_planned || talk->said >= allowed(talk, now)) {
        return 0;
    }
    return length_of(talk, key_of(talk, talk->calls, talk->said)) - talk->said_bytes;
}

struct instant talk_deadline(const struct talk *talk) {
    if (!talk->calls || talk->plan.interval.ns == 0 || talk->said >= talk->plan.messages) {
        return INSTANT_NEVER;
    }
    int64_t after_ns = (int64_t)talk->said * talk->plan.interval.ns;
    return instant_add(talk->began_at, (struct duration){.ns = after_ns});
}

void talk_fill(const struct talk *talk, char *out, uint32_t bytes) {
    if (talk->calls && !talk->is_planned) {
        memcpy(out, talk->hello + talk->hello_bytes, bytes);
        return;
    }
    fill_from(key_of(talk, talk->calls, talk->said), talk->said_bytes, out, bytes);
}

void talk_said(struct talk *talk, uint32_t bytes) {
    if (talk->calls && !talk->is_planned) {
        talk->hello_bytes += bytes;
        talk->is_planned = talk->hello_bytes == TALK_HELLO_BYTES;
        return;
    }
    talk->said_bytes += bytes;
    if (talk->said_bytes == length_of(talk, key_of(talk, talk->calls, talk->said))) {
        talk->said++;
        talk->said_bytes = 0;
    }
}

/* Hearing. */

static bool hear_hello(struct talk *talk, struct bytes *heard) {
    uint32_t bytes = TALK_HELLO_BYTES - talk->hello_bytes;
    bytes = heard->len < bytes ? (uint32_t)heard->len : bytes;
    memcpy(talk->hello + talk->hello_bytes, heard->data, bytes);
    talk->hello_bytes += bytes;
    *heard = bytes_skip(*heard, bytes);
    return talk->hello_bytes < TALK_HELLO_BYTES || read_hello(talk);
}

bool talk_hear(struct talk *talk, struct bytes heard) {
    if (!talk->calls && !talk->is_planned && !hear_hello(talk, &heard)) {
        return false;
    }
    uint64_t total = total_of(talk, !talk->calls);
    while (heard.len > 0) {
        uint64_t key = key_of(talk, !talk->calls, talk->heard);
        uint32_t left = length_of(talk, key) - talk->heard_bytes;
        uint32_t bytes = heard.len < left ? (uint32_t)heard.len : left;
        if (talk->heard == total || !is_from(key, talk->heard_bytes, heard.data, bytes)) {
            return false;
        }
        talk->heard_bytes += bytes;
        if (bytes == left) {
            talk->heard++;
            talk->heard_bytes = 0;
        }
        heard = bytes_skip(heard, bytes);
    }
    return true;
}

bool talk_hear_end(struct talk *talk) {
    talk->peer_ended = true;
    return talk->is_planned && talk->heard == total_of(talk, !talk->calls);
}

/* Ending. */

static bool said_all(const struct talk *talk) {
    return talk->is_planned && talk->said == total_of(talk, talk->calls);
}

bool talk_may_end(const struct talk *talk) {
    return said_all(talk) && (talk->peer_ended || talk->calls != talk->plan.answerer_ends_first);
}

bool talk_is_over(const struct talk *talk) {
    return said_all(talk) && talk->peer_ended && talk->heard == total_of(talk, !talk->calls);
}

void talk_describe(const struct talk *talk, char *out, size_t out_bytes) {
    (void)snprintf(out, out_bytes,
                   "connection %u, %s: said %llu of %llu and %u B, heard %llu of %llu and %u B%s",
                   talk->plan.connection, talk->calls ? "calling" : "answering",
                   (unsigned long long)talk->said, (unsigned long long)total_of(talk, talk->calls),
                   talk->said_bytes, (unsigned long long)talk->heard,
                   (unsigned long long)total_of(talk, !talk->calls), talk->heard_bytes,
                   talk->peer_ended ? ", the peer ended" : "");
}
