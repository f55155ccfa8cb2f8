#include "core/fix/fix_session.h"
#include "core/fix/fix_tag.h"

static bool read_identity(const struct fix_view *view, struct fix_identity *identity) {
    identity->begin_string = fix_view_value(view, 0);
    (void)!fix_get_bytes(view, FIX_USERNAME, &identity->username);
    (void)!fix_get_bytes(view, FIX_PASSWORD, &identity->password);
    return fix_get_bytes(view, FIX_SENDER_COMP_ID, &identity->sender_comp_id) == FIX_GET_OK &&
           fix_get_bytes(view, FIX_TARGET_COMP_ID, &identity->target_comp_id) == FIX_GET_OK;
}

enum fix_action fix_session_identify(struct bytes in, size_t message_bytes_max,
                                     struct fix_identity *identity) {
    *identity = (struct fix_identity){0};
    struct fix_frame frame;
    enum fix_frame_result result = fix_frame(in, message_bytes_max, &frame);
    if (result == FIX_FRAME_PARTIAL) {
        identity->need = frame.bytes;
        return FIX_ACTION_PARTIAL;
    }
    if (result != FIX_FRAME_COMPLETE) {
        return FIX_ACTION_CLOSE;
    }
    struct fix_view view;
    uint32_t bad_offset;
    if (fix_view_parse(bytes_of(in.data, frame.bytes), &view, &bad_offset) != FIX_VIEW_OK) {
        return FIX_ACTION_CLOSE;
    }
    bool logon = bytes_equal(fix_view_msg_type(&view), BYTES(FIX_MSG_LOGON));
    return logon && read_identity(&view, identity) ? FIX_ACTION_DELIVER : FIX_ACTION_CLOSE;
}
