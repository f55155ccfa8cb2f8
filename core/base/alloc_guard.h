/*
 * "No allocation on a worker after start", enforced.
 *
 * A worker calls alloc_guard_seal for its own thread once it is initialised. From then on malloc,
 * calloc, realloc, the aligned family, free, mmap, munmap, mremap, brk and sbrk called on that
 * thread stop the process and name the call. Built in unless meson's alloc_guard is false
 * (release): then sealing is a no-op and alloc_guard_is_built_in is false.
 */
#ifndef TERCEL_CORE_BASE_ALLOC_GUARD_H
#define TERCEL_CORE_BASE_ALLOC_GUARD_H

#include <stdbool.h>

void alloc_guard_seal(void);
void alloc_guard_unseal(void);
bool alloc_guard_is_built_in(void);

#endif
