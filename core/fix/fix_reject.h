/*
 * SessionRejectReason(373), FIX 4.4 volume 6; those the session or a check of a message has use
 * for.
 */
#ifndef TERCEL_CORE_FIX_FIX_REJECT_H
#define TERCEL_CORE_FIX_FIX_REJECT_H

enum fix_reject_reason {
    FIX_REJECT_INVALID_TAG = 0,
    FIX_REJECT_TAG_MISSING = 1,
    FIX_REJECT_TAG_NOT_DEFINED = 2,
    FIX_REJECT_TAG_EMPTY = 4,
    FIX_REJECT_VALUE = 5,
    FIX_REJECT_FORMAT = 6,
    FIX_REJECT_COMP_ID = 9,
    FIX_REJECT_SENDING_TIME = 10,
    FIX_REJECT_MSG_TYPE = 11,
    FIX_REJECT_TAG_TWICE = 13,
    FIX_REJECT_TAG_ORDER = 14,
    FIX_REJECT_GROUP_ORDER = 15,
    FIX_REJECT_GROUP_COUNT = 16,
    FIX_REJECT_APPL_VER = 18, /* FIXT 1.1 */
    FIX_REJECT_OTHER = 99
};

#endif
