#include "bench/interop/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/interop/answer_times.h"

#define PORT_DEFAULT 7000

static const struct interop_options defaults = {.port = PORT_DEFAULT,
                                                .connections = 1,
                                                .rounds = 1,
                                                .patience_s = 30,
                                                .seed = 1,
                                                .messages = 1,
                                                .bytes_min = 100,
                                                .bytes_max = 600,
                                                .answer_every = 1,
                                                .late_us = 500,
                                                .ack_delay_us = 50000,
                                                .quick = 1};

struct known_text {
    const char *name;
    size_t offset;
};

struct known_number {
    const char *name;
    size_t offset;
    uint64_t min, max;
};

#define AT(member) offsetof(struct interop_options, member)

static const struct known_text texts[] = {
    {"--interface", AT(interface)}, {"--address", AT(address)}, {"--peer", AT(peer)}};

static const struct known_number numbers[] = {
    {"--port", AT(port), 1, UINT16_MAX},
    {"--local-port", AT(local_port), 0, UINT16_MAX},
    {"--connections", AT(connections), 1, 1024},
    {"--rounds", AT(rounds), 1, 1000},
    {"--patience-s", AT(patience_s), 1, 86400},
    {"--seed", AT(seed), 0, UINT64_MAX},
    {"--messages", AT(messages), 1, UINT32_MAX},
    {"--bytes-min", AT(bytes_min), 1, TALK_MESSAGE_BYTES_MAX},
    {"--bytes-max", AT(bytes_max), 1, TALK_MESSAGE_BYTES_MAX},
    {"--answer-every", AT(answer_every), 0, UINT32_MAX},
    {"--answerer-ends-first", AT(answerer_ends_first), 0, 1},
    {"--depth", AT(depth), 0, ANSWER_TIMES_DEPTH_MAX},
    {"--interval-us", AT(interval_us), 0, 3600000000},
    {"--loss-in-ppm", AT(loss_in_ppm), 0, 1000000},
    {"--loss-out-ppm", AT(loss_out_ppm), 0, 1000000},
    {"--reorder-ppm", AT(reorder_ppm), 0, 1000000},
    {"--duplicate-ppm", AT(duplicate_ppm), 0, 1000000},
    {"--corrupt-ppm", AT(corrupt_ppm), 0, 1000000},
    {"--late-us", AT(late_us), 1, 1000000},
    {"--recover-gap-us", AT(recover_gap_us), 0, 1000000},
    {"--ack-delay-us", AT(ack_delay_us), 0, 1000000},
    {"--quick", AT(quick), 0, 1},
    {"--buffer-bytes", AT(buffer_bytes), 0, UINT32_C(1) << 30},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool read_text(const char *name, const char *value, struct interop_options *options) {
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (strcmp(name, texts[i].name) == 0) {
            memcpy((char *)options + texts[i].offset, &value, sizeof(value));
            return true;
        }
    }
    return false;
}

static bool read_number(const char *name, const char *value, struct interop_options *options) {
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (strcmp(name, numbers[i].name) != 0) {
            continue;
        }
        char *end;
        errno = 0;
        uint64_t number = strtoull(value, &end, 10);
        memcpy((char *)options + numbers[i].offset, &number, sizeof(number));
        return errno == 0 && *value >= '0' && *value <= '9' && *end == '\0' &&
               number >= numbers[i].min && number <= numbers[i].max;
    }
    return false;
}

static bool is_possible(const struct interop_options *options) {
    if (options->bytes_min > options->bytes_max) {
        (void)fprintf(stderr, "--bytes-min is above --bytes-max\n");
        return false;
    }
    if (options->messages < options->connections) {
        (void)fprintf(stderr, "fewer --messages than --connections\n");
        return false;
    }
    return true;
}

bool interop_options_read(int argc, char **argv, struct interop_options *options) {
    *options = defaults;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !(read_text(argv[i], argv[i + 1], options) ||
                               read_number(argv[i], argv[i + 1], options))) {
            (void)fprintf(stderr, "what is '%s %s'?\n", argv[i], i + 1 == argc ? "" : argv[i + 1]);
            return false;
        }
    }
    return is_possible(options);
}

struct talk_plan interop_options_plan(const struct interop_options *options, uint64_t round,
                                      uint64_t connection) {
    uint64_t share = options->messages / options->connections;
    uint64_t rest = options->messages % options->connections;
    return (struct talk_plan){.seed = options->seed + round,
                              .messages = share + (connection < rest),
                              .bytes_min = (uint32_t)options->bytes_min,
                              .bytes_max = (uint32_t)options->bytes_max,
                              .answer_every = (uint32_t)options->answer_every,
                              .connection = (uint16_t)connection,
                              .answerer_ends_first = options->answerer_ends_first != 0,
                              .depth = (uint32_t)options->depth,
                              .interval = {.ns = (int64_t)options->interval_us * NS_PER_US}};
}
