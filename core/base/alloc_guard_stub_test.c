#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/alloc_guard.h"

/* This executable links the base layer without alloc_guard_dep. */
Test(alloc_guard_stub, sealing_is_a_no_op) {
    cr_assert(!alloc_guard_is_built_in());
    alloc_guard_seal();
    void *volatile block = malloc(10);
    cr_assert_not_null(block);
    free(block);
    alloc_guard_unseal();
}
