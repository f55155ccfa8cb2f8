/*
 * QuickFIX's reading of bytes, for the fuzzer that holds ours against it: its stream parser, and
 * its message, with and without a dictionary.
 *
 * The dictionary knows every data field, and groups of X, D and 8: 268 (with 453, with 802), and
 * 555 (with 604). It serves to find where fields end and groups lie; nothing is validated by it.
 *
 * One thread. What is found is borrowed until the next call.
 */
#ifndef TERCEL_BENCH_RIVAL_QUICKFIX_READER_H
#define TERCEL_BENCH_RIVAL_QUICKFIX_READER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct quickfix_reader;

/* `data_tags` ends with 0. Never freed. */
struct quickfix_reader *quickfix_reader_make(const unsigned *data_tags);

/* What the stream parser takes for the first message of `data`: false when it waits for more, or
 * throws everything away. */
bool quickfix_frame(const char *data, size_t bytes, size_t *start, size_t *end);

struct quickfix_field {
    int tag;
    size_t len;
    const char *value;
};

/*
 * Whether `data` is a message to QuickFIX, BodyLength and CheckSum verified; then *fields are its
 * fields, those of groups included, in no order that means anything.
 */
bool quickfix_read(struct quickfix_reader *reader, const char *data, size_t bytes,
                   bool with_dictionary, const struct quickfix_field **fields, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
