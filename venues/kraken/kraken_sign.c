#include "venues/kraken/kraken_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define SECRET_TEXT_MAX 256

static void make_nonce(struct dialect_logon *logon, struct utc now) {
    int64_t nonce = now.ns / NS_PER_MS;
    if (nonce <= logon->last_nonce) {
        nonce = logon->last_nonce + 1;
    }
    logon->last_nonce = nonce;
    int len = snprintf(logon->nonce, sizeof(logon->nonce), "%lld", (long long)nonce);
    logon->nonce_len = (size_t)len;
}

size_t kraken_sign_payload(struct dialect_logon *logon, const struct fix_session *session,
                           struct utc now, char *payload, size_t max) {
    make_nonce(logon, now);
    const struct fix_session_config *config = &session->config;
    int len = snprintf(payload, max,
                       "35=A\x01"
                       "34=%llu\x01"
                       "49=%.*s\x01"
                       "56=%.*s\x01"
                       "553=%.*s\x01"
                       "%.*s",
                       (unsigned long long)session->next_out, (int)config->sender_comp_id.len,
                       config->sender_comp_id.data, (int)config->target_comp_id.len,
                       config->target_comp_id.data, (int)logon->api_key.len, logon->api_key.data,
                       (int)logon->nonce_len, logon->nonce);
    return len > 0 && (size_t)len < max ? (size_t)len : 0;
}

/* EVP_DecodeBlock counts padding as data: the true length is less by the '=' signs. */
static int decode_base64(struct bytes text, unsigned char *out) {
    if (text.len == 0 || text.len % 4 != 0 || text.len > SECRET_TEXT_MAX) {
        return -1;
    }
    int len = EVP_DecodeBlock(out, (const unsigned char *)text.data, (int)text.len);
    for (size_t i = 0; i < 2 && text.data[text.len - 1 - i] == '='; i++) {
        len--;
    }
    return len;
}

size_t kraken_sign(struct bytes secret, struct bytes payload, char *out) {
    unsigned char key[SECRET_TEXT_MAX];
    unsigned char digest[32];
    unsigned char mac[64];
    unsigned int mac_len = 0;
    int key_len = decode_base64(secret, key);
    size_t written = 0;
    if (key_len > 0 &&
        EVP_Digest(payload.data, payload.len, digest, NULL, EVP_sha256(), NULL) == 1 &&
        HMAC(EVP_sha512(), key, key_len, digest, sizeof(digest), mac, &mac_len) != NULL) {
        written = (size_t)EVP_EncodeBlock((unsigned char *)out, mac, (int)mac_len);
    }
    explicit_bzero(key, sizeof(key));
    explicit_bzero(mac, sizeof(mac));
    return written;
}
