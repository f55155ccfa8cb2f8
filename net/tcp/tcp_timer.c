#include "net/tcp/tcp_internal.h"

/* How often buffers with secrets are looked at while nothing else is due. */
#define SECRETS_NS NS_PER_MS

void tcp_timer_set(struct tcp_connection *c, enum tcp_timer timer, struct instant at) {
    c->timer[timer] = at;
    tcp_deadlines_at_most(c->tcp->deadlines, c->slot, at);
}

void tcp_timer_stop(struct tcp_connection *c, enum tcp_timer timer) {
    c->timer[timer] = INSTANT_NEVER;
}

void tcp_timer_stop_all(struct tcp_connection *c) {
    for (unsigned timer = 0; timer < TCP_TIMERS; timer++) {
        c->timer[timer] = INSTANT_NEVER;
    }
    tcp_deadlines_remove(c->tcp->deadlines, c->slot);
}

static struct instant now_of(const struct tcp_connection *c) {
    return c->tcp->now.mono;
}

static void give_up(struct tcp_connection *c) {
    if (!tcp_send_reset(c)) {
        c->tcp->counters.resets_withheld++;
    }
    tcp_end(c, STREAM_CLOSE_TIMED_OUT);
}

/* The connect time-out, or data, FIN or a closed window that nothing came of for too long. */
static void user_expired(struct tcp_connection *c) {
    if (c->state < TCP_SYN_RECEIVED) {
        tcp_end(c, STREAM_CLOSE_TIMED_OUT);
        return;
    }
    if (c->state >= TCP_ESTABLISHED) {
        bool owed = c->head != c->held; /* else progress is yet to come */
        struct instant from = owed ? tcp_progress_at(c) : now_of(c);
        struct instant due = instant_add(from, c->profile.user_timeout);
        if (!instant_reached(now_of(c), due)) {
            tcp_timer_set(c, TCP_TIMER_USER, due);
            return;
        }
    }
    c->tcp->counters.user_timeouts++;
    give_up(c);
}

/* Keep-alive (RFC 9293 §3.8.4). */

void tcp_keepalive_start(struct tcp_connection *c) {
    if (c->profile.keepalive_idle.ns > 0) {
        struct instant at = instant_add(now_of(c), c->profile.keepalive_idle);
        tcp_timer_set(c, TCP_TIMER_KEEPALIVE, at);
    }
}

static void keepalive_expired(struct tcp_connection *c) {
    struct instant last = c->heard_at;
    struct instant due = instant_add(last, c->profile.keepalive_idle);
    bool idle = c->head == c->held; /* else the user time-out watches */
    if (!idle || !instant_reached(now_of(c), due)) {
        bool passed = instant_reached(now_of(c), due);
        struct instant from = passed ? now_of(c) : last;
        tcp_timer_set(c, TCP_TIMER_KEEPALIVE, instant_add(from, c->profile.keepalive_idle));
        return;
    }
    if (c->heard_at.ns >= c->keepalive_at.ns) {
        c->keepalives = 0;
    }
    if (c->keepalives >= c->profile.keepalive_probes) {
        give_up(c);
        return;
    }
    c->keepalives++;
    c->keepalive_at = now_of(c);
    c->tcp->counters.keepalives++;
    tcp_send_keepalive(c);
    tcp_timer_set(c, TCP_TIMER_KEEPALIVE, instant_add(now_of(c), c->profile.keepalive_interval));
}

static void expire(struct tcp_connection *c, enum tcp_timer timer) {
    switch (timer) {
    case TCP_TIMER_LOSS:
        tcp_loss_expired(c);
        return;
    case TCP_TIMER_USER:
        user_expired(c);
        return;
    case TCP_TIMER_KEEPALIVE:
        keepalive_expired(c);
        return;
    case TCP_TIMER_FIN_WAIT:
        give_up(c);
        return;
    case TCP_TIMERS:
        return;
    }
}

/* The heap has let go of the connection: what is still to come goes back into it. */
static void connection_expired(struct tcp_connection *c) {
    struct instant next = INSTANT_NEVER;
    for (unsigned timer = 0; timer < TCP_TIMERS && c->state != TCP_CLOSED; timer++) {
        if (instant_reached(now_of(c), c->timer[timer])) {
            c->timer[timer] = INSTANT_NEVER;
            expire(c, (enum tcp_timer)timer);
        }
    }
    for (unsigned timer = 0; timer < TCP_TIMERS; timer++) {
        next = instant_earlier(next, c->timer[timer]);
    }
    if (!instant_is_never(next)) {
        tcp_deadlines_at_most(c->tcp->deadlines, c->slot, next);
    }
}

/* Whatever is due once: a deadline that is set to now again waits for the next turn. */
void tcp_timers(struct tcp *tcp) {
    const struct tcp_limits *limits = &tcp->setup.limits;
    uint32_t ids = limits->connections_max + limits->embryos_max;
    for (uint32_t taken = 0; taken < ids; taken++) {
        uint32_t id = tcp_deadlines_take(tcp->deadlines, tcp->now.mono);
        if (id == TCP_DEADLINE_NONE) {
            break;
        }
        if (id >= limits->connections_max) {
            tcp_embryo_expired(tcp, id - limits->connections_max);
        } else if (tcp->connections[id].in_use && tcp->connections[id].state != TCP_CLOSED) {
            connection_expired(&tcp->connections[id]);
        }
    }
    tcp_time_wait_expire(tcp);
}

struct instant tcp_deadline(const struct tcp *tcp) {
    if (tcp->pending != TCP_NONE) {
        return tcp->now.mono;
    }
    struct instant at = tcp_deadlines_first(tcp->deadlines);
    at = instant_earlier(at, tcp_time_wait_deadline(tcp));
    if (tcp->secrets != NULL) {
        struct duration soon = {.ns = SECRETS_NS};
        at = instant_earlier(at, instant_add(tcp->now.mono, soon));
    }
    return at;
}
