// SPDX-License-Identifier: GPL-2.0
#include "checks/kinds.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

// A server says hello with some dozen lines.
constexpr std::size_t reply_limit = 8192;

class Smtp {
public:
    Smtp(Stream& stream, Progress& progress) : stream_(stream), progress_(progress) {}

    // All lines of one reply, if it begins with `code`.
    asio::awaitable<Result<std::string>> expect(std::string_view code, std::string_view doing) {
        std::string reply;
        progress_.doing = doing;
        for (;;) {
            while (const auto end = unread_.find('\n') + 1) {
                const auto line = unread_.substr(0, end);
                unread_.erase(0, end);
                reply += line;
                const bool good = line.starts_with(code) && line.size() > 3 &&
                                  std::string_view(" -\r\n").find(line[3]) != std::string::npos;
                if (!good)
                    co_return unexpected(doing, line);
                if (line[3] != '-')
                    co_return reply;
            }
            if (reply.size() + unread_.size() >= reply_limit)
                co_return unexpected(doing, fmt::format("more than {} bytes", reply_limit));
            const auto got = co_await stream_.read(unread_, reply_limit - unread_.size());
            if (!got)
                co_return got.error();
            if (!*got)
                co_return unexpected(doing, "the server hung up");
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
    bool quiet() const { return unread_.empty(); }

private:
    static Error unexpected(std::string_view doing, std::string_view what) {
        while (what.ends_with('\n') || what.ends_with('\r'))
            what.remove_suffix(1);
        return {Kind::Unavailable, fmt::format("{}: {:?}", doing, what.substr(0, 80))};
    }

    Stream& stream_;
    Progress& progress_;
    std::string unread_;
};

bool offers_starttls(std::string_view reply) {
    constexpr std::string_view wanted = "STARTTLS";
    const auto same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; };
    while (!reply.empty()) {
        auto line = take_until(reply, '\n');
        line.remove_prefix(std::min<std::size_t>(line.size(), 4));
        if (std::ranges::equal(line.substr(0, line.find_first_of(" \r")), wanted, same))
            return true;
    }
    return false;
}

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
