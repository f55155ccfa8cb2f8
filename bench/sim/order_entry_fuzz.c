/*
 * A whole order entry after good Logons on both sides, fed by a hostile client and a hostile venue:
 * raw bytes, well-framed messages with any body, ids the router made itself, broken connections, no
 * room, time. Whatever comes: no crash, and what goes out is framed and numbered without a gap (the
 * rig holds it to that).
 *
 * The input is a script of steps: a byte for what, one for whom or how long, then its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum step {
    STEP_RAW = 0, /* bytes as they are */
    STEP_MESSAGE, /* 35 and the body as text: framed, numbered, '|' for SOH, '#' for an id */
    STEP_CLIENT,  /* a good order, cancel, replace, status or mass cancel request */
    STEP_REPORT,  /* of any kind, on requests the venue heard of */
    STEP_REFUSAL, /* of any kind */
    STEP_RESEND,
    STEP_SETTLE,
    STEP_ADVANCE,
    STEP_REFUSE,
    STEP_WINDOW,
    STEP_BREAK,
    STEPS
};

struct script {
    struct rig *rig;
    const uint8_t *data;
    size_t size;
    uint32_t orders; /* and other requests of the client */
};

static uint8_t next_byte(struct script *script) {
    if (script->size == 0) {
        return 0;
    }
    script->size--;
    return *script->data++;
}

/* A length in one byte, and as many bytes as there are. */
static struct bytes next_bytes(struct script *script) {
    size_t len = next_byte(script);
    len = len < script->size ? len : script->size;
    struct bytes bytes = bytes_of((const char *)script->data, len);
    script->data += len;
    script->size -= len;
    return bytes;
}

static struct rig_peer *peer_of(struct script *script, uint8_t which) {
    return which % 2 == 0 ? &script->rig->client[0] : &script->rig->venue[0];
}

static bool is_talking(const struct rig_peer *peer) {
    return peer->stream != NULL && stream_state(peer->stream) != STREAM_CLOSED;
}

static void say_bytes(struct rig_peer *peer, const char *data, size_t len) {
    struct stream_room room;
    if (len > 0 && is_talking(peer) && stream_reserve(peer->stream, len, &room) == STREAM_OK) {
        memcpy(room.data, data, len);
        stream_commit(peer->stream, len, STREAM_RELEASE_NOW, STREAM_PLAIN);
    }
}

/* A text that compose takes: fields end, ids exist, nothing stands for something else by chance. */
static void clean(const struct script *script, struct bytes bytes, char *text, size_t max) {
    size_t len = 0;
    for (size_t i = 0; i < bytes.len && len + 1 + REQUEST_UUID_BYTES < max; i++) {
        const struct rig_peer *venue = &script->rig->venue[0];
        if (bytes.data[i] == '#' && venue->id_count > 0) {
            uint32_t number = i + 1 < bytes.len ? (unsigned char)bytes.data[++i] : 0;
            memcpy(text + len, rig_id(venue, 1 + number % venue->id_count), REQUEST_UUID_BYTES);
            len += REQUEST_UUID_BYTES;
        } else if (bytes.data[i] != '\0' && bytes.data[i] != '-' && bytes.data[i] != '#') {
            text[len++] = bytes.data[i];
        }
    }
    text[len++] = '|';
    text[len] = '\0';
}

static void say_text(struct script *script, struct rig_peer *peer, const char *text) {
    char message[FIX_WIRE_MESSAGE_MAX];
    struct fix_wire_header header = {.begin_string = "FIX.4.4",
                                     .sender = peer->comp_id,
                                     .target = peer->router_id,
                                     .seq = peer->next_out++,
                                     .at = script->rig->now.utc};
    size_t len = fix_wire_compose(&header, text, message, sizeof(message));
    say_bytes(peer, message, len);
}

static void step_message(struct script *script, struct rig_peer *peer) {
    char body[1024];
    char text[1100];
    clean(script, next_bytes(script), body, sizeof(body));
    snprintf(text, sizeof(text), "35=%s", body);
    say_text(script, peer, text);
}

/* Ids of orders and of replaces are of one kind, so that chains come about. */
static void step_client(struct script *script) {
    char text[256];
    uint8_t what = next_byte(script);
    unsigned orig = script->orders == 0 ? 0 : next_byte(script) % script->orders;
    unsigned quantity = 1U + what / 8;
    switch (what % 8) {
    case 0:
    case 1:
    case 2:
        snprintf(text, sizeof(text), "35=D|11=A%u|55=BTC-USD|54=1|38=%u|40=2|44=30000|60=@|",
                 script->orders++, quantity);
        break;
    case 3:
        snprintf(text, sizeof(text), "35=F|11=A%u|41=A%u|60=@|", script->orders++, orig);
        break;
    case 4:
    case 5:
        snprintf(text, sizeof(text), "35=G|11=A%u|41=A%u|55=BTC-USD|54=1|38=%u|40=2|44=%u|60=@|",
                 script->orders++, orig, quantity, 30000 + quantity % 3);
        break;
    case 6:
        snprintf(text, sizeof(text), "35=H|11=A%u|54=1|55=BTC-USD|790=S%u|", orig, quantity);
        break;
    default:
        snprintf(text, sizeof(text), "35=q|11=A%u|530=%s|60=@|", script->orders++,
                 what % 16 == 7 ? "7" : "1|55=BTC-USD");
        break;
    }
    say_text(script, &script->rig->client[0], text);
}

/* About two of the ids the router made: of a request, and of the order it was for. */
static void say_report(struct script *script, const char *id, const char *orig) {
    static const char execs[] = "0F4C5ID8F5I6AE39";
    static const char statuses[] = "0124568CAE";
    char text[320];
    uint8_t kind = next_byte(script);
    uint8_t status = next_byte(script);
    uint8_t terms = next_byte(script);
    unsigned filled = terms % 8;
    snprintf(text, sizeof(text),
             "35=8|11=%s|41=%s|37=O%u|17=X|150=%c|39=%c|38=%u|44=%u|31=30000|32=%u.%u|14=%u.%u|"
             "151=%u|60=@|",
             id, kind < 128 ? orig : id, terms % 2, execs[kind % 16], statuses[status % 10],
             1U + terms / 8, 30000 + status % 3, status / 64, 1U + kind % 9, filled, terms % 10,
             status / 128);
    say_text(script, &script->rig->venue[0], text);
}

static void say_refusal(struct script *script, const char *id, const char *orig) {
    static const char kinds[] = "DFGHq";
    static const char *const texts[] = {"EOrder:Unknown order", "EOrder:Insufficient funds",
                                        "EGeneral:Internal error", "what"};
    char text[320];
    uint8_t kind = next_byte(script);
    uint8_t how = next_byte(script);
    char type = kinds[kind % 5];
    const char *why = texts[how % 4];
    switch (kind / 5 % 4) {
    case 0:
        snprintf(text, sizeof(text), "35=3|45=%u|372=%c|373=5|58=%s|", how, type, why);
        break;
    case 1:
        snprintf(text, sizeof(text), "35=9|11=%s|41=%s|37=O0|39=0|434=%u|102=%u|58=%s|60=@|", id,
                 orig, 1U + how % 2, how % 7, why);
        break;
    case 2:
        snprintf(text, sizeof(text), "35=j|45=%u|379=%s|380=%u|58=%s|", how, id, how % 7, why);
        break;
    default:
        snprintf(text, sizeof(text), "35=j|45=%u|372=%c|379=%s|380=%u|58=%s|", how, type, id,
                 how % 2 == 0 ? 101U : 0U, why);
        break;
    }
    say_text(script, &script->rig->venue[0], text);
}

static void step_venue(struct script *script, bool refuse) {
    const struct rig_peer *venue = &script->rig->venue[0];
    uint8_t id = next_byte(script);
    uint8_t orig = next_byte(script);
    if (venue->id_count == 0) {
        return;
    }
    const char *ids[] = {rig_id(venue, 1 + id % venue->id_count),
                         rig_id(venue, 1 + orig % venue->id_count)};
    if (refuse) {
        say_refusal(script, ids[0], ids[1]);
    } else {
        say_report(script, ids[0], ids[1]);
    }
}

/* Over orders, too; forwards, backwards, and of what was never said. */
static void step_resend(struct script *script, struct rig_peer *peer) {
    char text[64];
    unsigned from = next_byte(script);
    unsigned to = next_byte(script);
    snprintf(text, sizeof(text), "35=2|7=%u|16=%u|", from, to < 192 ? to : 0);
    say_text(script, peer, text);
}

/* Everything the router said by now is looked at. */
static void listen(struct rig_peer *peer) {
    while (*rig_hear_now(peer) != '\0') {
    }
}

/* Whoever was thrown out comes back with a good Logon. */
static void come_back(struct script *script) {
    struct rig *rig = script->rig;
    struct rig_peer *client = &rig->client[0];
    struct rig_peer *venue = &rig->venue[0];
    if (client->stream == NULL) {
        rig_client_connect(client);
        client->next_out = 1;
        say_text(script, client, "35=A|98=0|108=30|141=Y|");
    }
    if (venue->stream != NULL && venue->next_in == 1) {
        rig_settle(rig);
        listen(venue);
        if (venue->next_in > 1) {
            venue->next_out = 1;
            say_text(script, venue, "35=A|98=0|108=30|141=Y|");
        }
    }
}

static void drop_if_over(struct rig_peer *peer) {
    if (peer->stream != NULL && stream_state(peer->stream) >= STREAM_PEER_FINISHED) {
        listen(peer);
        rig_peer_forget(peer);
        peer->next_in = 1;
    }
}

static void settle(struct script *script) {
    struct rig *rig = script->rig;
    rig_turn(rig);
    rig_settle(rig);
    listen(&rig->client[0]);
    listen(&rig->venue[0]);
    drop_if_over(&rig->client[0]);
    drop_if_over(&rig->venue[0]);
    rig_settle(rig);
    come_back(script);
}

static void step_room(struct script *script, struct rig_peer *peer, bool window) {
    uint8_t how = next_byte(script);
    struct stream *end = is_talking(peer) ? stream_memory_peer(peer->stream) : NULL;
    if (end == NULL) {
        return;
    }
    if (window) {
        stream_memory_window(end, how < 128 ? how * 16U : SIZE_MAX);
    } else {
        stream_memory_refuse(end, STREAM_AGAIN_WINDOW + (enum stream_result)(how % 5), how / 16,
                             how / 5 % 4);
    }
}

static void step_break(struct script *script, struct rig_peer *peer) {
    if (is_talking(peer)) {
        if (next_byte(script) % 2 == 0) {
            stream_finish(peer->stream);
        } else {
            rig_peer_reset(peer);
            peer->heard_bytes = 0;
            peer->next_in = 1;
        }
    }
}

static void run(struct script *script) {
    while (script->size > 0) {
        enum step step = next_byte(script) % STEPS;
        uint8_t how = next_byte(script);
        struct rig_peer *peer = peer_of(script, how);
        switch (step) {
        case STEP_RAW: {
            struct bytes bytes = next_bytes(script);
            say_bytes(peer, bytes.data, bytes.len);
            break;
        }
        case STEP_MESSAGE:
            step_message(script, peer);
            break;
        case STEP_CLIENT:
            step_client(script);
            break;
        case STEP_REPORT:
        case STEP_REFUSAL:
            step_venue(script, step == STEP_REFUSAL);
            break;
        case STEP_RESEND:
            step_resend(script, peer);
            break;
        case STEP_ADVANCE:
            rig_advance(script->rig, how * 50);
            break;
        case STEP_REFUSE:
        case STEP_WINDOW:
            step_room(script, peer, step == STEP_WINDOW);
            break;
        case STEP_BREAK:
            step_break(script, peer);
            break;
        default:
            break;
        }
        settle(script);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct rig_options options = rig_default();
    options.orders = 16;
    options.requests_per_venue = 32;
    options.reports_per_client = 16;
    options.ledger_cells = 16;
    options.late_window.ns = NS_PER_S;
    options.stream.send_bytes = 8192;
    options.stream.receive_bytes = 8192;
    options.stream.hold_bytes = 8192;
    struct script script = {.rig = rig_up(&options), .data = data, .size = size};
    /* A client that is full has gaps: what did not go to it is kept, and goes when it asks. */
    script.rig->client[0].asks = true;
    run(&script);
    rig_end(script.rig);
    return 0;
}
