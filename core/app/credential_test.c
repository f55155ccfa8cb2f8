#include "core/app/credential.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tercel-credential-XXXXXX";
static char path[64];

static void set_up(void) {
    cr_assert(credential_init());
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/secret", folder);
}

static void tear_down(void) {
    unlink(path);
    rmdir(folder);
}

TestSuite(credential, .init = set_up, .fini = tear_down);

static void write_file(const char *data, size_t len, mode_t mode) {
    unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert(file >= 0);
    cr_assert_eq(write(file, data, len), (ssize_t)len);
    cr_assert_eq(fchmod(file, mode), 0);
    close(file);
}

static enum credential_result read_result(void) {
    struct credential credential;
    enum credential_result result = credential_read(&credential, path);
    cr_expect_eq(credential.data != NULL, result == CREDENTIAL_OK);
    credential_free(&credential);
    cr_expect_null(credential.data);
    return result;
}

struct content_case {
    const char *content;
    const char *secret;
};

Test(credential, one_newline_at_the_end_is_not_part_of_it) {
    static const struct content_case cases[] = {
        {"s3cret", "s3cret"}, {"s3cret\n", "s3cret"}, {"s3cret\r\n", "s3cret"}, {" a b ", " a b "},
        {"x", "x"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(cases[i].content, strlen(cases[i].content), 0600);
        struct credential credential;
        cr_assert_eq(credential_read(&credential, path), CREDENTIAL_OK);
        cr_expect_str_eq(credential.data, cases[i].secret);
        cr_expect_eq(credential.len, strlen(cases[i].secret));
        credential_free(&credential);
    }
}

Test(credential, content_that_is_no_secret) {
    static const struct {
        const char *content;
        size_t len;
        enum credential_result result;
    } cases[] = {
        {"", 0, CREDENTIAL_EMPTY},         {"\n", 1, CREDENTIAL_EMPTY},
        {"\r\n", 2, CREDENTIAL_EMPTY},     {"a\nb", 3, CREDENTIAL_NOT_TEXT},
        {"a\n\n", 3, CREDENTIAL_NOT_TEXT}, {"a\0b", 3, CREDENTIAL_NOT_TEXT},
        {"a\x01", 2, CREDENTIAL_NOT_TEXT}, {"\xc3\xa9", 2, CREDENTIAL_NOT_TEXT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(cases[i].content, cases[i].len, 0600);
        cr_expect_eq(read_result(), cases[i].result, "case %zu", i);
    }
}

Test(credential, the_length_has_a_limit) {
    char content[2 * CREDENTIAL_BYTES_MAX];
    memset(content, 'k', sizeof(content));
    content[CREDENTIAL_BYTES_MAX] = '\n';
    write_file(content, CREDENTIAL_BYTES_MAX, 0600);
    cr_expect_eq(read_result(), CREDENTIAL_OK);
    write_file(content, CREDENTIAL_BYTES_MAX + 1, 0600);
    cr_expect_eq(read_result(), CREDENTIAL_OK, "the newline does not count");
    content[CREDENTIAL_BYTES_MAX] = 'k';
    write_file(content, CREDENTIAL_BYTES_MAX + 1, 0600);
    cr_expect_eq(read_result(), CREDENTIAL_TOO_LONG);
    write_file(content, sizeof(content), 0600);
    cr_expect_eq(read_result(), CREDENTIAL_TOO_LONG);
}

Test(credential, only_its_owner_may_read_and_write_it) {
    static const mode_t good[] = {0600, 0400};
    static const mode_t bad[] = {0640, 0620, 0610, 0604, 0602, 0601, 0700,
                                 0500, 0644, 0666, 0440, 0444, 04600};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        write_file("x", 1, good[i]);
        cr_expect_eq(read_result(), CREDENTIAL_OK, "%04o", good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        write_file("x", 1, bad[i]);
        cr_expect_eq(read_result(), CREDENTIAL_MODE, "%04o", bad[i]);
    }
}

Test(credential, another_users_file_is_refused) {
    if (geteuid() != 0) {
        cr_skip_test("only root can give a file away");
    }
    write_file("x", 1, 0600);
    cr_assert_eq(chown(path, 12345, (gid_t)-1), 0);
    cr_expect_eq(read_result(), CREDENTIAL_OWNER);
}

Test(credential, what_is_no_file) {
    cr_expect_eq(read_result(), CREDENTIAL_MISSING);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(read_result(), CREDENTIAL_NOT_A_FILE, "and it did not wait for a writer");
    unlink(path);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_expect_eq(read_result(), CREDENTIAL_NOT_A_FILE);
    rmdir(path);
}

Test(credential, a_link_is_followed_to_a_file_under_the_same_rules) {
    char target[80];
    snprintf(target, sizeof(target), "%s.target", path);
    write_file("x", 1, 0600);
    cr_assert_eq(rename(path, target), 0);
    cr_assert_eq(symlink(target, path), 0);
    cr_expect_eq(read_result(), CREDENTIAL_OK);
    cr_assert_eq(chmod(target, 0644), 0);
    cr_expect_eq(read_result(), CREDENTIAL_MODE);
    unlink(target);
    cr_expect_eq(read_result(), CREDENTIAL_MISSING);
}

Test(credential, a_password_is_verified_against_its_hash_only) {
    char hash[CREDENTIAL_HASH_BYTES];
    cr_assert(credential_hash(BYTES("correct horse"), hash));
    cr_expect_eq(strncmp(hash, "$argon2id$v=19$", 15), 0);
    cr_expect(credential_verify(hash, BYTES("correct horse")));
    cr_expect(!credential_verify(hash, BYTES("correct horsE")));
    cr_expect(!credential_verify(hash, BYTES("correct horse ")));
    cr_expect(!credential_verify(hash, BYTES("")));
    cr_expect(!credential_verify("", BYTES("correct horse")));
    cr_expect(!credential_verify("correct horse", BYTES("correct horse")));
}

Test(credential, a_hash_made_elsewhere_is_understood) {
    /* From the test suite of libsodium (pwhash_argon2id). */
    static const char hash[] =
        "$argon2id$v=19$m=256,t=3,p=1$MDEyMzQ1Njc$G5ajKFCoUzaXRLdz7UJb5wGkb2Xt+X5/GQjUYtS2+TE";
    cr_expect(credential_verify(hash, BYTES("password")));
    cr_expect(!credential_verify(hash, BYTES("passwore")));
}

Test(credential, a_hash_file_holds_what_was_made_of_the_password) {
    char made[CREDENTIAL_HASH_BYTES];
    char hash[CREDENTIAL_HASH_BYTES];
    cr_assert(credential_hash(BYTES("pw"), made));
    write_file(made, strlen(made), 0600);
    cr_assert_eq(credential_read_hash(hash, path), CREDENTIAL_OK);
    cr_expect_str_eq(hash, made);
    cr_expect(credential_verify(hash, BYTES("pw")));
    static const char *const bad[] = {"pw", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$YWFh$YWFh",
                                      "$6$salt$hash", "$argon2id$v=19$m=65536,t=2,p=1$$"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        write_file(bad[i], strlen(bad[i]), 0600);
        cr_expect_eq(credential_read_hash(hash, path), CREDENTIAL_NOT_A_HASH, "%s", bad[i]);
        cr_expect_str_empty(hash);
    }
}

Test(credential, every_outcome_has_words) {
    for (int result = CREDENTIAL_OK; result <= CREDENTIAL_NOT_LOCKED; result++) {
        cr_expect_neq(strlen(credential_what((enum credential_result)result)), 0);
        cr_expect_neq(strlen(credential_advice((enum credential_result)result)), 0);
    }
}
