#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/order_entry_chaos.h"
#include "bench/sim/order_entry_rig_text.h"

/* What of a message is a number of hundredths or tenths. */
#define HUNDREDTHS "%" PRId64 ".%02" PRId64
#define TENTHS "%" PRId64 ".%" PRId64
#define AS_HUNDREDTHS(value) (value) / 100, (value) % 100
#define AS_TENTHS(value) (value) / 10, (value) % 10

/* Of an order; NULL: of none that it has. */
static void say(struct chaos *chaos, struct chaos_order *order, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(struct chaos *chaos, struct chaos_order *order, const char *format, ...) {
    cr_assert_lt(chaos->said_count, CHAOS_SAID_MAX);
    char *text = chaos->said[chaos->said_count++];
    va_list values;
    va_start(values, format);
    int len = vsnprintf(text, CHAOS_SAID_TEXT_MAX, format, values);
    va_end(values);
    cr_assert(len > 0 && len < CHAOS_SAID_TEXT_MAX);
    rig_say(&chaos->rig->venue[0], "%s", text);
    if (order != NULL) {
        order->said = true;
    }
}

struct worth {
    char text[64];
};

/* AvgPx(6) and GrossTradeAmt(381), as a venue says them: cut, and exact. */
static struct worth worth_of(const struct chaos_order *order) {
    struct worth worth = {.text = "6=0|381=0"};
    if (order->filled > 0) {
        __extension__ typedef __int128 wide;
        int64_t average = (int64_t)((wide)order->notional * 10000000 / order->filled);
        (void)snprintf(worth.text, sizeof(worth.text),
                       "6=%" PRId64 ".%08" PRId64 "|381=%" PRId64 ".%03" PRId64,
                       average / 100000000, average % 100000000, order->notional / 1000,
                       order->notional % 1000);
    }
    return worth;
}

static uint64_t once_or_twice(struct chaos *chaos) {
    return 1 + (chaos_below(chaos, 10) == 0);
}

static void say_fill(struct chaos *chaos, struct chaos_order *order) {
    int64_t last =
        1 + (int64_t)chaos_below(chaos, (uint64_t)(order->terms.quantity - order->filled));
    int64_t price = 300000 + (int64_t)chaos_below(chaos, 1000);
    order->filled += last;
    order->notional += last * price;
    bool done = order->filled == order->terms.quantity;
    order->status = done ? FILLED : OPEN;
    /* One of before it was replaced may be called by its id of then. */
    uint32_t id = chaos_below(chaos, 4) == 0 ? order->first_id : order->id;
    for (uint64_t times = once_or_twice(chaos); times > 0; times--) {
        say(chaos, order,
            "35=8|11=#%u|37=O%u|17=X|150=F|39=%c|32=" HUNDREDTHS "|31=" TENTHS "|14=" HUNDREDTHS
            "|%s|60=@|",
            id, order->first_id, done ? '2' : '1', AS_HUNDREDTHS(last), AS_TENTHS(price),
            AS_HUNDREDTHS(order->filled), worth_of(order).text);
    }
}

static void say_end(struct chaos *chaos, struct chaos_order *order, char type,
                    enum chaos_status status) {
    order->status = status;
    say(chaos, order, "35=8|11=#%u|37=O%u|17=X|150=%c|39=%c|14=" HUNDREDTHS "|%s|58=so be it|60=@|",
        order->id, order->first_id, type, type, AS_HUNDREDTHS(order->filled), worth_of(order).text);
}

void chaos_move(struct chaos *chaos) {
    if (chaos->order_count == 0) {
        return;
    }
    struct chaos_order *order = &chaos->orders[chaos_any_order(chaos)];
    if (order->status != OPEN) {
        return;
    }
    switch (chaos_below(chaos, 16)) {
    case 0:
        say_end(chaos, order, 'C', EXPIRED);
        break;
    case 1:
        say_end(chaos, order, '4', CANCELED);
        break;
    case 2:
        if (order->filled == 0 && !order->acknowledged) {
            order->status = REJECTED;
            say(chaos, order, "35=j|45=0|372=D|379=#%u|380=0|58=EOrder|", order->id);
        }
        break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        if (order->filled == 0) {
            order->acknowledged = true;
            say(chaos, order, "35=8|11=#%u|37=O%u|17=X|150=0|39=0|14=0|60=@|", order->id,
                order->first_id);
        }
        break;
    default:
        say_fill(chaos, order);
        break;
    }
}

static void say_canceled(struct chaos *chaos, struct chaos_order *order, uint32_t id) {
    order->status = CANCELED;
    say(chaos, order, "35=8|11=#%u|41=#%u|37=O%u|17=X|150=4|39=4|14=" HUNDREDTHS "|%s|60=@|", id,
        order->id, order->first_id, AS_HUNDREDTHS(order->filled), worth_of(order).text);
}

void chaos_answer_cancel(struct chaos *chaos) {
    for (uint32_t i = chaos->venue_cancel_count; i > 0 && i + 40 > chaos->venue_cancel_count; i--) {
        struct chaos_venue_cancel *cancel = &chaos->venue_cancels[i - 1];
        struct chaos_order *order = &chaos->orders[cancel->order];
        if (cancel->settled || chaos_below(chaos, 2) == 0) {
            continue;
        }
        cancel->settled = true;
        if (order->status == OPEN && chaos_below(chaos, 4) != 0) {
            say_canceled(chaos, order, cancel->id);
        } else {
            /* It knows an open order by its present id. */
            bool known = order->status == OPEN && cancel->orig == order->id;
            say(chaos, order, "35=j|45=0|372=F|379=#%u|380=%s|", cancel->id,
                known ? "0|58=EGeneral:Internal error" : "101|58=EOrder:Unknown order");
        }
        return;
    }
}

static void refuse_replace(struct chaos *chaos, struct chaos_replace *replace) {
    replace->settled = true;
    say(chaos, &chaos->orders[replace->order],
        "35=j|45=0|372=G|379=#%u|380=0|58=EOrder:Insufficient funds|", replace->id);
}

static void take_replace(struct chaos *chaos, struct chaos_replace *replace) {
    struct chaos_order *order = &chaos->orders[replace->order];
    uint32_t before = order->id;
    replace->settled = true;
    replace->accepted = true;
    order->id = replace->id;
    order->terms = replace->terms;
    for (uint64_t times = once_or_twice(chaos); times > 0; times--) {
        say(chaos, order,
            "35=8|11=#%u|41=#%u|37=O%u|17=X|150=5|39=5|38=" HUNDREDTHS "|44=" TENTHS
            "|14=" HUNDREDTHS "|60=@|",
            order->id, before, order->first_id, AS_HUNDREDTHS(order->terms.quantity),
            AS_TENTHS(order->terms.price), AS_HUNDREDTHS(order->filled));
    }
}

/* Taken in time, as long as it asks for more than was filled. */
void chaos_answer_replace(struct chaos *chaos) {
    for (uint32_t i = chaos->replace_count; i > 0 && i + 40 > chaos->replace_count; i--) {
        struct chaos_replace *replace = &chaos->replaces[i - 1];
        const struct chaos_order *order = &chaos->orders[replace->order];
        if (replace->id == 0 || replace->settled || chaos_below(chaos, 2) == 0) {
            continue;
        }
        bool fits = order->status == OPEN && replace->terms.quantity > order->filled &&
                    chaos->rig->now.utc.ns <= replace->deadline.ns;
        if (fits && chaos_below(chaos, 6) != 0) {
            take_replace(chaos, replace);
        } else {
            refuse_replace(chaos, replace);
        }
        return;
    }
}

void chaos_talk_nonsense(struct chaos *chaos) {
    static const char *const messages[] = {
        "35=8|11=12345678-1234-4234-8234-123456789012|37=O|17=X|150=F|39=2|32=1|31=1|14=1|60=@|",
        "35=8|37=O|17=X|150=F|60=@|",
        "35=j|45=0|372=D|379=nobody|380=0|58=EOrder|",
        "35=B|148=news|",
        "35=1|112=V|",
        "35=3|45=999999|58=what|",
    };
    rig_say(&chaos->rig->venue[0], "%s",
            messages[chaos_below(chaos, sizeof(messages) / sizeof(messages[0]))]);
}

void chaos_expire_old(struct chaos *chaos) {
    while (chaos->expired + CHAOS_OPEN_MAX < chaos->order_count) {
        struct chaos_order *order = &chaos->orders[chaos->expired++];
        if (order->status == OPEN) {
            say_end(chaos, order, 'C', EXPIRED);
        }
    }
}

static void hear_order(struct chaos *chaos, const char *text) {
    uint32_t id = rig_number_after(rig_value_of(text, "11"), '#');
    uint32_t number = (uint32_t)(rig_decimal_of(text, "44") / 100000000) - 1;
    cr_assert_lt(number, chaos->order_count);
    struct chaos_order *order = &chaos->orders[number];
    cr_assert(order->status == NOT_SEEN && !order->refused, "%s", text);
    cr_assert_eq(rig_hundredths_of(text, "38"), order->terms.quantity);
    order->status = OPEN;
    order->id = id;
    order->first_id = id;
    chaos->order_of_id[id] = number + 1;
}

bool chaos_has_cancel(const struct chaos *chaos, uint32_t order, bool settled) {
    for (uint32_t i = chaos->venue_cancel_count; i > 0; i--) {
        const struct chaos_venue_cancel *cancel = &chaos->venue_cancels[i - 1];
        if (cancel->order == order && cancel->settled == settled) {
            return true;
        }
    }
    return false;
}

/* What nobody asked for is right of an order that is open here and over there. */
static void hear_stray(struct chaos *chaos, struct chaos_order *order, uint32_t id) {
    cr_assert(chaos_is_over(order) && (order->uncertain || order->said_again),
              "a cancel that nobody asked for: O%u", order->first_id);
    if (order->status == OPEN) {
        say_canceled(chaos, order, id);
    } else {
        say(chaos, order, "35=j|45=0|372=F|379=#%u|380=101|58=EOrder:Unknown order|", id);
    }
}

static void hear_cancel(struct chaos *chaos, const char *text) {
    uint32_t id = rig_number_after(rig_value_of(text, "11"), '#');
    uint32_t orig = rig_number_after(rig_value_of(text, "41"), '#');
    uint32_t number = chaos->order_of_id[orig] - 1;
    if (chaos->order_of_id[orig] == 0) {
        cr_assert(chaos->rough > 0, "%s", text); /* the order was lost on its way */
        say(chaos, NULL, "35=j|45=0|372=F|379=#%u|380=101|58=EOrder:Unknown order|", id);
        return;
    }
    bool probed = chaos->rig->options.cancel_in_doubt;
    if (!chaos->orders[number].asked_cancel && !probed) {
        hear_stray(chaos, &chaos->orders[number], id);
        return;
    }
    cr_assert_lt(chaos->venue_cancel_count, 8 * chaos->room);
    chaos->venue_cancels[chaos->venue_cancel_count++] =
        (struct chaos_venue_cancel){.order = number, .id = id, .orig = orig};
}

/* Told from others by what they ask for: an order has one on its way at most. */
static struct chaos_replace *replace_asked_for(const struct chaos *chaos, uint32_t order,
                                               const char *text) {
    for (uint32_t i = chaos->replace_count; i > 0; i--) {
        struct chaos_replace *replace = &chaos->replaces[i - 1];
        if (replace->order == order && replace->id == 0 &&
            (replace->refused == 0 || replace->given_up) &&
            replace->terms.quantity == rig_hundredths_of(text, "38") &&
            replace->terms.price * 10000000 == rig_decimal_of(text, "44")) {
            return replace;
        }
    }
    return NULL;
}

/* 62=@+5000 is so many milliseconds from now. */
static struct utc deadline_of(const struct chaos *chaos, const char *text) {
    const char *value = rig_value_of(text, "62");
    cr_assert(value != NULL && value[0] == '@', "%s", text);
    return (struct utc){.ns = chaos->rig->now.utc.ns + strtoll(value + 1, NULL, 10) * NS_PER_MS};
}

static void hear_replace(struct chaos *chaos, const char *text) {
    uint32_t id = rig_number_after(rig_value_of(text, "11"), '#');
    uint32_t orig = rig_number_after(rig_value_of(text, "41"), '#');
    uint32_t number = chaos->order_of_id[orig] - 1;
    cr_assert(chaos->order_of_id[orig] != 0 && chaos->orders[number].id == orig, "%s", text);
    struct chaos_replace *replace = replace_asked_for(chaos, number, text);
    cr_assert(replace != NULL && !replace->stale, "a replace that nobody asked for: %s", text);
    replace->id = id;
    replace->deadline = deadline_of(chaos, text);
    chaos->order_of_id[id] = number + 1;
}

static void say_status(struct chaos *chaos, struct chaos_order *order, uint32_t id) {
    static const char codes[] = {
        [FILLED] = '2', [CANCELED] = '4', [EXPIRED] = 'C', [REJECTED] = '8'};
    char status = order->status == OPEN ? "01"[order->filled > 0] : codes[order->status];
    say(chaos, order,
        "35=8|11=#%u|37=O%u|17=X|150=I|39=%c|38=" HUNDREDTHS "|44=" TENTHS "|14=" HUNDREDTHS
        "|%s|60=@|",
        id, order->first_id, status, AS_HUNDREDTHS(order->terms.quantity),
        AS_TENTHS(order->terms.price), AS_HUNDREDTHS(order->filled), worth_of(order).text);
}

/*
 * A replace that is past its time is never taken; an answer to a question that was asked after
 * that, and tells the terms from before it, says as much. Which side of its time the question was
 * asked on may not be told within the second of it: then there is no answer.
 */
static bool drop_replaces(struct chaos *chaos, uint32_t order) {
    for (uint32_t i = chaos->replace_count; i > 0 && i + 2000 > chaos->replace_count; i--) {
        struct chaos_replace *replace = &chaos->replaces[i - 1];
        int64_t late_ns = chaos->rig->now.utc.ns - replace->deadline.ns;
        if (replace->order != order || replace->id == 0 || replace->settled || late_ns < 0) {
            continue;
        }
        if (late_ns < NS_PER_S) {
            return false;
        }
        replace->settled = true;
    }
    return true;
}

static void hear_question(struct chaos *chaos, const char *text) {
    uint32_t id = rig_number_after(rig_value_of(text, "11"), '#');
    uint32_t first_id = rig_number_after(rig_value_of(text, "37"), 'O');
    uint32_t number = chaos->order_of_id[first_id] - 1;
    cr_assert(chaos->order_of_id[first_id] != 0 && chaos->orders[number].first_id == first_id, "%s",
              text);
    chaos->questions++;
    bool answers = chaos->answers_all || chaos_below(chaos, 4) != 0;
    if (answers && drop_replaces(chaos, number)) {
        say_status(chaos, &chaos->orders[number], id);
    }
}

void chaos_venue_hears(struct chaos *chaos, const char *text) {
    if (strncmp(text, "35=D|", 5) == 0) {
        hear_order(chaos, text);
    } else if (strncmp(text, "35=F|", 5) == 0) {
        hear_cancel(chaos, text);
    } else if (strncmp(text, "35=G|", 5) == 0) {
        hear_replace(chaos, text);
    } else if (strncmp(text, "35=H|", 5) == 0) {
        hear_question(chaos, text);
    } else if (strncmp(text, "35=1|", 5) == 0) {
        rig_say(&chaos->rig->venue[0], "35=0|112=TEST|");
    } else {
        cr_assert(strncmp(text, "35=0|", 5) == 0, "%s", text);
    }
}

void chaos_lose(struct chaos *chaos, bool again) {
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        struct chaos_order *order = &chaos->orders[i];
        bool lost = order->said && !again;
        order->uncertain |= lost || (order->status == NOT_SEEN && !order->refused);
        order->blurred |= lost;
        order->said_again |= order->said && again;
    }
    for (uint32_t i = 0; i < chaos->replace_count; i++) {
        const struct chaos_replace *replace = &chaos->replaces[i];
        chaos->orders[replace->order].blurred |= replace->id == 0 && replace->refused == 0;
    }
    if (!again) {
        chaos->said_count = 0;
    }
}

void chaos_is_quiet(struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->order_count; i++) {
        chaos->orders[i].said = false;
    }
    chaos->said_count = 0;
}

void chaos_say_again(struct chaos *chaos) {
    for (uint32_t i = 0; i < chaos->said_count; i++) {
        rig_say(&chaos->rig->venue[0], "%s", chaos->said[i]);
    }
}
