#include "core/app/trace_text.h"

#include <inttypes.h>
#include <time.h>

#include "core/route/trace_event.h"

__extension__ typedef __int128 wide;

/* What to count ticks from: the latest time marked. A file may say anything. */
struct base {
    uint64_t tsc;
    int64_t utc_ns;
    uint64_t mult;
};

static int64_t ticks_to_ns(uint64_t ticks, uint64_t mult) {
    return (int64_t)(((wide)(int64_t)ticks * (int64_t)mult) >> CLOCK_SHIFT);
}

static int64_t utc_of(const struct base *base, uint64_t tsc) {
    uint64_t since_ns = (uint64_t)ticks_to_ns(tsc - base->tsc, base->mult);
    return (int64_t)((uint64_t)base->utc_ns + since_ns);
}

static void print_time(int64_t utc_ns, FILE *out) {
    int64_t nanosecond = utc_ns % NS_PER_S;
    int64_t second = utc_ns / NS_PER_S - (nanosecond < 0);
    nanosecond += nanosecond < 0 ? NS_PER_S : 0;
    time_t seconds = second;
    struct tm utc;
    char when[40];
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
    (void)fprintf(out, "%s.%09" PRId64 "Z", when, nanosecond);
}

static void print_integer(const char *name, uint64_t value, FILE *out) {
    if (name != NULL) {
        (void)fprintf(out, " %s=%" PRIu64, name, value);
    }
}

static void print_event(const struct trace_event *event, uint64_t mult, FILE *out) {
    static const struct trace_event_text unknown = {"unknown", "a", "b", "c", "d"};
    const struct trace_event_text *text = trace_event_text(event->id);
    const char *a_name = trace_event_a_name(event->id, event->a);
    if (text == NULL) {
        text = &unknown;
        (void)fprintf(out, "%s id=%u", text->name, event->id);
    } else {
        (void)fprintf(out, "%-13s", text->name);
    }
    if (a_name != NULL) {
        (void)fprintf(out, " %s:", a_name);
    } else {
        print_integer(text->a, event->a, out);
    }
    print_integer(text->b, event->b, out);
    bool ticks = event->id == TRACE_EVENT_LONG_TURN;
    print_integer(text->c, ticks ? (uint64_t)ticks_to_ns(event->c, mult) : event->c, out);
    print_integer(text->d, event->d, out);
    (void)fputc('\n', out);
}

/* The first time marked, or the time the trace was made. */
static struct base first_base(const struct trace *trace, uint64_t from, uint64_t to) {
    struct base base = {.tsc = trace->time.tsc_base,
                        .utc_ns = trace->time.utc_ns,
                        .mult = trace->time.utc_mult & INT64_MAX};
    for (uint64_t number = from; number < to; number++) {
        struct trace_event event;
        if (trace_read(trace, number, &event) && event.id == TRACE_TIME) {
            base.tsc = event.tsc;
            base.utc_ns = (int64_t)event.d;
            break;
        }
    }
    return base;
}

void trace_text_print(const struct trace *trace, uint64_t head, FILE *out) {
    uint64_t to = trace_count(trace);
    uint64_t newest = head > to ? head : to;
    uint64_t from = newest < trace->cells ? 0 : newest - trace->cells + 1;
    struct base base = first_base(trace, from, to);
    if (from > 0) {
        (void)fprintf(out, "%" PRIu64 " earlier events were overwritten\n", from);
    }
    uint64_t before = 0;
    for (uint64_t number = from; number < to; number++) {
        struct trace_event event;
        if (!trace_read(trace, number, &event)) {
            continue;
        }
        if (event.id == TRACE_TIME) {
            base.tsc = event.tsc;
            base.utc_ns = (int64_t)event.d;
        }
        int64_t since_ns = before == 0 ? 0 : ticks_to_ns(event.tsc - before, base.mult);
        before = event.tsc;
        print_time(utc_of(&base, event.tsc), out);
        (void)fprintf(out, " %+9" PRId64 " ", since_ns);
        print_event(&event, base.mult, out);
    }
}
