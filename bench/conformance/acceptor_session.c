#include "bench/conformance/acceptor_session.h"

#include <string.h>

#include "core/fix/fix_dictionary.h"

/* What a session of a fixed name keeps, to send it again and behind a gap. */
static const struct fix_outbox_limits named_outbox = {1 << 20, 1 << 28};
static const struct fix_early_limits named_early = {1 << 16, 1 << 24};

/* As names of sessions have it. */
static const char *const version_names[FIX_VERSIONS] = {
    [FIX_40] = "40", [FIX_41] = "41", [FIX_42] = "42",       [FIX_43] = "43",
    [FIX_44] = "44", [FIX_50] = "50", [FIX_50SP1] = "50SP1", [FIX_50SP2] = "50SP2",
};

static const struct fix_version *version_named(struct bytes name) {
    for (size_t i = 0; i < FIX_VERSIONS; i++) {
        if (bytes_equal(name, bytes_of_string(version_names[i]))) {
            return fix_version_of((enum fix_version_number)i);
        }
    }
    return NULL;
}

/* Up to the next dot, which is taken away with it. */
static struct bytes take_part(struct bytes *rest) {
    const char *dot = rest->len == 0 ? NULL : memchr(rest->data, '.', rest->len);
    size_t len = dot == NULL ? rest->len : (size_t)(dot - rest->data);
    struct bytes part = bytes_of(rest->data, len);
    *rest = bytes_skip(*rest, dot == NULL ? len : len + 1);
    return part;
}

static const struct fix_version *version_of_fixed_name(struct bytes comp_id, bool *empty_values) {
    struct bytes common = BYTES("TW");
    *empty_values = bytes_equal(comp_id, BYTES("NO_CHECK_FIELDS_HAVE_VALUES"));
    if (*empty_values || bytes_equal(comp_id, common)) {
        return fix_version_of(FIX_44);
    }
    bool begins =
        comp_id.len > common.len && bytes_equal(bytes_of(comp_id.data, common.len), common);
    return begins ? version_named(bytes_skip(comp_id, common.len)) : NULL;
}

bool acceptor_session_named(struct bytes comp_id, const struct acceptor_profile *profile,
                            struct acceptor_session *session) {
    bool empty_values;
    const struct fix_version *version = version_of_fixed_name(comp_id, &empty_values);
    if (version == NULL) {
        return false;
    }
    *session = (struct acceptor_session){
        .profile = profile,
        .version = version,
        .real_time = true,
        .empty_values = empty_values || profile->empty_values,
        .outbox = named_outbox,
        .early = named_early,
    };
    return true;
}

bool acceptor_session_made(struct bytes comp_id, struct acceptor_session *session) {
    struct bytes rest = comp_id;
    const struct acceptor_profile *profile = acceptor_profile_find(take_part(&rest));
    const struct fix_version *version = version_named(take_part(&rest));
    if (profile == NULL || version == NULL) {
        return false;
    }
    *session = (struct acceptor_session){
        .profile = profile,
        .version = version,
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
        .version = session->version,
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
        .dictionary =
            fix_dictionary_of(session->version->begin_string, session->version->appl_ver_id),
        .resent_types = "DdCj",
    };
    config.profile.empty_values_allowed = session->empty_values;
    config.profile.garbled_rejected = profile->garbled_rejected;
    if (session->empty_values) {
        config.profile.dictionary_switches |= FIX_CHECK_ALLOW_EMPTY;
    }
    if (profile->groups_in_order) {
        config.profile.dictionary_switches &= ~(unsigned)FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER;
    }
    return config;
}
