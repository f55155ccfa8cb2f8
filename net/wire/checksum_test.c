#include <criterion/criterion.h>
#include <string.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "net/wire/checksum.h"

/* RFC 1071 §1, word by word, with the carries put back one by one. */
static uint16_t naive_sum(const char *data, size_t bytes) {
    uint32_t sum = 0;
    for (size_t i = 0; i < bytes; i++) {
        uint32_t byte = (unsigned char)data[i];
        sum += i % 2 == 0 ? byte << 8 : byte;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

static uint16_t folded_in_host_order(struct checksum sum) {
    return __builtin_bswap16(checksum_fold(sum));
}

static struct checksum add(const char *data, size_t bytes) {
    return checksum_add((struct checksum){0}, data, bytes);
}

Test(checksum, example_of_rfc_1071_section_3) {
    struct checksum sum = add("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8);
    cr_assert_eq(folded_in_host_order(sum), 0xddf2);
    cr_assert_eq(__builtin_bswap16(checksum_finish(sum)), 0x220d);
}

Test(checksum, nothing_is_zero) {
    cr_assert_eq(add(NULL, 0).sum, 0);
    cr_assert_eq(checksum_finish(add(NULL, 0)), 0xffff);
}

Test(checksum, zero_and_all_ones_stay_apart_from_an_empty_sum) {
    static const char ones[64] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    cr_assert_eq(checksum_fold(add(ones, 16)), 0xffff);
    cr_assert_eq(checksum_finish(add(ones, 16)), 0);
}

Test(checksum, every_length_at_every_alignment_as_the_naive_sum) {
    static char memory[8 + 600];
    struct prng prng;
    prng_seed(&prng, test_seed("checksum"));
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = (char)prng_next(&prng);
    }
    for (size_t align = 0; align < 8; align++) {
        for (size_t bytes = 0; bytes <= 600; bytes++) {
            uint16_t expected = naive_sum(memory + align, bytes);
            cr_assert_eq(folded_in_host_order(add(memory + align, bytes)), expected,
                         "%zu bytes at %zu", bytes, align);
        }
    }
}

Test(checksum, largest_words_lose_no_carry) {
    static char memory[65535];
    memset(memory, 0xff, sizeof memory);
    for (size_t bytes = sizeof memory - 20; bytes <= sizeof memory; bytes++) {
        cr_assert_eq(folded_in_host_order(add(memory, bytes)), naive_sum(memory, bytes));
    }
    struct checksum sum = {0};
    for (int i = 0; i < 65536; i++) { /* 2^32 bytes, short of 65536 */
        sum = checksum_add(sum, memory, sizeof memory - 1);
    }
    cr_assert_eq(checksum_fold(sum), 0xffff);
}

Test(checksum, parts_of_even_length_add_up_in_any_order) {
    const char *data = "0123456789abcdefghijklmnopqrstuvwxyz!";
    size_t bytes = strlen(data);
    for (size_t cut = 0; cut < bytes; cut += 2) {
        struct checksum forwards = checksum_add(add(data, cut), data + cut, bytes - cut);
        struct checksum backwards = checksum_add(add(data + cut, bytes - cut), data, cut);
        cr_assert_eq(folded_in_host_order(forwards), naive_sum(data, bytes));
        cr_assert_eq(folded_in_host_order(backwards), naive_sum(data, bytes));
    }
}

Test(checksum, pseudo_header_is_the_sum_of_its_bytes) {
    /* RFC 9293 §3.1: source, destination, zero, protocol, length. */
    const char header[12] = "\xc0\x00\x02\x01\xc6\x33\x64\xfe\x00\x06\x01\x23";
    struct checksum sum =
        checksum_pseudo((struct ipv4_address){0xc0000201}, (struct ipv4_address){0xc63364fe}, 6);
    sum = checksum_add_u16(sum, 0x0123);
    cr_assert_eq(folded_in_host_order(sum), naive_sum(header, sizeof header));
}
