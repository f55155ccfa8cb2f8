/*
 * The guard under a sanitizer: its allocator may not be interposed, but reports what it does.
 */
#include <stddef.h>
#include <stdlib.h>

#include "core/base/alloc_guard_seal.h"

/* gcc ships the runtime without sanitizer/allocator_interface.h, which declares this. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static void on_malloc(const volatile void *block, size_t bytes) {
    (void)block;
    (void)bytes;
    alloc_guard_note("malloc");
}

static void on_free(const volatile void *block) {
    if (block != NULL) {
        alloc_guard_note("free");
    }
}

__attribute__((constructor)) static void install(void) {
    if (__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) == 0) {
        abort();
    }
}
