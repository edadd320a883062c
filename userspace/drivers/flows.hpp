// SPDX-License-Identifier: GPL-2.0
// Which TCP connections to a shared address live on this machine: as sockets, through
// it to a server behind, or by its IPVS. To ask costs time that grows with their
// number: do so once a second at most, and only while a slot drains.
#pragma once

#include "core/hash.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "drivers/netlink.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace nfc::flows {

class Flows {
public:
    // `proc`: /proc. What its files say is not there, nobody is asked for: to ask would
    // load modules.
    explicit Flows(std::filesystem::path proc = "/proc") : proc_(std::move(proc)) {}

    // By slot; the first is that of slot 1.
    Result<std::vector<std::size_t>> by_slot(const Ip& address, const Hash& hash, unsigned total);

private:
    Result<Done> sockets(const Ip& address, std::vector<Flow>& found);
    Result<Done> tracked(const Ip& address, std::vector<Flow>& found);
    void ipvs(const Ip& address, std::vector<Flow>& found) const;

    std::filesystem::path proc_;
};

} // namespace nfc::flows
