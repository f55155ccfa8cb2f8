#include "bench/peers/scenario.hpp"

#include <quickfix/FieldConvertors.h>
#include <quickfix/FieldTypes.h>

#include <algorithm>
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
    STOP_PX = 99,
    EX_DESTINATION = 100,
    EXPIRE_TIME = 126,
    CASH_ORDER_QTY = 152,
    MASS_CANCEL_REQUEST_TYPE = 530,
    POSS_RESEND = 97,
};

class player {
  public:
    explicit player(fix_session &session) : session_(session) {
    }

    void play_line(const std::string &line);

  private:
    void send_new(const words &line);
    void send_again(const words &line);
    void send_cancel(const words &line);
    void send_replace(const words &line);
    void send_status(const words &line);
    void send_mass_cancel(const words &line);
    bool play_request(const words &line);
    void wait(const words &line);
    void expect(const words &line);
    void settle(const words &line);
    void complain(const std::string &what);

    fix_session &session_;
    struct sent {
        sent_order order;
        fields values;
    };

    const sent &known(const std::string &id) const;
    void send(const char *type, const std::string &id, const fields &values);

    std::map<std::string, sent> orders_; /* by their own ids and those of their replaces */
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
const std::map<std::string, std::string> type_codes = {
    {"market", "1"}, {"limit", "2"}, {"stop", "3"}, {"stoplimit", "4"}};
const std::map<std::string, std::string> time_codes = {
    {"gtc", "1"}, {"ioc", "3"}, {"fok", "4"}, {"gtd", "6"}};

void need(const words &line, size_t least) {
    if (line.size() < least) {
        throw std::runtime_error("too few words");
    }
}

/* A request about an order nobody knows has to name something. */
const player::sent &player::known(const std::string &id) const {
    static const sent unknown = {{"", "NONE-NONE", "buy", "", ""},
                                 {{SYMBOL, "NONE-NONE"}, {SIDE, "1"}, {ORD_TYPE, "2"}}};
    auto found = orders_.find(id);
    return found == orders_.end() ? unknown : found->second;
}

void player::send(const char *type, const std::string &id, const fields &values) {
    if (!session_.send(type, values)) {
        complain(id + ": no session to send it on");
    }
}

/* FIX 4.4, ExecInst: 6 participate, do not initiate; E do not increase. */
void put_more(const words &line, fields &values) {
    std::string instructions;
    for (size_t i = 10; i < line.size(); i++) {
        std::string word = line[i].substr(0, line[i].find('='));
        std::string argument = line[i].substr(std::min(line[i].size(), word.size() + 1));
        if (word == "stop") {
            values.emplace_back(STOP_PX, argument);
        } else if (word == "expire") {
            FIX::UtcTimeStamp at;
            at += std::stoi(argument);
            values.emplace_back(EXPIRE_TIME, FIX::UtcTimeStampConvertor::convert(at, 0));
        } else {
            instructions += instructions.empty() ? "" : " ";
            instructions += code({{"postonly", "6"}, {"reduceonly", "E"}}, word);
        }
    }
    if (!instructions.empty()) {
        values.emplace_back(EXEC_INST, instructions);
    }
}

void player::send_new(const words &line) {
    need(line, 10);
    const std::string cash = "cash=";
    bool by_money = line[7].compare(0, cash.size(), cash) == 0;
    sent_order order;
    order.id = line[1];
    order.symbol = line[2];
    order.side = line[5];
    order.quantity = by_money ? "" : line[7];
    order.price = line[8] == "-" ? "" : line[8];

    fields values = {{CL_ORD_ID, order.id},
                     {SYMBOL, order.symbol},
                     {SIDE, code(side_codes, order.side)},
                     {ORD_TYPE, code(type_codes, line[6])},
                     {TIME_IN_FORCE, code(time_codes, line[9])}};
    values.emplace_back(by_money ? CASH_ORDER_QTY : ORDER_QTY,
                        by_money ? line[7].substr(cash.size()) : order.quantity);
    if (line[3] != "-") {
        values.emplace_back(EX_DESTINATION, line[3]);
    }
    if (line[4] != "-") {
        values.emplace_back(ACCOUNT, line[4]);
    }
    if (!order.price.empty()) {
        values.emplace_back(PRICE, order.price);
    }
    put_more(line, values);
    /* Entered before it is sent: the answer may be quicker than this thread. */
    orders_[order.id] = {order, values};
    session_.with_ledger([&](order_ledger &ledger) { ledger.sent(order); });
    send("D", order.id, values);
}

void player::send_again(const words &line) {
    need(line, 2);
    fields values = known(line[1]).values;
    if (line.size() > 2) {
        values.emplace_back(POSS_RESEND, code({{"possresend", "Y"}}, line[2]));
    }
    session_.with_ledger([&](order_ledger &ledger) { ledger.sent_again(line[1]); });
    send("D", line[1], values);
}

void player::send_cancel(const words &line) {
    need(line, 3);
    const sent_order &order = known(line[2]).order;
    session_.with_ledger([&](order_ledger &ledger) { ledger.sent_cancel(line[1], line[2]); });
    send("F", line[1],
         {{CL_ORD_ID, line[1]},
          {ORIG_CL_ORD_ID, line[2]},
          {SYMBOL, order.symbol},
          {SIDE, code(side_codes, order.side)}});
}

void player::send_replace(const words &line) {
    need(line, 5);
    sent changed = known(line[2]);
    changed.order.quantity = line[3];
    changed.order.price = line[4] == "-" ? "" : line[4];
    fields values = {{CL_ORD_ID, line[1]}, {ORIG_CL_ORD_ID, line[2]}, {ORDER_QTY, line[3]}};
    if (!changed.order.price.empty()) {
        values.emplace_back(PRICE, changed.order.price);
    }
    for (const auto &field : changed.values) {
        bool same = field.first == SYMBOL || field.first == SIDE || field.first == ORD_TYPE ||
                    field.first == TIME_IN_FORCE || field.first == STOP_PX;
        if (same) {
            values.push_back(field);
        }
    }
    orders_[line[1]] = changed;
    session_.with_ledger([&](order_ledger &ledger) {
        ledger.sent_replace(line[1], line[2], line[3], changed.order.price);
    });
    send("G", line[1], values);
}

void player::send_status(const words &line) {
    need(line, 2);
    const sent_order &order = known(line[1]).order;
    send("H", line[1],
         {{CL_ORD_ID, line[1]}, {SYMBOL, order.symbol}, {SIDE, code(side_codes, order.side)}});
}

/* FIX 4.4, MassCancelRequestType: 1 orders for a security, 7 all orders. */
void player::send_mass_cancel(const words &line) {
    need(line, 3);
    fields values = {{CL_ORD_ID, line[1]}, {MASS_CANCEL_REQUEST_TYPE, line[2] == "-" ? "7" : "1"}};
    if (line[2] != "-") {
        values.emplace_back(SYMBOL, line[2]);
    }
    session_.with_ledger([&](order_ledger &ledger) { ledger.sent_mass_cancel(line[1]); });
    send("q", line[1], values);
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

/* Whether the line says what to send. */
bool player::play_request(const words &line) {
    using request = void (player::*)(const words &);
    static const std::map<std::string, request> requests = {
        {"new", &player::send_new},       {"again", &player::send_again},
        {"cancel", &player::send_cancel}, {"replace", &player::send_replace},
        {"status", &player::send_status}, {"masscancel", &player::send_mass_cancel},
    };
    auto found = requests.find(line[0]);
    if (found == requests.end()) {
        return false;
    }
    (this->*found->second)(line);
    return true;
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
    if (play_request(line)) {
        return;
    }
    if (line[0] == "wait") {
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
