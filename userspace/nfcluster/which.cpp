// SPDX-License-Identifier: GPL-2.0
// nfcluster which: the slot that a client falls into, and why.
#include "core/json.hpp"
#include "core/text.hpp"
#include "drivers/saved_rules.hpp"
#include "nfcluster/commands.hpp"
#include "nfcluster/table.hpp"

#include <fmt/ostream.h>

namespace nfc {

namespace {

struct Question {
    Ip cluster;
    Flow flow;
    Hash hash;
    unsigned total = 0;
};

// What this node does with the slot. The kernel's own module knows on and off.
struct Answer {
    SharedCluster slots;
    bool by_kernel = false;
};

// What the command line says; the rule says the rest.
struct Given {
    std::optional<std::uint16_t> source_port, destination_port;
    std::optional<unsigned> total;
    std::optional<HashMode> mode;
    std::optional<std::uint32_t> seed;
};

Result<std::uint16_t> read_port(std::string_view field, std::string_view text) {
    const auto port = read_number(text, 0, 65535);
    if (!port)
        return bad_value(field, text, "a port from 0 to 65535");
    return static_cast<std::uint16_t>(*port);
}

template <typename T>
std::optional<Error> read_given(const std::optional<std::string>& text, const char* field,
                                Result<T> (*read)(std::string_view, std::string_view),
                                std::optional<T>& value) {
    if (!text)
        return std::nullopt;
    const auto given = read(field, *text);
    if (!given)
        return given.error();
    value = *given;
    return std::nullopt;
}

Result<Given> read_options(const WhichOptions& options, const std::optional<std::string>& port) {
    Given given;
    auto error = read_given(port, "PORT", read_port, given.source_port);
    if (!error)
        error = read_given(options.port, "--port", read_port, given.destination_port);
    if (!error)
        error = read_given(options.total_nodes, "--total-nodes", read_total_slots, given.total);
    if (!error)
        error = read_given(options.hashmode, "--hashmode", read_hash_mode, given.mode);
    if (!error)
        error = read_given(options.hash_init, "--hash-init", read_seed, given.seed);
    if (error)
        return *error;
    return given;
}

// Only of IPv4: the kernel's own module has no other clusters.
Result<Address> old_address(const Ip& cluster) {
    if (cluster.family == Family::V4)
        return read_address("ADDRESS", to_string(cluster));
    return Error{Kind::NoCluster, fmt::format("no cluster {} on this node: our module is not "
                                              "loaded",
                                              to_string(cluster))};
}

struct Learnt {
    Hash hash;
    unsigned total = 0;
};

Result<Learnt> ask_node(const Host& host, const Ip& cluster) {
    if (host.shared.present()) {
        const auto shared = host.shared.read(cluster);
        if (!shared)
            return shared.error();
        return Learnt{shared->hash, shared->total};
    }
    const auto address = old_address(cluster);
    if (!address)
        return address.error();
    const auto rules = saved_rules(host.save_programs);
    const auto rule = rules ? rules->cluster(*address) : Result<Rule>(rules.error());
    if (!rule)
        return rule.error();
    return Learnt{rule->parameters->hash, rule->parameters->total};
}

// If the command line says it all, no node is needed: any machine can tell.
Result<Learnt> learn(const Host& host, const Ip& cluster, const Given& given) {
    Learnt learnt;
    if (!given.total || !given.mode) {
        const auto node = ask_node(host, cluster);
        if (!node)
            return Error{node.error().kind,
                         node.error().text + "; --total-nodes and --hashmode can say it instead"};
        learnt = *node;
    }
    learnt.total = given.total.value_or(learnt.total);
    learnt.hash.mode = given.mode.value_or(learnt.hash.mode);
    learnt.hash.seed = given.seed.value_or(learnt.hash.seed);
    return learnt;
}

// ADDRESS, ADDRESS:PORT, or of IPv6 [ADDRESS]:PORT.
std::pair<std::string, std::optional<std::string>> split_client(const std::string& text) {
    const auto bracket = text.find(']');
    if (text.starts_with('[') && bracket != text.npos) {
        const auto rest = text.substr(bracket + 1);
        if (rest.empty())
            return {text.substr(1, bracket - 1), std::nullopt};
        if (rest.starts_with(':'))
            return {text.substr(1, bracket - 1), rest.substr(1)};
        return {text, std::nullopt}; // no address
    }
    const auto colon = text.find(':');
    if (colon == text.npos || text.find(':', colon + 1) != text.npos)
        return {text, std::nullopt};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string with_port(const Ip& ip, std::string_view port) {
    const auto text = to_string(ip);
    return ip.family == Family::V4 ? fmt::format("{}:{}", text, port)
                                   : fmt::format("[{}]:{}", text, port);
}

Result<Question> read_question(const Host& host, const WhichOptions& options) {
    const auto cluster = read_ip("ADDRESS", options.address);
    if (!cluster)
        return cluster.error();
    const auto [host_part, port] = split_client(options.client);
    const auto client = read_ip("CLIENT", host_part);
    if (!client || client->family != cluster->family)
        return bad_value("CLIENT", options.client,
                         cluster->family == Family::V4
                             ? "an IPv4 address such as 192.168.0.10, as the cluster's"
                             : "an IPv6 address such as 2001:db8::10 or [2001:db8::10]:40000, as "
                               "the cluster's");
    const auto given = read_options(options, port);
    if (!given)
        return given.error();

    const auto parameters = learn(host, *cluster, *given);
    if (!parameters)
        return parameters.error();
    const auto mode = parameters->hash.mode;
    if (mode != NFC_HASH_SIP && !given->source_port)
        return bad_value("CLIENT", options.client,
                         fmt::format("{}, as hash mode {} needs it (0 for a protocol without "
                                     "ports)",
                                     with_port(*client, "PORT"), to_string(mode)));
    if (mode == NFC_HASH_SIP_SPT_DPT && !given->destination_port)
        return Error{Kind::BadInput, fmt::format("--port is missing: hash mode {} needs the "
                                                 "destination port",
                                                 to_string(mode))};
    return Question{*cluster,
                    {*client, given->source_port.value_or(0), given->destination_port.value_or(0)},
                    parameters->hash,
                    parameters->total};
}

Result<Answer> ask_slots(const Host& host, const Ip& cluster) {
    if (host.shared.present()) {
        auto shared = host.shared.read(cluster);
        if (!shared)
            return shared.error();
        return Answer{std::move(*shared), true};
    }
    const auto address = old_address(cluster);
    if (!address)
        return address.error();
    const auto here = host.clusters.read(*address);
    if (!here)
        return here.error();
    Answer answer;
    answer.slots.in(SlotState::On) = *here;
    return answer;
}

std::string verdict(SlotState state, bool colours) {
    switch (state) {
    case SlotState::On:
        return styled("answered here", Style::Good, colours);
    case SlotState::Drain:
        return styled("drained here", Style::Bad, colours);
    case SlotState::Fill:
        return styled("filled here", Style::Good, colours);
    case SlotState::Off:
        break;
    }
    return styled("not answered here", Style::Bad, colours);
}

const char* reason(SlotState state) {
    switch (state) {
    case SlotState::On:
        return "on: this node takes all of its packets";
    case SlotState::Drain:
        return "drain: connections that live here stay, new ones are another node's";
    case SlotState::Fill:
        return "fill: new connections are taken here, those that live elsewhere are left alone";
    case SlotState::Off:
        break;
    }
    return "off: another node's, this one drops its packets";
}

std::string lists(const Result<Answer>& answer) {
    if (!answer)
        return answer.error().text;
    std::string text;
    for (const auto state : {SlotState::On, SlotState::Drain, SlotState::Fill}) {
        const auto& slots = answer->slots.in(state);
        const bool first = state == SlotState::On;
        if (slots.empty() && !first)
            continue;
        text += fmt::format("{}{}", first ? "" : fmt::format(", {} ", to_string(state)),
                            slots.empty() ? "none" : to_string(slots));
    }
    return text;
}

std::string in_words(const Question& q, std::uint32_t hash, const Result<Answer>& answer,
                     bool colours) {
    const unsigned slot = slot_of(hash, q.total);
    const auto& [source, source_port, destination_port] = q.flow;
    const bool ports = q.hash.mode != NFC_HASH_SIP;
    const auto client = ports ? with_port(source, std::to_string(source_port)) : to_string(source);
    const auto cluster = q.hash.mode == NFC_HASH_SIP_SPT_DPT
                             ? with_port(q.cluster, std::to_string(destination_port))
                             : to_string(q.cluster);
    const auto state = answer ? answer->slots.state_of(slot) : SlotState::Off;

    return fmt::format("{} -> {}: slot {} of {}, {}\n"
                       "  hash  {:#010x}, by {}, seed {}\n"
                       "  slot  {:#010x} * {} / 2^32 = {:.3f}, so slot {}\n",
                       client, cluster, slot, q.total,
                       answer ? verdict(state, colours)
                              : styled("here or not is unknown", Style::Faint, colours),
                       hash, to_string(q.hash.mode), q.hash.seed, hash, q.total,
                       hash / 4294967296.0 * q.total, slot) +
           (answer && answer->by_kernel ? fmt::format("  state {}\n", reason(state)) : "") +
           fmt::format("  here  {}\n", lists(answer));
}

std::string as_json(const Question& q, std::uint32_t hash, const Result<Answer>& answer) {
    const unsigned slot = slot_of(hash, q.total);
    Json all = {
        {"address", to_string(q.cluster)},
        {"client", to_string(q.flow.source)},
        {"source_port", q.flow.source_port},
        {"destination_port", q.flow.destination_port},
        {"hashmode", to_string(q.hash.mode)},
        {"hash_init", q.hash.seed},
        {"total", q.total},
        {"hash", hash},
        {"slot", slot},
        {"here", answer ? Json(answer->slots.taken().contains(slot)) : Json(nullptr)},
    };
    if (!answer)
        all["problem"] = answer.error().text;
    else if (answer->by_kernel)
        all["state"] = to_string(answer->slots.state_of(slot));
    return dump(all);
}

} // namespace

Exit which(Host& host, const WhichOptions& options) {
    const auto question = read_question(host, options);
    if (!question)
        return complain(host, question.error());

    const auto hash = hash_flow(question->hash, question->flow);
    const auto answer = ask_slots(host, question->cluster);
    host.out << (options.json ? as_json(*question, hash, answer)
                              : in_words(*question, hash, answer, host.terminal));
    if (!answer)
        return answer.error().kind == Kind::NoCluster ? Exit::NoCluster : Exit::Unavailable;
    return answer->slots.taken().contains(slot_of(hash, question->total)) ? Exit::Yes : Exit::No;
}

} // namespace nfc
