// SPDX-License-Identifier: GPL-2.0
// A group without Corosync: nodes that are named in the configuration tell each other by
// UDP that they live, and ask who is silent. Cut off from each other, each is the
// whole cluster: nobody can tell a dead peer from a broken network.
#pragma once

#include "core/config.hpp"
#include "core/result.hpp"
#include "membership/group.hpp"

#include <asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nfc {

class BeatSocket;

// Asks a node, by whatever way, whether its machine serves; the answer comes later, in
// less than the time that a dead one is given.
using AskPeer = std::function<void(const Node& peer, std::function<void(bool alive)> answer)>;

struct HeartbeatSettings {
    Ip cluster;       // its address
    std::string node; // ours
    std::vector<Node> nodes;
    Heartbeat heartbeat;
};

// Those of all clusters of a daemon: they share sockets.
class Heartbeats {
public:
    explicit Heartbeats(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // The others are told when it is let go. Fails if we are not one of the nodes, or
    // without the key.
    Result<std::unique_ptr<Group>> join(const HeartbeatSettings& settings, AskPeer ask,
                                        GroupEvents events);

private:
    std::shared_ptr<BeatSocket> socket_at(const Endpoint& own);

    asio::any_io_executor executor_;
    std::map<Endpoint, std::weak_ptr<BeatSocket>> sockets_;
};

} // namespace nfc
