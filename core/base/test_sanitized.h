/*
 * Whether a test runs with a sanitizer, whose run-time makes calls of its own, fakes some, and
 * takes several times as long. For tests only.
 */
#ifndef TERCEL_CORE_BASE_TEST_SANITIZED_H
#define TERCEL_CORE_BASE_TEST_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

#endif
