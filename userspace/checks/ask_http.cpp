// SPDX-License-Identifier: GPL-2.0
#include "checks/http_reply.hpp"
#include "checks/kinds.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

constexpr std::size_t piece_most = 16384;

std::string host_of(const HttpCheck& check, const Endpoint& target) {
    if (!check.host.empty())
        return check.host;
    const std::uint16_t usual = check.tls ? 443 : 80;
    if (target.port != usual)
        return to_string(target);
    const auto ip = to_string(target.ip);
    return target.ip.family == Family::V6 ? '[' + ip + ']' : ip;
}

std::string request(const HttpCheck& check, const Endpoint& target) {
    const bool sends_body = check.method == "POST";
    return fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: nfcluster\r\nAccept: */*\r\n"
                       "{}Connection: close\r\n\r\n",
                       check.method, check.path, host_of(check, target),
                       sends_body ? "Content-Length: 0\r\n" : "");
}

Observation judge(const HttpCheck& check, const HttpReply& reply) {
    const auto status = reply.status();
    const bool expected = std::ranges::any_of(
        check.expect, [&](const StatusRange& range) { return range.contains(status); });
    if (!expected)
        return bad(fmt::format("status {}", status));
    if (check.body && !check.body->found_in(reply.body()))
        return bad(fmt::format("status {}, but no match for \"{}\" in {} bytes of the body", status,
                               check.body->pattern(), reply.body().size()));
    return good(fmt::format("status {}", status));
}

} // namespace

asio::awaitable<Observation> ask_http(const HttpCheck& check, Question& question) {
    Stream stream(co_await asio::this_coro::executor, question.progress);
    const auto connected = co_await stream.connect(question.target);
    if (!connected)
        co_return bad(connected.error().text);
    if (check.tls) {
        const auto safe =
            co_await stream.start_tls(question.authorities, *check.tls, question.target.ip);
        if (!safe)
            co_return bad(safe.error().text);
    }
    question.progress.doing = "sending the request";
    const auto sent = co_await stream.write(request(check, question.target));
    if (!sent)
        co_return bad(sent.error().text);

    HttpReply reply(check.body && check.method != "HEAD", check.body_limit);
    std::string bytes;
    while (!reply.done() && !reply.failed()) {
        question.progress.doing =
            reply.status() ? "the answer is not complete" : "no answer to the request";
        bytes.clear();
        const auto got = co_await stream.read(bytes, piece_most);
        if (!got)
            co_return bad(got.error().text);
        if (*got)
            reply.feed(bytes);
        else
            reply.end();
    }
    co_return reply.failed() ? bad(reply.error()) : judge(check, reply);
}

} // namespace nfc
