#include "core/app/config_scalar.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "core/app/config_endpoint.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct number_case {
    const char *text;
    enum config_scalar_result result;
    int64_t value;
};

static void check_numbers(enum config_scalar_result (*read)(struct bytes, int64_t *),
                          const struct number_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int64_t value = -77;
        enum config_scalar_result result = read(bytes_of_string(cases[i].text), &value);
        cr_expect_eq(result, cases[i].result, "\"%s\": %d", cases[i].text, (int)result);
        int64_t expected = cases[i].result == CONFIG_SCALAR_OK ? cases[i].value : -77;
        cr_expect_eq(value, expected, "\"%s\": %lld", cases[i].text, (long long)value);
    }
}

Test(config_scalar, integers) {
    static const struct number_case cases[] = {
        {"0", CONFIG_SCALAR_OK, 0},
        {"7", CONFIG_SCALAR_OK, 7},
        {"65536", CONFIG_SCALAR_OK, 65536},
        {"9223372036854775807", CONFIG_SCALAR_OK, INT64_MAX},
        {"9223372036854775808", CONFIG_SCALAR_OVERFLOW, 0},
        {"99999999999999999999", CONFIG_SCALAR_OVERFLOW, 0},
        {"", CONFIG_SCALAR_EMPTY, 0},
        {"1e6", CONFIG_SCALAR_MALFORMED, 0},
        {"1_000", CONFIG_SCALAR_MALFORMED, 0},
        {"1O0", CONFIG_SCALAR_MALFORMED, 0},
        {"1.5", CONFIG_SCALAR_MALFORMED, 0},
        {"98x", CONFIG_SCALAR_MALFORMED, 0},
        {"010", CONFIG_SCALAR_MALFORMED, 0},
        {"00", CONFIG_SCALAR_MALFORMED, 0},
        {"+5", CONFIG_SCALAR_MALFORMED, 0},
        {" 5", CONFIG_SCALAR_MALFORMED, 0},
        {"5 ", CONFIG_SCALAR_MALFORMED, 0},
        {"5\n", CONFIG_SCALAR_MALFORMED, 0},
        {"0x10", CONFIG_SCALAR_MALFORMED, 0},
        {"0b1", CONFIG_SCALAR_MALFORMED, 0},
        {"0o7", CONFIG_SCALAR_MALFORMED, 0},
        {"-1", CONFIG_SCALAR_MALFORMED, 0},
        {"-0", CONFIG_SCALAR_MALFORMED, 0},
        {"1,000", CONFIG_SCALAR_MALFORMED, 0},
        {"1:30", CONFIG_SCALAR_MALFORMED, 0},
        {"~", CONFIG_SCALAR_MALFORMED, 0},
        {"null", CONFIG_SCALAR_MALFORMED, 0},
        {"\xd9\xa3", CONFIG_SCALAR_MALFORMED, 0},
    };
    check_numbers(config_scalar_integer, cases, COUNT(cases));
}

Test(config_scalar, durations) {
    static const struct number_case cases[] = {
        {"0ns", CONFIG_SCALAR_OK, 0},
        {"1ns", CONFIG_SCALAR_OK, 1},
        {"250us", CONFIG_SCALAR_OK, 250000},
        {"500ms", CONFIG_SCALAR_OK, 500000000},
        {"10s", CONFIG_SCALAR_OK, INT64_C(10000000000)},
        {"2m", CONFIG_SCALAR_OK, INT64_C(120000000000)},
        {"1h", CONFIG_SCALAR_OK, INT64_C(3600000000000)},
        {"9223372036854775807ns", CONFIG_SCALAR_OK, INT64_MAX},
        {"9223372036854775807s", CONFIG_SCALAR_OVERFLOW, 0},
        {"10", CONFIG_SCALAR_NO_UNIT, 0},
        {"0", CONFIG_SCALAR_NO_UNIT, 0},
        {"", CONFIG_SCALAR_EMPTY, 0},
        {"s", CONFIG_SCALAR_MALFORMED, 0},
        {"1.5s", CONFIG_SCALAR_MALFORMED, 0},
        {"10 s", CONFIG_SCALAR_MALFORMED, 0},
        {"10S", CONFIG_SCALAR_MALFORMED, 0},
        {"10sec", CONFIG_SCALAR_MALFORMED, 0},
        {"010s", CONFIG_SCALAR_MALFORMED, 0},
        {"-5s", CONFIG_SCALAR_MALFORMED, 0},
        {"1m30s", CONFIG_SCALAR_MALFORMED, 0},
        {"10s ", CONFIG_SCALAR_MALFORMED, 0},
    };
    check_numbers(config_scalar_duration, cases, COUNT(cases));
}

Test(config_scalar, sizes) {
    static const struct number_case cases[] = {
        {"512B", CONFIG_SCALAR_OK, 512},
        {"64KiB", CONFIG_SCALAR_OK, 65536},
        {"1MiB", CONFIG_SCALAR_OK, 1048576},
        {"2GiB", CONFIG_SCALAR_OK, INT64_C(2147483648)},
        {"9223372036854775807KiB", CONFIG_SCALAR_OVERFLOW, 0},
        {"8192", CONFIG_SCALAR_NO_UNIT, 0},
        {"64K", CONFIG_SCALAR_MALFORMED, 0},
        {"64KB", CONFIG_SCALAR_MALFORMED, 0},
        {"64kib", CONFIG_SCALAR_MALFORMED, 0},
        {"0x40KiB", CONFIG_SCALAR_MALFORMED, 0},
        {"1e3B", CONFIG_SCALAR_MALFORMED, 0},
        {"", CONFIG_SCALAR_EMPTY, 0},
    };
    check_numbers(config_scalar_size, cases, COUNT(cases));
}

Test(config_scalar, durations_and_sizes_are_written_in_the_largest_exact_unit) {
    char text[CONFIG_QUANTITY_TEXT_MAX];
    cr_expect_str_eq(config_duration_text(0, text), "0ns");
    cr_expect_str_eq(config_duration_text(1500, text), "1500ns");
    cr_expect_str_eq(config_duration_text(1000, text), "1us");
    cr_expect_str_eq(config_duration_text(INT64_C(90000000000), text), "90s");
    cr_expect_str_eq(config_duration_text(INT64_C(3600000000000), text), "1h");
    cr_expect_str_eq(config_size_text(1023, text), "1023B");
    cr_expect_str_eq(config_size_text(8192, text), "8KiB");
    cr_expect_str_eq(config_size_text(3145728, text), "3MiB");
}

Test(config_scalar, switches) {
    static const char *const on[] = {"on", "true"};
    static const char *const off[] = {"off", "false"};
    static const char *const neither[] = {"",  "yes", "no",  "On", "TRUE", "1",
                                          "0", "y",   "on ", "o",  "offf", "null"};
    bool value = false;
    for (size_t i = 0; i < COUNT(on); i++) {
        cr_expect(config_scalar_switch(bytes_of_string(on[i]), &value) == CONFIG_SCALAR_OK &&
                  value);
    }
    for (size_t i = 0; i < COUNT(off); i++) {
        cr_expect(config_scalar_switch(bytes_of_string(off[i]), &value) == CONFIG_SCALAR_OK &&
                  !value);
    }
    for (size_t i = 0; i < COUNT(neither); i++) {
        cr_expect_neq(config_scalar_switch(bytes_of_string(neither[i]), &value), CONFIG_SCALAR_OK,
                      "\"%s\"", neither[i]);
    }
}

Test(config_scalar, decimals) {
    static const char *const good[] = {"0", "1", "0.1", "10", "0.00000001", "123456.789", "1.50"};
    static const char *const bad[] = {"",     ".5",  "5.",   ".",   "-1",    "+1",
                                      "1e-3", "01",  "00.1", "1,5", "1.2.3", " 1",
                                      "1 ",   "0x1", "1_0",  "inf", "nan",   "1.-5"};
    for (size_t i = 0; i < COUNT(good); i++) {
        cr_expect_eq(config_scalar_decimal(bytes_of_string(good[i])), CONFIG_SCALAR_OK, "\"%s\"",
                     good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_neq(config_scalar_decimal(bytes_of_string(bad[i])), CONFIG_SCALAR_OK, "\"%s\"",
                      bad[i]);
    }
}

struct endpoint_case {
    const char *text;
    bool loopback;
    bool private;
    bool destination;
};

Test(config_scalar, endpoints_and_what_they_are) {
    static const struct endpoint_case cases[] = {
        {"127.0.0.1:5001", true, false, true},  {"127.255.0.9:1", true, false, true},
        {"[::1]:65535", true, false, true},     {"[::ffff:127.0.0.1]:80", true, false, true},
        {"10.1.2.3:80", false, true, true},     {"172.15.0.1:80", false, false, true},
        {"172.16.0.1:80", false, true, true},   {"172.31.255.1:80", false, true, true},
        {"172.32.0.1:80", false, false, true},  {"192.168.1.1:80", false, true, true},
        {"169.254.1.1:80", false, true, true},  {"100.64.0.1:80", false, true, true},
        {"100.128.0.1:80", false, false, true}, {"[fd00::1]:80", false, true, true},
        {"[fe80::1]:80", false, true, true},    {"[2001:db8::1]:80", false, false, true},
        {"8.8.8.8:443", false, false, true},    {"8.8.8.8:0", false, false, false},
        {"0.0.0.0:80", false, false, false},    {"[::]:80", false, false, false},
        {"224.0.0.1:80", false, false, false},  {"255.255.255.255:80", false, false, false},
        {"[ff02::1]:80", false, false, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct endpoint endpoint;
        cr_assert_eq(config_scalar_endpoint(bytes_of_string(cases[i].text), &endpoint),
                     CONFIG_SCALAR_OK, "%s", cases[i].text);
        cr_expect_eq(config_endpoint_is_loopback(&endpoint), cases[i].loopback, "%s",
                     cases[i].text);
        cr_expect_eq(config_endpoint_is_private(&endpoint), cases[i].private, "%s", cases[i].text);
        cr_expect_eq(config_endpoint_is_destination(&endpoint), cases[i].destination, "%s",
                     cases[i].text);
    }
}

Test(config_scalar, an_endpoint_is_ready_for_the_kernel) {
    struct endpoint endpoint;
    cr_assert_eq(config_scalar_endpoint(BYTES("192.0.2.7:4001"), &endpoint), CONFIG_SCALAR_OK);
    cr_expect_eq(endpoint.address.v4.sin_family, AF_INET);
    cr_expect_eq(endpoint.address.v4.sin_port, htons(4001));
    cr_expect_eq(endpoint.address.v4.sin_addr.s_addr, htonl(0xC0000207));
    cr_expect_eq(endpoint.address_bytes, sizeof(struct sockaddr_in));
    cr_assert_eq(config_scalar_endpoint(BYTES("[2001:db8::5]:1"), &endpoint), CONFIG_SCALAR_OK);
    cr_expect_eq(endpoint.address.v6.sin6_family, AF_INET6);
    cr_expect_eq(endpoint.address.v6.sin6_port, htons(1));
    cr_expect_eq(endpoint.address.v6.sin6_addr.s6_addr[15], 5);
    cr_expect_eq(endpoint.address_bytes, sizeof(struct sockaddr_in6));
}

Test(config_scalar, what_is_no_endpoint) {
    static const char *const bad[] = {"",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      ":5001",
                                      "localhost:5001",
                                      "127.1:80",
                                      "127.0.0.1:80 ",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:080",
                                      "::1:80",
                                      "[::1]",
                                      "[::1]80",
                                      "[::1:80",
                                      "[127.0.0.1]:80",
                                      "1.2.3.4.5:1",
                                      "256.0.0.1:1",
                                      "01.2.3.4:1",
                                      "0x7f.0.0.1:1",
                                      "[fe80::1%eth0]:1",
                                      "127.0.0.1:http",
                                      "[]:1",
                                      "[::1]:",
                                      "kraken.example:443"};
    struct endpoint endpoint;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_neq(config_scalar_endpoint(bytes_of_string(bad[i]), &endpoint), CONFIG_SCALAR_OK,
                      "\"%s\"", bad[i]);
    }
}

Test(config_scalar, clocks) {
    uint32_t second = 0;
    cr_expect_eq(config_scalar_clock(BYTES("00:00"), &second), CONFIG_SCALAR_OK);
    cr_expect_eq(second, 0);
    cr_expect_eq(config_scalar_clock(BYTES("23:59:59"), &second), CONFIG_SCALAR_OK);
    cr_expect_eq(second, 86399);
    cr_expect_eq(config_scalar_clock(BYTES("09:30"), &second), CONFIG_SCALAR_OK);
    cr_expect_eq(second, 34200);
    cr_expect_eq(config_scalar_clock(BYTES(""), &second), CONFIG_SCALAR_EMPTY);
    static const char *const bad[] = {"9:30",      "24:00",     "23:60", "23:59:60", "2359",
                                      "23:59:5",   "23:59:",    "23-59", "23:59-00", "+9:30",
                                      "09:30:00 ", "09:30:000", "0a:30", "/0:00",    ":0:00"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_eq(config_scalar_clock(bytes_of_string(bad[i]), &second), CONFIG_SCALAR_MALFORMED,
                     "\"%s\"", bad[i]);
    }
    cr_expect_eq(second, 34200, "untouched");
}

Test(config_scalar, zones) {
    static const char *const good[] = {
        "UTC",    "America/New_York", "Etc/GMT+5", "Etc/GMT-14", "America/Argentina/Buenos_Aires",
        "EST5EDT"};
    static const char *const bad[] = {"",       "/",      "/UTC", "UTC/", "A//B",  ".",     "..",
                                      "../UTC", "A/../B", "A.B",  "A B",  "A\x01", "A\x80", "A\\B"};
    for (size_t i = 0; i < COUNT(good); i++) {
        cr_expect(config_scalar_is_zone(bytes_of_string(good[i])), "%s", good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect(!config_scalar_is_zone(bytes_of_string(bad[i])), "\"%s\"", bad[i]);
    }
    cr_expect(!config_scalar_is_zone(bytes_of("A\0B", 3)));
}

Test(config_scalar, names_words_and_paths) {
    cr_expect(config_scalar_is_name(BYTES("acme-1.x_Y")));
    cr_expect(config_scalar_is_name(BYTES("7")));
    cr_expect(!config_scalar_is_name(BYTES("")));
    cr_expect(!config_scalar_is_name(BYTES("-a")));
    cr_expect(!config_scalar_is_name(BYTES("a b")));
    cr_expect(!config_scalar_is_name(BYTES("a/b")));
    cr_expect(config_scalar_is_upper_name(BYTES("KRAKEN-2")));
    cr_expect(!config_scalar_is_upper_name(BYTES("KRAKEn")));
    cr_expect(!config_scalar_is_upper_name(BYTES("KRAKEN.2")));
    cr_expect(config_scalar_is_symbol(BYTES("BTC-USD")));
    cr_expect(!config_scalar_is_symbol(BYTES("BTC-USD.KRAKEN")));
    cr_expect(config_scalar_is_word(BYTES("BTC/USD=x|~!")));
    cr_expect(!config_scalar_is_word(BYTES("BTC USD")));
    cr_expect(!config_scalar_is_word(BYTES("BTC\x01")));
    cr_expect(!config_scalar_is_word(BYTES("BTC\x80")));
    cr_expect(!config_scalar_is_word(BYTES("")));
    cr_expect(config_scalar_is_path(BYTES("/etc/my keys/a")));
    cr_expect(!config_scalar_is_path(BYTES("/etc/")));
    cr_expect(!config_scalar_is_path(BYTES("a\nb")));
    cr_expect(!config_scalar_is_path(BYTES("")));
}
