#include "bench/peers/message_log.hpp"

#include <stdexcept>

namespace {

/* Password, NewPassword, RawData (which carries signatures). */
const char *const secret_fields[] = {"\001554=", "\001925=", "\00196="};

} // namespace

std::string masked(const std::string &message) {
    std::string shown = message;
    for (const char *field : secret_fields) {
        std::string prefix(field);
        for (size_t at = shown.find(prefix); at != std::string::npos;
             at = shown.find(prefix, at + 1)) {
            size_t value = at + prefix.size();
            size_t end = shown.find('\001', value);
            shown.replace(value, end == std::string::npos ? end : end - value, "***");
        }
    }
    return shown;
}

message_log::message_log(std::ofstream &file) : file_(file) {
}

void message_log::clear() {
}

void message_log::backup() {
}

void message_log::onIncoming(const std::string &message) {
    write("< ", masked(message));
}

void message_log::onOutgoing(const std::string &message) {
    write("> ", masked(message));
}

void message_log::onEvent(const std::string &text) {
    write("# ", masked(text));
}

void message_log::write(const char *mark, const std::string &text) {
    std::lock_guard<std::mutex> lock(mutex_);
    file_ << mark << text << std::endl;
}

message_log_factory::message_log_factory(const std::string &path) : file_(path), log_(file_) {
    if (!file_) {
        throw std::runtime_error("cannot write the message log " + path);
    }
}

FIX::Log *message_log_factory::create() {
    return &log_;
}

FIX::Log *message_log_factory::create(const FIX::SessionID &) {
    return &log_;
}

void message_log_factory::destroy(FIX::Log *) {
}
