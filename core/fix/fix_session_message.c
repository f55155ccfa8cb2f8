#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_view.h"

static void note_fault(struct fix_message *message, uint32_t tag, enum fix_get got) {
    if (got == FIX_GET_OK || message->faulty) {
        return;
    }
    message->faulty = true;
    message->fault_tag = tag;
    message->fault_reason = fix_reject_reason_of(got);
}

bool fix_message_begin_string_matches(const struct fix_session *session,
                                      const struct fix_message *message) {
    return bytes_equal(fix_view_value(message->view, 0), session->config.version->begin_string);
}

bool fix_message_read_seq(struct fix_message *message) {
    return fix_get_uint(message->view, FIX_MSG_SEQ_NUM, FIX_SEQ_MAX, &message->seq) == FIX_GET_OK;
}

uint32_t fix_session_header_tag(const struct fix_session *session, uint32_t tag) {
    return session->config.profile.header_tags_told ? tag : 0;
}

static bool comp_id_matches(struct fix_message *message, uint32_t tag, struct bytes expected) {
    struct bytes value;
    enum fix_get got = fix_get_bytes(message->view, tag, &value);
    note_fault(message, tag, got);
    return got != FIX_GET_OK || bytes_equal(value, expected);
}

bool fix_message_comp_ids_match(const struct fix_session *session, struct fix_message *message) {
    return comp_id_matches(message, FIX_SENDER_COMP_ID, session->config.target_comp_id) &&
           comp_id_matches(message, FIX_TARGET_COMP_ID, session->config.sender_comp_id);
}

bool fix_message_time_in_range(const struct fix_session *session, struct now now,
                               struct fix_message *message) {
    struct utc sent;
    enum fix_get got = fix_get_utc(message->view, FIX_SENDING_TIME, &sent);
    note_fault(message, FIX_SENDING_TIME, got);
    int64_t limit_ns = session->config.latency_max.ns;
    if (got != FIX_GET_OK || limit_ns == 0) {
        return true;
    }
    int64_t late_ns;
    if (__builtin_sub_overflow(now.utc.ns, sent.ns, &late_ns)) {
        return false;
    }
    return late_ns <= limit_ns && late_ns >= -limit_ns;
}

/* One walk for what may stand anywhere and is seldom there. */
static void read_flags(struct fix_message *message) {
    for (uint32_t i = 3; i < message->view->count; i++) {
        switch (message->view->fields[i].tag) {
        case FIX_POSS_DUP_FLAG:
            note_fault(message, FIX_POSS_DUP_FLAG,
                       fix_get_bool(message->view, FIX_POSS_DUP_FLAG, &message->poss_dup));
            break;
        case FIX_APPL_VER_ID:
            (void)!fix_get_bytes(message->view, FIX_APPL_VER_ID, &message->appl_ver_id);
            break;
        case FIX_PASSWORD:
        case FIX_RAW_DATA:
        case FIX_NEW_PASSWORD:
        case FIX_ENCRYPTED_PASSWORD:
        case FIX_ENCRYPTED_NEW_PASSWORD:
            message->secret = true;
            break;
        default:
            break;
        }
    }
}

struct fix_message fix_message_of(const struct fix_view *view, struct bytes invalid_tag) {
    struct fix_message message = {
        .view = view,
        .type = fix_view_msg_type(view),
        .secret = invalid_tag.len != 0,
        .faulty = invalid_tag.len != 0,
        .invalid_tag = invalid_tag,
        .fault_reason = FIX_REJECT_INVALID_TAG,
    };
    message.kind = message.type.len == 1 ? message.type.data[0] : '\0';
    read_flags(&message);
    return message;
}

static bool msg_type_is_valid(struct bytes type) {
    for (size_t i = 0; i < type.len; i++) {
        char c = type.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z')) {
            return false;
        }
    }
    return true;
}

/* What the dictionary says goes before what the session itself has seen of the header: of several
 * faults it knows which is told. A view that ends at an invalid tag is nothing for it. */
bool fix_message_is_off_dictionary(const struct fix_session *session, struct fix_message *message) {
    const struct fix_session_config *config = &session->config;
    const struct fix_dictionary *dictionary = fix_message_dictionary(session, message);
    if (dictionary == NULL || message->invalid_tag.len != 0) {
        return false;
    }
    unsigned switches = config->profile.dictionary_switches;
    if (config->profile.empty_values_allowed) {
        switches |= FIX_CHECK_ALLOW_EMPTY;
    }
    struct fix_fault fault;
    switch (fix_dictionary_check(dictionary, message->view, switches, &fault)) {
    case FIX_CHECK_OK:
    case FIX_CHECK_OTHER_MESSAGE:
        return false;
    case FIX_CHECK_UNKNOWN_MESSAGE:
        message->fault_reason = FIX_REJECT_MSG_TYPE;
        message->fault_tag = fix_session_header_tag(session, FIX_MSG_TYPE);
        return true;
    case FIX_CHECK_FAULT:
        break;
    }
    message->fault_reason = fault.reason;
    message->fault_tag = fault.tag;
    return true;
}

bool fix_message_has_fault(const struct fix_session *session, struct fix_message *message) {
    if (UNLIKELY(!fix_message_version_is_taken(session, message))) {
        message->fault_reason = FIX_REJECT_APPL_VER;
        message->fault_tag = FIX_APPL_VER_ID;
        return true;
    }
    if (!fix_message_is_off_dictionary(session, message) && !message->faulty) {
        if (LIKELY(msg_type_is_valid(message->type))) {
            return false;
        }
        message->fault_reason = FIX_REJECT_MSG_TYPE;
        message->fault_tag = fix_session_header_tag(session, FIX_MSG_TYPE);
    }
    return true;
}

bool fix_message_is_rejected(struct fix_session *session, struct fix_message *message) {
    if (LIKELY(!fix_message_has_fault(session, message))) {
        return false;
    }
    fix_session_owe_reject(session, message, message->fault_reason, message->fault_tag);
    return true;
}
