/*
 * The password thread's work: does a client's password match its Argon2id hash? Tens of
 * milliseconds and 64 MiB each, so it has a thread of its own and venue signatures never wait
 * behind it.
 */
#ifndef TERCEL_CORE_APP_PASSWORD_CHECKER_H
#define TERCEL_CORE_APP_PASSWORD_CHECKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/config.h"
#include "core/app/credential.h"
#include "core/base/spsc.h"
#include "core/route/question.h"

struct password_checker {
    struct spsc *questions;
    struct spsc *answers;
    void (*wake)(void *context);
    void *wake_context;
    uint32_t count;
    char hashes[CONFIG_CLIENTS_MAX][CREDENTIAL_HASH_BYTES]; /* by client session */
};

bool password_checker_step(void *checker);

#endif
