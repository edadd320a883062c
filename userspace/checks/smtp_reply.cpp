// SPDX-License-Identifier: GPL-2.0
#include "checks/smtp_reply.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace nfc {

namespace {

Error said_instead(std::string_view line) {
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    return {Kind::Unavailable, fmt::format("{:?}", line.substr(0, 80))};
}

} // namespace

std::optional<Result<std::string>> SmtpReplies::next(std::string_view code) {
    while (const auto end = unread_.find('\n') + 1) {
        const auto line = unread_.substr(0, end);
        unread_.erase(0, end);
        reply_ += line;
        const bool good = line.starts_with(code) && line.size() > code.size() &&
                          std::string_view(" -\r\n").find(line[code.size()]) != std::string::npos;
        if (!good)
            return said_instead(line);
        if (line[code.size()] != '-')
            return std::exchange(reply_, {});
    }
    if (!room())
        return said_instead(fmt::format("more than {} bytes", limit));
    return std::nullopt;
}

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

} // namespace nfc
