/*
 * The crypto thread's work: signatures for venue Logons. It alone holds the venues' secrets.
 */
#ifndef TERCEL_CORE_APP_SIGNER_H
#define TERCEL_CORE_APP_SIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/config.h"
#include "core/app/credential.h"
#include "core/base/spsc.h"
#include "core/route/fix_dialect.h"
#include "core/route/question.h"

struct signer {
    struct spsc *questions;
    struct spsc *answers;
    void (*wake)(void *context); /* the worker that waits for answers */
    void *wake_context;
    uint32_t count;
    struct credential secrets[CONFIG_VENUES_MAX]; /* by venue session */
    const struct fix_dialect *dialects[CONFIG_VENUES_MAX];
};

/* Answers every question in the ring; true when there was one. */
bool signer_step(void *signer);

#endif
