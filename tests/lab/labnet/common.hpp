// What the subcommands share: options, descriptors, addresses, a clock.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace labnet {

// The command line is wrong: reported with the usage, exit status 2.
struct Usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The system refused: the message names what was tried and the errno.
[[noreturn]] void fail(std::string_view what);

class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd() { reset(); }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release();
    void reset();

private:
    int fd_ = -1;
};

// A descriptor, or the failure that names `what`.
Fd checked(int fd, std::string_view what);

// Flags are taken out first, in any order; what is left are the positional
// arguments. Of an option given twice the last one counts. `done()` refuses
// anything that nobody asked for.
class Options {
public:
    Options(int count, char** values) : left_(values, values + count) {}
    bool flag(std::string_view name);
    bool text(std::string_view name, std::string& value);
    bool number(std::string_view name, std::uint64_t& value, std::uint64_t max);
    // As number(), with a default.
    std::uint64_t number_or(std::string_view name, std::uint64_t fallback, std::uint64_t max);
    std::string text_or(std::string_view name, std::string_view fallback);
    // Milliseconds from --timeout, stretched on slow kernels by $SLOWNESS.
    std::chrono::milliseconds timeout_or(std::uint64_t fallback);
    std::vector<std::string> all(std::string_view name);
    std::string positional(std::string_view name);
    bool empty() const { return left_.empty(); }
    void done() const;

private:
    std::vector<std::string> left_;
};

std::uint64_t parse_number(std::string_view text, std::uint64_t max, std::string_view what);
in_addr parse_address(const std::string& text);
std::string to_text(in_addr address);
std::vector<std::uint8_t> parse_hex(std::string_view text, std::string_view what);
std::vector<std::uint8_t> parse_mac(const std::string& text);
std::string mac_text(std::span<const std::uint8_t> mac);
std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0);
sockaddr_in endpoint(in_addr address, std::uint16_t port);

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
// What is left until the deadline, for poll and epoll; never negative.
int left_ms(Clock::time_point deadline);

// Thousands of sockets at once need more than the usual 1024 descriptors.
void raise_descriptor_limit();

// stick(), of a poll() that waits for the file and for one that never answers.
int stick_poll(const std::string& path, int timeout);

// One function a subcommand; each returns the exit status.
int agent(Options& options);
int write_file(Options& options);
int read_file(Options& options);
int poll_file(Options& options);
int stick(Options& options);
int packet(Options& options);
int patch(Options& options);
int starve(Options& options);
int arp(Options& options);
int ask(Options& options);
int blob(Options& options);
int browse(Options& options);
int fetch(Options& options);
int flood(Options& options);
int hold(Options& options);
int ndp(Options& options);
int control(Options& options);
int serve(Options& options);
int slot(Options& options);

} // namespace labnet
