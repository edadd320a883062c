// SPDX-License-Identifier: GPL-2.0
// The changes from what is to what should be, carried out on a model of what
// they are given to.
#include "core/desired.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

struct PoolModel {
    statmark::Pool& pool;

    std::vector<statmark::Row>::iterator find(std::uint32_t mark) const {
        return std::ranges::find_if(
            pool.rows, [&](const statmark::Row& row) { return row.backend.mark == mark; });
    }
    // The kernel would refuse the whole write.
    statmark::Backend& at(std::uint32_t mark) const {
        const auto row = find(mark);
        RC_ASSERT(row != pool.rows.end());
        return row->backend;
    }

    void operator()(const statmark::Add& add) const {
        if (find(add.mark) == pool.rows.end()) {
            pool.rows.emplace_back();
            pool.rows.back().backend.mark = add.mark;
        }
        RC_ASSERT(pool.rows.size() <= std::size_t{NFC_POOL_BACKENDS_MAX});
        at(add.mark).drain = false;
    }
    void operator()(const statmark::Remove& remove) const {
        RC_ASSERT(at(remove.mark).mark == remove.mark);
        pool.rows.erase(find(remove.mark));
    }
    void operator()(const statmark::Drain& drain) const { at(drain.mark).drain = true; }
    void operator()(const statmark::Weigh& weigh) const { at(weigh.mark).weight = weigh.weight; }
    void operator()(const statmark::SetGate& set) const { at(set.mark).gate = set.gate; }
};

rc::Gen<std::vector<statmark::Backend>> any_backends() {
    return rc::gen::exec([] {
        std::vector<statmark::Backend> backends;
        for (std::uint32_t mark = 1; mark < 9; ++mark) {
            if (*rc::gen::arbitrary<bool>())
                continue;
            statmark::Backend backend;
            backend.mark = mark;
            backend.weight = *rc::gen::inRange<std::uint16_t>(0, 4);
            backend.drain = *rc::gen::arbitrary<bool>();
            if (*rc::gen::arbitrary<bool>())
                backend.gate = statmark::Gate{*rc::gen::element<std::string>("a", "b"),
                                              *rc::gen::arbitrary<bool>()};
            backends.push_back(backend);
        }
        return backends;
    });
}

RC_GTEST_PROP(MarkChanges, lead_there_and_touch_nobody_else, ()) {
    statmark::Pool pool;
    for (const auto& backend : *any_backends())
        pool.rows.push_back({backend, statmark::State::Up, 0, 0});
    const auto before = pool;
    const auto wanted = *any_backends();
    const auto owned = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(1u, 9u));

    for (const auto& command : mark_changes(pool, wanted, owned))
        std::visit(PoolModel{pool}, command);

    const auto is_wanted = [&](std::uint32_t mark) {
        return std::ranges::find(wanted, mark, &statmark::Backend::mark) != wanted.end();
    };
    for (const auto& backend : wanted)
        RC_ASSERT(PoolModel{pool}.at(backend.mark) == backend);
    for (const auto& row : before.rows) {
        const bool ours = std::ranges::find(owned, row.backend.mark) != owned.end();
        const bool there = PoolModel{pool}.find(row.backend.mark) != pool.rows.end();
        if (!is_wanted(row.backend.mark))
            RC_ASSERT(there != ours);
        if (there && !is_wanted(row.backend.mark))
            RC_ASSERT(PoolModel{pool}.at(row.backend.mark) == row.backend);
    }
    RC_ASSERT(mark_changes(pool, wanted, owned).empty());
}

struct TableModel {
    ipvs::Table& table;

    ipvs::ServiceState& at(const ipvs::ServiceKey& key) const {
        RC_ASSERT(table.contains(key));
        return table.at(key);
    }
    void operator()(const ipvs::AddService& add) const {
        RC_ASSERT(table.emplace(add.service.key, ipvs::ServiceState{add.service, {}, {}}).second);
    }
    void operator()(const ipvs::EditService& edit) const {
        at(edit.service.key).service = edit.service;
    }
    void operator()(const ipvs::RemoveService& remove) const {
        RC_ASSERT(table.erase(remove.service) == 1u);
    }
    void operator()(const ipvs::AddDestination& add) const {
        ipvs::DestinationState state;
        state.destination = add.destination;
        RC_ASSERT(at(add.service).destinations.emplace(add.destination.key, state).second);
    }
    void operator()(const ipvs::EditDestination& edit) const {
        auto& destinations = at(edit.service).destinations;
        RC_ASSERT(destinations.contains(edit.destination.key));
        destinations.at(edit.destination.key).destination = edit.destination;
    }
    void operator()(const ipvs::RemoveDestination& remove) const {
        RC_ASSERT(at(remove.service).destinations.erase(remove.destination) == 1u);
    }
};

ipvs::ServiceKey any_key() {
    ipvs::Virtual name;
    name.port = *rc::gen::inRange<std::uint16_t>(1, 4);
    const ipvs::Fwmark mark{Family::V6, *rc::gen::inRange(1u, 3u)};
    return *rc::gen::arbitrary<bool>() ? ipvs::ServiceKey{name} : ipvs::ServiceKey{mark};
}

WantedService any_service(const ipvs::ServiceKey& key) {
    WantedService wanted;
    wanted.service.key = key;
    wanted.service.scheduler = *rc::gen::element<std::string>("rr", "wrr");
    for (std::uint16_t port = 1; port < 6; ++port) {
        if (*rc::gen::arbitrary<bool>())
            continue;
        ipvs::Destination destination;
        destination.key.port = port;
        destination.weight = *rc::gen::inRange<std::uint16_t>(0, 3);
        destination.forward = *rc::gen::element(ipvs::Forward::Nat, ipvs::Forward::Tunnel);
        wanted.destinations.push_back(destination);
    }
    return wanted;
}

std::vector<WantedService> any_services() {
    std::map<ipvs::ServiceKey, WantedService> services;
    for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
        const auto key = any_key();
        services[key] = any_service(key);
    }
    std::vector<WantedService> list;
    for (const auto& [key, service] : services)
        list.push_back(service);
    return list;
}

ipvs::Table table_of(const std::vector<WantedService>& services) {
    ipvs::Table table;
    for (const auto& service : services) {
        TableModel{table}(ipvs::AddService{service.service});
        for (const auto& destination : service.destinations)
            TableModel{table}(ipvs::AddDestination{service.service.key, destination});
    }
    return table;
}

bool live(const ipvs::Table& table, const ipvs::ServiceKey& key) {
    const auto service = table.find(key);
    return service != table.end() &&
           std::ranges::any_of(service->second.destinations, [](const auto& destination) {
               return destination.second.destination.weight > 0;
           });
}

RC_GTEST_PROP(ServiceChanges, lead_there_without_a_gap_and_touch_nobody_else, ()) {
    const auto before = table_of(any_services());
    const auto wanted = any_services();
    const auto target = table_of(wanted);
    std::vector<ipvs::ServiceKey> forsaken;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
        forsaken.push_back(any_key());

    auto table = before;
    for (const auto& change : service_changes(before, wanted, forsaken)) {
        std::visit(TableModel{table}, change);
        for (const auto& [key, service] : target)
            RC_ASSERT(live(table, key) || !live(before, key) || !live(target, key));
    }

    for (const auto& [key, service] : target)
        RC_ASSERT(table.at(key) == service);
    for (const auto& [key, service] : before) {
        if (target.contains(key))
            continue;
        const bool gone = std::ranges::find(forsaken, key) != forsaken.end();
        RC_ASSERT(table.contains(key) != gone);
        if (!gone)
            RC_ASSERT(table.at(key) == service);
    }
    RC_ASSERT(service_changes(table, wanted, forsaken).empty());
}

TEST(ServiceChanges, are_none_where_only_what_has_no_effect_differs) {
    WantedService wanted;
    wanted.service.key = ipvs::Fwmark{Family::V4, 1};
    wanted.service.persistence_prefix = 32;
    wanted.destinations.push_back({});
    auto is = table_of({wanted});
    auto& state = is.begin()->second;
    state.service.persistence_prefix = 24;
    state.destinations.begin()->second.destination.tunnel = ipvs::Tunnel::Gue;
    state.destinations.begin()->second.destination.tunnel_port = 9;
    EXPECT_EQ(service_changes(is, {wanted}, {}), ipvs::Changes{});
    wanted.service.persistence = 300;
    EXPECT_EQ(service_changes(is, {wanted}, {}),
              (ipvs::Changes{ipvs::EditService{wanted.service}}));
}

TEST(ServiceChanges, bring_a_new_service_with_its_destinations) {
    WantedService wanted;
    wanted.service.key = ipvs::Fwmark{Family::V4, 1};
    wanted.destinations.push_back({});
    EXPECT_EQ(service_changes({}, {wanted}, {wanted.service.key}),
              (ipvs::Changes{ipvs::AddService{wanted.service},
                             ipvs::AddDestination{wanted.service.key, {}}}));
}

} // namespace
} // namespace nfc
