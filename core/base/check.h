/*
 * Assertions that stay on.
 *
 * CHECK guards what must hold for the process to be trusted with orders; it is compiled into every
 * build and stops the process with the place and the text of the condition. DCHECK is for inner
 * loops: it is compiled into every build but release (NDEBUG). Neither is for input: bytes from a
 * peer, a file or an operator are refused with an error value, never with an assertion.
 */
#ifndef TERCEL_CORE_BASE_CHECK_H
#define TERCEL_CORE_BASE_CHECK_H

_Noreturn void check_failed(const char *file, int line, const char *condition);

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* Both name the condition as it is written, with its macros unexpanded. */
#define CHECK(condition) CHECK_NAMED(condition, #condition)

#ifdef NDEBUG
#define DCHECK(condition) ((void)0)
#else
#define DCHECK(condition) CHECK_NAMED(condition, #condition)
#endif

#define CHECK_NAMED(condition, name)                                                               \
    do {                                                                                           \
        if (UNLIKELY(!(condition))) {                                                              \
            check_failed(__FILE__, __LINE__, name);                                                \
        }                                                                                          \
    } while (0)

#define MUST_USE __attribute__((warn_unused_result))
#define COLD __attribute__((cold))

#endif
