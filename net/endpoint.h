/*
 * An IP address and a TCP port, as written in a configuration: "192.0.2.1:9878",
 * "[2001:db8::1]:443".
 *
 * Numeric only: names are for cold resolvers. "0.0.0.0" and "[::]" mean every local address when
 * listening; port 0 lets the kernel choose one.
 */
#ifndef TERCEL_NET_ENDPOINT_H
#define TERCEL_NET_ENDPOINT_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/base/bytes.h"
#include "core/base/check.h"

/* The longest text: 39 digits and colons of an address, brackets, ':', 5 digits. */
#define ENDPOINT_TEXT_MAX 47

struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t address_bytes;
};

enum endpoint_result {
    ENDPOINT_OK = 0,
    ENDPOINT_NO_PORT,     /* no ':' behind the address */
    ENDPOINT_BAD_ADDRESS, /* not dotted decimal, nor IPv6 in brackets */
    ENDPOINT_BAD_PORT     /* not a decimal number 0 .. 65535 */
};

/* Reads all of `text`; *endpoint is written only on ENDPOINT_OK. */
enum endpoint_result endpoint_parse(struct bytes text, struct endpoint *endpoint) MUST_USE;

/* What is wrong and what would be right, to follow the offending text in a message. */
const char *endpoint_result_text(enum endpoint_result result);

/* Terminated; `out` has ENDPOINT_TEXT_MAX + 1 bytes. */
void endpoint_format(const struct endpoint *endpoint, char *out);

uint16_t endpoint_port(const struct endpoint *endpoint);

#endif
