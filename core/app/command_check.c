#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/app/command.h"
#include "core/app/config.h"
#include "core/app/config_report.h"
#include "core/app/credential.h"
#include "core/app/instance_plan.h"
#include "core/app/run.h"
#include "core/app/transport.h"
#include "core/app/zone_file.h"

struct check_options {
    const char *path;
    bool json;
    bool skip_files;
};

/* False: wrong usage. `verb` "run" takes no options. */
static bool read_options(int argc, char **argv, bool takes_options, struct check_options *options) {
    static const struct option table[] = {{"json", no_argument, NULL, 'j'},
                                          {"skip-files", no_argument, NULL, 's'},
                                          {NULL, 0, NULL, 0}};
    static const struct option none[] = {{NULL, 0, NULL, 0}};
    *options = (struct check_options){0};
    optind = 0; /* start over: getopt keeps state, and tests call more than once */
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, "", takes_options ? table : none, NULL)) != -1) {
        if (option == 'j') {
            options->json = true;
        } else if (option == 's') {
            options->skip_files = true;
        } else {
            return false;
        }
    }
    if (argc - optind != 1) {
        return false;
    }
    options->path = argv[optind];
    return true;
}

static struct config *load(const struct check_options *options, struct config_report *report) {
    static struct config_host host;
    config_host_read(&host);
    host.look_at_files = !options->skip_files;
    return config_load(options->path, &host, report);
}

static struct config_report *new_report(void) {
    struct config_report *report = calloc(1, sizeof(*report));
    CHECK(report != NULL);
    return report;
}

/* What lies in huge pages, hugepages/reserve adds up. */
static void print_plan(const struct config *config, FILE *out) {
    static const char ordinary[] = " in ordinary pages";
    fprintf(out, "plan: one mapping of %zu MiB%s\n", instance_plan_bytes(config) >> 20,
            config->memory.pages == HUGEPAGES_4K ? ordinary : "");
    if (config->order_entry.transport == CONFIG_TRANSPORT_DPDK) {
        fprintf(out, "plan: packets of %u MiB%s\n", transport_dpdk_packet_mib(config),
                config->dpdk.huge_pages ? "" : ordinary);
    }
}

#define UTC_TEXT_BYTES 32

static const char *utc_text(struct utc time, char out[UTC_TEXT_BYTES]) {
    time_t seconds = (time_t)(time.ns / NS_PER_S);
    struct tm parts;
    (void)strftime(out, UTC_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
    return out;
}

/* The session time that is, or comes next: what a start, an end and a zone come to. */
static void print_schedule(const struct config_client *client, struct utc now, FILE *out) {
    static struct fix_zone zone;
    if (!client->schedule.start.is_given ||
        zone_file_read(ZONE_FILE_FOLDER, client->schedule.zone, &zone) != NULL) {
        return; /* said by the check of files, when that was asked for */
    }
    struct fix_schedule schedule = instance_schedule(&client->schedule, &zone);
    struct fix_schedule_period period = fix_schedule_period_at(&schedule, now);
    bool open = now.ns < period.ends.ns;
    if (!open) {
        period = fix_schedule_next(&schedule, period.number);
    }
    char starts[UTC_TEXT_BYTES];
    char ends[UTC_TEXT_BYTES];
    fprintf(out, "plan: session of %s %s %s to %s\n", client->name,
            open ? "is open, from" : "opens, from", utc_text(period.starts, starts),
            utc_text(period.ends, ends));
}

static void print_schedules(const struct config *config, FILE *out) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    for (uint32_t i = 0; i < config->client_count; i++) {
        print_schedule(&config->clients[i], (struct utc){.ns = now.tv_sec * NS_PER_S}, out);
    }
}

int command_check(int argc, char **argv, FILE *out, FILE *err) {
    struct check_options options;
    if (!read_options(argc, argv, true, &options)) {
        return command_usage("check", err);
    }
    struct config_report *report = new_report();
    struct config *config = load(&options, report);
    if (options.json) {
        config_report_print_json(report, out);
    } else {
        config_report_print(report, out);
    }
    if (config != NULL && !options.json) {
        print_plan(config, out);
        print_schedules(config, out);
    }
    int code = config != NULL ? COMMAND_FINE : COMMAND_PROBLEM;
    config_free(config);
    free(report);
    return code;
}

int command_run_verb(int argc, char **argv, FILE *out, FILE *err) {
    (void)out;
    struct check_options options;
    if (!read_options(argc, argv, false, &options)) {
        return command_usage("run", err);
    }
    struct config_report *report = new_report();
    struct config *config = load(&options, report);
    if (report->error_count + report->warning_count > 0) {
        config_report_print(report, err);
    }
    free(report);
    if (config == NULL) {
        fputs("tercel: nothing was started\n", err);
        return COMMAND_PROBLEM;
    }
    int code = command_run(config);
    config_free(config);
    return code;
}
