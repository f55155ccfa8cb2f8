#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_view.h"

/* Where the way back goes: what came on behalf of somebody is delivered to him (FIX 4.4 volume 1,
 * "Standard message header"). Ascending by the tag that is written. */
static const struct {
    char prefix[5];
    uint32_t from;
} route_fields[] = {
    {"115=", 128}, {"116=", 129}, {"128=", 115}, {"129=", 116}, {"144=", 145}, {"145=", 144},
};

/* The last of them. */
#define LOCATION_FIELDS 2

/* No version has that many. */
#define REASON_UNTOLD UINT32_MAX

/* False when it does not fit. */
static bool append_route(struct fix_owed *owed, struct bytes prefix, struct bytes value) {
    if (prefix.len + value.len + 1 > sizeof(owed->route) - owed->route_len) {
        return false;
    }
    char *at = owed->route + owed->route_len;
    memcpy(at, prefix.data, prefix.len);
    memcpy(at + prefix.len, value.data, value.len);
    at[prefix.len + value.len] = FIX_SOH;
    owed->route_len = (uint8_t)(owed->route_len + prefix.len + value.len + 1);
    return true;
}

/* All of it or nothing: half a route leads somewhere else. */
static void reverse_route(struct fix_owed *owed, const struct fix_version *version,
                          const struct fix_view *view) {
    size_t count = sizeof(route_fields) / sizeof(route_fields[0]);
    count -= version->has_location_ids ? 0 : LOCATION_FIELDS;
    for (size_t i = 0; i < count; i++) {
        struct bytes value;
        if (fix_get_bytes(view, route_fields[i].from, &value) == FIX_GET_OK &&
            !append_route(owed, bytes_of_string(route_fields[i].prefix), value)) {
            owed->route_len = 0;
            return;
        }
    }
}

/* "Required tag missing (56)", where there is no RefTagID(371) to tell it. */
static void say_tag_in_text(struct fix_owed *owed) {
    if (owed->ref_tag_len == 0) {
        return;
    }
    size_t len = fix_text_append(owed->text, owed->text_len, BYTES(" ("));
    len = fix_text_append(owed->text, len, bytes_of(owed->ref_tag, owed->ref_tag_len));
    owed->text_len = (uint8_t)fix_text_append(owed->text, len, BYTES(")"));
}

/* With nothing yet of where it goes. */
static struct fix_owed *owe_bare_reject(struct fix_session *session, uint64_t ref_seq,
                                        struct bytes type, uint32_t reason, struct bytes text) {
    struct fix_owed *owed = fix_session_owe(session, FIX_MSG_REJECT[0]);
    owed->ref_seq = ref_seq;
    owed->reason = reason;
    /* A type too long to repeat is left out: a part of it would name another. */
    if (type.len != 0 && type.len <= sizeof(owed->ref_msg_type)) {
        memcpy(owed->ref_msg_type, type.data, type.len);
        owed->ref_msg_type_len = (uint8_t)type.len;
    }
    fix_owed_set_text(owed, text);
    session->counters.rejects_sent++;
    return owed;
}

static void owe_reject(struct fix_session *session, const struct fix_view *view, uint64_t ref_seq,
                       uint32_t reason, struct bytes ref_tag, struct bytes text) {
    struct fix_owed *owed =
        owe_bare_reject(session, ref_seq, fix_view_msg_type(view), reason, text);
    if (ref_tag.len > 0 && ref_tag.len <= sizeof(owed->ref_tag)) {
        owed->ref_tag_len = (uint8_t)ref_tag.len;
        memcpy(owed->ref_tag, ref_tag.data, ref_tag.len);
    }
    reverse_route(owed, session->config.version, view);
    if (!session->config.version->has_reject_refs) {
        say_tag_in_text(owed);
    }
}

static struct bytes tag_text(uint32_t tag, char *digits) {
    size_t len = tag != 0 ? fix_text_append_number(digits, 0, tag) : 0;
    return bytes_of(digits, len);
}

void fix_session_owe_reject(struct fix_session *session, const struct fix_message *message,
                            enum fix_reject_reason reason, uint32_t ref_tag) {
    char digits[FIX_SESSION_TEXT_MAX + 1];
    struct bytes tag = ref_tag != 0 ? tag_text(ref_tag, digits) : message->invalid_tag;
    owe_reject(session, message->view, message->seq, reason, tag, fix_reject_text(reason));
}

void fix_session_owe_garbled_reject(struct fix_session *session, uint64_t seq, struct bytes type) {
    (void)owe_bare_reject(session, seq, type, REASON_UNTOLD,
                          BYTES("Message failed basic validity check"));
}

void fix_session_reject(struct fix_session *session, const struct fix_view *view, uint32_t reason,
                        uint32_t ref_tag, struct bytes text) {
    if (session->state != FIX_SESSION_UP && session->state != FIX_SESSION_LOGOUT_SENT) {
        return;
    }
    uint64_t seq;
    /* It was delivered, so it has a number. */
    CHECK(fix_get_uint(view, FIX_MSG_SEQ_NUM, FIX_SEQ_MAX, &seq) == FIX_GET_OK);
    char digits[FIX_SESSION_TEXT_MAX + 1];
    owe_reject(session, view, seq, reason, tag_text(ref_tag, digits), text);
}

void fix_owed_put_route(const struct fix_owed *owed, struct fix_writer *writer) {
    if (owed->route_len != 0) {
        fix_put_raw(writer, bytes_of(owed->route, owed->route_len));
    }
}

void fix_owed_put_reject(const struct fix_owed *owed, const struct fix_version *version,
                         struct fix_writer *writer) {
    fix_put_uint(writer, FIX_REF_SEQ_NUM, owed->ref_seq);
    if (owed->text_len != 0) {
        fix_put_bytes(writer, FIX_TEXT, bytes_of(owed->text, owed->text_len));
    }
    if (version->has_reject_refs && owed->ref_tag_len != 0) {
        fix_put_bytes(writer, FIX_REF_TAG_ID, bytes_of(owed->ref_tag, owed->ref_tag_len));
    }
    if (version->has_reject_refs && owed->ref_msg_type_len != 0) {
        fix_put_bytes(writer, FIX_REF_MSG_TYPE,
                      bytes_of(owed->ref_msg_type, owed->ref_msg_type_len));
    }
    if (owed->reason < version->reject_reasons) {
        fix_put_uint(writer, FIX_SESSION_REJECT_REASON, owed->reason);
    }
}
