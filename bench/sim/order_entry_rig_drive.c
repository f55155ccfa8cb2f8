#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_rig_peer.h"

/* Turns without any effect after which the router counts as spinning. It may while the ledger's
 * ring is full, whose thread wakes nobody. */
#define IDLE_TURNS_MAX 64
#define TURNS_MAX 2000000

static size_t next_segment(struct rig *rig) {
    static const size_t cuts[] = {1, 2, 3, 7, 23, 61, 150, 400, 1500, 1000000};
    if (rig->cuts == NULL) {
        return rig->segment_bytes;
    }
    return cuts[prng_below(rig->cuts, sizeof(cuts) / sizeof(cuts[0]))];
}

/* Whether the delivery changed anything that either end can see. */
static bool deliver_to(struct rig *rig, struct stream *stream) {
    enum stream_state before = stream_state(stream);
    size_t moved = stream_memory_deliver(stream, next_segment(rig));
    return moved > 0 || stream_state(stream) != before;
}

static void accept_venues(struct rig *rig) {
    for (uint32_t i = 0; i < rig->options.venues; i++) {
        if (rig->venue[i].stream == NULL) {
            struct stream *stream = stream_accept(stream_memory_stack(rig->world, 1), i);
            if (stream != NULL) {
                rig_peer_take(&rig->venue[i], stream);
            }
        }
    }
}

static struct rig_peer *peer_at(struct rig *rig, uint32_t index) {
    return index < RIG_CLIENTS ? &rig->client[index] : &rig->venue[index - RIG_CLIENTS];
}

bool rig_deliver(struct rig *rig) {
    bool moved = false;
    for (size_t i = 0; i < RIG_STREAMS_MAX; i++) {
        if (rig->router_streams[i] != NULL) {
            moved |= deliver_to(rig, rig->router_streams[i]);
        }
    }
    accept_venues(rig);
    for (uint32_t i = 0; i < RIG_CLIENTS + RIG_VENUES_MAX; i++) {
        struct rig_peer *peer = peer_at(rig, i);
        if (peer->stream != NULL) {
            moved |= deliver_to(rig, peer->stream);
            rig_peer_read(peer);
        }
    }
    return moved;
}

static bool answer_signatures(struct rig *rig) {
    bool answered = false;
    const struct question *question;
    while (!rig->hold_signatures && (question = spsc_peek(rig->rings.sign_questions)) != NULL) {
        struct answer *answer = spsc_reserve(rig->rings.sign_answers);
        *answer = (struct answer){.kind = QUESTION_SIGN,
                                  .session = question->session,
                                  .epoch = question->epoch,
                                  .ok = true,
                                  .text_len = 9,
                                  .text = "SIGNATURE"};
        spsc_release(rig->rings.sign_questions);
        spsc_publish(rig->rings.sign_answers);
        answered = true;
    }
    return answered;
}

static bool answer_passwords(struct rig *rig) {
    bool answered = false;
    const struct question *question;
    while (!rig->hold_passwords && (question = spsc_peek(rig->rings.password_questions)) != NULL) {
        struct answer *answer = spsc_reserve(rig->rings.password_answers);
        *answer = (struct answer){
            .kind = QUESTION_PASSWORD,
            .session = question->session,
            .epoch = question->epoch,
            .ok = bytes_equal(bytes_of(question->text, question->text_len), BYTES("secret"))};
        spsc_release(rig->rings.password_questions);
        spsc_publish(rig->rings.password_answers);
        answered = true;
    }
    return answered;
}

static void collect(struct rig *rig) {
    const struct ledger_record *record;
    while (!rig->hold_ledger && (record = spsc_peek(rig->rings.ledger)) != NULL) {
        /* Full at every power of two. */
        if ((rig->ledger_count & (rig->ledger_count - 1)) == 0) {
            size_t room = rig->ledger_count == 0 ? 1 : 2 * (size_t)rig->ledger_count;
            rig->ledger = realloc(rig->ledger, room * sizeof(*rig->ledger));
        }
        rig->ledger[rig->ledger_count++] = *record;
        spsc_release(rig->rings.ledger);
    }
    const struct notice *notice;
    while ((notice = spsc_peek(rig->rings.notices)) != NULL) {
        cr_assert_lt((unsigned)notice->kind, NOTICE_KINDS);
        rig->notices[notice->kind]++;
        memcpy(rig->notice_text[notice->kind], notice->text, sizeof(notice->text));
        spsc_release(rig->rings.notices);
    }
}

bool rig_replay(struct rig *rig) {
    while (input_log_replay(&rig->input, rig->entry, &rig->now)) {
        collect(rig);
    }
    collect(rig);
    return !rig->log.broken;
}

static bool is_recorded(const struct rig *rig) {
    return rig->options.record.write != NULL;
}

void rig_stop(struct rig *rig, bool cancel, int64_t patience_s) {
    struct duration patience = {.ns = patience_s * NS_PER_S};
    if (is_recorded(rig)) {
        input_log_stop(&rig->input, rig->entry, rig->now, cancel, patience);
    } else {
        order_entry_stop(rig->entry, rig->now, cancel, patience);
    }
    rig_turn(rig);
}

void rig_turn(struct rig *rig) {
    rig->more = is_recorded(rig) ? input_log_turn(&rig->input, rig->entry, rig->now)
                                 : order_entry_turn(rig->entry, rig->now);
    rig->turns++;
    cr_assert_lt(rig->turns, TURNS_MAX);
    collect(rig);
}

static bool turn_is_due(const struct rig *rig) {
    return order_entry_phase(rig->entry) != ORDER_ENTRY_STOPPED &&
           (rig->more || instant_reached(rig->now.mono, order_entry_deadline(rig->entry)));
}

void rig_settle(struct rig *rig) {
    collect(rig);
    for (int idle = 0; idle < IDLE_TURNS_MAX; idle++) {
        bool happened = rig_deliver(rig);
        happened |= answer_signatures(rig);
        happened |= answer_passwords(rig);
        if (!happened && !turn_is_due(rig)) {
            return;
        }
        rig_turn(rig);
        if (happened) {
            idle = 0;
        }
    }
    cr_assert(rig->hold_ledger, "turn after turn is due, and nothing comes of it");
}

void rig_advance(struct rig *rig, int64_t milliseconds) {
    int64_t end_ns = rig->now.mono.ns + milliseconds * NS_PER_MS;
    rig_settle(rig);
    while (rig->now.mono.ns < end_ns) {
        int64_t next_ns = order_entry_deadline(rig->entry).ns;
        /* What is due and was not done waits for something else: look again in a while. */
        if (next_ns <= rig->now.mono.ns) {
            next_ns = rig->now.mono.ns + NS_PER_MS;
        }
        if (next_ns > end_ns) {
            next_ns = end_ns;
        }
        rig->now.utc.ns += next_ns - rig->now.mono.ns;
        rig->now.mono.ns = next_ns;
        rig_settle(rig);
    }
}
