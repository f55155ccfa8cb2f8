/*
 * The two threads that answer questions, stepped by hand: which answer goes with which question,
 * and that a password does not outlive its check.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/password_checker.h"
#include "core/app/signer.h"

static struct spsc *ring(uint32_t cell_bytes) {
    struct spsc_limits limits = {.cells = 4, .cell_bytes = cell_bytes};
    void *memory = aligned_alloc(64, spsc_footprint(limits));
    cr_assert_not_null(memory);
    return spsc_init(memory, limits);
}

static int wakes;

static void count_wake(void *context) {
    (void)context;
    wakes++;
}

static size_t sign_by_reversing(struct bytes secret, struct bytes payload, char *out) {
    cr_assert(bytes_equal(secret, BYTES("KEY")));
    for (size_t i = 0; i < payload.len; i++) {
        out[i] = payload.data[payload.len - 1 - i];
    }
    return payload.len;
}

static void ask(struct spsc *questions, enum question_kind kind, uint32_t session, uint32_t epoch,
                const char *text) {
    struct question *question = spsc_reserve(questions);
    cr_assert_not_null(question);
    question->kind = kind;
    question->session = session;
    question->epoch = epoch;
    question->text_len = (uint32_t)strlen(text);
    memcpy(question->text, text, strlen(text));
    spsc_publish(questions);
}

Test(signer, answers_carry_session_and_epoch) {
    static const struct fix_dialect dialect = {.name = "test", .sign = sign_by_reversing};
    static char secret[] = "KEY";
    static struct signer signer;
    signer = (struct signer){.questions = ring(sizeof(struct question)),
                             .answers = ring(sizeof(struct answer)),
                             .wake = count_wake,
                             .count = 1,
                             .secrets = {{.data = secret, .len = 3}},
                             .dialects = {&dialect}};
    cr_assert_not(signer_step(&signer));
    ask(signer.questions, QUESTION_SIGN, 0, 9, "abc");
    ask(signer.questions, QUESTION_SIGN, 1, 9, "no such session");
    ask(signer.questions, QUESTION_SIGN, 0, 10, "");
    cr_assert(signer_step(&signer));
    const struct answer *answer = spsc_peek(signer.answers);
    cr_assert(answer->ok && answer->session == 0 && answer->epoch == 9 && answer->text_len == 3);
    cr_assert_eq(memcmp(answer->text, "cba", 3), 0);
    spsc_release(signer.answers);
    answer = spsc_peek(signer.answers);
    cr_assert(!answer->ok && answer->session == 1);
    spsc_release(signer.answers);
    answer = spsc_peek(signer.answers);
    cr_assert(!answer->ok && answer->epoch == 10);
    cr_assert_eq(wakes, 1);
}

Test(password_checker, verdicts_and_wiping) {
    cr_assert(credential_init());
    static struct password_checker checker;
    checker = (struct password_checker){.questions = ring(sizeof(struct question)),
                                        .answers = ring(sizeof(struct answer)),
                                        .wake = count_wake,
                                        .count = 1};
    cr_assert(credential_hash(BYTES("canary-password"), checker.hashes[0]));
    static const struct {
        const char *password;
        uint32_t session;
        bool ok;
    } table[] = {{"canary-password", 0, true},
                 {"canary-passworD", 0, false},
                 {"", 0, false},
                 {"canary-password", 1, false}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ask(checker.questions, QUESTION_PASSWORD, table[i].session, 5, table[i].password);
        const struct question *cell = spsc_peek(checker.questions);
        cr_assert(password_checker_step(&checker));
        cr_assert_null(memmem(cell->text, sizeof(cell->text), "canary", 6));
        const struct answer *answer = spsc_peek(checker.answers);
        cr_assert_eq(answer->ok, table[i].ok, "case %zu", i);
        cr_assert_eq(answer->epoch, 5);
        spsc_release(checker.answers);
    }
}
