#include "core/app/transport.h"

#include "core/fix/fix_session.h"
#include "core/route/client_encode.h"

/* Enough for the records that wait for the journal at distinct positions. */
#define HOLD_RECORDS_MAX 1024

struct stream_limits transport_stream_limits(const struct config *config) {
    const struct config_limits *limits = &config->limits;
    return (struct stream_limits){
        .send_bytes = limits->send_buffer_bytes,
        .receive_bytes = limits->receive_buffer_bytes,
        .record_bytes_max = CLIENT_REPORT_BYTES_MAX + FIX_RESENT_BYTES_MORE,
        .gather_bytes_max = limits->message_bytes_max,
        .hold_bytes = limits->send_buffer_bytes,
        .hold_records_max = HOLD_RECORDS_MAX,
    };
}

uint32_t transport_accepts_max(const struct config *config) {
    return config->limits.client_connections + config->client_count;
}

uint32_t transport_streams_max(const struct config *config) {
    return transport_accepts_max(config) + config->venue_count;
}

static bool is_dpdk(const struct config *config) {
    return config->order_entry.transport == CONFIG_TRANSPORT_DPDK;
}

size_t transport_footprint(const struct config *config) {
    return is_dpdk(config) ? transport_dpdk_footprint(config) : transport_kernel_footprint(config);
}

struct transport *transport_open(void *mem, const struct config *config, FILE *err) {
    return is_dpdk(config) ? transport_dpdk_open(mem, config, err)
                           : transport_kernel_open(mem, config, err);
}
