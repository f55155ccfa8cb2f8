#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "core/app/config_fuzz.h"
#include "core/app/config_test_sample.h"
#include "core/base/prng.h"

#define ROUNDS 400

/* What configs are made of, so that a mutation often means something. */
static const char *const tokens[] = {"- ",
                                     ": ",
                                     "[",
                                     "]",
                                     "{",
                                     "}",
                                     "'",
                                     "\"",
                                     "|\n",
                                     ">\n",
                                     "# ",
                                     "&a ",
                                     "*a",
                                     "!!x ",
                                     "---\n",
                                     "\n",
                                     "  ",
                                     "\t",
                                     "venues:",
                                     "name: ",
                                     "KRAKEN",
                                     "0",
                                     "99999999999999999999",
                                     "-1",
                                     "1e6",
                                     "~",
                                     "? ",
                                     "\xff",
                                     "%TAG",
                                     "accounts: ",
                                     "...\n",
                                     ",",
                                     "<<: "};

static size_t mutate(struct prng *prng, char *text, size_t len, size_t room) {
    size_t at = prng_below(prng, len);
    const char *token = tokens[prng_below(prng, sizeof(tokens) / sizeof(tokens[0]))];
    size_t token_len = strlen(token);
    switch (prng_below(prng, 4)) {
    case 0: /* put a token in */
        if (len + token_len <= room) {
            memmove(text + at + token_len, text + at, len - at);
            memcpy(text + at, token, token_len);
            len += token_len;
        }
        break;
    case 1: { /* take some bytes out */
        size_t count = 1 + prng_below(prng, 20);
        count = count < len - at ? count : len - at - 1;
        memmove(text + at, text + at + count, len - at - count);
        len -= count;
        break;
    }
    case 2: /* change a byte */
        text[at] = (char)prng_below(prng, 256);
        break;
    default: /* end early */
        len = prng_below(prng, 8) == 0 ? at + 1 : len;
        break;
    }
    return len;
}

Test(config_mutation, no_bytes_break_it) {
    uint64_t seed = (uint64_t)time(NULL);
    fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    struct prng prng;
    prng_seed(&prng, seed);
    static char text[16384];
    for (int round = 0; round < ROUNDS; round++) {
        size_t len = strlen(config_sample);
        memcpy(text, config_sample, len);
        for (uint64_t count = 1 + prng_below(&prng, 4); count > 0; count--) {
            len = mutate(&prng, text, len, sizeof(text));
        }
        LLVMFuzzerTestOneInput((const uint8_t *)text, len);
    }
}

Test(config_mutation, every_prefix_of_the_sample_is_survived) {
    for (size_t len = 0; len <= strlen(config_sample); len += 7) {
        LLVMFuzzerTestOneInput((const uint8_t *)config_sample, len);
    }
}
