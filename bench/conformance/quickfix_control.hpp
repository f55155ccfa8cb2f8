/*
 * A port where lines are answered, each connection's in order, one line each. Loopback only, and
 * for a peer that is believed: a line may have any length.
 */
#ifndef TERCEL_BENCH_CONFORMANCE_QUICKFIX_CONTROL_HPP
#define TERCEL_BENCH_CONFORMANCE_QUICKFIX_CONTROL_HPP

#include <functional>
#include <string>

class quickfix_control {
  public:
    /* Listens at a port of the kernel's choice. Throws std::system_error. */
    quickfix_control();
    ~quickfix_control();
    quickfix_control(const quickfix_control &) = delete;
    quickfix_control &operator=(const quickfix_control &) = delete;

    unsigned port() const;

    /* Answers until descriptor `until` ends; whatever comes there is ignored. */
    void serve(int until, const std::function<std::string(const std::string &line)> &answer);

  private:
    int listener;
};

#endif
