#include "core/base/mischief.h"

static const char *const names[MISCHIEF_POINTS] = {
    [MISCHIEF_ORDER_TABLE_FULL] = "order-table-full",
    [MISCHIEF_REQUEST_TABLE_FULL] = "request-table-full",
    [MISCHIEF_EARLY_FULL] = "early-full",
    [MISCHIEF_SHORT_READ] = "short-read",
    [MISCHIEF_NO_ROOM] = "no-room",
    [MISCHIEF_BACKLOG] = "backlog",
    [MISCHIEF_REPORTS_FULL] = "reports-full",
    [MISCHIEF_HOLD_VENUE] = "hold-venue",
    [MISCHIEF_EARLY_TICK] = "early-tick",
    [MISCHIEF_EARLY_LIFE] = "early-life",
    [MISCHIEF_NO_BACKOFF] = "no-backoff",
    [MISCHIEF_NOT_REASSEMBLED] = "not-reassembled",
    [MISCHIEF_WINDOW_STAYS] = "window-stays",
};

struct mischief *mischief_afoot;

const char *mischief_name(enum mischief_point point) {
    return names[point];
}

void mischief_begin(struct mischief *mischief) {
    CHECK(mischief->one_in >= 1);
    mischief_afoot = mischief;
}

void mischief_end(void) {
    mischief_afoot = NULL;
}

bool mischief_strikes(enum mischief_point point) {
    struct mischief *mischief = mischief_afoot;
    if ((mischief->on >> point & 1) == 0 || prng_below(&mischief->prng, mischief->one_in) != 0) {
        return false;
    }
    mischief->struck[point]++;
    return true;
}
