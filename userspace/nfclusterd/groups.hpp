// SPDX-License-Identifier: GPL-2.0
// Brings this node's daemon together with those of a cluster's other nodes, the way that
// its configuration says.
#pragma once

#include "checks/tls.hpp"
#include "core/config.hpp"
#include "core/result.hpp"
#include "membership/group.hpp"
#include "membership/heartbeat.hpp"

#include <asio/any_io_executor.hpp>
#include <memory>
#include <string>

namespace nfc {

class Groups {
public:
    Groups(asio::any_io_executor executor, TlsAuthorities& authorities)
        : executor_(executor), authorities_(authorities), heartbeats_(executor) {}

    Result<std::unique_ptr<Group>> join(const Cluster& cluster, const std::string& node,
                                        GroupEvents events);

private:
    AskPeer ask_peer(const Cluster& cluster);

    asio::any_io_executor executor_;
    TlsAuthorities& authorities_;
    Heartbeats heartbeats_;
};

} // namespace nfc
