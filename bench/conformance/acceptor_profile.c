#include "bench/conformance/acceptor_profile.h"

#include "core/fix/fix_dictionary.h"

#define SOME .outbox = {64, 1 << 16}, .early = {16, 1 << 14}
#define MANY .outbox = {1 << 14, 1 << 22}, .early = {1 << 14, 1 << 22}

#define HOUR_S 3600

static const struct acceptor_profile profiles[] = {
    {.name = "at", .reset_on_logon = true, SOME},
    {.name = "validate", .reset_on_logon = true, .empty_values = true, SOME},
    /* By the names that QuickFIX's own test runner has for them. */
    {.name = "TW44", .reset_on_logon = true, SOME},
    {.name = "TW", .reset_on_logon = true, SOME},
    {.name = "NO_CHECK_FIELDS_HAVE_VALUES", .reset_on_logon = true, .empty_values = true, SOME},
    {.name = "ordered", .reset_on_logon = true, .groups_in_order = true, SOME},
    {.name = "production", .reset_on_logon = true, .production = true, SOME},
    {.name = "durable", SOME},
    {.name = "deep", .resend_burst = 1024, MANY},
    {.name = "real-time", .real_time = true, .reset_on_logon = true, SOME},
    {.name = "chunked", .resend_chunk = 5, SOME},
    {.name = "next-expected", .next_expected = true, SOME},
    {.name = "last-processed", .reset_on_logon = true, .last_processed = true, SOME},
    {.name = "daily", .schedule = {FIX_SCHEDULE_DAILY, 1 * HOUR_S, 23 * HOUR_S}, SOME},
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
        .version = fix_version_of(FIX_44),
        .sender_comp_id = BYTES(ACCEPTOR_COMP_ID),
        .target_comp_id = comp_id,
        .heartbeat_s = profile->heartbeat_s,
        .reset_on_logon = profile->reset_on_logon,
        .next_expected = profile->next_expected,
        .last_processed = profile->last_processed,
        .resend_chunk = profile->resend_chunk,
        .resend_burst = profile->resend_burst,
        .schedule = profile->schedule,
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
