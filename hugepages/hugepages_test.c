#include "hugepages/hugepages.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/test_sanitized.h"

#define MIB ((size_t)1 << 20)

/* The sanitizers' mlock does nothing, and says that it did. */
#define LOCKS_ARE_REAL (!TEST_SANITIZED)

static struct hugepages_request request_of(size_t bytes, enum hugepages_size pages) {
    return (struct hugepages_request){
        .name = "tercel test", .bytes = bytes, .pages = pages, .numa_node = HUGEPAGES_NODE_ANY};
}

static unsigned free_pages(const char *size) {
    char path[128];
    unsigned pages = 0;
    snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%s/free_hugepages", size);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, "%u", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    return pages;
}

static bool all_there(const struct hugepages_mapping *mapping) {
    size_t pages = mapping->bytes / 4096;
    unsigned char *there = calloc(pages, 1);
    bool all = mincore(mapping->memory, mapping->bytes, there) == 0;
    for (size_t i = 0; i < pages && all; i++) {
        all = (there[i] & 1) != 0;
    }
    free(there);
    return all;
}

static bool all_zero(const struct hugepages_mapping *mapping) {
    const char *byte = mapping->memory;
    return byte[0] == 0 && memcmp(byte, byte + 1, mapping->bytes - 1) == 0;
}

/* The rest of a value of /proc/self/smaps for the mapping at `memory`; false when there is none. */
static bool smaps_value(const void *memory, const char *key, char *value, size_t value_bytes) {
    FILE *file = fopen("/proc/self/smaps", "r");
    char line[512];
    bool here = false;
    bool found = false;
    while (!found && fgets(line, sizeof(line), file) != NULL) {
        unsigned long from;
        unsigned long to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            here = from <= (unsigned long)memory && (unsigned long)memory < to;
        } else if (here && strncmp(line, key, strlen(key)) == 0) {
            snprintf(value, value_bytes, "%s", line + strlen(key));
            found = true;
        }
    }
    fclose(file);
    return found;
}

static void expect_good(const struct hugepages_mapping *mapping, size_t bytes, size_t page_bytes) {
    char value[256] = "";
    cr_expect_eq(mapping->page_bytes, page_bytes);
    cr_expect_eq(mapping->bytes % page_bytes, 0);
    cr_expect(mapping->bytes >= bytes && mapping->bytes < bytes + page_bytes);
    cr_expect_eq((size_t)mapping->memory % page_bytes, 0);
    cr_expect(all_there(mapping));
    cr_expect(all_zero(mapping));
    cr_assert(smaps_value(mapping->memory, "KernelPageSize:", value, sizeof(value)));
    cr_expect_eq(strtoul(value, NULL, 10) * 1024, page_bytes, "%s", value);
    cr_assert(smaps_value(mapping->memory, "VmFlags:", value, sizeof(value)));
    cr_expect_not_null(strstr(value, " dd"), "not in core dumps:%s", value);
    if (LOCKS_ARE_REAL && mapping->locked && page_bytes == 4096) {
        cr_expect_not_null(strstr(value, " lo"), "locked:%s", value);
    }
}

Test(hugepages, maps_ordinary_pages) {
    struct hugepages_request request = request_of(5 * MIB + 1, HUGEPAGES_4K);
    struct hugepages_mapping mapping = {.memory = NULL};
    struct hugepages_text text;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    expect_good(&mapping, request.bytes, 4096);
    char said[128];
    hugepages_describe(&mapping, said, sizeof(said));
    cr_expect_not_null(strstr(said, "5 MiB of 4 KiB pages"), "%s", said);
    hugepages_unmap(&mapping);
    cr_expect_null(mapping.memory);
    hugepages_unmap(&mapping);
}

Test(hugepages, maps_huge_pages) {
    if (free_pages("2048kB") < 3) {
        cr_skip_test("fewer than three 2 MiB pages are free");
    }
    struct hugepages_request request = request_of(5 * MIB, HUGEPAGES_2M);
    request.numa_node = 0;
    struct hugepages_mapping mapping;
    struct hugepages_text text;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    expect_good(&mapping, request.bytes, 2 * MIB);
    cr_expect_eq(mapping.numa_node, 0);
    hugepages_unmap(&mapping);

    request.pages = HUGEPAGES_AUTO;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    cr_expect_eq(mapping.page_bytes, 2 * MIB);
    hugepages_unmap(&mapping);
}

Test(hugepages, maps_gigantic_pages) {
    if (free_pages("1048576kB") < 1) {
        cr_skip_test("no 1 GiB page is free");
    }
    struct hugepages_request request = request_of(600 * MIB, HUGEPAGES_AUTO);
    struct hugepages_mapping mapping;
    struct hugepages_text text;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    cr_expect_eq(mapping.page_bytes, 1024 * MIB);
    hugepages_unmap(&mapping);
}

Test(hugepages, falls_back_with_a_warning) {
    unsigned pages = free_pages("2048kB");
    if (pages > 64) {
        cr_skip_test("this host has huge pages enough");
    }
    struct hugepages_request request = request_of((pages + 1) * 2 * MIB, HUGEPAGES_AUTO);
    struct hugepages_mapping mapping;
    struct hugepages_text text;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    expect_good(&mapping, request.bytes, 4096);
    cr_expect_not_null(strstr(text.text, "hugepages/reserve"), "%s", text.text);
    hugepages_unmap(&mapping);

    request.pages = HUGEPAGES_2M;
    cr_assert(!hugepages_map(&request, &mapping, &text));
    cr_expect_not_null(strstr(text.text, "hugepages/reserve --size 2m"), "%s", text.text);
}

Test(hugepages, refuses_what_this_host_has_not_got) {
    struct hugepages_request request = request_of((size_t)1 << 46, HUGEPAGES_1G);
    struct hugepages_mapping mapping = {.memory = NULL};
    struct hugepages_text text;
    cr_assert(!hugepages_map(&request, &mapping, &text));
    cr_expect_not_null(strstr(text.text, "of 1 GiB pages"), "%s", text.text);
    request.bytes = SIZE_MAX;
    request.pages = HUGEPAGES_AUTO;
    cr_assert(!hugepages_map(&request, &mapping, &text));
    cr_expect_not_null(strstr(text.text, "cannot map"), "%s", text.text);
    request = request_of(4096, HUGEPAGES_4K);
    request.numa_node = HUGEPAGES_NODE_MAX;
    cr_assert(!hugepages_map(&request, &mapping, &text));
    cr_expect_not_null(strstr(text.text, "no NUMA node 63"), "%s", text.text);
    cr_expect_null(mapping.memory);
}

Test(hugepages, binds_to_a_node) {
    struct hugepages_request request = request_of(1 * MIB, HUGEPAGES_4K);
    request.numa_node = 0;
    struct hugepages_mapping mapping;
    struct hugepages_text text;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    cr_expect(mapping.numa_node == 0 || mapping.numa_node == HUGEPAGES_NODE_ANY);
    hugepages_unmap(&mapping);
}

Test(hugepages, works_without_leave_to_lock, .disabled = !LOCKS_ARE_REAL) {
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) {
        cr_skip_test("the limit of locked memory cannot be lowered");
    }
    if (geteuid() == 0 && seteuid(65534) != 0) {
        cr_skip_test("root may lock whatever the limit is, and cannot become another user");
    }
    struct hugepages_request request = request_of(1 * MIB, HUGEPAGES_4K);
    struct hugepages_mapping mapping;
    struct hugepages_text text;
    cr_assert(hugepages_map(&request, &mapping, &text), "%s", text.text);
    cr_expect(!mapping.locked);
    cr_expect_not_null(strstr(text.text, "ulimit -l"), "%s", text.text);
    expect_good(&mapping, request.bytes, 4096);
    char said[128];
    hugepages_describe(&mapping, said, sizeof(said));
    cr_expect_not_null(strstr(said, "not locked"), "%s", said);
    hugepages_unmap(&mapping);
}
