/*
 * Stands in for libgit2 in test programs, where it is three quarters of what a test costs.
 *
 * Criterion runs every test in a process of its own, and each of them loads libgit2, which loads a
 * dozen libraries more and readies its cryptography. All that Criterion wants of it are the diffs
 * that <criterion/new/assert.h> shows of values that are not equal; <criterion/criterion.h> shows
 * both values. Who has use for diffs runs the program without LD_LIBRARY_PATH.
 */
#include <stdio.h>
#include <stdlib.h>

int git_libgit2_init(void);
int git_libgit2_shutdown(void);
int git_diff_buffers(void);

/* Both return how often it was initialised. */
int git_libgit2_init(void) {
    return 1;
}

int git_libgit2_shutdown(void) {
    return 0;
}

/* Criterion does not take no for an answer. */
int git_diff_buffers(void) {
    (void)fputs("values are not equal, and for a diff scripts/criterion/git2.c is in the way\n",
                stderr);
    abort();
}
