#include "bench/sim/order_entry_rig_peer.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bits.h"
#include "core/fix/fix_dictionary.h"

#define OUTSIDE 1U

void rig_peer_take(struct rig_peer *peer, struct stream *stream) {
    peer->stream = stream;
    peer->heard_bytes = 0;
}

void rig_client_connect(struct rig_peer *client) {
    cr_assert(client->stream == NULL, "connected already");
    struct stream *stream = stream_dial(stream_memory_stack(client->rig->world, OUTSIDE), 0);
    cr_assert(stream != NULL);
    rig_peer_take(client, stream);
    client->asked_until = 0;
    rig_settle(client->rig);
}

struct stream *rig_router_end(struct rig_peer *peer) {
    struct stream *end = stream_memory_peer(peer->stream);
    cr_assert(end != NULL, "the router is done with this connection");
    return end;
}

void rig_peer_finish(struct rig_peer *peer) {
    stream_finish(peer->stream);
}

void rig_peer_reset(struct rig_peer *peer) {
    stream_memory_reset(peer->stream);
    rig_peer_forget(peer);
    /* Nothing was delivered: the router notices in a turn of its own. */
    rig_turn(peer->rig);
}

void rig_peer_forget(struct rig_peer *peer) {
    stream_memory_discard(peer->stream);
    peer->stream = NULL;
}

const char *rig_peer_end(const struct rig_peer *peer) {
    cr_assert(peer->stream != NULL, "there is no connection");
    switch (stream_state(peer->stream)) {
    case STREAM_CONNECTING:
    case STREAM_OPEN:
        return "";
    case STREAM_PEER_FINISHED:
        return "peer_finished";
    case STREAM_CLOSED:
        break;
    }
    return stream_close_reason_name(stream_close_reason(peer->stream));
}

/* Room is a power of two, which the bytes tell: copies stay few in a long run. */
static void grow(char **buffer, size_t *bytes, struct bytes more) {
    size_t room = bits_power_of_two_at_least((uint32_t)(*bytes + more.len + 1));
    if (*buffer == NULL || room != bits_power_of_two_at_least((uint32_t)(*bytes + 1))) {
        *buffer = realloc(*buffer, room);
    }
    memcpy(*buffer + *bytes, more.data, more.len);
    *bytes += more.len;
}

void rig_peer_read(struct rig_peer *peer) {
    while (!peer->deaf) {
        struct bytes unread = stream_peek(peer->stream, 0);
        if (unread.len == 0) {
            return;
        }
        grow(&peer->heard, &peer->heard_bytes, unread);
        grow(&peer->log, &peer->log_bytes, unread);
        stream_consume(peer->stream, unread.len, STREAM_PLAIN);
    }
}

/* `#n` -> the n-th id this venue heard. */
static void expand_ids(const struct rig_peer *peer, const char *text, char *out, size_t max) {
    size_t len = 0;
    for (const char *at = text; *at != '\0';) {
        char *end;
        bool id = at[0] == '#' && at > text && at[-1] == '=' && at[1] >= '1' && at[1] <= '9';
        if (id) {
            const char *uuid = rig_id(peer, (uint32_t)strtoul(at + 1, &end, 10));
            cr_assert_lt(len + REQUEST_UUID_BYTES, max);
            memcpy(out + len, uuid, REQUEST_UUID_BYTES);
            len += REQUEST_UUID_BYTES;
            at = end;
        } else {
            cr_assert_lt(len + 1, max);
            out[len++] = *at++;
        }
    }
    out[len] = '\0';
}

static bool has_own_number(const char *text) {
    return strstr(text, "|34=") != NULL || strstr(text, "|-34|") != NULL;
}

size_t rig_compose(struct rig_peer *peer, const char *text, char *out, size_t max) {
    char expanded[FIX_WIRE_MESSAGE_MAX];
    expand_ids(peer, text, expanded, sizeof(expanded));
    struct fix_wire_header header = {.begin_string = "FIX.4.4",
                                     .sender = peer->comp_id,
                                     .target = peer->router_id,
                                     .seq = peer->next_out,
                                     .at = peer->rig->now.utc};
    size_t len = fix_wire_compose(&header, expanded, out, max);
    cr_assert(len != 0, "a message that is too long: %s", text);
    peer->next_out += !has_own_number(text);
    return len;
}

void rig_say_bytes(struct rig_peer *peer, const char *data, size_t len) {
    cr_assert(peer->stream != NULL, "%s has no connection", peer->comp_id);
    while (len > 0) {
        size_t part = len < 1024 ? len : 1024;
        struct stream_room room;
        cr_assert_eq(stream_reserve(peer->stream, part, &room), STREAM_OK,
                     "the router does not read %s: %s", peer->comp_id, rig_peer_end(peer));
        memcpy(room.data, data, part);
        stream_commit(peer->stream, part, STREAM_RELEASE_NOW, STREAM_PLAIN);
        data += part;
        len -= part;
    }
}

void rig_say(struct rig_peer *peer, const char *format, ...) {
    char text[FIX_WIRE_MESSAGE_MAX];
    char message[FIX_WIRE_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    cr_assert(len > 0 && (size_t)len < sizeof(text));
    size_t bytes = rig_compose(peer, text, message, sizeof(message));
    rig_say_bytes(peer, message, bytes);
}

const char *rig_id(const struct rig_peer *venue, uint32_t number) {
    cr_assert(number >= 1 && number <= venue->id_count, "#%u was not heard", number);
    return venue->ids[number - 1];
}

static uint32_t number_of_id(struct rig_peer *venue, const char *uuid) {
    /* Ids are looked for from the latest back: most are about a recent order. */
    for (uint32_t i = venue->id_count; i > 0; i--) {
        if (strcmp(venue->ids[i - 1], uuid) == 0) {
            return i;
        }
    }
    cr_assert_lt(venue->id_count, RIG_IDS_MAX);
    if ((venue->id_count & (venue->id_count - 1)) == 0) {
        size_t room = venue->id_count == 0 ? 1 : 2 * (size_t)venue->id_count;
        venue->ids = realloc(venue->ids, room * sizeof(*venue->ids));
    }
    memcpy(venue->ids[venue->id_count++], uuid, REQUEST_UUID_BYTES + 1);
    return venue->id_count;
}

/* UUIDs of requests in 11 and 41 become `#n`. */
static void shorten_ids(struct rig_peer *peer, char *text) {
    char uuid[REQUEST_UUID_BYTES + 1] = {0};
    for (char *at = text; (at = strpbrk(at, "14")) != NULL; at++) {
        bool id = (strncmp(at, "11=", 3) == 0 || strncmp(at, "41=", 3) == 0) && at > text &&
                  at[-1] == '|' && strcspn(at + 3, "|") == REQUEST_UUID_BYTES;
        if (!id) {
            continue;
        }
        memcpy(uuid, at + 3, REQUEST_UUID_BYTES);
        char number[16];
        int len = snprintf(number, sizeof(number), "#%u", number_of_id(peer, uuid));
        memcpy(at + 3, number, (size_t)len);
        char *rest = at + 3 + REQUEST_UUID_BYTES;
        memmove(at + 3 + len, rest, strlen(rest) + 1);
    }
}

static bool is_venue(const struct rig_peer *peer) {
    return peer >= peer->rig->venue;
}

/* Numbers without a gap, and the right names. A gap fill has the number it fills from, and what is
 * sent again its first one. */
static void check_header(struct rig_peer *peer, const char *data, size_t len) {
    char value[FIX_WIRE_MESSAGE_MAX];
    cr_assert_str_eq(fix_wire_value(data, len, 49, value, sizeof(value)), peer->router_id);
    cr_assert_str_eq(fix_wire_value(data, len, 56, value, sizeof(value)), peer->comp_id);
    bool fill = strcmp(fix_wire_value(data, len, 35, value, sizeof(value)), "4") == 0 ||
                strcmp(fix_wire_value(data, len, 43, value, sizeof(value)), "Y") == 0;
    bool reset = strcmp(fix_wire_value(data, len, 141, value, sizeof(value)), "Y") == 0;
    uint64_t seq = strtoull(fix_wire_value(data, len, 34, value, sizeof(value)), NULL, 10);
    if (reset) {
        peer->next_in = 1;
        peer->next_out = is_venue(peer) ? 1 : peer->next_out;
    }
    if (!fill) {
        cr_assert_eq(seq, peer->next_in, "number %llu instead of %llu to %s",
                     (unsigned long long)seq, (unsigned long long)peer->next_in, peer->comp_id);
        peer->next_in++;
    }
}

static uint64_t number_in(const char *data, size_t len, unsigned tag) {
    char value[FIX_WIRE_MESSAGE_MAX];
    return strtoull(fix_wire_value(data, len, tag, value, sizeof(value)), NULL, 10);
}

static void ask_for_gap(struct rig_peer *peer, uint64_t seq) {
    if (peer->next_in > peer->asked_until) {
        peer->asked_until = seq;
        rig_say(peer, "35=2|7=%llu|16=0|", (unsigned long long)peer->next_in);
    }
}

/* Of a peer that asks: whether the message is to be handed out. A Logon ahead of its time is. */
static bool is_in_turn(struct rig_peer *peer, const char *data, size_t len) {
    char type[FIX_WIRE_MESSAGE_MAX];
    uint64_t seq = number_in(data, len, 34);
    fix_wire_value(data, len, 35, type, sizeof(type));
    if (seq > peer->next_in) {
        ask_for_gap(peer, seq);
        return strcmp(type, "A") == 0;
    }
    if (seq < peer->next_in) {
        char dup[FIX_WIRE_MESSAGE_MAX];
        cr_assert_str_eq(fix_wire_value(data, len, 43, dup, sizeof(dup)), "Y");
        return false;
    }
    peer->next_in = strcmp(type, "4") == 0 ? number_in(data, len, 36) : peer->next_in + 1;
    return strcmp(type, "4") != 0;
}

/* What a client is told is FIX 4.4 to the letter, all of it and always. */
static void check_dictionary(const struct rig_peer *peer, const char *data, size_t len) {
    static struct fix_view view;
    uint32_t bad;
    struct fix_fault fault = {.tag = 0};
    cr_assert_eq(fix_view_parse(bytes_of(data, len), &view, &bad), FIX_VIEW_OK);
    enum fix_check found = fix_dictionary_check(&fix44_dictionary, &view, 0, &fault);
    cr_assert_eq(found, FIX_CHECK_OK, "%s hears what is no FIX 4.4 (%d of %u): %.*s", peer->comp_id,
                 (int)fault.reason, fault.tag, (int)len, data);
}

/* Every session that hears answers a TestRequest, whatever its venue is made to leave unanswered.
 */
static bool answers_probe(struct rig_peer *peer) {
    const char *id = strstr(peer->text, "|112=PROBE-");
    if (!is_venue(peer) || peer->hears_probes || id == NULL ||
        strncmp(peer->text, "35=1|", 5) != 0) {
        return false;
    }
    char answer[64];
    (void)snprintf(answer, sizeof(answer), "35=0%.*s|", (int)strcspn(id + 1, "|") + 1, id);
    rig_say(peer, "%s", answer);
    return true;
}

const char *rig_hear_now(struct rig_peer *peer) {
    size_t len = peer->heard_bytes == 0 ? 0 : fix_wire_frame(peer->heard, peer->heard_bytes);
    if (len == 0) {
        peer->text[0] = '\0';
        return peer->text;
    }
    bool in_turn = true;
    if (peer->asks) {
        in_turn = is_in_turn(peer, peer->heard, len);
    } else {
        check_header(peer, peer->heard, len);
    }
    if (!is_venue(peer)) {
        check_dictionary(peer, peer->heard, len);
    }
    fix_wire_text(peer->heard, len, peer->rig->now.utc, peer->text, sizeof(peer->text));
    peer->heard_bytes -= len;
    memmove(peer->heard, peer->heard + len, peer->heard_bytes);
    if (!in_turn || answers_probe(peer)) {
        return rig_hear_now(peer);
    }
    if (is_venue(peer)) {
        shorten_ids(peer, peer->text);
    }
    return peer->text;
}

const char *rig_hear(struct rig_peer *peer) {
    rig_settle(peer->rig);
    return rig_hear_now(peer);
}

void rig_skip(struct rig_peer *peer) {
    rig_settle(peer->rig);
    while (*rig_hear_now(peer) != '\0') {
    }
}

void rig_expect_at(const char *file, int line, struct rig_peer *peer, const char *fields) {
    const char *text = rig_hear(peer);
    for (const char *field = fields; *field != '\0';) {
        size_t len = strcspn(field, "|");
        cr_assert(fix_wire_has(text, field, len), "%s:%d: %s should hear %.*s but hears %s", file,
                  line, peer->comp_id, (int)len, field, *text == '\0' ? "nothing" : text);
        field += len + (field[len] == '|');
    }
}

void rig_expect_nothing_at(const char *file, int line, struct rig_peer *peer) {
    const char *text = rig_hear(peer);
    cr_assert(*text == '\0' && peer->heard_bytes == 0, "%s:%d: %s hears %s", file, line,
              peer->comp_id, text);
}

void rig_client_up(struct rig_peer *client) {
    if (client->stream == NULL) {
        rig_client_connect(client);
    }
    rig_say(client, "35=A|98=0|108=%u|%s", client->rig->options.heartbeat_s,
            client->rig->options.passwords ? "554=secret|" : "");
    rig_expect(client, "35=A|98=0");
}

void rig_venue_up(struct rig_peer *venue) {
    rig_expect(venue, "35=A|98=0|553=KEY|554=SIGNATURE|8674=1");
    bool reset = fix_wire_has(venue->text, "141=Y", 5);
    rig_say(venue, "35=A|98=0|108=%u|%s", venue->rig->options.heartbeat_s, reset ? "141=Y|" : "");
    rig_settle(venue->rig);
}

struct rig *rig_up(const struct rig_options *options) {
    struct rig_options defaults = rig_default();
    struct rig *rig = rig_begin(options != NULL ? options : &defaults);
    rig_settle(rig);
    rig_venue_up(&rig->venue[0]);
    rig_client_up(&rig->client[0]);
    cr_assert_eq(rig->notices[NOTICE_VENUE_UP], 1);
    cr_assert_eq(rig->notices[NOTICE_CLIENT_UP], 1);
    return rig;
}
