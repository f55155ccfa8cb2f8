#include "venues/kraken/kraken_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "core/base/text.h"

#define SECRET_TEXT_MAX 256

#define NONCE_WINDOW_MS 5000

/* A nonce further ahead than the window was refused, so that none need rise above it: when the
 * clock was set back from there, every Logon would be refused until it had caught up. */
static void make_nonce(struct dialect_logon *logon, struct utc now) {
    int64_t nonce = now.ns / NS_PER_MS;
    if (nonce <= logon->last_nonce && logon->last_nonce - nonce < NONCE_WINDOW_MS) {
        nonce = logon->last_nonce + 1;
    }
    logon->last_nonce = nonce;
    struct text text = text_begin(logon->nonce, sizeof(logon->nonce));
    text_add_number(&text, (uint64_t)nonce);
    logon->nonce_len = text_end(&text).len;
}

static void add_field(struct text *text, struct bytes tag, struct bytes value) {
    text_add(text, tag);
    text_add(text, value);
    text_add(text, BYTES("\x01"));
}

size_t kraken_sign_payload(struct dialect_logon *logon, const struct fix_session *session,
                           struct utc now, char *payload, size_t max) {
    make_nonce(logon, now);
    struct text text = text_begin(payload, max);
    add_field(&text, BYTES("35="), BYTES("A"));
    text_add(&text, BYTES("34="));
    text_add_number(&text, session->next_out);
    add_field(&text,
              BYTES("\x01"
                    "49="),
              session->config.sender_comp_id);
    add_field(&text, BYTES("56="), session->config.target_comp_id);
    add_field(&text, BYTES("553="), logon->api_key);
    text_add(&text, bytes_of(logon->nonce, logon->nonce_len));
    return text_end(&text).len;
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
