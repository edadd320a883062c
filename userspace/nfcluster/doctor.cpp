// SPDX-License-Identifier: GPL-2.0
// nfcluster doctor: what is wrong on this node, and how to mend it.
#include "control/client.hpp"
#include "core/ipvs_apply.hpp"
#include "nfcluster/cluster_findings.hpp"
#include "nfcluster/cluster_show.hpp"
#include "nfcluster/clusters.hpp"
#include "nfcluster/config_file.hpp"
#include "nfcluster/config_warnings.hpp"
#include "nfcluster/findings.hpp"

#include <fmt/ostream.h>
#include <optional>

namespace nfc {

namespace {

using Grade = Finding::Grade;

bool is_multicast(const Mac& mac) {
    return mac.bytes[0] & 1;
}

class Doctor {
public:
    explicit Doctor(const Host& host) : host_(host), rules_(all_rules(host)) {}

    std::vector<Finding> examine(const DoctorOptions& options) {
        clusters();
        director();
        const auto config = configuration(options);
        const bool runs = daemon(options);
        if (config)
            for (const auto& cluster : config->clusters)
                add(cluster_findings(host_, cluster, runs));
        clock();
        return std::move(found_);
    }

private:
    template <typename... Args>
    void say(Grade grade, std::string mend, fmt::format_string<Args...> what, Args&&... args) {
        found_.push_back({grade, fmt::format(what, std::forward<Args>(args)...), std::move(mend)});
    }

    void clusters() {
        const auto rows = clusters_of(host_);
        if (!rows && rows.error().kind == Kind::NoCluster)
            return; // a director, perhaps
        if (!rows)
            return say(Grade::Bad, "", "{}", rows.error().text);
        if (!host_.shared.present())
            say(Grade::Note, "rmmod ipt_CLUSTERIP && modprobe ipt_CLUSTERIP",
                "the kernel's own ipt_CLUSTERIP is loaded: no SHAREDIP, no drain, no fill");
        for (const auto& row : *rows)
            if (row.cluster)
                cluster(*row.cluster);
            else
                say(Grade::Bad, "", "{}: {}", to_string(row.address), row.cluster.error().text);
    }

    void cluster(const SharedCluster& cluster) {
        const auto name = to_string(cluster.address);
        if (!interface_exists(host_, cluster.interface))
            return say(Grade::Bad, "", "{}: interface {} is gone; it is found again when it comes",
                       name, cluster.interface);
        if (!interface_is_up(host_, cluster.interface))
            say(Grade::Bad, fmt::format("ip link set {} up", cluster.interface),
                "{}: interface {} is down", name, cluster.interface);
        address(cluster, name);
        if (is_multicast(cluster.mac) && !listens(host_, cluster.interface, cluster.mac))
            say(Grade::Bad,
                fmt::format("ip maddr add {} dev {}", to_string(cluster.mac), cluster.interface),
                "{}: {} does not listen for {}", name, cluster.interface, to_string(cluster.mac));
        slots(cluster, name);
        sysctls(cluster, name);
    }

    void address(const SharedCluster& cluster, const std::string& name) {
        const bool v4 = cluster.address.family == Family::V4;
        const auto own = own_address(host_, cluster.address);
        const auto add =
            fmt::format("ip address replace {}/{} dev {}", name, v4 ? 32 : 128, cluster.interface);
        if (!own)
            return say(Grade::Bad, add, "{}: this node has not got the address", name);
        if (own->duplicate)
            return say(Grade::Bad,
                       fmt::format("ip address del {}/{} dev {} && {}", name, own->prefix,
                                   own->interface, add),
                       "{}: another machine has the address, or a node that had it before its rule "
                       "(dadfailed); the log says who",
                       name);
        if (own->tentative)
            say(Grade::Note, "", "{}: still looking for duplicates of the address", name);
    }

    void slots(const SharedCluster& cluster, const std::string& name) {
        const auto& drain = cluster.in(SlotState::Drain);
        const auto& fill = cluster.in(SlotState::Fill);
        if (cluster.taken().empty() && drain.empty())
            say(Grade::Note, fmt::format("nfcluster slots {} +SLOTS", name),
                "{}: this node answers for no slot", name);
        if (!drain.empty())
            say(Grade::Note, fmt::format("nfcluster slots {} -{}", name, to_string(drain)),
                "{}: slots {} drain{}", name, to_string(drain), living(cluster, drain));
        if (!fill.empty())
            say(Grade::Note, fmt::format("nfcluster slots {} +{}", name, to_string(fill)),
                "{}: slots {} fill; when the old node has given them up", name, to_string(fill));
    }

    std::string living(const SharedCluster& cluster, const Slots& drain) const {
        const auto flows =
            host_.flows ? host_.flows(cluster) : Error{Kind::Unavailable, "nobody knows"};
        if (!flows)
            return "; when their connections have ended";
        std::size_t living = 0;
        for (const auto slot : drain)
            living += slot <= flows->size() ? (*flows)[slot - 1] : 0;
        return living ? fmt::format("; {} of their TCP connections live here", living)
                      : "; none of their TCP connections lives here";
    }

    void sysctls(const SharedCluster& cluster, const std::string& name) {
        const bool v4 = cluster.address.family == Family::V4;
        const char* family = v4 ? "ipv4" : "ipv6";
        const auto of = [&](const char* key) {
            return sysctl_of(host_, family, cluster.interface, key);
        };
        const auto set = [&](const char* key) {
            return fmt::format("sysctl -w net.{0}.conf.all.{2}=0 net.{0}.conf.{1}.{2}=0", family,
                               cluster.interface, key);
        };
        if (of("drop_unicast_in_l2_multicast") && in_input(name))
            say(Grade::Bad, set("drop_unicast_in_l2_multicast"),
                "{}: drop_unicast_in_l2_multicast drops its packets before INPUT, where a rule "
                "stands; PREROUTING is another way out",
                name);
        if (!v4)
            return;
        if (of("rp_filter") == 1)
            say(Grade::Note, set("rp_filter"),
                "{}: rp_filter drops packets of clients whom this node answers by another "
                "interface than {}",
                name, cluster.interface);
        if (const auto ignore = of("arp_ignore"); ignore == 8)
            say(Grade::Bad, set("arp_ignore"), "{}: arp_ignore 8 answers no ARP request", name);
        else if (ignore)
            say(Grade::Note, set("arp_ignore"),
                "{}: arp_ignore {}: the address has to be on {} itself", name, ignore,
                cluster.interface);
    }

    // A rule for it that packets meet late.
    bool in_input(const std::string& name) const {
        return rules_ && (any_rule(*rules_, {"-A", "INPUT", "CLUSTERIP", name + "/32"}) ||
                          any_rule(*rules_, {"-A", "INPUT", "SHAREDIP", name}));
    }

    // What translates needs forwarding; marks of connections need connection tracking.
    void director() {
        const auto services = host_.ipvs.present() ? host_.ipvs.read() : ipvs::Table{};
        if (!services)
            return say(Grade::Bad, "", "{}", services.error().text);
        bool v4 = false, v6 = false;
        for (const auto& [key, state] : *services)
            for (const auto& [server, one] : state.destinations)
                if (one.destination.forward == ipvs::Forward::Nat)
                    (ipvs::family_of(key) == Family::V4 ? v4 : v6) = true;
        if (v4 && !sysctl(host_, "ipv4/ip_forward").value_or(1))
            say(Grade::Bad, "sysctl -w net.ipv4.ip_forward=1",
                "IPVS translates, and this node does not forward IPv4");
        if (v6 && !sysctl(host_, "ipv6/conf/all/forwarding").value_or(1))
            say(Grade::Bad, "sysctl -w net.ipv6.conf.all.forwarding=1",
                "IPVS translates, and this node does not forward IPv6");
        const bool tracked = rules_ && (any_rule(*rules_, {"-j", "MASQUERADE"}) ||
                                        any_rule(*rules_, {"-j", "SNAT"}));
        if (!services->empty() && tracked && !sysctl(host_, "ipv4/vs/conntrack").value_or(1))
            say(Grade::Note, "sysctl -w net.ipv4.vs.conntrack=1",
                "IPVS hides its connections from connection tracking: rules that translate "
                "sources do not see them");
    }

    void add(const std::vector<Finding>& more) {
        found_.insert(found_.end(), more.begin(), more.end());
    }

    std::optional<Config> configuration(const DoctorOptions& options) {
        std::error_code ignored;
        has_file_ = std::filesystem::exists(options.file, ignored);
        if (!has_file_)
            return std::nullopt;
        std::vector<std::string> errors;
        auto config = load_config(options.file, errors);
        if (!config) {
            say(Grade::Bad, "nfcluster check " + options.file, "{}", config.error().text);
            return std::nullopt;
        }
        add(warnings_of(host_, *config));
        return std::move(*config);
    }

    // Whether it runs. Where it is not meant to, that it does not is no fault.
    bool daemon(const DoctorOptions& options) {
        std::error_code ignored;
        if (!has_file_ && !std::filesystem::exists(options.socket, ignored))
            return false;
        const auto answer =
            control::ask(options.socket, {control::Verb::Status, {}, 0}, std::chrono::seconds(5));
        const auto snapshot =
            answer ? control::read_snapshot(*answer) : Result<Snapshot>(answer.error());
        if (!snapshot)
            say(Grade::Bad, "systemctl restart nfclusterd", "{}", snapshot.error().text);
        else
            state(*snapshot);
        return static_cast<bool>(snapshot);
    }

    void state(const Snapshot& snapshot) {
        if (!snapshot.reload_problem.empty())
            say(Grade::Bad, "nfcluster check " + snapshot.file, "the last reload failed: {}",
                snapshot.reload_problem);
        if (!snapshot.down_times_problem.empty())
            say(Grade::Bad, "", "down times are not written down: {}", snapshot.down_times_problem);
        for (const auto& pool : snapshot.pools)
            if (!pool.problem.empty())
                say(Grade::Bad, "", "pool {}: the kernel could not be told: {}", pool.name,
                    pool.problem);
        for (const auto& cluster : snapshot.clusters) {
            if (!cluster.problem.empty())
                say(Grade::Bad, "", "cluster {}: {}", cluster.name, cluster.problem);
            else if (!cluster.quorate)
                say(Grade::Bad, "corosync-quorumtool -s",
                    "cluster {}: this node is cut off from most others, and serves no slot",
                    cluster.name);
            else
                unanswered(cluster);
        }
    }

    void unanswered(const ClusterStatus& cluster) {
        const auto faults = faults_of(cluster);
        if (!faults.unanswered.empty()) {
            say(Grade::Bad, "nfcluster status", "cluster {}: nobody answers for slots {}",
                cluster.name, to_string(faults.unanswered));
            for (const auto& reason : reasons_of(cluster))
                say(Grade::Note, "", "cluster {}: {}", cluster.name, reason);
        }
        if (!faults.doubled.empty())
            say(Grade::Bad, "nfcluster status",
                "cluster {}: more than one node answers for slots {}", cluster.name,
                to_string(faults.doubled));
    }

    void clock() {
        if (host_.unsynchronized())
            say(Grade::Note, "timedatectl set-ntp true",
                "nothing keeps the clock right: logs of several nodes do not compare, and "
                "certificates may seem to have ended");
    }

    const Host& host_;
    Result<std::string> rules_;
    bool has_file_ = false;
    std::vector<Finding> found_;
};

} // namespace

Exit doctor(Host& host, const DoctorOptions& options) {
    const auto findings = Doctor(host).examine(options);
    const bool bad = any_bad(findings);
    if (options.json)
        host.out << dump({{"healthy", !bad}, {"findings", to_json(findings)}});
    else
        host.out << to_text(findings, host.terminal)
                 << (bad ? "this node is not as it should be\n" : "this node is healthy\n");
    return bad ? Exit::No : Exit::Yes;
}

} // namespace nfc
