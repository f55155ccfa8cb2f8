/*
 * What the scenarios were written down from, as a program: QuickFIX's acceptor, configured as its
 * acceptance tests want it, with their application behind it, in a time that stands still.
 *
 * usage: quickfix_acceptor PORT DICTIONARIES COMP_ID...
 *
 * One session for each COMP_ID, "PROFILE.VERSION.NUMBER", in that version: its dictionary is
 * DICTIONARIES/VERSION.xml, that of FIXT's session messages DICTIONARIES/FIXT11.xml. Those that
 * begin with "validate." take fields without a value. It prints "fix PORT hasty PORT control PORT"
 * once it listens, and ends when its standard input does.
 *
 * The control port understands, in lines, what acceptor_control.h says of these verbs, but that the
 * clock is the same for all sessions and moves by whole seconds, and what happens then happens when
 * QuickFIX looks next, once in a second of ours:
 *
 *     clock COMP_ID, later COMP_ID MILLISECONDS, state COMP_ID (in, out and rejected only)
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
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "bench/conformance/quickfix_clock.hpp"
#include "bench/conformance/quickfix_control.hpp"

namespace {

enum tag { CL_ORD_ID = 11, MSG_TYPE = 35, POSS_RESEND = 97 };

/*
 * Sends orders, security definitions and mails back; a possible resend of a known one it drops.
 * Counts Rejects.
 */
class echo : public FIX::Application {
  public:
    void onCreate(const FIX::SessionID &) override {
    }
    void onLogout(const FIX::SessionID &) override {
    }
    void toAdmin(FIX::Message &, const FIX::SessionID &) override {
    }
    void toApp(FIX::Message &, const FIX::SessionID &) throw(FIX::DoNotSend) override {
    }

    void fromAdmin(const FIX::Message &message,
                   const FIX::SessionID &session) throw(FIX::FieldNotFound,
                                                        FIX::IncorrectDataFormat,
                                                        FIX::IncorrectTagValue,
                                                        FIX::RejectLogon) override {
        if (message.getHeader().getField(MSG_TYPE) == FIX::MsgType_Reject) {
            std::lock_guard<std::mutex> lock(mutex);
            rejects[session]++;
        }
    }

    void onLogon(const FIX::SessionID &session) override {
        std::lock_guard<std::mutex> lock(mutex);
        seen[session].clear();
    }

    void fromApp(const FIX::Message &message,
                 const FIX::SessionID &session) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                      FIX::IncorrectTagValue,
                                                      FIX::UnsupportedMessageType) override {
        const std::string type = message.getHeader().getField(MSG_TYPE);
        if (type != "D" && type != "d" && type != "C") {
            throw FIX::UnsupportedMessageType();
        }
        const FIX::Header &header = message.getHeader();
        const bool resend = header.isSetField(POSS_RESEND) && header.getField(POSS_RESEND) == "Y";
        if (known(message, session) && resend) {
            return;
        }
        FIX::Message answer;
        static_cast<FIX::FieldMap &>(answer) = message;
        answer.getHeader().setField(FIX::MsgType(type));
        if (resend) {
            answer.getHeader().setField(FIX::PossResend(true));
        }
        FIX::Session::sendToTarget(answer, session);
    }

    unsigned rejected(const FIX::SessionID &session) {
        std::lock_guard<std::mutex> lock(mutex);
        return rejects[session];
    }

  private:
    bool known(const FIX::Message &message, const FIX::SessionID &session) {
        std::lock_guard<std::mutex> lock(mutex);
        return message.isSetField(CL_ORD_ID) &&
               !seen[session].insert(message.getField(CL_ORD_ID)).second;
    }

    std::mutex mutex;
    std::map<FIX::SessionID, std::set<std::string>> seen;
    std::map<FIX::SessionID, unsigned> rejects;
};

std::string version_of(const std::string &comp_id) {
    const auto begin = comp_id.find('.') + 1;
    return comp_id.substr(begin, comp_id.find('.', begin) - begin);
}

bool is_fixt(const std::string &version) {
    return version.compare(0, 1, "5") == 0;
}

/* "42" is FIX.4.2. */
std::string begin_string_of(const std::string &version) {
    return is_fixt(version) ? "FIXT.1.1" : "FIX." + version.substr(0, 1) + "." + version.substr(1);
}

/* "50SP1" is FIX.5.0SP1. */
std::string dictionaries_of(const std::string &version, const std::string &folder) {
    const std::string own = folder + "/" + version + ".xml\n";
    if (!is_fixt(version)) {
        return "DataDictionary=" + own;
    }
    return "DefaultApplVerID=FIX.5." + version.substr(1) + "\nAppDataDictionary=" + own +
           "TransportDataDictionary=" + folder + "/FIXT11.xml\n";
}

std::string settings_of(int argc, char **argv) {
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=acceptor\nSenderCompID=ISLD\nSocketAcceptPort=" << argv[1]
         << "\nSocketReuseAddress=Y\nStartTime=00:00:00\nEndTime=00:00:00\nResetOnLogon=Y\n"
         << "LogoutTimeout=2\nCheckLatency=Y\nMaxLatency=120\n";
    for (int i = 3; i < argc; i++) {
        const std::string comp_id = argv[i];
        const std::string version = version_of(comp_id);
        text << "[SESSION]\nBeginString=" << begin_string_of(version)
             << "\nTargetCompID=" << comp_id << "\nValidateFieldsHaveValues="
             << (comp_id.compare(0, 9, "validate.") == 0 ? "N" : "Y") << "\n"
             << dictionaries_of(version, argv[2]);
    }
    return text.str();
}

std::string state_of(const FIX::SessionID &id, echo &application) {
    FIX::Session *session = FIX::Session::lookupSession(id);
    std::ostringstream text;
    text << "ok in=" << session->getExpectedTargetNum()
         << " out=" << session->getExpectedSenderNum() << " rejected=" << application.rejected(id);
    return text.str();
}

std::string obey(const std::string &line, echo &application) {
    std::istringstream words(line);
    std::string verb, comp_id;
    int64_t milliseconds = -1;
    words >> verb >> comp_id;
    const FIX::SessionID id(begin_string_of(version_of(comp_id)), "ISLD", comp_id);
    if (!FIX::Session::doesSessionExist(id)) {
        return "error: no such session";
    }
    if (verb == "clock") {
        return "ok " + std::to_string(quickfix_clock_seconds()) + "000000000";
    }
    if (verb == "state") {
        return state_of(id, application);
    }
    if (verb == "later" && words >> milliseconds && milliseconds >= 0) {
        quickfix_clock_move(milliseconds);
        return "ok";
    }
    return "error: no such verb, or no milliseconds";
}

void serve(int argc, char **argv) {
    std::istringstream text(settings_of(argc, argv));
    const FIX::SessionSettings settings(text);
    FIX::MemoryStoreFactory stores;
    echo application;
    if (!quickfix_clock_hold()) {
        throw std::runtime_error("this QuickFIX does not go by our clock");
    }
    FIX::SocketAcceptor acceptor(application, stores, settings);
    quickfix_control control;
    acceptor.start();
    std::cout << "fix " << argv[1] << " hasty " << argv[1] << " control " << control.port()
              << std::endl;
    control.serve(STDIN_FILENO, [&](const std::string &line) { return obey(line, application); });
    quickfix_clock_release();
    acceptor.stop(true);
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 4) {
        std::cerr << "usage: quickfix_acceptor PORT DICTIONARIES COMP_ID...\n";
        return 2;
    }
    try {
        serve(argc, argv);
    } catch (const std::exception &problem) {
        std::cerr << "quickfix_acceptor: " << problem.what() << "\n";
        return 1;
    }
    return 0;
}
