// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/groups.hpp"

#include "checks/ask.hpp"
#include "membership/corosync.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>

namespace nfc {

namespace {

// Of a cluster without a check: its machines can be asked all the same.
Check echo(const Heartbeat& heartbeat) {
    Check check{IcmpCheck{}, {}, 0};
    check.rhythm.timeout = std::max(heartbeat.interval, heartbeat.dead_after / 2);
    return check;
}

} // namespace

// A machine whose service answers lives, whatever its daemon does.
AskPeer Groups::ask_peer(const Cluster& cluster) {
    auto check = cluster.check.value_or(echo(cluster.heartbeat));
    // Who was silent for so long already has half of that to answer.
    check.rhythm.timeout = std::min(check.rhythm.timeout, cluster.heartbeat.dead_after / 2);
    return [executor = executor_, check,
            &authorities = authorities_](const Node& peer, std::function<void(bool)> answer) {
        asio::co_spawn(
            executor, ask(check, Endpoint{peer.address, check.port}, authorities),
            [answer = std::move(answer)](std::exception_ptr stopped, const Answer& heard) {
                if (!stopped)
                    answer(heard.seen.good);
            });
    };
}

Result<std::unique_ptr<Group>> Groups::join(const Cluster& cluster, const std::string& node,
                                            GroupEvents events) {
    if (cluster.membership == Membership::Corosync)
        return join_corosync(executor_, "nfcluster:" + to_string(cluster.address),
                             std::move(events));
    return heartbeats_.join({cluster.address, node, cluster.nodes, cluster.heartbeat},
                            ask_peer(cluster), std::move(events));
}

} // namespace nfc
