/*
 * A line of a script as words, and what a word may be: numbers, durations, addresses.
 *
 * Words are parted by blanks and commas; '<', '>', '{' and '}' are words of their own; '#' begins a
 * comment. For tests only.
 */
#ifndef TERCEL_NET_TCP_SCRIPT_TCP_SCRIPT_WORDS_H
#define TERCEL_NET_TCP_SCRIPT_TCP_SCRIPT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/instant.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"

#define SCRIPT_WORDS_MAX 64

struct script_words {
    struct bytes word[SCRIPT_WORDS_MAX];
    uint32_t count;
    uint32_t next;  /* the first that was not taken */
    int64_t repeat; /* what `i` stands for */
};

/* False for more than SCRIPT_WORDS_MAX words. */
bool script_words_split(struct bytes line, struct script_words *words) MUST_USE;

/* Whether the next word is `text`; takes it then. */
bool script_words_take(struct script_words *words, const char *text);
/* The same for a name of several words, which the script writes with '-' between them. */
bool script_words_take_name(struct script_words *words, const char *name);
/* The next word, taken; empty at the end. */
struct bytes script_words_next(struct script_words *words);
/* The next word, not taken; empty at the end. */
struct bytes script_words_peek(const struct script_words *words);
bool script_words_at_end(const struct script_words *words);

/* The next word as "12", "-1", "1+1000*i". Each takes the word, even when it is none. */
bool script_words_number(struct script_words *words, int64_t *value) MUST_USE;
/* "0", "20us", "1.5s", "200ms". */
bool script_words_duration(struct script_words *words, struct duration *value) MUST_USE;
bool script_words_address(struct script_words *words, struct ipv4_address *value) MUST_USE;
bool script_words_ethernet(struct script_words *words, struct ethernet_address *value) MUST_USE;

/* The same of text that is part of a word. */
bool script_number(struct bytes text, int64_t repeat, int64_t *value) MUST_USE;
bool script_duration(struct bytes text, struct duration *value) MUST_USE;

#endif
