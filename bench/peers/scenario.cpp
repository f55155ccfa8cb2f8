#include "bench/peers/scenario.hpp"

#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace {

using words = std::vector<std::string>;
using std::chrono::milliseconds;

enum tag {
    ACCOUNT = 1,
    CL_ORD_ID = 11,
    EXEC_INST = 18,
    ORDER_QTY = 38,
    ORD_TYPE = 40,
    ORIG_CL_ORD_ID = 41,
    PRICE = 44,
    SIDE = 54,
    SYMBOL = 55,
    TIME_IN_FORCE = 59,
    EX_DESTINATION = 100,
};

class player {
  public:
    explicit player(fix_session &session) : session_(session) {
    }

    void play_line(const std::string &line);

  private:
    void send_new(const words &line);
    void send_cancel(const words &line);
    void wait(const words &line);
    void expect(const words &line);
    void settle(const words &line);
    void complain(const std::string &what);

    fix_session &session_;
    std::map<std::string, sent_order> orders_;
};

milliseconds limit_of(const words &line, size_t at, long otherwise) {
    return milliseconds(line.size() > at ? std::stol(line[at]) : otherwise);
}

std::string code(const std::map<std::string, std::string> &codes, const std::string &word) {
    auto found = codes.find(word);
    if (found == codes.end()) {
        throw std::runtime_error("what is '" + word + "'?");
    }
    return found->second;
}

const std::map<std::string, std::string> side_codes = {{"buy", "1"}, {"sell", "2"}};
const std::map<std::string, std::string> type_codes = {{"market", "1"}, {"limit", "2"}};
const std::map<std::string, std::string> time_codes = {{"gtc", "1"}, {"ioc", "3"}, {"fok", "4"}};

void need(const words &line, size_t least) {
    if (line.size() < least) {
        throw std::runtime_error("too few words");
    }
}

void player::send_new(const words &line) {
    need(line, 10);
    sent_order order;
    order.id = line[1];
    order.symbol = line[2];
    order.side = line[5];
    order.quantity = line[7];
    order.price = line[8] == "-" ? "" : line[8];

    fields values = {{CL_ORD_ID, order.id},
                     {SYMBOL, order.symbol},
                     {SIDE, code(side_codes, order.side)},
                     {ORD_TYPE, code(type_codes, line[6])},
                     {ORDER_QTY, order.quantity},
                     {TIME_IN_FORCE, code(time_codes, line[9])}};
    if (line[3] != "-") {
        values.emplace_back(EX_DESTINATION, line[3]);
    }
    if (line[4] != "-") {
        values.emplace_back(ACCOUNT, line[4]);
    }
    if (!order.price.empty()) {
        values.emplace_back(PRICE, order.price);
    }
    if (line.size() > 10) {
        /* ExecInst 6: participate, do not initiate. */
        values.emplace_back(EXEC_INST, code({{"postonly", "6"}}, line[10]));
    }
    /* Entered before it is sent: the answer may be quicker than this thread. */
    orders_[order.id] = order;
    session_.with_ledger([&](order_ledger &ledger) { ledger.sent(order); });
    if (!session_.send("D", values)) {
        complain(order.id + ": no session to send it on");
    }
}

void player::send_cancel(const words &line) {
    need(line, 3);
    sent_order order;
    order.symbol = "NONE-NONE";
    order.side = "buy";
    auto known = orders_.find(line[2]);
    if (known != orders_.end()) {
        order = known->second;
    }
    session_.with_ledger([&](order_ledger &ledger) { ledger.sent_cancel(line[1], line[2]); });
    if (!session_.send("F", {{CL_ORD_ID, line[1]},
                             {ORIG_CL_ORD_ID, line[2]},
                             {SYMBOL, order.symbol},
                             {SIDE, code(side_codes, order.side)}})) {
        complain(line[1] + ": no session to send it on");
    }
}

void player::wait(const words &line) {
    need(line, 3);
    words states;
    std::istringstream alternatives(line[2]);
    for (std::string state; std::getline(alternatives, state, '|');) {
        states.push_back(state);
    }
    bool came = session_.wait_until(
        [&](const order_ledger &ledger) {
            for (const std::string &state : states) {
                if (ledger.has_been(line[1], state)) {
                    return true;
                }
            }
            return false;
        },
        limit_of(line, 3, 5000));
    if (!came) {
        complain(line[1] + ": was not " + line[2] + " in time");
    }
}

void player::expect(const words &line) {
    need(line, 4);
    session_.with_ledger([&](order_ledger &ledger) {
        std::string wanted = line[3] == "-" ? "" : line[3];
        std::string found = ledger.column(line[1], line[2]);
        if (found != wanted) {
            ledger.complain(line[1] + ": " + line[2] + " is '" + found + "', expected '" + wanted +
                            "'");
        }
    });
}

void player::settle(const words &line) {
    need(line, 2);
    if (!session_.wait_for_silence(limit_of(line, 1, 0), limit_of(line, 2, 30000))) {
        complain("messages kept coming");
    }
}

void player::complain(const std::string &what) {
    session_.with_ledger([&](order_ledger &ledger) { ledger.complain(what); });
}

void player::play_line(const std::string &text) {
    words line;
    std::istringstream stream(text);
    for (std::string word; stream >> word;) {
        line.push_back(word);
    }
    if (line.empty() || line[0][0] == '#') {
        return;
    }
    if (line[0] == "new") {
        send_new(line);
    } else if (line[0] == "cancel") {
        send_cancel(line);
    } else if (line[0] == "wait") {
        wait(line);
    } else if (line[0] == "expect") {
        expect(line);
    } else if (line[0] == "settle") {
        settle(line);
    } else if (line[0] == "pause") {
        std::this_thread::sleep_for(limit_of(line, 1, 0));
    } else if (line[0] == "drop") {
        session_.drop();
    } else if (line[0] == "await_logon") {
        if (!session_.wait_for_logon(limit_of(line, 1, 10000))) {
            complain("not logged on in time");
        }
    } else if (line[0] == "logout") {
        session_.stop();
    } else {
        throw std::runtime_error("no such command");
    }
}

} // namespace

void scenario_play(std::istream &lines, fix_session &session) {
    player player(session);
    size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        number++;
        try {
            player.play_line(line);
        } catch (const std::exception &error) {
            throw std::runtime_error("scenario line " + std::to_string(number) + ": " + line +
                                     ": " + error.what());
        }
    }
}
