/*
 * The normalised FIX 4.4 of a client, decoded: 35=D, F, G, H and q into a struct order_request.
 *
 * ROE.md is the contract with the client. Every field of a message is looked at once: one that the
 * rules of engagement do not name for this message is refused rather than ignored, because it could
 * mean something the order would then not do. Nothing is rounded. What is wrong with the form of a
 * message is a session Reject(3); what is wrong with its meaning is a reject_code for an
 * ExecutionReport, an OrderCancelReject or an OrderMassCancelReport.
 *
 *   client_decode_fields.c   which fields a message may have, and what one value means
 *   client_decode_new.c      35=D
 *   client_decode_replace.c  35=G
 *   client_decode_cancel.c   35=F, H and q: what names an order, or many
 *
 * The session layer's dictionary (fix_dictionary.h) stays switched off for clients: these five
 * types are read more tightly here than FIX 4.4 asks for, the session reads its own, any other type
 * is answered unread, and a second walk over the fields would cost as much as this one.
 *
 * Not here: whether numbers fit the instrument (tick, lot, minimum), what the venue can do, and
 * what the order in question is like; those are order entry's.
 */
#ifndef TERCEL_CORE_ROUTE_CLIENT_DECODE_H
#define TERCEL_CORE_ROUTE_CLIENT_DECODE_H

#include "core/fix/fix_session.h"
#include "core/fix/fix_view.h"
#include "core/order/order_request.h"
#include "core/order/order_table.h"
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
    struct bytes quantity_type; /* 854 */
    struct bytes cash;          /* 152 */
    struct bytes price;
    struct bytes stop_price;
    struct bytes expire_time;
    struct bytes transact_time;
    struct bytes ex_destination;
    struct bytes exec_inst;
    struct bytes mass_scope; /* 530 of a mass cancel */
    struct bytes status_id;  /* 790 of a status request */
    struct bytes ignored;
};

struct client_decode {
    struct order_request request;
    uint64_t seq;          /* the message's 34; set by whoever has it delivered */
    struct utc sent_first; /* with 43=Y: when it was sent the first time; else 0 */
    bool poss_resend;      /* 97=Y: it may have been sent before under another number */
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

/*
 * A replace names the order by OrigClOrdID and says all of its terms. `venue` and `account` of the
 * request are ROUTE_NONE where the message does not name them.
 */
enum client_decode_result client_decode_replace(const struct fix_view *view,
                                                const struct directory *directory, uint32_t client,
                                                struct client_decode *out) MUST_USE;

/* Whether a decoded replace leaves alone what cannot be replaced: REJECT_NONE, or
 * REJECT_REPLACE_TERMS. What it does not say of these it leaves alone. */
enum reject_code client_replace_keeps(const struct client_decode *decode,
                                      const struct order *order);

/* A status request names the order by ClOrdID. */
enum client_decode_result client_decode_status(const struct fix_view *view, uint32_t client,
                                               struct client_decode *out) MUST_USE;

/*
 * A mass cancel: of one instrument, or of all (`instrument` INSTRUMENT_NONE); `venue` ROUTE_NONE
 * unless the symbol's suffix names one.
 */
enum client_decode_result client_decode_mass_cancel(const struct fix_view *view,
                                                    const struct directory *directory,
                                                    uint32_t client,
                                                    struct client_decode *out) MUST_USE;

#endif
