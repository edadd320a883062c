// SPDX-License-Identifier: GPL-2.0
// Addresses of this machine's interfaces, and the interfaces of tunnels: read,
// and changed, by rtnetlink.
#pragma once

#include "core/realserver.hpp"
#include "core/result.hpp"
#include "drivers/netlink.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace nfc::own {

// The kernel's rtnetlink, or what a test has in its place.
class Route {
public:
    virtual ~Route() = default;
    virtual Result<Done> open() = 0;
    virtual netlink::Answer ask(std::uint16_t type, std::uint16_t flags,
                                const netlink::Attributes& payload, std::uint16_t answers) = 0;
    // 0: there is no such interface.
    virtual unsigned index_of(const std::string& interface) = 0;
};

class KernelRoute : public Route {
public:
    Result<Done> open() override;
    netlink::Answer ask(std::uint16_t type, std::uint16_t flags, const netlink::Attributes& payload,
                        std::uint16_t answers) override {
        return socket_.talk(type, flags, payload, answers);
    }
    unsigned index_of(const std::string& interface) override;

private:
    netlink::Socket socket_;
    bool open_ = false;
};

class Addresses {
public:
    explicit Addresses(std::shared_ptr<Route> route) : route_(std::move(route)) {}

    // Of one interface; none if that is not there.
    Result<std::set<Address>> of(const std::string& interface) const;
    // One that is there already is no failure, and so is one that is not.
    Result<Done> add(const Address& address) const;
    Result<Done> remove(const Address& address) const;

    Result<bool> is_up(const std::string& interface) const;
    Result<Done> set_up(const std::string& interface, bool up) const;
    // The device of the kernel's own for such a tunnel: tunl0, ip6tnl0. There after
    // this, if not before.
    Result<Done> need_tunnel(const std::string& interface) const;

private:
    Result<netlink::Answer> ask(const std::string& what, std::uint16_t type, std::uint16_t flags,
                                const netlink::Attributes& payload, std::uint16_t answers,
                                int fine = 0) const;
    Result<unsigned> index(const std::string& interface) const;

    std::shared_ptr<Route> route_;
};

// --- the wire; pure

struct Found {
    unsigned index = 0; // of the interface
    Ip ip;
    std::uint8_t prefix = 0;

    bool operator==(const Found&) const = default;
};

netlink::Attributes write_address(unsigned index, const Ip& ip, std::uint8_t prefix);
// Nothing: it is no address, or not one that makes sense.
std::optional<Found> read_address(const netlink::Attributes& message);
// Whether the interface is up.
std::optional<bool> read_link(const netlink::Attributes& message);

} // namespace nfc::own
