/*
 * For tests: a config that is right in every line, and what it takes to make it wrong.
 */
#ifndef TERCEL_CORE_APP_CONFIG_TEST_SAMPLE_H
#define TERCEL_CORE_APP_CONFIG_TEST_SAMPLE_H

#include "core/app/config.h"
#include "core/app/config_report.h"

/* Every key that means something over the kernel is in it, none at its default; no warning. */
extern const char config_sample[];
/* Likewise for transport dpdk, and only what that needs. */
extern const char config_sample_dpdk[];

/* A host with the cores 0 to 3 and 1 GiB, where no files are looked at. */
struct config_host config_sample_host(void);

/*
 * One edit of a config that is right: the text that is replaced, what replaces it with an '@' where
 * the message must point, and the code. Nothing else may be complained about.
 */
struct config_bad_case {
    const char *old;
    const char *new;
    enum config_code code;
};

/* Fails the running test for every case that is not refused as it should be. */
void config_bad_check_all(const char *sample, const struct config_bad_case *cases, size_t count);

/*
 * The sample with the one place where `old` stands replaced by `new`. An '@' in `new` is left out,
 * and *line and *column are where it stood (0 without one). The caller frees.
 */
char *config_sample_edit(const char *old, const char *new, uint32_t *line, uint32_t *column);

/* A report and a load of `text` as "dir/test.yaml"; the report is static. */
struct config *config_sample_load(const char *text, struct config_report **report);

/* Everything that the report would print, as text and as JSON. The caller frees. */
char *config_sample_print(const struct config_report *report);

#endif
