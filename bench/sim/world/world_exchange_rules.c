/* How each kind of an exchange's faults is written as rules of the exchange. */
#include <stdio.h>

#include "bench/sim/world/world_internal.h"

/* Into `out`: the rule for the message of the number `nth`, after `ms` where it takes time. */
struct recipe {
    enum world_fault_kind kind;
    const char *format; /* of nth and ms, in this order */
    uint32_t nth_max;
    uint32_t ms_max;
};

static const struct recipe recipes[] = {
    {WORLD_SLOW_ACK, "new#%u:delay=%u", 12, 4000},
    {WORLD_SLOW_ACK, "report#%u:delay=%u", 40, 2000},
    {WORLD_FILL_BEFORE_ACK, "new#%u:swap", 20, 0},
    {WORLD_FILL_BEFORE_ACK, "order#%u:fill=%u", 20, 2},
    {WORLD_LATE_REJECT, "refusal#%u:delay=%u", 4, 3000},
    {WORLD_LATE_REJECT, "order#%u:reject=funds", 20, 0},
    {WORLD_LATE_REJECT, "request#%u:reject=rate-limit", 20, 0},
    {WORLD_DUPLICATE_EXEC, "fill#%u:duplicate", 10, 0},
    {WORLD_DUPLICATE_EXEC, "report#%u:duplicate", 20, 0},
    {WORLD_UNSOLICITED_CANCEL, "order#%u:kill=%u", 20, 2000},
    {WORLD_LATE_FILL, "cancel#%u:late-fill=%u", 6, 500},
    {WORLD_LOSE, "request#%u:lose", 30, 0},
    {WORLD_LOSE_AND_ASK, "request#%u:lose-and-ask", 30, 0},
    {WORLD_IGNORE, "request#%u:ignore", 30, 0},
    {WORLD_FAIL, "request#%u:fail", 30, 0},
    {WORLD_SKIP, "report#%u:skip", 30, 0},
    {WORLD_REPLAY, "report#%u:replay", 30, 0},
    {WORLD_CHECKSUM, "report#%u:checksum", 30, 0},
    {WORLD_GARBAGE, "report#%u:garbage=%u", 30, 200},
    {WORLD_FOREIGN, "report#%u:foreign", 30, 0},
    {WORLD_CLOSE, "report#%u:close", 30, 0},
    {WORLD_CLOSE, "request#%u:close-after", 30, 0},
    {WORLD_CLOSE, "request#%u:close-before", 30, 0},
    {WORLD_VENUE_STALL, "report#%u:stall", 30, 0},
    {WORLD_VENUE_STALL, "report#%u:stop-reading", 30, 0},
    {WORLD_VENUE_LOGOUT, "report#%u:logout", 30, 0},
};

static void add(struct world_exchange *exchange, struct kraken_config *config,
                const struct recipe *recipe) {
    char text[64];
    const char *problem;
    unsigned nth = 1 + (unsigned)prng_below(&exchange->prng, recipe->nth_max);
    unsigned ms = (unsigned)prng_below(&exchange->prng, recipe->ms_max + 1);
    if (config->faults.count == EXCHANGE_FAULTS_MAX) {
        return;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(text, sizeof(text), recipe->format, nth, ms);
#pragma GCC diagnostic pop
    exchange->rule_kind[config->faults.count] = recipe->kind;
    CHECK(kraken_faults_add(&config->faults, bytes_of_string(text), &problem));
}

void world_exchange_rules(struct world *world, uint32_t index, struct kraken_config *config) {
    struct world_exchange *exchange = &world->exchanges[index];
    for (size_t i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++) {
        if (!world_has(world, recipes[i].kind)) {
            continue;
        }
        uint64_t count = 1 + prng_below(&exchange->prng, 3);
        for (uint64_t k = 0; k < count; k++) {
            add(exchange, config, &recipes[i]);
        }
    }
    config->options.engine_delay_ms = world_has(world, WORLD_HELD) ? 3000 : 0;
}
