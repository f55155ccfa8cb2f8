#include "core/app/zone_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/nearest.h"

#define PATH_BYTES 512

const char *zone_file_read(const char *folder, const char *name, struct fix_zone *zone) {
    if (strcmp(name, "UTC") == 0) {
        *zone = (struct fix_zone){0};
        return NULL;
    }
    char path[PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *stream = len < (int)sizeof(path) ? fopen(path, "rbe") : NULL;
    if (stream == NULL) {
        return errno == EACCES ? "this zone's file cannot be read by this user" : "no such zone";
    }
    /* One more than is taken, so that a longer file shows. */
    char *text = malloc(FIX_ZONE_FILE_BYTES_MAX + 1);
    CHECK(text != NULL);
    size_t got = fread(text, 1, FIX_ZONE_FILE_BYTES_MAX + 1, stream);
    const char *why = NULL;
    if (ferror(stream)) {
        why = "names no zone, but a folder or what cannot be read"; /* EISDIR, as a rule */
    } else if (got > FIX_ZONE_FILE_BYTES_MAX) {
        why = "is too large a file for a zone";
    } else {
        enum fix_zone_result result = fix_zone_parse(bytes_of(text, got), zone);
        why = result == FIX_ZONE_OK ? NULL : fix_zone_result_text(result);
    }
    fclose(stream);
    free(text);
    return why;
}

/* The name that a line of tzdata.zi defines ("Z NAME ...", "L TARGET NAME"), or NULL. */
static char *name_on(char *line) {
    if ((line[0] != 'Z' && line[0] != 'L') || line[1] != ' ') {
        return NULL;
    }
    char *rest = line;
    (void)strsep(&rest, " ");
    char *name = strsep(&rest, " \n");
    return line[0] == 'Z' ? name : strsep(&rest, " \n");
}

bool zone_file_nearest(const char *folder, const char *name, char *out, size_t bytes) {
    char path[PATH_BYTES];
    int len = snprintf(path, sizeof(path), "%s/tzdata.zi", folder);
    FILE *stream = len < (int)sizeof(path) ? fopen(path, "re") : NULL;
    if (stream == NULL) {
        return false;
    }
    struct nearest nearest = nearest_begin(bytes_of_string(name));
    char line[256];
    while (fgets(line, sizeof(line), stream) != NULL) {
        const char *offered = name_on(line);
        if (offered != NULL && nearest_offer(&nearest, offered)) {
            (void)snprintf(out, bytes, "%s", offered);
        }
    }
    fclose(stream);
    return nearest.best != NULL;
}
