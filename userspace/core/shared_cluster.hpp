// SPDX-License-Identifier: GPL-2.0
// A cluster as /proc/net/nf_clusterip shows it, and what can be asked of its slots.
#pragma once

#include "core/address.hpp"
#include "core/hash.hpp"
#include "core/ip.hpp"
#include "core/slot_list.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

enum class SlotState : std::uint8_t {
    On,    // answered here
    Drain, // what lives here stays, nothing new is taken
    Fill,  // new connections are taken, what lives elsewhere is left alone
    Off,   // another node's
};

constexpr std::array slot_states{SlotState::On, SlotState::Drain, SlotState::Fill, SlotState::Off};
std::string_view to_string(SlotState state);

// Packets since the cluster was made.
struct Traffic {
    std::uint64_t accepted = 0;
    std::uint64_t foreign = 0;
    std::uint64_t kept = 0;     // by drain
    std::uint64_t silenced = 0; // by fill

    bool operator==(const Traffic&) const = default;
};

struct SharedCluster {
    Ip address;
    std::string interface;
    Mac mac;
    Hash hash;
    unsigned total = 0;
    std::array<Slots, slot_states.size()> slots; // by SlotState
    Traffic traffic;

    const Slots& in(SlotState state) const { return slots[static_cast<std::size_t>(state)]; }
    Slots& in(SlotState state) { return slots[static_cast<std::size_t>(state)]; }
    // One that it does not have is off.
    SlotState state_of(unsigned slot) const;
    // Those whose new connections are answered here.
    Slots taken() const;

    bool operator==(const SharedCluster&) const = default;
};

// All lines, in the order of their addresses.
Result<std::vector<SharedCluster>> read_summary(std::string_view text);

// What some slots shall become: one command to the cluster's file.
struct Order {
    SlotState state = SlotState::On;
    Slots slots;

    bool operator==(const Order&) const = default;
};

std::string to_string(const Order& order);
// "+3-7,12", "-1", "drain 3", in any number of words.
Result<std::vector<Order>> read_orders(const std::vector<std::string>& words);

struct OrderPlan {
    std::vector<Order> writes;  // in the order asked for, as one write
    std::vector<Order> already; // asked for, but so already
};

// Checks every order before anything is written.
Result<OrderPlan> plan(SharedCluster now, const std::vector<Order>& orders);

} // namespace nfc
