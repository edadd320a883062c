// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/iptables.hpp"

#include "core/cluster_rule.hpp"
#include "core/ipvs_apply.hpp"
#include "core/text.hpp"
#include "drivers/statmark.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nfc::iptables {

namespace {

using Words = std::vector<std::string>;

std::string line_of(const Words& words) {
    Words all;
    std::ranges::transform(words, std::back_inserter(all),
                           [](const std::string& word) { return shell_word(word); });
    return fmt::format("{}", fmt::join(all, " "));
}

// What a name may hold is no business of a comment: it is one line.
std::string comment(std::string_view text) {
    std::string line = fmt::format("# {}", text);
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    return line;
}

std::string program(Family family) {
    return std::string(iptables_of(family));
}

std::string hexadecimal(std::uint32_t number) {
    return fmt::format("{:#x}", number);
}

void operator+=(Words& words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
}

// --- clusters

void add_cluster(std::vector<std::string>& lines, const Cluster& cluster, std::string_view node) {
    // Who has the daemon move slots begins with none: others may have taken them all.
    const auto slots = cluster.drive ? Slots{} : first_slots(cluster, node);
    const auto which = cluster.drive ? std::string("no slots before nfclusterd gives it some")
                                     : fmt::format("{} of {} slots", slots.size(), cluster.slots);
    lines.push_back(comment(fmt::format("cluster {}: {}: {}; the address comes after its rule{}",
                                        cluster.name, node, which,
                                        cluster.manage ? "; nfclusterd does both by itself" : "")));
    Words rule{program(cluster.address.family)};
    rule += cluster_rule("-A", cluster, slots);
    lines.push_back(line_of(rule));
    lines.push_back(line_of({"ip", "address", "replace",
                             fmt::format("{}/{}", to_string(cluster.address), prefix_of(cluster)),
                             "dev", cluster.interface}));
}

// --- pools

Words packets_to(const ipvs::Virtual& service) {
    const char* protocol = service.protocol == ipvs::Protocol::Udp    ? "udp"
                           : service.protocol == ipvs::Protocol::Sctp ? "sctp"
                                                                      : "tcp";
    return {"-d",      to_string(service.address),  "-p", protocol,
            "--dport", std::to_string(service.port)};
}

// A pool with a mark for each backend, whoever gives the marks.
struct Marked {
    const Pool& pool;
    const ipvs::Virtual& service;
    std::uint32_t mask;
    std::vector<PoolBackend> backends; // with the sorry one

    std::string mark(const PoolBackend& backend) const {
        return mask == 0xffffffff ? hexadecimal(backend.mark)
                                  : hexadecimal(backend.mark) + '/' + hexadecimal(mask);
    }
    Words rule(const char* table, const char* chain) const {
        return {program(service.address.family), "-t", table, "-A", chain};
    }
};

Words condition_of(const statmark::Gate& gate) {
    Words words{"-m", "condition"};
    if (gate.inverted)
        words.push_back("!");
    words += {"--condition", gate.condition};
    return words;
}

// Where each mark leads, and what becomes of a connection that has none.
void add_ways(std::vector<std::string>& lines, const Marked& marked) {
    for (const auto& backend : marked.backends) {
        if (backend.address == Ip{} || backend.address.family != marked.service.address.family) {
            lines.push_back(comment(fmt::format(
                "backend {} has no address of the service's family: its way is up to you",
                backend.name)));
            continue;
        }
        auto rule = marked.rule("nat", "PREROUTING");
        rule += packets_to(marked.service);
        // Port 1 stands for none: a mark's service may keep its own.
        const bool port = backend.port && backend.port != 1;
        const std::string to =
            port ? to_string(Endpoint{backend.address, backend.port}) : to_string(backend.address);
        rule +=
            {"-m", "mark", "--mark", marked.mark(backend), "-j", "DNAT", "--to-destination", to};
        lines.push_back(line_of(rule));
    }
    auto reject = marked.rule("filter", "INPUT");
    reject += packets_to(marked.service);
    reject += {"-j", "REJECT"};
    if (marked.service.protocol == ipvs::Protocol::Tcp)
        reject += {"--reject-with", "tcp-reset"};
    lines.push_back(line_of(reject));
}

void add_statmark(std::vector<std::string>& lines, const Marked& marked,
                  const StatmarkDriver& driver) {
    auto rule = marked.rule("mangle", "PREROUTING");
    rule += packets_to(marked.service);
    rule += {"-j",     "STATMARK",
             "--pool", marked.pool.name,
             "--mode", std::string(statmark::to_string(driver.mode))};
    for (const auto& backend : marked.pool.backends) {
        std::string text = "mark=" + hexadecimal(backend.mark);
        if (backend.weight != 1)
            text += fmt::format(",weight={}", backend.weight);
        if (backend.condition)
            text += fmt::format(",condition={}{}", backend.condition->inverted ? "!" : "",
                                backend.condition->condition);
        rule += {"--backend", text};
    }
    if (driver.mask != 0xffffffff)
        rule += {"--mask", hexadecimal(driver.mask)};
    lines.push_back(line_of(rule));
}

// The classic recipe: chance takes the first that is up of those that are left, and
// who is left over goes to the first that is up at all.
void add_conditions(std::vector<std::string>& lines, const Marked& marked) {
    const std::string chain = "nfc-" + std::to_string(marked.backends.front().mark) + "-" +
                              marked.pool.name.substr(0, 12);
    const auto in_chain = [&](const Words& words) {
        auto rule = marked.rule("mangle", chain.c_str());
        rule += words;
        lines.push_back(line_of(rule));
    };
    const auto give = [&](const PoolBackend& backend, const Words& chance) {
        Words words{"-m", "mark", "--mark", "0"};
        words += condition_of(*backend.condition);
        words += chance;
        words += {"-j", "MARK", "--set-mark", hexadecimal(backend.mark)};
        in_chain(words);
    };

    lines.push_back(line_of({program(marked.service.address.family), "-t", "mangle", "-N", chain}));
    in_chain({"-j", "CONNMARK", "--restore-mark"});
    in_chain({"-m", "mark", "!", "--mark", "0", "-j", "RETURN"});
    const auto count = marked.pool.backends.size();
    for (std::size_t i = 0; i + 1 < count; ++i)
        give(marked.pool.backends[i],
             {"-m", "statistic", "--mode", "random", "--probability",
              fmt::format("{:.8f}", 1.0 / static_cast<double>(count - i))});
    // From the last to the first: what the others' chance has left is the last one's.
    for (auto at = marked.pool.backends.rbegin(); at != marked.pool.backends.rend(); ++at)
        give(*at, {});
    if (marked.pool.sorry)
        give(marked.backends.back(), {});
    in_chain({"-j", "CONNMARK", "--save-mark"});
    auto jump = marked.rule("mangle", "PREROUTING");
    jump += packets_to(marked.service);
    jump += {"-j", chain};
    lines.push_back(line_of(jump));
}

void add_pool(std::vector<std::string>& lines, const Pool& pool, const Services& services,
              std::uint32_t& next_mark) {
    const auto name = fmt::format("pool {}", pool.name);
    if (std::holds_alternative<IpvsDriver>(pool.driver)) {
        lines.push_back(comment(name + ": nfclusterd sets IPVS up; it needs no rule"));
        return;
    }
    const auto service = services.find(pool.name);
    if (service == services.end()) {
        lines.push_back(comment(
            fmt::format("{}: which connections it is for is not in the file; say so: --service "
                        "'{}=tcp ADDRESS:PORT'",
                        name, pool.name)));
        return;
    }

    const auto* driver = std::get_if<StatmarkDriver>(&pool.driver);
    Marked marked{pool, service->second, driver ? driver->mask : 0xffffffff, pool.backends};
    if (pool.sorry)
        marked.backends.push_back(*pool.sorry);
    if (!driver) // marks are of our own making, others for each pool
        for (auto& backend : marked.backends)
            backend.mark = next_mark++;
    lines.push_back(comment(fmt::format("{}: {} backends, by {}", name, marked.backends.size(),
                                        driver ? "STATMARK" : "conditions")));
    if (driver) {
        add_statmark(lines, marked, *driver);
    } else {
        auto own = pool;
        std::copy_n(marked.backends.begin(), own.backends.size(), own.backends.begin());
        add_conditions(lines, {own, marked.service, marked.mask, marked.backends});
    }
    add_ways(lines, marked);
}

// What translates or tunnels has to forward.
void add_forwarding(std::vector<std::string>& lines, const Config& config, const Wanted& wanted) {
    bool v4 = false, v6 = false;
    const auto forward = [&](Family family) { (family == Family::V4 ? v4 : v6) = true; };
    for (const auto& pool : config.pools) {
        const auto* ipvs = std::get_if<IpvsDriver>(&pool.driver);
        const auto service = wanted.services.find(pool.name);
        if (ipvs && ipvs->forward == ipvs::Forward::Nat)
            forward(ipvs::family_of(ipvs->service.key));
        else if (!ipvs && service != wanted.services.end())
            forward(service->second.address.family);
    }
    if (v4)
        lines.push_back("sysctl -qw net.ipv4.ip_forward=1");
    if (v6)
        lines.push_back("sysctl -qw net.ipv6.conf.all.forwarding=1");
}

} // namespace

std::string shell_word(std::string_view word) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
        return std::isalnum(c) ||
               std::string_view("-_./:,=+@%").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain || word == "!")
        return std::string(word);
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

Result<ipvs::Virtual> read_service(std::string_view field, std::string_view text) {
    std::string_view rest = text;
    const auto kind = take_until(rest, ' ');
    const auto endpoint = read_endpoint(field, rest);
    if (!endpoint || (kind != "tcp" && kind != "udp" && kind != "sctp"))
        return bad_value(field, text,
                         "tcp, udp or sctp, an address and a port, such as "
                         "\"tcp 10.0.0.1:25\"");
    return ipvs::Virtual{kind == "tcp"   ? ipvs::Protocol::Tcp
                         : kind == "udp" ? ipvs::Protocol::Udp
                                         : ipvs::Protocol::Sctp,
                         endpoint->ip, endpoint->port};
}

Slots first_slots(const Cluster& cluster, std::string_view node) {
    std::uint64_t all = 0, before = 0, own = 0;
    for (const auto& one : cluster.nodes) {
        if (one.name == node) {
            before = all;
            own = one.weight;
        }
        all += one.weight;
    }
    Slots slots;
    if (!own)
        return slots;
    const auto first = cluster.slots * before / all, end = cluster.slots * (before + own) / all;
    for (auto slot = first + 1; slot <= end; ++slot)
        slots.insert(static_cast<unsigned>(slot));
    return slots;
}

std::vector<std::string> commands_for(const Config& config, const Wanted& wanted) {
    std::vector<std::string> lines;
    std::uint32_t next_mark = 1;

    for (const auto& cluster : config.clusters)
        add_cluster(lines, cluster, wanted.node);
    add_forwarding(lines, config, wanted);
    for (const auto& pool : config.pools)
        add_pool(lines, pool, wanted.services, next_mark);
    return lines;
}

} // namespace nfc::iptables
