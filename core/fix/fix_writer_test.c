#include <criterion/criterion.h>

#include "core/fix/fix_writer.h"
#include "core/fix/test_message.h"

Test(fix_writer, writes_a_published_frame) {
    struct test_message expected = test_message_of(published_frames[0]);
    char room[512];
    struct fix_writer writer;
    struct fix_time_cache cache = {.len = 0};
    fix_writer_begin(&writer, room, sizeof room, BYTES("FIX.4.4"));
    fix_put_bytes(&writer, 35, BYTES("D"));
    fix_put_uint(&writer, 34, 2);
    fix_put_raw(&writer, BYTES("49=CLIENT_DRV\x01"));
    fix_put_utc(&writer, 52, &cache, (struct utc){.ns = 1741010972902000000}, 3);
    fix_put_bytes(&writer, 56, BYTES("KRAKEN-DRV-TRD"));
    fix_put_bytes(&writer, 11, BYTES("9e58120f-182b-4dce-9609-8ca7cdd174f0"));
    fix_put_char(&writer, 18, 's');
    fix_put_decimal(&writer, 38, 100, 3);
    fix_put_int(&writer, 40, 2);
    fix_put_decimal(&writer, 44, 100000, 2);
    fix_put_char(&writer, 54, '1');
    fix_put_bytes(&writer, 55, BYTES("PF_ETHUSD"));
    fix_put_char(&writer, 59, '1');
    fix_put_utc(&writer, 60, &cache, (struct utc){.ns = 1741010972896000000}, 3);
    size_t len = fix_writer_finish(&writer);
    cr_assert_eq(len, expected.len);
    cr_assert_eq(memcmp(room, expected.data, len), 0);
}
