#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"
#include "core/base/test_seed.h"

/*
 * A client whose connection does whatever connections do, and that behaves as a FIX engine: it
 * hears every report, once, in order, and no venue ever waits for it.
 */

#define FILLS 3000

struct absence {
    struct rig *rig;
    struct prng prng;
    uint32_t fills; /* said by the venue */
    uint32_t heard; /* by the client */
    uint32_t breaks;
    bool shut; /* its window */
};

static uint64_t below(struct absence *absence, uint64_t bound) {
    return prng_next(&absence->prng) % bound;
}

static void hear(struct absence *absence) {
    struct rig_peer *client = &absence->rig->client[0];
    const char *text;
    unsigned long begin;
    while (client->stream != NULL && *(text = rig_hear_now(client)) != '\0') {
        const char *exec = strstr(text, "|17=R-E");
        if (exec != NULL) {
            cr_assert_eq(strtoul(exec + 7, NULL, 10), ++absence->heard, "%s", text);
        } else if (sscanf(text, "35=2|7=%lu|", &begin) == 1) {
            /* Nothing but admin messages is ever lost on this side. */
            rig_say(client, "35=4|34=%lu|43=Y|122=@|123=Y|36=%llu|", begin,
                    (unsigned long long)client->next_out);
        }
    }
    if (client->stream != NULL && *rig_peer_end(client) != '\0') {
        rig_peer_forget(client);
    }
}

static void come_back(struct absence *absence) {
    struct rig_peer *client = &absence->rig->client[0];
    if (client->stream == NULL) {
        client->heard_bytes = 0;
        rig_client_connect(client);
        rig_say(client, "35=A|98=0|108=300|");
        absence->shut = false;
    }
}

static void happen(struct absence *absence) {
    struct rig *rig = absence->rig;
    struct rig_peer *client = &rig->client[0];
    uint64_t dice = below(absence, 100);
    if (dice < 60) {
        absence->fills++;
        rig_say(&rig->venue[0],
                "35=8|11=#1|37=O|17=X%u|150=F|39=1|32=0.00000001|31=30000|14=0.%08u|60=@|",
                absence->fills, absence->fills);
    } else if (dice < 80) {
        rig_advance(rig, 1 + (int64_t)below(absence, 20));
    } else if (dice < 90) {
        hear(absence);
    } else if (client->stream == NULL) {
        if (dice < 93) {
            come_back(absence);
        }
    } else if (dice < 93) {
        rig_peer_reset(client);
        absence->breaks++;
    } else if (stream_memory_peer(client->stream) != NULL) {
        absence->shut = !absence->shut;
        stream_memory_window(rig_router_end(client), absence->shut ? 0 : SIZE_MAX);
    }
}

static void catch_up(struct absence *absence) {
    struct rig_peer *client = &absence->rig->client[0];
    for (int i = 0; i < 2000 && absence->heard < absence->fills; i++) {
        rig_advance(absence->rig, 2);
        hear(absence);
        come_back(absence);
        /* What came ahead of a gap was dropped: the next number shows what is missing. */
        if (i % 64 == 63 && client->stream != NULL) {
            rig_say(client, "35=1|112=T|");
        }
        if (client->stream != NULL && stream_memory_peer(client->stream) != NULL) {
            stream_memory_window(rig_router_end(client), SIZE_MAX);
        }
    }
}

Test(order_entry_absence, every_report_is_heard_once_and_in_order, .timeout = 60) {
    uint64_t seed = test_seed("order_entry_absence");
    struct rig_options options = rig_default();
    options.reports_per_client = 32;
    options.resend_messages = 4096;
    options.unread_max.ns = 30 * NS_PER_MS;
    options.heartbeat_s = 300;
    struct absence absence = {.rig = rig_up(&options)};
    struct rig *rig = absence.rig;
    prng_seed(&absence.prng, seed);
    rig->client[0].asks = true;
    rig_say(&rig->client[0], "35=D|11=A|55=BTC-USD|54=1|38=100|40=2|44=30000|60=@|");
    rig_expect(&rig->venue[0], "35=D|11=#1");
    while (absence.fills < FILLS) {
        happen(&absence);
        rig_settle(rig);
        /* A turn or two: it may not be up to the client when the venue is read. */
        cr_assert_eq(order_entry_counters(rig->entry)->fills, absence.fills);
    }
    catch_up(&absence);
    const struct order_entry_counters *counters = order_entry_counters(rig->entry);
    fprintf(stderr, "%u fills, %u breaks, %llu cut off, %llu kept unsent\n", absence.fills,
            absence.breaks, (unsigned long long)counters->clients_cut_off,
            (unsigned long long)counters->reports_unsent);
    cr_assert_eq(absence.heard, absence.fills);
    cr_assert_gt(counters->clients_cut_off, 0);
    cr_assert_gt(counters->reports_unsent, 0);
    cr_assert_eq(counters->reports_lost, 0);
    rig_end(rig);
}
