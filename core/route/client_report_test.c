#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "core/route/client_report.h"

static struct client_report cells[4];

static struct report_queue queue_of_four(void) {
    return (struct report_queue){.cells = cells, .capacity = 4};
}

static void push(struct report_queue *queue, uint64_t number) {
    report_queue_slot(queue)->exec_number = number;
    report_queue_push(queue);
}

Test(report_queue, first_in_is_first_out_over_many_laps) {
    struct report_queue queue = queue_of_four();
    /* Counts run over: the queue lives longer than 2^32 reports. */
    queue.head = queue.tail = UINT32_MAX - 5;
    uint64_t pushed = 0;
    uint64_t popped = 0;
    for (int i = 0; i < 100; i++) {
        while (report_queue_free(&queue) > (uint32_t)(i % 3)) {
            push(&queue, pushed++);
        }
        cr_assert_eq(report_queue_count(&queue), 4U - (uint32_t)(i % 3));
        for (int pops = 1 + i % 2; pops > 0; pops--) {
            cr_assert_eq(report_queue_peek(&queue)->exec_number, popped++);
            report_queue_pop(&queue);
        }
    }
    while (report_queue_peek(&queue) != NULL) {
        cr_assert_eq(report_queue_peek(&queue)->exec_number, popped++);
        report_queue_pop(&queue);
    }
    cr_assert_eq(popped, pushed);
    cr_assert_eq(report_queue_free(&queue), 4);
}

/* What an earlier lap left in a cell must not show in a report that leaves it out. */
Test(report_queue, a_slot_is_empty_whatever_was_there) {
    struct report_queue queue = queue_of_four();
    memset(cells, 0x5A, sizeof(cells));
    const struct client_report *slot = report_queue_slot(&queue);
    cr_assert_eq(slot->text_len, 0);
    cr_assert_eq(slot->cl_ord_id.len, 0);
    cr_assert_eq(slot->side, '\0');
    cr_assert_eq(slot->price.scaled, 0);
}

Test(report_queue, a_slot_that_is_not_pushed_is_not_queued) {
    struct report_queue queue = queue_of_four();
    report_queue_slot(&queue)->exec_number = 1;
    cr_assert_null(report_queue_peek(&queue));
}

Test(report_copy, cuts_and_takes_out_what_cannot_be_said) {
    char field[9];
    cr_assert_eq(report_copy(field, 8, BYTES("plain")), 5);
    cr_assert_str_eq(field, "plain");
    cr_assert_eq(report_copy(field, 8, BYTES("too long by far")), 8);
    cr_assert_str_eq(field, "too long");
    cr_assert_eq(report_copy(field, 8,
                             BYTES("a\x01"
                                   "b\x7f\n\x1f")),
                 6);
    cr_assert_str_eq(field, "a?b???");
    cr_assert_eq(report_copy(field, 8, bytes_of(NULL, 0)), 0);
    cr_assert_str_eq(field, "");
}

Test(report_queue, more_than_it_holds_is_our_bug, .signal = SIGABRT) {
    struct report_queue queue = queue_of_four();
    for (uint64_t i = 0; i < 5; i++) {
        push(&queue, i);
    }
}

Test(report_queue, less_than_nothing_is_our_bug, .signal = SIGABRT) {
    struct report_queue queue = queue_of_four();
    report_queue_pop(&queue);
}
