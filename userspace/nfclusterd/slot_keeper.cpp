// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/slot_keeper.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

// So often within that time, and whoever does it means it.
constexpr std::size_t contradictions = 3;
constexpr std::chrono::seconds while_contradicted{30};

} // namespace

SlotStates states_of(const SharedCluster& cluster) {
    SlotStates states(cluster.total, SlotState::Off);
    for (const auto state : {SlotState::On, SlotState::Drain, SlotState::Fill})
        for (const unsigned slot : cluster.in(state))
            if (slot <= states.size())
                states[slot - 1] = state;
    return states;
}

std::vector<Order> orders_between(const SlotStates& now, const SlotStates& wanted) {
    std::vector<Order> orders;
    // What is given up comes first: nobody shall see a slot twice.
    for (const auto state : {SlotState::Off, SlotState::Drain, SlotState::Fill, SlotState::On}) {
        Order order{state, {}};
        for (std::size_t i = 0; i < std::min(now.size(), wanted.size()); ++i)
            if (wanted[i] == state && now[i] != state)
                order.slots.insert(static_cast<unsigned>(i + 1));
        if (!order.slots.empty())
            orders.push_back(std::move(order));
    }
    return orders;
}

void SlotKeeper::look(Moment now) {
    auto read = ports_.read(terms_.address);
    trouble_.clear();
    if (!read) {
        kernel_.reset();
        left_.reset();
        trouble_ = read.error().text;
    } else {
        kernel_ = std::move(*read);
    }
    mismatch_ = mismatch();
    if (kernel_ && mismatch_.empty()) {
        slots_ = states_of(*kernel_);
        notice_others(now);
        return;
    }
    slots_.assign(terms_.slots, SlotState::Off);
    left_.reset();
    // Others would see it answer for slots that are not what they take them for.
    if (kernel_ && drive_)
        give_up();
}

void SlotKeeper::give_up() {
    const auto now = states_of(*kernel_);
    (void)write(*kernel_, SlotStates(now.size(), SlotState::Off));
}

std::string SlotKeeper::mismatch() const {
    if (!kernel_)
        return {};
    const auto differs = [&](std::string_view field, const auto& is, const auto& expected) {
        return fmt::format("the rule of {} has {} {}: expected {}", to_string(terms_.address),
                           field, is, expected);
    };
    if (kernel_->total != terms_.slots)
        return differs("total-slots", kernel_->total, terms_.slots);
    if (kernel_->hash.mode != terms_.hash.mode)
        return differs("hashmode", to_string(kernel_->hash.mode), to_string(terms_.hash.mode));
    if (kernel_->hash.seed != terms_.hash.seed)
        return differs("hash-init", kernel_->hash.seed, terms_.hash.seed);
    if (terms_.mac && kernel_->mac != *terms_.mac)
        return differs("clustermac", to_string(kernel_->mac), to_string(*terms_.mac));
    return {};
}

void SlotKeeper::notice_others(Moment now) {
    if (!drive_ || yielded_ || !left_ || *left_ == slots_)
        return;
    std::erase_if(contradicted_, [&](Moment at) { return at + while_contradicted < now; });
    contradicted_.push_back(now);
    left_.reset();
    if (contradicted_.size() < contradictions) {
        ports_.log.warning(fmt::format("cluster {}: somebody else has changed slots", name_));
        return;
    }
    yielded_ = true;
    ports_.log.error(fmt::format("cluster {}: {}", name_, problem()));
}

Result<Done> SlotKeeper::write(const SharedCluster& now, const SlotStates& wanted) {
    const auto orders = orders_between(states_of(now), wanted);
    if (orders.empty())
        return Done{};
    return ports_.write(terms_.address, orders);
}

void SlotKeeper::set(const SlotStates& wanted) {
    if (!drives())
        return;
    if (const auto done = write(*kernel_, wanted); !done) {
        trouble_ = done.error().text;
        return;
    }
    for (auto& some : kernel_->slots)
        some.clear();
    for (std::size_t i = 0; i < wanted.size(); ++i)
        kernel_->in(wanted[i]).insert(static_cast<unsigned>(i + 1));
    slots_ = wanted;
    left_ = wanted;
}

std::string SlotKeeper::problem() const {
    if (!trouble_.empty())
        return trouble_;
    if (!mismatch_.empty())
        return mismatch_;
    if (yielded_)
        return "somebody else writes its slots again and again: they are left to them until a "
               "reload (drive = false says so for good)";
    return {};
}

} // namespace nfc
