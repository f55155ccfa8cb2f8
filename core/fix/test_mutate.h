/*
 * Damage to FIX text, drawn from a seed: the kinds that broken and hostile peers make. For tests
 * only.
 */
#ifndef TERCEL_CORE_FIX_TEST_MUTATE_H
#define TERCEL_CORE_FIX_TEST_MUTATE_H

#include <string.h>

#include "core/base/prng.h"
#include "core/fix/test_message.h"

static inline size_t test_place(struct prng *prng, const struct test_message *message) {
    return (size_t)prng_below(prng, message->len);
}

/* A byte that means something to a FIX parser, or any byte at all. */
static inline char test_byte(struct prng *prng) {
    static const char telling[] = "\x01\x01\x01==0123456789890FIX.-\x7f\x80\xff";
    if (prng_below(prng, 4) == 0) {
        return (char)prng_below(prng, 256);
    }
    return telling[prng_below(prng, sizeof telling)];
}

/* Removes up to 8 bytes at `at`. */
static inline void test_cut(struct test_message *message, struct prng *prng, size_t at) {
    size_t count = 1 + (size_t)prng_below(prng, 8);
    count = count > message->len - at ? message->len - at : count;
    memmove(message->data + at, message->data + at + count, message->len - at - count);
    message->len -= count;
}

/* Repeats up to 32 bytes from somewhere at `at`. */
static inline void test_paste(struct test_message *message, struct prng *prng, size_t at) {
    char piece[32];
    size_t from = test_place(prng, message);
    size_t count = 1 + (size_t)prng_below(prng, sizeof piece);
    count = count > message->len - from ? message->len - from : count;
    if (message->len + count > TEST_MESSAGE_MAX) {
        return;
    }
    memcpy(piece, message->data + from, count);
    memmove(message->data + at + count, message->data + at, message->len - at);
    memcpy(message->data + at, piece, count);
    message->len += count;
}

static inline void test_mutate(struct test_message *message, struct prng *prng) {
    if (message->len == 0) {
        return;
    }
    size_t at = test_place(prng, message);
    switch (prng_below(prng, 6)) {
    case 0:
        test_cut(message, prng, at);
        break;
    case 1:
        test_paste(message, prng, at);
        break;
    case 2:
        message->data[at] = (char)(message->data[at] + 1);
        break;
    default:
        message->data[at] = test_byte(prng);
        break;
    }
}

#endif
