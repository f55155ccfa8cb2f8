#include <criterion/criterion.h>

#include "net/endpoint.h"

Test(endpoint, reads_and_writes_the_same_text) {
    static const char *const texts[] = {
        "127.0.0.1:9878",  "0.0.0.0:0", "255.255.255.255:65535", "[::1]:443",
        "[2001:db8::1]:1", "[::]:0",    "192.0.2.1:5",           "[fe80::1:2:3]:9999",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct endpoint endpoint;
        char out[ENDPOINT_TEXT_MAX + 1];
        cr_assert_eq(endpoint_parse(bytes_of_string(texts[i]), &endpoint), ENDPOINT_OK, "%s",
                     texts[i]);
        endpoint_format(&endpoint, out);
        cr_assert_str_eq(out, texts[i]);
    }
}

Test(endpoint, says_what_is_wrong) {
    static const struct {
        const char *text;
        enum endpoint_result result;
    } rows[] = {
        {"", ENDPOINT_NO_PORT},
        {"127.0.0.1", ENDPOINT_NO_PORT},
        {"[::1]", ENDPOINT_NO_PORT},
        {":", ENDPOINT_BAD_PORT},
        {"127.0.0.1:", ENDPOINT_BAD_PORT},
        {"127.0.0.1:65536", ENDPOINT_BAD_PORT},
        {"127.0.0.1:99999999999", ENDPOINT_BAD_PORT},
        {"127.0.0.1:-1", ENDPOINT_BAD_PORT},
        {"127.0.0.1:80 ", ENDPOINT_BAD_PORT},
        {"127.0.0.1:0x50", ENDPOINT_BAD_PORT},
        {":80", ENDPOINT_BAD_ADDRESS},
        {"localhost:80", ENDPOINT_BAD_ADDRESS},
        {"127.1:80", ENDPOINT_BAD_ADDRESS},
        {"256.0.0.1:80", ENDPOINT_BAD_ADDRESS},
        {" 127.0.0.1:80", ENDPOINT_BAD_ADDRESS},
        {"::1:80", ENDPOINT_BAD_ADDRESS},
        {"[::1:80", ENDPOINT_BAD_ADDRESS},
        {"[127.0.0.1]:80", ENDPOINT_BAD_ADDRESS},
        {"[::1%lo]:80", ENDPOINT_BAD_ADDRESS},
        {"[]:80", ENDPOINT_BAD_ADDRESS},
        {"[:80", ENDPOINT_BAD_ADDRESS},
        {"1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222:80", ENDPOINT_BAD_ADDRESS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct endpoint endpoint = {.address_bytes = 77};
        cr_assert_eq(endpoint_parse(bytes_of_string(rows[i].text), &endpoint), rows[i].result,
                     "\"%s\"", rows[i].text);
        cr_assert_eq(endpoint.address_bytes, 77, "untouched");
        cr_assert_gt(strlen(endpoint_result_text(rows[i].result)), 10);
    }
}

Test(endpoint, a_zero_byte_hides_nothing) {
    struct endpoint endpoint;
    cr_assert_eq(endpoint_parse(BYTES("127.0.0.1\0.evil:80"), &endpoint), ENDPOINT_BAD_ADDRESS);
    cr_assert_eq(endpoint_parse(BYTES("127.0.0.1:8\0"), &endpoint), ENDPOINT_BAD_PORT);
}

Test(endpoint, is_what_the_kernel_takes) {
    struct endpoint endpoint;
    cr_assert_eq(endpoint_parse(BYTES("1.2.3.4:258"), &endpoint), ENDPOINT_OK);
    cr_assert_eq(endpoint.address_bytes, sizeof(struct sockaddr_in));
    cr_assert(memcmp(&endpoint.address.v4.sin_addr, "\x01\x02\x03\x04", 4) == 0);
    cr_assert(memcmp(&endpoint.address.v4.sin_port, "\x01\x02", 2) == 0);
    cr_assert_eq(endpoint_port(&endpoint), 258);
}
