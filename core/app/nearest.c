#include "core/app/nearest.h"

#include <stdio.h>

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

static bool is_same(char a, char b) {
    char low = (char)(a | 0x20);
    return a == b || (low == (char)(b | 0x20) && low >= 'a' && low <= 'z');
}

/* One row of the alignment table from the two before it. */
static void fill_row(struct bytes a, struct bytes b, size_t i, const size_t *before_last,
                     const size_t *last, size_t *row) {
    row[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
        size_t substitution = last[j - 1] + (is_same(a.data[i - 1], b.data[j - 1]) ? 0 : 1);
        row[j] = least(least(last[j], row[j - 1]) + 1, substitution);
        if (i > 1 && j > 1 && is_same(a.data[i - 1], b.data[j - 2]) &&
            is_same(a.data[i - 2], b.data[j - 1])) {
            row[j] = least(row[j], before_last[j - 2] + 1);
        }
    }
}

size_t nearest_distance(struct bytes a, struct bytes b) {
    if (a.len > NEAREST_WORD_MAX || b.len > NEAREST_WORD_MAX) {
        return NEAREST_FAR;
    }
    size_t rows[3][NEAREST_WORD_MAX + 1] = {{0}};
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        fill_row(a, b, i, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]);
    }
    size_t distance = rows[a.len % 3][b.len];
    size_t longer = a.len > b.len ? a.len : b.len;
    size_t allowed = longer <= 6 ? 2 : longer / 3;
    return distance <= allowed && distance < longer ? distance : NEAREST_FAR;
}

bool nearest_offer(struct nearest *nearest, const char *word) {
    size_t distance = nearest_distance(nearest->wanted, bytes_of_string(word));
    if (distance >= nearest->distance) {
        return false;
    }
    nearest->distance = distance;
    nearest->best = word;
    return true;
}

void nearest_advise(const struct nearest *nearest, const char *more, char *out, size_t bytes) {
    if (nearest->best != NULL) {
        (void)snprintf(out, bytes, "meant \"%s\"? %s", nearest->best, more);
    } else {
        (void)snprintf(out, bytes, "%s", more);
    }
}
