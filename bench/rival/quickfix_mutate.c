/*
 * The mutations of fix_quickfix_fuzz: of bytes, and of whole fields; and every other input has the
 * length and sum of one of its messages made right, because nothing gets past them otherwise.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/prng.h"
#include "core/fix/fix_frame.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

/* What is mutated: `len` of `max` bytes. */
struct text {
    char *data;
    size_t len;
    size_t max;
};

/* `removed` bytes at `at` give way to `by`; nothing happens when that does not fit. */
static void replace(struct text *text, size_t at, size_t removed, struct bytes by) {
    if (text->len - removed + by.len > text->max) {
        return;
    }
    memmove(text->data + at + by.len, text->data + at + removed, text->len - at - removed);
    if (by.len != 0) {
        memcpy(text->data + at, by.data, by.len);
    }
    text->len = text->len - removed + by.len;
}

/* Of the field that holds `at`, its SOH included. */
static struct bytes field_around(const struct text *text, size_t at) {
    size_t start = at;
    size_t end = at;
    while (start > 0 && text->data[start - 1] != FIX_SOH) {
        start--;
    }
    while (end < text->len && text->data[end] != FIX_SOH) {
        end++;
    }
    return bytes_of(text->data + start, end - start + (end < text->len));
}

static struct bytes any_field(const struct text *text, struct prng *prng) {
    return field_around(text, (size_t)prng_below(prng, text->len));
}

/* Fields that mean something to a reader, and near misses of them. */
static const char *const telling[] = {
    "\x01",
    "8=FIX.4.4\x01",
    "9=5\x01",
    "10=000\x01",
    "35=D\x01",
    "35=X\x01",
    "35=8\x01",
    "35=\x01",
    "08=1\x01",
    "010=5\x01",
    "-9=4\x01",
    "0=a\x01",
    "00=\x01",
    "=\x01",
    "58\x01",
    "58=\x01",
    "58==\x01",
    "4294967351=x\x01",
    "2147483648=x\x01",
    "999999999=x\x01",
    "1000000000=x\x01",
    "95=3\x01"
    "96=a\x01"
    "b\x01",
    "95=3\x01"
    "96=abc\x01",
    "95=03\x01"
    "96=abc\x01",
    "95=9\x01"
    "96=abc\x01",
    "95=2\x01"
    "58=x\x01"
    "96=ab\x01",
    "93=2\x01"
    "89=ab\x01",
    "90=1\x01"
    "91=\x01\x01",
    "212=7\x01"
    "213=10=000\x01\x01",
    "348=0\x01"
    "349=\x01",
    "268=2\x01"
    "279=0\x01"
    "270=1\x01"
    "279=1\x01"
    "270=2\x01",
    "268=0\x01",
    "268=-1\x01",
    "268=9\x01"
    "279=0\x01",
    "453=1\x01"
    "448=A\x01"
    "802=1\x01"
    "523=B\x01"
    "803=1\x01",
    "555=1\x01"
    "600=L\x01"
    "618=2\x01"
    "619=a\x01\x01"
    "604=1\x01"
    "605=M\x01",
    "354=1\x01",
    "355=a\x01",
    "43=Y\x01",
    "52=20260105-12:00:00.123\x01",
    "108=30\x01",
};

static struct bytes any_telling(struct prng *prng) {
    return bytes_of_string(telling[prng_below(prng, sizeof telling / sizeof telling[0])]);
}

static void mutate_fields(struct text *text, struct prng *prng) {
    char copy[256];
    struct bytes field = any_field(text, prng);
    size_t at = (size_t)(any_field(text, prng).data - text->data);
    size_t len = field.len < sizeof copy ? field.len : sizeof copy;
    memcpy(copy, field.data, len);
    switch (prng_below(prng, 4)) {
    case 0:
        replace(text, (size_t)(field.data - text->data), field.len, bytes_of(NULL, 0));
        return;
    case 1:
        replace(text, at, 0, bytes_of(copy, len));
        return;
    case 2:
        replace(text, at, 0, any_telling(prng));
        return;
    default:
        replace(text, (size_t)(field.data - text->data), field.len, any_telling(prng));
        return;
    }
}

static size_t find(const struct text *text, size_t from, const char *word) {
    size_t len = strlen(word);
    const char *found =
        from < text->len ? memmem(text->data + from, text->len - from, word, len) : NULL;
    return found == NULL ? text->len : (size_t)(found - text->data);
}

/* Where any message begins; the text's length when none does. */
static size_t any_start(const struct text *text, struct prng *prng) {
    size_t start = find(text, 0, "8=FIX");
    for (size_t next = start; next < text->len && prng_below(prng, 2) == 0;) {
        start = next;
        next = find(text, next + 1, "8=FIX");
    }
    return start;
}

/* Length and sum of the message at `start`, up to any of its "10=". */
static void make_good(struct text *text, size_t start, struct prng *prng) {
    size_t length = find(text, start,
                         "\x01"
                         "9=") +
                    3;
    size_t body = find(text, length, "\x01") + 1;
    size_t end = find(text, body - 1,
                      "\x01"
                      "10=");
    while (end < text->len && prng_below(prng, 8) == 0) {
        end = find(text, end + 1,
                   "\x01"
                   "10=");
    }
    if (length >= text->len || body >= text->len || end >= text->len) {
        return;
    }
    char number[32];
    (void)snprintf(number, sizeof number, "%zu", end + 1 - body);
    size_t before = text->len;
    replace(text, length, body - 1 - length, bytes_of_string(number));
    size_t trailer = end + 1 + text->len - before;
    unsigned sum = 0;
    for (size_t i = start; i < trailer; i++) {
        sum += (unsigned char)text->data[i];
    }
    (void)snprintf(number, sizeof number, "10=%03u\x01", sum % 256);
    size_t old = field_around(text, trailer).len;
    replace(text, trailer, old, bytes_of_string(number));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed) {
    struct prng prng;
    prng_seed(&prng, seed);
    struct text text = {.data = (char *)data, .len = size, .max = size_max};
    if (size == 0 || prng_below(&prng, 2) == 0) {
        text.len = LLVMFuzzerMutate(data, size, size_max);
    } else {
        mutate_fields(&text, &prng);
    }
    if (prng_below(&prng, 2) == 0) {
        make_good(&text, any_start(&text, &prng), &prng);
    }
    return text.len;
}
