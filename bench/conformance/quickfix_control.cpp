#include "bench/conformance/quickfix_control.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

using answering = std::function<std::string(const std::string &line)>;

struct talk {
    int socket;
    std::string unread;
};

[[noreturn]] void fail(const char *what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/* False at the end. */
bool answer_some(talk &talk, const answering &answer) {
    char data[512];
    const ssize_t got = read(talk.socket, data, sizeof(data));
    if (got <= 0) {
        return false;
    }
    talk.unread.append(data, static_cast<size_t>(got));
    for (size_t end; (end = talk.unread.find('\n')) != std::string::npos;) {
        const std::string reply = answer(talk.unread.substr(0, end)) + '\n';
        talk.unread.erase(0, end + 1);
        if (send(talk.socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) {
            return false;
        }
    }
    return true;
}

} // namespace

quickfix_control::quickfix_control() : listener(socket(AF_INET, SOCK_STREAM, 0)) {
    struct sockaddr_in here = {};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, reinterpret_cast<sockaddr *>(&here), sizeof(here)) != 0 ||
        listen(listener, SOMAXCONN) != 0) {
        fail("control port");
    }
}

quickfix_control::~quickfix_control() {
    close(listener);
}

unsigned quickfix_control::port() const {
    struct sockaddr_in here = {};
    socklen_t length = sizeof(here);
    if (getsockname(listener, reinterpret_cast<sockaddr *>(&here), &length) != 0) {
        fail("control port");
    }
    return ntohs(here.sin_port);
}

void quickfix_control::serve(int until, const answering &answer) {
    std::vector<talk> talks;
    for (;;) {
        std::vector<struct pollfd> ready = {{until, POLLIN, 0}, {listener, POLLIN, 0}};
        for (const talk &each : talks) {
            ready.push_back({each.socket, POLLIN, 0});
        }
        if (poll(ready.data(), ready.size(), -1) < 0) {
            fail("poll");
        }
        char ignored;
        if (ready[0].revents != 0 && read(until, &ignored, 1) <= 0) {
            break;
        }
        for (size_t i = talks.size(); i-- > 0;) {
            if (ready[i + 2].revents != 0 && !answer_some(talks[i], answer)) {
                close(talks[i].socket);
                talks.erase(talks.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
        const int accepted = ready[1].revents != 0 ? accept(listener, nullptr, nullptr) : -1;
        if (accepted >= 0) {
            talks.push_back({accepted, {}});
        }
    }
    for (const talk &each : talks) {
        close(each.socket);
    }
}
