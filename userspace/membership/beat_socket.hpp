// SPDX-License-Identifier: GPL-2.0
// Heartbeats on the wire: one socket for all clusters that have the same address of
// their own and the same port.
#pragma once

#include "core/ip.hpp"
#include "core/result.hpp"
#include "membership/beat.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/udp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace nfc {

class BeatSocket : public std::enable_shared_from_this<BeatSocket> {
public:
    struct Events {
        // A cluster's, or what nobody could read: that all are told of.
        std::function<void(const Ip& from, const Result<SignedBeat>&)> heard;
        // Why nothing can be heard; empty: now it can.
        std::function<void(const std::string&)> problem;
    };

    BeatSocket(asio::any_io_executor executor, const Endpoint& own);

    // Until it can be bound, it is tried again and again. The address may come later.
    void open();
    void add(const Ip& cluster, Events events);
    void remove(const Ip& cluster);
    void send(const Endpoint& to, const std::string& bytes, asio::error_code& error);
    // What has come by now.
    void receive();

private:
    bool bind(asio::error_code& error);
    void wait();
    void tell(const Ip& from, std::string_view bytes);

    Endpoint own_;
    asio::ip::udp::socket socket_;
    asio::steady_timer again_;
    std::map<Ip, Events> clusters_;
    std::string problem_;
};

} // namespace nfc
