/*
 * The one mapping that everything after start lives in: of pages as large as there are, on one NUMA
 * node, written to once and locked, so that no worker meets a page fault or most TLB misses.
 *
 * What it is not: an allocator (core/base/arena.h places), nor a reserver of pages: an operator
 * does that (hugepages/reserve), and hugepages/check says what a host has.
 *
 * Start-up only; any thread. Memory is zeroed, private, not in core dumps.
 */
#ifndef TERCEL_HUGEPAGES_HUGEPAGES_H
#define TERCEL_HUGEPAGES_HUGEPAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

#define HUGEPAGES_NODE_ANY (-1)
#define HUGEPAGES_NODE_MAX 63
#define HUGEPAGES_TEXT_MAX 383

enum hugepages_size {
    HUGEPAGES_AUTO =
        0,        /* the largest that are free and fit; ordinary ones, with a warning, if none */
    HUGEPAGES_1G, /* these or none, as the next two */
    HUGEPAGES_2M,
    HUGEPAGES_4K
};

struct hugepages_request {
    const char *name; /* for /proc/self/maps, where the kernel has names: letters, digits, blanks */
    size_t bytes;     /* > 0 */
    enum hugepages_size pages;
    int32_t numa_node; /* 0 .. HUGEPAGES_NODE_MAX, or HUGEPAGES_NODE_ANY */
};

/* What was got. */
struct hugepages_mapping {
    void *memory; /* aligned to its pages */
    size_t bytes; /* a multiple of page_bytes, at least what was asked for */
    size_t page_bytes;
    int32_t numa_node; /* where the first page lies; HUGEPAGES_NODE_ANY: the kernel does not say */
    bool locked;
    bool named;
};

struct hugepages_text {
    char text[HUGEPAGES_TEXT_MAX + 1];
};

/* What `pages` are in bytes; 0 for HUGEPAGES_AUTO. */
size_t hugepages_page_bytes(enum hugepages_size pages);

/*
 * Maps, binds, fills and locks. False, with nothing mapped and `text` saying why and what to do: no
 * such node, not enough pages of the size or memory on the node. True, and `text` empty or a
 * warning, with what to do: ordinary pages only, or not locked.
 */
bool hugepages_map(const struct hugepages_request *request, struct hugepages_mapping *mapping,
                   struct hugepages_text *text) MUST_USE;

void hugepages_unmap(struct hugepages_mapping *mapping);

/* "512 MiB of 2 MiB pages on node 0, locked"; at most `text_bytes` - 1 characters, terminated. */
void hugepages_describe(const struct hugepages_mapping *mapping, char *text, size_t text_bytes);

#endif
