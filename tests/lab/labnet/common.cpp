#include "common.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace labnet {

void fail(std::string_view what) {
    const int error = errno;
    throw std::runtime_error(std::string(what) + ": " + std::strerror(error));
}

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

int Fd::release() {
    return std::exchange(fd_, -1);
}

void Fd::reset() {
    if (fd_ >= 0)
        close(release());
}

Fd checked(int fd, std::string_view what) {
    if (fd < 0)
        fail(what);
    return Fd(fd);
}

bool Options::flag(std::string_view name) {
    auto found = std::find(left_.begin(), left_.end(), name);
    if (found == left_.end())
        return false;
    left_.erase(found);
    return true;
}

bool Options::text(std::string_view name, std::string& value) {
    const std::vector<std::string> values = all(name);
    if (values.empty())
        return false;
    value = values.back();
    return true;
}

bool Options::number(std::string_view name, std::uint64_t& value, std::uint64_t max) {
    std::string given;
    if (!text(name, given))
        return false;
    value = parse_number(given, max, name);
    return true;
}

std::uint64_t Options::number_or(std::string_view name, std::uint64_t fallback, std::uint64_t max) {
    number(name, fallback, max);
    return fallback;
}

std::chrono::milliseconds Options::timeout_or(std::uint64_t fallback) {
    const char* slowness = std::getenv("SLOWNESS");
    return Milliseconds(number_or("--timeout", fallback, 86'400'000) *
                        (slowness ? parse_number(slowness, 1000, "SLOWNESS") : 1));
}

std::string Options::text_or(std::string_view name, std::string_view fallback) {
    std::string value(fallback);
    text(name, value);
    return value;
}

std::vector<std::string> Options::all(std::string_view name) {
    std::vector<std::string> values;
    for (auto found = left_.begin();
         (found = std::find(found, left_.end(), name)) != left_.end();) {
        if (found + 1 == left_.end())
            throw Usage(std::string(name) + " needs a value");
        values.push_back(*(found + 1));
        found = left_.erase(found, found + 2);
    }
    return values;
}

std::string Options::positional(std::string_view name) {
    if (left_.empty())
        throw Usage(std::string(name) + " is missing");
    std::string value = left_.front();
    left_.erase(left_.begin());
    return value;
}

void Options::done() const {
    if (!left_.empty())
        throw Usage("unknown argument \"" + left_.front() + "\"");
}

std::uint64_t parse_number(std::string_view text, std::uint64_t max, std::string_view what) {
    const bool hex = text.starts_with("0x");
    const std::string_view digits = hex ? text.substr(2) : text;
    std::uint64_t value = 0;
    const auto end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
    if (digits.empty() || result.ec != std::errc() || result.ptr != end || value > max)
        throw Usage(std::string(what) + ": \"" + std::string(text) + "\" is no number from 0 to " +
                    std::to_string(max));
    return value;
}

in_addr parse_address(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1)
        throw Usage("\"" + text + "\" is no IPv4 address");
    return address;
}

std::string to_text(in_addr address) {
    char text[INET_ADDRSTRLEN];
    return inet_ntop(AF_INET, &address, text, sizeof text);
}

std::vector<std::uint8_t> parse_hex(std::string_view text, std::string_view what) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](char c) { return c != ':' && c != ' '; });
    if (digits.size() % 2)
        throw Usage(std::string(what) + ": hex digits come in pairs");
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes.push_back(
            static_cast<std::uint8_t>(parse_number("0x" + digits.substr(i, 2), 0xff, what)));
    return bytes;
}

std::vector<std::uint8_t> parse_mac(const std::string& text) {
    auto mac = parse_hex(text, "MAC");
    if (mac.size() != 6)
        throw Usage("\"" + text + "\" is no MAC address");
    return mac;
}

std::string mac_text(std::span<const std::uint8_t> mac) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : mac) {
        if (!text.empty())
            text += ':';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += i % 2 ? bytes[i] : std::uint32_t{bytes[i]} << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

sockaddr_in endpoint(in_addr address, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_addr = address;
    result.sin_port = htons(port);
    return result;
}

int left_ms(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max = std::max<rlim_t>(limit.rlim_max, 65536);
    setrlimit(RLIMIT_NOFILE, &limit); // without the right to raise it, connecting tells
}

} // namespace labnet
