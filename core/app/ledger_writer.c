#include "core/app/ledger_writer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char header[] =
    "client_session,cl_ord_id,symbol,venue,venue_cl_ord_id,venue_order_id,side,qty,price,"
    "final_status,cum_qty,avg_px,leaves_qty,fills,fill_notional,rejected_by,reject_code\n";

bool ledger_writer_open(struct ledger_writer *writer, const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    struct stat status;
    writer->file = fstat(fd, &status) == 0 ? fdopen(fd, "a") : NULL;
    if (writer->file == NULL) {
        (void)close(fd);
        return false;
    }
    atomic_init(&writer->failed, false);
    return status.st_size != 0 || (fputs(header, writer->file) >= 0 && fflush(writer->file) == 0);
}

static void note_errors(struct ledger_writer *writer) {
    if (ferror(writer->file) != 0) {
        atomic_store_explicit(&writer->failed, true, memory_order_relaxed);
    }
}

bool ledger_writer_has_failed(const struct ledger_writer *writer) {
    return atomic_load_explicit(&writer->failed, memory_order_relaxed);
}

bool ledger_writer_step(void *context) {
    struct ledger_writer *writer = context;
    const struct ledger_record *record = spsc_peek(writer->records);
    if (record == NULL) {
        if (writer->dirty) {
            (void)fflush(writer->file);
            note_errors(writer);
        }
        writer->dirty = false;
        return false;
    }
    ledger_write_row(writer->file, writer->directory, record);
    spsc_release(writer->records);
    writer->dirty = true;
    return true;
}

bool ledger_writer_close(struct ledger_writer *writer) {
    if (writer->file == NULL) {
        return true;
    }
    bool written = ferror(writer->file) == 0;
    written = fclose(writer->file) == 0 && written;
    writer->file = NULL;
    return written && !ledger_writer_has_failed(writer);
}
