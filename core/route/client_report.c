#include "core/route/client_report.h"

struct client_report *report_queue_slot(struct report_queue *queue) {
    CHECK(report_queue_free(queue) > 0);
    struct client_report *cell = &queue->cells[queue->tail & (queue->capacity - 1)];
    *cell = (struct client_report){.kind = CLIENT_REPORT_EXECUTION};
    return cell;
}

void report_queue_push(struct report_queue *queue) {
    CHECK(report_queue_free(queue) > 0);
    queue->tail++;
}

const struct client_report *report_queue_peek(const struct report_queue *queue) {
    if (report_queue_count(queue) == 0) {
        return NULL;
    }
    return &queue->cells[queue->head & (queue->capacity - 1)];
}

void report_queue_pop(struct report_queue *queue) {
    CHECK(report_queue_count(queue) > 0);
    queue->head++;
}

uint8_t report_copy(char *field, size_t max, struct bytes text) {
    size_t len = text.len < max ? text.len : max;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        field[i] = byte < 0x20 || byte == 0x7f ? '?' : text.data[i];
    }
    field[len] = '\0';
    return (uint8_t)len;
}
