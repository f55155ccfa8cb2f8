/*
 * QuickFIX in either role, sending volleys of orders to somebody who sends each back: every one
 * must come back once, in order and as it was.
 *
 * usage: quickfix_volley initiator|acceptor VERSION PORT DICTIONARIES OWN_ID PEER_ID
 *
 * VERSION is 42, 44 or 50SP2; its dictionary is DICTIONARIES/VERSION.xml, that of FIXT's session
 * messages DICTIONARIES/FIXT11.xml. The initiator logs on at 127.0.0.1:PORT, and again a second
 * after every end of the connection; with each Logon its numbers begin anew, which it says by
 * ResetSeqNumFlag(141). The acceptor listens there, and its numbers live on.
 *
 * Commands, one a line on stdin, each answered by a line: "ok ..." or what is wrong.
 *
 *     up            waits for the Logon, from here on allowed again
 *     volley COUNT  sends so many orders and waits until all are back
 *     numbers       "ok IN OUT": the next MsgSeqNum expected, and that of the next message sent
 *     logout        logs out and waits for the end
 *
 * The end of stdin ends it. Exit status 1: it could not start.
 */
#include <quickfix/Application.h>
#include <quickfix/Group.h>
#include <quickfix/Message.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

namespace {

enum tag {
    CL_ORD_ID = 11,
    HANDL_INST = 21,
    MSG_TYPE = 35,
    ORDER_QTY = 38,
    ORD_TYPE = 40,
    PRICE = 44,
    SIDE = 54,
    SYMBOL = 55,
    TEXT = 58,
    TRADING_SESSION_ID = 336,
    NO_TRADING_SESSIONS = 386
};

const std::chrono::seconds patience(20);

struct options {
    bool initiates;
    std::string version, port, dictionaries, own_id, peer_id;

    bool is_fixt() const {
        return version.compare(0, 1, "5") == 0;
    }

    FIX::SessionID session() const {
        const std::string begin_string =
            is_fixt() ? "FIXT.1.1" : "FIX." + version.substr(0, 1) + "." + version.substr(1);
        return FIX::SessionID(begin_string, own_id, peer_id);
    }
};

std::string dictionaries_of(const options &options) {
    const std::string own = options.dictionaries + "/" + options.version + ".xml\n";
    if (!options.is_fixt()) {
        return "DataDictionary=" + own;
    }
    return "DefaultApplVerID=FIX.5." + options.version.substr(1) + "\nAppDataDictionary=" + own +
           "TransportDataDictionary=" + options.dictionaries + "/FIXT11.xml\n";
}

FIX::SessionSettings settings_of(const options &options) {
    std::ostringstream text;
    text << "[DEFAULT]\nStartTime=00:00:00\nEndTime=00:00:00\nSocketNodelay=Y\nLogoutTimeout=2\n"
         << (options.initiates
                 ? "ConnectionType=initiator\nReconnectInterval=1\nHeartBtInt=30\nResetOnLogon=Y\n"
                   "SocketConnectHost=127.0.0.1\nSocketConnectPort="
                 : "ConnectionType=acceptor\nSocketReuseAddress=Y\nSocketAcceptPort=")
         << options.port
         << "\n[SESSION]\nBeginString=" << options.session().getBeginString().getValue()
         << "\nSenderCompID=" << options.own_id << "\nTargetCompID=" << options.peer_id << "\n"
         << dictionaries_of(options);
    std::istringstream stream(text.str());
    return FIX::SessionSettings(stream);
}

/* No two alike, of several lengths, and with a repeating group of up to three entries. */
FIX::Message make_order(unsigned number) {
    static const char *const symbols[] = {"BTC-USD", "ETH-USD", "X", "SOME-LONGER-SYMBOL"};
    FIX::Message order;
    order.getHeader().setField(MSG_TYPE, "D");
    order.setField(CL_ORD_ID, "ORDER-" + std::to_string(number));
    order.setField(HANDL_INST, std::to_string(1 + number % 3));
    order.setField(ORDER_QTY, std::to_string(number) + ".00" + std::to_string(number % 7));
    order.setField(ORD_TYPE, "2");
    order.setField(PRICE, std::to_string(number % 97) + "." + std::to_string(number * 7919));
    order.setField(SIDE, std::to_string(1 + number % 2));
    order.setField(SYMBOL, symbols[number % 4]);
    order.setField(TEXT, std::string(1 + number % 120, static_cast<char>('a' + number % 26)));
    order.setField(FIX::TransactTime(3));
    for (unsigned i = 0; i < number % 4; i++) {
        FIX::Group entry(NO_TRADING_SESSIONS, TRADING_SESSION_ID);
        entry.setField(TRADING_SESSION_ID, "SESSION" + std::to_string(number + i));
        order.addGroup(entry);
    }
    return order;
}

std::string body_of(const FIX::FieldMap &message) {
    std::string text;
    message.calculateString(text);
    return text;
}

class volley : public FIX::Application {
  public:
    bool wait_for(bool up) {
        std::unique_lock<std::mutex> lock(mutex);
        return changed.wait_for(lock, patience, [&] { return logged_on == up; });
    }

    /* What is wrong; empty: nothing. */
    std::string fire(unsigned count, const FIX::SessionID &session) {
        for (unsigned i = 0; i < count; i++) {
            FIX::Message order = make_order(next++);
            expect(body_of(order));
            if (!FIX::Session::sendToTarget(order, session)) {
                return "an order could not be sent";
            }
        }
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait_for(lock, patience, [&] { return awaited.empty() || !complaint.empty(); });
        if (complaint.empty() && !awaited.empty()) {
            return std::to_string(awaited.size()) + " orders did not come back";
        }
        return complaint;
    }

    void onCreate(const FIX::SessionID &) override {
    }

    void onLogon(const FIX::SessionID &) override {
        set_logged_on(true);
    }

    void onLogout(const FIX::SessionID &) override {
        set_logged_on(false);
    }

    void toAdmin(FIX::Message &message, const FIX::SessionID &) override {
        complain_of_reject("QuickFIX rejects: ", message);
    }

    void toApp(FIX::Message &, const FIX::SessionID &) throw(FIX::DoNotSend) override {
    }

    void fromAdmin(const FIX::Message &message,
                   const FIX::SessionID &) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                 FIX::IncorrectTagValue,
                                                 FIX::RejectLogon) override {
        complain_of_reject("the peer rejects: ", message);
    }

    void fromApp(const FIX::Message &message,
                 const FIX::SessionID &) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                               FIX::IncorrectTagValue,
                                               FIX::UnsupportedMessageType) override {
        const std::string body = body_of(message);
        std::lock_guard<std::mutex> lock(mutex);
        if (awaited.empty() || message.getHeader().getField(MSG_TYPE) != "D") {
            complaint = "nobody waited for " + message.toString();
        } else if (awaited.front() != body) {
            complaint = "expected " + awaited.front() + ", but came " + body;
        } else {
            awaited.pop_front();
        }
        if (awaited.empty() || !complaint.empty()) {
            changed.notify_all();
        }
    }

  private:
    void expect(const std::string &body) {
        std::lock_guard<std::mutex> lock(mutex);
        awaited.push_back(body);
    }

    void set_logged_on(bool value) {
        std::lock_guard<std::mutex> lock(mutex);
        logged_on = value;
        changed.notify_all();
    }

    void complain_of_reject(const char *who, const FIX::Message &message) {
        if (message.getHeader().getField(MSG_TYPE) == FIX::MsgType_Reject) {
            std::lock_guard<std::mutex> lock(mutex);
            complaint = who + message.toString();
            changed.notify_all();
        }
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> awaited; /* bodies, in the order they were sent */
    std::string complaint;           /* the last one */
    unsigned next = 1;
    bool logged_on = false;
};

std::string obey(const std::string &line, volley &application, const FIX::SessionID &id) {
    std::istringstream words(line);
    std::string verb;
    unsigned count = 0;
    words >> verb >> count;
    FIX::Session *session = FIX::Session::lookupSession(id);
    if (verb == "up") {
        session->logon(); /* a Logout of ours has disabled it */
        return application.wait_for(true) ? "ok" : "no Logon";
    }
    if (verb == "volley" && count > 0) {
        const std::string complaint = application.fire(count, id);
        return complaint.empty() ? "ok" : complaint;
    }
    if (verb == "numbers") {
        return "ok " + std::to_string(session->getExpectedTargetNum()) + " " +
               std::to_string(session->getExpectedSenderNum());
    }
    if (verb == "logout") {
        session->logout();
        return application.wait_for(false) ? "ok" : "no end";
    }
    return "no such command";
}

template <typename Connector> void serve(volley &application, const options &options) {
    FIX::MemoryStoreFactory stores;
    Connector connector(application, stores, settings_of(options));
    connector.start();
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << obey(line, application, options.session()) << std::endl;
    }
    connector.stop(true);
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 7) {
        std::cerr << "usage: quickfix_volley initiator|acceptor VERSION PORT DICTIONARIES OWN_ID "
                     "PEER_ID\n";
        return 2;
    }
    const options options = {
        std::string(argv[1]) == "initiator", argv[2], argv[3], argv[4], argv[5], argv[6]};
    try {
        volley application;
        if (options.initiates) {
            serve<FIX::SocketInitiator>(application, options);
        } else {
            serve<FIX::SocketAcceptor>(application, options);
        }
    } catch (const std::exception &problem) {
        std::cerr << "quickfix_volley: " << problem.what() << "\n";
        return 1;
    }
    return 0;
}
