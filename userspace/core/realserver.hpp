// SPDX-License-Identifier: GPL-2.0
// What a real server of direct routing or of a tunnel needs on its own machine:
// the service's address where nobody asks for it by ARP. Pure: from what should
// be, what is, and what we have set before, to what has to be changed.
#pragma once

#include "core/ip.hpp"
#include "core/result.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

struct RealServer {
    std::string name;
    Ip address; // of the service, which the director has too
    std::string interface;
    bool tunnel = false; // packets come in a tunnel, and interface is its device

    bool operator==(const RealServer&) const = default;
};

// The device on which packets of that family come out of a tunnel.
std::string_view tunnel_device(Family family);

namespace own {

struct Address {
    std::string interface;
    Ip ip;
    std::uint8_t prefix = 0;

    auto operator<=>(const Address&) const = default;
};
std::string to_string(const Address& address); // "10.10.10.22/32 on lo"

// By their names below /proc/sys/net, such as "ipv4/conf/all/arp_ignore".
using Sysctls = std::map<std::string, std::string>;

// Of this machine, as much of it as concerns us.
struct Settings {
    Sysctls sysctls;
    std::set<std::string> up; // interfaces
    std::set<Address> addresses;

    bool operator==(const Settings&) const = default;
};

Settings wanted_settings(const std::vector<RealServer>& servers);

struct Was {
    std::string before;
    std::string set;

    bool operator==(const Was&) const = default;
};

// What we have set, and nobody else: that is what we may take back.
struct Borrowed {
    std::map<std::string, Was> sysctls;
    std::set<std::string> up;
    std::set<Address> addresses;

    bool operator==(const Borrowed&) const = default;
};

// In the order in which they are made: an address is there only while nobody
// answers for it.
struct Changes {
    std::vector<Address> remove;
    std::vector<std::string> take_down;
    Sysctls write;
    std::vector<std::string> bring_up;
    std::vector<Address> add;
    Borrowed borrowed; // when all has been made

    bool empty() const {
        return remove.empty() && take_down.empty() && write.empty() && bring_up.empty() &&
               add.empty();
    }
};

Changes settings_changes(const Settings& are, const Settings& wanted, const Borrowed& borrowed);

// One a line, for a file that survives a restart.
std::string to_text(const Borrowed& borrowed);
Result<Borrowed> read_borrowed(std::string_view text);

} // namespace own

} // namespace nfc
