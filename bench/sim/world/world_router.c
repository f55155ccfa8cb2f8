/*
 * A shard as its worker drives it: a turn when something moved, when a ring was answered, when the
 * turn before asked for another, or when the deadline has come; and the threads behind its rings.
 */
#include "bench/sim/world/world_internal.h"
#include "venues/kraken/kraken_sign.h"

/* Turns without any effect after which the shard counts as spinning. */
#define IDLE_TURNS_MAX 256
#define EARLY_ONE_IN 8
#define MISCHIEF_AGAIN_NS (5 * NS_PER_MS)

void world_shard_init(struct world *world, uint32_t index) {
    struct world_shard *shard = &world->shards[index];
    shard->host = &world->hosts[index];
    shard->answer_at = WORLD_NEVER;
    world_shard_make(world, shard, index);
    shard->host->woken = true;
}

static int64_t deadline(const struct world *world, const struct world_shard *shard) {
    if (order_entry_phase(shard->entry) == ORDER_ENTRY_STOPPED) {
        return WORLD_NEVER;
    }
    if (shard->more) {
        return world->now_ns;
    }
    return world_time_of(shard->host, order_entry_deadline(shard->entry));
}

int64_t world_shard_next(const struct world *world, uint32_t index) {
    const struct world_shard *shard = &world->shards[index];
    int64_t next = deadline(world, shard);
    next = shard->host->wanted_ns < next ? shard->host->wanted_ns : next;
    int64_t cold = shard->answer_at;
    return cold < next ? cold : next;
}

/* The crypto thread, a while later. */
static void answer_signatures(struct world *world, struct world_shard *shard) {
    const struct question *question = spsc_peek(shard->rings.sign_questions);
    if (question == NULL) {
        shard->answer_at = WORLD_NEVER;
        return;
    }
    if (shard->answer_at == WORLD_NEVER) {
        int64_t most = world_strikes(world, WORLD_COLD) ? 6 * NS_PER_S : NS_PER_MS;
        shard->answer_at = world->now_ns + world_between(&world->chance, 0, most);
        if (world_strikes(world, WORLD_COLD)) {
            world_struck(world, WORLD_COLD, shard->host->index);
        }
    }
    if (shard->answer_at > world->now_ns) {
        return;
    }
    struct answer *answer = spsc_reserve(shard->rings.sign_answers);
    if (answer == NULL) {
        return;
    }
    *answer = (struct answer){
        .kind = QUESTION_SIGN, .session = question->session, .epoch = question->epoch};
    answer->text_len = (uint32_t)kraken_sign(
        BYTES("d29ybGQ="), bytes_of(question->text, question->text_len), answer->text);
    answer->ok = answer->text_len > 0;
    spsc_release(shard->rings.sign_questions);
    spsc_publish(shard->rings.sign_answers);
    shard->answer_at = WORLD_NEVER;
    shard->host->woken = true;
}

/* The ledger writer and the log. */
static void collect(struct world *world, struct world_shard *shard) {
    while (world->now_ns >= shard->cold_until && spsc_peek(shard->rings.ledger) != NULL) {
        spsc_release(shard->rings.ledger);
    }
    const struct notice *notice;
    while ((notice = spsc_peek(shard->rings.notices)) != NULL) {
        shard->notices[notice->kind]++;
        world_trace(world, "shard %u notices: %s: %s", shard->host->index,
                    notice_kind_name(notice->kind), notice->text);
        spsc_release(shard->rings.notices);
    }
    if (world_strikes(world, WORLD_COLD) && world_one_in(&world->chance, 500)) {
        shard->cold_until = world->now_ns + world_between(&world->chance, 0, NS_PER_S);
        world_struck(world, WORLD_COLD, shard->host->index);
    }
}

static bool is_due(struct world *world, struct world_shard *shard) {
    struct world_host *host = shard->host;
    bool due = host->woken || deadline(world, shard) <= world->now_ns ||
               host->wanted_ns <= world->now_ns ||
               world->net.ops->host_next(world, host) <= world->now_ns;
    if (!due && world_strikes(world, WORLD_EARLY) && world_one_in(&world->chance, EARLY_ONE_IN)) {
        world_struck(world, WORLD_EARLY, host->index);
        due = true;
    }
    return due;
}

/* What is due and was not done waits for something else: it is looked at again in a while. */
static void note_idling(struct world *world, struct world_shard *shard, uint64_t messages) {
    bool idle = world->verdict.messages == messages && !shard->host->woken;
    shard->idle_turns = idle && deadline(world, shard) <= world->now_ns ? shard->idle_turns + 1 : 0;
    if (shard->idle_turns > IDLE_TURNS_MAX) {
        shard->idle_turns = 0;
        if (world->now_ns >= shard->cold_until && world->phase != WORLD_ROUGH) {
            world_break(world, "no turn is asked for in vain", "shard %u turns and turns",
                        shard->host->index);
        }
        world->now_ns += NS_PER_MS;
    }
}

/* Nothing wakes who found no room where there was some: another turn must. */
static void note_mischief(struct world *world, struct world_shard *shard) {
    struct world_verdict *verdict = &world->verdict;
    bool struck = false;
    for (int i = 0; i < MISCHIEF_POINTS; i++) {
        for (; verdict->mischief[i] < world->mischief.struck[i]; verdict->mischief[i]++) {
            world_struck(world, WORLD_MISCHIEF, shard->host->index);
            struck = true;
        }
    }
    int64_t again = world->now_ns + MISCHIEF_AGAIN_NS;
    if (struck && again < shard->host->wanted_ns) {
        shard->host->wanted_ns = again;
    }
}

static void turn(struct world *world, struct world_shard *shard) {
    shard->host->woken = false;
    shard->host->wanted_ns = WORLD_NEVER;
    if (world_strikes(world, WORLD_MISCHIEF)) {
        mischief_begin(&world->mischief);
    }
    world->net.ops->before(world, shard->host);
    /* What it stopped with still lies in its stack, which goes on. */
    shard->more = order_entry_phase(shard->entry) != ORDER_ENTRY_STOPPED &&
                  order_entry_turn(shard->entry, world_now(shard->host));
    world->net.ops->after(world, shard->host);
    mischief_end();
    note_mischief(world, shard);
    shard->turns++;
}

void world_shard_run(struct world *world, uint32_t index) {
    struct world_shard *shard = &world->shards[index];
    answer_signatures(world, shard);
    if (is_due(world, shard)) {
        uint64_t messages = world->verdict.messages;
        turn(world, shard);
        note_idling(world, shard, messages);
    }
    collect(world, shard);
}
