/*
 * The eight versions of FIX, and what of the session layer is not the same in all of them.
 *
 * FIX 4.0 to 4.4 name themselves in BeginString(8). From 5.0 on 8 names the session layer,
 * FIXT.1.1, and the application messages' version is said apart: in the Logon by
 * DefaultApplVerID(1137), in a message that differs by ApplVerID(1128).
 *
 * What is not told apart here is in every version: Text(58) in Reject and Logout, PossDupFlag(43),
 * PossResend(97), OrigSendingTime(122), TestReqID(112), GapFillFlag(123), routing by 115, 116, 128
 * and 129. Which application messages and fields a version has, say its dictionaries.
 *
 * Constant tables; any thread. Sources: volume 2 of FIX 4.0 to 4.4, and FIXT 1.1; EndSeqNo(16) and
 * fractions of seconds in 4.0 and 4.1 as QuickFIX has them too.
 */
#ifndef TERCEL_CORE_FIX_FIX_VERSION_H
#define TERCEL_CORE_FIX_FIX_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

/* Ascending: a version has what it took over from those before it. */
enum fix_version_number {
    FIX_40 = 0,
    FIX_41,
    FIX_42,
    FIX_43,
    FIX_44,
    FIX_50,
    FIX_50SP1,
    FIX_50SP2
};

#define FIX_VERSIONS (FIX_50SP2 + 1)

struct fix_version {
    enum fix_version_number number;
    const char *name;          /* "FIX.4.4", "FIX.5.0SP2" */
    struct bytes begin_string; /* "FIX.4.4", "FIXT.1.1" */
    struct bytes appl_ver_id;  /* of 1128 and 1137: "2" (4.0) to "9" (5.0 SP2) */
    bool is_fixt;              /* a Logon says DefaultApplVerID(1137) */
    /* EndSeqNo(16) that means "all there is" */
    uint32_t resend_to_the_end;
    /* SessionRejectReason(373): every reason below it can be said; 0: a Reject has no 373. */
    uint32_t reject_reasons;
    bool has_reject_refs;     /* RefTagID(371), RefMsgType(372) in a Reject */
    bool has_business_reject; /* BusinessMessageReject(j); before it a type that is not taken is
                                 rejected with a Reject(3) */
    bool has_reset_flag;      /* ResetSeqNumFlag(141) */
    bool has_location_ids;    /* 142 to 145 in the header */
    bool has_last_processed;  /* LastMsgSeqNumProcessed(369) */
    bool has_next_expected;   /* NextExpectedMsgSeqNum(789) */
    bool has_fractions;       /* of seconds, in SendingTime(52) and OrigSendingTime(122) */
};

/* `number` is one of the enum's. */
const struct fix_version *fix_version_of(enum fix_version_number number);

/* By its name, as a configuration has it; NULL: there is none of that name. */
const struct fix_version *fix_version_named(struct bytes name);

/*
 * By what a message says: BeginString(8), and behind "FIXT.1.1" the ApplVerID, which else is not
 * looked at. NULL: none of these, or FIXT with an application version before 5.0.
 */
const struct fix_version *fix_version_find(struct bytes begin_string, struct bytes appl_ver_id);

#endif
