/*
 * One FIX 4.4 session as its initiator, spoken by QuickFIX: nothing of it is ours, which is what
 * makes it a judge of ours.
 *
 * Keeps the ledger of what was sent and reported, and a log of every message, one a line after "< "
 * or "> ", with passwords masked. A message that QuickFIX's dictionary refuses, and a Reject from
 * the other side, are complaints in the ledger.
 *
 * Threading: QuickFIX calls back on a thread of its own; every public method may be called from
 * any.
 */
#ifndef TERCEL_BENCH_PEERS_FIX_SESSION_HPP
#define TERCEL_BENCH_PEERS_FIX_SESSION_HPP

#include <quickfix/Application.h>
#include <quickfix/Log.h>
#include <quickfix/MessageStore.h>
#include <quickfix/SessionID.h>
#include <quickfix/SocketInitiator.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/peers/order_ledger.hpp"

struct session_options {
    std::string host = "127.0.0.1";
    std::string port;
    std::string sender;
    std::string target;
    std::string username;
    std::string password;
    std::string dictionary; /* path of a QuickFIX data dictionary; empty: no validation */
    std::string log;        /* path of the message log; empty: none */
    std::string store;      /* folder of the sequence numbers; empty: in memory */
    unsigned heartbeat_s = 30;
    bool reset = false; /* ResetSeqNumFlag(141)=Y on logon */
};

using fields = std::vector<std::pair<int, std::string>>;

class fix_session : public FIX::Application {
  public:
    explicit fix_session(const session_options &options);
    ~fix_session() override;

    fix_session(const fix_session &) = delete;
    fix_session &operator=(const fix_session &) = delete;

    void start();

    /* Logs out, waits for the answer (2 s at most) and ends the session. */
    void stop();

    /* Drops the connection without a Logout; QuickFIX connects again after a second. */
    void drop();

    bool wait_for_logon(std::chrono::milliseconds limit);

    /* Sends one message of this type; values go out as written. False: no session to send it on. */
    bool send(const std::string &type, const fields &values);

    /* Runs `use` on the ledger while no report can change it. */
    void with_ledger(const std::function<void(order_ledger &)> &use);

    /* Waits until `held` says yes, asking after every message; false: not within `limit`. */
    bool wait_until(const std::function<bool(const order_ledger &)> &held,
                    std::chrono::milliseconds limit);

    /* Waits until no message has come for `quiet`, at most `limit`. */
    bool wait_for_silence(std::chrono::milliseconds quiet, std::chrono::milliseconds limit);

    void onCreate(const FIX::SessionID &) override;
    void onLogon(const FIX::SessionID &) override;
    void onLogout(const FIX::SessionID &) override;
    void toAdmin(FIX::Message &message, const FIX::SessionID &) override;
    void toApp(FIX::Message &message, const FIX::SessionID &) throw(FIX::DoNotSend) override;
    void fromAdmin(const FIX::Message &message,
                   const FIX::SessionID &) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                 FIX::IncorrectTagValue, FIX::RejectLogon) override;
    void fromApp(const FIX::Message &message,
                 const FIX::SessionID &) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                               FIX::IncorrectTagValue,
                                               FIX::UnsupportedMessageType) override;

  private:
    void take_report(const FIX::Message &message);
    void take_refusal(const FIX::Message &message);

    session_options options_;
    std::unique_ptr<FIX::MessageStoreFactory> stores_;
    std::unique_ptr<FIX::LogFactory> logs_;
    std::unique_ptr<FIX::SocketInitiator> initiator_;
    FIX::SessionID session_;

    std::mutex mutex_;
    std::condition_variable changed_;
    order_ledger ledger_;
    std::map<std::string, std::string> id_of_sequence_; /* MsgSeqNum we sent -> ClOrdID */
    std::chrono::steady_clock::time_point last_message_;
    bool logged_on_ = false;
};

#endif
