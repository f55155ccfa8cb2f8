#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_outbox.h"
#include "core/fix/fix_view.h"

static struct fix_owed *owed_at(struct fix_session *session, uint32_t index) {
    return &session->owed[(session->owed_first + index) % FIX_OWED_MAX];
}

struct fix_owed *fix_session_owe(struct fix_session *session, char msg_type) {
    CHECK(session->owed_count < FIX_OWED_MAX);
    struct fix_owed *owed = owed_at(session, session->owed_count);
    session->owed_count++;
    *owed = (struct fix_owed){.msg_type = msg_type};
    return owed;
}

struct fix_owed *fix_session_owed_find(struct fix_session *session, char msg_type) {
    for (uint32_t i = 0; i < session->owed_count; i++) {
        if (owed_at(session, i)->msg_type == msg_type) {
            return owed_at(session, i);
        }
    }
    return NULL;
}

void fix_session_owed_remove(struct fix_session *session, char msg_type) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < session->owed_count; i++) {
        if (owed_at(session, i)->msg_type == msg_type) {
            continue;
        }
        if (kept != i) {
            *owed_at(session, kept) = *owed_at(session, i);
        }
        kept++;
    }
    session->owed_count = kept;
}

void fix_session_owed_clear(struct fix_session *session) {
    session->owed_count = 0;
    session->owed_first = 0;
}

void fix_session_forget_output(struct fix_session *session) {
    fix_session_owed_clear(session);
    fix_session_replays_clear(session);
}

void fix_owed_set_text(struct fix_owed *owed, struct bytes text) {
    owed->text_len = (uint8_t)fix_text_copy(owed->text, sizeof(owed->text), text);
}

void fix_session_owe_logon(struct fix_session *session) {
    (void)fix_session_owe(session, FIX_MSG_LOGON[0]);
}

bool fix_session_has_output(const struct fix_session *session) {
    return session->owed_count != 0 || fix_session_replay_due(session);
}

bool fix_session_has_urgent_output(const struct fix_session *session) {
    return session->owed_count != 0;
}

bool fix_session_can_send(const struct fix_session *session) {
    return session->state == FIX_SESSION_UP && session->owed_count == 0;
}

/* Header fields ascend by tag after the first three. */
void fix_session_put_header(struct fix_session *session, struct fix_writer *writer,
                            struct bytes msg_type, uint64_t seq, bool poss_dup) {
    fix_put_bytes(writer, FIX_MSG_TYPE, msg_type);
    fix_put_uint(writer, FIX_MSG_SEQ_NUM, seq);
    if (poss_dup) {
        fix_put_bool(writer, FIX_POSS_DUP_FLAG, true);
    }
    fix_put_raw(writer, bytes_of(session->sender.text, session->sender.len));
    fix_put_utc(writer, FIX_SENDING_TIME, &session->time_cache, session->sending_time,
                session->config.time_digits);
    fix_put_raw(writer, bytes_of(session->target.text, session->target.len));
    if (session->config.last_processed) {
        fix_put_uint(writer, FIX_LAST_MSG_SEQ_NUM_PROCESSED, session->next_in - 1);
    }
}

static void put_text(struct fix_writer *writer, uint32_t tag, const struct fix_owed *owed) {
    if (owed->text_len != 0) {
        fix_put_bytes(writer, tag, bytes_of(owed->text, owed->text_len));
    }
}

static void put_logon(const struct fix_session *session, struct fix_writer *writer) {
    fix_put_uint(writer, FIX_ENCRYPT_METHOD, 0);
    fix_put_uint(writer, FIX_HEART_BT_INT, session->heartbeat_s);
    const struct fix_version *version = session->config.version;
    if (session->logon_reset && version->has_reset_flag) {
        fix_put_bool(writer, FIX_RESET_SEQ_NUM_FLAG, true);
    }
    if (session->config.next_expected) {
        fix_put_uint(writer, FIX_NEXT_EXPECTED_MSG_SEQ_NUM, session->next_in);
    }
    if (version->is_fixt) {
        fix_put_bytes(writer, FIX_DEFAULT_APPL_VER_ID, version->appl_ver_id);
    }
    const struct fix_logon_hook *hook = &session->config.logon_hook;
    if (hook->write_fields != NULL) {
        hook->write_fields(hook->context, session, writer);
    }
}

static void put_end_seq_no(const struct fix_session *session, struct fix_writer *writer,
                           uint64_t end) {
    fix_put_uint(writer, FIX_END_SEQ_NO,
                 end != 0 ? end : session->config.version->resend_to_the_end);
}

static void put_body(const struct fix_session *session, struct fix_writer *writer,
                     const struct fix_owed *owed) {
    switch (owed->msg_type) {
    case '0':
    case '1':
        put_text(writer, FIX_TEST_REQ_ID, owed);
        if (owed->empty_text) {
            fix_put_bytes(writer, FIX_TEST_REQ_ID, BYTES(""));
        }
        return;
    case '2':
        fix_put_uint(writer, FIX_BEGIN_SEQ_NO, session->next_in);
        put_end_seq_no(session, writer, fix_session_request_end(session, owed->ref_seq));
        return;
    case '3':
        fix_owed_put_reject(owed, session->config.version, writer);
        return;
    case '5':
        put_text(writer, FIX_TEXT, owed);
        return;
    default:
        DCHECK(owed->msg_type == 'A');
        put_logon(session, writer);
        return;
    }
}

void fix_session_count_sent(struct fix_session *session, struct now now) {
    session->last_sent = now.mono;
    session->unasked = 0;
    session->counters.sent++;
}

static void owed_pop(struct fix_session *session) {
    session->owed_first = (session->owed_first + 1) % FIX_OWED_MAX;
    session->owed_count--;
}

/* The first entry is on its way: now, and not before, the world has changed. */
static void owed_written(struct fix_session *session, struct now now) {
    const struct fix_owed *owed = owed_at(session, 0);
    fix_session_count_sent(session, now);
    bool restart = owed->restart;
    session->next_out++;
    if (owed->msg_type == FIX_MSG_RESEND_REQUEST[0]) {
        fix_session_resend_requested(session, now, owed->ref_seq);
    }
    bool logon = owed->msg_type == FIX_MSG_LOGON[0];
    owed_pop(session);
    if (restart) {
        fix_session_restart_out(session);
        session->next_out = 2;
    }
    if (logon) {
        fix_session_send_unsent(session, now);
    }
}

/* An answer begins in its place among what is owed; what outlasts the burst goes on behind it. */
static size_t write_replay(struct fix_session *session, struct now now, char *room, size_t bytes) {
    struct fix_owed *owed = owed_at(session, 0);
    struct fix_range range = {owed->ref_seq, owed->end_seq};
    size_t len = fix_session_replay_step(session, now, &range, room, bytes);
    owed->ref_seq = range.next;
    if (range.next > range.last) {
        owed_pop(session);
    } else if (session->resend_budget == 0) {
        fix_session_replays_put_off(session);
    }
    return len;
}

/* Only a dialect's Logon fields can outgrow the room every other message fits in. */
static size_t not_written(struct fix_session *session, size_t room_bytes) {
    if (room_bytes >= FIX_ADMIN_BYTES_MAX) {
        CHECK(owed_at(session, 0)->msg_type == FIX_MSG_LOGON[0]);
        (void)fix_session_drop(session, FIX_END_BAD_LOGON);
    }
    return 0;
}

static size_t write_owed(struct fix_session *session, struct now now, char *room, size_t bytes,
                         bool *secret) {
    const struct fix_owed *owed = owed_at(session, 0);
    bool logon = owed->msg_type == FIX_MSG_LOGON[0];
    /* A signature covers the time it was asked at. */
    if (!logon || !session->config.signature_needed) {
        session->sending_time = now.utc;
    }
    struct fix_writer writer;
    fix_writer_begin_head(&writer, room, bytes, &session->head);
    uint64_t seq = owed->restart ? 1 : session->next_out;
    fix_session_put_header(session, &writer, bytes_of(&owed->msg_type, 1), seq, false);
    fix_owed_put_route(owed, &writer);
    put_body(session, &writer, owed);
    size_t len = fix_writer_finish(&writer);
    *secret = logon && session->config.logon_hook.write_fields != NULL;
    if (len == 0) {
        return not_written(session, bytes);
    }
    owed_written(session, now);
    return len;
}

static bool replay_is_first(const struct fix_session *session) {
    return session->owed_count != 0 &&
           session->owed[session->owed_first].msg_type == FIX_MSG_SEQUENCE_RESET[0];
}

size_t fix_session_output_bytes(const struct fix_session *session) {
    if (replay_is_first(session)) {
        const struct fix_owed *owed = &session->owed[session->owed_first];
        struct fix_range range = {owed->ref_seq, owed->end_seq};
        return fix_session_replay_bytes(session, &range);
    }
    if (session->owed_count == 0 && fix_session_replay_due(session)) {
        return fix_session_replay_bytes(session, &session->replays[0]);
    }
    return FIX_ADMIN_BYTES_MAX;
}

size_t fix_session_output(struct fix_session *session, struct now now, char *room, size_t bytes,
                          bool *secret) {
    *secret = false;
    if (replay_is_first(session)) {
        return write_replay(session, now, room, bytes);
    }
    if (session->owed_count != 0) {
        return write_owed(session, now, room, bytes, secret);
    }
    return fix_session_replay_due(session) ? fix_session_replay_output(session, now, room, bytes)
                                           : 0;
}

static bool is_resent(const struct fix_session_config *config, struct bytes msg_type) {
    return config->outbox != NULL && config->resent_types != NULL && msg_type.len == 1 &&
           strchr(config->resent_types, msg_type.data[0]) != NULL;
}

void fix_session_begin(struct fix_session *session, struct now now, struct bytes msg_type,
                       char *room, size_t bytes, struct fix_writer *writer) {
    CHECK(fix_session_can_send(session));
    session->sending_time = now.utc;
    session->kept = is_resent(&session->config, msg_type);
    fix_writer_begin_head(writer, room, bytes, &session->head);
    fix_session_put_header(session, writer, msg_type, session->next_out, false);
}

size_t fix_session_end(struct fix_session *session, struct now now, struct fix_writer *writer) {
    size_t len = fix_writer_finish(writer);
    if (len == 0) {
        return 0;
    }
    if (session->kept) {
        fix_outbox_put(session->config.outbox, session->next_out, bytes_of(writer->start, len));
    }
    session->next_out++;
    fix_session_count_sent(session, now);
    return len;
}

/* Of a run that has not begun: any that keeps the order, for all of them get others at its Logon.
 */
static uint64_t unsent_number(const struct fix_session *session) {
    return session->unsent_adrift ? fix_outbox_highest(session->config.outbox) + 1
                                  : session->next_out;
}

void fix_session_begin_unsent(struct fix_session *session, struct now now, struct bytes msg_type,
                              char *room, size_t bytes, struct fix_writer *writer) {
    CHECK(session->state != FIX_SESSION_UP && is_resent(&session->config, msg_type));
    session->sending_time = now.utc;
    fix_writer_begin_head(writer, room, bytes, &session->head);
    fix_session_put_header(session, writer, msg_type, unsent_number(session), false);
}

/* Nothing but what was never sent is there: what makes room is told of now, for its number means
 * nothing later. */
static void put_adrift(struct fix_session *session, struct bytes message) {
    struct fix_outbox *outbox = session->config.outbox;
    uint32_t count = fix_outbox_count(outbox);
    fix_outbox_put(outbox, unsent_number(session), message);
    session->counters.resend_lost += count + 1 - fix_outbox_count(outbox);
    session->unsent = (struct fix_range){fix_outbox_lowest(outbox), fix_outbox_highest(outbox)};
}

bool fix_session_end_unsent(struct fix_session *session, struct fix_writer *writer) {
    size_t len = fix_writer_finish(writer);
    if (len == 0) {
        return false;
    }
    if (session->unsent_adrift) {
        put_adrift(session, bytes_of(writer->start, len));
        return true;
    }
    fix_outbox_put(session->config.outbox, session->next_out, bytes_of(writer->start, len));
    struct fix_range *unsent = &session->unsent;
    if (unsent->next == 0 || unsent->next > unsent->last) {
        unsent->next = session->next_out;
    }
    unsent->last = session->next_out;
    session->next_out++;
    return true;
}
