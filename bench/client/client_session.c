#include "bench/client/client_session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/fix/fix_tag.h"

#define MESSAGE_BYTES_MAX 8192

static const struct uring_limits limits = {
    .stream = {.send_bytes = 1 << 18,
               .receive_bytes = 1 << 18,
               .record_bytes_max = 1024,
               .gather_bytes_max = MESSAGE_BYTES_MAX,
               .hold_bytes = 1 << 18,
               .hold_records_max = 16},
    .streams_max = 1,
    .peers_max = 1,
    .sockets_per_peer = 1,
    .connect_timeout = {.ns = 5 * NS_PER_S},
};

static void write_logon(void *context, const struct fix_session *fix, struct fix_writer *writer) {
    const struct client_session *session = context;
    (void)fix;
    if (session->config.password[0] != '\0') {
        fix_put_bytes(writer, FIX_USERNAME, bytes_of_string(session->config.sender_comp_id));
        fix_put_bytes(writer, FIX_PASSWORD, bytes_of_string(session->config.password));
    }
}

static void init_link(struct client_session *session) {
    struct fix_session_config config = {
        .role = FIX_INITIATOR,
        .version = fix_version_of(FIX_44),
        .sender_comp_id = bytes_of_string(session->config.sender_comp_id),
        .target_comp_id = bytes_of_string(session->config.target_comp_id),
        .heartbeat_s = 30,
        .time_digits = 3,
        .reset_on_logon = true,
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .logon_timeout = session->config.patience,
        .logout_timeout = {.ns = 2 * NS_PER_S},
        .answer_timeout = {.ns = NS_PER_S},
        .logon_hook = {.write_fields = write_logon, .context = session},
    };
    fix_link_init(&session->link, &config);
}

static void init_clock(struct client_session *session) {
    struct clock_sample first = clock_sample_take();
    const struct timespec apart = {.tv_nsec = 50 * NS_PER_MS};
    (void)nanosleep(&apart, NULL);
    struct clock_mapping mapping = clock_mapping_make(first, clock_sample_take());
    clock_publish(&session->clock_page, &mapping);
    session->clock = (struct clock_reader){.page = &session->clock_page};
    session->now = clock_read(&session->clock, clock_tsc());
}

static bool open_stack(struct client_session *session, struct uring_error *error) {
    session->stack_memory = aligned_alloc(4096, (uring_stack_footprint(&limits) + 4095) & ~4095UL);
    if (session->stack_memory == NULL) {
        uring_error_set(error, "out of memory");
        return false;
    }
    session->stack = uring_stack_init(session->stack_memory, &limits, error);
    return session->stack != NULL &&
           uring_stack_peer(session->stack, &session->config.router, error) &&
           uring_stack_start(session->stack, error);
}

static void take(struct client_session *session, enum fix_action action) {
    if (action == FIX_ACTION_REJECTED) {
        session->rejects++;
    } else if (action == FIX_ACTION_DELIVER) {
        struct bytes type = fix_view_msg_type(&session->input.view);
        if (bytes_equal(type, BYTES(FIX_MSG_BUSINESS_REJECT))) {
            session->rejects++;
        } else {
            (void)client_orders_report(&session->orders, session->now, &session->input.view);
        }
    }
    fix_link_consume(&session->link, &session->input);
}

/* True when nothing whole is left unread. */
static bool read_all(struct client_session *session) {
    for (int count = 0; count < 256; count++) {
        enum fix_action action = fix_link_read(&session->link, session->now, &session->input);
        if (action == FIX_ACTION_NONE || action == FIX_ACTION_BLOCKED) {
            return action == FIX_ACTION_NONE && !session->link.more;
        }
        take(session, action);
        if (action == FIX_ACTION_CLOSE) {
            return true;
        }
    }
    return false;
}

void client_session_turn(struct client_session *session) {
    int64_t wait_ns = session->config.spin ? 0 : NS_PER_MS;
    (void)uring_stack_turn(session->stack, session->now, wait_ns);
    session->now = clock_read(&session->clock, clock_tsc());
    bool drained = read_all(session);
    fix_link_flush(&session->link, session->now);
    if (drained && fix_link_is_over(&session->link, session->now)) {
        stream_discard(uring_stack_streams(session->stack),
                       fix_link_detach(&session->link, session->now));
    }
}

static bool log_on(struct client_session *session) {
    struct stream *stream = stream_dial(uring_stack_streams(session->stack), 0);
    if (stream == NULL) {
        return false;
    }
    fix_link_attach(&session->link, stream);
    while (session->link.stream != NULL && session->link.session.state != FIX_SESSION_UP) {
        client_session_turn(session);
    }
    return session->link.session.state == FIX_SESSION_UP;
}

bool client_session_open(struct client_session *session, const struct client_config *config,
                         FILE *err) {
    memset(session, 0, sizeof(*session));
    session->config = *config;
    session->orders.orders = calloc(CLIENT_ORDERS_MAX, sizeof(*session->orders.orders));
    struct uring_error error = {.text = "out of memory"};
    if (session->orders.orders == NULL || !open_stack(session, &error)) {
        (void)fprintf(err, "client: %s\n", error.text);
        return false;
    }
    init_clock(session);
    init_link(session);
    if (!log_on(session)) {
        (void)fprintf(err, "client: the router did not let us in: %s %s\n",
                      fix_end_name(session->link.session.end), session->link.session.end_text);
        return false;
    }
    return true;
}

void client_session_close(struct client_session *session) {
    if (session->stack != NULL) {
        if (session->link.session.state == FIX_SESSION_UP) {
            fix_session_logout(&session->link.session, session->now, bytes_of(NULL, 0));
        }
        struct instant deadline = instant_add(session->now.mono, session->config.patience);
        while (session->link.stream != NULL && !instant_reached(session->now.mono, deadline)) {
            client_session_turn(session);
        }
        uring_stack_fini(session->stack);
    }
    free(session->stack_memory);
    free(session->orders.orders);
    explicit_bzero(session->config.password, sizeof(session->config.password));
}

/* Room comes with the router's reading; it is waited for, because a client has nothing better to
 * do. */
static bool begin(struct client_session *session, const char *type, struct fix_writer *writer) {
    struct instant deadline = instant_add(session->now.mono, session->config.patience);
    while (!instant_reached(session->now.mono, deadline)) {
        enum stream_result result =
            fix_link_begin(&session->link, session->now, bytes_of_string(type), 512, writer);
        if (result == STREAM_OK) {
            return true;
        }
        if (result == STREAM_GONE) {
            return false;
        }
        client_session_turn(session);
    }
    return false;
}

static void put_routing(struct client_session *session, struct fix_writer *writer) {
    if (session->config.account != NULL) {
        fix_put_bytes(writer, FIX_ACCOUNT, bytes_of_string(session->config.account));
    }
    if (session->config.ex_destination != NULL) {
        fix_put_bytes(writer, FIX_EX_DESTINATION, bytes_of_string(session->config.ex_destination));
    }
}

bool client_session_new(struct client_session *session, struct client_order *order) {
    struct fix_writer writer;
    if (!begin(session, FIX_MSG_NEW_ORDER_SINGLE, &writer)) {
        return false;
    }
    order->sent = session->now.mono;
    fix_put_bytes(&writer, FIX_CL_ORD_ID, bytes_of_string(order->id));
    put_routing(session, &writer);
    fix_put_bytes(&writer, FIX_SYMBOL, bytes_of_string(order->symbol));
    fix_put_char(&writer, FIX_SIDE, order->side);
    fix_put_decimal(&writer, FIX_ORDER_QTY, order->quantity, CLIENT_DIGITS);
    fix_put_char(&writer, FIX_ORD_TYPE, order->type);
    if (order->type == '2') {
        fix_put_decimal(&writer, FIX_PRICE, order->price, CLIENT_DIGITS);
    }
    fix_put_char(&writer, FIX_TIME_IN_FORCE, order->time_in_force);
    if (order->post_only) {
        fix_put_char(&writer, FIX_EXEC_INST, '6');
    }
    fix_put_utc(&writer, FIX_TRANSACT_TIME, &session->link.session.time_cache, session->now.utc, 3);
    return fix_link_end(&session->link, session->now, &writer, STREAM_RELEASE_NOW);
}

bool client_session_cancel(struct client_session *session, struct client_order *order,
                           const char *cancel_id) {
    struct fix_writer writer;
    if (!begin(session, FIX_MSG_ORDER_CANCEL_REQUEST, &writer)) {
        return false;
    }
    order->cancel_sent = session->now.mono;
    fix_put_bytes(&writer, FIX_CL_ORD_ID, bytes_of_string(cancel_id));
    fix_put_bytes(&writer, FIX_ORIG_CL_ORD_ID, bytes_of_string(order->id));
    fix_put_bytes(&writer, FIX_SYMBOL, bytes_of_string(order->symbol));
    fix_put_char(&writer, FIX_SIDE, order->side);
    fix_put_utc(&writer, FIX_TRANSACT_TIME, &session->link.session.time_cache, session->now.utc, 3);
    return fix_link_end(&session->link, session->now, &writer, STREAM_RELEASE_NOW);
}

bool client_session_await(struct client_session *session, const struct client_order *order,
                          enum client_status status) {
    struct instant deadline = instant_add(session->now.mono, session->config.patience);
    while (order->status != status && session->link.stream != NULL &&
           !instant_reached(session->now.mono, deadline)) {
        client_session_turn(session);
    }
    return order->status == status;
}

bool client_session_await_cancel_reject(struct client_session *session,
                                        const struct client_order *order) {
    struct instant deadline = instant_add(session->now.mono, session->config.patience);
    while (!order->cancel_rejected && session->link.stream != NULL &&
           !instant_reached(session->now.mono, deadline)) {
        client_session_turn(session);
    }
    return order->cancel_rejected;
}
