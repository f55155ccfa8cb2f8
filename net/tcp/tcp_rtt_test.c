/* Numbers worked out by hand from RFC 6298 §2; times in microseconds. */
#include <criterion/criterion.h>

#include "core/base/prng.h"
#include "core/base/test_seed.h"
#include "net/tcp/tcp_rtt.h"

#define LONE true
#define AMONG_OTHERS false
#define SURE true
#define GUESSED false

static struct duration us(int64_t count) {
    return (struct duration){.ns = count * NS_PER_US};
}

static struct tcp_profile profile_of(int64_t rto_min_us, int64_t ack_delay_us) {
    struct tcp_profile profile = tcp_profile_default();
    profile.rto_min = us(rto_min_us);
    profile.ack_delay = us(ack_delay_us);
    return profile;
}

static int64_t srtt_of(const struct tcp_rtt *rtt) {
    return tcp_rtt_srtt(rtt).ns;
}

static void expect(const struct tcp_rtt *rtt, const struct tcp_profile *profile, int64_t srtt_ns,
                   int64_t rttvar_ns, int64_t rto_ns) {
    int64_t have_ns = tcp_rtt_rto(rtt, profile).ns;
    cr_assert_eq(srtt_of(rtt), srtt_ns, "srtt %lld", (long long)srtt_of(rtt));
    cr_assert_eq(rtt->rttvar_4ths_ns, 4 * rttvar_ns, "rttvar %lld",
                 (long long)rtt->rttvar_4ths_ns / 4);
    cr_assert_eq(have_ns, rto_ns, "rto %lld", (long long)have_ns);
}

Test(tcp_rtt, before_the_first_sample_the_initial_rto_holds) {
    struct tcp_profile profile = profile_of(200000, 50000);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    expect(&rtt, &profile, 0, 0, NS_PER_S);
    cr_assert_eq(rtt.ack_delay.ns, 50 * NS_PER_MS);
}

Test(tcp_rtt, samples_are_smoothed_as_rfc_6298_says) {
    struct tcp_profile profile = profile_of(1000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100000), AMONG_OTHERS, &profile);
    expect(&rtt, &profile, 100000000, 50000000, 300000000);
    /* 3/4 * 50 + 1/4 * 40 = 47.5; 7/8 * 100 + 1/8 * 60 = 95; 95 + 4 * 47.5 = 285 */
    tcp_rtt_sample(&rtt, us(60000), AMONG_OTHERS, &profile);
    expect(&rtt, &profile, 95000000, 47500000, 285000000);
    /* 3/4 * 47.5 + 1/4 * 80 = 55.625; 7/8 * 95 + 1/8 * 175 = 105; 105 + 222.5 = 327.5 */
    tcp_rtt_sample(&rtt, us(175000), AMONG_OTHERS, &profile);
    expect(&rtt, &profile, 105000000, 55625000, 327500000);
    cr_assert_eq(rtt.minimum.ns, 60 * NS_PER_MS);
}

Test(tcp_rtt, the_rto_stays_within_its_bounds) {
    struct tcp_profile profile = profile_of(200000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    expect(&rtt, &profile, 100000, 50000, 200 * NS_PER_MS);
    profile.rto_max = us(2000000);
    tcp_rtt_sample(&rtt, us(30000000), AMONG_OTHERS, &profile);
    cr_assert_eq(tcp_rtt_rto(&rtt, &profile).ns, 2 * NS_PER_S);
}

Test(tcp_rtt, samples_of_nothing_are_samples_all_the_same) {
    struct tcp_profile profile = profile_of(1000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(0), AMONG_OTHERS, &profile);
    cr_assert_not(rtt.unsampled);
    for (int i = 0; i < 100; i++) {
        tcp_rtt_sample(&rtt, us(0), AMONG_OTHERS, &profile);
    }
    cr_assert_gt(rtt.srtt_8ths_ns, 0);
    cr_assert_not(rtt.unsampled);
    cr_assert_eq(tcp_rtt_rto(&rtt, &profile).ns, NS_PER_MS);
}

/* Of one segment the peer may keep the ACK for a while. */
Test(tcp_rtt, a_delayed_ack_of_a_lone_segment_does_not_move_srtt) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    tcp_rtt_sample(&rtt, us(40100), LONE, &profile);
    expect(&rtt, &profile, 100000, 50000, 5 * NS_PER_MS);
    cr_assert_eq(rtt.ack_delay.ns, 80 * NS_PER_MS, "twice what it waited beyond SRTT");
    tcp_rtt_sample(&rtt, us(20100), LONE, &profile);
    cr_assert_eq(rtt.ack_delay.ns, 80 * NS_PER_MS, "the longest is remembered");
    tcp_rtt_sample(&rtt, us(900000), LONE, &profile);
    cr_assert_eq(rtt.ack_delay.ns, 250 * NS_PER_MS, "nobody waits longer");
    expect(&rtt, &profile, 100000, 50000, 5 * NS_PER_MS);
}

Test(tcp_rtt, the_same_among_others_does) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    tcp_rtt_sample(&rtt, us(40100), AMONG_OTHERS, &profile);
    cr_assert_eq(srtt_of(&rtt), 5100 * NS_PER_US);
    cr_assert_eq(rtt.ack_delay.ns, 0);
}

Test(tcp_rtt, a_small_change_of_a_lone_segment_is_the_path) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    for (int i = 0; i < 200; i++) {
        tcp_rtt_sample(&rtt, us(140), LONE, &profile);
    }
    cr_assert_geq(srtt_of(&rtt), 139 * NS_PER_US);
    cr_assert_leq(srtt_of(&rtt), 140 * NS_PER_US);
    cr_assert_eq(rtt.ack_delay.ns, 0);
}

Test(tcp_rtt, eight_late_ones_in_a_row_mean_a_longer_path) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    for (int i = 0; i < 7; i++) {
        tcp_rtt_sample(&rtt, us(20000 - i * 1000), LONE, &profile);
        cr_assert_eq(srtt_of(&rtt), 100 * NS_PER_US);
    }
    tcp_rtt_sample(&rtt, us(20000), LONE, &profile);
    expect(&rtt, &profile, 14 * NS_PER_MS, 7 * NS_PER_MS, 42 * NS_PER_MS);
}

Test(tcp_rtt, a_quick_one_in_between_means_that_it_is_the_peer) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    for (int i = 0; i < 100; i++) {
        tcp_rtt_sample(&rtt, us(i % 8 == 7 ? 100 : 20000), LONE, &profile);
    }
    cr_assert_eq(srtt_of(&rtt), 100 * NS_PER_US);
}

/* What the configured delay explains is no sign of another path, however often it is seen. */
Test(tcp_rtt, ten_thousand_delayed_acks_leave_srtt_near_the_wire) {
    struct tcp_profile profile = profile_of(5000, 50000);
    struct prng prng;
    prng_seed(&prng, test_seed("ten_thousand_delayed_acks_leave_srtt_near_the_wire"));
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    for (int i = 0; i < 10000; i++) {
        int64_t delay = (int64_t)prng_below(&prng, 44000);
        tcp_rtt_sample(&rtt, us(100 + delay), LONE, &profile);
    }
    cr_assert_leq(srtt_of(&rtt), 200 * NS_PER_US, "%lld", (long long)srtt_of(&rtt));
    cr_assert_geq(rtt.ack_delay.ns, 80 * NS_PER_MS);
    cr_assert_leq(rtt.ack_delay.ns, 88 * NS_PER_MS);
    cr_assert_eq(rtt.minimum.ns / NS_PER_US / 100, 1);
}

/* Once, it may have been its ACK that got lost. */
Test(tcp_rtt, what_was_needless_makes_us_wait_longer) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_needless(&rtt, us(200), GUESSED);
    cr_assert_eq(rtt.ack_delay.ns, 200 * NS_PER_US);
    tcp_rtt_needless(&rtt, us(400), GUESSED);
    cr_assert_eq(rtt.ack_delay.ns, 50 * NS_PER_MS, "twice: it is one that waits");
    tcp_rtt_needless(&rtt, us(60000), GUESSED);
    cr_assert_eq(rtt.ack_delay.ns, 120 * NS_PER_MS);
    tcp_rtt_needless(&rtt, us(200000), GUESSED);
    cr_assert_eq(rtt.ack_delay.ns, 250 * NS_PER_MS);
}

Test(tcp_rtt, a_delay_that_is_sure_is_learned_at_once) {
    struct tcp_profile profile = profile_of(5000, 10000);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_needless(&rtt, us(12000), SURE);
    cr_assert_eq(rtt.ack_delay.ns, 24 * NS_PER_MS);
    tcp_rtt_needless(&rtt, us(11000), SURE);
    cr_assert_eq(rtt.ack_delay.ns, 24 * NS_PER_MS);
}

Test(tcp_rtt, what_was_learned_wears_off_down_to_what_is_configured) {
    struct tcp_profile profile = profile_of(5000, 1000);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    tcp_rtt_sample(&rtt, us(16600), LONE, &profile);
    cr_assert_eq(rtt.ack_delay.ns, 33 * NS_PER_MS);
    tcp_rtt_sample(&rtt, us(100), LONE, &profile);
    cr_assert_eq(rtt.ack_delay.ns, 32 * NS_PER_MS, "a 32nd of what it is beyond 1 ms");
    for (int i = 0; i < 1000; i++) {
        tcp_rtt_sample(&rtt, us(100), LONE, &profile);
    }
    cr_assert_lt(rtt.ack_delay.ns, 1001 * NS_PER_US);
    cr_assert_geq(rtt.ack_delay.ns, 1000 * NS_PER_US);
}

/* Each time that it was forgotten too soon, it is kept for twice as long. */
Test(tcp_rtt, what_was_needless_is_kept_longer_each_time) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    int before = 0;
    for (int round = 0; round < 6; round++) {
        tcp_rtt_needless(&rtt, us(32000), SURE);
        int kept = 0;
        for (; rtt.ack_delay.ns > 32 * NS_PER_MS; kept++) {
            tcp_rtt_sample(&rtt, us(100), LONE, &profile);
        }
        cr_assert_geq(kept, before + before * 9 / 10, "%d after %d", kept, before);
        before = kept;
    }
    cr_assert_gt(before, 1000);
}

Test(tcp_rtt, one_lost_ack_now_and_then_is_no_delay) {
    struct tcp_profile profile = profile_of(5000, 0);
    struct tcp_rtt rtt;
    tcp_rtt_init(&rtt, &profile);
    tcp_rtt_sample(&rtt, us(100), AMONG_OTHERS, &profile);
    for (int i = 0; i < 1000; i++) {
        if (i % 10 == 0) {
            tcp_rtt_needless(&rtt, (struct duration){.ns = rtt.ack_delay.ns + 200 * NS_PER_US},
                             GUESSED);
        } else {
            tcp_rtt_sample(&rtt, us(100), LONE, &profile);
        }
        cr_assert_lt(rtt.ack_delay.ns, NS_PER_MS);
    }
}
