/*
 * How near two words are spelt: for "did you mean". Pure; any thread.
 */
#ifndef TERCEL_CORE_APP_NEAREST_H
#define TERCEL_CORE_APP_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

#define NEAREST_WORD_MAX 40
#define NEAREST_FAR SIZE_MAX

/*
 * Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that turn
 * one into the other; NEAREST_FAR when that is more than a third of the longer word (two for short
 * ones), or when a word is longer than NEAREST_WORD_MAX.
 */
size_t nearest_distance(struct bytes a, struct bytes b);

#endif
