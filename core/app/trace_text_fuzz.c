/*
 * The text of a trace whose header is right and whose every other byte is anything: no crash, and
 * no more than one line for each cell and one for those that are gone.
 */
#include <stdlib.h>
#include <string.h>

#include "core/app/trace_text.h"

#define CELLS 64U
#define BYTES_ALL (sizeof(struct trace) + CELLS * sizeof(struct trace_event))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Alignas(64) unsigned char memory[BYTES_ALL];
static char text[(CELLS + 2) * 256];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct clock_mapping start;
    struct trace *trace = trace_init(memory, CELLS, &start);
    uint64_t head = 0;
    uint64_t after = 0;
    if (size > 16) {
        memcpy(&head, data, 8);
        memcpy(&after, data + 8, 8);
        /* Over and over, so that short inputs fill every event. */
        for (size_t at = offsetof(struct trace, time); at < BYTES_ALL; at++) {
            memory[at] = data[16 + at % (size - 16)];
        }
    }
    trace->head = head;
    if (trace_check(memory, BYTES_ALL) != TRACE_FINE) {
        abort();
    }
    FILE *out = fmemopen(text, sizeof(text), "w");
    trace_text_print(trace, after, out);
    (void)fclose(out);
    unsigned lines = 0;
    for (const char *at = text; at < text + sizeof(text) && *at != '\0'; at++) {
        lines += *at == '\n';
    }
    if (lines > CELLS + 1) {
        abort();
    }
    return 0;
}
