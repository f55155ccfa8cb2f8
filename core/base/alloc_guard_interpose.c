/*
 * The allocation entry points of glibc, defined in the executable and therefore found first by it
 * and by every shared object. Each notes the call and forwards to the name under which glibc keeps
 * its own, or to the system call. dlsym(RTLD_NEXT) would allocate on the way.
 *
 * sys/mman.h and unistd.h stay out: with 64-bit file offsets they rename mmap to mmap64.
 */
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "core/base/alloc_guard_seal.h"

#define REMAP_FIXED 2

long syscall(long number, ...);

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *block, size_t bytes);
extern void *__libc_memalign(size_t align, size_t bytes);
extern void *__libc_valloc(size_t bytes);
extern void *__libc_pvalloc(size_t bytes);
extern void __libc_free(void *block);
extern void *__sbrk(intptr_t delta);
extern void *__curbrk;

void *mmap(void *at, size_t bytes, int protection, int flags, int fd, int64_t offset);
void *mmap64(void *at, size_t bytes, int protection, int flags, int fd, int64_t offset);
int munmap(void *at, size_t bytes);
void *mremap(void *at, size_t old_bytes, size_t bytes, int flags, ...);
int brk(void *end);
void *sbrk(intptr_t delta);

void *malloc(size_t bytes) {
    alloc_guard_note("malloc");
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    alloc_guard_note("calloc");
    return __libc_calloc(count, bytes);
}

void *realloc(void *block, size_t bytes) {
    alloc_guard_note("realloc");
    return __libc_realloc(block, bytes);
}

void *reallocarray(void *block, size_t count, size_t bytes) {
    alloc_guard_note("reallocarray");
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(block, total);
}

void free(void *block) {
    if (block != NULL) {
        alloc_guard_note("free");
        __libc_free(block);
    }
}

void *memalign(size_t align, size_t bytes) {
    alloc_guard_note("memalign");
    return __libc_memalign(align, bytes);
}

void *aligned_alloc(size_t align, size_t bytes) {
    alloc_guard_note("aligned_alloc");
    return __libc_memalign(align, bytes);
}

int posix_memalign(void **block, size_t align, size_t bytes) {
    alloc_guard_note("posix_memalign");
    if (align < sizeof(void *) || (align & (align - 1)) != 0) {
        return EINVAL;
    }
    int errno_before = errno;
    void *got = __libc_memalign(align, bytes);
    errno = errno_before;
    if (got == NULL) {
        return ENOMEM;
    }
    *block = got;
    return 0;
}

void *valloc(size_t bytes) {
    alloc_guard_note("valloc");
    return __libc_valloc(bytes);
}

void *pvalloc(size_t bytes) {
    alloc_guard_note("pvalloc");
    return __libc_pvalloc(bytes);
}

void *mmap(void *at, size_t bytes, int protection, int flags, int fd, int64_t offset) {
    alloc_guard_note("mmap");
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t bytes, int protection, int flags, int fd, int64_t offset) {
    alloc_guard_note("mmap64");
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}

int munmap(void *at, size_t bytes) {
    alloc_guard_note("munmap");
    return (int)syscall(SYS_munmap, at, bytes);
}

void *mremap(void *at, size_t old_bytes, size_t bytes, int flags, ...) {
    alloc_guard_note("mremap");
    void *target = NULL;
    if ((flags & REMAP_FIXED) != 0) {
        va_list more;
        va_start(more, flags);
        target = va_arg(more, void *);
        va_end(more);
    }
    return (void *)syscall(SYS_mremap, at, old_bytes, bytes, flags, target);
}

/* glibc's heap grows from the break it remembers, so a new one is told to it. */
int brk(void *end) {
    alloc_guard_note("brk");
    __curbrk = (void *)syscall(SYS_brk, end);
    if (__curbrk < end) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void *sbrk(intptr_t delta) {
    alloc_guard_note("sbrk");
    return __sbrk(delta);
}
