// SPDX-License-Identifier: GPL-2.0
// Each keeps one kind of what the kernel holds as it should be: it remembers what
// the kernel held when it looked, and what it has told it since, and tells it only
// what differs.
#pragma once

#include "nfclusterd/kernel.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// What the kernel gives a pool's backends.
struct Serving {
    std::vector<std::optional<unsigned>> backends; // the weight of one that serves
    bool sorry = false;

    bool operator==(const Serving&) const = default;
};

class Keeper {
public:
    virtual ~Keeper() = default;

    virtual bool keeps(const Pool& pool) const = 0;
    // The pools of a new configuration; what they want comes anew. What it named
    // before and does not any more is ours to take away.
    void own(const std::vector<Pool>& pools);
    // What the kernel holds now. A problem is one of settle() as well, later.
    virtual Serving serving(const Pool& pool) = 0;
    // Nothing is carried out yet.
    virtual void want(const Pool& pool, const Shares& shares) = 0;
    // Carries out what is wanted and not there. What fails is tried again next time.
    virtual void settle() = 0;
    // Somebody may have changed something: settle() looks first.
    virtual void doubt() = 0;

    // What went wrong last time, by pool.
    const std::map<std::string, std::string>& problems() const { return problems_; }
    // In the kernel, since the object was made.
    std::uint64_t changes() const { return changes_; }

protected:
    virtual void take_over(const std::vector<const Pool*>& pools) = 0;
    void failed(const std::string& pool, std::string_view why);
    void carried_out(const std::string& pool);

    std::set<std::string> open_; // pools with something to carry out, or to look at
    std::map<std::string, std::string> problems_;
    std::uint64_t changes_ = 0;
};

class ConditionKeeper : public Keeper {
public:
    explicit ConditionKeeper(Kernel& kernel) : kernel_(kernel) {}
    bool keeps(const Pool& pool) const override;
    Serving serving(const Pool& pool) override;
    void want(const Pool& pool, const Shares& shares) override;
    void settle() override;
    void doubt() override;

private:
    void take_over(const std::vector<const Pool*>& pools) override;
    Result<Done> look();
    Result<Done> write(const ConditionValues& changes);

    Kernel& kernel_;
    std::optional<ConditionValues> known_;
    std::map<std::string, ConditionValues> wanted_; // by pool
};

class StatmarkKeeper : public Keeper {
public:
    explicit StatmarkKeeper(Kernel& kernel) : kernel_(kernel) {}
    bool keeps(const Pool& pool) const override;
    Serving serving(const Pool& pool) override;
    void want(const Pool& pool, const Shares& shares) override;
    void settle() override;
    void doubt() override;

private:
    using Marks = std::set<std::uint32_t>;

    void take_over(const std::vector<const Pool*>& pools) override;
    Result<Done> look(const std::string& name);
    Result<Done> settle(const std::string& name);

    Kernel& kernel_;
    std::map<std::string, statmark::Pool> known_;
    std::map<std::string, std::vector<statmark::Backend>> wanted_;
    std::map<std::string, Marks> owned_;
};

class IpvsKeeper : public Keeper {
public:
    explicit IpvsKeeper(Kernel& kernel) : kernel_(kernel) {}
    bool keeps(const Pool& pool) const override;
    Serving serving(const Pool& pool) override;
    void want(const Pool& pool, const Shares& shares) override;
    void settle() override;
    void doubt() override;

private:
    using Problems = std::map<ipvs::ServiceKey, std::vector<std::string>>;

    void take_over(const std::vector<const Pool*>& pools) override;
    Result<Done> look();
    Problems carry_out(const ipvs::Changes& changes);

    Kernel& kernel_;
    std::optional<ipvs::Table> known_;
    std::map<std::string, WantedService> wanted_; // by pool
    std::map<std::string, ipvs::ServiceKey> owned_;
    std::vector<ipvs::ServiceKey> forsaken_;
};

std::vector<std::unique_ptr<Keeper>> all_keepers(Kernel& kernel);

} // namespace nfc
