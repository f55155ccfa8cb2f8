#include <unistd.h>

#include "core/app/command.h"
#include "core/app/credential.h"
#include "core/app/password_input.h"

static const char *const complaints[] = {
    [PASSWORD_INPUT_OK] = "",
    [PASSWORD_INPUT_EMPTY] = "the password is empty",
    [PASSWORD_INPUT_TOO_LONG] = "the password is longer than 1024 bytes",
    [PASSWORD_INPUT_NOT_TEXT] =
        "the password has bytes that are not printable ASCII: FIX cannot carry it",
    [PASSWORD_INPUT_DIFFERENT] = "the two passwords differ",
    [PASSWORD_INPUT_FAILED] = "the password cannot be read, or no memory can be locked (ulimit -l)",
};

int command_passwd(int argc, char **argv, FILE *out, FILE *err) {
    (void)argv;
    if (argc != 1) {
        return command_usage("passwd", err);
    }
    struct credential password;
    enum password_input_result result = password_input_read(STDIN_FILENO, err, &password);
    if (result != PASSWORD_INPUT_OK) {
        fprintf(err, "tercel: %s; nothing was made\n", complaints[result]);
        return COMMAND_PROBLEM;
    }
    char hash[CREDENTIAL_HASH_BYTES];
    bool made = credential_hash(bytes_of(password.data, password.len), hash);
    credential_free(&password);
    if (!made) {
        fputs("tercel: the hash needs 64 MiB of memory, which this host refuses\n", err);
        return COMMAND_PROBLEM;
    }
    fprintf(out, "%s\n", hash);
    return COMMAND_FINE;
}
