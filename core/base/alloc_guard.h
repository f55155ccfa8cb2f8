/*
 * "No allocation on a worker after start", enforced.
 *
 * A worker calls alloc_guard_seal for its own thread once it is initialised. From then on malloc,
 * calloc, realloc, reallocarray, the aligned family, free, mmap, munmap, mremap, brk and sbrk
 * called on that thread stop the process and name the call on stderr. Other threads are unaffected.
 *
 * Built into the executables that list alloc_guard_dep, unless meson's alloc_guard is false
 * (release); everywhere else sealing is a no-op and alloc_guard_is_built_in is false. With ASan or
 * TSan, which own the allocator, the heap is guarded through their hooks ("malloc" names every call
 * that allocates, "free" every one that frees) and the mmap and brk families are not.
 *
 * Not seen: what libc maps for itself (a thread's stack, a shared object) and raw system calls.
 * free of NULL does nothing and is let through. A thread that ends unseals first: libc frees its
 * leftovers.
 */
#ifndef TERCEL_CORE_BASE_ALLOC_GUARD_H
#define TERCEL_CORE_BASE_ALLOC_GUARD_H

#include <stdbool.h>

void alloc_guard_seal(void);
void alloc_guard_unseal(void);
bool alloc_guard_is_built_in(void);

#endif
