// SPDX-License-Identifier: GPL-2.0
#include "checks/child.hpp"
#include "checks/kinds.hpp"

#include <asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>
#include <sys/wait.h>

namespace nfc {

namespace {

// keepalived: 2 to 255 is a good answer and a weight from 0 to 253.
constexpr int first_weight = 2;

std::string filled_in(std::string text, std::string_view word, const std::string& value) {
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
    return text;
}

std::vector<std::string> command_for(const ExecCheck& check, const Endpoint& target) {
    const auto address = to_string(target.ip);
    auto command = check.command;
    for (auto& word : command)
        word =
            filled_in(filled_in(word, "{address}", address), "{port}", std::to_string(target.port));
    if (check.convention == ExecConvention::Mon)
        command.push_back(address);
    return command;
}

Observation judge(const ExecCheck& check, int status, const std::string& said) {
    const auto reason = how_it_ended(status, said);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    if (code == 0)
        return good(reason);
    if (check.convention == ExecConvention::Keepalived && code >= first_weight) {
        auto seen = good(reason);
        seen.weight = static_cast<unsigned>(code - first_weight);
        return seen;
    }
    return bad(reason);
}

} // namespace

asio::awaitable<Observation> ask_exec(const ExecCheck& check, Question& question) {
    using namespace asio::experimental::awaitable_operators;
    const std::vector<std::string> environment{
        std::string(usual_path), "NFCLUSTER_ADDRESS=" + to_string(question.target.ip),
        fmt::format("NFCLUSTER_PORT={}", question.target.port)};
    const auto executor = co_await asio::this_coro::executor;
    const auto command = command_for(check, question.target);
    auto child = Child::start(executor, command, environment);
    if (!child)
        co_return bad(child.error().text);

    question.progress.doing = "the program still runs; killed";
    // It may close its output and run on, or leave it open to others and end.
    const auto first = co_await (child->ended() || child->listen());
    const int status = first.index() == 0 ? std::get<0>(first) : co_await child->ended();
    co_return judge(check, status, child->said());
}

} // namespace nfc
