#include "core/fix/fix_session_internal.h"

#include "core/fix/fix_outbox.h"
#include "core/fix/fix_scan.h"

#define BURST_DEFAULT 32
#define WINDOW_DEFAULT_NS NS_PER_MS

static void renew_budget(struct fix_session *session, struct now now) {
    if (!instant_reached(now.mono, session->resend_window)) {
        return;
    }
    const struct fix_session_config *config = &session->config;
    struct duration window = config->resend_window;
    if (window.ns == 0) {
        window.ns = WINDOW_DEFAULT_NS;
    }
    session->resend_budget = config->resend_burst != 0 ? config->resend_burst : BURST_DEFAULT;
    session->resend_window = instant_add(now.mono, window);
}

/* The requests of a peer that asks without end are answered together: what is sent again is then
 * what all of them asked for, and what is in between. */
static void put_off(struct fix_session *session, struct fix_range range) {
    if (session->replay_count < FIX_REPLAYS_MAX) {
        session->replays[session->replay_count++] = range;
        return;
    }
    struct fix_range *newest = &session->replays[FIX_REPLAYS_MAX - 1];
    newest->next = range.next < newest->next ? range.next : newest->next;
    newest->last = range.last > newest->last ? range.last : newest->last;
}

void fix_session_replay(struct fix_session *session, struct now now, struct fix_range range) {
    DCHECK(range.next >= 1 && range.next <= range.last && range.last <= session->next_out);
    renew_budget(session, now);
    if (session->replay_count != 0 || session->resend_budget == 0) {
        put_off(session, range);
        return;
    }
    struct fix_owed *owed = fix_session_owe(session, FIX_MSG_SEQUENCE_RESET[0]);
    owed->ref_seq = range.next;
    owed->end_seq = range.last;
}

void fix_session_renumber_unsent(struct fix_session *session) {
    if (!session->unsent_adrift) {
        return;
    }
    struct fix_outbox *outbox = session->config.outbox;
    uint64_t from = session->next_out;
    fix_outbox_renumber(outbox, from);
    session->next_out = from + fix_outbox_count(outbox);
    session->unsent = (struct fix_range){from, session->next_out - 1};
    session->unsent_adrift = false;
}

void fix_session_send_unsent(struct fix_session *session, struct now now) {
    bool adrift = session->unsent_adrift;
    if (adrift) {
        fix_session_renumber_unsent(session);
    }
    /* Behind a Logout nobody reads; and what was unsent may have made room for newer messages. */
    if (adrift && session->state != FIX_SESSION_CLOSING &&
        session->unsent.next <= session->unsent.last) {
        fix_session_replay(session, now, session->unsent);
    }
}

void fix_session_replays_put_off(struct fix_session *session) {
    struct fix_owed *owed = fix_session_owed_find(session, FIX_MSG_SEQUENCE_RESET[0]);
    if (owed == NULL) {
        return;
    }
    do {
        put_off(session, (struct fix_range){owed->ref_seq, owed->end_seq});
        owed->msg_type = '\0';
        owed = fix_session_owed_find(session, FIX_MSG_SEQUENCE_RESET[0]);
    } while (owed != NULL);
    fix_session_owed_remove(session, '\0');
}

void fix_session_replays_clear(struct fix_session *session) {
    session->replay_count = 0;
}

void fix_session_forget_replays(struct fix_session *session) {
    fix_session_replays_put_off(session);
    fix_session_replays_clear(session);
}

bool fix_session_replay_due(const struct fix_session *session) {
    return session->replay_count != 0 && session->resend_budget != 0;
}

void fix_session_replay_tick(struct fix_session *session, struct now now) {
    if (session->replay_count != 0) {
        renew_budget(session, now);
    }
}

struct instant fix_session_replay_deadline(const struct fix_session *session) {
    bool waits = session->replay_count != 0 && session->resend_budget == 0;
    return waits ? session->resend_window : INSTANT_NEVER;
}

static bool next_kept(const struct fix_session *session, const struct fix_range *range,
                      struct fix_outbox_message *message) {
    return session->config.outbox != NULL &&
           fix_outbox_next(session->config.outbox, range->next, message) &&
           message->seq <= range->last;
}

size_t fix_session_replay_bytes(const struct fix_session *session, const struct fix_range *range) {
    struct fix_outbox_message message;
    if (next_kept(session, range, &message) && message.seq == range->next &&
        message.bytes.len + FIX_RESENT_BYTES_MORE > FIX_ADMIN_BYTES_MAX) {
        return message.bytes.len + FIX_RESENT_BYTES_MORE;
    }
    return FIX_ADMIN_BYTES_MAX;
}

/* Takes the first field, "tag=value|" with its SOH, off `rest`. */
static struct bytes take_field(struct bytes *rest) {
    const char *end = rest->data + rest->len;
    const char *soh = fix_scan_soh(rest->data, end);
    CHECK(soh != end);
    struct bytes field = bytes_of(rest->data, (size_t)(soh + 1 - rest->data));
    *rest = bytes_skip(*rest, field.len);
    return field;
}

static bool begins_with(struct bytes rest, const char *prefix) {
    size_t len = strlen(prefix);
    return rest.len > len && memcmp(rest.data, prefix, len) == 0;
}

/* Header fields that an application writes itself and that come before OrigSendingTime(122). */
static bool belongs_before_122(struct bytes rest) {
    static const char *const fields[] = {"50=", "57=", "97=", "115=", "116="};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (begins_with(rest, fields[i])) {
            return true;
        }
    }
    return false;
}

/* "34=n|": written for another run of numbers, which ended before it was sent. */
static bool has_another_number(struct bytes field, uint64_t seq) {
    char text[FIX_SESSION_TEXT_MAX + 1];
    size_t len = fix_text_append_number(text, 0, seq);
    return !bytes_equal(bytes_of(field.data + 3, field.len - 4), bytes_of(text, len));
}

/*
 * The message as it went out, with a new 52, and 43 and 122 added. It was written by this session
 * (fix_session_begin), so its first seven fields are known: 8, 9, 35, 34, 49, 52, 56.
 */
static size_t write_resent(struct fix_session *session, struct now now,
                           const struct fix_outbox_message *message, char *room, size_t bytes) {
    struct bytes rest = bytes_of(message->bytes.data, message->bytes.len - FIX_TRAILER_BYTES);
    struct bytes head[7];
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++) {
        head[i] = take_field(&rest);
    }
    struct bytes type = bytes_of(head[2].data + 3, head[2].len - 4);
    struct bytes first_time = bytes_of(head[5].data + 3, head[5].len - 4);
    struct fix_writer writer;
    session->sending_time = now.utc;
    fix_writer_begin_head(&writer, room, bytes, &session->head);
    fix_session_put_header(session, &writer, type, message->seq, true);
    /* Written anew with the header. */
    if (begins_with(rest, "369=")) {
        (void)take_field(&rest);
    }
    if (has_another_number(head[3], message->seq)) {
        fix_put_bool(&writer, FIX_POSS_RESEND, true);
    }
    while (belongs_before_122(rest)) {
        fix_put_raw(&writer, take_field(&rest));
    }
    fix_put_bytes(&writer, FIX_ORIG_SENDING_TIME, first_time);
    fix_put_raw(&writer, rest);
    return fix_writer_finish(&writer);
}

static size_t write_fill(struct fix_session *session, struct now now, uint64_t from, uint64_t to,
                         char *room, size_t bytes) {
    struct fix_writer writer;
    session->sending_time = now.utc;
    fix_writer_begin_head(&writer, room, bytes, &session->head);
    fix_session_put_header(session, &writer, BYTES(FIX_MSG_SEQUENCE_RESET), from, true);
    fix_put_utc(&writer, FIX_ORIG_SENDING_TIME, &session->time_cache, now.utc,
                session->config.time_digits);
    fix_put_uint(&writer, FIX_NEW_SEQ_NO, to);
    fix_put_bool(&writer, FIX_GAP_FILL_FLAG, true);
    return fix_writer_finish(&writer);
}

/* Of the numbers from .. to - 1, which are filled over. */
static void count_lost(struct fix_session *session, uint64_t from, uint64_t to) {
    uint64_t lost = session->config.outbox != NULL ? fix_outbox_lost(session->config.outbox) : 0;
    if (lost >= from) {
        session->counters.resend_lost += (lost < to ? lost + 1 : to) - from;
    }
}

/* Fills up to the next kept message, or over one that is too long for the room. */
static size_t fill_step(struct fix_session *session, struct now now, struct fix_range *range,
                        uint64_t to, char *room, size_t bytes) {
    size_t len = write_fill(session, now, range->next, to, room, bytes);
    if (len != 0) {
        count_lost(session, range->next, to);
        range->next = to;
    }
    return len;
}

static size_t resend_step(struct fix_session *session, struct now now, struct fix_range *range,
                          const struct fix_outbox_message *message, char *room, size_t bytes) {
    if (bytes < fix_session_replay_bytes(session, range)) {
        size_t len = fill_step(session, now, range, range->next + 1, room, bytes);
        session->counters.resend_lost += len != 0;
        return len;
    }
    size_t len = write_resent(session, now, message, room, bytes);
    if (len != 0) {
        session->counters.resent++;
        if (range->next >= session->unsent.next && range->next <= session->unsent.last) {
            session->unsent.next = range->next + 1;
        }
        range->next++;
    }
    return len;
}

size_t fix_session_replay_step(struct fix_session *session, struct now now, struct fix_range *range,
                               char *room, size_t bytes) {
    struct fix_outbox_message message;
    bool kept = next_kept(session, range, &message);
    size_t len;
    if (kept && message.seq == range->next) {
        len = resend_step(session, now, range, &message, room, bytes);
    } else {
        uint64_t to = kept ? message.seq : range->last + 1;
        len = fill_step(session, now, range, to, room, bytes);
    }
    if (len == 0) {
        return 0;
    }
    fix_session_count_sent(session, now);
    renew_budget(session, now);
    /* The last message of an answer is free: a request for one has cost the peer as much. */
    if (range->next <= range->last && session->resend_budget != 0) {
        session->resend_budget--;
    }
    return len;
}

size_t fix_session_replay_output(struct fix_session *session, struct now now, char *room,
                                 size_t bytes) {
    struct fix_range *range = &session->replays[0];
    size_t len = fix_session_replay_step(session, now, range, room, bytes);
    if (len != 0 && range->next > range->last) {
        session->replay_count--;
        memmove(range, range + 1, session->replay_count * sizeof(*range));
    }
    return len;
}
