// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/node_setup.hpp"

#include "core/cluster_rule.hpp"
#include "core/group_mac.hpp"
#include "drivers/multicast_group.hpp"
#include "nfclusterd/iptables_run.hpp"
#include "nfclusterd/setup_memory.hpp"
#include "nfclusterd/sync_setup.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/steady_timer.hpp>
#include <exception>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <utility>

namespace nfc {

namespace {

using Words = std::vector<std::string>;
using Clusters = std::vector<Cluster>;

constexpr unsigned announcements = 3;
constexpr std::chrono::seconds between_announcements{1};

Words wanted_target(const Cluster& cluster) {
    return cluster_target(cluster, {});
}

own::Address wanted_address(const Cluster& cluster) {
    return {cluster.interface, cluster.address, static_cast<std::uint8_t>(prefix_of(cluster))};
}

Mac mac_of(const Cluster& cluster) {
    return cluster.mac.value_or(usual_mac(cluster.address));
}

const Cluster* named(const Clusters& clusters, const std::string& address) {
    const auto at = std::ranges::find_if(
        clusters, [&](const Cluster& one) { return to_string(one.address) == address; });
    return at == clusters.end() ? nullptr : &*at;
}

Error others(const Cluster& cluster, const std::string& difference) {
    return {Kind::Refused,
            fmt::format("{} is a cluster of this node already, made by somebody else: {}; nothing "
                        "is changed",
                        to_string(cluster.address), difference)};
}

} // namespace

class NodeSetup::Work : public std::enable_shared_from_this<Work> {
public:
    Work(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
         SetupPorts ports, std::chrono::milliseconds pause)
        : executor_(executor), log_(log), ports_(std::move(ports)), pause_(pause),
          iptables_(executor, ports_.programs), sync_(ports_.ipvs, log),
          file_(state / "clusters.json"), timer_(executor) {}

    // Nothing is done before the first time: it would be too much.
    void load(const Clusters& clusters) {
        clusters_ = std::make_shared<const Clusters>(clusters);
        again_ = true;
        timer_.cancel();
        if (!std::exchange(begun_, true))
            begin();
    }

    void stop() {
        stopped_ = true;
        timer_.cancel();
        bursts_.clear();
    }

    std::string problem(const std::string& cluster) const {
        const auto at = problems_.find(cluster);
        return at == problems_.end() ? std::string{} : at->second;
    }

    void announce(const std::string& name) {
        const auto at = std::ranges::find(*clusters_, name, &Cluster::name);
        if (at != clusters_->end())
            tell_wire(*at, announcements);
    }

private:
    void begin();
    asio::awaitable<void> run(std::shared_ptr<Work> self);
    asio::awaitable<void> settle();
    asio::awaitable<void> take_away(const std::string& address, const std::string& name);
    asio::awaitable<void> set_up(const Cluster& cluster);
    asio::awaitable<Result<bool>> set_rule(const Cluster& cluster);
    Result<bool> set_address(const Cluster& cluster);
    Result<Done> set_group(const Cluster& cluster);
    void set_sync(const Clusters& wanted);
    void forget_groups(const Clusters& wanted);
    Result<Done> note(const std::string& address, const Made& made);
    Result<Done> forget(const std::string& address);
    Result<Done> keep(const SetupMemory& memory);
    void tell_wire(const Cluster& cluster, unsigned times);
    void trouble(const std::string& cluster, const std::string& text);
    void complain();

    asio::any_io_executor executor_;
    Log& log_;
    SetupPorts ports_;
    std::chrono::milliseconds pause_;
    Iptables iptables_;
    SyncSetup sync_;
    SetupMemoryFile file_;
    SetupMemory memory_;
    asio::steady_timer timer_;
    std::shared_ptr<const Clusters> clusters_ = std::make_shared<const Clusters>();
    std::map<std::string, MulticastGroup> groups_;     // by cluster
    std::map<std::string, asio::steady_timer> bursts_; // by cluster, while one goes on
    std::map<std::string, std::string> problems_;      // by cluster
    std::map<std::string, std::string> found_;         // of this round
    bool begun_ = false;
    bool again_ = false;
    bool stopped_ = false;
};

// --- the rounds

void NodeSetup::Work::begin() {
    auto memory = file_.read();
    if (memory)
        memory_ = std::move(*memory);
    else
        log_.error(memory.error().text);
    asio::co_spawn(executor_, run(shared_from_this()), [](std::exception_ptr thrown) {
        if (thrown)
            std::rethrow_exception(thrown);
    });
}

asio::awaitable<void> NodeSetup::Work::run(std::shared_ptr<Work> self) {
    while (!stopped_) {
        again_ = false;
        co_await settle();
        if (stopped_)
            break;
        complain();
        if (again_)
            continue;
        // Nothing that is ours can get lost.
        if (clusters_->empty() && memory_ == SetupMemory{})
            timer_.expires_at(asio::steady_timer::time_point::max());
        else
            timer_.expires_after(pause_);
        asio::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    (void)self; // lives as long as this
}

asio::awaitable<void> NodeSetup::Work::settle() {
    const auto wanted = clusters_;
    found_.clear();
    const auto before = memory_.clusters;
    for (const auto& [address, made] : before) {
        const auto* cluster = named(*wanted, address);
        const std::string name = cluster ? cluster->name : address;
        if (cluster && !cluster->manage)
            (void)forget(address); // the administrator's, as it is
        else if (!cluster || (!made.rule.empty() && made.rule != wanted_target(*cluster)) ||
                 (made.address && *made.address != wanted_address(*cluster)))
            co_await take_away(address, name);
        if (stopped_ || again_)
            co_return;
    }
    forget_groups(*wanted);
    for (const auto& cluster : *wanted) {
        if (cluster.manage)
            co_await set_up(cluster);
        if (stopped_ || again_)
            co_return;
    }
    set_sync(*wanted);
}

void NodeSetup::Work::trouble(const std::string& cluster, const std::string& text) {
    found_.try_emplace(cluster, text);
}

// Once, and again when it has been well in between.
void NodeSetup::Work::complain() {
    for (const auto& [cluster, text] : found_)
        if (problem(cluster) != text)
            log_.error(fmt::format("cluster {}: {}", cluster, text));
    problems_ = found_;
}

// --- memory

Result<Done> NodeSetup::Work::keep(const SetupMemory& memory) {
    if (memory == memory_)
        return Done{};
    const auto done = file_.write(memory);
    if (done)
        memory_ = memory;
    return done;
}

Result<Done> NodeSetup::Work::note(const std::string& address, const Made& made) {
    auto memory = memory_;
    memory.clusters[address] = made;
    return keep(memory);
}

Result<Done> NodeSetup::Work::forget(const std::string& address) {
    auto memory = memory_;
    memory.clusters.erase(address);
    return keep(memory);
}

// --- rule and address

// The address first: without the rule all nodes would answer for it.
asio::awaitable<void> NodeSetup::Work::take_away(const std::string& address,
                                                 const std::string& name) {
    auto made = memory_.clusters[address];
    if (made.address) {
        if (const auto done = ports_.addresses.remove(*made.address); !done)
            co_return trouble(name, done.error().text);
        log_.info(fmt::format("cluster {}: {} taken away", name, to_string(*made.address)));
        made.address.reset();
        (void)note(address, made);
    }
    if (!made.rule.empty()) {
        const auto family = read_ip("", address)->family;
        // One that is not there any more is as good.
        const auto there = co_await iptables_.has(family, made.rule);
        if (!there)
            co_return trouble(name, there.error().text);
        if (*there) {
            const auto gone = co_await iptables_.remove(family, made.rule);
            if (!gone)
                co_return trouble(name, gone.error().text);
            log_.info(fmt::format("cluster {}: rule taken away", name));
        }
    }
    if (const auto done = forget(address); !done)
        trouble(name, done.error().text);
}

asio::awaitable<void> NodeSetup::Work::set_up(const Cluster& cluster) {
    const auto ruled = co_await set_rule(cluster);
    if (stopped_)
        co_return;
    if (!ruled)
        co_return trouble(cluster.name, ruled.error().text);
    const auto addressed = set_address(cluster);
    if (!addressed)
        co_return trouble(cluster.name, addressed.error().text);
    if (const auto joined = set_group(cluster); !joined)
        trouble(cluster.name, joined.error().text);
    // Neighbours may know it by this machine's own hardware address.
    if (*ruled || *addressed)
        tell_wire(cluster, announcements);
}

// Whether that was needed.
asio::awaitable<Result<bool>> NodeSetup::Work::set_rule(const Cluster& cluster) {
    const auto address = to_string(cluster.address);
    if (const auto has = ports_.clusters.read(cluster.address)) {
        const auto other = difference(*has, cluster);
        if (other.empty())
            co_return false;
        co_return others(cluster, other);
    }
    auto made = memory_.clusters[address];
    made.rule = wanted_target(cluster);
    if (const auto noted = note(address, made); !noted)
        co_return noted.error();
    const auto done = co_await iptables_.append(cluster.address.family, made.rule);
    if (stopped_)
        co_return false;
    if (!done)
        co_return done.error();
    log_.info(fmt::format("cluster {}: rule set: {}", cluster.name, fmt::join(made.rule, " ")));
    if (const auto has = ports_.clusters.read(cluster.address); !has)
        co_return has.error();
    co_return true;
}

Result<bool> NodeSetup::Work::set_address(const Cluster& cluster) {
    const auto wanted = wanted_address(cluster);
    const auto has = ports_.addresses.of(cluster.interface);
    if (!has)
        return has.error();
    // With whatever prefix its owner has given it.
    if (std::ranges::find(*has, cluster.address, &own::Address::ip) != has->end())
        return false;
    auto made = memory_.clusters[to_string(cluster.address)];
    made.address = wanted;
    if (const auto noted = note(to_string(cluster.address), made); !noted)
        return noted.error();
    if (const auto added = ports_.addresses.add(wanted); !added)
        return added.error();
    log_.info(fmt::format("cluster {}: {} added", cluster.name, to_string(wanted)));
    return true;
}

// --- the wire

Result<Done> NodeSetup::Work::set_group(const Cluster& cluster) {
    const auto at = groups_.find(cluster.name);
    if (!cluster.join_groups || (at != groups_.end() && at->second.holds(cluster.interface)))
        return Done{};
    if (at != groups_.end())
        groups_.erase(at);
    auto group = MulticastGroup::join(cluster.interface, mac_of(cluster));
    if (!group)
        return group.error();
    groups_.emplace(cluster.name, std::move(*group));
    return Done{};
}

void NodeSetup::Work::forget_groups(const Clusters& wanted) {
    std::erase_if(groups_, [&](const auto& group) {
        const auto at = std::ranges::find(wanted, group.first, &Cluster::name);
        return at == wanted.end() || !at->manage || !at->join_groups;
    });
}

void NodeSetup::Work::tell_wire(const Cluster& cluster, unsigned times) {
    const auto sent = ports_.announce(cluster.interface, cluster.address, mac_of(cluster));
    if (!sent)
        log_.debug(sent.error().text);
    if (times <= 1) {
        bursts_.erase(cluster.name);
        return;
    }
    auto& timer = bursts_.try_emplace(cluster.name, executor_).first->second;
    timer.expires_after(between_announcements);
    timer.async_wait([weak = weak_from_this(), cluster, times](asio::error_code error) {
        const auto self = weak.lock();
        if (!error && self && !self->stopped_)
            self->tell_wire(cluster, times - 1);
    });
}

void NodeSetup::Work::set_sync(const Clusters& clusters) {
    const auto first = std::ranges::find_if(
        clusters, [](const Cluster& one) { return one.ipvs_sync.has_value(); });
    const bool wanted = first != clusters.end();
    const auto keep_roles = [this](const SyncSetup::Roles& roles) {
        auto memory = memory_;
        memory.sync = roles;
        return keep(memory);
    };
    const auto done =
        sync_.settle(wanted ? first->ipvs_sync : std::nullopt, memory_.sync, keep_roles);
    if (!done)
        trouble(wanted ? first->name : "IPVS", done.error().text);
}

// --- the whole

NodeSetup::NodeSetup(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
                     SetupPorts ports, std::chrono::milliseconds pause)
    : work_(std::make_shared<Work>(executor, state, log, std::move(ports), pause)) {}

NodeSetup::~NodeSetup() {
    work_->stop();
}

void NodeSetup::load(const std::vector<Cluster>& clusters) {
    work_->load(clusters);
}

void NodeSetup::announce(const std::string& cluster) {
    work_->announce(cluster);
}

std::string NodeSetup::problem(const std::string& cluster) const {
    return work_->problem(cluster);
}

} // namespace nfc
