#include "bench/conformance/acceptor_session.h"

#include <string.h>

#include "core/fix/fix_dictionary.h"

/* What a session of a fixed name keeps, to send it again and behind a gap. */
static const struct fix_outbox_limits named_outbox = {1 << 20, 1 << 28};
static const struct fix_early_limits named_early = {1 << 16, 1 << 24};

static const struct {
    const char *name;
    bool empty_values;
} names[] = {
    {"TW44", false},
    {"TW", false},
    {"NO_CHECK_FIELDS_HAVE_VALUES", true},
};

bool acceptor_session_named(struct bytes comp_id, const struct acceptor_profile *profile,
                            struct acceptor_session *session) {
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (bytes_equal(comp_id, bytes_of_string(names[i].name))) {
            *session = (struct acceptor_session){
                .profile = profile,
                .real_time = true,
                .empty_values = names[i].empty_values || profile->empty_values,
                .outbox = named_outbox,
                .early = named_early,
            };
            return true;
        }
    }
    return false;
}

bool acceptor_session_made(struct bytes comp_id, struct acceptor_session *session) {
    const char *dot = memchr(comp_id.data, '.', comp_id.len);
    size_t name_len = dot == NULL ? comp_id.len : (size_t)(dot - comp_id.data);
    const struct acceptor_profile *profile =
        acceptor_profile_find(bytes_of(comp_id.data, name_len));
    if (profile == NULL) {
        return false;
    }
    *session = (struct acceptor_session){
        .profile = profile,
        .real_time = profile->real_time,
        .empty_values = profile->empty_values,
        .outbox = profile->outbox,
        .early = profile->early,
    };
    return true;
}

struct fix_session_config acceptor_session_config(const struct acceptor_session *session,
                                                  struct bytes comp_id) {
    const struct acceptor_profile *profile = session->profile;
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
    config.profile.empty_values_allowed = session->empty_values;
    if (session->empty_values) {
        config.profile.dictionary_switches |= FIX_CHECK_ALLOW_EMPTY;
    }
    if (profile->groups_in_order) {
        config.profile.dictionary_switches &= ~(unsigned)FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER;
    }
    return config;
}
