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
    Address cluster;
    Flow flow;
    Hash hash;
    unsigned total = 0;
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
        error = read_given(options.total_nodes, "--total-nodes", read_total, given.total);
    if (!error)
        error = read_given(options.hashmode, "--hashmode", read_hash_mode, given.mode);
    if (!error)
        error = read_given(options.hash_init, "--hash-init", read_seed, given.seed);
    if (error)
        return *error;
    return given;
}

// If the command line says it all, no rule is needed: any machine can tell.
Result<Parameters> learn(const Host& host, Address cluster, const Given& given) {
    Parameters learnt;
    if (!given.total || !given.mode) {
        const auto rules = saved_rules(host.save_programs);
        const auto rule = rules ? rules->cluster(cluster) : Result<Rule>(rules.error());
        if (!rule)
            return Error{rule.error().kind,
                         rule.error().text + "; --total-nodes and --hashmode can say it instead"};
        learnt = *rule->parameters;
    }
    learnt.total = given.total.value_or(learnt.total);
    learnt.hash.mode = given.mode.value_or(learnt.hash.mode);
    learnt.hash.seed = given.seed.value_or(learnt.hash.seed);
    return learnt;
}

Result<Question> read_question(const Host& host, const WhichOptions& options) {
    const auto cluster = read_address("ADDRESS", options.address);
    if (!cluster)
        return cluster.error();
    const auto colon = options.client.find(':');
    const auto client = read_address("CLIENT", options.client.substr(0, colon));
    if (!client)
        return client.error();
    std::optional<std::string> port;
    if (colon != std::string::npos)
        port = options.client.substr(colon + 1);
    const auto given = read_options(options, port);
    if (!given)
        return given.error();

    const auto parameters = learn(host, *cluster, *given);
    if (!parameters)
        return parameters.error();
    const auto mode = parameters->hash.mode;
    if (mode != NFC_HASH_SIP && !given->source_port)
        return bad_value("CLIENT", options.client,
                         fmt::format("{}:PORT, as hash mode {} needs it (0 for a protocol without "
                                     "ports)",
                                     to_string(*client), to_string(mode)));
    if (mode == NFC_HASH_SIP_SPT_DPT && !given->destination_port)
        return Error{Kind::BadInput, fmt::format("--port is missing: hash mode {} needs the "
                                                 "destination port",
                                                 to_string(mode))};
    return Question{*cluster,
                    {*client, given->source_port.value_or(0), given->destination_port.value_or(0)},
                    parameters->hash,
                    parameters->total};
}

std::string in_words(const Question& q, std::uint32_t hash, const Result<Slots>& here,
                     bool colours) {
    const unsigned slot = slot_of(hash, q.total);
    const bool ours = here && here->contains(slot);
    std::string client = to_string(q.flow.source);
    if (q.hash.mode != NFC_HASH_SIP)
        client += fmt::format(":{}", q.flow.source_port);
    std::string cluster = to_string(q.cluster);
    if (q.hash.mode == NFC_HASH_SIP_SPT_DPT)
        cluster += fmt::format(":{}", q.flow.destination_port);

    return fmt::format("{} -> {}: slot {} of {}, {}\n"
                       "  hash  {:#010x}, by {}, seed {}\n"
                       "  slot  {:#010x} * {} / 2^32 = {:.3f}, so slot {}\n"
                       "  here  {}\n",
                       client, cluster, slot, q.total,
                       ours   ? styled("answered here", Style::Good, colours)
                       : here ? styled("not answered here", Style::Bad, colours)
                              : styled("here or not is unknown", Style::Faint, colours),
                       hash, to_string(q.hash.mode), q.hash.seed, hash, q.total,
                       hash / 4294967296.0 * q.total, slot,
                       !here           ? here.error().text
                       : here->empty() ? "none"
                                       : to_string(*here));
}

std::string as_json(const Question& q, std::uint32_t hash, const Result<Slots>& here) {
    const unsigned slot = slot_of(hash, q.total);
    Json answer = {
        {"address", to_string(q.cluster)},
        {"client", to_string(q.flow.source)},
        {"source_port", q.flow.source_port},
        {"destination_port", q.flow.destination_port},
        {"hashmode", to_string(q.hash.mode)},
        {"hash_init", q.hash.seed},
        {"total", q.total},
        {"hash", hash},
        {"slot", slot},
        {"here", here ? Json(here->contains(slot)) : Json(nullptr)},
    };
    if (!here)
        answer["problem"] = here.error().text;
    return dump(answer);
}

} // namespace

Exit which(Host& host, const WhichOptions& options) {
    const auto question = read_question(host, options);
    if (!question)
        return complain(host, question.error());

    const auto hash = hash_flow(question->hash, question->flow);
    const auto here = host.clusters.read(question->cluster);
    host.out << (options.json ? as_json(*question, hash, here)
                              : in_words(*question, hash, here, host.terminal));
    if (!here)
        return here.error().kind == Kind::NoCluster ? Exit::NoCluster : Exit::Unavailable;
    return here->contains(slot_of(hash, question->total)) ? Exit::Yes : Exit::No;
}

} // namespace nfc
