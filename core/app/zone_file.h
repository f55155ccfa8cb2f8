/*
 * Time zones as the system keeps them: TZif files under one folder. Cold.
 */
#ifndef TERCEL_CORE_APP_ZONE_FILE_H
#define TERCEL_CORE_APP_ZONE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/check.h"
#include "core/fix/fix_zone.h"

#define ZONE_FILE_FOLDER "/usr/share/zoneinfo"

/*
 * Reads the zone called `name` (config_scalar_is_zone) below `folder`. NULL: *zone is good; else
 * why there is none, static text. "UTC" is read from no file.
 */
const char *zone_file_read(const char *folder, const char *name, struct fix_zone *zone) MUST_USE;

/*
 * The name spelt nearest to `name` of those that `folder` has, into `out` (its room `bytes`); false
 * when none is near, or the folder does not list them (tzdata.zi).
 */
bool zone_file_nearest(const char *folder, const char *name, char *out, size_t bytes);

#endif
