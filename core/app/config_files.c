#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/config_loader.h"
#include "core/app/credential.h"
#include "core/app/nearest.h"
#include "core/app/zone_file.h"

static void complain_credential(struct config_loader *loader, const char *const *path,
                                enum credential_result result) {
    if (result != CREDENTIAL_OK) {
        config_complain(loader, CONFIG_CODE_NAMED_FILE, config_node_of(loader, path, sizeof(*path)),
                        credential_advice(result), "%s", credential_what(result));
    }
}

static void check_secret(struct config_loader *loader, const char *const *path) {
    if ((*path)[0] == '\0') {
        return;
    }
    struct credential credential;
    complain_credential(loader, path, credential_read(&credential, *path));
    credential_free(&credential);
}

static void check_hash(struct config_loader *loader, const char *const *path) {
    if ((*path)[0] == '\0') {
        return;
    }
    char hash[CREDENTIAL_HASH_BYTES];
    complain_credential(loader, path, credential_read_hash(hash, *path));
}

/* Why a file could not be written, or NULL. */
static const char *why_not_writable(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0) {
        if (!S_ISREG(status.st_mode)) {
            return "this is not a regular file";
        }
        return access(path, W_OK) == 0 ? NULL : "this file cannot be written by this user";
    }
    if (errno != ENOENT) {
        return "this path cannot be reached by this user";
    }
    const char *slash = strrchr(path, '/');
    char folder[2048] = ".";
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (slash != NULL && len + 2 < sizeof(folder)) {
        memcpy(folder, path, len + 1);
        folder[len + 1] = '\0';
    }
    return access(folder, W_OK | X_OK) == 0 ? NULL : "its folder is not there, or not writable";
}

static void check_writable(struct config_loader *loader, const char *const *path) {
    const char *why = (*path)[0] != '\0' ? why_not_writable(*path) : NULL;
    if (why != NULL) {
        config_complain(loader, CONFIG_CODE_NAMED_FILE, config_node_of(loader, path, sizeof(*path)),
                        "create the folder, or give it to the user that runs tercel", "%s", why);
    }
}

static void check_zone(struct config_loader *loader, const char *const *name) {
    static struct fix_zone zone; /* large, and of no further use */
    const char *why = (*name)[0] != '\0' ? zone_file_read(ZONE_FILE_FOLDER, *name, &zone) : NULL;
    if (why == NULL) {
        return;
    }
    char near[CONFIG_ZONE_MAX + 1];
    char advice[160];
    char shown[CONFIG_SHOWN_MAX];
    const struct config_node *node = config_node_of(loader, name, sizeof(*name));
    struct nearest nearest = nearest_begin(bytes_of_string(*name));
    if (zone_file_nearest(ZONE_FILE_FOLDER, *name, near, sizeof(near))) {
        (void)nearest_offer(&nearest, near);
    }
    nearest_advise(&nearest,
                   "an IANA name; the zones of this host are in " ZONE_FILE_FOLDER
                   " (package tzdata)",
                   advice, sizeof(advice));
    config_complain(loader, CONFIG_CODE_NAMED_FILE, node, advice, "%s%s", why,
                    config_show(node, shown));
}

void config_check_files(struct config_loader *loader) {
    struct config *config = loader->config;
    for (uint32_t i = 0; i < config->client_count; i++) {
        check_hash(loader, &config->clients[i].password_file);
        check_zone(loader, &config->clients[i].schedule.zone);
    }
    for (uint32_t i = 0; i < config->venue_count; i++) {
        check_secret(loader, &config->venues[i].api_key_file);
        check_secret(loader, &config->venues[i].api_secret_file);
    }
    check_writable(loader, &config->ledger_file);
    check_writable(loader, &config->trace.file);
}
