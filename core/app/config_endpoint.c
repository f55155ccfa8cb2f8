#include "core/app/config_endpoint.h"

#include <arpa/inet.h>
#include <string.h>

/* The IPv4 address in host order; also of an IPv4-mapped IPv6 address. False for other IPv6. */
static bool v4_of(const struct endpoint *endpoint, uint32_t *address) {
    if (endpoint->address.any.sa_family == AF_INET) {
        *address = ntohl(endpoint->address.v4.sin_addr.s_addr);
        return true;
    }
    const struct in6_addr *v6 = &endpoint->address.v6.sin6_addr;
    if (endpoint->address.any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(v6)) {
        return false;
    }
    const uint8_t *last = v6->s6_addr + 12;
    *address =
        ((uint32_t)last[0] << 24) | ((uint32_t)last[1] << 16) | ((uint32_t)last[2] << 8) | last[3];
    return true;
}

static bool v4_in(uint32_t address, uint32_t net, unsigned prefix_bits) {
    return (address ^ net) >> (32 - prefix_bits) == 0;
}

bool config_endpoint_is_loopback(const struct endpoint *endpoint) {
    uint32_t v4 = 0;
    if (v4_of(endpoint, &v4)) {
        return v4_in(v4, 0x7F000000, 8);
    }
    return endpoint->address.any.sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&endpoint->address.v6.sin6_addr);
}

bool config_endpoint_is_private(const struct endpoint *endpoint) {
    uint32_t v4 = 0;
    if (v4_of(endpoint, &v4)) {
        return v4_in(v4, 0x0A000000, 8) || v4_in(v4, 0xAC100000, 12) || v4_in(v4, 0xC0A80000, 16) ||
               v4_in(v4, 0xA9FE0000, 16) || v4_in(v4, 0x64400000, 10);
    }
    if (endpoint->address.any.sa_family != AF_INET6) {
        return false;
    }
    const struct in6_addr *v6 = &endpoint->address.v6.sin6_addr;
    return IN6_IS_ADDR_LINKLOCAL(v6) || (v6->s6_addr[0] & 0xFE) == 0xFC;
}

bool config_endpoint_is_destination(const struct endpoint *endpoint) {
    uint32_t v4 = 0;
    if (v4_of(endpoint, &v4)) {
        bool this_net = v4_in(v4, 0, 8);
        bool multicast_or_reserved = v4_in(v4, 0xE0000000, 3);
        return !this_net && !multicast_or_reserved && endpoint->address.v4.sin_port != 0;
    }
    const struct in6_addr *v6 = &endpoint->address.v6.sin6_addr;
    return endpoint->address.any.sa_family == AF_INET6 && !IN6_IS_ADDR_UNSPECIFIED(v6) &&
           !IN6_IS_ADDR_MULTICAST(v6) && endpoint->address.v6.sin6_port != 0;
}

bool config_endpoint_is_same(const struct endpoint *a, const struct endpoint *b) {
    return a->address_bytes == b->address_bytes &&
           memcmp(&a->address, &b->address, a->address_bytes) == 0;
}
