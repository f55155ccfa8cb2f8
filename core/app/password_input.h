/*
 * One password from a file descriptor, without echo when that is a terminal.
 *
 * Read byte by byte with read(2): nothing is left in a buffer of stdio. Cold.
 */
#ifndef TERCEL_CORE_APP_PASSWORD_INPUT_H
#define TERCEL_CORE_APP_PASSWORD_INPUT_H

#include <stdio.h>

#include "core/app/credential.h"

#define PASSWORD_BYTES_MAX 1024

enum password_input_result {
    PASSWORD_INPUT_OK = 0,
    PASSWORD_INPUT_EMPTY,
    PASSWORD_INPUT_TOO_LONG,
    PASSWORD_INPUT_NOT_TEXT,  /* a byte that FIX text cannot carry: not printable ASCII */
    PASSWORD_INPUT_DIFFERENT, /* the terminal's second answer was another */
    PASSWORD_INPUT_FAILED     /* reading failed, or no locked memory */
};

/*
 * Reads up to the end of the line or file. A terminal is asked twice, with prompts on `prompts`;
 * its echo is off meanwhile and back on return. On OK the password is the caller's
 * (credential_free).
 */
enum password_input_result password_input_read(int file, FILE *prompts,
                                               struct credential *password) MUST_USE;

#endif
