// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/peer_rights.hpp"

#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace nfc {

namespace {

bool in_group(int socket, gid_t own, gid_t group) {
    if (own == group)
        return true;
    socklen_t size = 0;
    ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &size);
    std::vector<gid_t> groups(size / sizeof(gid_t));
    if (groups.empty() || ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) < 0)
        return false;
    return std::ranges::find(groups, group) != groups.end();
}

} // namespace

Rights rights_of(int socket, gid_t group) {
    ucred who{};
    socklen_t size = sizeof(who);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
        return Rights::None;
    if (who.uid == 0 || who.uid == ::geteuid())
        return Rights::All;
    return in_group(socket, who.gid, group) ? Rights::Read : Rights::None;
}

bool may(Rights rights, control::Verb verb) {
    const bool reads = verb == control::Verb::Status || verb == control::Verb::Events;
    return rights == Rights::All || (rights == Rights::Read && reads);
}

} // namespace nfc
