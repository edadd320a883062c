// SPDX-License-Identifier: GPL-2.0
// A kernel that does what it is told, unless a module is missing; and watches that
// say what the test wants.
#pragma once

#include "core/ipvs_apply.hpp"
#include "nfclusterd/kernel.hpp"
#include "nfclusterd/supervisor.hpp"

#include <map>
#include <string>

namespace nfc {

class FakeKernel : public Kernel {
public:
    Result<ConditionValues> conditions() override {
        if (no_module)
            return missing();
        return values;
    }
    Result<Done> write(const ConditionValues& changes) override {
        if (no_module)
            return missing();
        ++writes;
        for (const auto& [name, value] : changes)
            values[name] = value;
        return Done{};
    }
    Result<statmark::Pool> pool(const std::string& name) override {
        if (no_module || !pools.contains(name))
            return missing();
        return pools[name];
    }
    Result<Done> write(const std::string& name, const statmark::Commands& commands) override {
        if (no_module)
            return missing();
        ++writes;
        for (const auto& command : commands)
            if (const auto done = statmark::apply(command, pools[name]); !done)
                return done;
        return Done{};
    }
    Result<ipvs::Table> services() override {
        if (no_ipvs)
            return missing();
        return table;
    }
    Result<Done> write(const ipvs::Change& change) override {
        if (no_ipvs || refuse)
            return missing();
        ++writes;
        return ipvs::apply(change, table);
    }

    ConditionValues values;
    std::map<std::string, statmark::Pool> pools;
    ipvs::Table table;
    bool no_module = false;
    bool no_ipvs = false;
    bool refuse = false;
    int writes = 0;

private:
    static Error missing() { return {Kind::NoCluster, "no such module"}; }
};

class FakeWatches {
public:
    StartWatch start() {
        return [this](const Check&, const Endpoint& whom, std::function<void(const Answer&)> tell) {
            ++started;
            running_.insert_or_assign(whom, std::move(tell));
            return Watch(nullptr, [this, whom](void*) {
                ++stopped;
                running_.erase(whom);
            });
        };
    }
    void answer(const Endpoint& whom, bool good) {
        Answer answer;
        answer.seen = {good, good ? "fine" : "dead", std::nullopt};
        running_.at(whom)(answer);
    }
    void answer_all(bool good) {
        for (const auto& [whom, tell] : std::map(running_))
            answer(whom, good);
    }
    std::size_t running() const { return running_.size(); }

    int started = 0;
    int stopped = 0;

private:
    std::map<Endpoint, std::function<void(const Answer&)>> running_;
};

} // namespace nfc
