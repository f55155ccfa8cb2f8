#include "venues/kraken/kraken_spot.h"

#include "core/fix/fix_tag.h"
#include "venues/kraken/kraken_sign.h"

/* nos-fix. Tags ascend, as in the document's samples. 62 bounds how late the engine may take it. */
static const struct dialect_field new_order[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_EXEC_INST, DIALECT_POST_ONLY},
    {FIX_ORDER_QTY, DIALECT_QUANTITY},
    {FIX_ORD_TYPE, DIALECT_ORD_TYPE},
    {FIX_PRICE, DIALECT_PRICE},
    {FIX_SIDE, DIALECT_SIDE},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TIME_IN_FORCE, DIALECT_TIME_IN_FORCE},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {FIX_VALID_UNTIL_TIME, DIALECT_VALID_UNTIL},
    {KRAKEN_SELF_TRADE_PREVENTION, DIALECT_SELF_TRADE},
    {0, DIALECT_CL_ORD_ID},
};

/* ocr-fix: 37 or 41, and 37 wins when both are there. 41 alone reaches an order not yet
 * acknowledged. */
static const struct dialect_field cancel[] = {
    {FIX_CL_ORD_ID, DIALECT_CL_ORD_ID},
    {FIX_ORDER_ID, DIALECT_VENUE_ORDER_ID},
    {FIX_ORIG_CL_ORD_ID, DIALECT_ORIG_CL_ORD_ID},
    {FIX_SIDE, DIALECT_SIDE},
    {FIX_SYMBOL, DIALECT_SYMBOL},
    {FIX_TRANSACT_TIME, DIALECT_TRANSACT_TIME},
    {0, DIALECT_CL_ORD_ID},
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
    .begin_string = "FIX.4.4",
    .time_digits = 3,
    .new_order_type = FIX_MSG_NEW_ORDER_SINGLE,
    .new_order = new_order,
    .cancel_type = FIX_MSG_ORDER_CANCEL_REQUEST,
    .cancel = cancel,
    .side = {[ORDER_BUY] = '1', [ORDER_SELL] = '2'},
    .ord_type = {[ORDER_MARKET] = '1', [ORDER_LIMIT] = '2'},
    .time_in_force = {[TIF_GTC] = '1', [TIF_IOC] = '3', [TIF_FOK] = '4'},
    .self_trade = {[SELF_TRADE_CANCEL_NEWEST] = '1',
                   [SELF_TRADE_CANCEL_OLDEST] = '2',
                   [SELF_TRADE_CANCEL_BOTH] = '0'},
    .post_only = "P",
    /* er-fix: 150. A is a scheduled order (168), which is never sent from here. */
    .exec_type =
        {
            ['0'] = DIALECT_EXEC_NEW,
            ['4'] = DIALECT_EXEC_CANCELED,
            ['5'] = DIALECT_EXEC_STATUS,
            ['A'] = DIALECT_EXEC_IGNORE,
            ['C'] = DIALECT_EXEC_EXPIRED,
            ['D'] = DIALECT_EXEC_STATUS,
            ['F'] = DIALECT_EXEC_FILL,
            ['I'] = DIALECT_EXEC_STATUS,
        },
    /* 1003 was seen by third parties against the live venue only; 527 is in er-fix. */
    .trade_id_tag = FIX_SECONDARY_EXEC_ID,
    .business_reject_ref_tag = FIX_BUSINESS_REJECT_REF_ID,
    .sign_payload = kraken_sign_payload,
    .write_logon = write_logon,
    .sign = kraken_sign,
};
