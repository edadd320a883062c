// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/cluster_findings.hpp"

#include "core/cluster_rule.hpp"
#include "core/text.hpp"
#include "drivers/fd.hpp"
#include "nfcluster/iptables.hpp"

#include <fcntl.h>
#include <fmt/format.h>

namespace nfc {

namespace {

std::string proc_text(const Host& host, const char* path) {
    const Fd file(::open((host.root / path).c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (file)
        read_all(file, text);
    return text;
}

// The socket by which libcpg finds it.
bool corosync_runs(const Host& host) {
    return proc_text(host, "proc/net/unix").find("@cpg") != std::string::npos;
}

// "  12: 00000000:1D33 00000000:0000 07 ..."
bool udp_port_used(const Host& host, std::uint16_t port) {
    const auto wanted = fmt::format(":{:04X} ", port);
    for (const char* path : {"proc/net/udp", "proc/net/udp6"}) {
        const auto text = proc_text(host, path);
        std::string_view rest = text;
        while (!rest.empty()) {
            const auto line = take_until(rest, '\n');
            const auto at = line.find(wanted);
            // The remote end comes later, with a second colon before it.
            if (at != line.npos && at < line.size() / 2 && line.find(':', line.find(':') + 1) == at)
                return true;
        }
    }
    return false;
}

std::string rule_line(const Cluster& cluster) {
    std::string line(iptables_of(cluster.address.family));
    for (const auto& word : cluster_rule("-A", cluster, {}))
        line += ' ' + iptables::shell_word(word);
    return line;
}

} // namespace

std::vector<Finding> cluster_findings(const Host& host, const Cluster& cluster, bool daemon) {
    std::vector<Finding> found;
    const auto bad = [&](std::string what, std::string mend) {
        found.push_back({Finding::Grade::Bad,
                         fmt::format("cluster {}: {}", cluster.name, std::move(what)),
                         std::move(mend)});
    };
    const auto address = to_string(cluster.address);
    const auto has = host.shared.read(cluster.address);
    // Who sets it up looks every few seconds; why it cannot, it says itself.
    const auto mend = !cluster.manage ? rule_line(cluster)
                      : daemon        ? std::string("nfcluster status")
                                      : std::string("systemctl start nfclusterd");
    if (!has)
        bad(fmt::format("no rule makes {} a shared address on this node", address), mend);
    else if (const auto other = difference(*has, cluster); !other.empty())
        bad(fmt::format("{} is another on this node: {}", address, other), "");
    if (const auto own = has ? std::nullopt : own_address(host, cluster.address))
        bad(fmt::format("this node has {} without its rule, and answers for all of it", address),
            fmt::format("ip address del {}/{} dev {}", address, prefix_of(cluster),
                        cluster.interface));
    if (cluster.membership == Membership::Corosync && !corosync_runs(host))
        bad("Corosync does not run on this node", "systemctl enable --now corosync");
    if (cluster.membership == Membership::Static && !daemon &&
        udp_port_used(host, cluster.heartbeat.port))
        bad(fmt::format("somebody else uses UDP port {}, which is for heartbeats",
                        cluster.heartbeat.port),
            "ss -ulpn");
    return found;
}

} // namespace nfc
