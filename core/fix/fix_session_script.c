#include "core/fix/fix_session_script.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* 2026-01-05T12:00:00Z */
#define START_UTC_S INT64_C(1767614400)

void script_begin(struct script *script, enum fix_role role) {
    *script = (struct script){
        .config = {.role = role,
                   .version = fix_version_of(FIX_44),
                   .sender_comp_id = BYTES("US"),
                   .target_comp_id = BYTES("THEM"),
                   .heartbeat_s = 30,
                   .time_digits = 3,
                   .message_bytes_max = 4096,
                   .latency_max = {.ns = 120 * NS_PER_S},
                   .logon_timeout = {.ns = 10 * NS_PER_S},
                   .logout_timeout = {.ns = 2 * NS_PER_S},
                   .answer_timeout = {.ns = 5 * NS_PER_S}},
        .now = {.mono = {.ns = 1000 * NS_PER_S}, .utc = {.ns = START_UTC_S * NS_PER_S}},
    };
    fix_session_init(&script->session, &script->config);
}

void script_restart(struct script *script) {
    fix_session_init(&script->session, &script->config);
}

void script_connect(struct script *script) {
    fix_session_connected(&script->session, script->now, ++script->epoch);
}

void script_disconnect(struct script *script) {
    fix_session_disconnected(&script->session, script->now);
    cr_assert_eq(script->session.state, FIX_SESSION_DOWN);
}

const char *script_logon(const struct script *script) {
    static char text[64];
    const struct fix_version *version = script->config.version;
    snprintf(text, sizeof(text), "35=A|34=1|98=0|108=30|%s%.*s%s", version->is_fixt ? "1137=" : "",
             version->is_fixt ? (int)version->appl_ver_id.len : 0, version->appl_ver_id.data,
             version->is_fixt ? "|" : "");
    return text;
}

void script_up(struct script *script, enum fix_role role) {
    script_begin(script, role);
    script_log_on(script);
}

void script_log_on(struct script *script) {
    script_restart(script);
    script_connect(script);
    if (script->config.role == FIX_INITIATOR) {
        cr_assert_str_eq(hear(script), script_logon(script));
        cr_assert_eq(say(script, script_logon(script)), FIX_ACTION_UP);
    } else {
        cr_assert_eq(say(script, script_logon(script)), FIX_ACTION_UP);
        cr_assert_str_eq(hear(script), script_logon(script));
    }
    cr_assert_str_eq(hear(script), "");
    cr_assert_eq(script->session.state, FIX_SESSION_UP);
}

void script_advance(struct script *script, int64_t milliseconds) {
    script->now.mono.ns += milliseconds * NS_PER_MS;
    script->now.utc.ns += milliseconds * NS_PER_MS;
}

enum fix_action script_tick(struct script *script) {
    return fix_session_tick(&script->session, script->now);
}

int64_t script_tick_at_deadline(struct script *script, enum fix_action *action) {
    struct instant deadline = fix_session_deadline(&script->session);
    cr_assert(!instant_is_never(deadline), "no deadline");
    int64_t wait_ns = deadline.ns - script->now.mono.ns;
    cr_assert(wait_ns > 0, "the deadline does not lie ahead");
    cr_assert_eq(wait_ns % NS_PER_MS, 0);
    script_advance(script, wait_ns / NS_PER_MS - 1);
    cr_assert_eq(script_tick(script), FIX_ACTION_NONE, "something happened before the deadline");
    script_advance(script, 1);
    *action = script_tick(script);
    return wait_ns / NS_PER_MS;
}

const char *script_time(const struct script *script, int64_t shift_ms) {
    static char text[32];
    int64_t total_ms = script->now.utc.ns / NS_PER_MS + shift_ms;
    time_t seconds = (time_t)(total_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t len = strftime(text, sizeof(text), "%Y%m%d-%H:%M:%S", &parts);
    snprintf(text + len, sizeof(text) - len, ".%03d", (int)(total_ms % 1000));
    return text;
}

/* Whether the text has "TAG=" or "-TAG" as a field. */
static bool mentions(const char *text, const char *tag) {
    char with_value[16];
    char left_out[16];
    snprintf(with_value, sizeof(with_value), "|%s=", tag);
    snprintf(left_out, sizeof(left_out), "|-%s|", tag);
    return strstr(text, with_value) != NULL || strstr(text, left_out) != NULL;
}

static size_t append(char *out, size_t len, const char *text, size_t text_len) {
    cr_assert_lt(len + text_len, SCRIPT_BYTES_MAX);
    memcpy(out + len, text, text_len);
    out[len + text_len] = '\0';
    return len + text_len;
}

static size_t append_field(char *out, size_t len, const char *text, const char *tag,
                           const char *value) {
    if (mentions(text, tag)) {
        return len;
    }
    char field[128];
    int field_len = snprintf(field, sizeof(field), "%s=%s|", tag, value);
    return append(out, len, field, (size_t)field_len);
}

/* 35 and 34 as given, then the rest of the header, then what remains of the text. */
static size_t compose_body(struct script *script, const char *text, char *body) {
    if (text[0] == '!') {
        return append(body, 0, text + 1, strlen(text + 1));
    }
    const char *rest = strchr(text, '|');
    cr_assert(rest != NULL && strncmp(text, "35=", 3) == 0, "says nothing: %s", text);
    rest++;
    if (strncmp(rest, "34=", 3) == 0) {
        rest = strchr(rest, '|') + 1;
    }
    size_t len = append(body, 0, text, (size_t)(rest - text));
    len = append_field(body, len, text, "49", "THEM");
    len = append_field(body, len, text, "52", script_time(script, 0));
    len = append_field(body, len, text, "56", "US");
    while (*rest != '\0') {
        size_t field = strcspn(rest, "|") + 1;
        if (*rest != '-') {
            len = append(body, len, rest, field);
        }
        rest += field;
    }
    return len;
}

static unsigned sum_of(const char *data, size_t len) {
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (unsigned char)data[i];
    }
    return sum % 256;
}

size_t script_compose(struct script *script, const char *text) {
    static char body[SCRIPT_BYTES_MAX];
    struct bytes version = script->config.version->begin_string;
    char begin_string[16];
    snprintf(begin_string, sizeof(begin_string), "%.*s", (int)version.len, version.data);
    if (strncmp(text, "8=", 2) == 0) {
        size_t len = strcspn(text + 2, "|");
        snprintf(begin_string, sizeof(begin_string), "%.*s", (int)len, text + 2);
        text += len + 3;
    }
    size_t body_len = compose_body(script, text, body);
    int len =
        snprintf(script->in, sizeof(script->in), "8=%s|9=%zu|%s", begin_string, body_len, body);
    for (int i = 0; i < len; i++) {
        script->in[i] = script->in[i] == '|' ? '\x01' : script->in[i];
    }
    unsigned sum = sum_of(script->in, (size_t)len);
    len += snprintf(script->in + len, sizeof(script->in) - (size_t)len, "10=%03u\x01", sum);
    script->in_bytes = (size_t)len;
    return script->in_bytes;
}

enum fix_action script_input(struct script *script, size_t bytes) {
    fix_session_input(&script->session, script->now, bytes_of(script->in, bytes), &script->input);
    enum fix_action action = script->input.action;
    if (action == FIX_ACTION_PARTIAL || action == FIX_ACTION_BLOCKED) {
        cr_assert_eq(script->input.consumed, 0);
    }
    return action;
}

enum fix_action say(struct script *script, const char *text) {
    size_t bytes = script_compose(script, text);
    enum fix_action action = script_input(script, bytes);
    if (action != FIX_ACTION_BLOCKED) {
        cr_assert_eq(script->input.consumed, bytes, "%s: consumed %zu of %zu", text,
                     script->input.consumed, bytes);
    }
    return action;
}

enum fix_action say_raw(struct script *script, const char *text) {
    script->in_bytes = strlen(text);
    cr_assert_lt(script->in_bytes, sizeof(script->in));
    for (size_t i = 0; i <= script->in_bytes; i++) {
        script->in[i] = text[i] == '|' ? '\x01' : text[i];
    }
    return script_input(script, script->in_bytes);
}

/* 8, 9 and 10 of script->out are what the standard wants; returns the text of the body. */
static char *check_envelope(struct script *script, char *text) {
    for (size_t i = 0; i < script->out_bytes; i++) {
        cr_assert(script->out[i] != '|' && script->out[i] != '\0');
        text[i] = script->out[i] == '\x01' ? '|' : script->out[i];
    }
    text[script->out_bytes] = '\0';
    size_t declared;
    int body_at;
    struct bytes version = script->config.version->begin_string;
    cr_assert(strncmp(text, "8=", 2) == 0 && memcmp(text + 2, version.data, version.len) == 0, "%s",
              text);
    const char *after = text + 2 + version.len;
    cr_assert_eq(sscanf(after, "|9=%zu%n", &declared, &body_at), 1, "%s", text);
    body_at += (int)(after - text);
    cr_assert_eq(text[body_at], '|', "%s", text);
    char *body = text + body_at + 1;
    size_t trailer_at = script->out_bytes - strlen("10=000|");
    char trailer[16];
    snprintf(trailer, sizeof(trailer), "10=%03u|", sum_of(script->out, trailer_at));
    cr_assert_str_eq(text + trailer_at, trailer, "%s", text);
    cr_assert_eq((size_t)(text + trailer_at - body), declared, "%s", text);
    text[trailer_at] = '\0';
    return body;
}

/* The present with the fraction that the session writes. */
static void time_heard(const struct script *script, char *text, size_t size) {
    unsigned digits = script->session.config.time_digits;
    size_t seconds = strlen("YYYYMMDD-HH:MM:SS");
    int len = digits == 0 ? (int)seconds : (int)seconds + 4;
    snprintf(text, size, "%.*s%s", len, script_time(script, 0),
             digits > 6   ? "000000"
             : digits > 3 ? "000"
                          : "");
}

/* Drops what is the same in every message, once it is found to be so. */
static void strip_header(struct script *script, char *body) {
    char time[32];
    time_heard(script, time, sizeof(time));
    size_t len = 0;
    unsigned same = 0;
    char *rest = NULL;
    for (char *field = strtok_r(body, "|", &rest); field != NULL;
         field = strtok_r(NULL, "|", &rest)) {
        if (strncmp(field, "52=", 3) == 0) {
            cr_assert_str_eq(field + 3, time);
        }
        if (strcmp(field, "49=US") == 0 || strcmp(field, "56=THEM") == 0 ||
            strncmp(field, "52=", 3) == 0) {
            same++;
            continue;
        }
        bool from_now = strncmp(field, "122=", 4) == 0 && strcmp(field + 4, time) == 0;
        size_t field_len = from_now ? 3 : strlen(field);
        len = append(script->heard, len, field, field_len);
        len = append(script->heard, len, "|", 1);
    }
    cr_assert_eq(same, 3, "49, 52 and 56 once each: %s", script->heard);
}

static const char *heard(struct script *script) {
    static char text[SCRIPT_BYTES_MAX];
    script->heard[0] = '\0';
    if (script->out_bytes != 0) {
        strip_header(script, check_envelope(script, text));
    }
    return script->heard;
}

const char *hear(struct script *script) {
    bool owed = fix_session_has_output(&script->session);
    size_t room = fix_session_output_bytes(&script->session);
    script->out_bytes =
        fix_session_output(&script->session, script->now, script->out, room, &script->out_secret);
    cr_assert_eq(owed, script->out_bytes != 0);
    return heard(script);
}

const char *script_send(struct script *script, const char *msg_type, const char *cl_ord_id) {
    struct fix_writer writer;
    fix_session_begin(&script->session, script->now, bytes_of_string(msg_type), script->out,
                      sizeof(script->out), &writer);
    fix_put_bytes(&writer, 11, bytes_of_string(cl_ord_id));
    script->out_bytes = fix_session_end(&script->session, script->now, &writer);
    return heard(script);
}
