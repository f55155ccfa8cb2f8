#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/prng.h"
#include "core/base/test_death.h"
#include "core/base/test_seed.h"
#include "net/stream_send.h"

static const struct stream_limits limits = {
    .send_bytes = 100,
    .receive_bytes = 1,
    .record_bytes_max = 60,
    .gather_bytes_max = 1,
    .hold_bytes = 80,
    .hold_records_max = 3,
};

static char mem[4096] __attribute__((aligned(64)));

static void send_make(struct stream_send *send) {
    cr_assert_leq(stream_send_footprint(&limits), sizeof(mem));
    memset(mem, 0, sizeof(mem));
    stream_send_init(send, mem, &limits);
}

static void put(struct stream_send *send, size_t bytes) {
    struct stream_room room;
    cr_assert_eq(stream_send_reserve(send, bytes, &room), STREAM_OK);
    memset(room.data, 'a', bytes);
    stream_send_commit(send, bytes, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

Test(stream_send, a_record_that_does_not_fit_the_end_starts_at_the_beginning) {
    struct stream_send send;
    struct stream_room room;
    send_make(&send);
    put(&send, 40);
    put(&send, 40);
    cr_assert_eq(stream_send_reserve(&send, 30, &room), STREAM_AGAIN_WINDOW);
    stream_send_take(&send, 40);
    cr_assert_eq(stream_send_reserve(&send, 30, &room), STREAM_OK);
    cr_assert_eq(room.data, send.data, "20 at the end are too few, 40 at the beginning are free");
    stream_send_commit(&send, 30, STREAM_RELEASE_NOW, STREAM_PLAIN);
    cr_assert_eq(stream_send_reserve(&send, 11, &room), STREAM_AGAIN_WINDOW);
    put(&send, 10);
    cr_assert_eq(stream_send_front(&send).len, 40);
    stream_send_take(&send, 40);
    cr_assert_eq(stream_send_front(&send).data, send.data);
    cr_assert_eq(stream_send_front(&send).len, 40);
}

Test(stream_send, many_rooms_use_the_end_and_the_beginning) {
    struct stream_send send;
    struct stream_rooms rooms;
    send_make(&send);
    put(&send, 60);
    put(&send, 20);
    stream_send_take(&send, 60);
    cr_assert_eq(stream_send_reserve_many(&send, 50, &rooms), STREAM_OK);
    cr_assert_eq(rooms.count, 2);
    cr_assert_eq(rooms.room[0].data, send.data + 80);
    cr_assert_eq(rooms.room[0].bytes, 20);
    cr_assert_eq(rooms.room[1].data, send.data);
    cr_assert_eq(rooms.room[1].bytes, 30);
    stream_send_commit(&send, 35, STREAM_RELEASE_NOW, STREAM_PLAIN);
    cr_assert_eq(stream_send_front(&send).len, 40);
    stream_send_take(&send, 41);
    cr_assert_eq(stream_send_front(&send).data, send.data + 1);
    cr_assert_eq(stream_send_front(&send).len, 14);
}

/* The transport may take the last byte while a reservation is open. */
Test(stream_send, a_reservation_survives_draining) {
    static const struct {
        size_t put;
        size_t taken;
    } rows[] = {{10, 0}, {30, 10}, {60, 30}};
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct stream_send send;
        struct stream_rooms rooms;
        send_make(&send);
        put(&send, rows[row].put);
        stream_send_take(&send, rows[row].taken);
        cr_assert_eq(stream_send_reserve_many(&send, 70, &rooms), STREAM_OK);
        for (uint32_t i = 0; i < rooms.count; i++) {
            memset(rooms.room[i].data, 'b', rooms.room[i].bytes);
        }
        stream_send_take(&send, stream_send_unsent(&send));
        stream_send_commit(&send, 70, STREAM_RELEASE_NOW, STREAM_PLAIN);
        size_t taken = 0;
        while (taken < 70) {
            struct bytes front = stream_send_front(&send);
            cr_assert_gt(front.len, 0);
            for (size_t i = 0; i < front.len; i++) {
                cr_assert_eq(front.data[i], 'b');
            }
            taken += front.len;
            stream_send_take(&send, front.len);
        }
        cr_assert_eq(taken, 70);
        put(&send, 60);
    }
}

Test(stream_send, secrets_are_wiped_as_they_are_taken) {
    struct stream_send send;
    struct stream_room room;
    send_make(&send);
    put(&send, 5);
    cr_assert_eq(stream_send_reserve(&send, 20, &room), STREAM_OK);
    memset(room.data, 's', 20);
    stream_send_commit(&send, 10, STREAM_RELEASE_NOW, STREAM_SECRET);
    cr_assert_null(memchr(send.data + 15, 's', 85), "the draft beyond the record");
    stream_send_take(&send, 9);
    cr_assert_null(memchr(send.data, 's', 9));
    cr_assert_not_null(memchr(send.data, 's', 100));
    stream_send_take(&send, 6);
    cr_assert_null(memchr(send.data, 's', 100));
}

/* The budget of records is for positions that differ: a burst under one position needs one. */
Test(stream_send, neighbours_of_one_position_share_an_entry) {
    struct stream_send send;
    struct stream_room room;
    send_make(&send);
    for (uint64_t i = 0; i < 30; i++) {
        cr_assert_eq(stream_send_reserve(&send, 1, &room), STREAM_OK, "record %d", (int)i);
        stream_send_commit(&send, 1, (struct stream_position){.value = 9 - i % 3}, STREAM_PLAIN);
    }
    stream_send_release(&send, (struct stream_position){.value = 8});
    cr_assert_eq(stream_send_front(&send).len, 0, "all wait for the first");
    stream_send_release(&send, (struct stream_position){.value = 9});
    cr_assert_eq(stream_send_front(&send).len, 30);
}

/* A queue of bytes that keeps every record apart and never reuses a place. */
struct twin {
    char bytes[1 << 16];
    size_t committed;
    size_t taken;
    struct {
        size_t end;
        uint64_t position;
    } records[4096];
    size_t count;
    uint64_t durable;
};

static size_t twin_releasable(const struct twin *twin) {
    size_t end = 0;
    for (size_t i = 0; i < twin->count && twin->records[i].position <= twin->durable; i++) {
        end = twin->records[i].end;
    }
    return end;
}

static void twin_commit(struct twin *twin, char byte, size_t len, uint64_t position) {
    memset(twin->bytes + twin->committed, byte, len);
    twin->committed += len;
    twin->records[twin->count].end = twin->committed;
    twin->records[twin->count++].position = position;
}

static void write_both(struct stream_send *send, struct twin *twin, struct prng *prng) {
    struct stream_rooms rooms = {.count = 1};
    size_t bytes = 1 + (size_t)prng_below(prng, 60);
    bool many = prng_below(prng, 2) == 0;
    enum stream_result result = many ? stream_send_reserve_many(send, bytes, &rooms)
                                     : stream_send_reserve(send, bytes, &rooms.room[0]);
    if (result != STREAM_OK) {
        cr_assert(result == STREAM_AGAIN_WINDOW || result == STREAM_AGAIN_HOLD);
        cr_assert(stream_send_unsent(send) > 0);
        return;
    }
    char byte = (char)prng_next(prng);
    size_t len = 1 + (size_t)prng_below(prng, bytes);
    for (uint32_t i = 0; i < rooms.count; i++) {
        memset(rooms.room[i].data, byte, rooms.room[i].bytes);
    }
    if (prng_below(prng, 5) == 0) {
        stream_send_cancel(send);
        return;
    }
    uint64_t position = prng_below(prng, 2) * (twin->durable + prng_below(prng, 5));
    stream_send_commit(send, len, (struct stream_position){.value = position}, STREAM_PLAIN);
    twin_commit(twin, byte, len, position);
}

static void take_both(struct stream_send *send, struct twin *twin, struct prng *prng) {
    struct bytes front = stream_send_front(send);
    cr_assert_eq(front.len == 0, twin_releasable(twin) <= twin->taken);
    cr_assert_leq(front.len + twin->taken, twin_releasable(twin));
    cr_assert(front.len == 0 || memcmp(front.data, twin->bytes + twin->taken, front.len) == 0);
    size_t count = front.len == 0 ? 0 : 1 + (size_t)prng_below(prng, front.len);
    stream_send_take(send, count);
    twin->taken += count;
}

Test(stream_send, agrees_with_a_naive_twin) {
    static struct twin twin;
    struct stream_send send;
    struct prng prng;
    prng_seed(&prng, test_seed("agrees_with_a_naive_twin"));
    send_make(&send);
    while (twin.committed < sizeof(twin.bytes) - 100 && twin.count < 4000) {
        switch (prng_below(&prng, 3)) {
        case 0:
            write_both(&send, &twin, &prng);
            break;
        case 1:
            take_both(&send, &twin, &prng);
            break;
        default:
            twin.durable += prng_below(&prng, 3);
            stream_send_release(&send, (struct stream_position){.value = twin.durable});
            break;
        }
        cr_assert_eq(stream_send_unsent(&send), twin.committed - twin.taken);
    }
}

static void reserve_twice(void *argument) {
    struct stream_room room;
    stream_send_reserve(argument, 1, &room);
    stream_send_reserve(argument, 1, &room);
}

static void commit_nothing_reserved(void *argument) {
    stream_send_commit(argument, 1, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

static void commit_too_much(void *argument) {
    struct stream_room room;
    stream_send_reserve(argument, 5, &room);
    stream_send_commit(argument, 6, STREAM_RELEASE_NOW, STREAM_PLAIN);
}

Test(stream_send, misuse_stops_the_process) {
    struct stream_send send;
    send_make(&send);
    cr_assert(dies_saying(reserve_twice, &send, "is_reserved"));
    cr_assert(dies_saying(commit_nothing_reserved, &send, "reserved_bytes"));
    cr_assert(dies_saying(commit_too_much, &send, "reserved_bytes"));
}
