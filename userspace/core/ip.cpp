// SPDX-License-Identifier: GPL-2.0
#include "core/ip.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace nfc {

namespace {

int system_family(Family family) {
    return family == Family::V4 ? AF_INET : AF_INET6;
}

} // namespace

Result<Ip> read_ip(std::string_view field, std::string_view text) {
    Ip ip;
    const std::string copy(text);

    ip.family = text.find(':') == text.npos ? Family::V4 : Family::V6;
    // A NUL would end the address early.
    if (text.find('\0') != text.npos ||
        ::inet_pton(system_family(ip.family), copy.c_str(), ip.bytes.data()) != 1)
        return bad_value(field, text, "an address such as 192.168.0.10 or 2001:db8::10");
    return ip;
}

std::string to_string(const Ip& ip) {
    std::array<char, INET6_ADDRSTRLEN> text{};

    ::inet_ntop(system_family(ip.family), ip.bytes.data(), text.data(), text.size());
    return text.data();
}

Result<Endpoint> read_endpoint(std::string_view field, std::string_view text, std::uint16_t port) {
    const auto wrong = bad_value(field, text,
                                 port ? "an address, alone or with a port, such as 192.168.0.10:80 "
                                        "or [2001:db8::10]:80"
                                      : "an address and a port from 1 to 65535, such as "
                                        "192.168.0.10:80 or [2001:db8::10]:80");
    std::string_view address = text;
    std::string_view number;
    const auto last = text.rfind(':');
    const bool bracket = text.starts_with('[');

    if (bracket) {
        const auto end = text.find(']');
        if (end == text.npos)
            return wrong;
        address = text.substr(1, end - 1);
        if (address.find(':') == address.npos)
            return wrong;
        number = text.substr(end + 1);
    } else if (last != text.npos && text.find(':') == last) {
        address = text.substr(0, last);
        number = text.substr(last);
    }
    const auto ip = read_ip(field, address);
    if (!ip || (number.empty() && !port))
        return wrong;
    if (number.empty())
        return Endpoint{*ip, port};
    const auto given =
        number.starts_with(':') ? read_number(number.substr(1), 1, 65535) : std::nullopt;
    if (!given)
        return wrong;
    return Endpoint{*ip, static_cast<std::uint16_t>(*given)};
}

std::string to_string(const Endpoint& endpoint) {
    const auto ip = to_string(endpoint.ip);

    return endpoint.ip.family == Family::V4 ? fmt::format("{}:{}", ip, endpoint.port)
                                            : fmt::format("[{}]:{}", ip, endpoint.port);
}

} // namespace nfc
