#include "core/app/notice_log.h"

#include <time.h>

static struct bytes session_name(const struct directory *directory, const struct notice *notice) {
    switch (notice->kind) {
    case NOTICE_CLIENT_UP:
    case NOTICE_CLIENT_DOWN:
    case NOTICE_CLIENT_REJECTED:
    case NOTICE_CLIENT_SLOW:
    case NOTICE_REPORTS_UNSENT:
    case NOTICE_REPORTS_LOST:
    case NOTICE_CANCEL_ON_DISCONNECT:
        return directory->clients[notice->session].name;
    case NOTICE_CLIENT_REFUSED:
    case NOTICE_CLOCK:
    case NOTICE_LINK:
    case NOTICE_STOPPING:
    case NOTICE_STOPPED:
        return BYTES("-");
    default:
        return directory->venues[notice->session].name;
    }
}

void notice_log_print(const struct directory *directory, const struct notice *notice, FILE *file) {
    time_t seconds = notice->at.ns / NS_PER_S;
    struct tm utc;
    char when[32];
    struct bytes name = session_name(directory, notice);
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
    (void)fprintf(file, "%s.%06lldZ %s %.*s", when,
                  (long long)(notice->at.ns % NS_PER_S / NS_PER_US), notice_kind_name(notice->kind),
                  (int)name.len, name.data);
    if (notice->number != 0) {
        (void)fprintf(file, " #%llu", (unsigned long long)notice->number);
    }
    (void)fprintf(file, "%s%s\n", notice->text[0] != '\0' ? ": " : "", notice->text);
}

bool notice_log_step(void *context) {
    struct notice_log *log = context;
    struct spsc *from = log->admin_notices;
    const struct notice *notice = spsc_peek(from);
    if (notice == NULL) {
        from = log->notices;
        notice = spsc_peek(from);
    }
    if (notice == NULL) {
        if (log->dirty) {
            (void)fflush(log->file);
        }
        log->dirty = false;
        return false;
    }
    notice_log_print(log->directory, notice, log->file);
    spsc_release(from);
    log->dirty = true;
    return true;
}
