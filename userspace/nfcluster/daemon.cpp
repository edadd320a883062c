// SPDX-License-Identifier: GPL-2.0
// The commands that only the daemon can answer.
#include "control/client.hpp"
#include "nfcluster/commands.hpp"
#include "nfcluster/daemon_show.hpp"

#include <fmt/ostream.h>

namespace nfc {

namespace {

constexpr auto patience = std::chrono::seconds(10);

} // namespace

Exit events(Host& host, const EventsOptions& options) {
    auto connection = control::Connection::open(options.socket, patience);
    if (!connection)
        return complain(host, connection.error());
    if (const auto begun = connection->ask({control::Verb::Events, {}, 0}, patience); !begun)
        return complain(host, begun.error());
    // A script can wait for it before it does what it wants to see the effect of.
    fmt::print(host.err, "from now on all that happens is shown\n");
    host.err << std::flush;

    for (unsigned seen = 0; host.out && (!options.count || seen < options.count);) {
        const auto event = connection->event(std::chrono::hours(1));
        if (!event)
            return complain(host, event.error());
        if (!*event)
            continue;
        host.out << (options.json ? dump(control::to_json(**event), false) : to_line(**event))
                 << std::flush;
        ++seen;
    }
    return Exit::Yes;
}

Exit direct(Host& host, const DirectOptions& options) {
    const auto done = control::ask(options.socket, {options.verb, options.backend, options.weight});
    if (!done)
        return complain(host, done.error());
    switch (options.verb) {
    case control::Verb::Drain:
        fmt::print(host.out, "{} drains: it keeps what it has\n", options.backend);
        break;
    case control::Verb::Disable:
        fmt::print(host.out, "{} is taken out\n", options.backend);
        break;
    case control::Verb::Enable:
        fmt::print(host.out, "{} serves while its checks are good\n", options.backend);
        break;
    case control::Verb::Weight:
        fmt::print(host.out, "{} is to have weight {}\n", options.backend, options.weight);
        break;
    case control::Verb::Reload:
        fmt::print(host.out, "the configuration is loaded\n");
        break;
    case control::Verb::Status:
    case control::Verb::Events:
        break;
    }
    return Exit::Yes;
}

} // namespace nfc
