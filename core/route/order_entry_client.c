#include <string.h>

#include "core/base/mischief.h"
#include "core/fix/fix_tag.h"
#include "core/route/order_entry_state.h"
#include "core/route/trace_event.h"

bool client_is_down(const struct client *client) {
    return client->link.stream == NULL;
}

static bool everybody_has_room(const struct order_entry *entry) {
    return entry->full_queues == 0 && ledger_has_room(entry, LEDGER_CELLS_PER_MESSAGE);
}

bool reports_have_room(struct order_entry *entry) {
    bool room = everybody_has_room(entry) && !MISCHIEF(MISCHIEF_HOLD_VENUE);
    entry->held |= !room;
    return room;
}

/*
 * Room that a turn gave back at its end serves who found none before. The ledger's thread wakes
 * nobody: while its ring is full there is no waiting.
 */
bool held_back_may_go_on(const struct order_entry *entry) {
    return entry->held &&
           (everybody_has_room(entry) || !ledger_has_room(entry, LEDGER_CELLS_PER_MESSAGE));
}

static void reject_form(const struct order_entry *entry, struct client *client) {
    const struct client_decode *decode = &entry->decode;
    fix_session_reject(&client->link.session, &client->input.view, (uint32_t)decode->reason,
                       decode->ref_tag, fix_reject_text(decode->reason));
}

/* An order that was stopped by a gap comes when the market is another; nobody wants it then. */
#define SENT_AGAIN_MAX_NS (5 * NS_PER_S)

static bool is_too_old(const struct client *client, const struct client_decode *decode,
                       struct now now) {
    struct utc sent = decode->sent_first;
    bool waited = client->input.consumed == 0; /* it came early, ahead of the gap */
    if (waited && sent.ns == 0) {
        (void)!fix_get_utc(&client->input.view, FIX_SENDING_TIME, &sent);
    }
    return sent.ns != 0 && now.utc.ns - sent.ns > SENT_AGAIN_MAX_NS;
}

static void take_new(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    enum client_decode_result result =
        client_decode_new(&client->input.view, entry->setup.directory, index, &entry->decode);
    entry->decode.request.received = now.mono;
    entry->decode.seq = client->input.seq;
    switch (result) {
    case CLIENT_DECODE_OK:
        if (is_too_old(client, &entry->decode, now)) {
            order_refuse(entry, now, REJECT_TOO_OLD);
        } else {
            order_submit(entry, now);
        }
        break;
    case CLIENT_DECODE_REJECT:
        reject_form(entry, client);
        break;
    case CLIENT_DECODE_REFUSE:
        order_refuse(entry, now, entry->decode.refuse);
        break;
    }
}

static void take_cancel(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    if (client_decode_cancel(&client->input.view, index, &entry->decode) == CLIENT_DECODE_OK) {
        entry->decode.request.received = now.mono;
        order_cancel(entry, now);
    } else {
        reject_form(entry, client);
    }
}

/* What the router knows of the order; in what state a venue has it is not asked here. */
static void take_status(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    struct client_decode *decode = &entry->decode;
    if (client_decode_status(&client->input.view, index, decode) != CLIENT_DECODE_OK) {
        reject_form(entry, client);
        return;
    }
    decode->seq = client->input.seq;
    uint32_t slot = order_table_find(entry->orders, index, &decode->request.cl_ord_id);
    report_status(entry, now, decode,
                  slot == ORDER_NONE ? NULL : order_table_at(entry->orders, slot));
}

/* One whose meaning was refused, too: order entry knows what order it was about. */
static void take_replace(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    if (client_decode_replace(&client->input.view, entry->setup.directory, index, &entry->decode) ==
        CLIENT_DECODE_REJECT) {
        reject_form(entry, client);
        return;
    }
    entry->decode.request.received = now.mono;
    if (entry->decode.refuse == REJECT_NONE && is_too_old(client, &entry->decode, now)) {
        entry->decode.refuse = REJECT_TOO_OLD;
    }
    order_replace(entry, now);
}

static void take_mass_cancel(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    struct client_decode *decode = &entry->decode;
    switch (client_decode_mass_cancel(&client->input.view, entry->setup.directory, index, decode)) {
    case CLIENT_DECODE_OK:
        order_mass_cancel(entry, now);
        break;
    case CLIENT_DECODE_REJECT:
        reject_form(entry, client);
        break;
    case CLIENT_DECODE_REFUSE:
        report_mass_refusal(entry, now, decode, decode->refuse);
        break;
    }
}

/* It could not use what it was told: the operator should know, and nobody else can help. */
static void note_rejected(struct order_entry *entry, uint32_t index, struct now now) {
    const struct fix_view *view = &entry->clients[index].input.view;
    uint64_t seq = 0;
    struct bytes text = BYTES("no reason given");
    (void)!fix_get_uint(view, FIX_REF_SEQ_NUM, FIX_SEQ_MAX, &seq);
    (void)!fix_get_bytes(view, FIX_TEXT, &text);
    entry->counters.rejects_by_clients++;
    notice_send(entry, now, NOTICE_CLIENT_REJECTED, index, seq, text);
}

static void take_application(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    struct bytes type = fix_view_msg_type(&client->input.view);
    if (bytes_equal(type, BYTES(FIX_MSG_NEW_ORDER_SINGLE))) {
        take_new(entry, index, now);
    } else if (bytes_equal(type, BYTES(FIX_MSG_ORDER_CANCEL_REQUEST))) {
        take_cancel(entry, index, now);
    } else if (bytes_equal(type, BYTES(FIX_MSG_ORDER_STATUS_REQUEST))) {
        take_status(entry, index, now);
    } else if (bytes_equal(type, BYTES(FIX_MSG_ORDER_CANCEL_REPLACE_REQUEST))) {
        take_replace(entry, index, now);
    } else if (bytes_equal(type, BYTES(FIX_MSG_ORDER_MASS_CANCEL_REQUEST))) {
        take_mass_cancel(entry, index, now);
    } else if (bytes_equal(type, BYTES(FIX_MSG_BUSINESS_REJECT))) {
        note_rejected(entry, index, now);
    } else {
        report_unsupported_type(entry, now, index, client->input.seq, type);
    }
}

static void act(struct order_entry *entry, uint32_t index, struct now now, enum fix_action action) {
    struct client *client = &entry->clients[index];
    if (action == FIX_ACTION_DELIVER) {
        take_application(entry, index, now);
    } else if (action == FIX_ACTION_REJECTED) {
        note_rejected(entry, index, now);
    }
    fix_link_consume(&client->link, &client->input);
}

/* Before and after that only the session itself has something to say. */
static bool may_deliver(const struct client *client) {
    enum fix_session_state state = client->link.session.state;
    return state == FIX_SESSION_UP || state == FIX_SESSION_LOGOUT_SENT;
}

/*
 * A message may cause a report or two and a ledger record. Where the reason is not the client's, it
 * is not silent meanwhile. A Logon is always read: it is the way to a full queue.
 */
static bool may_read(struct order_entry *entry, struct client *client, struct now now) {
    /* Before venues find it full: what it asks for must not cut it off. */
    bool full = report_queue_free(&client->reports) < 2 * REPORT_CELLS_PER_MESSAGE ||
                MISCHIEF(MISCHIEF_REPORTS_FULL);
    client->shut = full && may_deliver(client);
    if (client->shut) {
        fix_link_hold(&client->link);
        return false;
    }
    if (may_deliver(client) && !ledger_has_room(entry, LEDGER_CELLS_PER_MESSAGE)) {
        entry->held = true;
        fix_link_hold(&client->link);
        fix_session_hold(&client->link.session, now);
        return false;
    }
    /* Of one client one runs at a time, and what comes after it is not what it is about. */
    if (may_deliver(client) && client->mass.running) {
        fix_link_hold(&client->link);
        fix_session_hold(&client->link.session, now);
        return false;
    }
    return true;
}

static void note_up(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    if (!client->was_up && client->link.session.state == FIX_SESSION_UP) {
        client->was_up = true;
        client->evicted = false;
        client_is_reading(client, now);
        notice_send(entry, now, NOTICE_CLIENT_UP, index, 0, bytes_of(NULL, 0));
    }
}

void client_part(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    struct stream *stream = fix_link_detach(&client->link, now);
    stream_discard(entry->setup.stack, stream);
    const struct fix_session *session = &client->link.session;
    notice_send(entry, now, NOTICE_CLIENT_DOWN, index, report_queue_count(&client->reports),
                client->cut ? BYTES("cut off") : bytes_of_string(fix_end_name(session->end)));
    disconnect_begin(entry, index, now);
    client->was_up = false;
    client->cut = false;
    client->unsent = 0;
    entry->more |= entry->phase != ORDER_ENTRY_RUNNING;
}

/* Reports that the stream or the session cannot take now stay queued, in order. */
static void write_reports(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    const struct client_report *report;
    client->refused = false;
    while ((report = report_queue_peek(&client->reports)) != NULL) {
        struct fix_writer writer;
        if (client->writes_left == 0) {
            entry->more = true;
            return;
        }
        if (fix_link_begin(&client->link, now, client_report_msg_type(report),
                           CLIENT_REPORT_BYTES_MAX, &writer) != STREAM_OK) {
            client->refused = true;
            return;
        }
        client->writes_left--;
        client_report_encode(&entry->encoder, report, &writer);
        /* Every value in a report was checked or made by us and the room is enough for all. */
        bool sent = fix_link_end(&client->link, now, &writer, STREAM_RELEASE_NOW);
        CHECK(sent);
        trace_put(entry->setup.trace, TRACE_EVENT_REPORT_OUT, (uint16_t)index, report->kind,
                  report->order_number, report->exec_number);
        reports_pop(entry, index);
        client_is_reading(client, now);
        entry->more |= entry->phase != ORDER_ENTRY_RUNNING;
    }
}

/*
 * What is known goes out before the next message is read: in which order a client hears things
 * depends on what it said, not on how its bytes were cut.
 */
static void read_messages(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    client->writes_left = WRITE_BURST;
    client->drained = false;
    client->shut = false;
    if (client->link.stream == NULL) {
        return;
    }
    for (int count = 0; count < TURN_BURST; count++) {
        write_reports(entry, index, now);
        if (!may_read(entry, client, now)) {
            return;
        }
        enum fix_action action = fix_link_read(&client->link, now, &client->input);
        note_up(entry, index, now);
        if (action == FIX_ACTION_NONE) {
            client->drained = !client->link.more;
            return;
        }
        if (action == FIX_ACTION_BLOCKED) {
            return;
        }
        act(entry, index, now, action);
        if (action == FIX_ACTION_CLOSE) {
            client->drained = true;
            return;
        }
    }
    entry->more = true;
}

void client_turn(struct order_entry *entry, uint32_t index, struct now now) {
    disconnect_turn(entry, index, now);
    read_messages(entry, index, now);
    mass_turn(entry, index, now);
}

void client_write(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    if (client->link.stream == NULL) {
        client_judge(entry, index, now);
        return;
    }
    fix_link_flush(&client->link, now);
    note_up(entry, index, now);
    write_reports(entry, index, now);
    /* What a shut client left unread was not taken: it asks, or is asked, for it next time. */
    bool cut = client->cut && instant_reached(now.mono, client->cut_deadline);
    if (cut || ((client->drained || client->shut) && fix_link_is_over(&client->link, now))) {
        client_part(entry, index, now);
    }
    client_judge(entry, index, now);
}

struct instant client_deadline(const struct order_entry *entry, uint32_t index) {
    const struct client *client = &entry->clients[index];
    return instant_earlier(
        instant_earlier(fix_link_deadline(&client->link), client_patience_deadline(entry, index)),
        disconnect_deadline(entry, index));
}
