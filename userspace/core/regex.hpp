// SPDX-License-Identifier: GPL-2.0
// Regular expressions as Perl has them. A server's answer cannot make one take
// long: the work of a match is limited.
#pragma once

#include "core/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace nfc {

class Regex {
public:
    static Result<Regex> compile(std::string_view field, std::string_view pattern);

    const std::string& pattern() const { return pattern_; }
    // False also if the limit was reached.
    bool found_in(std::string_view text) const;

    bool operator==(const Regex& other) const { return pattern_ == other.pattern_; }

private:
    struct Code;

    Regex(std::string pattern, std::shared_ptr<const Code> code)
        : pattern_(std::move(pattern)), code_(std::move(code)) {}

    std::string pattern_;
    std::shared_ptr<const Code> code_;
};

} // namespace nfc
