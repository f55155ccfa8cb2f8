#include "net/tcp/script/tcp_script_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_BYTES_MAX (UINT32_C(256) << 10)
#define PATH_BYTES_MAX 1024

static struct script_frame frame_ring[SCRIPT_FRAMES];

const char *tcp_script_position_name(uint32_t position) {
    static const char *const names[TCP_SCRIPT_POSITIONS] = {
        "small numbers", "across 2^31", "across 2^32", "SYN below 2^31", "SYN below 2^32"};
    CHECK(position < TCP_SCRIPT_POSITIONS);
    return names[position];
}

bool script_fail(struct script_run *run, const char *format, ...) {
    char *failure = run->result->failure;
    if (failure[0] == '\0') {
        int used = snprintf(failure, TCP_SCRIPT_FAILURE_BYTES, "%s:%u: ", run->path, run->line);
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(failure + used, TCP_SCRIPT_FAILURE_BYTES - (size_t)used, format, arguments);
        va_end(arguments);
    }
    return false;
}

/* Lines. */

/* "+10ms", "+1ms..2ms". */
static bool take_time(struct script_run *run, struct script_words *words) {
    run->after_min = run->after_max = (struct duration){0};
    struct bytes word = script_words_peek(words);
    if (word.len == 0 || word.data[0] != '+') {
        return true;
    }
    word = bytes_skip(script_words_next(words), 1);
    const char *dots = memmem(word.data, word.len, "..", 2);
    struct bytes first = bytes_of(word.data, dots == NULL ? word.len : (size_t)(dots - word.data));
    struct bytes last = dots == NULL ? first : bytes_skip(word, first.len + 2);
    if (!script_duration(first, &run->after_min) || !script_duration(last, &run->after_max) ||
        run->after_max.ns < run->after_min.ns) {
        return script_fail(run, "not a time");
    }
    return true;
}

static bool take_flow(struct script_run *run, struct script_words *words) {
    struct bytes word = script_words_peek(words);
    run->flow = &run->flows[0];
    if (word.len != 2 || word.data[0] != '@') {
        return true;
    }
    uint32_t index = (uint32_t)(script_words_next(words).data[1] - 'a');
    if (index >= SCRIPT_FLOWS) {
        return script_fail(run, "no flow is called so");
    }
    run->flow = &run->flows[index];
    return true;
}

static bool begin_turn(struct script_run *run) {
    if (run->in_turn) {
        return script_fail(run, "a turn within a turn");
    }
    run->in_turn = run->turn_pending = true;
    return true;
}

static bool flush_turn(struct script_run *run) {
    if (!run->in_turn) {
        return script_fail(run, "no turn to flush");
    }
    bool ok = script_app_begin(run);
    run->in_turn = false;
    return ok && script_app_end(run);
}

/* What happens at the line's time. */
static bool do_event(struct script_run *run, struct script_words *words) {
    bool ok = true;
    if (script_words_take(words, "nothing")) {
        return true;
    }
    if (script_words_take(words, "<")) {
        return script_inject(run, words);
    }
    if (script_words_take(words, "flood")) {
        return script_flood(run, words);
    }
    if (script_words_take(words, "turn")) {
        return begin_turn(run);
    }
    if (script_words_take(words, "flush")) {
        return flush_turn(run);
    }
    if (script_info(run, words, &ok) || script_app(run, words, &ok)) {
        return ok;
    }
    return script_fail(run, "not understood");
}

static bool do_line(struct script_run *run, struct bytes line, int64_t repeat) {
    struct script_words words;
    if (!script_words_split(line, &words)) {
        return script_fail(run, "too many words");
    }
    words.repeat = repeat;
    if (words.count == 0) {
        return true;
    }
    if (script_words_take(&words, "set")) {
        return script_set(run, &words) &&
               (script_words_at_end(&words) || script_fail(run, "too much"));
    }
    if ((!run->started && !script_start(run)) || !take_time(run, &words) ||
        !take_flow(run, &words)) {
        return false;
    }
    bool ok;
    if (script_words_take(&words, ">")) {
        ok = script_expect(run, &words);
    } else if (script_words_take(&words, "swallow")) {
        ok = script_swallow(run, &words);
    } else {
        ok = script_pass_time(run) && do_event(run, &words);
    }
    return ok && (script_words_at_end(&words) || script_fail(run, "too much"));
}

/* Files. */

static bool read_file(struct script_run *run, char *text, struct bytes *content) {
    FILE *file = fopen(run->path, "rb");
    if (file == NULL) {
        return script_fail(run, "cannot be opened");
    }
    *content = bytes_of(text, fread(text, 1, TEXT_BYTES_MAX, file));
    fclose(file);
    return content->len < TEXT_BYTES_MAX || script_fail(run, "too long");
}

static struct bytes take_line(struct bytes *text) {
    const char *end = memchr(text->data, '\n', text->len);
    size_t bytes = end == NULL ? text->len : (size_t)(end - text->data);
    struct bytes line = bytes_of(text->data, bytes);
    *text = bytes_skip(*text, end == NULL ? bytes : bytes + 1);
    return line;
}

static bool is_end_of_block(struct bytes line) {
    struct script_words words;
    return script_words_split(line, &words) && words.count == 1 && script_words_take(&words, "}");
}

/* The lines up to the closing brace, `times` over. */
static bool do_repeat(struct script_run *run, struct bytes *text, int64_t times) {
    struct bytes body = *text, rest = *text;
    uint32_t first = run->line, last = run->line;
    for (int64_t i = 0; i < times; i++) {
        rest = body;
        run->line = first;
        for (;;) {
            if (rest.len == 0) {
                return script_fail(run, "the block has no end");
            }
            struct bytes line = take_line(&rest);
            run->line++;
            if (is_end_of_block(line)) {
                break;
            }
            if (!do_line(run, line, i)) {
                return false;
            }
        }
        last = run->line;
    }
    run->line = last;
    *text = rest;
    return true;
}

static bool do_text(struct script_run *run, struct bytes text, bool may_include);

static bool do_include(struct script_run *run, struct script_words *words) {
    static char text[TEXT_BYTES_MAX];
    char path[PATH_BYTES_MAX];
    struct bytes name = script_words_next(words);
    const char *slash = strrchr(run->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - run->path) + 1;
    snprintf(path, sizeof path, "%.*s%.*s", folder, run->path, (int)name.len, name.data);
    const char *outer_path = run->path;
    uint32_t outer_line = run->line;
    struct bytes content;
    run->path = path;
    run->line = 0;
    bool ok = read_file(run, text, &content) && do_text(run, content, false);
    run->path = outer_path;
    run->line = outer_line;
    return ok;
}

static bool do_text(struct script_run *run, struct bytes text, bool may_include) {
    while (text.len > 0) {
        struct bytes line = take_line(&text);
        struct script_words words;
        int64_t times;
        bool ok;
        run->line++;
        if (!script_words_split(line, &words)) {
            return script_fail(run, "too many words");
        }
        if (may_include && script_words_take(&words, "include")) {
            ok = do_include(run, &words);
        } else if (script_words_take(&words, "repeat")) {
            ok = script_words_number(&words, &times) && times > 0 && script_words_take(&words, "{")
                     ? do_repeat(run, &text, times)
                     : script_fail(run, "expected a number and {");
        } else {
            ok = do_line(run, line, 0);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

void tcp_script_run(const char *path, const struct tcp_script_variant *variant,
                    struct tcp_script_trace *trace, struct tcp_script_result *result) {
    static char text[TEXT_BYTES_MAX];
    static struct script_run run;
    struct bytes content;
    run = (struct script_run){
        .variant = *variant, .trace = trace, .result = result, .path = path, .frames = frame_ring};
    *result = (struct tcp_script_result){0};
    trace->used = 0;
    trace->overflowed = false;
    script_config_init(&run.config);
    result->passed = read_file(&run, text, &content) && do_text(&run, content, true) &&
                     (run.started || script_fail(&run, "nothing happens in it")) &&
                     script_end(&run);
}
