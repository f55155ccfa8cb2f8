#include "bench/sim/order_entry_room.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const enum stream_result reasons[] = {STREAM_AGAIN_WINDOW, STREAM_AGAIN_RING,
                                             STREAM_AGAIN_POOL, STREAM_AGAIN_UNRESOLVED,
                                             STREAM_AGAIN_HOLD};
#define REASONS (sizeof(reasons) / sizeof(reasons[0]))
static const uint32_t counts[] = {1, 4};
#define COUNTS (sizeof(counts) / sizeof(counts[0]))
/* A run that writes less than this shows nothing. */
#define MESSAGES_MIN 10

uint32_t room_number(const char *text, const char *field) {
    const char *at = strstr(text, field);
    return at == NULL ? 0 : (uint32_t)strtoul(at + strlen(field), NULL, 10);
}

bool room_is(const char *text, char type) {
    return strncmp(text, "35=", 3) == 0 && text[3] == type && text[4] == '|';
}

static void refuse_each(struct room_refusal refusal, bool (*play)(const struct room_refusal *)) {
    while (play(&refusal)) {
        refusal.skip++;
    }
    cr_assert_geq(refusal.skip, MESSAGES_MIN, "the run writes %u times", refusal.skip);
}

void room_refuse_everywhere(bool venue, bool (*play)(const struct room_refusal *refusal)) {
    for (size_t reason = 0; reason < REASONS; reason++) {
        for (size_t count = 0; count < COUNTS; count++) {
            refuse_each((struct room_refusal){.venue = venue,
                                              .reason = reasons[reason],
                                              .count = counts[count]},
                        play);
        }
    }
}

static struct stream *refusing_end(const struct room_run *run, const struct room_refusal *refusal) {
    return rig_router_end(refusal->venue ? &run->rig->venue[0] : &run->rig->client[0]);
}

void room_refuse(const struct room_run *run, const struct room_refusal *refusal) {
    stream_memory_refuse(refusing_end(run, refusal), refusal->reason, refusal->skip,
                         refusal->count);
}

bool room_was_refused(const struct room_run *run, const struct room_refusal *refusal) {
    return stream_memory_refusals_left(refusing_end(run, refusal)) == 0;
}

static void venue_hears(struct room_run *run, const char *text) {
    if (room_is(text, '0')) {
        run->venue_heartbeats++;
    } else {
        run->venue_hears(run->context, text);
    }
}

static void check_number(struct room_run *run, const char *text, const char *field) {
    cr_assert_eq(room_number(text, field), ++run->last_report, "lost or out of order: %s", text);
}

static void client_hears(struct room_run *run, const char *text) {
    if (room_is(text, '0')) {
        run->client_heartbeats++;
    } else if (room_is(text, 'r')) {
        check_number(run, text, "|37=R-M");
        run->mass_affected += room_number(text, "|533=");
        run->mass_answers++;
    } else {
        if (room_is(text, '8')) {
            check_number(run, text, "|17=R-E");
        }
        run->client_hears(run->context, text);
    }
}

void room_settle(struct room_run *run) {
    const char *text;
    for (int quiet = 0; quiet < 3; quiet++) {
        while (*(text = rig_hear(&run->rig->venue[0])) != '\0') {
            venue_hears(run, text);
            quiet = 0;
        }
        while (*(text = rig_hear(&run->rig->client[0])) != '\0') {
            client_hears(run, text);
            quiet = 0;
        }
        rig_turn(run->rig);
    }
}

void room_settle_refused(struct room_run *run, const struct room_refusal *refusal) {
    for (uint32_t i = 0; i <= refusal->count; i++) {
        room_settle(run);
    }
}
