#include "venues/exchange/kraken_logon.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "venues/exchange/kraken_tag.h"

#define SIGNED_TEXT_MAX 512

static const uint32_t tags_defined[] = {
    KRAKEN_BEGIN_STRING,
    KRAKEN_BODY_LENGTH,
    KRAKEN_CHECK_SUM,
    KRAKEN_MSG_SEQ_NUM,
    KRAKEN_MSG_TYPE,
    KRAKEN_POSS_DUP_FLAG,
    KRAKEN_SENDER_COMP_ID,
    KRAKEN_SENDING_TIME,
    KRAKEN_TARGET_COMP_ID,
    KRAKEN_ENCRYPT_METHOD,
    KRAKEN_HEART_BT_INT,
    KRAKEN_CLIENT_ID,
    KRAKEN_ORIG_SENDING_TIME,
    KRAKEN_RESET_SEQ_NUM_FLAG,
    KRAKEN_USERNAME,
    KRAKEN_PASSWORD,
    KRAKEN_NONCE,
    KRAKEN_FORCE_RESET_CL_ORD_ID,
    KRAKEN_REBASED,
    KRAKEN_CANCEL_ORDERS_ON_DISCONNECT,
};

#define TAGS_DEFINED (sizeof(tags_defined) / sizeof(tags_defined[0]))

size_t kraken_decode_secret(struct bytes base64, unsigned char *out, size_t size) {
    unsigned char decoded[1024];
    if (base64.len == 0 || base64.len % 4 != 0 || base64.len / 4 * 3 > sizeof(decoded)) {
        return 0;
    }
    int len = EVP_DecodeBlock(decoded, (const unsigned char *)base64.data, (int)base64.len);
    for (size_t at = base64.len; len > 0 && at > base64.len - 2 && base64.data[at - 1] == '=';
         --at) {
        --len;
    }
    bool good = len > 0 && (size_t)len <= size;
    if (good) {
        memcpy(out, decoded, (size_t)len);
    }
    OPENSSL_cleanse(decoded, sizeof(decoded));
    return good ? (size_t)len : 0;
}

/* The signed text; its length, or 0 when it does not fit. */
static size_t signed_text(const struct kraken_signed *fields, char *out) {
    int len = snprintf(out, SIGNED_TEXT_MAX,
                       "35=A\x01"
                       "34=%llu\x01"
                       "49=%.*s\x01"
                       "56=%.*s\x01"
                       "553=%.*s\x01"
                       "%.*s",
                       (unsigned long long)fields->seq, (int)fields->sender_comp_id.len,
                       fields->sender_comp_id.data, (int)fields->target_comp_id.len,
                       fields->target_comp_id.data, (int)fields->api_key.len, fields->api_key.data,
                       (int)fields->nonce.len, fields->nonce.data);
    return len > 0 && len < SIGNED_TEXT_MAX ? (size_t)len : 0;
}

bool kraken_logon_sign(struct bytes secret, const struct kraken_signed *fields, char *out) {
    char text[SIGNED_TEXT_MAX];
    size_t text_len = signed_text(fields, text);
    unsigned char digest[32];
    size_t digest_len = sizeof(digest);
    unsigned char mac[64];
    size_t mac_len = 0;
    if (text_len == 0 ||
        EVP_Q_digest(NULL, "SHA256", NULL, text, text_len, digest, &digest_len) != 1 ||
        EVP_Q_mac(NULL, "HMAC", NULL, "SHA512", NULL, secret.data, secret.len, digest, digest_len,
                  mac, sizeof(mac), &mac_len) == NULL ||
        mac_len != sizeof(mac)) {
        return false;
    }
    unsigned char base64[KRAKEN_SIGNATURE_BYTES + 1];
    CHECK(EVP_EncodeBlock(base64, mac, sizeof(mac)) == KRAKEN_SIGNATURE_BYTES);
    memcpy(out, base64, KRAKEN_SIGNATURE_BYTES);
    return true;
}

static bool tags_are_defined(const struct fix_view *view) {
    bool seen[TAGS_DEFINED] = {false};
    for (uint32_t i = 0; i < view->count; ++i) {
        size_t at = 0;
        while (at < TAGS_DEFINED && tags_defined[at] != view->fields[i].tag) {
            ++at;
        }
        if (at == TAGS_DEFINED || seen[at]) {
            return false;
        }
        seen[at] = true;
    }
    return true;
}

static bool read_flag(const struct fix_view *view, uint32_t tag, bool *out) {
    enum fix_get got = fix_get_bool(view, tag, out);
    return got == FIX_GET_OK || got == FIX_GET_MISSING;
}

/* 8674: "0" and absent mean cancel, "1" means keep. */
static bool read_flags(const struct fix_view *view, struct kraken_logon *out) {
    char keep = '0';
    bool rebased = false;
    enum fix_get got = fix_get_char(view, KRAKEN_CANCEL_ORDERS_ON_DISCONNECT, &keep);
    if ((got != FIX_GET_OK && got != FIX_GET_MISSING) || (keep != '0' && keep != '1')) {
        return false;
    }
    out->cancel_on_disconnect = keep == '0';
    return read_flag(view, KRAKEN_RESET_SEQ_NUM_FLAG, &out->reset_sequence) &&
           read_flag(view, KRAKEN_FORCE_RESET_CL_ORD_ID, &out->reset_cl_ord_id) &&
           read_flag(view, KRAKEN_REBASED, &rebased);
}

static bool nonce_is_current(uint64_t nonce, struct now now) {
    int64_t server_ms = now.utc.ns / NS_PER_MS;
    int64_t off_ms;
    return nonce <= INT64_MAX && !__builtin_sub_overflow((int64_t)nonce, server_ms, &off_ms) &&
           off_ms <= KRAKEN_NONCE_WINDOW_MS && off_ms >= -KRAKEN_NONCE_WINDOW_MS;
}

static bool signature_is_good(const struct fix_view *view,
                              const struct kraken_logon_expected *expected, struct bytes nonce,
                              struct bytes password) {
    struct kraken_signed fields = {.api_key = expected->api_key, .nonce = nonce};
    char signature[KRAKEN_SIGNATURE_BYTES];
    if (fix_get_uint(view, KRAKEN_MSG_SEQ_NUM, UINT64_MAX, &fields.seq) != FIX_GET_OK ||
        fix_get_bytes(view, KRAKEN_SENDER_COMP_ID, &fields.sender_comp_id) != FIX_GET_OK ||
        fix_get_bytes(view, KRAKEN_TARGET_COMP_ID, &fields.target_comp_id) != FIX_GET_OK ||
        !kraken_logon_sign(expected->secret, &fields, signature)) {
        return false;
    }
    bool good = password.len == KRAKEN_SIGNATURE_BYTES &&
                CRYPTO_memcmp(password.data, signature, KRAKEN_SIGNATURE_BYTES) == 0;
    OPENSSL_cleanse(signature, sizeof(signature));
    return good;
}

/* The texts are those of Kraken's other interfaces (unverified for FIX). */
bool kraken_logon_check(const struct fix_view *view, struct now now,
                        const struct kraken_logon_expected *expected, struct kraken_logon *out,
                        struct bytes *text) {
    *out = (struct kraken_logon){0};
    struct bytes api_key;
    struct bytes password;
    struct bytes nonce;
    if (!tags_are_defined(view)) {
        *text = BYTES("EGeneral:Invalid arguments:tag not defined for Logon, or given twice");
    } else if (!read_flags(view, out)) {
        *text = BYTES("EGeneral:Invalid arguments:141, 5030 and 5051 are Y or N, 8674 is 0 or 1");
    } else if (fix_get_bytes(view, KRAKEN_USERNAME, &api_key) != FIX_GET_OK ||
               fix_get_bytes(view, KRAKEN_PASSWORD, &password) != FIX_GET_OK ||
               fix_get_bytes(view, KRAKEN_NONCE, &nonce) != FIX_GET_OK) {
        *text = BYTES("EGeneral:Invalid arguments:Username(553), Password(554), Nonce(5025)");
    } else if (!bytes_equal(api_key, expected->api_key)) {
        *text = BYTES("EAPI:Invalid key");
    } else if (fix_get_uint(view, KRAKEN_NONCE, UINT64_MAX, &out->nonce) != FIX_GET_OK ||
               !nonce_is_current(out->nonce, now)) {
        *text = BYTES("EAPI:Invalid nonce:not within 5 s of the server's time");
    } else if (!signature_is_good(view, expected, nonce, password)) {
        *text = BYTES("EAPI:Invalid signature");
    } else if (out->nonce <= expected->last_nonce) {
        /* Behind the signature: whoever cannot sign learns nothing about nonces. */
        *text = BYTES("EAPI:Invalid nonce:not above the last one");
    } else {
        return true;
    }
    return false;
}
