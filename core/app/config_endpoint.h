/*
 * What an address of the config is for: who can reach it, and over what.
 *
 * Pure; any thread. An IPv4-mapped IPv6 address counts as the IPv4 address it holds.
 */
#ifndef TERCEL_CORE_APP_CONFIG_ENDPOINT_H
#define TERCEL_CORE_APP_CONFIG_ENDPOINT_H

#include <stdbool.h>

#include "net/endpoint.h"

/* Only this host can reach the address (127/8, ::1). */
bool config_endpoint_is_loopback(const struct endpoint *endpoint);

/* Not routed on the internet: RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291 link-local. */
bool config_endpoint_is_private(const struct endpoint *endpoint);

/* An address one can connect to: not unspecified, not multicast, not broadcast, port not 0. */
bool config_endpoint_is_destination(const struct endpoint *endpoint);

bool config_endpoint_is_same(const struct endpoint *a, const struct endpoint *b);

#endif
