#include "bench/conformance/acceptor_echo.h"

#include <string.h>

#include "bench/conformance/acceptor_profile.h"
#include "core/fix/fix_tag.h"

/* FIX 4.4 volume 1, "Standard message header" and "trailer"; FIXT 1.1 adds 1128, 1129 and 1156. */
static const uint32_t frame_tags[] = {
    8,   9,   10,  34,  35,  43,  49,  50,  52,  56,  57,  89,  90,  91,  93,  97,   115,  116,
    122, 128, 129, 142, 143, 144, 145, 212, 213, 347, 369, 627, 628, 629, 630, 1128, 1129, 1156};

#define GROUP_MEMBERS_MAX 6
#define NO_PARTY_SUB_IDS 802
#define DEFAULT_APPL_VER_ID 1137

/* The groups that scenarios use: count, then members. */
static const struct {
    uint32_t count_tag;
    uint32_t members[GROUP_MEMBERS_MAX];
} groups[] = {
    {33, {58, 354, 355}}, {78, {79, 661, 736, 467, 80}},
    {386, {336, 625}},    {453, {448, 447, 452, 802}},
    {454, {455, 456}},    {NO_PARTY_SUB_IDS, {523, 803}},
};

/* A field, or a group with all that belongs to it. */
struct run {
    uint32_t tag;
    uint32_t first;
    uint32_t count;
};

static bool is_frame_tag(uint32_t tag) {
    for (size_t i = 0; i < sizeof(frame_tags) / sizeof(frame_tags[0]); i++) {
        if (frame_tags[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool is_member(uint32_t count_tag, uint32_t tag) {
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (size_t k = 0; groups[i].count_tag == count_tag && k < GROUP_MEMBERS_MAX; k++) {
            if (groups[i].members[k] == tag ||
                (groups[i].members[k] == NO_PARTY_SUB_IDS && (tag == 523 || tag == 803))) {
                return tag != 0;
            }
        }
    }
    return false;
}

/* The fields that follow a group's count and are of it. */
static uint32_t members_behind(const struct fix_view *view, uint32_t index) {
    uint32_t count = 0;
    while (index + 1 + count < view->count &&
           is_member(view->fields[index].tag, view->fields[index + 1 + count].tag)) {
        count++;
    }
    return count;
}

/* Ascending by tag; few fields come out of order, so insertion is quick. */
static uint32_t gather_body(const struct fix_view *view, struct run *runs) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < view->count; i++) {
        uint32_t tag = view->fields[i].tag;
        if (is_frame_tag(tag)) {
            continue;
        }
        struct run run = {.tag = tag, .first = i, .count = 1 + members_behind(view, i)};
        uint32_t at = count++;
        for (; at > 0 && runs[at - 1].tag > tag; at--) {
            runs[at] = runs[at - 1];
        }
        runs[at] = run;
        i += run.count - 1;
    }
    return count;
}

static void put_body(const struct fix_view *view, struct fix_writer *writer) {
    struct run runs[FIX_VIEW_FIELDS_MAX];
    uint32_t count = gather_body(view, runs);
    for (uint32_t i = 0; i < count; i++) {
        /* As one piece from behind the field before to the last one's SOH. */
        const struct fix_field *before = &view->fields[runs[i].first - 1];
        const struct fix_field *last = &view->fields[runs[i].first + runs[i].count - 1];
        uint32_t from = before->offset + before->len + 1;
        fix_put_raw(writer,
                    bytes_of(view->message.data + from, last->offset + last->len + 1 - from));
    }
}

void acceptor_echo_begin(struct acceptor_echo *echo) {
    echo->count = 0;
}

static bool is_seen(const struct acceptor_echo *echo, struct bytes id) {
    uint32_t kept = echo->count < ACCEPTOR_SEEN_MAX ? echo->count : ACCEPTOR_SEEN_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        if (bytes_equal(bytes_of(echo->seen[i].text, echo->seen[i].len), id)) {
            return true;
        }
    }
    return false;
}

static void note_seen(struct acceptor_echo *echo, struct bytes id) {
    if (id.len <= ACCEPTOR_SEEN_BYTES_MAX) {
        uint32_t at = echo->count++ % ACCEPTOR_SEEN_MAX;
        memcpy(echo->seen[at].text, id.data, id.len);
        echo->seen[at].len = (uint8_t)id.len;
    }
}

/* What cannot be sent is as good as not processed. */
static void send_or_reject(struct fix_link *link, struct now now, const struct fix_view *view,
                           struct fix_writer *writer) {
    if (!fix_link_end(link, now, writer, STREAM_RELEASE_NOW)) {
        fix_session_reject(&link->session, view, FIX_REJECT_OTHER, 0, BYTES("Cannot be answered"));
    }
}

static bool answer(struct fix_link *link, struct now now, const struct fix_view *view,
                   bool possibly_resent) {
    struct fix_writer writer;
    struct bytes type = fix_view_msg_type(view);
    enum stream_result begun = fix_link_begin(link, now, type, ACCEPTOR_MESSAGE_BYTES_MAX, &writer);
    if (begun != STREAM_OK) {
        return begun == STREAM_GONE;
    }
    if (possibly_resent) {
        fix_put_bool(&writer, FIX_POSS_RESEND, true);
    }
    put_body(view, &writer);
    send_or_reject(link, now, view, &writer);
    return true;
}

/* BusinessRejectReason(380), FIX 4.4 volume 6. */
enum refusal {
    TAKEN = 0,
    UNSUPPORTED_TYPE = 3,
    NOT_AVAILABLE = 4,
    CONDITIONALLY_MISSING = 5,
    NOBODY_TO_DELIVER_TO = 7
};

static struct bytes refusal_text(enum refusal refusal) {
    switch (refusal) {
    case UNSUPPORTED_TYPE:
        return BYTES("Unsupported Message Type");
    case NOT_AVAILABLE:
        return BYTES("Application not available");
    case CONDITIONALLY_MISSING:
        return BYTES("Conditionally Required Field Missing (44)");
    case NOBODY_TO_DELIVER_TO:
        return BYTES("DeliverTo firm not available at this time");
    case TAKEN:
        break;
    }
    return BYTES("");
}

/* Before FIX 4.2 there is only the session's own Reject, and QuickFIX words it so. */
static void refuse_by_reject(struct fix_link *link, const struct fix_view *view,
                             enum refusal refusal) {
    struct bytes text =
        refusal == UNSUPPORTED_TYPE ? BYTES("Unsupported message type") : refusal_text(refusal);
    fix_session_reject(&link->session, view, FIX_REJECT_OTHER, 0, text);
}

static bool refuse(struct fix_link *link, struct now now, const struct fix_view *view,
                   enum refusal refusal) {
    const struct fix_version *version = link->session.config.version;
    struct fix_writer writer;
    struct bytes seq;
    struct bytes id;
    if (!version->has_business_reject) {
        refuse_by_reject(link, view, refusal);
        return true;
    }
    if (fix_get_bytes(view, FIX_MSG_SEQ_NUM, &seq) != FIX_GET_OK) {
        return true;
    }
    enum stream_result begun =
        fix_link_begin(link, now, BYTES(FIX_MSG_BUSINESS_REJECT), FIX_ADMIN_BYTES_MAX, &writer);
    if (begun != STREAM_OK) {
        return begun == STREAM_GONE;
    }
    fix_put_bytes(&writer, FIX_REF_SEQ_NUM, seq);
    fix_put_bytes(&writer, FIX_TEXT, refusal_text(refusal));
    fix_put_bytes(&writer, FIX_REF_MSG_TYPE, fix_view_msg_type(view));
    if (fix_get_bytes(view, FIX_CL_ORD_ID, &id) == FIX_GET_OK) {
        fix_put_bytes(&writer, FIX_BUSINESS_REJECT_REF_ID, id);
    }
    fix_put_uint(&writer, FIX_BUSINESS_REJECT_REASON, refusal);
    if (version->is_fixt) {
        /* No field of this message; but what the definitions want has it. */
        fix_put_bytes(&writer, DEFAULT_APPL_VER_ID, version->appl_ver_id);
    }
    send_or_reject(link, now, view, &writer);
    return true;
}

static enum refusal judge(const struct acceptor_echo *echo, const struct fix_view *view) {
    struct bytes type = fix_view_msg_type(view);
    struct bytes value;
    if (type.len != 1 || strchr("DdC", type.data[0]) == NULL) {
        return UNSUPPORTED_TYPE;
    }
    if (echo->rests) {
        return NOT_AVAILABLE;
    }
    if (fix_get_bytes(view, FIX_DELIVER_TO_COMP_ID, &value) == FIX_GET_OK &&
        bytes_equal(value, BYTES("NOBODY"))) {
        return NOBODY_TO_DELIVER_TO;
    }
    if (fix_get_bytes(view, FIX_ORD_TYPE, &value) == FIX_GET_OK && bytes_equal(value, BYTES("2")) &&
        fix_view_find(view, FIX_PRICE, 0) < 0) {
        return CONDITIONALLY_MISSING;
    }
    return TAKEN;
}

bool acceptor_echo_take(struct acceptor_echo *echo, struct fix_link *link, struct now now,
                        const struct fix_view *view) {
    enum refusal refusal = judge(echo, view);
    if (refusal != TAKEN) {
        return refuse(link, now, view, refusal);
    }
    bool possibly_resent = false;
    struct bytes id;
    (void)(fix_get_bool(view, FIX_POSS_RESEND, &possibly_resent) == FIX_GET_OK);
    bool has_id = fix_get_bytes(view, FIX_CL_ORD_ID, &id) == FIX_GET_OK;
    bool seen = has_id && is_seen(echo, id);
    if ((!possibly_resent || !seen) && !answer(link, now, view, possibly_resent)) {
        return false;
    }
    if (has_id && !seen) {
        note_seen(echo, id);
    }
    return true;
}
