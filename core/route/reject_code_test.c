#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/route/reject_code.h"

/* The rules of engagement are the contract: what clients read there is what they get. */

struct row {
    char code[16];
    char ord[8]; /* 103; empty: not an answer to a new order */
    char cxl[8]; /* 102 */
};

static void trim(char *text) {
    size_t start = strspn(text, " ");
    memmove(text, text + start, strlen(text + start) + 1);
    for (size_t len = strlen(text); len > 0 && text[len - 1] == ' '; len--) {
        text[len - 1] = '\0';
    }
}

/* "| TRC-ORD-001 | meaning | 1 | |" */
static bool read_row(const char *line, struct row *row) {
    char meaning[160];
    *row = (struct row){0};
    if (sscanf(line, "| TRC-%11[^|]|%159[^|]|%7[^|]|%7[^|\n]", row->code, meaning, row->ord,
               row->cxl) < 3) {
        return false;
    }
    trim(row->code);
    trim(row->ord);
    trim(row->cxl);
    return true;
}

static const struct reject_info *find(const char *code) {
    for (unsigned i = 1; i < REJECT_CODES; i++) {
        const struct reject_info *info = reject_info((enum reject_code)i);
        if (strncmp(info->code, "TRC-", 4) == 0 && strcmp(info->code + 4, code) == 0) {
            return info;
        }
    }
    return NULL;
}

Test(reject_code, every_row_of_the_rules_of_engagement_is_kept) {
    FILE *file = fopen(RULES_OF_ENGAGEMENT, "r");
    cr_assert_not_null(file);
    char line[256];
    struct row row;
    unsigned rows = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (!read_row(line, &row)) {
            continue;
        }
        const struct reject_info *info = find(row.code);
        cr_assert_not_null(info, "TRC-%s", row.code);
        cr_assert(row.ord[0] == '\0' || strcmp(row.ord, info->ord_rej_reason) == 0,
                  "TRC-%s: 103 is %s, not %s", row.code, info->ord_rej_reason, row.ord);
        cr_assert(row.cxl[0] == '\0' || strcmp(row.cxl, info->cxl_rej_reason) == 0,
                  "TRC-%s: 102 is %s, not %s", row.code, info->cxl_rej_reason, row.cxl);
        rows++;
    }
    (void)fclose(file);
    cr_assert_eq(rows, REJECT_CODES - 1, "%u codes are told of", rows);
}

Test(reject_code, no_two_have_the_same_code) {
    for (unsigned i = 1; i < REJECT_CODES; i++) {
        const struct reject_info *info = reject_info((enum reject_code)i);
        cr_assert_neq(info->text[0], '\0');
        for (unsigned other = 1; other < i; other++) {
            cr_assert_str_neq(info->code, reject_info((enum reject_code)other)->code);
        }
    }
}
