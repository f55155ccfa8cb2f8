#include "core/fix/fix_version.h"

#include "core/base/check.h"

#define TEXT(literal)                                                                              \
    { .data = (literal), .len = sizeof(literal) - 1 }

#define TO_THE_END_41 999999
#define REASONS_42 12 /* up to 11, Invalid MsgType */
#define REASONS_43 18 /* up to 17, a value that holds SOH */
/* 4.4 adds 99, Other, and leaves others to the two sides. */
#define REASONS_ALL UINT32_MAX

#define FROM_41 .has_reset_flag = true, .has_location_ids = true
#define FROM_42                                                                                    \
    FROM_41, .has_reject_refs = true, .has_business_reject = true, .has_last_processed = true,     \
             .has_fractions = true
#define FROM_44 FROM_42, .reject_reasons = REASONS_ALL, .has_next_expected = true
#define FROM_50 FROM_44, .is_fixt = true, .begin_string = TEXT("FIXT.1.1")

static const struct fix_version versions[FIX_VERSIONS] = {
    {.number = FIX_40,
     .name = "FIX.4.0",
     .begin_string = TEXT("FIX.4.0"),
     .appl_ver_id = TEXT("2"),
     .resend_to_the_end = TO_THE_END_41},
    {.number = FIX_41,
     .name = "FIX.4.1",
     .begin_string = TEXT("FIX.4.1"),
     .appl_ver_id = TEXT("3"),
     .resend_to_the_end = TO_THE_END_41,
     FROM_41},
    {.number = FIX_42,
     .name = "FIX.4.2",
     .begin_string = TEXT("FIX.4.2"),
     .appl_ver_id = TEXT("4"),
     .reject_reasons = REASONS_42,
     FROM_42},
    {.number = FIX_43,
     .name = "FIX.4.3",
     .begin_string = TEXT("FIX.4.3"),
     .appl_ver_id = TEXT("5"),
     .reject_reasons = REASONS_43,
     FROM_42},
    {.number = FIX_44,
     .name = "FIX.4.4",
     .begin_string = TEXT("FIX.4.4"),
     .appl_ver_id = TEXT("6"),
     FROM_44},
    {.number = FIX_50, .name = "FIX.5.0", .appl_ver_id = TEXT("7"), FROM_50},
    {.number = FIX_50SP1, .name = "FIX.5.0SP1", .appl_ver_id = TEXT("8"), FROM_50},
    {.number = FIX_50SP2, .name = "FIX.5.0SP2", .appl_ver_id = TEXT("9"), FROM_50},
};

const struct fix_version *fix_version_of(enum fix_version_number number) {
    CHECK((unsigned)number < FIX_VERSIONS);
    return &versions[number];
}

const struct fix_version *fix_version_named(struct bytes name) {
    for (size_t i = 0; i < FIX_VERSIONS; i++) {
        if (bytes_equal(name, bytes_of_string(versions[i].name))) {
            return &versions[i];
        }
    }
    return NULL;
}

const struct fix_version *fix_version_find(struct bytes begin_string, struct bytes appl_ver_id) {
    for (size_t i = 0; i < FIX_VERSIONS; i++) {
        const struct fix_version *version = &versions[i];
        if (bytes_equal(begin_string, version->begin_string) &&
            (!version->is_fixt || bytes_equal(appl_ver_id, version->appl_ver_id))) {
            return version;
        }
    }
    return NULL;
}
