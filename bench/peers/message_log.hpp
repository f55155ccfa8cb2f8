/*
 * QuickFIX's log as the judge keeps it: the messages as they were on the wire, one a line, "> "
 * sent and "< " received, SOH and all; values of secret fields replaced by "***". Session events
 * become
 * "# " lines. The log of one session; every session of the process writes into the same file.
 */
#ifndef TERCEL_BENCH_PEERS_MESSAGE_LOG_HPP
#define TERCEL_BENCH_PEERS_MESSAGE_LOG_HPP

#include <quickfix/Log.h>

#include <fstream>
#include <mutex>
#include <string>

/* `message` with the values of Password, NewPassword and RawData masked. */
std::string masked(const std::string &message);

class message_log : public FIX::Log {
  public:
    explicit message_log(std::ofstream &file);

    void clear() override;
    void backup() override;
    void onIncoming(const std::string &message) override;
    void onOutgoing(const std::string &message) override;
    void onEvent(const std::string &text) override;

  private:
    void write(const char *mark, const std::string &text);

    std::ofstream &file_;
    std::mutex mutex_;
};

class message_log_factory : public FIX::LogFactory {
  public:
    explicit message_log_factory(const std::string &path);

    FIX::Log *create() override;
    FIX::Log *create(const FIX::SessionID &session) override;
    void destroy(FIX::Log *log) override;

  private:
    std::ofstream file_;
    message_log log_;
};

#endif
