/*
 * What order entry traces: the events of trace.h by name, and what their integers mean.
 *
 * Ids are those of one build: a trace is read by the tercel that wrote it. Order numbers, indexes
 * of clients, venues, accounts and instruments, scaled prices and quantities; never text, never a
 * secret.
 */
#ifndef TERCEL_CORE_ROUTE_TRACE_EVENT_H
#define TERCEL_CORE_ROUTE_TRACE_EVENT_H

#include "core/base/trace.h"

enum trace_event_id {
    TRACE_EVENT_TIME = TRACE_TIME,
    TRACE_EVENT_LONG_TURN,     /* a turn of order entry took long */
    TRACE_EVENT_ORDER_IN,      /* a client's order was decoded */
    TRACE_EVENT_ORDER_OUT,     /* it is in the venue's stream */
    TRACE_EVENT_ORDER_REFUSED, /* or was refused by us */
    TRACE_EVENT_REPORT_IN,     /* a venue's report was found to be about an order of ours */
    TRACE_EVENT_REPORT_OUT,    /* a report is in the client's stream */
    TRACE_EVENT_NOTICE,        /* what the log says, sessions up and down among it */
    TRACE_EVENTS
};

/* An integer without a name is not used. */
struct trace_event_text {
    const char *name;
    const char *a;
    const char *b;
    const char *c;
    const char *d;
};

/* NULL for an id that is not one of these. */
const struct trace_event_text *trace_event_text(uint16_t id);

/* The name of a value of `a`, where it has one ("venue logged on"), else NULL. */
const char *trace_event_a_name(uint16_t id, uint16_t a);

#endif
