// SPDX-License-Identifier: GPL-2.0
// The slots of one shared address in this machine's kernel: as they are, and made as
// they shall be in one write. Whoever else writes them is set right, but not fought.
#pragma once

#include "core/member.hpp"
#include "core/shared_cluster.hpp"
#include "observe/log.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nfc {

class SlotKeeper {
public:
    struct Ports {
        std::function<Result<SharedCluster>(const Ip&)> read;
        std::function<Result<Done>(const Ip&, const std::vector<Order>&)> write;
        Log& log;
    };

    // `drive`: its slots are ours to move.
    SlotKeeper(std::string name, Terms terms, bool drive, Ports ports)
        : name_(std::move(name)), terms_(std::move(terms)), drive_(drive),
          ports_(std::move(ports)) {}

    // Before anything else, and whenever the kernel may be otherwise than it was.
    void look(Moment now);
    // What cannot be done is tried again next time.
    void set(const SlotStates& wanted);

    // As the kernel has them; of a cluster that is not there, or another, all are off.
    const SlotStates& slots() const { return slots_; }
    // Whether they do what we say.
    bool drives() const { return drive_ && !yielded_ && kernel_ && mismatch_.empty(); }
    // None: it is not there.
    const std::optional<SharedCluster>& kernel() const { return kernel_; }
    std::string problem() const;

private:
    void notice_others(Moment now);
    std::string mismatch() const;
    void give_up();
    Result<Done> write(const SharedCluster& now, const SlotStates& wanted);

    std::string name_;
    Terms terms_;
    bool drive_;
    Ports ports_;
    std::optional<SharedCluster> kernel_;
    SlotStates slots_;
    std::optional<SlotStates> left_; // as we left them
    std::vector<Moment> contradicted_;
    bool yielded_ = false;
    std::string mismatch_, trouble_;
};

// The fewest orders that make the one of the other.
std::vector<Order> orders_between(const SlotStates& now, const SlotStates& wanted);
SlotStates states_of(const SharedCluster& cluster);

} // namespace nfc
