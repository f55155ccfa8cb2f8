#include "core/fix/fix_session.h"

struct fix_profile fix_profile_production(void) {
    return (struct fix_profile){0};
}

struct fix_profile fix_profile_at(void) {
    return (struct fix_profile){.orig_time_always = true, .plain_logout = true};
}
