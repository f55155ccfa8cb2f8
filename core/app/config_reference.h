/*
 * The schema as a config with a comment on every key.
 *
 * What is required is written out with its example, what is optional stands as "#key: default" (a
 * '#' without a blank; prose has one): the text loads as it is, and with every such key
 * uncommented.
 */
#ifndef TERCEL_CORE_APP_CONFIG_REFERENCE_H
#define TERCEL_CORE_APP_CONFIG_REFERENCE_H

#include <stdio.h>

void config_reference_print(FILE *out);

#endif
