/*
 * An independent client of a FIX 4.4 order gateway: QuickFIX's session, a scenario to play, and a
 * ledger of what the gateway said, to be held against the ledgers of the gateway and the venue.
 *
 * Exit status: 0 all went as the scenario says and every message was sound; 1 there were complaints
 * (on stderr); 2 wrong usage or scenario; 3 could not log on.
 */
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>

#include "bench/peers/scenario.hpp"

namespace {

const char *const usage =
    "usage: quickfix_client --port N --sender ID --target ID [option...]\n"
    "  --host ADDRESS        127.0.0.1\n"
    "  --username NAME       Username(553) of the Logon\n"
    "  --password-file FILE  holds the Password(554) of the Logon, in its first line\n"
    "  --heartbeat SECONDS   30\n"
    "  --reset               log on with ResetSeqNumFlag(141)=Y\n"
    "  --store DIR           keep sequence numbers and sent messages there, across runs\n"
    "  --dictionary FILE     QuickFIX data dictionary every message is checked against\n"
    "  --scenario FILE       commands to carry out, see scenario.hpp; - is stdin (-)\n"
    "  --ledger FILE         CSV, one row an order (written at exit, whatever happened)\n"
    "  --log FILE            every message, passwords masked\n"
    "  --logon-timeout MS    10000\n";

enum exit_status { ALL_WELL = 0, COMPLAINTS = 1, WRONG_USAGE = 2, NO_LOGON = 3 };

struct arguments {
    session_options session;
    std::string scenario = "-";
    std::string ledger;
    std::chrono::milliseconds logon_timeout{10000};
};

std::string first_line_of(const std::string &path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
        throw std::runtime_error("cannot read " + path);
    }
    return line;
}

arguments parse(int count, char **words) {
    arguments parsed;
    session_options &session = parsed.session;
    std::map<std::string, std::string *> texts = {{"--host", &session.host},
                                                  {"--port", &session.port},
                                                  {"--sender", &session.sender},
                                                  {"--target", &session.target},
                                                  {"--username", &session.username},
                                                  {"--store", &session.store},
                                                  {"--dictionary", &session.dictionary},
                                                  {"--log", &session.log},
                                                  {"--scenario", &parsed.scenario},
                                                  {"--ledger", &parsed.ledger}};
    for (int i = 1; i < count; i++) {
        std::string option = words[i];
        if (option == "--reset") {
            session.reset = true;
            continue;
        }
        if (++i >= count) {
            throw std::invalid_argument(option + " needs a value, or is no option");
        }
        auto text = texts.find(option);
        if (text != texts.end()) {
            *text->second = words[i];
        } else if (option == "--password-file") {
            session.password = first_line_of(words[i]);
        } else if (option == "--heartbeat") {
            session.heartbeat_s = static_cast<unsigned>(std::stoul(words[i]));
        } else if (option == "--logon-timeout") {
            parsed.logon_timeout = std::chrono::milliseconds(std::stol(words[i]));
        } else {
            throw std::invalid_argument(option + " is no option");
        }
    }
    if (session.port.empty() || session.sender.empty() || session.target.empty()) {
        throw std::invalid_argument("--port, --sender and --target are needed");
    }
    return parsed;
}

void play(const std::string &path, fix_session &session) {
    if (path == "-") {
        scenario_play(std::cin, session);
        return;
    }
    std::ifstream file(path);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    scenario_play(file, session);
}

exit_status report(const arguments &arguments, fix_session &session) {
    exit_status status = ALL_WELL;
    session.with_ledger([&](order_ledger &ledger) {
        for (const std::string &complaint : ledger.complaints()) {
            std::cerr << "quickfix_client: " << complaint << '\n';
            status = COMPLAINTS;
        }
        if (!arguments.ledger.empty()) {
            std::ofstream file(arguments.ledger);
            ledger.write_csv(file);
        }
    });
    return status;
}

exit_status run(const arguments &arguments) {
    fix_session session(arguments.session);
    session.start();
    if (!session.wait_for_logon(arguments.logon_timeout)) {
        std::cerr << "quickfix_client: not logged on in time\n";
        return NO_LOGON;
    }
    exit_status status = ALL_WELL;
    try {
        play(arguments.scenario, session);
    } catch (const std::runtime_error &error) {
        std::cerr << "quickfix_client: " << error.what() << '\n';
        status = WRONG_USAGE;
    }
    session.stop();
    exit_status reported = report(arguments, session);
    return status == ALL_WELL ? reported : status;
}

} // namespace

int main(int count, char **words) {
    try {
        return run(parse(count, words));
    } catch (const std::invalid_argument &error) {
        std::cerr << "quickfix_client: " << error.what() << '\n' << usage;
    } catch (const std::exception &error) {
        std::cerr << "quickfix_client: " << error.what() << '\n';
    }
    return WRONG_USAGE;
}
