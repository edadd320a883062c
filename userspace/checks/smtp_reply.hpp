// SPDX-License-Identifier: GPL-2.0
// What an SMTP server says: lines that begin with a code, which a dash follows on all
// but the last of a reply (RFC 5321, 4.2.1).
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nfc {

class SmtpReplies {
public:
    // Bytes of a reply. A server says hello with some dozen lines.
    static constexpr std::size_t limit = 8192;

    // What comes is appended to it, no more than room().
    std::string& unread() { return unread_; }
    std::size_t room() const { return limit - reply_.size() - unread_.size(); }

    // All lines of the next reply; none: it is not whole yet. An error, which says what
    // came instead: a line has another code, or there are too many.
    std::optional<Result<std::string>> next(std::string_view code);

private:
    std::string unread_;
    std::string reply_;
};

// Of a reply to EHLO.
bool offers_starttls(std::string_view reply);

} // namespace nfc
