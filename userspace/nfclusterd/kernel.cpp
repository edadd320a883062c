// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/kernel.hpp"

namespace nfc {

Result<ConditionValues> ThisKernel::conditions() {
    const auto switches = conditions_.read();
    if (!switches)
        return switches.error();
    ConditionValues values;
    for (const auto& [name, up] : *switches)
        values[name] = up;
    return values;
}

Result<Done> ThisKernel::write(const ConditionValues& values) {
    SwitchChange change;
    for (const auto& [name, value] : values)
        change.set.push_back({name, value});
    return conditions_.write(change);
}

Result<statmark::Pool> ThisKernel::pool(const std::string& name) {
    return pools_.read(name);
}

Result<Done> ThisKernel::write(const std::string& pool, const statmark::Commands& commands) {
    return pools_.write(pool, commands);
}

Result<ipvs::Table> ThisKernel::services() {
    return ipvs_.read();
}

Result<Done> ThisKernel::write(const ipvs::Change& change) {
    const auto failures = ipvs_.apply({change});
    if (!failures.empty())
        return failures.front().error;
    return Done{};
}

} // namespace nfc
