#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"
#include "core/route/trace_event.h"

/* What a trace of order entry tells, and that it costs nobody anything when it is not there: every
 * other test here runs without one. */

#define CELLS 256U

static _Alignas(64) unsigned char memory[sizeof(struct trace) + CELLS * sizeof(struct trace_event)];

static struct trace *make(void) {
    static const struct clock_mapping start;
    return trace_init(memory, CELLS, &start);
}

static struct trace_event event_at(const struct trace *trace, uint64_t number) {
    struct trace_event event;
    cr_assert(trace_read(trace, number, &event), "event %lu", number);
    return event;
}

static void expect(const struct trace *trace, uint64_t number, struct trace_event wanted) {
    struct trace_event event = event_at(trace, number);
    cr_assert_neq(event.tsc, 0);
    event.tsc = 0;
    cr_assert_eq(memcmp(&event, &wanted, sizeof(event)), 0, "event %lu: %s %u %u %lu %lu", number,
                 trace_event_text(event.id)->name, event.a, event.b, event.c, event.d);
}

Test(order_entry_trace, tells_an_order_from_end_to_end) {
    struct rig_options options = rig_default();
    options.trace = make();
    struct rig *rig = rig_up(&options);
    uint64_t at = trace_count(options.trace);
    cr_assert_eq(at, 2, "two sessions came up");
    rig_say(&rig->client[0], BUY("A1"));
    rig_settle(rig);
    expect(options.trace, at++,
           (struct trace_event){.id = TRACE_EVENT_ORDER_IN, .c = 50000000, .d = 300000});
    expect(options.trace, at++, (struct trace_event){.id = TRACE_EVENT_ORDER_OUT, .c = 1});
    rig_skip(&rig->venue[0]);
    rig_say(&rig->venue[0], "35=8|11=#1|37=V1|17=X1|150=0|39=0|14=0|60=@|");
    rig_settle(rig);
    expect(options.trace, at++, (struct trace_event){.id = TRACE_EVENT_REPORT_IN, .b = 2, .c = 1});
    expect(options.trace, at++, (struct trace_event){.id = TRACE_EVENT_REPORT_OUT, .c = 1, .d = 1});
    rig_say(&rig->client[0], "35=D|11=A2|55=BTC-USD|54=1|38=0.5|40=2|44=30000.05|60=@|");
    rig_say(&rig->client[0], BUY("A1"));
    rig_settle(rig);
    /* The first has a digit too many and was never an order; the second is one too many. */
    expect(options.trace, at + 1,
           (struct trace_event){.id = TRACE_EVENT_ORDER_IN, .c = 50000000, .d = 300000});
    expect(options.trace, at + 2,
           (struct trace_event){.id = TRACE_EVENT_ORDER_REFUSED, .b = REJECT_DUPLICATE_ID});
    rig_end(rig);
}

Test(order_entry_trace, tells_of_sessions_by_their_notices) {
    struct rig_options options = rig_default();
    options.trace = make();
    struct rig *rig = rig_up(&options);
    expect(options.trace, 0, (struct trace_event){.id = TRACE_EVENT_NOTICE, .a = NOTICE_VENUE_UP});
    expect(options.trace, 1, (struct trace_event){.id = TRACE_EVENT_NOTICE, .a = NOTICE_CLIENT_UP});
    rig_peer_reset(&rig->client[0]);
    expect(options.trace, 2,
           (struct trace_event){.id = TRACE_EVENT_NOTICE, .a = NOTICE_CLIENT_DOWN});
    rig_end(rig);
}

Test(order_entry_trace, every_event_has_its_words) {
    for (uint16_t id = 0; id < TRACE_EVENTS; id++) {
        cr_assert_not_null(trace_event_text(id)->name, "event %u", id);
    }
    cr_assert_null(trace_event_text(TRACE_EVENTS));
    cr_assert_null(trace_event_text(UINT16_MAX));
    cr_assert_str_eq(trace_event_a_name(TRACE_EVENT_NOTICE, NOTICE_VENUE_UP), "venue logged on");
    cr_assert_null(trace_event_a_name(TRACE_EVENT_NOTICE, NOTICE_KINDS));
    cr_assert_null(trace_event_a_name(TRACE_EVENT_ORDER_IN, 0));
}
