/*
 * Any bytes, framed or not: the check ends with a verdict, and it is the naive twin's. A message
 * that is taken is taken, too, when the fields of its body stand in another order (a group moves as
 * a whole), and with every switch. And messages made from the tables, right and then damaged.
 */
#include <stdlib.h>

#include "core/fix/fix_dictionary_test_all.h"
#include "core/fix/fix_dictionary_test_make.h"
#include "core/fix/fix_frame.h"

#include "core/fix/fix_dictionary_test_twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

/* Whether field i begins something that can stand elsewhere in the body. */
static bool begins_unit(const struct fix_dictionary *dictionary, const struct fix_view *view,
                        uint32_t i) {
    const struct fix_message_rule *message =
        fix_dictionary_message(dictionary, fix_view_msg_type(view));
    uint32_t tag = view->fields[i].tag;
    return message->places[tag] == FIX_PLACE_BODY && dictionary->fields[tag].type != FIX_TYPE_DATA;
}

static bool in_body(const struct fix_dictionary *dictionary, const struct fix_view *view,
                    uint32_t i) {
    const struct fix_message_rule *message =
        fix_dictionary_message(dictionary, fix_view_msg_type(view));
    unsigned place = message->places[view->fields[i].tag];
    return place == FIX_PLACE_BODY ||
           (place >= FIX_PLACE_GROUP && !dictionary->groups[place - FIX_PLACE_GROUP].in_header);
}

static struct bytes field_text(const struct fix_view *view, uint32_t i) {
    uint32_t from = view->fields[i - 1].offset + view->fields[i - 1].len + 1;
    uint32_t to = view->fields[i].offset + view->fields[i].len + 1;
    return bytes_of(view->message.data + from, to - from);
}

/* The message with the units of its body in reverse order. Every tag is its own slot. */
static struct test_message reversed(const struct fix_dictionary *dictionary,
                                    const struct fix_view *view) {
    struct test_message body = {.len = 0};
    uint32_t first = 2;
    uint32_t end = view->count - 1;
    while (first < end && !in_body(dictionary, view, first)) {
        test_append(&body, field_text(view, first++));
    }
    while (end > first && !in_body(dictionary, view, end - 1)) {
        end--;
    }
    for (uint32_t to = end, i = end; i > first; i--) {
        if (begins_unit(dictionary, view, i - 1)) {
            for (uint32_t j = i - 1; j < to; j++) {
                test_append(&body, field_text(view, j));
            }
            to = i - 1;
        }
    }
    for (uint32_t i = end; i + 1 < view->count; i++) {
        test_append(&body, field_text(view, i));
    }
    return test_message_with(test_bytes(&body));
}

static bool has_bar(struct bytes text) {
    return text.len != 0 && memchr(text.data, '|', text.len) != NULL;
}

static void check_taken(const struct fix_dictionary *dictionary, const struct fix_view *view) {
    static struct fix_view other;
    struct fix_fault fault;
    uint32_t bad;
    for (unsigned switches = 0; switches < 64; switches++) {
        require(fix_dictionary_check(dictionary, view, switches, &fault) == FIX_CHECK_OK);
    }
    /* '|' is SOH to test_append, and the time it takes is a test's. */
    if (!has_bar(view->message)) {
        struct test_message message = reversed(dictionary, view);
        require(fix_view_parse(test_bytes(&message), &other, &bad) == FIX_VIEW_OK);
        require(other.count == view->count);
        require(fix_dictionary_check(dictionary, &other, 0, &fault) == FIX_CHECK_OK);
    }
}

static void check_message(const struct fix_dictionary *dictionary, struct bytes message,
                          unsigned switches) {
    static struct fix_view view;
    struct fix_frame frame;
    struct fix_fault fault = {.reason = FIX_REJECT_OTHER};
    uint32_t bad;
    if (fix_frame(message, TEST_MESSAGE_MAX, &frame) != FIX_FRAME_COMPLETE ||
        fix_view_parse(bytes_of(message.data, frame.bytes), &view, &bad) != FIX_VIEW_OK) {
        return;
    }
    enum fix_check check = fix_dictionary_check(dictionary, &view, switches, &fault);
    if (check != FIX_CHECK_OK && check != FIX_CHECK_FAULT) {
        return;
    }
    struct twin twin = twin_check(dictionary, &view, switches);
    require((twin.reason == TWIN_NO_FAULT) == (check == FIX_CHECK_OK));
    require(check == FIX_CHECK_OK ||
            ((int)fault.reason == twin.reason && fault.tag == twin.tag && fault.tag != 0));
    if (check == FIX_CHECK_OK && switches == 0) {
        check_taken(dictionary, &view);
    }
}

static uint64_t seed_of(const uint8_t *data, size_t size) {
    uint64_t seed = 0;
    for (size_t i = 0; i < size && i < 8; i++) {
        seed = seed << 8 | data[i];
    }
    return seed;
}

static void check_made(const struct fix_dictionary *dictionary, const uint8_t *data, size_t size,
                       unsigned switches) {
    static struct made made;
    struct prng prng;
    prng_seed(&prng, seed_of(data + 1, size - 1));
    const struct fix_message_rule *message_rule =
        &dictionary->messages[data[0] % dictionary->message_count];
    if (!make_right(&prng, dictionary, message_rule, &made)) {
        return;
    }
    struct test_message message = make_message(&made);
    check_message(dictionary, test_bytes(&message), 0);
    for (size_t i = 9; i < size && i < 24; i++) {
        make_wrong(&prng, &made);
        message = make_message(&made);
        check_message(dictionary, test_bytes(&message), switches);
    }
}

/*
 * The first byte says which version is asked, and whether the rest is a stream, the body of a
 * message, or a seed for one; the second what is let through.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3 || size > 4096) {
        return 0;
    }
    const struct fix_dictionary *dictionary =
        all_dictionaries[data[0] / 4 % ALL_DICTIONARIES].dictionary;
    unsigned switches = data[1] % 64;
    struct bytes rest = bytes_of((const char *)data + 2, size - 2);
    if (data[0] % 4 == 0) {
        check_message(dictionary, rest, switches);
    } else if (data[0] % 4 == 1) {
        check_made(dictionary, data + 2, size - 2, switches);
    } else {
        struct test_message message = test_message_with(rest);
        check_message(dictionary, test_bytes(&message), switches);
    }
    return 0;
}
