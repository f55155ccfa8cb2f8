#include "core/fix/fix_tag.h"
#include "core/route/client_decode_internal.h"

static const struct client_fields fields_of_cancel = {
    .required = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_ORIG_CL_ORD_ID) |
                FIELD_BIT(FIELD_TRANSACT_TIME),
    .allowed = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_ORIG_CL_ORD_ID) |
               FIELD_BIT(FIELD_TRANSACT_TIME) | FIELD_BIT(FIELD_ACCOUNT) | FIELD_BIT(FIELD_SYMBOL) |
               FIELD_BIT(FIELD_SIDE) | FIELD_BIT(FIELD_QUANTITY) | FIELD_BIT(FIELD_EX_DESTINATION),
};

static const struct client_fields fields_of_status = {
    .required = FIELD_BIT(FIELD_CL_ORD_ID),
    .allowed = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_STATUS_ID) | FIELD_BIT(FIELD_ACCOUNT) |
               FIELD_BIT(FIELD_SYMBOL) | FIELD_BIT(FIELD_SIDE),
};

static const struct client_fields fields_of_mass_cancel = {
    .required =
        FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_TRANSACT_TIME) | FIELD_BIT(FIELD_MASS_SCOPE),
    .allowed = FIELD_BIT(FIELD_CL_ORD_ID) | FIELD_BIT(FIELD_TRANSACT_TIME) |
               FIELD_BIT(FIELD_MASS_SCOPE) | FIELD_BIT(FIELD_SYMBOL),
};

enum client_decode_result client_decode_cancel(const struct fix_view *view, uint32_t client,
                                               struct client_decode *out) {
    struct order_request *request = &out->request;
    enum client_decode_result result =
        client_collect(view, &fields_of_cancel, ORDER_REQUEST_CANCEL, client, out);
    if (result == CLIENT_DECODE_OK) {
        result = client_take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &request->cl_ord_id);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_id(out, out->raw.orig_cl_ord_id, FIX_ORIG_CL_ORD_ID,
                                &request->orig_cl_ord_id);
    }
    return result == CLIENT_DECODE_OK ? client_take_utc(out, out->raw.transact_time,
                                                        FIX_TRANSACT_TIME, &request->transact_time)
                                      : result;
}

/* What is echoed must have room in a report. */
static enum client_decode_result check_status_id(struct client_decode *out) {
    return out->raw.status_id.len <= CL_ORD_ID_MAX
               ? CLIENT_DECODE_OK
               : client_reject(out, FIX_REJECT_VALUE, FIX_ORD_STATUS_REQ_ID);
}

enum client_decode_result client_decode_status(const struct fix_view *view, uint32_t client,
                                               struct client_decode *out) {
    enum client_decode_result result =
        client_collect(view, &fields_of_status, ORDER_REQUEST_STATUS, client, out);
    if (result == CLIENT_DECODE_OK) {
        result = client_take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &out->request.cl_ord_id);
    }
    return result == CLIENT_DECODE_OK ? check_status_id(out) : result;
}

/* MassCancelRequestType(530) of FIX 4.4 is 1 to 7; two of them are offered. */
static enum client_decode_result take_scope(struct client_decode *out) {
    struct bytes text = out->raw.mass_scope;
    if (text.len != 1 || text.data[0] < '1' || text.data[0] > '7') {
        return client_reject(out, FIX_REJECT_VALUE, FIX_MASS_CANCEL_REQUEST_TYPE);
    }
    bool one = text.data[0] == '1';
    out->request.scope = one ? MASS_CANCEL_INSTRUMENT : MASS_CANCEL_ALL;
    if (one && out->raw.symbol.len == 0) {
        return client_reject(out, FIX_REJECT_TAG_MISSING, FIX_SYMBOL);
    }
    if (!one && text.data[0] != '7') {
        return client_refuse(out, REJECT_MASS_CANCEL_SCOPE);
    }
    return one || out->raw.symbol.len == 0 ? CLIENT_DECODE_OK
                                           : client_reject(out, FIX_REJECT_VALUE, FIX_SYMBOL);
}

static enum client_decode_result take_instrument(struct client_decode *out,
                                                 const struct directory *directory) {
    out->request.instrument = INSTRUMENT_NONE;
    out->request.venue = ROUTE_NONE;
    if (out->request.scope == MASS_CANCEL_ALL) {
        return CLIENT_DECODE_OK;
    }
    struct bytes suffix;
    enum client_decode_result result = client_take_symbol(out, directory, &suffix);
    return result == CLIENT_DECODE_OK ? client_take_named_venue(out, directory, suffix) : result;
}

enum client_decode_result client_decode_mass_cancel(const struct fix_view *view,
                                                    const struct directory *directory,
                                                    uint32_t client, struct client_decode *out) {
    enum client_decode_result result =
        client_collect(view, &fields_of_mass_cancel, ORDER_REQUEST_MASS_CANCEL, client, out);
    if (result == CLIENT_DECODE_OK) {
        result = client_take_id(out, out->raw.cl_ord_id, FIX_CL_ORD_ID, &out->request.cl_ord_id);
    }
    if (result == CLIENT_DECODE_OK) {
        result = client_take_utc(out, out->raw.transact_time, FIX_TRANSACT_TIME,
                                 &out->request.transact_time);
    }
    if (result == CLIENT_DECODE_OK) {
        result = take_scope(out);
    }
    return result == CLIENT_DECODE_OK ? take_instrument(out, directory) : result;
}
