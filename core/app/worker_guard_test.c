/*
 * The allocation guard, held to the worker as the router runs it: a venue session that allocates in
 * the middle of a turn must end the process, which names the call.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/app/config_report.h"
#include "core/app/credential.h"
#include "core/app/instance.h"
#include "core/base/alloc_guard.h"
#include "core/base/test_death.h"

/* Nobody answers at the venue's port, which is no obstacle: turns are made all the same. */
static const char text[] = "version: 1\n"
                           "instance: {name: guarded, mode: paper}\n"
                           "limits: {orders: 16, requests_per_venue: 16, client_connections: 1,\n"
                           "         reports_per_client: 16, ledger_cells: 16}\n"
                           "ledger: {file: ledger.csv}\n"
                           "listen: [{name: oe, address: 127.0.0.1:0, kind: order_entry}]\n"
                           "clients:\n"
                           "  - {name: acme, sender_comp_id: ACME, target_comp_id: TERCEL,\n"
                           "     accounts: [MAIN]}\n"
                           "venues:\n"
                           "  - {name: KRAKEN, dialect: kraken-spot, address: '127.0.0.1:1',\n"
                           "     sender_comp_id: TERCEL, target_comp_id: KRAKEN-TRD,\n"
                           "     api_key_file: key, api_secret_file: secret,\n"
                           "     cancel_on_disconnect: on, accounts: [MAIN]}\n"
                           "instruments:\n"
                           "  - {symbol: BTC-USD, price_digits: 1, quantity_digits: 8, tick: 0.1,\n"
                           "     lot: 0.00000001, min_quantity: 0.0001,\n"
                           "     venues: [{venue: KRAKEN, symbol: BTC/USD}]}\n";

static char folder[] = "/tmp/tercel-guard-XXXXXX";
static char config_path[64];

static void write_file(const char *name, const char *content) {
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    cr_assert(file >= 0);
    cr_assert_eq(write(file, content, strlen(content)), (ssize_t)strlen(content));
    close(file);
}

static void set_up(void) {
    cr_assert_not_null(mkdtemp(folder));
    snprintf(config_path, sizeof(config_path), "%s/tercel.yaml", folder);
    write_file("tercel.yaml", text);
    write_file("key", "a key");
    write_file("secret", "c2VjcmV0");
}

static void tear_down(void) {
    static const char *const names[] = {"tercel.yaml", "key", "secret", "ledger.csv"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

TestSuite(worker_guard, .init = set_up, .fini = tear_down);

/* Volatile, so that no compiler proves a call to be without effect. */
static void *volatile block;

static void do_nothing(void) {
}

static void call_malloc(void) {
    block = malloc(10);
}

static void call_free(void) {
    free(block);
}

static void call_mmap(void) {
    block = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The venue's own operations, but for one that order entry calls in every turn. */
static struct venue_ops ops;
static struct stream *(*own_stream)(struct venue *venue);
static void (*misdeed)(void);
static unsigned calls_left = 10;
static atomic_bool was_done;

static struct stream *stream(struct venue *venue) {
    if (calls_left > 0 && --calls_left == 0) {
        misdeed();
        atomic_store(&was_done, true);
    }
    return own_stream(venue);
}

static void misbehave(struct instance *instance) {
    struct venue *venue = instance->order_entry_venues[0].venue;
    ops = *venue->ops;
    own_stream = ops.stream;
    ops.stream = stream;
    venue->ops = &ops;
}

static struct instance *create(void) {
    static struct config_host host;
    static struct config_report report;
    config_host_read(&host);
    struct config *config = credential_init() ? config_load(config_path, &host, &report) : NULL;
    if (config == NULL) {
        config_report_print(&report, stderr);
        _exit(3);
    }
    struct instance *instance = instance_create(config, stderr);
    if (instance == NULL) {
        _exit(4);
    }
    return instance;
}

/* A whole life of an instance, in the child that death_of makes. */
static void live(void *argument) {
    misdeed = *(void (**)(void))argument;
    block = malloc(10);
    struct instance *instance = create();
    misbehave(instance);
    if (!instance_start(instance, stderr)) {
        _exit(5);
    }
    while (!atomic_load(&was_done)) {
        instance_attend(instance);
    }
    instance_stop(instance);
    while (!instance_is_done(instance)) {
        instance_attend(instance);
    }
    instance_join(instance);
    instance_destroy(instance);
    _exit(42);
}

static void expect_death(void (*call)(void), const char *name) {
    char words[80];
    snprintf(words, sizeof(words), "alloc_guard: %s called on a sealed thread\n", name);
    cr_expect(dies_saying(live, &call, words));
}

Test(worker_guard, is_built_in) {
    cr_expect(alloc_guard_is_built_in());
}

Test(worker_guard, a_turn_that_allocates_ends_the_process) {
    expect_death(call_malloc, "malloc");
    expect_death(call_free, "free");
}

/* Sanitizers own mmap. */
Test(worker_guard, a_turn_that_maps_ends_the_process, .disabled = ALLOC_GUARD_HOOKS) {
    expect_death(call_mmap, "mmap64");
}

/* What the deaths are worth: the same life without a misdeed ends as it should. */
Test(worker_guard, a_turn_that_does_not_allocate_goes_on) {
    void (*call)(void) = do_nothing;
    struct death death = death_of(live, &call);
    cr_expect_eq(death.signal, 0);
    cr_expect_eq(death.exit_code, 42, "exit %d: %s", death.exit_code, death.text);
}
