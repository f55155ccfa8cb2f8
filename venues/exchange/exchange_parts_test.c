/* The parts every counterpart shares: instruments, quotes, notionals, the ledger. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venues/exchange/exchange_instrument.h"
#include "venues/exchange/exchange_ledger.h"
#include "venues/exchange/exchange_notional.h"
#include "venues/exchange/exchange_quotes.h"

Test(exchange_instrument, reads_what_the_command_line_says) {
    struct exchange_instrument out;
    const char *problem;
    const char *text = "SOL/EUR:min=0.02,tick=0.05,quantity_digits=5,lot=0.0001,price_digits=2";
    cr_assert(exchange_instrument_parse(bytes_of_string(text), &out, &problem));
    cr_expect_str_eq(out.symbol, "SOL/EUR");
    cr_expect_str_eq(out.base, "SOL");
    cr_expect_str_eq(out.quote, "EUR");
    cr_expect(out.tick.scaled == 5 && out.lot.scaled == 10 && out.min.scaled == 2000);
}

Test(exchange_instrument, may_have_a_least_cost) {
    struct exchange_instrument out;
    const char *problem;
    const char *text = "A/B:min=1,tick=1,quantity_digits=0,lot=1,price_digits=1,cost=0.5";
    cr_assert(exchange_instrument_parse(bytes_of_string(text), &out, &problem));
    cr_expect_eq(out.cost.scaled, 5);
    text = "A/B:min=1,tick=1,quantity_digits=0,lot=1,price_digits=1,cost=0.55";
    cr_expect(!exchange_instrument_parse(bytes_of_string(text), &out, &problem));
    text = "A/B:min=1,tick=1,quantity_digits=0,lot=1,price_digits=1,cost=-1";
    cr_expect(!exchange_instrument_parse(bytes_of_string(text), &out, &problem));
}

Test(exchange_instrument, refuses_what_it_cannot_list) {
    static const char *const texts[] = {
        "",
        "BTCUSD:tick=1,lot=1,min=1,price_digits=0,quantity_digits=0",
        "/USD:tick=1,lot=1,min=1,price_digits=0,quantity_digits=0",
        "BTC/:tick=1,lot=1,min=1,price_digits=0,quantity_digits=0",
        "BTC/USD",
        "BTC/USD:tick=1,lot=1,min=1,price_digits=0",
        "BTC/USD:tick=1,tick=1,lot=1,min=1,price_digits=0,quantity_digits=0",
        "BTC/USD:tick=1,lot=1,min=1,price_digits=0,quantity_digits=0,colour=3",
        "BTC/USD:tick=0,lot=1,min=1,price_digits=0,quantity_digits=0",
        "BTC/USD:tick=1,lot=-1,min=1,price_digits=0,quantity_digits=0",
        "BTC/USD:tick=0.01,lot=1,min=1,price_digits=1,quantity_digits=0",
        "BTC/USD:tick=1,lot=1,min=1,price_digits=13,quantity_digits=0",
        "AAAAAAAAAAAAAAAAAAAA/BBBBBBBBBBBB:tick=1,lot=1,min=1,price_digits=0,quantity_digits=0",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
        struct exchange_instrument out;
        const char *problem = NULL;
        cr_expect(!exchange_instrument_parse(bytes_of_string(texts[i]), &out, &problem), "%s",
                  texts[i]);
        cr_expect_not_null(problem);
    }
}

static void expect_text(const char *what, size_t len, const char *expected) {
    cr_expect(len == strlen(expected) && memcmp(what, expected, len) == 0, "%.*s, not %s", (int)len,
              what, expected);
}

Test(exchange_notional, exact_sums) {
    char text[EXCHANGE_NOTIONAL_TEXT_MAX];
    struct notional sum = notional_of((struct price){840000}, (struct quantity){40000});
    expect_text(text, notional_format(sum, 9, text), "33.6");
    sum = notional_plus(sum, notional_of((struct price){1}, (struct quantity){1}));
    expect_text(text, notional_format(sum, 9, text), "33.600000001");
    expect_text(text, notional_format((struct notional){0}, 9, text), "0");
    struct notional most = notional_of((struct price){INT64_MAX}, (struct quantity){INT64_MAX});
    expect_text(text, notional_format(most, 0, text), "85070591730234615847396907784232501249");
    expect_text(text, notional_format(most, 24, text), "85070591730234.615847396907784232501249");
}

Test(exchange_notional, averages_round_a_half_up_at_eight_digits) {
    static const struct {
        int64_t notional;
        int64_t quantity;
        unsigned price_digits;
        const char *text;
    } rows[] = {
        {300, 3, 1, "10"},
        {200, 3, 0, "66.66666667"},
        {100, 3, 0, "33.33333333"},
        {1, 200000000, 0, "0.00000001"}, /* exactly half of the last digit */
        {1, 200000001, 0, "0"},
        {1, 8, 0, "0.125"},
        {5, 1, 9, "0.00000001"},
        {4, 1, 9, "0"},
        {49, 1, 10, "0"},
        {50, 1, 10, "0.00000001"},
        {999999995, 1, 9, "1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char text[EXCHANGE_NOTIONAL_TEXT_MAX];
        struct notional notional = {(exchange_wide)rows[i].notional};
        struct quantity quantity = {rows[i].quantity};
        expect_text(text, notional_format_average(notional, quantity, rows[i].price_digits, text),
                    rows[i].text);
    }
    char text[EXCHANGE_NOTIONAL_TEXT_MAX];
    struct notional most = notional_of((struct price){INT64_MAX}, (struct quantity){INT64_MAX});
    expect_text(text, notional_format_average(most, (struct quantity){INT64_MAX}, 0, text),
                "9223372036854775807");
}

Test(exchange_notional, shares_for_fees) {
    char text[EXCHANGE_NOTIONAL_TEXT_MAX];
    struct notional notional = notional_of((struct price){840000}, (struct quantity){40000});
    static const struct {
        uint32_t rate_ppm;
        const char *text;
    } rows[] = {{1600, "0.0538"}, {0, "0"}, {1000000, "33.6"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        unsigned digits = 4;
        struct notional share = notional_share(notional, 9, rows[i].rate_ppm, &digits);
        cr_expect_eq(digits, 4);
        expect_text(text, notional_format(share, digits, text), rows[i].text);
    }
    unsigned digits = 4;
    struct notional share = notional_share((struct notional){12345}, 2, 500000, &digits);
    cr_expect_eq(digits, 2, "what was never there is not made up");
    expect_text(text, notional_format(share, digits, text), "61.72");
}

struct told {
    struct exchange_quotes *quotes;
    int trades;
};

static void told_event(void *context, const struct matching_event *event) {
    struct told *told = context;
    told->trades += event->kind == MATCHING_TRADE;
    if (exchange_tag_is_quote(event->tag) || exchange_tag_is_quote(event->maker_tag)) {
        exchange_quotes_event(told->quotes, event);
    }
}

static struct exchange_quotes quotes_of(const char *text, bool replenish) {
    struct exchange_quotes quotes = {.replenish = replenish};
    const char *problem;
    cr_assert(exchange_quotes_parse(&quotes, bytes_of_string(text), exchange_instruments_default, 2,
                                    &problem),
              "%s", problem);
    return quotes;
}

static int64_t resting(const struct matching *book, enum matching_side side, int64_t price) {
    return matching_quantity_at(book, side, (struct price){price}).scaled;
}

static void take(struct matching *book, enum matching_side side, int64_t price, int64_t quantity) {
    struct matching_order_request request = {
        .tag = 1, .side = side, .price = {price}, .quantity = {quantity}};
    matching_submit(book, (struct now){0}, &request);
}

Test(exchange_quotes, come_back_when_traded_away) {
    struct exchange_quotes quotes =
        quotes_of("BTC/USD:bid=1.5@59990.0,bid=2@59980.0,ask=1@60000", true);
    struct told told = {.quotes = &quotes};
    void *mem = malloc(matching_footprint(16));
    struct matching *book =
        matching_init(mem, 16, (struct matching_sink){.event = told_event, .context = &told});
    struct matching *const books[] = {book};
    exchange_quotes_post(&quotes, books, (struct now){0});
    exchange_quotes_post(&quotes, books, (struct now){0});
    cr_expect_eq(resting(book, MATCHING_BUY, 599900), 150000000);
    cr_expect_eq(resting(book, MATCHING_BUY, 599800), 200000000);
    cr_expect_eq(resting(book, MATCHING_SELL, 600000), 100000000);

    take(book, MATCHING_BUY, 600000, 40000000);
    exchange_quotes_post(&quotes, books, (struct now){0});
    cr_expect_eq(resting(book, MATCHING_SELL, 600000), 60000000, "what is left stays as it is");

    take(book, MATCHING_BUY, 600000, 90000000);
    exchange_quotes_post(&quotes, books, (struct now){0});
    cr_expect_eq(resting(book, MATCHING_SELL, 600000), 0, "a client's bid holds that price");
    cr_expect_eq(resting(book, MATCHING_BUY, 600000), 30000000);

    take(book, MATCHING_SELL, 600000, 30000000);
    exchange_quotes_post(&quotes, books, (struct now){0});
    cr_expect_eq(resting(book, MATCHING_SELL, 600000), 100000000, "now it is back, whole");
    cr_expect_eq(told.trades, 3);
    free(mem);
}

Test(exchange_quotes, stay_away_without_replenishing) {
    struct exchange_quotes quotes = quotes_of("BTC/USD:ask=1@60000", false);
    struct told told = {.quotes = &quotes};
    void *mem = malloc(matching_footprint(16));
    struct matching *book =
        matching_init(mem, 16, (struct matching_sink){.event = told_event, .context = &told});
    struct matching *const books[] = {book};
    exchange_quotes_post(&quotes, books, (struct now){0});
    take(book, MATCHING_BUY, 600000, 100000000);
    exchange_quotes_post(&quotes, books, (struct now){0});
    cr_expect_eq(resting(book, MATCHING_SELL, 600000), 0);
    free(mem);
}

Test(exchange_quotes, refuses_what_cannot_rest) {
    static const char *const texts[] = {
        "XRP/USD:bid=1@1",     "BTC/USD:buy=1@1",           "BTC/USD:bid=1",     "BTC/USD:bid=0@1",
        "BTC/USD:bid=1@0.05",  "BTC/USD:bid=-1@1",          "BTC/USD:bid=1@1,,", "BTC/USD:bid=x@1",
        "BTC/USD:bid=1@1,ask", "BTC/USD:bid=0.000000001@1",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
        struct exchange_quotes quotes = {0};
        const char *problem;
        cr_expect(!exchange_quotes_parse(&quotes, bytes_of_string(texts[i]),
                                         exchange_instruments_default, 2, &problem),
                  "%s", texts[i]);
    }
}

static struct exchange_row *add_row(struct exchange_ledger *ledger, const char *id,
                                    const char *order_id) {
    struct exchange_row *row = exchange_ledger_row(ledger, exchange_ledger_add(ledger));
    exchange_row_set_cl_ord_id(row, bytes_of_string(id));
    exchange_row_set_symbol(row, BYTES("BTC/USD"));
    memcpy(row->order_id, order_id, strlen(order_id));
    row->order_id_len = (uint8_t)strlen(order_id);
    row->price_digits = 1;
    row->quantity_digits = 8;
    return row;
}

Test(exchange_ledger, writes_every_order_exactly) {
    void *mem = malloc(exchange_ledger_footprint(4));
    struct exchange_ledger *ledger = exchange_ledger_init(mem, 4);
    struct exchange_row *row = add_row(ledger, "1", "OAAAAA-AAAAA-AAAAAA");
    row->status = EXCHANGE_NEW;
    exchange_row_set_last_cl_ord_id(row, BYTES("3"));
    row->ord_type = 'T';
    row->stop.scaled = 590000;
    row->display.scaled = 50000000;
    row->quote_fee = (struct exchange_fee){{538}, 4};
    row->base_fee = (struct exchange_fee){{100000}, 8};
    row->has_price = row->has_quantity = true;
    row->price.scaled = 600000;
    row->quantity.scaled = row->leaves.scaled = 150000000;
    exchange_row_fill(row, (struct price){600000}, (struct quantity){50000000});
    exchange_row_fill(row, (struct price){599995}, (struct quantity){25000000});
    row = add_row(ledger, "2", "OAAAAA-AAAAA-AAAAAB");
    row->status = EXCHANGE_CANCELED;
    row->is_sell = row->has_quantity = true;
    row->quantity.scaled = 100000000;
    row = add_row(ledger, "a,\"b\x02", "");
    row->status = EXCHANGE_REJECTED;
    add_row(ledger, "4", "");
    cr_expect_eq(exchange_ledger_add(ledger), EXCHANGE_NONE, "full");
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    cr_expect(exchange_ledger_write(ledger, out));
    fclose(out);
    cr_expect_str_eq(
        text,
        "cl_ord_id,order_id,symbol,side,qty,price,final_status,cum_qty,avg_px,leaves_qty,fills,"
        "fill_notional,last_cl_ord_id,ord_type,stop_px,display_qty,fees\n"
        "1,OAAAAA-AAAAA-AAAAAA,BTC/USD,buy,1.5,60000,partially_filled,0.75,59999.83333333,0.75,2,"
        "44999.875,3,T,59000,0.5,0.0538 USD;0.001 BTC\n"
        "2,OAAAAA-AAAAA-AAAAAB,BTC/USD,sell,1,,canceled,0,,0,0,0,,,,,\n"
        "\"a,\"\"b?\",,BTC/USD,buy,,,rejected,0,,0,0,0,,,,,\n");
    free(text);
    free(mem);
}
