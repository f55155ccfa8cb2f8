#include "bench/conformance/acceptor_options.h"

#include <getopt.h>
#include <stdio.h>

static bool fail(const char *what, const char *why) {
    (void)fprintf(stderr, "fix_acceptor: %s: %s\n", what, why);
    return false;
}

static void help(void) {
    (void)printf(
        "usage: fix_acceptor [--profile NAME] --listen ADDRESS:PORT\n"
        "                    [--control ADDRESS:PORT] [--hasty ADDRESS:PORT]\n"
        "                    [--peer ADDRESS:PORT]...\n"
        "\n"
        "FIX sessions of ISLD with TW40 TW41 TW42 TW43 TW44 TW50 TW50SP1 TW50SP2, TW and\n"
        "NO_CHECK_FIELDS_HAVE_VALUES. Orders (D), security definitions (d) and mails (C) come\n"
        "back. Prints \"fix ADDRESS:PORT\" when it is ready; SIGTERM ends it.\n"
        "\n"
        "  --profile NAME          how sessions behave; at, as QuickFIX's definitions want it,\n"
        "                          if not said\n"
        "  --listen ADDRESS:PORT   where; port 0: of the kernel's choice\n"
        "\n"
        "For scenarios:\n"
        "  --control ADDRESS:PORT  a port that obeys; other sessions come to be by their Logon\n"
        "  --hasty ADDRESS:PORT    where who says nothing is soon turned away\n"
        "  --peer ADDRESS:PORT     whom an initiator may dial\n"
        "  --help                  this\n");
}

static bool read_endpoint(const char *option, const char *text, struct endpoint *at) {
    enum endpoint_result result = endpoint_parse(bytes_of_string(text), at);
    if (result == ENDPOINT_OK) {
        return true;
    }
    (void)fprintf(stderr, "fix_acceptor: --%s %s: %s\n", option, text,
                  endpoint_result_text(result));
    return false;
}

static bool read_door(struct acceptor_options *options, enum acceptor_door_kind door,
                      const char *option, const char *text) {
    options->has[door] = true;
    return read_endpoint(option, text, &options->at[door]);
}

static bool read_peer(struct acceptor_options *options, const char *text) {
    if (options->peer_count == ACCEPTOR_PEERS_MAX) {
        return fail("--peer", "256 at most");
    }
    return read_endpoint("peer", text, &options->peer[options->peer_count++]);
}

static bool read_profile(struct acceptor_options *options, const char *text) {
    options->profile = acceptor_profile_find(bytes_of_string(text));
    return options->profile != NULL || fail("--profile", "there is none of that name");
}

static bool check_options(const struct acceptor_options *options, bool nothing_more) {
    if (!nothing_more) {
        return fail("usage", "options only; see --help");
    }
    if (options->profile->role == FIX_INITIATOR) {
        return fail("--profile", "that of an initiator is for --control only");
    }
    return options->has[ACCEPTOR_DOOR_FIX] || fail("--listen", "is missing; see --help");
}

bool acceptor_options_read(struct acceptor_options *options, int argc, char **argv, int *status) {
    static const struct option table[] = {
        {"profile", required_argument, NULL, 'p'},
        {"listen", required_argument, NULL, 'l'},
        {"control", required_argument, NULL, 'c'},
        {"hasty", required_argument, NULL, 'y'},
        {"peer", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool good = read_profile(options, "at");
    int code;
    *status = 2;
    while (good && (code = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (code) {
        case 'p':
            good = read_profile(options, optarg);
            break;
        case 'l':
            good = read_door(options, ACCEPTOR_DOOR_FIX, "listen", optarg);
            break;
        case 'c':
            good = read_door(options, ACCEPTOR_DOOR_CONTROL, "control", optarg);
            break;
        case 'y':
            good = read_door(options, ACCEPTOR_DOOR_HASTY, "hasty", optarg);
            break;
        case 'd':
            good = read_peer(options, optarg);
            break;
        case 'h':
            help();
            *status = 0;
            return false;
        default:
            return false; /* getopt has said why */
        }
    }
    return good && check_options(options, optind == argc);
}
