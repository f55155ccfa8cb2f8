#include "core/market/instrument.h"

#include "core/base/bits.h"

/* Whose names a lookup is about: a venue's, by its number, or our own. */
#define NAMER_US UINT32_MAX

struct instrument_table {
    struct hash_seed seed;
    uint32_t instruments;
    uint32_t venues;
    uint32_t count;
    bool sealed;
    struct hash_index *index;
    struct instrument_symbol *venue_symbols; /* [instrument][venue]; len 0: not traded there */
    _Alignas(64) struct instrument table[];
};

static size_t align_up(size_t bytes) {
    return bits_whole_lines(bytes);
}

static bool limits_are_possible(struct instrument_table_limits limits) {
    return limits.instruments >= 1 && limits.instruments <= INSTRUMENTS_MAX && limits.venues >= 1 &&
           limits.venues <= INSTRUMENT_VENUES_MAX;
}

static uint32_t index_entries(struct instrument_table_limits limits) {
    return limits.instruments * (1 + limits.venues);
}

static size_t instruments_end(struct instrument_table_limits limits) {
    return align_up(sizeof(struct instrument_table) +
                    limits.instruments * sizeof(struct instrument));
}

static size_t symbols_end(struct instrument_table_limits limits) {
    size_t symbols = (size_t)limits.instruments * limits.venues;
    return instruments_end(limits) + align_up(symbols * sizeof(struct instrument_symbol));
}

size_t instrument_table_footprint(struct instrument_table_limits limits) {
    if (!limits_are_possible(limits)) {
        return 0;
    }
    return symbols_end(limits) + hash_index_footprint(index_entries(limits));
}

struct instrument_table *instrument_table_init(void *mem, struct instrument_table_limits limits,
                                               const struct hash_seed *seed) {
    CHECK(limits_are_possible(limits));
    CHECK(((uintptr_t)mem & 63) == 0);
    struct instrument_table *table = mem;
    memset(mem, 0, symbols_end(limits));
    table->seed = *seed;
    table->instruments = limits.instruments;
    table->venues = limits.venues;
    table->venue_symbols = (void *)((char *)mem + instruments_end(limits));
    table->index = hash_index_init((char *)mem + symbols_end(limits), index_entries(limits));
    return table;
}

/* `text` is no longer than a symbol; the namer has a fixed width in front of it. */
static uint64_t key_of(const struct instrument_table *table, uint32_t namer, struct bytes text) {
    char named[sizeof(namer) + INSTRUMENT_SYMBOL_MAX];
    memcpy(named, &namer, sizeof(namer));
    memcpy(named + sizeof(namer), text.data, text.len);
    return hash_bytes(bytes_of(named, sizeof(namer) + text.len), &table->seed);
}

static const struct instrument_symbol *symbol_of(const struct instrument_table *table,
                                                 uint32_t instrument, uint32_t namer) {
    if (namer == NAMER_US) {
        return &table->table[instrument].symbol;
    }
    return &table->venue_symbols[(size_t)instrument * table->venues + namer];
}

/* The full text decides, as this namer wrote it: a key is only a hash. */
static uint32_t find(const struct instrument_table *table, uint32_t namer, struct bytes text) {
    if (text.len == 0 || text.len > INSTRUMENT_SYMBOL_MAX) {
        return INSTRUMENT_NONE;
    }
    uint64_t key = key_of(table, namer, text);
    uint32_t cursor = 0;
    uint32_t instrument;
    while ((instrument = hash_index_next(table->index, key, &cursor)) != HASH_INDEX_NONE) {
        if (bytes_equal(instrument_symbol_bytes(symbol_of(table, instrument, namer)), text)) {
            return instrument;
        }
    }
    return INSTRUMENT_NONE;
}

static bool symbol_is_good(struct bytes text, bool dot_allowed) {
    if (text.len == 0 || text.len > INSTRUMENT_SYMBOL_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte <= ' ' || byte > '~' || (byte == '.' && !dot_allowed)) {
            return false;
        }
    }
    return true;
}

static bool values_are_good(const struct instrument_spec *spec) {
    return spec->price_digits <= DECIMAL_DIGITS_MAX &&
           spec->quantity_digits <= DECIMAL_DIGITS_MAX && spec->cash_digits <= DECIMAL_DIGITS_MAX &&
           spec->contract.scaled >= 0 && spec->tick.scaled >= 1 && spec->lot.scaled >= 1 &&
           spec->min_quantity.scaled >= 1 && spec->max_quantity.scaled >= spec->min_quantity.scaled;
}

static void symbol_set(struct instrument_symbol *symbol, struct bytes text) {
    symbol->len = (uint8_t)text.len;
    memcpy(symbol->text, text.data, text.len);
    symbol->text[text.len] = '\0';
}

COLD enum instrument_add_result instrument_table_add(struct instrument_table *table,
                                                     const struct instrument_spec *spec,
                                                     uint32_t *instrument) {
    CHECK(!table->sealed);
    if (!symbol_is_good(spec->symbol, false)) {
        return INSTRUMENT_ADD_BAD_SYMBOL;
    }
    if (!values_are_good(spec)) {
        return INSTRUMENT_ADD_BAD_VALUE;
    }
    if (find(table, NAMER_US, spec->symbol) != INSTRUMENT_NONE) {
        return INSTRUMENT_ADD_DUPLICATE;
    }
    uint64_t key = key_of(table, NAMER_US, spec->symbol);
    if (table->count == table->instruments || !hash_index_insert(table->index, key, table->count)) {
        return INSTRUMENT_ADD_FULL;
    }
    *instrument = table->count++;
    struct instrument *added = &table->table[*instrument];
    *added = (struct instrument){.tick_divisor = divisor_make(spec->tick.scaled),
                                 .lot_divisor = divisor_make(spec->lot.scaled),
                                 .tick = spec->tick,
                                 .lot = spec->lot,
                                 .min_quantity = spec->min_quantity,
                                 .max_quantity = spec->max_quantity,
                                 .contract = spec->contract,
                                 .price_digits = (uint8_t)spec->price_digits,
                                 .cash_digits = (uint8_t)spec->cash_digits,
                                 .quantity_digits = (uint8_t)spec->quantity_digits};
    symbol_set(&added->symbol, spec->symbol);
    return INSTRUMENT_ADD_OK;
}

COLD enum instrument_add_result instrument_table_add_venue(struct instrument_table *table,
                                                           uint32_t instrument, uint32_t venue,
                                                           struct bytes symbol) {
    CHECK(!table->sealed);
    CHECK(instrument < table->count && venue < table->venues);
    if (!symbol_is_good(symbol, true)) {
        return INSTRUMENT_ADD_BAD_SYMBOL;
    }
    size_t cell = (size_t)instrument * table->venues + venue;
    if (table->venue_symbols[cell].len != 0 || find(table, venue, symbol) != INSTRUMENT_NONE) {
        return INSTRUMENT_ADD_DUPLICATE;
    }
    if (!hash_index_insert(table->index, key_of(table, venue, symbol), instrument)) {
        return INSTRUMENT_ADD_FULL;
    }
    symbol_set(&table->venue_symbols[cell], symbol);
    return INSTRUMENT_ADD_OK;
}

void instrument_table_seal(struct instrument_table *table) {
    table->sealed = true;
}

uint32_t instrument_table_count(const struct instrument_table *table) {
    return table->count;
}

const struct instrument *instrument_table_at(const struct instrument_table *table,
                                             uint32_t instrument) {
    CHECK(instrument < table->count);
    return &table->table[instrument];
}

uint32_t instrument_table_find(const struct instrument_table *table, struct bytes symbol) {
    return find(table, NAMER_US, symbol);
}

uint32_t instrument_table_find_venue(const struct instrument_table *table, uint32_t venue,
                                     struct bytes symbol) {
    CHECK(venue < table->venues);
    return find(table, venue, symbol);
}

struct bytes instrument_table_venue_symbol(const struct instrument_table *table,
                                           uint32_t instrument, uint32_t venue) {
    CHECK(instrument < table->count && venue < table->venues);
    return instrument_symbol_bytes(symbol_of(table, instrument, venue));
}

bool instrument_symbol_split(struct bytes text, struct bytes *symbol, struct bytes *venue) {
    if (text.len == 0) {
        return false;
    }
    const char *dot = memchr(text.data, '.', text.len);
    if (dot == NULL) {
        *symbol = text;
        *venue = bytes_skip(text, text.len);
        return true;
    }
    size_t symbol_len = (size_t)(dot - text.data);
    struct bytes suffix = bytes_skip(text, symbol_len + 1);
    if (symbol_len == 0 || suffix.len == 0 || memchr(suffix.data, '.', suffix.len) != NULL) {
        return false;
    }
    *symbol = bytes_of(text.data, symbol_len);
    *venue = suffix;
    return true;
}

const char *instrument_check_name(enum instrument_check check) {
    static const char *const names[] = {
        [INSTRUMENT_CHECK_OK] = "ok",
        [INSTRUMENT_CHECK_NOT_POSITIVE] = "not_positive",
        [INSTRUMENT_CHECK_OFF_TICK] = "off_tick",
        [INSTRUMENT_CHECK_OFF_LOT] = "off_lot",
        [INSTRUMENT_CHECK_BELOW_MINIMUM] = "below_minimum",
        [INSTRUMENT_CHECK_ABOVE_MAXIMUM] = "above_maximum",
    };
    return (size_t)check < sizeof(names) / sizeof(names[0]) ? names[check] : "unknown";
}
