// SPDX-License-Identifier: GPL-2.0
// nfcluster condition: the switches that rules ask, shown or changed.
#include "core/json.hpp"
#include "nfcluster/commands.hpp"
#include "nfcluster/show.hpp"
#include "nfcluster/table.hpp"

#include <algorithm>
#include <fmt/ostream.h>

namespace nfc {

namespace {

const Switch* find(const std::vector<Switch>& switches, std::string_view name) {
    const auto at = std::ranges::find(switches, name, &Switch::name);
    return at == switches.end() ? nullptr : &*at;
}

std::string_view state(bool up) {
    return up ? "up" : "down";
}

Exit show_all(Host& host, const std::vector<Switch>& switches, bool json) {
    host.out << (json ? dump(Json{{"conditions", to_json(switches)}})
                      : to_table(switches, host.terminal));
    return switches.empty() ? Exit::No : Exit::Yes;
}

Exit show_one(Host& host, const std::vector<Switch>& switches, const std::string& name, bool json) {
    const auto* found = find(switches, name);
    if (!found)
        return complain(host, {Kind::NoCluster, fmt::format("no switch {:?} on this node", name)});
    if (json)
        host.out << dump(to_json(*found));
    else
        fmt::print(host.out, "{}\n", state(found->up));
    return found->up ? Exit::Yes : Exit::No;
}

Result<SwitchChange> read_change(const ConditionOptions& options) {
    SwitchChange change;

    for (std::size_t i = 0; i < options.words.size(); i += 2) {
        const auto name = read_switch_name("NAME", options.words[i]);
        if (!name)
            return name.error();
        const auto value = i + 1 < options.words.size() ? options.words[i + 1] : "";
        if (value != "up" && value != "down")
            return bad_value(fmt::format("{:?}", *name), value, "up or down");
        change.set.push_back({*name, value == "up"});
    }
    for (const auto& word : options.remove) {
        const auto name = read_switch_name("--remove", word);
        if (!name)
            return name.error();
        change.remove.push_back(*name);
    }
    return change;
}

// The kernel would say the same, but not which of them it means.
std::optional<Error> check(const SwitchChange& change, const std::vector<Switch>& now) {
    for (auto at = change.remove.begin(); at != change.remove.end(); ++at) {
        if (!find(now, *at))
            return Error{Kind::NoCluster, fmt::format("no switch {:?} on this node", *at)};
        if (find(change.set, *at) || std::find(change.remove.begin(), at, *at) != at)
            return bad_value("--remove", *at, "a switch that is named once");
    }
    return std::nullopt;
}

Exit change_them(Host& host, const SwitchChange& change, const std::vector<Switch>& now) {
    if (const auto error = check(change, now))
        return complain(host, *error);
    if (const auto done = host.conditions.write(change); !done)
        return complain(host, done.error());

    bool changed = !change.remove.empty();
    for (const auto& [name, up] : change.set) {
        const auto* before = find(now, name);
        const bool already = before && before->up == up;
        changed |= !already;
        fmt::print(host.out, "{}: {}\n", printable(name),
                   already  ? fmt::format("{} already", state(up))
                   : before ? fmt::format("{} now", state(up))
                            : fmt::format("{} now, and new: no rule has named it yet", state(up)));
    }
    for (const auto& name : change.remove)
        fmt::print(host.out, "{}: gone\n", printable(name));
    return changed ? Exit::Yes : Exit::No;
}

} // namespace

Exit condition(Host& host, const ConditionOptions& options) {
    const bool changes = options.words.size() > 1 || !options.remove.empty();
    const auto change = changes ? read_change(options) : SwitchChange{};
    if (!change)
        return complain(host, change.error());
    if (changes && options.json)
        return complain(host, {Kind::BadInput, "--json shows switches, it does not change them"});

    const auto now = host.conditions.read();
    if (!now)
        return complain(host, now.error());
    if (changes)
        return change_them(host, *change, *now);
    if (options.words.empty())
        return show_all(host, *now, options.json);
    return show_one(host, *now, options.words[0], options.json);
}

} // namespace nfc
