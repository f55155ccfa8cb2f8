/*
 * Prints fix44_dictionary, a fact a line, for the comparison with dictionaries of other make:
 *
 *   field TAG NAME TYPE [VALUE...]     message TYPE NAME      required TYPE TAG
 *   place TYPE PART TAG [TAG...]       PART: header, body, trailer, or the count of a group
 *   group TYPE COUNT PARENT MEMBER...  PARENT: header, body, or the count of a group
 */
#include <stdio.h>

#include "core/fix/fix_dictionary_table.h"

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
    for (uint32_t tag = 1; tag < FIX_DIRECT_TAGS; tag++) {
        const struct fix_field_rule *rule = &dictionary->fields[tag];
        if (rule->type != FIX_TYPE_NONE) {
            printf("field %u %s %s", tag, dictionary->names[tag], type_names[rule->type]);
            print_values(rule);
            printf("\n");
        }
    }
}

static void print_part(char type, const struct fix_message_rule *message, const char *part,
                       unsigned place) {
    printf("place %c %s", type, part);
    for (uint32_t tag = 0; tag < FIX_SLOTS; tag++) {
        if (message->places[tag] == place) {
            printf(" %u", tag);
        }
    }
    printf("\n");
}

static void print_group(const struct fix_dictionary *dictionary, char type,
                        const struct fix_message_rule *message, unsigned index) {
    static const char *const parts[] = {
        [FIX_PLACE_NONE] = "nowhere", [FIX_PLACE_HEADER] = "header", [FIX_PLACE_BODY] = "body"};
    const struct fix_group_rule *group = &dictionary->groups[index];
    unsigned parent = message->places[group->count];
    if (parent < FIX_PLACE_TRAILER) {
        printf("group %c %u %s", type, group->count, parts[parent]);
    } else {
        printf("group %c %u %u", type, group->count,
               dictionary->groups[parent - FIX_PLACE_GROUP].count);
    }
    for (const uint16_t *member = group->members; *member != 0; member++) {
        printf(" %u", *member);
    }
    char part[16];
    snprintf(part, sizeof part, "%u", group->count);
    printf("\n");
    print_part(type, message, part, FIX_PLACE_GROUP + index);
}

static void print_message(const struct fix_dictionary *dictionary, char type) {
    const struct fix_message_rule *message =
        &dictionary->messages[dictionary->message_of[(unsigned char)type] - 1];
    printf("message %c %s\n", type, message->name);
    print_part(type, message, "header", FIX_PLACE_HEADER);
    print_part(type, message, "body", FIX_PLACE_BODY);
    print_part(type, message, "trailer", FIX_PLACE_TRAILER);
    for (const uint8_t *index = message->groups; *index != FIX_NO_GROUP; index++) {
        print_group(dictionary, type, message, *index);
    }
    for (const uint16_t *slot = message->required; *slot != 0; slot++) {
        printf("required %c %u\n", type, *slot);
    }
}

int main(void) {
    print_fields(&fix44_dictionary);
    for (unsigned letter = 0; letter < 128; letter++) {
        if (fix44_dictionary.message_of[letter] != 0) {
            print_message(&fix44_dictionary, (char)letter);
        }
    }
    return 0;
}
