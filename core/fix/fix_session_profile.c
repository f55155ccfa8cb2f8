#include "core/fix/fix_dictionary.h"
#include "core/fix/fix_session.h"

struct fix_profile fix_profile_production(void) {
    return (struct fix_profile){
        .header_tags_told = true,
        .late_logon_told = true,
        .dictionary_switches = FIX_CHECK_ALLOW_USER_TAGS,
    };
}

struct fix_profile fix_profile_at(void) {
    return (struct fix_profile){
        .orig_time_always = true,
        .plain_logout = true,
        .quiet_while_asking = true,
        .resend_to_the_end = true,
        .other_appl_ver_allowed = true,
        .dictionary_switches = FIX_CHECK_ALLOW_GROUP_FIELDS_OUT_OF_ORDER,
    };
}
