#include "core/app/config_reference.h"

#include <string.h>

#include "core/app/config_scalar.h"
#include "core/app/config_schema.h"

#define LINE_COLUMNS 88

static const char *const reload_names[] = {[CONFIG_RELOAD_RESTART] = "restart",
                                           [CONFIG_RELOAD_DRAIN] = "drain",
                                           [CONFIG_RELOAD_SESSION] = "session",
                                           [CONFIG_RELOAD_LIVE] = "live"};

static void describe_choice(const struct config_key *row, char *out, size_t out_size) {
    size_t used = 0;
    for (const struct config_choice *choice = row->choices; choice->name != NULL; choice++) {
        int len =
            snprintf(out + used, out_size - used, "%s%s", used > 0 ? " | " : "", choice->name);
        used += (size_t)len < out_size - used ? (size_t)len : 0;
    }
}

static void describe_range(const struct config_key *row, char *out, size_t out_size) {
    char low[CONFIG_QUANTITY_TEXT_MAX];
    char high[CONFIG_QUANTITY_TEXT_MAX];
    if (row->type == CONFIG_TYPE_SIZE) {
        snprintf(out, out_size, "size, %s to %s", config_size_text(row->min, low),
                 config_size_text(row->max, high));
    } else if (row->type == CONFIG_TYPE_INTEGER || row->type == CONFIG_TYPE_POWER) {
        snprintf(out, out_size, "%s, %lld to %lld",
                 row->type == CONFIG_TYPE_POWER ? "power of two" : "integer", (long long)row->min,
                 (long long)row->max);
    } else {
        snprintf(out, out_size, "duration%s, %s to %s",
                 row->type == CONFIG_TYPE_SECONDS ? " in whole seconds" : "",
                 config_duration_text(row->min, low), config_duration_text(row->max, high));
    }
}

/* Types that one text describes; a NUMBER stands for the row's maximum. */
static const char *const descriptions[] = {
    [CONFIG_TYPE_SECTION] = "section",
    [CONFIG_TYPE_SECTIONS] = "list of up to NUMBER sections",
    [CONFIG_TYPE_OPTIONAL] = "integer up to NUMBER, or none",
    [CONFIG_TYPE_SWITCH] = "on or off",
    [CONFIG_TYPE_NAME] = "name, up to NUMBER characters",
    [CONFIG_TYPE_UPPER_NAME] = "name in upper case, up to NUMBER characters",
    [CONFIG_TYPE_WORD] = "text without blanks, up to NUMBER characters",
    [CONFIG_TYPE_SYMBOL] = "text without blanks and '.', up to NUMBER characters",
    [CONFIG_TYPE_PATH] = "path of a file",
    [CONFIG_TYPE_LISTEN] = "ADDRESS:PORT or [IPV6]:PORT",
    [CONFIG_TYPE_CONNECT] = "ADDRESS:PORT or [IPV6]:PORT",
    [CONFIG_TYPE_ADDRESS] = "IPv4 address",
    [CONFIG_TYPE_NETWORK] = "IPv4 address/BITS",
    [CONFIG_TYPE_ETHERNET] = "Ethernet address, like 02:00:00:00:00:09",
    [CONFIG_TYPE_CLOCK] = "HH:MM or HH:MM:SS, or a weekday and that",
    [CONFIG_TYPE_DAYS] = "list of mon, tue, wed, thu, fri, sat, sun",
    [CONFIG_TYPE_ZONE] = "name of a time zone",
    [CONFIG_TYPE_DEVICE] = "text, up to NUMBER characters",
    [CONFIG_TYPE_PRICE] = "decimal, more than 0",
    [CONFIG_TYPE_QUANTITY] = "decimal, more than 0",
    [CONFIG_TYPE_ACCOUNTS] = "list of up to NUMBER names",
    [CONFIG_TYPE_VENUES] = "list of up to NUMBER names",
    [CONFIG_TYPE_VENUE] = "name of a venue",
};

/* The type and range in words. */
static void describe(const struct config_key *row, char *out, size_t out_size) {
    if (row->type == CONFIG_TYPE_CHOICE) {
        describe_choice(row, out, out_size);
        return;
    }
    const char *text = descriptions[row->type];
    if (text == NULL) {
        describe_range(row, out, out_size);
        return;
    }
    const char *number = strstr(text, "NUMBER");
    if (number == NULL) {
        snprintf(out, out_size, "%s", text);
    } else {
        snprintf(out, out_size, "%.*s%lld%s", (int)(number - text), text, (long long)row->max,
                 number + strlen("NUMBER"));
    }
}

/* `text` as comment lines of at most LINE_COLUMNS, broken at blanks. */
static void print_comment(const char *text, int indent, FILE *out) {
    size_t room = LINE_COLUMNS - (size_t)indent - 2;
    while (*text != '\0') {
        size_t len = strlen(text);
        if (len > room) {
            len = room;
            while (len > 0 && text[len] != ' ') {
                len--;
            }
        }
        fprintf(out, "%*s# %.*s\n", indent, "", (int)len, text);
        text += len;
        text += *text == ' ' ? 1 : 0;
    }
}

static bool is_container(const struct config_key *row) {
    return row->type == CONFIG_TYPE_SECTION || row->type == CONFIG_TYPE_SECTIONS;
}

static void print_facts(const struct config_key *row, int indent, FILE *out) {
    char type[160];
    char facts[256];
    describe(row, type, sizeof(type));
    bool has_default = !row->required && row->fallback != NULL;
    snprintf(facts, sizeof(facts), "%s; %s%s%s", type, row->required ? "required" : "optional",
             has_default ? ", default " : "", has_default ? row->fallback : "");
    size_t used = strlen(facts);
    if (!is_container(row)) {
        snprintf(facts + used, sizeof(facts) - used, "; reload: %s", reload_names[row->reload]);
    }
    print_comment(row->help, indent, out);
    print_comment(facts, indent, out);
}

/* Recurses along the schema's sections: four deep. */
static void print_section(const char *section, int indent, bool commented, bool is_entry,
                          FILE *out) {
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *row = &config_keys[i];
        if (strcmp(row->section, section) != 0) {
            continue;
        }
        bool off = commented || !row->required;
        if (section[0] == '\0') {
            fputc('\n', out);
        }
        print_facts(row, indent, out);
        /* The dash of a list's entry goes before its first key, which is a required one. */
        int blanks = is_entry ? indent - 2 : indent;
        fprintf(out, "%*s%s%s%s:", blanks, "", off ? "#" : "", is_entry ? "- " : "", row->key);
        is_entry = false;
        if (is_container(row)) {
            char name[64];
            fputc('\n', out);
            config_schema_section(row, name, sizeof(name));
            bool list = row->type == CONFIG_TYPE_SECTIONS;
            print_section(name, indent + (list ? 4 : 2), off, list, out);
        } else {
            fprintf(out, " %s\n", row->fallback != NULL ? row->fallback : row->example);
        }
    }
}

void config_reference_print(FILE *out) {
    fputs("# Every key of a tercel config. Keys that start with '#' are optional and show their\n"
          "# default or an example. Durations: ns us ms s m h. Sizes: B KiB MiB GiB. Paths are\n"
          "# relative to this file's folder.\n"
          "#\n"
          "# \"reload\" says what a new value needs: live (at once), session (the next logon),\n"
          "# drain (no open order there), restart. This version reads the file once, at start.\n",
          out);
    print_section("", 0, false, false, out);
}
