#include "net/tcp/script/tcp_script_internal.h"

#include <string.h>

#include "net/wire/big_endian.h"

#define FRAME_BYTES_MAX 8000
#define RAW_OPTION_BYTES_MAX 40
#define DATA_OFFSET_OFFSET 12
#define URGENT_OFFSET 18
#define IPV4_TOTAL_OFFSET 2
#define IPV4_FRAGMENT_OFFSET 6
#define IPV4_CHECKSUM_OFFSET 10
#define MORE_FRAGMENTS 0x2000

/* A segment line: the segment in relative numbers, and what is done to its frame. */
struct segment_line {
    struct tcp_segment segment; /* flags, window, options; SACK blocks relative */
    int64_t seq, ack;
    uint32_t bytes;
    bool seq_is_absolute, ack_is_any, has_ack, has_window;
    bool has_options, options_are_any, ts_value_is_any;
    char raw[RAW_OPTION_BYTES_MAX];
    uint32_t raw_bytes;
    /* Inbound only. */
    bool bad_checksum, bad_ip_checksum, fragment, later_fragment, urgent;
    int64_t data_offset, ip_option_words, pad, cut, urgent_pointer;
};

char script_pattern(uint64_t at, bool ours) {
    uint32_t mixed = (uint32_t)at * UINT32_C(2654435761) + (ours ? UINT32_C(0x5bd1e995) : 0);
    return (char)(mixed >> 24 ^ mixed >> 12);
}

/* Parsing. */

static bool take_flags(struct script_run *run, struct script_words *words, uint8_t *flags) {
    static const struct {
        char letter;
        uint8_t flag;
    } letters[] = {{'F', TCP_FIN}, {'S', TCP_SYN}, {'R', TCP_RST}, {'P', TCP_PSH}, {'.', TCP_ACK},
                   {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR}, {'-', 0}};
    struct bytes word = script_words_next(words);
    *flags = 0;
    for (size_t i = 0; i < word.len; i++) {
        size_t k = 0;
        while (k < sizeof letters / sizeof letters[0] && letters[k].letter != word.data[i]) {
            k++;
        }
        if (k == sizeof letters / sizeof letters[0]) {
            return script_fail(run, "not flags of a segment: %.*s", (int)word.len, word.data);
        }
        *flags |= letters[k].flag;
    }
    return word.len > 0 || script_fail(run, "expected a segment");
}

/* The part of `text` before `mark`, which is cut off with it. */
static struct bytes cut_at(struct bytes *text, char mark) {
    const char *at = text->len == 0 ? NULL : memchr(text->data, mark, text->len);
    struct bytes part = *text;
    if (at == NULL) {
        *text = (struct bytes){.data = "", .len = 0};
        return part;
    }
    part.len = (size_t)(at - text->data);
    *text = bytes_skip(*text, part.len + 1);
    return part;
}

/* "1:101(100)", "=0:0(0)". */
static bool take_sequence(struct script_run *run, struct script_words *words,
                          struct segment_line *line) {
    struct bytes word = script_words_next(words);
    line->seq_is_absolute = word.len > 0 && word.data[0] == '=';
    word = bytes_skip(word, line->seq_is_absolute ? 1 : 0);
    struct bytes first = cut_at(&word, ':');
    struct bytes end = cut_at(&word, '(');
    struct bytes count = cut_at(&word, ')');
    int64_t end_number, bytes;
    if (!script_number(first, words->repeat, &line->seq) ||
        !script_number(end, words->repeat, &end_number) ||
        !script_number(count, words->repeat, &bytes)) {
        return script_fail(run, "expected SEQ:END(BYTES)");
    }
    if (end_number != line->seq + bytes || bytes < 0 || bytes > FRAME_BYTES_MAX) {
        return script_fail(run, "END is not SEQ and BYTES");
    }
    line->bytes = (uint32_t)bytes;
    return true;
}

static bool take_sack(struct script_run *run, struct script_words *words,
                      struct tcp_segment *segment) {
    for (;;) {
        struct bytes word = script_words_peek(words);
        if (word.len == 0 || memchr(word.data, ':', word.len) == NULL) {
            return segment->sack_count > 0 || script_fail(run, "expected LEFT:RIGHT");
        }
        word = script_words_next(words);
        struct bytes left = cut_at(&word, ':');
        int64_t from, to;
        if (!script_number(left, words->repeat, &from) ||
            !script_number(word, words->repeat, &to) ||
            segment->sack_count == TCP_SACK_BLOCKS_MAX) {
            return script_fail(run, "not a SACK block");
        }
        segment->sack[segment->sack_count++] = (struct tcp_range){
            .left = tcp_seq_of((uint32_t)from), .right = tcp_seq_of((uint32_t)to)};
    }
}

static bool take_timestamps(struct script_words *words, struct segment_line *line) {
    int64_t value = 0, echo = 0;
    line->segment.has_timestamps = true;
    line->ts_value_is_any = script_words_take(words, "*");
    bool ok = (line->ts_value_is_any || script_words_number(words, &value)) &&
              script_words_take(words, "ecr") && script_words_number(words, &echo);
    line->segment.ts_value = (uint32_t)value;
    line->segment.ts_echo = (uint32_t)echo;
    return ok;
}

static int nibble(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_raw(struct script_words *words, struct segment_line *line) {
    struct bytes word = script_words_next(words);
    if (word.len % 2 != 0 || word.len / 2 > RAW_OPTION_BYTES_MAX) {
        return false;
    }
    for (size_t i = 0; i < word.len; i += 2) {
        int high = nibble(word.data[i]), low = nibble(word.data[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        line->raw[line->raw_bytes++] = (char)(high * 16 + low);
    }
    return true;
}

static bool take_option(struct script_run *run, struct script_words *words,
                        struct segment_line *line) {
    int64_t number = 0;
    bool ok = true;
    if (script_words_take(words, "mss")) {
        ok = script_words_number(words, &number);
        line->segment.mss = (uint16_t)number;
    } else if (script_words_take(words, "ws")) {
        ok = script_words_number(words, &number);
        line->segment.window_scale = (int8_t)number;
    } else if (script_words_take(words, "sackok")) {
        line->segment.sack_permitted = true;
    } else if (script_words_take(words, "ts")) {
        ok = take_timestamps(words, line);
    } else if (script_words_take(words, "sack")) {
        ok = take_sack(run, words, &line->segment);
    } else if (script_words_take(words, "raw")) {
        ok = take_raw(words, line);
    } else if (script_words_take(words, "*")) {
        line->options_are_any = true;
    } else {
        ok = false;
    }
    return ok || script_fail(run, "not an option");
}

static bool take_options(struct script_run *run, struct script_words *words,
                         struct segment_line *line) {
    line->has_options = true;
    while (!script_words_take(words, ">")) {
        if (!take_option(run, words, line)) {
            return false;
        }
    }
    return true;
}

static bool take_modifier(struct script_words *words, struct segment_line *line) {
    static const struct {
        const char *name;
        size_t flag;
    } flags[] = {{"bad-checksum", offsetof(struct segment_line, bad_checksum)},
                 {"bad-ip-checksum", offsetof(struct segment_line, bad_ip_checksum)},
                 {"fragment", offsetof(struct segment_line, fragment)},
                 {"later-fragment", offsetof(struct segment_line, later_fragment)}};
    static const struct {
        const char *name;
        size_t number;
    } numbers[] = {{"doff", offsetof(struct segment_line, data_offset)},
                   {"ip-options", offsetof(struct segment_line, ip_option_words)},
                   {"pad", offsetof(struct segment_line, pad)},
                   {"cut", offsetof(struct segment_line, cut)},
                   {"urg", offsetof(struct segment_line, urgent_pointer)}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (script_words_take(words, flags[i].name)) {
            memcpy((char *)line + flags[i].flag, &(bool){true}, sizeof(bool));
            return true;
        }
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (script_words_take(words, numbers[i].name)) {
            int64_t number;
            bool ok = script_words_number(words, &number);
            memcpy((char *)line + numbers[i].number, &number, sizeof number);
            return ok;
        }
    }
    return false;
}

static bool take_segment(struct script_run *run, struct script_words *words, bool inbound,
                         struct segment_line *line) {
    int64_t number;
    *line = (struct segment_line){.segment.window_scale = TCP_WINDOW_SCALE_NONE, .data_offset = -1};
    if (!take_flags(run, words, &line->segment.flags) || !take_sequence(run, words, line)) {
        return false;
    }
    if (script_words_take(words, "ack")) {
        line->has_ack = true;
        line->ack_is_any = script_words_take(words, "*");
        if (!line->ack_is_any && !script_words_number(words, &line->ack)) {
            return script_fail(run, "expected an acknowledgement number");
        }
    }
    if (script_words_take(words, "win")) {
        line->has_window = true;
        if (!script_words_number(words, &number) || number < 0 || number > UINT16_MAX) {
            return script_fail(run, "expected a window");
        }
        line->segment.window = (uint16_t)number;
    }
    if (script_words_take(words, "<") && !take_options(run, words, line)) {
        return false;
    }
    while (inbound && !script_words_at_end(words)) {
        if (!take_modifier(words, line)) {
            return script_fail(run, "not something to do to a segment");
        }
    }
    if (((line->segment.flags & TCP_ACK) != 0) != line->has_ack) {
        return script_fail(run, "`.` and `ack` go together");
    }
    return true;
}

/* Inbound. */

char *script_put_headers(struct script_run *run, char *frame, uint8_t protocol, uint32_t bytes) {
    struct ethernet_header ethernet = {.to = script_our_ethernet(),
                                       .from = run->flow->at,
                                       .type = ETHERNET_TYPE_IPV4,
                                       .vlan = (uint16_t)run->config.vlan};
    struct ipv4_header ip = {.from = run->flow->remote,
                             .to = script_our_address(),
                             .protocol = protocol,
                             .ttl = 64,
                             .dont_fragment = true,
                             .payload_bytes = bytes};
    char *datagram = frame + ethernet_write(frame, &ethernet);
    ipv4_write(datagram, &ip);
    return datagram + IPV4_HEADER_BYTES;
}

static struct tcp_segment wire_segment(const struct script_flow *flow,
                                       const struct segment_line *line) {
    struct tcp_segment segment = line->segment;
    segment.from_port = flow->remote_port;
    segment.to_port = flow->local_port;
    segment.seq = line->seq_is_absolute ? tcp_seq_of((uint32_t)line->seq)
                                        : tcp_seq_add(flow->irs, (uint32_t)line->seq);
    segment.ack = line->has_ack ? tcp_seq_add(flow->iss, (uint32_t)line->ack) : tcp_seq_of(0);
    segment.window = line->has_window ? segment.window : UINT16_MAX;
    if (segment.has_timestamps) {
        segment.ts_echo += flow->ts_base;
    }
    for (uint32_t i = 0; i < segment.sack_count; i++) {
        segment.sack[i].left = tcp_seq_add(flow->iss, segment.sack[i].left.value);
        segment.sack[i].right = tcp_seq_add(flow->iss, segment.sack[i].right.value);
    }
    return segment;
}

/* Where in the stream the payload of a segment begins. */
static uint64_t place_of(int64_t seq, uint8_t flags) {
    return (uint64_t)(seq - 1 + ((flags & TCP_SYN) != 0));
}

static uint32_t put_tcp(const struct script_flow *flow, const struct segment_line *line,
                        char *tcp) {
    struct tcp_segment segment = wire_segment(flow, line);
    uint32_t bytes = tcp_segment_write(tcp, &segment);
    memcpy(tcp + bytes, line->raw, line->raw_bytes);
    bytes += line->raw_bytes;
    while (bytes % 4 != 0) {
        tcp[bytes++] = 0;
    }
    uint32_t words = line->data_offset >= 0 ? (uint32_t)line->data_offset : bytes / 4;
    tcp[DATA_OFFSET_OFFSET] = (char)(words << 4);
    big_endian_put_u16(tcp + URGENT_OFFSET, (uint16_t)line->urgent_pointer);
    for (uint32_t i = 0; i < line->bytes; i++) {
        tcp[bytes + i] = script_pattern(place_of(line->seq, segment.flags) + i, false);
    }
    bytes += line->bytes;
    struct checksum sum = checksum_pseudo(flow->remote, script_our_address(), IPV4_PROTOCOL_TCP);
    sum = checksum_add(checksum_add_u16(sum, (uint16_t)bytes), tcp, bytes);
    uint16_t field = (uint16_t)(checksum_finish(sum) + line->bad_checksum);
    memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
    return bytes;
}

/* Options, fragments and a wrong sum: the header is written anew around them. */
static void change_ip(const struct segment_line *line, char *datagram, uint32_t tcp_bytes) {
    uint32_t header_bytes = IPV4_HEADER_BYTES + 4 * (uint32_t)line->ip_option_words;
    datagram[0] = (char)(0x40 | header_bytes / 4);
    big_endian_put_u16(datagram + IPV4_TOTAL_OFFSET, (uint16_t)(header_bytes + tcp_bytes));
    if (line->fragment || line->later_fragment) {
        big_endian_put_u16(datagram + IPV4_FRAGMENT_OFFSET,
                           (uint16_t)(line->fragment ? MORE_FRAGMENTS : 1));
    }
    memset(datagram + IPV4_CHECKSUM_OFFSET, 0, 2);
    uint16_t sum = checksum_finish(checksum_add((struct checksum){0}, datagram, header_bytes));
    sum = (uint16_t)(sum + line->bad_ip_checksum);
    memcpy(datagram + IPV4_CHECKSUM_OFFSET, &sum, sizeof sum);
}

bool script_inject_segment(struct script_run *run, struct script_words *words) {
    static char frame[FRAME_BYTES_MAX * 2];
    struct segment_line line;
    if (!take_segment(run, words, true, &line)) {
        return false;
    }
    if (line.ip_option_words < 0 || line.ip_option_words > 10 || line.pad < 0 || line.pad > 1500 ||
        line.cut < 0 || line.data_offset > 15) {
        return script_fail(run, "a modifier goes too far");
    }
    if ((line.segment.flags & TCP_SYN) != 0) {
        run->flow->peers_scaled = line.segment.window_scale != TCP_WINDOW_SCALE_NONE;
    }
    memset(frame, 1, sizeof frame); /* IPv4's NOP, where options are */
    char *datagram = script_put_headers(run, frame, IPV4_PROTOCOL_TCP, 0) - IPV4_HEADER_BYTES;
    char *tcp = datagram + IPV4_HEADER_BYTES + 4 * line.ip_option_words;
    uint32_t tcp_bytes = put_tcp(run->flow, &line, tcp);
    change_ip(&line, datagram, tcp_bytes);
    int64_t bytes = tcp - frame + tcp_bytes + line.pad - line.cut;
    return bytes >= 0 && script_put(run, bytes_of(frame, (size_t)bytes));
}

/* Outbound. */

struct parsed_frame {
    struct ethernet_header ethernet;
    struct ipv4_header ip;
    struct tcp_segment segment;
    const char *payload;
};

static const char *parse_frame(const struct script_frame *frame, struct parsed_frame *parsed) {
    if (!ethernet_read(frame->data, frame->bytes, &parsed->ethernet) ||
        parsed->ethernet.type != ETHERNET_TYPE_IPV4) {
        return "no IPv4 frame";
    }
    const char *datagram = frame->data + parsed->ethernet.header_bytes;
    size_t bytes = frame->bytes - parsed->ethernet.header_bytes;
    if (ipv4_read(datagram, bytes, false, &parsed->ip) != IPV4_OK) {
        return "no good IPv4 datagram";
    }
    const char *tcp = datagram + parsed->ip.header_bytes;
    if (parsed->ip.protocol != IPV4_PROTOCOL_TCP ||
        tcp_segment_read(tcp, parsed->ip.payload_bytes, parsed->ip.from, parsed->ip.to, false,
                         &parsed->segment) != TCP_SEGMENT_OK) {
        return "no good TCP segment";
    }
    parsed->payload = tcp + parsed->segment.header_bytes;
    return NULL;
}

static int64_t relative(struct tcp_seq seq, struct tcp_seq base) {
    return tcp_seq_distance(seq, base);
}

/* What holds of every segment we send, whatever the script expects. */
static const char *wrong_headers(const struct script_run *run, const struct parsed_frame *parsed) {
    const struct script_flow *flow = run->flow;
    struct ethernet_address us = script_our_ethernet();
    if (!ethernet_address_equal(&parsed->ethernet.from, &us) ||
        !ethernet_address_equal(&parsed->ethernet.to, &flow->at)) {
        return "another Ethernet address";
    }
    if (parsed->ethernet.vlan != run->config.vlan) {
        return "another VLAN";
    }
    if (!ipv4_address_equal(parsed->ip.from, script_our_address()) ||
        !ipv4_address_equal(parsed->ip.to, flow->remote)) {
        return "another IPv4 address";
    }
    if (!parsed->ip.dont_fragment || parsed->ip.ttl < 32) {
        return "DF or TTL";
    }
    if (parsed->segment.to_port != flow->remote_port ||
        (flow->local_port != 0 && parsed->segment.from_port != flow->local_port)) {
        return "another port";
    }
    return NULL;
}

/* What the first SYN of a connection, or its first timestamp, tells about ours. */
static void learn(struct script_flow *flow, const struct tcp_segment *segment) {
    if ((segment->flags & TCP_SYN) != 0 && flow->local_port == 0) {
        flow->local_port = segment->from_port;
    }
    if ((segment->flags & TCP_SYN) != 0) {
        flow->ours_scaled = segment->window_scale != TCP_WINDOW_SCALE_NONE;
        flow->our_scale = flow->ours_scaled ? (uint8_t)segment->window_scale : 0;
        flow->edge_known = false;
    }
    if ((segment->flags & TCP_SYN) != 0 && !flow->iss_known) {
        flow->iss = segment->seq;
        flow->iss_known = true;
    }
    if (segment->has_timestamps && !flow->ts_known) {
        flow->ts_base = segment->ts_value;
        flow->ts_known = true;
    }
}

/* The window we tell with a segment may not take back what was told before (RFC 9293 §3.8.6), but
 * for what rounding to the scale costs (RFC 7323 §2.4). */
static const char *wrong_edge(struct script_flow *flow, const struct tcp_segment *segment) {
    if ((segment->flags & (TCP_ACK | TCP_RST)) != TCP_ACK) {
        return NULL;
    }
    bool scaled = flow->ours_scaled && flow->peers_scaled && (segment->flags & TCP_SYN) == 0;
    uint32_t unit = UINT32_C(1) << (scaled ? flow->our_scale : 0);
    struct tcp_seq edge = tcp_seq_add(segment->ack, segment->window * unit);
    bool back = flow->edge_known && tcp_seq_before(tcp_seq_add(edge, unit - 1), flow->edge);
    flow->edge = flow->edge_known ? tcp_seq_later(flow->edge, edge) : edge;
    flow->edge_known = true;
    return back ? "the right edge of the window, which goes back," : NULL;
}

static const char *wrong_sack(const struct script_flow *flow, const struct tcp_segment *expected,
                              const struct tcp_segment *came) {
    if (expected->sack_count != came->sack_count) {
        return "SACK";
    }
    for (uint32_t i = 0; i < came->sack_count; i++) {
        if ((uint32_t)relative(came->sack[i].left, flow->irs) != expected->sack[i].left.value ||
            (uint32_t)relative(came->sack[i].right, flow->irs) != expected->sack[i].right.value) {
            return "SACK";
        }
    }
    return NULL;
}

static const char *wrong_options(const struct script_flow *flow, const struct segment_line *line,
                                 const struct tcp_segment *came) {
    const struct tcp_segment *expected = &line->segment;
    const char *sack = wrong_sack(flow, expected, came);
    if (line->options_are_any || sack != NULL || !line->has_options) {
        return line->options_are_any ? NULL : sack;
    }
    if (expected->mss != came->mss) {
        return "MSS";
    }
    if (expected->window_scale != came->window_scale) {
        return "window scale";
    }
    if (expected->sack_permitted != came->sack_permitted) {
        return "SACK permitted";
    }
    if (expected->has_timestamps != came->has_timestamps) {
        return "timestamps";
    }
    if (!expected->has_timestamps) {
        return NULL;
    }
    bool value = line->ts_value_is_any || came->ts_value - flow->ts_base == expected->ts_value;
    return value && came->ts_echo == expected->ts_echo ? NULL : "a timestamp";
}

static const char *wrong_payload(const struct script_flow *flow,
                                 const struct parsed_frame *parsed) {
    const struct tcp_segment *segment = &parsed->segment;
    uint64_t place = place_of(relative(segment->seq, flow->iss), segment->flags);
    for (uint32_t i = 0; i < segment->payload_bytes; i++) {
        if (parsed->payload[i] != script_pattern(place + i, true)) {
            return "a byte of the payload";
        }
    }
    return NULL;
}

static const char *wrong_segment(const struct script_flow *flow, const struct segment_line *line,
                                 const struct parsed_frame *parsed) {
    const struct tcp_segment *came = &parsed->segment;
    uint8_t ignored = (line->segment.flags & TCP_PSH) != 0 ? 0 : TCP_PSH;
    if (((line->segment.flags ^ came->flags) & ~ignored) != 0) {
        return "flags";
    }
    struct tcp_seq seq = line->seq_is_absolute ? tcp_seq_of((uint32_t)line->seq)
                                               : tcp_seq_add(flow->iss, (uint32_t)line->seq);
    if (!tcp_seq_equal(seq, came->seq) || line->bytes != came->payload_bytes) {
        return "sequence numbers";
    }
    if (line->has_ack && !line->ack_is_any &&
        !tcp_seq_equal(tcp_seq_add(flow->irs, (uint32_t)line->ack), came->ack)) {
        return "the acknowledgement";
    }
    if (line->has_window && line->segment.window != came->window) {
        return "the window";
    }
    const char *options = wrong_options(flow, line, came);
    return options != NULL ? options : wrong_payload(flow, parsed);
}

bool script_expect_segment(struct script_run *run, struct script_words *words) {
    struct segment_line line;
    if (!take_segment(run, words, false, &line)) {
        return false;
    }
    const struct script_frame *frame = script_next_frame(run);
    if (frame == NULL) {
        return false;
    }
    struct parsed_frame parsed;
    const char *wrong = parse_frame(frame, &parsed);
    if (wrong == NULL) {
        learn(run->flow, &parsed.segment);
        wrong = wrong_headers(run, &parsed);
    }
    if (wrong == NULL) {
        wrong = wrong_segment(run->flow, &line, &parsed);
    }
    if (wrong == NULL) {
        wrong = wrong_edge(run->flow, &parsed.segment);
    }
    if (wrong == NULL) {
        return true;
    }
    char text[512];
    script_describe(run, frame, text, sizeof text);
    return script_fail(run, "%s differs; came: %s", wrong, text);
}
