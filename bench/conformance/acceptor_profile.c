#include "bench/conformance/acceptor_profile.h"

#define SOME .outbox = {64, 1 << 16}, .early = {16, 1 << 14}
#define MANY .outbox = {1 << 14, 1 << 22}, .early = {1 << 14, 1 << 22}

#define HOUR_S 3600

static const struct acceptor_profile profiles[] = {
    {.name = "at", .reset_on_logon = true, SOME},
    {.name = "validate", .reset_on_logon = true, .empty_values = true, SOME},
    {.name = "ordered", .reset_on_logon = true, .groups_in_order = true, SOME},
    {.name = "production", .reset_on_logon = true, .production = true, SOME},
    {.name = "garbled", .reset_on_logon = true, .garbled_rejected = true, SOME},
    {.name = "durable", SOME},
    {.name = "deep", .resend_burst = 1024, MANY},
    {.name = "real-time", .real_time = true, .reset_on_logon = true, SOME},
    {.name = "chunked", .resend_chunk = 5, SOME},
    {.name = "next-expected", .next_expected = true, SOME},
    {.name = "last-processed", .reset_on_logon = true, .last_processed = true, SOME},
    {.name = "daily",
     .schedule = {.kind = FIX_SCHEDULE_DAILY, .start_s = 1 * HOUR_S, .end_s = 23 * HOUR_S},
     SOME},
    {.name = "initiator", .role = FIX_INITIATOR, .heartbeat_s = 30, SOME},
    {.name = "dialling",
     .role = FIX_INITIATOR,
     .real_time = true,
     .heartbeat_s = 30,
     .resend_burst = 1024,
     MANY},
    {.name = "initiator-anew",
     .role = FIX_INITIATOR,
     .reset_on_logon = true,
     .heartbeat_s = 30,
     SOME},
};

const struct acceptor_profile *acceptor_profile_find(struct bytes name) {
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        if (bytes_equal(name, bytes_of_string(profiles[i].name))) {
            return &profiles[i];
        }
    }
    return NULL;
}
