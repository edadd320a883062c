// SPDX-License-Identifier: GPL-2.0
#include "drivers/multicast_group.hpp"

#include "core/group_mac.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace nfc {

namespace {

int join_group(const Fd& socket, const Ip& group, unsigned index) {
    if (group.family == Family::V4) {
        ip_mreqn membership{};
        std::memcpy(&membership.imr_multiaddr, group.bytes.data(), 4);
        membership.imr_ifindex = static_cast<int>(index);
        return ::setsockopt(socket.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership,
                            sizeof(membership));
    }
    ipv6_mreq membership{};
    std::memcpy(&membership.ipv6mr_multiaddr, group.bytes.data(), 16);
    membership.ipv6mr_interface = index;
    return ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_JOIN_GROUP, &membership,
                        sizeof(membership));
}

} // namespace

Result<MulticastGroup> MulticastGroup::join(const std::string& interface, const Mac& mac) {
    const auto group = group_of(mac);
    if (!group)
        return Error{Kind::BadInput,
                     fmt::format("no multicast group has the hardware address {}: switches that "
                                 "snoop cannot be told of it",
                                 to_string(mac))};
    const auto index = ::if_nametoindex(interface.c_str());
    Fd socket(
        ::socket(group->family == Family::V4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!index || !socket || join_group(socket, *group, index) < 0)
        return Error{Kind::Unavailable, fmt::format("cannot join {} on {}: {}", to_string(*group),
                                                    interface, errno_text(errno))};
    return MulticastGroup(std::move(socket), index);
}

bool MulticastGroup::holds(const std::string& interface) const {
    return ::if_nametoindex(interface.c_str()) == index_;
}

} // namespace nfc
