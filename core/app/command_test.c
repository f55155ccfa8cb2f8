#include "core/app/command.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/app/config_test_sample.h"
#include "core/app/credential.h"
#include "core/app/password_input.h"

struct outcome {
    int code;
    char *out;
    char *err;
};

/* `line` is split at blanks; argv[0] is given. */
static struct outcome run(const char *line) {
    char words[256];
    char *argv[16] = {"tercel"};
    int argc = 1;
    snprintf(words, sizeof(words), "%s", line);
    char *rest = words;
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        argv[argc++] = word;
    }
    struct outcome outcome = {0};
    size_t out_size = 0;
    size_t err_size = 0;
    FILE *out = open_memstream(&outcome.out, &out_size);
    FILE *err = open_memstream(&outcome.err, &err_size);
    outcome.code = command_dispatch(line[0] == '\0' ? 1 : argc, argv, out, err);
    fclose(out);
    fclose(err);
    return outcome;
}

static void expect(const char *line, int code, const char *out, const char *err) {
    struct outcome outcome = run(line);
    cr_expect_eq(outcome.code, code, "%s: %d", line, outcome.code);
    cr_expect_not_null(strstr(outcome.out, out), "%s: %s", line, outcome.out);
    cr_expect_not_null(strstr(outcome.err, err), "%s: %s", line, outcome.err);
    cr_expect(out[0] != '\0' || outcome.out[0] == '\0', "%s: %s", line, outcome.out);
    cr_expect(err[0] != '\0' || outcome.err[0] == '\0', "%s: %s", line, outcome.err);
    free(outcome.out);
    free(outcome.err);
}

Test(command, verbs_and_exit_codes) {
    expect("", COMMAND_USAGE, "", "usage: tercel VERB");
    expect("help", COMMAND_FINE, "usage: tercel VERB", "");
    expect("--help", COMMAND_FINE, "usage: tercel VERB", "");
    expect("version", COMMAND_FINE, "tercel 0.", "");
    expect("--version", COMMAND_FINE, "tercel 0.", "");
    expect("version now", COMMAND_USAGE, "", "usage: tercel version");
    expect("config", COMMAND_USAGE, "", "usage: tercel config reference");
    expect("config refrence", COMMAND_USAGE, "", "usage: tercel config reference");
    expect("config reference", COMMAND_FINE, "order_validity: 5s", "");
    expect("check", COMMAND_USAGE, "", "usage: tercel check");
    expect("check a b", COMMAND_USAGE, "", "usage: tercel check");
    expect("check --jsn a", COMMAND_USAGE, "", "usage: tercel check");
    expect("run", COMMAND_USAGE, "", "usage: tercel run CONFIG");
    expect("run --json a", COMMAND_USAGE, "", "usage: tercel run CONFIG");
    expect("passwd x", COMMAND_USAGE, "", "usage: tercel passwd");
}

/* hugepages/reserve adds up the lines that end in MiB. */
Test(command, check_tells_what_lies_in_huge_pages) {
    char path[] = "/tmp/tercel-plan-XXXXXX";
    char line[64];
    int file = mkstemp(path);
    FILE *config = fdopen(file, "w");
    const char *core = strstr(config_sample_dpdk, "core: 1, ");
    cr_assert_not_null(core);
    /* Whatever cores this host has. */
    fprintf(config, "%.*s%s", (int)(core - config_sample_dpdk), config_sample_dpdk,
            core + strlen("core: 1, "));
    fclose(config);
    snprintf(line, sizeof(line), "check --skip-files %s", path);
    struct outcome outcome = run(line);
    unlink(path);
    cr_assert_eq(outcome.code, COMMAND_FINE, "%s", outcome.out);
    cr_expect_not_null(strstr(outcome.out, "\nplan: one mapping of "), "%s", outcome.out);
    cr_expect_not_null(strstr(outcome.out, " MiB\nplan: packets of "), "%s", outcome.out);
    cr_expect_not_null(strstr(outcome.out, " MiB in ordinary pages\n"), "%s", outcome.out);
    free(outcome.out);
    free(outcome.err);
}

/* UTC needs no file of the host's. */
Test(command, check_tells_session_times_in_utc) {
    char path[] = "/tmp/tercel-check-XXXXXX";
    char line[64];
    FILE *config = fdopen(mkstemp(path), "w");
    uint32_t unused;
    char *text = config_sample_edit("    core: 3\n", "", &unused, &unused);
    fputs(text, config);
    fclose(config);
    free(text);
    snprintf(line, sizeof(line), "check --skip-files %s", path);
    struct outcome outcome = run(line);
    unlink(path);
    const char *told = strstr(outcome.out, "\nplan: session of delta ");
    cr_assert_not_null(told, "%s", outcome.out);
    told = strchr(told + 1, 'T');
    cr_expect_eq(strncmp(told, "T18:00:00Z to ", 14), 0, "%s", outcome.out);
    cr_expect_not_null(strstr(told, "T16:00:00Z\n"), "%s", outcome.out);
    free(outcome.out);
    free(outcome.err);
}

Test(command, a_wrong_verb_gets_the_nearest) {
    expect("chekc", COMMAND_USAGE, "", "no verb \"chekc\"; meant: check?");
    expect("CHECK", COMMAND_USAGE, "", "no verb \"CHECK\"; meant: check?");
    expect("password", COMMAND_USAGE, "", "meant: passwd?");
    expect("frobnicate", COMMAND_USAGE, "", "`tercel help` lists the verbs");
}

Test(command, check_and_run_tell_problems_by_their_exit) {
    expect("check /nonexistent/x.yaml", COMMAND_PROBLEM, "TRC-CFG-001", "");
    expect("check --json /nonexistent/x.yaml", COMMAND_PROBLEM, "{\"file\":\"/nonexistent/x.yaml\"",
           "");
    expect("run /nonexistent/x.yaml", COMMAND_PROBLEM, "", "nothing was started");
    expect("check --skip-files " TERCEL_EXAMPLE, COMMAND_FINE, "0 errors, 0 warnings", "");
    expect("check " TERCEL_EXAMPLE, COMMAND_PROBLEM, "TRC-CFG-018", "");
}

static enum password_input_result read_piped(const char *text, size_t len,
                                             struct credential *password) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], text, len), (ssize_t)len);
    close(ends[1]);
    enum password_input_result result = password_input_read(ends[0], stderr, password);
    close(ends[0]);
    return result;
}

Test(command, a_piped_password_ends_with_its_line) {
    struct credential password;
    cr_assert(credential_init());
    cr_assert_eq(read_piped("hunter2\nmore\n", 13, &password), PASSWORD_INPUT_OK);
    cr_expect_str_eq(password.data, "hunter2");
    credential_free(&password);
    cr_assert_eq(read_piped("hunter2", 7, &password), PASSWORD_INPUT_OK);
    cr_expect_eq(password.len, 7);
    credential_free(&password);
    char text[PASSWORD_BYTES_MAX + 2];
    memset(text, 'p', sizeof(text));
    cr_expect_eq(read_piped(text, sizeof(text), &password), PASSWORD_INPUT_TOO_LONG);
    cr_assert_eq(read_piped(text, PASSWORD_BYTES_MAX, &password), PASSWORD_INPUT_OK);
    cr_expect_eq(password.len, PASSWORD_BYTES_MAX);
    credential_free(&password);
    cr_expect_eq(read_piped("", 0, &password), PASSWORD_INPUT_EMPTY);
    cr_expect_eq(read_piped("\n", 1, &password), PASSWORD_INPUT_EMPTY);
    cr_expect_eq(read_piped("a\x01z\n", 4, &password), PASSWORD_INPUT_NOT_TEXT);
    cr_expect_null(password.data);
}

/* Somebody at the terminal: answers each prompt, which comes through a pipe. */
struct typist {
    int terminal;
    int prompts;
    const char *answers[2];
};

static void *type_answers(void *argument) {
    const struct typist *typist = argument;
    for (int i = 0; i < 2; i++) {
        char byte = 0;
        while (byte != ':' && read(typist->prompts, &byte, 1) == 1) {
        }
        size_t len = strlen(typist->answers[i]);
        CHECK(write(typist->terminal, typist->answers[i], len) == (ssize_t)len);
    }
    return NULL;
}

static enum password_input_result read_typed(const char *first, const char *second, char *echo,
                                             size_t echo_size, struct credential *password) {
    struct typist typist = {.answers = {first, second}};
    int terminal;
    int ends[2];
    cr_assert_eq(openpty(&typist.terminal, &terminal, NULL, NULL, NULL), 0);
    cr_assert_eq(pipe(ends), 0);
    typist.prompts = ends[0];
    FILE *prompts = fdopen(ends[1], "w");
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, type_answers, &typist), 0);
    enum password_input_result result = password_input_read(terminal, prompts, password);
    fclose(prompts);
    pthread_join(thread, NULL);
    struct termios after;
    cr_assert_eq(tcgetattr(terminal, &after), 0);
    cr_expect(after.c_lflag & ECHO, "the echo is back on");
    /* With the echo on this is shown, so that the read below has something to wait for. */
    cr_assert_eq(write(typist.terminal, "!", 1), 1);
    ssize_t got = read(typist.terminal, echo, echo_size - 1);
    echo[got > 0 ? got : 0] = '\0';
    close(typist.terminal);
    close(terminal);
    close(ends[0]);
    return result;
}

Test(command, a_typed_password_is_asked_twice_and_never_shown) {
    struct credential password;
    char echo[256];
    cr_assert(credential_init());
    cr_assert_eq(read_typed("hunter2\n", "hunter2\n", echo, sizeof(echo), &password),
                 PASSWORD_INPUT_OK);
    cr_expect_str_eq(password.data, "hunter2");
    cr_expect_null(strstr(echo, "hunter2"), "%s", echo);
    cr_expect_not_null(strstr(echo, "!"));
    credential_free(&password);
    cr_expect_eq(read_typed("hunter2\n", "hunter3\n", echo, sizeof(echo), &password),
                 PASSWORD_INPUT_DIFFERENT);
    cr_expect_null(password.data);
}

Test(command, passwd_prints_the_hash_of_what_it_read) {
    cr_assert(credential_init());
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], "s3cret pw\n", 10), 10);
    close(ends[1]);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    struct outcome outcome = run("passwd");
    cr_assert_eq(outcome.code, COMMAND_FINE, "%s", outcome.err);
    char hash[CREDENTIAL_HASH_BYTES] = {0};
    cr_assert_eq(outcome.out[strlen(outcome.out) - 1], '\n');
    memcpy(hash, outcome.out, strlen(outcome.out) - 1);
    cr_expect(credential_verify(hash, BYTES("s3cret pw")));
    cr_expect(!credential_verify(hash, BYTES("s3cret")));
    cr_expect_null(strstr(outcome.out, "s3cret"));
    free(outcome.out);
    free(outcome.err);
}
