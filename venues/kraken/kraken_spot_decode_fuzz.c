/*
 * What a venue says, any bytes, as the body of a message that is well framed. Whatever it is:
 *   every view in a report lies within the message, or is one of our own texts;
 *   a report is of a kind that its message can be, and its enums are in range;
 *   a request is called settled only when it was sent, and what was never named is told as a gap.
 * Input: one body a line, '|' for SOH. The first byte chooses which numbers were sent before.
 */
#include <stdlib.h>
#include <string.h>

#include "core/fix/fix_tag.h"
#include "core/fix/test_message.h"
#include "core/route/fix_venue.h"
#include "venues/kraken/kraken_spot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fix_venue venue;
static struct test_message message;

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void begin(uint8_t numbers) {
    const struct fix_venue_config config = {
        .dialect = &kraken_spot_dialect,
        .sender_comp_id = BYTES("CLIENT"),
        .target_comp_id = BYTES("KRAKEN-TRD"),
        .api_key = BYTES("APIKEY"),
        .heartbeat_s = 30,
        .logon_timeout = {.ns = NS_PER_S},
        .message_bytes_max = 4096,
    };
    fix_venue_init(&venue, &config);
    for (uint64_t seq = 2; seq < 10; seq++) {
        if ((numbers >> (seq - 2) & 1) != 0) {
            enum request_kind kind = (enum request_kind)(1 + seq % REQUEST_MASS_CANCEL);
            struct request_id id = {.high = seq << 16 | UINT64_C(0x4000),
                                    .low = UINT64_C(1) << 63 | seq};
            sent_ring_note(&venue.sent, seq, kind, id);
        }
    }
    venue.link.session.next_out = 10;
}

static void require_within(struct bytes value) {
    if (value.len == 0) {
        return;
    }
    require(value.data >= message.data && value.data + value.len <= message.data + message.len);
    require(memchr(value.data, '\x01', value.len) == NULL);
}

static void check_values(const struct venue_report *report) {
    const struct bytes values[] = {
        report->cl_ord_id,  report->orig_cl_ord_id, report->venue_order_id,
        report->exec_id,    report->trade_id,       report->last_quantity,
        report->last_price, report->cumulative,     report->order_quantity,
        report->price,      report->stop_price,     report->symbol,
        report->side};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        require_within(values[i]);
    }
    for (unsigned i = 0; i < report->fee_count && i < VENUE_FEES_MAX; i++) {
        require_within(report->fees[i].amount);
        require_within(report->fees[i].currency);
        require_within(report->fees[i].type);
    }
    if (report->kind != VENUE_REPORT_MALFORMED) {
        require_within(report->text);
    }
}

static void check_report(const struct venue_report *report, bool is_reject) {
    check_values(report);
    require((unsigned)report->reject < REJECT_CODES);
    require(report->liquidity == '\0' || report->liquidity == '1' || report->liquidity == '2');
    require(report->kind == VENUE_REPORT_FILL || report->liquidity == '\0');
    switch (report->kind) {
    case VENUE_REPORT_REFUSED:
        require(report->reject != REJECT_NONE);
        require(report->cl_ord_id.len != 0 || (is_reject && report->request_known));
        break;
    case VENUE_REPORT_ACKNOWLEDGED:
    case VENUE_REPORT_FILL:
    case VENUE_REPORT_CANCELED:
    case VENUE_REPORT_EXPIRED:
    case VENUE_REPORT_STATUS:
    case VENUE_REPORT_REPLACED:
    case VENUE_REPORT_RESTATED:
        require(!is_reject && report->cl_ord_id.len != 0 && !report->request_known);
        break;
    case VENUE_REPORT_MALFORMED:
        require(report->text.len != 0);
        break;
    default:
        abort();
    }
}

static void take_body(struct bytes body) {
    if (body.len > 4000) {
        return;
    }
    message = test_message_with(body);
    struct fix_view view;
    uint32_t bad = 0;
    if (fix_view_parse(test_bytes(&message), &view, &bad) != FIX_VIEW_OK) {
        return;
    }
    bool is_reject = bytes_equal(fix_view_msg_type(&view), BYTES(FIX_MSG_REJECT));
    struct venue_report report = {.request_known = false};
    bool says = is_reject ? fix_venue_decode_reject(&venue, &view, &report)
                          : fix_venue_decode(&venue, &view, &report);
    if (says) {
        check_report(&report, is_reject);
    }
}

/* Each number at most once, and just those that were sent and not named since. */
static void ask_again(uint8_t numbers) {
    uint8_t settled = 0;
    for (uint64_t seq = 2; seq < 10; seq++) {
        const struct sent_request *sent = sent_ring_find(&venue.sent, seq);
        require((sent != NULL) == ((numbers >> (seq - 2) & 1) != 0));
        settled |= (uint8_t)(sent != NULL && sent->fate == SENT_SETTLED ? 1U << (seq - 2) : 0);
    }
    uint8_t told = 0;
    struct venue_report report = {.request_known = false};
    fix_venue_note_gap(&venue, 2, 9);
    while (fix_venue_tell_gap(&venue, &report)) {
        uint64_t seq = report.request_id.high >> 16;
        uint8_t bit = (uint8_t)(1U << (seq - 2));
        require((told & bit) == 0 &&
                report.kind == (seq == 2 ? VENUE_REPORT_NOT_SENT : VENUE_REPORT_MAYBE_SENT));
        told |= bit;
    }
    require(told == (uint8_t)(numbers & ~settled));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t numbers = size == 0 ? 0 : data[0];
    struct bytes rest = size == 0 ? bytes_of(NULL, 0) : bytes_of((const char *)data + 1, size - 1);
    begin(numbers);
    while (rest.len != 0) {
        const char *end = memchr(rest.data, '\n', rest.len);
        size_t len = end == NULL ? rest.len : (size_t)(end - rest.data);
        take_body(bytes_of(rest.data, len));
        rest = bytes_skip(rest, end == NULL ? len : len + 1);
    }
    ask_again(numbers);
    return 0;
}
