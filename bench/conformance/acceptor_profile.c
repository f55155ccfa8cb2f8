#include "bench/conformance/acceptor_profile.h"

#include "core/fix/fix_dictionary.h"

#define SOME .outbox = {64, 1 << 16}, .early = {64, 1 << 16}
#define MANY .outbox = {1 << 14, 1 << 22}, .early = {1 << 14, 1 << 22}

static const struct acceptor_profile profiles[] = {
    {.name = "at", .reset_on_logon = true, SOME},
    {.name = "validate", .reset_on_logon = true, .empty_values = true, SOME},
    {.name = "ordered", .reset_on_logon = true, .groups_in_order = true, SOME},
    {.name = "production", .reset_on_logon = true, .production = true, SOME},
    {.name = "durable", SOME},
    {.name = "deep", MANY},
    {.name = "initiator", .role = FIX_INITIATOR, .heartbeat_s = 30, SOME},
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

struct fix_session_config acceptor_profile_config(const struct acceptor_profile *profile,
                                                  struct bytes comp_id) {
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
        .profile = profile->production ? fix_profile_production() : fix_profile_at(),
        .dictionary = &fix44_dictionary,
        .resent_types = "DdCj",
    };
    config.profile.empty_values_allowed = profile->empty_values;
    if (profile->empty_values) {
        config.profile.dictionary_switches |= FIX_CHECK_ALLOW_EMPTY;
    }
    if (profile->groups_in_order) {
        config.profile.dictionary_switches &= ~(unsigned)FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER;
    }
    return config;
}
