#include "core/app/config_schema.h"

#include <stdio.h>
#include <string.h>

#include "core/app/config.h"
#include "core/app/nearest.h"
#include "core/base/clock_steer.h"
#include "core/base/trace.h"

#define MS NS_PER_MS
#define S NS_PER_S
#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)

static const struct config_choice modes[] = {
    {"paper", CONFIG_MODE_PAPER}, {"live", CONFIG_MODE_LIVE}, {NULL, 0}};
static const struct config_choice polls[] = {
    {"spin", CONFIG_POLL_SPIN}, {"yield", CONFIG_POLL_YIELD}, {NULL, 0}};
static const struct config_choice kinds[] = {{"order_entry", CONFIG_LISTENER_ORDER_ENTRY},
                                             {NULL, 0}};
static const struct config_choice dialects[] = {{"kraken-spot", CONFIG_DIALECT_KRAKEN_SPOT},
                                                {NULL, 0}};
static const struct config_choice transports[] = {
    {"kernel", CONFIG_TRANSPORT_KERNEL}, {"dpdk", CONFIG_TRANSPORT_DPDK}, {NULL, 0}};
static const struct config_choice self_trades[] = {
    {"cancel_newest", CONFIG_SELF_TRADE_CANCEL_NEWEST},
    {"cancel_oldest", CONFIG_SELF_TRADE_CANCEL_OLDEST},
    {"cancel_both", CONFIG_SELF_TRADE_CANCEL_BOTH},
    {NULL, 0}};
static const struct config_choice foreigns[] = {
    {"report", CONFIG_FOREIGN_REPORT}, {"cancel", CONFIG_FOREIGN_CANCEL}, {NULL, 0}};
static const struct config_choice doubts[] = {
    {"hold", CONFIG_DOUBT_HOLD}, {"cancel", CONFIG_DOUBT_CANCEL}, {NULL, 0}};
static const struct config_choice pages[] = {{"auto", HUGEPAGES_AUTO},
                                             {"1g", HUGEPAGES_1G},
                                             {"2m", HUGEPAGES_2M},
                                             {"4k", HUGEPAGES_4K},
                                             {NULL, 0}};
static const struct config_choice clock_steps[] = {
    {"jump", CONFIG_CLOCK_STEP_JUMP}, {"slew", CONFIG_CLOCK_STEP_SLEW}, {NULL, 0}};
static const struct config_choice disconnects[] = {{"none", CONFIG_DISCONNECT_NONE},
                                                   {"disconnect", CONFIG_DISCONNECT_DISCONNECT},
                                                   {"logout", CONFIG_DISCONNECT_LOGOUT},
                                                   {"both", CONFIG_DISCONNECT_BOTH},
                                                   {NULL, 0}};
/* As the bits of config_schedule.days are. */
static const struct config_choice weekdays[] = {{"mon", 0}, {"tue", 1}, {"wed", 2}, {"thu", 3},
                                                {"fri", 4}, {"sat", 5}, {"sun", 6}, {NULL, 0}};
static const struct config_choice shutdowns[] = {
    {"cancel", CONFIG_SHUTDOWN_CANCEL}, {"leave", CONFIG_SHUTDOWN_LEAVE}, {NULL, 0}};

#define IN_CONFIG(field) .offset = offsetof(struct config, field)
#define IN_LIMITS(field) .offset = offsetof(struct config_limits, field)
#define IN_LISTENER(field) .offset = offsetof(struct config_listener, field)
#define IN_CLIENT(field) .offset = offsetof(struct config_client, field)
#define IN_SCHEDULE(field) .offset = offsetof(struct config_schedule, field)
#define IN_VENUE(field) .offset = offsetof(struct config_venue, field)
#define IN_RATE(field) .offset = offsetof(struct config_rate, field)
#define IN_PORT(field) .offset = offsetof(struct config_port, field)
#define IN_DPDK(field) .offset = offsetof(struct config_dpdk, field)
#define IN_TCP(field) .offset = offsetof(struct config_tcp, field)
#define IN_MEMORY(field) .offset = offsetof(struct config_memory, field)
#define IN_CLOCK(field) .offset = offsetof(struct config_clock, field)
#define IN_TRACE(field) .offset = offsetof(struct config_trace, field)
#define IN_INSTRUMENT(field) .offset = offsetof(struct config_instrument, field)
/* A section that is a struct of its own; one that is not lies in its parent's, at offset 0. */
#define STRUCT(owner, field)                                                                       \
    .offset = offsetof(struct owner, field), .stride = sizeof(((struct owner *)0)->field)
#define LIST(owner, array, count, most)                                                            \
    .offset = offsetof(struct owner, array), .count_offset = offsetof(struct owner, count),        \
    .stride = sizeof(((struct owner *)0)->array[0]), .min = 1, .max = (most)

/* The keys of a struct config_tcp. */
#define TCP_KEYS(section)                                                                          \
    {section,                                                                                      \
     "rto_min",                                                                                    \
     CONFIG_TYPE_DURATION,                                                                         \
     .min = 1 * MS,                                                                                \
     .max = 10 * S,                                                                                \
     .fallback = "200ms",                                                                          \
     .reload = CONFIG_RELOAD_SESSION,                                                              \
     IN_TCP(rto_min),                                                                              \
     .help = "The shortest retransmission time-out; 5ms within one building."},                    \
        {section,                                                                                  \
         "ack_delay",                                                                              \
         CONFIG_TYPE_DURATION,                                                                     \
         .max = 1 * S,                                                                             \
         .fallback = "50ms",                                                                       \
         .reload = CONFIG_RELOAD_SESSION,                                                          \
         IN_TCP(ack_delay),                                                                        \
         .help = "How long the peer may wait with the ACK of a lone segment: Linux 40ms. 0s: it "  \
                 "answers at once. Longer waits are learned."},                                    \
        {section,                                                                                  \
         "unacknowledged_timeout",                                                                 \
         CONFIG_TYPE_DURATION,                                                                     \
         .min = 100 * MS,                                                                          \
         .max = 3600 * S,                                                                          \
         .fallback = "30s",                                                                        \
         .reload = CONFIG_RELOAD_SESSION,                                                          \
         IN_TCP(unacknowledged_timeout),                                                           \
         .help = "A connection on which nothing was acknowledged for so long is over."},           \
        {section,                                                                                  \
         "keepalive",                                                                              \
         CONFIG_TYPE_DURATION,                                                                     \
         .max = 7200 * S,                                                                          \
         .fallback = "0s",                                                                         \
         .reload = CONFIG_RELOAD_SESSION,                                                          \
         IN_TCP(keepalive),                                                                        \
         .help = "Silence after which the peer is probed; 0s: never, FIX heartbeats do it."},      \
    {                                                                                              \
        section, "timestamps", CONFIG_TYPE_SWITCH,                                                 \
            .fallback = "on", .reload = CONFIG_RELOAD_SESSION, IN_TCP(timestamps),                 \
            .help = "Offer RFC 7323 timestamps, 12 bytes a segment."                               \
    }

const struct config_key config_keys[] = {
    {"", "version", CONFIG_TYPE_INTEGER, .required = true, .min = CONFIG_VERSION,
     .max = CONFIG_VERSION, .example = "1", IN_CONFIG(version), .help = "The format of this file."},

    {"", "instance", CONFIG_TYPE_SECTION, .required = true, STRUCT(config, instance),
     .help = "Who this process is."},
    {"instance", "name", CONFIG_TYPE_NAME, .required = true, .max = CONFIG_NAME_MAX,
     .example = "demo-a", .offset = offsetof(struct config_instance, name),
     .help = "Stands in every log line; unique among your instances."},
    {"instance", "mode", CONFIG_TYPE_CHOICE, .required = true, .choices = modes, .example = "paper",
     .offset = offsetof(struct config_instance, mode),
     .help =
         "What you mean this instance to be: logs say it. It keeps no order back: where orders go "
         "is decided by the addresses under venues."},

    {"", "shard", CONFIG_TYPE_SECTION, .offset = 0, .help = "Several instances, one set of ids."},
    {"shard", "id", CONFIG_TYPE_INTEGER, .max = 63, .fallback = "0", IN_CONFIG(shard_id),
     .help = "Part of every id sent to a venue; no two running instances may share one."},

    {"", "workers", CONFIG_TYPE_SECTION, .offset = 0, .help = "The threads on the order path."},
    {"workers", "order_entry", CONFIG_TYPE_SECTION, STRUCT(config, order_entry),
     .help = "The thread that owns all orders and order sessions."},
    {"workers.order_entry", "core", CONFIG_TYPE_OPTIONAL, .max = CONFIG_CORES_MAX - 1,
     .fallback = "none", .offset = offsetof(struct config_worker, core),
     .help = "The core it is pinned to, which it should have for itself."},
    {"workers.order_entry", "poll", CONFIG_TYPE_CHOICE, .choices = polls, .fallback = "yield",
     .offset = offsetof(struct config_worker, poll),
     .help = "spin: never sleeps, lowest latency, a whole core. yield: sleeps while idle."},
    {"workers.order_entry", "idle_wait", CONFIG_TYPE_DURATION, .min = 1000, .max = 1 * S,
     .fallback = "1ms", .offset = offsetof(struct config_worker, idle_wait),
     .help = "The longest that yield waits for input in one go."},
    {"workers.order_entry", "transport", CONFIG_TYPE_CHOICE, .choices = transports,
     .fallback = "kernel", .offset = offsetof(struct config_worker, transport),
     .help = "What carries its sessions. kernel: sockets of the host. dpdk: our own TCP on the "
             "queues of the NICs under ports."},

    {"", "ports", CONFIG_TYPE_SECTIONS, LIST(config, ports, port_count, CONFIG_PORTS_MAX),
     .help = "For transport dpdk: the NIC queues that the worker polls. The kernel must not have "
             "their addresses."},
    {"ports", "name", CONFIG_TYPE_NAME, .required = true, .max = CONFIG_NAME_MAX,
     .example = "venues-a", IN_PORT(name), .help = "For logs."},
    {"ports", "device", CONFIG_TYPE_DEVICE, .required = true, .max = 200,
     .example = "'pci: 0000:3b:00.0'", IN_PORT(device),
     .help = "'pci: ADDRESS', or 'vdev: NAME,ARGUMENTS' as DPDK's drivers name themselves, like "
             "'vdev: net_af_xdp0,iface=eth2'."},
    {"ports", "address", CONFIG_TYPE_NETWORK, .required = true, .example = "10.0.0.2/24",
     IN_PORT(address), .help = "Ours, with the length of its network's prefix."},
    {"ports", "vlan", CONFIG_TYPE_INTEGER, .max = ETHERNET_VLAN_MAX, .fallback = "0", IN_PORT(vlan),
     .help = "The 802.1Q tag of its frames; 0: none. Another VLAN of the same NIC is a port of its "
             "own, with a device of its own: a virtual function, say."},
    {"ports", "gateway", CONFIG_TYPE_ADDRESS, .example = "10.0.0.1", IN_PORT(gateway),
     .help = "Where what is in no other network goes."},
    {"ports", "mtu", CONFIG_TYPE_INTEGER, .min = 576, .max = 9000, .fallback = "1500", IN_PORT(mtu),
     .help = "The longest IP datagram."},
    {"ports", "routes", CONFIG_TYPE_SECTIONS,
     LIST(config_port, routes, route_count, CONFIG_ROUTES_MAX), .help = "Static routes."},
    {"ports.routes", "network", CONFIG_TYPE_NETWORK, .required = true, .example = "10.9.0.0/16",
     .offset = offsetof(struct config_route, network), .help = "To there."},
    {"ports.routes", "gateway", CONFIG_TYPE_ADDRESS, .required = true, .example = "10.0.0.9",
     .offset = offsetof(struct config_route, gateway), .help = "By this neighbour."},
    {"ports", "neighbours", CONFIG_TYPE_SECTIONS,
     LIST(config_port, neighbours, neighbour_count, CONFIG_NEIGHBOURS_MAX),
     .help = "Neighbours that are not asked for by ARP, and never change."},
    {"ports.neighbours", "address", CONFIG_TYPE_ADDRESS, .required = true, .example = "10.0.0.9",
     .offset = offsetof(struct config_neighbour, address), .help = "Its IPv4 address."},
    {"ports.neighbours", "at", CONFIG_TYPE_ETHERNET, .required = true,
     .example = "02:00:00:00:00:09", .offset = offsetof(struct config_neighbour, at),
     .help = "Its Ethernet address."},

    {"", "dpdk", CONFIG_TYPE_SECTION, STRUCT(config, dpdk), .help = "For transport dpdk."},
    {"dpdk", "huge_pages", CONFIG_TYPE_SWITCH, .fallback = "on", IN_DPDK(huge_pages),
     .help = "off: packets lie in ordinary memory; only drivers without DMA can do with that."},
    {"dpdk", "receive_packets", CONFIG_TYPE_INTEGER, .min = 256, .max = 1 << 20, .fallback = "4096",
     IN_DPDK(receive_packets), .help = "Buffers of each port for packets in."},
    {"dpdk", "send_packets", CONFIG_TYPE_INTEGER, .min = 256, .max = 1 << 20, .fallback = "8192",
     IN_DPDK(send_packets),
     .help = "Likewise for packets out, kept until the peer has acknowledged them."},
    {"dpdk", "segments_per_connection", CONFIG_TYPE_POWER, .min = 8, .max = 4096, .fallback = "256",
     IN_DPDK(segments_per_connection),
     .help = "Records of one connection that may be unacknowledged or unsent."},
    {"dpdk", "half_open", CONFIG_TYPE_INTEGER, .min = 1, .max = 65536, .fallback = "256",
     IN_DPDK(half_open), .help = "Connections that a SYN asked for and no ACK has completed."},
    {"dpdk", "neighbours", CONFIG_TYPE_INTEGER, .min = 4, .max = 4096, .fallback = "64",
     IN_DPDK(neighbours), .help = "Entries of the ARP table, over all ports."},

    {"", "limits", CONFIG_TYPE_SECTION, STRUCT(config, limits),
     .help = "Every queue and table has its size from here; memory is taken once, at start."},
    {"limits", "orders", CONFIG_TYPE_INTEGER, .min = 1, .max = 1 << 24, .fallback = "65536",
     IN_LIMITS(orders),
     .help = "Orders held at once: open ones, and finished ones inside late_report_window."},
    {"limits", "requests_per_venue", CONFIG_TYPE_INTEGER, .min = 2, .max = 1 << 20,
     .fallback = "131072", IN_LIMITS(requests_per_venue),
     .help =
         "Requests that a venue session may still say something about: new, replace, cancel, "
         "status. Half are kept for cancels: at least twice the orders that one venue may have."},
    {"limits", "client_connections", CONFIG_TYPE_INTEGER, .min = 1, .max = 4096, .fallback = "64",
     IN_LIMITS(client_connections),
     .help = "Client connections at once, logged on or not; at least one for each client."},
    {"limits", "reports_per_client", CONFIG_TYPE_INTEGER, .min = 16, .max = 1 << 20,
     .fallback = "16384", IN_LIMITS(reports_per_client),
     .help = "Execution reports that may wait for a client that is away or reads slowly."},
    {"limits", "resend_messages_per_client", CONFIG_TYPE_INTEGER, .min = 16, .max = 1 << 24,
     .fallback = "16384", IN_LIMITS(resend_messages_per_client),
     .help = "Reports kept for each client to be sent again, the latest ones: what a ResendRequest "
             "gets back. What a client that is away cannot be told any more waits there, too."},
    {"limits", "resend_bytes_per_client", CONFIG_TYPE_SIZE, .min = 64 * KIB, .max = 1024 * MIB,
     .fallback = "8MiB", IN_LIMITS(resend_bytes_per_client),
     .help = "The bytes of those reports; one has about 400."},
    {"limits", "message_bytes_max", CONFIG_TYPE_SIZE, .min = 1 * KIB, .max = 64 * KIB,
     .fallback = "8KiB", IN_LIMITS(message_bytes_max),
     .help = "The longest FIX message taken or sent."},
    {"limits", "send_buffer", CONFIG_TYPE_SIZE, .min = 4 * KIB, .max = 64 * MIB,
     .fallback = "256KiB", IN_LIMITS(send_buffer_bytes),
     .help = "Of each connection: bytes written but not yet taken by the peer."},
    {"limits", "receive_buffer", CONFIG_TYPE_SIZE, .min = 4 * KIB, .max = 64 * MIB,
     .fallback = "64KiB", IN_LIMITS(receive_buffer_bytes),
     .help = "Of each connection: bytes received but not yet read."},
    {"limits", "ledger_cells", CONFIG_TYPE_POWER, .min = 2, .max = 1 << 24, .fallback = "65536",
     IN_LIMITS(ledger_cells),
     .help = "Entries on their way to the ledger; when they are used up, no new order is taken."},
    {"limits", "late_report_window", CONFIG_TYPE_DURATION, .min = 1 * S, .max = 86400 * S,
     .fallback = "60s", IN_LIMITS(late_report_window),
     .help = "How long a finished order still recognises a late report of its venue."},

    {"", "memory", CONFIG_TYPE_SECTION, STRUCT(config, memory),
     .help = "What kind of memory that is; `hugepages/reserve CONFIG` sets it aside."},
    {"memory", "pages", CONFIG_TYPE_CHOICE, .choices = pages, .fallback = "auto", IN_MEMORY(pages),
     .help = "The size of its pages: larger ones cost fewer TLB misses. auto: the largest that are "
             "free, and ordinary ones with a warning when none are."},
    {"memory", "numa_node", CONFIG_TYPE_OPTIONAL, .max = CONFIG_NUMA_NODES_MAX - 1,
     .fallback = "none", IN_MEMORY(numa_node),
     .help = "The node it is on: that of the worker's core, and of the NIC."},

    {"", "ledger", CONFIG_TYPE_SECTION, .required = true, .offset = 0,
     .help = "The order ledger: a row of CSV for every order that ended, was refused or was open "
             "at the "
             "stop. The last row of an order counts: a late fill adds another."},
    {"ledger", "file", CONFIG_TYPE_PATH, .required = true, .max = 1024, .example = "ledger.csv",
     IN_CONFIG(ledger_file), .help = "Appended to: earlier rows stay."},

    {"", "listen", CONFIG_TYPE_SECTIONS, .required = true,
     LIST(config, listeners, listener_count, CONFIG_LISTENERS_MAX),
     .help = "Where clients connect."},
    {"listen", "name", CONFIG_TYPE_NAME, .required = true, .max = CONFIG_NAME_MAX, .example = "oe",
     IN_LISTENER(name), .help = "For logs."},
    {"listen", "address", CONFIG_TYPE_LISTEN, .required = true, .example = "127.0.0.1:5001",
     IN_LISTENER(endpoint), .help = "Port 0 takes any free port and prints it."},
    {"listen", "kind", CONFIG_TYPE_CHOICE, .required = true, .choices = kinds,
     .example = "order_entry", IN_LISTENER(kind), .help = "What is spoken there."},
    {"listen", "allowed", CONFIG_TYPE_SECTIONS,
     LIST(config_listener, allowed, allowed_count, CONFIG_ALLOWED_MAX),
     .help = "Over dpdk: only who comes from these networks may connect; anybody when absent."},
    {"listen.allowed", "network", CONFIG_TYPE_NETWORK, .required = true, .example = "10.1.0.0/16",
     .offset = offsetof(struct config_allowed, network), .help = "ADDRESS/BITS."},
    {"listen", "tcp", CONFIG_TYPE_SECTION, STRUCT(config_listener, tcp),
     .help = "Over dpdk: how our TCP treats those who connect."},
    TCP_KEYS("listen.tcp"),

    {"", "clients", CONFIG_TYPE_SECTIONS, .required = true, .reload = CONFIG_RELOAD_SESSION,
     LIST(config, clients, client_count, CONFIG_CLIENTS_MAX),
     .help = "Who may log on: one FIX session each."},
    {"clients", "name", CONFIG_TYPE_NAME, .required = true, .max = CONFIG_NAME_MAX,
     .example = "acme-1", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(name), .help = "For logs."},
    {"clients", "sender_comp_id", CONFIG_TYPE_WORD, .required = true, .max = CONFIG_COMP_ID_MAX,
     .example = "ACME", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(sender_comp_id),
     .help = "SenderCompID(49) of what the client sends."},
    {"clients", "target_comp_id", CONFIG_TYPE_WORD, .required = true, .max = CONFIG_COMP_ID_MAX,
     .example = "TERCEL", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(target_comp_id),
     .help = "TargetCompID(56) of what the client sends: us."},
    {"clients", "password_file", CONFIG_TYPE_PATH, .hidden = true, .max = 1024,
     .example = "acme.password", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(password_file),
     .help = "What `tercel passwd` printed, mode 0600. Only when every listener is on loopback "
             "may it be absent: then no password is asked."},
    {"clients", "heartbeat", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_SESSION,
     STRUCT(config_client, heartbeat), .help = "What HeartBtInt(108) of a Logon may ask for."},
    {"clients.heartbeat", "min", CONFIG_TYPE_SECONDS, .min = 1 * S, .max = 3600 * S,
     .fallback = "1s", .reload = CONFIG_RELOAD_SESSION,
     .offset = offsetof(struct config_duration_range, min), .help = "Shortest interval."},
    {"clients.heartbeat", "max", CONFIG_TYPE_SECONDS, .min = 1 * S, .max = 3600 * S,
     .fallback = "60s", .reload = CONFIG_RELOAD_SESSION,
     .offset = offsetof(struct config_duration_range, max), .help = "Longest interval."},
    {"clients", "schedule", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_SESSION,
     STRUCT(config_client, schedule),
     .help = "When it may be logged on; always when there is no start and end. Each start begins "
             "with sequence numbers 1; at the end we log it out, which counts as a disconnect."},
    {"clients.schedule", "start", CONFIG_TYPE_CLOCK, .choices = weekdays, .example = "17:00",
     .reload = CONFIG_RELOAD_SESSION, IN_SCHEDULE(start),
     .help = "By the zone's clocks. With a weekday (sun 17:00) the session runs from there to its "
             "end once a week."},
    {"clients.schedule", "end", CONFIG_TYPE_CLOCK, .choices = weekdays, .example = "16:30",
     .reload = CONFIG_RELOAD_SESSION, IN_SCHEDULE(end),
     .help = "Likewise, with a weekday (fri 16:30) when start has one. Not after start: of the "
             "next day or week. The same as start: no pause between one and the next."},
    {"clients.schedule", "days", CONFIG_TYPE_DAYS, .choices = weekdays,
     .example = "[mon, tue, wed, thu, fri]", .reload = CONFIG_RELOAD_SESSION, IN_SCHEDULE(days),
     .help = "On which it starts; all when absent."},
    {"clients.schedule", "zone", CONFIG_TYPE_ZONE, .max = CONFIG_ZONE_MAX, .fallback = "UTC",
     .reload = CONFIG_RELOAD_SESSION, IN_SCHEDULE(zone),
     .help = "IANA name, like America/New_York: summer times as the zone has them. Read from "
             "/usr/share/zoneinfo at start."},
    {"clients", "logon_timeout", CONFIG_TYPE_DURATION, .min = 100 * MS, .max = 60 * S,
     .fallback = "10s", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(logon_timeout),
     .help = "From the connection to a complete Logon."},
    {"clients", "cancel_on_disconnect", CONFIG_TYPE_CHOICE, .choices = disconnects,
     .fallback = "none", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(cancel_on_disconnect),
     .help = "When its open orders are cancelled. disconnect: its connection ended otherwise than "
             "by its Logout. logout: it logged out. both. none: they stay."},
    {"clients", "cancel_window", CONFIG_TYPE_DURATION, .max = 3600 * S, .fallback = "0s",
     .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(cancel_window),
     .help = "A client that logs on again within it keeps its orders."},
    {"clients", "unread_max", CONFIG_TYPE_DURATION, .min = 100 * MS, .max = 3600 * S,
     .fallback = "10s", .reload = CONFIG_RELOAD_SESSION, IN_CLIENT(unread_max),
     .help = "A client that reads none of its reports for so long is cut off; at once when "
             "limits.reports_per_client of them wait."},
    {"clients", "accounts", CONFIG_TYPE_ACCOUNTS, .required = true, .example = "[MAIN]",
     .reload = CONFIG_RELOAD_SESSION,
     LIST(config_client, accounts, account_count, CONFIG_ACCOUNTS_MAX),
     .help = "What Account(1) of its orders may say."},
    {"clients", "venues", CONFIG_TYPE_VENUES, .example = "[KRAKEN]",
     .reload = CONFIG_RELOAD_SESSION, LIST(config_client, venues, venue_count, CONFIG_VENUES_MAX),
     .help = "What ExDestination(100) of its orders may say; every venue when absent."},

    {"", "venues", CONFIG_TYPE_SECTIONS, .required = true,
     LIST(config, venues, venue_count, CONFIG_VENUES_MAX),
     .help = "Where orders go: one session each."},
    {"venues", "name", CONFIG_TYPE_UPPER_NAME, .required = true, .max = CONFIG_NAME_MAX,
     .example = "KRAKEN", IN_VENUE(name), .help = "What ExDestination(100) says."},
    {"venues", "dialect", CONFIG_TYPE_CHOICE, .required = true, .choices = dialects,
     .example = "kraken-spot", IN_VENUE(dialect), .help = "What the venue speaks."},
    {"venues", "address", CONFIG_TYPE_CONNECT, .required = true, .example = "127.0.0.1:4001",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(endpoint),
     .help = "Numeric. For a venue that wants TLS: the local end of a TLS tunnel to it."},
    {"venues", "source", CONFIG_TYPE_ADDRESS, .example = "10.0.0.2",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(source),
     .help = "Over dpdk: the port's address that the session comes from, when the route does not "
             "say it alone."},
    {"venues", "tcp", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_SESSION,
     STRUCT(config_venue, tcp), .help = "Over dpdk: how our TCP treats the venue's."},
    TCP_KEYS("venues.tcp"),
    {"venues", "tls", CONFIG_TYPE_SWITCH, .fallback = "off", .reload = CONFIG_RELOAD_SESSION,
     IN_VENUE(tls), .help = "Only off: TLS is not built yet."},
    {"venues", "sender_comp_id", CONFIG_TYPE_WORD, .required = true, .max = CONFIG_COMP_ID_MAX,
     .example = "TERCEL", .reload = CONFIG_RELOAD_SESSION, IN_VENUE(sender_comp_id),
     .help = "SenderCompID(49) that the venue assigned."},
    {"venues", "target_comp_id", CONFIG_TYPE_WORD, .required = true, .max = CONFIG_COMP_ID_MAX,
     .example = "KRAKEN-TRD", .reload = CONFIG_RELOAD_SESSION, IN_VENUE(target_comp_id),
     .help = "TargetCompID(56) that the venue goes by."},
    {"venues", "api_key_file", CONFIG_TYPE_PATH, .required = true, .hidden = true, .max = 1024,
     .example = "kraken.key", .reload = CONFIG_RELOAD_SESSION, IN_VENUE(api_key_file),
     .help = "File with the API key, mode 0600."},
    {"venues", "api_secret_file", CONFIG_TYPE_PATH, .required = true, .hidden = true, .max = 1024,
     .example = "kraken.secret", .reload = CONFIG_RELOAD_SESSION, IN_VENUE(api_secret_file),
     .help = "File with the API secret, mode 0600."},
    {"venues", "heartbeat", CONFIG_TYPE_SECONDS, .min = 1 * S, .max = 3600 * S, .fallback = "30s",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(heartbeat),
     .help = "HeartBtInt(108) that we propose."},
    {"venues", "reset_on_logon", CONFIG_TYPE_SWITCH, .fallback = "on",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(reset_on_logon),
     .help = "Start both sequences at 1 with each Logon (141=Y)."},
    {"venues", "cancel_on_disconnect", CONFIG_TYPE_SWITCH, .required = true, .example = "on",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(cancel_on_disconnect),
     .help = "on: the venue cancels this session's orders when the connection is lost. No "
             "default, because either choice is dangerous when not meant."},
    {"venues", "self_trade_prevention", CONFIG_TYPE_CHOICE, .choices = self_trades,
     .fallback = "cancel_newest", .reload = CONFIG_RELOAD_LIVE, IN_VENUE(self_trade_prevention),
     .help = "What the venue does when two orders of this session would meet."},
    {"venues", "foreign_orders", CONFIG_TYPE_CHOICE, .choices = foreigns, .fallback = "report",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(foreign_orders),
     .help = "Orders that the venue reports on and that are not of this run: reported and counted; "
             "cancel: one that is open there, of an instrument in this file, is cancelled as well, "
             "once. Not for a session whose orders another router places."},
    {"venues", "in_doubt", CONFIG_TYPE_CHOICE, .choices = doubts, .fallback = "hold",
     .reload = CONFIG_RELOAD_SESSION, IN_VENUE(in_doubt),
     .help =
         "An order of which nobody can know what became. hold: the venue is asked, and the order "
         "held until it answers; cancel: where that cannot be asked, or no answer settles it, "
         "the order is cancelled, and what the venue says to that is the answer."},
    {"venues", "order_validity", CONFIG_TYPE_DURATION, .min = 3 * S, .max = 60 * S,
     .fallback = "5s", .reload = CONFIG_RELOAD_LIVE, IN_VENUE(order_validity),
     .help = "A new order that the venue has not taken by then is dropped by it."},
    {"venues", "connect_timeout", CONFIG_TYPE_DURATION, .min = 10 * MS, .max = 60 * S,
     .fallback = "5s", .reload = CONFIG_RELOAD_SESSION, IN_VENUE(connect_timeout),
     .help = "From the first SYN to an open connection."},
    {"venues", "logon_timeout", CONFIG_TYPE_DURATION, .min = 10 * MS, .max = 60 * S,
     .fallback = "10s", .reload = CONFIG_RELOAD_SESSION, IN_VENUE(logon_timeout),
     .help = "From our Logon to the venue's."},
    {"venues", "reconnect", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_LIVE,
     STRUCT(config_venue, reconnect),
     .help = "The wait before a new try: from min, doubling up to max."},
    {"venues.reconnect", "min", CONFIG_TYPE_DURATION, .min = 10 * MS, .max = 3600 * S,
     .fallback = "1s", .reload = CONFIG_RELOAD_LIVE,
     .offset = offsetof(struct config_duration_range, min), .help = "First wait."},
    {"venues.reconnect", "max", CONFIG_TYPE_DURATION, .min = 10 * MS, .max = 3600 * S,
     .fallback = "30s", .reload = CONFIG_RELOAD_LIVE,
     .offset = offsetof(struct config_duration_range, max), .help = "Longest wait."},
    {"venues", "daily_pause", CONFIG_TYPE_SWITCH, .fallback = "on", .reload = CONFIG_RELOAD_SESSION,
     IN_VENUE(daily_pause),
     .help = "Log out before the venue's day rolls over, and in again afterwards (Kraken: 21:59:55 "
             "to 22:00:30 UTC). off: for a venue without such a day, a simulated one, say."},
    {"venues", "message_rate", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_SESSION,
     STRUCT(config_venue, message_rate),
     .help =
         "How many messages this session may send; each counts one. Orders and replaces beyond it "
         "are refused, cancels wait."},
    {"venues.message_rate", "limit", CONFIG_TYPE_INTEGER, .min = 0, .max = 1000000, .fallback = "0",
     .reload = CONFIG_RELOAD_SESSION, IN_RATE(limit), .help = "0: not limited."},
    {"venues.message_rate", "per_minute", CONFIG_TYPE_INTEGER, .min = 1, .max = 60000000,
     .fallback = "60", .reload = CONFIG_RELOAD_SESSION, IN_RATE(per_minute),
     .help = "How fast the count goes back."},
    {"venues.message_rate", "cancel_reserve", CONFIG_TYPE_INTEGER, .min = 0, .max = 1000000,
     .fallback = "1", .reload = CONFIG_RELOAD_SESSION, IN_RATE(cancel_reserve),
     .help = "What of the limit only cancels may use. At least 1, which a cancel counts."},
    {"venues", "instrument_rate", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_SESSION,
     STRUCT(config_venue, instrument_rate),
     .help =
         "The same for each instrument, counted as the venue counts. Kraken spot has a limit of "
         "60, 125 or 180 with 60, 140 or 225 a minute, by the tier of the account."},
    {"venues.instrument_rate", "limit", CONFIG_TYPE_INTEGER, .min = 0, .max = 1000000,
     .fallback = "0", .reload = CONFIG_RELOAD_SESSION, IN_RATE(limit), .help = "0: not limited."},
    {"venues.instrument_rate", "per_minute", CONFIG_TYPE_INTEGER, .min = 1, .max = 60000000,
     .fallback = "60", .reload = CONFIG_RELOAD_SESSION, IN_RATE(per_minute),
     .help = "How fast the count goes back."},
    {"venues.instrument_rate", "cancel_reserve", CONFIG_TYPE_INTEGER, .min = 0, .max = 1000000,
     .fallback = "8", .reload = CONFIG_RELOAD_SESSION, IN_RATE(cancel_reserve),
     .help = "What of the limit only cancels may use. At least what the dearest cancel counts: 8 "
             "at Kraken spot."},
    {"venues", "accounts", CONFIG_TYPE_ACCOUNTS, .required = true, .example = "[MAIN]",
     LIST(config_venue, accounts, account_count, CONFIG_ACCOUNTS_MAX),
     .help = "Our account names whose orders this session carries."},

    {"", "instruments", CONFIG_TYPE_SECTIONS, .required = true, .reload = CONFIG_RELOAD_DRAIN,
     LIST(config, instruments, instrument_count, CONFIG_INSTRUMENTS_MAX),
     .help = "What can be traded."},
    {"instruments", "symbol", CONFIG_TYPE_SYMBOL, .required = true, .max = CONFIG_SYMBOL_MAX,
     .example = "BTC-USD", .reload = CONFIG_RELOAD_DRAIN, IN_INSTRUMENT(symbol),
     .help = "Symbol(55) to clients."},
    {"instruments", "price_digits", CONFIG_TYPE_INTEGER, .required = true,
     .max = DECIMAL_DIGITS_MAX, .example = "1", .reload = CONFIG_RELOAD_DRAIN,
     IN_INSTRUMENT(price_digits),
     .help =
         "Decimals of a price, as many as the venue's own may have: an order with more is refused, "
         "never rounded, and a fill with more cannot be booked."},
    {"instruments", "quantity_digits", CONFIG_TYPE_INTEGER, .required = true,
     .max = DECIMAL_DIGITS_MAX, .example = "8", .reload = CONFIG_RELOAD_DRAIN,
     IN_INSTRUMENT(quantity_digits), .help = "Decimals of a quantity, likewise; 8 at Kraken."},
    {"instruments", "tick", CONFIG_TYPE_PRICE, .required = true, .example = "0.1",
     .reload = CONFIG_RELOAD_DRAIN, IN_INSTRUMENT(tick), .help = "A price is a multiple of it."},
    {"instruments", "lot", CONFIG_TYPE_QUANTITY, .required = true, .example = "0.00000001",
     .reload = CONFIG_RELOAD_DRAIN, IN_INSTRUMENT(lot), .help = "A quantity is a multiple of it."},
    {"instruments", "min_quantity", CONFIG_TYPE_QUANTITY, .required = true, .example = "0.0001",
     .reload = CONFIG_RELOAD_DRAIN, IN_INSTRUMENT(min_quantity),
     .help = "The smallest order; a multiple of lot."},
    {"instruments", "cash_digits", CONFIG_TYPE_INTEGER, .max = DECIMAL_DIGITS_MAX, .example = "2",
     .reload = CONFIG_RELOAD_DRAIN, IN_INSTRUMENT(cash_digits),
     .help = "Decimals of CashOrderQty(152), likewise; price_digits when not given."},
    {"instruments", "contract_size", CONFIG_TYPE_QUANTITY, .example = "0.001",
     .reload = CONFIG_RELOAD_DRAIN, IN_INSTRUMENT(contract_size),
     .help = "What one contract is in base units, for OrderQty(38) with QtyType(854) 1; a multiple "
             "of lot. Not given: there are no contracts."},
    {"instruments", "venues", CONFIG_TYPE_SECTIONS, .required = true, .reload = CONFIG_RELOAD_DRAIN,
     LIST(config_instrument, venues, venue_count, CONFIG_VENUES_MAX),
     .help = "Where it is traded, and under what name."},
    {"instruments.venues", "venue", CONFIG_TYPE_VENUE, .required = true, .example = "KRAKEN",
     .reload = CONFIG_RELOAD_DRAIN, .offset = offsetof(struct config_instrument_venue, venue),
     .help = "A name under venues."},
    {"instruments.venues", "symbol", CONFIG_TYPE_WORD, .required = true, .max = CONFIG_SYMBOL_MAX,
     .example = "BTC/USD", .reload = CONFIG_RELOAD_DRAIN,
     .offset = offsetof(struct config_instrument_venue, symbol), .help = "The venue's symbol."},

    {"", "shutdown", CONFIG_TYPE_SECTION, .reload = CONFIG_RELOAD_LIVE, STRUCT(config, shutdown),
     .help = "What happens to open orders when the process is told to stop."},
    {"shutdown", "policy", CONFIG_TYPE_CHOICE, .choices = shutdowns, .fallback = "cancel",
     .reload = CONFIG_RELOAD_LIVE, .offset = offsetof(struct config_shutdown_policy, policy),
     .help = "cancel: all of them, and wait for the proof. leave: they stay at the venue."},
    {"shutdown", "deadline", CONFIG_TYPE_DURATION, .min = 100 * MS, .max = 60 * S, .fallback = "5s",
     .reload = CONFIG_RELOAD_LIVE, .offset = offsetof(struct config_shutdown_policy, deadline),
     .help = "The longest that stopping takes."},

    {"", "clock", CONFIG_TYPE_SECTION, STRUCT(config, clock),
     .help = "How UTC, in messages and ledgers, follows the clock of the host."},
    {"clock", "slew_ppm", CONFIG_TYPE_INTEGER, .min = 1, .max = CLOCK_SLEW_PPM_MAX,
     .fallback = "500", IN_CLOCK(slew_ppm),
     .help = "How much faster or slower it may run, in millionths, until the two agree."},
    {"clock", "step_threshold", CONFIG_TYPE_DURATION, .min = 1 * MS, .max = 3600 * S,
     .fallback = "100ms", IN_CLOCK(step_threshold),
     .help = "When it is off by more, the host's clock was set: the log says so."},
    {"clock", "step", CONFIG_TYPE_CHOICE, .choices = clock_steps, .fallback = "jump",
     IN_CLOCK(step),
     .help = "Then. jump: to the new time at once. slew: at slew_ppm; an hour takes 83 days."},

    {"", "trace", CONFIG_TYPE_SECTION, STRUCT(config, trace),
     .help = "The worker's last events, for `tercel trace`."},
    {"trace", "file", CONFIG_TYPE_PATH, .max = 1024, .example = "/dev/shm/tercel.trace",
     IN_TRACE(file),
     .help = "On a tmpfs; what an earlier run left is kept as FILE.1. Nothing is traced when "
             "absent."},
    {"trace", "cells", CONFIG_TYPE_POWER, .min = TRACE_CELLS_MIN, .max = TRACE_CELLS_MAX,
     .fallback = "65536", IN_TRACE(cells),
     .help = "Events kept, of 32 bytes each; the oldest are overwritten."},
    {"trace", "long_turn", CONFIG_TYPE_DURATION, .min = 1 * NS_PER_US, .max = 10 * S,
     .fallback = "100us", IN_TRACE(long_turn),
     .help = "A turn of order entry that takes longer is an event itself."},
};

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

const struct config_key *config_schema_find(const char *section, struct bytes key) {
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *row = &config_keys[i];
        if (strcmp(row->section, section) == 0 && bytes_equal(bytes_of_string(row->key), key)) {
            return row;
        }
    }
    return NULL;
}

void config_schema_section(const struct config_key *row, char *out, size_t out_size) {
    snprintf(out, out_size, "%s%s%s", row->section, row->section[0] != '\0' ? "." : "", row->key);
}

const char *config_schema_nearest(const char *section, struct bytes key) {
    struct nearest nearest = nearest_begin(key);
    for (size_t i = 0; i < config_key_count; i++) {
        if (strcmp(config_keys[i].section, section) == 0) {
            nearest_offer(&nearest, config_keys[i].key);
        }
    }
    return nearest.best;
}

const struct config_key *config_schema_elsewhere(const char *section, struct bytes key) {
    struct nearest nearest = nearest_begin(key);
    const struct config_key *best = NULL;
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *row = &config_keys[i];
        if (strcmp(row->section, section) != 0 && nearest_offer(&nearest, row->key)) {
            best = row;
        }
    }
    return best;
}

bool config_schema_is_word(struct bytes word) {
    for (size_t i = 0; i < config_key_count; i++) {
        if (bytes_equal(bytes_of_string(config_keys[i].key), word)) {
            return true;
        }
        const struct config_choice *choice = config_keys[i].choices;
        for (; choice != NULL && choice->name != NULL; choice++) {
            if (bytes_equal(bytes_of_string(choice->name), word)) {
                return true;
            }
        }
    }
    return false;
}
