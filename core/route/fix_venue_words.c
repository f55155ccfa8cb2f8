#include "core/route/fix_venue.h"

#define CLASS_MAX 16

/* "<ClOrdID> : " before the words: an id has no blank. */
static struct bytes without_id(struct bytes text) {
    for (size_t i = 0; i + 3 <= text.len && i <= CL_ORD_ID_MAX; i++) {
        if (text.data[i] == ' ') {
            return memcmp(text.data + i, " : ", 3) == 0 ? bytes_skip(text, i + 3) : text;
        }
    }
    return text;
}

/* "EOrder:" before the words: one word, then a colon. */
static struct bytes without_class(struct bytes text) {
    for (size_t i = 0; i < text.len && i <= CLASS_MAX; i++) {
        char c = text.data[i];
        if (c == ':') {
            return bytes_skip(text, i + 1);
        }
        if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z')) {
            break;
        }
    }
    return text;
}

static bool begins_with(struct bytes text, const char *stem) {
    size_t len = strlen(stem);
    return text.len >= len && memcmp(text.data, stem, len) == 0;
}

enum reject_code fix_venue_reject_code(const struct fix_dialect *dialect, struct bytes text,
                                       uint32_t reason, enum reject_code otherwise) {
    struct bytes whole = without_id(text);
    struct bytes words = without_class(whole);
    for (const struct dialect_words *row = dialect->words;
         words.len != 0 && row != NULL && row->stem != NULL; row++) {
        if (begins_with(words, row->stem) || begins_with(whole, row->stem)) {
            return row->reject;
        }
    }
    for (const struct dialect_reason *row = dialect->reasons;
         row != NULL && row->reject != REJECT_NONE; row++) {
        if (row->reason == reason) {
            return row->reject;
        }
    }
    return otherwise;
}
