#include "bench/sim/world/world_fault.h"

#include <stdio.h>
#include <string.h>

static const char *const names[WORLD_FAULTS] = {
    [WORLD_DELAY] = "delay",
    [WORLD_JITTER] = "jitter",
    [WORLD_CUT] = "cut",
    [WORLD_LOSS] = "loss",
    [WORLD_BURST] = "burst",
    [WORLD_DUPLICATE_FRAME] = "duplicate-frame",
    [WORLD_REORDER] = "reorder",
    [WORLD_CORRUPT] = "corrupt",
    [WORLD_MTU] = "mtu",
    [WORLD_STALL] = "stall",
    [WORLD_PARTITION] = "partition",
    [WORLD_RESET] = "reset",
    [WORLD_SEVER] = "sever",
    [WORLD_CLIENT_CRASH] = "client-crash",
    [WORLD_CLIENT_LOGOUT] = "client-logout",
    [WORLD_CLIENT_DEAF] = "client-deaf",
    [WORLD_EXCHANGE_CRASH] = "exchange-crash",
    [WORLD_DRIFT] = "drift",
    [WORLD_STEP] = "step",
    [WORLD_LEAP] = "leap",
    [WORLD_SQUEEZE] = "squeeze",
    [WORLD_EARLY] = "early",
    [WORLD_COLD] = "cold",
    [WORLD_SLOW_ACK] = "slow-ack",
    [WORLD_FILL_BEFORE_ACK] = "fill-before-ack",
    [WORLD_LATE_REJECT] = "late-reject",
    [WORLD_DUPLICATE_EXEC] = "duplicate-exec",
    [WORLD_UNSOLICITED_CANCEL] = "unsolicited-cancel",
    [WORLD_LATE_FILL] = "late-fill",
    [WORLD_LOSE] = "lose",
    [WORLD_LOSE_AND_ASK] = "lose-and-ask",
    [WORLD_IGNORE] = "ignore",
    [WORLD_FAIL] = "fail",
    [WORLD_HELD] = "held",
    [WORLD_SKIP] = "skip",
    [WORLD_REPLAY] = "replay",
    [WORLD_CHECKSUM] = "checksum",
    [WORLD_GARBAGE] = "garbage",
    [WORLD_FOREIGN] = "foreign",
    [WORLD_CLOSE] = "close",
    [WORLD_VENUE_STALL] = "venue-stall",
    [WORLD_VENUE_LOGOUT] = "venue-logout",
    [WORLD_ROLL_OVER] = "roll-over",
    [WORLD_MISCHIEF] = "mischief",
    [WORLD_MARKET_CRASH] = "market-crash",
};

const char *world_fault_name(enum world_fault_kind kind) {
    return names[kind];
}

static bool read_one(const char *name, size_t len, uint64_t *faults) {
    for (int i = 0; i < WORLD_FAULTS; i++) {
        if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0) {
            *faults |= UINT64_C(1) << i;
            return true;
        }
    }
    return false;
}

bool world_faults_read(const char *list, uint64_t *faults) {
    *faults = 0;
    if (strcmp(list, "none") == 0) {
        return true;
    }
    if (strcmp(list, "all") == 0) {
        *faults = WORLD_FAULTS_ALL;
        return true;
    }
    while (*list != '\0') {
        size_t len = strcspn(list, ",");
        if (!read_one(list, len, faults)) {
            return false;
        }
        list += len + (list[len] == ',');
    }
    return *faults != 0;
}

void world_faults_write(uint64_t faults, char *out, size_t max) {
    size_t len = 0;
    if (faults == 0 || faults == WORLD_FAULTS_ALL) {
        (void)snprintf(out, max, "%s", faults == 0 ? "none" : "all");
        return;
    }
    for (int i = 0; i < WORLD_FAULTS && len < max; i++) {
        if ((faults >> i & 1) != 0) {
            len += (size_t)snprintf(out + len, max - len, "%s%s", len > 0 ? "," : "", names[i]);
        }
    }
}
