/*
 * The signature of a Kraken FIX Logon, tag 554 (guides/fix-auth):
 *
 *   M   = 35=A|34=<seq>|49=<sender>|56=<target>|553=<key>|        (| is SOH, the last one included)
 *   D   = SHA256(M nonce)
 *   554 = base64(HMAC-SHA512(base64-decoded secret, D))
 *
 * The nonce (5025) is epoch milliseconds, must rise with every Logon and lie within 5 s of the
 * venue's clock: it goes on rising over a clock that is set back, but by more than that window it
 * goes back too. The sequence number is signed: the Logon must be sent under the number it was
 * signed for.
 */
#ifndef TERCEL_VENUES_KRAKEN_KRAKEN_SIGN_H
#define TERCEL_VENUES_KRAKEN_KRAKEN_SIGN_H

#include "core/route/fix_dialect.h"

/* The worker's part: M and the nonce. 0 when it does not fit into `max`. */
size_t kraken_sign_payload(struct dialect_logon *logon, const struct fix_session *session,
                           struct utc now, char *payload, size_t max);

/* The crypto thread's part. 0 when `secret` is not base64. */
size_t kraken_sign(struct bytes secret, struct bytes payload, char *out);

#endif
