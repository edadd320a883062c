// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/iptables_run.hpp"

#include "checks/child.hpp"
#include "core/cluster_rule.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <sys/wait.h>

namespace nfc {

namespace {

// Where an administrator has put extensions, they are for us too.
std::vector<std::string> environment_of_iptables() {
    std::vector<std::string> environment{std::string(usual_path)};
    if (const char* extensions = std::getenv("XTABLES_LIBDIR"))
        environment.push_back(std::string("XTABLES_LIBDIR=") + extensions);
    return environment;
}

bool says_no(int status) {
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

} // namespace

asio::awaitable<Iptables::End> Iptables::run(Family family, std::string command,
                                             std::vector<std::string> rule) {
    const auto program = programs_ / iptables_of(family);
    // At most so many seconds for others who change rules.
    std::vector<std::string> words{program.native(), "-w", "5", "-t", "raw", command, "PREROUTING"};
    words.insert(words.end(), rule.begin(), rule.end());
    const auto environment = environment_of_iptables();
    auto child = Child::start(executor_, words, environment);
    if (!child)
        co_return End{-1, child.error()};
    const int status = co_await child->ended();
    co_return End{status,
                  Error{Kind::Refused, fmt::format("{} {}: {}", program.filename().native(),
                                                   command, how_it_ended(status, child->said()))}};
}

asio::awaitable<Result<Done>> Iptables::done(Family family, std::string command,
                                             std::vector<std::string> rule) {
    const auto end = co_await run(family, std::move(command), std::move(rule));
    if (end.status != 0)
        co_return end.error;
    co_return Done{};
}

asio::awaitable<Result<Done>> Iptables::append(Family family, std::vector<std::string> rule) {
    return done(family, "-A", std::move(rule));
}

asio::awaitable<Result<Done>> Iptables::remove(Family family, std::vector<std::string> rule) {
    return done(family, "-D", std::move(rule));
}

asio::awaitable<Result<bool>> Iptables::has(Family family, std::vector<std::string> rule) {
    const auto end = co_await run(family, "-C", std::move(rule));
    if (end.status != 0 && !says_no(end.status))
        co_return end.error;
    co_return end.status == 0;
}

} // namespace nfc
