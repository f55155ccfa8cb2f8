/*
 * Whatever comes behind a good Logon, cut into segments of whatever size, leaves the exchange
 * standing: its books agree with themselves, its ledger can be written, everything it says frames.
 *
 * An input is cut at every '#'. A piece that begins with one is a message, MsgType first, '|' for
 * SOH: what makes it be taken seriously (8, 9, 34, 49, 52, 56, 10) is put around it. A piece that
 * begins with '*' is a command, a fault perhaps: from then on not everything said need frame. One
 * of '+' lets a second pass for each. Any other piece is sent as it is. The log sees every message.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "core/base/check.h"
#include "core/fix/fix_frame.h"
#include "core/fix/test_message.h"
#include "net/stream_memory.h"
#include "venues/exchange/exchange_raw_log.h"
#include "venues/exchange/kraken_logon.h"
#include "venues/exchange/kraken_spot.h"

#define TIME "20260407-14:32:05.000"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kraken_client client = {{"FUZZ", 4}, {"KEY", 3}, {"secret", 6}};

struct world {
    struct stream_memory *memory;
    struct kraken_spot *spot;
    struct stream *stream;
    struct now now;
    uint64_t seq;
    bool is_faulty;
};

static void *zeroed(void **mem, size_t bytes) {
    if (*mem == NULL) {
        *mem = aligned_alloc(64, bits_whole_lines(bytes));
    }
    memset(*mem, 0, bytes);
    return *mem;
}

static void log_message(void *context, struct now now, char direction, struct bytes comp_id,
                        struct bytes message) {
    char line[EXCHANGE_RAW_LOG_LINE_MAX(KRAKEN_MESSAGE_BYTES_MAX)];
    (void)context;
    CHECK(exchange_raw_log_format(now, direction, comp_id, message, line, sizeof(line)) > 0);
}

static void open_world(struct world *world) {
    static void *stream_mem;
    static void *spot_mem;
    struct stream_memory_limits limits = {.stream = {.send_bytes = 1 << 16,
                                                     .receive_bytes = 1 << 16,
                                                     .record_bytes_max = KRAKEN_MESSAGE_BYTES_MAX,
                                                     .gather_bytes_max = KRAKEN_MESSAGE_BYTES_MAX,
                                                     .hold_bytes = 1 << 16,
                                                     .hold_records_max = 16},
                                          .pairs_max = 1};
    struct kraken_config config = {.clients = &client,
                                   .client_count = 1,
                                   .instruments = exchange_instruments_default,
                                   .instrument_count = 2,
                                   .quotes.replenish = true,
                                   .limits = {.connections = 1,
                                              .orders = 64,
                                              .book_orders = 16,
                                              .reports = 256,
                                              .requests = 4,
                                              .sent = 32,
                                              .early = 4},
                                   .options = {.margin = true,
                                               .broker = true,
                                               .fees_split = true,
                                               .pending_replace = true,
                                               .gap_queues = true,
                                               .taker_fee_ppm = 2600,
                                               .rate = {.most = 40, .decay_milli_s = 1000}},
                                   .log = {.message = log_message},
                                   .seed = 1};
    const char *problem;
    CHECK(exchange_quotes_parse(&config.quotes, BYTES("BTC/USD:bid=1@59990,ask=1@60000"),
                                config.instruments, 2, &problem));
    world->memory =
        stream_memory_init(zeroed(&stream_mem, stream_memory_footprint(&limits)), &limits);
    world->now = (struct now){.mono = {1}, .utc = {INT64_C(1775572325) * NS_PER_S}};
    world->spot =
        kraken_spot_init(zeroed(&spot_mem, kraken_spot_footprint(&config)), &config, world->now);
    struct stream *theirs;
    CHECK(stream_memory_pair(world->memory, &world->stream, &theirs) &&
          kraken_spot_attach(world->spot, world->now, theirs));
}

/* Reads what came, which must be whole messages. */
static void read_all(struct world *world) {
    for (;;) {
        struct bytes in = stream_peek(world->stream, KRAKEN_MESSAGE_BYTES_MAX);
        struct fix_frame frame;
        if (in.len == 0) {
            return;
        }
        bool whole = fix_frame(in, KRAKEN_MESSAGE_BYTES_MAX, &frame) == FIX_FRAME_COMPLETE;
        CHECK(whole || world->is_faulty);
        stream_consume(world->stream, whole ? frame.bytes : in.len, STREAM_PLAIN);
    }
}

static void settle(struct world *world) {
    bool more = true;
    for (int i = 0; i < 32 && more; ++i) {
        stream_memory_pump(world->memory, 4096);
        more = kraken_spot_turn(world->spot, world->now);
    }
    stream_memory_pump(world->memory, 4096);
    read_all(world);
    world->now.mono.ns += NS_PER_MS;
    world->now.utc.ns += NS_PER_MS;
}

static void send_bytes(struct world *world, struct bytes bytes) {
    struct stream_room room;
    if (bytes.len == 0 || stream_reserve(world->stream, bytes.len, &room) != STREAM_OK) {
        return;
    }
    memcpy(room.data, bytes.data, bytes.len);
    stream_commit(world->stream, bytes.len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    settle(world);
}

static void send_message(struct world *world, struct bytes text) {
    size_t type = 0;
    while (type < text.len && text.data[type] != '|' && text.data[type] != FIX_SOH) {
        ++type;
    }
    char body[2048];
    int len =
        snprintf(body, sizeof(body), "35=%.*s|34=%llu|49=FUZZ|52=" TIME "|56=KRAKEN-TRD|%.*s",
                 (int)type, text.data, (unsigned long long)++world->seq,
                 (int)(text.len - type - (type < text.len)), text.data + type + (type < text.len));
    struct test_message message = test_message_with(bytes_of(body, (size_t)len));
    send_bytes(world, test_bytes(&message));
}

static void log_on(struct world *world) {
    struct kraken_signed fields = {.seq = 1,
                                   .sender_comp_id = client.comp_id,
                                   .target_comp_id = BYTES(KRAKEN_SPOT_COMP_ID),
                                   .api_key = client.api_key,
                                   .nonce = BYTES("1775572325000")};
    char signature[KRAKEN_SIGNATURE_BYTES];
    char body[512];
    CHECK(kraken_logon_sign(client.secret, &fields, signature));
    int len = snprintf(body, sizeof(body), "A|98=0|108=60|553=KEY|554=%.*s|5025=1775572325000|",
                       KRAKEN_SIGNATURE_BYTES, signature);
    send_message(world, bytes_of(body, (size_t)len));
    CHECK(kraken_spot_counters(world->spot)->logons == 1);
}

static void obey(struct world *world, struct bytes line) {
    const char *problem = NULL;
    world->is_faulty = true;
    CHECK(kraken_spot_command(world->spot, world->now, line, &problem) == (problem == NULL));
    settle(world);
}

/* True when the piece was none to be sent. */
static bool act(struct world *world, struct bytes piece) {
    if (piece.data[0] == '*') {
        obey(world, bytes_skip(piece, 1));
        return true;
    }
    if (piece.data[0] == '+') {
        world->now.mono.ns += (int64_t)piece.len * NS_PER_S;
        world->now.utc.ns += (int64_t)piece.len * NS_PER_S;
        settle(world);
        return true;
    }
    return false;
}

static void check_ledger(const struct world *world) {
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    CHECK(exchange_ledger_write(kraken_spot_ledger(world->spot), out));
    fclose(out);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct world world = {0};
    open_world(&world);
    log_on(&world);
    struct bytes rest = bytes_of((const char *)data, size < 8192 ? size : 8192);
    while (rest.len > 0) {
        bool message = rest.data[0] == '#';
        const char *end = memchr(rest.data + 1, '#', rest.len - 1);
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        len = len < 1024 ? len : 1024;
        struct bytes piece = bytes_of(rest.data + message, len - message);
        if (piece.len > 0 && !act(&world, piece)) {
            if (message) {
                send_message(&world, piece);
            } else {
                send_bytes(&world, piece);
            }
        }
        rest = bytes_skip(rest, len);
    }
    stream_memory_reset(world.stream);
    kraken_spot_turn(world.spot, world.now);
    /* Done now, unless it was logged out before: either way the only place is free again. */
    while (kraken_spot_done(world.spot) != NULL) {
    }
    CHECK(kraken_spot_attach(world.spot, world.now, world.stream));
    check_ledger(&world);
    return 0;
}
