/*
 * The dialect against its golden file: each normalised order must give exactly the bytes beside it.
 * KRAKEN_GOLDEN is the file's path.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/fix/fix_tag.h"
#include "core/fix/fix_view.h"
#include "core/route/fix_venue.h"
#include "venues/kraken/kraken_spot.h"

#define LINE_MAX_BYTES 1024
#define WORDS_MAX 12

/* 2026-04-07T14:32:05.123Z */
static const struct now now = {.mono = {.ns = 1},
                               .utc = {.ns = INT64_C(1775572325123) * NS_PER_MS}};

static const struct instrument btc_usd = {
    .price_digits = 1, .quantity_digits = 8, .cash_digits = 4};

struct bench {
    struct fix_venue venue;
    struct order order;
    struct order_terms terms;
    enum mass_cancel_scope scope;
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

static int64_t price_of(const char *word) {
    return strcmp(word, "-") == 0 ? 0 : scaled(word, btc_usd.price_digits);
}

/* In the order of the flags' bits. */
static uint32_t flags_of(const char *word) {
    static const char *const flags[] = {"-",    "post-only", "reduce-only", "post-only,reduce-only",
                                        "cash", NULL};
    return index_of(word, flags);
}

/* YYYYMMDD-HH:MM:SS or '-'. */
static struct utc expiry_of(const char *word) {
    struct utc at = {.ns = 0};
    cr_assert(strcmp(word, "-") == 0 || fix_time_parse(bytes_of_string(word), &at));
    return at;
}

/* side quantity type price stop tif expiry flags self-trade */
static void read_order(struct bench *bench, char **words) {
    static const char *const sides[] = {"buy", "sell", NULL};
    static const char *const types[] = {"market", "limit", "stop", "stop-limit", NULL};
    static const char *const tifs[] = {"gtc", "ioc", "fok", "gtd", NULL};
    static const char *const modes[] = {"newest", "oldest", "both", NULL};
    struct order *order = &bench->order;
    memset(order, 0, sizeof(*order));
    order->side = (enum order_side)index_of(words[1], sides);
    order->quantity.scaled = scaled(words[2], btc_usd.quantity_digits);
    order->type = (enum order_type)index_of(words[3], types);
    order->price.scaled = price_of(words[4]);
    order->stop_price.scaled = price_of(words[5]);
    order->time_in_force = (enum time_in_force)index_of(words[6], tifs);
    order->expire_time = expiry_of(words[7]);
    order->flags = flags_of(words[8]);
    order->cash.scaled = order->flags == ORDER_CASH ? scaled(words[2], btc_usd.cash_digits) : 0;
    bench->venue.config.self_trade = (enum dialect_self_trade)index_of(words[9], modes);
    fix_venue_compile(&bench->venue);
}

/* venue-order-id */
static void read_venue_id(struct bench *bench, const char *word) {
    struct order *order = &bench->order;
    order->venue_order_id_len = 0;
    if (strcmp(word, "-") != 0) {
        order->venue_order_id_len = (uint8_t)strlen(word);
        memcpy(order->venue_order_id, word, strlen(word));
    }
}

/* venue-order-id quantity price stop [triggered] */
static void read_replace(struct bench *bench, char **words) {
    read_venue_id(bench, words[1]);
    bench->terms.quantity.scaled = scaled(words[2], btc_usd.quantity_digits);
    bench->terms.price.scaled = price_of(words[3]);
    bench->terms.stop_price.scaled = price_of(words[4]);
    bench->order.triggered = words[5] != NULL && strcmp(words[5], "triggered") == 0;
}

static enum request_kind read_words(struct bench *bench, char **words) {
    static const char *const kinds[] = {"free",   "new",         "cancel", "replace",
                                        "status", "mass-cancel", NULL};
    static const char *const scopes[] = {"instrument", "all", NULL};
    enum request_kind kind = (enum request_kind)index_of(words[0], kinds);
    if (kind == REQUEST_NEW_ORDER) {
        read_order(bench, words);
    } else if (kind == REQUEST_REPLACE) {
        read_replace(bench, words);
    } else if (kind == REQUEST_MASS_CANCEL) {
        bench->scope = (enum mass_cancel_scope)index_of(words[1], scopes);
    } else {
        read_venue_id(bench, words[1]);
    }
    return kind;
}

static struct fix_venue_subject subject_of(struct bench *bench, enum request_kind kind) {
    bool without_symbol = kind == REQUEST_MASS_CANCEL && bench->scope == MASS_CANCEL_ALL;
    return (struct fix_venue_subject){
        .order = &bench->order,
        .instrument = &btc_usd,
        .symbol = without_symbol ? bytes_of(NULL, 0) : BYTES("BTC/USD"),
        .orig_cl_ord_id = bytes_of(bench->first_id, REQUEST_UUID_BYTES),
        .terms = kind == REQUEST_REPLACE ? &bench->terms : NULL,
        .scope = bench->scope};
}

static size_t write_message(struct bench *bench, enum request_kind kind, char *room) {
    char id[REQUEST_UUID_BYTES + 1];
    (void)snprintf(id, sizeof(id), "0000000a-0000-4000-8000-%012u", bench->ids);
    if (bench->ids++ == 0) {
        memcpy(bench->first_id, id, REQUEST_UUID_BYTES);
    }
    const struct dialect_message *message = &bench->venue.config.dialect->messages[kind];
    struct fix_venue_subject subject = subject_of(bench, kind);
    subject.cl_ord_id = bytes_of(id, REQUEST_UUID_BYTES);
    struct fix_writer writer;
    struct fix_session *session = &bench->venue.link.session;
    fix_session_begin(session, now, bytes_of_string(message->type), room, LINE_MAX_BYTES, &writer);
    fix_venue_encode(&bench->venue, now, kind, &subject, &writer);
    return fix_session_end(session, now, &writer);
}

static void check_message(struct bench *bench, enum request_kind kind, const char *expected) {
    char room[LINE_MAX_BYTES];
    size_t len = write_message(bench, kind, room);
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
    check_message(bench, read_words(bench, words), expected);
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
    cr_assert_geq(pairs, 20);
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
    } table[] = {{'0', DIALECT_EXEC_NEW},      {'4', DIALECT_EXEC_CANCELED},
                 {'5', DIALECT_EXEC_REPLACED}, {'A', DIALECT_EXEC_IGNORE},
                 {'C', DIALECT_EXEC_EXPIRED},  {'D', DIALECT_EXEC_RESTATED},
                 {'F', DIALECT_EXEC_FILL},     {'I', DIALECT_EXEC_STATUS},
                 {'8', DIALECT_EXEC_UNKNOWN},  {'1', DIALECT_EXEC_UNKNOWN}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        cr_assert_eq(kraken_spot_dialect.exec_type[(unsigned char)table[i].exec_type],
                     table[i].means, "%c", table[i].exec_type);
    }
}

/* The row of the capability matrix says what the tables can, no more and no less. */
Test(kraken_spot, capability_agrees_with_the_tables) {
    const struct fix_dialect *dialect = &kraken_spot_dialect;
    const struct venue_capability *can = &dialect->capability;
    for (unsigned i = 0; i < ORDER_TYPES; i++) {
        cr_expect_eq(can->types >> i & 1, dialect->ord_type[i] != '\0', "type %u", i);
    }
    for (unsigned i = 0; i < TIME_IN_FORCES; i++) {
        cr_expect_eq(can->time_in_forces >> i & 1, dialect->time_in_force[i] != '\0', "tif %u", i);
    }
    for (unsigned i = 0; i < DIALECT_FLAGS; i++) {
        cr_expect_eq(can->flags >> i & 1, dialect->exec_inst[i] != NULL, "flag %u", i);
    }
    cr_expect_eq(can->replace, dialect->messages[REQUEST_REPLACE].type != NULL);
    cr_expect_eq(can->status, dialect->messages[REQUEST_STATUS].type != NULL);
    cr_expect_eq(can->mass_cancel, dialect->mass_cancel_scope[MASS_CANCEL_ALL] != '\0');
    cr_expect_eq(can->mass_cancel_by_instrument,
                 dialect->mass_cancel_scope[MASS_CANCEL_INSTRUMENT] != '\0');
    cr_expect_eq(can->acknowledged_first,
                 dialect->messages[REQUEST_REPLACE].needs_venue_order_id &&
                     dialect->messages[REQUEST_STATUS].needs_venue_order_id);
}

/* The order of its body, header and trailer aside. */
static void check_tags(const char *text) {
    char message[LINE_MAX_BYTES];
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        message[i] = text[i] == '|' ? FIX_SOH : text[i];
    }
    struct fix_view view;
    uint32_t bad = 0;
    cr_assert_eq(fix_view_parse(bytes_of(message, len), &view, &bad), FIX_VIEW_OK);
    const struct dialect_field *row = NULL;
    for (unsigned kind = REQUEST_NEW_ORDER; kind < DIALECT_MESSAGES; kind++) {
        const struct dialect_message *of = &kraken_spot_dialect.messages[kind];
        if (bytes_equal(fix_view_msg_type(&view), bytes_of_string(of->type))) {
            row = of->fields;
        }
    }
    cr_assert_not_null(row);
    for (uint32_t i = 7; i + 1 < view.count; i++) {
        while (row->tag != 0 && row->tag != view.fields[i].tag) {
            row++;
        }
        cr_expect_neq(row->tag, 0, "no row for %u in %s", view.fields[i].tag, text);
    }
}

/* Kraken's own, or made after its tables: our rows say all of that, in the same order. */
Test(kraken_spot, rows_say_what_the_venues_samples_say) {
    check_tags("8=FIX.4.4|9=160|35=D|34=2|49=CLIENT|52=20260407-14:32:05.000|56=KRAKEN-TRD|"
               "11=1775572325000000|18=P|38=0.001|40=2|44=84000|54=1|55=BTC/USD|59=1|"
               "60=20260407-14:32:05.000|7928=1|10=208|");
    check_tags("8=FIX.4.4|9=163|35=F|34=3|49=CLIENT|52=20260407-14:32:07.000|56=KRAKEN-TRD|"
               "11=1775572327000000|37=OQNCZM-NVAVC-AVD2LO|41=1775572325000000|54=1|55=BTC/USD|"
               "60=20260407-14:32:07.000|10=128|");
    check_tags("8=FIX.4.4|9=179|35=G|34=3|49=CLIENT_A|52=20240625-08:57:05.000|56=KRAKEN-TRD|"
               "11=1719305825|37=OTHB2F-BNGUH-2CMLPT|38=0.2|40=2|41=1719305784|44=71000|54=1|"
               "55=BTC/USD|59=1|60=20240625-08:57:05.113|10=078|");
    check_tags("8=FIX.4.4|9=121|35=q|34=6|49=CLIENT|52=20260407-14:33:00.000|56=KRAKEN-TRD|"
               "11=1775572380000000|55=BTC/USD|60=20260407-14:33:00.000|530=1|10=251|");
}
