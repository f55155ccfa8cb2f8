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

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (UNLIKELY(!(condition))) {                                                              \
            check_failed(__FILE__, __LINE__, #condition);                                          \
        }                                                                                          \
    } while (0)

#ifdef NDEBUG
#define DCHECK(condition) ((void)0)
#else
#define DCHECK(condition) CHECK(condition)
#endif

#define MUST_USE __attribute__((warn_unused_result))
#define COLD __attribute__((cold))

#endif
