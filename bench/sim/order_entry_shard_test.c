#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "bench/sim/order_entry_words.h"

/*
 * Two shards of one router at one venue, in the same epoch and at the same times: whatever one of
 * them sends is nobody's to the other.
 */

static struct rig *shard_up(uint8_t shard) {
    struct rig_options options = rig_default();
    options.shard = shard;
    return rig_up(&options);
}

static void order(struct rig *rig, uint32_t number) {
    rig_say(&rig->client[0], BUY("A%u"), number);
    rig_expect(&rig->venue[0], "35=D");
    rig_say(&rig->client[0], "35=F|11=C%u|41=A%u|60=@|", number, number);
    rig_expect(&rig->venue[0], "35=F");
}

/* Everything a venue can say of an id. */
static void report(struct rig *rig, const char *id) {
    struct rig_peer *venue = &rig->venue[0];
    rig_say(venue, "35=8|11=%s|37=O|17=X|150=0|39=0|14=0|60=@|", id);
    rig_say(venue, "35=8|11=%s|37=O|17=X|150=F|39=2|32=0.5|31=30000|14=0.5|60=@|", id);
    rig_say(venue, "35=8|11=x|41=%s|37=O|17=X|150=4|39=4|14=0|60=@|", id);
    rig_say(venue, "35=j|45=0|372=D|379=%s|380=0|58=no|", id);
}

Test(order_entry_shard, ids_of_one_are_foreign_to_the_other) {
    struct rig *shards[] = {shard_up(0), shard_up(1)};
    for (uint32_t i = 0; i < 20; i++) {
        order(shards[0], i);
        order(shards[1], i);
    }
    for (uint32_t from = 0; from < 2; from++) {
        struct rig *to = shards[1 - from];
        uint64_t before = order_entry_counters(to->entry)->foreign_reports;
        for (uint32_t id = 1; id <= 40; id++) {
            report(to, rig_id(&shards[from]->venue[0], id));
            rig_expect_nothing(&to->client[0]);
        }
        cr_assert_eq(order_entry_counters(to->entry)->foreign_reports, before + 160);
        cr_assert_eq(order_entry_counters(to->entry)->fills, 0);
        cr_assert_eq(order_entry_live_orders(to->entry), 20);
        cr_assert_eq(to->ledger_count, 0);
    }
    rig_end(shards[0]);
    rig_end(shards[1]);
}

Test(order_entry_shard, ids_are_never_the_same) {
    struct rig *shards[] = {shard_up(0), shard_up(1)};
    for (uint32_t i = 0; i < 20; i++) {
        order(shards[0], i);
        order(shards[1], i);
    }
    for (uint32_t a = 1; a <= 40; a++) {
        for (uint32_t b = 1; b <= 40; b++) {
            cr_assert_str_neq(rig_id(&shards[0]->venue[0], a), rig_id(&shards[1]->venue[0], b));
        }
    }
    rig_end(shards[0]);
    rig_end(shards[1]);
}
