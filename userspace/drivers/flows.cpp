// SPDX-License-Identifier: GPL-2.0
#include "drivers/flows.hpp"

#include "drivers/fd.hpp"
#include "drivers/flows_wire.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <fstream>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/sock_diag.h>
#include <optional>
#include <string>
#include <sys/socket.h>

namespace nfc::flows {

namespace {

using netlink::Attributes;

constexpr std::uint16_t tracking(unsigned message) {
    return static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | message);
}

struct Question {
    int protocol;
    std::uint16_t type, answers;
    Attributes payload;
};

// All answers that `read` takes for connections to `address`. What comes and goes while
// the kernel lists it is no error.
template <typename Read>
int collect_flows(const Question& question, const Ip& address, Read read,
                  std::vector<Flow>& found) {
    netlink::Socket socket;
    if (const auto open = socket.open(question.protocol); !open)
        return EPROTONOSUPPORT;
    const auto answer = socket.talk(question.type, NLM_F_DUMP, question.payload, question.answers);
    for (const auto& message : answer.messages)
        if (const auto live = read(message); live && live->to == address)
            found.push_back(live->flow);
    return answer.error == EINTR ? 0 : answer.error;
}

Error cannot_ask(const char* whom, int number) {
    return {Kind::Unavailable,
            fmt::format("cannot ask {} for connections: {}", whom, errno_text(number))};
}

} // namespace

Result<Done> Flows::sockets(const Ip& address, std::vector<Flow>& found) {
    for (const int family : {AF_INET, AF_INET6}) {
        if (family == AF_INET && address.family == Family::V6)
            continue;
        const int error = collect_flows({NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY,
                                         SOCK_DIAG_BY_FAMILY, sockets_question(family, address)},
                                        address, read_socket, found);
        // A kernel without IPv6 has no sockets of it.
        if (error && !(family == AF_INET6 && address.family == Family::V4))
            return cannot_ask("inet_diag", error);
    }
    return Done{};
}

Result<Done> Flows::tracked(const Ip& address, std::vector<Flow>& found) {
    std::size_t entries = 0;
    if (!(std::ifstream(proc_ / "sys/net/netfilter/nf_conntrack_count") >> entries) || !entries)
        return Done{};
    const int error = collect_flows({NETLINK_NETFILTER, tracking(IPCTNL_MSG_CT_GET),
                                     tracking(IPCTNL_MSG_CT_NEW), tracked_question(address)},
                                    address, read_tracked, found);
    // EINVAL: nobody has registered for it.
    if (error && error != EPROTONOSUPPORT && error != EINVAL && error != EOPNOTSUPP)
        return cannot_ask("connection tracking", error);
    return Done{};
}

void Flows::ipvs(const Ip& address, std::vector<Flow>& found) const {
    std::ifstream lines(proc_ / "net/ip_vs_conn_sync");
    for (std::string line; std::getline(lines, line);)
        if (const auto live = read_ipvs(line); live && live->to == address)
            found.push_back(live->flow);
}

Result<std::vector<std::size_t>> Flows::by_slot(const Ip& address, const Hash& hash,
                                                unsigned total) {
    std::vector<Flow> found;
    if (const auto done = sockets(address, found); !done)
        return done.error();
    if (const auto done = tracked(address, found); !done)
        return done.error();
    ipvs(address, found);
    return count(std::move(found), hash, total);
}

} // namespace nfc::flows
