/* What tercel-exchange --help says. */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_MAIN_USAGE_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_MAIN_USAGE_H

#include <stdio.h>

void exchange_main_usage_print(FILE *out);

#endif
