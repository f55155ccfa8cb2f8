/*
 * How near two words are spelt: for "did you mean". Pure; any thread.
 */
#ifndef TERCEL_CORE_APP_NEAREST_H
#define TERCEL_CORE_APP_NEAREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

#define NEAREST_WORD_MAX 40
#define NEAREST_FAR SIZE_MAX

/*
 * Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that turn
 * one into the other, a letter and its capital being the same; NEAREST_FAR when that is more than a
 * third of the longer word (two for short ones), or when a word is longer than NEAREST_WORD_MAX.
 */
size_t nearest_distance(struct bytes a, struct bytes b);

/* The nearest of several words: begin, offer each, look at `best`. */
struct nearest {
    struct bytes wanted;
    const char *best; /* NULL: none is near; of several as near, the first offered */
    size_t distance;
};

static inline struct nearest nearest_begin(struct bytes wanted) {
    return (struct nearest){.wanted = wanted, .best = NULL, .distance = NEAREST_FAR};
}

/* Borrows `word`. True when it is the best so far. */
bool nearest_offer(struct nearest *nearest, const char *word);

/* Writes `meant "BEST"? ` when there is one and then `more`; cut to `bytes`, terminated. */
void nearest_advise(const struct nearest *nearest, const char *more, char *out, size_t bytes);

#endif
