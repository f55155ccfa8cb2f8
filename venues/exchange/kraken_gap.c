#include <string.h>

#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_tag.h"

/*
 * What a venue does with a request that comes ahead of a gap is not documented. Here it is dropped
 * and must come again, or (gap_queues) it is kept: a gap fill that passes over its number then
 * makes it due, as the arrival of what was missing does.
 */

static bool is_admin(const struct fix_view *view) {
    struct bytes type = fix_view_msg_type(view);
    return type.len == 1 && memchr("012345A", type.data[0], 7) != NULL;
}

/* The client's lowest number among those kept, or the count. */
static uint32_t lowest(const struct kraken_spot *spot, uint32_t client) {
    uint32_t best = spot->early_count;
    for (uint32_t i = 0; i < spot->early_count; ++i) {
        const struct kraken_early *early = &spot->early[i];
        if (early->client == client &&
            (best == spot->early_count || early->seq < spot->early[best].seq)) {
            best = i;
        }
    }
    return best;
}

static bool is_kept(const struct kraken_spot *spot, uint32_t client, uint64_t seq) {
    for (uint32_t i = 0; i < spot->early_count; ++i) {
        if (spot->early[i].client == client && spot->early[i].seq == seq) {
            return true;
        }
    }
    return false;
}

static void drop(struct kraken_spot *spot, uint32_t at) {
    spot->early[at] = spot->early[--spot->early_count];
}

void kraken_gap_keep(struct kraken_spot *spot, uint32_t client, struct bytes message,
                     const struct fix_view *view) {
    uint64_t seq = 0;
    if (!spot->config.options.gap_queues || is_admin(view) ||
        spot->early_count == spot->config.limits.early ||
        fix_get_uint(view, KRAKEN_MSG_SEQ_NUM, UINT64_MAX, &seq) != FIX_GET_OK ||
        seq <= spot->sessions[client].fix.next_in || is_kept(spot, client, seq)) {
        return;
    }
    struct kraken_early *early = &spot->early[spot->early_count++];
    early->client = client;
    early->seq = seq;
    early->len = (uint32_t)message.len;
    memcpy(early->bytes, message.data, message.len);
}

/* It was passed over by a gap fill: the session will not deliver it, so it is read here. */
static void take_passed(struct kraken_spot *spot, const struct kraken_early *early,
                        struct now now) {
    uint32_t bad_offset;
    if (fix_view_parse(bytes_of(early->bytes, early->len), &spot->ahead, &bad_offset) ==
        FIX_VIEW_OK) {
        kraken_gateway_take(spot, early->client, &spot->ahead, early->seq, now);
    }
}

static void take_next(struct kraken_spot *spot, const struct kraken_early *early, struct now now) {
    struct fix_input *input = &spot->input;
    fix_session_input(&spot->sessions[early->client].fix, now, bytes_of(early->bytes, early->len),
                      input);
    if (input->action == FIX_ACTION_DELIVER) {
        kraken_gateway_take(spot, early->client, &input->view, input->seq, now);
    }
}

void kraken_gap_release(struct kraken_spot *spot, uint32_t client, struct now now) {
    const struct fix_session *fix = &spot->sessions[client].fix;
    while (spot->early_count > 0 && kraken_gateway_has_room(spot, client)) {
        uint32_t at = lowest(spot, client);
        if (at == spot->early_count || spot->early[at].seq > fix->next_in) {
            return;
        }
        if (spot->early[at].seq < fix->next_in) {
            take_passed(spot, &spot->early[at], now);
        } else {
            take_next(spot, &spot->early[at], now);
        }
        drop(spot, at);
    }
}

void kraken_gap_forget(struct kraken_spot *spot, uint32_t client) {
    for (uint32_t i = 0; i < spot->early_count;) {
        if (spot->early[i].client == client) {
            drop(spot, i);
        } else {
            ++i;
        }
    }
}
