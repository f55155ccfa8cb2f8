#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_dictionary.h"

/*
 * Which application version a message is of, where FIXT.1.1 leaves that open: its ApplVerID(1128),
 * or what the Logon's DefaultApplVerID(1137) has said for all of them.
 */

struct fix_session_config fix_session_config_of_version(const struct fix_session_config *config) {
    struct fix_session_config fit = *config;
    const struct fix_version *version = config->version;
    fit.time_digits = version->has_fractions ? config->time_digits : 0;
    fit.last_processed = config->last_processed && version->has_last_processed;
    fit.next_expected = config->next_expected && version->has_next_expected;
    return fit;
}

static bool is_ours(const struct fix_session *session, struct bytes appl_ver_id) {
    return bytes_equal(appl_ver_id, session->config.version->appl_ver_id);
}

/* A version that nobody here can check is as good as none. */
static bool has_dictionary(const struct fix_session *session, struct bytes appl_ver_id) {
    return appl_ver_id.len != 0 &&
           fix_dictionary_of(session->config.version->begin_string, appl_ver_id) != NULL;
}

bool fix_session_takes_appl_ver(const struct fix_session *session, struct bytes appl_ver_id) {
    return is_ours(session, appl_ver_id) ||
           (session->config.profile.other_appl_ver_allowed && appl_ver_id.len <= FIX_APPL_VER_MAX &&
            (session->config.dictionary == NULL || has_dictionary(session, appl_ver_id)));
}

void fix_session_note_appl_ver(struct fix_session *session, struct bytes appl_ver_id) {
    CHECK(appl_ver_id.len <= FIX_APPL_VER_MAX);
    memcpy(session->appl_ver_id, appl_ver_id.data, appl_ver_id.len);
    session->appl_ver_len = (uint8_t)appl_ver_id.len;
}

static struct bytes appl_ver_of(const struct fix_session *session,
                                const struct fix_message *message) {
    return message->appl_ver_id.len != 0 ? message->appl_ver_id
                                         : bytes_of(session->appl_ver_id, session->appl_ver_len);
}

/* Those are the session layer's own, in any version. */
static bool is_session_message(const struct fix_message *message) {
    return (message->kind >= '0' && message->kind <= '5') || message->kind == 'A';
}

bool fix_message_version_is_taken(const struct fix_session *session,
                                  const struct fix_message *message) {
    return !session->config.version->is_fixt || is_session_message(message) ||
           fix_session_takes_appl_ver(session, appl_ver_of(session, message));
}

const struct fix_dictionary *fix_message_dictionary(const struct fix_session *session,
                                                    const struct fix_message *message) {
    const struct fix_session_config *config = &session->config;
    const struct fix_version *version = config->version;
    if (config->dictionary == NULL || LIKELY(!version->is_fixt)) {
        return config->dictionary;
    }
    if (!is_session_message(message)) {
        struct bytes id = appl_ver_of(session, message);
        return is_ours(session, id) ? config->dictionary
                                    : fix_dictionary_of(version->begin_string, id);
    }
    /* Those of FIXT have FIXT's fields only; a dialect may have laid more over all of them. */
    bool plain =
        config->dictionary == fix_dictionary_of(version->begin_string, version->appl_ver_id);
    return plain ? fix_dictionary_of(version->begin_string, BYTES("")) : config->dictionary;
}
