// SPDX-License-Identifier: GPL-2.0
#include "checks/ask.hpp"

#include "checks/kinds.hpp"

#include <asio/experimental/awaitable_operators.hpp>
#include <asio/multiple_exceptions.hpp>
#include <asio/steady_timer.hpp>
#include <fmt/format.h>
#include <random>

namespace nfc {

namespace {

struct Dispatch {
    Question& question;

    // Asker asks that by its probe.
    asio::awaitable<Observation> operator()(const TcpCheck&) const {
        co_return bad("the check failed by itself");
    }
    asio::awaitable<Observation> operator()(const HttpCheck& check) const {
        return ask_http(check, question);
    }
    asio::awaitable<Observation> operator()(const SmtpCheck& check) const {
        return ask_smtp(check, question);
    }
    asio::awaitable<Observation> operator()(const DnsCheck& check) const {
        return ask_dns(check, question);
    }
    asio::awaitable<Observation> operator()(const IcmpCheck& check) const {
        return ask_icmp(check, question);
    }
    asio::awaitable<Observation> operator()(const BannerCheck& check) const {
        return ask_banner(check, question);
    }
    asio::awaitable<Observation> operator()(const ExecCheck& check) const {
        return ask_exec(check, question);
    }
};

struct UsualPort {
    std::uint16_t operator()(const HttpCheck& http) const { return http.tls ? 443 : 80; }
    std::uint16_t operator()(const SmtpCheck&) const { return 25; }
    std::uint16_t operator()(const DnsCheck&) const { return 53; }
    template <typename Other>
    std::uint16_t operator()(const Other&) const {
        return 0;
    }
};

asio::awaitable<Observation> ask_in_time(const CheckKind& kind, Question& question,
                                         Duration timeout) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer deadline(co_await asio::this_coro::executor, timeout);
    try {
        // Whoever ends first cancels the other, and it is over when both are.
        const auto first = co_await (std::visit(Dispatch{question}, kind) ||
                                     deadline.async_wait(asio::use_awaitable));
        if (const auto* seen = std::get_if<0>(&first))
            co_return *seen;
        co_return late(timeout, question.progress.doing);
    } catch (const asio::multiple_exceptions&) {
        // Both were cancelled, or have failed in a way that is none of the server's.
    }
    co_return bad("the check failed by itself");
}

} // namespace

Observation late(Duration timeout, std::string_view doing) {
    return bad(fmt::format("no answer within {}ms: {}", timeout.count(), doing));
}

std::uint16_t random_number() {
    thread_local std::random_device device;
    return static_cast<std::uint16_t>(device());
}

std::uint16_t asked_port(const Check& check, std::uint16_t own) {
    if (check.port)
        return check.port;
    return own ? own : std::visit(UsualPort{}, check.kind);
}

Asker::Asker(std::shared_ptr<const Check> check, Endpoint target, TlsAuthorities& authorities)
    : check_(std::move(check)), target_(target), authorities_(authorities) {
    target_.port = asked_port(*check_, target.port);
}

asio::awaitable<Answer> Asker::ask() {
    const auto begin = std::chrono::steady_clock::now();
    const auto timeout = check_->rhythm.timeout;
    Progress progress;
    Question question{target_, authorities_, progress};

    if (!probe_ && std::holds_alternative<TcpCheck>(check_->kind))
        probe_.emplace(co_await asio::this_coro::executor, target_);
    Answer answer;
    if (probe_)
        answer.seen = seen_by_probe(co_await probe_->try_connect(timeout), timeout);
    else
        answer.seen = co_await ask_in_time(check_->kind, question, timeout);
    // What was cut short says nothing of the server.
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
        throw asio::system_error(asio::error::operation_aborted);
    answer.latency = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    answer.warning = std::move(progress.warning);
    co_return answer;
}

asio::awaitable<Answer> ask(Check check, Endpoint target, TlsAuthorities& authorities) {
    Asker asker(std::make_shared<const Check>(std::move(check)), target, authorities);
    co_return co_await asker.ask();
}

} // namespace nfc
