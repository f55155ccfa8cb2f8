/* Where core/fix's tests look for it. */
#ifndef TERCEL_CORE_FIX_TEST_GUARD_H
#define TERCEL_CORE_FIX_TEST_GUARD_H

#include "core/base/test_guard.h"

#endif
