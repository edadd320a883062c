// SPDX-License-Identifier: GPL-2.0
// Checks that need no protocol: a connection, and what a server says by itself.
#include "checks/kinds.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <system_error>

namespace nfc {

namespace {

// No banner is longer.
constexpr std::size_t banner_limit = 4096;

} // namespace

Observation seen_by_probe(int error, Duration timeout) {
    if (error == ETIMEDOUT)
        return late(timeout, "connecting");
    if (error)
        return bad(fmt::format("connect: {}", std::generic_category().message(error)));
    return good("connected");
}

asio::awaitable<Observation> ask_banner(const BannerCheck& check, Question& question) {
    Stream stream(co_await asio::this_coro::executor, question.progress);
    const auto connected = co_await stream.connect(question.target);
    if (!connected)
        co_return bad(connected.error().text);
    if (!check.send.empty()) {
        question.progress.doing = "sending";
        const auto sent = co_await stream.write(check.send);
        if (!sent)
            co_return bad(sent.error().text);
    }

    std::string banner;
    question.progress.doing = "waiting for a banner that matches";
    while (banner.size() < banner_limit) {
        const auto got = co_await stream.read(banner, banner_limit - banner.size());
        if (!got)
            co_return bad(got.error().text);
        if (check.match ? check.match->found_in(banner) : !banner.empty())
            co_return good(fmt::format("{:?}", banner.substr(0, 60)));
        if (!*got)
            co_return bad(fmt::format("the server hung up after {:?}", banner.substr(0, 60)));
    }
    co_return bad(fmt::format("no match in the first {} bytes", banner_limit));
}

} // namespace nfc
