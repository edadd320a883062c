// SPDX-License-Identifier: GPL-2.0
#include "checks/kinds.hpp"
#include "checks/smtp_reply.hpp"

#include <fmt/format.h>
#include <utility>

namespace nfc {

namespace {

class Smtp {
public:
    Smtp(Stream& stream, Progress& progress) : stream_(stream), progress_(progress) {}

    // All lines of one reply, if it begins with `code`.
    asio::awaitable<Result<std::string>> expect(std::string_view code, std::string_view doing) {
        const auto instead = [doing](std::string_view what) {
            return Error{Kind::Unavailable, fmt::format("{}: {}", doing, what)};
        };
        progress_.doing = doing;
        for (;;) {
            if (auto reply = replies_.next(code)) {
                if (!*reply)
                    co_return instead(reply->error().text);
                co_return std::move(**reply);
            }
            const auto got = co_await stream_.read(replies_.unread(), replies_.room());
            if (!got)
                co_return got.error();
            if (!*got)
                co_return instead("\"the server hung up\"");
        }
    }

    asio::awaitable<Result<std::string>> say(std::string words, std::string_view code,
                                             std::string_view doing) {
        progress_.doing = doing;
        const auto sent = co_await stream_.write(std::move(words));
        if (!sent)
            co_return sent.error();
        co_return co_await expect(code, doing);
    }

    // What a server or somebody between said before TLS must not count after it.
    bool quiet() { return replies_.unread().empty(); }

private:
    Stream& stream_;
    Progress& progress_;
    SmtpReplies replies_;
};

} // namespace

asio::awaitable<Observation> ask_smtp(const SmtpCheck& check, Question& question) {
    Stream stream(co_await asio::this_coro::executor, question.progress);
    const auto connected = co_await stream.connect(question.target);
    if (!connected)
        co_return bad(connected.error().text);

    Smtp smtp(stream, question.progress);
    const auto greeting = co_await smtp.expect("220", "greeting");
    if (!greeting)
        co_return bad(greeting.error().text);
    const auto hello = "EHLO " + check.hello + "\r\n";
    const auto offers = co_await smtp.say(hello, "250", "EHLO");
    if (!offers)
        co_return bad(offers.error().text);

    if (check.starttls) {
        if (!offers_starttls(*offers))
            co_return bad("the server offers no STARTTLS");
        const auto ready = co_await smtp.say("STARTTLS\r\n", "220", "STARTTLS");
        if (!ready)
            co_return bad(ready.error().text);
        if (!smtp.quiet())
            co_return bad("STARTTLS: the server spoke before TLS had begun");
        const auto safe =
            co_await stream.start_tls(question.authorities, *check.starttls, question.target.ip);
        if (!safe)
            co_return bad(safe.error().text);
        const auto again = co_await smtp.say(hello, "250", "EHLO within TLS");
        if (!again)
            co_return bad(again.error().text);
    }
    // Its answer does not matter, but servers log who goes without a word.
    const auto bye = co_await stream.write("QUIT\r\n");
    static_cast<void>(bye);
    co_return good(check.starttls ? "EHLO 250 within TLS" : "EHLO 250");
}

} // namespace nfc
