#include "core/fix/fix_zone.h"

#include <string.h>

#include "core/fix/fix_zone_rule.h"

#define HEADER_BYTES 44
#define COUNTS_OFFSET 20
#define TIME_BYTES_1 4
#define TIME_BYTES_2 8
#define TYPE_BYTES 6
/* No place was ever further from UTC (RFC 9636 section 3.2). */
#define OFFSET_MAX_S (26 * 3600)
#define YEAR_FIRST 1970
#define YEAR_LAST 2261
/* The start of 2262. */
#define LAST_S INT64_C(9214646400)

/* The counts of one block, in the order of its header. */
struct counts {
    uint32_t ut;
    uint32_t standard;
    uint32_t leaps;
    uint32_t times;
    uint32_t types;
    uint32_t chars;
};

static uint32_t read_u32(const char *at) {
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           (uint32_t)bytes[3];
}

static int64_t read_i64(const char *at) {
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

static enum fix_zone_result read_header(struct bytes rest, struct counts *counts) {
    if (rest.len < HEADER_BYTES) {
        return FIX_ZONE_SHORT;
    }
    if (memcmp(rest.data, "TZif", 4) != 0 || rest.data[4] < '2') {
        return FIX_ZONE_NOT_TZIF;
    }
    uint32_t numbers[6];
    for (size_t i = 0; i < 6; i++) {
        numbers[i] = read_u32(rest.data + COUNTS_OFFSET + 4 * i);
    }
    *counts = (struct counts){.ut = numbers[0],
                              .standard = numbers[1],
                              .leaps = numbers[2],
                              .times = numbers[3],
                              .types = numbers[4],
                              .chars = numbers[5]};
    return FIX_ZONE_OK;
}

/* Of what follows the header; counts of 32 bits do not overflow it. */
static uint64_t block_bytes(const struct counts *counts, unsigned time_bytes) {
    return (uint64_t)counts->times * (time_bytes + 1) + (uint64_t)counts->types * TYPE_BYTES +
           counts->chars + (uint64_t)counts->leaps * (time_bytes + 4) + counts->standard +
           counts->ut;
}

/* A change to the offset that is in force anyway is none. Two at the same moment: the last counts.
 */
static bool add_change(struct fix_zone *zone, int64_t at_s, int32_t offset_s) {
    if (zone->count != 0 && zone->change_s[zone->count - 1] == at_s) {
        zone->offset_s[zone->count - 1] = offset_s;
        return true;
    }
    int32_t before_s = zone->count == 0 ? zone->offset_first_s : zone->offset_s[zone->count - 1];
    if (offset_s == before_s) {
        return true;
    }
    if (zone->count == FIX_ZONE_CHANGES_MAX) {
        return false;
    }
    zone->change_s[zone->count] = at_s;
    zone->offset_s[zone->count] = offset_s;
    zone->count++;
    return true;
}

static bool read_offset(const char *types, uint32_t type, int32_t *offset_s) {
    *offset_s = (int32_t)read_u32(types + (size_t)type * TYPE_BYTES);
    return *offset_s > -OFFSET_MAX_S && *offset_s < OFFSET_MAX_S;
}

/* The changes that the file lists; *last_s is the time of the last. Those before 1970 only say what
 * was in force then. */
static enum fix_zone_result read_changes(const char *block, const struct counts *counts,
                                         struct fix_zone *zone, int64_t *last_s) {
    const unsigned char *indices = (const unsigned char *)block + counts->times * TIME_BYTES_2;
    const char *types = (const char *)indices + counts->times;
    if (!read_offset(types, 0, &zone->offset_first_s)) {
        return FIX_ZONE_IMPOSSIBLE;
    }
    for (uint32_t i = 0; i < counts->times; i++) {
        int64_t at_s = read_i64(block + (size_t)i * TIME_BYTES_2);
        int32_t offset_s;
        if ((i != 0 && at_s <= *last_s) || at_s > LAST_S || indices[i] >= counts->types ||
            !read_offset(types, indices[i], &offset_s)) {
            return FIX_ZONE_IMPOSSIBLE;
        }
        *last_s = at_s;
        if (at_s < 0) {
            zone->offset_first_s = offset_s;
        } else if (!add_change(zone, at_s, offset_s)) {
            return FIX_ZONE_TOO_MANY;
        }
    }
    return FIX_ZONE_OK;
}

/* What the rule says for the time behind the last change that is listed. */
static bool add_rule(struct fix_zone *zone, const struct fix_zone_rule *rule, int64_t last_s) {
    for (int32_t year = YEAR_FIRST; year <= YEAR_LAST; year++) {
        int64_t begins_s = fix_zone_rule_begins_s(rule, year);
        int64_t ends_s = fix_zone_rule_ends_s(rule, year);
        bool summer_first = begins_s < ends_s;
        int64_t at_s[2] = {summer_first ? begins_s : ends_s, summer_first ? ends_s : begins_s};
        int32_t offset_s[2] = {summer_first ? rule->summer_s : rule->standard_s,
                               summer_first ? rule->standard_s : rule->summer_s};
        for (size_t i = 0; i < 2; i++) {
            /* Summer time that ends when the next one begins lasts all year. */
            bool late = at_s[i] >= last_s && at_s[i] >= 0;
            if (late && !add_change(zone, at_s[i], offset_s[i])) {
                return false;
            }
            last_s = late ? at_s[i] : last_s;
        }
    }
    return true;
}

static enum fix_zone_result read_footer(struct bytes footer, struct fix_zone *zone,
                                        int64_t last_s) {
    if (footer.len < 2 || footer.data[0] != '\n') {
        return FIX_ZONE_SHORT;
    }
    struct bytes text = bytes_skip(footer, 1);
    const char *end = memchr(text.data, '\n', text.len);
    if (end == NULL) {
        return FIX_ZONE_SHORT;
    }
    text.len = (size_t)(end - text.data);
    struct fix_zone_rule rule;
    /* An empty one: nothing changes any more. */
    if (text.len == 0) {
        return FIX_ZONE_OK;
    }
    if (!fix_zone_rule_parse(text, &rule)) {
        return FIX_ZONE_RULE;
    }
    return !rule.changes || add_rule(zone, &rule, last_s) ? FIX_ZONE_OK : FIX_ZONE_TOO_MANY;
}

enum fix_zone_result fix_zone_parse(struct bytes tzif, struct fix_zone *zone) {
    zone->count = 0;
    struct bytes rest = tzif;
    struct counts counts;
    enum fix_zone_result result = read_header(rest, &counts);
    /* The first block is for readers of 32 bits. */
    for (unsigned time_bytes = TIME_BYTES_1; result == FIX_ZONE_OK; time_bytes = TIME_BYTES_2) {
        rest = bytes_skip(rest, HEADER_BYTES);
        uint64_t bytes = block_bytes(&counts, time_bytes);
        if (bytes > rest.len) {
            return FIX_ZONE_SHORT;
        }
        if (time_bytes == TIME_BYTES_2) {
            break;
        }
        rest = bytes_skip(rest, (size_t)bytes);
        result = read_header(rest, &counts);
    }
    if (result != FIX_ZONE_OK) {
        return result;
    }
    if (counts.leaps != 0) {
        return FIX_ZONE_LEAP_SECONDS;
    }
    if (counts.types == 0) {
        return FIX_ZONE_IMPOSSIBLE;
    }
    int64_t last_s = INT64_MIN;
    result = read_changes(rest.data, &counts, zone, &last_s);
    if (result != FIX_ZONE_OK) {
        return result;
    }
    struct bytes footer = bytes_skip(rest, (size_t)block_bytes(&counts, TIME_BYTES_2));
    return read_footer(footer, zone, last_s);
}

const char *fix_zone_result_text(enum fix_zone_result result) {
    switch (result) {
    case FIX_ZONE_OK:
        return "good";
    case FIX_ZONE_NOT_TZIF:
        return "is no TZif file of version 2 or later";
    case FIX_ZONE_SHORT:
        return "ends too early";
    case FIX_ZONE_IMPOSSIBLE:
        return "has times or offsets that cannot be";
    case FIX_ZONE_LEAP_SECONDS:
        return "counts leap seconds";
    case FIX_ZONE_RULE:
        return "ends with a rule that cannot be read";
    case FIX_ZONE_TOO_MANY:
        return "has too many changes";
    }
    return "?";
}

/* How many changes lie at or before a time. */
static uint32_t changes_until(const struct fix_zone *zone, int64_t utc_s) {
    uint32_t low = 0;
    uint32_t high = zone->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->change_s[middle] <= utc_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int32_t offset_behind(const struct fix_zone *zone, uint32_t changes) {
    return changes == 0 ? zone->offset_first_s : zone->offset_s[changes - 1];
}

int32_t fix_zone_offset_s(const struct fix_zone *zone, int64_t utc_s) {
    return offset_behind(zone, changes_until(zone, utc_s));
}

int64_t fix_zone_first_s(const struct fix_zone *zone, int64_t local_s) {
    /* Before that no offset brings a clock to local_s. */
    uint32_t i = changes_until(zone, local_s - OFFSET_MAX_S);
    while (i < zone->count && zone->change_s[i] + offset_behind(zone, i) <= local_s) {
        i++;
    }
    int64_t shown_s = local_s - offset_behind(zone, i);
    bool left_out = i != 0 && shown_s < zone->change_s[i - 1];
    return left_out ? zone->change_s[i - 1] : shown_s;
}
