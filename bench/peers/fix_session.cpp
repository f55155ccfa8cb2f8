#include "bench/peers/fix_session.hpp"

#include <quickfix/FileStore.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>

#include <sstream>
#include <stdexcept>

#include "bench/peers/message_log.hpp"

namespace {

enum tag {
    AVG_PX = 6,
    CL_ORD_ID = 11,
    CUM_QTY = 14,
    EXEC_ID = 17,
    LAST_PX = 31,
    LAST_QTY = 32,
    MSG_SEQ_NUM = 34,
    MSG_TYPE = 35,
    ORD_STATUS = 39,
    ORIG_CL_ORD_ID = 41,
    REF_SEQ_NUM = 45,
    SIDE = 54,
    SYMBOL = 55,
    TEXT = 58,
    TRANSACT_TIME = 60,
    POSS_RESEND = 97,
    ORD_REJ_REASON = 103,
    EXEC_TYPE = 150,
    LEAVES_QTY = 151,
    BUSINESS_REJECT_REF_ID = 379,
    MASS_CANCEL_RESPONSE = 531,
    USERNAME = 553,
    PASSWORD = 554,
};

std::string value(const FIX::FieldMap &message, int tag) {
    return message.isSetField(tag) ? message.getField(tag) : std::string();
}

std::string type_of(const FIX::Message &message) {
    return value(message.getHeader(), MSG_TYPE);
}

FIX::SessionSettings settings_of(const session_options &options) {
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=initiator\nReconnectInterval=1\nHeartBtInt="
         << options.heartbeat_s << "\nStartTime=00:00:00\nEndTime=00:00:00\n"
         << "SocketNodelay=Y\nLogonTimeout=10\nLogoutTimeout=2\n"
         << "UseDataDictionary=" << (options.dictionary.empty() ? "N" : "Y") << '\n';
    if (!options.dictionary.empty()) {
        text << "DataDictionary=" << options.dictionary << '\n' << "ValidateUserDefinedFields=N\n";
    }
    if (!options.store.empty()) {
        text << "FileStorePath=" << options.store << '\n';
    }
    text << "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=" << options.sender
         << "\nTargetCompID=" << options.target << "\nSocketConnectHost=" << options.host
         << "\nSocketConnectPort=" << options.port
         << "\nResetOnLogon=" << (options.reset ? "Y" : "N") << '\n';
    std::istringstream stream(text.str());
    return FIX::SessionSettings(stream);
}

} // namespace

fix_session::fix_session(const session_options &options)
    : options_(options), session_("FIX.4.4", options.sender, options.target),
      last_message_(std::chrono::steady_clock::now()) {
    FIX::SessionSettings settings = settings_of(options);
    if (options.store.empty()) {
        stores_.reset(new FIX::MemoryStoreFactory());
    } else {
        stores_.reset(new FIX::FileStoreFactory(settings));
    }
    logs_.reset(new message_log_factory(options.log.empty() ? "/dev/null" : options.log));
    initiator_.reset(new FIX::SocketInitiator(*this, *stores_, settings, *logs_));
}

fix_session::~fix_session() {
    initiator_->stop(true);
}

void fix_session::start() {
    initiator_->start();
}

void fix_session::stop() {
    initiator_->stop();
}

void fix_session::drop() {
    FIX::Session *session = FIX::Session::lookupSession(session_);
    if (session != nullptr) {
        session->disconnect();
    }
}

bool fix_session::wait_for_logon(std::chrono::milliseconds limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return logged_on_; });
}

bool fix_session::send(const std::string &type, const fields &values) {
    FIX::Message message;
    message.getHeader().setField(MSG_TYPE, type);
    for (const auto &field : values) {
        /* The one header field a client has a say in. */
        FIX::FieldMap &place = field.first == POSS_RESEND
                                   ? static_cast<FIX::FieldMap &>(message.getHeader())
                                   : static_cast<FIX::FieldMap &>(message);
        place.setField(field.first, field.second);
    }
    /* FIX 4.4: OrderStatusRequest is the one request of ours that has none. */
    if (type != "H") {
        message.setField(FIX::TransactTime(3));
    }
    return FIX::Session::sendToTarget(message, session_);
}

void fix_session::with_ledger(const std::function<void(order_ledger &)> &use) {
    std::lock_guard<std::mutex> lock(mutex_);
    use(ledger_);
}

bool fix_session::wait_until(const std::function<bool(const order_ledger &)> &held,
                             std::chrono::milliseconds limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return held(ledger_); });
}

bool fix_session::wait_for_silence(std::chrono::milliseconds quiet,
                                   std::chrono::milliseconds limit) {
    auto deadline = std::chrono::steady_clock::now() + limit;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        auto silent_at = last_message_ + quiet;
        if (std::chrono::steady_clock::now() >= silent_at) {
            return true;
        }
        if (silent_at > deadline) {
            return false;
        }
        changed_.wait_until(lock, silent_at);
    }
}

void fix_session::onCreate(const FIX::SessionID &) {
}

void fix_session::onLogon(const FIX::SessionID &) {
    std::lock_guard<std::mutex> lock(mutex_);
    logged_on_ = true;
    changed_.notify_all();
}

void fix_session::onLogout(const FIX::SessionID &) {
    std::lock_guard<std::mutex> lock(mutex_);
    logged_on_ = false;
    changed_.notify_all();
}

void fix_session::toAdmin(FIX::Message &message, const FIX::SessionID &) {
    std::string type = type_of(message);
    if (type == "A") {
        if (!options_.username.empty()) {
            message.setField(USERNAME, options_.username);
        }
        if (!options_.password.empty()) {
            message.setField(PASSWORD, options_.password);
        }
    } else if (type == "3") {
        std::lock_guard<std::mutex> lock(mutex_);
        ledger_.complain("QuickFIX rejects message " + value(message, REF_SEQ_NUM) + ": " +
                         value(message, TEXT));
    }
}

void fix_session::toApp(FIX::Message &message, const FIX::SessionID &) throw(FIX::DoNotSend) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (type_of(message) == "j") {
        ledger_.complain("QuickFIX rejects message " + value(message, REF_SEQ_NUM) + ": " +
                         value(message, TEXT));
    }
    id_of_sequence_[value(message.getHeader(), MSG_SEQ_NUM)] = value(message, CL_ORD_ID);
}

void fix_session::fromAdmin(const FIX::Message &message, const FIX::SessionID &) throw(
    FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (type_of(message) == "3") {
        ledger_.complain("session reject of message " + value(message, REF_SEQ_NUM) + ": " +
                         value(message, TEXT));
        take_refusal(message);
        changed_.notify_all();
    }
}

void fix_session::fromApp(const FIX::Message &message,
                          const FIX::SessionID &) throw(FIX::FieldNotFound,
                                                        FIX::IncorrectDataFormat,
                                                        FIX::IncorrectTagValue,
                                                        FIX::UnsupportedMessageType) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::string type = type_of(message);
    last_message_ = std::chrono::steady_clock::now();
    if (type == "8") {
        take_report(message);
    } else if (type == "9") {
        ledger_.cancel_rejected(value(message, CL_ORD_ID));
    } else if (type == "r") {
        /* FIX 4.4, MassCancelResponse: 0 is "rejected". */
        ledger_.mass_cancel_reported(value(message, CL_ORD_ID),
                                     value(message, MASS_CANCEL_RESPONSE) != "0");
    } else if (type == "j") {
        take_refusal(message);
    } else {
        ledger_.complain("an application message of type " + type);
    }
    changed_.notify_all();
}

void fix_session::take_report(const FIX::Message &message) {
    execution_report report;
    report.cl_ord_id = value(message, CL_ORD_ID);
    report.orig_cl_ord_id = value(message, ORIG_CL_ORD_ID);
    report.exec_id = value(message, EXEC_ID);
    report.exec_type = value(message, EXEC_TYPE);
    report.ord_status = value(message, ORD_STATUS);
    report.symbol = value(message, SYMBOL);
    report.side = value(message, SIDE);
    report.last_quantity = value(message, LAST_QTY);
    report.last_price = value(message, LAST_PX);
    report.cumulative_quantity = value(message, CUM_QTY);
    report.leaves_quantity = value(message, LEAVES_QTY);
    report.average_price = value(message, AVG_PX);
    report.reject_reason = value(message, ORD_REJ_REASON);
    try {
        ledger_.report(report);
    } catch (const std::overflow_error &error) {
        ledger_.complain(report.cl_ord_id + ": " + error.what());
    }
}

void fix_session::take_refusal(const FIX::Message &message) {
    std::string id = value(message, BUSINESS_REJECT_REF_ID);
    if (id.empty()) {
        auto sent = id_of_sequence_.find(value(message, REF_SEQ_NUM));
        id = sent == id_of_sequence_.end() ? "?" : sent->second;
    }
    ledger_.refused(id, value(message, TEXT));
}
