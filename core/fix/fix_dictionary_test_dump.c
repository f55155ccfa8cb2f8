/*
 * Prints a dictionary, a fact a line, for the comparison with dictionaries of other make.
 *
 *   usage: fix_dictionary_test_dump fix44
 *
 *   field TAG NAME TYPE [VALUE...]     message TYPE NAME      required TYPE TAG
 *   place TYPE PART TAG [TAG...]       PART: header, body, trailer, or the count of a group
 *   group TYPE COUNT PARENT MEMBER...  PARENT: header, body, or the count of a group
 */
#include <stdio.h>

#include "core/fix/fix_dictionary_table.h"
#include "core/fix/fix_dictionary_test_all.h"

static const char *const type_names[] = {
    [FIX_TYPE_STRING] = "STRING",
    [FIX_TYPE_CHAR] = "CHAR",
    [FIX_TYPE_MULTIPLEVALUESTRING] = "MULTIPLEVALUESTRING",
    [FIX_TYPE_INT] = "INT",
    [FIX_TYPE_LENGTH] = "LENGTH",
    [FIX_TYPE_SEQNUM] = "SEQNUM",
    [FIX_TYPE_NUMINGROUP] = "NUMINGROUP",
    [FIX_TYPE_FLOAT] = "FLOAT",
    [FIX_TYPE_QTY] = "QTY",
    [FIX_TYPE_PRICE] = "PRICE",
    [FIX_TYPE_PRICEOFFSET] = "PRICEOFFSET",
    [FIX_TYPE_AMT] = "AMT",
    [FIX_TYPE_PERCENTAGE] = "PERCENTAGE",
    [FIX_TYPE_BOOLEAN] = "BOOLEAN",
    [FIX_TYPE_CURRENCY] = "CURRENCY",
    [FIX_TYPE_COUNTRY] = "COUNTRY",
    [FIX_TYPE_EXCHANGE] = "EXCHANGE",
    [FIX_TYPE_UTCTIMESTAMP] = "UTCTIMESTAMP",
    [FIX_TYPE_UTCTIMEONLY] = "UTCTIMEONLY",
    [FIX_TYPE_UTCDATEONLY] = "UTCDATEONLY",
    [FIX_TYPE_LOCALMKTDATE] = "LOCALMKTDATE",
    [FIX_TYPE_MONTHYEAR] = "MONTHYEAR",
    [FIX_TYPE_DAYOFMONTH] = "DAYOFMONTH",
    [FIX_TYPE_TZTIMEONLY] = "TZTIMEONLY",
    [FIX_TYPE_DATA] = "DATA",
};

static void print_values(const struct fix_field_rule *rule) {
    for (int bit = 0; bit < 64; bit++) {
        if (rule->values == FIX_VALUES_LETTERS && (rule->set >> bit & 1) != 0) {
            printf(" %c", '0' + bit);
        }
        if (rule->values == FIX_VALUES_NUMBERS && (rule->set >> bit & 1) != 0) {
            printf(" %d", bit == 63 ? 99 : bit);
        }
    }
    if (rule->values == FIX_VALUES_WORDS) {
        printf(" %s", rule->words);
    }
}

static void print_fields(const struct fix_dictionary *dictionary) {
    for (uint32_t tag = 1; tag < dictionary->direct_tags; tag++) {
        const struct fix_field_rule *rule = &dictionary->fields[tag];
        if (rule->type != FIX_TYPE_NONE) {
            printf("field %u %s %s", tag, dictionary->names[tag], type_names[rule->type]);
            print_values(rule);
            printf("\n");
        }
    }
}

static void print_part(const struct fix_dictionary *dictionary,
                       const struct fix_message_rule *message, const char *part, unsigned place) {
    printf("place %s %s", message->type, part);
    for (uint32_t tag = 0; tag < dictionary->direct_tags; tag++) {
        if (message->places[tag] == place) {
            printf(" %u", tag);
        }
    }
    printf("\n");
}

static void print_group(const struct fix_dictionary *dictionary,
                        const struct fix_message_rule *message, unsigned index) {
    static const char *const parts[] = {
        [FIX_PLACE_NONE] = "nowhere", [FIX_PLACE_HEADER] = "header", [FIX_PLACE_BODY] = "body"};
    const struct fix_group_rule *group = &dictionary->groups[index];
    unsigned parent = message->places[group->count];
    if (parent < FIX_PLACE_TRAILER) {
        printf("group %s %u %s", message->type, group->count, parts[parent]);
    } else {
        printf("group %s %u %u", message->type, group->count,
               dictionary->groups[parent - FIX_PLACE_GROUP].count);
    }
    for (const uint16_t *member = group->members; *member != 0; member++) {
        printf(" %u", *member);
    }
    char part[16];
    snprintf(part, sizeof part, "%u", group->count);
    printf("\n");
    print_part(dictionary, message, part, FIX_PLACE_GROUP + index);
}

static void print_message(const struct fix_dictionary *dictionary,
                          const struct fix_message_rule *message) {
    printf("message %s %s\n", message->type, message->name);
    print_part(dictionary, message, "header", FIX_PLACE_HEADER);
    print_part(dictionary, message, "body", FIX_PLACE_BODY);
    print_part(dictionary, message, "trailer", FIX_PLACE_TRAILER);
    for (const uint8_t *index = message->groups; *index != FIX_NO_GROUP; index++) {
        print_group(dictionary, message, *index);
    }
    for (const uint16_t *slot = message->required; *slot != 0; slot++) {
        printf("required %s %u\n", message->type, *slot);
    }
}

static void print(const struct fix_dictionary *dictionary) {
    print_fields(dictionary);
    for (uint32_t i = 0; i < dictionary->message_count; i++) {
        print_message(dictionary, &dictionary->messages[i]);
    }
}

int main(int argc, char **argv) {
    for (size_t i = 0; i < ALL_DICTIONARIES && argc == 2; i++) {
        if (strcmp(argv[1], all_dictionaries[i].name) == 0) {
            print(all_dictionaries[i].dictionary);
            return 0;
        }
    }
    fprintf(stderr, "usage: fix_dictionary_test_dump VERSION\n");
    return 2;
}
