#include "core/app/password_checker.h"

#include <string.h>

/* The password's cell is ours until it is released: it is copied out, used and wiped in both
 * places. */
static bool verify(const struct password_checker *checker, struct question *question) {
    char password[QUESTION_TEXT_MAX];
    size_t len = question->text_len;
    memcpy(password, question->text, len);
    explicit_bzero(question->text, sizeof(question->text));
    bool ok = question->session < checker->count && len != 0 &&
              credential_verify(checker->hashes[question->session], bytes_of(password, len));
    explicit_bzero(password, sizeof(password));
    return ok;
}

bool password_checker_step(void *context) {
    struct password_checker *checker = context;
    struct question *question = spsc_peek(checker->questions);
    struct answer *answer = question == NULL ? NULL : spsc_reserve(checker->answers);
    if (answer == NULL) {
        return false;
    }
    answer->kind = QUESTION_PASSWORD;
    answer->session = question->session;
    answer->epoch = question->epoch;
    answer->text_len = 0;
    answer->ok = verify(checker, question);
    spsc_publish(checker->answers);
    spsc_release(checker->questions);
    checker->wake(checker->wake_context);
    return true;
}
