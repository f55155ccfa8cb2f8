#include "venues/exchange/exchange_raw_log.h"

#include <stdbool.h>
#include <string.h>

#include "core/fix/fix_frame.h"
#include "core/fix/fix_time.h"

struct line {
    char *out;
    size_t size;
    size_t len;
};

static void put(struct line *line, const char *text, size_t len) {
    size_t room = line->size - line->len;
    size_t fits = len < room ? len : room;
    memcpy(line->out + line->len, text, fits);
    line->len += fits;
}

static bool starts_with(struct bytes field, struct bytes prefix) {
    return field.len >= prefix.len && memcmp(field.data, prefix.data, prefix.len) == 0;
}

/* One field without its SOH. Bytes that could end or forge a line are shown as '?'. */
static void put_field(struct line *line, struct bytes field) {
    static const struct bytes secret[] = {{"554=", 4}, {"96=", 3}};
    for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); ++i) {
        if (starts_with(field, secret[i])) {
            put(line, secret[i].data, secret[i].len);
            put(line, "***", 3);
            return;
        }
    }
    for (size_t i = 0; i < field.len; ++i) {
        bool printable = field.data[i] >= ' ' && field.data[i] <= '~';
        put(line, printable ? &field.data[i] : "?", 1);
    }
}

size_t exchange_raw_log_format(struct now now, char direction, struct bytes comp_id,
                               struct bytes message, char *out, size_t size) {
    struct line line = {.out = out, .size = size - 1};
    struct fix_time_cache cache = {0};
    char time[FIX_TIME_TEXT_MAX];
    put(&line, time, fix_time_format(&cache, now.utc, 6, time));
    put(&line, (const char[]){' ', direction, ' '}, 3);
    put(&line, comp_id.data, comp_id.len);
    put(&line, " ", 1);
    while (message.len > 0) {
        const char *end = memchr(message.data, FIX_SOH, message.len);
        size_t len = end != NULL ? (size_t)(end - message.data) : message.len;
        put_field(&line, bytes_of(message.data, len));
        if (end != NULL) {
            put(&line, "|", 1);
        }
        message = bytes_skip(message, end != NULL ? len + 1 : len);
    }
    out[line.len++] = '\n';
    return line.len;
}
