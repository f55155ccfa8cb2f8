/* Neighbours: asked, learned, checked, lost; our own address announced and defended. */
#include <stdlib.h>

#include "net/stack_internal.h"
#include "net/stack_test_fixture.h"

TestSuite(stack_arp, .init = bench_open, .fini = bench_close);

#define STALE_MS 60000
#define RETRY_MS 1000

static const struct stack_counters *counted(void) {
    return stack_counters(bench.stack);
}

/* What TCP was told last, of `count` tellings in all. */
static void expect_told(uint32_t count, uint32_t neighbour, const struct ethernet_address *at) {
    cr_assert_eq(bench.told->neighbour_count, count, "told %u times, expected %u",
                 bench.told->neighbour_count, count);
    const struct told_neighbour *told = &bench.told->neighbours[count - 1];
    cr_assert_eq(told->neighbour, neighbour);
    cr_assert_eq(told->found, at != NULL);
    if (at != NULL) {
        cr_assert(ethernet_address_equal(&told->at, at));
    }
}

static void expect_route(struct ipv4_address remote, const struct ethernet_address *at) {
    struct tcp_path path;
    cr_assert_eq(route(OUR_IP, remote, &path), TCP_ROUTE_OK);
    cr_assert(ethernet_address_equal(&path.to, at));
}

/* Asked for and found. What TCP calls it. */
static uint32_t resolve(struct ipv4_address who, const struct ethernet_address *at) {
    struct tcp_path path;
    cr_assert_eq(route(OUR_IP, who, &path), TCP_ROUTE_UNRESOLVED);
    expect_question(who, &everybody_mac);
    struct frame answer = answer_of(who, at);
    put_and_turn(0, &answer);
    expect_told(bench.told->neighbour_count, path.neighbour, at);
    expect_route(who, at);
    return path.neighbour;
}

/* Our own address. */

#define ANNOUNCE_MS 2000

/* As many as a stack may take to see that a link has changed. */
static void turns_without_work(void) {
    for (int i = 0; i < 64; i++) {
        bench_turn();
    }
}

static const struct arp_text announcement = {
    ASK, {{2, 0, 0, 0, 0, 1}}, {0xc0000201}, {{0}}, {0xc0000201}};

Test(stack_arp, every_port_is_announced_twice) {
    stack_fini(bench.stack);
    struct stack_setup setup = stack_setup_default();
    setup.limits =
        (struct stack_limits){.tcp.connections_max = 1, .ports_max = 2, .neighbours_max = 1};
    void *memory = aligned_alloc(64, stack_footprint(&setup.limits));
    bench.stack = stack_init(memory, &setup);
    bench.told = tcp_told(stack_tcp(bench.stack));
    stack_add_port(bench.stack, &(struct stack_port){.nic = nic_sim_nic(bench.nic[0]),
                                                     .address = OUR_IP,
                                                     .prefix_bits = 24});
    stack_add_port(bench.stack, &(struct stack_port){.nic = nic_sim_nic(bench.nic[1]),
                                                     .address = TAGGED_IP,
                                                     .prefix_bits = 24,
                                                     .vlan = TAGGED_VLAN});
    cr_assert(instant_reached(bench.now.mono, stack_deadline(bench.stack)));
    nic_sim_set_link(bench.nic[0], false);
    bench_turn();
    cr_assert_eq(counted()->send_failures, 1);
    struct frame frame;
    cr_assert(sent_next(1, &frame));
    expect_arp(&frame, &everybody_mac, TAGGED_VLAN,
               &(struct arp_text){ASK, tagged_mac, TAGGED_IP, {{0}}, TAGGED_IP});
    nic_sim_set_link(bench.nic[0], true);
    bench_run_ms(RETRY_MS);
    cr_assert(sent_next(0, &frame), "what could not leave is tried again");
    expect_arp(&frame, &everybody_mac, 0, &announcement);
    bench_run_ms(ANNOUNCE_MS - 1);
    cr_assert(sent_next(1, &frame), "a retry earlier than the other");
    cr_assert_eq(sent_count(0) + sent_count(1), 0);
    bench_run_ms(1);
    cr_assert(sent_next(0, &frame));
    expect_arp(&frame, &everybody_mac, 0, &announcement);
    bench_run_ms(100 * STALE_MS);
    cr_assert_eq(sent_count(0) + sent_count(1), 0);
    cr_assert(instant_is_never(stack_deadline(bench.stack)));
    free(bench.stack_memory);
    bench.stack_memory = memory;
}

/* Whoever is behind the link now may be somebody else. */
Test(stack_arp, a_link_that_comes_up_again_hears_our_address_twice) {
    bench.stack->setup.announcements = 2;
    for (int i = 0; i < 3; i++) {
        nic_sim_set_link(bench.nic[0], false);
        turns_without_work();
        cr_assert_eq(sent_count(0) + sent_count(1), 0);
        nic_sim_set_link(bench.nic[0], true);
        turns_without_work();
        struct frame frame;
        cr_assert(sent_next(0, &frame));
        expect_arp(&frame, &everybody_mac, 0, &announcement);
        cr_assert_eq(sent_count(0), 0);
        bench_run_ms(ANNOUNCE_MS);
        cr_assert(sent_next(0, &frame));
        expect_arp(&frame, &everybody_mac, 0, &announcement);
        bench_run_ms(100 * ANNOUNCE_MS);
        cr_assert_eq(sent_count(0) + sent_count(1), 0, "only there, and only twice");
    }
}

/* One that flaps does not make us shout: what is due starts anew. */
Test(stack_arp, a_link_that_flaps_is_not_flooded) {
    bench.stack->setup.announcements = 2;
    uint32_t sent = 0;
    for (int i = 0; i < 100; i++) {
        nic_sim_set_link(bench.nic[0], i % 2 != 0);
        turns_without_work();
        bench_run_ms(10);
        sent += sent_count(0);
    }
    bench_run_ms(100 * ANNOUNCE_MS);
    sent += sent_count(0);
    cr_expect_leq(sent, 50 + 1, "%u", sent);
}

Test(stack_arp, questions_for_us_are_answered) {
    struct frame question = question_of(OTHER_IP, &other_mac);
    const struct arp_text answer = {ANSWER, our_mac, OUR_IP, other_mac, OTHER_IP};
    struct frame frame;
    put_and_turn(0, &question);
    cr_assert(sent_next(0, &frame));
    expect_arp(&frame, &other_mac, 0, &answer);
    memcpy(question.data, our_mac.byte, 6); /* asked unicast */
    append(&question, "eighteen bytes of padding", 18);
    put_and_turn(0, &question);
    cr_assert(sent_next(0, &frame));
    expect_arp(&frame, &other_mac, 0, &answer);
    question = question_of(IP(0, 0, 0, 0), &other_mac); /* RFC 5227: a probe */
    put_and_turn(0, &question);
    cr_assert(sent_next(0, &frame));
    expect_arp(&frame, &other_mac, 0,
               &(struct arp_text){ANSWER, our_mac, OUR_IP, other_mac, IP(0, 0, 0, 0)});
    cr_assert_eq(counted()->arp_answered, 3);
    cr_assert_eq(counted()->arp_learned, 0);
}

Test(stack_arp, answers_bear_the_ports_tag) {
    struct arp_text text = {ASK, other_mac, IP(198, 51, 100, 9), {{0}}, TAGGED_IP};
    struct frame question = arp(&everybody_mac, TAGGED_VLAN, &text);
    put_and_turn(1, &question);
    struct frame frame;
    cr_assert(sent_next(1, &frame));
    expect_arp(&frame, &other_mac, TAGGED_VLAN,
               &(struct arp_text){ANSWER, tagged_mac, TAGGED_IP, other_mac, IP(198, 51, 100, 9)});
    question = arp(&everybody_mac, 0, &text);
    put_and_turn(1, &question);
    cr_assert_eq(sent_count(1), 0, "another VLAN is another network");
}

Test(stack_arp, questions_for_others_are_not_answered) {
    struct arp_text text = {ASK, other_mac, OTHER_IP, {{0}}, PEER_IP};
    struct frame question = arp(&everybody_mac, 0, &text);
    put_and_turn(0, &question);
    text.target = TAGGED_IP; /* our address, but of another port */
    question = arp(&everybody_mac, 0, &text);
    put_and_turn(0, &question);
    cr_assert_eq(sent_count(0) + sent_count(1), 0);
}

Test(stack_arp, malformed_messages_are_counted) {
    struct frame good = question_of(OTHER_IP, &other_mac);
    static const struct {
        size_t at;
        unsigned char value;
    } wrong[] = {{15, 6}, {16, 9}, {18, 8}, {19, 6}, {21, 3}, {21, 0}, {22, 1}};
    uint64_t count = 0;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct frame frame = good;
        frame.data[wrong[i].at] = wrong[i].value;
        put_and_turn(0, &frame);
        cr_expect_eq(counted()->malformed, ++count, "row %zu", i);
    }
    for (good.bytes = 14; good.bytes < 42; good.bytes++) {
        put_and_turn(0, &good);
        cr_expect_eq(counted()->malformed, ++count, "%zu bytes", good.bytes);
    }
    cr_assert_eq(sent_count(0), 0);
}

Test(stack_arp, our_address_is_defended_within_limits) {
    struct frame claims[] = {announcement_of(OUR_IP, &other_mac), answer_of(OUR_IP, &other_mac),
                             question_of(OUR_IP, &other_mac)};
    struct frame frame;
    for (int64_t s = 0; s < 30; s++) {
        put_and_turn(0, &claims[s % 3]);
        if (s % 10 == 0) {
            cr_assert(sent_next(0, &frame), "after %d s", (int)s);
            expect_arp(&frame, &everybody_mac, 0, &announcement);
        }
        cr_assert_eq(sent_count(0), 0, "after %d s", (int)s);
        bench_run_ms(1000);
    }
    cr_assert_eq(counted()->arp_conflicts, 30);
}

Test(stack_arp, our_own_frames_come_back_without_effect) {
    struct frame looped = announcement_of(OUR_IP, &our_mac);
    put_and_turn(0, &looped);
    cr_assert_eq(counted()->arp_conflicts, 0);
    cr_assert_eq(sent_count(0), 0);
}

Test(stack_arp, a_flood_of_questions_by_strangers_is_answered_within_limits) {
    resolve(PEER_IP, &peer_mac);
    struct frame stranger = question_of(OTHER_IP, &other_mac);
    struct frame neighbour = question_of(PEER_IP, &peer_mac);
    uint32_t answers = 0;
    for (int i = 0; i < 1100; i++) {
        put_and_turn(0, &stranger);
        answers += sent_count(0);
    }
    cr_assert_eq(answers, 1000);
    cr_assert_eq(counted()->arp_withheld, 100);
    put_and_turn(0, &neighbour);
    cr_assert_eq(sent_count(0), 1);
    bench_run_ms(10);
    put_and_turn(0, &stranger);
    cr_assert_eq(sent_count(0), 1);
}

/* Asking. */

Test(stack_arp, who_is_wanted_is_asked_once_and_found) {
    struct tcp_path path, again;
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED);
    cr_assert_eq(route(OUR_IP, PEER_IP, &again), TCP_ROUTE_UNRESOLVED);
    cr_assert_eq(path.neighbour, again.neighbour);
    expect_question(PEER_IP, &everybody_mac);
    cr_assert_eq(sent_count(0), 0);
    struct frame answer = answer_of(PEER_IP, &peer_mac);
    put_and_turn(0, &answer);
    expect_told(1, path.neighbour, &peer_mac);
    expect_route(PEER_IP, &peer_mac);
    cr_assert_eq(counted()->arp_asked, 1);
    cr_assert_eq(counted()->arp_learned, 1);
}

Test(stack_arp, silence_is_asked_five_times_a_second_apart) {
    struct tcp_path path;
    route(OUR_IP, PEER_IP, &path);
    for (int i = 0; i < 5; i++) {
        expect_question(PEER_IP, &everybody_mac);
        bench_run_ms(RETRY_MS - 1);
        cr_assert_eq(sent_count(0), 0);
        cr_assert_eq(bench.told->neighbour_count, 0);
        bench_run_ms(1);
    }
    expect_told(1, path.neighbour, NULL);
    bench_run_ms(10 * STALE_MS);
    cr_assert_eq(sent_count(0), 0, "who was never there is forgotten");
    struct frame late = answer_of(PEER_IP, &peer_mac);
    put_and_turn(0, &late);
    expect_told(1, path.neighbour, NULL);
    cr_assert_eq(counted()->arp_unasked, 1);
    struct tcp_path next;
    cr_assert_eq(route(OUR_IP, PEER_IP, &next), TCP_ROUTE_UNRESOLVED);
    cr_assert_neq(next.neighbour, path.neighbour, "another question, another name");
}

Test(stack_arp, one_failure_is_nobody_elses) {
    struct tcp_path lost, found;
    route(OUR_IP, OTHER_IP, &lost);
    bench_run_ms(2500);
    route(OUR_IP, PEER_IP, &found);
    bench_run_ms(2500);
    expect_told(1, lost.neighbour, NULL);
    struct tcp_path same;
    cr_assert_eq(route(OUR_IP, PEER_IP, &same), TCP_ROUTE_UNRESOLVED);
    cr_assert_eq(same.neighbour, found.neighbour);
    struct frame answer = answer_of(PEER_IP, &peer_mac);
    put_and_turn(0, &answer);
    expect_told(2, found.neighbour, &peer_mac);
}

Test(stack_arp, a_question_that_could_not_leave_is_soon_tried_again) {
    struct tcp_path path;
    nic_sim_refuse_take(bench.nic[0], false, true);
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED);
    cr_assert_eq(counted()->send_failures, 1);
    nic_sim_refuse_take(bench.nic[0], false, false);
    bench_run_ms(RETRY_MS / 10);
    expect_question(PEER_IP, &everybody_mac);
    cr_assert_eq(counted()->arp_asked, 1);
}

Test(stack_arp, a_link_that_comes_up_in_time_is_in_time) {
    struct tcp_path path;
    nic_sim_set_link(bench.nic[0], false);
    route(OUR_IP, PEER_IP, &path);
    bench_run_ms(4500);
    cr_assert_eq(bench.told->neighbour_count, 0);
    nic_sim_set_link(bench.nic[0], true);
    bench_run_ms(RETRY_MS / 10);
    expect_question(PEER_IP, &everybody_mac);
    bench_run_ms(500);
    expect_told(1, path.neighbour, NULL);
}

/* Learning. */

Test(stack_arp, strangers_are_not_learned) {
    struct frame frames[] = {question_of(PEER_IP, &peer_mac), answer_of(PEER_IP, &peer_mac),
                             announcement_of(PEER_IP, &peer_mac)};
    for (size_t i = 0; i < 3; i++) {
        put_and_turn(0, &frames[i]);
    }
    cr_assert_eq(counted()->arp_unasked, 1);
    cr_assert_eq(counted()->arp_learned, 0);
    sent_drop_all(0);
    struct tcp_path path;
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED);
    sent_drop_all(0);
}

Test(stack_arp, a_neighbour_that_asks_for_us_is_learned) {
    struct frame question = question_of(GATEWAY_IP, &peer_mac);
    put_and_turn(0, &question);
    cr_assert_eq(bench.told->neighbour_count, 1, "the gateway is in the table, not yet asked");
    expect_route(GATEWAY_IP, &peer_mac);
    sent_drop_all(0);
    struct tcp_path path;
    route(OUR_IP, OTHER_IP, &path);
    question = question_of(OTHER_IP, &other_mac);
    put_and_turn(0, &question);
    expect_told(2, path.neighbour, &other_mac);
}

Test(stack_arp, only_an_answer_to_us_is_one) {
    struct tcp_path path;
    route(OUR_IP, PEER_IP, &path);
    struct arp_text text = {ANSWER, peer_mac, PEER_IP, other_mac, OTHER_IP};
    struct frame to_another = arp(&our_mac, 0, &text);
    put_and_turn(0, &to_another);
    text.target = OUR_IP;
    struct frame to_all = arp(&everybody_mac, 0, &text);
    put_and_turn(0, &to_all);
    struct frame announced = announcement_of(PEER_IP, &peer_mac);
    put_and_turn(0, &announced);
    cr_assert_eq(bench.told->neighbour_count, 0);
    cr_assert_eq(counted()->arp_unasked, 2);
    sent_drop_all(0);
}

Test(stack_arp, the_first_answer_counts) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    struct frame second = answer_of(PEER_IP, &other_mac);
    put_and_turn(0, &second);
    expect_told(1, neighbour, &peer_mac);
    expect_route(PEER_IP, &peer_mac);
    cr_assert_eq(counted()->arp_conflicts, 1);
    cr_assert_eq(counted()->arp_unasked, 1);
}

/* Age. */

Test(stack_arp, a_stale_neighbour_is_used_while_it_is_asked) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    for (int round = 0; round < 3; round++) {
        bench_run_ms(STALE_MS - 1);
        cr_assert_eq(sent_count(0), 0);
        bench_run_ms(1);
        expect_question(PEER_IP, &peer_mac);
        expect_route(PEER_IP, &peer_mac);
        struct frame answer = answer_of(PEER_IP, &peer_mac);
        put_and_turn(0, &answer);
        expect_told(1, neighbour, &peer_mac);
    }
}

Test(stack_arp, its_own_question_keeps_a_neighbour_fresh) {
    resolve(PEER_IP, &peer_mac);
    for (int i = 0; i < 4; i++) {
        bench_run_ms(STALE_MS / 2);
        struct frame question = question_of(PEER_IP, &peer_mac);
        put_and_turn(0, &question);
        cr_assert_eq(sent_count(0), 1, "our answer");
    }
    cr_assert_eq(counted()->arp_asked, 1);
}

/* Silence: five questions to it, five to everybody, then TCP hears of it. */
static void let_lapse(struct ipv4_address who, const struct ethernet_address *at) {
    uint32_t told = bench.told->neighbour_count;
    bench_run_ms(STALE_MS);
    for (int i = 0; i < 10; i++) {
        expect_question(who, i < 5 ? at : &everybody_mac);
        expect_route(who, at);
        cr_assert_eq(bench.told->neighbour_count, told);
        bench_run_ms(RETRY_MS);
    }
    cr_assert_eq(bench.told->neighbour_count, told + 1);
    cr_assert_not(bench.told->neighbours[told].found);
}

Test(stack_arp, a_neighbour_that_falls_silent_lapses_and_may_return) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    let_lapse(PEER_IP, &peer_mac);
    expect_told(2, neighbour, NULL);
    struct tcp_path path;
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED, "wanted: asked for");
    cr_assert_eq(path.neighbour, neighbour, "sessions that go on hear of it");
    expect_question(PEER_IP, &everybody_mac);
    struct frame answer = answer_of(PEER_IP, &other_mac);
    put_and_turn(0, &answer);
    expect_told(3, neighbour, &other_mac);
    expect_route(PEER_IP, &other_mac);
}

Test(stack_arp, a_lapsed_neighbour_is_asked_for_again_and_forgotten) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    let_lapse(PEER_IP, &peer_mac);
    bench_run_ms(STALE_MS);
    expect_question(PEER_IP, &everybody_mac);
    bench_run_ms(5 * RETRY_MS);
    cr_assert_eq(sent_count(0), 4);
    expect_told(3, neighbour, NULL);
    bench_run_ms(10 * STALE_MS);
    cr_assert_eq(sent_count(0), 0);
}

Test(stack_arp, a_lapsed_gateway_is_asked_for_until_it_returns) {
    uint32_t neighbour = resolve(GATEWAY_IP, &peer_mac);
    let_lapse(GATEWAY_IP, &peer_mac);
    for (uint32_t i = 0; i < 3; i++) {
        bench_run_ms(STALE_MS);
        expect_question(GATEWAY_IP, &everybody_mac);
        bench_run_ms(5 * RETRY_MS);
        cr_assert_eq(sent_count(0), 4);
        expect_told(3 + i, neighbour, NULL);
    }
    bench_run_ms(STALE_MS);
    expect_question(GATEWAY_IP, &everybody_mac);
    struct frame answer = answer_of(GATEWAY_IP, &other_mac);
    put_and_turn(0, &answer);
    expect_told(6, neighbour, &other_mac);
}

Test(stack_arp, a_lapsed_neighbour_that_shows_itself_is_asked_and_not_believed) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    let_lapse(PEER_IP, &peer_mac);
    struct frame frame = announcement_of(PEER_IP, &other_mac);
    put_and_turn(0, &frame);
    expect_question(PEER_IP, &everybody_mac);
    frame = question_of(PEER_IP, &other_mac);
    put_and_turn(0, &frame);
    cr_assert_eq(sent_count(0), 1, "an answer to it and no more");
    expect_told(2, neighbour, NULL);
    frame = answer_of(PEER_IP, &peer_mac);
    put_and_turn(0, &frame);
    expect_told(3, neighbour, &peer_mac);
}

/* Moving, and lying about it. */

Test(stack_arp, a_neighbour_that_moved_is_found_when_its_old_place_is_silent) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    bench_run_ms(2 * RETRY_MS);
    struct frame moved = announcement_of(PEER_IP, &other_mac);
    put_and_turn(0, &moved);
    struct frame answer = answer_of(PEER_IP, &other_mac);
    for (int i = 0; i < 5; i++) {
        expect_question(PEER_IP, &peer_mac);
        put_and_turn(0, &answer);
        expect_told(1, neighbour, &peer_mac);
        bench_run_ms(RETRY_MS);
    }
    expect_question(PEER_IP, &everybody_mac);
    put_and_turn(0, &answer);
    expect_told(2, neighbour, &other_mac);
    expect_route(PEER_IP, &other_mac);
    bench_run_ms(STALE_MS - 1);
    cr_assert_eq(sent_count(0), 0);
}

/* The peer lives and answers what it is asked. */
Test(stack_arp, a_live_neighbour_is_not_taken_over) {
    uint32_t neighbour = resolve(PEER_IP, &peer_mac);
    struct frame lies[] = {answer_of(PEER_IP, &other_mac), announcement_of(PEER_IP, &other_mac),
                           question_of(PEER_IP, &other_mac)};
    struct frame truth = answer_of(PEER_IP, &peer_mac);
    uint32_t questions = 0;
    for (int64_t ms = 0; ms < 20000; ms += 10) {
        put_and_turn(0, &lies[(ms / 10) % 3]);
        struct frame frame;
        while (sent_next(0, &frame)) {
            bool is_question = get_u16(frame.data + 20) == ASK;
            if (is_question) {
                expect_arp(&frame, &peer_mac, 0,
                           &(struct arp_text){ASK, our_mac, OUR_IP, {{0}}, PEER_IP});
                questions++;
                put_and_turn(0, &truth);
            }
        }
        expect_route(PEER_IP, &peer_mac);
        bench_run_ms(10);
    }
    expect_told(1, neighbour, &peer_mac);
    cr_assert_geq(questions, 18, "a lie makes us ask");
    cr_assert_leq(questions, 20, "but only once a second");
    cr_assert_geq(counted()->arp_conflicts, 1900);
}

Test(stack_arp, a_configured_neighbour_never_changes) {
    cr_assert(stack_add_neighbour(bench.stack, 0, PEER_IP, &peer_mac));
    struct frame lies[] = {answer_of(PEER_IP, &other_mac), announcement_of(PEER_IP, &other_mac),
                           question_of(PEER_IP, &other_mac)};
    for (size_t i = 0; i < 3; i++) {
        put_and_turn(0, &lies[i]);
    }
    cr_assert_eq(counted()->arp_conflicts, 3);
    sent_drop_all(0);
    bench_run_ms(10 * STALE_MS);
    expect_route(PEER_IP, &peer_mac);
    cr_assert_eq(sent_count(0), 0);
    cr_assert_eq(bench.told->neighbour_count, 0);
}

Test(stack_arp, a_neighbour_belongs_to_its_port) {
    struct tcp_path path;
    route(OUR_IP, PEER_IP, &path);
    sent_drop_all(0);
    struct arp_text text = {ANSWER, peer_mac, PEER_IP, tagged_mac, TAGGED_IP};
    struct frame answer = arp(&tagged_mac, TAGGED_VLAN, &text);
    put_and_turn(1, &answer);
    cr_assert_eq(bench.told->neighbour_count, 0);
}

/* The table. Three of its places are the gateways'. */

static struct ipv4_address stranger(uint32_t i) {
    return (struct ipv4_address){.value = IP(192, 0, 2, 100).value + i};
}

Test(stack_arp, a_full_table_refuses_and_keeps_the_gateways) {
    struct tcp_path path;
    for (uint32_t i = 0; i < NEIGHBOURS; i++) {
        cr_assert_eq(route(OUR_IP, stranger(i), &path), TCP_ROUTE_UNRESOLVED);
        struct frame answer = answer_of(stranger(i), &other_mac);
        put_and_turn(0, &answer);
    }
    cr_assert_eq(route(OUR_IP, stranger(NEIGHBOURS), &path), TCP_ROUTE_NONE);
    cr_assert_eq(counted()->arp_full, 1);
    cr_assert_eq(route(OUR_IP, IP(8, 8, 8, 8), &path), TCP_ROUTE_UNRESOLVED);
    cr_assert_not(stack_add_neighbour(bench.stack, 0, OTHER_IP, &other_mac));
    sent_drop_all(0);
    bench_run_ms(6 * RETRY_MS);
}

/* Who answers is found in a flood of invented addresses, and the gateways keep their places. */
Test(stack_arp, silence_makes_room) {
    struct tcp_path path;
    uint32_t asked = 0;
    while (asked < 50) {
        cr_assert_eq(route(OUR_IP, stranger(asked++), &path), TCP_ROUTE_UNRESOLVED);
        sent_drop_all(0);
    }
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED);
    for (uint32_t i = 1; i < NEIGHBOURS; i++) {
        cr_assert_eq(route(OUR_IP, stranger(asked++), &path), TCP_ROUTE_UNRESOLVED);
    }
    sent_drop_all(0);
    cr_assert_eq(bench.told->neighbour_count, asked + 1 - NEIGHBOURS, "each of them once");
    cr_assert_not(bench.told->neighbours[0].found);
    struct frame answer = answer_of(PEER_IP, &peer_mac);
    put_and_turn(0, &answer);
    expect_route(PEER_IP, &peer_mac);
    for (uint32_t i = 0; i < 50; i++) {
        cr_assert_eq(route(OUR_IP, stranger(asked++), &path), TCP_ROUTE_UNRESOLVED);
        sent_drop_all(0);
    }
    expect_route(PEER_IP, &peer_mac);
    cr_assert_eq(counted()->arp_full, 0);
    cr_assert_eq(route(OUR_IP, IP(8, 8, 8, 8), &path), TCP_ROUTE_UNRESOLVED);
    sent_drop_all(0);
    bench_run_ms(6 * RETRY_MS);
    sent_drop_all(0);
}

/* RFC 1122 §2.3.2.1: each invented address would cost a broadcast and a look at every connection,
 * and the same few the same ones again. */
Test(stack_arp, a_flood_of_invented_addresses_makes_no_flood_of_questions) {
    struct tcp_path path;
    for (uint32_t i = 0; i < 5000; i++) {
        route(OUR_IP, stranger(i % 100), &path);
        sent_drop_all(0);
    }
    cr_assert_leq(counted()->arp_asked, NEIGHBOURS + 1000);
    cr_assert_gt(counted()->arp_asked, 900);
    cr_assert_gt(counted()->arp_full, 3000);
    cr_assert_eq(route(OUR_IP, stranger(100), &path), TCP_ROUTE_NONE);
    bench_run_ms(RETRY_MS);
    sent_drop_all(0);
    cr_assert_eq(route(OUR_IP, stranger(100), &path), TCP_ROUTE_UNRESOLVED, "there is time again");
    sent_drop_all(0);
    bench_run_ms(6 * RETRY_MS);
    sent_drop_all(0);
}

Test(stack_arp, who_was_not_wanted_for_long_makes_room) {
    for (uint32_t i = 0; i < NEIGHBOURS; i++) {
        resolve(stranger(i), &peer_mac);
    }
    struct tcp_path path;
    cr_assert_eq(route(OUR_IP, OTHER_IP, &path), TCP_ROUTE_NONE, "all are in use");
    bench_run_ms(STALE_MS / 2);
    for (uint32_t i = 1; i < NEIGHBOURS; i++) {
        expect_route(stranger(i), &peer_mac);
    }
    bench_run_ms(STALE_MS / 2);
    for (uint32_t i = 0; i < NEIGHBOURS; i++) {
        struct frame answer = answer_of(stranger(i), &peer_mac);
        put_and_turn(0, &answer);
    }
    sent_drop_all(0);
    resolve(OTHER_IP, &other_mac);
    for (uint32_t i = 1; i < NEIGHBOURS; i++) {
        expect_route(stranger(i), &peer_mac);
    }
    cr_assert_eq(route(OUR_IP, stranger(0), &path), TCP_ROUTE_NONE);
    sent_drop_all(0);
}

Test(stack_arp, a_peers_next_hop_has_its_place) {
    cr_assert_eq(
        stack_add_peer(bench.stack, &(struct tcp_peer){.local = OUR_IP, .remote = PEER_IP}), 0);
    cr_assert_eq(bench.told->peers, 1);
    struct tcp_path path;
    for (uint32_t i = 0; i < NEIGHBOURS; i++) {
        route(OUR_IP, stranger(i), &path);
    }
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED);
    bench_run_ms(6 * RETRY_MS);
    sent_drop_all(0);
    cr_assert_eq(route(OUR_IP, PEER_IP, &path), TCP_ROUTE_UNRESOLVED, "silence costs it nothing");
    sent_drop_all(0);
}
