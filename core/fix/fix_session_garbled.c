#include "core/fix/fix_session_internal.h"

#define SEQ_DIGITS_MAX 18
#define BODY_LENGTH_DIGITS_MAX 9

static bool begins_with(struct bytes text, struct bytes begin) {
    return text.len >= begin.len && memcmp(text.data, begin.data, begin.len) == 0;
}

static bool is_number(struct bytes text, size_t digits_max) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.len != 0 && text.len <= digits_max;
}

/* The value behind the first `begin`, which is SOH, tag and '='; empty when there is none. */
static struct bytes first_value(struct bytes garbled, struct bytes begin) {
    const char *found = memmem(garbled.data, garbled.len, begin.data, begin.len);
    if (found == NULL) {
        return bytes_of(NULL, 0);
    }
    struct bytes rest = bytes_skip(garbled, (size_t)(found - garbled.data) + begin.len);
    const char *end = memchr(rest.data, FIX_SOH, rest.len);
    return bytes_of(rest.data, end == NULL ? 0 : (size_t)(end - rest.data));
}

/*
 * Whether it was a message once, and not what lies between two of them: its BodyLength could be
 * read, and it goes up to its "SOH 10=...SOH". Only of such a one it is certain where it ends,
 * however the stream is cut.
 */
static bool was_message(struct bytes garbled) {
    const char *first = garbled.len == 0 ? NULL : memchr(garbled.data, FIX_SOH, garbled.len);
    if (first == NULL || garbled.data[garbled.len - 1] != FIX_SOH) {
        return false;
    }
    struct bytes length = first_value(garbled, BYTES("\0019="));
    const char *last = memrchr(garbled.data, FIX_SOH, garbled.len - 1);
    return last != NULL && length.data == first + strlen("|9=") &&
           is_number(length, BODY_LENGTH_DIGITS_MAX) &&
           begins_with(bytes_skip(garbled, (size_t)(last - garbled.data)), BYTES("\00110="));
}

/* 0, which no message has, when it is no number. */
static uint64_t read_seq(struct bytes text) {
    uint64_t seq = 0;
    if (!is_number(text, SEQ_DIGITS_MAX)) {
        return 0;
    }
    for (size_t i = 0; i < text.len; i++) {
        seq = seq * 10 + (uint64_t)(text.data[i] - '0');
    }
    return seq;
}

/* The numbers of a Logon and of a SequenceReset may not be what they say. */
static bool has_number_of_its_own(struct bytes type) {
    return type.len != 1 || (type.data[0] != 'A' && type.data[0] != '4');
}

/* Only in its turn: one that is ahead of a gap comes again with what is asked for. */
static void reject_garbled(struct fix_session *session, struct now now, struct bytes garbled) {
    uint64_t seq = read_seq(first_value(garbled, BYTES("\00134=")));
    struct bytes type = first_value(garbled, BYTES("\00135="));
    if (seq == session->next_in && has_number_of_its_own(type)) {
        fix_session_expect(session, now, seq + 1);
        fix_session_owe_garbled_reject(session, seq, type);
    }
}

/* Before the session is up there is nothing to recover a lost message with. */
enum fix_action fix_session_take_garbled(struct fix_session *session, struct now now,
                                         struct bytes garbled) {
    session->counters.garbled++;
    if (session->state == FIX_SESSION_LOGON_AWAITED || session->state == FIX_SESSION_LOGON_SENT) {
        return fix_session_drop(session, FIX_END_NOT_LOGON);
    }
    if (session->config.profile.garbled_rejected && fix_session_takes_messages(session) &&
        garbled.len <= session->config.message_bytes_max && was_message(garbled)) {
        reject_garbled(session, now, garbled);
    }
    return FIX_ACTION_NONE;
}
