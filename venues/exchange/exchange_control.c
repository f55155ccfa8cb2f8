#include "venues/exchange/exchange_control.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool exchange_control_open(struct exchange_control *control, const char *name) {
    struct stat about;
    *control = (struct exchange_control){.fd = -1};
    if (stat(name, &about) != 0) {
        return false;
    }
    /* A FIFO that is open for writing here, too, never ends when its writer goes. */
    int access = S_ISFIFO(about.st_mode) ? O_RDWR : O_RDONLY;
    control->fd = open(name, access | O_NONBLOCK | O_CLOEXEC);
    return control->fd >= 0;
}

static bool take_line(struct exchange_control *control, struct bytes *line) {
    const char *end = memchr(control->buffer, '\n', control->len);
    bool cut = end == NULL && control->len == sizeof(control->buffer);
    if (end == NULL && !cut) {
        return false;
    }
    size_t len = cut ? control->len - 1 : (size_t)(end - control->buffer);
    memcpy(control->line, control->buffer, len);
    control->len -= len + 1;
    memmove(control->buffer, control->buffer + len + 1, control->len);
    *line = bytes_of(control->line, len);
    return true;
}

bool exchange_control_next(struct exchange_control *control, struct bytes *line) {
    if (take_line(control, line)) {
        return true;
    }
    if (control->fd < 0) {
        return false;
    }
    ssize_t got =
        read(control->fd, control->buffer + control->len, sizeof(control->buffer) - control->len);
    if (got <= 0) {
        return false;
    }
    control->len += (size_t)got;
    return take_line(control, line);
}

void exchange_control_close(struct exchange_control *control) {
    if (control->fd >= 0) {
        close(control->fd);
        control->fd = -1;
    }
}
