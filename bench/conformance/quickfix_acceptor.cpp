/*
 * What the scenarios were written down from, as a program: QuickFIX's acceptor, configured as its
 * acceptance tests want it, with their application behind it.
 *
 * usage: quickfix_acceptor PORT DICTIONARY COMP_ID...
 *
 * One session for each COMP_ID; those that begin with "validate." take fields without a value. It
 * prints "fix PORT hasty PORT control 0" once it listens, and ends when its standard input does.
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
#include <string>
#include <unistd.h>

namespace {

enum tag { CL_ORD_ID = 11, MSG_TYPE = 35, POSS_RESEND = 97 };

/* Sends orders, security definitions and mails back; a possible resend of a known one it drops. */
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
    void fromAdmin(const FIX::Message &, const FIX::SessionID &) throw(FIX::FieldNotFound,
                                                                       FIX::IncorrectDataFormat,
                                                                       FIX::IncorrectTagValue,
                                                                       FIX::RejectLogon) override {
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

  private:
    bool known(const FIX::Message &message, const FIX::SessionID &session) {
        std::lock_guard<std::mutex> lock(mutex);
        return message.isSetField(CL_ORD_ID) &&
               !seen[session].insert(message.getField(CL_ORD_ID)).second;
    }

    std::mutex mutex;
    std::map<FIX::SessionID, std::set<std::string>> seen;
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

void serve(int argc, char **argv) {
    std::istringstream text(settings_of(argc, argv));
    const FIX::SessionSettings settings(text);
    FIX::MemoryStoreFactory stores;
    echo application;
    FIX::SocketAcceptor acceptor(application, stores, settings);
    acceptor.start();
    std::cout << "fix " << argv[1] << " hasty " << argv[1] << " control 0" << std::endl;
    char ignored = 0;
    while (read(STDIN_FILENO, &ignored, 1) > 0) {
    }
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
