/*
 * Questions the OE worker asks cold threads, and their answers: cells of two SPSC rings per thread.
 *
 * A signature takes a secret the worker never holds; a password takes Argon2. Both are asked with
 * the epoch of the connection they belong to, and the answer to another epoch is ignored.
 *
 * A client has one question open at most, and the password ring a cell for each client. A venue may
 * ask again for a new connection before the old one's answer came: a full ring of signatures is
 * tried again next turn, and a full ring of answers makes the crypto thread wait.
 *
 * Cells that held a password or signature are wiped by whoever read them last.
 */
#ifndef TERCEL_CORE_ROUTE_QUESTION_H
#define TERCEL_CORE_ROUTE_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#define QUESTION_TEXT_MAX 512
#define ANSWER_TEXT_MAX 256

enum question_kind { QUESTION_SIGN = 0, QUESTION_PASSWORD };

struct question {
    enum question_kind kind;
    uint32_t session; /* SIGN: venue session; PASSWORD: client session */
    uint32_t epoch;
    uint32_t text_len;
    char text[QUESTION_TEXT_MAX]; /* SIGN: what to sign; PASSWORD: the password */
};

struct answer {
    enum question_kind kind;
    uint32_t session;
    uint32_t epoch;
    bool ok;
    uint32_t text_len;
    char text[ANSWER_TEXT_MAX]; /* SIGN: the signature as the dialect's Logon wants it */
};

#endif
