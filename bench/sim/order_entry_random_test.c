#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_chaos.h"
#include "bench/sim/order_entry_rig_text.h"
#include "core/base/test_sanitized.h"
#include "core/base/test_seed.h"

/*
 * Two clients and a venue do what comes into their heads, over streams that are cut anywhere, break
 * and have no room. The venue keeps a book of its own; whatever the clients are told must agree
 * with it, and with itself.
 */

#define EVENTS (TEST_SANITIZED ? 6000 : 20000) /* TEST_EVENTS says otherwise */

/* Runs of which each begins anew. */
#define SHORT_RUNS (TEST_SANITIZED ? 600 : 2000)
#define SHORT_EVENTS 80

/* How often in a row a stream has no room. */
#define SQUEEZE_MAX 5

/* Everything that was read by now, without waiting for more. */
static void listen(struct chaos *chaos) {
    const char *text;
    while (chaos->venue_up && *(text = rig_hear_now(&chaos->rig->venue[0])) != '\0') {
        chaos_venue_hears(chaos, text);
    }
    for (int i = 0; i < RIG_CLIENTS; i++) {
        while (*(text = rig_hear_now(&chaos->rig->client[i])) != '\0') {
            chaos_client_hears(chaos, i, text);
        }
    }
}

static void settle(struct chaos *chaos) {
    for (int quiet = 0; quiet < SQUEEZE_MAX + 3; quiet++) {
        rig_turn(chaos->rig);
        rig_settle(chaos->rig);
        listen(chaos);
    }
    chaos_is_quiet(chaos);
}

static void bring_venue_up(struct chaos *chaos) {
    struct rig_peer *venue = &chaos->rig->venue[0];
    for (int i = 0; i < 100 && *rig_hear_now(venue) == '\0'; i++) {
        rig_advance(chaos->rig, 500);
    }
    cr_assert(strncmp(venue->text, "35=A|", 5) == 0, "%s", venue->text);
    rig_say(venue, "35=A|98=0|108=300|141=Y|");
    chaos->venue_up = true;
    chaos_say_again(chaos);
    settle(chaos);
}

/* Gently: nothing was on its way. Else what the venue said is lost, or said again. */
static void break_venue(struct chaos *chaos) {
    bool again = chaos_below(chaos, 2) == 0;
    chaos->breaks++;
    if (chaos_below(chaos, 2) == 0) {
        settle(chaos);
    } else {
        chaos->rough++;
        chaos_lose(chaos, again);
    }
    rig_peer_reset(&chaos->rig->venue[0]);
    chaos->venue_up = false;
    rig_settle(chaos->rig);
    listen(chaos);
    bring_venue_up(chaos);
}

static void client_up(struct chaos *chaos, int index) {
    struct rig_peer *client = &chaos->rig->client[index];
    rig_client_connect(client);
    rig_say(client, "35=A|98=0|108=300|");
    settle(chaos);
}

static void break_client(struct chaos *chaos) {
    int index = (int)chaos_below(chaos, RIG_CLIENTS);
    settle(chaos);
    rig_peer_reset(&chaos->rig->client[index]);
    settle(chaos);
    client_up(chaos, index);
}

/* Long enough for a question that was not answered several times to be asked again. */
#define REST_MS 150000
#define REST_STEP_MS 15000

static void come_to_rest(struct chaos *chaos) {
    chaos->answers_all = true;
    for (int ms = 0; ms < REST_MS; ms += REST_STEP_MS) {
        rig_advance(chaos->rig, REST_STEP_MS);
        settle(chaos);
    }
    chaos_compare_at_rest(chaos);
}

static void squeeze(struct chaos *chaos) {
    chaos->squeezes++;
    struct rig_peer *peer = chaos_below(chaos, 2) == 0
                                ? &chaos->rig->venue[0]
                                : &chaos->rig->client[chaos_below(chaos, RIG_CLIENTS)];
    enum stream_result reason = STREAM_AGAIN_WINDOW + (enum stream_result)chaos_below(chaos, 5);
    stream_memory_refuse(rig_router_end(peer), reason, (uint32_t)chaos_below(chaos, 4),
                         1 + (uint32_t)chaos_below(chaos, SQUEEZE_MAX));
}

static void happen(struct chaos *chaos) {
    uint64_t dice = chaos_below(chaos, 1000);
    if (dice < 140) {
        chaos_place(chaos);
    } else if (dice < 190) {
        chaos_cancel(chaos);
    } else if (dice < 260) {
        chaos_replace(chaos);
    } else if (dice < 263) {
        chaos_cancel_all(chaos);
    } else if (dice < 280) {
        chaos_ask(chaos);
    } else if (dice < 600) {
        chaos_move(chaos);
    } else if (dice < 670) {
        chaos_answer_cancel(chaos);
    } else if (dice < 750) {
        chaos_answer_replace(chaos);
    } else if (dice < 770) {
        chaos_talk_nonsense(chaos);
    } else if (dice < 790) {
        squeeze(chaos);
    } else if (dice < 900) {
        rig_deliver(chaos->rig);
        rig_turn(chaos->rig);
    } else if (dice < 960) {
        rig_settle(chaos->rig);
    } else if (dice < 990) {
        rig_advance(chaos->rig, (int64_t)chaos_below(chaos, 500));
    } else if (dice < 995) {
        settle(chaos);
    } else if (dice < 997) {
        break_client(chaos);
    } else if (chaos_below(chaos, chaos->calm) == 0) {
        break_venue(chaos);
    }
    chaos_expire_old(chaos);
    listen(chaos);
}

static struct rig_options chaos_options(void) {
    struct rig_options options = rig_default();
    options.orders = 4096;
    options.reports_per_client = 4096; /* its clients ask for nothing that was numbered unsent */
    options.unread_max.ns = 3600 * NS_PER_S;
    options.requests_per_venue = 16384;
    options.ledger_cells = 256;
    options.notice_cells = 4096;
    options.heartbeat_s = 300;
    options.late_window.ns = 5 * NS_PER_S;
    return options;
}

static void begin(struct chaos *chaos, const struct rig_options *options, uint64_t seed,
                  uint32_t events) {
    /* An event has one order, cancel or replace at most; mass cancels have many. */
    uint32_t room = 2 * events;
    *chaos = (struct chaos){
        .rig = rig_begin(options),
        .orders = calloc(room, sizeof(struct chaos_order)),
        .cancels = calloc(room, sizeof(struct chaos_cancel)),
        .venue_cancels = calloc(8 * room, sizeof(struct chaos_venue_cancel)),
        .replaces = calloc(room, sizeof(struct chaos_replace)),
        .masses = calloc(room, sizeof(struct chaos_mass)),
        .room = room,
        .calm = 6,
        .order_of_id = calloc(RIG_IDS_MAX, sizeof(uint32_t)),
        .said = calloc(CHAOS_SAID_MAX, CHAOS_SAID_TEXT_MAX),
    };
    prng_seed(&chaos->prng, seed);
    prng_seed(&chaos->cuts, ~seed);
    chaos->rig->cuts = &chaos->cuts;
    rig_settle(chaos->rig);
    bring_venue_up(chaos);
    client_up(chaos, 0);
    client_up(chaos, 1);
}

static void end(struct chaos *chaos) {
    free(chaos->orders);
    free(chaos->cancels);
    free(chaos->replaces);
    free(chaos->masses);
    free(chaos->order_of_id);
    free(chaos->venue_cancels);
    free(chaos->said);
    rig_end(chaos->rig);
}

static uint32_t events_to_be(void) {
    const char *said = getenv("TEST_EVENTS");
    return said != NULL ? (uint32_t)strtoul(said, NULL, 10) : EVENTS;
}

static void print_mix(const struct chaos *chaos) {
    fprintf(stderr,
            "%u orders, %u cancels, %u fills (%u recovered), %u breaks (%u rough), %u doubts, "
            "%llu turns\n",
            chaos->order_count, chaos->cancel_count, chaos->fills, chaos->recovered, chaos->breaks,
            chaos->rough, chaos->doubts, (unsigned long long)chaos->rig->turns);
    fprintf(stderr, "%u replaces: %u taken (%u crossed), refused here %u, there %u\n",
            chaos->replace_count, chaos->taken, chaos->crossed, chaos->refused_here,
            chaos->refused_there);
    fprintf(stderr, "%u mass cancels of %u; %u statuses (%u of nothing known), %u questions\n",
            chaos->mass_count, chaos->mass_canceled, chaos->statuses, chaos->statuses_unknown,
            chaos->questions);
}

Test(order_entry_random, agrees_with_the_venues_book, .timeout = 600) {
    uint64_t seed = test_seed("order_entry_random");
    uint32_t events = events_to_be();
    struct rig_options options = chaos_options();
    struct chaos chaos;
    begin(&chaos, &options, seed, events);
    for (uint32_t i = 0; i < events; i++) {
        happen(&chaos);
        if (i % 500 == 499) {
            settle(&chaos);
            chaos_compare(&chaos);
        }
    }
    settle(&chaos);
    chaos_compare(&chaos);
    come_to_rest(&chaos);
    chaos_compare_ledger(&chaos);
    print_mix(&chaos);
    cr_assert_gt(chaos.fills, events / 40);
    cr_assert_gt(3 * chaos.taken, chaos.replace_count);
    cr_assert_gt(chaos.crossed, events / 1000);
    cr_assert_gt(chaos.mass_canceled, events / 200);
    cr_assert_gt(chaos.breaks, 0);
    end(&chaos);
}

/* Of the run under way, told when it fails. */
static uint64_t short_seed;
static bool short_is_over;

static void tell_short_seed(void) {
    if (!short_is_over) {
        fprintf(stderr, "order_entry_random: failed at TERCEL_SEED=%llu\n",
                (unsigned long long)short_seed);
    }
}

/* Room for as much as happens. */
static struct rig_options short_options(void) {
    struct rig_options options = chaos_options();
    options.orders = 128;
    options.reports_per_client = 512;
    options.requests_per_venue = 512;
    options.notice_cells = 256;
    options.resend_messages = 256;
    options.stream.send_bytes = 1 << 14;
    options.stream.receive_bytes = 1 << 14;
    options.stream.hold_bytes = 1 << 14;
    return options;
}

static void play_short_runs(const struct rig_options *options, uint32_t runs) {
    short_seed = test_seed("order_entry_random");
    uint64_t end_seed = short_seed + runs;
    uint32_t breaks = 0;
    uint64_t probes = 0;
    uint32_t recovered = 0;
    for (; short_seed < end_seed; short_seed++) {
        struct chaos chaos;
        begin(&chaos, options, short_seed, SHORT_EVENTS);
        chaos.calm = 1;
        for (uint32_t i = 0; i < SHORT_EVENTS; i++) {
            happen(&chaos);
        }
        settle(&chaos);
        chaos_compare(&chaos);
        come_to_rest(&chaos);
        chaos_compare_ledger(&chaos);
        const struct order_entry_counters *counters = order_entry_counters(chaos.rig->entry);
        cr_assert_eq(counters->foreign_cancels, 0);
        breaks += chaos.breaks;
        cr_assert_eq(counters->recovered_fills, chaos.recovered);
        recovered += chaos.recovered;
        probes += counters->doubt_cancels;
        end(&chaos);
    }
    cr_assert_gt(breaks, runs / 10);
    fprintf(stderr, "%u recovered\n", recovered);
    cr_assert(recovered > 0 || options->cancel_in_doubt);
    cr_assert_eq(probes != 0, options->cancel_in_doubt);
    short_is_over = true;
}

/* Many beginnings, where a link is lost among the first orders. */
Test(order_entry_random, agrees_from_many_seeds, .timeout = 600, .fini = tell_short_seed) {
    struct rig_options options = short_options();
    play_short_runs(&options, SHORT_RUNS);
}

/* Late reports are of orders of ours: none is taken for a foreign one that is open. */
Test(order_entry_random, agrees_when_orders_in_doubt_are_cancelled, .timeout = 600,
     .fini = tell_short_seed) {
    struct rig_options options = short_options();
    options.cancel_in_doubt = true;
    options.cancel_foreign = true;
    play_short_runs(&options, SHORT_RUNS / 4);
}

/* The same inputs, the same bytes out: with a stop in the middle of it all at the end. */
Test(order_entry_random, said_again_from_its_recorded_inputs, .timeout = 120) {
    uint64_t seed = test_seed("order_entry_random");
    struct rig_buffer log = {0};
    struct rig_buffer said[2] = {0};
    struct rig_options options = chaos_options();
    options.record = (struct replay_sink){.write = rig_append, .context = &log};
    options.watch = (struct stream_watch){.committed = rig_append_said, .context = &said[0]};
    struct chaos chaos;
    begin(&chaos, &options, seed, EVENTS / 4);
    for (uint32_t i = 0; i < EVENTS / 4; i++) {
        happen(&chaos);
    }
    rig_stop(chaos.rig, true, 5);
    rig_advance(chaos.rig, 20000);
    cr_assert_eq(order_entry_phase(chaos.rig->entry), ORDER_ENTRY_STOPPED);

    struct rig_options again = options;
    again.record = (struct replay_sink){.write = NULL};
    again.replay = bytes_of(log.data, log.len);
    again.watch.context = &said[1];
    struct rig *rig = rig_begin(&again);
    cr_assert(rig_replay(rig));
    fprintf(stderr, "%zu bytes in the log, %zu said\n", log.len, said[0].len);
    cr_assert_gt(said[0].len, 100000);
    cr_assert_eq(said[0].len, said[1].len);
    cr_assert_eq(memcmp(said[0].data, said[1].data, said[0].len), 0);
    cr_assert_eq(memcmp(order_entry_counters(chaos.rig->entry), order_entry_counters(rig->entry),
                        sizeof(struct order_entry_counters)),
                 0);
    cr_assert_eq(order_entry_phase(rig->entry), ORDER_ENTRY_STOPPED);
    rig_same_ledger(chaos.rig, rig);
    rig_end(rig);
    end(&chaos);
    free(log.data);
    free(said[0].data);
    free(said[1].data);
}
