#include <criterion/criterion.h>

#include "core/base/text.h"

static char room[16];

static struct text of(size_t bytes) {
    memset(room, '~', sizeof(room));
    return text_begin(room, bytes);
}

static void expect(const struct text *text, const char *wanted) {
    struct bytes got = text_end(text);
    cr_assert(bytes_equal(got, bytes_of_string(wanted)), "%.*s, not %s", (int)got.len, got.data,
              wanted);
}

Test(text, pieces_and_numbers) {
    struct text text = of(sizeof(room));
    expect(&text, "");
    text_add(&text, BYTES("a="));
    text_add_number(&text, 0);
    text_add(&text, bytes_of(NULL, 0));
    text_add_number(&text, 1230);
    expect(&text, "a=01230");
}

Test(text, greatest_number) {
    char wide[20];
    struct text text = text_begin(wide, sizeof(wide));
    text_add_number(&text, UINT64_MAX);
    expect(&text, "18446744073709551615");
}

Test(text, what_does_not_fit_leaves_nothing) {
    struct text text = of(5);
    text_add(&text, BYTES("12345"));
    expect(&text, "12345");
    text_add(&text, BYTES("6"));
    expect(&text, "");
    text_add(&text, bytes_of(NULL, 0));
    expect(&text, "");
    cr_assert_eq(room[5], '~');
    text = of(3);
    text_add_number(&text, 1234);
    expect(&text, "");
    text_add(&text, BYTES("1"));
    expect(&text, "");
}
