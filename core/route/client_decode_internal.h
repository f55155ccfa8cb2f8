/*
 * Shared by client_decode_*.c and by nobody else: the fields of a message, and single values.
 *
 * A step returns OK, or fills in why not; the steps of a message run in turn until one of them does
 * not say OK.
 */
#ifndef TERCEL_CORE_ROUTE_CLIENT_DECODE_INTERNAL_H
#define TERCEL_CORE_ROUTE_CLIENT_DECODE_INTERNAL_H

#include "core/route/client_decode.h"

/* Fields of ours in a message; each is a bit, so that a repeated tag is seen. */
enum client_field {
    FIELD_UNKNOWN = 0,
    FIELD_HEADER, /* the session layer's */
    FIELD_CL_ORD_ID,
    FIELD_ORIG_CL_ORD_ID,
    FIELD_ACCOUNT,
    FIELD_SYMBOL,
    FIELD_SIDE,
    FIELD_ORD_TYPE,
    FIELD_TIME_IN_FORCE,
    FIELD_QUANTITY,
    FIELD_QUANTITY_TYPE,
    FIELD_CASH,
    FIELD_PRICE,
    FIELD_STOP_PRICE,
    FIELD_EXPIRE_TIME,
    FIELD_TRANSACT_TIME,
    FIELD_EX_DESTINATION,
    FIELD_EXEC_INST,
    FIELD_MASS_SCOPE,
    FIELD_STATUS_ID,
    FIELD_IGNORED, /* HandlInst: said by habit, means nothing here */
    CLIENT_FIELDS
};

#define FIELD_BIT(field) (1U << (field))

/* The fields of a message: those it must have, and all it may have. */
struct client_fields {
    uint32_t required;
    uint32_t allowed;
};

enum client_decode_result client_reject(struct client_decode *out, enum fix_reject_reason reason,
                                        uint32_t tag);
enum client_decode_result client_refuse(struct client_decode *out, enum reject_code code);

/* Zeroes `out`, then fills in `raw`: each field at most once, none empty, none but the allowed, all
 * of the required. */
enum client_decode_result client_collect(const struct fix_view *view,
                                         const struct client_fields *fields,
                                         enum order_request_kind kind, uint32_t client,
                                         struct client_decode *out);

/* Printable ASCII without blank and comma, CL_ORD_ID_MAX at most. */
enum client_decode_result client_take_id(struct client_decode *out, struct bytes text, uint32_t tag,
                                         struct cl_ord_id *id);
enum client_decode_result client_take_utc(struct client_decode *out, struct bytes text,
                                          uint32_t tag, struct utc *value);

/* The fields that are enumerations, into side, type, time_in_force and flags. */
enum client_decode_result client_take_kinds(struct client_decode *out);
/* Which of 44, 99 and 126 go with the kinds, and the meaning of 126. */
enum client_decode_result client_take_conditions(struct client_decode *out);
/* 38 with 854, 44 and 99, in the instrument's digits. */
enum client_decode_result client_take_numbers(struct client_decode *out,
                                              const struct instrument *instrument);
enum client_decode_result client_take_cash(struct client_decode *out,
                                           const struct instrument *instrument);
/* `instrument` by Symbol(55); *suffix is the venue it names, or empty. */
enum client_decode_result client_take_symbol(struct client_decode *out,
                                             const struct directory *directory,
                                             struct bytes *suffix);
/* `venue` by 100 or the suffix; ROUTE_NONE when neither is there. One this client may use, and
 * that lists the instrument. */
enum client_decode_result client_take_named_venue(struct client_decode *out,
                                                  const struct directory *directory,
                                                  struct bytes suffix);

#endif
