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

// At most so many seconds for others who change rules.
std::vector<std::string> command_line(const std::string& program, const char* command,
                                      const std::vector<std::string>& rule) {
    std::vector<std::string> words{program, "-w", "5", "-t", "raw", command, "PREROUTING"};
    words.insert(words.end(), rule.begin(), rule.end());
    return words;
}

bool says_no(int status) {
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

} // namespace

asio::awaitable<Iptables::End> Iptables::run(Family family, const char* command,
                                             const std::vector<std::string>& rule) {
    const auto program = programs_ / iptables_of(family);
    const auto words = command_line(program.native(), command, rule);
    const auto environment = environment_of_iptables();
    End end{-1, {}};
    auto child = Child::start(executor_, words, environment);
    if (!child) {
        end.error = child.error();
        co_return end;
    }
    end.status = co_await child->ended();
    end.error = {Kind::Refused, fmt::format("{} {}: {}", program.filename().native(), command,
                                            how_it_ended(end.status, child->said()))};
    co_return end;
}

asio::awaitable<Result<Done>> Iptables::done(Family family, const char* command,
                                             const std::vector<std::string>& rule) {
    const auto end = co_await run(family, command, rule);
    if (end.status != 0)
        co_return end.error;
    co_return Done{};
}

asio::awaitable<Result<Done>> Iptables::append(Family family,
                                               const std::vector<std::string>& rule) {
    return done(family, "-A", rule);
}

asio::awaitable<Result<Done>> Iptables::remove(Family family,
                                               const std::vector<std::string>& rule) {
    return done(family, "-D", rule);
}

asio::awaitable<Result<bool>> Iptables::has(Family family, const std::vector<std::string>& rule) {
    const auto end = co_await run(family, "-C", rule);
    if (end.status != 0 && !says_no(end.status))
        co_return end.error;
    co_return end.status == 0;
}

} // namespace nfc
