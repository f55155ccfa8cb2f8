#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/route/sent_ring.h"

static struct sent_ring ring;

static struct request_id id_of(uint64_t number) {
    return (struct request_id){.high = number << 16 | 0x4000, .low = UINT64_C(1) << 63 | number};
}

Test(sent_ring, numbers_lead_to_their_requests) {
    sent_ring_clear(&ring);
    cr_assert_null(sent_ring_find(&ring, 0));
    cr_assert_null(sent_ring_find(&ring, 2));
    sent_ring_note(&ring, 2, REQUEST_NEW_ORDER, id_of(1));
    sent_ring_note(&ring, 5, REQUEST_CANCEL, id_of(2));
    cr_assert_eq(sent_ring_find(&ring, 2)->id.low, id_of(1).low);
    cr_assert_eq(sent_ring_find(&ring, 5)->kind, REQUEST_CANCEL);
    cr_assert_null(sent_ring_find(&ring, 3), "an administrative message");
    cr_assert_null(sent_ring_find(&ring, 2 + SENT_RING_MAX), "not sent yet");
    sent_ring_clear(&ring);
    cr_assert_null(sent_ring_find(&ring, 2));
}

Test(sent_ring, oldest_number_that_is_remembered) {
    cr_assert_eq(sent_ring_oldest(2), 1);
    cr_assert_eq(sent_ring_oldest(SENT_RING_MAX), 1);
    cr_assert_eq(sent_ring_oldest(SENT_RING_MAX + 1), 1);
    cr_assert_eq(sent_ring_oldest(SENT_RING_MAX + 2), 2);
}

/* One chain for all of them: ids that differ only where the hash does not look would do that. */
Test(sent_ring, one_of_many_with_the_same_id_but_for_a_bit) {
    sent_ring_clear(&ring);
    for (uint64_t seq = 2; seq < 66; seq++) {
        struct request_id id = {.high = UINT64_C(1) << (seq - 2), .low = UINT64_C(1) << (seq - 2)};
        sent_ring_note(&ring, seq, REQUEST_NEW_ORDER, id);
    }
    sent_ring_hear(&ring, (struct request_id){.high = 4, .low = 4});
    sent_ring_hear(&ring, (struct request_id){.high = 3, .low = 3});
    for (uint64_t seq = 2; seq < 66; seq++) {
        cr_assert_eq(sent_ring_find(&ring, seq)->fate, seq == 4 ? SENT_SETTLED : SENT_UNKNOWN);
    }
}

/* Against a list of everything that was ever sent. */
Test(sent_ring, twin) {
    enum { SENT = 20000 };
    static uint64_t seqs[SENT];
    static bool heard[SENT];
    struct prng prng;
    prng_seed(&prng, test_seed("sent_ring_twin"));
    sent_ring_clear(&ring);
    memset(heard, 0, sizeof(heard));
    uint64_t seq = 1;
    for (unsigned i = 0; i < SENT; i++) {
        seq += 1 + prng_below(&prng, 3);
        seqs[i] = seq;
        sent_ring_note(&ring, seq, REQUEST_NEW_ORDER, id_of(i));
        unsigned about = i - (unsigned)prng_below(&prng, i < 5000 ? i + 1 : 5000);
        sent_ring_hear(&ring, id_of(about));
        heard[about] |= seqs[about] + SENT_RING_MAX > seq;
    }
    unsigned known = 0;
    for (unsigned i = 0; i < SENT; i++) {
        const struct sent_request *sent = sent_ring_find(&ring, seqs[i]);
        if (sent == NULL) {
            cr_assert_lt(seqs[i], sent_ring_oldest(seq + 1), "%u", i);
            continue;
        }
        known++;
        cr_assert_eq(sent->id.low, id_of(i).low);
        cr_assert_eq(sent->fate == SENT_SETTLED, heard[i], "%u", i);
    }
    cr_assert_gt(known, SENT_RING_MAX / 4);
}
