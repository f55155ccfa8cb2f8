/*
 * The dialect against its golden file: each normalised order must give exactly the bytes beside it.
 * KRAKEN_GOLDEN is the file's path.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/fix/fix_tag.h"
#include "core/route/fix_venue.h"
#include "venues/kraken/kraken_spot.h"

#define LINE_MAX_BYTES 1024
#define WORDS_MAX 8

/* 2026-04-07T14:32:05.123Z */
static const struct now now = {.mono = {.ns = 1},
                               .utc = {.ns = INT64_C(1775572325123) * NS_PER_MS}};

static const struct instrument btc_usd = {.price_digits = 1, .quantity_digits = 8};

struct bench {
    struct fix_venue venue;
    struct order order;
    unsigned ids; /* given out so far */
    char first_id[REQUEST_UUID_BYTES];
};

static void begin(struct bench *bench) {
    const struct fix_venue_config config = {
        .dialect = &kraken_spot_dialect,
        .sender_comp_id = BYTES("ACME"),
        .target_comp_id = BYTES("KRAKEN-TRD"),
        .api_key = BYTES("APIKEY"),
        .order_validity = {.ns = 5 * NS_PER_S},
        .heartbeat_s = 30,
        .logon_timeout = {.ns = NS_PER_S},
        .message_bytes_max = 4096,
    };
    memset(bench, 0, sizeof(*bench));
    fix_venue_init(&bench->venue, &config);
    bench->venue.link.session.state = FIX_SESSION_UP;
    bench->venue.link.session.next_out = 2;
}

static unsigned index_of(const char *word, const char *const *words) {
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            return i;
        }
    }
    cr_assert(false, "golden file: what is %s?", word);
    return 0;
}

static int64_t scaled(const char *text, unsigned digits) {
    int64_t value = 0;
    cr_assert_eq(decimal_parse(bytes_of_string(text), digits, &value), DECIMAL_OK, "%s", text);
    return value;
}

/* side quantity type price tif flags self-trade */
static void read_order(struct bench *bench, char **words) {
    static const char *const sides[] = {"buy", "sell", NULL};
    static const char *const types[] = {"market", "limit", NULL};
    static const char *const tifs[] = {"gtc", "ioc", "fok", NULL};
    static const char *const modes[] = {"newest", "oldest", "both", NULL};
    struct order *order = &bench->order;
    order->side = (enum order_side)index_of(words[1], sides);
    order->quantity.scaled = scaled(words[2], btc_usd.quantity_digits);
    order->type = (enum order_type)index_of(words[3], types);
    order->price.scaled = order->type == ORDER_LIMIT ? scaled(words[4], btc_usd.price_digits) : 0;
    order->time_in_force = (enum time_in_force)index_of(words[5], tifs);
    order->flags = strcmp(words[6], "post-only") == 0 ? ORDER_POST_ONLY : 0;
    bench->venue.config.self_trade = (enum dialect_self_trade)index_of(words[7], modes);
}

/* side venue-order-id */
static void read_cancel(struct bench *bench, char **words) {
    struct order *order = &bench->order;
    order->side = strcmp(words[1], "buy") == 0 ? ORDER_BUY : ORDER_SELL;
    order->venue_order_id_len = 0;
    if (strcmp(words[2], "-") != 0) {
        order->venue_order_id_len = (uint8_t)strlen(words[2]);
        memcpy(order->venue_order_id, words[2], strlen(words[2]));
    }
}

static size_t write_message(struct bench *bench, bool cancel, char *room) {
    char id[REQUEST_UUID_BYTES + 1];
    (void)snprintf(id, sizeof(id), "0000000a-0000-4000-8000-%012u", bench->ids);
    if (bench->ids++ == 0) {
        memcpy(bench->first_id, id, REQUEST_UUID_BYTES);
    }
    const struct fix_dialect *dialect = bench->venue.config.dialect;
    struct venue_order out = {.order = &bench->order,
                              .instrument = &btc_usd,
                              .symbol = BYTES("BTC/USD"),
                              .cl_ord_id = bytes_of(id, REQUEST_UUID_BYTES),
                              .orig_cl_ord_id = bytes_of(bench->first_id, REQUEST_UUID_BYTES)};
    struct fix_writer writer;
    struct fix_session *session = &bench->venue.link.session;
    fix_session_begin(session, now,
                      bytes_of_string(cancel ? dialect->cancel_type : dialect->new_order_type),
                      room, LINE_MAX_BYTES, &writer);
    fix_venue_encode(&bench->venue, now, cancel ? dialect->cancel : dialect->new_order, &out,
                     &writer);
    return fix_session_end(session, now, &writer);
}

static void check_message(struct bench *bench, bool cancel, const char *expected) {
    char room[LINE_MAX_BYTES];
    size_t len = write_message(bench, cancel, room);
    for (size_t i = 0; i < len; i++) {
        room[i] = room[i] == FIX_SOH ? '|' : room[i];
    }
    cr_assert_eq(len, strlen(expected), "wrote %.*s\nnot   %s", (int)len, room, expected);
    cr_assert_eq(memcmp(room, expected, len), 0, "wrote %.*s\nnot   %s", (int)len, room, expected);
}

/* One "> ..." line and the message under it. */
static void check_pair(struct bench *bench, char *line, FILE *file) {
    char *words[WORDS_MAX] = {NULL};
    char *rest = line + 2;
    unsigned count = 0;
    for (char *word = strsep(&rest, " \n"); word != NULL && count < WORDS_MAX;
         word = strsep(&rest, " \n")) {
        words[count++] = word;
    }
    char expected[LINE_MAX_BYTES];
    cr_assert_not_null(fgets(expected, sizeof(expected), file));
    expected[strcspn(expected, "\n")] = '\0';
    bool cancel = strcmp(words[0], "cancel") == 0;
    if (cancel) {
        read_cancel(bench, words);
    } else {
        read_order(bench, words);
    }
    check_message(bench, cancel, expected);
}

Test(kraken_spot, golden_file) {
    static struct bench bench;
    begin(&bench);
    FILE *file = fopen(KRAKEN_GOLDEN, "re");
    cr_assert_not_null(file);
    char line[LINE_MAX_BYTES];
    unsigned pairs = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '>') {
            check_pair(&bench, line, file);
            pairs++;
        }
    }
    (void)fclose(file);
    cr_assert_geq(pairs, 7);
}

/* logon-fix: 0 cancels on disconnect, 1 keeps; said either way. */
Test(kraken_spot, logon_always_says_cancel_on_disconnect) {
    struct dialect_logon logon = {.api_key = BYTES("KEY"),
                                  .nonce = "17",
                                  .nonce_len = 2,
                                  .signature = "SIG",
                                  .signature_len = 3};
    for (int on = 0; on <= 1; on++) {
        char room[256];
        struct fix_writer writer;
        logon.cancel_on_disconnect = on == 1;
        fix_writer_begin(&writer, room, sizeof(room), BYTES("FIX.4.4"));
        kraken_spot_dialect.write_logon(&logon, &writer);
        size_t len = fix_writer_finish(&writer);
        const char *wanted = on == 1 ? "553=KEY\001"
                                       "554=SIG\001"
                                       "5025=17\001"
                                       "8674=0\001"
                                     : "553=KEY\001"
                                       "554=SIG\001"
                                       "5025=17\001"
                                       "8674=1\001";
        cr_assert_not_null(memmem(room, len, wanted, strlen(wanted)));
    }
}

Test(kraken_spot, exec_types_of_the_execution_report_page) {
    static const struct {
        char exec_type;
        enum dialect_exec means;
    } table[] = {{'0', DIALECT_EXEC_NEW},     {'4', DIALECT_EXEC_CANCELED},
                 {'5', DIALECT_EXEC_STATUS},  {'A', DIALECT_EXEC_IGNORE},
                 {'C', DIALECT_EXEC_EXPIRED}, {'D', DIALECT_EXEC_STATUS},
                 {'F', DIALECT_EXEC_FILL},    {'I', DIALECT_EXEC_STATUS},
                 {'8', DIALECT_EXEC_UNKNOWN}, {'1', DIALECT_EXEC_UNKNOWN}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_assert_eq(kraken_spot_dialect.exec_type[(unsigned char)table[i].exec_type],
                     table[i].means, "%c", table[i].exec_type);
    }
}
