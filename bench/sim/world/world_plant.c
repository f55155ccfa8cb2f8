#include "bench/sim/world/world_plant.h"

#include "bench/sim/world/world_internal.h"
#include "bench/sim/world/world_text.h"

static const char *const names[WORLD_PLANTS] = {
    [WORLD_PLANT_NONE] = "none",
    [WORLD_PLANT_LOSE_FILL] = "lose-fill",
    [WORLD_PLANT_LOSE_ANSWER] = "lose-answer",
    [WORLD_PLANT_ORDER_TWICE] = "order-twice",
    [WORLD_PLANT_WRONG_CUM] = "wrong-cum",
    [WORLD_PLANT_WRONG_LAST] = "wrong-last",
    [WORLD_PLANT_FILL_TWICE] = "fill-twice",
    [WORLD_PLANT_NUMBER_AGAIN] = "number-again",
    [WORLD_PLANT_RESENT_DIFFERS] = "resent-differs",
    [WORLD_PLANT_FORGET_CANCEL] = "forget-cancel",
    [WORLD_PLANT_MORE] = "more",
    [WORLD_PLANT_OTHER_SIDE] = "other-side",
    [WORLD_PLANT_EARLY_END] = "early-end",
    [WORLD_PLANT_TWO_ENDS] = "two-ends",
    [WORLD_PLANT_AFTER_LOGOUT] = "after-logout",
    [WORLD_PLANT_WRONG_LEAVES] = "wrong-leaves",
    [WORLD_PLANT_KEEP_STREAM] = "keep-stream",
};

const char *world_plant_name(enum world_plant plant) {
    return names[plant];
}

bool world_plant_read(const char *name, enum world_plant *plant) {
    for (int i = 0; i < WORLD_PLANTS; i++) {
        if (strcmp(names[i], name) == 0) {
            *plant = (enum world_plant)i;
            return true;
        }
    }
    return false;
}

/* A message that a plant may change. */
struct draft {
    struct world *world;
    struct world_link *link;
    bool to_client;
    char type;
    char exec; /* 150 */
    char *data;
    size_t len;
    size_t max;
};

static bool is_turn(struct draft *draft, uint32_t of) {
    return ++draft->world->planted % of == 0;
}

static bool is_report(const struct draft *draft, char exec) {
    return draft->to_client && draft->type == '8' && draft->exec == exec;
}

static void set(struct draft *draft, unsigned tag, const char *value) {
    draft->len = world_text_set(draft->data, draft->len, draft->max, tag, value);
}

static struct bytes value_of(const struct draft *draft, unsigned tag) {
    return world_text_value(bytes_of(draft->data, draft->len), tag);
}

/* The last digit of a decimal, turned by one: its last place, whatever that is. */
static void turn_digit(struct draft *draft, unsigned tag) {
    char text[64];
    struct bytes value = value_of(draft, tag);
    if (value.len == 0 || value.len >= sizeof(text)) {
        return;
    }
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    text[value.len - 1] = text[value.len - 1] == '9' ? '8' : (char)(text[value.len - 1] + 1);
    set(draft, tag, text);
}

static void keep(struct draft *draft) {
    memcpy(draft->link->before, draft->data, draft->len);
    draft->link->before_bytes = draft->len;
}

/* An earlier message in place of this one, under this one's number and time. */
static void say_before(struct draft *draft) {
    char number[32];
    char time[32];
    struct bytes seq = value_of(draft, 34);
    struct bytes at = value_of(draft, 52);
    (void)snprintf(number, sizeof(number), "%.*s", (int)seq.len, seq.data);
    (void)snprintf(time, sizeof(time), "%.*s", (int)at.len, at.data);
    if (draft->link->before_bytes == 0 || draft->link->before_bytes + 16 > draft->max) {
        return;
    }
    memcpy(draft->data, draft->link->before, draft->link->before_bytes);
    draft->len = draft->link->before_bytes;
    set(draft, 34, number);
    set(draft, 52, time);
    draft->link->before_bytes = 0;
}

/* Heartbeats are what can be spared for it. */
static void order_twice(struct draft *draft) {
    if (draft->type == 'D') {
        keep(draft);
    } else if ((draft->type == '0' || draft->type == 'H') && draft->link->before_bytes > 0) {
        say_before(draft);
        turn_digit(draft, 11);
    }
}

static void fill_twice(struct draft *draft) {
    if (is_report(draft, 'F')) {
        keep(draft);
    } else if (draft->type == '0' && draft->link->before_bytes > 0) {
        say_before(draft);
    }
}

static void number_again(struct draft *draft) {
    char number[32];
    uint64_t seq = world_text_number(bytes_of(draft->data, draft->len), 34);
    if (draft->type == '8' && value_of(draft, 43).len == 0 && seq > 3 && is_turn(draft, 5)) {
        (void)snprintf(number, sizeof(number), "%" PRIu64, seq - 1);
        set(draft, 34, number);
    }
}

/* Every cancel of some orders. */
static void forget_cancel(struct draft *draft) {
    struct bytes of = value_of(draft, 41);
    if (draft->type == 'F' && of.len > 0 && of.data[of.len - 1] % 3 == 0) {
        draft->len = world_text_blank(draft->data, draft->len, draft->max);
    }
}

static void after_logout(struct draft *draft) {
    if (draft->to_client && draft->type == '0') {
        set(draft, 35, "5");
    }
}

static void change_report(struct draft *draft) {
    switch (draft->world->options.plant) {
    case WORLD_PLANT_LOSE_FILL:
        if (is_report(draft, 'F') && is_turn(draft, 3)) {
            draft->len = world_text_blank(draft->data, draft->len, draft->max);
        }
        break;
    case WORLD_PLANT_LOSE_ANSWER:
        if (is_report(draft, '0') && is_turn(draft, 3)) {
            draft->len = world_text_blank(draft->data, draft->len, draft->max);
        }
        break;
    case WORLD_PLANT_WRONG_CUM:
        if (is_report(draft, 'F') && is_turn(draft, 3)) {
            turn_digit(draft, 14);
        }
        break;
    case WORLD_PLANT_WRONG_LAST:
        if (is_report(draft, 'F') && is_turn(draft, 3)) {
            turn_digit(draft, 32);
        }
        break;
    case WORLD_PLANT_WRONG_LEAVES:
        if (is_report(draft, '0') && is_turn(draft, 3)) {
            turn_digit(draft, 151);
        }
        break;
    case WORLD_PLANT_EARLY_END:
        if (is_report(draft, '0') && is_turn(draft, 3)) {
            set(draft, 39, "4");
            set(draft, 151, "0");
        }
        break;
    case WORLD_PLANT_TWO_ENDS:
        if (is_report(draft, '4') && value_of(draft, 43).len == 0) {
            keep(draft);
        } else if (draft->type == '8' && draft->link->before_bytes > 0) {
            say_before(draft);
            set(draft, 17, "TWO-ENDS");
            set(draft, 150, "C");
            set(draft, 39, "C");
        }
        break;
    default:
        break;
    }
}

static void change(struct draft *draft) {
    switch (draft->world->options.plant) {
    case WORLD_PLANT_ORDER_TWICE:
        order_twice(draft);
        break;
    case WORLD_PLANT_FILL_TWICE:
        fill_twice(draft);
        break;
    case WORLD_PLANT_NUMBER_AGAIN:
        number_again(draft);
        break;
    case WORLD_PLANT_RESENT_DIFFERS:
        if (draft->to_client && draft->type == '8' && value_of(draft, 43).len > 0) {
            turn_digit(draft, 6);
        }
        break;
    case WORLD_PLANT_FORGET_CANCEL:
        forget_cancel(draft);
        break;
    case WORLD_PLANT_MORE:
        if (draft->type == 'D' && is_turn(draft, 3)) {
            turn_digit(draft, 44);
        }
        break;
    case WORLD_PLANT_OTHER_SIDE:
        if (draft->type == 'D' && is_turn(draft, 3)) {
            set(draft, 54, world_text_is(value_of(draft, 54), "1") ? "2" : "1");
        }
        break;
    case WORLD_PLANT_AFTER_LOGOUT:
        after_logout(draft);
        break;
    default:
        change_report(draft);
        break;
    }
}

size_t world_plant_written(struct world *world, struct world_stream *stream, char *data, size_t len,
                           size_t max) {
    struct bytes message = bytes_of(data, len);
    struct bytes exec = world_text_value(message, 150);
    struct draft draft = {.world = world,
                          .link = &world->links[stream->link],
                          .to_client = world_link_kind(stream->link) == WORLD_LINK_CLIENT,
                          .type = world_text_type(message),
                          .exec = exec.len == 1 ? exec.data[0] : '\0',
                          .data = data,
                          .len = len,
                          .max = max};
    change(&draft);
    return draft.len;
}
