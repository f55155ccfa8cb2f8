#include "core/fix/fix_outbox.h"
#include "core/route/order_entry_state.h"

/* How long the Logout of a client that is cut off may take to get there, if it can at all. */
#define CUT_PATIENCE_NS (1 * NS_PER_S)
/* Reports numbered and kept in one turn, of one client. */
#define UNSENT_BURST 256

static bool is_up(const struct client *client) {
    return client->link.stream != NULL && client->link.session.state == FIX_SESSION_UP;
}

static bool is_full(const struct client *client) {
    return report_queue_free(&client->reports) < REPORT_CELLS_PER_MESSAGE;
}

void client_is_reading(struct client *client, struct now now) {
    client->waiting_since = now.mono;
}

static bool has_waiting(const struct client *client) {
    return report_queue_count(&client->reports) != 0;
}

static void cut_off(struct order_entry *entry, uint32_t index, struct now now, struct bytes why) {
    struct client *client = &entry->clients[index];
    entry->counters.clients_cut_off++;
    client->cut = true;
    client->cut_deadline = instant_add(now.mono, (struct duration){.ns = CUT_PATIENCE_NS});
    notice_send(entry, now, NOTICE_CLIENT_SLOW, index, report_queue_count(&client->reports), why);
    fix_link_logout(&client->link, now, why);
    entry->more = true;
}

static bool waits_too_long(const struct order_entry *entry, uint32_t index, struct now now) {
    const struct client *client = &entry->clients[index];
    return has_waiting(client) &&
           instant_reached(now.mono, instant_add(client->waiting_since,
                                                 entry->setup.clients[index].unread_max));
}

/* What falls out of the outbox before the client could ask for it is lost to it: the ledger has it.
 */
static void note_evicted(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    const struct fix_session *session = &client->link.session;
    if (!client->evicted && session->unsent.next != 0 &&
        fix_outbox_lost(session->config.outbox) >= session->unsent.next) {
        client->evicted = true;
        notice_send(entry, now, NOTICE_REPORTS_LOST, index, 0,
                    BYTES("away for too long: the oldest that it never heard are not kept"));
    }
}

/* Its report is written as if it had been sent, and got lost. */
static void keep_unsent(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    const struct client_report *report = report_queue_peek(&client->reports);
    char room[CLIENT_REPORT_BYTES_MAX];
    struct fix_writer writer;
    fix_session_begin_unsent(&client->link.session, now, client_report_msg_type(report), room,
                             sizeof(room), &writer);
    client_report_encode(&entry->encoder, report, &writer);
    /* Every value in a report was checked or made by us and the room is enough for all. */
    bool kept = fix_session_end_unsent(&client->link.session, &writer);
    CHECK(kept);
    reports_pop(entry, index);
    entry->counters.reports_unsent++;
    note_evicted(entry, index, now);
    if (client->unsent++ == 0) {
        notice_send(entry, now, NOTICE_REPORTS_UNSENT, index, 0,
                    BYTES("its queue is full: the oldest get numbers, to be asked for"));
    }
}

/* A quarter of the queue is free again then, or the rest is the next turn's. */
static void make_room(struct order_entry *entry, uint32_t index, struct now now) {
    const struct report_queue *queue = &entry->clients[index].reports;
    uint32_t wanted = queue->capacity / 4;
    if (wanted < REPORT_CELLS_PER_MESSAGE) {
        wanted = REPORT_CELLS_PER_MESSAGE;
    }
    for (int count = 0; count < UNSENT_BURST && report_queue_free(queue) < wanted; count++) {
        keep_unsent(entry, index, now);
    }
}

static void note_lost(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    uint64_t lost = client->link.session.counters.resend_lost;
    if (lost != client->lost_told) {
        entry->counters.reports_lost += lost - client->lost_told;
        notice_send(entry, now, NOTICE_REPORTS_LOST, index, lost - client->lost_told,
                    BYTES("numbers were filled over that may have been reports"));
        client->lost_told = lost;
    }
}

void client_judge(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    note_lost(entry, index, now);
    if (client->link.session.counters.resent != client->resent_seen) {
        client->resent_seen = client->link.session.counters.resent;
        client_is_reading(client, now);
    }
    if (is_up(client)) {
        if (is_full(client) && client->refused) {
            cut_off(entry, index, now, BYTES("reports are not read: their queue is full"));
        } else if (waits_too_long(entry, index, now)) {
            cut_off(entry, index, now, BYTES("reports are not read"));
        }
    }
    if (!is_up(client) && is_full(client)) {
        make_room(entry, index, now);
    }
}

struct instant client_patience_deadline(const struct order_entry *entry, uint32_t index) {
    const struct client *client = &entry->clients[index];
    if (client->link.stream == NULL) {
        return INSTANT_NEVER;
    }
    if (client->cut) {
        return client->cut_deadline;
    }
    if (!is_up(client) || !has_waiting(client)) {
        return INSTANT_NEVER;
    }
    return instant_add(client->waiting_since, entry->setup.clients[index].unread_max);
}

void clients_note_left(struct order_entry *entry, struct now now) {
    for (uint32_t i = 0; i < entry->setup.limits.clients; i++) {
        const struct client *client = &entry->clients[i];
        const struct fix_range *unsent = &client->link.session.unsent;
        uint64_t left = report_queue_count(&client->reports);
        if (unsent->next != 0 && unsent->next <= unsent->last) {
            left += unsent->last - unsent->next + 1;
        }
        if (left != 0) {
            notice_send(entry, now, NOTICE_REPORTS_LOST, i, left,
                        BYTES("the router stopped before its client came for them"));
        }
    }
}
