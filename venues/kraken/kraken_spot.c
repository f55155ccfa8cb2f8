#include "venues/kraken/kraken_spot.h"

#include "core/fix/fix_tag.h"
#include "venues/kraken/kraken_sign.h"

/* nos-fix. Tags ascend, as in the document's samples. 62 bounds how late the engine may take it. */
static const struct dialect_field new_order[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_EXEC_INST, DIALECT_EXEC_INST},
    {FIX_ORDER_QTY, DIALECT_QUANTITY},
    {FIX_ORD_TYPE, DIALECT_ORD_TYPE},
    {FIX_PRICE, DIALECT_PRICE},
    {FIX_SIDE, DIALECT_SIDE},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TIME_IN_FORCE, DIALECT_TIME_IN_FORCE},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {FIX_VALID_UNTIL_TIME, DIALECT_VALID_UNTIL},
    {FIX_STOP_PX, DIALECT_STOP_PRICE},
    {FIX_EXPIRE_TIME, DIALECT_EXPIRE_TIME},
    {KRAKEN_SELF_TRADE_PREVENTION, DIALECT_SELF_TRADE},
    {0, DIALECT_CL_ORD_ID},
};

/* ocr-fix: 37 or 41, and 37 wins when both are there. 41 alone reaches an order not yet
 * acknowledged. Only orders of the same FIX session are reached. */
static const struct dialect_field cancel[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_ORDER_ID, DIALECT_VENUE_ORDER_ID},
    {FIX_ORIG_CL_ORD_ID, DIALECT_ORIG_CL_ORD_ID},
    {FIX_SIDE, DIALECT_SIDE},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {0, DIALECT_CL_ORD_ID},
};

/*
 * ocrr-fix: 37 and 41 both; 41 is the ClOrdID last used. Just quantity and prices may differ; of
 * ExecInst just P is in the list, and ExpireTime is not in it at all. That a triggered stop goes by
 * its plain type here, as it does in the venue's reports, is unverified.
 */
static const struct dialect_field replace[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_EXEC_INST, DIALECT_POST_ONLY},
    {FIX_ORDER_ID, DIALECT_VENUE_ORDER_ID},
    {FIX_ORDER_QTY, DIALECT_QUANTITY},
    {FIX_ORD_TYPE, DIALECT_ORD_TYPE},
    {FIX_ORIG_CL_ORD_ID, DIALECT_ORIG_CL_ORD_ID},
    {FIX_PRICE, DIALECT_PRICE},
    {FIX_SIDE, DIALECT_SIDE},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TIME_IN_FORCE, DIALECT_TIME_IN_FORCE},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {FIX_VALID_UNTIL_TIME, DIALECT_VALID_UNTIL},
    {FIX_STOP_PX, DIALECT_STOP_PRICE},
    {0, DIALECT_CL_ORD_ID},
};

/* osr-fix: 11, 37, 55; the sample has 54 and 60, too. The 11 is a new one, and burnt. */
static const struct dialect_field status[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_ORDER_ID, DIALECT_VENUE_ORDER_ID},
    {FIX_SIDE, DIALECT_SIDE},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {0, DIALECT_CL_ORD_ID},
};

/*
 * omcr-fix. There is no OrderMassCancelReport: each order reports for itself, and when there was
 * none, nothing comes at all. 530=7 is all of the SenderCompID, by a newer wording even all of the
 * account: orders of others, so it is not used.
 */
static const struct dialect_field mass_cancel[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {FIX_MASS_CANCEL_REQUEST_TYPE, DIALECT_MASS_CANCEL_SCOPE},
    {0, DIALECT_CL_ORD_ID},
};

#define ROLL_OVER_S (22U * 3600)
#define DAY_STARTS_S (ROLL_OVER_S + 30)
#define DAY_ENDS_S (ROLL_OVER_S - 5)

/* nos-fix: 126 is at most one month ahead; the shortest month is taken. */
#define EXPIRE_TIME_MAX_NS (INT64_C(28) * 24 * 3600 * NS_PER_S)

/*
 * What Text(58) begins with, error class aside. The first part is named for FIX; the second are the
 * Spot API's words (guides/spot-errors), which the FIX gateway is assumed to share: unverified. Its
 * users saw orders open and trade that were answered by a failure of the service (third parties).
 */
static const struct dialect_words words[] = {
    {"Insufficient funds", REJECT_VENUE_FUNDS},
    {"Post only order", REJECT_VENUE_POST_ONLY},
    {"Invalid price", REJECT_VENUE_PRICE},
    {"Tick size check failed", REJECT_VENUE_PRICE},
    {"Order minimum not met", REJECT_VENUE_QUANTITY},
    {"Cost minimum not met", REJECT_VENUE_COST},
    {"Rate limit exceeded", REJECT_VENUE_RATE},
    {"Orders limit exceeded", REJECT_VENUE_OPEN_ORDERS},
    {"Unknown order", REJECT_VENUE_UNKNOWN_ORDER},
    {"Reduce only", REJECT_VENUE_REDUCE_ONLY},
    {"Invalid arguments", REJECT_VENUE_ARGUMENTS},
    {"ClOrdID invalid value", REJECT_VENUE_TIME},
    {"Insufficient margin", REJECT_VENUE_FUNDS},
    {"Margin allowance exceeded", REJECT_VENUE_FUNDS},
    {"Margin level too low", REJECT_VENUE_FUNDS},
    {"Margin position size exceeded", REJECT_VENUE_QUANTITY},
    {"Domain rate limit exceeded", REJECT_VENUE_RATE},
    {"Too many requests", REJECT_VENUE_RATE},
    {"Positions limit exceeded", REJECT_VENUE_OPEN_ORDERS},
    {"Scheduled orders limit exceeded", REJECT_VENUE_OPEN_ORDERS},
    {"Cannot open position", REJECT_VENUE_PERMISSION},
    {"Cannot open opposing position", REJECT_VENUE_PERMISSION},
    {"Permission denied", REJECT_VENUE_PERMISSION},
    {"Invalid permissions", REJECT_VENUE_PERMISSION},
    {"Trading agreement required", REJECT_VENUE_PERMISSION},
    {"Unknown asset pair", REJECT_VENUE_MARKET},
    {"Market in ", REJECT_VENUE_MARKET}, /* cancel_only mode, post_only mode, limit_only mode */
    {"Deadline elapsed", REJECT_VENUE_TIME},
    {"Invalid order", REJECT_VENUE_ARGUMENTS},
    {"Internal error", REJECT_VENUE_FAILED},
    {"EService:", REJECT_VENUE_FAILED}, /* Unavailable, Busy, and what else there may be */
    {NULL, REJECT_NONE},
};

/*
 * reject-business_level-fix: 380, of which 0 is anything else. 1 (unknown id) and 104 (order too
 * old) do not say that the order is gone: no exposure is let go on their word.
 */
static const struct dialect_reason reasons[] = {
    {2, REJECT_VENUE_MARKET},          /* unknown instrument */
    {3, REJECT_VENUE_FORM},            /* message type not supported */
    {4, REJECT_VENUE_FAILED},          /* application not available */
    {5, REJECT_VENUE_FORM},            /* conditionally required field missing */
    {6, REJECT_VENUE_PERMISSION},      /* not authorized */
    {101, REJECT_VENUE_UNKNOWN_ORDER}, /* unknown order */
    {0, REJECT_NONE},
};

/*
 * guides/spot-ratelimits, the same for REST, WebSocket and FIX: a counter for each pair. A new
 * order adds 1, a cancel by the age of its order and nothing else. Whether a replace over FIX
 * counts as an "amend" or as an "edit" is unverified; the dearer one, an edit, is taken. The limit
 * and its decay go by the account's tier, so they are configured.
 */
static const struct dialect_age_cost age_costs[] = {
    {.below_s = 5, .replace = 6, .cancel = 8},
    {.below_s = 10, .replace = 5, .cancel = 6},
    {.below_s = 15, .replace = 4, .cancel = 5},
    {.below_s = 45, .replace = 2, .cancel = 4},
    {.below_s = 90, .replace = 1, .cancel = 2},
    {.below_s = 300, .replace = 0, .cancel = 1},
    {.below_s = 0},
};

/* logon-fix: 8674 means "cancel" when it is 0, and 0 is the default: it is always said. */
static void write_logon(const struct dialect_logon *logon, struct fix_writer *writer) {
    fix_put_bytes(writer, FIX_USERNAME, logon->api_key);
    fix_put_bytes(writer, FIX_PASSWORD, bytes_of(logon->signature, logon->signature_len));
    fix_put_bytes(writer, KRAKEN_NONCE, bytes_of(logon->nonce, logon->nonce_len));
    fix_put_char(writer, KRAKEN_CANCEL_ORDERS_ON_DISCONNECT,
                 logon->cancel_on_disconnect ? '0' : '1');
}

const struct fix_dialect kraken_spot_dialect = {
    .name = "kraken-spot",
    .version = FIX_44,
    .time_digits = 3,
    .expire_time_digits = 0,
    .capability =
        {
            .types =
                1U << ORDER_MARKET | 1U << ORDER_LIMIT | 1U << ORDER_STOP | 1U << ORDER_STOP_LIMIT,
            .time_in_forces = 1U << TIF_GTC | 1U << TIF_IOC | 1U << TIF_FOK | 1U << TIF_GTD,
            .flags = ORDER_POST_ONLY | ORDER_REDUCE_ONLY | ORDER_CASH,
            .replace = true,
            .status = true,
            .mass_cancel = true,
            .mass_cancel_by_instrument = true,
            .cancel_needs_session = true,
            .acknowledged_first = true,
            .expire_time_max = {.ns = EXPIRE_TIME_MAX_NS},
        },
    .messages =
        {
            [REQUEST_NEW_ORDER] = {.type = FIX_MSG_NEW_ORDER_SINGLE, .fields = new_order},
            [REQUEST_CANCEL] = {.type = FIX_MSG_ORDER_CANCEL_REQUEST, .fields = cancel},
            [REQUEST_REPLACE] = {.type = FIX_MSG_ORDER_CANCEL_REPLACE_REQUEST,
                                 .fields = replace,
                                 .needs_venue_order_id = true},
            [REQUEST_STATUS] = {.type = FIX_MSG_ORDER_STATUS_REQUEST,
                                .fields = status,
                                .needs_venue_order_id = true},
            [REQUEST_MASS_CANCEL] = {.type = FIX_MSG_ORDER_MASS_CANCEL_REQUEST,
                                     .fields = mass_cancel},
        },
    .side = {[ORDER_BUY] = '1', [ORDER_SELL] = '2'},
    .ord_type =
        {[ORDER_MARKET] = '1', [ORDER_LIMIT] = '2', [ORDER_STOP] = '3', [ORDER_STOP_LIMIT] = '4'},
    .time_in_force = {[TIF_GTC] = '1', [TIF_IOC] = '3', [TIF_FOK] = '4', [TIF_GTD] = '6'},
    .self_trade = {[SELF_TRADE_CANCEL_NEWEST] = '1',
                   [SELF_TRADE_CANCEL_OLDEST] = '2',
                   [SELF_TRADE_CANCEL_BOTH] = '0'},
    .mass_cancel_scope = {[MASS_CANCEL_INSTRUMENT] = '1', [MASS_CANCEL_ALL] = '6'},
    /* v: OrderQty(38) is money. The Spot API takes that of market buys only. */
    .exec_inst = {"P", "E", "v"},
    /*
     * er-fix: 150. A is a scheduled order (168), which is never sent from here. 6 and E are not in
     * the list, but 39=E is: should they come, they say nothing that is not said by what follows.
     */
    .exec_type =
        {
            ['0'] = DIALECT_EXEC_NEW,
            ['4'] = DIALECT_EXEC_CANCELED,
            ['5'] = DIALECT_EXEC_REPLACED,
            ['6'] = DIALECT_EXEC_IGNORE,
            ['A'] = DIALECT_EXEC_IGNORE,
            ['C'] = DIALECT_EXEC_EXPIRED,
            ['D'] = DIALECT_EXEC_RESTATED,
            ['E'] = DIALECT_EXEC_IGNORE,
            ['F'] = DIALECT_EXEC_FILL,
            ['I'] = DIALECT_EXEC_STATUS,
        },
    /* 1003 was seen by third parties against the live venue only; 527 is in er-fix. */
    .trade_id_tag = FIX_SECONDARY_EXEC_ID,
    .trade_id_other_tag = KRAKEN_TRADE_ID,
    /* Seen by third parties; which value is which is assumed. Any other is left unsaid. */
    .liquidity_tag = KRAKEN_LIQUIDITY_IND,
    .liquidity_added = '1',
    .liquidity_took = '2',
    /*
     * guides/fix-intro: the day rolls over at 22:00 UTC, which takes about 30 s, and the numbers
     * of both directions begin anew. We leave before, so that no request is under way over it.
     * What trades meanwhile is in no number of the new day, and whether a Logout counts as the
     * disconnection that 8674=0 cancels upon is in no document: orders are asked for afterwards,
     * as after any loss of the connection.
     */
    .schedule = {.kind = FIX_SCHEDULE_DAILY, .start_s = DAY_STARTS_S, .end_s = DAY_ENDS_S},
    /* What becomes of requests behind a gap is in no document. */
    .gap = DIALECT_GAP_UNKNOWN,
    .request_cost = {[REQUEST_NEW_ORDER] = 1, [REQUEST_REPLACE] = 1},
    .age_costs = age_costs,
    .words = words,
    .reasons = reasons,
    .business_reject_ref_tag = FIX_BUSINESS_REJECT_REF_ID,
    .sign_payload = kraken_sign_payload,
    .write_logon = write_logon,
    .sign = kraken_sign,
};
