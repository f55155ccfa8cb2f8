/*
 * The fuzzer's entry, which the test of mutated configs calls as well.
 */
#ifndef TERCEL_CORE_APP_CONFIG_FUZZ_H
#define TERCEL_CORE_APP_CONFIG_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* 0, or it does not return. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
