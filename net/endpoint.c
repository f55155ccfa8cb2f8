#include "net/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool parse_port(struct bytes text, uint16_t *port) {
    uint32_t value = 0;
    if (text.len < 1 || text.len > 5) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text.data[i] - '0');
    }
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

/* inet_pton wants a terminated string and refuses everything that is not purely numeric. */
static bool parse_address(int family, struct bytes text, void *address) {
    char terminated[INET6_ADDRSTRLEN];
    if (text.len >= sizeof(terminated) || memchr(text.data, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(terminated, text.data, text.len);
    terminated[text.len] = '\0';
    return inet_pton(family, terminated, address) == 1;
}

static bool parse_v4(struct bytes text, uint16_t port, struct endpoint *endpoint) {
    endpoint->address.v4.sin_family = AF_INET;
    endpoint->address.v4.sin_port = htons(port);
    endpoint->address_bytes = sizeof(endpoint->address.v4);
    return parse_address(AF_INET, text, &endpoint->address.v4.sin_addr);
}

static bool parse_v6(struct bytes text, uint16_t port, struct endpoint *endpoint) {
    endpoint->address.v6.sin6_family = AF_INET6;
    endpoint->address.v6.sin6_port = htons(port);
    endpoint->address_bytes = sizeof(endpoint->address.v6);
    bool bracketed = text.len >= 2 && text.data[0] == '[' && text.data[text.len - 1] == ']';
    return bracketed && parse_address(AF_INET6, bytes_of(text.data + 1, text.len - 2),
                                      &endpoint->address.v6.sin6_addr);
}

enum endpoint_result endpoint_parse(struct bytes text, struct endpoint *endpoint) {
    const char *colon = text.len == 0 ? NULL : memrchr(text.data, ':', text.len);
    if (colon == NULL || (text.data[0] == '[' && text.data[text.len - 1] == ']')) {
        return ENDPOINT_NO_PORT;
    }
    struct bytes address = bytes_of(text.data, (size_t)(colon - text.data));
    uint16_t port;
    if (!parse_port(bytes_skip(text, address.len + 1), &port)) {
        return ENDPOINT_BAD_PORT;
    }
    struct endpoint parsed;
    memset(&parsed, 0, sizeof(parsed));
    bool known = address.len > 0 && address.data[0] == '[' ? parse_v6(address, port, &parsed)
                                                           : parse_v4(address, port, &parsed);
    if (!known) {
        return ENDPOINT_BAD_ADDRESS;
    }
    *endpoint = parsed;
    return ENDPOINT_OK;
}

const char *endpoint_result_text(enum endpoint_result result) {
    static const char *const texts[] = {
        [ENDPOINT_OK] = "fine",
        [ENDPOINT_NO_PORT] = "has no port: write ADDRESS:PORT",
        [ENDPOINT_BAD_ADDRESS] =
            "has no numeric address: write 192.0.2.1:PORT or [2001:db8::1]:PORT",
        [ENDPOINT_BAD_PORT] = "has no valid port: write a number from 0 to 65535 after the ':'",
    };
    CHECK((size_t)result < sizeof(texts) / sizeof(texts[0]));
    return texts[result];
}

void endpoint_format(const struct endpoint *endpoint, char *out) {
    char address[INET6_ADDRSTRLEN] = "?";
    if (endpoint->address.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &endpoint->address.v6.sin6_addr, address, sizeof(address));
        snprintf(out, ENDPOINT_TEXT_MAX + 1, "[%.39s]:%u", address, endpoint_port(endpoint));
    } else {
        inet_ntop(AF_INET, &endpoint->address.v4.sin_addr, address, sizeof(address));
        snprintf(out, ENDPOINT_TEXT_MAX + 1, "%.39s:%u", address, endpoint_port(endpoint));
    }
}

uint16_t endpoint_port(const struct endpoint *endpoint) {
    return ntohs(endpoint->address.any.sa_family == AF_INET6 ? endpoint->address.v6.sin6_port
                                                             : endpoint->address.v4.sin_port);
}
