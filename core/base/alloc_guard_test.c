#include <criterion/criterion.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/base/alloc_guard.h"
#include "core/base/test_death.h"

/* Volatile, so that no compiler proves a call to be without effect. */
static void *volatile block;

static void call_malloc(void) {
    block = malloc(10);
}

static void call_calloc(void) {
    block = calloc(2, 5);
}

static void call_realloc(void) {
    block = realloc(block, 5000);
}

static void call_reallocarray(void) {
    block = reallocarray(block, 50, 100);
}

static void call_free(void) {
    free(block);
}

static void call_memalign(void) {
    block = memalign(64, 10);
}

static void call_aligned_alloc(void) {
    block = aligned_alloc(64, 64);
}

static void call_posix_memalign(void) {
    void *got = NULL;
    (void)!posix_memalign(&got, 64, 10);
    block = got;
}

static void call_valloc(void) {
    block = valloc(10);
}

static void call_pvalloc(void) {
    block = pvalloc(10);
}

static void call_strdup(void) {
    block = strdup("libc allocates through the same door");
}

static void call_fopen(void) {
    block = fopen("/dev/null", "r");
}

static void *map(void) {
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void call_mmap(void) {
    block = map();
}

/* With 64-bit file offsets `mmap` in C is the symbol mmap64; this is the symbol mmap. */
void *mmap_by_its_own_name(void *at, size_t bytes, int protection, int flags, int fd,
                           long offset) __asm__("mmap");

static void call_plain_mmap(void) {
    block = mmap_by_its_own_name(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void call_munmap(void) {
    munmap(block, 4096);
}

static void call_mremap(void) {
    block = mremap(block, 4096, 8192, MREMAP_MAYMOVE);
}

static void call_brk(void) {
    (void)!brk(block);
}

static void call_sbrk(void) {
    block = sbrk(0);
}

struct entry {
    void (*call)(void);
    const char *interposed; /* the name it is stopped under */
    const char *hooked;     /* under a sanitizer; NULL where it is not seen */
};

static const struct entry entries[] = {
    {call_malloc, "malloc", "malloc"},
    {call_calloc, "calloc", "malloc"},
    {call_realloc, "realloc", "malloc"},
    {call_reallocarray, "reallocarray", "malloc"},
    {call_free, "free", "free"},
    {call_memalign, "memalign", "malloc"},
    {call_aligned_alloc, "aligned_alloc", "malloc"},
    {call_posix_memalign, "posix_memalign", "malloc"},
    {call_valloc, "valloc", "malloc"},
    {call_pvalloc, "pvalloc", "malloc"},
    {call_strdup, "malloc", "malloc"},
    {call_fopen, "malloc", "malloc"},
    {call_mmap, "mmap64", NULL},
    {call_plain_mmap, "mmap", NULL},
    {call_munmap, "munmap", NULL},
    {call_mremap, "mremap", NULL},
    {call_brk, "brk", NULL},
    {call_sbrk, "sbrk", NULL},
};

enum { ENTRIES = sizeof(entries) / sizeof(entries[0]) };

static const char *name_of(const struct entry *entry) {
    return ALLOC_GUARD_HOOKS ? entry->hooked : entry->interposed;
}

static void call_sealed(void *argument) {
    const struct entry *entry = argument;
    alloc_guard_seal();
    entry->call();
    alloc_guard_unseal();
}

static void call_unsealed(void *argument) {
    const struct entry *entry = argument;
    entry->call();
}

static void call_after_unsealing(void *argument) {
    const struct entry *entry = argument;
    alloc_guard_seal();
    alloc_guard_unseal();
    entry->call();
}

/* What the entry is given: a heap block, a mapping or the break, as it needs. */
static void prepare(const struct entry *entry) {
    if (entry->call == call_munmap || entry->call == call_mremap) {
        block = map();
    } else if (entry->call == call_brk) {
        block = sbrk(0);
    } else {
        block = malloc(100);
    }
}

/* The call was made in a child: here the block is still as it was given. */
static void clean_up(const struct entry *entry) {
    if (entry->call == call_munmap || entry->call == call_mremap) {
        munmap(block, 4096);
    } else if (entry->call != call_brk) {
        free(block);
    }
}

Test(alloc_guard, every_entry_stops_a_sealed_thread_and_is_named) {
    cr_assert(alloc_guard_is_built_in());
    for (size_t i = 0; i < ENTRIES; i++) {
        struct entry entry = entries[i];
        const char *name = name_of(&entry);
        if (name == NULL) {
            continue;
        }
        prepare(&entry);
        char expected[80];
        snprintf(expected, sizeof(expected), "alloc_guard: %s called on a sealed thread\n", name);
        struct death death = death_of(call_sealed, &entry);
        cr_assert_eq(death.signal, SIGABRT, "%s: signal %d", name, death.signal);
        cr_assert_str_eq(death.text, expected);
        clean_up(&entry);
    }
}

Test(alloc_guard, an_unsealed_thread_may_call_everything) {
    for (size_t i = 0; i < ENTRIES; i++) {
        struct entry entry = entries[i];
        prepare(&entry);
        struct death before = death_of(call_unsealed, &entry);
        cr_assert(before.signal == 0 && before.exit_code == 0, "entry %zu: %s", i, before.text);
        struct death after = death_of(call_after_unsealing, &entry);
        cr_assert(after.signal == 0 && after.exit_code == 0, "entry %zu: %s", i, after.text);
        clean_up(&entry);
    }
}

Test(alloc_guard, freeing_null_is_no_allocation) {
    alloc_guard_seal();
    block = NULL;
    free(block);
    alloc_guard_unseal();
}

static void *allocate_in_a_thread(void *argument) {
    (void)argument;
    for (int i = 0; i < 100; i++) {
        free(block);
        block = malloc(100);
    }
    return block;
}

struct handshake {
    pthread_barrier_t sealed;
    pthread_barrier_t allocated;
};

static void *stay_sealed(void *argument) {
    struct handshake *handshake = argument;
    alloc_guard_seal();
    pthread_barrier_wait(&handshake->sealed);
    pthread_barrier_wait(&handshake->allocated);
    alloc_guard_unseal();
    return NULL;
}

Test(alloc_guard, a_sealed_thread_does_not_bind_the_others) {
    struct handshake handshake;
    pthread_barrier_init(&handshake.sealed, NULL, 2);
    pthread_barrier_init(&handshake.allocated, NULL, 2);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, stay_sealed, &handshake), 0);
    pthread_barrier_wait(&handshake.sealed);
    cr_assert_not_null(allocate_in_a_thread(NULL));
    pthread_barrier_wait(&handshake.allocated);
    cr_assert_eq(pthread_join(thread, NULL), 0);
}

Test(alloc_guard, the_seal_belongs_to_one_thread) {
    pthread_t thread;
    void *result = NULL;
    cr_assert_eq(pthread_create(&thread, NULL, allocate_in_a_thread, NULL), 0);
    alloc_guard_seal();
    int joined = pthread_join(thread, &result);
    alloc_guard_unseal();
    cr_assert_eq(joined, 0);
    cr_assert_not_null(result);
}

Test(alloc_guard, forwarded_calls_do_what_libc_does) {
    unsigned char *zeros = calloc(100, 7);
    for (int i = 0; i < 700; i++) {
        cr_assert_eq(zeros[i], 0);
    }
    zeros[99] = 5;
    zeros = realloc(zeros, 100000);
    cr_assert_eq(zeros[99], 5);
    free(zeros);
    for (size_t align = 8; align <= 65536; align *= 2) {
        void *got = NULL;
        cr_assert_eq(posix_memalign(&got, align, 100), 0);
        cr_assert_eq((uintptr_t)got % align, 0);
        free(got);
        got = aligned_alloc(align, align);
        cr_assert_eq((uintptr_t)got % align, 0);
        free(got);
    }
}

/* ASan stops at these instead of returning the error. */
Test(alloc_guard, forwarded_errors_are_those_of_libc, .disabled = ALLOC_GUARD_HOOKS) {
    volatile size_t huge = SIZE_MAX / 2;
    errno = 0;
    cr_assert_null(reallocarray(NULL, huge, 3));
    cr_assert_eq(errno, ENOMEM);
    int anything;
    void *untouched = &anything;
    volatile size_t odd = 24;
    cr_assert_eq(posix_memalign(&untouched, odd, 100), EINVAL);
    cr_assert_eq(posix_memalign(&untouched, 64, huge), ENOMEM);
    cr_assert_eq(untouched, &anything);
}

Test(alloc_guard, forwarded_mappings_do_what_libc_does) {
    char *mapped = map();
    cr_assert_neq(mapped, MAP_FAILED);
    mapped[0] = 'x';
    mapped = mremap(mapped, 4096, 65536, MREMAP_MAYMOVE);
    cr_assert_neq(mapped, MAP_FAILED);
    cr_assert_eq(mapped[0], 'x');
    char *target = map();
    mapped = mremap(mapped, 65536, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, target);
    cr_assert_eq(mapped, target);
    cr_assert_eq(mapped[0], 'x');
    cr_assert_eq(munmap(mapped, 4096), 0);
    errno = 0;
    cr_assert_eq(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
    cr_assert_eq(errno, EINVAL);
    errno = 0;
    cr_assert_eq(munmap((void *)1, 4096), -1);
    cr_assert_eq(errno, EINVAL);
}

Test(alloc_guard, forwarded_break_moves_and_the_heap_survives) {
    char *end = sbrk(0);
    cr_assert_eq(sbrk(8192), end);
    end[8191] = 'x';
    cr_assert_eq(sbrk(0), end + 8192);
    cr_assert_eq(brk(end + 4096), 0);
    cr_assert_eq(sbrk(0), end + 4096);
    static void *blocks[1000];
    for (int i = 0; i < 1000; i++) {
        blocks[i] = malloc(4000);
        memset(blocks[i], i & 127, 4000);
    }
    for (int i = 0; i < 1000; i++) {
        const char *bytes = blocks[i];
        cr_assert_eq(bytes[0], i & 127);
        cr_assert_eq(bytes[3999], i & 127);
        free(blocks[i]);
    }
}
