/*
 * An independent venue: QuickFIX's session as the acceptor, in front of an exchange that
 * acknowledges every order, matches nothing and confirms every cancel. Nothing of the session is
 * ours, which is what makes it a judge of ours.
 *
 * Orders of the form of Kraken spot: no Reject(150=8), no OrderCancelReject; a cancel of what is
 * not open is answered by a BusinessMessageReject(35=j) with 380=101.
 *
 * Commands, one a line on stdin: `test ID` sends a TestRequest, `fill ID QUANTITY` fills the order
 * with that ClOrdID (or the nth order heard, `#n`), `logout` logs out, `quit` or the end of the
 * input ends it. Exit status: 0; 2 wrong usage.
 */
#include <quickfix/Application.h>
#include <quickfix/Message.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>

#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/peers/exact_decimal.hpp"
#include "bench/peers/message_log.hpp"

namespace {

const char *const usage = "usage: quickfix_venue --port N --sender ID --target ID [option...]\n"
                          "  --log FILE  every message, secrets masked\n"
                          "  --mute      take orders and say nothing about them\n";

struct options {
    std::string port;
    std::string sender;
    std::string target;
    std::string log = "/dev/null";
    bool mute = false;
};

std::string value(const FIX::FieldMap &message, int tag) {
    return message.isSetField(tag) ? message.getField(tag) : std::string();
}

exact_decimal number(const std::string &text) {
    exact_decimal parsed;
    if (!exact_decimal::parse(text, parsed)) {
        throw std::invalid_argument("'" + text + "' is no number");
    }
    return parsed;
}

struct order {
    std::string id;
    std::string number;
    std::string symbol;
    std::string side;
    std::string type;
    std::string price;
    std::string quantity;
    std::string time_in_force;
    exact_decimal filled;
    bool open = true;
};

class venue : public FIX::Application {
  public:
    explicit venue(bool mute) : mute_(mute) {
    }

    void test(const std::string &id) {
        FIX::Message message;
        message.getHeader().setField(35, "1");
        message.setField(112, id);
        send(message);
    }

    void fill(const std::string &name, const std::string &quantity) {
        std::lock_guard<std::mutex> lock(mutex_);
        order &filled = find(name);
        filled.filled = filled.filled.plus(number(quantity));
        bool done = filled.filled.compare(number(filled.quantity)) == 0;
        filled.open = !done;
        FIX::Message message = report(filled, filled.id, "F", done ? "2" : "1");
        message.setField(32, quantity);
        message.setField(31, filled.price);
        message.setField(527, std::to_string(executions_));
        send(message);
    }

    void onCreate(const FIX::SessionID &id) override {
        session_ = id;
    }
    void onLogon(const FIX::SessionID &) override {
    }
    void onLogout(const FIX::SessionID &) override {
    }
    void toAdmin(FIX::Message &, const FIX::SessionID &) override {
    }
    void toApp(FIX::Message &, const FIX::SessionID &) throw(FIX::DoNotSend) override {
    }
    void fromAdmin(const FIX::Message &, const FIX::SessionID &) throw(FIX::FieldNotFound,
                                                                       FIX::IncorrectDataFormat,
                                                                       FIX::IncorrectTagValue,
                                                                       FIX::RejectLogon) override {
    }
    void fromApp(const FIX::Message &message,
                 const FIX::SessionID &) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                               FIX::IncorrectTagValue,
                                               FIX::UnsupportedMessageType) override {
        std::lock_guard<std::mutex> lock(mutex_);
        std::string type = value(message.getHeader(), 35);
        if (type == "D") {
            take_order(message);
        } else if (type == "F") {
            take_cancel(message);
        } else {
            throw FIX::UnsupportedMessageType();
        }
    }

  private:
    void take_order(const FIX::Message &message) {
        order taken;
        taken.id = value(message, 11);
        taken.number = "OV-" + std::to_string(orders_.size() + 1);
        taken.symbol = value(message, 55);
        taken.side = value(message, 54);
        taken.type = value(message, 40);
        taken.price = value(message, 44);
        taken.quantity = value(message, 38);
        taken.time_in_force = value(message, 59);
        ids_.push_back(taken.id);
        order &kept = orders_[taken.id] = taken;
        if (!mute_) {
            FIX::Message acknowledgement = report(kept, kept.id, "0", "0");
            send(acknowledgement);
        }
    }

    void take_cancel(const FIX::Message &message) {
        auto found = orders_.find(value(message, 41));
        if (found == orders_.end() || !found->second.open) {
            refuse(message);
            return;
        }
        found->second.open = false;
        FIX::Message done = report(found->second, value(message, 11), "4", "4");
        done.setField(41, found->first);
        done.setField(151, "0");
        done.setField(58, "User requested");
        send(done);
    }

    void refuse(const FIX::Message &message) {
        FIX::Message reject;
        reject.getHeader().setField(35, "j");
        reject.setField(45, "0");
        reject.setField(58, "EOrder:Unknown order");
        reject.setField(372, value(message.getHeader(), 35));
        reject.setField(379, value(message, 11));
        reject.setField(380, "101");
        send(reject);
    }

    FIX::Message report(const order &about, const std::string &id, const char *exec_type,
                        const char *status) {
        FIX::Message message;
        message.getHeader().setField(35, "8");
        exact_decimal left = number(about.quantity).plus(about.filled.times(number("-1")));
        const std::vector<std::pair<int, std::string>> fields = {
            {6, about.price.empty() ? "0" : about.price},
            {11, id},
            {14, about.filled.text()},
            {17, "EXEC-" + std::to_string(++executions_)},
            {37, about.number},
            {38, about.quantity},
            {39, status},
            {40, about.type},
            {54, about.side},
            {55, about.symbol},
            {59, about.time_in_force},
            {150, exec_type},
            {151, left.text()},
        };
        for (const auto &field : fields) {
            message.setField(field.first, field.second);
        }
        if (!about.price.empty()) {
            message.setField(44, about.price);
        }
        message.setField(FIX::TransactTime(3));
        return message;
    }

    order &find(const std::string &name) {
        std::string id = name;
        if (name.size() > 1 && name[0] == '#') {
            size_t number = std::stoul(name.substr(1));
            if (number == 0 || number > ids_.size()) {
                throw std::invalid_argument("there is no order " + name);
            }
            id = ids_[number - 1];
        }
        auto found = orders_.find(id);
        if (found == orders_.end()) {
            throw std::invalid_argument("there is no order " + name);
        }
        return found->second;
    }

    void send(FIX::Message &message) {
        FIX::Session::sendToTarget(message, session_);
    }

    const bool mute_;
    std::mutex mutex_;
    FIX::SessionID session_;
    std::map<std::string, order> orders_;
    std::vector<std::string> ids_; /* as they were heard */
    unsigned long executions_ = 0;
};

options parse(int count, char **words) {
    options parsed;
    std::map<std::string, std::string *> texts = {{"--port", &parsed.port},
                                                  {"--sender", &parsed.sender},
                                                  {"--target", &parsed.target},
                                                  {"--log", &parsed.log}};
    for (int i = 1; i < count; i++) {
        std::string option = words[i];
        if (option == "--mute") {
            parsed.mute = true;
            continue;
        }
        auto text = texts.find(option);
        if (text == texts.end() || ++i >= count) {
            throw std::invalid_argument(option + " needs a value, or is no option");
        }
        *text->second = words[i];
    }
    if (parsed.port.empty() || parsed.sender.empty() || parsed.target.empty()) {
        throw std::invalid_argument("--port, --sender and --target are needed");
    }
    return parsed;
}

/* Sequence numbers live in memory, over connections; 141=Y of a Logon resets them. */
FIX::SessionSettings settings_of(const options &options) {
    std::stringstream text;
    text << "[DEFAULT]\nConnectionType=acceptor\nStartTime=00:00:00\nEndTime=00:00:00\n"
         << "SocketNodelay=Y\nSocketReuseAddress=Y\nLogonTimeout=10\nLogoutTimeout=2\n"
         << "UseDataDictionary=N\nSocketAcceptPort=" << options.port
         << "\n[SESSION]\nBeginString=FIX.4.4\nSenderCompID=" << options.sender
         << "\nTargetCompID=" << options.target << "\nHeartBtInt=30\n";
    return FIX::SessionSettings(text);
}

/* False: it is over. */
bool obey(const std::string &line, venue &venue, const options &options) {
    std::istringstream words(line);
    std::string command;
    std::string first;
    std::string second;
    words >> command >> first >> second;
    if (command == "quit") {
        return false;
    }
    if (command == "test") {
        venue.test(first);
    } else if (command == "fill") {
        venue.fill(first, second);
    } else if (command == "logout") {
        FIX::SessionID id("FIX.4.4", options.sender, options.target);
        if (FIX::Session *session = FIX::Session::lookupSession(id)) {
            session->logout("the venue closes");
        }
    } else if (!command.empty()) {
        throw std::invalid_argument(command + " is no command");
    }
    return true;
}

int run(const options &options) {
    venue venue(options.mute);
    FIX::SessionSettings settings = settings_of(options);
    FIX::MemoryStoreFactory stores;
    message_log_factory logs(options.log);
    FIX::SocketAcceptor acceptor(venue, stores, settings, logs);
    acceptor.start();
    std::cerr << "quickfix_venue: listens on port " << options.port << std::endl;
    std::string line;
    while (std::getline(std::cin, line) && obey(line, venue, options)) {
    }
    acceptor.stop(true);
    return 0;
}

} // namespace

int main(int count, char **words) {
    try {
        return run(parse(count, words));
    } catch (const std::invalid_argument &error) {
        std::cerr << "quickfix_venue: " << error.what() << '\n' << usage;
    } catch (const std::exception &error) {
        std::cerr << "quickfix_venue: " << error.what() << '\n';
    }
    return 2;
}
