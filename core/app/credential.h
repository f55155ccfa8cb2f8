/*
 * Secrets: read from files, held in locked memory, compared, wiped.
 *
 * A secret comes from a file and from nowhere else: arguments and the environment can be read by
 * others. The file is regular, owned by the effective user or root, readable and writable by its
 * owner only, and at most CREDENTIAL_BYTES_MAX long; one trailing newline (LF or CR LF) is not part
 * of the secret. A symbolic link is followed, and what it leads to is held to the same rules.
 *
 * Memory is libsodium's: guard pages around it, locked into RAM, left out of core dumps, wiped when
 * freed. No outcome names the secret, the path or any byte of either; who prints one says which key
 * of the config it was. Cold: makes system calls and, for hashes, takes tens of milliseconds and
 * 64 MiB. Any thread, once credential_init has returned true.
 */
#ifndef TERCEL_CORE_APP_CREDENTIAL_H
#define TERCEL_CORE_APP_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

#define CREDENTIAL_BYTES_MAX 4096
/* A password's hash with its terminator: libsodium's crypto_pwhash_STRBYTES. */
#define CREDENTIAL_HASH_BYTES 128

struct credential {
    char *data; /* NUL-terminated beyond len; NULL when there is none */
    size_t len; /* >= 1 */
};

enum credential_result {
    CREDENTIAL_OK = 0,
    CREDENTIAL_MISSING,    /* no such file */
    CREDENTIAL_DENIED,     /* we may not open it */
    CREDENTIAL_NOT_A_FILE, /* a folder, FIFO, device, ... */
    CREDENTIAL_OWNER,      /* belongs to another user */
    CREDENTIAL_MODE,       /* others may read or write it */
    CREDENTIAL_EMPTY,
    CREDENTIAL_TOO_LONG,
    CREDENTIAL_NOT_TEXT,   /* a byte that is not printable ASCII */
    CREDENTIAL_NOT_A_HASH, /* no argon2id hash */
    CREDENTIAL_UNREADABLE, /* reading failed */
    CREDENTIAL_NOT_LOCKED  /* the memory cannot be locked: RLIMIT_MEMLOCK */
};

/* Before anything else here. False when libsodium cannot work on this host. */
bool credential_init(void) MUST_USE;

/* On CREDENTIAL_OK *credential is the caller's until credential_free; else it is empty. */
enum credential_result credential_read(struct credential *credential, const char *path) MUST_USE;

/* Wipes and frees; the empty credential too. */
void credential_free(struct credential *credential);

/* A file with a password's hash, as credential_hash made it: CREDENTIAL_NOT_A_HASH otherwise. */
enum credential_result credential_read_hash(char hash[CREDENTIAL_HASH_BYTES],
                                            const char *path) MUST_USE;

/* The argon2id hash (text) of a password; false when the host has not enough memory. */
bool credential_hash(struct bytes password, char hash[CREDENTIAL_HASH_BYTES]) MUST_USE;

/* Whether `password` is the one that `hash` was made of. `hash` is NUL-terminated. */
bool credential_verify(const char *hash, struct bytes password) MUST_USE;

/* One line each, never NULL: what is wrong, and what to do. */
const char *credential_what(enum credential_result result);
const char *credential_advice(enum credential_result result);

#endif
