#include "core/fix/fix_tag.h"
#include "core/route/client_decode_internal.h"

/* Of 38 and 152 one is required, too: take_size. */
static const struct client_fields fields_of_new = {
    .required = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_SYMBOL) | FIELD_BIT(FIELD_SIDE) |
                FIELD_BIT(FIELD_ORD_TYPE) | FIELD_BIT(FIELD_TRANSACT_TIME),
    .allowed = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_SYMBOL) | FIELD_BIT(FIELD_SIDE) |
               FIELD_BIT(FIELD_ORD_TYPE) | FIELD_BIT(FIELD_TRANSACT_TIME) |
               FIELD_BIT(FIELD_ACCOUNT) | FIELD_BIT(FIELD_TIME_IN_FORCE) |
               FIELD_BIT(FIELD_QUANTITY) | FIELD_BIT(FIELD_QUANTITY_TYPE) | FIELD_BIT(FIELD_CASH) |
               FIELD_BIT(FIELD_PRICE) | FIELD_BIT(FIELD_STOP_PRICE) | FIELD_BIT(FIELD_EXPIRE_TIME) |
               FIELD_BIT(FIELD_EX_DESTINATION) | FIELD_BIT(FIELD_EXEC_INST) |
               FIELD_BIT(FIELD_IGNORED),
};

/* By quantity or by money, not both; contracts are a way to count the former. */
static enum client_decode_result take_size(struct client_decode *out) {
    const struct client_raw *raw = &out->raw;
    if (raw->cash.len == 0) {
        return raw->quantity.len != 0 ? CLIENT_DECODE_OK
                                      : client_reject(out, FIX_REJECT_TAG_MISSING, FIX_ORDER_QTY);
    }
    if (raw->quantity.len != 0) {
        return client_reject(out, FIX_REJECT_VALUE, FIX_CASH_ORDER_QTY);
    }
    if (raw->quantity_type.len != 0) {
        return client_reject(out, FIX_REJECT_VALUE, FIX_QTY_TYPE);
    }
    out->request.flags |= ORDER_CASH;
    return CLIENT_DECODE_OK;
}

static enum client_decode_result only_venue(struct client_decode *out,
                                            const struct directory *directory) {
    uint32_t allowed = directory->clients[out->request.client].venues;
    for (uint32_t i = 0; i < directory->venue_count; i++) {
        if ((allowed >> i & 1) != 0 && directory_lists(directory, out->request.instrument, i)) {
            if (out->request.venue != ROUTE_NONE) {
                return client_refuse(out, REJECT_VENUE_MISSING);
            }
            out->request.venue = i;
        }
    }
    return out->request.venue == ROUTE_NONE ? client_refuse(out, REJECT_NOT_LISTED)
                                            : CLIENT_DECODE_OK;
}

static enum client_decode_result
take_venue(struct client_decode *out, const struct directory *directory, struct bytes suffix) {
    enum client_decode_result result = client_take_named_venue(out, directory, suffix);
    if (result == CLIENT_DECODE_OK && out->request.venue == ROUTE_NONE) {
        result = only_venue(out, directory);
    }
    /* A refusal is about no venue in particular. */
    if (result != CLIENT_DECODE_OK) {
        out->request.venue = 0;
    }
    return result;
}

static enum client_decode_result take_account(struct client_decode *out,
                                              const struct directory *directory) {
    const struct directory_client *client = &directory->clients[out->request.client];
    uint32_t account = client->only_account;
    if (out->raw.account.len != 0) {
        account = directory_find_account(directory, out->raw.account);
    }
    if (account == ROUTE_NONE || !account_set_has(&client->accounts, account) ||
        !account_set_has(&directory->venues[out->request.venue].accounts, account)) {
        return client_refuse(out, REJECT_UNKNOWN_ACCOUNT);
    }
    out->request.account = account;
    return CLIENT_DECODE_OK;
}

static enum client_decode_result take_route(struct client_decode *out,
                                            const struct directory *directory) {
    struct bytes suffix;
    enum client_decode_result result = client_take_symbol(out, directory, &suffix);
    if (result == CLIENT_DECODE_OK) {
        result = take_venue(out, directory, suffix);
    }
    if (result == CLIENT_DECODE_OK) {
        result = take_account(out, directory);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_numbers(
            out, instrument_table_at(directory->instruments, out->request.instrument));
    }
    return result;
}

static enum client_decode_result take_terms(struct client_decode *out) {
    enum client_decode_result result = client_take_utc(
        out, out->raw.transact_time, FIX_TRANSACT_TIME, &out->request.transact_time);
    if (result == CLIENT_DECODE_OK) {
        result = take_size(out);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_kinds(out);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_conditions(out);
    }
    /* Money buys at the market; a limit order of so much money has no quantity to rest with. */
    if (result == CLIENT_DECODE_OK && (out->request.flags & ORDER_CASH) != 0 &&
        out->request.type != ORDER_MARKET) {
        return client_refuse(out, REJECT_UNSUPPORTED);
    }
    return result;
}

enum client_decode_result client_decode_new(const struct fix_view *view,
                                            const struct directory *directory, uint32_t client,
                                            struct client_decode *out) {
    enum client_decode_result result =
        client_collect(view, &fields_of_new, ORDER_REQUEST_NEW, client, out);
    if (result == CLIENT_DECODE_OK) {
        result = client_take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &out->request.cl_ord_id);
    }
    if (result == CLIENT_DECODE_OK) {
        result = take_terms(out);
    }
    return result == CLIENT_DECODE_OK ? take_route(out, directory) : result;
}
