/*
 * A whole order through order entry, by the turns of the worker: the client's bytes are there when
 * the turn begins, the venue's message is committed to its stream when it ends, and the same for a
 * report the other way. Streams are in memory: what a transport costs is not in it.
 */
#include <stdio.h>
#include <string.h>

#include "bench/micro/micro.h"
#include "bench/sim/order_entry_rig.h"

struct entry {
    struct rig *rig;
    uint32_t orders;
};

static void *make_entry(void) {
    struct entry *entry = micro_memory(sizeof(*entry));
    struct rig_options options = rig_default();
    options.orders = 256;
    options.requests_per_venue = 1024;
    options.late_window.ns = NS_PER_US;
    entry->rig = rig_up(&options);
    return entry;
}

static void turn(struct entry *entry) {
    micro_begin();
    bool more = order_entry_turn(entry->rig->entry, entry->rig->now);
    micro_end();
    micro_keep(more);
}

/* The only message on its way to either peer, which ends the run when it is another. */
static void hear(struct rig_peer *peer, const char *fields) {
    (void)rig_deliver(peer->rig);
    const char *text = rig_hear_now(peer);
    size_t len = strcspn(fields, "|");
    micro_require(fix_wire_has(text, fields, len), *text != '\0' ? text : "nothing was sent");
}

/* A new order's turn is marked when `submits`, the one of its only fill when `fills`. */
static void live(struct entry *entry, bool submits, bool fills) {
    struct rig *rig = entry->rig;
    uint32_t number = ++entry->orders;
    rig->now.mono.ns += 10 * NS_PER_US;
    rig->now.utc.ns += 10 * NS_PER_US;
    rig_say(&rig->client[0],
            "35=D|11=ORD%07u|1=MM1|55=BTC-USD|100=KRAKEN|54=1|38=0.5|40=2|44=30000|"
            "59=1|21=1|60=@|",
            number);
    (void)rig_deliver(rig);
    submits ? turn(entry) : rig_turn(rig);
    hear(&rig->venue[0], "35=D");
    rig_say(&rig->venue[0],
            "35=8|11=#%u|37=OQNCZM-NVAVC-AVD2LO|17=X%07uA|150=0|39=0|14=0|151=0.5|60=@|", number,
            number);
    (void)rig_deliver(rig);
    rig_turn(rig);
    hear(&rig->client[0], "150=0");
    rig_say(&rig->venue[0],
            "35=8|11=#%u|37=OQNCZM-NVAVC-AVD2LO|17=X%07uF|150=F|39=2|32=0.5|31=30000|14=0.5|151=0|"
            "527=T%07u|60=@|",
            number, number, number);
    (void)rig_deliver(rig);
    fills ? turn(entry) : rig_turn(rig);
    hear(&rig->client[0], "150=F");
    rig_settle(rig);
}

static void run_submit(void *state, uint32_t i) {
    (void)i;
    live(state, true, false);
}

static void run_report(void *state, uint32_t i) {
    (void)i;
    live(state, false, true);
}

static void run_idle(void *state, uint32_t i) {
    (void)i;
    turn(state);
}

const struct micro_benchmark micro_entry[] = {
    {"entry_order_to_venue", make_entry, run_submit, true},
    {"entry_report_to_client", make_entry, run_report, true},
    {"entry_idle_turn", make_entry, run_idle, true},
    {NULL, NULL, NULL, false},
};
