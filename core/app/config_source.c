#include "core/app/config_source.h"

#include <string.h>

#include "core/app/config_schema.h"

/* The excerpt starts this far left of a column that lies beyond the excerpt's width. */
#define LEAD_COLUMNS 40

#define NOT_UTF8 UINT32_MAX

static bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/* The code point at the front of `text` (not empty) and its length; NOT_UTF8 with length 1. */
static uint32_t decode(struct bytes text, size_t *len) {
    const unsigned char *byte = (const unsigned char *)text.data;
    *len = 1;
    if (byte[0] < 0x80) {
        return byte[0];
    }
    size_t need = byte[0] >= 0xF0 ? 4 : byte[0] >= 0xE0 ? 3 : 2;
    if (byte[0] < 0xC2 || byte[0] > 0xF4 || text.len < need) {
        return NOT_UTF8;
    }
    uint32_t point = byte[0] & (0xFFU >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if (!is_continuation(byte[i])) {
            return NOT_UTF8;
        }
        point = (point << 6) | (byte[i] & 0x3FU);
    }
    /* The shortest form only, no surrogates, nothing past the last plane. */
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[need] || (point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF) {
        return NOT_UTF8;
    }
    *len = need;
    return point;
}

/* Why the code point must not stand in a config, or NULL. */
static const char *why_refused(uint32_t point, bool before_newline) {
    if (point == NOT_UTF8) {
        return "a byte that is not UTF-8";
    }
    if (point == 0) {
        return "a NUL byte";
    }
    bool newline = point == '\n' || (point == '\r' && before_newline);
    if ((point < ' ' && point != '\t' && !newline) || (point >= 0x7F && point <= 0x9F)) {
        return "a control character";
    }
    if (point == 0xFEFF || point == 0xFFFE || point == 0xFFFF) {
        return "a byte order mark or no character";
    }
    bool line_break = point == 0x2028 || point == 0x2029;
    bool direction = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    return line_break || direction ? "an invisible character that changes how text reads" : NULL;
}

bool config_source_is_text(struct bytes text, const char **why, struct config_mark *at) {
    *at = (struct config_mark){.line = 1, .column = 1};
    while (text.len > 0) {
        size_t len;
        uint32_t point = decode(text, &len);
        *why = why_refused(point, text.len > 1 && text.data[1] == '\n');
        if (*why != NULL) {
            return false;
        }
        at->column++;
        if (point == '\n') {
            at->line++;
            at->column = 1;
        }
        text = bytes_skip(text, len);
    }
    return true;
}

static struct bytes line_of(struct bytes text, uint32_t line) {
    for (; line > 1; line--) {
        const char *newline = memchr(text.data, '\n', text.len);
        if (newline == NULL) {
            return (struct bytes){0};
        }
        text = bytes_skip(text, (size_t)(newline - text.data) + 1);
    }
    const char *newline = text.len > 0 ? memchr(text.data, '\n', text.len) : NULL;
    return newline == NULL ? text : bytes_of(text.data, (size_t)(newline - text.data));
}

/* Characters `from` .. of `line` as printable ASCII, one byte each; how many. */
static uint32_t copy_window(struct bytes line, uint32_t from, char *out) {
    uint32_t column = 0;
    uint32_t copied = 0;
    for (size_t i = 0; i < line.len && copied < CONFIG_EXCERPT_MAX; i++) {
        if (is_continuation((unsigned char)line.data[i])) {
            continue;
        }
        column++;
        if (column >= from && line.data[i] != '\r') {
            char byte = line.data[i] == '\t' ? ' ' : line.data[i];
            out[copied++] = byte >= ' ' && byte <= '~' ? byte : '?';
        }
    }
    return copied;
}

static bool is_word_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

/* Leaves the schema's words, blanks and the marks that YAML's syntax is made of. */
static void cover_strangers(char *text, uint32_t len) {
    uint32_t i = 0;
    while (i < len) {
        uint32_t start = i;
        while (i < len && is_word_byte(text[i])) {
            i++;
        }
        if (i == start) {
            if (strchr(" :-[]{},\"'#&*!|>%@?", text[i]) == NULL) {
                text[i] = '*';
            }
            i++;
        } else if (!config_schema_is_word(bytes_of(text + start, i - start))) {
            memset(text + start, '*', i - start);
        }
    }
}

static bool is_before(struct config_mark a, struct config_mark b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* Covers the part of a hidden node that lies in the window. */
static void cover_node(const struct config_node *node, struct config_problem *problem,
                       uint32_t len) {
    struct config_mark from = node->key_hidden ? node->key_at : node->at;
    if (problem->line < from.line || problem->line > node->end.line) {
        return;
    }
    for (uint32_t i = 0; i < len; i++) {
        struct config_mark mark = {problem->line, problem->excerpt_column + i};
        if (!is_before(mark, from) && is_before(mark, node->end)) {
            problem->excerpt[i] = '*';
        }
    }
}

/* The column just after the last thing on the line that is not a comment. */
static uint32_t content_end(const struct config_tree *tree, uint32_t line) {
    uint32_t end = 1;
    for (const struct config_node *node = tree->newest; node != NULL; node = node->older) {
        if (node->is_default) {
            continue;
        }
        if (node->key.len > 0 && node->key_at.line == line) {
            uint32_t key_end = node->key_at.column + (uint32_t)node->key.len + 1;
            end = key_end > end ? key_end : end;
        }
        if (node->end.line == line && node->end.column > end) {
            end = node->end.column;
        }
        if (node->kind == CONFIG_NODE_SCALAR && node->at.line <= line && node->end.line > line) {
            end = UINT32_MAX;
        }
    }
    return end;
}

static uint32_t cover_hidden(const struct config_tree *tree, struct config_problem *problem,
                             uint32_t len) {
    for (const struct config_node *node = tree->newest; node != NULL; node = node->older) {
        if (node->hidden && !node->is_default) {
            cover_node(node, problem, len);
        }
    }
    uint32_t end = content_end(tree, problem->line);
    uint32_t shown = end > problem->excerpt_column ? end - problem->excerpt_column : 0;
    return shown < len ? shown : len;
}

void config_source_quote(const struct config_source *source, struct config_problem *problem) {
    if (problem->line == 0) {
        return;
    }
    struct bytes line = line_of(source->text, problem->line);
    problem->excerpt_column =
        problem->column > CONFIG_EXCERPT_MAX - LEAD_COLUMNS ? problem->column - LEAD_COLUMNS : 1;
    uint32_t len = copy_window(line, problem->excerpt_column, problem->excerpt);
    if (source->tree == NULL) {
        cover_strangers(problem->excerpt, len);
    } else {
        len = cover_hidden(source->tree, problem, len);
    }
    while (len > 0 && problem->excerpt[len - 1] == ' ') {
        len--;
    }
    problem->excerpt[len] = '\0';
}
