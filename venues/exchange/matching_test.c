/*
 * Scenarios: orders in, events out, as text.
 *
 * Orders:  B|S <tag> <quantity>@<price or M> [flags]     C <tag>     R <tag> <quantity>@<price>
 *          E <time>: expiry runs at that time;  N <time>: time moves to
 * Flags:   i immediate or cancel, f fill or kill, p post-only, g<time> good till, v<time> deadline,
 *          d<display>, a<account> (else its own), s0 s1 s2 self-trade: cancel both, newest, oldest
 * Events:  A<tag>  T<taker>/<maker>:<quantity>@<price>  C<tag>:<reason>  X<tag>  R<tag>
 * J<tag>:<reason>
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venues/exchange/matching.h"

#define BOOK_ORDERS 8
#define TAGS 64
#define TEXT 2048

struct fixture {
    struct matching *book;
    void *mem;
    struct now now;
    struct matching_ref refs[TAGS];
    char text[TEXT];
    size_t len;
    uint64_t sequence;
};

struct scenario {
    const char *name;
    const char *orders;
    const char *events;
};

static void note(void *context, const struct matching_event *event) {
    static const char letters[] = "ATCXRJ";
    struct fixture *f = context;
    cr_assert_eq(event->sequence, ++f->sequence);
    char *at = f->text + f->len;
    size_t room = TEXT - f->len;
    int n =
        snprintf(at, room, "%s%c%d", f->len > 0 ? " " : "", letters[event->kind], (int)event->tag);
    if (event->kind == MATCHING_TRADE) {
        n += snprintf(at + n, room - (size_t)n, "/%d:%d@%d", (int)event->maker_tag,
                      (int)event->quantity.scaled, (int)event->price.scaled);
    } else if (event->reason != MATCHING_REASON_NONE) {
        n += snprintf(at + n, room - (size_t)n, ":%s", matching_reason_name(event->reason));
    }
    f->len += (size_t)n;
}

static void open_book(struct fixture *f, uint32_t orders) {
    *f = (struct fixture){.now.utc.ns = 1000, .mem = malloc(matching_footprint(orders))};
    f->book = matching_init(f->mem, orders, (struct matching_sink){.event = note, .context = f});
    for (int i = 0; i < TAGS; ++i) {
        f->refs[i].slot = MATCHING_NONE;
    }
}

static void read_flag(const char *flag, struct matching_order_request *request) {
    int64_t number = strtoll(flag + 1, NULL, 10);
    switch (flag[0]) {
    case 'i':
        request->validity = MATCHING_IOC;
        break;
    case 'f':
        request->validity = MATCHING_FOK;
        break;
    case 'p':
        request->is_post_only = true;
        break;
    case 'g':
        request->validity = MATCHING_GTD;
        request->expire_at.ns = number;
        break;
    case 'v':
        request->valid_until.ns = number;
        break;
    case 'd':
        request->display.scaled = number;
        break;
    case 'a':
        request->account = (uint32_t)number;
        break;
    case 's':
        request->self_trade =
            (enum matching_self_trade)(MATCHING_SELF_TRADE_CANCEL_BOTH + (int)number);
        break;
    default:
        cr_assert_fail("flag %s", flag);
    }
}

static void read_terms(char **save, struct price *price, struct quantity *quantity,
                       bool *is_market) {
    char *rest;
    quantity->scaled = strtoll(strtok_r(NULL, " ", save), &rest, 10);
    *is_market = rest[1] == 'M';
    price->scaled = *is_market ? 0 : strtoll(rest + 1, NULL, 10);
}

static void run_order(struct fixture *f, char verb, char **save) {
    uint64_t tag = strtoull(strtok_r(NULL, " ", save), NULL, 10);
    struct matching_order_request request = {.tag = tag, .account = 1000 + (uint32_t)tag};
    request.side = verb == 'B' ? MATCHING_BUY : MATCHING_SELL;
    read_terms(save, &request.price, &request.quantity, &request.is_market);
    for (char *flag; (flag = strtok_r(NULL, " ", save)) != NULL;) {
        read_flag(flag, &request);
    }
    f->refs[tag] = matching_submit(f->book, f->now, &request);
}

static void run_replace(struct fixture *f, char **save) {
    uint64_t tag = strtoull(strtok_r(NULL, " ", save), NULL, 10);
    struct matching_terms terms = {.self_trade = MATCHING_SELF_TRADE_CANCEL_NEWEST};
    bool is_market;
    read_terms(save, &terms.price, &terms.quantity, &is_market);
    for (char *flag; (flag = strtok_r(NULL, " ", save)) != NULL;) {
        terms.is_post_only = terms.is_post_only || flag[0] == 'p';
        terms.display.scaled = flag[0] == 'd' ? strtoll(flag + 1, NULL, 10) : 0;
    }
    cr_expect(matching_replace(f->book, &f->refs[tag], &terms));
}

static void run_line(struct fixture *f, char *line) {
    char *save;
    char verb = strtok_r(line, " ", &save)[0];
    if (verb == 'B' || verb == 'S') {
        run_order(f, verb, &save);
    } else if (verb == 'C') {
        uint64_t tag = strtoull(strtok_r(NULL, " ", &save), NULL, 10);
        cr_expect(matching_cancel(f->book, f->refs[tag]));
        cr_expect(!matching_cancel(f->book, f->refs[tag]), "an old reference is refused");
    } else if (verb == 'R') {
        run_replace(f, &save);
    } else {
        f->now.utc.ns = strtoll(strtok_r(NULL, " ", &save), NULL, 10);
        if (verb == 'E') {
            matching_expire(f->book, f->now);
        }
    }
    matching_check(f->book);
}

static void run(const struct scenario *scenarios, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        struct fixture f;
        open_book(&f, BOOK_ORDERS);
        char *orders = strdup(scenarios[i].orders);
        char *save;
        for (char *line = strtok_r(orders, ";", &save); line; line = strtok_r(NULL, ";", &save)) {
            run_line(&f, line);
        }
        cr_expect_str_eq(f.text, scenarios[i].events, "%s: %s, not %s", scenarios[i].name, f.text,
                         scenarios[i].events);
        free(orders);
        free(f.mem);
    }
}

#define RUN(scenarios) run((scenarios), sizeof(scenarios) / sizeof((scenarios)[0]))

Test(matching, price_then_time) {
    static const struct scenario scenarios[] = {
        {"a lone order rests", "B 1 5@100", "A1"},
        {"prices that do not meet", "B 1 5@100; S 2 5@101", "A1 A2"},
        {"equal prices meet", "B 1 5@100; S 2 5@100", "A1 A2 T2/1:5@100"},
        {"the maker's price", "B 1 5@105; S 2 5@100", "A1 A2 T2/1:5@105"},
        {"best ask first", "S 1 1@103; S 2 1@101; S 3 1@102; B 4 3@103",
         "A1 A2 A3 A4 T4/2:1@101 T4/3:1@102 T4/1:1@103"},
        {"best bid first", "B 1 1@101; B 2 1@103; B 3 1@102; S 4 3@101",
         "A1 A2 A3 A4 T4/2:1@103 T4/3:1@102 T4/1:1@101"},
        {"first come, first served", "S 1 2@100; S 2 2@100; S 3 2@100; B 4 5@100",
         "A1 A2 A3 A4 T4/1:2@100 T4/2:2@100 T4/3:1@100"},
        {"a part-filled maker keeps its place", "S 1 5@100; S 2 5@100; B 3 2@100; B 4 5@100",
         "A1 A2 A3 T3/1:2@100 A4 T4/1:3@100 T4/2:2@100"},
        {"the remainder rests", "S 1 2@100; B 2 5@100; S 3 3@100",
         "A1 A2 T2/1:2@100 A3 T3/2:3@100"},
        {"the limit stops the sweep", "S 1 1@100; S 2 1@101; S 3 1@102; B 4 9@101; S 5 7@101",
         "A1 A2 A3 A4 T4/1:1@100 T4/2:1@101 A5 T5/4:7@101"},
    };
    RUN(scenarios);
}

Test(matching, market_and_immediate) {
    static const struct scenario scenarios[] = {
        {"a market order sweeps", "S 1 1@100; S 2 1@900; B 3 2@M",
         "A1 A2 A3 T3/1:1@100 T3/2:1@900"},
        {"what a market order cannot get is cancelled", "B 1 1@1; S 2 5@M",
         "A1 A2 T2/1:1@1 C2:no liquidity"},
        {"a market order on an empty book", "B 1 5@M", "A1 C1:no liquidity"},
        {"IOC takes what there is", "S 1 2@100; B 2 5@100 i; S 3 1@100",
         "A1 A2 T2/1:2@100 C2:no liquidity A3"},
        {"IOC away from the market", "S 1 2@101; B 2 5@100 i", "A1 A2 C2:no liquidity"},
        {"FOK filled whole over two prices", "S 1 2@100; S 2 3@101; B 3 5@101 f",
         "A1 A2 A3 T3/1:2@100 T3/2:3@101"},
        {"FOK one short touches nothing", "S 1 2@100; S 2 2@101; B 3 5@101 f; B 4 4@101",
         "A1 A2 A3 C3:not fillable A4 T4/1:2@100 T4/2:2@101"},
        {"FOK does not count what is past its limit", "S 1 2@100; S 2 3@102; B 3 5@101 f",
         "A1 A2 A3 C3:not fillable"},
        {"a market FOK", "S 1 2@100; B 2 3@M f; B 3 2@M f", "A1 A2 C2:not fillable A3 T3/1:2@100"},
    };
    RUN(scenarios);
}

Test(matching, post_only) {
    static const struct scenario scenarios[] = {
        {"rests away from the market", "S 1 1@101; B 2 1@100 p; S 3 1@100", "A1 A2 A3 T3/2:1@100"},
        {"is refused at the touch", "S 1 1@101; B 2 1@101 p", "A1 J2:would take"},
        {"is refused through the touch", "B 1 1@101; S 2 1@99 p", "A1 J2:would take"},
        {"is refused against its own account too", "S 1 1@101 a7; B 2 1@101 p a7 s1",
         "A1 J2:would take"},
        {"and immediate", "B 1 1@100 p i", "J1:contradiction"},
        {"and market", "B 1 1@M p", "J1:contradiction"},
    };
    RUN(scenarios);
}

Test(matching, self_trade_prevention) {
    static const struct scenario scenarios[] = {
        {"other accounts trade", "S 1 1@100 a7; B 2 1@100 a8 s0", "A1 A2 T2/1:1@100"},
        {"allowed when not asked for", "S 1 1@100 a7; B 2 1@100 a7", "A1 A2 T2/1:1@100"},
        {"both", "S 1 2@100 a7; S 2 2@100; B 3 3@100 a7 s0",
         "A1 A2 A3 C1:self trade C3:self trade"},
        {"newest", "S 1 2@100 a7; B 2 3@100 a7 s1; B 3 2@100", "A1 A2 C2:self trade A3 T3/1:2@100"},
        {"oldest goes on to the next", "S 1 2@100 a7; S 2 2@100; B 3 3@100 a7 s2; S 4 1@100",
         "A1 A2 A3 C1:self trade T3/2:2@100 A4 T4/3:1@100"},
        {"fills before the own order stand", "S 1 1@100; S 2 1@101 a7; B 3 3@101 a7 s1",
         "A1 A2 A3 T3/1:1@100 C3:self trade"},
        {"the newcomer decides", "S 1 1@100 a7 s2; B 2 1@100 a7 s1", "A1 A2 C2:self trade"},
        {"own orders out of reach are left alone", "S 1 1@102 a7; B 2 1@101 a7 s0", "A1 A2"},
        {"FOK behind an own order", "S 1 2@100 a7; S 2 2@100; B 3 2@100 a7 s1 f",
         "A1 A2 A3 C3:not fillable"},
        {"FOK that an own order does not hinder", "S 1 2@100; S 2 2@100 a7; B 3 2@100 a7 s0 f",
         "A1 A2 A3 T3/1:2@100"},
        {"FOK that steps over its own", "S 1 2@100 a7; S 2 2@100; B 3 2@100 a7 s2 f",
         "A1 A2 A3 C1:self trade T3/2:2@100"},
        {"FOK that cannot step over keeps its own", "S 1 2@100 a7; S 2 1@100; B 3 2@100 a7 s2 f",
         "A1 A2 A3 C3:not fillable"},
    };
    RUN(scenarios);
}

Test(matching, cancel_and_expiry) {
    static const struct scenario scenarios[] = {
        {"cancelled from the middle of a queue", "S 1 1@100; S 2 1@100; S 3 1@100; C 2; B 4 3@100",
         "A1 A2 A3 C2:requested A4 T4/1:1@100 T4/3:1@100"},
        {"the level goes with its last order", "S 1 1@100; S 2 1@101; C 1; B 3 1@101",
         "A1 A2 C1:requested A3 T3/2:1@101"},
        {"expires when its time has come", "B 1 1@100 g2000; E 1999; E 2000; S 2 1@100",
         "A1 X1 A2"},
        {"best first, then the queue, bids before asks",
         "S 1 1@110 g2000; B 2 1@99 g2000; B 3 1@100 g2000; B 4 1@100 g3000; B 5 1@100 g2000; "
         "E 2500; E 3000",
         "A1 A2 A3 A4 A5 X3 X5 X2 X1 X4"},
        {"already past", "N 2000; B 1 1@100 g2000", "J1:expired already"},
        {"deadline met to the nanosecond", "N 2000; B 1 1@100 v2000", "A1"},
        {"deadline missed", "N 2001; B 1 1@100 v2000", "J1:deadline passed"},
    };
    RUN(scenarios);
}

Test(matching, replace) {
    static const struct scenario scenarios[] = {
        {"less keeps the place", "S 1 5@100; S 2 5@100; R 1 3@100; B 3 4@100",
         "A1 A2 R1 A3 T3/1:3@100 T3/2:1@100"},
        {"the same again keeps it", "S 1 5@100; S 2 5@100; R 1 5@100; B 3 6@100",
         "A1 A2 R1 A3 T3/1:5@100 T3/2:1@100"},
        {"more loses it", "S 1 2@100; S 2 2@100; R 1 3@100; B 3 4@100",
         "A1 A2 R1 A3 T3/2:2@100 T3/1:2@100"},
        {"a new price loses it", "S 1 2@100; S 2 2@101; R 1 2@101; B 3 3@101",
         "A1 A2 R1 A3 T3/2:2@101 T3/1:1@101"},
        {"may trade at once", "B 1 2@99; S 2 2@100; R 1 3@100; S 3 1@100",
         "A1 A2 R1 T1/2:2@100 A3 T3/1:1@100"},
        {"and trade out", "B 1 2@99; S 2 2@100; R 1 2@100", "A1 A2 R1 T1/2:2@100"},
        {"executed quantity counts", "S 1 5@100; B 2 2@100; R 1 3@100; B 3 9@100",
         "A1 A2 T2/1:2@100 R1 A3 T3/1:1@100"},
        {"not below what is executed", "S 1 5@100; B 2 2@100; R 1 2@100; B 3 3@100",
         "A1 A2 T2/1:2@100 J1:quantity A3 T3/1:3@100"},
        {"post-only through the touch", "B 1 2@99; S 2 2@100; R 1 2@100 p; S 3 2@99",
         "A1 A2 J1:would take A3 T3/1:2@99"},
        {"own account on the other side", "B 1 2@99 a7; S 2 2@100 a7; R 1 2@100",
         "A1 A2 R1 C1:self trade"},
    };
    RUN(scenarios);
}

Test(matching, limits) {
    static const struct scenario scenarios[] = {
        {"no quantity", "B 1 0@100", "J1:quantity"},
        {"no price", "B 1 1@0", "J1:price"},
        {"a full book refuses what could rest and takes what cannot",
         "B 1 1@1; B 2 1@2; B 3 1@3; B 4 1@4; B 5 1@5; B 6 1@6; B 7 1@7; B 8 1@8; "
         "B 9 1@9; S 10 1@8; S 11 1@8 i; B 12 1@9",
         "A1 A2 A3 A4 A5 A6 A7 A8 J9:full J10:full A11 T11/8:1@8 A12"},
    };
    RUN(scenarios);
    cr_expect_eq(matching_footprint(0), 0);
    cr_expect_eq(matching_footprint(MATCHING_ORDERS_MAX + 1), 0);
}

Test(matching, looks) {
    struct fixture f;
    open_book(&f, BOOK_ORDERS);
    struct price price;
    struct quantity quantity;
    cr_expect(!matching_best(f.book, MATCHING_BUY, &price, &quantity));
    char orders[][16] = {"B 1 5@100", "B 2 4@100", "B 3 4@99", "S 4 2@105"};
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); ++i) {
        run_line(&f, orders[i]);
    }
    cr_expect(matching_best(f.book, MATCHING_BUY, &price, &quantity));
    cr_expect(price.scaled == 100 && quantity.scaled == 9);
    cr_expect(matching_best(f.book, MATCHING_SELL, &price, &quantity));
    cr_expect(price.scaled == 105 && quantity.scaled == 2);
    cr_expect_eq(matching_quantity_at(f.book, MATCHING_BUY, (struct price){99}).scaled, 4);
    cr_expect_eq(matching_quantity_at(f.book, MATCHING_BUY, (struct price){98}).scaled, 0);
    cr_expect_eq(matching_count(f.book), 4);
    cr_expect_eq(matching_next_expiry(f.book).ns, INT64_MAX);
    free(f.mem);
}

/* What is hidden trades after what is shown, and each part shown anew queues behind. */
Test(matching, icebergs) {
    static const struct scenario scenarios[] = {
        {"a part shown anew is behind the others", "S 1 5@100 d2; S 2 3@100; B 3 4@100; B 4 4@100",
         "A1 A2 A3 T3/1:2@100 T3/2:2@100 A4 T4/2:1@100 T4/1:2@100 T4/1:1@100"},
        {"a part that traded in part keeps its place",
         "S 1 5@100 d2; S 2 3@100; B 3 1@100; B 4 2@100",
         "A1 A2 A3 T3/1:1@100 A4 T4/1:1@100 T4/2:1@100"},
        {"alone at its price it trades part after part", "S 1 5@100 d2; B 2 9@100",
         "A1 A2 T2/1:2@100 T2/1:2@100 T2/1:1@100"},
        {"as a newcomer it takes all it can",
         "S 1 5@100; B 2 9@100 d1; S 3 3@100; B 4 1@100; S 5 1@100",
         "A1 A2 T2/1:5@100 A3 T3/2:1@100 T3/2:1@100 T3/2:1@100 A4 A5 T5/2:1@100"},
        {"what is hidden fills an FOK", "S 1 5@100 d1; B 2 5@100 f",
         "A1 A2 T2/1:1@100 T2/1:1@100 T2/1:1@100 T2/1:1@100 T2/1:1@100"},
        {"but not behind an own order", "S 1 5@100 d1; S 2 1@100 a7; B 3 3@100 f a7 s1",
         "A1 A2 A3 C3:not fillable"},
        {"unless that is what goes", "S 1 5@100 d1; S 2 1@100 a7; B 3 3@100 f a7 s2",
         "A1 A2 A3 T3/1:1@100 C2:self trade T3/1:1@100 T3/1:1@100"},
        {"less of it keeps its place", "S 1 5@100 d2; S 2 1@100; R 1 1@100 d2; B 3 2@100",
         "A1 A2 R1 A3 T3/1:1@100 T3/2:1@100"},
        {"another display does not", "S 1 5@100 d2; S 2 1@100; R 1 5@100 d3; B 3 4@100",
         "A1 A2 R1 A3 T3/2:1@100 T3/1:3@100"},
    };
    RUN(scenarios);
}

Test(matching, executes_with_nobody) {
    struct fixture f;
    open_book(&f, 4);
    char order[] = "S 1 5@100 d2";
    run_line(&f, order);
    cr_expect(matching_execute(f.book, f.refs[1], (struct quantity){3}, 9));
    cr_expect(matching_execute(f.book, f.refs[1], (struct quantity){2}, 9));
    cr_expect(!matching_execute(f.book, f.refs[1], (struct quantity){1}, 9));
    cr_expect_str_eq(f.text, "A1 T9/1:2@100 T9/1:1@100 T9/1:1@100 T9/1:1@100");
    matching_check(f.book);
    free(f.mem);
}
