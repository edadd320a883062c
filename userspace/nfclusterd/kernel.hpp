// SPDX-License-Identifier: GPL-2.0
// All that the daemon asks of the kernel and tells it, in one place, so that tests
// can put another one there.
#pragma once

#include "core/desired.hpp"
#include "drivers/condition.hpp"
#include "drivers/ipvs.hpp"
#include "drivers/statmark.hpp"

#include <string>

namespace nfc {

class Kernel {
public:
    virtual ~Kernel() = default;

    virtual Result<ConditionValues> conditions() = 0;
    virtual Result<Done> write(const ConditionValues& values) = 0;
    virtual Result<statmark::Pool> pool(const std::string& name) = 0;
    virtual Result<Done> write(const std::string& pool, const statmark::Commands& commands) = 0;
    virtual Result<ipvs::Table> services() = 0;
    virtual Result<Done> write(const ipvs::Change& change) = 0;
};

// That of this network namespace.
class ThisKernel : public Kernel {
public:
    Result<ConditionValues> conditions() override;
    Result<Done> write(const ConditionValues& values) override;
    Result<statmark::Pool> pool(const std::string& name) override;
    Result<Done> write(const std::string& pool, const statmark::Commands& commands) override;
    Result<ipvs::Table> services() override;
    Result<Done> write(const ipvs::Change& change) override;

private:
    Conditions conditions_{"/proc/net/nf_condition"};
    statmark::Pools pools_{"/proc/net/nf_statmark"};
    ipvs::Kernel ipvs_{std::make_shared<netlink::GenericFamily>("IPVS"), "/proc/net/ip_vs"};
};

} // namespace nfc
