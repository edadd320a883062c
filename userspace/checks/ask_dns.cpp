// SPDX-License-Identifier: GPL-2.0
#include "checks/dns_packet.hpp"
#include "checks/kinds.hpp"

#include <algorithm>
#include <asio/ip/udp.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nfc {

namespace {

constexpr std::size_t packet_most = 65535;

Observation judge(const DnsCheck& check, const DnsReply& reply) {
    if (!reply.error.empty())
        return bad(reply.error);
    if (reply.answers.empty())
        return bad("no such record");
    const auto answers = fmt::format("{}", fmt::join(reply.answers, ", "));
    for (const auto& wanted : check.expect)
        if (std::ranges::find(reply.answers, normal_answer(wanted)) == reply.answers.end())
            return bad(fmt::format("no \"{}\" among the answers: {}", wanted, answers));
    return good(answers);
}

asio::awaitable<Observation> over_tcp(const DnsCheck& check, Question& question) {
    Stream stream(co_await asio::this_coro::executor, question.progress);
    const auto connected = co_await stream.connect(question.target);
    if (!connected)
        co_return bad(connected.error().text);
    const auto id = random_number();
    const auto packet = dns_question(id, check.name, check.type);
    std::string bytes{static_cast<char>(packet.size() >> 8), static_cast<char>(packet.size())};
    const auto sent = co_await stream.write(bytes + packet);
    if (!sent)
        co_return bad(sent.error().text);

    question.progress.doing = "waiting for an answer over TCP";
    bytes.clear();
    std::size_t size = 2;
    while (bytes.size() < size) {
        const auto got = co_await stream.read(bytes, size - bytes.size());
        if (!got)
            co_return bad(got.error().text);
        if (!*got)
            co_return bad("the server hung up");
        if (bytes.size() == 2)
            size = 2u + (static_cast<unsigned char>(bytes[0]) << 8u |
                         static_cast<unsigned char>(bytes[1]));
    }
    const auto reply =
        read_dns_reply(std::string_view(bytes).substr(2), id, check.name, check.type);
    if (!reply.ours)
        co_return bad("an answer to another question");
    co_return judge(check, reply);
}

} // namespace

asio::awaitable<Observation> ask_dns(const DnsCheck& check, Question& question) {
    if (check.tcp)
        co_return co_await over_tcp(check, question);

    const asio::ip::udp::endpoint server(address_of(question.target.ip), question.target.port);
    asio::ip::udp::socket socket(co_await asio::this_coro::executor);
    asio::error_code error;
    const auto id = random_number();
    const auto packet = dns_question(id, check.name, check.type);

    // Connected: only the server can answer, and what it refuses is heard.
    socket.open(server.protocol(), error);
    if (!error)
        socket.connect(server, error);
    if (!error)
        co_await socket.async_send(asio::buffer(packet),
                                   asio::redirect_error(asio::use_awaitable, error));
    std::string answer(packet_most, '\0');
    question.progress.doing = "waiting for an answer";
    while (!error) {
        const auto got = co_await socket.async_receive(
            asio::buffer(answer), asio::redirect_error(asio::use_awaitable, error));
        const auto reply =
            read_dns_reply(std::string_view(answer).substr(0, got), id, check.name, check.type);
        if (error || !reply.ours)
            continue;
        if (reply.truncated)
            co_return co_await over_tcp(check, question);
        co_return judge(check, reply);
    }
    co_return bad(error.message());
}

} // namespace nfc
