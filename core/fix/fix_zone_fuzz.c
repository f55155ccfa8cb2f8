/* Any bytes as a TZif file: refused, or a zone whose every answer is what the header says. */
#include "core/fix/fix_zone.h"

#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct fix_zone zone;

static void check_order(void) {
    CHECK(zone.count <= FIX_ZONE_CHANGES_MAX);
    for (uint32_t i = 0; i < zone.count; i++) {
        CHECK(zone.change_s[i] >= 0);
        CHECK(i == 0 || zone.change_s[i - 1] < zone.change_s[i]);
    }
}

static void check_first(int64_t local_s) {
    int64_t first_s = fix_zone_first_s(&zone, local_s);
    CHECK(first_s + fix_zone_offset_s(&zone, first_s) >= local_s);
    CHECK(first_s - 1 + fix_zone_offset_s(&zone, first_s - 1) < local_s);
    /* No change before it leads there either. */
    for (uint32_t i = 0; i < zone.count && zone.change_s[i] < first_s; i++) {
        CHECK(zone.change_s[i] + zone.offset_s[i] < local_s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (fix_zone_parse(bytes_of((const char *)data, size), &zone) != FIX_ZONE_OK) {
        return 0;
    }
    check_order();
    for (uint32_t i = 0; i < zone.count; i += 1 + zone.count / 16) {
        int64_t change_s = zone.change_s[i];
        check_first(change_s + zone.offset_s[i]);
        check_first(change_s + (i == 0 ? zone.offset_first_s : zone.offset_s[i - 1]));
        check_first(change_s + (int64_t)size * 60);
    }
    check_first(0);
    return 0;
}
