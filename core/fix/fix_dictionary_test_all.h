/* Every dictionary there is. For tests and fuzzers only. */
#ifndef TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_ALL_H
#define TERCEL_CORE_FIX_FIX_DICTIONARY_TEST_ALL_H

#include "core/fix/fix_dictionary.h"

#define ALL_DICTIONARIES (sizeof all_dictionaries / sizeof all_dictionaries[0])

static const struct {
    const char *name;
    const struct fix_dictionary *dictionary;
} all_dictionaries[] = {
    {"fix40", &fix40_dictionary},       {"fix41", &fix41_dictionary},
    {"fix42", &fix42_dictionary},       {"fix43", &fix43_dictionary},
    {"fix44", &fix44_dictionary},       {"fixt11", &fixt11_dictionary},
    {"fix50", &fix50_dictionary},       {"fix50sp1", &fix50sp1_dictionary},
    {"fix50sp2", &fix50sp2_dictionary},
};

#endif
