#include "venues/exchange/kraken_test_script.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "core/fix/fix_frame.h"
#include "core/fix/fix_time.h"
#include "core/fix/test_message.h"
#include "net/stream_memory.h"
#include "venues/exchange/exchange_text.h"
#include "venues/exchange/kraken_logon.h"

#define CLIENTS 3
#define VARIABLES 10
#define TEXT_MAX 2048
/* Up to fill_notional. */
#define LEDGER_COLUMNS 12

struct client {
    struct stream *stream;
    uint64_t next_out;
    uint64_t nonce;
};

struct script {
    struct stream_memory *world;
    void *world_mem;
    struct kraken_spot *spot;
    void *spot_mem;
    struct now now;
    struct client clients[CLIENTS];
    char variables[VARIABLES][64];
    const char *line;
    int line_number;
};

static const struct kraken_client credentials[CLIENTS] = {
    {{"CLIENT_A", 8}, {"KEY_A", 5}, {"secret-a", 8}},
    {{"CLIENT_B", 8}, {"KEY_B", 5}, {"secret-b", 8}},
    {{"CLIENT_C", 8}, {"KEY_A", 5}, {"secret-a", 8}},
};

__attribute__((format(printf, 2, 3))) static _Noreturn void fail(const struct script *script,
                                                                 const char *format, ...) {
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    cr_assert_fail("line %d, \"%s\": %s", script->line_number, script->line, text);
    abort();
}

static void *zeroed(size_t bytes) {
    void *mem = aligned_alloc(64, bits_whole_lines(bytes));
    memset(mem, 0, bytes);
    return mem;
}

static void open_world(struct script *script) {
    struct stream_memory_limits limits = {.stream = {.send_bytes = 1 << 16,
                                                     .receive_bytes = 1 << 16,
                                                     .record_bytes_max = KRAKEN_RECORD_BYTES_MAX,
                                                     .gather_bytes_max = KRAKEN_MESSAGE_BYTES_MAX,
                                                     .hold_bytes = 1 << 16,
                                                     .hold_records_max = 16},
                                          .pairs_max = 8};
    script->world_mem = zeroed(stream_memory_footprint(&limits));
    script->world = stream_memory_init(script->world_mem, &limits);
}

static uint32_t or_default(uint32_t given, uint32_t otherwise) {
    return given != 0 ? given : otherwise;
}

static void open_spot(struct script *script, const struct kraken_script_options *options) {
    struct kraken_config config = {
        .clients = credentials,
        .client_count = CLIENTS,
        .instruments = exchange_instruments_default,
        .instrument_count = 2,
        .quotes.replenish = options->replenish,
        .options = options->options,
        .limits = {.connections = or_default(options->limits.connections, 4),
                   .orders = or_default(options->limits.orders, 64),
                   .book_orders = or_default(options->limits.book_orders, 64),
                   .reports = or_default(options->limits.reports, 128),
                   .requests = or_default(options->limits.requests, 16),
                   .sent = or_default(options->limits.sent, 64),
                   .early = or_default(options->limits.early, 8)},
        .log = options->log,
        .seed = options->seed != 0 ? options->seed : 1};
    const char *problem = NULL;
    if (options->quotes != NULL &&
        !exchange_quotes_parse(&config.quotes, bytes_of_string(options->quotes), config.instruments,
                               config.instrument_count, &problem)) {
        fail(script, "%s", problem);
    }
    struct bytes rules = bytes_of_string(options->faults != NULL ? options->faults : "");
    while (rules.len > 0) {
        if (!kraken_faults_add(&config.faults, exchange_text_until(&rules, ' '), &problem)) {
            fail(script, "%s", problem);
        }
    }
    script->spot_mem = zeroed(kraken_spot_footprint(&config));
    script->spot = kraken_spot_init(script->spot_mem, &config, script->now);
}

/* In segments of 7 bytes: no message ever lies whole in one. */
static void settle(struct script *script) {
    for (int i = 0; i < 64; ++i) {
        stream_memory_pump(script->world, 7);
        bool more = kraken_spot_turn(script->spot, script->now);
        for (struct stream *done; (done = kraken_spot_done(script->spot)) != NULL;) {
            stream_memory_discard(done);
            more = true;
        }
        if (!more && i > 2) {
            return;
        }
    }
    fail(script, "never comes to rest");
}

static size_t format_time(struct utc at, unsigned digits, char *out) {
    struct fix_time_cache cache = {0};
    return fix_time_format(&cache, at, digits, out);
}

/* @now, @now+ms, @sec+s and @1 .. @9 replaced. */
static void expand(struct script *script, const char *text, char *out) {
    char *end = out + TEXT_MAX - 64;
    while (*text != '\0' && out < end) {
        bool now = strncmp(text, "@now", 4) == 0;
        if (now || strncmp(text, "@sec", 4) == 0) {
            char *rest = (char *)text + 4;
            int64_t offset = *rest == '+' || *rest == '-' ? strtoll(rest, &rest, 10) : 0;
            struct utc at = {script->now.utc.ns + offset * (now ? NS_PER_MS : NS_PER_S)};
            out += format_time(at, now ? 3 : 0, out);
            text = rest;
        } else if (text[0] == '@' && text[1] >= '1' && text[1] <= '9') {
            out += snprintf(out, 64, "%s", script->variables[text[1] - '0']);
            text += 2;
        } else {
            *out++ = *text++;
        }
    }
    *out = '\0';
}

static void send_message(struct script *script, int who, const char *type, const char *fields) {
    struct client *client = &script->clients[who];
    char time[FIX_TIME_TEXT_MAX + 1] = {0};
    format_time(script->now.utc, 3, time);
    char body[TEXT_MAX * 2];
    snprintf(body, sizeof(body), "%s|34=%llu|49=%.*s|52=%s|56=KRAKEN-TRD|%s", type,
             (unsigned long long)client->next_out++, (int)credentials[who].comp_id.len,
             credentials[who].comp_id.data, time, fields);
    struct test_message message = test_message_with(bytes_of_string(body));
    struct stream_room room;
    for (size_t at = 0; at < message.len; at += 1024) {
        size_t len = message.len - at < 1024 ? message.len - at : 1024;
        if (stream_reserve(client->stream, len, &room) != STREAM_OK) {
            fail(script, "cannot send");
        }
        memcpy(room.data, message.data + at, len);
        stream_commit(client->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
    settle(script);
}

static void expect_silence(struct script *script, int who) {
    struct stream *stream = script->clients[who].stream;
    struct bytes left = {0};
    if (stream != NULL) {
        left = stream_peek(stream, 1);
    }
    if (left.len > 0) {
        left = stream_peek(stream, 512);
        fail(script, "not expected by %c: %.*s", 'A' + who, (int)left.len, left.data);
    }
}

static void log_on(struct script *script, int who, const char *fields) {
    struct client *client = &script->clients[who];
    struct stream *theirs;
    if (client->stream != NULL) {
        stream_memory_discard(client->stream);
    }
    if (!stream_memory_pair(script->world, &client->stream, &theirs) ||
        !kraken_spot_attach(script->spot, script->now, theirs)) {
        fail(script, "no connection");
    }
    bool reset = strstr(fields, "141=") == NULL;
    client->next_out = reset ? 1 : client->next_out;
    uint64_t clock_ms = (uint64_t)(script->now.utc.ns / NS_PER_MS);
    client->nonce = client->nonce < clock_ms ? clock_ms : client->nonce + 1;
    char nonce[24];
    snprintf(nonce, sizeof(nonce), "%llu", (unsigned long long)client->nonce);
    struct kraken_signed to_sign = {.seq = client->next_out,
                                    .sender_comp_id = credentials[who].comp_id,
                                    .target_comp_id = BYTES("KRAKEN-TRD"),
                                    .api_key = credentials[who].api_key,
                                    .nonce = bytes_of_string(nonce)};
    char signature[KRAKEN_SIGNATURE_BYTES];
    cr_assert(kraken_logon_sign(credentials[who].secret, &to_sign, signature));
    char body[TEXT_MAX];
    snprintf(body, sizeof(body), "98=0|108=60|%s%s553=%.*s|554=%.*s|5025=%s|",
             reset ? "141=Y|" : "", fields, (int)credentials[who].api_key.len,
             credentials[who].api_key.data, KRAKEN_SIGNATURE_BYTES, signature, nonce);
    send_message(script, who, "35=A", body);
}

/* The next message's fields from 35 on, without what every header and trailer has. */
static void receive(struct script *script, int who, char *out) {
    struct stream *stream = script->clients[who].stream;
    struct bytes in = {0};
    struct fix_frame frame = {.bytes = 1};
    enum fix_frame_result result;
    do {
        in = stream_peek(stream, frame.bytes);
        result = fix_frame(in, KRAKEN_MESSAGE_BYTES_MAX, &frame);
    } while (result == FIX_FRAME_PARTIAL && stream_peek(stream, frame.bytes).len >= frame.bytes);
    if (result != FIX_FRAME_COMPLETE) {
        fail(script, "nothing received");
    }
    size_t len = 0;
    struct bytes rest = bytes_of(in.data, frame.bytes);
    while (rest.len > 0) {
        const char *end = memchr(rest.data, FIX_SOH, rest.len);
        size_t field = (size_t)(end - rest.data);
        unsigned long tag = strtoul(rest.data, NULL, 10);
        bool header =
            tag == 8 || tag == 9 || tag == 10 || tag == 34 || tag == 49 || tag == 52 || tag == 56;
        if (!header) {
            memcpy(out + len, rest.data, field);
            len += field;
            out[len++] = '|';
        }
        rest = bytes_skip(rest, field + 1);
    }
    out[len] = '\0';
    stream_consume(stream, frame.bytes, STREAM_PLAIN);
}

/* Field by field; `expected` may hold =* and =@n. */
static bool matches(struct script *script, const char *expected, const char *received) {
    while (*expected != '\0' && *received != '\0') {
        size_t wanted = strcspn(expected, "|");
        size_t got = strcspn(received, "|");
        size_t name = strcspn(received, "=") + 1;
        bool same_tag = name <= got && name <= wanted && strncmp(expected, received, name) == 0;
        const char *value = expected + name;
        if (same_tag && *value == '@' && script->variables[value[1] - '0'][0] == '\0') {
            memcpy(script->variables[value[1] - '0'], received + name, got - name);
        } else if (same_tag && *value == '@') {
            const char *known = script->variables[value[1] - '0'];
            if (strlen(known) != got - name || strncmp(known, received + name, got - name) != 0) {
                return false;
            }
        } else if (!(same_tag && *value == '*') &&
                   (wanted != got || strncmp(expected, received, got) != 0)) {
            return false;
        }
        expected += wanted + (expected[wanted] == '|');
        received += got + (received[got] == '|');
    }
    return *expected == *received;
}

static void expect(struct script *script, int who, const char *text) {
    char received[TEXT_MAX * 2];
    char expanded[TEXT_MAX];
    char times_only[TEXT_MAX];
    receive(script, who, received);
    snprintf(times_only, sizeof(times_only), "%s", text);
    /* Times are expanded, variables are for `matches`. */
    for (char *at = times_only; (at = strstr(at, "=@")) != NULL; ++at) {
        if (at[2] >= '1' && at[2] <= '9') {
            at[1] = '\x02';
        }
    }
    expand(script, times_only, expanded);
    for (char *at = expanded; (at = strchr(at, '\x02')) != NULL;) {
        *at = '@';
    }
    if (!matches(script, expanded, received)) {
        fail(script, "received %s", received);
    }
}

static void expect_garbage(struct script *script, int who, size_t bytes) {
    struct stream *stream = script->clients[who].stream;
    bool all = bytes == 0;
    while (bytes > 0 || all) {
        struct bytes in = stream_peek(stream, 1);
        struct fix_frame frame;
        if (all && in.len == 0) {
            return;
        }
        if (in.len == 0 || fix_frame(in, KRAKEN_MESSAGE_BYTES_MAX, &frame) == FIX_FRAME_COMPLETE) {
            fail(script, "no garbage");
        }
        size_t len = all || in.len < bytes ? in.len : bytes;
        stream_consume(stream, len, STREAM_PLAIN);
        bytes -= all ? 0 : len;
    }
}

static void send_line(struct script *script, int who, const char *text) {
    char expanded[TEXT_MAX];
    expand(script, text, expanded);
    char type[16] = {0};
    size_t len = strcspn(expanded, "|");
    snprintf(type, sizeof(type), "%.*s", (int)len, expanded);
    expect_silence(script, who);
    send_message(script, who, type, expanded + len + 1);
}

static void expect_end(struct script *script, int who) {
    enum stream_state state = stream_state(script->clients[who].stream);
    if (state != STREAM_CLOSED && state != STREAM_PEER_FINISHED) {
        fail(script, "still open");
    }
}

static void let_in(struct script *script, int who, const char *fields) {
    log_on(script, who, fields);
    expect(script, who, "35=A|98=0|108=60|141=Y|");
}

static void second_connection(struct script *script, int who) {
    struct client *client = &script->clients[who];
    struct client first = *client;
    client->stream = NULL;
    log_on(script, who, "");
    expect_silence(script, who);
    expect_end(script, who);
    stream_memory_discard(client->stream);
    first.nonce = client->nonce;
    *client = first;
    settle(script);
}

static void place(struct script *script, int who, const char *words) {
    char id[64];
    char order_id[32];
    char side[4];
    char quantity[32];
    char price[32];
    char text[TEXT_MAX];
    if (sscanf(words, "%63s %31s %3s %31s %31s", id, order_id, side, quantity, price) != 5) {
        fail(script, "place what?");
    }
    snprintf(text, sizeof(text), "35=D|11=%s|38=%s|40=2|44=%s|54=%s|55=BTC/USD|59=1|60=@now|", id,
             quantity, price, side);
    send_line(script, who, text);
    snprintf(text, sizeof(text),
             "35=8|6=0|11=%s|14=0|17=*|37=%s|38=%s|39=0|40=2|44=%s|54=%s|55=BTC/USD|"
             "58=%s %s BTC/USD @ limit %s|59=1|60=@now|150=0|151=%s|381=0|",
             id, order_id, quantity, price, side, side[0] == '1' ? "buy" : "sell", quantity, price,
             quantity);
    expect(script, who, text);
}

static void expect_cancel(struct script *script, int who, const char *words) {
    char id[64];
    char orig[64];
    char order_id[32];
    char side[4];
    char quantity[32];
    char price[32];
    int reason = 0;
    char text[TEXT_MAX];
    if (sscanf(words, "%63s %63s %31s %3s %31s %31s %n", id, orig, order_id, side, quantity, price,
               &reason) != 6) {
        fail(script, "which cancel?");
    }
    snprintf(text, sizeof(text),
             "35=8|6=0|11=%s|14=0|17=*|37=%s|38=%s|39=4|40=2|41=%s|44=%s|54=%s|55=BTC/USD|58=%s|"
             "59=1|60=*|150=4|151=0|381=0|",
             id, order_id, quantity, orig, price, side, words + reason);
    expect(script, who, text);
}

static void run_command(struct script *script, const char *text) {
    const char *problem;
    char expanded[TEXT_MAX];
    expand(script, text, expanded);
    if (!kraken_spot_command(script->spot, script->now, bytes_of_string(expanded), &problem)) {
        fail(script, "expected %s", problem);
    }
    settle(script);
}

static void run_line(struct script *script, const char *line) {
    if (line[0] == '*') {
        run_command(script, line + 2);
        return;
    }
    if (line[0] == '+') {
        int64_t ms = strtoll(line + 1, NULL, 10);
        script->now.utc.ns += ms * NS_PER_MS;
        script->now.mono.ns += ms * NS_PER_MS;
        settle(script);
        return;
    }
    int who = line[0] - 'A';
    const char *rest = strlen(line) > 4 ? line + 4 : "";
    switch (line[2]) {
    case 'L':
        log_on(script, who, rest);
        break;
    case '#':
        script->clients[who].next_out = strtoull(rest, NULL, 10);
        break;
    case '2':
        second_connection(script, who);
        break;
    case 'U':
        let_in(script, who, rest);
        break;
    case 'P':
        place(script, who, rest);
        break;
    case 'K':
        expect_cancel(script, who, rest);
        break;
    case '>':
        send_line(script, who, rest);
        break;
    case '<':
        expect(script, who, rest);
        break;
    case '?':
        expect_garbage(script, who, strtoull(rest, NULL, 10));
        break;
    case '.':
        expect_silence(script, who);
        break;
    case '!':
        stream_memory_reset(script->clients[who].stream);
        settle(script);
        break;
    case '~':
        stream_finish(script->clients[who].stream);
        settle(script);
        break;
    case 'x':
        expect_end(script, who);
        break;
    default:
        fail(script, "what is this?");
    }
}

/* The first `columns` of each row. */
static void keep_columns(const char *text, int columns, char *out) {
    int left = columns;
    for (; *text != '\0'; ++text) {
        left -= *text == ',';
        left = *text == '\n' ? columns : left;
        if (left > 0 || *text == '\n') {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static void check_ledger(struct script *script, const char *expected, bool whole) {
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    cr_assert(exchange_ledger_write(kraken_spot_ledger(script->spot), out));
    fclose(out);
    char filled[TEXT_MAX];
    char rows[TEXT_MAX * 2];
    expand(script, expected, filled);
    keep_columns(strchr(text, '\n') + 1, whole ? 64 : LEDGER_COLUMNS, rows);
    cr_expect_str_eq(rows, filled, "the ledger says %s", text);
    free(text);
}

void kraken_script_run(const struct kraken_script_options *options, const char *text) {
    struct script *script = calloc(1, sizeof(*script));
    script->now = (struct now){.mono = {NS_PER_S}, .utc = {KRAKEN_SCRIPT_START_S * NS_PER_S}};
    script->line = "";
    open_world(script);
    open_spot(script, options);
    char *copy = strdup(text);
    char *save;
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        ++script->line_number;
        script->line = line;
        run_line(script, line);
    }
    for (int who = 0; who < CLIENTS; ++who) {
        expect_silence(script, who);
    }
    if (options->ledger != NULL) {
        check_ledger(script, options->ledger, false);
    }
    if (options->whole_ledger != NULL) {
        check_ledger(script, options->whole_ledger, true);
    }
    free(copy);
    free(script->spot_mem);
    free(script->world_mem);
    free(script);
}

void kraken_script(const char *script) {
    kraken_script_run(&(struct kraken_script_options){0}, script);
}
