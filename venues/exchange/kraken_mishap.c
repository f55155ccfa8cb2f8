#include <stdio.h>
#include <string.h>

#include "core/fix/fix_frame.h"
#include "venues/exchange/kraken_internal.h"
#include "venues/exchange/kraken_tag.h"

/*
 * What each action of a fault (exchange_fault.h) does.
 *
 *   lose           the request is not received; what comes next shows a gap in the numbers
 *   lose-and-ask   the same, and a TestRequest is sent, whose answer shows the gap at once
 *   close-before   the connection is reset before the request is read
 *   ignore         the request is received and nothing comes of it
 *   reject=KIND    it is refused; the kinds are below; `session` is a Reject(3)
 *   fail           it is refused as if the service were down, and taken all the same
 *   close-after    it is taken, to the engine and through it, and the connection reset before a
 *                  word about it is written
 *   fill=MS, half-fill=MS   so long after its arrival the order, if it rests, trades with nobody's
 *                  order, wholly or by half
 *   kill=MS        so long after its arrival the order is cancelled unasked
 *   late-fill=MS   so long after the cancel's confirmation the order trades all it had left
 *   skip           the report's number is used up and it is not written
 *   forget         the same, and it is not resent either: its number is gap-filled
 *   duplicate      it is told again, with the same ExecID, under the next number
 *   contradict     it is told again, with the same ExecID, and of a fill with twice the LastQty(32)
 *                  and CumQty(14), of another report with twice the OrderQty(38) and LeavesQty(151)
 *   replay         it is written again at once: the same number, PossDupFlag(43) and 122
 *   swap           the report behind it, if there is one already, goes first
 *   delay=MS       it, and what is behind it, waits
 *   id-xor=MASK    a copy follows, of an OrderID not seen before, whose ClOrdID has these bits
 *                  turned over: of an integer, or of the last 12 digits of a UUID
 *   checksum       it is written with a wrong CheckSum(10)
 *   close          the connection is reset before it is written
 *   foreign        a report follows of an order nobody placed here
 *   garbage=BYTES, long=BYTES   so many bytes of no message, or one Heartbeat of that BodyLength,
 *                  are written next
 *   stall          the connection is neither read nor written any more
 *   stop-reading   it is not read any more
 *   logout         the session is logged out
 *
 * Of what is to happen after some MS, KRAKEN_ERRANDS_MAX wait at once, four of one order: what
 * comes then does not happen.
 */

#define LONG_BYTES_MIN 128
#define FOREIGN_ID_FIRST UINT64_C(900000000000000000)
#define FOREIGN_ORDER_FIRST (UINT64_C(1) << 40)
#define UUID_TAIL_DIGITS 12
/* Longer than any run, and no overflow of its end. */
#define WAIT_MS_MAX (INT64_C(366) * 24 * 3600 * 1000)

static const struct {
    const char *name;
    struct kraken_refusal refusal;
} kinds[] = {
    {"session", {0, ""}},
    {"funds", {KRAKEN_REASON_OTHER, "EOrder:Insufficient funds"}},
    {"margin", {KRAKEN_REASON_OTHER, "EOrder:Insufficient margin"}},
    {"rate-limit", {KRAKEN_REASON_OTHER, "EOrder:Rate limit exceeded"}},
    {"orders-limit", {KRAKEN_REASON_OTHER, "EOrder:Orders limit exceeded"}},
    {"post-only", {KRAKEN_REASON_OTHER, "EOrder:Post only order"}},
    {"reduce-only", {KRAKEN_REASON_OTHER, "EOrder:Reduce only:No position exists"}},
    {"price", {KRAKEN_REASON_OTHER, "EOrder:Invalid price"}},
    {"tick", {KRAKEN_REASON_OTHER, "EOrder:Tick size check failed"}},
    {"minimum", {KRAKEN_REASON_OTHER, "EOrder:Order minimum not met"}},
    {"cost-minimum", {KRAKEN_REASON_OTHER, "EOrder:Cost minimum not met"}},
    {"deadline", {KRAKEN_REASON_OTHER, "EService:Deadline elapsed"}},
    {"arguments", {KRAKEN_REASON_OTHER, "EGeneral:Invalid arguments"}},
    {"cl-ord-id", {KRAKEN_REASON_OTHER, "ClOrdID invalid value (timestamp is out of date)"}},
    {"unknown-id", {KRAKEN_REASON_UNKNOWN_ID, "EGeneral:Unknown id"}},
    {"unknown-instrument", {KRAKEN_REASON_UNKNOWN_INSTRUMENT, "EQuery:Unknown asset pair"}},
    {"unsupported", {KRAKEN_REASON_UNSUPPORTED, "Unsupported Message Type"}},
    {"not-available", {KRAKEN_REASON_NOT_AVAILABLE, "EService:Unavailable"}},
    {"field", {KRAKEN_REASON_CONDITIONAL_FIELD, "Conditionally Required Field Missing"}},
    {"not-authorized", {KRAKEN_REASON_NOT_AUTHORIZED, "EGeneral:Permission denied"}},
    {"unknown-order", {KRAKEN_REASON_UNKNOWN_ORDER, "EOrder:Unknown order"}},
    {"too-old", {KRAKEN_REASON_TOO_OLD, "EOrder:Order too old"}},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static size_t kind_of(const char *name) {
    size_t at = 0;
    while (at < KINDS && strcmp(kinds[at].name, name) != 0) {
        ++at;
    }
    return at;
}

bool kraken_faults_add(struct exchange_faults *faults, struct bytes text, const char **problem) {
    if (!exchange_faults_add(faults, text, problem)) {
        return false;
    }
    const struct exchange_fault *added = &faults->faults[faults->count - 1];
    bool known = added->action != EXCHANGE_FAULT_REJECT || kind_of(added->name) < KINDS;
    if (!known) {
        --faults->count;
        *problem = "there is no such kind of reject";
    }
    return known;
}

static struct exchange_fault_subject request_subject(enum kraken_request kind,
                                                     const struct fix_view *view) {
    static const enum exchange_fault_point points[KRAKEN_UNKNOWN_REQUEST] = {
        [KRAKEN_NEW_ORDER] = EXCHANGE_FAULT_ON_ORDER,
        [KRAKEN_CANCEL] = EXCHANGE_FAULT_ON_CANCEL,
        [KRAKEN_REPLACE] = EXCHANGE_FAULT_ON_REPLACE,
        [KRAKEN_MASS_CANCEL] = EXCHANGE_FAULT_ON_MASS_CANCEL,
        [KRAKEN_STATUS] = EXCHANGE_FAULT_ON_STATUS,
    };
    return (struct exchange_fault_subject){.point = points[kind],
                                           .price = kraken_text_of(view, KRAKEN_PRICE),
                                           .quantity = kraken_text_of(view, KRAKEN_ORDER_QTY)};
}

enum kraken_passage kraken_mishap_arrives(struct kraken_spot *spot, uint32_t client,
                                          const struct fix_view *view) {
    enum kraken_request kind = kraken_request_of(view);
    enum kraken_passage passage = KRAKEN_PASSES;
    uint32_t cursor = 0;
    if (kind == KRAKEN_UNKNOWN_REQUEST) {
        return KRAKEN_PASSES;
    }
    struct exchange_fault_subject subject = request_subject(kind, view);
    for (const struct exchange_fault *fault;
         (fault = exchange_faults_next(&spot->config.faults, &subject, EXCHANGE_FAULT_LOSE,
                                       EXCHANGE_FAULT_CLOSE_BEFORE, &cursor)) != NULL;) {
        passage = fault->action == EXCHANGE_FAULT_CLOSE_BEFORE ? KRAKEN_CLOSES : KRAKEN_LOST;
        spot->sessions[client].trouble.test_request |= fault->action == EXCHANGE_FAULT_LOSE_AND_ASK;
    }
    return passage;
}

/* Of an order nobody here placed: all of it is made up. */
static struct kraken_report *add_foreign(struct kraken_spot *spot, uint32_t client,
                                         struct now now) {
    struct kraken_report *report = kraken_reports_add(spot, client, KRAKEN_EXECUTION, now);
    const struct exchange_instrument *instrument = &spot->config.instruments[0];
    char id[24];
    uint64_t number = spot->foreign_count++;
    int len = snprintf(id, sizeof(id), "%llu", (unsigned long long)(FOREIGN_ID_FIRST + number));
    report->cl_ord_id = kraken_id_text_of(bytes_of(id, (size_t)len));
    kraken_ids_txid(spot, 'O', FOREIGN_ORDER_FIRST + number, report->order_id);
    report->ord_type = '2';
    report->side = '1';
    report->time_in_force = '1';
    report->exec_type = '0';
    report->ord_status = '0';
    report->price = instrument->tick;
    report->quantity.scaled =
        instrument->min.scaled > 0 ? instrument->min.scaled : instrument->lot.scaled;
    report->leaves = report->quantity;
    report->exec_number = ++spot->exec_number;
    report->fate.is_judged = true;
    return report;
}

/* What happens to the connection, whatever it was that passed. */
static void disturb(struct kraken_spot *spot, uint32_t client, const struct exchange_fault *fault,
                    struct now now) {
    struct kraken_trouble *trouble = &spot->sessions[client].trouble;
    switch (fault->action) {
    case EXCHANGE_FAULT_CLOSE:
    case EXCHANGE_FAULT_CLOSE_AFTER:
        trouble->close = true;
        break;
    case EXCHANGE_FAULT_FOREIGN:
        add_foreign(spot, client, now);
        break;
    case EXCHANGE_FAULT_GARBAGE:
        trouble->garbage_bytes += fault->number;
        break;
    case EXCHANGE_FAULT_LONG:
        trouble->long_bytes = fault->number < LONG_BYTES_MIN ? LONG_BYTES_MIN : fault->number;
        break;
    case EXCHANGE_FAULT_STALL:
        trouble->stall = true;
        break;
    case EXCHANGE_FAULT_STOP_READING:
        trouble->stop_reading = true;
        break;
    case EXCHANGE_FAULT_LOGOUT:
        trouble->logout = true;
        break;
    default:
        break;
    }
}

static struct duration wait_of(const struct exchange_fault *fault) {
    bool longer = fault->number > WAIT_MS_MAX;
    return (struct duration){(longer ? WAIT_MS_MAX : (int64_t)fault->number) * NS_PER_MS};
}

static void add_errand(struct kraken_omen *omen, enum kraken_errand_kind kind,
                       const struct exchange_fault *fault, struct now now) {
    if (omen->errand_count < sizeof(omen->errands) / sizeof(omen->errands[0])) {
        omen->errands[omen->errand_count++] =
            (struct kraken_errand){.kind = kind, .at = instant_add(now.mono, wait_of(fault))};
    }
}

struct kraken_omen kraken_mishap_request(struct kraken_spot *spot, uint32_t client,
                                         enum kraken_request kind, const struct fix_view *view,
                                         struct now now) {
    struct kraken_omen omen = {0};
    uint32_t cursor = 0;
    if (kind == KRAKEN_UNKNOWN_REQUEST) {
        return omen;
    }
    struct exchange_fault_subject subject = request_subject(kind, view);
    for (const struct exchange_fault *fault;
         (fault = exchange_faults_next(&spot->config.faults, &subject, EXCHANGE_FAULT_IGNORE,
                                       EXCHANGE_FAULT_LOGOUT, &cursor)) != NULL;) {
        switch (fault->action) {
        case EXCHANGE_FAULT_IGNORE:
            omen.ignore = true;
            break;
        case EXCHANGE_FAULT_REJECT:
            omen.reject_fields = kind_of(fault->name) == 0;
            omen.refusal = omen.reject_fields ? omen.refusal : kinds[kind_of(fault->name)].refusal;
            break;
        case EXCHANGE_FAULT_FAIL:
            omen.fail = true;
            break;
        case EXCHANGE_FAULT_FILL:
            add_errand(&omen, KRAKEN_ERRAND_FILL, fault, now);
            break;
        case EXCHANGE_FAULT_HALF_FILL:
            add_errand(&omen, KRAKEN_ERRAND_HALF_FILL, fault, now);
            break;
        case EXCHANGE_FAULT_KILL:
            add_errand(&omen, KRAKEN_ERRAND_KILL, fault, now);
            break;
        case EXCHANGE_FAULT_LATE_FILL:
            omen.has_late_fill = true;
            omen.late_fill = wait_of(fault);
            break;
        default:
            disturb(spot, client, fault, now);
            break;
        }
    }
    return omen;
}

static enum exchange_fault_point report_point(const struct kraken_report *report) {
    if (report->kind != KRAKEN_EXECUTION) {
        return EXCHANGE_FAULT_ON_REFUSAL;
    }
    switch (report->exec_type) {
    case '0':
        return EXCHANGE_FAULT_ON_NEW;
    case 'F':
        return EXCHANGE_FAULT_ON_FILL;
    case '4':
        return EXCHANGE_FAULT_ON_CANCELED;
    case '5':
        return EXCHANGE_FAULT_ON_REPLACED;
    case 'C':
        return EXCHANGE_FAULT_ON_EXPIRED;
    case 'D':
        return EXCHANGE_FAULT_ON_RESTATED;
    case 'I':
        return EXCHANGE_FAULT_ON_ANSWER;
    default:
        return EXCHANGE_FAULT_ON_REPORT;
    }
}

static char turn_digit(char digit, unsigned bits) {
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit);
    return at != NULL ? digits[((unsigned)(at - digits) ^ bits) & 15] : digit;
}

static void turn_bits(struct kraken_id_text *id, uint64_t mask) {
    struct kraken_cl_ord_id known = kraken_cl_ord_id_read(kraken_id_bytes(id));
    if (known.form == KRAKEN_CL_ORD_ID_INTEGER) {
        int len = snprintf(id->data, sizeof(id->data), "%llu",
                           (unsigned long long)(known.integer ^ mask));
        id->len = (uint8_t)len;
    } else if (known.form == KRAKEN_CL_ORD_ID_UUID) {
        for (size_t i = 0; i < UUID_TAIL_DIGITS; ++i) {
            char *digit = &id->data[id->len - 1 - i];
            *digit = turn_digit(*digit, (unsigned)(mask >> (4 * i)) & 15);
        }
    }
}

static struct kraken_report *add_copy(struct kraken_spot *spot, uint32_t client,
                                      const struct kraken_report *report, struct now now) {
    struct kraken_report original = *report;
    struct kraken_report *copy = kraken_reports_add(spot, client, report->kind, now);
    struct instant ready_at = copy->ready_at;
    *copy = original;
    copy->ready_at = ready_at;
    copy->fate = (struct kraken_fate){.is_judged = true};
    return copy;
}

static void add_mistaken(struct kraken_spot *spot, uint32_t client,
                         const struct kraken_report *report, uint64_t mask, struct now now) {
    struct kraken_report *copy = add_copy(spot, client, report, now);
    turn_bits(&copy->cl_ord_id, mask);
    copy->exec_number = ++spot->exec_number;
    kraken_ids_txid(spot, 'O', FOREIGN_ORDER_FIRST + spot->foreign_count++, copy->order_id);
}

static int64_t twice(int64_t value) {
    return value > INT64_MAX / 2 ? value : value * 2;
}

static void add_contradiction(struct kraken_spot *spot, uint32_t client,
                              const struct kraken_report *report, struct now now) {
    struct kraken_report *copy = add_copy(spot, client, report, now);
    if (copy->exec_type == 'F') {
        copy->last_quantity.scaled = twice(copy->last_quantity.scaled);
        copy->executed.scaled = twice(copy->executed.scaled);
    } else {
        copy->quantity.scaled = twice(copy->quantity.scaled);
        copy->leaves.scaled = twice(copy->leaves.scaled);
    }
}

static void swap_first(struct kraken_session *session, const struct kraken_limits *limits) {
    if (session->report_count > 1) {
        struct kraken_report *first = &session->reports[session->report_first];
        struct kraken_report *second =
            &session->reports[(session->report_first + 1) % limits->reports];
        struct kraken_report kept = *first;
        *first = *second;
        *second = kept;
    }
}

static void strike_report(struct kraken_spot *spot, uint32_t client, struct kraken_report *report,
                          const struct exchange_fault *fault, bool *swap, struct now now) {
    switch (fault->action) {
    case EXCHANGE_FAULT_FORGET:
        report->fate.is_forgotten = true;
        break;
    case EXCHANGE_FAULT_SKIP:
        report->fate.is_skipped = true;
        break;
    case EXCHANGE_FAULT_REPLAY:
        report->fate.is_replayed = true;
        break;
    case EXCHANGE_FAULT_CHECKSUM:
        report->fate.bad_checksum = true;
        break;
    case EXCHANGE_FAULT_DUPLICATE:
        add_copy(spot, client, report, now);
        break;
    case EXCHANGE_FAULT_CONTRADICT:
        add_contradiction(spot, client, report, now);
        break;
    case EXCHANGE_FAULT_ID_XOR:
        add_mistaken(spot, client, report, fault->number, now);
        break;
    case EXCHANGE_FAULT_SWAP:
        *swap = true;
        break;
    case EXCHANGE_FAULT_DELAY:
        report->ready_at = instant_add(now.mono, wait_of(fault));
        break;
    default:
        disturb(spot, client, fault, now);
        break;
    }
}

bool kraken_mishap_report(struct kraken_spot *spot, uint32_t client, struct now now) {
    struct kraken_session *session = &spot->sessions[client];
    struct kraken_report *report = &session->reports[session->report_first];
    if (report->fate.is_judged || spot->config.faults.count == 0) {
        return true;
    }
    report->fate.is_judged = true;
    const struct exchange_instrument *instrument = &spot->config.instruments[report->instrument];
    char price[DECIMAL_TEXT_MAX];
    char quantity[DECIMAL_TEXT_MAX];
    struct exchange_fault_subject subject = {.point = report_point(report)};
    if (report->kind == KRAKEN_EXECUTION) {
        subject.price =
            bytes_of(price, decimal_format(report->price.scaled, instrument->price_digits, price));
        subject.quantity =
            bytes_of(quantity, decimal_format(report->quantity.scaled, instrument->quantity_digits,
                                              quantity));
    }
    bool swap = false;
    uint32_t cursor = 0;
    for (const struct exchange_fault *fault;
         (fault = exchange_faults_next(&spot->config.faults, &subject, EXCHANGE_FAULT_SKIP,
                                       EXCHANGE_FAULT_LOGOUT, &cursor)) != NULL;) {
        strike_report(spot, client, report, fault, &swap, now);
    }
    if (swap) {
        swap_first(session, &spot->config.limits);
    }
    return !swap && instant_reached(now.mono, report->ready_at);
}

void kraken_mishap_errand(struct kraken_spot *spot, struct kraken_errand errand) {
    if (spot->errand_count < KRAKEN_ERRANDS_MAX) {
        spot->errands[spot->errand_count++] = errand;
    }
}

/* Whole lots, and all of it when that is none. */
static struct quantity half_of(const struct kraken_spot *spot, uint32_t order,
                               struct quantity quantity) {
    int64_t lot = spot->config.instruments[spot->orders[order].instrument].lot.scaled;
    int64_t half = quantity.scaled / 2 / lot * lot;
    return half > 0 ? (struct quantity){half} : quantity;
}

static void run_errand(struct kraken_spot *spot, const struct kraken_errand *errand,
                       struct now now) {
    struct quantity leaves = exchange_ledger_row(spot->ledger, errand->order)->leaves;
    switch (errand->kind) {
    case KRAKEN_ERRAND_HALF_FILL:
        leaves = half_of(spot, errand->order, leaves);
        kraken_engine_execute(spot, errand->order, leaves, now);
        break;
    case KRAKEN_ERRAND_FILL:
        kraken_engine_execute(spot, errand->order, leaves, now);
        break;
    case KRAKEN_ERRAND_KILL:
        kraken_engine_kill(spot, errand->order, "Canceled by the venue", now);
        break;
    case KRAKEN_ERRAND_LATE_FILL:
        kraken_engine_fill_late(spot, errand->order, errand->quantity, now);
        break;
    }
}

void kraken_mishap_run(struct kraken_spot *spot, struct now now) {
    for (uint32_t i = 0; i < spot->errand_count;) {
        struct kraken_errand errand = spot->errands[i];
        if (!instant_reached(now.mono, errand.at)) {
            ++i;
            continue;
        }
        memmove(&spot->errands[i], &spot->errands[i + 1],
                (--spot->errand_count - i) * sizeof(errand));
        run_errand(spot, &errand, now);
    }
}

struct instant kraken_mishap_deadline(const struct kraken_spot *spot) {
    struct instant deadline = INSTANT_NEVER;
    for (uint32_t i = 0; i < spot->errand_count; ++i) {
        deadline = instant_earlier(deadline, spot->errands[i].at);
    }
    return deadline;
}
