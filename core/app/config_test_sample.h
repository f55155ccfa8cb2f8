/*
 * For tests: a config that is right in every line, and what it takes to make it wrong.
 */
#ifndef TERCEL_CORE_APP_CONFIG_TEST_SAMPLE_H
#define TERCEL_CORE_APP_CONFIG_TEST_SAMPLE_H

#include "core/app/config.h"
#include "core/app/config_report.h"

/* Every key of the schema is in it, none at its default; it has no warning. */
extern const char config_sample[];

/* A host with the cores 0 to 3 and 1 GiB, where no files are looked at. */
struct config_host config_sample_host(void);

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
