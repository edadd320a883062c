// SPDX-License-Identifier: GPL-2.0
// nfcluster pool: what STATMARK chooses from, shown or changed.
#include "core/json.hpp"
#include "nfcluster/commands.hpp"
#include "nfcluster/show.hpp"
#include "nfcluster/table.hpp"

#include <fmt/ostream.h>
#include <set>

namespace nfc {

namespace {

Exit show_all(Host& host, bool json) {
    const auto pools = host.pools.list();
    if (!pools)
        return complain(host, pools.error());
    host.out << (json ? dump(Json{{"pools", to_json(*pools)}}) : to_table(*pools, host.terminal));
    return pools->empty() ? Exit::No : Exit::Yes;
}

Exit show_one(Host& host, const statmark::Pool& pool, bool json) {
    host.out << (json ? dump(to_json(pool)) : to_table(pool, host.terminal));
    return live(pool) ? Exit::Yes : Exit::No;
}

std::string describe(const statmark::Pool& pool, std::uint32_t mark) {
    for (const auto& [backend, state, flows, packets] : pool.rows)
        if (backend.mark == mark)
            return fmt::format(
                "weight {}, {}{}", backend.weight, backend.drain ? "drains" : "takes connections",
                backend.gate ? fmt::format(" while {} is {}", printable(backend.gate->condition),
                                           backend.gate->inverted ? "down" : "up")
                             : "");
    return "not in the pool";
}

Exit change(Host& host, const statmark::Pool& before, const statmark::Commands& commands) {
    statmark::Pool after = before;
    for (const auto& command : commands)
        if (const auto done = apply(command, after); !done)
            return complain(host, done.error());
    if (const auto done = host.pools.write(before.name, commands); !done)
        return complain(host, done.error());

    std::set<std::uint32_t> said;
    for (const auto& command : commands) {
        const auto mark = std::visit([](const auto& one) { return one.mark; }, command);
        const auto now = describe(after, mark);
        if (said.insert(mark).second)
            fmt::print(host.out, "{:#x}: {}{}\n", mark,
                       now == describe(before, mark) ? "already " : "", now);
    }
    return after == before ? Exit::No : Exit::Yes;
}

Exit remove(Host& host, const std::vector<std::string>& names) {
    for (const auto& name : names)
        if (const auto good = statmark::read_pool_name("--remove", name); !good)
            return complain(host, good.error());
    if (const auto done = host.pools.remove(names); !done)
        return complain(host, done.error());
    for (const auto& name : names)
        fmt::print(host.out, "{}: gone\n", printable(name));
    return Exit::Yes;
}

} // namespace

Exit pool(Host& host, const PoolOptions& options) {
    auto words = options.words;
    const bool json = std::erase(words, "--json") || options.json;
    if (!options.remove.empty()) {
        if (options.name || json)
            return complain(host, {Kind::BadInput, "--remove stands alone"});
        return remove(host, options.remove);
    }
    if (!options.name)
        return show_all(host, json);

    const auto name = statmark::read_pool_name("NAME", *options.name);
    if (!name)
        return complain(host, name.error());
    const auto commands = statmark::read_commands(words);
    if (!commands)
        return complain(host, commands.error());
    if (json && !commands->empty())
        return complain(host, {Kind::BadInput, "--json shows a pool, it does not change it"});
    const auto now = host.pools.read(*name);
    if (!now)
        return complain(host, now.error());
    return commands->empty() ? show_one(host, *now, json) : change(host, *now, *commands);
}

} // namespace nfc
