/*
 * A client: one FIX session that comes back when it was cut off, and a book of its own. It keeps
 * its numbers, what it sent and its book over a crash; what lay unread is lost, and asked for.
 */
#include "bench/sim/world/world_internal.h"

#define MESSAGE_BYTES_MAX 8192
#define HEARTBEAT_S 5
#define READS_MAX 64

static const struct fix_outbox_limits outbox_limits = {.messages = 1024, .bytes = 256 * 1024};

static void init_link(struct world_client *client) {
    struct fix_session_config config = {
        .role = FIX_INITIATOR,
        .version = fix_version_of(FIX_44),
        .sender_comp_id = bytes_of_string(client->comp_id),
        .target_comp_id = BYTES("TERCEL"),
        .heartbeat_s = HEARTBEAT_S,
        .time_digits = 3,
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .logon_timeout = {.ns = 10 * NS_PER_S},
        .logout_timeout = {.ns = 2 * NS_PER_S},
        .answer_timeout = {.ns = NS_PER_S},
        .outbox = client->outbox,
        .resent_types = "DFGHq",
    };
    fix_link_init(&client->link, &config);
}

void world_client_init(struct world *world, uint32_t index) {
    struct world_client *client = &world->clients[index];
    client->host = &world->hosts[WORLD_FIRST_CLIENT + index];
    client->outbox =
        fix_outbox_init(world_block(world, fix_outbox_footprint(outbox_limits)), outbox_limits);
    prng_seed(&client->prng, world->options.seed * 16 + index);
    init_link(client);
    client->acts = true;
    client->connect_at = world_between(&client->prng, 0, 300 * NS_PER_MS);
    client->act_at = client->connect_at + world_between(&client->prng, 0, 3 * NS_PER_S);
}

bool world_client_is_up(const struct world_client *client) {
    return client->link.stream != NULL && client->link.session.state == FIX_SESSION_UP;
}

int64_t world_client_next(const struct world *world, uint32_t index) {
    const struct world_client *client = &world->clients[index];
    if (client->link.stream == NULL) {
        return client->stays_away ? WORLD_NEVER : client->connect_at;
    }
    if (client->deaf_until > world->now_ns) {
        return client->deaf_until;
    }
    int64_t next = world_time_of(client->host, fix_link_deadline(&client->link));
    return client->acts && client->act_at < next && world_client_is_up(client) ? client->act_at
                                                                               : next;
}

static void connect_again(struct world *world, struct world_client *client) {
    struct stream *stream = stream_dial(&client->host->stack, 0);
    if (stream == NULL) {
        client->connect_at = world->now_ns + NS_PER_S;
        return;
    }
    fix_link_attach(&client->link, stream);
}

static void disconnected(struct world *world, struct world_client *client, struct now now) {
    stream_discard(&client->host->stack, fix_link_detach(&client->link, now));
    client->connect_at = world->now_ns + world_between(&client->prng, NS_PER_MS, 2 * NS_PER_S);
    world_trace(world, "client %u is disconnected: %s %s", client->host->index,
                fix_end_name(client->link.session.end), client->link.session.end_text);
}

/* True when nothing whole is left unread. */
static bool read_all(struct world *world, struct world_client *client, struct now now) {
    for (int count = 0; count < READS_MAX; count++) {
        enum fix_action action = fix_link_read(&client->link, now, &client->input);
        if (action == FIX_ACTION_NONE || action == FIX_ACTION_BLOCKED) {
            return action == FIX_ACTION_NONE && !client->link.more;
        }
        if (action == FIX_ACTION_DELIVER || action == FIX_ACTION_REJECTED) {
            world_hear(world, client->host->index, &client->input.view);
        }
        fix_link_consume(&client->link, &client->input);
        if (action == FIX_ACTION_CLOSE) {
            return true;
        }
    }
    client->host->wanted_ns = world->now_ns; /* the rest in another turn */
    return false;
}

static void talk(struct world *world, uint32_t index) {
    struct world_client *client = &world->clients[index];
    struct now now = world_now(client->host);
    client->host->wanted_ns = WORLD_NEVER;
    bool drained = read_all(world, client, now);
    if (client->acts && client->act_at <= world->now_ns && world_client_is_up(client)) {
        world_act(world, index);
        client->act_at =
            world->now_ns + world_between(&client->prng, 1, 2 * world->plan.act_mean_ns);
    }
    fix_link_flush(&client->link, now);
    client->next_in = client->link.session.next_in;
    client->next_out = client->link.session.next_out;
    if (drained && fix_link_is_over(&client->link, now)) {
        disconnected(world, client, now);
    }
}

void world_client_run(struct world *world, uint32_t index) {
    struct world_client *client = &world->clients[index];
    bool due = client->host->woken || world_client_next(world, index) <= world->now_ns ||
               client->host->wanted_ns <= world->now_ns ||
               world->net.ops->host_next(world, client->host) <= world->now_ns;
    if (!due) {
        return;
    }
    client->host->woken = false;
    world->net.ops->before(world, client->host);
    if (client->link.stream == NULL && !client->stays_away && client->connect_at <= world->now_ns) {
        connect_again(world, client);
    } else if (client->link.stream != NULL && client->deaf_until <= world->now_ns) {
        talk(world, index);
    }
    world->net.ops->after(world, client->host);
}

void world_client_crash(struct world *world, uint32_t index, int64_t lasts_ns) {
    struct world_client *client = &world->clients[index];
    struct now now = world_now(client->host);
    if (client->link.stream != NULL) {
        struct stream *stream = client->link.stream;
        stream_abort(stream);
        (void)fix_link_detach(&client->link, now);
        stream_discard(&client->host->stack, stream);
        init_link(client);
        fix_session_restore(&client->link.session, client->next_in, client->next_out);
    }
    client->deaf_until = 0;
    client->connect_at = world->now_ns + lasts_ns;
}
