// SPDX-License-Identifier: GPL-2.0
// Shared addresses and their nodes.
#include "control/shown_parts.hpp"
#include "nf_sharedip.h"

namespace nfc::control {

namespace {

constexpr Word<Presence> presences[] = {
    {"member", Presence::Member}, {"machine", Presence::Machine}, {"gone", Presence::Gone}};

// By state, as lists: {"on": "1-80", "drain": "", "fill": ""}.
Json slots_to_json(const SlotStates& slots) {
    Json json = Json::object();
    for (const auto state : {SlotState::On, SlotState::Drain, SlotState::Fill}) {
        Slots some;
        for (std::size_t i = 0; i < slots.size(); ++i)
            if (slots[i] == state)
                some.insert(static_cast<unsigned>(i + 1));
        json[std::string(to_string(state))] = to_string(some);
    }
    return json;
}

void read_slots(JsonReader reader, SlotStates& slots) {
    for (const auto state : {SlotState::On, SlotState::Drain, SlotState::Fill}) {
        const std::string key(to_string(state));
        const auto text = reader.text(key);
        if (text.empty())
            continue;
        const auto some =
            read_slot_list(reader.field(key), text, static_cast<unsigned>(slots.size()));
        if (!some)
            return reader.complain(some.error());
        for (const auto slot : *some)
            slots[slot - 1] = state;
    }
    reader.end();
}

Json to_json(const NodeStatus& node) {
    Json json;
    json["name"] = node.name;
    json["address"] = to_string(node.address);
    json["presence"] = word_for(node.presence, presences);
    json["standing"] = word_for(node.standing, standings);
    if (node.listens)
        json["listens"] = true;
    json["duty"] = word_for(node.duty, duties);
    json["fixed"] = node.fixed;
    json["weight"] = node.weight;
    json["reason"] = node.reason;
    json["problem"] = node.problem;
    json["version"] = node.version;
    json["share"] = node.share;
    json["known"] = !node.slots.empty();
    json["slots"] = slots_to_json(node.slots);
    json["accepted"] = node.traffic.accepted;
    json["foreign"] = node.traffic.foreign;
    json["kept"] = node.traffic.kept;
    json["silenced"] = node.traffic.silenced;
    return json;
}

NodeStatus read_node(JsonReader& reader, unsigned slots) {
    NodeStatus node;
    node.name = reader.text("name");
    node.address = read_address(reader);
    node.presence = reader.choice("presence", presences);
    node.standing = reader.choice("standing", standings);
    node.listens = reader.has("listens") && reader.truth("listens");
    node.duty = reader.choice("duty", duties);
    node.fixed = reader.truth("fixed");
    node.weight = read_unsigned(reader, "weight");
    node.reason = reader.text("reason");
    node.problem = reader.text("problem");
    node.version = reader.text("version");
    node.share = read_unsigned(reader, "share");
    if (reader.truth("known"))
        node.slots.assign(slots, SlotState::Off);
    read_slots(reader.object("slots"), node.slots);
    node.traffic = {reader.number("accepted"), reader.number("foreign"), reader.number("kept"),
                    reader.number("silenced")};
    reader.end();
    return node;
}

} // namespace

Json to_json(const ClusterStatus& cluster) {
    Json json;
    json["name"] = cluster.name;
    json["address"] = to_string(cluster.address);
    json["interface"] = cluster.interface;
    json["slots"] = cluster.slots;
    json["membership"] = cluster.membership;
    json["quorate"] = cluster.quorate;
    json["drive"] = cluster.drive;
    json["problem"] = cluster.problem;
    json["nodes"] = Json::array();
    for (const auto& node : cluster.nodes)
        json["nodes"].push_back(to_json(node));
    return json;
}

ClusterStatus read_cluster(JsonReader& reader) {
    ClusterStatus cluster;
    cluster.name = reader.text("name");
    cluster.address = read_address(reader);
    cluster.interface = reader.text("interface");
    cluster.slots = static_cast<unsigned>(reader.number("slots", NFC_SHAREDIP_SLOTS_MAX));
    cluster.membership = reader.text("membership");
    cluster.quorate = reader.truth("quorate");
    cluster.drive = reader.truth("drive");
    cluster.problem = reader.text("problem");
    for (auto& node : reader.objects("nodes"))
        cluster.nodes.push_back(read_node(node, cluster.slots));
    reader.end();
    return cluster;
}

} // namespace nfc::control
