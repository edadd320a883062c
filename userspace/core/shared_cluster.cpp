// SPDX-License-Identifier: GPL-2.0
#include "core/shared_cluster.hpp"

#include "core/text.hpp"
#include "nf_sharedip.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace nfc {

namespace {

constexpr std::array<std::string_view, slot_states.size()> state_words{"on", "drain", "fill",
                                                                       "off"};

Error bad_line(std::string_view line, std::string_view why) {
    return {Kind::Unavailable, fmt::format("line {:?}: {}", line.substr(0, 200), why)};
}

// The words behind the address, in pairs.
using Fields = std::map<std::string_view, std::string_view>;

// Reads one field after the other; the first one that is wrong is kept.
class FieldReader {
public:
    explicit FieldReader(const Fields& fields) : fields_(fields) {}

    template <typename T, typename Read>
    void read(std::string_view name, T& into, Read read_text) {
        const auto at = fields_.find(name);
        if (at == fields_.end())
            return complain(fmt::format("{} is missing", name));
        auto value = read_text(name, at->second);
        if (value)
            into = std::move(*value);
        else
            complain(value.error().text);
    }
    const std::string& problem() const { return problem_; }

private:
    void complain(std::string text) {
        if (problem_.empty())
            problem_ = std::move(text);
    }

    const Fields& fields_;
    std::string problem_;
};

Result<std::string> read_word(std::string_view, std::string_view text) {
    return std::string(text);
}

Result<std::uint64_t> read_count(std::string_view field, std::string_view text) {
    std::uint64_t value = 0;
    const auto end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc{} || stop != end)
        return bad_value(field, text, "a number");
    return value;
}

Result<Slots> read_slots(std::string_view field, std::string_view text) {
    if (text == "none")
        return Slots{};
    return read_slot_list(field, text, NFC_SHAREDIP_SLOTS_MAX);
}

Result<SharedCluster> read_line(std::string_view line) {
    std::string_view rest = line;
    SharedCluster cluster;

    const auto address = read_ip("address", take_until(rest, ' '));
    if (!address)
        return bad_line(line, address.error().text);
    cluster.address = *address;
    Fields fields;
    while (!rest.empty()) {
        const auto name = take_until(rest, ' ');
        fields[name] = take_until(rest, ' ');
    }

    FieldReader reader(fields);
    reader.read("interface", cluster.interface, read_word);
    reader.read("clustermac", cluster.mac, read_mac);
    reader.read("hashmode", cluster.hash.mode, read_hash_mode);
    reader.read("hash-init", cluster.hash.seed, read_seed);
    reader.read("total", cluster.total, read_total_slots);
    for (const auto state : slot_states)
        reader.read(to_string(state), cluster.in(state), read_slots);
    reader.read("accepted", cluster.traffic.accepted, read_count);
    reader.read("foreign", cluster.traffic.foreign, read_count);
    reader.read("kept", cluster.traffic.kept, read_count);
    reader.read("silenced", cluster.traffic.silenced, read_count);
    if (!reader.problem().empty())
        return bad_line(line, reader.problem());
    return cluster;
}

// "+3" and "-3" in one word, "drain 3" in two.
std::optional<SlotState> verb_of(std::string_view& word) {
    if (word.starts_with('+') || word.starts_with('-')) {
        const bool on = word.front() == '+';
        word.remove_prefix(1);
        return on ? SlotState::On : SlotState::Off;
    }
    for (const auto state : {SlotState::Drain, SlotState::Fill})
        if (word == to_string(state)) {
            word = {};
            return state;
        }
    return std::nullopt;
}

std::vector<std::string_view> split(const std::vector<std::string>& words) {
    constexpr std::string_view blanks = " \t\n";
    std::vector<std::string_view> parts;

    for (const std::string_view word : words) {
        auto at = word.find_first_not_of(blanks);
        if (at == word.npos)
            parts.push_back(word); // to be complained of
        while (at != word.npos) {
            const auto end = word.find_first_of(blanks, at);
            parts.push_back(word.substr(at, end - at));
            at = word.find_first_not_of(blanks, end);
        }
    }
    return parts;
}

} // namespace

std::string_view to_string(SlotState state) {
    return state_words.at(static_cast<std::size_t>(state));
}

SlotState SharedCluster::state_of(unsigned slot) const {
    const auto at = std::ranges::find_if(slot_states,
                                         [&](SlotState state) { return in(state).contains(slot); });
    return at == slot_states.end() ? SlotState::Off : *at;
}

Slots SharedCluster::taken() const {
    Slots all = in(SlotState::On);
    all.insert(in(SlotState::Fill).begin(), in(SlotState::Fill).end());
    return all;
}

Result<std::vector<SharedCluster>> read_summary(std::string_view text) {
    std::vector<SharedCluster> clusters;

    while (!text.empty()) {
        auto cluster = read_line(take_until(text, '\n'));
        if (!cluster)
            return cluster.error();
        clusters.push_back(std::move(*cluster));
    }
    std::ranges::sort(clusters, {}, &SharedCluster::address);
    return clusters;
}

std::string to_string(const Order& order) {
    const auto list = to_string(order.slots);
    switch (order.state) {
    case SlotState::On:
        return '+' + list;
    case SlotState::Off:
        return '-' + list;
    case SlotState::Drain:
    case SlotState::Fill:
        break;
    }
    return fmt::format("{} {}", to_string(order.state), list);
}

Result<std::vector<Order>> read_orders(const std::vector<std::string>& words) {
    const auto parts = split(words);
    std::vector<Order> orders;

    for (auto part = parts.begin(); part != parts.end(); ++part) {
        std::string_view list = *part;
        const auto verb = verb_of(list);
        if (verb && list.empty() && part + 1 != parts.end() &&
            (verb == SlotState::Drain || verb == SlotState::Fill))
            list = *++part;
        const auto slots = read_slot_list("", verb ? list : "", NFC_SHAREDIP_SLOTS_MAX);
        if (!slots)
            return bad_value("COMMAND", *part,
                             fmt::format("+, -, drain or fill, and slots from 1 to {}, each once, "
                                         "such as +2, -3-7,12 or drain 4",
                                         NFC_SHAREDIP_SLOTS_MAX));
        orders.push_back({*verb, *slots});
    }
    return orders;
}

Result<OrderPlan> plan(SharedCluster now, const std::vector<Order>& orders) {
    OrderPlan plan;

    for (const auto& [state, slots] : orders) {
        if (*slots.rbegin() > now.total)
            return bad_value("COMMAND", to_string({state, slots}),
                             fmt::format("slots of the cluster, 1 to {}", now.total));
        Order write{state, {}}, already{state, {}};
        for (const unsigned slot : slots) {
            const auto before = now.state_of(slot);
            (before == state ? already : write).slots.insert(slot);
            now.in(before).erase(slot);
            now.in(state).insert(slot);
        }
        if (!write.slots.empty())
            plan.writes.push_back(std::move(write));
        if (!already.slots.empty())
            plan.already.push_back(std::move(already));
    }
    return plan;
}

} // namespace nfc
