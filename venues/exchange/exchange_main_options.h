/*
 * tercel-exchange's command line. Cold; allocates nothing: texts are those of argv, secrets lie in
 * the struct.
 */
#ifndef TERCEL_VENUES_EXCHANGE_EXCHANGE_MAIN_OPTIONS_H
#define TERCEL_VENUES_EXCHANGE_EXCHANGE_MAIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/endpoint.h"
#include "venues/exchange/kraken_spot.h"

#define EXCHANGE_MAIN_FILES_MAX KRAKEN_CLIENTS_MAX

struct exchange_main_options {
    struct endpoint listen;
    const char *port_file; /* NULL: none, as with the files below */
    const char *ledger_file;
    const char *raw_log_file;
    const char *control_file;
    struct kraken_client clients[KRAKEN_CLIENTS_MAX];
    char api_keys[KRAKEN_CLIENTS_MAX][KRAKEN_API_KEY_MAX];
    unsigned char secrets[KRAKEN_CLIENTS_MAX][KRAKEN_SECRET_MAX];
    struct exchange_instrument instruments[EXCHANGE_INSTRUMENTS_MAX];
    struct kraken_config kraken; /* points into the above */
};

enum exchange_main_options_result {
    EXCHANGE_MAIN_RUN = 0,
    EXCHANGE_MAIN_HELPED, /* --help was printed */
    EXCHANGE_MAIN_REFUSED /* one message on stderr said why */
};

enum exchange_main_options_result exchange_main_options_read(struct exchange_main_options *options,
                                                             int argc, char **argv) MUST_USE;

/* The exchange's keys, where it is done with them. */
void exchange_main_options_wipe(struct exchange_main_options *options);

#endif
