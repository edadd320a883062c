// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/config_warnings.hpp"

#include "core/group_mac.hpp"
#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace nfc {

namespace {

// A name may hold blanks: then it is quoted.
bool asks(const std::string& rules, const std::string& condition) {
    const std::string plain = "--condition " + condition;
    if (rules.find("--condition \"" + condition + '"') != rules.npos)
        return true;
    for (auto at = rules.find(plain); at != rules.npos; at = rules.find(plain, at + 1)) {
        const auto end = at + plain.size();
        if (end == rules.size() || rules[end] == ' ' || rules[end] == '\n')
            return true;
    }
    return false;
}

class Warnings {
public:
    Warnings(const Host& host, std::vector<Finding>& found)
        : host_(host), rules_(all_rules(host)), found_(found) {
        if (!rules_)
            found_.push_back({Finding::Grade::Note,
                              "whether rules use the pools is unknown: " + rules_.error().text,
                              ""});
    }

    void about(const Cluster& cluster) {
        const auto path = fmt::format("cluster.{}", cluster.name);
        module(clusterip_module);
        interface(path + ".interface", cluster.interface);
        if (cluster.ipvs_sync)
            interface(path + ".ipvs_sync.interface", cluster.ipvs_sync->interface);
        membership(cluster, path);
        const auto mac = cluster.mac.value_or(usual_mac(cluster.address));
        if (cluster.join_groups && !group_of(mac))
            found_.push_back(
                {Finding::Grade::Bad,
                 fmt::format("{}.join_groups: no multicast group has the hardware address {}", path,
                             to_string(mac)),
                 ""});
        if (cluster.check)
            about(path + ".check", *cluster.check);
    }

    void about(const Pool& pool) {
        const auto path = fmt::format("pool.{}", pool.name);
        if (std::holds_alternative<IpvsDriver>(pool.driver))
            module(ipvs_module);
        else if (std::holds_alternative<StatmarkDriver>(pool.driver))
            marks(pool, path);
        else
            conditions(pool, path);
        if (pool.check)
            about(path + ".check", *pool.check);
    }

    void program(const std::string& field, const std::string& path) {
        if (::access(path.c_str(), X_OK) < 0)
            found_.push_back(
                {Finding::Grade::Bad,
                 fmt::format("{} {:?}: cannot be run: {}", field, path, errno_text(errno)), ""});
    }

private:
    void interface(const std::string& field, const std::string& name) {
        if (!interface_exists(host_, name))
            found_.push_back({Finding::Grade::Bad,
                              fmt::format("{} \"{}\": there is none on this node", field, name),
                              ""});
    }

    void membership(const Cluster& cluster, const std::string& path) {
        constexpr std::size_t static_most = 3;
        if (cluster.membership == Membership::Corosync) {
            if (cluster.takeover_delay == Duration{0})
                found_.push_back({Finding::Grade::Note,
                                  path + ".takeover_delay: a machine that was only cut off may "
                                         "still answer when its slots are taken over",
                                  ""});
            return;
        }
        if (cluster.nodes.size() > static_most)
            found_.push_back(
                {Finding::Grade::Note,
                 fmt::format("{}: {} nodes without Corosync: where the network between "
                             "them is cut, each part answers for all; "
                             "membership = \"corosync\" does not",
                             path, cluster.nodes.size()),
                 ""});
        if (!cluster.heartbeat.key_file.empty())
            key(path + ".heartbeat.key_file", cluster.heartbeat.key_file);
    }

    void key(const std::string& field, const std::string& file) {
        struct stat about {};
        if (::access(file.c_str(), R_OK) < 0 || ::stat(file.c_str(), &about) < 0)
            found_.push_back(
                {Finding::Grade::Bad,
                 fmt::format("{} {:?}: cannot be read: {}", field, file, errno_text(errno)), ""});
        else if (about.st_mode & (S_IROTH | S_IWOTH))
            found_.push_back(
                {Finding::Grade::Bad,
                 fmt::format("{} {:?}: everybody on this machine may read it", field, file),
                 fmt::format("chmod o= {}", file)});
    }

    // Of many pools, one complaint.
    void module(const Module& module) {
        if (!asked_.insert(std::string(module.name)).second)
            return;
        if (auto finding = missing(host_, module))
            found_.push_back(std::move(*finding));
    }

    void conditions(const Pool& pool, const std::string& path) {
        module(condition_module);
        auto backends = pool.backends;
        if (pool.sorry)
            backends.push_back(*pool.sorry);
        for (const auto& backend : backends)
            if (!asked_for(backend.condition->condition))
                found_.push_back(
                    {Finding::Grade::Bad,
                     fmt::format("{}: no rule asks the condition {:?}", path,
                                 backend.condition->condition),
                     fmt::format("nfcluster rules FILE --service '{}=tcp ADDRESS:PORT'",
                                 pool.name)});
    }

    // By a match, or by the gate of a pool that marks.
    bool asked_for(const std::string& condition) {
        if (!rules_ || asks(*rules_, condition))
            return true;
        const auto pools = host_.pools.list();
        return pools && std::ranges::any_of(*pools, [&](const statmark::Pool& pool) {
                   return std::ranges::any_of(pool.rows, [&](const statmark::Row& row) {
                       return row.backend.gate && row.backend.gate->condition == condition;
                   });
               });
    }

    void marks(const Pool& pool, const std::string& path) {
        module(statmark_module);
        const auto pools = host_.pools.list();
        const auto at = pools ? std::ranges::find(*pools, pool.name, &statmark::Pool::name)
                              : std::vector<statmark::Pool>::const_iterator{};
        if (!pools || at == pools->end() || !at->rules)
            found_.push_back(
                {Finding::Grade::Bad,
                 fmt::format("{}: no rule uses the pool {:?}", path, pool.name),
                 fmt::format("nfcluster rules FILE --service '{}=tcp ADDRESS:PORT'", pool.name)});
    }

    void authority(const std::string& field, const std::optional<TlsTrust>& trust) {
        if (trust && !trust->authority.empty() && ::access(trust->authority.c_str(), R_OK) < 0)
            found_.push_back({Finding::Grade::Bad,
                              fmt::format("{}.authority {:?}: cannot be read: {}", field,
                                          trust->authority, errno_text(errno)),
                              ""});
    }

    void about(const std::string& field, const Check& check) {
        if (const auto* exec = std::get_if<ExecCheck>(&check.kind))
            program(field + ".command", exec->command.front());
        if (const auto* http = std::get_if<HttpCheck>(&check.kind))
            authority(field, http->tls);
        if (const auto* smtp = std::get_if<SmtpCheck>(&check.kind))
            authority(field, smtp->starttls);
    }

    const Host& host_;
    Result<std::string> rules_;
    std::vector<Finding>& found_;
    std::set<std::string> asked_;
};

} // namespace

std::vector<Finding> warnings_of(const Host& host, const Config& config) {
    std::vector<Finding> found;
    Warnings warnings(host, found);
    for (const auto& cluster : config.clusters)
        warnings.about(cluster);
    for (const auto& pool : config.pools)
        warnings.about(pool);
    if (!config.alert.exec.empty())
        warnings.program("alert.exec", config.alert.exec.front());
    return found;
}

} // namespace nfc
