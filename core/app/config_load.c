#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/config_loader.h"

void config_host_read(struct config_host *host) {
    memset(host, 0, sizeof(*host));
    host->look_at_files = true;
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    host->memory_bytes = pages > 0 && page_bytes > 0 ? (uint64_t)pages * (uint64_t)page_bytes : 0;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    /* Fails only on hosts with more cores than a cpu_set_t has: then every number is believed. */
    bool known = sched_getaffinity(0, sizeof(cores), &cores) == 0;
    for (size_t core = 0; core < CONFIG_CORES_MAX; core++) {
        host->cores[core] = !known || (core < CPU_SETSIZE && CPU_ISSET(core, &cores));
    }
}

/* A string that is optional and absent is empty, and one that was refused too: never NULL. */
static void fill_empty_strings(struct config *config) {
    config->instance.name = "";
    config->ledger_file = "";
    config->trace.file = "";
    for (size_t i = 0; i < CONFIG_LISTENERS_MAX; i++) {
        config->listeners[i].name = "";
        config->listeners[i].endpoint.text = "";
    }
    for (size_t i = 0; i < CONFIG_CLIENTS_MAX; i++) {
        struct config_client *client = &config->clients[i];
        client->name = client->sender_comp_id = client->target_comp_id = "";
        client->password_file = "";
        client->schedule.zone = "";
    }
    for (size_t i = 0; i < CONFIG_VENUES_MAX; i++) {
        struct config_venue *venue = &config->venues[i];
        venue->name = venue->sender_comp_id = venue->target_comp_id = "";
        venue->api_key_file = venue->api_secret_file = "";
        venue->endpoint.text = "";
    }
    for (size_t i = 0; i < CONFIG_PORTS_MAX; i++) {
        config->ports[i].name = config->ports[i].device = "";
    }
    for (size_t i = 0; i < CONFIG_ACCOUNTS_MAX; i++) {
        config->accounts[i] = "";
    }
    for (size_t i = 0; i < CONFIG_INSTRUMENTS_MAX; i++) {
        struct config_instrument *instrument = &config->instruments[i];
        instrument->symbol = "";
        for (size_t j = 0; j < CONFIG_VENUES_MAX; j++) {
            instrument->venues[j].symbol = "";
            instrument->venues[j].venue = UINT16_MAX;
        }
    }
}

static struct config *new_config(void) {
    struct config *config = calloc(1, sizeof(*config));
    CHECK(config != NULL);
    config->pool = config_pool_new();
    fill_empty_strings(config);
    return config;
}

void config_free(struct config *config) {
    if (config != NULL) {
        config_pool_free(config->pool);
        free(config);
    }
}

/* The file's name up to its last '/', kept by the config; "" for the working directory. */
static const char *folder_of(struct config *config, const char *name) {
    const char *slash = strrchr(name, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - name) + 1;
    return config_pool_string(config->pool, bytes_of(name, len));
}

static bool complain_tree(struct config_loader *loader, enum config_tree_result result) {
    const struct config_tree *tree = &loader->tree;
    char text[160];
    switch (result) {
    case CONFIG_TREE_OK:
        return true;
    case CONFIG_TREE_EMPTY:
        config_complain_at(loader, CONFIG_CODE_MISSING, tree->refused_at,
                           "`tercel config reference` prints one to start from",
                           "there is nothing in this file");
        break;
    case CONFIG_TREE_SYNTAX:
        snprintf(text, sizeof(text), "cannot be read as YAML (cause: %s)", tree->cause);
        config_complain_at(loader, CONFIG_CODE_SYNTAX, tree->refused_at,
                           "look here and just above: indentation, ':', quotes, brackets", text);
        break;
    case CONFIG_TREE_UNSUPPORTED:
        snprintf(text, sizeof(text), "%s is not taken here", tree->cause);
        config_complain_at(loader, CONFIG_CODE_UNSUPPORTED, tree->refused_at,
                           "write the value out, in one document; quote a text that starts so",
                           text);
        break;
    case CONFIG_TREE_KEY:
        config_complain_at(loader, CONFIG_CODE_SHAPE, tree->refused_at, "a key is one word",
                           tree->cause);
        break;
    case CONFIG_TREE_DEEP:
        snprintf(text, sizeof(text), "nested deeper than %d levels", CONFIG_DEPTH_MAX);
        config_complain_at(loader, CONFIG_CODE_LARGE, tree->refused_at, "no section is that deep",
                           text);
        break;
    case CONFIG_TREE_WIDE:
        snprintf(text, sizeof(text), "more than %d keys in one section", CONFIG_MAP_KEYS_MAX);
        config_complain_at(loader, CONFIG_CODE_LARGE, tree->refused_at, "no section has that many",
                           text);
        break;
    case CONFIG_TREE_LARGE:
        snprintf(text, sizeof(text), "more than %d values", CONFIG_NODES_MAX);
        config_complain_at(loader, CONFIG_CODE_LARGE, tree->refused_at,
                           "split the instance into shards", text);
        break;
    }
    return false;
}

/* Text to tree; false when there is none. */
static bool parse(struct config_loader *loader, struct config_pool *pool) {
    const char *why = NULL;
    struct config_mark at;
    if (!config_source_is_text(loader->source.text, &why, &at)) {
        config_complain_at(loader, CONFIG_CODE_TEXT, at,
                           "save the file as plain UTF-8 text, without a byte order mark", why);
        return false;
    }
    if (!complain_tree(loader, config_tree_build(&loader->tree, pool, loader->source.text))) {
        return false;
    }
    config_hide(loader);
    loader->source.tree = &loader->tree;
    return true;
}

static void read_tree(struct config_loader *loader) {
    config_fill(loader);
    config_resolve(loader);
    config_check_rules(loader);
    if (loader->host->look_at_files) {
        config_check_files(loader);
    }
}

struct config *config_load_bytes(struct bytes text, const char *name,
                                 const struct config_host *host, struct config_report *report) {
    struct config *config = new_config();
    struct config_loader loader = {.config = config,
                                   .source = {.text = text},
                                   .report = report,
                                   .host = host,
                                   .folder = folder_of(config, name)};
    struct config_pool *scratch = config_pool_new();
    config_report_init(report, name);
    if (text.len > CONFIG_FILE_BYTES_MAX) {
        config_complain_at(&loader, CONFIG_CODE_FILE, (struct config_mark){0},
                           "split the instance into shards", "is larger than 1 MiB");
    } else if (parse(&loader, scratch)) {
        read_tree(&loader);
    }
    config_report_sort(report);
    free(loader.places);
    config_pool_free(scratch);
    if (report->error_count > 0) {
        config_free(config);
        return NULL;
    }
    return config;
}

/* The whole file, one byte more than allowed when it is too long; NULL with errno. */
static char *read_all(int file, size_t *len) {
    char *text = malloc(CONFIG_FILE_BYTES_MAX + 1);
    CHECK(text != NULL);
    *len = 0;
    while (*len < CONFIG_FILE_BYTES_MAX + 1) {
        ssize_t got = read(file, text + *len, CONFIG_FILE_BYTES_MAX + 1 - *len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            free(text);
            return NULL;
        }
        if (got == 0) {
            break;
        }
        *len += (size_t)got;
    }
    return text;
}

static void complain_file(struct config_report *report, const char *path, const char *cause) {
    struct config_problem problem = {.code = CONFIG_CODE_FILE, .width = 1};
    config_report_init(report, path);
    snprintf(problem.what, sizeof(problem.what), "cannot read this file (cause: %s)", cause);
    snprintf(problem.advice, sizeof(problem.advice),
             "give the path of a config that this user may read");
    config_report_add(report, &problem);
}

struct config *config_load(const char *path, const struct config_host *host,
                           struct config_report *report) {
    /* O_NONBLOCK: a FIFO in its place must not hang us. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) {
        complain_file(report, path, strerror(errno));
        return NULL;
    }
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(file);
        complain_file(report, path, "not a regular file");
        return NULL;
    }
    size_t len = 0;
    char *text = read_all(file, &len);
    int error = errno;
    close(file);
    if (text == NULL) {
        complain_file(report, path, strerror(error));
        return NULL;
    }
    struct config *config = config_load_bytes(bytes_of(text, len), path, host, report);
    free(text);
    return config;
}
