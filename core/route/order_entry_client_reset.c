#include "core/fix/fix_outbox.h"
#include "core/fix/fix_scan.h"
#include "core/fix/fix_tag.h"
#include "core/route/order_entry_state.h"

/*
 * A Logon with 141=Y gives up what was sent. What was numbered for want of room and never sent is
 * another matter: nobody has heard of it. The session gets an empty outbox, and the full one is
 * said again under new numbers, with PossResend(97)=Y, before anything else.
 */

/* "8=|9=|35=|34=|49=|52=|56=|" stand before the body of what a session of ours wrote. */
#define HEADER_FIELDS 7
#define MSG_TYPE_FIELD 2

static void note_given_up(struct order_entry *entry, uint32_t index, struct now now,
                          uint64_t count) {
    entry->counters.reports_lost += count;
    notice_send(entry, now, NOTICE_REPORTS_LOST, index, count,
                BYTES("numbered for want of room, and the client began anew"));
}

void client_begins_anew(struct order_entry *entry, uint32_t index, struct now now) {
    struct client *client = &entry->clients[index];
    const struct fix_range unsent = client->link.session.unsent;
    /* With a replay that is not through there is no third outbox: the session counts what it drops.
     */
    if (unsent.next == 0 || unsent.next > unsent.last || client->replay_from != 0) {
        return;
    }
    client->spare = fix_session_swap_outbox(&client->link.session, client->spare);
    client->replay_from = unsent.next;
    uint64_t lost = fix_outbox_lost(client->spare);
    if (lost >= unsent.next) {
        note_given_up(entry, index, now, lost - unsent.next + 1);
    }
}

/* Takes the first field, with its SOH, off `rest`. */
static struct bytes take_field(struct bytes *rest) {
    const char *end = rest->data + rest->len;
    const char *soh = fix_scan_soh(rest->data, end);
    CHECK(soh != end);
    struct bytes field = bytes_of(rest->data, (size_t)(soh + 1 - rest->data));
    *rest = bytes_skip(*rest, field.len);
    return field;
}

static bool say_again(struct client *client, struct now now, struct bytes message) {
    struct bytes body = bytes_of(message.data, message.len - FIX_TRAILER_BYTES);
    struct bytes header[HEADER_FIELDS];
    for (size_t i = 0; i < HEADER_FIELDS; i++) {
        header[i] = take_field(&body);
    }
    struct bytes type = bytes_of(header[MSG_TYPE_FIELD].data + 3, header[MSG_TYPE_FIELD].len - 4);
    struct fix_writer writer;
    if (fix_link_begin(&client->link, now, type, CLIENT_REPORT_BYTES_MAX + FIX_RESENT_BYTES_MORE,
                       &writer) != STREAM_OK) {
        return false;
    }
    fix_put_bool(&writer, FIX_POSS_RESEND, true);
    fix_put_raw(&writer, body);
    bool sent = fix_link_end(&client->link, now, &writer, STREAM_RELEASE_NOW);
    CHECK(sent);
    return true;
}

bool client_replay(struct client *client, struct now now) {
    struct fix_outbox_message message;
    while (client->replay_from != 0) {
        if (!fix_outbox_next(client->spare, client->replay_from, &message)) {
            fix_outbox_clear(client->spare);
            client->replay_from = 0;
            break;
        }
        if (!say_again(client, now, message.bytes)) {
            return false;
        }
        client->replay_from = message.seq + 1;
        client_is_reading(client, now);
    }
    return true;
}
