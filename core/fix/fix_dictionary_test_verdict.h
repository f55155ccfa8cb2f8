/*
 * What a dictionary says of a message, judged: by a row of a table, or by the twin. For tests only.
 */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_VERDICT_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_VERDICT_H

#include <criterion/criterion.h>

#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_dictionary_test_twin.h"
#include "core/fix/test_message.h"

/* Header fields but MsgType. */
#define HEAD "34=2|49=TW|52=20240229-23:59:59.123|56=ISLD|"
#define PASS (-1)

struct verdict {
    const char *body; /* from 35= on */
    int reason;       /* or PASS */
    uint32_t tag;
};

static inline enum fix_check verdict_check(const struct fix_dictionary *dictionary,
                                           const char *body, unsigned switches,
                                           struct fix_fault *fault) {
    struct test_message message = test_message_with(bytes_of_string(body));
    static struct fix_view view;
    uint32_t bad;
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad), FIX_VIEW_OK, "%s", body);
    return fix_dictionary_check(dictionary, &view, switches, fault);
}

static inline void verdict_expect(const struct fix_dictionary *dictionary,
                                  const struct verdict *verdict, unsigned switches) {
    struct fix_fault fault = {.reason = FIX_REJECT_OTHER, .tag = 0};
    enum fix_check found = verdict_check(dictionary, verdict->body, switches, &fault);
    if (verdict->reason == PASS) {
        cr_expect_eq(found, FIX_CHECK_OK, "%s: %d of %u", verdict->body, (int)fault.reason,
                     fault.tag);
        return;
    }
    cr_expect_eq(found, FIX_CHECK_FAULT, "%s: taken", verdict->body);
    cr_expect_eq((int)fault.reason, verdict->reason, "%s: reason %d, not %d", verdict->body,
                 (int)fault.reason, verdict->reason);
    cr_expect_eq(fault.tag, verdict->tag, "%s: tag %u, not %u", verdict->body, fault.tag,
                 verdict->tag);
}

#define EXPECT_ALL(dictionary, table, switches)                                                    \
    for (size_t i = 0; i < sizeof(table) / sizeof(table)[0]; i++) {                                \
        verdict_expect(dictionary, &(table)[i], switches);                                         \
    }

/* The reason of the fault, which is the twin's, or TWIN_NO_FAULT. */
static inline int verdict_of_both(const struct fix_dictionary *dictionary,
                                  const struct fix_view *view, unsigned switches) {
    struct fix_fault fault = {.reason = FIX_REJECT_OTHER};
    struct twin twin = twin_check(dictionary, view, switches);
    enum fix_check check = fix_dictionary_check(dictionary, view, switches, &fault);
    cr_assert_eq(check, twin.reason == TWIN_NO_FAULT ? FIX_CHECK_OK : FIX_CHECK_FAULT,
                 "%.*s: switches %x, twin %d of %u", (int)view->message.len, view->message.data,
                 switches, twin.reason, twin.tag);
    if (check == FIX_CHECK_FAULT) {
        cr_assert((int)fault.reason == twin.reason && fault.tag == twin.tag,
                  "%.*s: switches %x, twin %d of %u, code %d of %u", (int)view->message.len,
                  view->message.data, switches, twin.reason, twin.tag, (int)fault.reason,
                  fault.tag);
    }
    return twin.reason;
}

#endif
