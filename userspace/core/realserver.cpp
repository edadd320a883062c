// SPDX-License-Identifier: GPL-2.0
#include "core/realserver.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

std::string_view tunnel_device(Family family) {
    return family == Family::V4 ? "tunl0" : "ip6tnl0";
}

namespace own {

namespace {

// The greater of "all" and of an interface's own is what counts.
void want_silence(Settings& settings, const std::string& interface) {
    for (const auto& where : {std::string("all"), interface}) {
        settings.sysctls[fmt::format("ipv4/conf/{}/arp_ignore", where)] = "1";
        settings.sysctls[fmt::format("ipv4/conf/{}/arp_announce", where)] = "2";
    }
}

// A sysctl that we no longer want: as it was, unless somebody has set it since.
void give_back(const std::string& name, const Was& was, const Settings& are, Changes& changes) {
    const auto is = are.sysctls.find(name);
    if (is != are.sysctls.end() && is->second == was.set && was.before != was.set)
        changes.write[name] = was.before;
}

void change_sysctls(const Settings& are, const Settings& wanted, const Borrowed& borrowed,
                    Changes& changes) {
    for (const auto& [name, value] : wanted.sysctls) {
        const auto at = are.sysctls.find(name);
        const auto is = at == are.sysctls.end() ? "" : at->second;
        const auto ours = borrowed.sysctls.find(name);
        if (is != value)
            changes.write[name] = value;
        if (ours != borrowed.sysctls.end() && ours->second.set == is)
            changes.borrowed.sysctls[name] = {ours->second.before, value};
        else if (is != value)
            changes.borrowed.sysctls[name] = {is, value};
    }
    for (const auto& [name, was] : borrowed.sysctls)
        if (!wanted.sysctls.contains(name))
            give_back(name, was, are, changes);
}

// For things that are there or not.
template <typename T>
void change_set(const std::set<T>& are, const std::set<T>& wanted, const std::set<T>& borrowed,
                std::vector<T>& add, std::vector<T>& remove, std::set<T>& now_borrowed) {
    for (const auto& one : wanted) {
        if (!are.contains(one))
            add.push_back(one);
        if (!are.contains(one) || borrowed.contains(one))
            now_borrowed.insert(one);
    }
    for (const auto& one : borrowed)
        if (!wanted.contains(one) && are.contains(one))
            remove.push_back(one);
}

} // namespace

std::string to_string(const Address& address) {
    return fmt::format("{}/{} on {}", to_string(address.ip), address.prefix, address.interface);
}

Settings wanted_settings(const std::vector<RealServer>& servers) {
    Settings settings;
    for (const auto& server : servers) {
        const bool v4 = server.address.family == Family::V4;
        settings.addresses.insert(
            {server.interface, server.address, static_cast<std::uint8_t>(v4 ? 32 : 128)});
        // An IPv6 host answers for an address on its own interface only, anyhow.
        if (v4)
            want_silence(settings, server.interface);
        if (!server.tunnel)
            continue;
        settings.up.insert(server.interface);
        // Packets come out of the tunnel that are to leave by another way. Loose is
        // enough, and holds where "all" is strict: again the greater counts.
        if (v4)
            settings.sysctls[fmt::format("ipv4/conf/{}/rp_filter", server.interface)] = "2";
    }
    return settings;
}

Changes settings_changes(const Settings& are, const Settings& wanted, const Borrowed& borrowed) {
    Changes changes;
    change_sysctls(are, wanted, borrowed, changes);
    change_set(are.up, wanted.up, borrowed.up, changes.bring_up, changes.take_down,
               changes.borrowed.up);
    change_set(are.addresses, wanted.addresses, borrowed.addresses, changes.add, changes.remove,
               changes.borrowed.addresses);
    return changes;
}

std::string to_text(const Borrowed& borrowed) {
    std::string text;
    for (const auto& [name, was] : borrowed.sysctls)
        text += fmt::format("sysctl {} {} {}\n", name, was.before, was.set);
    for (const auto& interface : borrowed.up)
        text += fmt::format("up {}\n", interface);
    for (const auto& [interface, ip, prefix] : borrowed.addresses)
        text += fmt::format("address {} {} {}\n", interface, to_string(ip), prefix);
    return text;
}

Result<Borrowed> read_borrowed(std::string_view text) {
    Borrowed borrowed;
    while (!text.empty()) {
        const auto line = take_until(text, '\n');
        auto rest = line;
        const auto kind = take_until(rest, ' ');
        const std::string first(take_until(rest, ' '));
        const std::string second(take_until(rest, ' '));
        const auto prefix = read_number(rest, 0, 128);
        const auto ip = read_ip("address", second);
        if (kind == "sysctl" && !first.empty() && !rest.empty())
            borrowed.sysctls[first] = {second, std::string(rest)};
        else if (kind == "up" && !first.empty() && second.empty())
            borrowed.up.insert(first);
        else if (kind == "address" && !first.empty() && ip && prefix)
            borrowed.addresses.insert({first, *ip, static_cast<std::uint8_t>(*prefix)});
        else
            return bad_value("what was set", line, "a sysctl, an interface or an address");
    }
    return borrowed;
}

} // namespace own

} // namespace nfc
