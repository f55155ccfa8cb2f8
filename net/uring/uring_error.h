/* Why the transport could not start: one sentence for the operator. Cold. */
#ifndef TERCEL_NET_URING_URING_ERROR_H
#define TERCEL_NET_URING_URING_ERROR_H

#define URING_ERROR_TEXT_MAX 255

struct uring_error {
    char text[URING_ERROR_TEXT_MAX + 1];
};

void uring_error_set(struct uring_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

#endif
