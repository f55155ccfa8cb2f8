#include "core/app/signer.h"

static void answer_one(struct signer *signer, const struct question *question,
                       struct answer *answer) {
    answer->kind = QUESTION_SIGN;
    answer->session = question->session;
    answer->epoch = question->epoch;
    answer->ok = false;
    answer->text_len = 0;
    if (question->session >= signer->count || question->text_len == 0) {
        return;
    }
    const struct credential *secret = &signer->secrets[question->session];
    size_t len = signer->dialects[question->session]->sign(
        bytes_of(secret->data, secret->len), bytes_of(question->text, question->text_len),
        answer->text);
    answer->text_len = (uint32_t)len;
    answer->ok = len != 0;
}

bool signer_step(void *context) {
    struct signer *signer = context;
    bool worked = false;
    const struct question *question;
    while ((question = spsc_peek(signer->questions)) != NULL) {
        struct answer *answer = spsc_reserve(signer->answers);
        if (answer == NULL) {
            break;
        }
        answer_one(signer, question, answer);
        spsc_publish(signer->answers);
        spsc_release(signer->questions);
        worked = true;
    }
    if (worked) {
        signer->wake(signer->wake_context);
    }
    return worked;
}
