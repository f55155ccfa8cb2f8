/*
 * The types of values against regular expressions (and a calendar), over strings drawn from the
 * bytes that matter to each.
 */
#include <criterion/criterion.h>
#include <regex.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "core/fix/fix_dictionary_value.h"

#define DATE "[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
#define CLOCK "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]{1,12})?"
#define FLOAT "-?([0-9]+[.]?[0-9]*|[.][0-9]+)"

static const struct {
    enum fix_type type;
    const char *expression; /* of the whole value */
    const char *letters;    /* to draw from */
    const char *seed;       /* to change a byte of */
} rules[] = {
    {FIX_TYPE_CHAR, "[!-~]", " aZ9~", "a"},
    {FIX_TYPE_BOOLEAN, "[YN]", "YNyn1", "Y"},
    {FIX_TYPE_INT, "-?[0-9]{1,18}", "019-+. ", "-012345678901234567"},
    {FIX_TYPE_LENGTH, "[0-9]{1,18}", "019-+. ", "123456789012345678"},
    {FIX_TYPE_SEQNUM, "[0-9]{1,18}", "019-+. ", "7"},
    {FIX_TYPE_NUMINGROUP, "[0-9]{1,18}", "019-+. ", "3"},
    {FIX_TYPE_FLOAT, FLOAT, "09.-+e ", "-12.50"},
    {FIX_TYPE_QTY, FLOAT, "09.-+e ", "002000.00"},
    {FIX_TYPE_PRICE, FLOAT, "09.-+e ", ".5"},
    {FIX_TYPE_PRICEOFFSET, FLOAT, "09.-+e ", "5."},
    {FIX_TYPE_AMT, FLOAT, "09.-+e ", "-.5"},
    {FIX_TYPE_PERCENTAGE, FLOAT, "09.-+e ", "0"},
    {FIX_TYPE_CURRENCY, "[!-~]+", "USDT .\t", "USDT"},
    {FIX_TYPE_EXCHANGE, "[!-~]+", "ABC \x7f", "XNYS"},
    {FIX_TYPE_COUNTRY, "[A-Z]{2}", "AZaz@[", "CH"},
    {FIX_TYPE_MULTIPLEVALUESTRING, "[!-~]+( [!-~]+)*", "ab  \t", "a b c"},
    {FIX_TYPE_UTCTIMEONLY, CLOCK, "0123456789:.", "23:59:60.123456789012"},
    {FIX_TYPE_UTCDATEONLY, DATE, "0123", "20240131"},
    {FIX_TYPE_LOCALMKTDATE, DATE, "0123", "18991231"},
    {FIX_TYPE_MONTHYEAR, "[0-9]{4}(0[1-9]|1[0-2])(w[1-5])?|" DATE, "0123w5", "202412w1"},
    {FIX_TYPE_UTCTIMESTAMP,
     "(19[7-9][0-9]|2[01][0-9]{2}|22[0-5][0-9]|226[01])(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
     "-" CLOCK,
     "0123456789:.-", "20240131-23:59:59.123456"},
};

/* A date of the right shape that the calendar does not have; only then. */
static bool is_no_day(const char *text) {
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 0;
    int month = 0;
    int day = 0;
    if (strlen(text) < 8 || sscanf(text, "%4d%2d%2d", &year, &month, &day) != 3 || month < 1 ||
        month > 12) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day > days[month - 1] || (month == 2 && day == 29 && !leap);
}

static bool has_date(enum fix_type type) {
    return type == FIX_TYPE_UTCDATEONLY || type == FIX_TYPE_LOCALMKTDATE ||
           type == FIX_TYPE_MONTHYEAR || type == FIX_TYPE_UTCTIMESTAMP;
}

/* The seed with some bytes changed, cut or put in; or a short string of the letters alone. */
static void draw(struct prng *prng, const char *seed, const char *letters, char *text) {
    char letter = letters[prng_below(prng, strlen(letters))];
    if (prng_below(prng, 3) == 0) {
        size_t len = 1 + (size_t)prng_below(prng, 4);
        for (size_t i = 0; i < len; i++) {
            text[i] = letters[prng_below(prng, strlen(letters))];
        }
        text[len] = '\0';
        return;
    }
    size_t at = (size_t)prng_below(prng, strlen(seed));
    size_t cut = (size_t)prng_below(prng, 2);
    if (prng_below(prng, 2) == 0) {
        snprintf(text, 64, "%.*s%c%s", (int)at, seed, letter, seed + at + cut);
    } else {
        snprintf(text, 64, "%.*s%s", (int)at, seed, seed + at + cut);
    }
}

Test(fix_dictionary_value, types_as_their_expressions_say) {
    struct prng prng;
    prng_seed(&prng, test_seed("types_as_their_expressions_say"));
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct fix_field_rule rule = {.type = (uint8_t)rules[i].type};
        char expression[256];
        regex_t regex;
        unsigned taken = 0;
        snprintf(expression, sizeof expression, "^(%s)$", rules[i].expression);
        cr_assert_eq(regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB), 0);
        for (int round = 0; round < 3000; round++) {
            char text[64];
            draw(&prng, rules[i].seed, rules[i].letters, text);
            if (text[0] == '\0') {
                continue;
            }
            bool right = regexec(&regex, text, 0, NULL, 0) == 0 &&
                         !(has_date(rules[i].type) && is_no_day(text));
            bool found = fix_value_check(&rule, bytes_of_string(text)) == FIX_VALUE_OK;
            cr_assert_eq(found, right, "type %d: '%s' is %s", (int)rules[i].type, text,
                         right ? "right" : "wrong");
            taken += found;
        }
        cr_expect_gt(taken, 50, "type %d", (int)rules[i].type);
        regfree(&regex);
    }
}

/* Every text of one and two bytes against the list it stands for. */
static void check_values(const struct fix_field_rule *rule, const char *list) {
    for (int a = ' ' + 1; a < 127; a++) {
        for (int b = ' '; b < 127; b++) {
            char text[3] = {(char)a, b == ' ' ? '\0' : (char)b, '\0'};
            char word[8];
            snprintf(word, sizeof word, " %s ", text);
            enum fix_value expected =
                strstr(list, word) != NULL ? FIX_VALUE_OK : FIX_VALUE_OUT_OF_RANGE;
            cr_assert_eq(fix_value_check(rule, bytes_of_string(text)), expected, "'%s'", text);
        }
    }
}

Test(fix_dictionary_value, values_as_listed) {
    struct fix_field_rule rule = {.type = FIX_TYPE_STRING, .values = FIX_VALUES_LETTERS};
    rule.set = FIX_LETTER('0') | FIX_LETTERS('8', '9') | FIX_LETTERS('Z', 'Z') | FIX_LETTER('o');
    check_values(&rule, " 0 8 9 Z o ");
    rule.values = FIX_VALUES_NUMBERS;
    rule.set = FIX_NUMBERS(0, 2) | FIX_NUMBERS(10, 11) | FIX_NUMBER(62) | FIX_NUMBER_99;
    check_values(&rule, " 0 1 2 10 11 62 99 ");
    rule.values = FIX_VALUES_WORDS;
    rule.words = "A BC d";
    check_values(&rule, " A BC d ");
    rule.words = "";
    check_values(&rule, " ");
}
