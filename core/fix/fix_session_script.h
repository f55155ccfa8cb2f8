/*
 * A peer played by a test: says messages as text with `|` for SOH, reads what the session writes.
 *
 * What it says is completed with 8, 49, 52 and 56 (49 after 34, where FIX 4.4 has it) unless the
 * text has them or asks to leave one out by "-52|"; BodyLength and CheckSum are worked out here,
 * not by fix_writer. What it hears is checked to be well formed by the same arithmetic, to have the
 * right CompIDs and the present time, and is handed on without 8, 9, 10, 49, 52 and 56; a 122 of
 * the present is cut down to its tag.
 */
#ifndef TERCEL_CORE_FIX_FIX_SESSION_SCRIPT_H
#define TERCEL_CORE_FIX_FIX_SESSION_SCRIPT_H

#include "core/fix/fix_session.h"

#define SCRIPT_BYTES_MAX 16384

struct script {
    struct fix_session_config config;
    struct fix_session session;
    struct now now;
    uint32_t epoch;
    struct fix_input input;
    char in[SCRIPT_BYTES_MAX]; /* the message last said */
    size_t in_bytes;
    char out[SCRIPT_BYTES_MAX]; /* the message last heard, as it was */
    size_t out_bytes;
    bool out_secret;
    char heard[SCRIPT_BYTES_MAX];
};

/* The session is US, the peer THEM; 30 s heartbeats, 12:00 on a Monday in 2026. Not connected. */
void script_begin(struct script *script, enum fix_role role);
/* After changes to script->config. */
void script_restart(struct script *script);
void script_connect(struct script *script);
void script_disconnect(struct script *script);

/* Acceptor: connected and up, both numbers 2. Initiator likewise, its Logon heard. */
void script_up(struct script *script, enum fix_role role);

/* The same for what stands in script->config. */
void script_log_on(struct script *script);
/* What either side says first in the config's version, "35=A|34=1|98=0|108=30|" and 1137. */
const char *script_logon(const struct script *script);

/* One message in, checked to be consumed whole unless it is PARTIAL or BLOCKED. */
enum fix_action say(struct script *script, const char *text);
/* The same as it stands, only `|` replaced. */
enum fix_action say_raw(struct script *script, const char *text);
/* Builds the message without saying it; returns its length in script->in. */
size_t script_compose(struct script *script, const char *text);
enum fix_action script_input(struct script *script, size_t bytes);

/* The next message the session owes, or "" */
const char *hear(struct script *script);

/* An application message of the session's: returns as hear does. */
const char *script_send(struct script *script, const char *msg_type, const char *cl_ord_id);

void script_advance(struct script *script, int64_t milliseconds);
enum fix_action script_tick(struct script *script);
/* Advances the clock to the session's deadline, which must lie ahead, and ticks. Returns the
 * milliseconds that passed. */
int64_t script_tick_at_deadline(struct script *script, enum fix_action *action);

/* The present as UTCTimestamp text with milliseconds, shifted. */
const char *script_time(const struct script *script, int64_t shift_ms);

#endif
