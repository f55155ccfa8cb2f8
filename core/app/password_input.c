#include "core/app/password_input.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Bytes up to the newline, which is taken and dropped; -1 on failure, room when it is longer. */
static ssize_t read_line(int file, char *line, size_t room) {
    size_t len = 0;
    while (len < room) {
        ssize_t got = read(file, line + len, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0 || line[len] == '\n') {
            break;
        }
        len++;
    }
    return (ssize_t)len;
}

static enum password_input_result check_line(const char *line, size_t len) {
    if (len == 0) {
        return PASSWORD_INPUT_EMPTY;
    }
    if (len > PASSWORD_BYTES_MAX) {
        return PASSWORD_INPUT_TOO_LONG;
    }
    for (size_t i = 0; i < len; i++) {
        if (line[i] < ' ' || line[i] > '~') {
            return PASSWORD_INPUT_NOT_TEXT;
        }
    }
    return PASSWORD_INPUT_OK;
}

static enum password_input_result read_once(int file, struct credential *password) {
    *password = (struct credential){0};
    const size_t room = PASSWORD_BYTES_MAX + 2;
    char *line = sodium_malloc(room);
    if (line == NULL || sodium_mlock(line, room) != 0) {
        sodium_free(line);
        return PASSWORD_INPUT_FAILED;
    }
    ssize_t len = read_line(file, line, PASSWORD_BYTES_MAX + 1);
    enum password_input_result result =
        len < 0 ? PASSWORD_INPUT_FAILED : check_line(line, (size_t)len);
    if (result != PASSWORD_INPUT_OK) {
        sodium_free(line);
        return result;
    }
    line[len] = '\0';
    *password = (struct credential){.data = line, .len = (size_t)len};
    return PASSWORD_INPUT_OK;
}

static enum password_input_result read_twice(int file, FILE *prompts, struct credential *password) {
    fputs("Password: ", prompts);
    fflush(prompts);
    enum password_input_result result = read_once(file, password);
    fputc('\n', prompts);
    if (result != PASSWORD_INPUT_OK) {
        return result;
    }
    fputs("Again: ", prompts);
    fflush(prompts);
    struct credential again;
    result = read_once(file, &again);
    fputc('\n', prompts);
    if (result == PASSWORD_INPUT_OK &&
        (again.len != password->len || sodium_memcmp(again.data, password->data, again.len) != 0)) {
        result = PASSWORD_INPUT_DIFFERENT;
    }
    credential_free(&again);
    if (result != PASSWORD_INPUT_OK) {
        credential_free(password);
    }
    return result;
}

enum password_input_result password_input_read(int file, FILE *prompts,
                                               struct credential *password) {
    *password = (struct credential){0};
    struct termios before;
    if (tcgetattr(file, &before) != 0) {
        return read_once(file, password);
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(file, TCSAFLUSH, &silent) != 0) {
        return PASSWORD_INPUT_FAILED;
    }
    enum password_input_result result = read_twice(file, prompts, password);
    tcsetattr(file, TCSAFLUSH, &before);
    return result;
}
