/*
 * Debian's lwIP on the same errand as bench/micro/micro_tcp.c: records go to and fro between two
 * ends of one stack over memory. To be counted whole by callgrind, with few rounds and with many;
 * see scripts/bench --lwip. A round is two segments; each is written, sent, copied into a ring and
 * out of it (lwIP has no other way), received and read.
 *
 * usage: lwip_segments ROUNDS BYTES
 */
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FRAMES 64U
#define FRAME_BYTES_MAX 1600
#define RECORD_BYTES_MAX 1400
#define PORT 7

struct frame {
    char data[FRAME_BYTES_MAX];
    uint16_t bytes;
    struct netif *to;
};

static struct netif ends[2];
static struct frame frames[FRAMES];
static unsigned frames_first, frames_end;
static char record[RECORD_BYTES_MAX];
static uint16_t record_bytes;
static unsigned answered;
static bool connected;
static sem_t started;

static void require(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "lwip_segments: %s\n", what);
        _exit(1);
    }
}

/* The wire. */

static err_t put_frame(struct netif *from, struct pbuf *text, const ip4_addr_t *next_hop) {
    (void)next_hop;
    struct frame *frame = &frames[frames_end++ % FRAMES];
    frame->bytes = pbuf_copy_partial(text, frame->data, sizeof(frame->data), 0);
    frame->to = from == &ends[0] ? &ends[1] : &ends[0];
    return ERR_OK;
}

static void carry_frames(void) {
    while (frames_first != frames_end) {
        struct frame *frame = &frames[frames_first++ % FRAMES];
        struct pbuf *text = pbuf_alloc(PBUF_RAW, frame->bytes, PBUF_POOL);
        require(text != NULL, "out of buffers");
        pbuf_take(text, frame->data, frame->bytes);
        require(frame->to->input(text, frame->to) == ERR_OK, "a frame was refused");
    }
}

static err_t init_end(struct netif *end) {
    end->output = put_frame;
    end->mtu = 1500;
    end->flags = (uint8_t)(end->flags | NETIF_FLAG_LINK_UP);
    return ERR_OK;
}

static ip_addr_t address_of(unsigned end) {
    ip_addr_t address = {0};
    IP_ADDR4(&address, 10, 0, (uint8_t)end, 1);
    return address;
}

static void open_end(unsigned end) {
    ip_addr_t address = address_of(end);
    ip4_addr_t mask;
    IP4_ADDR(&mask, 255, 255, 255, 0);
    netif_add(&ends[end], ip_2_ip4(&address), &mask, ip_2_ip4(&address), NULL, init_end, ip4_input);
    netif_set_up(&ends[end]);
}

/* The two who talk. */

static void say(struct tcp_pcb *pcb) {
    require(tcp_write(pcb, record, record_bytes, TCP_WRITE_FLAG_COPY) == ERR_OK, "no room");
    tcp_output(pcb);
}

static uint16_t read_record(struct tcp_pcb *pcb, struct pbuf *text) {
    require(text != NULL, "the connection ended");
    uint16_t bytes = text->tot_len;
    tcp_recved(pcb, bytes);
    pbuf_free(text);
    return bytes;
}

static err_t answer(void *context, struct tcp_pcb *pcb, struct pbuf *text, err_t error) {
    (void)context;
    (void)error;
    read_record(pcb, text);
    say(pcb);
    return ERR_OK;
}

static err_t note_answer(void *context, struct tcp_pcb *pcb, struct pbuf *text, err_t error) {
    (void)context;
    (void)error;
    answered += read_record(pcb, text) == record_bytes;
    return ERR_OK;
}

static err_t note_accepted(void *context, struct tcp_pcb *pcb, err_t error) {
    (void)context;
    tcp_nagle_disable(pcb);
    tcp_recv(pcb, answer);
    return error;
}

static err_t note_connected(void *context, struct tcp_pcb *pcb, err_t error) {
    (void)context;
    tcp_nagle_disable(pcb);
    tcp_recv(pcb, note_answer);
    connected = true;
    return error;
}

/* Each is bound to its end, or lwIP would find that it talks to itself and never send. */
static struct tcp_pcb *connect_ends(void) {
    ip_addr_t here = address_of(0);
    ip_addr_t there = address_of(1);
    struct tcp_pcb *listener = tcp_new();
    tcp_bind_netif(listener, &ends[1]);
    tcp_bind(listener, &there, PORT);
    tcp_accept(tcp_listen(listener), note_accepted);
    struct tcp_pcb *client = tcp_new();
    tcp_bind_netif(client, &ends[0]);
    tcp_bind(client, &here, 0);
    tcp_connect(client, &there, PORT, note_connected);
    carry_frames();
    require(connected, "not connected");
    return client;
}

static void note_started(void *context) {
    (void)context;
    sem_post(&started);
}

/* lwIP's own thread waits for the lock all the while: its timers do not run, and do not count. */
int main(int argc, char **argv) {
    require(argc == 3, "usage: lwip_segments ROUNDS BYTES");
    unsigned rounds = (unsigned)strtoul(argv[1], NULL, 10);
    record_bytes = (uint16_t)strtoul(argv[2], NULL, 10);
    require(record_bytes >= 1 && record_bytes <= RECORD_BYTES_MAX, "an impossible length");
    sem_init(&started, 0, 0);
    tcpip_init(note_started, NULL);
    sem_wait(&started);
    LOCK_TCPIP_CORE();
    open_end(0);
    open_end(1);
    struct tcp_pcb *client = connect_ends();
    for (unsigned round = 0; round < rounds; round++) {
        say(client);
        carry_frames();
        require(answered == round + 1, "a record was lost");
    }
    _exit(0);
}
