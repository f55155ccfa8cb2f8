#include "net/tcp/script/tcp_script_words.h"

#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

static bool stands_alone(char c) {
    return c == '<' || c == '>' || c == '{' || c == '}';
}

bool script_words_split(struct bytes line, struct script_words *words) {
    size_t at = 0;
    words->count = 0;
    words->next = 0;
    while (at < line.len && line.data[at] != '#') {
        size_t start = at;
        if (is_blank(line.data[at])) {
            at++;
            continue;
        }
        if (words->count == SCRIPT_WORDS_MAX) {
            return false;
        }
        do {
            at++;
        } while (!stands_alone(line.data[start]) && at < line.len && !is_blank(line.data[at]) &&
                 !stands_alone(line.data[at]) && line.data[at] != '#');
        words->word[words->count++] = bytes_of(line.data + start, at - start);
    }
    return true;
}

bool script_words_at_end(const struct script_words *words) {
    return words->next == words->count;
}

struct bytes script_words_peek(const struct script_words *words) {
    return script_words_at_end(words) ? (struct bytes){.data = "", .len = 0}
                                      : words->word[words->next];
}

struct bytes script_words_next(struct script_words *words) {
    struct bytes word = script_words_peek(words);
    words->next += script_words_at_end(words) ? 0 : 1;
    return word;
}

bool script_words_take(struct script_words *words, const char *text) {
    bool same =
        !script_words_at_end(words) && bytes_equal(script_words_peek(words), bytes_of_string(text));
    words->next += same ? 1 : 0;
    return same;
}

bool script_words_take_name(struct script_words *words, const char *name) {
    struct bytes word = script_words_peek(words);
    bool same = word.len == strlen(name) && word.len > 0;
    for (size_t i = 0; same && i < word.len; i++) {
        same = word.data[i] == (name[i] == ' ' ? '-' : name[i]);
    }
    words->next += same ? 1 : 0;
    return same;
}

/* Digits from the front of `text`, which is moved behind them. */
static bool take_digits(struct bytes *text, int64_t *value) {
    size_t digits = 0;
    *value = 0;
    while (digits < text->len && digits < 15 && text->data[digits] >= '0' &&
           text->data[digits] <= '9') {
        *value = *value * 10 + (text->data[digits] - '0');
        digits++;
    }
    *text = bytes_skip(*text, digits);
    return digits > 0;
}

static bool take_char(struct bytes *text, char c) {
    bool there = text->len > 0 && text->data[0] == c;
    *text = bytes_skip(*text, there ? 1 : 0);
    return there;
}

bool script_number(struct bytes text, int64_t repeat, int64_t *value) {
    bool negative = take_char(&text, '-');
    if (!take_digits(&text, value)) {
        return false;
    }
    *value = negative ? -*value : *value;
    if (take_char(&text, '+')) {
        int64_t step;
        if (!take_digits(&text, &step) || !take_char(&text, '*') || !take_char(&text, 'i')) {
            return false;
        }
        *value += step * repeat;
    }
    return text.len == 0;
}

/* Of a unit; 0 for what is none. */
static int64_t unit_ns(struct bytes unit) {
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", NS_PER_US}, {"ms", NS_PER_MS}, {"s", NS_PER_S}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (bytes_equal(unit, bytes_of_string(units[i].name))) {
            return units[i].ns;
        }
    }
    return 0;
}

bool script_duration(struct bytes text, struct duration *value) {
    int64_t whole, fraction = 0, scale = 1;
    if (!take_digits(&text, &whole)) {
        return false;
    }
    if (text.len == 0) {
        *value = (struct duration){.ns = 0};
        return whole == 0;
    }
    if (take_char(&text, '.')) {
        size_t before = text.len;
        if (!take_digits(&text, &fraction)) {
            return false;
        }
        for (size_t digits = before - text.len; digits > 0; digits--) {
            scale *= 10;
        }
    }
    int64_t unit = unit_ns(text);
    value->ns = whole * unit + fraction * unit / scale;
    return unit != 0;
}

bool script_words_number(struct script_words *words, int64_t *value) {
    return script_number(script_words_next(words), words->repeat, value);
}

bool script_words_duration(struct script_words *words, struct duration *value) {
    return script_duration(script_words_next(words), value);
}

bool script_words_address(struct script_words *words, struct ipv4_address *value) {
    struct bytes text = script_words_next(words);
    value->value = 0;
    for (int part = 0; part < 4; part++) {
        int64_t number;
        if ((part > 0 && !take_char(&text, '.')) || !take_digits(&text, &number) || number > 255) {
            return false;
        }
        value->value = value->value << 8 | (uint32_t)number;
    }
    return text.len == 0;
}

bool script_words_ethernet(struct script_words *words, struct ethernet_address *value) {
    struct bytes text = script_words_next(words);
    return ethernet_address_parse(text.data, text.len, value);
}
