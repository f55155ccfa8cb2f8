/*
 * The normalised FIX 4.4 of a client, decoded: 35=D and 35=F into a struct order_request.
 *
 * ROE.md is the contract with the client. Every field of a message is looked at once: one that the
 * rules of engagement do not name for this message is refused rather than ignored, because it could
 * mean something the order would then not do. Nothing is rounded. What is wrong with the form of a
 * message is a session Reject(3); what is wrong with its meaning is a reject_code for an
 * ExecutionReport or OrderCancelReject.
 */
#ifndef TERCEL_CORE_ROUTE_CLIENT_DECODE_H
#define TERCEL_CORE_ROUTE_CLIENT_DECODE_H

#include "core/fix/fix_session.h"
#include "core/fix/fix_view.h"
#include "core/order/order_request.h"
#include "core/route/directory.h"
#include "core/route/reject_code.h"

enum client_decode_result {
    CLIENT_DECODE_OK = 0,
    CLIENT_DECODE_REJECT, /* form: reason and ref_tag say what */
    CLIENT_DECODE_REFUSE  /* meaning: refuse says why; ids and raw values are filled in */
};

/* Values as they stood in the message: what a refusal echoes. Views into the message. */
struct client_raw {
    struct bytes cl_ord_id;
    struct bytes orig_cl_ord_id;
    struct bytes account;
    struct bytes symbol;
    struct bytes side;
    struct bytes ord_type;
    struct bytes time_in_force;
    struct bytes quantity;
    struct bytes price;
    struct bytes transact_time;
    struct bytes ex_destination;
    struct bytes exec_inst;
    struct bytes stop_price;
    struct bytes cash;
    struct bytes status_id;  /* 790 of a status request */
    struct bytes mass_scope; /* 530 of a mass cancel */
};

struct client_decode {
    struct order_request request;
    uint64_t seq;     /* the message's 34; set by whoever has it delivered */
    bool poss_resend; /* 97=Y: it may have been sent before under another number */
    struct client_raw raw;
    enum reject_code refuse;
    enum fix_reject_reason reason;
    uint32_t ref_tag;
};

enum client_decode_result client_decode_new(const struct fix_view *view,
                                            const struct directory *directory, uint32_t client,
                                            struct client_decode *out) MUST_USE;

/* A cancel names the order by OrigClOrdID; instrument, venue and account are the order's. */
enum client_decode_result client_decode_cancel(const struct fix_view *view, uint32_t client,
                                               struct client_decode *out) MUST_USE;

#endif
