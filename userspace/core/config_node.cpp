// SPDX-License-Identifier: GPL-2.0
// The parts of a configuration that are about this machine as a whole.
#include "core/config_parts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace nfc {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t interface_room = 16;

std::uint32_t read_timeout(Section& section, std::string_view key) {
    const auto time = section.duration(key, {1s, std::chrono::seconds(ipvs::timeout_max)}, 0ms);
    if (time % 1s != 0ms)
        section.complaints().wrong(*section.take(key), section.field(key), "whole seconds");
    return static_cast<std::uint32_t>(time / 1s);
}

RealServer read_real_server(const std::string& name, Section& section) {
    RealServer server;
    server.name = name;
    server.address =
        section.need_as<Ip>("address", "the service's address", &read_ip).value_or(Ip{});
    server.tunnel = section.truth("tunnel", false);
    if (server.tunnel && section.has("interface"))
        section.complaints().wrong(*section.take("interface"), section.field("interface"),
                                   "none with tunnel = true, which has its own");
    if (server.tunnel)
        server.interface = tunnel_device(server.address.family);
    else
        server.interface = section.as<std::string>("interface", interface_expected, &read_interface)
                               .value_or("lo");
    section.end();
    return server;
}

} // namespace

Result<std::string> read_interface(const std::string& field, std::string_view text) {
    // Of /proc/sys/net/ipv4/conf, "all" and "default" are no interfaces.
    const bool good = !text.empty() && text.size() < interface_room && text != "." &&
                      text != ".." && text != "all" && text != "default" &&
                      std::ranges::none_of(text, [](unsigned char c) {
                          return c <= ' ' || c == 0x7f || c == '/' || c == ':';
                      });
    return good ? Result<std::string>(std::string(text))
                : bad_value(field, text, interface_expected);
}

ipvs::Timeouts read_timeouts(Section& root) {
    ipvs::Timeouts timeouts;
    auto section = root.section("ipvs");
    if (!section)
        return timeouts;
    timeouts.tcp = read_timeout(*section, "timeout_tcp");
    timeouts.tcp_fin = read_timeout(*section, "timeout_tcpfin");
    timeouts.udp = read_timeout(*section, "timeout_udp");
    section->end();
    return timeouts;
}

std::vector<RealServer> read_real_servers(Section& root) {
    std::vector<RealServer> servers;
    std::set<Ip> seen;
    auto all = root.section("realserver");
    if (!all)
        return servers;
    for (auto& [name, section] : all->sections()) {
        servers.push_back(read_real_server(name, section));
        const auto& address = servers.back().address;
        if (address != Ip{} && !seen.insert(address).second)
            section.complaints().add(section.line(),
                                     bad_value(section.field("address"), to_string(address),
                                               "no two with the same address")
                                         .text);
    }
    return servers;
}

} // namespace nfc
