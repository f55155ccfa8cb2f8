/*
 * A worker makes one system call a turn: io_uring_enter. Proven by a seccomp filter that kills the
 * process at any other, while a child process goes through everything streams do.
 */
#include <criterion/criterion.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "core/base/test_death.h"
#include "core/base/test_sanitized.h"
#include "net/uring/uring_test_fixture.h"

#define ALLOW(number)                                                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                                           \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* exit_group is how the child ends; write and the rest of a failed assertion are not needed. */
static void allow_only_enter(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_io_uring_enter),
        ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* Without Criterion: an assertion would need system calls. */
static struct uring_stack *stack;
static struct now now;
static uint64_t turns_made;

static void turn(int64_t wait_ns) {
    now.mono.ns += NS_PER_US;
    uring_stack_turn(stack, now, wait_ns);
    turns_made++;
}

static void require(bool condition, int code) {
    if (!condition) {
        _exit(code);
    }
}

static void exchange(struct stream *from, struct stream *to) {
    struct stream_room room;
    require(stream_reserve(from, 100, &room) == STREAM_OK, 10);
    memset(room.data, 'x', 100);
    stream_commit(from, 100, STREAM_RELEASE_NOW, STREAM_PLAIN);
    for (int i = 0; i < 1000 && stream_peek(to, 100).len < 100; i++) {
        turn(i % 2 == 0 ? 0 : 100 * NS_PER_US);
    }
    require(stream_peek(to, 0).len == 100, 11);
    stream_consume(to, 100, STREAM_PLAIN);
}

static void live(bool orderly) {
    struct stream_stack *streams = uring_stack_streams(stack);
    struct stream *a = stream_dial(streams, 0);
    struct stream *b = NULL;
    require(a != NULL, 12);
    for (int i = 0; i < 1000 && b == NULL; i++) {
        turn(0);
        b = stream_accept(streams, 0);
    }
    require(b != NULL, 13);
    for (int i = 0; i < 20; i++) {
        exchange(a, b);
        exchange(b, a);
    }
    if (orderly) {
        stream_finish(a);
        stream_finish(b);
    } else {
        stream_abort(a);
    }
    for (int i = 0; i < 1000 && stream_state(b) != STREAM_CLOSED; i++) {
        turn(100 * NS_PER_US);
    }
    require(stream_state(b) == STREAM_CLOSED, 14);
    stream_discard(streams, a);
    stream_discard(streams, b);
    for (int i = 0; i < 10; i++) {
        turn(0);
    }
}

static void live_under_the_filter(void *argument) {
    (void)argument;
    struct uring_fixture *fixture = uring_fixture_make(&uring_fixture_limits);
    stack = fixture->stack;
    allow_only_enter();
    live(true);
    live(false);
    require(uring_stack_counters(stack).turns == turns_made, 15);
    _exit(0);
}

/* The sanitizers' own run-time makes calls, and not only ours are instrumented. */
Test(uring_syscall, a_worker_only_enters_the_ring) {
    if (TEST_SANITIZED) {
        cr_skip("a sanitizer makes system calls");
    }
    struct death death = death_of(live_under_the_filter, NULL);
    cr_assert_eq(death.signal, 0, "killed: another system call was made (signal %d) %s",
                 death.signal, death.text);
    cr_assert_eq(death.exit_code, 0, "step %d failed", death.exit_code);
}

static void refill_under_the_filter(void *argument) {
    (void)argument;
    struct uring_fixture *fixture = uring_fixture_make(&uring_fixture_limits);
    stream_dial(uring_stack_streams(fixture->stack), 0);
    allow_only_enter();
    uring_stack_refill(fixture->stack);
    _exit(0);
}

Test(uring_syscall, the_filter_bites) {
    struct death death = death_of(refill_under_the_filter, NULL);
    cr_assert_eq(death.signal, SIGSYS);
}
