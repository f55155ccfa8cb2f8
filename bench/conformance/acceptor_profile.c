#include "bench/conformance/acceptor_profile.h"

#define SOME                                                                                       \
    { .messages = 64, .bytes = 1 << 16 }
#define MANY                                                                                       \
    { .messages = 1 << 14, .bytes = 1 << 22 }

static const struct acceptor_profile profiles[] = {
    {.name = "at", .reset_on_logon = true, .outbox = SOME},
    {.name = "validate", .reset_on_logon = true, .empty_values = true, .outbox = SOME},
    {.name = "durable", .outbox = SOME},
    {.name = "deep", .outbox = MANY},
    {.name = "initiator", .role = FIX_INITIATOR, .heartbeat_s = 30, .outbox = SOME},
    {.name = "initiator-anew",
     .role = FIX_INITIATOR,
     .reset_on_logon = true,
     .heartbeat_s = 30,
     .outbox = SOME},
};

const struct acceptor_profile *acceptor_profile_find(struct bytes name) {
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        if (bytes_equal(name, bytes_of_string(profiles[i].name))) {
            return &profiles[i];
        }
    }
    return NULL;
}

struct fix_session_config acceptor_profile_config(const struct acceptor_profile *profile,
                                                  struct bytes comp_id, struct fix_outbox *outbox) {
    struct fix_session_config config = {
        .role = profile->role,
        .begin_string = BYTES("FIX.4.4"),
        .sender_comp_id = BYTES(ACCEPTOR_COMP_ID),
        .target_comp_id = comp_id,
        .heartbeat_s = profile->heartbeat_s,
        .reset_on_logon = profile->reset_on_logon,
        .time_digits = 3,
        .message_bytes_max = ACCEPTOR_MESSAGE_BYTES_MAX,
        .latency_max = {120 * NS_PER_S},
        .logon_timeout = {10 * NS_PER_S},
        .logout_timeout = {2 * NS_PER_S},
        .answer_timeout = {NS_PER_S},
        .profile = fix_profile_at(),
        .outbox = outbox,
        .resent_types = "DdCj",
    };
    config.profile.empty_values_allowed = profile->empty_values;
    return config;
}
