#include "core/route/trace_event.h"

#include "core/route/notice.h"

const struct trace_event_text *trace_event_text(uint16_t id) {
    static const struct trace_event_text texts[TRACE_EVENTS] = {
        [TRACE_EVENT_TIME] = {"time", NULL, "utc_error_ns", "mono_ns", "utc_ns"},
        [TRACE_EVENT_LONG_TURN] = {"long turn", NULL, NULL, "ns", "turn"},
        [TRACE_EVENT_ORDER_IN] = {"order in", "client", "instrument", "quantity", "price"},
        [TRACE_EVENT_ORDER_OUT] = {"order out", "venue", "client", "order", "request"},
        [TRACE_EVENT_ORDER_REFUSED] = {"order refused", "client", "code", NULL, NULL},
        [TRACE_EVENT_REPORT_IN] = {"report in", "venue", "kind", "order", NULL},
        [TRACE_EVENT_REPORT_OUT] = {"report out", "client", "kind", "order", "execution"},
        [TRACE_EVENT_NOTICE] = {"notice", "kind", "session", "number", NULL},
    };
    return id < TRACE_EVENTS ? &texts[id] : NULL;
}

const char *trace_event_a_name(uint16_t id, uint16_t a) {
    return id == TRACE_EVENT_NOTICE && a < NOTICE_KINDS ? notice_kind_name(a) : NULL;
}
