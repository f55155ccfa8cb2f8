/*
 * What the scenarios were written down from, as a program: QuickFIX's acceptor, configured as its
 * acceptance tests want it, with their application behind it, in a time that stands still.
 *
 * usage: quickfix_acceptor PORT DICTIONARY COMP_ID...
 *
 * One session for each COMP_ID; those that begin with "validate." take fields without a value. It
 * prints "fix PORT hasty PORT control PORT" once it listens, and ends when its standard input does.
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

std::string settings_of(int argc, char **argv) {
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=acceptor\nBeginString=FIX.4.4\nSenderCompID=ISLD\n"
         << "SocketAcceptPort=" << argv[1] << "\nSocketReuseAddress=Y\nDataDictionary=" << argv[2]
         << "\nStartTime=00:00:00\nEndTime=00:00:00\nResetOnLogon=Y\nLogoutTimeout=2\n"
         << "CheckLatency=Y\nMaxLatency=120\n";
    for (int i = 3; i < argc; i++) {
        const std::string comp_id = argv[i];
        text << "[SESSION]\nTargetCompID=" << comp_id << "\nValidateFieldsHaveValues="
             << (comp_id.compare(0, 9, "validate.") == 0 ? "N" : "Y") << "\n";
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
    const FIX::SessionID id("FIX.4.4", "ISLD", comp_id);
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
        std::cerr << "usage: quickfix_acceptor PORT DICTIONARY COMP_ID...\n";
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
