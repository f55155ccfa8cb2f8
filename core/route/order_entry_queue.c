#include "core/route/order_entry_state.h"

static struct order_place *place_at(const struct order_queue *queue, uint32_t position) {
    return &queue->places[position & (queue->capacity - 1)];
}

bool order_queue_is_empty(const struct order_queue *queue) {
    return queue->head == queue->tail;
}

const struct order_place *order_queue_first(const struct order_queue *queue) {
    return place_at(queue, queue->head);
}

void order_queue_drop_first(struct order_queue *queue) {
    queue->head++;
}

void order_queue_turn_first(struct order_queue *queue) {
    *place_at(queue, queue->tail++) = *order_queue_first(queue);
    queue->head++;
}

uint32_t order_queue_count(const struct order_queue *queue) {
    return queue->tail - queue->head;
}

/* Cold: only places that outlive their orders can make it full. */
COLD static void drop_dead_places(struct order_entry *entry, struct order_queue *queue,
                                  bool (*alive)(struct order_entry *, const struct order_place *)) {
    uint32_t kept = queue->head;
    uint32_t left = queue->left;
    for (uint32_t at = queue->head; at != queue->tail; at++) {
        if (alive(entry, place_at(queue, at))) {
            *place_at(queue, kept++) = *place_at(queue, at);
        } else if (at - queue->head < left) {
            queue->left--;
        }
    }
    queue->tail = kept;
}

void order_queue_put(struct order_entry *entry, struct order_queue *queue, uint32_t slot,
                     struct instant due,
                     bool (*alive)(struct order_entry *, const struct order_place *)) {
    if (queue->tail - queue->head == queue->capacity) {
        drop_dead_places(entry, queue, alive);
    }
    CHECK(queue->tail - queue->head < queue->capacity);
    *place_at(queue, queue->tail++) = (struct order_place){
        .number = order_table_at(entry->orders, slot)->number, .due = due, .slot = slot};
}
