#include <criterion/criterion.h>
#include <string.h>

#include "core/fix/fix_time.h"

Test(fix_time, a_published_time_reads_and_writes_back) {
    static const char text[] = "20250303-14:09:32.902";
    struct utc at;
    cr_assert(fix_time_parse(bytes_of_string(text), &at));
    cr_assert_eq(at.ns, 1741010972902000000);
    struct fix_time_cache cache = {.len = 0};
    char out[FIX_TIME_TEXT_MAX];
    cr_assert_eq(fix_time_format(&cache, at, 3, out), strlen(text));
    cr_assert_eq(memcmp(out, text, strlen(text)), 0);
}
