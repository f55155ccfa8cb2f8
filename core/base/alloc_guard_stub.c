#include "core/base/alloc_guard.h"

void alloc_guard_seal(void) {
}

void alloc_guard_unseal(void) {
}

bool alloc_guard_is_built_in(void) {
    return false;
}
