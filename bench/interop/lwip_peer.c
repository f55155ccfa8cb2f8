/*
 * tcp_interop's peer on lwIP, as Debian packages it, over a packet socket.
 *
 * usage: lwip_peer --interface NAME --address ADDRESS [--peer ADDRESS] [--port N] PLAN...
 *
 * Its TCP ends with it, so it stays, when all is said, until its standard input ends.
 *
 * lwIP has an address and a MAC of its own beside the kernel's, which sees its frames as another
 * host's.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>

#include "bench/interop/socket_peer.h"

#define FRAME_BYTES_MAX 1518
#define MTU 1500

static int wire = -1; /* the packet socket */

static int open_wire(const char *interface) {
    unsigned index = interface == NULL ? 0 : if_nametoindex(interface);
    int made = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)index};
    struct packet_mreq all = {.mr_ifindex = (int)index, .mr_type = PACKET_MR_PROMISC};
    int bytes = 4 << 20;
    if (index == 0 || made < 0 || bind(made, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        setsockopt(made, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) != 0) {
        return -1;
    }
    (void)setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
    return made;
}

/* Frames. */

static err_t put_frame(struct netif *netif, struct pbuf *frame) {
    char bytes[FRAME_BYTES_MAX];
    (void)netif;
    uint16_t length = pbuf_copy_partial(frame, bytes, sizeof(bytes), 0);
    return write(wire, bytes, length) == length ? ERR_OK : ERR_IF;
}

static void hand_up(struct netif *netif, const char *bytes, uint16_t length) {
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);
    if (frame == NULL) {
        return;
    }
    (void)pbuf_take(frame, bytes, length);
    if (netif->input(frame, netif) != ERR_OK) {
        (void)pbuf_free(frame);
    }
}

static void *read_frames(void *context) {
    struct netif *netif = context;
    for (;;) {
        char bytes[FRAME_BYTES_MAX];
        struct sockaddr_ll from;
        socklen_t from_bytes = sizeof(from);
        ssize_t got =
            recvfrom(wire, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_bytes);
        if (got < 0) {
            return NULL;
        }
        if (got > 0 && from.sll_pkttype != PACKET_OUTGOING) {
            hand_up(netif, bytes, (uint16_t)got);
        }
    }
}

static err_t prepare(struct netif *netif) {
    static const uint8_t address[] = {2, 'l', 'w', 'i', 'p', 1}; /* locally administered */
    memcpy(netif->hwaddr, address, sizeof(address));
    netif->hwaddr_len = sizeof(address);
    netif->mtu = MTU;
    netif->name[0] = 'l';
    netif->name[1] = 'w';
    netif->output = etharp_output;
    netif->linkoutput = put_frame;
    netif->flags |=
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static bool start(const struct interop_options *options) {
    static struct netif netif;
    ip4_addr_t address, mask, gateway = {0};
    wire = open_wire(options->interface);
    if (wire < 0 || options->address == NULL ||
        inet_pton(AF_INET, options->address, &address) != 1) {
        (void)fprintf(stderr, "no such interface, no right to it, or no address\n");
        return false;
    }
    IP4_ADDR(&mask, 255, 255, 255, 0);
    tcpip_init(NULL, NULL);
    LOCK_TCPIP_CORE();
    bool added = netif_add(&netif, &address, &mask, &gateway, NULL, prepare, tcpip_input) != NULL;
    if (added) {
        netif_set_default(&netif);
        netif_set_up(&netif);
    }
    UNLOCK_TCPIP_CORE();
    pthread_t reader;
    return added && pthread_create(&reader, NULL, read_frames, &netif) == 0;
}

static int make_nonblocking(int socket) {
    return lwip_fcntl(socket, F_SETFL, O_NONBLOCK);
}

int main(int argc, char **argv) {
    static const struct socket_functions functions = {.open = lwip_socket,
                                                      .set_option = lwip_setsockopt,
                                                      .make_nonblocking = make_nonblocking,
                                                      .bind = lwip_bind,
                                                      .listen = lwip_listen,
                                                      .accept = lwip_accept,
                                                      .connect = lwip_connect,
                                                      .send = lwip_send,
                                                      .receive = lwip_recv,
                                                      .end = lwip_shutdown,
                                                      .close = lwip_close,
                                                      .poll = lwip_poll};
    struct interop_options options;
    if (!interop_options_read(argc, argv, &options) || !start(&options)) {
        return EXIT_FAILURE;
    }
    int status = socket_peer_run(&functions, &options);
    /* What it still has to send again goes on until somebody closes our input. */
    char ignored;
    while (read(STDIN_FILENO, &ignored, sizeof(ignored)) > 0) {
    }
    _exit(status);
}
