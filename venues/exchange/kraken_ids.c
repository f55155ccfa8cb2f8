#include <string.h>

#include "venues/exchange/kraken_internal.h"

/* RFC 4648's alphabet: txids look like Kraken's. */
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct bytes kraken_id_bytes(const struct kraken_id_text *id) {
    return bytes_of(id->data, id->len);
}

struct kraken_id_text kraken_id_text_of(struct bytes text) {
    struct kraken_id_text id = {0};
    id.len = (uint8_t)(text.len < sizeof(id.data) ? text.len : sizeof(id.data));
    if (id.len > 0) {
        memcpy(id.data, text.data, id.len);
    }
    return id;
}

static uint64_t id_key(const struct kraken_spot *spot, uint32_t client, struct bytes text) {
    return hash_bytes(text, &spot->hash_seed) + client;
}

static const struct kraken_id *find_id(const struct kraken_spot *spot, uint32_t client,
                                       struct bytes text) {
    uint32_t cursor = 0;
    uint64_t key = id_key(spot, client, text);
    for (;;) {
        uint32_t slot = hash_index_next(spot->id_index, key, &cursor);
        if (slot == HASH_INDEX_NONE) {
            return NULL;
        }
        const struct kraken_id *id = &spot->ids[slot];
        if (id->client == client && bytes_equal(kraken_id_bytes(&id->text), text)) {
            return id;
        }
    }
}

/* The first text is as third parties saw it; the others are worded like it (unverified). */
struct kraken_refusal kraken_ids_check(struct kraken_spot *spot, uint32_t client, struct bytes text,
                                       struct now now) {
    struct kraken_session *session = &spot->sessions[client];
    struct kraken_cl_ord_id id = kraken_cl_ord_id_read(text);
    struct kraken_refusal refusal = {.reason = KRAKEN_REASON_OTHER};
    if (id.form == KRAKEN_CL_ORD_ID_UUID && !kraken_cl_ord_id_is_current(&id, now)) {
        refusal.text = "ClOrdID invalid value (timestamp is out of date)";
    } else if (id.form == KRAKEN_CL_ORD_ID_NEITHER) {
        refusal.text = "ClOrdID invalid value (neither an integer nor a timestamp-first UUID)";
    } else if (id.form == KRAKEN_CL_ORD_ID_INTEGER && id.integer <= session->last_integer_id) {
        refusal.text = "ClOrdID invalid value (not above the last one)";
    } else if (find_id(spot, client, text) != NULL) {
        refusal.text = "ClOrdID invalid value (used before)";
    }
    return refusal;
}

bool kraken_ids_use(struct kraken_spot *spot, uint32_t client, struct bytes text, uint32_t order) {
    struct kraken_session *session = &spot->sessions[client];
    struct kraken_cl_ord_id form = kraken_cl_ord_id_read(text);
    if (form.form == KRAKEN_CL_ORD_ID_INTEGER) {
        session->last_integer_id = form.integer;
        /* The next must be above it: it need not be remembered to be known as used. */
        if (order == KRAKEN_NONE) {
            return true;
        }
    }
    if (spot->id_count == spot->id_capacity ||
        !hash_index_insert(spot->id_index, id_key(spot, client, text), spot->id_count)) {
        return false;
    }
    spot->ids[spot->id_count++] =
        (struct kraken_id){.text = kraken_id_text_of(text), .client = client, .order = order};
    return true;
}

void kraken_ids_rename(struct kraken_spot *spot, uint32_t order, struct bytes text) {
    uint32_t client = spot->orders[order].client;
    spot->orders[order].cl_ord_id = kraken_id_text_of(text);
    const struct kraken_id *known = find_id(spot, client, text);
    if (known != NULL) {
        spot->ids[known - spot->ids].order = order;
    } else if (spot->id_count < spot->id_capacity &&
               hash_index_insert(spot->id_index, id_key(spot, client, text), spot->id_count)) {
        spot->ids[spot->id_count++] =
            (struct kraken_id){.text = kraken_id_text_of(text), .client = client, .order = order};
    }
}

uint32_t kraken_ids_find(const struct kraken_spot *spot, uint32_t client, struct bytes text) {
    const struct kraken_id *id = find_id(spot, client, text);
    if (id == NULL || id->order == KRAKEN_NONE) {
        return KRAKEN_NONE;
    }
    /* After a replace only the latest id names the order ([ocrr], OrigClOrdID). */
    bool latest = bytes_equal(kraken_id_bytes(&spot->orders[id->order].cl_ord_id), text);
    return latest ? id->order : KRAKEN_NONE;
}

uint32_t kraken_ids_find_order_id(const struct kraken_spot *spot, struct bytes text) {
    uint32_t cursor = 0;
    uint64_t key = hash_bytes(text, &spot->hash_seed);
    for (;;) {
        uint32_t order = hash_index_next(spot->order_id_index, key, &cursor);
        if (order == HASH_INDEX_NONE) {
            return KRAKEN_NONE;
        }
        if (bytes_equal(exchange_row_order_id(exchange_ledger_row(spot->ledger, order)), text)) {
            return order;
        }
    }
}

/* splitmix64's finaliser: a bijection, so that no two numbers give one txid. */
static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

void kraken_ids_txid(const struct kraken_spot *spot, char letter, uint64_t number, char *out) {
    uint64_t seed = mix(spot->config.seed + 1);
    uint64_t bits = mix(number + seed);
    out[0] = letter;
    for (size_t i = 1; i < KRAKEN_TXID_BYTES; ++i) {
        if (i == 6 || i == 12) {
            out[i] = '-';
            continue;
        }
        /* 13 digits hold all of `bits`; the last three tell this run from others. */
        if (i == KRAKEN_TXID_BYTES - 3) {
            bits = seed;
        }
        out[i] = base32[bits & 31];
        bits >>= 5;
    }
}

void kraken_ids_assign(struct kraken_spot *spot, uint32_t order) {
    struct exchange_row *row = exchange_ledger_row(spot->ledger, order);
    kraken_ids_txid(spot, 'O', order, row->order_id);
    row->order_id_len = KRAKEN_TXID_BYTES;
    uint64_t key = hash_bytes(exchange_row_order_id(row), &spot->hash_seed);
    /* One entry an order, in an index made for twice as many. */
    CHECK(hash_index_insert(spot->order_id_index, key, order));
}
