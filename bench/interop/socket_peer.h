/*
 * The other end of tcp_interop, over sockets: Linux's, or those of another stack that has the same
 * functions. Calls or is called, holds all its conversations at once, and says how they went.
 */
#ifndef TERCEL_BENCH_INTEROP_SOCKET_PEER_H
#define TERCEL_BENCH_INTEROP_SOCKET_PEER_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "bench/interop/options.h"

/* What a connection's stack knows of it, at its end. */
struct socket_facts {
    bool timestamps, sack, window_scaling;
    uint64_t retransmissions;
};

/* As in POSIX; errno says what went wrong. */
struct socket_functions {
    int (*open)(int domain, int type, int protocol);
    int (*set_option)(int socket, int level, int name, const void *value, socklen_t bytes);
    int (*make_nonblocking)(int socket);
    int (*bind)(int socket, const struct sockaddr *address, socklen_t bytes);
    int (*listen)(int socket, int backlog);
    int (*accept)(int socket, struct sockaddr *address, socklen_t *bytes);
    int (*connect)(int socket, const struct sockaddr *address, socklen_t bytes);
    ssize_t (*send)(int socket, const void *data, size_t bytes, int flags);
    ssize_t (*receive)(int socket, void *data, size_t bytes, int flags);
    int (*end)(int socket, int how);
    int (*close)(int socket);
    int (*poll)(struct pollfd *sockets, nfds_t count, int timeout_ms);
    /* Beyond POSIX; each may be NULL. */
    void (*set_quick)(int socket, bool quick); /* to be said again after every receive */
    bool (*facts)(int socket, struct socket_facts *facts);
};

/* Holds all conversations. Prints "listens" or "calls" once it does, and at the end one line of
 * JSON, on stdout; complaints on stderr. The exit status. */
int socket_peer_run(const struct socket_functions *functions,
                    const struct interop_options *options);

#endif
