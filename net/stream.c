#include "net/stream.h"

/* One past the last name, or a hole, is our bug: no value comes from a peer. */
#define NAME_OF(names, value)                                                                      \
    do {                                                                                           \
        CHECK((size_t)(value) < sizeof(names) / sizeof((names)[0]));                               \
        return (names)[(value)];                                                                   \
    } while (0)

const char *stream_state_name(enum stream_state state) {
    static const char *const names[] = {
        [STREAM_CONNECTING] = "connecting",
        [STREAM_OPEN] = "open",
        [STREAM_PEER_FINISHED] = "peer finished",
        [STREAM_CLOSED] = "closed",
    };
    NAME_OF(names, state);
}

const char *stream_close_reason_name(enum stream_close_reason reason) {
    static const char *const names[] = {
        [STREAM_CLOSE_NONE] = "none",
        [STREAM_CLOSE_FINISHED] = "finished",
        [STREAM_CLOSE_RESET] = "reset",
        [STREAM_CLOSE_REFUSED] = "refused",
        [STREAM_CLOSE_UNREACHABLE] = "unreachable",
        [STREAM_CLOSE_TIMED_OUT] = "timed out",
        [STREAM_CLOSE_ABORTED] = "aborted",
        [STREAM_CLOSE_FAULT] = "fault",
    };
    NAME_OF(names, reason);
}

const char *stream_result_name(enum stream_result result) {
    static const char *const names[] = {
        [STREAM_OK] = "ok",
        [STREAM_AGAIN_WINDOW] = "window",
        [STREAM_AGAIN_RING] = "ring",
        [STREAM_AGAIN_POOL] = "pool",
        [STREAM_AGAIN_UNRESOLVED] = "unresolved",
        [STREAM_AGAIN_HOLD] = "hold",
        [STREAM_TOO_LONG] = "too long",
        [STREAM_GONE] = "gone",
    };
    NAME_OF(names, result);
}
