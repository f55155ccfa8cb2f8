#include "hugepages/hugepages.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
#define GIB ((size_t)1 << 30)

/* Newer than the C library's headers may be. */
#ifndef MAP_HUGE_SHIFT
#define MAP_HUGE_SHIFT 26
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static void say(struct hugepages_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Behind what was said before. */
static void say(struct hugepages_text *text, const char *format, ...) {
    size_t len = strlen(text->text);
    if (len != 0 && len + 2 < sizeof(text->text)) {
        memcpy(text->text + len, "; ", 3);
        len += 2;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text->text + len, sizeof(text->text) - len, format, arguments);
    va_end(arguments);
}

size_t hugepages_page_bytes(enum hugepages_size pages) {
    switch (pages) {
    case HUGEPAGES_1G:
        return GIB;
    case HUGEPAGES_2M:
        return 2 * MIB;
    case HUGEPAGES_4K:
        return 4 * KIB;
    case HUGEPAGES_AUTO:
        break;
    }
    return 0;
}

static const char *page_name(size_t page_bytes) {
    return page_bytes == GIB ? "1 GiB" : page_bytes == 2 * MIB ? "2 MiB" : "4 KiB";
}

static size_t mib_of(size_t bytes) {
    return (bytes + MIB - 1) / MIB;
}

static bool node_is_there(int32_t node) {
    char path[64];
    struct stat status;
    (void)snprintf(path, sizeof(path), "/sys/devices/system/node/node%d", node);
    /* A kernel without NUMA has no such folder, and one node. */
    return stat(path, &status) == 0 ||
           (node == 0 && stat("/sys/devices/system/node", &status) != 0);
}

static bool bind_to(void *memory, size_t bytes, int32_t node) {
    unsigned long nodes = 1UL << node;
    /* The kernel wants to hear of one bit more than there are. */
    return syscall(SYS_mbind, memory, bytes, MPOL_BIND, &nodes, sizeof(nodes) * 8 + 1, 0) == 0 ||
           (errno == ENOSYS && node == 0);
}

static int32_t node_of(void *memory) {
    int node = HUGEPAGES_NODE_ANY;
    if (syscall(SYS_get_mempolicy, &node, NULL, 0, memory, MPOL_F_NODE | MPOL_F_ADDR) != 0) {
        return HUGEPAGES_NODE_ANY;
    }
    return node;
}

/* Every page is there and written to afterwards; huge ones that the node has not got are an error
 * here, and a SIGBUS for who touches them. */
static bool fill(void *memory, size_t bytes) {
    return madvise(memory, bytes, MADV_POPULATE_WRITE) == 0;
}

static void *map_pages(size_t bytes, size_t page_bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (page_bytes > 4 * KIB) {
        flags |= MAP_HUGETLB | __builtin_ctzl(page_bytes) << MAP_HUGE_SHIFT;
    }
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
}

/* False, with errno, and nothing mapped. */
static bool try_pages(const struct hugepages_request *request, size_t page_bytes,
                      struct hugepages_mapping *mapping) {
    if (request->bytes > SIZE_MAX - page_bytes) {
        errno = ENOMEM;
        return false;
    }
    size_t bytes = (request->bytes + page_bytes - 1) / page_bytes * page_bytes;
    void *memory = map_pages(bytes, page_bytes);
    if (memory == MAP_FAILED) {
        return false;
    }
    bool bound =
        request->numa_node == HUGEPAGES_NODE_ANY || bind_to(memory, bytes, request->numa_node);
    if (!bound || !fill(memory, bytes)) {
        int why = errno;
        (void)munmap(memory, bytes);
        errno = why;
        return false;
    }
    *mapping = (struct hugepages_mapping){
        .memory = memory, .bytes = bytes, .page_bytes = page_bytes, .numa_node = node_of(memory)};
    return true;
}

static void finish(const struct hugepages_request *request, struct hugepages_mapping *mapping,
                   struct hugepages_text *text) {
    (void)madvise(mapping->memory, mapping->bytes, MADV_DONTDUMP);
    mapping->locked = mlock(mapping->memory, mapping->bytes) == 0;
    if (!mapping->locked) {
        say(text,
            "%zu MiB are not locked in memory (%s): raise the limit, with `ulimit -l unlimited` or "
            "LimitMEMLOCK=infinity of the service",
            mib_of(mapping->bytes), strerror(errno));
    }
    mapping->named = prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping->memory, mapping->bytes,
                           request->name) == 0;
}

static void say_node(const struct hugepages_request *request, char *text, size_t text_bytes) {
    text[0] = '\0';
    if (request->numa_node != HUGEPAGES_NODE_ANY) {
        (void)snprintf(text, text_bytes, " on NUMA node %d", request->numa_node);
    }
}

static bool map_exactly(const struct hugepages_request *request, struct hugepages_mapping *mapping,
                        struct hugepages_text *text) {
    size_t page_bytes = hugepages_page_bytes(request->pages);
    if (try_pages(request, page_bytes, mapping)) {
        return true;
    }
    char node[32];
    const char *why = strerror(errno);
    say_node(request, node, sizeof(node));
    if (request->pages == HUGEPAGES_4K) {
        say(text, "cannot map %zu MiB%s: %s", mib_of(request->bytes), node, why);
    } else {
        say(text,
            "cannot map %zu MiB of %s pages%s (%s): reserve them with `hugepages/reserve "
            "--size %s %zu`",
            mib_of(request->bytes), page_name(page_bytes), node, why,
            request->pages == HUGEPAGES_1G ? "1g" : "2m", mib_of(request->bytes));
    }
    return false;
}

/* A 1 GiB page is no good to what fills less than half of it. */
static bool map_largest(const struct hugepages_request *request, struct hugepages_mapping *mapping,
                        struct hugepages_text *text) {
    if ((request->bytes >= GIB / 2 && try_pages(request, GIB, mapping)) ||
        try_pages(request, 2 * MIB, mapping)) {
        return true;
    }
    struct hugepages_request ordinary = *request;
    ordinary.pages = HUGEPAGES_4K;
    if (!map_exactly(&ordinary, mapping, text)) {
        return false;
    }
    char node[32];
    say_node(request, node, sizeof(node));
    say(text,
        "%zu MiB are in 4 KiB pages, which costs TLB misses: no huge pages are free%s; reserve "
        "them with `hugepages/reserve %zu`",
        mib_of(request->bytes), node, mib_of(request->bytes));
    return true;
}

bool hugepages_map(const struct hugepages_request *request, struct hugepages_mapping *mapping,
                   struct hugepages_text *text) {
    text->text[0] = '\0';
    CHECK(request->bytes > 0 && request->numa_node >= HUGEPAGES_NODE_ANY &&
          request->numa_node <= HUGEPAGES_NODE_MAX);
    if (request->numa_node != HUGEPAGES_NODE_ANY && !node_is_there(request->numa_node)) {
        say(text, "this host has no NUMA node %d", request->numa_node);
        return false;
    }
    bool mapped = request->pages == HUGEPAGES_AUTO ? map_largest(request, mapping, text)
                                                   : map_exactly(request, mapping, text);
    if (mapped) {
        finish(request, mapping, text);
    }
    return mapped;
}

void hugepages_unmap(struct hugepages_mapping *mapping) {
    if (mapping->memory != NULL) {
        (void)munmap(mapping->memory, mapping->bytes);
        mapping->memory = NULL;
    }
}

void hugepages_describe(const struct hugepages_mapping *mapping, char *text, size_t text_bytes) {
    char node[32] = "";
    if (mapping->numa_node != HUGEPAGES_NODE_ANY) {
        (void)snprintf(node, sizeof(node), " on node %d", mapping->numa_node);
    }
    (void)snprintf(text, text_bytes, "%zu MiB of %s pages%s, %slocked", mapping->bytes / MIB,
                   page_name(mapping->page_bytes), node, mapping->locked ? "" : "not ");
}
