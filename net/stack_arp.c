#include "net/stack_internal.h"

#define PLACE_BITS 12
#define GENERATION_MASK ((UINT32_C(1) << 19) - 1) /* an id is never UINT32_MAX */
#define PLACES_LOOKED_AT 16
#define DUE_PER_TURN 64
#define SEND_AGAIN_SHIFT 4 /* a question that could not leave is tried 16 times as often */
#define DEFEND_INTERVAL_NS (10 * NS_PER_S) /* RFC 5227 §1.1 */
#define ANNOUNCE_INTERVAL_NS (2 * NS_PER_S)

static const struct ethernet_address everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

_Static_assert(STACK_NEIGHBOURS_MAX == 1u << PLACE_BITS, "an id holds a place");

static bool is_used(const struct stack_neighbour *neighbour) {
    return neighbour->state == STACK_NEIGHBOUR_KNOWN ||
           neighbour->state == STACK_NEIGHBOUR_CHECKED ||
           neighbour->state == STACK_NEIGHBOUR_SOUGHT || neighbour->state == STACK_NEIGHBOUR_FIXED;
}

/* The table. */

static uint64_t neighbour_key(const struct stack *stack, uint32_t port,
                              struct ipv4_address address) {
    uint32_t words[2] = {port, address.value};
    return hash_bytes(bytes_of((const char *)words, sizeof(words)), &stack->setup.tcp.seed);
}

static uint32_t place_of(const struct stack *stack, const struct stack_neighbour *neighbour) {
    return (uint32_t)(neighbour - stack->neighbours);
}

static uint32_t find(const struct stack *stack, uint32_t port, struct ipv4_address address) {
    uint64_t key = neighbour_key(stack, port, address);
    uint32_t cursor = 0;
    uint32_t place;
    while ((place = hash_index_next(stack->neighbour_index, key, &cursor)) != HASH_INDEX_NONE) {
        const struct stack_neighbour *neighbour = &stack->neighbours[place];
        if (neighbour->port == port && ipv4_address_equal(neighbour->address, address)) {
            return place;
        }
    }
    return STACK_NEIGHBOUR_NONE;
}

static void neighbour_free(struct stack *stack, uint32_t place) {
    struct stack_neighbour *neighbour = &stack->neighbours[place];
    uint64_t key = neighbour_key(stack, neighbour->port, neighbour->address);
    CHECK(hash_index_remove(stack->neighbour_index, key, place));
    tcp_deadlines_remove(stack->deadlines, place);
    *neighbour =
        (struct stack_neighbour){.generation = (neighbour->generation + 1) & GENERATION_MASK};
}

/* One that nobody misses: lapsed, or known and not routed by for long. Who is connected through it
 * keeps the address it has. */
static bool may_be_displaced(const struct stack *stack, const struct stack_neighbour *neighbour) {
    if (neighbour->pinned) {
        return false;
    }
    struct instant idle_at = instant_add(neighbour->used_at, stack->setup.neighbour_stale);
    return neighbour->state == STACK_NEIGHBOUR_LAPSED ||
           (neighbour->state == STACK_NEIGHBOUR_KNOWN && instant_reached(stack->now.mono, idle_at));
}

/* A few places are looked at, so that who floods us with addresses does not buy a long search. One
 * that has not answered yet goes last, and the places behind it are next: whoever answers within
 * the time that it takes to fill the table is found. To TCP it is one that does not answer. That
 * costs a question to everybody and a look at every connection, so it is limited. */
static uint32_t find_room(struct stack *stack) {
    uint32_t count = stack->setup.limits.neighbours_max;
    uint32_t displaced = STACK_NEIGHBOUR_NONE;
    uint32_t asked = STACK_NEIGHBOUR_NONE;
    for (uint32_t i = 0; i < PLACES_LOOKED_AT && i < count; i++) {
        uint32_t place = stack->neighbour_hand;
        const struct stack_neighbour *neighbour = &stack->neighbours[place];
        stack->neighbour_hand = place + 1 < count ? place + 1 : 0;
        if (neighbour->state == STACK_NEIGHBOUR_FREE) {
            return place;
        }
        if (displaced == STACK_NEIGHBOUR_NONE && may_be_displaced(stack, neighbour)) {
            displaced = place;
        }
        if (asked == STACK_NEIGHBOUR_NONE && neighbour->state == STACK_NEIGHBOUR_ASKED &&
            !neighbour->pinned) {
            asked = place;
        }
    }
    if (displaced != STACK_NEIGHBOUR_NONE) {
        neighbour_free(stack, displaced);
        return displaced;
    }
    if (asked == STACK_NEIGHBOUR_NONE ||
        !tcp_limit_take(&stack->displaced, STACK_ARP_DISPLACED_PER_SECOND, stack->now)) {
        return STACK_NEIGHBOUR_NONE;
    }
    uint32_t id = stack_neighbour_id(stack, asked);
    stack->neighbour_hand = asked + 1 < count ? asked + 1 : 0;
    neighbour_free(stack, asked);
    tcp_neighbour(stack->tcp, id, NULL);
    return asked;
}

uint32_t stack_neighbour_place(struct stack *stack, uint32_t port, struct ipv4_address address) {
    uint32_t place = find(stack, port, address);
    if (place != STACK_NEIGHBOUR_NONE) {
        return place;
    }
    place = find_room(stack);
    if (place == STACK_NEIGHBOUR_NONE ||
        !hash_index_insert(stack->neighbour_index, neighbour_key(stack, port, address), place)) {
        stack->counters.arp_full++;
        return STACK_NEIGHBOUR_NONE;
    }
    struct stack_neighbour *neighbour = &stack->neighbours[place];
    *neighbour = (struct stack_neighbour){.address = address,
                                          .state = STACK_NEIGHBOUR_IDLE,
                                          .port = (uint16_t)port,
                                          .generation = neighbour->generation,
                                          .used_at = stack->now.mono};
    return place;
}

void stack_neighbour_pin(struct stack *stack, uint32_t port, struct ipv4_address address) {
    uint32_t place = stack_neighbour_place(stack, port, address);
    if (place != STACK_NEIGHBOUR_NONE) {
        stack->neighbours[place].pinned = true;
    }
}

uint32_t stack_neighbour_id(const struct stack *stack, uint32_t place) {
    return stack->neighbours[place].generation << PLACE_BITS | place;
}

bool stack_add_neighbour(struct stack *stack, uint32_t port, struct ipv4_address address,
                         const struct ethernet_address *at) {
    CHECK(port < stack->port_count);
    uint32_t place = stack_neighbour_place(stack, port, address);
    if (place == STACK_NEIGHBOUR_NONE) {
        return false;
    }
    stack->neighbours[place].state = STACK_NEIGHBOUR_FIXED;
    stack->neighbours[place].at = *at;
    return true;
}

/* Messages. */

static bool send_message(struct stack *stack, uint32_t port, const struct ethernet_address *to,
                         const struct arp_message *message) {
    char *payload;
    struct packet *packet = stack_frame_begin(stack, port, to, ETHERNET_TYPE_ARP, &payload);
    if (packet == NULL) {
        return false;
    }
    return stack_frame_send(stack, port, packet, arp_write(payload, message));
}

static bool send_question(struct stack *stack, const struct stack_neighbour *neighbour,
                          const struct ethernet_address *to) {
    const struct stack_port *port = &stack->ports[neighbour->port].port;
    struct arp_message question = {.operation = ARP_REQUEST,
                                   .sender_at = port->nic->address,
                                   .sender = port->address,
                                   .target = neighbour->address};
    if (!send_message(stack, neighbour->port, to, &question)) {
        return false;
    }
    stack->counters.arp_asked++;
    return true;
}

/* Neighbours are answered always, strangers within limits. */
static void send_answer(struct stack *stack, uint32_t index, const struct arp_message *question,
                        bool is_neighbour) {
    if (!is_neighbour &&
        !tcp_limit_take(&stack->arp_answers, STACK_ARP_ANSWERS_PER_SECOND, stack->now)) {
        stack->counters.arp_withheld++;
        return;
    }
    const struct stack_port *port = &stack->ports[index].port;
    struct arp_message answer = {.operation = ARP_REPLY,
                                 .sender_at = port->nic->address,
                                 .sender = port->address,
                                 .target_at = question->sender_at,
                                 .target = question->sender};
    stack->counters.arp_answered += send_message(stack, index, &question->sender_at, &answer);
}

/* RFC 5227 §2.3: a request for our own address from itself. */
static bool send_announcement(struct stack *stack, uint32_t index) {
    const struct stack_port *port = &stack->ports[index].port;
    struct arp_message announcement = {.operation = ARP_REQUEST,
                                       .sender_at = port->nic->address,
                                       .sender = port->address,
                                       .target = port->address};
    return send_message(stack, index, &everybody, &announcement);
}

/* What becomes of a neighbour. */

static void set_deadline(struct stack *stack, struct stack_neighbour *neighbour,
                         struct instant deadline) {
    neighbour->deadline = deadline;
    tcp_deadlines_at_most(stack->deadlines, place_of(stack, neighbour), deadline);
}

/* One question more. One that finds no packet or no room is tried again sooner: a second is long
 * for who connects. */
static void ask(struct stack *stack, struct stack_neighbour *neighbour) {
    bool check = neighbour->state == STACK_NEIGHBOUR_CHECKED;
    struct duration wait = stack->setup.neighbour_retry;
    if (!send_question(stack, neighbour, check ? &neighbour->at : &everybody)) {
        wait.ns >>= SEND_AGAIN_SHIFT;
    }
    struct instant next = instant_add(stack->now.mono, wait);
    set_deadline(stack, neighbour, instant_earlier(next, neighbour->asking_ends));
}

static void start_asking(struct stack *stack, struct stack_neighbour *neighbour,
                         enum stack_neighbour_state state) {
    struct duration patience = {.ns = STACK_NEIGHBOUR_ASKS * stack->setup.neighbour_retry.ns};
    neighbour->state = (uint8_t)state;
    neighbour->asking_ends = instant_add(stack->now.mono, patience);
    ask(stack, neighbour);
}

static void lapse(struct stack *stack, struct stack_neighbour *neighbour) {
    neighbour->state = STACK_NEIGHBOUR_LAPSED;
    neighbour->lapsed = true;
    set_deadline(stack, neighbour, instant_add(stack->now.mono, stack->setup.neighbour_stale));
}

/* Nobody answered. Who was never there, or has not come back, leaves no trace. */
static void fail(struct stack *stack, struct stack_neighbour *neighbour) {
    uint32_t place = place_of(stack, neighbour);
    uint32_t id = stack_neighbour_id(stack, place);
    bool was_there = neighbour->state == STACK_NEIGHBOUR_SOUGHT || neighbour->lapsed;
    if (neighbour->state == STACK_NEIGHBOUR_SOUGHT || (was_there && neighbour->pinned)) {
        lapse(stack, neighbour);
    } else if (neighbour->pinned) {
        neighbour->state = STACK_NEIGHBOUR_IDLE;
    } else {
        neighbour_free(stack, place);
    }
    tcp_neighbour(stack->tcp, id, NULL);
}

static void confirm(struct stack *stack, struct stack_neighbour *neighbour) {
    neighbour->state = STACK_NEIGHBOUR_KNOWN;
    neighbour->confirmed_at = stack->now.mono;
    set_deadline(stack, neighbour, instant_add(stack->now.mono, stack->setup.neighbour_stale));
}

/* TCP is told only what is news: it looks at every connection. */
static void learn(struct stack *stack, struct stack_neighbour *neighbour,
                  const struct ethernet_address *at) {
    bool is_news = !is_used(neighbour) || !ethernet_address_equal(&neighbour->at, at);
    neighbour->at = *at;
    neighbour->lapsed = false;
    confirm(stack, neighbour);
    if (is_news) {
        stack->counters.arp_learned++;
        tcp_neighbour(stack->tcp, stack_neighbour_id(stack, place_of(stack, neighbour)), at);
    }
}

/* Something says that it has moved. Whether it has, it is asked itself; at most once a retry. */
static void doubt(struct stack *stack, struct stack_neighbour *neighbour) {
    struct instant earliest = instant_add(neighbour->confirmed_at, stack->setup.neighbour_retry);
    if (neighbour->state == STACK_NEIGHBOUR_KNOWN && instant_reached(stack->now.mono, earliest)) {
        start_asking(stack, neighbour, STACK_NEIGHBOUR_CHECKED);
    } else if (neighbour->state == STACK_NEIGHBOUR_LAPSED) {
        start_asking(stack, neighbour, STACK_NEIGHBOUR_ASKED);
    }
}

enum tcp_route stack_neighbour_resolve(struct stack *stack, uint32_t place,
                                       struct ethernet_address *at) {
    struct stack_neighbour *neighbour = &stack->neighbours[place];
    neighbour->used_at = stack->now.mono;
    if (is_used(neighbour)) {
        *at = neighbour->at;
        return TCP_ROUTE_OK;
    }
    if (neighbour->state != STACK_NEIGHBOUR_ASKED) {
        start_asking(stack, neighbour, STACK_NEIGHBOUR_ASKED);
    }
    return TCP_ROUTE_UNRESOLVED;
}

/* Input. */

/* An answer to us. While a neighbour is checked only it may speak for itself: who else answers is
 * not believed before it was silent to the last question. */
static void answer_input(struct stack *stack, struct stack_neighbour *neighbour,
                         const struct ethernet_address *at) {
    bool same = ethernet_address_equal(&neighbour->at, at);
    switch ((enum stack_neighbour_state)neighbour->state) {
    case STACK_NEIGHBOUR_ASKED:
    case STACK_NEIGHBOUR_SOUGHT:
        learn(stack, neighbour, at);
        break;
    case STACK_NEIGHBOUR_CHECKED:
        if (same) {
            confirm(stack, neighbour);
        } else {
            stack->counters.arp_conflicts++;
        }
        break;
    case STACK_NEIGHBOUR_KNOWN:
    case STACK_NEIGHBOUR_FIXED:
        stack->counters.arp_unasked++;
        stack->counters.arp_conflicts += !same;
        if (!same) {
            doubt(stack, neighbour);
        }
        break;
    case STACK_NEIGHBOUR_LAPSED:
        stack->counters.arp_unasked++;
        doubt(stack, neighbour);
        break;
    case STACK_NEIGHBOUR_IDLE:
    case STACK_NEIGHBOUR_FREE:
        stack->counters.arp_unasked++;
        break;
    }
}

/* Anything else a neighbour says of itself. It is believed when it asks for us and nothing was ever
 * known, or when it says what is known. */
static void claim_input(struct stack *stack, struct stack_neighbour *neighbour,
                        const struct ethernet_address *at, bool asks_for_us) {
    bool never_known = neighbour->state == STACK_NEIGHBOUR_IDLE ||
                       (neighbour->state == STACK_NEIGHBOUR_ASKED && !neighbour->lapsed);
    if (never_known) {
        if (asks_for_us) {
            learn(stack, neighbour, at);
        }
    } else if (!is_used(neighbour)) {
        doubt(stack, neighbour);
    } else if (!ethernet_address_equal(&neighbour->at, at)) {
        stack->counters.arp_conflicts++;
        doubt(stack, neighbour);
    } else if (asks_for_us && neighbour->state != STACK_NEIGHBOUR_FIXED) {
        confirm(stack, neighbour);
    }
}

/* RFC 5227 §2.4 (c): somebody else uses our address. We keep it, and say so, but not often enough
 * to join in a war. */
static void own_address_claimed(struct stack *stack, uint32_t index) {
    struct stack_own_port *own = &stack->ports[index];
    struct instant next =
        instant_add(own->defended_at, (struct duration){.ns = DEFEND_INTERVAL_NS});
    stack->counters.arp_conflicts++;
    if (own->defended && !instant_reached(stack->now.mono, next)) {
        return;
    }
    if (send_announcement(stack, index)) {
        own->defended = true;
        own->defended_at = stack->now.mono;
    }
}

void stack_arp_input(struct stack *stack, uint32_t index, const struct ethernet_header *header,
                     const char *payload, size_t bytes) {
    const struct stack_port *port = &stack->ports[index].port;
    struct arp_message message;
    if (!arp_read(payload, bytes, &message)) {
        stack->counters.malformed++;
        return;
    }
    if (ethernet_address_equal(&message.sender_at, &port->nic->address)) {
        return; /* our own, come back */
    }
    if (ipv4_address_equal(message.sender, port->address)) {
        own_address_claimed(stack, index);
        return;
    }
    bool to_us = ipv4_address_equal(message.target, port->address);
    bool is_answer = to_us && message.operation == ARP_REPLY &&
                     ethernet_address_equal(&header->to, &port->nic->address);
    uint32_t place = find(stack, index, message.sender);
    if (place == STACK_NEIGHBOUR_NONE) {
        stack->counters.arp_unasked += message.operation == ARP_REPLY;
    } else if (is_answer) {
        answer_input(stack, &stack->neighbours[place], &message.sender_at);
    } else {
        stack->counters.arp_unasked += message.operation == ARP_REPLY;
        claim_input(stack, &stack->neighbours[place], &message.sender_at,
                    to_us && message.operation == ARP_REQUEST);
    }
    if (to_us && message.operation == ARP_REQUEST) {
        send_answer(stack, index, &message, place != STACK_NEIGHBOUR_NONE);
    }
}

/* Time. */

static void neighbour_due(struct stack *stack, struct stack_neighbour *neighbour) {
    bool over = instant_reached(stack->now.mono, neighbour->asking_ends);
    switch ((enum stack_neighbour_state)neighbour->state) {
    case STACK_NEIGHBOUR_KNOWN:
        start_asking(stack, neighbour, STACK_NEIGHBOUR_CHECKED);
        break;
    case STACK_NEIGHBOUR_LAPSED:
        start_asking(stack, neighbour, STACK_NEIGHBOUR_ASKED);
        break;
    case STACK_NEIGHBOUR_CHECKED:
        if (over) {
            start_asking(stack, neighbour, STACK_NEIGHBOUR_SOUGHT);
        } else {
            ask(stack, neighbour);
        }
        break;
    case STACK_NEIGHBOUR_ASKED:
    case STACK_NEIGHBOUR_SOUGHT:
        if (over) {
            fail(stack, neighbour);
        } else {
            ask(stack, neighbour);
        }
        break;
    case STACK_NEIGHBOUR_FREE:
    case STACK_NEIGHBOUR_IDLE:
    case STACK_NEIGHBOUR_FIXED:
        break; /* what stood in the heap was an earlier life's */
    }
}

static void announce_at(struct stack *stack, uint32_t port, struct instant at) {
    stack->ports[port].announce_at = at;
    tcp_deadlines_at_most(stack->deadlines, stack->setup.limits.neighbours_max + port, at);
}

void stack_announce_from(struct stack *stack, uint32_t port, struct instant at) {
    stack->ports[port].announcements = stack->setup.announcements;
    if (stack->setup.announcements > 0) {
        announce_at(stack, port, at);
    }
}

static void announce_due(struct stack *stack, uint32_t port) {
    struct stack_own_port *own = &stack->ports[port];
    if (own->announcements == 0) {
        return;
    }
    if (!instant_reached(stack->now.mono, own->announce_at)) {
        announce_at(stack, port, own->announce_at);
        return;
    }
    struct duration wait = stack->setup.neighbour_retry;
    if (send_announcement(stack, port)) {
        own->announcements--;
        wait.ns = ANNOUNCE_INTERVAL_NS;
    }
    if (own->announcements > 0) {
        announce_at(stack, port, instant_add(stack->now.mono, wait));
    }
}

static void take_due(struct stack *stack, uint32_t id) {
    if (id >= stack->setup.limits.neighbours_max) {
        announce_due(stack, id - stack->setup.limits.neighbours_max);
        return;
    }
    struct stack_neighbour *neighbour = &stack->neighbours[id];
    if (instant_reached(stack->now.mono, neighbour->deadline)) {
        neighbour_due(stack, neighbour);
    } else if (neighbour->state != STACK_NEIGHBOUR_FREE) {
        tcp_deadlines_at_most(stack->deadlines, id, neighbour->deadline);
    }
}

void stack_arp_timers(struct stack *stack) {
    for (uint32_t i = 0; i < DUE_PER_TURN; i++) {
        uint32_t id = tcp_deadlines_take(stack->deadlines, stack->now.mono);
        if (id == TCP_DEADLINE_NONE) {
            break;
        }
        take_due(stack, id);
    }
}
