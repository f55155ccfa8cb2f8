#include "core/app/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(CREDENTIAL_HASH_BYTES == crypto_pwhash_STRBYTES, "libsodium's hash text");

bool credential_init(void) {
    return sodium_init() >= 0;
}

/* The file itself, by the rules on what it is and whose. */
static enum credential_result check_status(int file) {
    struct stat status;
    if (fstat(file, &status) != 0) {
        return CREDENTIAL_UNREADABLE;
    }
    if (!S_ISREG(status.st_mode)) {
        return CREDENTIAL_NOT_A_FILE;
    }
    if (status.st_uid != geteuid() && status.st_uid != 0) {
        return CREDENTIAL_OWNER;
    }
    const mode_t allowed = S_IRUSR | S_IWUSR;
    if ((status.st_mode & 07777 & ~allowed) != 0) {
        return CREDENTIAL_MODE;
    }
    return CREDENTIAL_OK;
}

static enum credential_result open_checked(const char *path, int *file) {
    /* O_NONBLOCK: a FIFO in its place must not hang us. */
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*file < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        return missing ? CREDENTIAL_MISSING : CREDENTIAL_DENIED;
    }
    enum credential_result result = check_status(*file);
    if (result != CREDENTIAL_OK) {
        close(*file);
    }
    return result;
}

/* Up to `room` bytes: with one more than allowed, too long shows. */
static bool read_fully(int file, char *data, size_t room, size_t *len) {
    *len = 0;
    while (*len < room) {
        ssize_t got = read(file, data + *len, room - *len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        *len += (size_t)got;
    }
    return true;
}

static size_t without_newline(const char *data, size_t len) {
    if (len > 0 && data[len - 1] == '\n') {
        len--;
        if (len > 0 && data[len - 1] == '\r') {
            len--;
        }
    }
    return len;
}

static enum credential_result check_content(const char *data, size_t len) {
    if (len == 0) {
        return CREDENTIAL_EMPTY;
    }
    if (len > CREDENTIAL_BYTES_MAX) {
        return CREDENTIAL_TOO_LONG;
    }
    for (size_t i = 0; i < len; i++) {
        if (data[i] < ' ' || data[i] > '~') {
            return CREDENTIAL_NOT_TEXT;
        }
    }
    return CREDENTIAL_OK;
}

static enum credential_result read_into(int file, char *data, size_t room, size_t *len) {
    if (!read_fully(file, data, room - 1, len)) {
        return CREDENTIAL_UNREADABLE;
    }
    *len = without_newline(data, *len);
    enum credential_result result = check_content(data, *len);
    if (result == CREDENTIAL_OK) {
        memset(data + *len, 0, room - *len);
    }
    return result;
}

enum credential_result credential_read(struct credential *credential, const char *path) {
    *credential = (struct credential){0};
    int file;
    enum credential_result result = open_checked(path, &file);
    if (result != CREDENTIAL_OK) {
        return result;
    }
    /* CR LF, one byte to notice what is too long without them, and a terminator. */
    const size_t room = CREDENTIAL_BYTES_MAX + 4;
    char *data = sodium_malloc(room);
    /* sodium_malloc goes on when it cannot lock; a secret that may be swapped out is no secret. */
    if (data == NULL || sodium_mlock(data, room) != 0) {
        sodium_free(data);
        close(file);
        return CREDENTIAL_NOT_LOCKED;
    }
    size_t len = 0;
    result = read_into(file, data, room, &len);
    close(file);
    if (result != CREDENTIAL_OK) {
        sodium_free(data);
        return result;
    }
    *credential = (struct credential){.data = data, .len = len};
    return CREDENTIAL_OK;
}

void credential_free(struct credential *credential) {
    sodium_free(credential->data); /* wipes; NULL is fine */
    *credential = (struct credential){0};
}

enum credential_result credential_read_hash(char hash[CREDENTIAL_HASH_BYTES], const char *path) {
    struct credential credential;
    memset(hash, 0, CREDENTIAL_HASH_BYTES);
    enum credential_result result = credential_read(&credential, path);
    if (result != CREDENTIAL_OK) {
        return result;
    }
    static const char prefix[] = "$argon2id$";
    /* needs_rehash parses the text: -1 means that it is none. */
    bool is_hash =
        credential.len < CREDENTIAL_HASH_BYTES &&
        strncmp(credential.data, prefix, sizeof(prefix) - 1) == 0 &&
        crypto_pwhash_str_needs_rehash(credential.data, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                       crypto_pwhash_MEMLIMIT_INTERACTIVE) >= 0;
    if (is_hash) {
        memcpy(hash, credential.data, credential.len);
    }
    credential_free(&credential);
    return is_hash ? CREDENTIAL_OK : CREDENTIAL_NOT_A_HASH;
}

bool credential_hash(struct bytes password, char hash[CREDENTIAL_HASH_BYTES]) {
    return crypto_pwhash_str_alg(
               hash, password.data, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
               crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool credential_verify(const char *hash, struct bytes password) {
    return crypto_pwhash_str_verify(hash, password.data, password.len) == 0;
}

static const struct {
    const char *what;
    const char *advice;
} texts[] = {
    [CREDENTIAL_OK] = {"can be used", "nothing to do"},
    [CREDENTIAL_MISSING] = {"this file is not there", "create it with mode 0600"},
    [CREDENTIAL_DENIED] = {"this file cannot be opened by this user",
                           "give it to the user that runs tercel, mode 0600"},
    [CREDENTIAL_NOT_A_FILE] = {"this is not a regular file", "name a file"},
    [CREDENTIAL_OWNER] = {"this file belongs to another user",
                          "chown it to the user that runs tercel"},
    [CREDENTIAL_MODE] = {"others may read, write or run this file", "chmod 600 it"},
    [CREDENTIAL_EMPTY] = {"this file is empty", "put the secret on its one line"},
    [CREDENTIAL_TOO_LONG] = {"this file is longer than 4 KiB", "put only the secret in it"},
    [CREDENTIAL_NOT_TEXT] = {"this file has bytes that are not printable ASCII",
                             "put the secret on one line of plain text"},
    [CREDENTIAL_NOT_A_HASH] = {"this file holds no argon2id hash",
                               "put in it what `tercel passwd` prints"},
    [CREDENTIAL_UNREADABLE] = {"reading this file failed", "look at the disk it is on"},
    [CREDENTIAL_NOT_LOCKED] = {"no memory that stays off the swap device",
                               "raise the limit on locked memory (ulimit -l)"},
};

const char *credential_what(enum credential_result result) {
    CHECK((size_t)result < sizeof(texts) / sizeof(texts[0]));
    return texts[result].what;
}

const char *credential_advice(enum credential_result result) {
    CHECK((size_t)result < sizeof(texts) / sizeof(texts[0]));
    return texts[result].advice;
}
