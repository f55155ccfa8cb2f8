/*
 * A trace as text: one line an event, oldest first.
 *
 *   2026-04-07T14:32:05.123456789Z     +1840 order out  venue=0 client=2 order=7 request=3
 *
 * The second column is ns since the event before. Times are exact to the ns against their
 * neighbours and to a few us against UTC, as far as the host's clock is.
 */
#ifndef TERCEL_CORE_APP_TRACE_TEXT_H
#define TERCEL_CORE_APP_TRACE_TEXT_H

#include <stdio.h>

#include "core/base/trace.h"

/*
 * `trace` is a copy, checked (trace_check), that may hold anything else. `head` is the trace's
 * count after the copy was made: what was overwritten meanwhile is left out, and counted with what
 * was overwritten before in the first line, if there was any.
 */
void trace_text_print(const struct trace *trace, uint64_t head, FILE *out);

#endif
