#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"
#include "core/base/test_seed.h"

/*
 * How a peer's bytes are cut on their way changes nothing: the same bytes in are the same bytes out
 * on every stream.
 */

#define SELL(id) "35=D|11=" id "|55=ETH-USD.KRAKEN|54=2|38=1.5|40=2|44=2000.05|59=3|60=@|"

/* One after another, with everything settled before the other side speaks. */
struct phase {
    bool venue;
    const char *const *messages;
};

static const char *const client_orders[] = {
    "35=A|98=0|108=30|",
    BUY("A1"),
    "35=1|112=HELLO|",
    SELL("A2"),
    "35=D|11=A3|55=DOGE-USD|54=1|38=0.5|40=2|44=30000|60=@|",
    "35=1|112=AGAIN|",
    "35=D|11=A4|55=BTC-USD|54=1|38=0.5|40=2|60=@|",
    "35=D|11=A5|55=BTC-USD|54=7|38=0.5|40=2|44=30000|60=@|",
    BUY("A6"),
    "35=0|",
    BUY("A1"),
    "35=Z9|58=what is this|",
    "35=2|7=1|16=0|",
    "35=D|11=A7|34=10|10=000|", /* garbled */
    "35=F|11=A8|41=NOBODY|60=@|",
    BUY("A9"),
    BUY("A10"),
    BUY("A12"),
    "35=D|34=99|11=A11|55=BTC-USD|54=1|38=1|40=1|60=@|", /* ahead of a gap */
    NULL,
};

static const char *const venue_answers[] = {
    "35=8|11=#1|37=O1|17=X1|150=0|39=0|14=0|151=0.5|60=@|",
    "35=1|112=THERE|",
    "35=8|11=#2|37=O2|17=X2|150=F|39=2|31=2000.05|32=1.5|14=1.5|151=0|60=@|",
    "35=8|11=#3|37=O3|17=X3|150=F|39=1|31=30000|32=0.2|14=0.2|60=@|",
    "35=8|11=#3|37=O3|17=X3|150=F|39=1|31=30000|32=0.2|14=0.2|60=@|",
    "35=8|11=12345678-1234-4234-8234-123456789012|37=O9|17=X9|150=F|39=1|31=1|32=1|14=1|60=@|",
    "35=j|45=0|372=D|379=#4|380=0|58=EOrder:Insufficient funds|",
    "35=3|45=6|58=Missing Mandatory Field: Side (54)|",
    "35=8|11=#1|37=O1|17=X4|150=F|39=1|31=bad|32=0.1|14=0.1|60=@|",
    "35=0|",
    "35=B|148=news|",
    NULL,
};

static const char *const client_cancels[] = {
    "35=F|11=C1|41=A6|60=@|",  "35=F|11=C2|41=A1|60=@|", "35=F|11=C3|41=A6|60=@|",
    "35=F|11=C1|41=A12|60=@|", "35=5|58=bye|",           NULL,
};

static const char *const venue_cancels[] = {
    "35=8|11=#7|41=#3|37=O3|17=X5|150=4|39=4|14=0.2|151=0|60=@|",
    "35=8|11=#6|37=O6|17=X6|150=C|39=C|14=0|60=@|",
    "35=5|58=closing|",
    NULL,
};

static const struct phase phases[] = {
    {false, client_orders}, {true, venue_answers}, {false, client_cancels}, {true, venue_cancels}};

static void play(struct rig *rig) {
    rig_client_connect(&rig->client[0]);
    rig_settle(rig);
    rig_venue_up(&rig->venue[0]);
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
        struct rig_peer *peer = phases[i].venue ? &rig->venue[0] : &rig->client[0];
        for (const char *const *message = phases[i].messages; *message != NULL; message++) {
            rig_say(peer, "%s", *message);
        }
        rig_skip(&rig->client[0]);
        rig_skip(&rig->venue[0]);
    }
}

static struct rig *run(size_t segment_bytes, struct prng *cuts) {
    struct rig_options options = rig_default();
    struct rig *rig = rig_begin(&options);
    rig->segment_bytes = segment_bytes;
    rig->cuts = cuts;
    play(rig);
    return rig;
}

static void assert_same_log(const struct rig_peer *a, const struct rig_peer *b, const char *how) {
    size_t common = a->log_bytes < b->log_bytes ? a->log_bytes : b->log_bytes;
    size_t at = 0;
    while (at < common && a->log[at] == b->log[at]) {
        at++;
    }
    cr_assert(at == a->log_bytes && at == b->log_bytes,
              "%s: %s hears something else from byte %zu on: %.*s\n instead of %.*s", how,
              a->comp_id, at, (int)(b->log_bytes - at), b->log + at, (int)(a->log_bytes - at),
              a->log + at);
}

static void assert_same(const struct rig *a, const struct rig *b, const char *how) {
    assert_same_log(&a->client[0], &b->client[0], how);
    assert_same_log(&a->venue[0], &b->venue[0], how);
    cr_assert_eq(a->ledger_count, b->ledger_count);
}

Test(order_entry_cuts, the_script_says_something) {
    struct rig *whole = run(SIZE_MAX, NULL);
    cr_assert_gt(whole->client[0].log_bytes, 2500);
    cr_assert_gt(whole->venue[0].log_bytes, 1200);
    cr_assert_eq(whole->notices[NOTICE_FOREIGN_ORDER], 1);
    cr_assert_gt(whole->ledger_count, 6);
    rig_end(whole);
}

Test(order_entry_cuts, one_byte_at_a_time) {
    struct rig *whole = run(SIZE_MAX, NULL);
    struct rig *bytes = run(1, NULL);
    assert_same(whole, bytes, "byte by byte");
    rig_end(bytes);
    rig_end(whole);
}

Test(order_entry_cuts, anywhere, .timeout = 60) {
    struct rig *whole = run(SIZE_MAX, NULL);
    uint64_t seed = test_seed("order_entry_cuts");
    for (uint64_t i = 0; i < 120; i++) {
        struct prng cuts;
        char how[64];
        prng_seed(&cuts, seed + i);
        snprintf(how, sizeof(how), "TERCEL_SEED=%" PRIu64, seed + i);
        struct rig *cut = run(0, &cuts);
        assert_same(whole, cut, how);
        rig_end(cut);
    }
    rig_end(whole);
}

static struct rig *hundred_orders(size_t segment_bytes) {
    struct rig_options options = rig_default();
    options.orders = 128;
    struct rig *rig = rig_up(&options);
    rig->segment_bytes = segment_bytes;
    for (int i = 0; i < 100; i++) {
        rig_say(&rig->client[0], BUY("A%d"), i);
    }
    for (int i = 1; i <= 100; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "35=D|11=#%d", i);
        rig_expect(&rig->venue[0], expected);
    }
    for (int i = 1; i <= 100; i++) {
        rig_say(&rig->venue[0], "35=8|11=#%d|37=O%d|17=X|150=0|39=0|14=0|60=@|", i, i);
    }
    for (int i = 0; i < 100; i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "35=8|11=A%d|198=O%d|150=0", i, i + 1);
        rig_expect(&rig->client[0], expected);
    }
    return rig;
}

Test(order_entry_cuts, a_hundred_messages_in_one_delivery) {
    struct rig *together = hundred_orders(SIZE_MAX);
    struct rig *apart = hundred_orders(1);
    assert_same(together, apart, "byte by byte");
    rig_end(apart);
    rig_end(together);
}

/* Admin messages are dealt with in bursts; what lies behind a long run of them is not lost. */
Test(order_entry_cuts, a_report_behind_two_hundred_heartbeats_and_the_end) {
    struct rig *rig = rig_up(NULL);
    rig_say(&rig->client[0], BUY("A1"));
    rig_expect(&rig->venue[0], "35=D|11=#1");
    for (int i = 0; i < 200; i++) {
        rig_say(&rig->venue[0], "35=0|");
    }
    rig_say(&rig->venue[0], "35=8|11=#1|37=O1|17=X1|150=F|39=2|31=30000|32=0.5|14=0.5|60=@|");
    rig_peer_finish(&rig->venue[0]);
    rig_expect(&rig->client[0], "35=8|150=F|39=2");
    rig_end(rig);
}

Test(order_entry_cuts, more_test_requests_than_answers_fit_at_once) {
    struct rig *rig = rig_up(NULL);
    for (int i = 0; i < 100; i++) {
        rig_say(&rig->client[0], "35=1|112=T%d|", i);
        rig_say(&rig->venue[0], "35=1|112=T%d|", i);
    }
    rig_say(&rig->client[0], BUY("A1"));
    for (int i = 0; i < 100; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "35=0|112=T%d", i);
        rig_expect(&rig->client[0], expected);
        rig_expect(&rig->venue[0], expected);
    }
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_end(rig);
}

/* An order that comes in the turn in which the venue wanted to know something. */
Test(order_entry_cuts, a_heartbeat_owed_to_the_venue_stops_no_order) {
    struct rig *rig = rig_up(NULL);
    rig_say(&rig->venue[0], "35=1|112=T|");
    rig_say(&rig->client[0], BUY("A1"));
    rig_say(&rig->client[0], "35=F|11=C1|41=A1|60=@|");
    rig_expect(&rig->venue[0], "35=0|112=T");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    rig_expect(&rig->venue[0], "35=F|41=#1");
    rig_expect_nothing(&rig->client[0]);
    rig_end(rig);
}
