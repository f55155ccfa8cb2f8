#include <criterion/criterion.h>
#include <string.h>

#include "venues/kraken/kraken_sign.h"

/* Published in a third party's suite against the live venue, recomputed independently. */
static const char vector[] =
    "MwX+M7nvuHXxD5aGI/TFpghXxg2iblxXYyz7lRzLCPMA4UJYI3osNrUKWCiI3fDnOLkEQ5WKSK58"
    "Mp3nvu1Klw==";

static struct fix_session session_of_vector(void) {
    return (struct fix_session){
        .next_out = 7,
        .config = {.sender_comp_id = BYTES("CLIENT"), .target_comp_id = BYTES("KRAKEN-TRD")}};
}

Test(kraken_sign, published_vector) {
    struct fix_session session = session_of_vector();
    struct dialect_logon logon = {.api_key = BYTES("APIKEY")};
    char payload[512];
    struct utc now = {.ns = INT64_C(1724512345678) * NS_PER_MS + 999};
    size_t len = kraken_sign_payload(&logon, &session, now, payload, sizeof(payload));
    char signature[DIALECT_SIGNATURE_MAX];
    size_t signed_len = kraken_sign(BYTES("c2VjcmV0"), bytes_of(payload, len), signature);
    cr_assert_eq(signed_len, sizeof(vector) - 1);
    cr_assert_eq(memcmp(signature, vector, signed_len), 0);
    cr_assert_eq(logon.nonce_len, 13);
    cr_assert_eq(memcmp(logon.nonce, "1724512345678", 13), 0);
}

Test(kraken_sign, nonce_rises_even_when_the_clock_does_not) {
    struct fix_session session = session_of_vector();
    struct dialect_logon logon = {.api_key = BYTES("APIKEY")};
    char payload[512];
    struct utc now = {.ns = 5000 * NS_PER_MS};
    for (int i = 0; i < 3; i++) {
        cr_assert_gt(kraken_sign_payload(&logon, &session, now, payload, sizeof(payload)), 0);
    }
    cr_assert_eq(logon.last_nonce, 5002);
    now.ns -= NS_PER_S;
    cr_assert_gt(kraken_sign_payload(&logon, &session, now, payload, sizeof(payload)), 0);
    cr_assert_eq(logon.last_nonce, 5003);
}

Test(kraken_sign, nonce_goes_back_with_a_clock_that_is_set_back_beyond_the_window) {
    struct fix_session session = session_of_vector();
    struct dialect_logon logon = {.api_key = BYTES("APIKEY"), .last_nonce = 105000};
    char payload[512];
    struct utc now = {.ns = 100001 * NS_PER_MS};
    cr_assert_gt(kraken_sign_payload(&logon, &session, now, payload, sizeof(payload)), 0);
    cr_assert_eq(logon.last_nonce, 105001);
    now.ns -= NS_PER_MS;
    cr_assert_gt(kraken_sign_payload(&logon, &session, now, payload, sizeof(payload)), 0);
    cr_assert_eq(logon.last_nonce, 100000);
}

Test(kraken_sign, unusable_secrets_are_refused) {
    static const char *const secrets[] = {"", "abc", "!!!!", "c2VjcmV0c2VjcmV"};
    char signature[DIALECT_SIGNATURE_MAX];
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        cr_assert_eq(kraken_sign(bytes_of_string(secrets[i]), BYTES("x"), signature), 0, "%s",
                     secrets[i]);
    }
}

Test(kraken_sign, payload_that_does_not_fit_is_refused) {
    struct fix_session session = session_of_vector();
    struct dialect_logon logon = {.api_key = BYTES("APIKEY")};
    char payload[32];
    cr_assert_eq(kraken_sign_payload(&logon, &session, (struct utc){.ns = 0}, payload, 32), 0);
}
