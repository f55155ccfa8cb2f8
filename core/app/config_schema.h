/*
 * Every key that a config may hold: one table, from which the loader, the reference and the error
 * texts are made.
 *
 * A row belongs to a section ("" for the top, "limits", "venues", "venues.reconnect": list indexes
 * do not show) and describes one key of it. A section or list row opens the section of its own
 * name. `offset` places the value: in struct config for the top, in the struct of the section's
 * row or list entry below it.
 */
#ifndef TERCEL_CORE_APP_CONFIG_SCHEMA_H
#define TERCEL_CORE_APP_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"

enum config_type {
    CONFIG_TYPE_SECTION = 0,
    CONFIG_TYPE_SECTIONS,   /* a list of sections: an array of structs and a count */
    CONFIG_TYPE_INTEGER,    /* uint32_t; min .. max */
    CONFIG_TYPE_POWER,      /* uint32_t: a power of two; min .. max */
    CONFIG_TYPE_OPTIONAL,   /* int32_t: an integer, 0 .. max, or "none": CONFIG_NONE */
    CONFIG_TYPE_DURATION,   /* struct duration; min .. max in ns */
    CONFIG_TYPE_SECONDS,    /* likewise, whole seconds */
    CONFIG_TYPE_SIZE,       /* uint32_t; min .. max in bytes */
    CONFIG_TYPE_SWITCH,     /* bool */
    CONFIG_TYPE_CHOICE,     /* an enum, stored as int */
    CONFIG_TYPE_NAME,       /* const char *; at most `max` characters, as are the next four */
    CONFIG_TYPE_UPPER_NAME, /* a name without lower-case letters and '.' */
    CONFIG_TYPE_WORD,       /* printable, without blanks */
    CONFIG_TYPE_SYMBOL,     /* a word without '.' */
    CONFIG_TYPE_PATH,
    CONFIG_TYPE_LISTEN,   /* struct config_endpoint to bind; port 0: any */
    CONFIG_TYPE_CONNECT,  /* struct config_endpoint to connect to */
    CONFIG_TYPE_ADDRESS,  /* struct ipv4_address of a host */
    CONFIG_TYPE_NETWORK,  /* struct config_network */
    CONFIG_TYPE_ETHERNET, /* struct ethernet_address of one station */
    CONFIG_TYPE_CLOCK,    /* struct config_day_time; choices: the weekdays, from Monday */
    CONFIG_TYPE_DAYS,     /* a list of choices, each a bit: uint8_t */
    CONFIG_TYPE_ZONE,     /* const char *: an IANA name; at most `max` characters */
    CONFIG_TYPE_DEVICE,   /* const char *: printable, blanks allowed; at most `max` characters */
    CONFIG_TYPE_PRICE,    /* struct price, scaled once price_digits is known */
    CONFIG_TYPE_QUANTITY, /* struct quantity, likewise */
    CONFIG_TYPE_ACCOUNTS, /* a list of names, each an index into config.accounts: uint16_t array */
    CONFIG_TYPE_VENUES,   /* a list of venues' names, likewise into config.venues */
    CONFIG_TYPE_VENUE     /* one venue's name: uint16_t */
};

/* What the running process would have to do to take a new value. */
enum config_reload {
    CONFIG_RELOAD_RESTART = 0, /* only a new process */
    CONFIG_RELOAD_DRAIN,       /* stop new orders there, wait until none is open */
    CONFIG_RELOAD_SESSION,     /* holds from the session's next logon */
    CONFIG_RELOAD_LIVE         /* at once */
};

struct config_choice {
    const char *name;
    int value;
};

struct config_key {
    const char *section;
    const char *key;
    enum config_type type;
    enum config_reload reload;
    bool required;
    bool hidden; /* its value is never shown: it may be a secret in the wrong place */
    int64_t min;
    int64_t max;
    const char *fallback; /* as it would be written; NULL: stays empty, or required */
    const char *example;  /* where there is no fallback */
    const struct config_choice *choices; /* ends with a NULL name */
    size_t offset;
    size_t count_offset; /* lists: of the uint32_t count */
    size_t stride;       /* lists: bytes of an entry, of which `max` fit; sections: of the struct */
    const char *help;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* The row of `key` in `section`, or NULL. */
const struct config_key *config_schema_find(const char *section, struct bytes key);

/* "limits" + "orders" -> "limits.orders"; for the name of the section that a row opens. */
void config_schema_section(const struct config_key *row, char *out, size_t out_size);

/* The key of `section` that is spelt nearest, or NULL when none is near. */
const char *config_schema_nearest(const char *section, struct bytes key);

/* The row of another section whose key is spelt nearest; NULL when none is near. */
const struct config_key *config_schema_elsewhere(const char *section, struct bytes key);

/* Whether `word` is a key or a choice of the schema: it then gives nothing away. */
bool config_schema_is_word(struct bytes word);

#endif
