/*
 * Kraken's Logon. The signature is checked against a vector published with a third party's client
 * and against one worked out by Python's hashlib; the rules against Logons written out in full.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/fix/test_message.h"
#include "venues/exchange/kraken_logon.h"

/* 2024-08-24T16:15:45.678Z */
#define VECTOR_NONCE_MS INT64_C(1724512345678)
#define VECTOR_SIGNATURE                                                                           \
    "MwX+M7nvuHXxD5aGI/TFpghXxg2iblxXYyz7lRzLCPMA4UJYI3osNrUKWCiI3fDnOLkEQ5WKSK58Mp3nvu1Klw=="

static const struct kraken_signed vector = {.seq = 7,
                                            .sender_comp_id = {"CLIENT", 6},
                                            .target_comp_id = {"KRAKEN-TRD", 10},
                                            .api_key = {"APIKEY", 6},
                                            .nonce = {"1724512345678", 13}};

Test(kraken_logon, signs_the_published_vector) {
    unsigned char secret[64];
    size_t len = kraken_decode_secret(BYTES("c2VjcmV0"), secret, sizeof(secret));
    cr_assert_eq(len, 6);
    char signature[KRAKEN_SIGNATURE_BYTES + 1] = {0};
    cr_assert(kraken_logon_sign(bytes_of((const char *)secret, len), &vector, signature));
    cr_expect_str_eq(signature, VECTOR_SIGNATURE);
}

Test(kraken_logon, decodes_secrets) {
    unsigned char out[8];
    cr_expect_eq(kraken_decode_secret(BYTES("c2VjcmU="), out, sizeof(out)), 5);
    cr_expect_eq(kraken_decode_secret(BYTES("c2VjcgA="), out, sizeof(out)), 5);
    cr_expect_eq(memcmp(out, "secr\0", 5), 0, "a zero byte is not padding");
    cr_expect_eq(kraken_decode_secret(BYTES("c2VjcQ=="), out, sizeof(out)), 4);
    cr_expect_eq(kraken_decode_secret(BYTES(""), out, sizeof(out)), 0);
    cr_expect_eq(kraken_decode_secret(BYTES("c2Vjc"), out, sizeof(out)), 0);
    cr_expect_eq(kraken_decode_secret(BYTES("c2Vj!mV0"), out, sizeof(out)), 0);
    cr_expect_eq(kraken_decode_secret(BYTES("c2VjcmV0c2VjcmV0"), out, sizeof(out)), 0, "no room");
}

struct rule {
    const char *name;
    const char *fields; /* behind the header, up to and without 553, 554 and 5025 */
    const char *key;
    const char *signature; /* NULL: the right one */
    int64_t server_off_ms; /* the server's time less the nonce */
    uint64_t last_nonce;
    const char *refusal; /* how it begins; NULL: accepted */
};

static const struct rule rules[] = {
    {"a plain one", "98=0|108=60|", "APIKEY", NULL, 0, 0, NULL},
    {"all there is", "98=0|108=60|109=X|141=Y|5030=Y|5051=N|8674=0|", "APIKEY", NULL, 0, 0, NULL},
    {"keep", "98=0|108=60|8674=1|", "APIKEY", NULL, 0, 0, NULL},
    {"nonce 5 s old", "98=0|108=60|", "APIKEY", NULL, 5000, 0, NULL},
    {"nonce 5 s ahead", "98=0|108=60|", "APIKEY", NULL, -5000, 0, NULL},
    {"nonce older", "98=0|108=60|", "APIKEY", NULL, 5001, 0, "EAPI:Invalid nonce"},
    {"nonce further ahead", "98=0|108=60|", "APIKEY", NULL, -5001, 0, "EAPI:Invalid nonce"},
    {"nonce above the last", "98=0|108=60|", "APIKEY", NULL, 0, VECTOR_NONCE_MS - 1, NULL},
    {"nonce again", "98=0|108=60|", "APIKEY", NULL, 0, VECTOR_NONCE_MS, "EAPI:Invalid nonce"},
    {"nonce below the last", "98=0|108=60|", "APIKEY", NULL, 0, VECTOR_NONCE_MS + 1,
     "EAPI:Invalid nonce"},
    {"another key", "98=0|108=60|", "APIKEX", NULL, 0, 0, "EAPI:Invalid key"},
    {"no signature", "98=0|108=60|", "APIKEY", "x", 0, 0, "EAPI:Invalid signature"},
    {"one bit off", "98=0|108=60|", "APIKEY",
     "MwX+M7nvuHXxD5aGI/TFpghXxg2iblxXYyz7lRzLCPMA4UJYI3osNrUKWCiI3fDnOLkEQ5WKSK58Mp3nvu1Klg==", 0,
     0, "EAPI:Invalid signature"},
    {"8674 malformed", "98=0|108=60|8674=Y|", "APIKEY", NULL, 0, 0, "EGeneral:Invalid arguments"},
    {"8674 out of range", "98=0|108=60|8674=2|", "APIKEY", NULL, 0, 0,
     "EGeneral:Invalid arguments"},
    {"5030 malformed", "98=0|108=60|5030=1|", "APIKEY", NULL, 0, 0, "EGeneral:Invalid arguments"},
    {"a tag that Logon has not", "98=0|108=60|789=1|", "APIKEY", NULL, 0, 0,
     "EGeneral:Invalid arguments"},
    {"a tag given twice", "98=0|108=60|8674=1|8674=0|", "APIKEY", NULL, 0, 0,
     "EGeneral:Invalid arguments"},
};

static bool check(const char *body, int64_t server_off_ms, uint64_t last_nonce,
                  struct kraken_logon *logon, struct bytes *text) {
    struct test_message message = test_message_with(bytes_of_string(body));
    static struct fix_view view;
    uint32_t bad_offset;
    cr_assert_eq(fix_view_parse(test_bytes(&message), &view, &bad_offset), FIX_VIEW_OK);
    struct now now = {.utc = {(VECTOR_NONCE_MS + server_off_ms) * NS_PER_MS}};
    struct kraken_logon_expected expected = {
        .api_key = BYTES("APIKEY"), .secret = BYTES("secret"), .last_nonce = last_nonce};
    return kraken_logon_check(&view, now, &expected, logon, text);
}

Test(kraken_logon, rules) {
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); ++i) {
        const struct rule *rule = &rules[i];
        char body[1024];
        snprintf(body, sizeof(body),
                 "35=A|34=7|49=CLIENT|52=20240824-15:12:25.678|56=KRAKEN-TRD|%s553=%s|554=%s|"
                 "5025=1724512345678|",
                 rule->fields, rule->key, rule->signature ? rule->signature : VECTOR_SIGNATURE);
        struct kraken_logon logon;
        struct bytes text = BYTES("accepted");
        bool good = check(body, rule->server_off_ms, rule->last_nonce, &logon, &text);
        cr_expect_eq(good, rule->refusal == NULL, "%s: %.*s", rule->name, (int)text.len, text.data);
        if (rule->refusal != NULL) {
            cr_expect(strncmp(text.data, rule->refusal, strlen(rule->refusal)) == 0, "%s: %.*s",
                      rule->name, (int)text.len, text.data);
        }
    }
}

Test(kraken_logon, the_sense_of_8674_is_inverted) {
    static const struct {
        const char *field;
        bool cancels;
    } rows[] = {{"", true}, {"8674=0|", true}, {"8674=1|", false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        char body[1024];
        snprintf(body, sizeof(body),
                 "35=A|34=7|49=CLIENT|52=20240824-15:12:25.678|56=KRAKEN-TRD|98=0|108=60|141=Y|"
                 "553=APIKEY|554=%s|5025=1724512345678|%s",
                 VECTOR_SIGNATURE, rows[i].field);
        struct kraken_logon logon;
        struct bytes text;
        cr_assert(check(body, 0, 0, &logon, &text));
        cr_expect_eq(logon.cancel_on_disconnect, rows[i].cancels, "\"%s\"", rows[i].field);
        cr_expect(logon.reset_sequence);
        cr_expect(!logon.reset_cl_ord_id);
        cr_expect_eq(logon.nonce, VECTOR_NONCE_MS);
    }
}

Test(kraken_logon, credentials_are_required) {
    static const char *const fields[] = {
        "554=x|5025=1724512345678|", "553=APIKEY|5025=1724512345678|", "553=APIKEY|554=x|",
        "553=|554=x|5025=1724512345678|", "553=APIKEY|554=x|5025=17245123x5678|"};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); ++i) {
        char body[512];
        snprintf(body, sizeof(body),
                 "35=A|34=7|49=CLIENT|52=20240824-15:12:25.678|56=KRAKEN-TRD|98=0|108=60|%s",
                 fields[i]);
        struct kraken_logon logon;
        struct bytes text;
        cr_expect(!check(body, 0, 0, &logon, &text), "%s", fields[i]);
    }
}
