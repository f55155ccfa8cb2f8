#include "net/tcp/script/tcp_script_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "net/wire/arp.h"
#include "net/wire/big_endian.h"
#include "net/wire/icmp.h"

#define HEX_BYTES_MAX 256
#define ICMP_ERROR_BYTES (ICMP_HEADER_BYTES + IPV4_HEADER_BYTES + 8)
#define ECHO_BYTES_MAX 1400

static const struct ethernet_address everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/* ARP. */

static bool take_arp(struct script_run *run, struct script_words *words,
                     struct arp_message *message) {
    message->operation = script_words_take(words, "request") ? ARP_REQUEST : ARP_REPLY;
    if (message->operation == ARP_REPLY && !script_words_take(words, "reply")) {
        return script_fail(run, "expected request or reply");
    }
    return script_words_address(words, &message->sender) || script_fail(run, "not an address");
}

static bool inject_arp(struct script_run *run, struct script_words *words) {
    struct arp_message message = {0};
    char frame[ETHERNET_HEADER_BYTES + ETHERNET_TAG_BYTES + ARP_BYTES];
    if (!take_arp(run, words, &message)) {
        return false;
    }
    if (!script_words_take(words, "is-at") || !script_words_ethernet(words, &message.sender_at) ||
        !script_words_take(words, "for") || !script_words_address(words, &message.target)) {
        return script_fail(run, "expected is-at MAC for ADDRESS");
    }
    bool asks = message.operation == ARP_REQUEST;
    message.target_at = asks ? (struct ethernet_address){{0}} : script_our_ethernet();
    struct ethernet_header header = {.to = asks ? everybody : script_our_ethernet(),
                                     .from = message.sender_at,
                                     .type = ETHERNET_TYPE_ARP,
                                     .vlan = (uint16_t)run->config.vlan};
    uint32_t bytes = ethernet_write(frame, &header);
    bytes += arp_write(frame + bytes, &message);
    return script_put(run, bytes_of(frame, bytes));
}

static bool read_arp(const struct script_frame *frame, struct ethernet_header *header,
                     struct arp_message *message) {
    return ethernet_read(frame->data, frame->bytes, header) && header->type == ETHERNET_TYPE_ARP &&
           arp_read(frame->data + header->header_bytes, frame->bytes - header->header_bytes,
                    message);
}

static bool differs(struct script_run *run, const struct script_frame *frame, const char *what) {
    char text[512];
    script_describe(run, frame, text, sizeof text);
    return script_fail(run, "%s differs; came: %s", what, text);
}

/* "> arp request 192.0.2.1 for 192.0.2.2 [to MAC]": everybody when none is named. */
static bool expect_arp(struct script_run *run, struct script_words *words) {
    struct arp_message expected = {0}, came;
    struct ethernet_header header;
    struct ethernet_address to = everybody, us = script_our_ethernet();
    if (!take_arp(run, words, &expected)) {
        return false;
    }
    if (!script_words_take(words, "for") || !script_words_address(words, &expected.target) ||
        (script_words_take(words, "to") && !script_words_ethernet(words, &to))) {
        return script_fail(run, "expected for ADDRESS, perhaps to MAC");
    }
    const struct script_frame *frame = script_next_frame(run);
    if (frame == NULL) {
        return false;
    }
    if (!read_arp(frame, &header, &came) || came.operation != expected.operation) {
        return differs(run, frame, "the kind");
    }
    if (!ethernet_address_equal(&header.to, &to) || !ethernet_address_equal(&header.from, &us) ||
        !ethernet_address_equal(&came.sender_at, &us) || header.vlan != run->config.vlan) {
        return differs(run, frame, "an Ethernet address");
    }
    if (!ipv4_address_equal(came.sender, expected.sender) ||
        !ipv4_address_equal(came.target, expected.target)) {
        return differs(run, frame, "an address");
    }
    return true;
}

/* ICMP. */

static bool put_icmp(struct script_run *run, char *icmp, uint32_t bytes, char *frame) {
    memset(icmp + 2, 0, 2);
    uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, icmp, bytes));
    memcpy(icmp + 2, &sum, sizeof sum);
    return script_put(run, bytes_of(frame, (size_t)(icmp - frame) + bytes));
}

static bool take_code(struct script_words *words, char *code) {
    static const struct {
        const char *name;
        char code;
    } codes[] = {
        {"net", ICMP_NET_UNREACHABLE},           {"host", ICMP_HOST_UNREACHABLE},
        {"protocol", ICMP_PROTOCOL_UNREACHABLE}, {"port", ICMP_PORT_UNREACHABLE},
        {"prohibited", ICMP_PROHIBITED},         {"too-big", ICMP_FRAGMENTATION_NEEDED},
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (script_words_take(words, codes[i].name)) {
            *code = codes[i].code;
            return true;
        }
    }
    return false;
}

/* About a segment of ours, from the peer's own address. */
static bool inject_icmp(struct script_run *run, struct script_words *words) {
    char frame[128];
    char *icmp = script_put_headers(run, frame, IPV4_PROTOCOL_ICMP, ICMP_ERROR_BYTES);
    int64_t seq, mtu = 0;
    memset(icmp, 0, ICMP_ERROR_BYTES);
    icmp[0] = ICMP_TYPE_UNREACHABLE;
    if (!take_code(words, &icmp[1]) || !script_words_take(words, "seq") ||
        !script_words_number(words, &seq) ||
        (script_words_take(words, "mtu") && !script_words_number(words, &mtu))) {
        return script_fail(run, "expected CODE seq N [mtu N]");
    }
    big_endian_put_u16(icmp + 6, (uint16_t)mtu);
    struct ipv4_header quoted = {.from = script_our_address(),
                                 .to = run->flow->remote,
                                 .protocol = IPV4_PROTOCOL_TCP,
                                 .ttl = 61,
                                 .dont_fragment = true,
                                 .payload_bytes = 1460};
    ipv4_write(icmp + ICMP_HEADER_BYTES, &quoted);
    char *tcp = icmp + ICMP_HEADER_BYTES + IPV4_HEADER_BYTES;
    big_endian_put_u16(tcp, run->flow->local_port);
    big_endian_put_u16(tcp + 2, run->flow->remote_port);
    big_endian_put_u32(tcp + 4, run->flow->iss.value + (uint32_t)seq);
    return put_icmp(run, icmp, ICMP_ERROR_BYTES, frame);
}

static bool take_echo(struct script_run *run, struct script_words *words, int64_t *id,
                      int64_t *bytes) {
    if (!script_words_number(words, id) || !script_words_number(words, bytes) || *bytes < 0 ||
        *bytes > ECHO_BYTES_MAX) {
        return script_fail(run, "expected an id and a number of bytes");
    }
    return true;
}

static uint32_t write_echo(char *icmp, char type, int64_t id, int64_t bytes) {
    memset(icmp, 0, ICMP_HEADER_BYTES);
    icmp[0] = type;
    big_endian_put_u16(icmp + 4, (uint16_t)id);
    for (int64_t i = 0; i < bytes; i++) {
        icmp[ICMP_HEADER_BYTES + i] = (char)(i + id);
    }
    return ICMP_HEADER_BYTES + (uint32_t)bytes;
}

static bool inject_echo(struct script_run *run, struct script_words *words) {
    char frame[ECHO_BYTES_MAX + 128];
    int64_t id, bytes;
    if (!take_echo(run, words, &id, &bytes)) {
        return false;
    }
    uint32_t icmp_bytes = ICMP_HEADER_BYTES + (uint32_t)bytes;
    char *icmp = script_put_headers(run, frame, IPV4_PROTOCOL_ICMP, icmp_bytes);
    write_echo(icmp, ICMP_TYPE_ECHO, id, bytes);
    return put_icmp(run, icmp, icmp_bytes, frame);
}

static bool expect_echo(struct script_run *run, struct script_words *words) {
    char expected[ECHO_BYTES_MAX + ICMP_HEADER_BYTES];
    struct ethernet_header header;
    struct ipv4_header ip;
    int64_t id, bytes;
    const struct script_frame *frame = NULL;
    if (!take_echo(run, words, &id, &bytes) || (frame = script_next_frame(run)) == NULL) {
        return false;
    }
    uint32_t count = write_echo(expected, ICMP_TYPE_ECHO_REPLY, id, bytes);
    if (!ethernet_read(frame->data, frame->bytes, &header) || header.type != ETHERNET_TYPE_IPV4 ||
        ipv4_read(frame->data + header.header_bytes, frame->bytes - header.header_bytes, false,
                  &ip) != IPV4_OK ||
        ip.protocol != IPV4_PROTOCOL_ICMP || ip.payload_bytes != count) {
        return differs(run, frame, "the kind or length");
    }
    const char *icmp = frame->data + header.header_bytes + ip.header_bytes;
    bool good = checksum_finish(checksum_add((struct checksum){0}, icmp, count)) == 0;
    if (!good || memcmp(icmp, expected, 2) != 0 || memcmp(icmp + 4, expected + 4, count - 4) != 0 ||
        !ipv4_address_equal(ip.from, script_our_address()) ||
        !ipv4_address_equal(ip.to, run->flow->remote) ||
        !ethernet_address_equal(&header.to, &run->flow->at)) {
        return differs(run, frame, "the answer");
    }
    return true;
}

/* Others. */

static bool inject_hex(struct script_run *run, struct script_words *words) {
    char frame[HEX_BYTES_MAX];
    size_t bytes = 0;
    while (!script_words_at_end(words) && bytes < HEX_BYTES_MAX) {
        struct bytes word = script_words_next(words);
        for (size_t i = 0; i + 1 < word.len && bytes < HEX_BYTES_MAX; i += 2) {
            unsigned value;
            char text[3] = {word.data[i], word.data[i + 1], '\0'};
            if (sscanf(text, "%2x", &value) != 1) {
                return script_fail(run, "not hexadecimal");
            }
            frame[bytes++] = (char)value;
        }
    }
    return script_put(run, bytes_of(frame, bytes));
}

bool script_flood(struct script_run *run, struct script_words *words) {
    struct script_flow stranger = {.local_port = SCRIPT_LISTEN_PORT, .at = run->flows[0].at};
    struct script_flow *flow = run->flow;
    int64_t count;
    if (!script_words_number(words, &count) || count < 1 || count > 100000 ||
        !script_words_address(words, &stranger.remote)) {
        return script_fail(run, "expected a number and an address");
    }
    bool ok = true;
    run->flow = &stranger;
    run->flooding = true;
    run->flood_answers = 0;
    stranger.remote_port = 1024;
    for (int64_t i = 0; ok && i < count; i++) {
        struct script_words syn;
        ok = script_words_split(BYTES("S 0:0(0) win 1000 <mss 1000>"), &syn) &&
             script_inject_segment(run, &syn);
        stranger.remote.value++;
        stranger.remote_port =
            (uint16_t)(stranger.remote_port == UINT16_MAX ? 1024 : stranger.remote_port + 1);
    }
    run->flow = flow;
    run->flooding = false;
    return ok;
}

bool script_inject(struct script_run *run, struct script_words *words) {
    if (script_words_take(words, "arp")) {
        return inject_arp(run, words);
    }
    if (script_words_take(words, "icmp")) {
        return inject_icmp(run, words);
    }
    if (script_words_take(words, "echo")) {
        return inject_echo(run, words);
    }
    return script_words_take(words, "hex") ? inject_hex(run, words)
                                           : script_inject_segment(run, words);
}

bool script_expect(struct script_run *run, struct script_words *words) {
    if (script_words_take(words, "arp")) {
        return expect_arp(run, words);
    }
    return script_words_take(words, "echo") ? expect_echo(run, words)
                                            : script_expect_segment(run, words);
}

/* A frame in words. */

static size_t append(char *text, size_t size, size_t used, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static size_t append(char *text, size_t size, size_t used, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int more = used < size ? vsnprintf(text + used, size - used, format, arguments) : 0;
    va_end(arguments);
    return used + (more > 0 ? (size_t)more : 0);
}

static void describe_segment(const struct script_flow *flow, const struct tcp_segment *s,
                             char *text, size_t size) {
    static const char letters[] = "FSRP.UEW";
    size_t used = 0;
    for (int i = 0; i < 8; i++) {
        if ((s->flags & 1 << i) != 0) {
            used = append(text, size, used, "%c", letters[i]);
        }
    }
    int32_t seq = tcp_seq_distance(s->seq, flow->iss);
    used = append(text, size, used, " %d:%d(%u)", seq, seq + (int32_t)s->payload_bytes,
                  s->payload_bytes);
    if ((s->flags & TCP_ACK) != 0) {
        used = append(text, size, used, " ack %d", tcp_seq_distance(s->ack, flow->irs));
    }
    used = append(text, size, used, " win %u <", s->window);
    used = s->mss != 0 ? append(text, size, used, "mss %u ", s->mss) : used;
    used = s->window_scale != TCP_WINDOW_SCALE_NONE
               ? append(text, size, used, "ws %d ", s->window_scale)
               : used;
    used = s->sack_permitted ? append(text, size, used, "sackok ") : used;
    used = s->has_timestamps
               ? append(text, size, used, "ts %u ecr %u ", s->ts_value - flow->ts_base, s->ts_echo)
               : used;
    for (uint32_t i = 0; i < s->sack_count; i++) {
        used = append(text, size, used, "%s%d:%d ", i == 0 ? "sack " : "",
                      tcp_seq_distance(s->sack[i].left, flow->irs),
                      tcp_seq_distance(s->sack[i].right, flow->irs));
    }
    append(text, size, used, "> ports %u %u", s->from_port, s->to_port);
}

static void describe_bytes(const struct script_frame *frame, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < frame->bytes && i < 64; i++) {
        used = append(text, size, used, "%02x", (unsigned char)frame->data[i]);
    }
}

void script_describe(const struct script_run *run, const struct script_frame *frame, char *text,
                     size_t size) {
    struct ethernet_header header;
    struct arp_message arp;
    struct ipv4_header ip;
    struct tcp_segment segment;
    if (read_arp(frame, &header, &arp)) {
        append(text, size, 0, "arp %s %08x for %08x",
               arp.operation == ARP_REQUEST ? "request" : "reply", arp.sender.value,
               arp.target.value);
        return;
    }
    const char *datagram = frame->data + ETHERNET_HEADER_BYTES;
    if (ethernet_read(frame->data, frame->bytes, &header) && header.type == ETHERNET_TYPE_IPV4) {
        datagram = frame->data + header.header_bytes;
        if (ipv4_read(datagram, frame->bytes - header.header_bytes, true, &ip) == IPV4_OK &&
            ip.protocol == IPV4_PROTOCOL_TCP &&
            tcp_segment_read(datagram + ip.header_bytes, ip.payload_bytes, ip.from, ip.to, true,
                             &segment) == TCP_SEGMENT_OK) {
            describe_segment(run->flow, &segment, text, size);
            return;
        }
    }
    describe_bytes(frame, text, size);
}
