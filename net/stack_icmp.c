#include "net/stack_internal.h"
#include "net/wire/icmp.h"

#define ECHO_TTL 64

/* Back to who brought it, whoever the way to the sender is: no question is asked for a ping. */
static bool send_echo(struct stack *stack, uint32_t port, const struct ethernet_header *header,
                      const struct ipv4_header *ip, const char *request) {
    char *datagram;
    struct packet *packet =
        stack_frame_begin(stack, port, &header->from, ETHERNET_TYPE_IPV4, &datagram);
    if (packet == NULL) {
        return false;
    }
    struct ipv4_header answer = {.from = ip->to,
                                 .to = ip->from,
                                 .protocol = IPV4_PROTOCOL_ICMP,
                                 .ttl = ECHO_TTL,
                                 .dont_fragment = true,
                                 .header_bytes = IPV4_HEADER_BYTES,
                                 .payload_bytes = ip->payload_bytes};
    ipv4_write(datagram, &answer);
    icmp_write_echo_reply(datagram + IPV4_HEADER_BYTES, request, ip->payload_bytes);
    return stack_frame_send(stack, port, packet, IPV4_HEADER_BYTES + ip->payload_bytes);
}

static void echo_input(struct stack *stack, uint32_t port, const struct ethernet_header *header,
                       const struct ipv4_header *ip, const char *request) {
    uint32_t datagram_bytes = IPV4_HEADER_BYTES + ip->payload_bytes;
    if (datagram_bytes > stack_datagram_bytes_max(stack, port) ||
        !tcp_limit_take(&stack->echoes, stack->setup.icmp_per_second, stack->now)) {
        stack->counters.echoes_withheld++;
        return;
    }
    stack->counters.echoes += send_echo(stack, port, header, ip, request);
}

/* RFC 5461 §2: what says that the peer will never do. The rest may pass. */
static enum tcp_icmp_kind kind_of(uint8_t code) {
    switch (code) {
    case ICMP_FRAGMENTATION_NEEDED:
        return TCP_ICMP_TOO_BIG;
    case ICMP_PROTOCOL_UNREACHABLE:
    case ICMP_PORT_UNREACHABLE:
    case ICMP_NET_PROHIBITED:
    case ICMP_HOST_PROHIBITED:
    case ICMP_PROHIBITED:
        return TCP_ICMP_REFUSED;
    default:
        return TCP_ICMP_UNREACHABLE;
    }
}

static void error_input(struct stack *stack, uint32_t port, const struct icmp_message *message) {
    const struct icmp_quote *quote = &message->quote;
    if (!ipv4_address_equal(quote->from, stack->ports[port].port.address)) {
        stack->counters.not_ours++;
        return;
    }
    struct tcp_flow flow = {.local = quote->from,
                            .remote = quote->to,
                            .local_port = quote->from_port,
                            .remote_port = quote->to_port};
    stack->counters.icmp_errors++;
    tcp_icmp(stack->tcp, kind_of(message->code), &flow, quote->seq, message->mtu);
}

void stack_icmp_input(struct stack *stack, uint32_t port, const struct ethernet_header *header,
                      const struct ipv4_header *ip, const char *payload) {
    struct icmp_message message;
    switch (icmp_read(payload, ip->payload_bytes, &message)) {
    case ICMP_OK:
        break;
    case ICMP_BAD_CHECKSUM:
        stack->counters.bad_checksum++;
        return;
    case ICMP_TRUNCATED:
    case ICMP_MALFORMED:
        stack->counters.malformed++;
        return;
    case ICMP_OTHER:
        stack->counters.not_ours++;
        return;
    }
    if (message.type == ICMP_TYPE_ECHO) {
        echo_input(stack, port, header, ip, payload);
    } else {
        error_input(stack, port, &message);
    }
}
