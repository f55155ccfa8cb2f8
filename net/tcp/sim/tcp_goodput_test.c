/*
 * How fast a bulk transfer is, by loss, window and round-trip time: a table that is kept beside
 * this test, so that a change which costs (or brings) throughput is seen in the change. Everything
 * is virtual and seeded: the same code gives the same table.
 *
 * TERCEL_GOODPUT_WRITE=FILE writes the table instead of comparing it.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/stack_duo_test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SEEDS 4 /* a cell is the mean over as many transfers */
#define BYTES_MAX (UINT64_C(1) << 20)
#define TIME_MAX_NS (20 * NS_PER_S)
#define BITS_PER_SECOND UINT64_C(10000000000)
#define RECORD_BYTES 1448
#define TABLE_BYTES 4096

static const uint32_t windows[] = {4096, 16384, 65536, 262144};
static const uint32_t losses_ppm[] = {0, 1000, 10000, 30000, 100000};
static const int64_t round_trips_us[] = {100, 10000};

static void write_all(struct stream *stream, uint64_t *left) {
    static const char record[RECORD_BYTES];
    struct stream_room room;
    while (*left > 0) {
        size_t bytes = *left < RECORD_BYTES ? (size_t)*left : RECORD_BYTES;
        if (stream_reserve(stream, bytes, &room) != STREAM_OK) {
            return;
        }
        memcpy(room.data, record, bytes);
        *left -= bytes;
        stream_commit(stream, bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
}

static uint64_t read_all(struct stream *stream) {
    uint64_t bytes = 0;
    for (;;) {
        struct bytes view = stream_peek(stream, 0);
        if (view.len == 0) {
            return bytes;
        }
        stream_consume(stream, view.len, STREAM_PLAIN);
        bytes += view.len;
    }
}

static struct duo *open_cell(uint32_t window, int64_t round_trip_us, uint64_t seed) {
    struct duo_setup setup = duo_setup_default();
    setup.stream = (struct stream_limits){.send_bytes = 2 * window,
                                          .receive_bytes = window,
                                          .record_bytes_max = RECORD_BYTES,
                                          .gather_bytes_max = 1,
                                          .hold_bytes = RECORD_BYTES,
                                          .hold_records_max = 1};
    setup.way = (struct link_sim_way){.delay = {.ns = round_trip_us * NS_PER_US / 2},
                                      .bits_per_second = BITS_PER_SECOND};
    setup.connections_max = 1;
    setup.ring_entries = 1024;
    setup.send_packets = 2048;
    setup.buffer_bytes = 2048;
    setup.seed = seed;
    return duo_open(&setup);
}

static void on_to_next(struct duo *duo) {
    struct instant at = duo_deadline(duo);
    duo->now.mono.ns = at.ns > duo->now.mono.ns ? at.ns : duo->now.mono.ns + 1;
}

static void connect_both(struct duo *duo, struct stream **from, struct stream **to) {
    *from = duo_dial(duo);
    cr_assert_not_null(*from);
    while ((*to = duo_accept(duo)) == NULL) {
        if (duo_turn(duo) == 0) {
            on_to_next(duo);
        }
    }
}

/* Bits a second. */
static uint64_t transfer(uint32_t window, uint32_t loss_ppm, int64_t round_trip_us, uint64_t seed) {
    struct duo *duo = open_cell(window, round_trip_us, seed);
    struct stream *from, *to;
    connect_both(duo, &from, &to);
    struct link_sim_way way = {.delay = {.ns = round_trip_us * NS_PER_US / 2},
                               .bits_per_second = BITS_PER_SECOND,
                               .loss_ppm = loss_ppm};
    link_sim_set(duo->link, LINK_SIM_A_TO_B, &way);
    struct instant begin = duo->now.mono;
    uint64_t left = BYTES_MAX, done = 0;
    while (done < BYTES_MAX && duo->now.mono.ns - begin.ns < TIME_MAX_NS) {
        write_all(from, &left);
        uint64_t bytes = read_all(to);
        done += bytes;
        if (duo_turn(duo) == 0 && bytes == 0) {
            on_to_next(duo);
        }
    }
    uint64_t ns = (uint64_t)(duo->now.mono.ns - begin.ns);
    cr_expect(loss_ppm != 0 || tcp_info(from).retransmissions == 0, "needless: window %u", window);
    duo_discard(duo, from);
    duo_discard(duo, to);
    duo_close(duo);
    return done * 8 * (uint64_t)NS_PER_S / ns;
}

static uint64_t cell(uint32_t window, uint32_t loss_ppm, int64_t round_trip_us) {
    uint64_t sum = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sum += transfer(window, loss_ppm, round_trip_us, seed);
    }
    return sum / SEEDS;
}

struct table {
    char text[TABLE_BYTES];
    size_t bytes;
};

static void append(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void append(struct table *table, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(table->text + table->bytes, sizeof(table->text) - table->bytes, format,
                          arguments);
    va_end(arguments);
    cr_assert(bytes >= 0 && (size_t)bytes < sizeof(table->text) - table->bytes);
    table->bytes += (size_t)bytes;
}

static void make_table(struct table *table) {
    append(table, "Goodput of a bulk transfer in Mbit/s, by window and loss of data segments;\n"
                  "10 Gbit/s, 1448 B segments, acknowledgements come through.\n");
    for (size_t i = 0; i < COUNT(round_trips_us); i++) {
        append(table, "\nRTT %" PRId64 " us\n  window", round_trips_us[i]);
        for (size_t j = 0; j < COUNT(losses_ppm); j++) {
            append(table, "  %5u.%u %%", losses_ppm[j] / 10000, losses_ppm[j] / 1000 % 10);
        }
        append(table, "\n");
        for (size_t k = 0; k < COUNT(windows); k++) {
            append(table, "%8u", windows[k]);
            for (size_t j = 0; j < COUNT(losses_ppm); j++) {
                uint64_t kilobits = cell(windows[k], losses_ppm[j], round_trips_us[i]) / 1000;
                append(table, " %5" PRIu64 ".%03" PRIu64, kilobits / 1000, kilobits % 1000);
            }
            append(table, "\n");
        }
    }
}

Test(tcp_goodput, is_as_in_the_table, .timeout = 120) {
    static struct table made, kept;
    make_table(&made);
    const char *path = getenv("TERCEL_GOODPUT_WRITE");
    if (path != NULL) {
        FILE *file = fopen(path, "w");
        cr_assert_not_null(file);
        fwrite(made.text, 1, made.bytes, file);
        fclose(file);
        return;
    }
    FILE *file = fopen(getenv("TERCEL_GOODPUT_TABLE"), "r");
    cr_assert_not_null(file, "TERCEL_GOODPUT_TABLE names the table");
    kept.bytes = fread(kept.text, 1, sizeof(kept.text) - 1, file);
    fclose(file);
    cr_expect_str_eq(made.text, kept.text,
                     "if that is meant: TERCEL_GOODPUT_WRITE=net/tcp/sim/tcp_goodput.txt; it is "
                     "now:\n%s",
                     made.text);
}
