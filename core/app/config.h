/*
 * The configuration: what one instance is to do, read once at start and never changed after.
 *
 * A config is a YAML file (a strict subset: no anchors, aliases, tags, or second document; no key
 * twice; no key unknown to the schema in config_schema.c). config_load checks everything that can
 * be known from the file and the host: types, ranges, names, references. A config that loaded is
 * consistent; whoever uses it need not check again. Not here: reading secrets (credential.h),
 * looking at the files that the config names (config_files.h), and deriving memory from limits.
 *
 * Lists are bounded arrays with a count. References between sections are indexes into those arrays.
 * Every string is NUL-terminated printable ASCII, never NULL, empty when the key is optional and
 * absent. Paths are absolute or relative to the working directory: a path in the file is taken
 * relative to the folder that the file lies in.
 *
 * Threading: loading is cold and allocates; a loaded config is read-only and lives, at one address,
 * until config_free.
 */
#ifndef TERCEL_CORE_APP_CONFIG_H
#define TERCEL_CORE_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/base/instant.h"
#include "hugepages/hugepages.h"
#include "net/endpoint.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"

#define CONFIG_VERSION 1
#define CONFIG_FILE_BYTES_MAX (1024 * 1024)

#define CONFIG_LISTENERS_MAX 8
#define CONFIG_CLIENTS_MAX 256
#define CONFIG_VENUES_MAX 16
#define CONFIG_ACCOUNTS_MAX 256 /* different account names in all */
#define CONFIG_INSTRUMENTS_MAX 2048
#define CONFIG_PORTS_MAX 8
#define CONFIG_ROUTES_MAX 16
#define CONFIG_NEIGHBOURS_MAX 16
#define CONFIG_ALLOWED_MAX 16
#define CONFIG_NAME_MAX 32
#define CONFIG_COMP_ID_MAX 63
#define CONFIG_SYMBOL_MAX 31
#define CONFIG_ZONE_MAX 63
#define CONFIG_CORES_MAX 1024
#define CONFIG_NUMA_NODES_MAX 64
#define CONFIG_NONE (-1) /* of a core or a NUMA node */

/* A numeric address and a port, ready for bind and connect, and as it was written. */
struct config_endpoint {
    struct endpoint at;
    const char *text;
};

/* "192.0.2.7/24": an address and how many bits of it name its network. */
struct config_network {
    struct ipv4_address address; /* 0.0.0.0: not given */
    uint8_t prefix_bits;
};

/* min <= max, both > 0. */
struct config_duration_range {
    struct duration min;
    struct duration max;
};

enum config_mode { CONFIG_MODE_PAPER = 0, CONFIG_MODE_LIVE };
enum config_poll { CONFIG_POLL_SPIN = 0, CONFIG_POLL_YIELD };
enum config_listener_kind { CONFIG_LISTENER_ORDER_ENTRY = 0 };
enum config_dialect { CONFIG_DIALECT_KRAKEN_SPOT = 0 };
enum config_transport { CONFIG_TRANSPORT_KERNEL = 0, CONFIG_TRANSPORT_DPDK };
enum config_self_trade {
    CONFIG_SELF_TRADE_CANCEL_NEWEST = 0,
    CONFIG_SELF_TRADE_CANCEL_OLDEST,
    CONFIG_SELF_TRADE_CANCEL_BOTH
};
enum config_disconnect {
    CONFIG_DISCONNECT_NONE = 0,
    CONFIG_DISCONNECT_DISCONNECT,
    CONFIG_DISCONNECT_LOGOUT,
    CONFIG_DISCONNECT_BOTH
};
enum config_foreign { CONFIG_FOREIGN_REPORT = 0, CONFIG_FOREIGN_CANCEL };
enum config_doubt { CONFIG_DOUBT_HOLD = 0, CONFIG_DOUBT_CANCEL };
enum config_shutdown { CONFIG_SHUTDOWN_CANCEL = 0, CONFIG_SHUTDOWN_LEAVE };

struct config_instance {
    const char *name;
    enum config_mode mode;
};

struct config_worker {
    int32_t core; /* CONFIG_NONE: not pinned; else a core of this host */
    enum config_poll poll;
    struct duration idle_wait; /* the longest a yielding worker waits for input */
    enum config_transport transport;
};

/* How our own TCP treats a peer; the kernel's goes by the host's settings. */
struct config_tcp {
    struct duration rto_min;
    struct duration ack_delay;
    struct duration unacknowledged_timeout;
    struct duration keepalive; /* 0: none */
    bool timestamps;
};

struct config_allowed {
    struct config_network network;
};

struct config_limits {
    uint32_t orders;             /* orders held at once, live and not yet reusable */
    uint32_t requests_per_venue; /* requests of a venue session that may still get an answer */
    uint32_t client_connections; /* accepted at once, logged on or not; >= client_count */
    uint32_t reports_per_client; /* execution reports waiting for a client that reads slowly */
    uint32_t resend_messages_per_client; /* sent reports kept for a ResendRequest */
    uint32_t resend_bytes_per_client;    /* and their bytes */
    uint32_t message_bytes_max;          /* of one FIX message, either way */
    uint32_t send_buffer_bytes;          /* per connection; >= message_bytes_max */
    uint32_t receive_buffer_bytes;
    uint32_t ledger_cells;              /* ring to the ledger's thread; a power of two */
    struct duration late_report_window; /* a finished order's slot is not reused before */
};

struct config_listener {
    const char *name;
    struct config_endpoint endpoint;
    enum config_listener_kind kind;
    struct config_allowed allowed[CONFIG_ALLOWED_MAX]; /* who may connect; nobody named: anybody */
    uint32_t allowed_count;
    struct config_tcp tcp;
};

/* A time of day, on one weekday or on each. */
struct config_day_time {
    bool is_given;
    int32_t weekday; /* 0 Monday .. 6 Sunday; CONFIG_NONE: every day */
    uint32_t second; /* of the day */
};

/*
 * When a session may be up; always, when nothing is given. Start and end are given together, either
 * both with a weekday (once a week) or both without; days only without.
 */
struct config_schedule {
    struct config_day_time start;
    struct config_day_time end;
    uint8_t days;     /* on which it starts: bit 0 Monday .. 6 Sunday; 0: all */
    const char *zone; /* IANA name; "UTC" unless the file says another. core/app/zone_file.h */
};

struct config_client {
    const char *name;
    const char *sender_comp_id; /* what the client sends as 49 */
    const char *target_comp_id; /* what the client sends as 56: us */
    const char *password_file;  /* argon2id text; empty: none asked (every listener is loopback) */
    struct config_duration_range heartbeat; /* whole seconds; what a Logon's 108 may ask for */
    struct config_schedule schedule;
    struct duration logon_timeout;
    enum config_disconnect cancel_on_disconnect;
    struct duration cancel_window; /* a Logon within it keeps the orders */
    struct duration unread_max; /* how long reports may wait for it to read before it is cut off */
    uint16_t accounts[CONFIG_ACCOUNTS_MAX]; /* of config.accounts: what Account(1) may say; >= 1 */
    uint32_t account_count;
    uint16_t
        venues[CONFIG_VENUES_MAX]; /* of config.venues: what ExDestination(100) may say; >= 1 */
    uint32_t venue_count;          /* all of them when the file names none */
};

/* How fast a venue may be sent what; core/route/rate_limit.h. */
struct config_rate {
    uint32_t limit;
    uint32_t per_minute;
    uint32_t cancel_reserve; /* below limit */
};

struct config_venue {
    const char *name; /* what ExDestination(100) says: upper case, no '.' */
    enum config_dialect dialect;
    struct config_endpoint endpoint;
    struct ipv4_address source; /* a port's address; 0.0.0.0 over the kernel */
    struct config_tcp tcp;
    bool tls; /* always false: not built yet, a config that asks for it is refused */
    const char *sender_comp_id;
    const char *target_comp_id;
    const char *api_key_file;
    const char *api_secret_file;
    struct duration heartbeat; /* whole seconds: 108 */
    bool reset_on_logon;
    bool cancel_on_disconnect; /* always said explicitly on Logon */
    enum config_self_trade self_trade_prevention;
    enum config_foreign foreign_orders; /* what is done about one that is open there */
    enum config_doubt in_doubt;         /* what is done about an order nobody knows the fate of */
    struct duration order_validity; /* the venue must take a new order within this, or drop it */
    struct duration connect_timeout;
    struct duration logon_timeout;
    struct config_duration_range reconnect; /* the wait before a new try, doubling */
    bool daily_pause;                       /* keep the venue's session times */
    struct config_rate message_rate;        /* of all its messages; limit 0: none */
    struct config_rate instrument_rate;     /* of those about one instrument; likewise */
    uint16_t
        accounts[CONFIG_ACCOUNTS_MAX]; /* of config.accounts: which this session trades; >= 1 */
    uint32_t account_count;
};

struct config_instrument_venue {
    uint16_t venue;     /* of config.venues */
    const char *symbol; /* the venue's own */
};

struct config_instrument {
    const char *symbol;       /* ours: Symbol(55) to clients; no '.' */
    uint32_t price_digits;    /* decimals of a price: struct price is scaled by 10^price_digits */
    uint32_t quantity_digits; /* likewise struct quantity */
    uint32_t cash_digits;     /* likewise of CashOrderQty(152); price_digits when not said */
    struct price tick;        /* >= 1 */
    struct quantity lot;      /* >= 1 */
    struct quantity min_quantity;  /* a multiple of lot, >= lot */
    struct quantity contract_size; /* of one contract; a multiple of lot; 0: no contracts */
    struct config_instrument_venue venues[CONFIG_VENUES_MAX]; /* each venue at most once; >= 1 */
    uint32_t venue_count;
};

struct config_shutdown_policy {
    enum config_shutdown policy;
    struct duration deadline;
};

struct config_route {
    struct config_network network;
    struct ipv4_address gateway; /* in the port's own network */
};

struct config_neighbour {
    struct ipv4_address address;
    struct ethernet_address at;
};

/* A NIC queue that the worker polls, with one address. */
struct config_port {
    const char *name;
    const char *device; /* net/nic_dpdk.h says what it may be */
    struct config_network address;
    uint32_t vlan;               /* 0: untagged */
    struct ipv4_address gateway; /* 0.0.0.0: none */
    uint32_t mtu;
    struct config_route routes[CONFIG_ROUTES_MAX];
    uint32_t route_count;
    struct config_neighbour neighbours[CONFIG_NEIGHBOURS_MAX];
    uint32_t neighbour_count;
};

/* What all ports share. */
struct config_dpdk {
    bool huge_pages;
    uint32_t receive_packets; /* of each port */
    uint32_t send_packets;
    uint32_t segments_per_connection; /* a power of two */
    uint32_t half_open;
    uint32_t neighbours;
};

enum config_clock_step { CONFIG_CLOCK_STEP_JUMP = 0, CONFIG_CLOCK_STEP_SLEW };

/* How UTC follows the host's clock (core/base/clock_steer.h). */
struct config_clock {
    uint32_t slew_ppm;
    struct duration step_threshold;
    enum config_clock_step step;
};

/* Where everything that the limits size lies: hugepages/hugepages.h. */
struct config_memory {
    enum hugepages_size pages;
    int32_t numa_node; /* CONFIG_NONE: any */
};

/* What a worker leaves for `tercel trace`. */
struct config_trace {
    const char *file; /* empty: nothing is traced */
    uint32_t cells;   /* a power of two */
    struct duration long_turn;
};

struct config_pool; /* the strings */

struct config {
    uint32_t version; /* CONFIG_VERSION */
    struct config_instance instance;
    uint32_t shard_id; /* 0 .. 63 */
    struct config_worker order_entry;
    struct config_limits limits;
    struct config_memory memory;
    const char *ledger_file;
    struct config_listener listeners[CONFIG_LISTENERS_MAX];
    uint32_t listener_count;
    struct config_client clients[CONFIG_CLIENTS_MAX];
    uint32_t client_count;
    struct config_venue venues[CONFIG_VENUES_MAX];
    uint32_t venue_count;
    const char *accounts[CONFIG_ACCOUNTS_MAX]; /* every account name once */
    uint32_t account_count;
    struct config_instrument instruments[CONFIG_INSTRUMENTS_MAX];
    uint32_t instrument_count;
    struct config_port ports[CONFIG_PORTS_MAX];
    uint32_t port_count;
    struct config_dpdk dpdk;
    struct config_shutdown_policy shutdown;
    struct config_clock clock;
    struct config_trace trace;
    struct config_pool *pool;
};

/* What of the host the checks need; a parameter, so that tests are about no host in particular. */
struct config_host {
    bool cores[CONFIG_CORES_MAX]; /* usable by this process, by number */
    uint64_t memory_bytes;        /* physical; 0: not known */
    bool look_at_files;           /* also check the files that the config names */
};

/* The host as it is; files are looked at. */
void config_host_read(struct config_host *host);

struct config_report;

/*
 * Reads and checks the file. NULL when there is an error: `report` (config_report.h) then says
 * which, all of them up to its bound; warnings may be there in either case.
 */
struct config *config_load(const char *path, const struct config_host *host,
                           struct config_report *report) MUST_USE;

/* The same for bytes in hand. `name` stands for the file in messages and gives the folder. */
struct config *config_load_bytes(struct bytes text, const char *name,
                                 const struct config_host *host,
                                 struct config_report *report) MUST_USE;

void config_free(struct config *config);

#endif
