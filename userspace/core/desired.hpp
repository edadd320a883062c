// SPDX-License-Identifier: GPL-2.0
// From what is configured and known to what each driver should hold, and from
// what it holds to the changes that lead there. What the configuration does not
// name is never touched.
#pragma once

#include "core/config.hpp"
#include "core/health.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nfc {

enum class Turn : std::uint8_t {
    Serves,
    Drains, // keeps what it has, gets no new connections
    Out,
};

// What a backend is to get, whoever gives it.
struct Share {
    Turn turn = Turn::Out;
    unsigned weight = 0; // while it drains: what it would have

    bool live() const { return turn == Turn::Serves && weight > 0; }
    bool operator==(const Share&) const = default;
};

struct Shares {
    std::vector<Share> backends; // in the order of the pool
    Share sorry;                 // its turn is Out if there is none
    bool blind = false;          // all are down, and serve nevertheless

    bool operator==(const Shares&) const = default;
};

// `healths`: of the pool's backends, in their order; of a pool without checks
// only the duties count.
Shares share_out(const Pool& pool, const std::vector<Health>& healths, Moment now);

// ConditionValues by name.
using ConditionValues = std::map<std::string, bool>;

// All that the pool owns. For pools of the driver "condition".
ConditionValues wanted_conditions(const Pool& pool, const Shares& shares);
// What has to be written. One that is not there yet has to be, too.
ConditionValues condition_changes(const ConditionValues& are, const ConditionValues& wanted);

// For pools of the driver "statmark".
std::vector<statmark::Backend> wanted_marks(const Pool& pool, const Shares& shares);
// `owned`: marks that the configuration names, or named before. Others that are in
// the pool are those of rules, and stay.
statmark::Commands mark_changes(const statmark::Pool& is,
                                const std::vector<statmark::Backend>& wanted,
                                const std::vector<std::uint32_t>& owned);

struct WantedService {
    ipvs::Service service;
    std::vector<ipvs::Destination> destinations;

    bool operator==(const WantedService&) const = default;
};

// For pools of the driver "ipvs".
WantedService wanted_service(const Pool& pool, const Shares& shares);
// A service that is wanted is ours with all its destinations; so is a forsaken
// one, that the configuration named before and does not any more. In this order
// no service is without live destinations on the way that has some before and
// after.
ipvs::Changes service_changes(const ipvs::Table& is, const std::vector<WantedService>& wanted,
                              const std::vector<ipvs::ServiceKey>& forsaken);

} // namespace nfc
