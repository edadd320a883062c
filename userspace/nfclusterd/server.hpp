// SPDX-License-Identifier: GPL-2.0
// The daemon's end of its socket: control/protocol.hpp says what is spoken there.
// Whoever is slow, silent or talks nonsense is hung up on, and holds up nobody.
#pragma once

#include "checks/asio.hpp"
#include "control/protocol.hpp"
#include "observe/log.hpp"

#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>

namespace nfc {

struct ServerLimits {
    std::chrono::milliseconds request{5000}; // from one to the end of the next
    std::chrono::milliseconds answer{10'000};
    std::size_t peers = 64;
    std::size_t events = std::size_t{4} << 20; // bytes that wait for one peer
};

class ControlServer {
public:
    using Handle = std::function<Result<Json>(const control::Request&)>;

    // Of two daemons on one socket the second does not begin.
    static Result<std::unique_ptr<ControlServer>> open(asio::any_io_executor executor,
                                                       const std::filesystem::path& socket,
                                                       Handle handle, Log& log,
                                                       const ServerLimits& limits = {});
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;
    // Hangs up on all. Those that are called then find nobody.
    ~ControlServer();

    // To all who asked for events.
    void tell(const Notice& notice);
    std::size_t peers() const;

private:
    class Peer;
    struct Shared; // with peers that may outlive us by a turn of the loop

    explicit ControlServer(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    static asio::awaitable<void> accept(std::shared_ptr<Shared> shared);
    static asio::awaitable<void> serve(std::shared_ptr<Shared> shared, std::shared_ptr<Peer> peer);

    std::shared_ptr<Shared> shared_;
};

} // namespace nfc
