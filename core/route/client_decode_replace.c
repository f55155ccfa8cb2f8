#include "core/fix/fix_tag.h"
#include "core/route/client_decode_internal.h"

static const struct client_fields fields_of_replace = {
    .required = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_ORIG_CL_ORD_ID) |
                FIELD_BIT(FIELD_SYMBOL) | FIELD_BIT(FIELD_SIDE) | FIELD_BIT(FIELD_ORD_TYPE) |
                FIELD_BIT(FIELD_TRANSACT_TIME) | FIELD_BIT(FIELD_QUANTITY),
    .allowed =
        FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_ORIG_CL_ORD_ID) | FIELD_BIT(FIELD_SYMBOL) |
        FIELD_BIT(FIELD_SIDE) | FIELD_BIT(FIELD_ORD_TYPE) | FIELD_BIT(FIELD_TRANSACT_TIME) |
        FIELD_BIT(FIELD_QUANTITY) | FIELD_BIT(FIELD_QUANTITY_TYPE) | FIELD_BIT(FIELD_ACCOUNT) |
        FIELD_BIT(FIELD_TIME_IN_FORCE) | FIELD_BIT(FIELD_PRICE) | FIELD_BIT(FIELD_STOP_PRICE) |
        FIELD_BIT(FIELD_EXPIRE_TIME) | FIELD_BIT(FIELD_EX_DESTINATION) |
        FIELD_BIT(FIELD_EXEC_INST) | FIELD_BIT(FIELD_IGNORED),
};

/* One that is not known is not the order's: client_replace_keeps. */
static void take_account(struct client_decode *out, const struct directory *directory) {
    out->request.account = ROUTE_NONE;
    if (out->raw.account.len != 0) {
        out->request.account = directory_find_account(directory, out->raw.account);
    }
}

static enum client_decode_result take_ids(struct client_decode *out) {
    struct order_request *request = &out->request;
    enum client_decode_result result =
        client_take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &request->cl_ord_id);
    if (result == CLIENT_DECODE_OK) {
        result = client_take_id(out, out->raw.orig_cl_ord_id, FIX_ORIG_CL_ORD_ID,
                                &request->orig_cl_ord_id);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_utc(out, out->raw.transact_time, FIX_TRANSACT_TIME,
                                 &request->transact_time);
    }
    return result;
}

static enum client_decode_result take_route(struct client_decode *out,
                                            const struct directory *directory) {
    struct bytes suffix;
    enum client_decode_result result = client_take_symbol(out, directory, &suffix);
    if (result == CLIENT_DECODE_OK) {
        result = client_take_named_venue(out, directory, suffix);
    }
    if (result == CLIENT_DECODE_OK) {
        take_account(out, directory);
        result = client_take_numbers(
            out, instrument_table_at(directory->instruments, out->request.instrument));
    }
    return result;
}

enum client_decode_result client_decode_replace(const struct fix_view *view,
                                                const struct directory *directory, uint32_t client,
                                                struct client_decode *out) {
    enum client_decode_result result =
        client_collect(view, &fields_of_replace, ORDER_REQUEST_REPLACE, client, out);
    if (result == CLIENT_DECODE_OK) {
        result = take_ids(out);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_kinds(out);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_conditions(out);
    }
    return result == CLIENT_DECODE_OK ? take_route(out, directory) : result;
}

enum reject_code client_replace_keeps(const struct client_decode *decode,
                                      const struct order *order) {
    const struct order_request *request = &decode->request;
    const struct client_raw *raw = &decode->raw;
    uint32_t instructions = order->flags & (ORDER_POST_ONLY | ORDER_REDUCE_ONLY);
    bool keeps = request->instrument == order->instrument && request->side == order->side &&
                 request->type == order->type && request->time_in_force == order->time_in_force &&
                 (order->flags & ORDER_CASH) == 0 &&
                 (request->venue == ROUTE_NONE || request->venue == order->venue) &&
                 (raw->account.len == 0 || request->account == order->account) &&
                 (raw->exec_inst.len == 0 || request->flags == instructions) &&
                 (raw->expire_time.len == 0 || request->expire_time.ns == order->expire_time.ns);
    return keeps ? REJECT_NONE : REJECT_REPLACE_TERMS;
}
