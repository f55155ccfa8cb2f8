/*
 * Kraken's Logon rules ([logon] and [auth] of kraken_spot.h): credentials, nonce, signature and the
 * session's flags. Cold.
 */
#ifndef TERCEL_VENUES_EXCHANGE_KRAKEN_LOGON_H
#define TERCEL_VENUES_EXCHANGE_KRAKEN_LOGON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/instant.h"
#include "core/fix/fix_view.h"

/* An HMAC-SHA512 in base64. */
#define KRAKEN_SIGNATURE_BYTES 88
/* The nonce, milliseconds since the epoch, is at most this far from the server's time. */
#define KRAKEN_NONCE_WINDOW_MS 5000

struct kraken_signed {
    uint64_t seq;                /* MsgSeqNum(34) */
    struct bytes sender_comp_id; /* of the client */
    struct bytes target_comp_id;
    struct bytes api_key;
    struct bytes nonce; /* the text of 5025 */
};

/*
 * Password(554): base64(HMAC-SHA512(secret, SHA256("35=A|34=..|49=..|56=..|553=..|" nonce))), where
 * | is SOH. `out` takes KRAKEN_SIGNATURE_BYTES, not terminated. False when OpenSSL fails.
 */
bool kraken_logon_sign(struct bytes secret, const struct kraken_signed *fields, char *out) MUST_USE;

/* Base64 with padding into `out` of `size` bytes; the length, or 0 when it is malformed or too
 * long. */
size_t kraken_decode_secret(struct bytes base64, unsigned char *out, size_t size);

/* What a Logon is checked against. */
struct kraken_logon_expected {
    struct bytes api_key;
    struct bytes secret;
    uint64_t last_nonce; /* 0: none yet */
};

/* What an accepted Logon says. */
struct kraken_logon {
    uint64_t nonce;
    bool cancel_on_disconnect; /* 8674 absent or 0: the inverted sense is Kraken's */
    bool reset_sequence;       /* 141=Y */
    bool reset_cl_ord_id;      /* 5030=Y */
};

/*
 * True and *out; or false and in *text why, for the Logout. Looks at what the FIX session has not:
 * the session has found 34, 49, 52, 56, 98, 108 and 141 good.
 */
bool kraken_logon_check(const struct fix_view *view, struct now now,
                        const struct kraken_logon_expected *expected, struct kraken_logon *out,
                        struct bytes *text) MUST_USE;

#endif
