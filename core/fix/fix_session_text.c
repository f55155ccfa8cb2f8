#include "core/fix/fix_session_internal.h"

const char *fix_session_state_name(enum fix_session_state state) {
    switch (state) {
    case FIX_SESSION_DOWN:
        return "down";
    case FIX_SESSION_LOGON_AWAITED:
        return "logon-awaited";
    case FIX_SESSION_SIGNATURE_AWAITED:
        return "signature-awaited";
    case FIX_SESSION_VERDICT_AWAITED:
        return "verdict-awaited";
    case FIX_SESSION_LOGON_SENT:
        return "logon-sent";
    case FIX_SESSION_UP:
        return "up";
    case FIX_SESSION_RESET_SENT:
        return "reset-sent";
    case FIX_SESSION_LOGOUT_SENT:
        return "logout-sent";
    case FIX_SESSION_CLOSING:
        return "closing";
    }
    return "?";
}

const char *fix_end_name(enum fix_end end) {
    static const char *const names[] = {
        [FIX_END_NONE] = "none",
        [FIX_END_LOGOUT_RECEIVED] = "logout-received",
        [FIX_END_LOGOUT_ANSWERED] = "logout-answered",
        [FIX_END_LOGOUT_TIMEOUT] = "logout-timeout",
        [FIX_END_STREAM_CLOSED] = "stream-closed",
        [FIX_END_LOGON_TIMEOUT] = "logon-timeout",
        [FIX_END_ANSWER_TIMEOUT] = "answer-timeout",
        [FIX_END_REFUSED] = "refused",
        [FIX_END_NOT_LOGON] = "not-logon",
        [FIX_END_COMP_ID] = "comp-id",
        [FIX_END_BEGIN_STRING] = "begin-string",
        [FIX_END_SEQUENCE_TOO_LOW] = "sequence-too-low",
        [FIX_END_SEQUENCE_MISSING] = "sequence-missing",
        [FIX_END_SENDING_TIME] = "sending-time",
        [FIX_END_HEARTBEAT_TIMEOUT] = "heartbeat-timeout",
        [FIX_END_TOO_LONG] = "too-long",
        [FIX_END_BAD_LOGON] = "bad-logon",
        [FIX_END_UNSIGNED] = "unsigned",
        [FIX_END_ABANDONED] = "abandoned",
        [FIX_END_SCHEDULE] = "schedule",
        [FIX_END_NEXT_EXPECTED] = "next-expected",
        [FIX_END_GAP] = "gap",
        [FIX_END_DEAF] = "deaf",
    };
    return (size_t)end < sizeof(names) / sizeof(names[0]) ? names[end] : "?";
}

struct bytes fix_end_text(enum fix_end end) {
    switch (end) {
    case FIX_END_BEGIN_STRING:
        return BYTES("Incorrect BeginString");
    case FIX_END_SEQUENCE_MISSING:
        return BYTES("MsgSeqNum missing");
    case FIX_END_COMP_ID:
        return BYTES("CompID problem");
    case FIX_END_SENDING_TIME:
        return BYTES("SendingTime accuracy problem");
    case FIX_END_TOO_LONG:
        return BYTES("Message too long");
    case FIX_END_BAD_LOGON:
        return BYTES("Logon header incomplete");
    case FIX_END_SCHEDULE:
        return BYTES("Outside the session time");
    case FIX_END_GAP:
        return BYTES("ResendRequest not answered");
    default:
        return BYTES("");
    }
}

enum fix_reject_reason fix_reject_reason_of(enum fix_get got) {
    switch (got) {
    case FIX_GET_MISSING:
        return FIX_REJECT_TAG_MISSING;
    case FIX_GET_EMPTY:
        return FIX_REJECT_TAG_EMPTY;
    case FIX_GET_OK:
    case FIX_GET_MALFORMED:
        break;
    }
    return FIX_REJECT_FORMAT;
}

/* The wording of FIX 4.4 volume 6 for tag 373. */
struct bytes fix_reject_text(enum fix_reject_reason reason) {
    switch (reason) {
    case FIX_REJECT_INVALID_TAG:
        return BYTES("Invalid tag number");
    case FIX_REJECT_TAG_MISSING:
        return BYTES("Required tag missing");
    case FIX_REJECT_TAG_NOT_DEFINED:
        return BYTES("Tag not defined for this message type");
    case FIX_REJECT_TAG_EMPTY:
        return BYTES("Tag specified without a value");
    case FIX_REJECT_VALUE:
        return BYTES("Value is incorrect (out of range) for this tag");
    case FIX_REJECT_FORMAT:
        return BYTES("Incorrect data format for value");
    case FIX_REJECT_COMP_ID:
        return BYTES("CompID problem");
    case FIX_REJECT_SENDING_TIME:
        return BYTES("SendingTime accuracy problem");
    case FIX_REJECT_MSG_TYPE:
        return BYTES("Invalid MsgType");
    case FIX_REJECT_TAG_TWICE:
        return BYTES("Tag appears more than once");
    case FIX_REJECT_TAG_ORDER:
        return BYTES("Tag specified out of required order");
    case FIX_REJECT_GROUP_ORDER:
        return BYTES("Repeating group fields out of order");
    case FIX_REJECT_GROUP_COUNT:
        return BYTES("Incorrect NumInGroup count for repeating group");
    case FIX_REJECT_APPL_VER:
        return BYTES("Invalid or unsupported application version");
    case FIX_REJECT_OTHER:
        break;
    }
    return BYTES("");
}

static char printable(char c) {
    unsigned char byte = (unsigned char)c;
    return byte < 0x20 || byte == 0x7f ? '?' : c;
}

size_t fix_text_copy(char *out, size_t size, struct bytes text) {
    size_t len = text.len < size - 1 ? text.len : size - 1;
    for (size_t i = 0; i < len; i++) {
        out[i] = printable(text.data[i]);
    }
    out[len] = '\0';
    return len;
}

size_t fix_text_append(char *text, size_t len, struct bytes more) {
    return len + fix_text_copy(text + len, FIX_SESSION_TEXT_MAX + 1 - len, more);
}

size_t fix_text_append_number(char *text, size_t len, uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return fix_text_append(text, len, bytes_of(digits + at, sizeof(digits) - at));
}
