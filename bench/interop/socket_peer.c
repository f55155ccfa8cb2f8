#include "bench/interop/socket_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/interop/answer_times.h"
#include "bench/interop/report.h"

#define POLL_MS_MAX 100
#define READ_BYTES 65536
#define READS_MAX 16 /* of one connection before the next has its turn */
#define BACKLOG 1024
#define CLOSED (-1)

struct connection {
    int socket; /* or CLOSED */
    bool ended; /* our direction */
    struct talk talk;
    struct answer_times times;
};

struct peer {
    const struct socket_functions *functions;
    const struct interop_options *options;
    struct connection *connections; /* of one round */
    struct pollfd *polled;          /* as many, and the listener behind them */
    int listener;
    struct instant next_call_at;
    uint64_t opened; /* of this round */
    uint64_t over;   /* likewise */
    uint64_t heard;  /* messages, in all rounds */
    struct histogram answered;
    struct socket_facts facts;
    uint64_t timestamps, sack, window_scaling; /* connections that have them */
    char buffer[READ_BYTES];
};

static struct instant now(void) {
    struct timespec time;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return (struct instant){.ns = time.tv_sec * NS_PER_S + time.tv_nsec};
}

static bool complain(const struct connection *connection, const char *what) {
    char text[256];
    int error = errno;
    talk_describe(&connection->talk, text, sizeof(text));
    (void)fprintf(stderr, "%s: %s (%s)\n", text, what, strerror(error));
    return false;
}

static bool would_block(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS || errno == ENOTCONN;
}

/* Sockets. */

static int open_socket(const struct peer *peer) {
    const struct socket_functions *functions = peer->functions;
    int made = functions->open(AF_INET, SOCK_STREAM, 0);
    int one = 1, bytes = (int)peer->options->buffer_bytes;
    CHECK(made >= 0);
    CHECK(functions->set_option(made, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
    if (bytes > 0) {
        (void)functions->set_option(made, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
        (void)functions->set_option(made, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    }
    return made;
}

static struct sockaddr_in address_of(const char *text, uint64_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    CHECK(text == NULL || inet_pton(AF_INET, text, &address.sin_addr) == 1);
    return address;
}

static void prepare(const struct peer *peer, int socket) {
    int one = 1;
    CHECK(peer->functions->make_nonblocking(socket) == 0);
    CHECK(peer->functions->set_option(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
    if (peer->functions->set_quick != NULL) {
        peer->functions->set_quick(socket, peer->options->quick != 0);
    }
}

/* Whether the port is only not free yet: the last connection from it waits for its last ACK. */
static bool is_still_used(const struct peer *peer) {
    return peer->options->local_port != 0 && (errno == EADDRNOTAVAIL || errno == EADDRINUSE);
}

static bool bind_and_connect(const struct peer *peer, int socket) {
    const struct interop_options *options = peer->options;
    if (options->local_port != 0) {
        struct sockaddr_in from = address_of(options->address, options->local_port);
        if (peer->functions->bind(socket, (struct sockaddr *)&from, sizeof(from)) != 0) {
            return false;
        }
    }
    struct sockaddr_in to = address_of(options->peer, options->port);
    return peer->functions->connect(socket, (struct sockaddr *)&to, sizeof(to)) == 0 ||
           errno == EINPROGRESS;
}

/* The next connection, if it is time for it. */
static bool call_next(struct peer *peer, uint64_t round) {
    struct instant at = now();
    if (peer->options->peer == NULL || peer->opened == peer->options->connections ||
        !instant_reached(at, peer->next_call_at)) {
        return true;
    }
    peer->next_call_at = instant_add(at, INTEROP_CALL_INTERVAL);
    struct connection *connection = &peer->connections[peer->opened];
    struct talk_plan plan = interop_options_plan(peer->options, round, peer->opened);
    *connection = (struct connection){.socket = open_socket(peer)};
    talk_call(&connection->talk, &plan, at);
    prepare(peer, connection->socket);
    if (bind_and_connect(peer, connection->socket)) {
        peer->opened++;
        return true;
    }
    bool again = is_still_used(peer);
    if (!again) {
        (void)complain(connection, "cannot connect");
    }
    (void)peer->functions->close(connection->socket);
    return again;
}

static void start_listening(struct peer *peer) {
    struct sockaddr_in at = address_of(peer->options->address, peer->options->port);
    peer->listener = open_socket(peer);
    CHECK(peer->functions->make_nonblocking(peer->listener) == 0);
    CHECK(peer->functions->bind(peer->listener, (struct sockaddr *)&at, sizeof(at)) == 0);
    CHECK(peer->functions->listen(peer->listener, BACKLOG) == 0);
}

static void accept_all(struct peer *peer) {
    while (peer->opened < peer->options->connections) {
        int accepted = peer->functions->accept(peer->listener, NULL, NULL);
        if (accepted < 0) {
            return;
        }
        struct connection *connection = &peer->connections[peer->opened++];
        *connection = (struct connection){.socket = accepted};
        talk_answer(&connection->talk);
        prepare(peer, accepted);
    }
}

/* Conversations. */

static bool hear(struct peer *peer, struct connection *connection) {
    for (uint32_t i = 0; i < READS_MAX && !connection->talk.peer_ended; i++) {
        ssize_t got = peer->functions->receive(connection->socket, peer->buffer, READ_BYTES, 0);
        if (got < 0) {
            return would_block() || complain(connection, "cannot receive");
        }
        if (got == 0) {
            return talk_hear_end(&connection->talk) || complain(connection, "ended too early");
        }
        if (peer->functions->set_quick != NULL) {
            peer->functions->set_quick(connection->socket, peer->options->quick != 0);
        }
        if (!talk_hear(&connection->talk, bytes_of(peer->buffer, (size_t)got))) {
            return complain(connection, "these are not the right bytes");
        }
        answer_times_hear(&connection->times, &connection->talk, now(), &peer->answered);
    }
    return true;
}

static bool speak(struct peer *peer, struct connection *connection) {
    uint32_t due;
    while ((due = talk_due(&connection->talk, now())) > 0) {
        char message[TALK_MESSAGE_BYTES_MAX];
        talk_fill(&connection->talk, message, due);
        answer_times_say(&connection->times, &connection->talk, now());
        ssize_t sent = peer->functions->send(connection->socket, message, due, MSG_NOSIGNAL);
        if (sent < 0) {
            return would_block() || complain(connection, "cannot send");
        }
        talk_said(&connection->talk, (uint32_t)sent);
    }
    if (!connection->ended && talk_may_end(&connection->talk)) {
        connection->ended = true;
        if (peer->functions->end(connection->socket, SHUT_WR) != 0 && errno != ENOTCONN) {
            return complain(connection, "cannot end");
        }
    }
    return true;
}

static void note_facts(struct peer *peer, int socket) {
    struct socket_facts facts = {.timestamps = false};
    if (peer->functions->facts != NULL && peer->functions->facts(socket, &facts)) {
        peer->timestamps += facts.timestamps;
        peer->sack += facts.sack;
        peer->window_scaling += facts.window_scaling;
        peer->facts.retransmissions += facts.retransmissions;
    }
}

static bool serve(struct peer *peer, struct connection *connection) {
    if (!hear(peer, connection) || !speak(peer, connection)) {
        return false;
    }
    if (talk_is_over(&connection->talk) && connection->ended) {
        note_facts(peer, connection->socket);
        peer->heard += connection->talk.heard;
        (void)peer->functions->close(connection->socket);
        connection->socket = CLOSED;
        peer->over++;
    }
    return true;
}

/* The loop. */

static int timeout_ms(const struct peer *peer) {
    bool calls = peer->options->peer != NULL && peer->opened < peer->options->connections;
    struct instant first = calls ? peer->next_call_at : INSTANT_NEVER;
    for (uint64_t i = 0; i < peer->opened; i++) {
        if (peer->connections[i].socket != CLOSED) {
            first = instant_earlier(first, talk_deadline(&peer->connections[i].talk));
        }
    }
    int64_t ns = instant_is_never(first) ? INT64_MAX : instant_since(first, now()).ns;
    return ns > POLL_MS_MAX * NS_PER_MS ? POLL_MS_MAX : ns <= 0 ? 0 : (int)(ns / NS_PER_MS) + 1;
}

/* What is to be waited for: to write only where writing was refused, or the connection opens. */
static nfds_t gather(struct peer *peer) {
    struct instant at = now();
    for (uint64_t i = 0; i < peer->opened; i++) {
        const struct connection *connection = &peer->connections[i];
        peer->polled[i] = (struct pollfd){.fd = connection->socket};
        if (connection->socket != CLOSED) {
            bool writes = talk_due(&connection->talk, at) > 0;
            peer->polled[i].events =
                (short)((connection->talk.peer_ended ? 0 : POLLIN) | (writes ? POLLOUT : 0));
        }
    }
    if (peer->options->peer != NULL || peer->opened == peer->options->connections) {
        return peer->opened;
    }
    peer->polled[peer->opened] = (struct pollfd){.fd = peer->listener, .events = POLLIN};
    return peer->opened + 1;
}

static bool turn(struct peer *peer) {
    uint64_t before = peer->opened;
    nfds_t count = gather(peer);
    if (peer->functions->poll(peer->polled, count, timeout_ms(peer)) < 0) {
        return errno == EINTR;
    }
    struct instant at = now();
    for (uint64_t i = 0; i < before; i++) {
        struct connection *connection = &peer->connections[i];
        if (connection->socket != CLOSED &&
            (peer->polled[i].revents != 0 || talk_due(&connection->talk, at) > 0) &&
            !serve(peer, connection)) {
            return false;
        }
    }
    if (count > before && peer->polled[before].revents != 0) {
        accept_all(peer);
    }
    return true;
}

static bool hold_round(struct peer *peer, uint64_t round, struct instant until) {
    peer->opened = peer->over = 0;
    while (peer->over < peer->options->connections) {
        if (!call_next(peer, round) || !turn(peer)) {
            return false;
        }
        if (instant_reached(now(), until)) {
            (void)fprintf(stderr, "out of patience: %llu opened, %llu over\n",
                          (unsigned long long)peer->opened, (unsigned long long)peer->over);
            for (uint64_t i = 0; i < peer->opened; i++) {
                if (peer->connections[i].socket != CLOSED) {
                    return complain(&peer->connections[i], "not over");
                }
            }
            return false;
        }
    }
    return true;
}

static void report(const struct peer *peer, struct instant began_at) {
    report_begin(instant_since(now(), began_at));
    report_number("heard", peer->heard);
    report_number("timestamps", peer->timestamps);
    report_number("sack", peer->sack);
    report_number("window_scaling", peer->window_scaling);
    report_number("retransmissions", peer->facts.retransmissions);
    report_histogram("answered", &peer->answered);
    report_end();
}

int socket_peer_run(const struct socket_functions *functions,
                    const struct interop_options *options) {
    static struct peer peer;
    peer = (struct peer){.functions = functions, .options = options, .listener = CLOSED};
    peer.connections = calloc(options->connections, sizeof(*peer.connections));
    peer.polled = calloc(options->connections + 1, sizeof(*peer.polled));
    CHECK(peer.connections != NULL && peer.polled != NULL);
    histogram_reset(&peer.answered);
    if (options->peer == NULL) {
        start_listening(&peer);
    }
    (void)printf("%s\n", options->peer == NULL ? "listens" : "calls");
    (void)fflush(stdout);
    struct instant began_at = now();
    struct instant until =
        instant_add(began_at, (struct duration){.ns = (int64_t)options->patience_s * NS_PER_S});
    bool good = true;
    for (uint64_t round = 0; good && round < options->rounds; round++) {
        good = hold_round(&peer, round, until);
    }
    if (good) {
        report(&peer, began_at);
    }
    (void)fflush(stdout);
    free(peer.connections);
    free(peer.polled);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
