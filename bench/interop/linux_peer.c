/*
 * tcp_interop's peer on Linux's TCP.
 *
 * usage: linux_peer [--peer ADDRESS] [--address ADDRESS] [--port N] [--local-port N]
 *                   [--connections N] [--rounds N] [--quick 0|1] [--buffer-bytes N] PLAN...
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/interop/socket_peer.h"

static int make_nonblocking(int socket) {
    return fcntl(socket, F_SETFL, O_NONBLOCK);
}

static void set_quick(int socket, bool quick) {
    int value = quick;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &value, sizeof(value));
}

static bool facts_of(int socket, struct socket_facts *facts) {
    struct tcp_info info;
    socklen_t bytes = sizeof(info);
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) {
        return false;
    }
    *facts = (struct socket_facts){.timestamps = (info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0,
                                   .sack = (info.tcpi_options & TCPI_OPT_SACK) != 0,
                                   .window_scaling = (info.tcpi_options & TCPI_OPT_WSCALE) != 0,
                                   .retransmissions = info.tcpi_total_retrans};
    return true;
}

int main(int argc, char **argv) {
    static const struct socket_functions functions = {.open = socket,
                                                      .set_option = setsockopt,
                                                      .make_nonblocking = make_nonblocking,
                                                      .bind = bind,
                                                      .listen = listen,
                                                      .accept = accept,
                                                      .connect = connect,
                                                      .send = send,
                                                      .receive = recv,
                                                      .end = shutdown,
                                                      .close = close,
                                                      .poll = poll,
                                                      .set_quick = set_quick,
                                                      .facts = facts_of};
    struct interop_options options;
    if (!interop_options_read(argc, argv, &options)) {
        return EXIT_FAILURE;
    }
    return socket_peer_run(&functions, &options);
}
