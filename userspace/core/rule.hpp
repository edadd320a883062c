// SPDX-License-Identifier: GPL-2.0
// CLUSTERIP rules as iptables-save prints them.
#pragma once

#include "core/address.hpp"
#include "core/hash.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// What a rule with --new says of its cluster.
struct Parameters {
    Mac mac;
    Hash hash;
    unsigned total = 0;
    unsigned local = 0;
};

struct Rule {
    Address address;
    std::string interface;                // empty: no -i
    std::optional<Parameters> parameters; // none: the rule joins a cluster
};

// Nothing: a line, but not one with our target.
Result<std::optional<Rule>> read_rule(std::string_view line);

struct Rules {
    std::vector<Rule> rules;
    std::vector<Error> errors; // of lines that have our target and make no sense

    // The rule that made the cluster. Rules that disagree are an error: nobody
    // can tell from outside which of them came first.
    Result<Rule> cluster(Address address) const;
};

// Everything that iptables-save prints, all tables.
Rules read_rules(std::string_view saved);

} // namespace nfc
