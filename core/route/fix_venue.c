#include "core/route/fix_venue.h"

#include <string.h>

#include "core/fix/fix_tag.h"

/* API keys and signatures are longer. */
#define CREDENTIAL_WORD_MIN 32
/* Messages without a report that one poll looks at: then others have their turn. */
#define POLL_MESSAGES_MAX 64
#define LOGOUT_TIMEOUT_NS (2 * NS_PER_S)

static struct fix_venue *self_of(struct venue *venue) {
    return (struct fix_venue *)venue;
}

static const struct fix_venue *self_of_const(const struct venue *venue) {
    return (const struct fix_venue *)venue;
}

static bool venue_up(const struct venue *base) {
    return self_of_const(base)->link.session.state == FIX_SESSION_UP;
}

static const struct dialect_message *message_of(const struct fix_venue *venue,
                                                enum request_kind kind) {
    return &venue->config.dialect->messages[kind];
}

static enum venue_send send(struct fix_venue *venue, struct now now, enum request_kind kind,
                            const struct fix_venue_subject *subject, struct request_id request_id) {
    const struct dialect_message *message = message_of(venue, kind);
    struct fix_writer writer;
    enum fix_venue_limit limited = fix_venue_limited(venue, now, kind, subject->order);
    if (limited != FIX_VENUE_NOT_LIMITED) {
        if (!venue_up(&venue->venue)) {
            return VENUE_SEND_DOWN;
        }
        return limited == FIX_VENUE_SESSION_LIMITED ? VENUE_SEND_LIMITED
                                                    : VENUE_SEND_INSTRUMENT_LIMITED;
    }
    enum stream_result room = fix_link_begin(&venue->link, now, bytes_of(message->type, 1),
                                             FIX_VENUE_MESSAGE_MAX, &writer);
    if (room != STREAM_OK) {
        return room == STREAM_GONE ? VENUE_SEND_DOWN : VENUE_SEND_AGAIN;
    }
    uint64_t seq = venue->link.session.next_out;
    fix_venue_encode(venue, now, kind, subject, &writer);
    if (!fix_link_end(&venue->link, now, &writer, STREAM_RELEASE_NOW)) {
        return VENUE_SEND_UNSUPPORTED;
    }
    sent_ring_note(&venue->sent, seq, kind, request_id);
    fix_venue_count(venue, now, kind, subject->order);
    return VENUE_SENT;
}

static enum venue_send send_about_order(struct venue *base, struct now now, enum request_kind kind,
                                        const struct venue_order *order) {
    struct fix_venue *venue = self_of(base);
    const struct dialect_message *message = message_of(venue, kind);
    if (message->type == NULL ||
        (message->needs_venue_order_id && order->order->venue_order_id_len == 0)) {
        return VENUE_SEND_UNSUPPORTED;
    }
    const struct fix_venue_subject subject = {
        .cl_ord_id = order->cl_ord_id,
        .orig_cl_ord_id = order->orig_cl_ord_id,
        .symbol = order->symbol,
        .order = order->order,
        .instrument = order->instrument,
        .terms = kind == REQUEST_REPLACE ? order->terms : NULL,
    };
    return send(venue, now, kind, &subject, order->request_id);
}

static enum venue_send send_new(struct venue *base, struct now now,
                                const struct venue_order *order) {
    if (!fix_venue_can_express(self_of(base)->config.dialect, order->order)) {
        return VENUE_SEND_UNSUPPORTED;
    }
    return send_about_order(base, now, REQUEST_NEW_ORDER, order);
}

static enum venue_send send_cancel(struct venue *base, struct now now,
                                   const struct venue_order *order) {
    return send_about_order(base, now, REQUEST_CANCEL, order);
}

static enum venue_send send_replace(struct venue *base, struct now now,
                                    const struct venue_order *order) {
    DCHECK(order->terms != NULL);
    return send_about_order(base, now, REQUEST_REPLACE, order);
}

static enum venue_send send_status(struct venue *base, struct now now,
                                   const struct venue_order *order) {
    return send_about_order(base, now, REQUEST_STATUS, order);
}

static enum venue_send send_mass_cancel(struct venue *base, struct now now,
                                        const struct venue_mass_cancel *mass) {
    struct fix_venue *venue = self_of(base);
    bool by_instrument = mass->scope == MASS_CANCEL_INSTRUMENT;
    if (message_of(venue, REQUEST_MASS_CANCEL)->type == NULL ||
        venue->config.dialect->mass_cancel_scope[mass->scope] == '\0') {
        return VENUE_SEND_UNSUPPORTED;
    }
    const struct fix_venue_subject subject = {
        .cl_ord_id = mass->cl_ord_id,
        .symbol = by_instrument ? mass->symbol : bytes_of(NULL, 0),
        .scope = mass->scope,
    };
    return send(venue, now, REQUEST_MASS_CANCEL, &subject, mass->request_id);
}

static const struct venue_capability *capability(const struct venue *base) {
    return &self_of_const(base)->capability;
}

static bool may_connect(struct venue *base, struct now now) {
    struct fix_venue *venue = self_of(base);
    struct fix_session *session = &venue->link.session;
    venue->kept_back = !fix_session_may_connect(session, now);
    if (venue->kept_back && instant_reached(now.mono, fix_session_deadline(session))) {
        (void)fix_session_tick(session, now);
    }
    return !venue->kept_back;
}

static void attach(struct venue *base, struct now now, struct stream *stream) {
    self_of(base)->gap.next = 0;
    self_of(base)->life_due = now.mono;
    fix_link_attach(&self_of(base)->link, stream);
}

static struct stream *stream_of(struct venue *base) {
    return self_of(base)->link.stream;
}

static void release_held(struct fix_venue *venue) {
    if (venue->held) {
        venue->held = false;
        fix_link_consume(&venue->link, &venue->input);
    }
}

static bool report_up(struct fix_venue *venue, struct venue_report *report) {
    if (venue->link.session.next_out <= 2) {
        sent_ring_clear(&venue->sent);
        venue->gap.asked = 0;
    }
    venue->was_up = true;
    report->kind = VENUE_REPORT_UP;
    return true;
}

/*
 * Some venues repeat what they refuse, a key or a signature, and their words go into logs. No word
 * that people need is that long; the last of a text that was cut may be the beginning of one.
 */
static void mask_credentials(char *text) {
    bool was_cut = strlen(text) == FIX_SESSION_TEXT_MAX;
    char *out = text;
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, " ");
        bool is_last = at[len] == '\0';
        bool is_masked = len >= CREDENTIAL_WORD_MIN || (is_last && was_cut && len >= 3);
        size_t kept = is_masked ? 3 : len;
        memmove(out, is_masked ? "***" : at, kept);
        out += kept;
        at += len;
        if (!is_last) {
            *out++ = *at++;
        }
    }
    *out = '\0';
}

/* The session's own reason, in the peer's words if it gave any; without a session, the stream's. */
static void fill_down_text(struct fix_venue *venue, bool was_connected,
                           enum stream_close_reason closed) {
    const struct fix_session *session = &venue->link.session;
    const char *text = stream_close_reason_name(closed);
    /* Without a connection, what the session says is of an earlier one. */
    if (was_connected && session->end_text[0] != '\0') {
        text = session->end_text;
    } else if (was_connected && session->end != FIX_END_NONE) {
        text = fix_end_name(session->end);
    }
    size_t len = strnlen(text, FIX_SESSION_TEXT_MAX);
    memcpy(venue->down_text, text, len);
    venue->down_text[len] = '\0';
    mask_credentials(venue->down_text);
}

static void report_down(struct fix_venue *venue, bool was_connected,
                        enum stream_close_reason closed, struct venue_report *report) {
    fill_down_text(venue, was_connected, closed);
    report->kind = venue->was_up ? VENUE_REPORT_DOWN : VENUE_REPORT_LOGON_FAILED;
    report->text = bytes_of_string(venue->down_text);
    report->heard_out = was_connected && venue->link.session.heard_out;
    venue->was_up = false;
}

/* True when the action came to a report. */
static bool report_of(struct fix_venue *venue, enum fix_action action,
                      struct venue_report *report) {
    venue->held = true;
    switch (action) {
    case FIX_ACTION_DELIVER:
        return fix_venue_decode(venue, &venue->input.view, report);
    case FIX_ACTION_REJECTED:
        return fix_venue_decode_reject(venue, &venue->input.view, report);
    case FIX_ACTION_RESEND_ASKED:
        fix_venue_note_gap(venue, venue->input.resend_begin, venue->input.resend_end);
        return fix_venue_tell_gap(venue, report);
    case FIX_ACTION_UP:
        return report_up(venue, report);
    default:
        return false;
    }
}

/* Nothing of a message that says nothing is left for the next one. */
static bool act(struct fix_venue *venue, enum fix_action action, struct venue_report *report) {
    bool says_something = report_of(venue, action, report);
    if (!says_something) {
        *report = (struct venue_report){.request_known = false};
    }
    return says_something;
}

/* Said behind what came of it: the reports that stand all the same are booked by then. */
static bool tell_missed(struct fix_venue *venue, struct venue_report *report) {
    uint64_t filled = venue->link.session.counters.filled_over;
    if (filled == venue->filled_told) {
        return false;
    }
    venue->filled_told = filled;
    *report = (struct venue_report){.kind = VENUE_REPORT_MISSED};
    return true;
}

/* The connection is over with a gap open: what was said behind that is known all the same. */
static bool tell_left(struct fix_venue *venue, struct now now, struct venue_report *report) {
    struct fix_session *session = &venue->link.session;
    if (session->state != FIX_SESSION_CLOSING && !fix_link_is_over(&venue->link, now)) {
        return false;
    }
    for (int count = 0; fix_session_has_left(session); count++) {
        if (count == POLL_MESSAGES_MAX) {
            venue->link.more = true;
            venue->drained = false;
            return false;
        }
        release_held(venue);
        if (act(venue, fix_session_take_left(session, now, &venue->input), report)) {
            return true;
        }
    }
    return false;
}

static bool poll(struct venue *base, struct now now, struct venue_report *report) {
    struct fix_venue *venue = self_of(base);
    *report = (struct venue_report){.request_known = false};
    venue->drained = false;
    venue->polled = true;
    if (venue->link.stream == NULL) {
        return false;
    }
    if (fix_venue_tell_gap(venue, report)) {
        return true;
    }
    for (int count = 0; count < POLL_MESSAGES_MAX; count++) {
        release_held(venue);
        enum fix_action action = fix_link_read(&venue->link, now, &venue->input);
        if (action == FIX_ACTION_NONE || action == FIX_ACTION_BLOCKED) {
            venue->drained = action == FIX_ACTION_NONE && !venue->link.more;
            return (venue->drained && tell_left(venue, now, report)) || tell_missed(venue, report);
        }
        if (act(venue, action, report)) {
            return true;
        }
        if (action == FIX_ACTION_CLOSE) {
            venue->drained = true;
            return tell_left(venue, now, report);
        }
    }
    venue->link.more = true;
    return false;
}

static void wipe_signature(struct fix_venue *venue) {
    explicit_bzero(venue->logon.signature, sizeof(venue->logon.signature));
    venue->logon.signature_len = 0;
}

static struct stream *detach_if_over(struct venue *base, struct now now,
                                     struct venue_report *report) {
    struct fix_venue *venue = self_of(base);
    if (!venue->drained || !fix_link_is_over(&venue->link, now)) {
        return NULL;
    }
    release_held(venue);
    enum stream_close_reason closed = stream_close_reason(venue->link.stream);
    bool was_connected = venue->link.connected;
    struct stream *stream = fix_link_detach(&venue->link, now);
    wipe_signature(venue);
    *report = (struct venue_report){.request_known = false};
    report_down(venue, was_connected, closed, report);
    return stream;
}

static void flush(struct venue *base, struct now now) {
    struct fix_venue *venue = self_of(base);
    release_held(venue);
    venue->unheard = !venue->polled;
    if (venue->unheard) {
        /* Nobody can take its reports now: what it says meanwhile lies in the stream. */
        fix_link_hold(&venue->link);
        fix_session_hold(&venue->link.session, now);
    }
    venue->polled = false;
    fix_link_flush(&venue->link, now);
    if (instant_reached(now.mono, venue->rates.due)) {
        venue->rates.due = INSTANT_NEVER;
    }
}

static bool question(struct venue *base, struct now now, struct question *question) {
    struct fix_venue *venue = self_of(base);
    const struct fix_session *session = &venue->link.session;
    if (session->state != FIX_SESSION_SIGNATURE_AWAITED ||
        (venue->asked && venue->asked_epoch == session->epoch)) {
        return false;
    }
    question->kind = QUESTION_SIGN;
    question->session = venue->config.index;
    question->epoch = session->epoch;
    question->text_len = (uint32_t)venue->config.dialect->sign_payload(
        &venue->logon, session, now.utc, question->text, sizeof(question->text));
    venue->asked = true;
    venue->asked_epoch = session->epoch;
    return true;
}

static void answer(struct venue *base, struct now now, const struct answer *answer) {
    struct fix_venue *venue = self_of(base);
    bool ok = answer->ok && answer->text_len <= sizeof(venue->logon.signature);
    if (ok && answer->epoch == venue->link.session.epoch) {
        memcpy(venue->logon.signature, answer->text, answer->text_len);
        venue->logon.signature_len = answer->text_len;
    }
    fix_session_signed(&venue->link.session, now, answer->epoch, ok);
}

/* As long as a silent one is given, too: an engine that is slow must not cost its orders. */
static struct duration life_timeout(const struct fix_venue_config *config) {
    return (struct duration){.ns = config->heartbeat_s * (NS_PER_S + NS_PER_S / 5)};
}

static void ask_life(struct venue *base, struct now now) {
    struct fix_venue *venue = self_of(base);
    if (instant_reached(now.mono, venue->life_due)) {
        fix_session_probe(&venue->link.session, now);
        venue->life_due =
            instant_add(now.mono, (struct duration){.ns = 2 * life_timeout(&venue->config).ns});
    }
}

static void logout(struct venue *base, struct now now, struct bytes text) {
    fix_link_logout(&self_of(base)->link, now, text);
}

/* The end of a connection is noticed by polling: while nobody polls, no time is the right one. */
static struct instant deadline(const struct venue *base) {
    const struct fix_venue *venue = self_of_const(base);
    if (venue->link.stream == NULL) {
        return venue->kept_back ? fix_session_deadline(&venue->link.session)
                                : (struct instant){.ns = INT64_MIN};
    }
    if (venue->unheard && venue->link.finished) {
        return INSTANT_NEVER;
    }
    return instant_earlier(fix_link_deadline(&venue->link), venue->rates.due);
}

static const struct venue_ops fix_venue_ops = {
    .send_new = send_new,
    .send_cancel = send_cancel,
    .send_replace = send_replace,
    .send_status = send_status,
    .send_mass_cancel = send_mass_cancel,
    .capability = capability,
    .may_connect = may_connect,
    .attach = attach,
    .stream = stream_of,
    .poll = poll,
    .detach_if_over = detach_if_over,
    .flush = flush,
    .question = question,
    .answer = answer,
    .ask_life = ask_life,
    .logout = logout,
    .up = venue_up,
    .deadline = deadline,
};

/* The signature is used once, and wiped when the Logon has been written. */
static void write_logon_fields(void *context, const struct fix_session *session,
                               struct fix_writer *writer) {
    struct fix_venue *venue = context;
    (void)session;
    venue->config.dialect->write_logon(&venue->logon, writer);
    wipe_signature(venue);
}

static struct fix_session_config session_config(struct fix_venue *venue) {
    const struct fix_venue_config *config = &venue->config;
    return (struct fix_session_config){
        .role = FIX_INITIATOR,
        .version = fix_version_of(config->dialect->version),
        .sender_comp_id = config->sender_comp_id,
        .target_comp_id = config->target_comp_id,
        .heartbeat_s = config->heartbeat_s,
        .time_digits = config->dialect->time_digits,
        .reset_on_logon = config->reset_on_logon,
        .signature_needed = config->dialect->sign != NULL,
        .message_bytes_max = config->message_bytes_max,
        .schedule = config->schedule,
        .early = config->early,
        .early_stands = true, /* a report is a fact, whether or not it is said again */
        /* No outbox: what the venue missed is filled over. An order is never sent twice. */
        .report_resend_asked = true,
        /* Not checked: a report that had to wait for room here is a report all the same. */
        .latency_max = {.ns = 0},
        .logon_timeout = config->logon_timeout,
        .logout_timeout = {.ns = LOGOUT_TIMEOUT_NS},
        .answer_timeout = config->logon_timeout,
        .probe_timeout = life_timeout(config),
        .probe_ends = true,
        .logon_hook = {.write_fields = write_logon_fields, .context = venue},
    };
}

void fix_venue_init(struct fix_venue *venue, const struct fix_venue_config *config) {
    memset(venue, 0, sizeof(*venue));
    venue->venue.ops = &fix_venue_ops;
    venue->config = *config;
    venue->logon.api_key = config->api_key;
    venue->logon.cancel_on_disconnect = config->cancel_on_disconnect;
    venue->capability = config->dialect->capability;
    venue->capability.order_validity = config->order_validity;
    venue->rates.session = rate_limit_make(&config->session_rate);
    venue->rates.instrument = rate_limit_make(&config->instrument_rate);
    venue->rates.due = INSTANT_NEVER;
    fix_venue_compile(venue);
    sent_ring_clear(&venue->sent);
    struct fix_session_config session = session_config(venue);
    fix_link_init(&venue->link, &session);
}
