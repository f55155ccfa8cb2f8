#include "core/app/zone_file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fix_zone zone;
static char folder[64];

static void put(const char *name, const char *text, size_t len) {
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, len, file), len);
    fclose(file);
}

static void make_folder(void) {
    snprintf(folder, sizeof(folder), "/tmp/tercel-zones-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    char sub[80];
    snprintf(sub, sizeof(sub), "%s/Europe", folder);
    cr_assert_eq(mkdir(sub, 0700), 0);
    static const char list[] = "# version\nR n 1 2 3\nZ Europe/Oslo 1 - LMT\n2 X CE%sT\n"
                               "L Europe/Oslo Arctic/Longyearbyen\n";
    put("tzdata.zi", list, strlen(list));
    put("short", "TZif2", 5);
    static char large[FIX_ZONE_FILE_BYTES_MAX + 1] = "TZif2";
    put("large", large, sizeof(large));
    /* One type, an hour east, no changes: TZif as RFC 9636 has it. */
    static char fixed[2 * 54 + 8];
    for (int block = 0; block < 2; block++) {
        char *at = fixed + 54 * block;
        memcpy(at, "TZif2", 5);
        at[39] = 1;
        at[43] = 4;
        at[46] = 0x0e;
        at[47] = 0x10;
        memcpy(at + 50, "CET", 4);
    }
    memcpy(fixed + 108, "\nCET-1\n", 8);
    put("Europe/Oslo", fixed, sizeof(fixed));
}

static void remove_folder(void) {
    static const char *const names[] = {"Europe/Oslo", "tzdata.zi", "short", "large", "Europe", ""};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        cr_expect_eq(remove(path), 0, "%s", path);
    }
}

TestSuite(zone_file, .init = make_folder, .fini = remove_folder);

Test(zone_file, a_zone_is_read) {
    const char *why = zone_file_read(folder, "Europe/Oslo", &zone);
    cr_assert_null(why, "%s", why);
    cr_expect_eq(fix_zone_offset_s(&zone, 0), 3600);
}

Test(zone_file, utc_needs_no_file) {
    cr_assert_null(zone_file_read("/nonexistent", "UTC", &zone));
    cr_expect_eq(fix_zone_offset_s(&zone, 0), 0);
    cr_expect_eq(fix_zone_offset_s(&zone, INT64_C(9000000000)), 0);
}

Test(zone_file, what_is_no_zone_is_told) {
    cr_expect_str_eq(zone_file_read(folder, "Europe/Bergen", &zone), "no such zone");
    cr_expect_not_null(zone_file_read(folder, "Europe", &zone));
    cr_expect_not_null(zone_file_read(folder, "tzdata.zi", &zone));
    cr_expect_str_eq(zone_file_read(folder, "short", &zone), fix_zone_result_text(FIX_ZONE_SHORT));
    cr_expect_not_null(strstr(zone_file_read(folder, "large", &zone), "large"));
}

Test(zone_file, the_nearest_name_is_found) {
    char near[64] = "";
    cr_assert(zone_file_nearest(folder, "Europe/Olso", near, sizeof(near)));
    cr_expect_str_eq(near, "Europe/Oslo");
    cr_assert(zone_file_nearest(folder, "arctic/longyearbien", near, sizeof(near)));
    cr_expect_str_eq(near, "Arctic/Longyearbyen");
    cr_expect(!zone_file_nearest(folder, "Mars", near, sizeof(near)));
    cr_expect(!zone_file_nearest("/nonexistent", "Europe/Oslo", near, sizeof(near)));
}
