// SPDX-License-Identifier: GPL-2.0
// nfcluster plan: what would move if nodes died, came back or weighed something else.
#include "control/client.hpp"
#include "core/json.hpp"
#include "core/slot_list.hpp"
#include "core/text.hpp"
#include "nfcluster/commands.hpp"
#include "nfcluster/config_file.hpp"
#include "nfcluster/forecast.hpp"
#include "nfcluster/table.hpp"

#include <algorithm>
#include <fmt/ostream.h>
#include <fstream>
#include <sstream>

namespace nfc {

namespace {

// A cluster before and after the changes.
struct Outlook {
    ForecastCluster now, then;
    // By slot, how many of the clients fall into it; empty: nobody asked.
    std::vector<std::size_t> clients;
};

// --- what is asked

Result<ForecastChanges> read_changes(const PlanOptions& options) {
    ForecastChanges changes{options.dies, options.returns, {}};
    for (const auto& text : options.weights) {
        std::string_view rest = text;
        const auto name = std::string(take_until(rest, '='));
        const auto weight = read_number(rest, 0, node_weight_most);
        if (name.empty() || !weight)
            return bad_value("--weight", text, "NODE=W, W from 0 to 1000");
        changes.weights[name] = *weight;
    }
    return changes;
}

std::vector<std::string> named_by(const ForecastChanges& changes) {
    auto names = changes.dies;
    names.insert(names.end(), changes.returns.begin(), changes.returns.end());
    for (const auto& [name, weight] : changes.weights)
        names.push_back(name);
    return names;
}

Result<std::vector<ForecastCluster>> from_daemon(const Host& host, const std::string& socket) {
    const auto answer = control::ask(socket, {control::Verb::Status, {}, 0});
    if (!answer)
        return answer.error();
    const auto snapshot = control::read_snapshot(*answer);
    if (!snapshot)
        return Error{Kind::Unavailable,
                     "the daemon's answer makes no sense: " + snapshot.error().text};
    std::vector<ForecastCluster> clusters;
    for (const auto& status : snapshot->clusters) {
        clusters.push_back(begin_with(status));
        if (const auto kernel = host.shared.read(status.address))
            clusters.back().hash = kernel->hash;
    }
    return clusters;
}

Result<std::vector<ForecastCluster>> from_file(Host& host, const std::string& file,
                                               const ForecastChanges& changes) {
    const auto config = load_config(host, file);
    if (!config)
        return config.error();
    std::vector<ForecastCluster> clusters;
    for (const auto& cluster : config->clusters)
        clusters.push_back(begin_with(cluster, changes));
    return clusters;
}

// Those that are meant, and have somebody whom the changes are about.
Result<std::vector<ForecastCluster>> chosen(std::vector<ForecastCluster> clusters,
                                            const std::optional<std::string>& name,
                                            const ForecastChanges& changes) {
    if (name)
        std::erase_if(clusters, [&](const auto& one) { return one.name != *name; });
    if (clusters.empty())
        return Error{Kind::NoCluster, name ? fmt::format("no cluster \"{}\"", printable(*name))
                                           : "no cluster in the configuration"};
    std::string nodes;
    const auto names = named_by(changes);
    std::vector<bool> found(names.size());
    std::erase_if(clusters, [&](const ForecastCluster& cluster) {
        bool concerned = names.empty();
        for (const auto& node : cluster.nodes) {
            nodes += (nodes.empty() ? "" : ", ") + node.name;
            for (std::size_t i = 0; i < names.size(); ++i)
                if (names[i] == node.name)
                    concerned = found[i] = true;
        }
        return !concerned;
    });
    const auto missing = std::ranges::find(found, false);
    if (missing != found.end())
        return bad_value("NODE", names[static_cast<std::size_t>(missing - found.begin())],
                         "one of " + nodes);
    return clusters;
}

// --- clients

Result<Flow> read_client(const std::string& where, const std::string& line, const Hash& hash,
                         std::uint16_t port) {
    const auto ip = read_ip(where, line);
    if (ip && hash.mode == NFC_HASH_SIP)
        return Flow{*ip, 0, port};
    const auto endpoint = read_endpoint(where, line);
    if (!endpoint)
        return bad_value(where, line,
                         hash.mode == NFC_HASH_SIP
                             ? "an address, alone or with a port"
                             : fmt::format("an address and a port, as hash mode {} needs it",
                                           to_string(hash.mode)));
    return Flow{endpoint->ip, endpoint->port, port};
}

// Those of the cluster's family; '#' begins a comment.
std::optional<Error> count_clients(const std::string& file, std::istream& lines, std::uint16_t port,
                                   Outlook& outlook) {
    const auto& cluster = outlook.now;
    if (!cluster.hash)
        return Error{Kind::NoCluster,
                     fmt::format("the hash of {} is not known: it is not on this node",
                                 to_string(cluster.address))};
    outlook.clients.assign(cluster.owners.size(), 0);
    std::string line;
    for (unsigned number = 1; std::getline(lines, line); ++number) {
        line.erase(std::min(line.find('#'), line.size()));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        line.erase(0, line.find_first_not_of(" \t"));
        if (line.empty())
            continue;
        const auto flow =
            read_client(fmt::format("{}:{}", file, number), line, *cluster.hash, port);
        if (!flow)
            return flow.error();
        if (flow->source.family == cluster.address.family)
            ++outlook.clients[slot_of(hash_flow(*cluster.hash, *flow),
                                      static_cast<unsigned>(cluster.owners.size())) -
                              1];
    }
    return std::nullopt;
}

std::optional<Error> count_clients(Host& host, const PlanOptions& options,
                                   std::vector<Outlook>& outlooks) {
    const auto port = options.port ? read_number(*options.port, 0, 65535) : 0;
    if (!port)
        return bad_value("--port", *options.port, "a port from 0 to 65535");
    const auto& file = *options.clients;
    std::ifstream opened(file);
    if (file != "-" && !opened)
        return Error{Kind::Unavailable, fmt::format("cannot read {}", printable(file))};
    std::ostringstream text;
    text << (file == "-" ? host.in : opened).rdbuf();
    for (auto& outlook : outlooks) {
        if (outlook.now.hash && outlook.now.hash->mode == NFC_HASH_SIP_SPT_DPT && !options.port)
            return Error{Kind::BadInput,
                         fmt::format("--port is missing: hash mode {} needs the destination port",
                                     to_string(outlook.now.hash->mode))};
        std::istringstream lines(text.str());
        if (auto error = count_clients(file, lines, static_cast<std::uint16_t>(*port), outlook))
            return error;
    }
    return std::nullopt;
}

// --- what comes of it

struct NodeOutlook {
    Slots now, then;
    std::size_t clients_now = 0, clients_then = 0;
};

std::vector<NodeOutlook> by_node(const Outlook& outlook) {
    std::vector<NodeOutlook> nodes(outlook.now.nodes.size());
    for (std::size_t i = 0; i < outlook.now.owners.size(); ++i) {
        const auto clients = outlook.clients.empty() ? 0 : outlook.clients[i];
        if (const auto owner = outlook.now.owners[i]) {
            nodes[*owner].now.insert(static_cast<unsigned>(i + 1));
            nodes[*owner].clients_now += clients;
        }
        if (const auto owner = outlook.then.owners[i]) {
            nodes[*owner].then.insert(static_cast<unsigned>(i + 1));
            nodes[*owner].clients_then += clients;
        }
    }
    return nodes;
}

// How slots move, and clients with them.
struct Moves {
    std::size_t taken = 0;  // over, from who is not there, or nobody
    std::size_t handed = 0; // by one that lives
    std::size_t lost = 0;   // nobody has them
    std::size_t clients = 0, clients_moved = 0;
};

Moves moves_of(const Outlook& outlook) {
    Moves moves;
    for (std::size_t i = 0; i < outlook.now.owners.size(); ++i) {
        const auto from = outlook.now.owners[i], to = outlook.then.owners[i];
        const auto clients = outlook.clients.empty() ? 0 : outlook.clients[i];
        const bool moved = from != to;
        moves.clients += clients;
        moves.clients_moved += moved ? clients : 0;
        if (!to)
            ++moves.lost;
        else if (moved)
            ++(from && outlook.then.nodes[*from].there ? moves.handed : moves.taken);
    }
    return moves;
}

std::string weight_text(const ForecastNode& node) {
    return node.there ? std::to_string(node.weight) : "-";
}

std::string outlook_text(const Outlook& outlook, bool colours) {
    const auto nodes = by_node(outlook);
    const auto moves = moves_of(outlook);
    const bool clients = !outlook.clients.empty();
    std::vector<std::vector<Cell>> rows{{{"NODE", Style::Heading}}};
    std::vector<const char*> headings{"WEIGHT", "NOW", "THEN", "GETS", "GIVES"};
    if (clients)
        headings.insert(headings.end(), {"CLIENTS", "THEN"});
    for (const char* heading : headings)
        rows[0].push_back({heading, Style::Heading, true});
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& [now, then, clients_now, clients_then] = nodes[i];
        const auto& before = outlook.now.nodes[i];
        const auto& after = outlook.then.nodes[i];
        const auto weight = before.weight == after.weight || !before.there || !after.there
                                ? weight_text(after)
                                : fmt::format("{} -> {}", before.weight, after.weight);
        rows.push_back({{printable(after.name), after.there ? Style::Plain : Style::Bad},
                        {weight, Style::Plain, true},
                        number(now.size()),
                        number(then.size()),
                        number(without(then, now).size(), Style::Faint),
                        number(without(now, then).size(), Style::Faint)});
        if (clients) {
            rows.back().push_back(number(clients_now));
            rows.back().push_back(number(clients_then));
        }
    }
    auto text = styled(fmt::format("cluster {}: {}, {} slots\n", printable(outlook.now.name),
                                   to_string(outlook.now.address), outlook.now.owners.size()),
                       Style::Heading, colours) +
                table(rows, colours);
    text +=
        fmt::format("{} slots move: {} taken over from nodes that are not there, {} handed over "
                    "by nodes that are\n",
                    moves.taken + moves.handed, moves.taken, moves.handed);
    if (moves.lost)
        text +=
            styled(fmt::format("nobody answers for {} slots\n", moves.lost), Style::Bad, colours);
    if (clients)
        text += fmt::format("{} of {} clients move\n", moves.clients_moved, moves.clients);
    return text + fmt::format("largest load to its share: {:.3f}, then {:.3f}\n",
                              largest_load(outlook.now), largest_load(outlook.then));
}

Json outlook_json(const Outlook& outlook) {
    const auto nodes = by_node(outlook);
    const auto moves = moves_of(outlook);
    Json list = Json::array();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& after = outlook.then.nodes[i];
        Json node = {{"name", after.name},
                     {"there", after.there},
                     {"weight", after.weight},
                     {"now", nodes[i].now.size()},
                     {"then", nodes[i].then.size()},
                     {"gets", to_string(without(nodes[i].then, nodes[i].now))},
                     {"gives", to_string(without(nodes[i].now, nodes[i].then))}};
        if (!outlook.clients.empty()) {
            node["clients_now"] = nodes[i].clients_now;
            node["clients_then"] = nodes[i].clients_then;
        }
        list.push_back(std::move(node));
    }
    Json all = {{"name", outlook.now.name},
                {"address", to_string(outlook.now.address)},
                {"slots", outlook.now.owners.size()},
                {"taken_over", moves.taken},
                {"handed_over", moves.handed},
                {"unanswered", moves.lost},
                {"load_now", largest_load(outlook.now)},
                {"load_then", largest_load(outlook.then)},
                {"nodes", std::move(list)}};
    if (!outlook.clients.empty()) {
        all["clients"] = moves.clients;
        all["clients_moved"] = moves.clients_moved;
    }
    return all;
}

} // namespace

Exit plan(Host& host, const PlanOptions& options) {
    const auto changes = read_changes(options);
    if (!changes)
        return complain(host, changes.error());
    auto read =
        options.file ? from_file(host, *options.file, *changes) : from_daemon(host, options.socket);
    if (read)
        read = chosen(std::move(*read), options.cluster, *changes);
    if (!read)
        return complain(host, read.error());

    std::vector<Outlook> outlooks;
    for (const auto& cluster : *read)
        outlooks.push_back({cluster, after(cluster, *changes), {}});
    if (options.clients)
        if (const auto error = count_clients(host, options, outlooks))
            return complain(host, *error);
    Json list = Json::array();
    for (const auto& outlook : outlooks) {
        if (!options.json)
            host.out << (&outlook == &outlooks.front() ? "" : "\n")
                     << outlook_text(outlook, host.terminal);
        list.push_back(outlook_json(outlook));
    }
    if (options.json)
        host.out << dump({{"clusters", std::move(list)}});
    return Exit::Yes;
}

} // namespace nfc
