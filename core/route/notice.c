#include "core/route/notice.h"

#include "core/base/check.h"

const char *notice_kind_name(enum notice_kind kind) {
    static const char *const names[NOTICE_KINDS] = {
        [NOTICE_CLIENT_UP] = "client logged on",
        [NOTICE_CLIENT_DOWN] = "client disconnected",
        [NOTICE_CLIENT_REFUSED] = "connection refused",
        [NOTICE_CLIENT_REJECTED] = "client rejects a message",
        [NOTICE_CLIENT_SLOW] = "client does not read",
        [NOTICE_REPORTS_UNSENT] = "reports kept for resend",
        [NOTICE_REPORTS_LOST] = "reports not kept any more",
        [NOTICE_CANCEL_ON_DISCONNECT] = "orders of a client that is gone",
        [NOTICE_VENUE_UP] = "venue logged on",
        [NOTICE_VENUE_DOWN] = "venue disconnected",
        [NOTICE_VENUE_RETRY] = "venue not reached",
        [NOTICE_FOREIGN_ORDER] = "foreign order",
        [NOTICE_FOREIGN_CANCEL] = "cancel of a foreign order",
        [NOTICE_BAD_REPORT] = "report not booked",
        [NOTICE_CONFLICT] = "conflicting report",
        [NOTICE_IN_DOUBT] = "order in doubt",
        [NOTICE_CLOCK] = "clock",
        [NOTICE_STOPPING] = "stopping",
        [NOTICE_STOPPED] = "stopped",
        [NOTICE_LINK] = "link",
    };
    CHECK((unsigned)kind < NOTICE_KINDS);
    return names[kind];
}
